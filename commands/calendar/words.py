"""What coordinators type behind `!plenum …`, apart from day and hours: number, motto, place, link, reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from commands.dates.days import fold
from commands.errors import UsageError
from commands.markup import clean
from commands.texts import calendar_planning as texts

_QUOTED: Final = r"""(?:"[^"]*"|„[^„“”"]*[“”"]|“[^“”]*”|»[^»«]*«)"""
_QUOTE: Final = re.compile(_QUOTED)
_KEYS: Final = "ort|link|motto|thema|titel|tagesordnung|agenda|plätze|plaetze|sitzplätze"
_PAIR: Final = re.compile(rf"(?<!\S)(?P<key>{_KEYS})=(?P<value>{_QUOTED}|\S*)", re.IGNORECASE)
_FIELDS: Final = {
    "thema": "motto",
    "titel": "motto",
    "agenda": "tagesordnung",
    "plaetze": "plätze",
    "sitzplätze": "plätze",
}
_BARE_LINK: Final = re.compile(r"(?<!\S)https?://\S+", re.IGNORECASE)
_LINK: Final = re.compile(r"https?://[\w-]+(?:\.[\w-]+)*(?::\d{1,5})?(?:[/?#][^\s<>\"\\^`{|}]*)?", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:plenum\s+)?(?:nr\.?\s*)?(\d{1,4})(?:[,:;](?!\d)|(?=\s|$))\s*", re.IGNORECASE)
_NUMBER_WORDS: Final = {
    word: number
    for number, word in enumerate(
        ["eins", "zwei", "drei", "vier", "fuenf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwoelf"],  # folded
        1,
    )
}
_WHOLE_QUOTE: Final = re.compile(rf"{_QUOTED}|«[^»«]*»")
_QUOTE_MARK: Final = re.compile(r"[\"„“”»«]")
_REASON: Final = re.compile(r"(?<!\S)grund\s*[:=]\s*", re.IGNORECASE)

MOST_AT_ALL: Final = 2_000
MOST_MOTTO: Final = 120
MOST_PLACE: Final = 160
MOST_LINK: Final = 400
MOST_REASON: Final = 300
MOST_AGENDA: Final = 600
MOST_SEATS: Final = 9_999
_NOTHING: Final = frozenset({"", "-", "–"})
"""What people write for a value that is to go."""


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a new plenary is about and where it takes place; None where nothing was said."""

    motto: str | None = None
    place: str | None = None
    link: str | None = None
    agenda: str | None = None
    seats: int | None = None


def cleaned(text: str) -> str:
    """The arguments without control characters; raises UsageError where they are far too long."""
    if len(text) > MOST_AT_ALL:
        raise UsageError(texts.far_too_long())
    return clean(text)


def take_number(text: str) -> tuple[int, str]:
    """The number of a plenary that the text begins with, and what follows it; raises UsageError without one."""
    found = _NUMBER.match(text)
    if found is None:
        word = next(iter(re.findall(r"\w+", text)), "")
        if (number := _NUMBER_WORDS.get(fold(word))) is not None:
            raise UsageError(texts.number_in_words(word, number))
        raise UsageError(texts.number_missing())
    return int(found[1]), text[found.end() :].strip()


def refuse_open_quote(text: str) -> None:
    """Raise UsageError for a quotation that does not end: nobody could say what still belongs to it."""
    if _QUOTE_MARK.search(_WHOLE_QUOTE.sub(" ", text)):
        raise UsageError(texts.open_quote())


def split_reason(text: str) -> tuple[str, str | None]:
    """What stands before "Grund:" and what behind it; None without that word. The reason may hold dates."""
    found = _REASON.search(text)
    if found is None:
        return text, None
    return text[: found.start()].strip(), text[found.end() :]


def reason(text: str) -> str | None:
    """A reason as it is told to everybody: one line, without quotes around it; raises UsageError if too long."""
    line = _value(_REASON.sub("", text.strip(" ,;"), count=1))
    return _fitting("Grund", line, MOST_REASON)


def take_details(text: str) -> Details:
    """Read motto, place, link and agenda in any order; raises UsageError for what cannot be placed.

    The motto stands in quotes, behind `motto=`, or is all that remains; a link needs no `link=`.
    """
    pairs, left = _take_pairs(text)
    unquoted_place = "ort" in pairs and not _QUOTE.fullmatch(pairs["ort"])
    if left and ("motto" in pairs or unquoted_place or "=" in left):
        raise UsageError(texts.left_over(left))
    return Details(
        motto=_fitting("Motto", _value(pairs.get("motto", left)), MOST_MOTTO),
        place=_fitting("Ort", _value(pairs.get("ort", "")), MOST_PLACE),
        link=take_link(_value(pairs.get("link", ""))),
        agenda=_fitting("Tagesordnung", _value(pairs.get("tagesordnung", "")), MOST_AGENDA),
        seats=_seats(_value(pairs.get("plätze", ""))),
    )


def take_changes(text: str) -> dict[str, str | int | None]:
    """Read what is to be changed, by the names of `storage.calendar.facts`; None: that is to go ("link=-").

    Raises UsageError for what cannot be placed, and where nothing is named.
    """
    pairs, left = _take_pairs(text)
    if left:
        raise UsageError(texts.left_over(left))
    values = {key: _value(value) for key, value in pairs.items()}
    values = {key: "" if value in _NOTHING else value for key, value in values.items()}
    read: dict[str, tuple[str, Callable[[str], str | int | None]]] = {
        "motto": ("title", lambda value: _fitting("Motto", value, MOST_MOTTO)),
        "ort": ("place", lambda value: _fitting("Ort", value, MOST_PLACE)),
        "link": ("link", take_link),
        "tagesordnung": ("agenda", lambda value: _fitting("Tagesordnung", value, MOST_AGENDA)),
        "plätze": ("seats", _seats),
    }
    found = {read[key][0]: read[key][1](value) for key, value in values.items()}
    if not found:
        raise UsageError(texts.nothing_to_change())
    return found


def _take_pairs(text: str) -> tuple[dict[str, str], str]:
    """The values by the names of their fields, and what remains; raises UsageError where one is named twice."""
    pairs: dict[str, str] = {}
    for found in _PAIR.finditer(text):
        key = _FIELDS.get(found["key"].lower(), found["key"].lower())
        if key in pairs:
            raise UsageError(texts.named_twice(key))
        pairs[key] = found["value"]
    text = _PAIR.sub(" ", text)
    for kind, pattern in (("link", _BARE_LINK), ("motto", _QUOTE)):
        for each in pattern.findall(text):
            if kind in pairs:
                raise UsageError(texts.named_twice(kind))
            pairs[kind] = each
        text = pattern.sub(" ", text)
    return pairs, " ".join(text.split()).strip(" ,;")


def _value(text: str) -> str:
    line = " ".join(text.split()).rstrip(",; ")
    return line[1:-1].strip() if _QUOTE.fullmatch(line) else line


def _fitting(name: str, line: str, most: int) -> str | None:
    if len(line) > most:
        raise UsageError(texts.too_long(name, len(line), most))
    return line or None


def take_link(line: str) -> str | None:
    """The link that a line is, None for an empty one; raises UsageError for what is no link, or too long."""
    if line and not _LINK.fullmatch(line):
        raise UsageError(texts.no_link(line))
    return _fitting("Link", line, MOST_LINK)


def _seats(line: str) -> int | None:
    if not line:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", line) or not 1 <= int(line) <= MOST_SEATS:
        raise UsageError(texts.no_seats(line, MOST_SEATS))
    return int(line)
