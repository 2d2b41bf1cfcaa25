"""How a text is read before it is ranked: cut into sentences, words, numbers and the kind of thing it asks for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from commands.faq.finding import everyday, verbs
from commands.faq.finding.asking import Act, act_of, asks
from commands.faq.finding.kinds import hinted_kinds, kinds
from commands.faq.finding.patterns import words
from commands.german_words import CARDINALS, LIGHT_STEMS, ORDINALS, STOP_WORDS, fold, numbers_beside, stem_of

MAX_SENTENCES: Final = 12
MAX_WORDS: Final = 40
LIGHT: Final = 0.35  # what a word counts that is in every second question: "finden", "geben"

_NOUN, _MIXED, _UNSURE = 1.1, 0.6, 0.75  # weights of words no entry knows: a noun, no noun, a text without capitals
_ASKING_ONLY: Final = words(
    """
    wann wan wofur wozu womit wohin woher wessen wieviel wieviele lange lang oft los statt hinter wovon woran worum
    """
)
"""Words that say what kind of thing is asked for (`kinds`), not about what."""
_NEGATIONS: Final = frozenset(["nicht", "kein", "keine", "keinen", "keiner", "keinem", "nie"])
_POINTS_BACK_WORDS: Final = """
daran dazu dafur davon damit daruber darin dabei dort dorthin ihn ihm ihnen denen dessen
"""
_POINTS_BACK: Final = frozenset(_POINTS_BACK_WORDS.split())
"""Words that stand for something said before."""
_EMPTY_QUESTIONS: Final = re.compile(
    r"(?:konnt\w* (?:ihr|sie)|kann(?:st)? (?:du|mir|uns|jemand|man)).{0,40}\b(?:(?:weiter)?helfen|hilfe|sagen|erklaren)"
    r"|was (?:muss|soll|sollen|kann|mussen|mache) (?:ich|man|wir)\b.{0,20}\b(?:tun|machen|jetzt|nun)?"
    r"|wie (?:gehe|gehen|geh) (?:ich|wir|man)\b.{0,10}\bvor|(?:geht|ginge|ware|ist) (?:das|so was|sowas|es)\b.{0,40}"
    r"|(?:an wen|bei wem|mit wem)\b.{0,30}|wie (?:komme|komm) ich (?:da|dort)\b.{0,12}|was (?:tun|nun)|wohin damit"
    r"|wem (?:sage|gebe) ich.{0,20}|besteht da interesse.{0,30}|stimmt das|(?:ich )?danke.{0,20}"
)
"""Questions that ask for whatever was said before them."""
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
    """A piece of a message: its words, the kinds of thing it asks for or hints at, numbers, and what it does."""

    words: tuple[Word, ...]
    kinds: frozenset[str]
    hinted: frozenset[str]
    numbers: frozenset[tuple[str, str]]
    act: Act
    points_back: bool = False

    @property
    def bare(self) -> bool:
        """Whether it is a word or two and asks for nothing in particular."""
        return len(self.words) <= 2 and not self.kinds  # noqa: PLR2004 - a word or two


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
    wanting = [
        each for each in single if each.act is not Act.STATES and any(word.weight > LIGHT for word in each.words)
    ]
    together = [
        Word(word.typed, word.stems, word.weight, background=bool(wanting) and each not in wanting)
        for each in single
        for word in each.words
    ]
    whole = Sentence(
        words=tuple(together[:MAX_WORDS]),
        kinds=frozenset().union(*(each.kinds for each in wanting or single)),
        hinted=frozenset().union(*(each.hinted for each in wanting or single)),
        numbers=frozenset().union(*(each.numbers for each in single)),
        act=min((each.act for each in single), key=list(Act).index),
    )
    return [whole, *(each for each in wanting or single if not each.points_back)]


def phrase_of(text: str) -> Sentence:
    """An editor's phrasing, read as one sentence."""
    return _sentence(everyday.in_plain_words(text))


def words_of(text: str) -> tuple[Word, ...]:
    """The content words of a text: stop words left out, "AG 3" kept as two words, numbers kept whole."""
    return _words_in(everyday.without_turns(text))[1]


def plain(text: str) -> str:
    """A text folded and without punctuation: two texts are the same word for word if these are equal."""
    return " ".join(fold(word) for word in _WORD.findall(text))


def typed_words(text: str) -> tuple[str, ...]:
    """The words of a text as they were typed."""
    return tuple(_WORD.findall(text))


def numbers_of(words: Iterable[Word]) -> frozenset[tuple[str, str]]:
    """Each number with the word beside it."""
    return numbers_beside([word.stem for word in words])


def _words_in(text: str) -> tuple[list[str], tuple[Word, ...]]:
    """All words of a text, folded, and those with content."""
    spread = re.sub(r"(?<=[^\W\d_])-?(?=\d)", " ", _URL.sub(" ", text))  # "AG3" and "ag-3" are "AG 3"
    typed = _WORD.findall(spread)[: 3 * MAX_WORDS]
    folded = [_folded(each) for each in typed]
    return folded, tuple(_words_among(typed, folded, cased=text != text.lower()))[:MAX_WORDS]


def _sentence(text: str) -> Sentence:
    folded, words = _words_in(text)
    return Sentence(
        words=words,
        kinds=kinds(" ".join(folded)),
        hinted=hinted_kinds(" ".join(folded)),
        numbers=numbers_of(words),
        act=act_of(text, folded),
        points_back=not _POINTS_BACK.isdisjoint(folded) or _EMPTY_QUESTIONS.fullmatch(" ".join(folded)) is not None,
    )


def _words_among(typed: list[str], folded: list[str], *, cased: bool) -> Iterator[Word]:
    prefixes = verbs.separated(folded)
    for place, whole in enumerate(typed):
        for part in whole.split("-"):
            if word := _word(part, cased=cased, first=place == 0, prefixes=prefixes):
                yield word


def _word(typed: str, *, cased: bool, first: bool, prefixes: tuple[str, ...]) -> Word | None:
    folded = _folded(typed)
    if folded in _NEGATIONS:
        return Word(typed, ("nicht",), LIGHT)
    if (
        folded in STOP_WORDS
        or (folded in _ASKING_ONLY and typed.isascii() and len(typed) == len(folded))
        or (len(folded) == 1 and not folded.isdigit())
    ):
        return None
    noun = typed[0].isupper() and not first
    stems = (_number(stem_of(folded)), *(() if noun else verbs.forms(folded, prefixes)))
    if stems[0] in LIGHT_STEMS or stems[0] in everyday.LIGHT or (first and asks(folded)):
        return Word(typed, stems, LIGHT)
    return Word(typed, stems, _NOUN if noun or folded.isdigit() else _MIXED if cased else _UNSURE)


def _number(stem: str) -> str:
    """Write ordinals and small cardinals as digits: "dritt" is "3"."""
    for row in (ORDINALS, CARDINALS):
        if stem in row:
            return str(row.index(stem) + 1)
    return stem
