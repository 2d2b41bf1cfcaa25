"""How alike are two questions? Pure: no database, no clock, no model.

A text becomes units, one for each word with content: its stem, and the parts it is a compound of. Two units are alike
by stem, over synonyms, as compounds that share a part, or through a typo. What both texts explain of each other,
weighted by rarity, is the score; it falls where they differ on purpose: another number, another intent (who, when),
or the same sentence with one word exchanged.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from commands.german_words import CARDINALS, INTENT, ORDINALS, STOP_WORDS, fold, numbers_beside
from commands.questions.similar.everyday_groups import PHRASES
from commands.questions.similar.office_words import LIGHT, MEANINGS, MEMBERS, PIECES
from commands.questions.similar.word_roots import root_of

MAX_CHARACTERS: Final = 2_000
MAX_UNITS: Final = 40

_LIGHT: Final = 0.3  # what a word weighs that says little ("finden")
SYNONYM: Final = 0.9  # likeness of words that mean the same
_PART: Final = 0.8  # likeness of compounds that share their parts
TYPO: Final = 0.78  # from here on two words may be one and a typo
_DERIVED: Final = 0.7  # likeness of words that begin the same ("digital", "digitalisieren")
_SHORT: Final = 4  # letters; a typo in a shorter word is another word
_FUGUES: Final = ("", "s", "n", "en", "es", "er", "e")  # what joins the parts of a compound
_OTHER_INTENT: Final = 0.9
_EXCHANGED: Final = 0.3  # factor where the sentence is the same but for a word
_SAME_FRAME: Final = 70  # of 100: from here on two sentences have the same frame
_LONGER: Final = 0.55  # share of the score that belongs to the text that is explained better

_URL: Final = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+")
_WORD: Final = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+(?:-[^\W\d_]+)*")
_GENDERED: Final = re.compile(r"(?<=[^\W\d_])(?:[*:_/]-?in(?:nen)?\b|Innen\b)")
_CLAUSE: Final = re.compile(r"[.?!;:,\n]| und | oder ")
_PHRASE: Final = re.compile(rf"\b(?:{'|'.join(sorted(PHRASES, key=len, reverse=True))})\b", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"(?<=[^\W\d_])-?(?=\d)")

Weigh = Callable[[str], float]


@dataclass(frozen=True)
class Unit:
    """A word with content: as typed (folded), its stem, and the stems it is made of."""

    plain: str
    stem: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A text as read: `words` are all its words (folded), `joined` neighbours that may be one word elsewhere."""

    words: tuple[str, ...]
    units: tuple[Unit, ...]
    joined: tuple[str, ...]
    intents: frozenset[str]
    numbers: frozenset[tuple[str, str]]

    @property
    def terms(self) -> frozenset[str]:
        """What the text is found by: stems, parts of compounds, neighbours joined."""
        return frozenset(
            [unit.stem for unit in self.units] + [part for unit in self.units for part in unit.parts] + [*self.joined]
        )


def read(text: str) -> Reading:
    """Read a text; takes any, raises nothing, reads its first 2,000 characters."""
    text = _NUMBERED.sub(" ", _GENDERED.sub("", _URL.sub(" ", text[:MAX_CHARACTERS])))
    intents = frozenset(_INTENTS[plain] for plain in map(fold, _WORD.findall(text)) if plain in _INTENTS)
    text = _PHRASE.sub(lambda found: PHRASES[found[0].lower()], text)
    words: list[str] = []
    units: list[Unit] = []
    for typed in (each for clause in _CLAUSE.split(text) for each in _with_prefix(_WORD.findall(clause))):
        plain = fold(typed.replace("-", ""))
        words.append(plain)
        skipped = plain in STOP_WORDS or plain in INTENT or plain in _EMPTY
        if skipped or (len(plain) == 1 and not plain.isdigit()) or len(units) >= MAX_UNITS:
            continue
        units.append(
            _unit(plain, typed[0].isupper(), tuple(fold(each) for each in typed.split("-")) if "-" in typed else ())
        )
    return Reading(
        words=tuple(words),
        units=tuple(units),
        joined=tuple(root_of(one.plain + other.plain) for one, other in pairwise(units)),
        intents=intents,
        numbers=numbers_beside([unit.stem for unit in units]),
    )


def score(asked: Reading, known: Reading, weigh: Weigh) -> float:
    """How alike two texts are, from 0 to 1; `weigh` says how rare a term is (0 to 1)."""
    if not asked.units or not known.units or _contradict(asked.numbers, known.numbers):
        return 0.0
    there, left = _explained(asked, known, weigh)
    back, right = _explained(known, asked, weigh)
    better, worse = max(there, back), min(there, back)
    result = better * _LONGER + worse * (1 - _LONGER) if worse else 0.0
    if asked.intents and known.intents and asked.intents.isdisjoint(known.intents):
        result *= _OTHER_INTENT
    if (left or right) and fuzz.ratio(asked.words, known.words) >= _SAME_FRAME:
        result *= _EXCHANGED
    return min(1.0, result)


def related(term: str) -> frozenset[str]:
    """The stems that mean the same as a term, without itself."""
    return frozenset().union(*(MEMBERS[number] for number in MEANINGS.get(term, ()))) - {term}


def weight_of(unit: Unit, weigh: Weigh) -> float:
    """What a unit weighs: its rarity; less where it says little."""
    rarity = max(weigh(term) for term in (unit.stem, *unit.parts))
    return rarity * (_LIGHT if unit.stem in LIGHT else 1.0)


@lru_cache(maxsize=20_000)
def alike(one: str, other: str) -> float:
    """How alike two stems are, from 0 to 1."""
    if one == other:
        return 1.0
    if not MEANINGS.get(one, _NONE).isdisjoint(MEANINGS.get(other, _NONE)):
        return SYNONYM
    if min(len(one), len(other)) <= _SHORT or one[0].isdigit() or one[0] != other[0]:
        return 0.0
    if one in MEANINGS and other in MEANINGS:
        return 0.0  # "anmelden" is no typo of "abmelden", a "Schule" no "Schulung"
    if one.startswith(other) or other.startswith(one):
        return _DERIVED
    ratio = OSA.normalized_similarity(one, other, score_cutoff=TYPO)
    return ratio**2 if ratio else 0.0


_NONE: Final[frozenset[str]] = frozenset()
_EMPTY_WORDS: Final = """
ab ans auch bisher damals dran drauf einige erst etwa extra fürs gesucht gleiche hätte irgendwo je kommt künftig
lang lange läuft laut leute man manchmal müsste nachher nie nochmal oben offen schnell selber sofern solche soweit
statt steht stimmt suche trotzdem überhaupt unten usw vielleicht vorab während wäre wegen wirklich würde zb
funktioniert dürfte würden wollten
"""
_EMPTY: Final = frozenset(fold(word) for word in _EMPTY_WORDS.split())
_INTENTS: Final = (
    INTENT
    | dict.fromkeys(("frist", "termin", "stichtag", "deadline", "datum", "zeitpunkt", "lang", "lange"), "wann")
    | dict.fromkeys(("ansprechpartner", "ansprechperson", "zustandig", "verantwortlich", "zustandigkeit"), "wer")
    | dict.fromkeys(("link", "ort", "adresse", "fundstelle"), "wo")
    | dict.fromkeys(("grund", "ursache", "begrundung"), "warum")
)
_ASKED_FOR: Final = {root_of(word): name for word, name in _INTENTS.items() if word not in INTENT}
_UNPARTED_WORDS: Final = """
landkreis landrat landratsamt bundesland bundeskonto gemeinderat stadtrat kreistag personalrat verbandsgemeinde
"""  # other things than their parts: a Landkreis is not the Land
_UNPARTED: Final = frozenset(root_of(word) for word in _UNPARTED_WORDS.split())
_STARTS: Final = frozenset(piece[:_SHORT] for piece in PIECES)  # a stem begins as its word: spares the stemmer
_PREFIXES: Final = "ab an auf aus bei ein fort heraus hin mit nach um vor weiter zu zuruck zusammen"
_SEPARABLE: Final = frozenset([*_PREFIXES.split(), "los", "teil", "statt", "fest", "bereit", "frei", "her", "weg"])
_PARTED: Final = re.compile(rf"({'|'.join(_PREFIXES.split())})(ge|zu)([^\W\d_]{{3,}})")


def _with_prefix(clause: Sequence[str]) -> list[str]:
    """The words of a clause, a parted verb put together: "Wer bindet es an" is "Wer anbindet es"."""
    words = list(clause)
    prefix = fold(words[-1]) if words else ""
    if prefix in _SEPARABLE:
        for at, word in enumerate(words[:-1]):
            whole = prefix + fold(word)
            if word.islower() and len(word) >= _SHORT and (root_of(whole) in MEANINGS or _verb(whole) in MEANINGS):
                return [*words[:at], whole, *words[at + 1 : -1]]
    return words


def _explained(text: Reading, other: Reading, weigh: Weigh) -> tuple[float, bool]:
    """The share of a text that the other has too, and whether a word of weight is missing there."""
    whole = got = 0.0
    missing = False
    joined = {*other.joined}
    stems = {unit.stem for unit in other.units}
    wholes, parts = list(stems), [part for unit in other.units for part in unit.parts]
    for at, unit in enumerate(text.units):
        weight = weight_of(unit, weigh)
        if unit.stem in joined or stems.intersection(text.joined[max(0, at - 1) : at + 1]):
            like = 1.0
        elif _ASKED_FOR.get(unit.stem, "") in other.intents:
            like = SYNONYM  # "Termin" says what "wann" asks
        else:
            like = _like(unit, wholes, parts)
        whole += weight
        got += weight * like
        missing = missing or (like < _PART / 2 and unit.stem not in LIGHT)
    return (got / whole if whole else 0.0), missing


def _like(unit: Unit, wholes: Sequence[str], parts: Sequence[str]) -> float:
    """How much of a unit stands in the other text, as a word of its own or as a part of one."""
    best = _best(unit.stem, wholes, parts)
    if best < 1.0 and unit.parts:
        best = max(best, sum(_best(part, wholes, parts) for part in unit.parts) / len(unit.parts))
    return best


def _best(stem: str, wholes: Sequence[str], parts: Sequence[str]) -> float:
    best = max((alike(stem, each) for each in wholes), default=0.0)
    return max(best, _PART * max((alike(stem, each) for each in parts), default=0.0)) if best < 1.0 else best


@lru_cache(maxsize=20_000)
def _unit(plain: str, capital: bool, pieces: tuple[str, ...]) -> Unit:
    verb = _verb(plain)
    stem = verb or (root_of(plain) if capital else _number(root_of(plain)))  # "an Dritte" is no number
    if pieces:
        parts: Iterable[str] = [
            part for piece in pieces if len(piece) > 1 for part in _parts(piece) or (root_of(piece),)
        ]
    else:
        parts = () if verb or stem in _UNPARTED else _parts(plain)
    return Unit(plain=plain, stem=stem, parts=tuple(part for part in dict.fromkeys(parts) if part != stem))


def _verb(plain: str) -> str | None:
    """The stem of a verb's infinitive ("umgesetzt", "umzusetzen", "bezahlt"), or None where none is recognised."""
    infixed = _PARTED.fullmatch(plain)
    if infixed:
        plain = infixed[1] + infixed[3]
    elif root_of(plain) in MEANINGS:
        return None
    for form in (plain, plain[2:]) if plain.startswith("ge") else (plain,):
        stem = root_of(form)
        for ending in ("", "et", "t", "st"):
            if not stem.endswith(ending):
                continue
            bare = stem[: len(stem) - len(ending)]
            if bare.endswith(("er", "el")) and bare not in MEANINGS:
                bare = root_of(bare + "n")  # "speichern"
            if len(bare) >= _SHORT and bare in MEANINGS:
                return bare
    return root_of(plain) if infixed else None


@lru_cache(maxsize=20_000)
def _parts(plain: str) -> tuple[str, ...]:
    """The parts of a compound as stems; empty where none is known. The longest head that leaves a known tail wins."""
    if len(plain) < 2 * _SHORT:
        return ()
    if plain[:_SHORT] in _STARTS:
        for cut in range(len(plain) - _SHORT + 1, _SHORT - 1, -1):
            if head := _head(plain[:cut]):
                if tail := _tail(plain[cut:]):
                    return (head, tail)
                if rest := _parts(plain[cut:]):
                    return (head, *rest)
    if root_of(plain) in PIECES:
        return ()
    for cut in range(_SHORT, len(plain) - _SHORT + 1):
        if tail := _tail(plain[cut:]):
            return (root_of(plain[:cut]), tail)
    return ()


def _tail(tail: str) -> str | None:
    if tail[:_SHORT] in _STARTS and (stem := root_of(tail)) in PIECES:
        return stem
    return None


def _head(head: str) -> str | None:
    for fugue in _FUGUES:
        if head.endswith(fugue) and (stem := root_of(head[: len(head) - len(fugue)])) in PIECES:
            return stem
    return None


def _number(stem: str) -> str:
    for words in (ORDINALS, CARDINALS):
        if stem in words:
            return str(words.index(stem) + 1)
    return stem


def _contradict(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> bool:
    """Whether both name a numbered thing ("AG 3") with different numbers."""
    return any((head, number) not in other and any(head == each for each, _ in other) for head, number in one)
