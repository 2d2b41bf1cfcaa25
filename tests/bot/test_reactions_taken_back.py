"""Reactions that people take back: contracts C1, C2 and C3 (client-server API, Redactions)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Follower, Reaction, Reply
from commands.registry import Registry
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, ask, encrypted_dialog, person
from tests.homeserver import FakeHomeserver
from tests.kit import dialog_with, query, small

KARIN, ROOM_OF_KARIN = "karin", "#koordination:test"


@dataclass
class Heard:
    """What a feature that counts votes gets to know: (what, the reaction's event ID, who), in order."""

    calls: list[tuple[str, str, str]] = field(default_factory=list)

    async def pressed(self, call: Call, _session: AsyncSession) -> Reply | None:
        self.calls.append(("pressed", call.cause, call.sender))
        return None

    async def deleted(self, call: Call, cause: str, _session: AsyncSession) -> Reply | None:
        assert cause == call.cause != call.event_id
        self.calls.append(("deleted", call.event_id, call.sender))
        return None

    async def edited(self, _call: Call, _cause: str, _session: AsyncSession) -> Reply | None:
        return None

    def registry(self) -> Registry:
        return small(
            reactions=(Reaction(emoji="✅", subject="date", handler=self.pressed),),
            followers=(Follower(edited=self.edited, deleted=self.deleted),),
        )


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def idle(homeserver: FakeHomeserver, tmp_path: Path, heard: Heard) -> AsyncIterator[Dialog]:
    """The small bot with reactions that can be taken back, not started yet."""
    dialog = dialog_with(homeserver, tmp_path / "data", heard.registry())
    yield dialog
    await dialog.stop()


async def announced(dialog: Dialog) -> str:
    """The event ID of a message of the bot that has a subject, in the coordination's room."""
    answers = await dialog.hear(KARIN, "koordination", "!ansage Hallo")
    return next(each.event_id for each in answers if each.room == "koordination")


async def test_a_reaction_that_is_taken_back_reaches_the_feature_by_its_event_id(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard
) -> None:
    """C1: once, also in a bot that was started anew, and again for the next reaction of the same person."""
    message, anna = await announced(dialog), homeserver.user("anna")
    first = anna.react(ROOM_OF_KARIN, message, "✅")
    await dialog.settle()
    await dialog.restart()
    anna.redact(ROOM_OF_KARIN, first)
    await dialog.settle()
    second = anna.react(ROOM_OF_KARIN, message, "✅")
    await dialog.settle()
    anna.redact(ROOM_OF_KARIN, second)
    assert await dialog.settle() == []
    assert heard.calls == [(what, each, "@anna:test") for each in (first, second) for what in ("pressed", "deleted")]


async def test_a_reaction_under_somebody_elses_message_is_not_for_the_bot(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard
) -> None:
    """C11: neither it nor its removal is stored."""
    anna = homeserver.user("anna")
    said = homeserver.user("ben").say(ROOM_OF_KARIN, "Unter Menschen")
    anna.redact(ROOM_OF_KARIN, anna.react(ROOM_OF_KARIN, said, "✅"))
    reaction = anna.react(ROOM_OF_KARIN, said, "✅")
    await dialog.settle()
    anna.redact(ROOM_OF_KARIN, reaction)
    assert await dialog.settle() == []
    assert heard.calls == []
    assert query(dialog.config.data.database, "SELECT kind FROM inbox WHERE kind != 'invite'") == []


async def test_a_reaction_that_means_nothing_here_is_taken_back_without_a_word(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard
) -> None:
    """The feature is asked, since only it knows what was counted."""
    message, anna = await announced(dialog), homeserver.user("anna")
    reaction = anna.react(ROOM_OF_KARIN, message, "🎉")
    await dialog.settle()
    anna.redact(ROOM_OF_KARIN, reaction)
    assert await dialog.settle() == []
    assert heard.calls == [("deleted", reaction, "@anna:test")]


async def test_a_reaction_and_its_removal_in_one_response_are_seen_in_this_order(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard
) -> None:
    """C1: a homeserver that redacts later than it tells shows both whole."""
    message = await announced(dialog)
    await dialog.stop()
    world, room = homeserver.world, homeserver.room(ROOM_OF_KARIN)
    reaction = homeserver.user("anna").react(ROOM_OF_KARIN, message, "✅")
    world.append(room, "@anna:test", "m.room.redaction", {"redacts": reaction})
    await dialog.start()
    assert heard.calls == [("pressed", reaction, "@anna:test"), ("deleted", reaction, "@anna:test")]


async def test_a_reaction_that_was_taken_back_before_the_bot_saw_it_never_was(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard
) -> None:
    """The homeserver tells an empty event; neither counting nor taking back happens."""
    message, anna = await announced(dialog), homeserver.user("anna")
    await dialog.stop()
    anna.redact(ROOM_OF_KARIN, anna.react(ROOM_OF_KARIN, message, "✅"))
    kept = anna.react(ROOM_OF_KARIN, message, "✅")
    await dialog.start()
    assert heard.calls == [("pressed", kept, "@anna:test")]


async def test_a_removal_in_another_room_takes_nothing_back(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard
) -> None:
    """C12: a redaction counts in the room of its event; a homeserver that lets another one through is not believed."""
    message = await announced(dialog)
    reaction = homeserver.user("anna").react(ROOM_OF_KARIN, message, "✅")
    await dialog.settle()
    plenary = homeserver.room("#plenum:test")
    homeserver.world.append(plenary, "@ben:test", "m.room.redaction", {"redacts": reaction})
    await dialog.settle()
    assert heard.calls == [("pressed", reaction, "@anna:test")]


async def test_in_an_encrypted_room_a_reaction_is_taken_back_as_well(
    homeserver: FakeHomeserver, tmp_path: Path, heard: Heard
) -> None:
    """Reactions are sent in the clear there; a client that encrypts them is understood too."""
    async with encrypted_dialog(homeserver, tmp_path / "data", registry=heard.registry()) as dialog:
        karin = person(homeserver, KARIN)
        await ask(dialog, karin, "!ansage Hallo")
        message = next(
            event.event_id
            for event in homeserver.events(ROOM)
            if event.sender == BOT and event.type == "m.room.encrypted"
        )
        relation = {"m.relates_to": {"rel_type": "m.annotation", "event_id": message, "key": "✅"}}
        clear = homeserver.user(KARIN).react(ROOM, message, "✅")
        hidden = karin.send(ROOM, "m.reaction", relation)
        await dialog.settle()
        for reaction in (clear, hidden):
            homeserver.user(KARIN).redact(ROOM, reaction)
        await dialog.settle()
        assert heard.calls == [
            (what, each, "@karin:test") for what in ("pressed", "deleted") for each in (clear, hidden)
        ]
