"""What in a text gives away who asked, although the name is left out (issue 4, item 8): a warning, never a refusal."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from commands.questions.sensitive.folding import fold
from storage import seed_data

_Span = tuple[int, int]


def gives_away(text: str) -> tuple[str, ...]:
    """Return the telling pieces of a text as they are written, in their order, each once.

    Found are municipalities and districts of Sachsen-Anhalt, an office held in the first person, addresses, Matrix IDs
    and names after "ich heiße" or a greeting.
    """
    said = unicodedata.normalize("NFC", text)
    pieces: dict[str, str] = {}
    end = 0
    for start, stop in sorted((*_places(said), *_persons(said)), key=lambda span: (span[0], -span[1])):
        if start >= end:
            piece = " ".join(said[start:stop].split()).rstrip(".,;-")
            pieces.setdefault(piece.casefold(), piece)
            end = stop
    return tuple(pieces.values())


# --- Places ---

_RIVER = re.compile(
    r"\s?(?:\(\s?{names}\s?\)|/\s?{names}\b|an der {names}\b|bei Magdeburg\b)".replace(
        "{names}", "(?:Saale|Elbe|Anhalt|Altmark|Harz|Bode|Unstrut|Milde|Kyffhäuser|Geiseltal|Elster)"
    )
)
"""What is written behind a name to tell it from others: "(Saale)", "/Saale"."""
_BRACKET = re.compile(r"\s?[(/].*")
_WORD = re.compile(r"[^\W_]+")
_SHORT: Final = 6
"""Names with fewer letters are taken for one only with a capital."""
_INTRODUCES: Final = frozenset(
    fold(
        "in aus nach bei von für um ganz Stadt Gemeinde Hansestadt Einheitsgemeinde Verbandsgemeinde Kommune Landkreis "
        "LK Kreis Rathaus Verwaltung Kreisverwaltung Stadtverwaltung Bürgermeister Bürgermeisterin "
        "Oberbürgermeister Landrat"
    ).split()
)
_INTRODUCES_SMALL: Final = _INTRODUCES - frozenset(fold("bei von für um ganz Kreis Verwaltung").split())
"""The same before a name in small letters, as phones write: "in halle", but not "für werben"."""


class _Name(NamedTuple):
    words: tuple[str, ...]
    ordinary: bool


@cache
def _names() -> Mapping[str, Sequence[_Name]]:
    """All names and their forms by their first word, longest first."""
    places = seed_data.places()
    found: dict[str, set[_Name]] = {}
    for name in (*places.names, *places.ordinary):
        base = _BRACKET.sub("", name)
        ordinary = base in places.ordinary
        forms = {fold(base), fold(base) + "s"} if ordinary else _forms(fold(base))
        for form in forms:
            words = tuple(_WORD.findall(form))
            found.setdefault(words[0], set()).add(_Name(words, ordinary))
    return {first: sorted(names, key=lambda each: -len(each.words)) for first, names in found.items()}


def _forms(name: str) -> set[str]:
    """A folded name with its genitive and what its people and things are called: "magdeburgs", "magdeburger"."""
    people = {name + "er"}
    for ending, instead in (("hausen", "hauser"), ("rode", "roder"), ("en", "er"), ("e", "er")):
        if name.endswith(ending):
            people.add(name.removesuffix(ending) + instead)
    return {name, name + "s", *people, *(each + "n" for each in people), *(each + "s" for each in people)}


def _places(said: str) -> Iterator[_Span]:
    words = [(found[0], fold(found[0]), found.start(), found.end()) for found in _WORD.finditer(said)]
    folded = [word for _, word, _, _ in words]
    names = _names()
    for at, (written, word, start, _) in enumerate(words):
        for name in names.get(word, ()):
            last = at + len(name.words) - 1
            if tuple(folded[at : last + 1]) != name.words:
                continue
            end = words[last][3]
            river = _RIVER.match(said, end)
            capital = written[0].isupper()
            if name.ordinary:
                before = folded[at - 1] if at else ""
                meant = river is not None or before in (_INTRODUCES if capital else _INTRODUCES_SMALL)
                meant = meant and not said[end : end + 2].strip().isdigit()  # "in Halle 3"
            else:
                meant = capital or len(written) >= _SHORT
            if meant:
                yield start, river.end() if river else end
                break


# --- Persons ---

_CAPITAL_NAME = r"[A-ZÄÖÜ][\w.-]{0,30}(?:[ ][A-ZÄÖÜ][\w.-]{0,30}){0,2}"
_OFFICES = (
    r"(?:(?:Ober|Orts|Verbandsgemeinde)?[Bb](?:ü|ue)rgermeister|Landr(?:at|ätin)|K(?:ä|ae)mmer|Beigeordnete|Dezernent|"
    r"Stadtrat|Stadtr(?:ä|ae)tin|Gemeinderat|Hauptverwaltungsbeamte|\w{0,20}[Aa]mts?leit|\w{0,20}leiter|Personalrat|"
    r"CDO\b|CIO\b|Digitallots|Digital-Lots|IT-Verantwortlich|IT-Leit|IT-Koordinat|OZG-Koordinat|Datenschutzbeauftragt)\w{0,12}"
)
_PERSONS: Final = (
    re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"),  # e-mail
    re.compile(r"@[\w.=/+-]{1,100}:[\w.-]{1,100}(?::\d{1,5})?"),  # Matrix ID
    re.compile(
        rf"\b(?:[Aa]ls|(?:[Ii]ch bin|bin ich)(?: der| die| hier| neuer?)?)\s(?:neuer?\s|einzige[rn]?\s)?{_OFFICES}"
    ),
    re.compile(
        r"\b[Ww]ir (?:sind|als)(?: (?:die|eine|der))? "
        r"(?:kleinst|größt|groesst|einzig|jüngst|ärmst|erst)e\w{0,2} \w{1,40}"
    ),
    re.compile(r"\b[Bb]ei uns in (?!Sachsen|Deutschland|AG\b|Anhalt)[A-ZÄÖÜ]\w{2,40}(?:-[A-ZÄÖÜ]\w{1,40})?"),
    re.compile(rf"(?i:\bich hei(?:ß|ss)e|\bmein name ist|\bich bin (?:der|die)? ?(?:herr|frau))\s+{_CAPITAL_NAME}"),
)
_GREETING = re.compile(
    r"(?i:\b(?:gr(?:ü|ue)(?:ß|ss)e?n?|gru(?:ß|ss)|mfg|vg|lg|bg))\b(?:\s(?:aus|von)\s(?:der|dem)?)?[\s,.!;-]{1,6}"
    rf"(?P<name>(?:(?:Ihr|Ihre|i\.\s?A\.)\s)?{_CAPITAL_NAME})"
)


def _persons(said: str) -> Iterator[_Span]:
    for pattern in _PERSONS:
        yield from (found.span() for found in pattern.finditer(said))
    yield from (found.span("name") for found in _GREETING.finditer(said))
