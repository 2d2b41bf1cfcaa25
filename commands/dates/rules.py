"""How often something takes place: German phrases and the recurrence rules of RFC 5545, section 3.3.10.

Only rules for days: daily, weekly, monthly on a day or on a weekday. What reads two ways is refused.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from commands.dates.days import SPACE, fold, word_pattern
from commands.dates.lines import IN_QUOTES, blank
from commands.dates.wording import MONTHS, WEEKDAYS
from commands.errors import BadDate

CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""The weekdays as RFC 5545 writes them, Monday first."""

JOIN: Final = rf"(?: {SPACE}*,{SPACE}*(?:und{SPACE}+)? | {SPACE}+(?:und|sowie){SPACE}+ | {SPACE}*[/+&]{SPACE}* )"
"""Verbose pattern of what stands between the parts of a list."""


@dataclass(frozen=True)
class Rule:
    """Every so many days, weeks or months (`freq` as in RFC 5545), and on which days (a BY… part, or empty)."""

    freq: str
    interval: int
    by: str

    def __str__(self) -> str:
        """Return the value of an RRULE."""
        interval = f"INTERVAL={self.interval}" if self.interval != 1 else ""
        return ";".join(part for part in (f"FREQ={self.freq}", interval, self.by) if part)


_ORDINALS: Final = {"erste": 1, "zweite": 2, "dritte": 3, "vierte": 4, "fuenfte": 5, "vorletzte": -2, "letzte": -1}
_NTH_WORDS: Final = {
    1: "ersten",
    2: "zweiten",
    3: "dritten",
    4: "vierten",
    5: "fünften",
    -2: "vorletzten",
    -1: "letzten",
}
_COUNTS: Final = ("zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf")
_COUNT_NUMBERS: Final = {fold(word): n for n, word in enumerate(_COUNTS, 2)}
_WEEKDAY_NUMBERS: Final = {fold(name): n for n, name in enumerate(WEEKDAYS)} | {"sonnabend": 5}
_FREQS: Final = {"tag": "DAILY", "woche": "WEEKLY", "monat": "MONTHLY"}
_EVERY_WORDS: Final = {
    "taeglich": ("DAILY", 1),
    "woechentlich": ("WEEKLY", 1),
    "zweiwoechentlich": ("WEEKLY", 2),
    "zweiwoechig": ("WEEKLY", 2),
    "monatlich": ("MONTHLY", 1),
    "zweimonatlich": ("MONTHLY", 2),
}
_IN_EVERY_MONTH: Final = 28
_WEEK: Final = 7
_WORKING_WEEK: Final = frozenset(range(5))

COUNT: Final = rf"(?: \d{{1,3}} | {word_pattern(*_COUNTS)} )"
"""Verbose pattern of a number; `number` reads it."""

MONTH_NAME: Final = word_pattern(*MONTHS, *(name[:3] for name in MONTHS))
"""Pattern of a month's name, whole or its first three letters."""

_START: Final = rf"(?<![\w.:-]) (?:immer{SPACE}+)?"
_EACH: Final = r"(?:(?:an|in)[^\S\n]+)?jede[nmrs]?"
_DAY_NAME: Final = word_pattern(*WEEKDAYS, "Sonnabend")
_BY_NAME: Final = rf"(?:{_DAY_NAME}s)(?![\w-])"
_ORDINAL_NAME: Final = word_pattern("erste", "zweite", "dritte", "vierte", "fünfte", "vorletzte", "letzte")
_ORDINAL: Final = rf"(?: \d{{1,2}}\. | {_ORDINAL_NAME}[nrsm]? )"
_OF_MONTH: Final = rf"(?: (?:im|in{SPACE}+jedem|pro|des|eines|jeden|jedes) {SPACE}+ Monate?s? )(?![\w-])"
_NTH: Final = rf"{_ORDINAL} (?:{JOIN}{_ORDINAL})* {SPACE}* {_DAY_NAME}(?![\w-])"
_OF: Final = rf"(?: {SPACE}+ {_OF_MONTH} )?"
_AT: Final = rf"(?: (?:am|zum|den|{_EACH}) {SPACE}+ )"
_MONTH_DAY: Final = (
    rf"(?: \d{{1,2}}\.(?!{SPACE}?\d{{1,2}}\.(?!\d)) (?:{SPACE}+Tag(?!\w))? | {_ORDINAL}{SPACE}+Tag(?!\w) )"
)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


_EVERY_WORD: Final = word_pattern("täglich", "(?:zwei)?wöchentlich", "zweiwöchig", "(?:zwei)?monatlich")
_EVERY: Final = _compiled(
    rf"""{_START} (?:
        alle {SPACE}+ (?P<count>{COUNT}) {SPACE}+ (?P<unit>Tag|Woche|Monat)e?n?
      | {_EACH} {SPACE}+ (?P<nth>{_ORDINAL}) {SPACE}* (?P<nth_unit>Tag|Woche|Monat) (?! {SPACE}+ {_OF_MONTH} )
      | (?:einmal{SPACE}+)? (?P<word> {_EVERY_WORD} )
      | (?P<fortnight> (?:14|vierzehn)-?{word_pattern("tägig", "täglich")} )
      | {_EACH} {SPACE}+ (?P<each_unit>Tag|Woche|Monat)
      | (?: einmal | 1[ -]?mal ) {SPACE}+ (?:im|am|pro|je|in{SPACE}+der|die) {SPACE}+ (?P<once_unit>Tag|Woche|Monat)
    ) (?![\w-])"""
)
_NTH_WEEKDAYS: Final = _compiled(
    rf"{_START} (?P<all> {_AT}? {_NTH} {_OF} (?: {JOIN} {_AT}? {_NTH} {_OF} )* )",
)
_WEEKDAYS: Final = _compiled(
    rf"""{_START} (?:
        {_EACH} {SPACE}+ {_DAY_NAME} (?![\w-]) (?: {JOIN} (?:{_EACH}{SPACE}+)? {_DAY_NAME} (?![\w-]) )*
      | (?:von{SPACE}+)? (?P<first>{_BY_NAME}) {SPACE}* (?:[-–]|bis) {SPACE}* (?P<last>{_BY_NAME})
      | {_BY_NAME} (?: {JOIN} {_BY_NAME} )*
      | (?P<working> werktags | wochentags | {_EACH}{SPACE}+(?:Werktag|Arbeitstag) | an{SPACE}+Werktagen ) (?![\w-])
    )"""
)
_AM_WEEKDAYS: Final = _compiled(
    rf"""(?: (?<!\w) am {SPACE}+ | (?<=\0) ,? {SPACE}* ) {_DAY_NAME} (?![\w-])
    (?: {JOIN} (?:am{SPACE}+)? {_DAY_NAME} (?![\w-]) )* (?! ,?{SPACE}*(?:den{SPACE}+)?\d{{1,2}}\. )"""
)
_MONTH_DAYS: Final = _compiled(
    rf"""{_START} {_AT} {_MONTH_DAY} (?:{JOIN} {_AT}? {_MONTH_DAY})*
    (?! {SPACE}* {MONTH_NAME} (?![\w-]) ) {_OF}"""
)
_UNSUPPORTED: Final = _compiled(
    rf"""{_START} (?:
        (?:halb|viertel)?{word_pattern("jährlich")} | quartalsweise | {word_pattern("stündlich")}
      | {_EACH} {SPACE}+ (?:Halbjahr|Quartal|Wochenende)
      | {_EACH} {SPACE}+ \d{{1,2}}\. {SPACE}* (?: \d{{1,2}}\.(?!\d) | {word_pattern(*MONTHS)} )
      | (?:alle|{_EACH}) {SPACE}+ (?:\w+\.?{SPACE}+)? (?:Tage?|Wochen?|Monate?|Jahre?|Stunden?)
      | (?: {_AT} )? {_ORDINAL} {SPACE}+ (?:Werktag|Arbeitstag)
    ) (?![\w-])"""
)
_SO_OFTEN: Final = _compiled(
    rf"""{_START} {COUNT} [ -]?mal {SPACE}+ (?: {word_pattern("täglich", "wöchentlich", "monatlich")}
    | (?:im|am|pro|je|in{SPACE}+der|die) {SPACE}+ (?:Tag|Woche|Monat|Jahr) ) (?![\w-])"""
)
_EACH_WORD: Final = _compiled(rf"(?<!\w){_EACH}(?!\w)")
_OF_MONTH_WORD: Final = _compiled(rf"(?<!\w){_OF_MONTH}")
_ONE_NTH: Final = _compiled(rf"(?P<ordinals>{_ORDINAL}(?:{JOIN}{_ORDINAL})*){SPACE}*(?P<day>{_DAY_NAME})(?!\w)")
_ONE_ORDINAL: Final = _compiled(_ORDINAL)
_ONE_DAY: Final = _compiled(_DAY_NAME)


def number(text: str) -> int:
    """Return what a match of `COUNT` says: 12 for "12" and "zwölf"."""
    return int(text) if text.isdigit() else _COUNT_NUMBERS[fold(text)]


def find_rule(line: str) -> tuple[Rule, list[re.Match[str]]] | None:
    """Find how often something takes place and return the rule with the phrases that say so, in their order.

    Returns None for a line without recurrence. A weekly rule has no BYDAY where no weekday is named: it is
    the one it starts on. Raises BadDate for what reads two ways, contradicts itself or cannot be planned.
    """
    every = list(_EVERY.finditer(line))
    cut = blank(line, every)
    monthly = any(_interval(found)[0] == "MONTHLY" for found in every)
    nth = [found for found in _NTH_WEEKDAYS.finditer(cut) if monthly or _recurs(found)]
    cut = blank(cut, nth)
    weekdays = list(_WEEKDAYS.finditer(cut))
    cut = blank(cut, weekdays)
    month_days = [found for found in _MONTH_DAYS.finditer(cut) if monthly or _recurs(found)]
    if every and not (nth or weekdays or month_days):
        weekdays = list(_AM_WEEKDAYS.finditer(blank(cut, month_days)))
    phrases = sorted([*every, *nth, *weekdays, *month_days], key=lambda found: found.start())
    if unsupported := _UNSUPPORTED.search(blank(line, phrases)) or _SO_OFTEN.search(line):
        raise BadDate(
            f"„{unsupported[0].strip()}“ kann ich nicht als Reihe planen. Bitte schreiben Sie zum Beispiel "
            f"„alle drei Monate am 15.“ oder planen Sie die Termine einzeln. {IN_QUOTES}"
        )
    if not phrases:
        return None
    intervals = {_interval(found) for found in every}
    if len(intervals) > 1 or sum(map(bool, (nth, weekdays, month_days))) > 1:
        raise _contradiction(phrases)
    if nth:
        by = _by_nth([pair for found in nth for pair in _nths(found[0])], nth, monthly=monthly)
    elif month_days:
        by = _by_month_day(month_days)
    else:
        by = _by_weekday({day for found in weekdays for day in _days(found)})
    freq, interval = intervals.pop() if intervals else ("MONTHLY" if nth or month_days else "WEEKLY", 1)
    return _combined(freq, interval, by, phrases), phrases


def _combined(freq: str, interval: int, by: str, phrases: Sequence[re.Match[str]]) -> Rule:
    in_month = by.startswith("BYMONTHDAY") or any(sign.isdigit() for sign in by)
    if interval == 0:
        raise BadDate("Eine Reihe braucht einen Abstand von mindestens 1. Bitte schreiben Sie etwa „alle 2 Wochen“.")
    if freq == "MONTHLY" and not in_month:
        raise BadDate(
            "Es fehlt der Tag im Monat. Bitte schreiben Sie zum Beispiel „monatlich am 15.“ oder "
            "„jeden ersten Mittwoch im Monat“."
        )
    if freq == "DAILY" and (interval % _WEEK == 0 or (interval == 1 and by and not in_month)):
        freq, interval = "WEEKLY", max(interval // _WEEK, 1)
    if in_month is not (freq == "MONTHLY") or (freq == "DAILY" and by):
        raise _contradiction(phrases)
    return Rule(freq, interval, by)


def _contradiction(phrases: Sequence[re.Match[str]]) -> BadDate:
    named = " und ".join(f"„{found[0].strip(' ,')}“" for found in phrases[:3])
    return BadDate(f"{named} passen nicht zusammen. Bitte nennen Sie nur eine Regel. {IN_QUOTES}")


def _recurs(found: re.Match[str]) -> bool:
    return bool(_EACH_WORD.search(found[0]) or _OF_MONTH_WORD.search(found[0]))


def _interval(found: re.Match[str]) -> tuple[str, int]:
    if found["word"]:
        return _EVERY_WORDS[fold(found["word"])]
    if found["fortnight"]:
        return "WEEKLY", 2
    unit = found["unit"] or found["nth_unit"] or found["each_unit"] or found["once_unit"]
    interval = number(found["count"]) if found["count"] else _ordinal(found["nth"]) if found["nth"] else 1
    if interval < 0:
        raise BadDate(f"„{found[0]}“ ist nicht eindeutig. Bitte schreiben Sie etwa „alle 2 Wochen dienstags“.")
    freq = _FREQS[fold(unit)]
    return ("WEEKLY", interval // _WEEK) if freq == "DAILY" and interval and interval % _WEEK == 0 else (freq, interval)


def _ordinal(word: str) -> int:
    small = fold(word)
    return int(small) if small.isdigit() else next(n for name, n in _ORDINALS.items() if small.startswith(name))


def _days(found: re.Match[str]) -> Iterator[int]:
    named = [_WEEKDAY_NUMBERS[fold(day)] for day in _ONE_DAY.findall(found[0])]
    groups = found.groupdict()
    if groups.get("working"):
        yield from _WORKING_WEEK
    elif groups.get("first"):
        yield from ((named[0] + ahead) % _WEEK for ahead in range((named[1] - named[0]) % _WEEK + 1))
    else:
        yield from named


def _nths(phrase: str) -> Iterator[tuple[int, int]]:
    for found in _ONE_NTH.finditer(phrase):
        for word in _ONE_ORDINAL.findall(found["ordinals"]):
            yield _WEEKDAY_NUMBERS[fold(found["day"])], _ordinal(word)


def _by_nth(pairs: Sequence[tuple[int, int]], found: Sequence[re.Match[str]], *, monthly: bool) -> str:
    day, nth = pairs[0]
    if too_high := next((pair for pair in pairs if pair[1] not in _NTH_WORDS), None):
        raise BadDate(
            f"Einen {too_high[1]}. {WEEKDAYS[too_high[0]]} im Monat gibt es nicht. Bitte schreiben Sie zum Beispiel "
            f"„jeden letzten {WEEKDAYS[too_high[0]]} im Monat“."
        )
    in_month = monthly or any(_OF_MONTH_WORD.search(match[0]) for match in found)
    if not in_month and len(set(pairs)) == 1 and nth > 1:
        name = WEEKDAYS[day]
        raise BadDate(
            f"„Jeden {_NTH_WORDS[nth]} {name}“ lässt sich auf zwei Arten lesen. Bitte schreiben Sie "
            f"„jeden {_NTH_WORDS[nth]} {name} im Monat“ oder „alle {_COUNTS[nth - 2]} Wochen {name.lower()}s“."
        )
    ordered = sorted(set(pairs), key=lambda pair: (pair[0], pair[1] < 0, pair[1]))
    return "BYDAY=" + ",".join(f"{nth}{CODES[day]}" for day, nth in ordered)


def _by_month_day(found: Iterable[re.Match[str]]) -> str:
    days = {_ordinal(word) for match in found for word in _ONE_ORDINAL.findall(match[0])}
    if late := next((day for day in sorted(days) if day > _IN_EVERY_MONTH), None):
        raise BadDate(
            f"Den {late}. gibt es nicht in jedem Monat. Bitte schreiben Sie „monatlich am letzten Tag“ "
            f"oder einen Tag bis zum {_IN_EVERY_MONTH}."
        )
    if days & {0, -2}:
        raise BadDate("Diesen Tag im Monat kann ich nicht lesen. Bitte schreiben Sie zum Beispiel „monatlich am 15.“")
    return "BYMONTHDAY=" + ",".join(map(str, sorted(days, key=lambda day: (day < 0, day))))


def _by_weekday(days: Iterable[int]) -> str:
    codes = ",".join(CODES[day] for day in sorted(days))
    return f"BYDAY={codes}" if codes else ""


def rule_words(rule: str) -> str:
    """Return a rule in German, as `find_rule` reads it; `rule` is the value of an RRULE.

    UNTIL and COUNT are left to the caller. Raises ValueError for a rule that `find_rule` never makes.
    """
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    if parts.keys() - {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "UNTIL", "COUNT"}:
        raise ValueError(f"no words for the rule {rule}")
    interval = int(parts.get("INTERVAL", "1"))
    match parts:
        case {"FREQ": "DAILY"}:
            return "täglich" if interval == 1 else f"alle {interval} Tage"
        case {"FREQ": "WEEKLY", "BYDAY": by}:
            return _weekly_words([CODES.index(code) for code in by.split(",")], interval)
        case {"FREQ": "MONTHLY", "BYDAY": by}:
            return _nth_words(by.split(","), interval)
        case {"FREQ": "MONTHLY", "BYMONTHDAY": by}:
            days = _listed(["letzten Tag" if day == "-1" else f"{day}." for day in by.split(",")])
            return f"{'monatlich' if interval == 1 else f'alle {interval} Monate'} am {days}"
    raise ValueError(f"no words for the rule {rule}")


def _weekly_words(days: Sequence[int], interval: int) -> str:
    if interval == 1 and len(days) == 1:
        return f"jeden {WEEKDAYS[days[0]]}"
    working = set(days) == _WORKING_WEEK
    names = "montags bis freitags" if working else _listed([f"{WEEKDAYS[day].lower()}s" for day in days])
    return names if interval == 1 else f"alle {interval} Wochen {names}"


def _nth_words(codes: Sequence[str], interval: int) -> str:
    by_day: dict[str, list[str]] = {}
    for code in codes:
        by_day.setdefault(code[-2:], []).append(_NTH_WORDS[int(code[:-2])])
    named = [f"{_listed(nth)} {WEEKDAYS[CODES.index(code)]}" for code, nth in by_day.items()]
    if interval == 1:
        return f"jeden {' und '.join(named)} im Monat"
    return f"alle {interval} Monate am {' und '.join(named)}"


def _listed(words: Sequence[str]) -> str:
    return " und ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
