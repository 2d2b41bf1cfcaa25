"""What a digest says: which window it covers, and what it finds there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.rrule import WEEKLY, rrule
from sqlalchemy.ext.asyncio import AsyncSession

from commands.dates.wall_clock import instant, wall
from commands.event_text import name, when
from storage import calendar, digests, health, materials, series
from storage.digests import Counts
from storage.tables import CalendarEvent, Question, QuestionState

_NEWEST = 2
_SUNDAY = 6


@dataclass(frozen=True, kw_only=True)
class Window:
    """The time a digest covers: `since` (included) to `until` (not included), both UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class OpenQuestion:
    """An open question as a digest shows it; days are Berlin days, `text` is None once it was deleted."""

    ref: str
    text: str | None
    due_on: date
    overdue_days: int
    age_days: int


@dataclass(frozen=True, kw_only=True)
class DateLine:
    """A date: what it is called, when it is, and what was done to it ("verschoben")."""

    name: str
    when: str
    what: str = ""


@dataclass(frozen=True, kw_only=True)
class Unclosed:
    """A plenary that is over and not closed: its number, its last day in Berlin, and the titles of what came of it."""

    number: int
    day: date
    material: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """All that a digest says. `open_count` counts all open questions, also those that wait for a plenary."""

    overdue: Sequence[OpenQuestion]
    due_this_week: Sequence[OpenQuestion]
    open_count: int
    in_review: int
    parked: int
    unreadable: int
    counts: Counts
    newest: Sequence[OpenQuestion]
    changes: Sequence[DateLine]
    skipped_reminders: int
    next_dates: Sequence[DateLine]
    unclosed: Sequence[Unclosed]

    @property
    def has_decisions(self) -> bool:
        """Whether somebody has to do something."""
        return bool(
            self.overdue or self.due_this_week or self.in_review or self.unclosed or self.parked or self.unreadable
        )

    @property
    def has_news(self) -> bool:
        """Whether anything happened in the window."""
        counts = self.counts
        return bool(
            any((counts.asked, counts.answered, counts.withdrawn, counts.refused, self.changes))
            or self.skipped_reminders
        )


def latest_due(now: datetime, *, weekday: int, at: time) -> datetime:
    """The latest instant (UTC) at or before `now` at which Berlin's clock shows this weekday (Monday = 0) and time."""
    a_week_and_more_ago = datetime.combine(wall(now).date() - timedelta(days=8), at)
    candidates = rrule(WEEKLY, dtstart=a_week_and_more_ago, byweekday=weekday, count=2)
    return max(due for due in map(instant, candidates) if due <= now)


def window(now: datetime, *, covered_until: datetime, weekday: int, at: time) -> Window | None:
    """The window of the digest that is due at `now`, or None where that one was covered already.

    It begins where the last one ended, however long ago that was, so that windows tile time (all UTC).
    """
    until = latest_due(now, weekday=weekday, at=at)
    return Window(since=covered_until, until=until) if until > covered_until else None


async def read(session: AsyncSession, covered: Window, *, now: datetime, group: int | None) -> Contents:
    """Collect what a digest says about a group, or about everything; what is due is judged at `now` (UTC)."""
    today = wall(now).date()
    asked = await digests.open_questions(session, group=group)
    timed = [each for each in asked if each.state is not QuestionState.DEFERRED]
    sunday = today + timedelta(days=_SUNDAY - today.weekday())
    state = await health.read(session) if group is None else None
    since, until = covered.since, covered.until
    return Contents(
        overdue=[_shown(each, today) for each in timed if each.due_on < today],
        due_this_week=[_shown(each, today) for each in timed if today <= each.due_on <= sunday],
        open_count=len(asked),
        in_review=await digests.in_review(session, group=group),
        parked=sum(each.count for each in (*state.parked_in, *state.parked_out)) if state else 0,
        unreadable=state.unreadable if state else 0,
        counts=await digests.counts(session, since=since, until=until, group=group),
        newest=[
            _shown(each, today)
            for each in await digests.newest(session, since=since, until=until, group=group, most=_NEWEST)
        ],
        changes=[
            DateLine(name=name(each.event), when=when(each.event), what=", ".join(each.what))
            for each in await digests.changes(session, since=since, until=until)
            if _concerns(each.event, group)
        ],
        skipped_reminders=await digests.skipped(session, since=since, until=until) if group is None else 0,
        next_dates=[
            DateLine(name=name(each), when=when(each))
            for each in series.next_of_each(await calendar.upcoming(session, after=wall(now)))
            if _concerns(each, group)
        ],
        unclosed=await _unclosed(session, today) if group is None else (),
    )


async def _unclosed(session: AsyncSession, today: date) -> list[Unclosed]:
    """The plenaries that were over before today and wait for being closed."""
    found = await materials.unclosed(session, before=datetime.combine(today, time()))
    came = await materials.of_all(session, found)
    return [
        Unclosed(
            number=each.number,
            day=(each.ends or each.starts).date(),
            material=list(dict.fromkeys(material.title for material in came.get(each.id, ()))),
        )
        for each in found
        if each.number is not None
    ]


def _shown(question: Question, today: date) -> OpenQuestion:
    return OpenQuestion(
        ref=question.ref,
        text=question.text,
        due_on=question.due_on,
        overdue_days=max(0, (today - question.due_on).days),
        age_days=max(0, (today - wall(question.asked_at).date()).days),
    )


def _concerns(event: CalendarEvent, group: int | None) -> bool:
    """Whether a date concerns a group: its own, and those of everybody."""
    return group is None or event.kind in {calendar.PLENARY, calendar.OFFICE_HOUR, calendar.kind_of_group(group)}
