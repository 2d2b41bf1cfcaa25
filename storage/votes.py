"""Who supports a question. What counts is who has left a mark and not taken it back, in whatever order.

The votes of a question are the people, other than who asked it, who have a mark at it or at one that was merged into
it, or who asked one of those. Somebody who asked in confidence counts apart from the person that others see.
`Question.votes` keeps their number and is counted anew with every change.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, union
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncSession

from storage import questions
from storage.tables import Question, VoteMark


@dataclass(frozen=True, kw_only=True)
class Supporter:
    """Who supports a question, where they said so, and which question it was (one merged into it, maybe).

    `asked`: they asked that question; else they voted for it.
    """

    user_id: str
    room_id: str
    question: Question
    asked: bool


async def mark(
    session: AsyncSession, question: Question, *, user_id: str, room_id: str, event_id: str, at: datetime
) -> bool:
    """Note one event by which a person supports a question; whether it is their first mark there."""
    before = await has_marked(session, question, user_id)
    await session.execute(
        insert_or_ignore(VoteMark)
        .values(event_id=event_id, question_id=question.id, user_id=user_id, room_id=room_id, at=at)
        .on_conflict_do_nothing()
    )
    await recount(session, question)
    return not before


async def has_marked(session: AsyncSession, question: Question, user_id: str) -> bool:
    """Whether a person has a mark at this very question."""
    found = await session.scalar(
        select(VoteMark.event_id).where(VoteMark.question_id == question.id, VoteMark.user_id == user_id).limit(1)
    )
    return found is not None


async def take_back(session: AsyncSession, event_id: str) -> Question | None:
    """Remove the mark that an event left; the question it was at, or None where there is no such mark."""
    found = await session.get(VoteMark, event_id)
    if found is None:
        return None
    question = await session.get_one(Question, found.question_id)
    await session.delete(found)
    await session.flush()
    await recount(session, question)
    return question


async def take_back_all(session: AsyncSession, question: Question, user_id: str) -> bool:
    """Remove all marks of a person at a question; whether there were any."""
    had = await has_marked(session, question, user_id)
    await session.execute(delete(VoteMark).where(VoteMark.question_id == question.id, VoteMark.user_id == user_id))
    await recount(session, question)
    return had


async def recount(session: AsyncSession, question: Question) -> None:
    """Count the votes of a question, and of what it was merged into, anew."""
    current: Question | None = question
    while current is not None:
        current.votes = len(await supporters(session, current))
        parent = current.merged_into_id
        current = None if parent is None else await session.get_one(Question, parent)
    await session.flush()


async def supporters(session: AsyncSession, question: Question) -> list[Supporter]:
    """Everybody who supports a question, once each, where they first said so; not who asked it.

    Who asked in confidence is somebody else, for whom their direct chat stands: as the person that others see in rooms
    they vote like any other. Leaving that vote out, or counting both as one, would show who asked.
    """
    family = {each.id: each for each in (question, *await questions.merged_into(session, question))}
    confidential = {(each.asked_by, each.room_id) for each in family.values() if each.confidential}
    found: dict[tuple[str, str], Supporter] = {}
    for each in family.values():
        if each is not question and each.asked_by:
            found.setdefault(
                _asker(each), Supporter(user_id=each.asked_by, room_id=each.room_id, question=each, asked=True)
            )
    marks = await session.scalars(
        select(VoteMark).where(VoteMark.question_id.in_(family)).order_by(VoteMark.at, VoteMark.event_id)
    )
    for one in marks:
        here = (one.user_id, one.room_id)
        found.setdefault(
            here if here in confidential else (one.user_id, ""),
            Supporter(user_id=one.user_id, room_id=one.room_id, question=family[one.question_id], asked=False),
        )
    found.pop(_asker(question), None)
    return list(found.values())


def _asker(question: Question) -> tuple[str, str]:
    """As whom somebody asked: as themselves, or as nobody but the one behind a direct chat."""
    return question.asked_by, question.room_id if question.confidential else ""


async def taking_part(session: AsyncSession) -> dict[int, int]:
    """How many different people have asked or voted in each group; groups without any are left out."""
    askers = select(Question.group_number, Question.asked_by.label("user_id")).distinct()
    voters = select(Question.group_number, VoteMark.user_id).join(Question, Question.id == VoteMark.question_id)
    people = union(askers, voters).subquery()
    found = await session.execute(select(people.c.group_number, func.count()).group_by(people.c.group_number))
    return {group: count for group, count in found}  # noqa: C416 (rows are no pairs for mypy)


async def left_by(session: AsyncSession, event_id: str) -> VoteMark | None:
    """The mark that an event left, or None where it left none or the mark was taken back."""
    return await session.get(VoteMark, event_id)


async def marked_by(session: AsyncSession, question: Question, user_id: str) -> list[Question]:
    """At which of a question and those merged into it a person has left a mark, by ID."""
    family = {each.id: each for each in (question, *await questions.merged_into(session, question))}
    found = await session.scalars(
        select(VoteMark.question_id)
        .where(VoteMark.question_id.in_(family), VoteMark.user_id == user_id)
        .distinct()
        .order_by(VoteMark.question_id)
    )
    return [family[each] for each in found]
