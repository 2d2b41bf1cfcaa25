"""The office hours that the operator entered in config.toml, made the same in the calendar."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from storage import calendar, calendar_changes
from storage.calendar import OFFICE_HOUR
from storage.tables import CalendarEvent, ChangeKind, EventSource, EventStatus

ACTOR: Final = "config.toml"
"""Who changed it, as the history says."""


class OfficeHour(NamedTuple):
    """One office hour as the operator entered it; naive Berlin times."""

    start: datetime
    end: datetime | None = None
    title: str | None = None
    link: str | None = None


async def replace(session: AsyncSession, dates: Iterable[OfficeHour], *, at: datetime, after: datetime) -> None:
    """Make the operator's office hours the same as `dates`; asking again changes nothing.

    `at` is now (UTC), `after` the same as a naive Berlin time: what began before is left as it is. Each keeps its row
    while its start stays, or while it has the same title on another day; one that is gone is cancelled. Whoever was
    told of it is told by a job (`CalendarChange.told`).
    """
    rows = [each for each in await calendar.every(session, OFFICE_HOUR) if each.source is EventSource.CONFIG]
    left = {row.id: row for row in rows}
    later = []
    for wanted in map(OfficeHour._make, dates):
        row = _at_this_start(wanted, left.values())
        if row is None:
            later.append(wanted)
            continue
        del left[row.id]
        await _match(session, row, wanted, at=at)
    for wanted in later:
        row = _of_this_title(wanted, left.values(), after=after)
        if row is not None:
            del left[row.id]
            await _match(session, row, wanted, at=at)
            continue
        row = await calendar.add(
            session,
            OFFICE_HOUR,
            starts=wanted.start,
            ends=wanted.end,
            title=wanted.title or None,
            link=wanted.link or None,
            source=EventSource.CONFIG,
            at=at,
        )
        await calendar_changes.created(session, row, at=at, actor=ACTOR, cause=_cause(at))
    for row in left.values():
        if row.starts > after and row.status is EventStatus.CONFIRMED:
            await _change(session, row, ChangeKind.CANCELLED, {"status": EventStatus.CANCELLED.value}, at=at)


async def _match(session: AsyncSession, row: CalendarEvent, wanted: OfficeHour, *, at: datetime) -> None:
    if row.status is EventStatus.CANCELLED:
        await _change(session, row, ChangeKind.REINSTATED, {"status": EventStatus.CONFIRMED.value}, at=at)
    now = calendar.facts(row)
    new = {
        "starts": wanted.start.isoformat(),
        "ends": wanted.end.isoformat() if wanted.end else None,
        "title": wanted.title or None,
        "link": wanted.link or None,
    }
    changed = {name: value for name, value in new.items() if now[name] != value}
    if changed:
        moved = not changed.keys().isdisjoint({"starts", "ends"})
        await _change(session, row, ChangeKind.MOVED if moved else ChangeKind.CHANGED, changed, at=at)


async def _change(
    session: AsyncSession, row: CalendarEvent, what: ChangeKind, wanted: dict[str, str | None], *, at: datetime
) -> None:
    await calendar_changes.make(session, row, what, wanted, at=at, actor=ACTOR, cause=_cause(at), told=False)


def _at_this_start(wanted: OfficeHour, rows: Iterable[CalendarEvent]) -> CalendarEvent | None:
    same = [row for row in rows if row.starts == wanted.start]
    return next((row for row in same if row.title == (wanted.title or None)), same[0] if same else None)


def _of_this_title(wanted: OfficeHour, rows: Iterable[CalendarEvent], *, after: datetime) -> CalendarEvent | None:
    """The one coming office hour with the same title: it was moved. With several nobody could say which."""
    same = [row for row in rows if wanted.title and row.title == wanted.title and row.starts > after]
    return same[0] if len(same) == 1 else None


def _cause(at: datetime) -> str:
    return f"config:{at.isoformat()}"
