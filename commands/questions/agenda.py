"""Das Plenum: questions are marked for it, make its agenda, and are answered there."""

import re
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Message, Reply, command
from commands.dates.days import fold
from commands.dates.wall_clock import wall
from commands.errors import NotFound, NotPossible, UsageError
from commands.markup import Markdown, clean
from commands.questions import carrying, life
from commands.questions.carrying import next_plenary, plenary_of
from commands.questions.informing import to_asker
from commands.questions.sensitive import Reason
from commands.questions.telling import everybody_at
from commands.questions.words import (
    MOST_IN_REASON,
    is_blank,
    named_question,
    refuse_what_is_never_collected,
    subject,
)
from commands.texts import question_agenda as texts
from commands.texts import question_errors as errors
from commands.texts import question_never
from commands.texts.question_agenda import MOST_OF_GROUP, Plenary
from commands.texts.question_words import Step
from storage import agenda, answers, calendar, groups, questions
from storage.tables import EventStatus, Outcome, Question, QuestionState, Role

_UNDO = ("aufheben", "zurueck", "zuruecknehmen")
_NUMBER = re.compile(r"(?:plenum\s*)?(?:nr\.?\s*)?(\d{1,4})\.?", re.IGNORECASE)


@command("vormerken", "<Nummer> [aufheben]", example="!vormerken AG3-001", role=Role.LEAD, once=True, own_check=True)
async def mark(call: Call, session: AsyncSession) -> Reply:
    """Merkt eine Frage für das nächste Plenum vor.

    Sie steht dann vorn auf der Tagesordnung, und wer gefragt hat, erfährt es. Mit dem Wort „aufheben“ hinter der
    Nummer nehmen Sie die Vormerkung zurück. Das dürfen die Leitung der AG und die Koordination.
    """
    question, rest = await named_question(call, session)
    if fold(rest.rstrip("!.")) in _UNDO:
        return await _unmark(call, session, question)
    life.require(call, question, Step.DEFER)
    if rest:
        raise UsageError(texts.only_undo())
    plenary, prefix = await next_plenary(session, at=wall(call.at)), call.settings.prefix
    await life.take(call, session, question, Step.DEFER)
    await questions.change(session, question, plenary_number=plenary.number)
    told = texts.marked_for_you(question, plenary, prefix=prefix)
    return Reply(
        text=texts.marked(question, plenary, prefix=prefix),
        subject=subject(question),
        messages=await _quietly(call, session, question, key=f"marked:{call.cause}", text=told),
    )


async def _unmark(call: Call, session: AsyncSession, question: Question) -> Reply:
    life.require(call, question, Step.UNDEFER)
    number, prefix = question.plenary_number, call.settings.prefix
    to = QuestionState.OPEN if question.owner is None else QuestionState.ASSIGNED
    await life.take(call, session, question, Step.UNDEFER, to=to)
    await questions.change(session, question, plenary_number=None)
    told = texts.unmarked_for_you(question, number, prefix=prefix)
    return Reply(
        text=texts.unmarked(question, number, prefix=prefix),
        subject=subject(question),
        messages=await _quietly(call, session, question, key=f"unmarked:{call.cause}", text=told),
    )


async def _quietly(
    call: Call, session: AsyncSession, question: Question, *, key: str, text: Markdown
) -> tuple[Message, ...]:
    """Tell whoever asked, where they asked, without calling them: nothing is to be done."""
    return tuple(replace(each, quiet=True) for each in await to_asker(call, session, question, key=key, text=text))


@command("tagesordnung", "[Nummer]", example="!tagesordnung", role=Role.LEAD)
async def show(call: Call, session: AsyncSession) -> Reply:
    """Zeigt, welche Fragen ins nächste Plenum kommen, oder in das mit dieser Nummer.

    Von jeder AG stehen die vorgemerkten Fragen vorn, dann die offenen mit den meisten Stimmen.
    """
    plenary = await _plenary(call, session)
    coming = await next_plenary(session, at=wall(call.at))
    after = coming.number if plenary.number > coming.number else 0
    today, prefix = wall(call.at).date(), call.settings.prefix
    return Reply(
        text=texts.agenda(
            plenary,
            await groups.everyone(session),
            questions=await agenda.on_agenda(session, plenary.number, after=after, most=MOST_OF_GROUP),
            totals=await agenda.counts(session, plenary.number, after=after),
            today=today,
            prefix=prefix,
        )
    )


async def _plenary(call: Call, session: AsyncSession) -> Plenary:
    """The plenary that is meant; raises UsageError, NotFound, or NotPossible where it has no agenda any more."""
    at, prefix = wall(call.at), call.settings.prefix
    coming, text = await next_plenary(session, at=at), clean(call.text).strip()
    if not text:
        return coming
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise UsageError(texts.which_plenary())
    number = int(found[1])
    if number == coming.number:
        return coming
    event = await calendar.by_number(session, calendar.PLENARY, number)
    if event is None:
        raise NotFound(texts.unknown_plenary(number, prefix=prefix))
    cancelled = event.status is EventStatus.CANCELLED
    upcoming = {each.id for each in await calendar.upcoming(session, after=at, kind=calendar.PLENARY)}
    if event.id not in upcoming:
        raise NotPossible(texts.no_agenda(plenary_of(event), cancelled=cancelled, prefix=prefix))
    return plenary_of(event)


@command(
    "mündlich",
    "<Nummer> [Stichwort]",
    example="!mündlich AG3-001 Land zahlt",
    role=Role.LEAD,
    once=True,
    own_check=True,
)
async def answer_orally(call: Call, session: AsyncSession) -> Reply:
    """Hält fest, dass eine Frage im Plenum mündlich beantwortet wurde.

    Wer gefragt oder dafür gestimmt hat, erfährt es mit Ihrem Stichwort. Die schriftliche Antwort reichen Sie danach
    mit !antwort nach; ich erinnere Sie am nächsten Arbeitstag daran. Das dürfen die Leitung der AG und die
    Koordination.
    """
    question, rest = await named_question(call, session)
    life.require(call, question, Step.ANSWER_ORALLY)
    keyword, prefix = _keyword(rest), call.settings.prefix
    given = await answers.add(
        session, question, text=keyword, by=call.sender, at=call.at, source_event_id=call.event_id, oral=True
    )
    await life.take(call, session, question, Step.ANSWER_ORALLY, outcome=Outcome.ANSWERED)
    await questions.change(session, question, plenary_number=None, told_confirmation=False)
    messages: list[Message] = []
    for number, place in enumerate(await everybody_at(session, question)):
        key = f"oral:{call.cause}:{number}"
        await answers.note_told(
            session, given, room_id=place.room_id, key=key, people=place.people, to_asker=place.asker
        )
        alone = place.asker and len(place.people) == 1
        told = texts.answered_orally(question, keyword, asker=alone, prefix=prefix)
        messages.append(place.message(question, key, told))
    return Reply(
        text=texts.oral_noted(question, sum(len(each.mentions) for each in messages), prefix=prefix),
        subject=subject(question),
        messages=tuple(messages),
    )


def _keyword(text: str) -> str:
    """A word or two about an answer, in one line; raises NotPossible where it is too long."""
    if is_blank(text):
        return ""
    refuse_what_is_never_collected(text, question_never.REASON, prefix="", but=(Reason.PHONE, Reason.CITIZEN))
    if len(text) > MOST_IN_REASON:
        raise NotPossible(errors.too_long("Notiz", len(text), MOST_IN_REASON))
    return " ".join(text.split())


COMMANDS = (mark, show, answer_orally)
JOBS = carrying.JOBS
