"""Which room was told what about which version of a date."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import CalendarEvent, Notice, NoticeKind, table_of

_NEWS = (NoticeKind.ANNOUNCEMENT, NoticeKind.CORRECTION, NoticeKind.CANCELLATION)
"""Notices that tell a room of a version for the first time."""


async def add(
    session: AsyncSession,
    event: CalendarEvent,
    kind: NoticeKind,
    room_ids: Iterable[str],
    *,
    at: datetime,
    distance: str = "",
) -> None:
    """Note that rooms are told of the event as it is now; `distance` ("3d") tells reminders apart. Twice is once."""
    rows = [
        {
            "calendar_event_id": event.id,
            "version": event.version,
            "kind": kind,
            "distance": distance,
            "room_id": room_id,
            "queued_at": at,
        }
        for room_id in room_ids
    ]
    if rows:
        await session.execute(insert_or_ignore(table_of(Notice)).on_conflict_do_nothing(), rows)


async def of(session: AsyncSession, event: CalendarEvent) -> Sequence[Notice]:
    """All notices about an event, every version, oldest first."""
    found = await session.scalars(select(Notice).where(Notice.calendar_event_id == event.id).order_by(Notice.id))
    return found.all()


async def shown(session: AsyncSession, events: Iterable[CalendarEvent], room_id: str, *, at: datetime) -> None:
    """Note that somebody in a room asked for these dates and was told when they are."""
    for event in events:
        await add(session, event, NoticeKind.SHOWN, [room_id], at=at)


def rooms_told(found: Iterable[Notice]) -> list[str]:
    """IDs of the rooms that heard of any version, by themselves or because somebody asked, in that order."""
    return list(dict.fromkeys(each.room_id for each in found if each.kind is not NoticeKind.SKIPPED))


def rooms_announced(found: Iterable[Notice]) -> list[str]:
    """IDs of the rooms that were told without asking, in that order."""
    first: dict[str, NoticeKind] = {}
    for each in found:
        if each.kind is not NoticeKind.SKIPPED:
            first.setdefault(each.room_id, each.kind)
    return [room_id for room_id, kind in first.items() if kind is not NoticeKind.SHOWN]


def told_at(found: Iterable[Notice], version: int) -> dict[str, datetime]:
    """When each room was told of a version by announcement, correction or cancellation (UTC), by room ID."""
    return {each.room_id: each.queued_at for each in found if each.version == version and each.kind in _NEWS}
