"""Questions as lists show them, a page at a time.

A page is what comes first among all that the reader has not seen yet (`seen` are IDs). So nothing is shown twice and
nothing that stayed is left out, whatever is asked, answered or voted for between two pages.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.questions import subject_of
from storage.tables import LIVE, HistoryEntry, Question, QuestionState, VoteMark

_LIVE = Question.state.in_(LIVE)
_ORDER = (
    case((_LIVE, 0), else_=1),
    case((_LIVE, -Question.votes)),
    case((_LIVE, Question.due_on)),
    Question.closed_at.desc(),
    case((_LIVE, Question.id), else_=-Question.id),
)
"""What waits for its answer comes first, by votes and target; then what was closed last."""

_WAITS_FOR_ASKER = (QuestionState.SUBMITTED, QuestionState.ANSWERED)
_GOES_ON = (QuestionState.IN_REVIEW, *LIVE)


async def page(
    session: AsyncSession,
    states: Collection[QuestionState],
    *,
    group: int | None = None,
    seen: Collection[int] = (),
    most: int,
) -> tuple[Sequence[Question], int]:
    """The next questions in one of the states, of one group where given, and how many there are from here on."""
    return await _page(session, _in(states, group), _ORDER, seen=seen, most=most)


async def leaders(
    session: AsyncSession, states: Collection[QuestionState], *, seen: Collection[int] = (), most: int
) -> tuple[Sequence[Question], int]:
    """The questions with the most votes of each group, at most `most` of each; how many there are in all groups.

    Whatever the groups are weighed with, as long as more votes weigh more within a group, the first `most` of all
    groups are among them.
    """
    unseen = and_(_in(states, None), Question.id.not_in(seen))
    place = func.row_number().over(partition_by=Question.group_number, order_by=_ORDER)
    placed = select(Question.id, place.label("place")).where(unseen).subquery()
    best = select(placed.c.id).where(placed.c.place <= most)
    found = await session.scalars(select(Question).where(Question.id.in_(best)).order_by(Question.id))
    return found.all(), await _count(session, unseen)


async def own(
    session: AsyncSession, user_id: str, *, rooms: Collection[str] | None, seen: Collection[int] = (), most: int
) -> tuple[Sequence[Question], int]:
    """What a person asked, and how many that are from here on: what waits for them first, then what goes on.

    With `rooms` only what was asked there, and nothing that was asked in confidence.
    """
    mine = Question.asked_by == user_id
    if rooms is not None:
        mine = and_(mine, Question.room_id.in_(rooms), Question.confidential.is_(False))
    urgency = case((Question.state.in_(_WAITS_FOR_ASKER), 0), (Question.state.in_(_GOES_ON), 1), else_=2)
    return await _page(session, mine, (urgency, Question.id.desc()), seen=seen, most=most)


async def supported_by(session: AsyncSession, user_id: str, *, rooms: Collection[str] | None) -> Sequence[Question]:
    """What a person voted for and waits for its answer, by votes; with `rooms` only votes given there."""
    marks = select(VoteMark.question_id).where(VoteMark.user_id == user_id)
    if rooms is not None:
        marks = marks.where(VoteMark.room_id.in_(rooms))
    found = await session.scalars(
        select(Question)
        .where(Question.id.in_(marks), _LIVE, or_(Question.asked_by != user_id, Question.confidential))
        .order_by(Question.votes.desc(), Question.due_on, Question.id)
    )
    return found.all()


async def never_released(session: AsyncSession, questions: Collection[Question]) -> set[int]:
    """IDs of those among the questions that were closed before their release: nobody else may read what they say."""
    subjects = {subject_of(each.id): each.id for each in questions if each.state is QuestionState.CLOSED}
    closing = (
        select(func.max(HistoryEntry.id))
        .where(HistoryEntry.subject.in_(subjects))
        .where(HistoryEntry.after == QuestionState.CLOSED, HistoryEntry.before != QuestionState.CLOSED)
        .group_by(HistoryEntry.subject)
    )
    hidden = (QuestionState.SUBMITTED, QuestionState.IN_REVIEW)
    found = await session.scalars(
        select(HistoryEntry.subject).where(HistoryEntry.id.in_(closing), HistoryEntry.before.in_(hidden))
    )
    return {subjects[each] for each in found}


def _in(states: Collection[QuestionState], group: int | None) -> ColumnElement[bool]:
    found = Question.state.in_(states)
    return found if group is None else and_(Question.group_number == group, found)


async def _page(
    session: AsyncSession,
    which: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]],
    *,
    seen: Collection[int],
    most: int,
) -> tuple[Sequence[Question], int]:
    unseen = and_(which, Question.id.not_in(seen))
    first = select(Question.id).where(unseen).order_by(*order).limit(most)  # sorts numbers, not texts
    found = await session.scalars(select(Question).where(Question.id.in_(first)).order_by(*order))
    return found.all(), await _count(session, unseen)


async def _count(session: AsyncSession, which: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).select_from(Question).where(which)) or 0
