"""Contract C4 with encryption: an encrypted room never gets plain text, and trouble with keys costs no message."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import health
from tests.dialog import BOT, Dialog, config_for
from tests.homeserver import FakeHomeserver
from tests.kit import dialog_with, query, said

FOR_EVER = 1_000_000
ENCRYPTION = {"algorithm": "m.megolm.v1.aes-sha2"}


@pytest.fixture
async def idle(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    """The small bot with encryption, not started yet; the plenary is encrypted, the other rooms are not."""
    dialog = dialog_with(homeserver, tmp_path / "data", encryption={"enabled": True})
    homeserver.user("karin").put_state("#plenum:test", "m.room.encryption", ENCRYPTION)
    yield dialog
    await dialog.stop()


def types_said(homeserver: FakeHomeserver) -> list[str]:
    """The types of what the bot sent to the plenary, in order."""
    return [
        event.type
        for event in homeserver.events("#plenum:test")
        if event.sender == BOT and event.type in {"m.room.message", "m.room.encrypted"}
    ]


def replies(dialog: Dialog) -> list[tuple[str, ...]]:
    return query(dialog.config.data.database, "SELECT state FROM outbox WHERE key LIKE 'reply:%' ORDER BY id")


async def parked(dialog: Dialog) -> tuple[health.Parked, ...]:
    async with dialog.database.reading() as session:
        return (await health.read(session)).parked_out


async def test_with_encryption_off_an_encrypted_room_gets_nothing_and_the_reply_is_parked(
    idle: Dialog, homeserver: FakeHomeserver
) -> None:
    """C4: never plain text where people trust in encryption; `!status` shows what could not be said."""
    idle.config = config_for(homeserver, idle.config.data.directory)
    await idle.start()
    await idle.hear("anna", "plenum", "!echo eins")
    assert types_said(homeserver) == []
    [row] = await parked(idle)
    assert (row.kind, row.room_id, row.count) == ("m.room.message", homeserver.room("#plenum:test").id, 1)
    assert "ENCRYPTION" in row.reason
    assert await idle.say("anna", "ag3", "!echo zwei") == "Echo: zwei"
    await idle.restart()
    await idle.hear("anna", "plenum", "!echo drei")
    assert types_said(homeserver) == []


async def test_a_room_that_becomes_encrypted_gets_no_plain_text_from_then_on(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C4: the first reply after the change is encrypted already, and so it is for a room made encrypted."""
    assert await dialog.say("anna", "ag3", "!echo eins") == "Echo: eins"
    homeserver.user("karin").put_state("#ag3:test", "m.room.encryption", ENCRYPTION)
    homeserver.user("anna").say("#ag3:test", "!echo zwei")
    homeserver.create_room("anna", alias="geheim", invite=[BOT], encrypted=True)
    await dialog.settle()
    await dialog.hear("anna", "geheim", "!echo drei")
    for room in ("#ag3:test", "#geheim:test"):
        sent = [event for event in homeserver.events(room) if event.sender == BOT]
        assert sent[-1].type == "m.room.encrypted"
    assert said(homeserver, "#ag3:test") == ["Echo: eins"]
    assert said(homeserver, "#geheim:test") == []


async def test_a_bot_that_ran_without_encryption_encrypts_once_it_is_on(
    idle: Dialog, homeserver: FakeHomeserver
) -> None:
    """C4: the room's encryption was told in a sync long ago and is not told again."""
    on = idle.config
    idle.config = config_for(homeserver, idle.config.data.directory)
    await idle.start()
    await idle.stop()
    idle.config = on
    await idle.start()
    await idle.hear("anna", "plenum", "!echo eins")
    assert types_said(homeserver) == ["m.room.encrypted"]


async def test_a_lost_key_store_does_not_make_a_room_unencrypted(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C4: which rooms are encrypted is in the bot's own database; a new key store starts with new keys."""
    await dialog.hear("anna", "plenum", "!echo eins")
    await dialog.stop()
    shutil.rmtree(dialog.config.data.directory / "keys")
    await dialog.start()
    await dialog.hear("anna", "plenum", "!echo zwei")
    assert types_said(homeserver) == ["m.room.encrypted", "m.room.encrypted"]
    assert await parked(dialog) == ()


@pytest.mark.parametrize("status, retry_after_ms", [(429, 20), (500, None), (502, None)])
async def test_trouble_while_the_members_are_asked_for_delays_the_reply(
    dialog: Dialog, homeserver: FakeHomeserver, status: int, retry_after_ms: int | None
) -> None:
    """C4: 429 and 5xx pass, also on the requests that encrypting needs; the reply is sent then, not parked."""
    fault = homeserver.fail("GET */members*", status, retry_after_ms=retry_after_ms, times=2)
    await dialog.hear("anna", "plenum", "!echo eins")
    assert fault.hits == 2
    assert types_said(homeserver) == ["m.room.encrypted"]
    assert replies(dialog) == [("sent",)]


async def test_trouble_with_uploading_keys_keeps_no_message_waiting(idle: Dialog, homeserver: FakeHomeserver) -> None:
    """C5: rooms without encryption are answered as ever, and the bot stops when asked."""
    fault = homeserver.fail("POST */keys/upload", 500, times=FOR_EVER)
    await idle.start()
    await homeserver.wait_for(lambda: fault.hits)
    assert await idle.say("anna", "ag3", "!echo eins") == "Echo: eins"
    assert await idle.say("anna", "ag3", "!echo zwei") == "Echo: zwei"
    await asyncio.wait_for(idle.stop(), 10)
    fault.cancel()
    await idle.start()
    await idle.hear("anna", "plenum", "!echo drei")
    assert types_said(homeserver) == ["m.room.encrypted"]
