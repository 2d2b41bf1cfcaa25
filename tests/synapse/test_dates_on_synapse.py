"""Dates on a real homeserver: planned, answered to, moved, shown, exported, taken back; each thing said once."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import aiohttp
import pytest
import vobject

from bot.demo.people import Heard
from bot.demo.stage import working_day_in
from bot.demo.synapse import Homeserver
from commands.dates.wording import plain_day, short_day
from tests.synapse.plain_project import START_SECONDS, Introduce, Project, project_on


@pytest.fixture
async def project(homeserver: Homeserver, introduce: Introduce, tmp_path: Path) -> AsyncIterator[Project]:
    settings = {"rooms": {"next_date": "topic"}}
    async with project_on(homeserver, introduce, tmp_path, settings=settings) as one:
        yield one


@pytest.fixture
def day() -> date:
    return working_day_in(datetime.now(UTC).date(), days=21)


@pytest.fixture
def later() -> date:
    return working_day_in(datetime.now(UTC).date(), days=28)


async def confirmed(project: Project, text: str) -> None:
    coordination = project.rooms.coordination
    planned = await project.karin.say(coordination, text)
    assert "Vorschau" in await project.answer(planned, project.karin, coordination)
    await project.karin.say(coordination, "!ja")


async def test_a_plenary_with_one_seat_is_answered_to_and_the_seat_goes_on(project: Project, day: date) -> None:
    anna, lena, plenary = project.anna, project.lena, project.rooms.plenary
    await confirmed(project, f'!plenum neu {plain_day(day)} 10:00-12:00 "Abschluss" plätze=1')
    announcement = await anna.hears(plenary, "Neuer Termin: Plenum 4")
    for emoji in ("✅", "❔", "❌"):
        await anna.hears(plenary, lambda one, emoji=emoji: is_button(one, project, announcement, emoji))

    reaction = await anna.react(plenary, announcement.event_id, "✅")
    counted = await anna.say(plenary, "!plenum 4")
    assert "Zusagen: 1" in await project.answer(counted, anna, plenary)
    await lena.react(plenary, announcement.event_id, "✅")
    waits = await lena.hears(plenary, "Warteliste, Platz 1")
    assert waits.mentions == (lena.user_id,)

    await anna.redact(plenary, reaction)
    told = await lena.hears(plenary, "Sie haben jetzt einen Platz")
    assert told.mentions == (lena.user_id,)
    asked = await lena.say(plenary, "!plenum 4")
    shown = await project.answer(asked, lena, plenary)
    assert "Freie Plätze: 0, Warteliste: 0" in shown
    assert lena.user_id not in shown, "names are for the coordination"


async def test_who_was_told_hears_of_the_move_once_and_everything_shown_is_true(
    project: Project, day: date, later: date
) -> None:
    anna, karin, plenary = project.anna, project.karin, project.rooms.plenary
    levels = {"users": {project.bot_id: 50}}  # karin made the room: nothing limits her
    await karin.put_state(plenary, "m.room.power_levels", levels)
    await confirmed(project, f'!plenum neu {plain_day(day)} 10:00-12:00 "Abschluss"')
    announcement = await anna.hears(plenary, "Neuer Termin: Plenum 4")

    await confirmed(project, f"!plenum verschieben 4 {plain_day(later)} 13:00 Grund: Feueralarm")
    correction = await anna.hears(plenary, "Verschoben: Plenum 4")
    assert (correction.content["msgtype"], "Grund: Feueralarm" in correction.text) == ("m.text", True)
    edited = await anna.hears(plenary, lambda one: is_edit(one, announcement))
    assert f"{later.day}." in edited.content["m.new_content"]["body"]
    wanted = f"Nächster Termin: Plenum 4, {short_day(later)}, 13:00–15:00 Uhr"
    await anna.hears(
        plenary,
        lambda one: one.type == "m.room.topic" and wanted in one.content["topic"],
        timeout=2 * START_SECONDS,  # the clock rings every minute
    )

    asked = await anna.say(plenary, "!kalender plenum 4")
    await project.answer(asked, anna, plenary)
    file = await anna.hears(plenary, lambda one: one.content.get("msgtype") == "m.file")
    [event] = vobject.readOne((await download(project, anna.access_token, file)).decode()).vevent_list
    assert event.dtstart.value.replace(tzinfo=None) == datetime(later.year, later.month, later.day, 13)
    assert (event.sequence.value, event.status.value) == ("1", "CONFIRMED")

    undone = await karin.say(project.rooms.coordination, "!rückgängig")
    assert "zurückgenommen" in await project.answer(undone, karin, project.rooms.coordination)
    await anna.hears(plenary, lambda one: is_edit(one, correction))
    assert await project.bot.stop() == 0
    await project.bot.start()
    last = await anna.say(plenary, "!plenum 4")
    assert f"{day.day}. " in await project.answer(last, anna, plenary, within=START_SECONDS)
    said = [one for one in anna.heard(plenary) if one.sender == project.bot_id and one.text.startswith("Verschoben")]
    assert len(said) == 1


async def test_a_series_is_announced_once_and_its_end_too(project: Project) -> None:
    lena, anna, room = project.lena, project.anna, project.rooms.groups[2]
    planned = await lena.say(room, '!termin neu jeden ersten Mittwoch im Monat 10:00-11:00 "Jour fixe"')
    assert "Vorschau: Reihe anlegen" in await project.answer(planned, lena, room)
    await lena.say(room, "!ja")
    announcement = await anna.hears(room, "Neue Terminreihe: Sitzung der AG 3")
    asked = await anna.say(room, "!kalender R1")
    await project.answer(asked, anna, room)
    file = await anna.hears(room, lambda one: one.content.get("msgtype") == "m.file")
    [event] = vobject.readOne((await download(project, anna.access_token, file)).decode()).vevent_list
    assert event.rrule.value == "FREQ=MONTHLY;BYDAY=1WE"

    ended = await lena.say(room, "!termin absagen R1")
    assert "Reihe R1 beenden" in await project.answer(ended, lena, room)
    await lena.say(room, "!ja")
    await anna.hears(room, "Abgesagt, Reihe beendet")
    await anna.hears(room, lambda one: is_edit(one, announcement))
    assert len([text for text in project.said(anna, room) if text.startswith("Neue Terminreihe")]) == 1


def is_button(one: Heard, project: Project, message: Heard, emoji: str) -> bool:
    wanted = {"rel_type": "m.annotation", "event_id": message.event_id, "key": emoji}
    return one.type == "m.reaction" and one.sender == project.bot_id and one.relation == wanted


def is_edit(one: Heard, message: Heard) -> bool:
    return one.relation.get("rel_type") == "m.replace" and one.relation.get("event_id") == message.event_id


async def download(project: Project, token: str, file: Heard) -> bytes:
    """What a file holds (client-server API, Content repository)."""
    path = file.content["url"].removeprefix("mxc://")
    url = f"{project.homeserver.url}/_matrix/client/v1/media/download/{path}"
    async with aiohttp.ClientSession() as http, http.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == 200
        return await answer.read()
