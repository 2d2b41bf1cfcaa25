"""Dates that come again: read from a line of chat, listed, and put into German. RFC 5545, section 3.8.5.

A series lives on the wall clock in Berlin, never on instants: 10:00 stays 10:00 when the clocks change.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import dropwhile, islice, takewhile
from typing import Final, TypeVar

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrule, rrulestr

from commands.dates.days import DAY, SLASHED, SPACE, day_of, is_relative, two_readings
from commands.dates.lines import HIDDEN, IN_QUOTES, blank, without
from commands.dates.rules import CODES, COUNT, JOIN, MONTH_NAME, Rule, find_rule, number, rule_words
from commands.dates.spans import Hours, Span, find_times, one_time
from commands.dates.wall_clock import instant, wall
from commands.dates.wording import plain_day, short_day
from commands.errors import BadDate

MOST_DATES: Final = 400
"""More dates than this no series with an end may have."""

LONGEST: Final = relativedelta(years=5)
"""A series with an end may not be longer than this."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """A date that comes again; all times are naive and mean what the clock in Berlin shows.

    `start` and `end` are those of the first date; `end` gives the length on the clock, None where nobody
    named one. `rule` is the value of an RRULE (RFC 5545, section 3.3.10): it repeats days, never hours; an
    UNTIL is a floating wall time too (an iCalendar file with a TZID wants it in UTC) and the last date
    itself; a COUNT includes the exceptions. `exceptions` are the starts that are left out (EXDATE), as the
    rule names them.
    """

    start: datetime
    end: datetime | None
    rule: str
    exceptions: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class _Bounds:
    """What a line says about where a series begins and ends, and the days that are left out."""

    first: date | None
    last: date | None
    count: int | None
    left_out: tuple[re.Match[str], ...]


_T = TypeVar("_T", date, int)
_DATED: Final = re.compile(
    rf"""
    (?P<join> {JOIN} )?
    (?: (?<!\w) (?P<role> ab|von|vom|seit|erstmals|bis|außer|ausser|ausgenommen|nicht|ohne )
        (?: {SPACE}+ (?:dem|einschließlich|inklusive) )? {SPACE}+ )?
    {DAY.pattern}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FIRST: Final = frozenset({"ab", "von", "vom", "seit", "erstmals"})
_LEFT_OUT: Final = frozenset({"außer", "ausser", "ausgenommen", "nicht", "ohne"})
_TIMES: Final = re.compile(rf"(?<![\w.:]) (?P<count>{COUNT}) (?:{SPACE}|-)? mal (?![\w-])", re.IGNORECASE | re.VERBOSE)
_STEPS: Final = {"DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}
_BOUND: Final = re.compile(
    rf"(?<!\w)(?:ab|bis|außer|ausser|ausgenommen|nicht{SPACE}+(?:am|an|im|in)|im{SPACE}+{MONTH_NAME})(?![\w:])",
    re.IGNORECASE,
)


def find_series(text: str, *, today: date) -> tuple[Series, str] | None:
    """Find a series in a line and return it with the text that remains; None where nothing recurs.

    Read are "jeden ersten Mittwoch im Monat 10:00-11:00", "dienstags", "alle zwei Wochen …", "monatlich am
    15.", "täglich" and the like; "ab 01.12." (otherwise from tomorrow), "bis 31.07.2027" or "12 mal",
    "außer 24.12., 31.12."; a day without its year is the next one after the beginning. `today` is the date
    in Berlin. Raises BadDate if the time is missing, something reads two ways, or the series cannot be.
    """
    visible = blank(text, HIDDEN.finditer(text))
    found = find_rule(visible)
    if found is None:
        return None
    rule, phrases = found
    line = blank(visible, phrases)
    days = list(_DATED.finditer(line))
    without_days = blank(line, days)
    counts = list(_TIMES.finditer(without_days))
    without_counts = blank(without_days, counts)
    times = find_times(without_counts, day=True)
    left = blank(without_counts, times)
    if bound := _BOUND.search(left):
        if slashed := SLASHED.search(left, bound.end()):
            raise BadDate(two_readings(slashed))
        raise BadDate(
            f"Zu „{bound[0]}“ fehlt mir ein Datum. Bitte schreiben Sie zum Beispiel „ab 01.12.{today.year}“, "
            f"„bis 31.07.{today.year + 1}“ oder „außer 24.12.{today.year}“. {IN_QUOTES}"
        )
    bounds = _bounds(days, counts, line, today)
    hours = one_time(times, without_counts, visible)
    if hours is None:
        raise BadDate("Es fehlt die Uhrzeit. Bitte schreiben Sie zum Beispiel 10:00–12:00 oder 10 Uhr.")
    series = _series(rule, bounds, hours, today)
    return series, without(text, sorted([*phrases, *days, *counts, *times], key=lambda match: match.start()))


def occurrences(series: Series, *, after: datetime, until: datetime) -> Iterator[Span]:
    """Yield the dates of a series that start later than `after` and not later than `until`, in their order.

    All times are naive Berlin times. A start in the hour that is skipped in spring is moved to what the clock
    then shows (02:30 to 03:30, RFC 5545, section 3.3.5); one in the hour that comes twice comes once. The
    length is that of the first date.
    """
    length = None if series.end is None else series.end - series.start
    since = max(after, series.start)  # `after` may be the beginning of all time
    for nominal in _starts(series, since - timedelta(hours=1)):  # the skipped hour moves a start by one
        start = _shown(nominal)
        if start > until:
            return
        if start > after and nominal not in series.exceptions:
            yield Span(start, None if length is None else _shown(start + length))


def series_words(series: Series) -> str:
    """Return a series in German, as `find_series` reads it: its rule, hours, first and last day, exceptions.

    Raises ValueError for a rule that `find_series` never makes.
    """
    until = re.search(r"UNTIL=(\d{8})", series.rule)
    count = re.search(r"COUNT=(\d+)", series.rule)
    hours = f"{series.start:%H:%M}" + ("" if series.end is None else f"–{series.end:%H:%M}")
    words = f"{rule_words(series.rule)}, {hours} Uhr, ab {short_day(series.start)}"
    if until:
        words += f" bis {plain_day(date.fromisoformat(until[1]))}"
    if count:
        words += f", {count[1]}-mal"
    if series.exceptions:
        words += f", außer {', '.join(plain_day(day) for day in series.exceptions)}"
    return words


def _bounds(days: Sequence[re.Match[str]], counts: Sequence[re.Match[str]], line: str, today: date) -> _Bounds:
    firsts: list[re.Match[str]] = []
    lasts: list[re.Match[str]] = []
    left_out: list[re.Match[str]] = []
    before: re.Match[str] | None = None  # the exception just before
    for found in days:
        role = (found["role"] or "").lower()
        gap = line[before.end() : found.start()] if before else None
        if role in _LEFT_OUT or (not role and gap == "" and found["join"]):
            left_out.append(found)
            before = found
            continue
        if role == "bis" and gap is not None and not gap.strip() and not found["join"]:
            raise BadDate(
                "Ob mit diesem „bis“ die Ausnahme oder die Reihe endet, ist nicht eindeutig. Bitte nennen Sie jeden "
                "Ausnahmetag einzeln und das Ende der Reihe davor: „bis 31.07., außer 24.12., 31.12.“"
            )
        before = None
        if role not in _FIRST and role != "bis":
            raise BadDate(
                f"Wozu „{found[0].strip(' ,')}“ gehört, ist nicht eindeutig. Bitte schreiben Sie bei einer Reihe "
                f"„ab …“ für den ersten Tag, „bis …“ für den letzten und „außer …“ für Ausnahmen. {IN_QUOTES}"
            )
        (lasts if role == "bis" else firsts).append(found)
    first = _one([_named(found, today, today) for found in firsts], "den Beginn")
    last = _one([_named(found, today, first or today) for found in lasts], "das Ende")
    count = _one([number(found["count"]) for found in counts], "die Zahl der Termine")
    if last and count is not None:
        raise BadDate("Bitte nennen Sie entweder den letzten Tag („bis …“) oder die Zahl der Termine, nicht beides.")
    return _Bounds(first, last, count, tuple(left_out))


def _one(named: Sequence[_T], what: str) -> _T | None:
    if len(set(named)) > 1:
        raise BadDate(f"Hier steht zweimal etwas über {what} der Reihe. Bitte nennen Sie nur eins. {IN_QUOTES}")
    return named[0] if named else None


def _named(found: re.Match[str], today: date, anchor: date) -> date:
    if found["earlier"]:
        raise BadDate(
            f"„{found[0].strip(' ,')}“ sind zwei Tage. Bitte nennen Sie jeden mit seinem Monat, etwa „24.12., 31.12.“"
        )
    return day_of(found, today=today if is_relative(found) else anchor)


def _series(rule: Rule, bounds: _Bounds, hours: Hours, today: date) -> Series:
    since = bounds.first or today + timedelta(days=1)
    if rule.freq == "WEEKLY" and not rule.by:
        if bounds.first is None:
            raise BadDate(
                "Es fehlt der Wochentag. Bitte schreiben Sie zum Beispiel „alle 2 Wochen dienstags“ oder nennen Sie "
                f"den ersten Tag: „ab 01.12.{today.year}“"
            )
        rule = replace(rule, by=f"BYDAY={CODES[since.weekday()]}")
    if bounds.last and bounds.last < since:
        raise BadDate(
            f"Das Ende der Reihe ({short_day(bounds.last)}) liegt vor ihrem Beginn ({short_day(since)}). "
            "Bitte prüfen Sie beide."
        )
    start = next(iter(_rrule(str(replace(rule, interval=1)), datetime.combine(since, hours.start))))
    end = None if hours.end is None else datetime.combine(start, hours.end)
    series = Series(start=start, end=end, rule=str(rule))
    nominal = _ended(series, bounds)
    if nominal:
        limit = f"UNTIL={nominal[-1]:%Y%m%dT%H%M%S}" if bounds.last else f"COUNT={bounds.count}"
        series = replace(series, rule=f"{rule};{limit}")
    exceptions = tuple(sorted({_exception(series, found, today) for found in bounds.left_out}))
    if nominal and len(exceptions) == len(nominal):
        raise BadDate("Von dieser Reihe bliebe kein Termin übrig. Bitte prüfen Sie die Ausnahmen nach „außer“.")
    return replace(series, exceptions=exceptions)


def _ended(series: Series, bounds: _Bounds) -> list[datetime]:
    """Return all starts of a series that has an end, an empty list for one without; raises BadDate."""
    if bounds.last is None and bounds.count is None:
        return []
    last_moment = datetime.combine(bounds.last or date.max, time.max)
    most = MOST_DATES + 1 if bounds.count is None else min(bounds.count, MOST_DATES + 1)
    nominal = list(islice(takewhile(lambda start: start <= last_moment, _starts(series, series.start)), most))
    if not nominal and bounds.last:
        raise BadDate(
            f"Bis {short_day(bounds.last)} gibt es keinen Termin dieser Reihe; der erste wäre am "
            f"{short_day(series.start)}. Bitte prüfen Sie Beginn und Ende."
        )
    if not nominal:
        raise BadDate("Eine Reihe hat mindestens einen Termin. Bitte prüfen Sie die Zahl der Termine.")
    if len(nominal) > MOST_DATES or nominal[-1] > series.start + LONGEST:
        raise BadDate(
            f"Diese Reihe ist zu lang: Möglich sind höchstens {MOST_DATES} Termine in {LONGEST.years} Jahren. Bitte "
            "nennen Sie ein früheres Ende („bis …“) oder lassen Sie das Ende weg."
        )
    return nominal


def _exception(series: Series, found: re.Match[str], today: date) -> datetime:
    if found["bare_weekday"]:
        raise BadDate(
            f"Statt „{found[0].strip(' ,')}“ nennen Sie Ausnahmen bitte als Datum, etwa „außer 24.12.{today.year}“."
        )
    start = datetime.combine(_named(found, today, series.start.date()), series.start.time())
    following = next(_starts(series, start), None)
    if following != start:
        remedy = f"der nächste ist am {short_day(following)}" if following else "sie ist dann schon zu Ende"
        raise BadDate(f"Am {short_day(start)} ist kein Termin dieser Reihe; {remedy}. Bitte prüfen Sie die Ausnahme.")
    return start


def _starts(series: Series, since: datetime) -> Iterator[datetime]:
    """Yield the starts that the rule names, exceptions included, from `since` on."""
    return dropwhile(lambda start: start < since, _rrule(series.rule, _shortly_before(series, since)))


def _shortly_before(series: Series, since: datetime) -> datetime:
    """Return a start nearer to `since` from which the rule names the same dates, to count few of them."""
    parts = dict(part.split("=", 1) for part in series.rule.split(";"))
    start, interval = series.start, int(parts.get("INTERVAL", "1"))
    if since <= start or parts.keys() - {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "UNTIL"}:
        return start
    if parts["FREQ"] in _STEPS:
        step = interval * _STEPS[parts["FREQ"]]
        return start + max((since - start) // step - 1, 0) * step
    if parts["FREQ"] == "MONTHLY" and parts.keys() & {"BYDAY", "BYMONTHDAY"}:
        months = (since.year - start.year) * 12 + since.month - start.month
        if (ahead := months // interval * interval) > 0:
            return start.replace(day=1) + relativedelta(months=ahead)
    return start


def _rrule(rule: str, start: datetime) -> Iterator[datetime]:
    read = rrulestr(rule, dtstart=start)
    assert isinstance(read, rrule)  # a set needs a line that begins with RDATE or EXDATE
    return iter(read)


def _shown(nominal: datetime) -> datetime:
    return wall(instant(nominal))
