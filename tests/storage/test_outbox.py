"""Contract C2 in the database: one key, one row, one transaction ID."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import inbox, outbox
from storage.database import Database
from storage.inbox import Arrival
from storage.outbox import Outgoing
from tests.dialog import MONDAY


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "bot.sqlite")
    yield database
    await database.close()


def message(key: str, *, subject: str | None = None) -> Outgoing:
    return Outgoing(
        key=key,
        room_id="!a:test",
        type="m.room.message",
        content={"body": key},
        lanes=("!a:test|",),
        subject=subject,
        device_id="D",
        queued_at=MONDAY,
    )


def arrival(event_id: str) -> Arrival:
    return Arrival(
        event_id=event_id,
        kind="message",
        room_id="!a:test",
        sender="@a:test",
        content={"text": "x"},
        received_at=MONDAY,
    )


async def test_a_key_is_queued_once(database: Database) -> None:
    """C2: also within one call, and after it was sent."""
    async with database.transaction() as session:
        first = await outbox.add(session, [message("a"), message("b"), message("a")])
        assert [row.key for row in first] == ["a", "b"]
        await outbox.sent(session, [(first[0].id, "$1")], at=MONDAY)
        assert [row.key for row in await outbox.add(session, [message("c"), message("a")])] == ["c"]
        assert [row.key for row in await outbox.waiting(session)] == ["b", "c"]


def test_the_transaction_id_comes_from_the_key() -> None:
    """C2: the same cause, the same ID, whoever computes it; it is one path segment."""
    assert message("reply:$x").txn_id == message("reply:$x").txn_id != message("reply:$y").txn_id
    assert message("remind:17/v2 #3").txn_id.isalnum()


async def test_an_echo_marks_what_it_names_and_nothing_else(database: Database) -> None:
    """C2: the content is dropped, the event ID noted; a second echo changes nothing."""
    async with database.transaction() as session:
        await outbox.add(session, [message("a", subject="question:1"), message("b")])
        await outbox.sent_under(session, [(message("a").txn_id, "$1"), ("unknown", "$2")], at=MONDAY)
        await outbox.sent_under(session, [(message("a").txn_id, "$3")], at=MONDAY)
        assert [row.key for row in await outbox.waiting(session)] == ["b"]
        assert await outbox.subjects(session, ["$1", "$2", "$3"]) == {"$1": "question:1"}


async def test_an_echo_mends_what_was_parked(database: Database) -> None:
    """C2: the homeserver has it after all."""
    async with database.transaction() as session:
        [row] = await outbox.add(session, [message("a")])
        await outbox.parked(session, row.id, error="403 M_FORBIDDEN")
        await outbox.sent_under(session, [(row.txn_id, "$1")], at=MONDAY)
        assert await outbox.subjects(session, ["$1"]) == {"$1": None}
        assert await outbox.unpark(session, row.room_id, queued_since=MONDAY) == []


async def test_many_rows_keep_their_order(database: Database) -> None:
    """C1, C6: whatever SQLite's limit for one statement is."""
    async with database.transaction() as session:
        stored = await inbox.add(session, [arrival(f"${number}") for number in range(5000)])
        assert [row.event_id for row in stored] == [f"${number}" for number in range(5000)]
        queued = await outbox.add(session, [message(f"{number}") for number in range(5000)])
        assert [row.key for row in queued] == [f"{number}" for number in range(5000)]


async def test_an_event_is_stored_once(database: Database) -> None:
    """C2: also after it was handled; its words are gone then."""
    async with database.transaction() as session:
        [row] = await inbox.add(session, [arrival("$1"), arrival("$1")])
        await inbox.handled(session, [row.id])
        assert await inbox.add(session, [arrival("$1")]) == []
        assert await inbox.waiting(session) == []
        assert list(await inbox.authors(session, ["$1", "$2"])) == ["$1"]
