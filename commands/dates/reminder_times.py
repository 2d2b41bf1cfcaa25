"""When people are reminded: from 08:00 in Berlin on working days; and how much of a time has passed."""

from datetime import date, datetime, time, timedelta
from typing import Final

from commands.dates.wall_clock import instant, wall
from commands.dates.working_days import add_working_days, is_working_day

FROM: Final = time(8)
"""Berlin time of day before which nobody is reminded."""

_LATE: Final = timedelta(days=1)
_WHOLE: Final = 100  # per cent


def working_day_at(now: datetime) -> date | None:
    """The working day it is in Berlin at an instant, once people may be reminded; else None."""
    here = wall(now)
    return here.date() if here.time() >= FROM and is_working_day(here.date()) else None


def is_late(day: date, now: datetime) -> bool:
    """Whether what was to be said on this day is said more than a day late."""
    return now - instant(datetime.combine(day, FROM)) > _LATE


def begun_before(today: date, count: int) -> date:
    """What began before this day is at least so many working days old; today is a working day, `count` at least 1."""
    return add_working_days(today, 1 - count)


def day_of_share(since: date, until: date, share: int) -> date:
    """The working day at whose beginning so many per cent of the working days after `since`, to `until`, are over."""
    return add_working_days(since, -(-working_days(since, until) * share // _WHOLE) + 1)


def working_days(since: date, until: date) -> int:
    """How many working days there are after one day and up to another, that one included."""
    days = (until - since).days
    return sum(is_working_day(since + timedelta(days=each)) for each in range(1, days + 1))
