"""Vertraulich fragen: what might give the asker away, their consent to be shown, and forgetting who asked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Message, Reply
from commands.dates.wall_clock import wall
from commands.dates.working_days import add_working_days
from commands.markup import Markdown
from commands.questions import life
from commands.questions.receipt import first_state, receipt
from commands.questions.sensitive import gives_away
from commands.questions.words import named_group
from commands.settings import Settings
from commands.texts import question_edits as texts
from commands.texts.question_words import Step
from storage import confidential, questions, rooms
from storage.tables import Group, Question

FEWEST_IN_GROUP = 5
"""In a room with fewer people than this one guesses easily who asked."""


@dataclass(frozen=True, kw_only=True)
class Giveaway:
    """What might give away who asked: words of the text, and how many people are in the group's room if few."""

    pieces: tuple[str, ...]
    people: int | None

    def text(self, question: Question, group: Group, *, prefix: str) -> Markdown:
        """The receipt of a question that is not shown to anybody yet."""
        return texts.might_give_away(question, group, self.pieces, people=self.people, prefix=prefix)


async def warning(session: AsyncSession, group: Group, text: str) -> Giveaway | None:
    """What might give away who asks this in confidence, or None."""
    pieces, people = gives_away(text), await _people_in(session, group)
    few = people if people is not None and people < FEWEST_IN_GROUP else None
    return Giveaway(pieces=pieces, people=few) if pieces or few is not None else None


async def _people_in(session: AsyncSession, group: Group) -> int | None:
    """How many people are in a group's room, without the bot; None where it has none or that is not known."""
    room_id = await rooms.of_group(session, group.number)
    room = None if room_id is None else (await rooms.known(session))[room_id]
    return None if room is None or not room.joined or not room.members else room.members - 1


async def agree(call: Call, session: AsyncSession, question: Question) -> Reply:
    """The asker wants a confidential question to be shown as it is; the time for its answer begins now."""
    life.require(call, question, Step.AGREE)
    group = await named_group(call, session, question.group_number)
    await life.take(call, session, question, Step.AGREE, to=first_state(group), by_asker=True)
    today = wall(call.at).date()
    await questions.change(
        session,
        question,
        due_since=today,
        due_on=add_working_days(today, call.settings.answer_within_working_days),
    )
    return await receipt(call, session, question, group)


async def forget_askers(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:  # noqa: ARG001 (a job's signature)
    """Forget who asked in confidence as soon as the answer needs it no more and all that was to be said is said."""
    for question in await confidential.over(session):
        await confidential.forget_asker(session, question)
    return []


JOBS = (forget_askers,)
