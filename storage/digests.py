"""What digests cover, and what they are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import (
    LIVE,
    CalendarEvent,
    DigestWindow,
    HistoryEntry,
    Notice,
    NoticeKind,
    Outcome,
    Question,
    QuestionState,
)

_CALENDAR = "calendar:"
_ANSWERED = (QuestionState.ANSWERED, QuestionState.CONFIRMED)
_REFUSED = (Outcome.DECLINED, Outcome.NOT_RESPONSIBLE)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many questions were asked, answered, withdrawn and refused, by group; groups without any are left out.

    Refused: closed because the group declined or is not responsible.
    """

    asked: dict[int, int]
    answered: dict[int, int]
    withdrawn: dict[int, int]
    refused: dict[int, int]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What was done to a date, in the German words of the history, oldest first."""

    event: CalendarEvent
    what: tuple[str, ...]


async def last_until(session: AsyncSession, room_ids: Sequence[str] | None = None) -> datetime | None:
    """The end (UTC) of the latest window of these rooms, or of any room; None before the first digest."""
    statement = select(func.max(DigestWindow.until))
    if room_ids is not None:
        statement = statement.where(DigestWindow.room_id.in_(room_ids))
    return await session.scalar(statement)


async def add_window(session: AsyncSession, room_id: str, *, since: datetime, until: datetime) -> None:
    """Note that a room has its digest of this window (UTC)."""
    await session.execute(
        insert_or_ignore(DigestWindow).values(room_id=room_id, since=since, until=until).on_conflict_do_nothing()
    )


async def open_questions(session: AsyncSession, *, group: int | None) -> Sequence[Question]:
    """All questions that wait for their answer, those that are due first in front."""
    statement = select(Question).where(Question.state.in_(LIVE), *_of(group))
    return (await session.scalars(statement.order_by(Question.due_on, Question.asked_at, Question.id))).all()


async def in_review(session: AsyncSession, *, group: int | None) -> int:
    """How many questions wait for their release."""
    statement = select(func.count()).where(Question.state == QuestionState.IN_REVIEW, *_of(group))
    return await session.scalar(statement) or 0


async def newest(
    session: AsyncSession, *, since: datetime, until: datetime, group: int | None, most: int
) -> Sequence[Question]:
    """The questions asked last in a window (UTC, `until` not included) that everybody may read, newest first."""
    found = await session.scalars(
        select(Question)
        .where(Question.asked_at >= since, Question.asked_at < until, *_of(group))
        .where(Question.state.in_((*LIVE, *_ANSWERED)))
        .order_by(Question.asked_at.desc(), Question.id.desc())
        .limit(most)
    )
    return found.all()


async def counts(session: AsyncSession, *, since: datetime, until: datetime, group: int | None) -> Counts:
    """What happened to questions in a window (UTC, `until` not included), as they stand now."""
    asked = (Question.asked_at >= since, Question.asked_at < until)
    closed = (Question.closed_at >= since, Question.closed_at < until)
    return Counts(
        asked=await _by_group(session, *asked, Question.state != QuestionState.SUBMITTED, *_of(group)),
        answered=await _by_group(session, *closed, Question.state.in_(_ANSWERED), *_of(group)),
        withdrawn=await _by_group(session, *closed, Question.outcome == Outcome.WITHDRAWN, *_of(group)),
        refused=await _by_group(session, *closed, Question.outcome.in_(_REFUSED), *_of(group)),
    )


async def changes(session: AsyncSession, *, since: datetime, until: datetime) -> list[Change]:
    """The dates that were planned, moved or cancelled in a window (UTC, `until` not included), latest first."""
    lines = await session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.at >= since, HistoryEntry.at < until, HistoryEntry.subject.startswith(_CALENDAR))
        .order_by(HistoryEntry.id)
    )
    done: dict[int, list[str]] = {}
    for line in lines:
        event_id = int(line.subject.removeprefix(_CALENDAR))
        done[event_id] = [*done.pop(event_id, []), line.what]
    found = await session.scalars(
        select(CalendarEvent).where(CalendarEvent.id.in_(done), CalendarEvent.recalled.is_(False))
    )
    events = {event.id: event for event in found}
    latest_first = reversed(done.items())
    return [Change(event=events[key], what=tuple(what)) for key, what in latest_first if key in events]


async def skipped(session: AsyncSession, *, since: datetime, until: datetime) -> int:
    """How many reminders were left out in a window (UTC, `until` not included); one for several rooms counts once."""
    each = (
        select(Notice.calendar_event_id, Notice.version, Notice.distance)
        .where(Notice.kind == NoticeKind.SKIPPED, Notice.queued_at >= since, Notice.queued_at < until)
        .where(Notice.room_id != "")  # a mark that a date was over, not a reminder
        .distinct()
        .subquery()
    )
    return await session.scalar(select(func.count()).select_from(each)) or 0


async def _by_group(session: AsyncSession, *conditions: ColumnElement[bool]) -> dict[int, int]:
    rows = await session.execute(
        select(Question.group_number, func.count())
        .where(*conditions)
        .group_by(Question.group_number)
        .order_by(Question.group_number)
    )
    return {group: count for group, count in rows}  # noqa: C416 (rows are no pairs for mypy)


def _of(group: int | None) -> tuple[ColumnElement[bool], ...]:
    return () if group is None else (Question.group_number == group,)
