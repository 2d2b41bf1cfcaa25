"""Rückmeldung: the asker says whether an answer helps; if not, the question is open again, twice at most."""

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Message, Reply, command
from commands.dates.wall_clock import wall
from commands.dates.working_days import add_working_days
from commands.errors import NotAllowed, NotPossible, UsageError
from commands.group_names import take_ref
from commands.markup import clean
from commands.questions import life
from commands.questions.sensitive import gives_away
from commands.questions.telling import group_room, to_room
from commands.questions.words import (
    is_blank,
    question_numbered,
    reason_text,
    refuse_what_is_never_collected,
    subject,
)
from commands.texts import question_answers as texts
from commands.texts import question_edits as edit_texts
from commands.texts import question_errors as errors
from commands.texts import question_never
from commands.texts.question_words import Step
from commands.texts.questions import owner
from storage import questions, roles, rooms
from storage.tables import Question, QuestionState, Role, RoomKind


@command("hilft", "[Nummer]", example="!hilft AG3-001", once=True)
async def confirm(call: Call, session: AsyncSession) -> Reply:
    """Bestätigt, dass die Antwort auf Ihre Frage hilft.

    Die Reaktion 👍 unter der Antwort tut dasselbe. Wartet nur eine Ihrer Fragen hier auf Ihre Rückmeldung, können Sie
    die Nummer weglassen.
    """
    question, rest = await _own_question(call, session)
    if rest:
        raise UsageError(errors.only_the_number())
    _require_asker(call, question)
    return await confirmed(call, session, question)


@command("offen", "[Nummer] <was fehlt>", example="!offen AG3-001 Gilt das auch für Zweckverbände?", once=True)
async def reopen(call: Call, session: AsyncSession) -> Reply:
    """Öffnet Ihre Frage wieder, wenn die Antwort noch nicht hilft.

    Bitte schreiben Sie dazu, was noch fehlt. Das geht zweimal; danach kümmert sich eine Person der Koordination.
    """
    question, rest = await _own_question(call, session)
    _require_asker(call, question)
    if question.reopened > life.MOST_REOPENED and question.closed_at is not None:
        raise NotPossible(texts.no_more_reopening(question, prefix=call.settings.prefix))
    life.require(call, question, Step.REOPEN)
    reason = reason_text(rest, Step.REOPEN)
    prefix = call.settings.prefix
    refuse_what_is_never_collected(reason, question_never.REASON, prefix=prefix)
    if question.confidential and (pieces := gives_away(reason)):
        raise NotPossible(edit_texts.would_give_away(question, pieces))
    last_time = question.reopened == life.MOST_REOPENED
    today = wall(call.at).date()
    keeps_owner = question.owner is not None and not last_time
    await life.take(
        call,
        session,
        question,
        Step.REOPEN,
        to=QuestionState.ASSIGNED if keeps_owner else QuestionState.OPEN,
        reason=reason,
        by_asker=True,
    )
    await questions.change(
        session,
        question,
        reopened=question.reopened + 1,
        with_coordination=question.with_coordination or last_time,
        owner=question.owner if keeps_owner else None,
        due_since=today,
        due_on=add_working_days(today, call.settings.answer_within_working_days),
        told_light=0,
        told_unowned=0,
        told_confirmation=False,
    )
    leads = await roles.leads_of(session, question.group_number)
    return Reply(
        text=texts.reopened(question, owner=owner(question, leads), prefix=call.settings.prefix),
        subject=subject(question),
        messages=await _told_to_responsible(call, session, question, reason, last_time=last_time),
    )


async def confirmed(call: Call, session: AsyncSession, question: Question) -> Reply:
    """The asker says that the answer helps."""
    life.require(call, question, Step.CONFIRM)
    await life.take(call, session, question, Step.CONFIRM, by_asker=True)
    return Reply(text=texts.confirmed(question), subject=subject(question), thread_id=question.thread_id)


def what_is_missing(call: Call, question: Question) -> Reply:
    """The asker put a thumb down; without a word about what is missing nobody can do better."""
    return Reply(
        text=texts.what_is_missing(question, prefix=call.settings.prefix),
        subject=subject(question),
        thread_id=question.thread_id,
    )


async def _told_to_responsible(
    call: Call, session: AsyncSession, question: Question, reason: str, *, last_time: bool
) -> tuple[Message, ...]:
    everybody = await roles.everybody(session)
    coordinators = sorted(user for user, its in everybody.items() if its.may(Role.COORDINATOR))
    leads = await roles.leads_of(session, question.group_number)
    room_id = await group_room(session, question.group_number)
    if last_time:
        known = await rooms.known(session)
        joined = [each for each in await rooms.of_kind(session, RoomKind.COORDINATION) if known[each].joined]
        text = texts.for_coordination(question, reason, prefix=call.settings.prefix)
        messages = [
            to_room(question, each, f"escalated:{call.cause}:{number}", text, mentions=coordinators)
            for number, each in enumerate(joined)
        ]
        if room_id is not None and room_id not in joined:
            gone = texts.gone_to_coordination(question, prefix=call.settings.prefix)
            messages.append(to_room(question, room_id, f"escalated:{call.cause}:group", gone, mentions=leads))
        return tuple(messages)
    if room_id is None:
        return ()
    people = [question.owner] if question.owner else leads or coordinators
    text = texts.reopened_for_group(question, reason, prefix=call.settings.prefix)
    return (to_room(question, room_id, f"reopened:{call.cause}", text, mentions=people),)


def _require_asker(call: Call, question: Question) -> None:
    """Raise NotAllowed unless the sender asked; who asked in confidence says so in a direct chat only."""
    if not life.is_asker(call, question):
        raise NotAllowed(errors.only_who_asked(question, prefix=call.settings.prefix))


async def _own_question(call: Call, session: AsyncSession) -> tuple[Question, str]:
    """The question named, or the only one of the sender that waits here for their word; and the text behind it."""
    text = clean(call.text)
    ref = take_ref(text)
    if ref is not None:
        return await question_numbered(call, session, ref[0], ref[1]), ref[2]
    waiting = [
        each
        for each in await questions.of_person(session, call.sender)
        if each.state is QuestionState.ANSWERED and each.room_id == call.room_id
    ]
    if len(waiting) == 1:
        return waiting[0], "" if is_blank(text) else text
    raise UsageError(texts.which_of_yours(waiting, prefix=call.settings.prefix))


COMMANDS = (confirm, reopen)
