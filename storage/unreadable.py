"""Encrypted messages that could not be read yet: kept as they came until their key does, or for a month."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import InboxRow, InboxState

KIND = "undecryptable"
_KEPT = (InboxRow.kind == KIND, InboxRow.state == InboxState.PARKED)
_TOLD = "undecryptable, told"
_SESSION = func.json_extract(InboxRow.content, "$.event.content.session_id")
_MESSAGES = select(InboxRow.id, InboxRow.event_id, InboxRow.room_id, InboxRow.content, InboxRow.received_at).where(
    *_KEPT
)


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """One message as it came: the raw event, and when we got it (UTC)."""

    id: int
    event_id: str
    room_id: str
    event: dict[str, Any]
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Untold:
    """A session whose messages cannot be read and whose sender was not told: with the first such message."""

    room_id: str
    session_id: str
    event_id: str
    sender: str


async def newest(session: AsyncSession, limit: int) -> list[Unreadable]:
    """The newest messages that cannot be read, oldest first."""
    return await _found(session, _MESSAGES.order_by(InboxRow.id.desc()).limit(limit))


async def of_sessions(session: AsyncSession, session_ids: Collection[str]) -> list[Unreadable]:
    """The messages that wait for the keys of these sessions, oldest first."""
    if not session_ids:
        return []
    return await _found(session, _MESSAGES.where(_SESSION.in_(session_ids)))


async def _found(session: AsyncSession, wanted: Select[Any]) -> list[Unreadable]:
    rows = [
        Unreadable(id=number, event_id=event_id, room_id=room_id, event=content["event"], received_at=received_at)
        for number, event_id, room_id, content, received_at in await session.execute(wanted)
        if content
    ]
    return sorted(rows, key=lambda each: each.id)


async def superseded(session: AsyncSession, event_id: str) -> None:
    """A message that cannot be read was edited, and the edit was: the message is handled with it."""
    handled = {"state": InboxState.HANDLED, "kind": "original", "content": None, "error": None}
    await session.execute(update(InboxRow).where(*_KEPT, InboxRow.event_id == event_id).values(**handled))


async def limit(session: AsyncSession, per_sender: int) -> None:
    """Keep only the newest of each sender: nobody fills the database with what nobody can read."""
    place = func.row_number().over(partition_by=InboxRow.sender, order_by=InboxRow.id.desc()).label("place")
    placed = select(InboxRow.id, place).where(*_KEPT).subquery()
    await session.execute(
        delete(InboxRow).where(InboxRow.id.in_(select(placed.c.id).where(placed.c.place > per_sender)))
    )


async def read_now(session: AsyncSession, event_ids: Collection[str]) -> None:
    """These can be read now: what is in them for the bot comes into the inbox as any other message."""
    await session.execute(delete(InboxRow).where(*_KEPT, InboxRow.event_id.in_(event_ids)))


async def untold(session: AsyncSession, received_before: datetime) -> list[Untold]:
    """Sessions whose messages wait for a key since `received_before` (UTC), once each; they count as told from now on.

    Told in vain, if what is to be said of a session was said before: messages are named after it.
    """
    due = (*_KEPT, InboxRow.error != _TOLD, InboxRow.received_at < received_before)
    found = await session.execute(
        select(InboxRow.room_id, InboxRow.event_id, InboxRow.sender, InboxRow.content).where(*due).order_by(InboxRow.id)
    )
    first: dict[tuple[str, str], Untold] = {}
    for room_id, event_id, sender, content in found:
        session_id = str(content["event"].get("content", {}).get("session_id", ""))
        each = Untold(room_id=room_id, session_id=session_id, event_id=event_id, sender=sender)
        first.setdefault((room_id, session_id), each)
    if first:
        await session.execute(update(InboxRow).where(*due).values(error=_TOLD))
    return list(first.values())


async def count(session: AsyncSession) -> int:
    """How many messages cannot be read."""
    return await session.scalar(select(func.count()).select_from(InboxRow).where(*_KEPT)) or 0


async def drop(session: AsyncSession, received_before: datetime) -> None:
    """Give up what waits for its key since `received_before` (UTC)."""
    await session.execute(delete(InboxRow).where(*_KEPT, InboxRow.received_at < received_before))
