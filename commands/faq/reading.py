"""How a text is read before it is ranked: cut into sentences, words, numbers and the kind of thing it asks for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import OSA

from commands.faq import everyday
from commands.german_words import ASKING_WORDS, CARDINALS, LIGHT_STEMS, ORDINALS, STOP_WORDS, fold, stem_of

MAX_SENTENCES: Final = 12
MAX_WORDS: Final = 40
LIGHT: Final = 0.35  # what a word counts that is in every second question: "finden", "geben"

_NOUN, _MIXED, _UNSURE = 1.1, 0.6, 0.75  # weights of words no entry knows: a noun, no noun, a text without capitals
_LONG_ENOUGH: Final = 4  # letters
_LONG_ASKING: Final = tuple(sorted(word for word in ASKING_WORDS if len(word) > _LONG_ENOUGH))
_LOOKED_UP: Final = 9  # words of the longest text that is typed as into a search field
_TELLING_WORDS: Final = """
ich wir ihr sie er du man mir uns ist sind war waren bin wird werden wurde hat haben hatte habe das dies
"""
_TELLING: Final = frozenset(_TELLING_WORDS.split())
"""Words that a whole sentence has and "Newsletter abbestellen" has not."""
_AMONG_PEOPLE: Final = re.compile(
    r"\b(?:jemand (?:von|aus|bei) (?:euch|ihnen|uns)|war(?:st|t)? (?:jemand|du|ihr|wer))\b"
)
_NEGATIONS: Final = frozenset(["nicht", "kein", "keine", "keinen", "keiner", "keinem", "nie"])
_TROUBLE: Final = re.compile(r"\b(?:nicht mehr|(?:kein|nicht)\w* (?:\w+ ){0,5}(?:an|mehr|erhalten|bekommen)|fehlt)\b")

_POINTS_BACK_WORDS: Final = """
daran dazu dafur davon damit daruber darin dabei dort dorthin ihn ihm ihnen denen dessen
"""
_POINTS_BACK: Final = frozenset(_POINTS_BACK_WORDS.split())
"""Words that stand for something said before."""
_folded = lru_cache(maxsize=20_000)(fold)  # of single words
_URL: Final = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|matrix:\S+")
_WORD: Final = re.compile(r"\d+(?:\.\d+)+|\d+|[^\W\d_]+(?:-[^\W\d_]+)*")
_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+|\n+")
_CLAUSE: Final = re.compile(
    _SENTENCE.pattern
    + r"|(?<=\w),\s+(?=(?:(?:und|aber|oder)\s+)?"
    + r"(?:wie|wo|wann|wer|was|warum|kann|darf|wohin|ob|(?:mit|an|von|zu|in) (?:wie|wem|welche\w?)|welche\w?)\b)"
)
_ONE_SENTENCE: Final = 12  # words; in a shorter message what follows a comma belongs to what stands before it


@dataclass(frozen=True)
class Word:
    """A word as typed, the stems it may stand for (its own first), and how much it weighs when nobody knows it."""

    typed: str
    stems: tuple[str, ...]
    weight: float
    background: bool = False

    @property
    def stem(self) -> str:
        """Its own stem."""
        return self.stems[0]


@dataclass(frozen=True)
class Sentence:
    """A piece of a message: its words, what kind of thing it asks for, numbers, and whether it asks at all."""

    words: tuple[Word, ...]
    intents: frozenset[str]
    numbers: frozenset[tuple[str, str]]
    asking: bool
    trouble: bool
    looks_up: bool = False
    points_back: bool = False

    @property
    def bare(self) -> bool:
        """Whether it is a word or two and asks for nothing in particular."""
        return len(self.words) <= 2 and not self.intents  # noqa: PLR2004 - a word or two


def sentences(text: str) -> list[Sentence]:
    """The sentences of a message and, where there are several, the message as a whole.

    In the whole, words of sentences that ask nothing are background: it hardly counts when no entry knows them.
    """
    text = everyday.in_plain_words(_URL.sub(" : ", text))
    pattern = _CLAUSE if len(_WORD.findall(text)) > _ONE_SENTENCE else _SENTENCE
    parts = list(dict.fromkeys(part for part in pattern.split(text) if part.strip()))[:MAX_SENTENCES]
    single = [_sentence(part) for part in parts]
    if len(single) < 2:  # noqa: PLR2004 - one sentence, or none
        return single
    asking = [each for each in single if each.asking and any(word.weight > LIGHT for word in each.words)]
    together = [
        Word(word.typed, word.stems, word.weight, background=bool(asking) and each not in asking)
        for each in single
        for word in each.words
    ]
    whole = Sentence(
        words=tuple(together[:MAX_WORDS]),
        intents=frozenset().union(*(each.intents for each in asking or single)),
        numbers=frozenset().union(*(each.numbers for each in single)),
        asking=any(each.asking for each in single),
        trouble=any(each.trouble for each in single),
    )
    return [whole, *(each for each in asking or single if not each.points_back)]


def phrase_of(text: str) -> Sentence:
    """An editor's phrasing, read as one sentence."""
    return _sentence(everyday.in_plain_words(text))


def words_of(text: str) -> tuple[Word, ...]:
    """The content words of a text: stop words left out, "AG 3" kept as two words, numbers kept whole."""
    return phrase_of(text).words


def plain(text: str) -> str:
    """A text folded and without punctuation: two texts are the same word for word if these are equal."""
    return " ".join(fold(word) for word in _WORD.findall(text))


def typed_words(text: str) -> tuple[str, ...]:
    """The words of a text as they were typed."""
    return tuple(_WORD.findall(text))


def numbers_of(words: Iterable[Word]) -> frozenset[tuple[str, str]]:
    """Each number with the word beside it: "AG 3" is ("ag", "3"), "3. Plenum" is ("plenum", "3")."""
    row = [word.stem for word in words]
    pairs = set()
    for left, right in pairwise(row):
        if right[0].isdigit() and not left[0].isdigit():
            pairs.add((left, right))
        elif left[0].isdigit() and not right[0].isdigit():
            pairs.add((right, left))
    return frozenset(pairs)


def _sentence(text: str) -> Sentence:
    spread = re.sub(r"(?<=[^\W\d_])-?(?=\d)", " ", _URL.sub(" ", text))  # "AG3" and "ag-3" are "AG 3"
    typed = _WORD.findall(spread)[: 3 * MAX_WORDS]
    folded = [_folded(each) for each in typed]
    words = tuple(_words(typed, folded, cased=text != text.lower()))[:MAX_WORDS]
    line = " ".join(folded)
    chatting = _AMONG_PEOPLE.search(line) is not None
    return Sentence(
        words=words,
        intents=everyday.intents(line),
        numbers=numbers_of(words),
        asking=not chatting and ("?" in text or folded[:1] == ["ob"] or any(map(_asks, folded[:2]))),
        looks_up=len(typed) <= _LOOKED_UP and ":" not in text and _TELLING.isdisjoint(folded) and not chatting,
        trouble=_TROUBLE.search(line) is not None,
        points_back=not _POINTS_BACK.isdisjoint(folded),
    )


def _words(typed: list[str], folded: list[str], *, cased: bool) -> Iterator[Word]:
    prefixes = everyday.separated(folded)
    for place, whole in enumerate(typed):
        for part in whole.split("-"):
            if word := _word(part, cased=cased, first=place == 0, prefixes=prefixes):
                yield word


def _word(typed: str, *, cased: bool, first: bool, prefixes: tuple[str, ...]) -> Word | None:
    folded = _folded(typed)
    if folded in _NEGATIONS:
        return Word(typed, ("nicht",), LIGHT)
    if folded in STOP_WORDS or (len(folded) == 1 and not folded.isdigit()):
        return None
    noun = typed[0].isupper() and not first
    stems = (_number(stem_of(folded)), *(() if noun else everyday.forms(folded, prefixes)))
    if stems[0] in LIGHT_STEMS or stems[0] in everyday.LIGHT or (first and _asks(folded)):
        return Word(typed, stems, LIGHT)
    return Word(typed, stems, _NOUN if noun or folded.isdigit() else _MIXED if cased else _UNSURE)


@lru_cache(maxsize=20_000)
def _asks(folded: str) -> bool:
    """Whether a word begins a question: "wann", "müssen", and what one slip of the finger makes of them."""
    return folded in ASKING_WORDS or (
        len(folded) > _LONG_ENOUGH and any(OSA.distance(folded, word, score_cutoff=1) <= 1 for word in _LONG_ASKING)
    )


def _number(stem: str) -> str:
    """Write ordinals and small cardinals as digits: "dritt" is "3"."""
    for row in (ORDINALS, CARDINALS):
        if stem in row:
            return str(row.index(stem) + 1)
    return stem
