"""Answers to questions, and who was told them where."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Answer, AnswerTold, Question


async def add(
    session: AsyncSession,
    question: Question,
    *,
    text: str,
    by: str,
    at: datetime,
    source_event_id: str,
    oral: bool = False,
) -> Answer:
    """Store an answer, the newest of its question."""
    given = Answer(
        question_id=question.id, text=text, answered_by=by, answered_at=at, source_event_id=source_event_id, oral=oral
    )
    session.add(given)
    await session.flush()
    return given


async def made_of(session: AsyncSession, event_id: str) -> tuple[Question, Answer] | None:
    """The answer that was made of a message, with its question, or None."""
    found = await session.execute(
        select(Question, Answer)
        .join(Answer, Answer.question_id == Question.id)
        .where(Answer.source_event_id == event_id)
    )
    row = found.one_or_none()
    return None if row is None else (row[0], row[1])


async def valid(session: AsyncSession, question: Question) -> Answer | None:
    """The newest answer, or None where there is none or the messages of all were deleted."""
    return await session.scalar(
        select(Answer)
        .where(Answer.question_id == question.id, Answer.text.is_not(None))
        .order_by(Answer.id.desc())
        .limit(1)
    )


async def reword(session: AsyncSession, answer: Answer, text: str | None, *, at: datetime) -> None:
    """Replace the text of an answer, or remove it; `at` (UTC) is when it got its words."""
    answer.text, answer.answered_at = text, at
    await session.flush()


async def adopt(session: AsyncSession, answer: Answer, *, by: str, source_event_id: str) -> None:
    """Have an answer follow another message from now on: the one that it got its words from last."""
    answer.answered_by, answer.source_event_id = by, source_event_id
    await session.flush()


async def note_told(
    session: AsyncSession, answer: Answer, *, room_id: str, key: str, people: Sequence[str], to_asker: bool
) -> None:
    """Note that a room was told an answer by the message `key`, which mentioned these people, the asker among them."""
    session.add(AnswerTold(answer_id=answer.id, room_id=room_id, key=key, people=sorted(people), to_asker=to_asker))
    await session.flush()


async def told(session: AsyncSession, answer: Answer) -> Sequence[AnswerTold]:
    """Where an answer was told, in the order of telling."""
    found = await session.scalars(select(AnswerTold).where(AnswerTold.answer_id == answer.id).order_by(AnswerTold.id))
    return found.all()
