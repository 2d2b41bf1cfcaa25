"""Antworten: given, told once to the asker and to all who voted, corrected where they were told, deleted."""

from collections.abc import Callable
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Message, Reply, command
from commands.errors import NotPossible
from commands.markup import Markdown
from commands.questions import life
from commands.questions.showing import confirmed_on
from commands.questions.telling import Place, everybody_at
from commands.questions.words import answer_text, named_question, subject
from commands.texts import question_agenda as agenda
from commands.texts import question_answers as texts
from commands.texts import question_errors as errors
from commands.texts.question_words import Step
from commands.texts.questions import as_role
from storage import answers, questions
from storage.tables import Answer, Outcome, Question, QuestionState, Role

_DONE = (QuestionState.ANSWERED, QuestionState.CONFIRMED)
_OUTCOMES = {Step.ANSWER: Outcome.ANSWERED, Step.ANSWER_PARTLY: Outcome.PARTLY, Step.REFER: Outcome.REFERRED}


@command(
    "antwort",
    "<Nummer> <Ihre Antwort>",
    example="!antwort AG3-001 Bis 2027 zahlt das Land.",
    role=Role.LEAD,
    once=True,
    own_check=True,
)
async def answer(call: Call, session: AsyncSession) -> Reply:
    """Beantwortet eine Frage an Ihre AG.

    Wer gefragt oder für die Frage gestimmt hat, bekommt die Antwort einmal, dort, wo das war. Bearbeiten Sie Ihre
    Nachricht, wird die Antwort auch dort berichtigt; löschen Sie sie, ist die Frage wieder offen. Eine mündliche
    Antwort aus dem Plenum reichen Sie ebenso nach.
    """
    question, rest = await named_question(call, session)
    return await _give(call, session, question, rest, step=Step.ANSWER)


@command(
    "teilantwort",
    "<Nummer> <Ihre Antwort>",
    example="!teilantwort AG3-001 Für 2026 zahlt das Land, 2027 ist offen.",
    role=Role.LEAD,
    once=True,
    own_check=True,
)
async def answer_partly(call: Call, session: AsyncSession) -> Reply:
    """Beantwortet einen Teil einer Frage.

    Die Frage gilt damit als teilweise beantwortet. Wer gefragt hat, kann sie wieder öffnen.
    """
    return await _give(call, session, *await named_question(call, session), step=Step.ANSWER_PARTLY)


@command(
    "verweis",
    "<Nummer> <wohin>",
    example="!verweis AG3-001 Das steht im Leitfaden, Abschnitt Finanzierung.",
    role=Role.LEAD,
    once=True,
    own_check=True,
)
async def refer(call: Call, session: AsyncSession) -> Reply:
    """Beantwortet eine Frage mit einem Verweis, etwa auf die FAQ oder ein Dokument."""
    return await _give(call, session, *await named_question(call, session), step=Step.REFER)


@command(
    "berichtigen",
    "<Nummer> <Ihre Antwort>",
    example="!berichtigen AG3-001 Bis 2028 zahlt das Land.",
    role=Role.LEAD,
    once=True,
    own_check=True,
)
async def correct(call: Call, session: AsyncSession) -> Reply:
    """Berichtigt die Antwort auf eine Frage.

    Meine Nachrichten mit der Antwort ändern sich, und wer sie bekommen hat, erfährt, was sich geändert hat. Dasselbe
    geschieht, wenn Sie Ihre Nachricht mit der Antwort bearbeiten.
    """
    question, rest = await named_question(call, session)
    life.require(call, question, Step.CORRECT)
    given = await answers.valid(session, question)
    if given is None:
        raise NotPossible(errors.not_now(question, life.possible(call, question), prefix=call.settings.prefix))
    reply = await reword(call, session, question, given, answer_text(rest))
    await answers.adopt(session, given, by=call.sender, source_event_id=call.event_id)
    return reply


async def _give(call: Call, session: AsyncSession, question: Question, rest: str, *, step: Step) -> Reply:
    last = await answers.valid(session, question)
    if last is not None and last.oral and question.state in _DONE:
        return await _write_up(call, session, question, rest, outcome=_OUTCOMES[step])
    life.require(call, question, step)
    text, role = answer_text(rest), life.acting_role(call, question)
    given = await answers.add(session, question, text=text, by=call.sender, at=call.at, source_event_id=call.event_id)
    await life.take(call, session, question, step, outcome=_OUTCOMES[step])
    return await _noted(call, session, question, given, _telling(call, question, given, role))


async def _write_up(call: Call, session: AsyncSession, question: Question, rest: str, *, outcome: Outcome) -> Reply:
    """The written answer to what was answered in a plenary."""
    life.require(call, question, Step.WRITE_UP)
    text, role = answer_text(rest), life.acting_role(call, question)
    given = await answers.add(session, question, text=text, by=call.sender, at=call.at, source_event_id=call.event_id)
    await life.take(call, session, question, Step.WRITE_UP)
    await questions.change(session, question, outcome=outcome)
    who, prefix = as_role(role, question.group_number), call.settings.prefix
    until = _waits_until(call, question, given)

    def written(place: Place) -> Markdown:
        return texts.written_up(question, text, answered_as=who, asker=place.asker, confirmed_on=until, prefix=prefix)

    return await _noted(call, session, question, given, written)


def _waits_until(call: Call, question: Question, given: Answer) -> date | None:
    """Until when whoever asked may say whether an answer helps; None where they have said so."""
    return confirmed_on(given, call.settings) if question.state is QuestionState.ANSWERED else None


async def _noted(
    call: Call, session: AsyncSession, question: Question, given: Answer, text_for: Callable[[Place], Markdown]
) -> Reply:
    """Tell an answer to everybody it concerns, once each, note who was told where, and say so to whoever gave it."""
    await questions.change(session, question, told_confirmation=False)
    messages = []
    for number, place in enumerate(await everybody_at(session, question)):
        key = f"answered:{call.cause}:{number}"
        await answers.note_told(
            session, given, room_id=place.room_id, key=key, people=place.people, to_asker=place.asker
        )
        messages.append(place.message(question, key, text_for(place)))
    return Reply(
        text=texts.answer_noted(question, sum(len(each.mentions) for each in messages)),
        subject=subject(question),
        messages=tuple(messages),
    )


def _telling(call: Call, question: Question, given: Answer, role: Role | None) -> Callable[[Place], Markdown]:
    who, prefix = as_role(role, question.group_number), call.settings.prefix
    until = _waits_until(call, question, given)

    def text(place: Place) -> Markdown:
        if given.oral:
            return agenda.answered_orally(
                question, given.text or "", asker=place.asker and len(place.people) == 1, prefix=prefix
            )
        return texts.answered(
            question,
            given.text or "",
            answered_as=who,
            asker=place.asker,
            others=len(place.people) > 1,
            confirmed_on=until,
            prefix=prefix,
        )

    return text


async def reword(call: Call, session: AsyncSession, question: Question, given: Answer, text: str) -> Reply:
    """Correct an answer: each message that told it is edited in place, and whoever was told hears what changed."""
    old, prefix = given.text or "", call.settings.prefix
    if text == old:
        return Reply(text=errors.edit_same(question), subject=subject(question))
    role = life.acting_role(call, question)
    await answers.reword(session, given, text, at=call.at)
    await life.take(call, session, question, Step.CORRECT)
    await questions.change(session, question, told_confirmation=False)
    who = as_role(role, question.group_number)
    messages: list[Message] = []
    text_for = _telling(call, question, given, role)
    for number, told in enumerate(await answers.told(session, given)):
        place = _place_of(question, told.room_id, told.people, asker=told.to_asker)
        edited = text_for(place)
        messages.append(
            Message(
                key=f"edited:{call.cause}:{number}",
                room_id=told.room_id,
                text=edited,
                subject=subject(question),
                mentions=place.people,
                replaces=told.key,
            )
        )
        changed = texts.corrected(
            question,
            old,
            text,
            answered_as=who,
            asker=place.asker,
            confirmed_on=_waits_until(call, question, given),
            prefix=prefix,
        )
        messages.append(place.message(question, f"corrected:{call.cause}:{number}", changed))
    return Reply(
        text=texts.correction_noted(question, len(messages)), subject=subject(question), messages=tuple(messages)
    )


async def remove(call: Call, session: AsyncSession, question: Question, given: Answer) -> Reply | None:
    """The message of an answer was deleted; None where that is known already.

    Without a text of its own the question cannot be open again. An older answer that no longer holds changes nothing.
    """
    if given.text is None:
        return None
    prefix = call.settings.prefix
    holds = question.state in _DONE and given is await answers.valid(session, question)
    await answers.reword(session, given, None, at=call.at)
    told = await answers.told(session, given)
    messages = [
        Message(
            key=f"removed:{call.cause}:{number}",
            room_id=each.room_id,
            text=texts.answer_removed(question),
            subject=subject(question),
            replaces=each.key,
        )
        for number, each in enumerate(told)
    ]
    if not holds:
        return Reply(text=texts.old_answer_deleted(question), subject=subject(question), messages=tuple(messages))
    gone = question.text is None
    await life.take(
        call,
        session,
        question,
        Step.DELETE_ANSWER,
        to=QuestionState.CLOSED if gone else QuestionState.OPEN,
        outcome=Outcome.WITHDRAWN if gone else None,
    )
    for number, each in enumerate(told):
        place = _place_of(question, each.room_id, each.people, asker=each.to_asker)
        text = texts.answer_gone_for_you(question, prefix=prefix)
        messages.append(place.message(question, f"unanswered:{call.cause}:{number}", text))
    return Reply(
        text=texts.answer_deleted(question, prefix=prefix), subject=subject(question), messages=tuple(messages)
    )


def _place_of(question: Question, room_id: str, people: list[str], *, asker: bool) -> Place:
    """Where people were told an answer; in the thread of the question where that is the asker's."""
    return Place(
        room_id=room_id,
        people=tuple(people),
        reply_to=question.source_event_id if asker else None,
        thread_id=question.thread_id if asker else None,
        asker=asker,
    )


COMMANDS = (answer, answer_partly, refer, correct)
