"""The dates of the project: plenaries, meetings of the groups, office hours, talks."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import CalendarEvent, EventSource, EventStatus

PLENARY: Final = "plenary"
OFFICE_HOUR: Final = "office_hour"
TALK: Final = "talk"
_GROUP: Final = "group:"
_LONGEST: Final = timedelta(days=100)
"""No date takes longer."""


def kind_of_group(number: int) -> str:
    """The kind of the meetings of one working group: "group:3"."""
    return f"{_GROUP}{number}"


def group_of(kind: str) -> int | None:
    """The number of the working group whose meetings are of this kind, or None."""
    return int(kind.removeprefix(_GROUP)) if kind.startswith(_GROUP) else None


def subject_of(event_id: int) -> str:
    """What a message about a date is about: "calendar:12"."""
    return f"calendar:{event_id}"


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
    agenda: str | None = None,
    seats: int | None = None,
    source: EventSource = EventSource.CHAT,
    series_id: int | None = None,
    uid: str | None = None,
) -> CalendarEvent:
    """Enter a date, version 1, with a UID of its own. `starts`, `ends`: naive Berlin times; `at`: now (UTC).

    A date of a series is entered where its rule puts it.
    """
    event = CalendarEvent(
        uid=uid or new_uid(),
        kind=kind,
        number=number,
        title=title,
        starts=starts,
        ends=ends,
        place=place,
        link=link,
        agenda=agenda,
        seats=seats,
        zone="Europe/Berlin",
        whole_day=False,
        status=EventStatus.CONFIRMED,
        sequence=0,
        version=1,
        source=source,
        series_id=series_id,
        occurrence=None if series_id is None else starts,
        recalled=False,
        created_at=at,
        changed_at=at,
    )
    session.add(event)
    await session.flush()
    return event


def new_uid() -> str:
    """A UID nobody else has (RFC 7986, section 5.3)."""
    return f"{uuid4()}@ag4-bot"


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
    """The number the next date of a kind gets: only that of a date that was recalled is given out again."""
    return (await session.scalar(select(func.max(CalendarEvent.number)).where(CalendarEvent.kind == kind)) or 0) + 1


async def every(session: AsyncSession, kind: str) -> Sequence[CalendarEvent]:
    """All dates of a kind that were not recalled, earliest first."""
    found = await session.scalars(
        select(CalendarEvent)
        .where(CalendarEvent.kind == kind, CalendarEvent.recalled.is_(False))
        .order_by(CalendarEvent.starts, CalendarEvent.id)
    )
    return found.all()


async def upcoming(
    session: AsyncSession,
    *,
    after: datetime,
    kind: str | None = None,
    kinds: Sequence[str] = (),
    cancelled: bool = False,
    most: int | None = None,
) -> Sequence[CalendarEvent]:
    """What is not over at `after` (naive Berlin time), of one or some kinds, earliest first; cancelled on request.

    What runs is not over; a date without an end is over when its day is.
    """
    midnight = datetime.combine(after.date(), time())
    statement = (
        select(CalendarEvent)
        .where(CalendarEvent.starts >= midnight - _LONGEST)  # the index on it does the rest
        .where(or_(CalendarEvent.ends > after, CalendarEvent.ends.is_(None) & (CalendarEvent.starts >= midnight)))
        .where(CalendarEvent.recalled.is_(False))
        .order_by(CalendarEvent.starts, CalendarEvent.id)
        .limit(most)
    )
    if kind is not None:
        statement = statement.where(CalendarEvent.kind == kind)
    if kinds:
        statement = statement.where(CalendarEvent.kind.in_(kinds))
    if not cancelled:
        statement = statement.where(CalendarEvent.status == EventStatus.CONFIRMED)
    return (await session.scalars(statement)).all()


async def between(session: AsyncSession, since: datetime, until: datetime) -> Sequence[CalendarEvent]:
    """Dates that begin from `since` to `until` (naive Berlin times), cancelled ones too, recalled ones not."""
    found = await session.scalars(
        select(CalendarEvent)
        .where(CalendarEvent.starts >= since, CalendarEvent.starts < until, CalendarEvent.recalled.is_(False))
        .order_by(CalendarEvent.starts, CalendarEvent.id)
    )
    return found.all()


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


# What is changed of a date


_TIMES: Final = ("starts", "ends")
_PLAIN: Final = ("title", "place", "link", "agenda", "seats")
_COUNTED: Final = ("starts", "ends", "place", "status")
"""What SEQUENCE counts (RFC 5545, section 3.8.7.4): when, where, and whether it takes place."""


def facts(event: CalendarEvent) -> dict[str, Any]:
    """What may change of a date, as JSON: times in ISO form (naive, Berlin), and the rest as it is."""
    times = {name: _iso(getattr(event, name)) for name in _TIMES}
    return times | {name: getattr(event, name) for name in _PLAIN} | {"status": event.status.value}


async def put(session: AsyncSession, event: CalendarEvent, wanted: Mapping[str, Any], *, at: datetime) -> None:
    """Change what `wanted` names of `facts`: a new version; a new SEQUENCE where time, place or status differ."""
    before = facts(event)
    for name, value in wanted.items():
        match name:
            case "starts" | "ends":
                setattr(event, name, None if value is None else datetime.fromisoformat(value))
            case "status":
                event.status = EventStatus(value)
            case _ if name in _PLAIN:
                setattr(event, name, value)
            case _:
                raise KeyError(name)
    if "starts" in wanted:
        event.whole_day = False
    after = facts(event)
    event.sequence += any(before[name] != after[name] for name in _COUNTED)
    event.version += 1
    event.changed_at = at
    await session.flush()


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


async def last_change(session: AsyncSession) -> datetime | None:
    """When a date was entered or changed last (UTC); None where there is none."""
    return await session.scalar(select(func.max(CalendarEvent.changed_at)))
