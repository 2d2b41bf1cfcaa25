"""What the bot has set, or will set, in the state of rooms, as the outbox knows it."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import OutboxRow

TOPIC, PIN = "m.room.topic", "m.room.pinned_events"
"""Types of rows. A PIN is about the subject of the message it pins, and once done it has that message's event ID."""


async def pinned(session: AsyncSession, event_ids: Iterable[str], *, subject: str) -> set[str]:
    """Those of these events that are messages about `subject` which the bot itself has pinned."""
    found = await session.scalars(
        select(OutboxRow.event_id).where(
            OutboxRow.event_id.in_(set(event_ids)), OutboxRow.type == PIN, OutboxRow.subject == subject
        )
    )
    return {each for each in found if each is not None}


async def is_outdated(session: AsyncSession, room_id: str, *, topic: int) -> bool:
    """Whether a later row of the outbox than the one with the ID `topic` says something else in the room's topic."""
    later = select(OutboxRow.id).where(OutboxRow.id > topic, OutboxRow.type == TOPIC, OutboxRow.room_id == room_id)
    return await session.scalar(later.limit(1)) is not None
