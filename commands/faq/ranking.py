"""Which FAQ entry does a message ask for? Pure and offline: no I/O, no clock, no model.

Each entry is measured against each sentence of the message: how much of the sentence it explains, how much of its
best phrasing the sentence touches, both weighted by rarity, whether both ask for the same kind of thing, and what
in the sentence no entry knows. `confidence` makes of that an order, and an answer, a choice or nothing.
This module is the seam: a better `Ranking` only has to keep `ask`.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from commands.faq import reading
from commands.faq.confidence import OFFERED, SURE, Measure, confidence, likeness
from commands.faq.everyday import MEANINGS
from commands.faq.reading import LIGHT, Sentence, Word
from commands.faq.vocabulary import Vocabulary
from commands.german_words import LIGHT_STEMS, WITHOUT_SUBJECT, fold, stem_of

MAX_CHARACTERS: Final = 2_000
SUGGESTIONS: Final = 3

_KEYWORD, _CATEGORY, _ANSWER = 0.95, 0.5, 0.55  # what a word of these counts; one of a phrasing counts 1
_KNOWN: Final = 0.5  # least likeness of a word that counts as known
_BACKGROUND: Final = 0.25  # what a word counts in a sentence that asks nothing
_EVIDENCE: Final = 0.2  # least weight of matched words
_UNKNOWN: Final = 0.5  # from here on a word is one that no entry knows
_CANDIDATES: Final = 60  # entries that are looked at closely

_OF_A_BARE_WORD: Final = frozenset({"was ist", "welche"})  # who says "Basisdienste" wants to know what they are

Kind = Literal["sure", "unsure", "unknown"]


@dataclass(frozen=True)
class Entry:
    """One FAQ entry as the ranking sees it; `answer` is optional and counts less than the phrasings."""

    slug: str
    question: str
    alternatives: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    category: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Match:
    """An entry that may be meant: `score` from 0 to 1, `because` the words of the message behind it."""

    slug: str
    score: float
    because: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What the ranking says: answer `matches[0]` ("sure"), offer `matches` ("unsure"), or pass ("unknown")."""

    kind: Kind
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class _Known:
    """What is worked out once per entry."""

    slug: str
    phrasings: tuple[frozenset[str], ...]
    strength: Mapping[str, float]
    intents: frozenset[str]
    numbers: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class _Read:
    """A sentence whose words are known or not: for each the words of entries it may stand for, and its weight."""

    sentence: Sentence
    words: tuple[Word, ...]
    likes: tuple[Mapping[str, float], ...]
    weights: tuple[float, ...]
    unknown: float


class Ranking:
    """Ranks a fixed list of entries; everything that does not depend on the message is worked out here."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = list(entries)
        self._entries = [_know(entry) for entry in entries]
        self._literal = _literally(entries)
        spread: Counter[str] = Counter()
        for known in self._entries:
            spread.update(stem for stem, strength in known.strength.items() if strength > _ANSWER)
        count = len(entries)
        self._rarity: dict[str, float] = {}
        self._postings: dict[str, list[int]] = defaultdict(list)
        for place, known in enumerate(self._entries):
            for stem in known.strength:
                self._postings[stem].append(place)
                rarity = math.log(1 + count / max(1, spread[stem])) / math.log(1 + count)
                self._rarity[stem] = rarity * (LIGHT if stem in LIGHT_STEMS or stem == "nicht" else 1.0)
        self._numbered = frozenset(head for known in self._entries for head, _ in known.numbers)
        self._vocabulary = Vocabulary(self._postings)

    def ask(self, text: str) -> Outcome:
        """Say which entries `text` asks for, best first; takes any text, never raises, reads 2,000 characters."""
        text = text[:MAX_CHARACTERS]
        if literal := self._literal.get(reading.plain(text)):
            return Outcome("sure", (Match(literal, 1.0, reading.typed_words(text)),))
        ranked = self._ranked(text)
        matches = tuple(match for match, _ in ranked[:SUGGESTIONS] if match.score >= OFFERED)
        if not matches:
            return Outcome("unknown", ())
        sure = confidence(ranked[0][1], ranked[1][1] if len(ranked) > 1 else None)
        about = any(stem_of(fold(word)) not in WITHOUT_SUBJECT for word in matches[0].because)
        return Outcome("sure" if about and sure >= SURE else "unsure", matches)

    def _ranked(self, text: str) -> list[tuple[Match, Measure]]:
        """Each entry that the message shares anything with, by the sentence that fits it best; best entry first."""
        best: dict[int, tuple[Match, Measure]] = {}
        for sentence in reading.sentences(text):
            read = self._read(sentence)
            for place in self._candidates(read):
                if (found := self._measure(read, self._entries[place])) is None:
                    continue
                measure, because = found
                match = Match(self._entries[place].slug, round(likeness(measure), 4), because)
                if place not in best or match.score > best[place][0].score:
                    best[place] = match, measure
        return sorted(best.values(), key=lambda each: (-each[0].score, each[0].slug))

    def _read(self, sentence: Sentence) -> _Read:
        words = tuple(self._vocabulary.pieces(sentence.words))
        likes = tuple(self._vocabulary.like(word.stem) for word in words)
        weights = tuple(self._weight(word, found) for word, found in zip(words, likes, strict=True))
        unknown = max(
            (
                word.weight * (1 - max(found.values(), default=0.0))
                for word, found in zip(words, likes, strict=True)
                if word.weight > LIGHT and not word.background
            ),
            default=0.0,
        )
        return _Read(sentence, words, likes, weights, unknown)

    def _weight(self, word: Word, found: Mapping[str, float]) -> float:
        if max(found.values(), default=0.0) < _KNOWN:
            weight = word.weight
        else:
            weight = max(self._rarity[stem] * like for stem, like in found.items())
        return weight * (_BACKGROUND if word.background else 1.0)

    def _candidates(self, read: _Read) -> Sequence[int]:
        """The entries that share most with a sentence; all that share anything where they are few."""
        got: dict[int, float] = defaultdict(float)
        for found in read.likes:
            for stem, like in found.items():
                worth = like * self._rarity[stem]
                for place in self._postings[stem]:
                    got[place] += worth
        if len(got) <= _CANDIDATES:
            return list(got)
        return sorted(got, key=lambda place: -got[place])[:_CANDIDATES]

    def _measure(self, read: _Read, known: _Known) -> tuple[Measure, tuple[str, ...]] | None:
        if _contradicts(read.sentence.numbers, known.numbers):
            return None
        got, because = 0.0, []
        seen: dict[str, float] = {}
        for word, found, weight in zip(read.words, read.likes, read.weights, strict=True):
            shared = [(stem, like) for stem, like in found.items() if stem in known.strength]
            for stem, like in shared:
                seen[stem] = max(seen.get(stem, 0.0), like)
            if shared:
                got += weight * max(like * known.strength[stem] for stem, like in shared)
                because.append(word.typed)
        if got < _EVIDENCE or all(word.isdigit() for word in because):
            return None
        asked, answered = read.sentence.intents, known.intents
        if read.sentence.bare:
            asked = answered & _OF_A_BARE_WORD
        measure = Measure(
            explained=min(1.0, got / sum(read.weights)),
            touched=max((self._touched(phrasing, seen) for phrasing in known.phrasings), default=0.0),
            evidence=min(1.0, got),
            same_intent=bool(asked & answered),
            other_intent=bool(asked and answered and not asked & answered),
            unknown=read.unknown,
            asking=read.sentence.asking or (read.sentence.looks_up and read.unknown < _UNKNOWN),
            trouble=read.sentence.trouble,
            lacks_number=any(
                (head, number) not in known.numbers and head in self._numbered for head, number in read.sentence.numbers
            ),
        )
        return measure, tuple(because)

    def _touched(self, phrasing: frozenset[str], seen: Mapping[str, float]) -> float:
        whole = sum(self._rarity[stem] for stem in phrasing)
        return sum(self._rarity[stem] * seen.get(stem, 0.0) for stem in phrasing) / whole


def _know(entry: Entry) -> _Known:
    strength: dict[str, float] = {}
    read = [reading.phrase_of(phrase) for phrase in (entry.question, *entry.alternatives)]
    phrasings = [_settled(phrase.words) for phrase in read]
    keywords = [_settled(reading.words_of(keyword)) for keyword in entry.keywords]
    for rows, value in (
        ([_settled(reading.words_of(entry.answer))], _ANSWER),
        ([_settled(reading.words_of(entry.category))], _CATEGORY),
        (keywords, _KEYWORD),
        (phrasings, 1.0),
    ):
        for row in rows:
            for word in row:
                strength[word.stem] = max(value, strength.get(word.stem, 0.0))
    return _Known(
        slug=entry.slug,
        phrasings=tuple(frozenset(word.stem for word in row) for row in (*phrasings, *keywords) if row),
        strength=strength,
        intents=frozenset().union(*(phrase.intents for phrase in read)),
        numbers=frozenset().union(*(reading.numbers_of(row) for row in (*phrasings, *keywords))),
    )


def _settled(words: Iterable[Word]) -> list[Word]:
    """The words of an editor's text, each with one stem: "melde … an" is "anmeld" where that means something."""
    return [word if len(word.stems) == 1 else _with_one_stem(word) for word in words]


def _with_one_stem(word: Word) -> Word:
    return replace(word, stems=(next((stem for stem in word.stems[1:] if stem in MEANINGS), word.stem),))


def _literally(entries: Iterable[Entry]) -> dict[str, str]:
    """Slug by phrasing, word for word; what two entries claim is nobody's."""
    claims: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for phrase in (entry.question, *entry.alternatives):
            claims[reading.plain(phrase)].add(entry.slug)
    return {phrase: slugs.pop() for phrase, slugs in claims.items() if phrase and len(slugs) == 1}


def _contradicts(asked: frozenset[tuple[str, str]], known: frozenset[tuple[str, str]]) -> bool:
    """Whether the message names a numbered thing ("AG 3") of which the entry knows other numbers only."""
    return any((head, number) not in known and any(head == other for other, _ in known) for head, number in asked)
