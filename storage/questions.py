"""Questions to the working groups, and their answers."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Answer, Question, QuestionState


async def add(
    session: AsyncSession,
    *,
    group: int,
    text: str,
    asked_by: str,
    asked_at: datetime,
    due_on: date,
    room_id: str,
    source_event_id: str,
    thread_id: str | None = None,
) -> Question:
    """Store a question under its group's next number.

    Numbers begin with 1 and have no gaps: nothing is ever removed, and transactions that write are serialised.
    """
    last = await session.scalar(select(func.max(Question.number)).where(Question.group_number == group))
    question = Question(
        group_number=group,
        number=(last or 0) + 1,
        text=text,
        asked_by=asked_by,
        asked_at=asked_at,
        due_on=due_on,
        room_id=room_id,
        source_event_id=source_event_id,
        thread_id=thread_id,
        state=QuestionState.OPEN,
        closed_at=None,
    )
    session.add(question)
    await session.flush()
    return question


async def find(session: AsyncSession, group: int, number: int) -> Question | None:
    """The question with this number in its group, or None."""
    return await session.scalar(select(Question).where(Question.group_number == group, Question.number == number))


async def asked_in(session: AsyncSession, event_id: str) -> Question | None:
    """The question that was made of a message, or None."""
    return await session.scalar(select(Question).where(Question.source_event_id == event_id))


async def answered_in(session: AsyncSession, event_id: str) -> tuple[Question, Answer] | None:
    """The answer that was made of a message, with its question, or None."""
    found = await session.execute(
        select(Question, Answer)
        .join(Answer, Answer.question_id == Question.id)
        .where(Answer.source_event_id == event_id)
    )
    row = found.one_or_none()
    return None if row is None else (row[0], row[1])


async def nearest(session: AsyncSession, group: int, number: int, *, most: int = 3) -> list[Question]:
    """The questions of a group whose numbers come nearest, by number."""
    distance = func.abs(Question.number - number)
    found = await session.scalars(
        select(Question).where(Question.group_number == group).order_by(distance, Question.number).limit(most)
    )
    return sorted(found, key=lambda each: each.number)


async def same(session: AsyncSession, *, group: int, asked_by: str, text: str, since: datetime) -> Question | None:
    """What this person asked this group in the same words at `since` or later, or None; blanks do not count."""
    found = await session.scalars(
        select(Question)
        .where(Question.group_number == group, Question.asked_by == asked_by, Question.asked_at >= since)
        .order_by(Question.id)
    )
    words = text.split()
    return next((each for each in found if each.text is not None and each.text.split() == words), None)


async def waiting_longest(session: AsyncSession, group: int, *, most: int) -> Sequence[Question]:
    """The open questions of a group, the one due first in front."""
    found = await session.scalars(
        select(Question)
        .where(Question.group_number == group, Question.state == QuestionState.OPEN)
        .order_by(Question.due_on, Question.number)
        .limit(most)
    )
    return found.all()


async def newest(
    session: AsyncSession, states: Collection[QuestionState], *, most: int, group: int | None = None
) -> Sequence[Question]:
    """The questions in one of the states, the newest first; of one group where given."""
    statement = select(Question).where(Question.state.in_(states)).order_by(Question.id.desc()).limit(most)
    if group is not None:
        statement = statement.where(Question.group_number == group)
    return (await session.scalars(statement)).all()


async def of_person(session: AsyncSession, user_id: str) -> Sequence[Question]:
    """What a person asked, the newest first."""
    found = await session.scalars(select(Question).where(Question.asked_by == user_id).order_by(Question.id.desc()))
    return found.all()


async def counts(session: AsyncSession, states: Collection[QuestionState]) -> dict[int, int]:
    """How many questions in one of the states each group has; groups without any are left out."""
    found = await session.execute(
        select(Question.group_number, func.count()).where(Question.state.in_(states)).group_by(Question.group_number)
    )
    return {group: count for group, count in found}  # noqa: C416  (rows are no pairs to mypy)


async def count_open(session: AsyncSession, group: int) -> int:
    """How many questions to a group are open."""
    return (await counts(session, [QuestionState.OPEN])).get(group, 0)


async def valid_answer(session: AsyncSession, question: Question) -> Answer | None:
    """The answer that holds, or None where there is none or its message was deleted."""
    return await session.scalar(
        select(Answer)
        .where(Answer.question_id == question.id, Answer.text.is_not(None))
        .order_by(Answer.id.desc())
        .limit(1)
    )


async def answer(
    session: AsyncSession, question: Question, *, text: str, by: str, at: datetime, source_event_id: str
) -> Answer:
    """Store an answer; the question counts as answered."""
    given = Answer(question_id=question.id, text=text, answered_by=by, answered_at=at, source_event_id=source_event_id)
    session.add(given)
    question.state, question.closed_at = QuestionState.ANSWERED, at
    await session.flush()
    return given


async def withdraw(session: AsyncSession, question: Question, *, at: datetime) -> None:
    """Close a question without an answer and remove its text."""
    question.state, question.closed_at, question.text = QuestionState.WITHDRAWN, at, None
    await session.flush()


async def remove_answer(session: AsyncSession, question: Question, given: Answer) -> None:
    """Remove the text of an answer; the question is open again."""
    given.text = None
    question.state, question.closed_at = QuestionState.OPEN, None
    await session.flush()


async def reword(session: AsyncSession, what: Question | Answer, text: str | None) -> None:
    """Replace the text of a question or answer, or remove it."""
    what.text = text
    await session.flush()
