"""Eine Frage mit Stand, Antwort und Verlauf: for anyone at any time, but for what is not released yet."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply
from commands.dates.wall_clock import wall
from commands.dates.working_days import add_working_days
from commands.questions import life
from commands.questions.silence import ANNOUNCED_BEFORE
from commands.questions.words import named_group, subject
from commands.settings import Settings
from commands.texts import question_showing as texts
from commands.texts.question_reminders import ANNOUNCED
from commands.texts.question_words import Actor
from commands.texts.questions import as_role
from storage import answers, history, question_lists, questions, roles
from storage.tables import Answer, HistoryEntry, Question, QuestionState, RoomKind


async def show(call: Call, session: AsyncSession, question: Question) -> Reply:
    """One question; its text only once everybody may read it, or to those who may read it before."""
    answer = await answers.valid(session, question)
    root = await questions.root_of(session, question)
    steps = await history.of(session, subject(question))
    shown = texts.Shown(
        question=question,
        group=await named_group(call, session, question.group_number),
        answer=answer,
        answered_as=await answered_as(session, question),
        leads=await roles.leads_of(session, question.group_number),
        history=steps,
        notes=await questions.notes(session, question),
        former_refs=await questions.former_refs(session, question),
        merged_into=None if root is question else root.ref,
        may_read=await may_read_now(call, session, question),
        confirmed_on=None if answer is None or answer.oral else _confirmed_on(answer, steps, call.settings),
    )
    return Reply(
        text=texts.one(shown, today=wall(call.at).date(), prefix=call.settings.prefix), subject=subject(question)
    )


async def may_read_now(call: Call, session: AsyncSession, question: Question) -> bool:
    """Whether the reader may see the text; what was closed before its release stays hidden."""
    if life.is_asker(call, question) and call.room_id == question.room_id:
        return True
    return may_read(call, question) and not await question_lists.never_released(session, [question])


def may_read(call: Call, question: Question) -> bool:
    """Whether the reader may see the text: before its release only the asker, and who releases it, in private."""
    if question.state not in (QuestionState.SUBMITTED, QuestionState.IN_REVIEW):
        return True
    mine = life.actors(call, question)
    if Actor.ASKER in mine and call.room_id == question.room_id:
        return True
    releases = question.state is QuestionState.IN_REVIEW and mine & {Actor.LEAD, Actor.COORDINATION}
    return bool(releases) and call.room_kind is RoomKind.DIRECT


def confirmed_on(answer: Answer, settings: Settings) -> date:
    """The Berlin day on which an answer counts as confirmed if nobody says anything."""
    return add_working_days(wall(answer.answered_at).date(), settings.confirm_within_working_days)


def _confirmed_on(answer: Answer, steps: Sequence[HistoryEntry], settings: Settings) -> date:
    """The same, moved where it was announced late."""
    announced = [each.at for each in steps if each.what == ANNOUNCED and each.at >= answer.answered_at]
    moved = [add_working_days(wall(at).date(), ANNOUNCED_BEFORE) for at in announced]
    return max([confirmed_on(answer, settings), *moved])


async def answered_as(session: AsyncSession, question: Question) -> str:
    """As whom the last answer was given."""
    steps = await history.of(session, subject(question))
    given = [each.role for each in steps if each.what in texts.ANSWERING]
    return as_role(given[-1] if given else None, question.group_number)
