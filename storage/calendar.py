"""The dates of the project: plenaries, meetings of the groups, office hours."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Final, NamedTuple
from uuid import uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import CalendarEvent, EventStatus

PLENARY: Final = "plenary"
OFFICE_HOUR: Final = "office_hour"


class OfficeHour(NamedTuple):
    """One office hour as the operator entered it; naive Berlin times."""

    start: datetime
    end: datetime | None = None
    title: str | None = None
    link: str | None = None


def kind_of_group(number: int) -> str:
    """The kind of the dates of one working group: "group:3"."""
    return f"group:{number}"


async def add(
    session: AsyncSession,
    kind: str,
    *,
    starts: datetime,
    at: datetime,
    ends: datetime | None = None,
    number: int | None = None,
    title: str | None = None,
    place: str | None = None,
    link: str | None = None,
) -> CalendarEvent:
    """Enter a date, version 1, with a UID of its own. `starts`, `ends`: naive Berlin times; `at`: now (UTC)."""
    event = CalendarEvent(
        uid=f"{uuid4()}@ag4-bot",
        kind=kind,
        number=number,
        title=title,
        starts=starts,
        ends=ends,
        place=place,
        link=link,
        zone="Europe/Berlin",
        whole_day=False,
        status=EventStatus.CONFIRMED,
        version=1,
        created_at=at,
        changed_at=at,
    )
    session.add(event)
    await session.flush()
    return event


async def find(session: AsyncSession, event_id: int) -> CalendarEvent | None:
    """The date with this ID, or None."""
    return await session.get(CalendarEvent, event_id)


async def by_number(session: AsyncSession, kind: str, number: int) -> CalendarEvent | None:
    """The date of a kind with this number, held and cancelled ones included, or None."""
    found = await session.scalars(
        select(CalendarEvent).where(CalendarEvent.kind == kind, CalendarEvent.number == number)
    )
    return found.one_or_none()


async def numbers(session: AsyncSession, kind: str) -> Sequence[int]:
    """The numbers given out in a kind, ascending."""
    found = await session.scalars(
        select(CalendarEvent.number).where(CalendarEvent.kind == kind).order_by(CalendarEvent.number)
    )
    return [number for number in found if number is not None]


async def next_number(session: AsyncSession, kind: str) -> int:
    """The number the next date of a kind gets: numbers are never given out again."""
    return (await session.scalar(select(func.max(CalendarEvent.number)).where(CalendarEvent.kind == kind)) or 0) + 1


async def every(session: AsyncSession, kind: str) -> Sequence[CalendarEvent]:
    """All dates of a kind, earliest first."""
    found = await session.scalars(
        select(CalendarEvent).where(CalendarEvent.kind == kind).order_by(CalendarEvent.starts, CalendarEvent.id)
    )
    return found.all()


async def upcoming(
    session: AsyncSession,
    *,
    after: datetime,
    kind: str | None = None,
    group: int | None = None,
    cancelled: bool = False,
) -> Sequence[CalendarEvent]:
    """What is not over at `after` (naive Berlin time), earliest first; cancelled dates only on request.

    What runs is not over; a date without an end is over when its day is.
    """
    midnight = datetime.combine(after.date(), time())
    statement = (
        select(CalendarEvent)
        .where(or_(CalendarEvent.ends > after, CalendarEvent.ends.is_(None) & (CalendarEvent.starts >= midnight)))
        .order_by(CalendarEvent.starts, CalendarEvent.id)
    )
    if kind is not None:
        statement = statement.where(CalendarEvent.kind == kind)
    if group is not None:
        statement = statement.where(CalendarEvent.kind == kind_of_group(group))
    if not cancelled:
        statement = statement.where(CalendarEvent.status == EventStatus.CONFIRMED)
    return (await session.scalars(statement)).all()


async def on_day(session: AsyncSession, day: datetime) -> Sequence[CalendarEvent]:
    """The confirmed dates that begin on the day of a naive Berlin time, earliest first."""
    found = await session.scalars(
        select(CalendarEvent)
        .where(CalendarEvent.starts >= datetime.combine(day.date(), time()))
        .where(CalendarEvent.starts <= datetime.combine(day.date(), time.max))
        .where(CalendarEvent.status == EventStatus.CONFIRMED)
        .order_by(CalendarEvent.starts, CalendarEvent.id)
    )
    return found.all()


async def move(
    session: AsyncSession, event: CalendarEvent, *, starts: datetime, ends: datetime | None, at: datetime
) -> None:
    """Put a date on another time (naive, Berlin): a new version."""
    event.starts, event.ends, event.whole_day = starts, ends, False
    event.version += 1
    event.changed_at = at
    await session.flush()


async def cancel(session: AsyncSession, event: CalendarEvent, *, at: datetime) -> None:
    """Mark a date as cancelled: a new version. It stays in the calendar."""
    event.status = EventStatus.CANCELLED
    event.version += 1
    event.changed_at = at
    await session.flush()


async def replace_office_hours(session: AsyncSession, dates: Iterable[OfficeHour], at: datetime) -> None:
    """Make the office hours the same as `dates`; asking again changes nothing.

    A row whose start stays keeps its UID; its version grows if title, end or link change.
    """
    left = list(await every(session, OFFICE_HOUR))
    for wanted in map(OfficeHour._make, dates):
        title, link = wanted.title or None, wanted.link or None
        same = [event for event in left if event.starts == wanted.start]
        row = next((event for event in same if event.title == title), same[0] if same else None)
        if row is None:
            await add(session, OFFICE_HOUR, starts=wanted.start, ends=wanted.end, title=title, link=link, at=at)
            continue
        left.remove(row)
        if (row.ends, row.title, row.link) != (wanted.end, title, link):
            row.ends, row.title, row.link = wanted.end, title, link
            row.version += 1
            row.changed_at = at
    for event in left:
        await session.delete(event)
    await session.flush()
