"""Erinnerungen: nobody has taken a question, or the time for its answer runs out.

People are told at 50, 80 and 100 % of the working days between asking and target: the traffic light ("Ampel").
Everything is told once, and after a downtime only the latest; one message for all that the same people have to do.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Message
from commands.dates.reminder_times import begun_before, day_of_share, is_late, working_day_at
from commands.dates.wall_clock import wall
from commands.dates.working_days import add_working_days
from commands.markup import Markdown
from commands.questions import silence
from commands.questions.informing import Responsible, coordination, leads_for, responsible_for
from commands.questions.words import subject
from commands.settings import Settings
from commands.texts import question_reminders as texts
from commands.texts.question_reminders import HALF, MOST, OVERDUE, Due
from storage import question_times, questions
from storage.question_times import UNOWNED, Span
from storage.tables import Question

_LIGHTS: Final = (OVERDUE, MOST, HALF)
_LEADS_TOLD, _ALL_TOLD = 1, 2


async def tell_unowned(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
    """Nobody has taken or released a question: the leads are told, then the coordination, once each.

    Where there is no lead, the coordination at once. The time begins anew when a question comes back. `now` is UTC.
    """
    today, after = working_day_at(now), settings.take_within_working_days
    if today is None:
        return []
    found = await question_times.unowned(
        session, first_before=begun_before(today, after), second_before=begun_before(today, 2 * after)
    )
    if not found:
        return []
    back = await question_times.last_put_there(session, found, UNOWNED)
    people = _People(session)
    steps: dict[tuple[Responsible, bool], list[_Step]] = defaultdict(list)
    for question in found:
        since = max(question.due_since, wall(back[question.id]).date()) if question.id in back else question.due_since
        first, second = add_working_days(since, after), add_working_days(since, 2 * after)
        leads, all_others = await people.leads(question), await people.coordination()
        told = question.told_unowned
        if told < _LEADS_TOLD and first <= today and leads is not None:
            steps[leads, False].append(_Step(question, since, is_late(first, now)))
            told = _ALL_TOLD if leads == all_others else _LEADS_TOLD
        if told == _LEADS_TOLD and second <= today and all_others is not None:
            again = question.told_unowned == _LEADS_TOLD  # else the leads hear of it only now
            steps[all_others, again].append(_Step(question, since, is_late(second, now)))
            told = _ALL_TOLD
        if told != question.told_unowned:
            await questions.change(session, question, told_unowned=told)
    return [
        _message(
            to,
            [each.question for each in some],
            key=f"unowned:{some[0].question.id}:{some[0].since}:{to.room_id}:{again}",
            text=texts.unowned([each.due for each in some], to.people, again=again, prefix=settings.prefix),
        )
        for (to, again), some in steps.items()
    ]


async def tell_lights(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
    """The time for an answer runs out: the owner, or else the leads, or the coordination are told. `now` is UTC."""
    today = working_day_at(now)
    if today is None:
        return []
    lights = {}
    for span in await question_times.spans(session, told_below=OVERDUE):
        share = _share(span, today)
        if share is not None:
            lights[span] = share
    people = _People(session)
    told: dict[Responsible, list[tuple[Due, int]]] = defaultdict(list)
    for question in await question_times.within(session, lights):
        to = await people.responsible(question)
        if to is None:
            continue
        share = lights[Span(since=question.due_since, until=question.due_on, told=question.told_light)]
        day = day_of_share(question.due_since, question.due_on, share)
        told[to].append((Due(question=question, late=is_late(day, now)), share))
        await questions.change(session, question, told_light=share)
    return [
        _message(
            to,
            [due.question for due, _ in some],
            key=f"light:{some[0][0].question.id}:{some[0][0].question.due_on}:{some[0][1]}",
            text=texts.running_out(some, to.people, prefix=settings.prefix),
        )
        for to, some in told.items()
    ]


@dataclass(frozen=True)
class _Step:
    question: Question
    since: date
    late: bool

    @property
    def due(self) -> Due:
        return Due(question=self.question, late=self.late)


@dataclass(frozen=True)
class _People:
    """Who is responsible, asked once for all questions of which it is the same people."""

    session: AsyncSession
    _known: dict[tuple[object, ...], Responsible | None] = field(default_factory=dict)

    async def responsible(self, question: Question) -> Responsible | None:
        key = (question.group_number, question.with_coordination, question.owner)
        if key not in self._known:
            self._known[key] = await responsible_for(self.session, question)
        return self._known[key]

    async def leads(self, question: Question) -> Responsible | None:
        key = (question.group_number, question.with_coordination)
        if key not in self._known:
            self._known[key] = await leads_for(self.session, question)
        return self._known[key]

    async def coordination(self) -> Responsible | None:
        if () not in self._known:
            self._known[()] = await coordination(self.session)
        return self._known[()]


def _share(span: Span, today: date) -> int | None:
    """The highest share of the time that has passed and was not told."""
    for share in _LIGHTS:
        if share > span.told and day_of_share(span.since, span.until, share) <= today:
            return share
    return None


def _message(to: Responsible, found: Sequence[Question], *, key: str, text: Markdown) -> Message:
    """One message; of a single question it is known what a reaction to it is about."""
    return Message(
        key=key,
        room_id=to.room_id,
        text=text,
        subject=subject(found[0]) if len(found) == 1 else None,
        mentions=to.people,
        quiet=not to.people,
    )


JOBS = (tell_unowned, tell_lights, *silence.JOBS)
