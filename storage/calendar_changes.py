"""How each date changed: for everybody to read, and to take a change back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import calendar
from storage.tables import CalendarChange, CalendarEvent, ChangeKind


async def created(session: AsyncSession, event: CalendarEvent, *, at: datetime, actor: str, cause: str) -> None:
    """Note that a date was entered; `cause` is the event that confirmed it."""
    session.add(
        CalendarChange(
            calendar_event_id=event.id,
            version=event.version,
            what=ChangeKind.CREATED,
            at=at,
            actor=actor,
            cause=cause,
            reason=None,
            before=None,
            after=calendar.facts(event),
            told=True,
            undone=False,
        )
    )
    await session.flush()


async def make(
    session: AsyncSession,
    event: CalendarEvent,
    what: ChangeKind,
    wanted: Mapping[str, Any],
    *,
    at: datetime,
    actor: str,
    cause: str,
    reason: str | None = None,
    told: bool = True,
) -> CalendarChange:
    """Change a date (see `calendar.put`) and note it. `told=False`: a job has yet to tell the rooms."""
    before = calendar.facts(event)
    await calendar.put(session, event, wanted, at=at)
    change = CalendarChange(
        calendar_event_id=event.id,
        version=event.version,
        what=what,
        at=at,
        actor=actor,
        cause=cause,
        reason=reason,
        before=before,
        after=calendar.facts(event),
        told=told,
        undone=False,
    )
    session.add(change)
    await session.flush()
    return change


async def of(session: AsyncSession, event: CalendarEvent) -> Sequence[CalendarChange]:
    """All changes of a date, oldest first."""
    found = await session.scalars(
        select(CalendarChange).where(CalendarChange.calendar_event_id == event.id).order_by(CalendarChange.id)
    )
    return found.all()


async def last_by(session: AsyncSession, actor: str) -> Sequence[CalendarChange]:
    """The changes that one person confirmed last, all of one confirmation; recalled ones and recalls do not count."""
    newest = await session.scalar(
        select(CalendarChange.cause)
        .where(CalendarChange.actor == actor)
        .where(CalendarChange.undone.is_(False), CalendarChange.what != ChangeKind.RECALLED)
        .order_by(CalendarChange.id.desc())
        .limit(1)
    )
    if newest is None:
        return []
    found = await session.scalars(
        select(CalendarChange).where(CalendarChange.cause == newest).order_by(CalendarChange.id)
    )
    return found.all()


async def untold(session: AsyncSession) -> Sequence[tuple[CalendarChange, CalendarEvent]]:
    """Changes of which rooms have yet to hear, oldest first."""
    found = await session.execute(
        select(CalendarChange, CalendarEvent)
        .join(CalendarEvent, CalendarEvent.id == CalendarChange.calendar_event_id)
        .where(CalendarChange.told.is_(False))
        .order_by(CalendarChange.id)
    )
    return [(change, event) for change, event in found]
