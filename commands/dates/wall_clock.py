"""Berlin's wall clock and the instants behind it.

Two kinds of time, never mixed: a *wall* time is a naive datetime and means what the clock in Berlin shows;
an *instant* is an aware datetime in UTC. Dates are kept as wall times, so that 09:00 stays 09:00 when the
clocks change; instants are derived, when something has to be compared with now.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Self
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from commands.errors import BadDate

BERLIN = ZoneInfo("Europe/Berlin")


def instant(wall_time: datetime) -> datetime:
    """Return the UTC instant at which Berlin's clock shows this naive time.

    In the hour that is skipped in spring the offset before the change holds: 02:30 becomes what the clock
    then shows as 03:30. In the hour that comes twice in autumn it is the first one; only a time made by
    `wall` from the second one (`fold=1`) stays the second. Raises ValueError for an aware datetime.
    """
    if wall_time.tzinfo is not None:
        raise ValueError(f"a wall time has no time zone: {wall_time!r}")
    return wall_time.replace(tzinfo=BERLIN).astimezone(UTC)


def wall(moment: datetime) -> datetime:
    """Return what Berlin's clock shows at this aware instant, as a naive datetime.

    `instant(wall(moment)) == moment`, always. Raises ValueError for a naive datetime.
    """
    if moment.tzinfo is None:
        raise ValueError(f"an instant has a time zone: {moment!r}")
    return moment.astimezone(BERLIN).replace(tzinfo=None)


def exists(wall_time: datetime) -> bool:
    """Say whether Berlin's clock ever shows this naive time; false only in the hour skipped in spring."""
    return wall(instant(wall_time)) == wall_time


class Unit(Enum):
    """The unit of a distance; the value is its letter in the configuration."""

    DAY = "d"
    HOUR = "h"
    MINUTE = "m"


_ELAPSED = {Unit.HOUR: timedelta(hours=1), Unit.MINUTE: timedelta(minutes=1)}
_WORDS = {Unit.DAY: ("Tag", "Tagen"), Unit.HOUR: ("Stunde", "Stunden"), Unit.MINUTE: ("Minute", "Minuten")}
_DAY_WORDS = {1: "morgen", 2: "übermorgen"}


@dataclass(frozen=True)
class Distance:
    """How long before a date a reminder is due: 14 days, 1 hour, 30 minutes.

    `count` is at least 1. Days are days of the calendar, hours and minutes are elapsed time.
    """

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "14d", "1h" or "30m", as they stand in the configuration; raises BadDate."""
        found = re.fullmatch(r"([1-9][0-9]{0,3})\s*([dhm])", text.strip().lower())
        if found is None:
            raise BadDate(
                f"Den Abstand „{text[:40]}“ kann ich nicht lesen. Bitte schreiben Sie zum Beispiel „14d“ "
                "für 14 Tage, „1h“ für eine Stunde oder „30m“ für 30 Minuten."
            )
        return cls(int(found[1]), Unit(found[2]))

    @property
    def label(self) -> str:
        """The short name, as in the configuration and in the keys of messages: "3d"."""
        return f"{self.count}{self.unit.value}"

    @property
    def words(self) -> str:
        """The distance in German, seen from when it is due: "morgen", "in 3 Tagen", "in 1 Stunde"."""
        if self.unit is Unit.DAY and self.count in _DAY_WORDS:
            return _DAY_WORDS[self.count]
        return f"in {self.count} {_WORDS[self.unit][self.count != 1]}"

    def before(self, start: datetime) -> datetime:
        """Return the naive Berlin time this long before a naive Berlin start.

        Days keep the time on the clock; hours and minutes are exact, even across a change of the clocks.
        """
        if self.unit is Unit.DAY:
            return start - relativedelta(days=self.count)
        return wall(instant(start) - self.count * _ELAPSED[self.unit])
