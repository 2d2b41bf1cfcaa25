"""What the bot wants to say or do, each named after its cause, until the homeserver has it."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, null, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import OutboxRow, OutboxState, table_of


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One row of the outbox, detached from any session.

    `key` names the cause and is unique: queueing it again does nothing (contract C2). `txn_id` is derived
    from it, `device_id` is the device the transaction ID counts for. `id` is 0 until stored.
    """

    id: int = 0
    key: str
    room_id: str
    type: str
    content: dict[str, Any]
    lanes: tuple[str, ...]
    subject: str | None = None
    device_id: str
    queued_at: datetime

    @property
    def txn_id(self) -> str:
        """The transaction ID under which the homeserver deduplicates (client-server API, Transaction identifiers)."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What became of a message that a later row refers to; `event_id` is None until it is sent.

    `room_id` is "" where that was forgotten. `removed`: its redaction is sent or queued.
    """

    room_id: str
    state: OutboxState
    event_id: str | None
    removed: bool


MESSAGE, REDACT = "m.room.message", "redact"
"""A message of ours, and the removal of one; its content names that message's key ("of")."""
ECHO = "echo"
"""The type of a row that is known by its echo alone: it was sent after the backup that this database comes from."""

_OUTBOX: Final = table_of(OutboxRow)
_COLUMNS: Final = tuple(
    _OUTBOX.c[name]
    for name in ("id", "key", "room_id", "type", "content", "lanes", "subject", "device_id", "queued_at")
)
_NOW_SENT: Final = {"state": OutboxState.SENT, "content": None, "error": None}

# Built once: this is the path of every message.
# The number of rows never shows in the SQL: SQLite keeps prepared statements, and each length would be another.
_LAST: Final = select(func.coalesce(func.max(_OUTBOX.c.id), 0))
_ADD: Final = insert_or_ignore(_OUTBOX).on_conflict_do_nothing()
_SINCE: Final = select(_OUTBOX.c.id, _OUTBOX.c.key).where(_OUTBOX.c.id > bindparam("last"))
_WAITING: Final = select(*_COLUMNS).where(_OUTBOX.c.state == OutboxState.QUEUED).order_by(_OUTBOX.c.id)
_SENT: Final = (
    update(_OUTBOX)
    .where(_OUTBOX.c.id == bindparam("row"))
    .values(event_id=bindparam("event"), sent_at=bindparam("at"), **_NOW_SENT)
)
_SENT_UNDER: Final = (
    update(_OUTBOX)
    .where(_OUTBOX.c.txn_id == bindparam("txn"), _OUTBOX.c.state != OutboxState.SENT)
    .values(event_id=bindparam("event"), sent_at=bindparam("at"), **_NOW_SENT)
)
_HEARD: Final = insert_or_ignore(_OUTBOX).on_conflict_do_nothing()
_ADOPT: Final = (
    update(_OUTBOX)
    .where(_OUTBOX.c.txn_id == bindparam("txn"), _OUTBOX.c.type == ECHO)
    .values(key=bindparam("name"), type=bindparam("what"), subject=bindparam("about"))
)
_PARKED: Final = (
    update(_OUTBOX).where(_OUTBOX.c.id == bindparam("row")).values(state=OutboxState.PARKED, error=bindparam("why"))
)
_FORGET: Final = (
    update(_OUTBOX)
    .where(_OUTBOX.c.key == bindparam("name"), _OUTBOX.c.state == OutboxState.PARKED)
    .values(content=null())
)


async def add(session: AsyncSession, outgoing: Sequence[Outgoing]) -> list[Outgoing]:
    """Queue what is new and return it with its IDs, in order; a key that was queued before is left out."""
    if not outgoing:
        return []
    last = await session.scalar(_LAST)
    await session.execute(_ADD, [_row(each) for each in outgoing])
    stored = await session.execute(_SINCE, {"last": last})
    ids = {key: number for number, key in stored}
    if len(ids) < len(outgoing):
        await _adopt(session, [each for each in outgoing if each.key not in ids])
    new = {each.key: each for each in reversed(outgoing) if each.key in ids}
    return sorted((replace(each, id=ids[each.key]) for each in new.values()), key=lambda each: each.id)


async def _adopt(session: AsyncSession, outgoing: Sequence[Outgoing]) -> None:
    """Give rows that are known by their echo alone their names, so that reactions to them find their subject."""
    if outgoing:
        named = [{"txn": each.txn_id, "name": each.key, "what": each.type, "about": each.subject} for each in outgoing]
        await session.execute(_ADOPT, named)


async def waiting(session: AsyncSession) -> list[Outgoing]:
    """Everything not sent yet, oldest first."""
    found = await session.execute(_WAITING)
    return [Outgoing(**{**row._mapping, "lanes": tuple(row.lanes)}) for row in found]  # noqa: SLF001 (SQLAlchemy's public name)


async def sent(session: AsyncSession, event_ids: Sequence[tuple[int, str | None]], *, at: datetime) -> None:
    """Note the event IDs (None for a join or leave) of rows the homeserver has; drop their content."""
    await session.execute(_SENT, [{"row": row, "event": event, "at": at} for row, event in event_ids])


async def sent_under(session: AsyncSession, event_ids: Iterable[tuple[str, str]], *, at: datetime) -> None:
    """Note what our own echo says: (transaction ID, event ID) pairs of messages the homeserver has.

    The echo comes before any reaction to the message, so a crash between sending and noting loses nothing. What is
    not in the outbox was sent after the backup that was restored: when its cause comes again, it is sent already.
    """
    heard = list(event_ids)
    await session.execute(_SENT_UNDER, [{"txn": txn, "event": event, "at": at} for txn, event in heard])
    await session.execute(_HEARD, [_echo(txn, event, at) for txn, event in heard])


async def parked(session: AsyncSession, outgoing_id: int, *, error: str) -> None:
    """Set a row aside that can never be sent; `!status` shows it."""
    await session.execute(_PARKED, [{"row": outgoing_id, "why": error}])


async def unpark(session: AsyncSession, room_id: str, *, queued_since: datetime) -> list[Outgoing]:
    """Queue again what was parked for a room that the bot is in only now, unless it is older than `queued_since`."""
    parked = (
        _OUTBOX.c.room_id == room_id,
        _OUTBOX.c.state == OutboxState.PARKED,
        _OUTBOX.c.queued_at >= queued_since,
        _OUTBOX.c.content.is_not(None),
    )
    found = await session.execute(select(*_COLUMNS).where(*parked).order_by(_OUTBOX.c.id))
    rows = [Outgoing(**{**row._mapping, "lanes": tuple(row.lanes)}) for row in found]  # noqa: SLF001 (SQLAlchemy's public name)
    await session.execute(update(_OUTBOX).where(*parked).values(state=OutboxState.QUEUED, error=None))
    return rows


async def subjects(session: AsyncSession, event_ids: Iterable[str]) -> dict[str, str | None]:
    """What our own messages are about: event ID -> subject (None where about nothing); strangers are left out."""
    found = await session.execute(
        select(_OUTBOX.c.event_id, _OUTBOX.c.subject).where(
            _OUTBOX.c.event_id.in_(set(event_ids)), _OUTBOX.c.type != ECHO
        )
    )
    return {event_id: subject for event_id, subject in found}  # noqa: C416 (rows are no pairs to dict)


async def earlier(session: AsyncSession, key: str, *, before: int) -> Earlier | None:
    """What became of the message queued under `key`, as far as it was queued before the row with the ID `before`."""
    removal = select(_OUTBOX.c.id).where(_OUTBOX.c.key == redaction_of(key), _OUTBOX.c.id < before)
    found = await session.execute(
        select(_OUTBOX.c.room_id, _OUTBOX.c.state, _OUTBOX.c.event_id).where(
            _OUTBOX.c.key == key, _OUTBOX.c.id < before
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    removed = await session.scalar(removal) is not None
    return Earlier(room_id=row.room_id, state=row.state, event_id=row.event_id, removed=removed)


async def reword(session: AsyncSession, key: str, wording: dict[str, Any]) -> None:
    """Change what a parked message will say if it is sent after all; does nothing where it is not parked."""
    parked = _OUTBOX.c.key == key, _OUTBOX.c.state == OutboxState.PARKED, _OUTBOX.c.type == MESSAGE
    said = await session.scalar(select(_OUTBOX.c.content).where(*parked))
    if said is not None:
        await session.execute(update(_OUTBOX).where(*parked).values(content=said | wording))


async def forget(session: AsyncSession, key: str) -> None:
    """Drop what a parked message says: it is not to be sent any more (contract C17)."""
    await session.execute(_FORGET, {"name": key})


async def retract(
    session: AsyncSession, subject: str, *, types: Collection[str], device_id: str, at: datetime
) -> list[Outgoing]:
    """The redactions of all rows of these types about a subject, not queued yet; what is parked says nothing now.

    Each is in the lanes of what it redacts, so that it comes after it (contract C6).
    """
    found = await session.execute(
        select(_OUTBOX.c.key, _OUTBOX.c.room_id, _OUTBOX.c.lanes)
        .where(_OUTBOX.c.subject == subject, _OUTBOX.c.type.in_(types))
        .order_by(_OUTBOX.c.id)
    )
    rows = found.all()
    if rows:
        await session.execute(_FORGET, [{"name": row.key} for row in rows])
    return [
        Outgoing(
            key=redaction_of(row.key),
            room_id=row.room_id,
            type=REDACT,
            content={"of": row.key},
            lanes=tuple(row.lanes),
            device_id=device_id,
            queued_at=at,
        )
        for row in rows
    ]


def redaction_of(key: str) -> str:
    """The key of the redaction of a message: there is never a second one."""
    return f"redact:{key}"


def _row(each: Outgoing) -> dict[str, Any]:
    return {
        "key": each.key,
        "txn_id": each.txn_id,
        "device_id": each.device_id,
        "room_id": each.room_id,
        "type": each.type,
        "content": each.content,
        "lanes": list(each.lanes),
        "subject": each.subject,
        "queued_at": each.queued_at,
        "state": OutboxState.QUEUED,
    }


def _echo(txn_id: str, event_id: str, at: datetime) -> dict[str, Any]:
    return {
        "key": f"echo:{txn_id}",
        "txn_id": txn_id,
        "device_id": "",
        "room_id": "",
        "type": ECHO,
        "content": None,
        "lanes": [],
        "queued_at": at,
        "state": OutboxState.SENT,
        "event_id": event_id,
        "sent_at": at,
    }
