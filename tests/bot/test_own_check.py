"""Contract C12: commands whose handler itself checks who may, and what help says of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Command, Reply, command
from commands.errors import NotAllowed
from commands.help import help_for
from commands.markup import fill
from storage.tables import Role
from tests.dialog import Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import dialog_with, small


@command("antworte", "<Text>", role=Role.LEAD, own_check=True, example="!antworte Ja")
async def answer(call: Call, _session: AsyncSession) -> Reply:
    """Antwortet.

    Das dürfen die Leitung und Anna.
    """
    if call.sender != "@anna:test":
        call.require(Role.LEAD)
    return Reply(text=fill("Getan."))


@command("hilft", "<Nr.>", own_check=True, example="!hilft 1")
async def helped(call: Call, _session: AsyncSession) -> Reply:
    """Bestätigt.

    Das darf nur Anna.
    """
    if call.sender != "@anna:test":
        raise NotAllowed("Das darf nur, wer gefragt hat.")
    return Reply(text=fill("Getan."))


@command("streng", role=Role.LEAD, example="!streng")
async def strict(_call: Call, _session: AsyncSession) -> Reply:
    """Tut etwas."""
    return Reply(text=fill("Getan."))


@pytest.fixture
async def idle(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    """The bot with the commands above, not started yet."""
    commands: list[Command] = [answer, helped, strict]
    commands.append(help_for(lambda: commands))
    dialog = dialog_with(homeserver, tmp_path / "data", small(commands=commands))
    yield dialog
    await dialog.stop()


@pytest.mark.parametrize(
    "who, text, allowed",
    [
        ("anna", "!antworte Ja", True),
        ("lena", "!antworte Ja", True),
        ("ben", "!antworte Ja", False),
        ("anna", "!hilft 1", True),
        ("karin", "!hilft 1", False),
        ("anna", "!streng", False),
        ("lena", "!streng", True),
    ],
)
async def test_the_handler_alone_decides(dialog: Dialog, who: str, text: str, *, allowed: bool) -> None:
    """Where it says so; all others are for their role."""
    said = await dialog.say(who, "plenum", text)
    assert (said == "Getan.") is allowed
    assert allowed or said.startswith("Das darf nur")


async def test_help_says_who_may(dialog: Dialog) -> None:
    """The list goes by the role; one command in detail says that it is not the role alone."""
    assert "!antworte" not in await dialog.say("anna", "plenum", "!hilfe")
    assert "!antworte" in await dialog.say("lena", "plenum", "!hilfe")
    about = await dialog.say("anna", "plenum", "!hilfe antworte")
    assert "Das dürfen die Leitung und Anna." in about
    assert "Wer: Leitung einer AG und Koordination, im Einzelfall auch andere" in about
    assert "Wer: alle, die es im Einzelfall betrifft" in await dialog.say("anna", "plenum", "!hilfe hilft")
    assert "Wer: Leitung einer AG und Koordination" in (await dialog.say("anna", "plenum", "!hilfe streng")).split("\n")
