"""When something takes place, found in a line of chat: the day, the hours, and the text that remains.

Not looked into: what stands in quotes ("…", „…“, “…”, »…«), key=value, addresses (https://…) and Matrix
names (@…:…, #…:…). Recurrence ("jeden Dienstag") is not read here but refused; `commands.dates.recurrence`
reads it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Self

from commands.dates.days import (
    DAY,
    HALF_DOTTED,
    SLASHED,
    SPACE,
    day_of,
    day_remedy,
    fold,
    is_relative,
    two_readings,
    word_pattern,
)
from commands.dates.lines import HIDDEN, IN_QUOTES, blank, without
from commands.dates.wall_clock import exists
from commands.dates.wording import plain_day, short_day
from commands.errors import BadDate


@dataclass(frozen=True)
class Span:
    """When something takes place: naive Berlin wall-clock times; `end` is None where nobody named one."""

    start: datetime
    end: datetime | None = None

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> Self:
        """The span in `storage.calendar.facts`: "starts" and "ends" in ISO form."""
        end = facts["ends"]
        return cls(datetime.fromisoformat(facts["starts"]), datetime.fromisoformat(end) if end else None)


@dataclass(frozen=True)
class Hours:
    """Times of one day, without the day."""

    start: time
    end: time | None = None


@dataclass(frozen=True)
class Found:
    """What a line says about day and hours, each None where it says nothing, and the rest of the line."""

    day: date | None
    hours: Hours | None
    rest: str


_ANY: Final = r"\d{1,2}(?:[:.]\d{2})?"
_COLON: Final = r"\d{1,2}:\d{2}"
_OCLOCK: Final = rf"{SPACE}*Uhr(?!\w)"
_TO: Final = rf"{SPACE}*(?:[-–—]|bis){SPACE}*"
_HOURS: Final = re.compile(
    rf"""
    (?<![\w:.])
    (?: (?P<lead> um|von|ab|gegen|bis|vor|nach|und|oder ) {SPACE}+ )?
    (?:
        (?<!\bAG[ -]) (?<!\bPlenum[ ]) (?<!\bTOP[ ]) {_ANY} (?:{_OCLOCK})? {_TO} {_ANY} {_OCLOCK}
      | {_COLON} (?:{_OCLOCK})? {_TO} {_COLON}
      | {_ANY} {_OCLOCK} (?: {_TO} {_COLON} | {SPACE}* bis {SPACE}* {_ANY} )
      | {_COLON} (?:{_OCLOCK})?
      | {_ANY} {_OCLOCK}
    )
    (?! [\w:] | \.\d )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")
_NO_START: Final = frozenset({"bis", "vor", "nach", "und", "oder"})
_HALF_AN_END: Final = re.compile(rf"{_TO}\d", re.IGNORECASE)
_LOOSE_MINUTES: Final = re.compile(rf"{SPACE}+\d\d(?![\w.:/-])")
_LATE: Final = re.compile(r"(?<!\w)(?:\w+tag|mittwoch)?(?:abends?|nachmittags?|nachts|pm|p\.m\.)(?!\w)", re.IGNORECASE)
_VAGUE: Final = re.compile(
    rf"""
    (?<!\w) (?:
        (?: letzte|vorige|vergangene|jede ) [nrsm]?
      | {word_pattern("diese", "nächste", "übernächste", "kommende")} [nr]? {SPACE}+ (?:Woche|Monat)
      | in {SPACE}+ \w+ {SPACE}+ (?: Tag | Woche | Monat ) \w*
    ) (?!\w)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BARE_HOURS: Final = re.compile(rf"\0[\s,]*(\d{{1,2}}){_TO}(\d{{1,2}})(?![\w.:/-])", re.IGNORECASE)
"""Behind a day, which is blanked: "14.12. 10-12"."""
_NOON: Final = 12
_LAST_HOUR: Final = 23
_LAST_MINUTE: Final = 59


def find_span(text: str, *, today: date) -> tuple[Span, str]:
    """Find one day and one time in a line and return them with the text that remains.

    Days as in `dates.parse_day`; times as 10:00, 10:30 Uhr, 10.00 Uhr, 10 Uhr, and from-to with a dash or
    "bis". `today` is the date in Berlin. Raises BadDate if day or time is missing, named twice, or cannot be.
    """
    found = find_parts(text, today=today)
    if found.day is None:
        raise BadDate(f"Es fehlt das Datum. {day_remedy(today)}")
    if found.hours is None:
        raise BadDate("Es fehlt die Uhrzeit. Bitte schreiben Sie zum Beispiel 10:00–12:00 oder 10 Uhr.")
    return _span(found.day, found.hours), found.rest


def find_change(text: str, *, today: date, old: Span) -> tuple[Span, str]:
    """Find a new day, a new time or both, and return the old span moved there, and the text that remains.

    A day alone keeps the time on the clock, a time alone keeps the day; a time without an end keeps how long
    it took (on the clock). Raises BadDate as `find_span` does, and if neither is named.
    """
    found = find_parts(text, today=today)
    if found.day is None and found.hours is None:
        raise BadDate(
            f"Es fehlt der neue Termin. Bitte nennen Sie Datum, Uhrzeit oder beides: 14.09.{today.year} 10:00"
        )
    day = found.day or old.start.date()
    length = None if old.end is None else old.end - old.start
    if found.hours is not None and found.hours.end is not None:
        return _span(day, found.hours), found.rest
    start = datetime.combine(day, old.start.time() if found.hours is None else found.hours.start)
    return _checked(Span(start, None if length is None else start + length)), found.rest


def find_parts(text: str, *, today: date) -> Found:
    """Find what a line says about day and hours, either of which may be missing; raises BadDate.

    Refused rather than ignored: a second day or time, and what only looks like one (11/05, 12.05).
    """
    visible = blank(text, HIDDEN.finditer(text))
    days = list(DAY.finditer(visible))
    without_days = blank(visible, days)
    times = find_times(without_days, day=bool(days))
    day = _one_day(days, visible, today)
    hours = one_time(times, without_days, visible)
    return Found(day, hours, without(text, sorted([*days, *times], key=lambda found: found.start())))


def _one_day(days: Sequence[re.Match[str]], visible: str, today: date) -> date | None:
    named = list(dict.fromkeys(day_of(found, today=today) for found in days))
    if len(named) > 1:
        both = " und ".join(short_day(day) for day in named[:2])
        raise BadDate(f"Hier stehen zwei Tage: {both}. Bitte nennen Sie nur einen. {IN_QUOTES}")
    if any(is_relative(found) for found in days) and (vague := _VAGUE.search(visible)):
        raise BadDate(f"„{vague[0]}“ ist als Tag nicht eindeutig. Bitte nennen Sie das Datum: TT.MM.JJJJ.")
    return named[0] if named else None


def find_times(line: str, *, day: bool) -> list[re.Match[str]]:
    """Return where times stand in a line whose days are blanked; `day` says whether it had one.

    Raises BadDate for what only looks like a day or a time.
    """
    times = list(_HOURS.finditer(line))
    _refuse_look_alikes(blank(line, times), day=day, hours=bool(times))
    return times


def one_time(times: Sequence[re.Match[str]], line: str, visible: str) -> Hours | None:
    """Return the hours that the matches of `find_times` name, None for no match.

    `visible` is the line before its days were blanked. Raises BadDate if they name two, or what cannot be.
    """
    if not times:
        return None
    named = list(dict.fromkeys(_hours(found, line) for found in times))
    if len(named) > 1:
        both = " und ".join(f"{hours.start:%H:%M}" for hours in named[:2])
        raise BadDate(
            f"Hier stehen zwei Uhrzeiten: {both}. Beginn und Ende schreiben Sie bitte als 10:00–12:00. {IN_QUOTES}"
        )
    [hours] = named
    if hours.start.hour < _NOON and (late := _LATE.search(visible)):
        raise BadDate(
            f"„{late[0]}“ passt nicht zu {hours.start:%H:%M} Uhr. Bitte schreiben Sie die Uhrzeit "
            f"von 0 bis 24 Uhr, etwa {(hours.start.hour + _NOON) % 24}:{hours.start:%M}. {IN_QUOTES}"
        )
    return hours


def _hours(found: re.Match[str], line: str) -> Hours:
    clocks = _CLOCK.findall(found[0])
    start = _time(*clocks[0])
    if fold(found["lead"] or "") in _NO_START:
        raise BadDate(f"Bei „{found[0]}“ fehlt der Beginn. Bitte schreiben Sie Beginn und Ende als 10:00–12:00.")
    if len(clocks) == 1:
        after = _HALF_AN_END.match(line, found.end())
        if after is None and not clocks[0][1]:  # "10 Uhr 30"
            after = _LOOSE_MINUTES.match(line, found.end())
        if after is not None:
            raise BadDate(
                f"„{found[0]}{after[0]}“ kann ich nicht als Uhrzeit lesen. Bitte schreiben Sie 10:30, "
                f"mit Ende 10:30–12:00. {IN_QUOTES}"
            )
        return Hours(start)
    end = _time(*clocks[1])
    if end <= start:
        raise BadDate(
            f"Das Ende ({end:%H:%M}) liegt nicht nach dem Beginn ({start:%H:%M}). Bitte prüfen Sie beide; "
            "geht es über Mitternacht, nennen Sie nur den Beginn."
        )
    return Hours(start, end)


def _time(hour: str, minute: str) -> time:
    if int(hour) > _LAST_HOUR or int(minute or 0) > _LAST_MINUTE:
        written = f"{hour}:{minute}" if minute else f"{hour} Uhr"
        raise BadDate(f"Die Uhrzeit {written} gibt es nicht. Bitte schreiben Sie 0:00 bis 23:59.")
    return time(int(hour), int(minute or 0))


def _span(day: date, hours: Hours) -> Span:
    end = None if hours.end is None else datetime.combine(day, hours.end)
    return _checked(Span(datetime.combine(day, hours.start), end))


def _checked(span: Span) -> Span:
    for moment in (span.start, span.end):
        if moment is not None and not exists(moment):
            raise BadDate(
                f"Am {plain_day(moment)} gibt es {moment:%H:%M} Uhr nicht: Die Uhren werden von 2 auf 3 Uhr "
                f"vorgestellt. Bitte wählen Sie eine andere Zeit, etwa {moment + timedelta(hours=1):%H:%M} Uhr."
            )
    return span


def _refuse_look_alikes(line: str, *, day: bool, hours: bool) -> None:
    if day and not hours and (bare := _BARE_HOURS.search(line)) and int(bare[1]) < int(bare[2]) <= _LAST_HOUR:
        first, last = int(bare[1]), int(bare[2])
        raise BadDate(f"Meinen Sie {first}–{last} Uhr? Bitte schreiben Sie {first}:00–{last}:00. {IN_QUOTES}")
    if not day and (slashed := SLASHED.search(line)):
        raise BadDate(two_readings(slashed))
    if not (day and hours) and (dotted := HALF_DOTTED.search(line)):
        as_day = f"ein Datum als „{dotted[0]}.“ (mit Punkt am Ende)"
        as_time = f"eine Uhrzeit als „{dotted[1]}:{dotted[2]}“"
        ways = " oder ".join([as_day] * (not day) + [as_time] * (not hours))
        raise BadDate(f"„{dotted[0]}“ ist nicht eindeutig. Bitte schreiben Sie {ways}. {IN_QUOTES}")
