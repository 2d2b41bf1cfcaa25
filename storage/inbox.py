"""What was addressed to the bot, in the homeserver's order, until it is handled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import InboxRow, InboxState, table_of


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One row of the inbox, detached from any session.

    `id` is 0 until stored. `content` is what its `kind` needs; `received_at` is when *we* got it (UTC). `origin` is
    where in a Megolm session it was encrypted, None where it was not.
    """

    id: int = 0
    event_id: str
    kind: str
    room_id: str
    sender: str
    content: dict[str, Any]
    received_at: datetime
    origin: str | None = None


_INBOX: Final = table_of(InboxRow)
_COLUMNS: Final = tuple(
    _INBOX.c[name] for name in ("id", "event_id", "kind", "room_id", "sender", "content", "received_at")
)

# Built once: this is the path of every message.
# The number of rows never shows in the SQL: SQLite keeps prepared statements, and each length would be another.
_LAST: Final = select(func.coalesce(func.max(_INBOX.c.id), 0))
_ADD: Final = insert_or_ignore(_INBOX).on_conflict_do_nothing()
_SINCE: Final = select(_INBOX.c.id, _INBOX.c.event_id).where(_INBOX.c.id > bindparam("last"))
_WAITING: Final = select(*_COLUMNS).where(_INBOX.c.state == InboxState.NEW).order_by(_INBOX.c.id)
_HANDLED: Final = (
    update(_INBOX).where(_INBOX.c.id == bindparam("row")).values(state=InboxState.HANDLED, content=None, error=None)
)
_FAILED: Final = (
    update(_INBOX)
    .where(_INBOX.c.id == bindparam("row"))
    .values(attempts=_INBOX.c.attempts + 1, error=bindparam("why"), state=bindparam("then"))
)
_FORGET: Final = (
    update(_INBOX).where(_INBOX.c.event_id == bindparam("event")).values(content=None, state=InboxState.HANDLED)
)


async def add(session: AsyncSession, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Store what is new and return it with its IDs, in order; a known event ID or origin is left out."""
    last = await session.scalar(_LAST)
    await session.execute(_ADD, [_row(each, InboxState.NEW) for each in arrivals])
    stored = await session.execute(_SINCE, {"last": last})
    ids = {event_id: number for number, event_id in stored}
    new = {each.event_id: each for each in reversed(arrivals) if each.event_id in ids}
    return sorted((replace(each, id=ids[each.event_id]) for each in new.values()), key=lambda each: each.id)


async def waiting(session: AsyncSession) -> list[Arrival]:
    """Everything not handled yet, oldest first."""
    return [Arrival(**row._mapping) for row in await session.execute(_WAITING)]  # noqa: SLF001 (SQLAlchemy's public name)


async def authors(session: AsyncSession, event_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Which of these events were addressed to the bot, handled or not: event ID -> (sender, room ID)."""
    found = await session.execute(
        select(_INBOX.c.event_id, _INBOX.c.sender, _INBOX.c.room_id).where(_INBOX.c.event_id.in_(set(event_ids)))
    )
    return {event_id: (sender, room_id) for event_id, sender, room_id in found}


async def handled(session: AsyncSession, arrival_ids: Sequence[int]) -> None:
    """Mark rows as handled and drop what they said."""
    await session.execute(_HANDLED, [{"row": each} for each in arrival_ids])


async def failed(session: AsyncSession, arrival_id: int, *, error: str, park: bool) -> None:
    """Count a failed attempt; with `park` the row is set aside and shown in `!status`."""
    then = InboxState.PARKED if park else InboxState.NEW
    await session.execute(_FAILED, [{"row": arrival_id, "why": error, "then": then}])


async def set_aside(session: AsyncSession, arrival: Arrival, *, error: str) -> None:
    """Store something that cannot be handled now (an undecryptable message) as parked, once."""
    await session.execute(_ADD, [_row(arrival, InboxState.PARKED) | {"error": error}])


async def note_original(session: AsyncSession, original: Arrival) -> None:
    """Remember a message that only its edit addressed to the bot, so that later edits and deletions find it."""
    await session.execute(_ADD, [_row(original, InboxState.HANDLED) | {"kind": "original", "content": None}])


async def forget(session: AsyncSession, event_id: str) -> None:
    """Drop what a message said, whatever its state: it was deleted."""
    await session.execute(_FORGET, [{"event": event_id}])


def _row(arrival: Arrival, state: InboxState) -> dict[str, Any]:
    return {
        "event_id": arrival.event_id,
        "origin": arrival.origin,
        "kind": arrival.kind,
        "room_id": arrival.room_id,
        "sender": arrival.sender,
        "content": arrival.content,
        "received_at": arrival.received_at,
        "state": state,
        "attempts": 0,
    }
