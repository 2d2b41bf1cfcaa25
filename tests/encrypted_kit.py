"""The small bot in an encrypted plenary, and people whose clients exclude devices that are not cross-signed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.dialog import BOT, Dialog
from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver
from tests.kit import dialog_with

ROOM = "#plenum:test"
ENCRYPTION = {"algorithm": "m.megolm.v1.aes-sha2"}


def person(hs: FakeHomeserver, name: str, **how: Any) -> EncryptedPerson:
    """Somebody with a cross-signed device who excludes insecure ones (MSC4153)."""
    return EncryptedPerson.of(hs, name, **({"exclude_insecure": True} | how))


def answers(reader: EncryptedPerson, room: str = ROOM) -> list[str]:
    """What the bot said in a room, as this device can read it; fails where it cannot read something."""
    said = reader.heard(room, BOT)
    unreadable = [each for each in said if not isinstance(each, dict)]
    assert not unreadable, unreadable
    return reader.said(room, BOT)


def encrypted(hs: FakeHomeserver, room: str = ROOM, **settings: Any) -> None:
    """Make a room encrypted, as its admin does."""
    hs.user("karin").put_state(room, "m.room.encryption", ENCRYPTION | settings)


@asynccontextmanager
async def encrypted_dialog(hs: FakeHomeserver, directory: Path, **tables: Any) -> AsyncIterator[Dialog]:
    """The bot with encryption, started, in the encrypted plenary."""
    encryption = {"enabled": True} | tables.pop("encryption", {})
    dialog = dialog_with(hs, directory, tables.pop("registry", None), encryption=encryption, **tables)
    encrypted(hs)
    try:
        await dialog.start()
        yield dialog
    finally:
        await dialog.stop()


async def ask(dialog: Dialog, who: EncryptedPerson, text: str, room: str = ROOM, **how: Any) -> list[str]:
    """Say something and wait; what the bot has said in the room since then, as `who` reads it."""
    before = len(answers(who, room))
    who.say(room, text, **how)
    await dialog.settle()
    return answers(who, room)[before:]
