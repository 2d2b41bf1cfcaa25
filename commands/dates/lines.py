"""A line of chat of which some parts are not looked into, and some are cut out; the rest stays as it was typed."""

import re
from collections.abc import Iterable
from typing import Final

_QUOTED: Final = r"""(?: "[^"]*" | „[^„“”"]*[“”"] | “[^“”]*” | »[^»«]*« )"""
HIDDEN: Final = re.compile(
    rf"""
    (?<!\S) [^\W\d][\w-]* = (?: {_QUOTED} | \S* )
  | (?<!\S) \S*? :// \S*
  | (?<!\S) [@\#!] [^\s:]+ : \S+
  | {_QUOTED}
    """,
    re.VERBOSE,
)
"""What is not looked into: quotes ("…", „…“, “…”, »…«), key=value, addresses and Matrix names (@…:…, #…:…)."""

IN_QUOTES: Final = "Text, der nicht dazugehört, setzen Sie bitte in Anführungszeichen."
"""The remedy for words that were taken for a date."""


def blank(text: str, found: Iterable[re.Match[str]]) -> str:
    """Return the text with each match made unreadable, every other character in its place."""
    pieces, at = [], 0
    for match in found:
        pieces += [text[at : match.start()], "\0" * (match.end() - match.start())]
        at = match.end()
    return "".join([*pieces, text[at:]])


def without(text: str, cuts: Iterable[re.Match[str]]) -> str:
    """Return the text without the cuts and without the blanks and commas that they leave behind."""
    rest, at = "", 0
    for cut in cuts:
        rest = _joined(rest, text[at : cut.start()])
        at = cut.end()
    return _joined(rest, text[at:]).strip().removesuffix(",") if at else text.strip()


def _joined(left: str, right: str) -> str:
    if not left:
        return right.lstrip(" \t\xa0\u202f,;")
    right = right.lstrip(" \t\xa0\u202f,;")
    left = left.rstrip(" \t\xa0\u202f")
    glue = "" if not right or left.endswith("\n") or right.startswith("\n") else " "
    return f"{left}{glue}{right}"
