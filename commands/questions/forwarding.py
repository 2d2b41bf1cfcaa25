"""Weiterleiten und verlängern: a question goes to another group, or gets more time; the asker is told why."""

import re
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Command, Message, Reply, command
from commands.dates.days import DAY, day_of, parse_day
from commands.dates.wall_clock import wall
from commands.dates.working_days import add_working_days
from commands.errors import NotPossible, UsageError
from commands.group_names import take_group
from commands.questions import life
from commands.questions.informing import to_asker
from commands.questions.receipt import first_state, told_key
from commands.questions.telling import group_room, shown_asker, to_room
from commands.questions.words import named_group, named_question, reason_text, subject
from commands.texts import question_forwarding as texts
from commands.texts import questions as asked
from commands.texts.question_words import Step
from storage import questions, roles, rooms
from storage.tables import Question, QuestionState, Role

_UNTIL = re.compile(r"^bis\s+(?=\S)", re.IGNORECASE)
_SILENT_UNTIL_OVERDUE = 80
_NOBODY_LEFT_TO_TELL = 2


@command(
    "weiterleiten",
    "<Nummer> <AG> <Grund>",
    example="!weiterleiten AG3-001 AG5 Das betrifft die technische Umsetzung.",
    role=Role.LEAD,
    once=True,
    own_check=True,
)
async def forward(call: Call, session: AsyncSession) -> Reply:
    """Leitet eine Frage an eine andere AG weiter.

    Sie bekommt dort eine neue Nummer, die alte führt weiter zu ihr. Das Ziel für die Antwort beginnt neu. Wer gefragt
    hat, erfährt den Grund. Das dürfen die Leitung der bisherigen AG und die Koordination.
    """
    question, rest = await named_question(call, session)
    life.require(call, question, Step.FORWARD)
    number, why = take_group(rest)
    if number is None:
        raise UsageError(texts.missing_group())
    group = await named_group(call, session, number)
    prefix = call.settings.prefix
    if number == question.group_number:
        raise NotPossible(texts.same_group(question, prefix=prefix))
    reason = reason_text(why, Step.FORWARD)
    old_ref, from_group, before = question.ref, question.group_number, question.owner
    old_room = await group_room(session, from_group)
    await life.take(call, session, question, Step.FORWARD, to=first_state(group), reason=reason)
    await questions.move_to_group(session, question, number)
    today = wall(call.at).date()
    await questions.change(
        session,
        question,
        owner=None,
        plenary_number=None,
        due_since=today,
        due_on=add_working_days(today, call.settings.answer_within_working_days),
        told_light=0,
        told_unowned=0,
    )
    messages = [
        *await to_asker(
            call,
            session,
            question,
            key=f"forwarded:{call.cause}:asker",
            text=texts.forwarded_for_asker(question, old_ref, group, reason, prefix=prefix),
        ),
        *await _told_to_group(call, session, question, old_ref, reason, from_group=from_group),
    ]
    if before not in (None, call.sender) and old_room is not None:
        text = texts.no_longer_yours(question, old_ref, before, prefix=prefix)
        messages.append(to_room(question, old_room, f"no-longer:{call.cause}", text, mentions=[before]))
    leads = await roles.leads_of(session, number)
    return Reply(
        text=texts.forwarded(question, old_ref, group, leads, prefix=prefix),
        subject=subject(question),
        messages=tuple(messages),
    )


@command(
    "verlängern",
    "<Nummer> <Datum> <Grund>",
    example="!verlängern AG3-001 18.12. Wir warten auf das Ministerium.",
    role=Role.LEAD,
    once=True,
    own_check=True,
)
async def extend(call: Call, session: AsyncSession) -> Reply:
    """Gibt für die Antwort mehr Zeit.

    Bis zum neuen Tag erinnere ich nicht an die Frage. Wer gefragt hat, erfährt den Grund. Möglich ist höchstens ein
    Jahr. Das geht auch, wenn Ihnen die Frage zugewiesen ist.
    """
    question, rest = await named_question(call, session)
    life.require(call, question, Step.EXTEND)
    today = wall(call.at).date()
    day, why = _day_in_front(rest, today)
    if day <= max(today, question.due_on):
        raise NotPossible(texts.not_later(question, day))
    latest = today + relativedelta(years=1)
    if day > latest:
        raise NotPossible(texts.too_far(day, latest))
    reason = reason_text(why, Step.EXTEND)
    await life.take(call, session, question, Step.EXTEND, reason=reason)
    await questions.change(
        session, question, due_on=day, told_light=_SILENT_UNTIL_OVERDUE, told_unowned=_NOBODY_LEFT_TO_TELL
    )
    prefix = call.settings.prefix
    told = texts.extended_for_asker(question, reason, prefix=prefix)
    return Reply(
        text=texts.extended(question, prefix=prefix),
        subject=subject(question),
        messages=await to_asker(call, session, question, key=f"extended:{call.cause}", text=told),
    )


def _day_in_front(text: str, today: date) -> tuple[date, str]:
    """The day that a text begins with, and what follows it. Raises BadDate."""
    line = _UNTIL.sub("", text.strip())
    found = DAY.match(line)
    if found is None:
        return parse_day(line.split(None, 1)[0] if line else "", today=today), ""
    return day_of(found, today=today), line[found.end() :].lstrip(" \t\n,;:–-")


async def _told_to_group(
    call: Call, session: AsyncSession, question: Question, old_ref: str, reason: str, *, from_group: int
) -> tuple[Message, ...]:
    """The new group's room hears of the question, also where it was asked there: now it is theirs to answer.

    The asker is named only if they asked where everybody could read it. What waits for its release is told without
    its text, to the leads.
    """
    known = await rooms.known(session)
    room_id = await rooms.of_group(session, question.group_number)
    if room_id is None or not known[room_id].joined:
        return ()
    prefix = call.settings.prefix
    if question.state is QuestionState.IN_REVIEW:
        leads = await roles.leads_of(session, question.group_number)
        key = f"review:{call.cause}"
        return (to_room(question, room_id, key, asked.for_review(question, prefix=prefix), mentions=leads),)
    asker = await shown_asker(session, question)
    text = texts.forwarded_for_group(question, old_ref, asker, reason, from_group=from_group, prefix=prefix)
    return (to_room(question, room_id, told_key(question), text, mentions=()),)


COMMANDS: tuple[Command, ...] = (forward, extend)
