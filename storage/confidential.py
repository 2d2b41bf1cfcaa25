"""Questions asked in confidence: who asked is kept only as long as the answer needs it."""

from collections.abc import Sequence

from sqlalchemy import delete, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.questions import subject_of
from storage.tables import (
    Answer,
    AnswerTold,
    HistoryEntry,
    InboxRow,
    ListPosition,
    OutboxRow,
    OutboxState,
    Outcome,
    Question,
    QuestionState,
)

_OVER = (QuestionState.CONFIRMED, QuestionState.CLOSED)


async def over(session: AsyncSession) -> Sequence[Question]:
    """The confidential questions that are over, and with them what they were merged into, all of it said."""
    parent = aliased(Question)
    about = literal("question:").concat(Question.id)
    unsaid = exists().where(OutboxRow.subject == about, OutboxRow.state == OutboxState.QUEUED)
    found = await session.scalars(
        select(Question)
        .outerjoin(parent, parent.id == Question.merged_into_id)
        .where(Question.confidential, Question.asked_by != "", Question.state.in_(_OVER), ~unsaid)
        .where(
            or_(
                func.coalesce(Question.outcome, "") != Outcome.MERGED,
                parent.state == QuestionState.CONFIRMED,
                (parent.state == QuestionState.CLOSED) & (parent.outcome != Outcome.MERGED),
            )
        )
    )
    return found.all()


async def forget_asker(session: AsyncSession, question: Question) -> None:
    """Forget who asked: neither the question nor anything that leads to it names them afterwards.

    What the bot said in the direct chat about it and about what it was merged into, and which of the person's messages
    it answered there, is told apart from the questions for good.
    """
    direct, family = question.room_id, await _with_ancestors(session, question)
    about = [subject_of(each.id) for each in family]
    here = OutboxRow.room_id == direct, OutboxRow.subject.in_(about)
    replies = await session.scalars(select(OutboxRow.key).where(*here, OutboxRow.key.startswith("reply:")))
    causes = [question.source_event_id, *(key.removeprefix("reply:") for key in replies)]
    await session.execute(
        update(InboxRow).where(InboxRow.event_id.in_(causes)).values(sender="", room_id="", origin=None)
    )
    await session.execute(
        update(OutboxRow).where(*here, OutboxRow.state == OutboxState.SENT).values(room_id="", subject=None, lanes=[])
    )
    await session.execute(
        update(HistoryEntry)
        .where(HistoryEntry.subject == subject_of(question.id), HistoryEntry.actor == question.asked_by)
        .values(actor="")
    )
    answers = select(Answer.id).where(Answer.question_id.in_([each.id for each in family]))
    await session.execute(delete(AnswerTold).where(AnswerTold.answer_id.in_(answers), AnswerTold.room_id == direct))
    await session.execute(delete(ListPosition).where(ListPosition.room_id == direct))
    question.asked_by, question.room_id, question.thread_id = "", "", None
    question.source_event_id = f"forgotten:{question.id}"
    await session.flush()


async def _with_ancestors(session: AsyncSession, question: Question) -> list[Question]:
    """A question and what it was merged into, step by step."""
    found = [question]
    while found[-1].merged_into_id is not None:
        found.append(await session.get_one(Question, found[-1].merged_into_id))
    return found
