"""Questions to which time may have brought something: each function selects only what can be due.

Days are Berlin days, instants UTC; what a working day is, the callers know.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.questions import subject_of
from storage.tables import Answer, HistoryEntry, Question, QuestionState

UNOWNED = (QuestionState.OPEN, QuestionState.IN_REVIEW)
"""The states in which somebody has to take a question, or release it."""

IN_HAND = (QuestionState.OPEN, QuestionState.ASSIGNED, QuestionState.IN_PROGRESS)
"""The states in which the time for the answer runs out."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """The time that questions have for their answer (`since` not included), and the share of it told last."""

    since: date
    until: date
    told: int


async def in_review(session: AsyncSession, group: int) -> Sequence[Question]:
    """The questions to a group that wait for their release, by number."""
    found = await session.scalars(
        select(Question)
        .where(Question.group_number == group, Question.state == QuestionState.IN_REVIEW)
        .order_by(Question.number)
    )
    return found.all()


async def unowned(session: AsyncSession, *, first_before: date, second_before: date) -> Sequence[Question]:
    """What nobody has taken or released, by group and number.

    Told to nobody yet and with its time beginning before the first day; or told once and before the second.
    """
    found = await session.scalars(
        select(Question)
        .where(
            Question.state.in_(UNOWNED),
            Question.owner.is_(None),
            or_(
                and_(Question.told_unowned == 0, Question.due_since < first_before),
                and_(Question.told_unowned == 1, Question.due_since < second_before),
            ),
        )
        .order_by(Question.group_number, Question.number)
    )
    return found.all()


async def last_put_there(
    session: AsyncSession, found: Collection[Question], states: Collection[QuestionState]
) -> Mapping[int, datetime]:
    """When each of these questions last came to one of the states from another; those that never did are left out."""
    subjects = {subject_of(each.id): each.id for each in found}
    steps = await session.execute(
        select(HistoryEntry.subject, func.max(HistoryEntry.at))
        .where(
            HistoryEntry.subject.in_(subjects),
            HistoryEntry.after.in_([each.value for each in states]),
            HistoryEntry.before != HistoryEntry.after,
        )
        .group_by(HistoryEntry.subject)
    )
    return {subjects[subject]: at for subject, at in steps}


async def spans(session: AsyncSession, *, told_below: int) -> list[Span]:
    """The different spans of the questions whose time runs out, of which less than this share was told."""
    found = await session.execute(
        select(Question.due_since, Question.due_on, Question.told_light)
        .where(Question.state.in_(IN_HAND), Question.told_light < told_below)
        .distinct()
    )
    return [Span(since=since, until=until, told=told) for since, until, told in found]


async def within(session: AsyncSession, some: Collection[Span]) -> Sequence[Question]:
    """The questions whose time runs out and that have one of these spans, by group and number."""
    if not some:
        return []
    span = tuple_(Question.due_since, Question.due_on, Question.told_light)
    found = await session.scalars(
        select(Question)
        .where(Question.state.in_(IN_HAND), span.in_([(each.since, each.until, each.told) for each in some]))
        .order_by(Question.group_number, Question.number)
    )
    return found.all()


async def to_announce(session: AsyncSession, *, answered_before: datetime) -> list[tuple[Question, Answer]]:
    """What waits for its asker's word, and they were not told yet that silence counts as a yes; with its answer.

    The written answer that holds was given or corrected before an instant.
    """
    return await _answered(session, answered_before, ~Question.told_confirmation)


async def to_confirm(
    session: AsyncSession, *, answered_before: datetime, announced_before: datetime, announcement: str
) -> list[tuple[Question, Answer]]:
    """What waits for its asker's word, and they were told before an instant that silence counts as a yes.

    `announcement` is what the history calls that. Where nobody could be told, nothing stands there.
    """
    lately = exists().where(
        HistoryEntry.subject == literal("question:").concat(Question.id),
        HistoryEntry.what == announcement,
        HistoryEntry.at >= announced_before,
    )
    return await _answered(session, answered_before, Question.told_confirmation & ~lately)


async def submitted(session: AsyncSession, *, before: date) -> Sequence[Question]:
    """What its asker has not agreed to show, asked before a day."""
    found = await session.scalars(
        select(Question)
        .where(Question.state == QuestionState.SUBMITTED, Question.due_since < before)
        .order_by(Question.id)
    )
    return found.all()


async def _answered(
    session: AsyncSession, before: datetime, *conditions: ColumnElement[bool]
) -> list[tuple[Question, Answer]]:
    newer = aliased(Answer)
    newest = (
        select(func.max(newer.id))
        .where(newer.question_id == Question.id, newer.text.is_not(None))
        .correlate(Question)
        .scalar_subquery()
    )
    found = await session.execute(
        select(Question, Answer)
        .join(Answer, Answer.id == newest)
        .where(Question.state == QuestionState.ANSWERED, ~Answer.oral, Answer.answered_at < before, *conditions)
        .order_by(Question.id)
    )
    return [(question, answer) for question, answer in found]
