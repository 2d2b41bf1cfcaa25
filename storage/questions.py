"""Questions to the working groups: numbering, finding, listing, changing."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import (
    LIVE,
    HistoryEntry,
    NoteKind,
    Question,
    QuestionAlias,
    QuestionNote,
    QuestionState,
    QuestionTerm,
)


def subject_of(question_id: int) -> str:
    """What the history, messages and reactions call a question: `question:17`."""
    return f"question:{question_id}"


async def add(
    session: AsyncSession,
    *,
    group: int,
    text: str,
    asked_by: str,
    asked_at: datetime,
    due_since: date,
    due_on: date,
    room_id: str,
    source_event_id: str,
    thread_id: str | None = None,
    state: QuestionState = QuestionState.OPEN,
    confidential: bool = False,
) -> Question:
    """Store a question under its group's next number.

    Numbers begin with 1 and have no gaps: nothing is ever removed, a number under which a question was known
    before is not given out again, and transactions that write are serialised.
    """
    question = Question(
        group_number=group,
        number=await next_number(session, group),
        text=text,
        asked_by=asked_by,
        asked_at=asked_at,
        due_since=due_since,
        due_on=due_on,
        room_id=room_id,
        source_event_id=source_event_id,
        thread_id=thread_id,
        state=state,
        confidential=confidential,
        closed_at=None,
    )
    session.add(question)
    await session.flush()
    return question


async def next_number(session: AsyncSession, group: int) -> int:
    """The number that the next question to a group gets."""
    last = await session.scalar(select(func.max(Question.number)).where(Question.group_number == group))
    alias = await session.scalar(select(func.max(QuestionAlias.number)).where(QuestionAlias.group_number == group))
    return max(last or 0, alias or 0) + 1


async def get(session: AsyncSession, question_id: int) -> Question | None:
    """The question with this ID, or None."""
    return await session.get(Question, question_id)


async def find(session: AsyncSession, group: int, number: int) -> Question | None:
    """The question that has this number in the group, or had it before it was passed on, or None."""
    found = await session.scalar(select(Question).where(Question.group_number == group, Question.number == number))
    if found is not None:
        return found
    alias = await session.get(QuestionAlias, (group, number))
    return None if alias is None else await get(session, alias.question_id)


async def move_to_group(session: AsyncSession, question: Question, group: int) -> None:
    """Give a question to another group under its next number; the old number keeps leading to it."""
    session.add(QuestionAlias(group_number=question.group_number, number=question.number, question_id=question.id))
    number = await next_number(session, group)
    question.group_number, question.number = group, number
    await session.flush()


async def former_refs(session: AsyncSession, question: Question) -> list[str]:
    """The numbers under which a question was known before, oldest group first."""
    found = await session.scalars(select(QuestionAlias).where(QuestionAlias.question_id == question.id))
    return [f"AG{each.group_number}-{each.number:03d}" for each in found]


async def asked_in(session: AsyncSession, event_id: str) -> Question | None:
    """The question that was made of a message, or None."""
    return await session.scalar(select(Question).where(Question.source_event_id == event_id))


async def nearest(session: AsyncSession, group: int, number: int, *, most: int = 3) -> list[Question]:
    """The questions of a group whose numbers come nearest, by number; also those that were passed on from it."""
    distance = func.abs(Question.number - number)
    found = await session.scalars(
        select(Question).where(Question.group_number == group).order_by(distance, Question.number).limit(most)
    )
    own = sorted(found, key=lambda each: each.number)
    if own:
        return own
    passed_on = await session.scalars(
        select(Question)
        .join(QuestionAlias, QuestionAlias.question_id == Question.id)
        .where(QuestionAlias.group_number == group)
        .order_by(func.abs(QuestionAlias.number - number))
        .limit(most)
    )
    return list(passed_on)


async def same(
    session: AsyncSession, *, group: int, asked_by: str, room_id: str, confidential: bool, text: str, since: datetime
) -> Question | None:
    """What this person asked this group in the same words at `since` (UTC) or later, or None; blanks do not count.

    What was asked in confidence is known in that chat only: elsewhere, naming it would show who asked.
    """
    found = await session.scalars(
        select(Question)
        .where(Question.group_number == group, Question.asked_by == asked_by, Question.asked_at >= since)
        .order_by(Question.id)
    )
    words = text.split()
    here = [each for each in found if each.room_id == room_id or not (confidential or each.confidential)]
    return next((each for each in here if each.text is not None and each.text.split() == words), None)


async def of_person(session: AsyncSession, user_id: str) -> Sequence[Question]:
    """What a person asked, the newest first."""
    found = await session.scalars(select(Question).where(Question.asked_by == user_id).order_by(Question.id.desc()))
    return found.all()


async def counts(session: AsyncSession, states: Collection[QuestionState]) -> dict[int, int]:
    """How many questions in one of the states each group has; groups without any are left out."""
    return await _by_group(session, Question.state.in_(states))


async def count_live(session: AsyncSession, group: int) -> int:
    """How many questions to a group wait for their answer."""
    return (await counts(session, LIVE)).get(group, 0)


async def merged_into(session: AsyncSession, question: Question) -> Sequence[Question]:
    """What was merged into a question, also over several steps, by ID."""
    found: list[Question] = []
    level = [question.id]
    while level:
        step = await session.scalars(select(Question).where(Question.merged_into_id.in_(level)).order_by(Question.id))
        new = step.all()
        level = [each.id for each in new]
        found += new
    return sorted(found, key=lambda each: each.id)


async def root_of(session: AsyncSession, question: Question) -> Question:
    """What a question was merged into at the end, or the question itself."""
    while question.merged_into_id is not None:
        parent = await session.get_one(Question, question.merged_into_id)
        question = parent
    return question


async def change(session: AsyncSession, question: Question, **what: object) -> None:
    """Set columns of a question (`state`, `owner`, …)."""
    for name, value in what.items():
        setattr(question, name, value)
    await session.flush()


async def note(
    session: AsyncSession, question: Question, step: HistoryEntry, kind: NoteKind, text: str, *, event_id: str
) -> None:
    """Keep what somebody wrote about a step in the message `event_id`: its reason, or the wording it replaced."""
    session.add(
        QuestionNote(question_id=question.id, history_id=step.id, kind=kind, text=text, source_event_id=event_id)
    )
    await session.flush()


async def reason_given_in(session: AsyncSession, event_id: str) -> QuestionNote | None:
    """The reason that a message gave, or None."""
    return await session.scalar(
        select(QuestionNote).where(QuestionNote.source_event_id == event_id, QuestionNote.kind == NoteKind.REASON)
    )


async def remove_note(session: AsyncSession, note: QuestionNote) -> None:
    """Remove what somebody wrote about a step: its message was deleted (contract C17)."""
    await session.delete(note)
    await session.flush()


async def notes(session: AsyncSession, question: Question) -> dict[int, QuestionNote]:
    """What was written about the steps of a question, by the ID of the step in the history."""
    found = await session.scalars(select(QuestionNote).where(QuestionNote.question_id == question.id))
    return {each.history_id: each for each in found}


async def remove_text(session: AsyncSession, question: Question) -> None:
    """Remove what a question says, and what it said before, from everywhere in the database (contract C17)."""
    question.text = None
    await session.execute(
        delete(QuestionNote).where(QuestionNote.question_id == question.id, QuestionNote.kind == NoteKind.WORDING)
    )
    await session.execute(delete(QuestionTerm).where(QuestionTerm.question_id == question.id))
    await session.flush()


async def _by_group(session: AsyncSession, *conditions: ColumnElement[bool]) -> dict[int, int]:
    found = await session.execute(
        select(Question.group_number, func.count()).where(*conditions).group_by(Question.group_number)
    )
    return {group: count for group, count in found}  # noqa: C416  (rows are no pairs to mypy)


async def parent_of(session: AsyncSession, question: Question) -> Question:
    """What a merged question was merged into, one step. Raises NoResultFound for one that was not merged."""
    return await session.get_one(Question, question.merged_into_id)
