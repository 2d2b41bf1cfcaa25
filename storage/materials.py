"""What came of a date: minutes, slides and the like, who was there to get them, and which plenaries still lack them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.calendar import PLENARY
from storage.tables import Attendance, CalendarEvent, EventStatus, Material, ParticipationStatus


async def add(
    session: AsyncSession,
    event: CalendarEvent,
    *,
    title: str,
    link: str | None,
    file: Mapping[str, Any] | None,
    source_event_id: str,
    by: str,
    at: datetime,
) -> Material:
    """Enter what somebody sent: a link, a file (as it is sent on), or both. `at` is now (UTC)."""
    material = Material(
        calendar_event_id=event.id,
        title=title,
        link=link,
        file=None if file is None else dict(file),
        source_event_id=source_event_id,
        added_by=by,
        added_at=at,
    )
    session.add(material)
    await session.flush()
    return material


async def of(session: AsyncSession, event: CalendarEvent) -> Sequence[Material]:
    """What there is of a date, oldest first."""
    return (await of_all(session, [event])).get(event.id, [])


async def of_all(session: AsyncSession, events: Collection[CalendarEvent]) -> dict[int, list[Material]]:
    """What there is of several dates, by the ID of the date, oldest first; dates without any are left out."""
    rows = await session.scalars(
        select(Material).where(Material.calendar_event_id.in_([each.id for each in events])).order_by(Material.id)
    )
    found: dict[int, list[Material]] = {}
    for row in rows:
        found.setdefault(row.calendar_event_id, []).append(row)
    return found


async def made_of(session: AsyncSession, source_event_id: str) -> Material | None:
    """What a message brought, or None."""
    found = await session.scalars(select(Material).where(Material.source_event_id == source_event_id))
    return found.one_or_none()


async def remove(session: AsyncSession, material: Material) -> None:
    """Forget it."""
    await session.delete(material)
    await session.flush()


async def rooms_of_accepted(session: AsyncSession, event: CalendarEvent) -> Sequence[str]:
    """IDs of the rooms in which people said that they come, each once; who waits for a seat does not count."""
    found = await session.scalars(
        select(Attendance.room_id)
        .where(Attendance.calendar_event_id == event.id)
        .where(Attendance.status == ParticipationStatus.ACCEPTED, Attendance.waiting.is_(False))
        .order_by(Attendance.answered_at, Attendance.user_id)
    )
    return list(dict.fromkeys(found))


async def unclosed(
    session: AsyncSession, *, before: datetime, since: datetime | None = None
) -> Sequence[CalendarEvent]:
    """The plenaries that were over from `since` to `before` (naive Berlin times) and were not closed, earliest first.

    Cancelled and recalled ones do not count, nor those held long ago, of which only the day is known.
    """
    over = func.coalesce(CalendarEvent.ends, CalendarEvent.starts, type_=CalendarEvent.starts.type)
    statement = (
        select(CalendarEvent)
        .where(CalendarEvent.kind == PLENARY, CalendarEvent.status == EventStatus.CONFIRMED)
        .where(CalendarEvent.recalled.is_(False), CalendarEvent.whole_day.is_(False))
        .where(CalendarEvent.closed_at.is_(None), over < before)
        .order_by(CalendarEvent.starts, CalendarEvent.id)
    )
    if since is not None:
        statement = statement.where(over >= since)
    return (await session.scalars(statement)).all()


async def close(session: AsyncSession, event: CalendarEvent, *, at: datetime) -> None:
    """Note that minutes and material of a date are out; `at` is now (UTC). No new version: nobody is told."""
    event.closed_at = at
    await session.flush()
