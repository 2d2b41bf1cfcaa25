"""C1, C5, C11: a message whose key is missing is kept, read when the key comes, and asked for again once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from commands import unreadable
from storage import health
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, answers, ask, encrypted_dialog, person
from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver
from tests.kit import query, small, stands_anywhere


@pytest.fixture
async def dialog(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    async with encrypted_dialog(homeserver, tmp_path / "data", registry=small(jobs=unreadable.JOBS)) as one:
        yield one


@pytest.fixture
def anna(dialog: Dialog, homeserver: FakeHomeserver) -> EncryptedPerson:
    return person(homeserver, "anna")


async def unread(dialog: Dialog) -> int:
    async with dialog.database.reading() as session:
        return (await health.read(session)).unreadable


async def later(dialog: Dialog, reader: EncryptedPerson, minutes: int = 2) -> list[str]:
    """The clock goes on; what the bot has said in all."""
    dialog.now += timedelta(minutes=minutes)
    await dialog.ring()
    return answers(reader)


async def test_what_was_asked_while_the_key_was_missing_is_answered_once_when_it_comes(
    dialog: Dialog, anna: EncryptedPerson
) -> None:
    asked = anna.say(ROOM, "!echo eins", hold_keys=True)
    await dialog.settle()
    assert await unread(dialog) == 1
    assert answers(anna) == []
    anna.release_keys()
    await dialog.settle()
    assert answers(anna) == ["Echo: eins"]
    [reply] = anna.heard(ROOM, BOT)
    assert reply["m.relates_to"]["m.in_reply_to"]["event_id"] == asked
    assert await unread(dialog) == 0
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]


async def test_the_key_may_come_in_another_run(dialog: Dialog, anna: EncryptedPerson) -> None:
    anna.say(ROOM, "!echo eins", hold_keys=True)
    await dialog.settle()
    await dialog.restart()
    assert await unread(dialog) == 1
    anna.release_keys()
    await dialog.settle()
    assert answers(anna) == ["Echo: eins"]
    await dialog.restart()
    assert answers(anna) == ["Echo: eins"]


async def test_the_key_may_come_while_the_bot_is_down(dialog: Dialog, anna: EncryptedPerson) -> None:
    anna.say(ROOM, "!echo eins", hold_keys=True)
    await dialog.settle()
    await dialog.stop()
    anna.release_keys()
    await dialog.start()
    await dialog.settle()
    assert answers(anna) == ["Echo: eins"]


async def test_a_late_message_keeps_the_time_at_which_it_came_and_its_order(
    dialog: Dialog, anna: EncryptedPerson
) -> None:
    for text in ("eins", "zwei", "drei"):
        anna.say(ROOM, f"!echo {text}", hold_keys=True)
    await dialog.settle()
    came = dialog.now
    dialog.now += timedelta(seconds=30)
    anna.release_keys()
    await dialog.settle()
    assert answers(anna) == ["Echo: eins", "Echo: zwei", "Echo: drei"]
    rows = query(dialog.config.data.database, "SELECT received_at FROM inbox ORDER BY id")
    assert {row[0][:19] for row in rows} == {came.strftime("%Y-%m-%d %H:%M:%S")}


async def test_late_small_talk_is_read_and_forgotten(dialog: Dialog, anna: EncryptedPerson) -> None:
    """C11: what is not addressed to the bot is not stored, encrypted or not."""
    anna.say(ROOM, "Rhabarberkuchen am Freitag?", hold_keys=True)
    await dialog.settle()
    anna.release_keys()
    await dialog.settle()
    assert await unread(dialog) == 0
    assert query(dialog.config.data.database, "SELECT count(*) FROM inbox WHERE kind != 'invite'") == [(0,)]
    assert stands_anywhere(dialog.config.data.directory, "Rhabarberkuchen") == []


async def test_whoever_sends_without_a_key_is_asked_once_for_each_session(
    dialog: Dialog, anna: EncryptedPerson
) -> None:
    asked = anna.say(ROOM, "!echo eins", hold_keys=True)
    anna.say(ROOM, "!echo zwei", hold_keys=True)
    await dialog.settle()
    assert await later(dialog, anna, minutes=0) == []  # the key may be on its way
    [notice] = await later(dialog, anna)
    assert "senden Sie" in notice
    [event] = anna.heard(ROOM, BOT)
    assert event["m.relates_to"]["m.in_reply_to"]["event_id"] == asked
    assert (event["msgtype"], event["m.mentions"]) == ("m.notice", {"user_ids": [anna.user.user_id]})
    anna.say(ROOM, "!echo drei", hold_keys=True)
    await dialog.settle()
    assert await later(dialog, anna) == [notice]
    await dialog.restart()
    assert await later(dialog, anna) == [notice]
    anna.rotate(ROOM)
    anna.say(ROOM, "!echo vier", hold_keys=True)
    await dialog.settle()
    assert await later(dialog, anna) == [notice, notice]
    anna.release_keys()
    await dialog.settle()
    assert answers(anna)[2:] == [f"Echo: {text}" for text in ("eins", "zwei", "drei", "vier")]


async def test_whoever_sends_again_as_asked_gets_one_answer_though_the_first_key_comes_after_all(
    dialog: Dialog, anna: EncryptedPerson
) -> None:
    anna.say(ROOM, "!echo eins", hold_keys=True)
    await dialog.settle()
    [notice] = await later(dialog, anna)
    anna.rotate(ROOM)
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    anna.release_keys()
    await dialog.settle()
    assert answers(anna) == [notice, "Echo: eins"]
    assert await unread(dialog) == 0
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]


async def test_after_a_month_the_key_is_waited_for_no_longer(dialog: Dialog, anna: EncryptedPerson) -> None:
    anna.say(ROOM, "!echo eins", hold_keys=True)
    await dialog.settle()
    await later(dialog, anna)
    await later(dialog, anna, minutes=29 * 24 * 60)
    assert await unread(dialog) == 1
    await later(dialog, anna, minutes=2 * 24 * 60)
    assert await unread(dialog) == 0
    assert query(dialog.config.data.database, "SELECT count(*) FROM inbox WHERE kind = 'undecryptable'") == [(0,)]


async def test_an_unreadable_message_that_was_deleted_is_gone(dialog: Dialog, anna: EncryptedPerson) -> None:
    asked = anna.say(ROOM, "!echo eins", hold_keys=True)
    await dialog.settle()
    anna.user.redact(ROOM, asked)
    await dialog.settle()
    assert await unread(dialog) == 0
    anna.release_keys()
    await dialog.settle()
    assert answers(anna) == []


async def test_a_late_edit_reaches_what_was_made_of_the_message(dialog: Dialog, anna: EncryptedPerson) -> None:
    asked = anna.say(ROOM, "!echo eins")
    await dialog.settle()
    anna.rotate(ROOM)
    anna.share_key(ROOM, hold_keys=True)
    anna.edit(ROOM, asked, "!echo zwei")
    await dialog.settle()
    assert await unread(dialog) == 1
    anna.release_keys()
    await dialog.settle()
    assert answers(anna) == ["Echo: eins", "Echo: zwei"]


async def test_a_message_of_a_device_nobody_knows_yet_waits_for_the_device(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """C5: where the homeserver cannot tell whose device it is, the message waits and the others do not."""
    fault = homeserver.fail("POST */keys/query", 500, times=3)
    anna.say(ROOM, "!echo eins")
    homeserver.user("ben").say("#ag3:test", "!echo offen")
    await dialog.settle()
    assert fault.hits
    assert [str(each) for each in dialog._said() if each.room == "ag3"] == ["Echo: offen"]
    for number in range(5):
        homeserver.user("ben").say("#ag3:test", f"!echo {number}")
        await dialog.settle()
    assert answers(anna) == ["Echo: eins"]


async def test_history_from_before_the_invitation_is_not_asked_for(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    homeserver.create_room("anna", alias="archiv", encrypted=True)
    for number in range(5):
        anna.say("#archiv:test", f"Altes {number}")
    anna.user.invite("#archiv:test", BOT)
    await dialog.settle()
    anna.say("#archiv:test", "!echo neu")
    await dialog.settle()
    assert await unread(dialog) == 0
    await later(dialog, anna)
    assert answers(anna, "#archiv:test") == ["Echo: neu"]


async def test_with_encryption_off_nobody_is_asked_to_send_again(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    async with encrypted_dialog(
        homeserver, tmp_path / "data", registry=small(jobs=unreadable.JOBS), encryption={"enabled": False}
    ) as dialog:
        anna = person(homeserver, "anna")
        anna.say(ROOM, "!echo eins")
        await dialog.settle()
        dialog.now += timedelta(minutes=5)
        await dialog.ring()
        assert query(dialog.config.data.database, "SELECT count(*) FROM outbox WHERE key LIKE 'unreadable%'") == [(0,)]
        assert homeserver.world.accounts[BOT].cross_signing == {}
        assert all(not device.keys for device in homeserver.world.accounts[BOT].devices.values())
