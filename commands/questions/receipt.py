"""The receipt: what was noted, what is similar, and the group that is told."""

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Message, Reply
from commands.questions import similar
from commands.questions.telling import shown_asker, to_room
from commands.questions.words import subject
from commands.texts import questions as texts
from commands.texts.question_merging import similar_shown
from storage import questions, roles, rooms
from storage.tables import Group, Question, QuestionState

AGREE = "✅"
SAME = ("1️⃣", "2️⃣", "3️⃣")
"""Buttons under a receipt: show the question as it is; mine is the same as the first, second, third of these."""


def first_state(group: Group) -> QuestionState:
    """Where a question to a group begins, once the asker wants it to be seen."""
    return QuestionState.IN_REVIEW if group.reviews else QuestionState.OPEN


async def receipt(call: Call, session: AsyncSession, question: Question, group: Group) -> Reply:
    """Tells the asker what was noted and what is similar, and the group that there is a question."""
    prefix = call.settings.prefix
    alike = await similar.similar(session, question.text or "", but=question.id)
    await questions.change(session, question, similar_ids=[each.id for each in alike])
    return Reply(
        text=texts.noted(
            question,
            group,
            await roles.leads_of(session, group.number),
            private=question.confidential,
            similar=similar_shown(question, alike, prefix=prefix) if alike else None,
            prefix=prefix,
        ),
        subject=subject(question),
        reactions=SAME[: len(alike)],
        messages=await told_to_group(call, session, question),
    )


async def told_to_group(call: Call, session: AsyncSession, question: Question) -> tuple[Message, ...]:
    """A quiet note for the group's own room, where there is one and the question was asked elsewhere.

    The asker is named only if they asked where everybody could read it. A question that waits for its release is told
    without its text, to the leads.
    """
    room_id = await rooms.of_group(session, question.group_number)
    known = await rooms.known(session)
    if room_id is None or not known[room_id].joined:
        return ()
    if question.state is QuestionState.IN_REVIEW:
        leads = await roles.leads_of(session, question.group_number)
        text = texts.for_review(question, prefix=call.settings.prefix)
        return (to_room(question, room_id, f"review:{call.cause}", text, mentions=leads),)
    if room_id == question.room_id:
        return ()
    asker = await shown_asker(session, question)
    text = texts.new_for_group(question, asker, prefix=call.settings.prefix)
    return (to_room(question, room_id, told_key(question), text, mentions=()),)


def told_key(question: Question, ref: str | None = None) -> str:
    """The key of the note by which a group's room was told of a question under a number, its present one if None."""
    return f"new:{subject(question)}:{ref or question.ref}"
