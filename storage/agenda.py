"""Plenaries and the questions that wait for them: what is on, what was passed over, what was answered orally."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage import history
from storage.calendar import PLENARY
from storage.tables import (
    LIVE,
    Answer,
    CalendarEvent,
    EventStatus,
    HistoryEntry,
    Question,
    QuestionState,
)

PASSED: Final = "offene Fragen vertagt"
ASKED_FOR: Final = "schriftliche Antwort erbeten"
"""What the history says happened: to the agenda of a plenary, and to a question that was answered orally."""

_DONE = (QuestionState.ANSWERED, QuestionState.CONFIRMED)
_MARKED = Question.state == QuestionState.DEFERRED


class Waiting(NamedTuple):
    """How many questions of a group are on the agenda, and how many of them were marked for it."""

    total: int
    marked: int


async def on_agenda(session: AsyncSession, plenary: int, *, after: int, most: int) -> Sequence[Question]:
    """The questions for a plenary, at most `most` of each group: by group, the marked ones first, then by votes.

    What is marked for one up to the plenary `after` is left out: that one deals with it before.
    """
    order = (_MARKED.desc(), Question.votes.desc(), Question.due_on, Question.id)
    place = func.row_number().over(partition_by=Question.group_number, order_by=order)
    placed = select(Question.id, place.label("place")).where(_waits_for(plenary, after)).subquery()
    best = select(placed.c.id).where(placed.c.place <= most)
    found = await session.scalars(select(Question).where(Question.id.in_(best)).order_by(Question.group_number, *order))
    return found.all()


async def counts(session: AsyncSession, plenary: int, *, after: int) -> dict[int, Waiting]:
    """How many questions each group has for a plenary; groups without any are left out."""
    found = await session.execute(
        select(Question.group_number, func.count(), func.sum(case((_MARKED, 1), else_=0)))
        .where(_waits_for(plenary, after))
        .group_by(Question.group_number)
    )
    return {group: Waiting(total, marked) for group, total, marked in found}


async def unaccounted(session: AsyncSession, *, at: datetime) -> Sequence[CalendarEvent]:
    """The plenaries that were not cancelled, are over at `at` (naive Berlin time) and not accounted for, in order."""
    found = await session.scalars(
        select(CalendarEvent)
        .where(CalendarEvent.kind == PLENARY, CalendarEvent.status == EventStatus.CONFIRMED, _over(at))
        .where(~exists().where(HistoryEntry.subject == _subject_in_sql()))
        .order_by(CalendarEvent.starts, CalendarEvent.id)
    )
    return found.all()


async def account(session: AsyncSession, event: CalendarEvent, *, at: datetime, bot_id: str) -> None:
    """Note that what a plenary left open was counted; `at` is now (UTC). A plenary that is moved begins anew."""
    await history.add(session, f"agenda:{event.id}:v{event.version}", PASSED, at=at, actor=bot_id)


async def count_passed(session: AsyncSession, event: CalendarEvent, *, began: datetime) -> dict[int, int]:
    """Count a plenary for each question that waited for its answer when it began (UTC), once.

    Return how many there were in each group, without those marked for a plenary. Questions loaded before stay as
    they are in memory.
    """
    waited = and_(
        Question.state.in_(LIVE),
        or_(Question.asked_at < began, _MARKED & (Question.plenary_number == event.number)),
        Question.passed_plenary.is_distinct_from(event.number),
    )
    found = await session.execute(
        select(Question.group_number, func.count()).where(waited, ~_MARKED).group_by(Question.group_number)
    )
    counted = {group: count for group, count in found}  # noqa: C416 (rows are no pairs to mypy)
    await session.execute(
        update(Question)
        .where(waited)
        .values(deferrals=Question.deferrals + 1, passed_plenary=event.number)
        .execution_options(synchronize_session=False)
    )
    return counted


async def stranded(session: AsyncSession, *, at: datetime) -> list[tuple[Question, CalendarEvent]]:
    """The questions that are marked for a plenary that is over or was cancelled, at `at` (naive Berlin time).

    By plenary, then by group and number.
    """
    found = await session.execute(
        select(Question, CalendarEvent)
        .join(CalendarEvent, and_(CalendarEvent.kind == PLENARY, CalendarEvent.number == Question.plenary_number))
        .where(_MARKED, or_(CalendarEvent.status == EventStatus.CANCELLED, _over(at)))
        .order_by(CalendarEvent.starts, CalendarEvent.id, Question.group_number, Question.number)
    )
    return [(row[0], row[1]) for row in found]


async def only_oral(session: AsyncSession, question_ids: Sequence[int]) -> set[int]:
    """IDs of those among the answered questions whose answer that holds was given orally."""
    found = await session.scalars(
        select(Answer.question_id).where(Answer.question_id.in_(question_ids), _holds_orally())
    )
    return set(found)


async def to_write_up(session: AsyncSession, *, before: datetime) -> Sequence[Question]:
    """The questions answered orally before then (UTC) whose written answer is missing and was not asked for yet."""
    asked_for = exists().where(
        HistoryEntry.subject == literal("question:").concat(Question.id),
        HistoryEntry.what == ASKED_FOR,
        HistoryEntry.at >= Answer.answered_at,
    )
    found = await session.scalars(
        select(Question)
        .join(Answer, Answer.question_id == Question.id)
        .where(Question.state.in_(_DONE), Answer.answered_at < before, _holds_orally(), ~asked_for)
        .order_by(Question.group_number, Question.number)
    )
    return found.all()


def _holds_orally() -> ColumnElement[bool]:
    later = aliased(Answer)
    replaced = exists().where(later.question_id == Answer.question_id, later.id > Answer.id, later.text.is_not(None))
    return and_(Answer.oral, Answer.text.is_not(None), ~replaced)


def _waits_for(plenary: int, after: int) -> ColumnElement[bool]:
    marked = and_(Question.plenary_number <= plenary, Question.plenary_number > after)
    return and_(Question.state.in_(LIVE), or_(~_MARKED, marked))


def _over(at: datetime) -> ColumnElement[bool]:
    """The opposite of what is coming: a date without an end is over when its day is."""
    midnight = datetime.combine(at.date(), time())
    return or_(CalendarEvent.ends <= at, CalendarEvent.ends.is_(None) & (CalendarEvent.starts < midnight))


def _subject_in_sql() -> ColumnElement[str]:
    return literal("agenda:").concat(CalendarEvent.id).concat(":v").concat(CalendarEvent.version)
