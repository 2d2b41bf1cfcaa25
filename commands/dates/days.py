"""Days as people in Germany write them, read strictly.

`parse_day` reads a whole argument; `DAY` and `day_of` let `commands.dates.spans` find a day in a line of chat.
Nothing is guessed: what does not exist or reads two ways is refused with a sentence that names the remedy.
Deliberately not dateutil's free parser: it reads 05.11. as 11 May.
"""

import re
import unicodedata
from calendar import isleap, monthrange
from datetime import date, timedelta
from typing import Final

from commands.dates.wording import MONTHS, WEEKDAYS, plain_day, weekday
from commands.errors import BadDate

SPACE: Final = r"[^\S\n]"
"""Pattern of one blank within a line, the non-breaking ones included."""

_YEARS: Final = range(2000, 2100)
_DECEMBER: Final = 12
_UMLAUTS: Final = {"ä": "ae", "ö": "oe", "ü": "ue"}
_SHORT_MONTHS: Final = {"mrz": 3, "sept": 9} | {name[:3].lower(): n for n, name in enumerate(MONTHS, 1)}


def fold(word: str) -> str:
    """Return the word in small letters, with ae, oe, ue for umlauts and without a full stop at its end."""
    small = unicodedata.normalize("NFC", word).lower().removesuffix(".")
    for umlaut, letters in _UMLAUTS.items():
        small = small.replace(umlaut, letters)
    return small


_WEEKDAY_NUMBERS: Final = {fold(name): n for n, name in enumerate(WEEKDAYS)} | {"sonnabend": 5}
_WEEKDAY_SHORT: Final = {fold(name[:2]): n for n, name in enumerate(WEEKDAYS)}
_MONTH_NUMBERS: Final = {fold(name): n for n, name in enumerate(MONTHS, 1)} | {
    fold(name): n for name, n in _SHORT_MONTHS.items()
}
_DAY_WORDS: Final = {"heute": 0, "morgen": 1, "uebermorgen": 2}


def word_pattern(*words: str) -> str:
    """Return a pattern for any of the words; ä, ö, ü also match ae, oe, ue and a letter with a separate mark."""
    patterns = sorted(words, key=len, reverse=True)
    for umlaut, letters in _UMLAUTS.items():
        either = f"(?:{umlaut}|{letters}|{letters[0]}\u0308)"
        patterns = [pattern.replace(umlaut, either) for pattern in patterns]
    return f"(?:{'|'.join(patterns)})"


_WEEKDAY: Final = word_pattern(*WEEKDAYS, "Sonnabend")
_ANY_WEEKDAY: Final = word_pattern(*WEEKDAYS, "Sonnabend", *(name[:2] for name in WEEKDAYS))
_MONTH: Final = word_pattern(*MONTHS, "mär", *_SHORT_MONTHS)
_PART_OF_DAY: Final = (
    rf"(?: {SPACE}+ {word_pattern('früh', 'morgen', 'vormittag', 'mittag', 'nachmittag', 'abend')} (?!\w) )?"
)

DAY: Final = re.compile(
    rf"""
    (?<![\w.:])
    (?: (?:auf{SPACE}+)? (?:am|auf|zum|vom|den) {SPACE}+ )?
    (?:
        (?: (?P<weekday>{_ANY_WEEKDAY}) \.? ,? {SPACE}* (?:den{SPACE}+)? )?
        (?P<earlier> \d{{1,2}}\. {SPACE}* (?:[-–—/+]|bis|und|oder) {SPACE}* )?
        (?:
            (?P<iso> \d{{4}}-\d{{1,2}}-\d{{1,2}} )
          | (?P<day>\d{{1,2}}) \.
            (?:
                {SPACE}? (?P<month>\d{{1,2}}) \. (?: {SPACE}? (?P<year>\d{{4}}) | (?P<short_year>\d{{2}}) )
              | (?P<month_alone>\d{{1,2}}) \. (?!\d)
            )
          | (?P<day_before_name>\d{{1,2}}) \.? {SPACE}*
            (?P<month_name>{_MONTH}) (?!\w) \.?
            (?: {SPACE}* (?P<year_after_name>\d{{4}})
              | {SPACE}+ (?P<loose_number>\d{{2}}) (?![\w.:]) (?!{SPACE}*(?:[-–—]|bis|Uhr)) )?
        )
      | (?: (?P<which> {word_pattern("nächste", "übernächste", "kommende", "diese")}[nrs]? ) {SPACE}+ )?
        (?P<bare_weekday>{_WEEKDAY}) {_PART_OF_DAY}
      | (?<!guten[ ]) (?P<word> {word_pattern("heute", "morgen", "übermorgen")} ) {_PART_OF_DAY}
    )
    (?![\w:])
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""A day anywhere in a line; whether it exists is for `day_of` to say."""

SLASHED: Final = re.compile(r"(?<![\w/])(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?(?![\w/])")
"""11/05 or 11/05/2026: two readings."""

HALF_DOTTED: Final = re.compile(r"(?<![\w.:])(\d{1,2})\.(\d{1,2})(?![\w.:])")
"""12.05 without a second full stop: a day or a time."""


def parse_day(text: str, *, today: date) -> date:
    """Return the day that the text names; `today` is the date in Berlin.

    Reads 14.09.2023, 14.09.23 (always 20JJ), 14.09. (the next such day, today included), 2023-09-14,
    "14. September 2023", "14. September", "14. Sep.", each with a weekday in front that has to match;
    heute, morgen, übermorgen; a weekday, with or without "nächsten": the next one after today, tomorrow at
    the earliest ("übernächsten": a week later). Years are 2000 to 2099. Raises BadDate.
    """
    line = re.sub(r"\.\s+(?=\d)", ".", text.strip())
    found = DAY.fullmatch(line)
    if found is not None:
        return day_of(found, today=today)
    if slashed := SLASHED.fullmatch(line):
        raise BadDate(two_readings(slashed))
    if dotted := HALF_DOTTED.fullmatch(line):
        raise BadDate(f"Beim Datum „{line}“ fehlt der zweite Punkt. Bitte schreiben Sie „{dotted[0]}.“")
    if (number := _WEEKDAY_SHORT.get(fold(line))) is not None:
        raise BadDate(f"Bitte schreiben Sie den Wochentag aus („{WEEKDAYS[number]}“) oder nennen Sie das Datum.")
    if not line:
        raise BadDate(f"Es fehlt das Datum. {day_remedy(today)}")
    shown = line if len(line) <= 40 else f"{line[:39]}…"  # noqa: PLR2004  a line on a phone
    raise BadDate(f"„{shown}“ kann ich nicht als Datum lesen. {day_remedy(today)}")


def day_remedy(today: date) -> str:
    """Return the sentence that shows how to write a day."""
    return f"Bitte schreiben Sie es zum Beispiel so: 14.09.{today.year}, 14.09. oder 14. September {today.year}."


def day_of(found: re.Match[str], *, today: date) -> date:
    """Return the day that a match of `DAY` names; raises BadDate if there is none."""
    if found["word"]:
        return today + timedelta(days=_DAY_WORDS[fold(found["word"])])
    if found["bare_weekday"]:
        ahead = (_WEEKDAY_NUMBERS[fold(found["bare_weekday"])] - today.weekday() - 1) % 7 + 1
        weeks = 1 if fold(found["which"] or "").startswith("ueber") else 0
        return today + timedelta(days=ahead, weeks=weeks)
    if found["earlier"]:
        raise BadDate("Das sind zwei Tage. Bitte nennen Sie nur einen, bei mehreren Tagen den ersten.")
    day = _day_in_numbers(found, today)
    if found["weekday"]:
        _check_weekday(found["weekday"], day)
    return day


def is_relative(found: re.Match[str]) -> bool:
    """Say whether a match of `DAY` is a word such as morgen or Dienstag, without a date."""
    return bool(found["word"] or found["bare_weekday"])


def _day_in_numbers(found: re.Match[str], today: date) -> date:
    if found["iso"]:
        return _iso_day(found["iso"])
    day = int(found["day"] or found["day_before_name"])
    if found["loose_number"]:
        raise BadDate(
            f"In „{found[0]}“ ist die letzte Zahl nicht eindeutig. Bitte schreiben Sie das Jahr mit vier Ziffern "
            "(20JJ), eine Uhrzeit mit „Uhr“, und setzen Sie anderes in Anführungszeichen."
        )
    if found["month_name"]:
        month = _MONTH_NUMBERS[fold(found["month_name"])]
    else:
        month = int(found["month"] or found["month_alone"])
    if found["short_year"]:
        return _checked(2000 + int(found["short_year"]), month, day)
    if year := found["year"] or found["year_after_name"]:
        return _checked(int(year), month, day)
    return _next_such_day(month, day, today)


def _iso_day(iso: str) -> date:
    year, month, day = (int(part) for part in iso.split("-"))
    if len(iso) != len("2023-09-14"):
        raise BadDate(f"Bitte schreiben Sie „{iso}“ mit zwei Ziffern je Tag und Monat: {year}-{month:02}-{day:02}.")
    return _checked(year, month, day)


def _next_such_day(month: int, day: int, today: date) -> date:
    year = today.year if (month, day) >= (today.month, today.day) else today.year + 1
    if (month, day) == (2, 29) and not isleap(year):
        leap = next(later for later in range(year, year + 9) if isleap(later))
        raise BadDate(f"Den 29.02. gibt es erst {leap} wieder. Bitte schreiben Sie 28.02.{year} oder 29.02.{leap}.")
    return _checked(year, month, day)


def _checked(year: int, month: int, day: int) -> date:
    if year not in _YEARS:
        raise BadDate(f"Das Jahr {year} liegt nicht zwischen {_YEARS[0]} und {_YEARS[-1]}. Bitte prüfen Sie es.")
    if not 1 <= month <= _DECEMBER:
        swapped = _exists(year, day, month)
        meant = f"Meinen Sie den {plain_day(date(year, day, month))}? " if swapped else ""
        raise BadDate(
            f"Einen Monat {month} gibt es nicht. {meant}Bitte schreiben Sie erst den Tag, dann den Monat "
            "(TT.MM.JJJJ), oder JJJJ-MM-TT."
        )
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise BadDate(
            f"Den {day}. {MONTHS[month - 1]} {year} gibt es nicht. Der letzte Tag des Monats ist der "
            f"{plain_day(date(year, month, last))}. Bitte prüfen Sie das Datum."
        )
    return date(year, month, day)


def _check_weekday(written: str, day: date) -> None:
    number = (_WEEKDAY_NUMBERS | _WEEKDAY_SHORT)[fold(written)]
    if number != day.weekday():
        raise BadDate(
            f"Der {plain_day(day)} ist ein {weekday(day)}, kein {WEEKDAYS[number]}. "
            "Bitte prüfen Sie Wochentag und Datum."
        )


def two_readings(slashed: re.Match[str]) -> str:
    """Return the sentence that refuses a match of `SLASHED` and names its readings."""
    first, second = int(slashed[1]), int(slashed[2])
    year = int(slashed[3]) % 100 + 2000 if slashed[3] else None
    days = dict.fromkeys(
        f"{day:02}.{month:02}.{year or ''} ({day}. {MONTHS[month - 1]})"
        for day, month in ((first, second), (second, first))
        if _exists(year or 2000, month, day)  # 2000 has a 29 February
    )
    if not days:
        return f"„{slashed[0]}“ kann ich nicht als Datum lesen. Bitte schreiben Sie TT.MM.JJJJ."
    if len(days) == 1:
        return f"Ein Datum mit Schrägstrich lese ich nicht. Bitte schreiben Sie statt „{slashed[0]}“: {''.join(days)}."
    return f"„{slashed[0]}“ lässt sich auf zwei Arten lesen. Bitte schreiben Sie {' oder '.join(days)}."


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= _DECEMBER and 1 <= day <= monthrange(year, month)[1]
