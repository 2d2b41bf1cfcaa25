"""Dates that recur: the rule, and the dates that were entered of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import calendar
from storage.tables import CalendarEvent, CalendarSeries, EventStatus


async def add(
    session: AsyncSession,
    kind: str,
    *,
    starts: datetime,
    ends: datetime | None,
    rule: str,
    exceptions: Sequence[datetime],
    title: str | None,
    place: str | None,
    link: str | None,
    room_ids: Sequence[str],
    at: datetime,
) -> CalendarSeries:
    """Enter a series; none of its dates are there yet. Naive Berlin times; `at` is now (UTC)."""
    series = CalendarSeries(
        uid=calendar.new_uid(),
        kind=kind,
        title=title,
        starts=starts,
        ends=ends,
        zone="Europe/Berlin",
        rule=rule,
        exceptions=[each.isoformat() for each in exceptions],
        place=place,
        link=link,
        status=EventStatus.CONFIRMED,
        sequence=0,
        version=1,
        filled_until=datetime.min,  # noqa: DTZ901  before any wall-clock time
        rooms=list(room_ids),
        created_at=at,
        changed_at=at,
    )
    session.add(series)
    await session.flush()
    return series


async def find(session: AsyncSession, series_id: int) -> CalendarSeries | None:
    """The series with this ID, or None."""
    return await session.get(CalendarSeries, series_id)


async def every(session: AsyncSession) -> Sequence[CalendarSeries]:
    """All series, the oldest first."""
    return (await session.scalars(select(CalendarSeries).order_by(CalendarSeries.id))).all()


async def to_fill(session: AsyncSession, until: datetime) -> Sequence[CalendarSeries]:
    """Series that go on and of which dates up to `until` (naive Berlin time) may be missing."""
    found = await session.scalars(
        select(CalendarSeries)
        .where(CalendarSeries.status == EventStatus.CONFIRMED, CalendarSeries.filled_until < until)
        .order_by(CalendarSeries.id)
    )
    return found.all()


async def dates_of(session: AsyncSession, series: CalendarSeries) -> Sequence[CalendarEvent]:
    """The dates that were entered of a series and not recalled, in the order of its rule."""
    found = await session.scalars(
        select(CalendarEvent)
        .where(CalendarEvent.series_id == series.id, CalendarEvent.recalled.is_(False))
        .order_by(CalendarEvent.occurrence)
    )
    return found.all()


def next_of_each(events: Sequence[CalendarEvent]) -> list[CalendarEvent]:
    """These dates in their order, but of each series only the first one that is on (or the first, where none is)."""
    chosen: dict[int, CalendarEvent] = {}
    for event in events:
        if event.series_id is None:
            continue
        first = chosen.setdefault(event.series_id, event)
        if first.status is EventStatus.CANCELLED and event.status is EventStatus.CONFIRMED:
            chosen[event.series_id] = event
    return [each for each in events if each.series_id is None or chosen[each.series_id] is each]


async def list_again(session: AsyncSession, series: CalendarSeries) -> None:
    """Make all dates of a series seen again, after its end was taken back."""
    recalled = CalendarEvent.series_id == series.id, CalendarEvent.recalled.is_(True)
    for event in await session.scalars(select(CalendarEvent).where(*recalled)):
        event.recalled = False
    await session.flush()


async def touch(session: AsyncSession, series: CalendarSeries, *, at: datetime) -> None:
    """Make a new version, because something of the series, or of one of its dates, differs since `at` (UTC)."""
    series.version += 1
    series.changed_at = at
    await session.flush()


def state_of(series: CalendarSeries) -> str:
    """The state of a series for the history: status and rule."""
    return f"{series.status} {series.rule}"


def put_back(series: CalendarSeries, state: str) -> None:
    """Give a series status and rule as `state_of` once named them."""
    status, series.rule = state.split(" ", 1)
    series.status = EventStatus(status)
