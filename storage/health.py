"""How the bot is doing: what waits, what is parked, and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import unreadable
from storage.tables import InboxRow, InboxState, OutboxRow, OutboxState


@dataclass(frozen=True, kw_only=True)
class Parked:
    """Something set aside: its kind (`message`, `m.room.message`), the room, the reason, how many alike."""

    kind: str
    room_id: str
    reason: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Health:
    """Counts of what waits, and what is parked in both directions. `unreadable` counts undecryptable messages."""

    waiting_in: int
    waiting_out: int
    unreadable: int
    parked_in: tuple[Parked, ...]
    parked_out: tuple[Parked, ...]


async def waits_from_before(session: AsyncSession, moment: datetime) -> bool:
    """Whether something that came in before `moment` (UTC) is not handled yet."""
    waiting = select(InboxRow.id).where(InboxRow.state == InboxState.NEW, InboxRow.received_at < moment)
    return await session.scalar(waiting.limit(1)) is not None


async def read(session: AsyncSession) -> Health:
    """The state of inbox and outbox now."""
    waiting_in = await session.scalar(select(func.count()).where(InboxRow.state == InboxState.NEW))
    waiting_out = await session.scalar(select(func.count()).where(OutboxRow.state == OutboxState.QUEUED))
    parked_in = [
        Parked(kind=kind, room_id=room_id, reason=error or "", count=count)
        for kind, room_id, error, count in await session.execute(
            select(InboxRow.kind, InboxRow.room_id, InboxRow.error, func.count())
            .where(InboxRow.state == InboxState.PARKED)
            .group_by(InboxRow.kind, InboxRow.room_id, InboxRow.error)
        )
    ]
    parked_out = [
        Parked(kind=kind, room_id=room_id, reason=error or "", count=count)
        for kind, room_id, error, count in await session.execute(
            select(OutboxRow.type, OutboxRow.room_id, OutboxRow.error, func.count())
            .where(OutboxRow.state == OutboxState.PARKED)
            .group_by(OutboxRow.type, OutboxRow.room_id, OutboxRow.error)
        )
    ]
    return Health(
        waiting_in=waiting_in or 0,
        waiting_out=waiting_out or 0,
        unreadable=sum(each.count for each in parked_in if each.kind == unreadable.KIND),
        parked_in=tuple(each for each in parked_in if each.kind != unreadable.KIND),
        parked_out=tuple(parked_out),
    )
