"""Dates as an iCalendar file (RFC 5545, RFC 5546, RFC 7986), through the icalendar package.

The bytes depend on the dates only, never on when they are asked for: whoever compares two files sees what changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vDatetime, vRecur

from commands.dates.wall_clock import BERLIN, instant
from commands.markup import clean

_PRODUCT: Final = "-//AG 4 Kommunikation//AG4-Bot//DE"
_ZONE: Final = "Europe/Berlin"
_LONG_AGO: Final = datetime(1996, 10, 27, 3)  # noqa: DTZ001  a time on the clock: since then the rules are the same


class Method(StrEnum):
    """What the file asks for (RFC 5546, section 1.4)."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One VEVENT. Times are naive and Berlin's, but for `created_at` and `changed_at`, which are instants (UTC).

    `rule` makes it a series: the value of an RRULE, its UNTIL a time on the clock; `left_out` are starts for which the
    rule does not hold (EXDATE). `occurrence` makes it one date of the series with this UID: where the rule puts it
    (RECURRENCE-ID).
    """

    uid: str
    sequence: int
    created_at: datetime
    changed_at: datetime
    starts: datetime
    summary: str
    ends: datetime | None = None
    whole_day: bool = False
    description: str | None = None
    place: str | None = None
    link: str | None = None
    cancelled: bool = False
    category: str | None = None
    rule: str | None = None
    left_out: Sequence[datetime] = ()
    occurrence: datetime | None = None


def calendar_file(entries: Sequence[Entry], *, method: Method, organizer: str, bot: str, name: str) -> bytes:
    """The file with these dates, in the order in which they begin; single dates of a series come after all series.

    `organizer` is a mail address; where it is "", the bot's Matrix user ID stands in for it (a matrix: URI, Matrix
    specification, appendices). REQUEST and CANCEL name the group of all participants as the one attendee, as RFC 5546
    (3.2.2, 3.2.5) asks for; PUBLISH names none.
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", _ZONE)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    if any(not entry.whole_day for entry in entries):
        calendar.add_component(_berlin())
    address = f"mailto:{organizer}" if organizer else f"matrix:u/{bot.removeprefix('@')}"
    for entry in sorted(entries, key=lambda each: (each.occurrence is not None, each.starts, each.uid)):
        calendar.add_component(_event(entry, method=method, address=address))
    data: bytes = calendar.to_ical()
    return data


def _event(entry: Entry, *, method: Method, address: str) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    for name, moment in (
        ("dtstamp", entry.changed_at),
        ("created", entry.created_at),
        ("last-modified", entry.changed_at),
    ):
        event.add(name, moment.replace(microsecond=0))
    event.add("dtstart", _moment(entry.starts, whole_day=entry.whole_day))
    if entry.ends is not None:
        event.add("dtend", _moment(entry.ends, whole_day=entry.whole_day))
    _recur(event, entry)
    event.add("summary", clean(entry.summary))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    if entry.place:
        event.add("location", clean(entry.place))
    if entry.link:
        event.add("url", entry.link)
    description = "\n".join(filter(None, [entry.description, entry.link]))
    if description:
        event.add("description", clean(description))
    if entry.category:
        event.add("categories", [entry.category])
    event.add("organizer", _address(address, "AG4-Bot"), encode=False)
    if method is not Method.PUBLISH:
        attendee = _address(address, "Teilnehmende")
        attendee.params["CUTYPE"], attendee.params["RSVP"] = "GROUP", "FALSE"
        event.add("attendee", attendee, encode=False)
    return event


def _address(uri: str, name: str) -> vCalAddress:
    address = vCalAddress(uri)
    address.params["CN"] = name
    return address


def _recur(event: Event, entry: Entry) -> None:
    """What makes an event a series, or a date of one.

    UNTIL is in UTC, as RFC 5545 (3.3.10) wants it where DTSTART has a time zone.
    """
    if entry.occurrence is not None:
        event.add("recurrence-id", _moment(entry.occurrence))
    if entry.rule is not None:
        rule = vRecur.from_ical(entry.rule)
        if "UNTIL" in rule:
            rule["UNTIL"] = [instant(each) for each in rule["UNTIL"]]
        event.add("rrule", rule)
    if entry.left_out:
        event.add("exdate", [_moment(each) for each in sorted(entry.left_out)])


def _moment(wall: datetime, *, whole_day: bool = False) -> datetime | date:
    return wall.date() if whole_day else wall.replace(tzinfo=BERLIN)


def _berlin() -> Timezone:
    """Europe/Berlin by the rule that has held since 1996: the last Sundays of March and October."""
    zone = Timezone()
    zone.add("tzid", _ZONE)
    summer, winter = timedelta(hours=2), timedelta(hours=1)
    for part, name, before, after, month, hour in (
        (TimezoneDaylight(), "CEST", winter, summer, 3, 2),
        (TimezoneStandard(), "CET", summer, winter, 10, 3),
    ):
        start = datetime(1997, 3, 30, hour) if month == 3 else _LONG_AGO  # noqa: DTZ001, PLR2004  the clock; March
        part["DTSTART"] = vDatetime(start)
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("tzname", name)
        part.add("rrule", vRecur(freq="YEARLY", bymonth=month, byday="-1SU"))
        zone.add_component(part)
    return zone
