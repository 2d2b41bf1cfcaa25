"""Vertagen: what a plenary left open waits for the next one, and what was only said there is asked for in writing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Message
from commands.dates.wall_clock import instant, wall
from commands.dates.working_days import is_working_day
from commands.questions import life
from commands.questions.informing import Responsible, leads_for
from commands.questions.telling import asker_of, group_room
from commands.questions.words import subject
from commands.settings import Settings
from commands.texts import question_agenda as texts
from commands.texts.question_agenda import Plenary
from commands.texts.question_words import Step
from storage import agenda, calendar, questions
from storage.tables import CalendarEvent, EventStatus, Question

_MORNING: Final = time(8, 0)
"""From here on, Berlin time, people are reminded of work."""


@dataclass(frozen=True, kw_only=True)
class _Moved:
    """A question that was put off, and the ID of the step in its history."""

    question: Question
    step: int


async def next_plenary(session: AsyncSession, *, at: datetime) -> Plenary:
    """The next plenary that is not over at `at` (naive Berlin time), or the number the next one will get."""
    coming = await calendar.upcoming(session, after=at, kind=calendar.PLENARY)
    if coming:
        return plenary_of(coming[0])
    return Plenary(number=await calendar.next_number(session, calendar.PLENARY))


def plenary_of(event: CalendarEvent) -> Plenary:
    """What people see of a plenary in the calendar."""
    return Plenary(number=event.number or 0, starts=event.starts, ends=event.ends, whole_day=event.whole_day)


async def carry_over(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
    """Once a plenary is over, count it for all that waited then, and move what was marked for it to the next one.

    What was marked for a plenary that was cancelled moves too, without being counted. `now` is UTC.
    """
    at = wall(now)
    passed = await agenda.unaccounted(session, at=at)
    left_open: dict[int, dict[int, int]] = {}
    for event in passed:
        left_open[event.id] = await agenda.count_passed(session, event, began=instant(event.starts))
        await agenda.account(session, event, at=now, bot_id=settings.bot_id)
    stranded = await agenda.stranded(session, at=at)
    if not stranded and not any(left_open.values()):
        return []
    coming = await next_plenary(session, at=at)
    moved: dict[int, list[_Moved]] = {}
    for question, event in stranded:
        step = await life.take_itself(session, question, Step.CARRY_OVER, at=now, bot_id=settings.bot_id)
        await questions.change(session, question, plenary_number=coming.number)
        moved.setdefault(event.id, []).append(_Moved(question=question, step=step.id))
    messages = []
    for event in {each.id: each for each in (*passed, *(event for _, event in stranded))}.values():
        messages += await _about(
            session,
            event,
            coming,
            moved=moved.get(event.id, []),
            left_open=left_open.get(event.id, {}),
            prefix=settings.prefix,
        )
    return messages


async def _about(
    session: AsyncSession,
    event: CalendarEvent,
    coming: Plenary,
    *,
    moved: Sequence[_Moved],
    left_open: dict[int, int],
    prefix: str,
) -> list[Message]:
    """What is told about one plenary: each group in one message, and the askers of what was marked, by room."""
    passed, cancelled = plenary_of(event), event.status is EventStatus.CANCELLED
    messages = []
    told: set[tuple[str, int]] = set()
    for group in sorted({*left_open, *(each.question.group_number for each in moved)}):
        room_id = await group_room(session, group)
        if room_id is None:
            continue
        own = [each for each in moved if each.question.group_number == group]
        told |= {(room_id, each.question.id) for each in own}
        cause = f"{own[0].step}" if own else f"{event.id}:v{event.version}"
        text = texts.carried_over(
            passed,
            coming,
            [each.question for each in own],
            cancelled=cancelled,
            group=group,
            still_open=left_open.get(group, 0),
            prefix=prefix,
        )
        messages.append(Message(key=f"carried:{group}:{cause}", room_id=room_id, text=text, quiet=True))
    by_room: dict[str, list[_Moved]] = {}
    for each in moved:
        place = await asker_of(session, each.question)
        if place is not None and (place.room_id, each.question.id) not in told:
            by_room.setdefault(place.room_id, []).append(each)
    for room_id, here in by_room.items():
        text = texts.carried_over(passed, coming, [each.question for each in here], cancelled=cancelled, prefix=prefix)
        messages.append(
            Message(
                key=f"carried:askers:{here[0].step}",
                room_id=room_id,
                text=text,
                subject=subject(here[0].question) if len(here) == 1 else None,
                quiet=True,
            )
        )
    return messages


async def ask_for_written(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
    """On the working day after an oral answer, ask those responsible once for the written one. `now` is UTC.

    Only from 08:00 in Berlin, so that nobody is called at night; what fell due meanwhile is asked for then.
    """
    at = wall(now)
    if at.time() < _MORNING or not is_working_day(at.date()):
        return []
    missing = await agenda.to_write_up(session, before=instant(datetime.combine(at.date(), time())))
    messages = []
    for _, of_group in groupby(missing, key=lambda each: each.group_number):
        asked: dict[Responsible, list[Question]] = {}
        for question in of_group:
            responsible = await leads_for(session, question)
            if responsible is not None:
                asked.setdefault(responsible, []).append(question)
        for responsible, theirs in asked.items():
            steps = [
                await life.note(session, each, agenda.ASKED_FOR, at=now, bot_id=settings.bot_id) for each in theirs
            ]
            messages.append(
                Message(
                    key=f"write-up:{steps[0].id}",
                    room_id=responsible.room_id,
                    text=texts.please_write_up(theirs, prefix=settings.prefix),
                    mentions=responsible.people,
                )
            )
    return messages


JOBS = (carry_over, ask_for_written)
