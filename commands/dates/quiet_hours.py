"""When nobody is reminded: evenings, nights, weekends and the public holidays of Sachsen-Anhalt."""

from datetime import datetime, time, timedelta
from typing import Final

from commands.dates.working_days import add_working_days, is_working_day

QUIET_FROM: Final = time(19)
"""From this time on the clock in Berlin it is quiet."""

QUIET_UNTIL: Final = time(7)
"""At this time of a working day the quiet ends."""


def is_quiet(moment: datetime) -> bool:
    """Say whether nobody is to be disturbed at this naive Berlin time; 07:00 is not quiet, 19:00 is."""
    return not (is_working_day(moment.date()) and QUIET_UNTIL <= moment.time() < QUIET_FROM)


def held(moment: datetime, start: datetime) -> datetime:
    """Return when a reminder due at `moment` of a date at `start` is really sent; all naive Berlin times.

    In quiet hours it waits for 07:00 of the next working day. On the day of the date itself ("heute") nothing
    waits. What would wait until that day or longer comes at 07:00 of that day, and where the date begins by
    then, does not wait at all. The result is never before `moment`, and not after `start` unless `moment` is.
    """
    if moment.date() >= start.date() or not is_quiet(moment):
        return moment
    morning = _next_morning(moment)
    if morning.date() < start.date():
        return morning
    morning = datetime.combine(start.date(), QUIET_UNTIL)
    return morning if morning < start else moment


def _next_morning(moment: datetime) -> datetime:
    last_day = moment.date() - timedelta(days=moment.time() < QUIET_UNTIL)
    return datetime.combine(add_working_days(last_day, 1), QUIET_UNTIL)
