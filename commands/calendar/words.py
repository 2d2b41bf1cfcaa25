"""What coordinators type behind `!plenum …`, apart from day and hours: number, motto, place, link, reason."""

import re
from dataclasses import dataclass
from typing import Final

from commands.dates.days import fold
from commands.errors import UsageError
from commands.markup import clean
from commands.texts import calendar_planning as texts

_QUOTED: Final = r"""(?:"[^"]*"|„[^„“”"]*[“”"]|“[^“”]*”|»[^»«]*«)"""
_QUOTE: Final = re.compile(_QUOTED)
_PAIR: Final = re.compile(rf"(?<!\S)(?P<key>ort|link|motto)=(?P<value>{_QUOTED}|\S*)", re.IGNORECASE)
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


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a new plenary is about and where it takes place; None where nothing was said."""

    motto: str | None = None
    place: str | None = None
    link: str | None = None


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
    """Read motto, place and link in any order; raises UsageError for what cannot be placed.

    The motto stands in quotes, behind `motto=`, or is all that remains; a link needs no `link=`.
    """
    pairs: dict[str, str] = {}
    for found in _PAIR.finditer(text):
        key = found["key"].lower()
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
    left = " ".join(text.split()).strip(" ,;")
    unquoted_place = "ort" in pairs and not _QUOTE.fullmatch(pairs["ort"])
    if left and ("motto" in pairs or unquoted_place or "=" in left):
        raise UsageError(texts.left_over(left))
    return Details(
        motto=_fitting("Motto", _value(pairs.get("motto", left)), MOST_MOTTO),
        place=_fitting("Ort", _value(pairs.get("ort", "")), MOST_PLACE),
        link=_link(_value(pairs.get("link", ""))),
    )


def _value(text: str) -> str:
    line = " ".join(text.split()).rstrip(",; ")
    return line[1:-1].strip() if _QUOTE.fullmatch(line) else line


def _fitting(name: str, line: str, most: int) -> str | None:
    if len(line) > most:
        raise UsageError(texts.too_long(name, len(line), most))
    return line or None


def _link(line: str) -> str | None:
    if line and not _LINK.fullmatch(line):
        raise UsageError(texts.no_link(line))
    return _fitting("Link", line, MOST_LINK)
