"""Whom a message mentions, as a command gets to know it (client-server API, User and room mentions)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Follower, Reply, command
from commands.markup import fill
from commands.registry import Registry
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, encrypted_dialog, person
from tests.homeserver import FakeHomeserver
from tests.kit import dialog_with, query, small

PLENARY = "#plenum:test"
INVALID = ("anna", "@anna", "anna:test", "@:test", "@anna:", "@an na:test", "@anna:te st", "@anna:test\n", "#anna:test")
VALID = ("@anna:test", "@Anna=2e_x/y+z:sub.example.org:8448", "@a:[::1]:80", "@a:192.0.2.1", "@!~:test")


@pytest.fixture
def calls() -> list[Call]:
    """What commands were called with, oldest first."""
    return []


@pytest.fixture
def registry(calls: list[Call]) -> Registry:
    """A bot that notes its calls."""

    @command("wer", "[Text]", example="!wer")
    async def who(call: Call, _session: AsyncSession) -> Reply:
        """Merkt sich, wer erwähnt ist."""
        calls.append(call)
        return Reply(text=fill("Gut."), subject="date:1")

    async def followed(call: Call, _cause: str, _session: AsyncSession) -> Reply | None:
        calls.append(call)
        return None

    return small(commands=[who], followers=(Follower(edited=followed, deleted=followed),))


@pytest.fixture
async def idle(homeserver: FakeHomeserver, tmp_path: Path, registry: Registry) -> AsyncIterator[Dialog]:
    """That bot, not started yet."""
    dialog = dialog_with(homeserver, tmp_path / "data", registry)
    yield dialog
    await dialog.stop()


def said_to(dialog: Dialog, homeserver: FakeHomeserver, mentions: Any) -> str:
    content = {"msgtype": "m.text", "body": "!wer", "m.mentions": mentions}
    return homeserver.user("anna").send(PLENARY, "m.room.message", content)


async def test_a_command_gets_the_people_mentioned_without_the_bot(
    dialog: Dialog, homeserver: FakeHomeserver, calls: list[Call]
) -> None:
    """In their order, each once; the bot is whom one talks to."""
    said_to(dialog, homeserver, {"user_ids": ["@lena:test", BOT, "@ben:test", "@lena:test"], "room": True})
    await dialog.settle()
    assert [call.mentions for call in calls] == [("@lena:test", "@ben:test")]


@pytest.mark.parametrize(
    "mentions",
    [{}, None, 7, {"user_ids": "@ben:test"}, {"user_ids": {"@ben:test": 1}}, {"user_ids": [BOT, 7, None, []]}],
)
async def test_where_nobody_is_mentioned_the_inbox_says_nothing_of_it(
    dialog: Dialog, homeserver: FakeHomeserver, calls: list[Call], mentions: Any
) -> None:
    """C5, C16: nor where there is nonsense."""
    dialog.app.dispatcher._waiting = _Nothing()  # type: ignore[assignment]  # so that the row can be looked at
    asked = said_to(dialog, homeserver, mentions)
    await homeserver.polling(BOT)
    [(content,)] = query(dialog.config.data.database, "SELECT content FROM inbox WHERE event_id = ?", asked)
    assert "mentions" not in content
    await dialog.restart()
    assert [call.mentions for call in calls] == [()]


class _Nothing(list[Any]):
    def extend(self, _rows: Any) -> None:
        """Take nothing on: as if the bot were killed here."""


async def test_only_valid_user_ids_are_taken(dialog: Dialog, homeserver: FakeHomeserver, calls: list[Call]) -> None:
    """C13: whatever a stranger's client puts there (appendices, User identifiers)."""
    too_long = f"@{'a' * 250}:test"
    said_to(dialog, homeserver, {"user_ids": [*INVALID, *VALID, too_long]})
    await dialog.settle()
    assert [call.mentions for call in calls] == [VALID]


async def test_at_most_twenty_are_taken(dialog: Dialog, homeserver: FakeHomeserver, calls: list[Call]) -> None:
    people = [f"@p{number}:test" for number in range(30)]
    said_to(dialog, homeserver, {"user_ids": [BOT, *people]})
    await dialog.settle()
    assert [call.mentions for call in calls] == [tuple(people[:20])]


async def test_of_an_edit_the_new_text_counts(dialog: Dialog, homeserver: FakeHomeserver, calls: list[Call]) -> None:
    """Outside of it stand only those that the edit mentions anew."""
    asked = said_to(dialog, homeserver, {"user_ids": ["@ben:test"]})
    new = {"msgtype": "m.text", "body": "!wer", "m.mentions": {"user_ids": ["@ben:test", "@lena:test"]}}
    relation = {"rel_type": "m.replace", "event_id": asked}
    content = {**new, "m.mentions": {"user_ids": ["@lena:test"]}, "m.new_content": new, "m.relates_to": relation}
    homeserver.user("anna").send(PLENARY, "m.room.message", content)
    await dialog.settle()
    assert [call.mentions for call in calls] == [("@ben:test",), *[("@ben:test", "@lena:test")] * 2]


async def test_reactions_and_deletions_mention_nobody(
    dialog: Dialog, homeserver: FakeHomeserver, calls: list[Call]
) -> None:
    asked = said_to(dialog, homeserver, {"user_ids": ["@ben:test"]})
    await dialog.settle()
    content = {"redacts": asked, "m.mentions": {"user_ids": ["@ben:test"]}}
    homeserver.user("anna").send(PLENARY, "m.room.redaction", content)
    await dialog.settle()
    assert [call.mentions for call in calls] == [("@ben:test",), ()]


async def test_it_is_the_same_in_an_encrypted_room(
    homeserver: FakeHomeserver, tmp_path: Path, registry: Registry, calls: list[Call]
) -> None:
    """There m.mentions stands in what is encrypted."""
    async with encrypted_dialog(homeserver, tmp_path / "data", registry=registry) as dialog:
        anna = person(homeserver, "anna")
        anna.say(ROOM, "!wer", mentions=["@lena:test"])
        await dialog.settle()
        assert [call.mentions for call in calls] == [("@lena:test",)]
