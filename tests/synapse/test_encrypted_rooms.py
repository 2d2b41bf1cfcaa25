"""The bot in encrypted rooms of a real homeserver, with people on another crypto stack who exclude insecure devices."""

import asyncio
import functools
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import nio
import pytest

from bot.cli import TRUST_REFUSED
from bot.demo.stage import working_day_in
from bot.demo.synapse import Homeserver
from commands.dates.wording import plain_day
from tests.synapse.conftest import Meet
from tests.synapse.element_client import ElementClient
from tests.synapse.encrypted_project import (
    PASSWORD,
    START_SECONDS,
    EncryptedProject,
    account_with,
    is_membership,
    is_trusted,
    keys_of,
    project_with,
    until,
)
from tests.synapse.erika import erika_on

STRANGER = {"UNKNOWN_SENDER_DEVICE", "UNSIGNED_SENDER_DEVICE"}
"""Failures of a message that could be decrypted, and whose sender's identity is not known (yet)."""


@pytest.fixture
async def anna(meet: Meet) -> ElementClient:
    return await meet("Anna")


@pytest.fixture
async def project(anna: ElementClient, homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[EncryptedProject]:
    async with project_with(anna, homeserver, tmp_path) as one:
        yield one


async def test_bot_and_person_read_each_other_and_no_message_has_a_shield(project: EncryptedProject) -> None:
    assert "AG3-001" in await project.ask("!frage AG3 Wer liest das?")
    assert "Wer liest das?" in await project.ask("!frage AG3-001")

    identity = await project.anna.identity(project.bot_id)
    assert (identity.exists, identity.changed) == (True, False)
    assert [device.signed_by_owner for device in await project.anna.devices(project.bot_id)] == [True]
    said = await project.settled()
    assert [event["type"] for event in said] == ["m.room.encrypted"] * 2
    assert project.anna.unreadable() == []


async def test_after_a_restart_what_was_asked_meanwhile_is_answered_once_and_in_order(
    project: EncryptedProject,
) -> None:
    assert "AG3-001" in await project.ask("!frage AG3 Vor dem Anhalten?")
    [before] = await project.anna.devices(project.bot_id)

    assert await project.bot.stop() == 0
    asked = [await project.anna.say(project.room, f"!frage AG3 Nummer {number}?") for number in range(2, 7)]
    await project.bot.start()

    receipts = [await project.answer(event_id) for event_id in asked]
    assert [f"AG3-{number:03}" in one.text for number, one in enumerate(receipts, start=2)] == [True] * 5
    assert "AG3-007" in await project.ask("!frage AG3 Und jetzt?")
    assert await project.anna.devices(project.bot_id) == [before]
    assert len(await project.settled()) == 7


async def test_after_a_lost_database_the_bot_is_the_same_device_and_goes_on(project: EncryptedProject) -> None:
    await project.ask("!frage AG3 Vor dem Verlust?")
    [before] = await project.anna.devices(project.bot_id)

    assert await project.bot.stop() == 0
    project.account.forget("ag4-bot.sqlite*")
    await project.begins_anew()

    assert "AG3-001" in await project.ask("!frage AG3 Nach dem Verlust?")
    assert await project.anna.devices(project.bot_id) == [before]
    assert len(await project.settled()) == 2
    assert project.anna.unreadable() == []


async def test_after_a_lost_key_store_a_new_device_of_the_same_identity_goes_on(project: EncryptedProject) -> None:
    await project.ask("!frage AG3 Vor dem Verlust?")
    [before] = await project.anna.devices(project.bot_id)

    assert await project.bot.stop() == 0
    project.account.forget("keys/*")
    await project.bot.start()

    [after] = await project.sees_devices(
        lambda seen: before not in seen and [one.signed_by_owner for one in seen] == [True]
    )
    assert (after.device_id, after.ed25519) != (before.device_id, before.ed25519)
    assert "AG3-002" in await project.ask("!frage AG3 Nach dem Verlust?")
    assert not (await project.anna.identity(project.bot_id)).changed
    assert project.anna.unreadable() == []
    assert len(await project.settled()) == 2


async def test_from_the_kept_identity_alone_the_bot_is_trusted_again(project: EncryptedProject) -> None:
    await project.ask("!frage AG3 Vor dem Verlust?")
    [before] = await project.anna.devices(project.bot_id)

    assert await project.bot.stop() == 0
    project.account.forget("ag4-bot.sqlite*", "keys/*", "session.json")
    await project.begins_anew()

    seen = await project.sees_devices(lambda seen: len(seen) == 2)
    assert [one.signed_by_owner for one in seen] == [True, True]
    assert before in seen
    assert "AG3-001" in await project.ask("!frage AG3 Nach dem Verlust?")
    assert not (await project.anna.identity(project.bot_id)).changed
    assert project.anna.unreadable() == []
    assert len(await project.settled()) == 2


async def test_whoever_comes_later_gets_the_key_of_all_that_is_said_from_then_on(
    project: EncryptedProject, meet: Meet, homeserver: Homeserver
) -> None:
    ben = await meet("Ben")
    recovery_key = await ben.store_secrets()
    room = project.room
    await project.ask("!frage AG3 Vor Ben?")
    await project.anna.invite(room, ben.user_id)
    await ben.hears_invitation(room)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ask_again_and_again(project, count=8, about="Ben"))
        await ben.join(room)
    await reads_all_since_joining(ben, project)

    async with await ElementClient.start(homeserver.url, ben.user_id, ben.password) as phone:
        await phone.exclude_insecure()
        await phone.identity(phone.user_id)  # asks the server: without that there is nothing yet to take out
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ask_again_and_again(project, count=5, about="das Telefon"))
            await phone.bootstrap(recovery_key=recovery_key)
        await phone.sees_devices(project.bot_id, lambda seen: [one.signed_by_owner for one in seen] == [True])
        asked = await phone.say(room, "!hilfe")
        for person in (phone, ben, project.anna):
            await project.answer(asked, to=person)

    assert project.anna.unreadable() == []
    assert len(project.read(project.anna)) == len(await project.settled()) == 1 + 8 + 5 + 1


async def ask_again_and_again(project: EncryptedProject, *, count: int, about: str) -> None:
    for number in range(count):
        await project.ask(f"!frage AG3 Wer fragt zum {number}. Mal nach {about}?")


async def reads_all_since_joining(person: ElementClient, project: EncryptedProject) -> None:
    """Wait until a person has all that the bot has said in anna's sight since they joined, and can read it.

    A client that excludes insecure devices and does not know yet whose device sent the first message has decrypted it,
    and hides it until its next start, whoever sent it.
    """
    last = project.read(project.anna)[-1].event_id

    def holds() -> bool:
        heard = person.heard(project.room)
        came = next(place for place, one in enumerate(heard) if is_membership(one, person.user_id, "join"))
        since = [one for one in project.read(person) if heard.index(one) > came]
        fine = all(is_trusted(one) or one.failure in STRANGER for one in since)
        return fine and since[-1:] != [] and since[-1].event_id == last and is_trusted(since[-1])

    await until(person, holds)


async def test_edit_reply_thread_and_reaction_work_as_in_clear(
    anna: ElementClient, homeserver: Homeserver, tmp_path: Path
) -> None:
    async with project_with(anna, homeserver, tmp_path, groups=3) as project:
        room = project.account.rooms.groups[2]
        asked = await anna.say(room, "!frage Wer zahlt das?")
        receipt = await project.answer(asked)

        await anna.edit(room, asked, "!frage Wer zahlt den Betrieb?")
        assert is_trusted(await anna.reads(room, lambda one: one.sender == project.bot_id and "AG3-001" in one.text))
        shown = await project.answer(await anna.say(room, "!frage AG3-001", reply_to=receipt.event_id))
        assert "Wer zahlt den Betrieb?" in shown.text
        assert "Wer zahlt das?" not in shown.text.partition("Verlauf:")[0]
        in_thread = await project.answer(await anna.say(room, "!hilfe", thread=receipt.event_id))
        assert (in_thread.relation["rel_type"], in_thread.relation["event_id"]) == ("m.thread", receipt.event_id)

        coordination, plenary = project.account.rooms.coordination, project.room
        day = plain_day(working_day_in(datetime.now(UTC).date(), days=21))
        preview = await project.answer(await anna.say(coordination, f'!plenum neu {day} 10:00-12:00 "Abschluss"'))
        button = await anna.hears(coordination, lambda one: one.type == "m.reaction" and one.sender == project.bot_id)
        assert button.relation == {"rel_type": "m.annotation", "event_id": preview.event_id, "key": "✅"}
        await anna.react(coordination, preview.event_id, "✅")

        assert is_trusted(await anna.reads(plenary, "Neuer Termin: Plenum 4"))
        assert is_trusted(await anna.reads(coordination, "Plenum 4 ist angelegt"))
        assert len(await project.settled(plenary)) == 1


async def test_every_device_gets_keys_where_the_configuration_says_so(
    anna: ElementClient, homeserver: Homeserver, tmp_path: Path
) -> None:
    async with (
        project_with(anna, homeserver, tmp_path, devices="all") as project,
        erika_on(homeserver, tmp_path) as erika,
    ):
        asked = await erika.asks(await erika.room_with(project.bot_id), "!frage AG3 Wer liest das?")

        receipt = await erika.hears_answer(asked)
        assert isinstance(receipt, nio.RoomMessageNotice)
        assert receipt.decrypted
        assert "AG3-001 ist notiert" in receipt.body


async def test_a_device_that_its_owner_has_not_signed_gets_no_key_but_a_reason(
    project: EncryptedProject, homeserver: Homeserver, tmp_path: Path
) -> None:
    async with erika_on(homeserver, tmp_path) as erika:
        asked = await erika.asks(room := await erika.room_with(project.bot_id), "!frage AG3 Wer liest das?")

        receipt = await erika.hears_answer(asked)
        assert isinstance(receipt, nio.MegolmEvent)
        withheld = await erika.is_told(lambda event: event.type == "m.room_key.withheld")
        content = withheld.source["content"]
        assert (content["room_id"], content["session_id"]) == (room, receipt.session_id)
        assert content["code"] == "m.unverified"


async def test_a_room_that_becomes_encrypted_is_answered_encrypted_from_then_on(project: EncryptedProject) -> None:
    anna = project.anna
    room = await anna.create_room("Wird vertraulich", invite=[project.bot_id], encrypted=False)
    await project.enters(room)
    in_clear = await anna.say(room, "!frage AG3 Liest jeder mit?")
    receipt = await anna.reads(room, project.answering(in_clear))
    assert (receipt.encrypted, receipt.type) == (False, "m.room.message")

    state = await anna.put_state(room, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    await until(anna, lambda: state in {one.event_id for one in anna.heard(room)})

    assert "AG3-002" in await project.ask("!frage AG3 Und jetzt?", room=room)
    assert [event["type"] for event in await project.settled(room)] == ["m.room.message", "m.room.encrypted"]


async def test_of_a_history_that_the_bot_cannot_read_it_says_nothing(project: EncryptedProject, meet: Meet) -> None:
    anna, ben = project.anna, await meet("Ben")
    room = await anna.create_room("Mit Geschichte", invite=[ben.user_id])
    await ben.hears_invitation(room)
    await ben.join(room)
    for number in range(3):
        await anna.say(room, f"!frage AG3 Alte Frage {number}?")
        await ben.say(room, f"!frage AG3 Noch eine alte Frage {number}?")

    assert await project.bot.stop() == 0
    await anna.invite(room, project.bot_id)
    await until(anna, lambda: any(is_membership(one, project.bot_id, "invite") for one in anna.heard(room)))
    asked = await anna.say(room, "!frage AG3 Nach der Einladung?")  # whoever is invited gets the key
    await project.bot.start()
    await project.enters(room)

    assert "AG3-001" in (await project.answer(asked)).text
    assert "AG3-002" in await project.ask("!frage AG3 Nach dem Beitritt?", room=room)
    assert len(await project.settled(room)) == 2
    assert project.account.unreadable(room) == 0


async def test_the_keys_of_a_history_that_come_with_an_invitation_are_not_taken_for_a_broken_channel(
    project: EncryptedProject,
) -> None:
    room = await project.anna.create_room("Mit Geschichte")
    await project.anna.say(room, "Vor dem Bot")
    await project.anna.invite(room, project.bot_id)  # with a room key bundle (MSC4268)
    await project.enters(room)

    assert "AG3-001" in await project.ask("!frage AG3 Nach dem Beitritt?", room=room)
    await project.settled(room)
    assert "channel_mended" not in project.bot.log.read_text("utf-8")


@pytest.mark.crash
async def test_killed_three_times_in_a_burst_the_bot_answers_each_question_exactly_once(
    project: EncryptedProject,
) -> None:
    anna, room = project.anna, project.room
    asked: list[str] = []

    def has_answered(number: int) -> bool:
        return len(project.read(anna)) >= number

    async def ask_all() -> None:
        for number in range(1, 31):
            event_id = await anna.say(room, f"!frage AG3 Frage {number} von 30?")
            asked.append(event_id)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ask_all())
        for number in (3, 9, 15):
            await until(anna, functools.partial(has_answered, number), within=START_SECONDS)
            await project.account.kill()
            await project.bot.start()

    receipts = [await project.answer(event_id) for event_id in asked]
    assert [f"AG3-{number:03}" in one.text for number, one in enumerate(receipts, start=1)] == [True] * 30
    assert "AG3-031" in await project.ask("!frage AG3 Und jetzt?")
    assert len(project.read(anna)) == len(await project.settled()) == 31
    assert anna.unreadable() == []


async def test_the_first_word_in_encrypted_direct_chats_is_encrypted(project: EncryptedProject) -> None:
    anna = project.anna
    chats = await asyncio.gather(*[anna.create_direct(project.bot_id) for _ in range(8)])
    greetings = [await anna.reads(room, "Guten Tag", timeout=START_SECONDS) for room in chats]
    assert [is_trusted(one) for one in greetings] == [True] * 8


async def test_an_identity_made_elsewhere_is_refused_and_taken_over_with_its_recovery_key(
    anna: ElementClient, homeserver: Homeserver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with account_with(anna, homeserver, tmp_path) as account:
        project = EncryptedProject(account, anna)
        async with await ElementClient.start(homeserver.url, account.user_id, PASSWORD) as elsewhere:
            await elsewhere.bootstrap()
            recovery_key = await elsewhere.store_secrets()
        made = (await keys_of(homeserver, anna, account.user_id))["master_keys"][account.user_id]["keys"]

        await account.bot.start()
        assert await account.bot.ended() == TRUST_REFUSED
        assert "already has a cross-signing identity" in account.bot.last_words()
        assert "recovery-key" in account.bot.last_words()

        account.configure(identity="recovery-key")
        monkeypatch.setenv("AG4_BOT_RECOVERY_KEY", recovery_key)
        await account.bot.start()
        await project.enters(project.room)
        assert "AG3-001" in await project.ask("!frage AG3 Wer liest das?")

        assert all(one.signed_by_owner for one in await anna.devices(account.user_id))
        shown = await keys_of(homeserver, anna, account.user_id)
        assert shown["master_keys"][account.user_id]["keys"] == made
        assert recovery_key.replace(" ", "") not in account.bot.log.read_text("utf-8").replace(" ", "")


async def test_a_bot_that_others_are_to_sign_says_its_fingerprint_and_makes_no_identity(
    anna: ElementClient, homeserver: Homeserver, tmp_path: Path
) -> None:
    async with project_with(anna, homeserver, tmp_path, identity="print") as project:
        [device] = await anna.devices(project.bot_id)

        assert not device.signed_by_owner
        assert not (await anna.identity(project.bot_id)).exists
        assert device.ed25519 in project.bot.last_words()
        assert not (project.account.data / "identity.json").exists()


async def test_with_encryption_off_the_homeserver_has_no_keys_of_the_bot(
    anna: ElementClient, homeserver: Homeserver, tmp_path: Path
) -> None:
    async with project_with(anna, homeserver, tmp_path, enabled=False) as project:
        room = await anna.create_room("In Klartext", invite=[project.bot_id], encrypted=False)
        await project.enters(room)
        asked = await anna.say(room, "!frage AG3 Geht es auch so?")
        assert not (await anna.reads(room, project.answering(asked))).encrypted

        shown = await keys_of(homeserver, anna, project.bot_id)
        assert shown["device_keys"].get(project.bot_id, {}) == {}
        assert project.bot_id not in shown.get("master_keys", {})
        assert not (project.account.data / "keys").exists()
