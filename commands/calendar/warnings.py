"""What is lawful about a date, but perhaps not meant, is said before it is confirmed; a past date is refused."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar.rooms import Audience
from commands.calendar.shown import shown
from commands.command import Call
from commands.dates.spans import Span
from commands.dates.wall_clock import instant, wall
from commands.dates.working_days import holiday_name
from commands.errors import NotPossible
from commands.texts import calendar_planning as texts
from storage import calendar
from storage.tables import CalendarEvent

_SATURDAY = 5
_MOST_CLASHES = 3
"""A person reads so many lines about other dates."""


def refuse_past(call: Call, start: datetime, *, again: str) -> None:
    """Raise NotPossible where a naive Berlin start has passed; `again`: what to try, with "{when}" or "{day}"."""
    if instant(start) <= call.at:
        day = f"14.09.{wall(call.at).year + 1}"
        example = again.format(day=day, when=f"{day} 10:00")
        raise NotPossible(texts.in_the_past(start, again=example, prefix=call.settings.prefix))


async def warnings(
    session: AsyncSession,
    span: Span,
    kind: str,
    told: Audience,
    *,
    but: CalendarEvent | None = None,
    dated: bool = False,
) -> list[str]:
    """Weekend, holiday, other dates, rooms the bot is not in; `but` is the date itself. `dated`: each names its day."""
    day = span.start.date()
    holiday = holiday_name(day)
    others = [each for each in await calendar.on_day(session, span.start) if but is None or each.id != but.id]
    clashing = [each for each in others if _at_the_same_time(span, each)]
    near = [each for each in others if each not in clashing and calendar.PLENARY in {kind, each.kind}]
    return [
        *([texts.weekend(day)] if day.weekday() >= _SATURDAY else []),
        *([texts.holiday(day, holiday)] if holiday else []),
        *(texts.same_day(shown(each), clash=True, dated=dated) for each in clashing[:_MOST_CLASHES]),
        *(texts.same_day(shown(each), clash=False, dated=dated) for each in near[:_MOST_CLASHES]),
        *(texts.bot_not_in(name) for name in told.absent),
    ]


def _at_the_same_time(span: Span, other: CalendarEvent) -> bool:
    if other.whole_day:
        return False
    end, other_end = span.end or span.start, other.ends or other.starts
    if span.start == other.starts:
        return True
    return span.start < other_end and other.starts < end
