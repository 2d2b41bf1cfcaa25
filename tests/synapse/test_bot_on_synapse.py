"""The promises of the bot against a real homeserver: a real process, real people, real rate limits."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.stage import working_day_in
from bot.demo.synapse import Homeserver
from commands.dates.wording import plain_day
from tests.synapse.plain_project import START_SECONDS, Introduce, Project, membership, project_on

LIMITED_SECONDS = 50
"""Synapse's default for messages is 0.2 per second after the first 10."""


@pytest.fixture
async def project(homeserver: Homeserver, introduce: Introduce, tmp_path: Path) -> AsyncIterator[Project]:
    async with project_on(homeserver, introduce, tmp_path) as one:
        yield one


async def test_a_question_is_asked_edited_and_answered_and_the_asker_is_told(project: Project) -> None:
    anna, lena, room = project.anna, project.lena, project.rooms.groups[2]

    asked = await anna.say(room, "!frage Wer zahlt das?")
    assert "AG3-001" in await project.answer(asked, anna, room)

    await anna.edit(room, asked, "!frage Wer zahlt den Betrieb?")
    await anna.hears(room, lambda one: one.sender == project.bot_id and "AG3-001" in one.text)
    shown = await anna.say(room, "!frage AG3-001")
    text = await project.answer(shown, anna, room)
    assert "Wer zahlt den Betrieb?" in text
    assert "Wer zahlt das?" not in text.partition("Verlauf:")[0]

    await lena.say(room, "!antwort AG3-001 Wer ihn nutzt.")
    told = await anna.hears(room, lambda one: one.sender == project.bot_id and "Wer ihn nutzt." in one.text)
    assert told.mentions == (anna.user_id,)
    assert told.content["msgtype"] == "m.text"


async def test_what_is_asked_while_the_bot_is_stopped_is_answered_once_and_in_order(project: Project) -> None:
    anna, room = project.anna, project.rooms.groups[2]
    first = await anna.say(room, "!frage Vor dem Anhalten?")
    await project.answer(first, anna, room)

    assert await project.bot.stop() == 0
    asked = [await anna.say(room, f"!frage Nummer {number} von fünfzehn?") for number in range(15)]
    await project.bot.start()
    receipts = await project.answers(asked, anna, room, within=START_SECONDS)

    numbers = [f"AG3-{number:03}" for number in range(2, 17)]
    assert [number in one.text for number, one in zip(numbers, receipts, strict=True)] == [True] * 15
    places = [anna.heard(room).index(one) for one in receipts]
    assert places == sorted(places)
    last = await anna.say(room, "!frage Und jetzt?")
    assert "AG3-017" in await project.answer(last, anna, room)
    assert await project.bot.stop() == 0
    assert len(project.said(anna, room)) == 17


async def test_a_homeserver_that_restarts_under_the_bot_is_waited_for(project: Project) -> None:
    anna, room = project.anna, project.rooms.groups[2]
    before = await anna.say(room, "!frage Vor dem Neustart?")
    await project.answer(before, anna, room)
    pid = project.bot.pid

    await project.homeserver.restart()
    after = await anna.say(room, "!frage Nach dem Neustart?")

    assert "AG3-002" in await project.answer(after, anna, room, within=START_SECONDS)
    assert project.bot.pid == pid is not None


async def test_above_the_default_rate_limits_nothing_is_lost_and_nothing_doubled(
    limited_homeserver: Homeserver, introduce: Introduce, tmp_path: Path
) -> None:
    async with project_on(limited_homeserver, introduce, tmp_path, groups=0) as project:
        anna, lena, room = project.anna, project.lena, project.rooms.plenary

        asked = [
            await person.say(room, f"!frage AG3 Frage {number} von {person.name}?")
            for number in range(5)
            for person in (anna, lena)
        ]
        receipts = await project.answers(asked, anna, room, within=LIMITED_SECONDS)

        assert [f"AG3-{number:03}" in one.text for number, one in enumerate(receipts, start=1)] == [True] * 10
        assert await project.bot.stop() == 0
        assert len(project.said(anna, room)) == 10


async def test_an_invitation_is_accepted_from_the_listed_and_declined_from_all_others(
    homeserver: Homeserver, introduce: Introduce, tmp_path: Path
) -> None:
    mallory = await introduce("Mallory")
    async with project_on(homeserver, introduce, tmp_path, only_karin_invites=True) as project:
        declined = await mallory.create_direct(project.bot_id)
        accepted = await project.karin.create_direct(project.bot_id)

        await mallory.hears(declined, lambda one: membership(one, project.bot_id) == "leave")
        await project.enters(accepted)
        await project.karin.hears(accepted, "Guten Tag")
        assert await mallory.members(declined) == {mallory.user_id}
        assert project.said(mallory, declined) == []


async def test_a_tick_under_a_preview_confirms_it_once(project: Project) -> None:
    karin, anna, coordination, plenary = project.karin, project.anna, project.rooms.coordination, project.rooms.plenary
    day = plain_day(working_day_in(datetime.now(UTC).date(), days=21))

    planned = await karin.say(coordination, f'!plenum neu {day} 10:00-12:00 "Abschluss"')
    [preview] = await project.answers([planned], karin, coordination)
    button = await karin.hears(coordination, lambda one: one.type == "m.reaction" and one.sender == project.bot_id)
    assert button.relation == {"rel_type": "m.annotation", "event_id": preview.event_id, "key": "✅"}
    await karin.react(coordination, preview.event_id, "✅")

    await anna.hears(plenary, "Neuer Termin: Plenum 4")
    await karin.hears(coordination, "Plenum 4 ist angelegt")
    again = await karin.say(coordination, "!ja")
    assert "angelegt" not in await project.answer(again, karin, coordination)
    assert len(project.said(anna, plenary)) == 1
