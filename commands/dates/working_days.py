"""Working days in Sachsen-Anhalt: Monday to Friday without the public holidays of the Land.

24 and 31 December are working days here: they are no public holidays.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

_SATURDAY = 5


def holiday_name(day: date) -> str | None:
    """Return the German name of the public holiday, or None; two on one day are joined by ", "."""
    return _holidays(day.year).get(day)


def is_working_day(day: date) -> bool:
    """Say whether people in the administration of Sachsen-Anhalt work on this day."""
    return day.weekday() < _SATURDAY and holiday_name(day) is None


def add_working_days(day: date, count: int) -> date:
    """Return the working day that many working days after the day, or before it if count is negative.

    The day itself is not counted; it need not be a working day. A count of 0 gives the day itself.
    """
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day


@cache
def _holidays(year: int) -> Mapping[date, str]:
    from holidays import country_holidays  # noqa: PLC0415  a tenth of a second nobody waits for at start

    return dict(country_holidays("DE", subdiv="ST", years=year, language="de"))
