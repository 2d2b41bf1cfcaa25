"""Which FAQ entry does a message ask for? Pure and offline: no I/O, no clock, no model.

A message is cut into sentences and words. A word finds words of the entries by its stem, through a typo,
as a piece of a compound, by shared character n-grams, or over a small list of everyday office synonyms.
An entry's score is a product of two shares: how much of the message it explains and how much of its best
phrasing the message touches, both weighted by rarity. A rare word that no entry knows lowers every score:
a wrong answer costs more than none. This module is the seam: a better `Ranking` only has to keep `ask`.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from commands.german_words import (
    ASKING_WORDS,
    CARDINALS,
    INTENT,
    LIGHT_STEMS,
    ORDINALS,
    STOP_WORDS,
    SYNONYM_GROUPS,
    WITHOUT_SUBJECT,
    fold,
    stem_of,
)

MAX_CHARACTERS = 2_000
MAX_SENTENCES = 12
MAX_WORDS = 40
SUGGESTIONS = 3
CALIBRATION = "2026-11-23"  # when the three numbers below were last set against the query sets
SURE, UNSURE, MARGIN = 0.40, 0.24, 0.03  # score to answer, score to offer, lead over the second to answer

_KEYWORD, _CATEGORY, _ANSWER = 0.95, 0.5, 0.55  # what a word of these counts; one of a phrasing counts 1
_LIGHT, _UNKNOWN_NOUN, _UNKNOWN_MIXED, _UNKNOWN = 0.35, 1.1, 0.6, 0.75  # weights of words no entry knows
_SYNONYM, _TYPO, _ALIKE, _KNOWN = 0.85, 0.74, 0.3, 0.5  # likeness: of synonyms; least for typo, n-grams, "known"
_STATEMENT, _OTHER_INTENT = 0.6, 0.85  # factors: nobody asks; asks "wann" where the entry says "wo"
_EXPLAINED = 0.45  # share of the score that needs no touched phrasing
_EVIDENCE = 0.3  # least weight of matched words
_SHORT_WORD, _SHORT_MESSAGE, _LEFT_OVER, _STEM_HEAD = 4, 4, 3, 3  # letters, words, letters, letters

_URL = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|matrix:\S+")
_WORD = re.compile(r"\d+(?:\.\d+)+|\d+|[^\W\d_]+(?:-[^\W\d_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|(?<=\w),\s+(?=(?:und\s+)?(?:wie|wo|wann|wer|was|warum|kann|darf)\b)")

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
    """An entry that may be meant: `score` is a share from 0 to 1, `because` the words of the message behind it."""

    slug: str
    score: float
    because: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What the ranking says: answer `matches[0]` ("sure"), offer `matches` ("unsure"), or pass ("unknown")."""

    kind: Kind
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class _Word:
    """A word of a message or phrasing: as typed, its stem, and how much it weighs when nobody knows it."""

    typed: str
    stem: str
    weight: float = 1.0


@dataclass(frozen=True)
class _Message:
    """A sentence as read: for each word the words of the entries it may stand for, and what it weighs."""

    words: tuple[_Word, ...]
    likes: tuple[Mapping[str, float], ...]
    weights: tuple[float, ...]
    intents: frozenset[str]
    numbers: frozenset[tuple[str, str]]
    asking: bool


@dataclass(frozen=True)
class _Known:
    """What is worked out once per entry."""

    slug: str
    phrasings: tuple[frozenset[str], ...]
    strength: Mapping[str, float]
    intents: frozenset[str]
    numbers: frozenset[tuple[str, str]]


def _words(text: str) -> Iterator[_Word]:
    """The content words of `text`: stop words left out, "AG 3" kept as two words, numbers kept whole."""
    cased = text != text.lower()
    first = True
    for typed in _WORD.findall(_spread(text)):
        for part in typed.split("-"):
            plain = fold(part)
            stem = stem_of(plain)
            noun = part[0].isupper() and not first
            first = False
            if plain in STOP_WORDS or (len(plain) == 1 and not plain.isdigit()):
                continue
            if stem in LIGHT_STEMS or plain in ASKING_WORDS:
                yield _Word(part, stem, _LIGHT)
            else:
                yield _Word(
                    part,
                    _number(stem),
                    _UNKNOWN_NOUN if noun or plain.isdigit() else _UNKNOWN_MIXED if cased else _UNKNOWN,
                )


def _spread(text: str) -> str:
    """Part "AG3" and "ag-3" into "AG 3", and leave addresses out."""
    return re.sub(r"(?<=[^\W\d_])-?(?=\d)", " ", _URL.sub(" ", text))


def _number(stem: str) -> str:
    """Write ordinals and small cardinals as digits: "dritt" is "3"."""
    for words in (ORDINALS, CARDINALS):
        if stem in words:
            return str(words.index(stem) + 1)
    return stem


def _numbers(words: Iterable[_Word]) -> frozenset[tuple[str, str]]:
    """Each number with the word beside it: "AG 3" is ("ag", "3"), "3. Plenum" is ("plenum", "3")."""
    row = [word.stem for word in words]
    pairs = set()
    for left, right in pairwise(row):
        if right[0].isdigit() and not left[0].isdigit():
            pairs.add((left, right))
        elif left[0].isdigit() and not right[0].isdigit():
            pairs.add((right, left))
    return frozenset(pairs)


def _grams(word: str) -> Counter[str]:
    padded = f"^{word}$"
    return Counter(padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1))


def _dice(one: Counter[str], other: Counter[str]) -> float:
    shared = sum((one & other).values())
    return 2 * shared / (one.total() + other.total() or 1)


class Ranking:
    """Ranks a fixed list of entries; everything that does not depend on the message is worked out here."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = list(entries)
        self._entries = [_know(entry) for entry in entries]
        self._literal = _literally(entries)
        count = len(self._entries)
        spread: Counter[str] = Counter()
        for known in self._entries:
            spread.update(stem for stem, strength in known.strength.items() if strength > _ANSWER)
        self._rarity: dict[str, float] = defaultdict(lambda: 1.0)
        for stem, entries_with in spread.items():
            rarity = math.log(1 + count / entries_with) / math.log(1 + count)
            self._rarity[stem] = rarity * (_LIGHT if stem in LIGHT_STEMS else 1.0)
        self._vocabulary = {stem: _grams(stem) for known in self._entries for stem in known.strength}
        self._words = [stem for stem in self._vocabulary if len(stem) >= _SHORT_WORD and stem.isalpha()]
        self._members: dict[int, list[str]] = defaultdict(list)
        for stem in self._vocabulary:
            for group in SYNONYM_GROUPS.get(stem, ()):
                self._members[group].append(stem)

    def ask(self, text: str) -> Outcome:
        """Say which entries `text` asks for, best first; takes any text, never raises, reads 2,000 characters."""
        text = text[:MAX_CHARACTERS]
        if literal := self._literal.get(_plain(text)):
            return Outcome("sure", (Match(literal, 1.0, tuple(_WORD.findall(text))),))
        best: dict[str, Match] = {}
        likes: dict[str, Mapping[str, float]] = {}
        for part in _parts(text):
            message = self._read(part, likes)
            for known in self._entries:
                match = self._match(message, known)
                if match is None:
                    continue
                if match.slug not in best or match.score > best[match.slug].score:
                    best[match.slug] = match
        ranked = sorted(best.values(), key=lambda match: (-match.score, match.slug))
        ranked = [match for match in ranked if match.score >= UNSURE][:SUGGESTIONS]
        if not ranked:
            return Outcome("unknown", ())
        second = ranked[1].score if len(ranked) > 1 else 0.0
        about = any(stem_of(fold(word)) not in WITHOUT_SUBJECT for word in ranked[0].because)
        sure = about and ranked[0].score >= SURE and ranked[0].score - second >= MARGIN
        return Outcome("sure" if sure else "unsure", tuple(ranked))

    def _read(self, sentence: str, cache: dict[str, Mapping[str, float]]) -> _Message:
        words = tuple(self._pieces(list(_words(sentence))[:MAX_WORDS]))
        for word in words:
            if word.stem not in cache:
                cache[word.stem] = self._like(word.stem)
        likes = tuple(cache[word.stem] for word in words)
        plain = [fold(typed) for typed in _WORD.findall(sentence)]
        return _Message(
            words=words,
            likes=likes,
            weights=tuple(self._weight(word, found) for word, found in zip(words, likes, strict=True)),
            intents=frozenset(INTENT[word] for word in plain if word in INTENT),
            numbers=_numbers(words),
            asking="?" in sentence or len(plain) <= _SHORT_MESSAGE or not ASKING_WORDS.isdisjoint(plain[:2]),
        )

    def _weight(self, word: _Word, found: Mapping[str, float]) -> float:
        if max(found.values(), default=0.0) < _KNOWN:
            return word.weight
        return max(self._rarity[stem] * like for stem, like in found.items())

    def _match(self, message: _Message, known: _Known) -> Match | None:
        if _contradicts(message.numbers, known.numbers):
            return None
        got, because = 0.0, []
        seen: dict[str, float] = {}
        for word, found, weight in zip(message.words, message.likes, message.weights, strict=True):
            shared = [(stem, like) for stem, like in found.items() if stem in known.strength]
            for stem, like in shared:
                seen[stem] = max(seen.get(stem, 0.0), like)
            if shared:
                got += weight * max(like * known.strength[stem] for stem, like in shared)
                because.append(word.typed)
        if got < _EVIDENCE or all(word.isdigit() for word in because):
            return None
        touched = max((self._touched(phrasing, seen) for phrasing in known.phrasings), default=0.0)
        score = got / sum(message.weights) * (_EXPLAINED + (1 - _EXPLAINED) * touched)
        if message.intents and known.intents and message.intents.isdisjoint(known.intents):
            score *= _OTHER_INTENT
        if not message.asking:
            score *= _STATEMENT
        return Match(known.slug, min(1.0, round(score, 4)), tuple(because))

    def _touched(self, phrasing: frozenset[str], seen: Mapping[str, float]) -> float:
        whole = sum(self._rarity[stem] for stem in phrasing)
        return sum(self._rarity[stem] * seen.get(stem, 0.0) for stem in phrasing) / whole

    def _pieces(self, words: list[_Word]) -> list[_Word]:
        """Join neighbours that are one word here ("Tages Ordnung"), part compounds that are two ("Projektlogo")."""
        result: list[_Word] = []
        skip = False
        for word, following in zip_longest(words, words[1:]):
            if skip:
                skip = False
                continue
            joined = self._joined(word, following) if following else None
            if joined and following:
                result.append(_Word(f"{word.typed} {following.typed}", joined))
                skip = True
            else:
                result.extend(self._parted(word))
        return result

    def _joined(self, word: _Word, following: _Word) -> str | None:
        if word.stem in self._vocabulary and following.stem in self._vocabulary:
            return None
        for left in (fold(word.typed), word.stem):
            for link in ("", "s", "n"):
                stem = stem_of(left + link + fold(following.typed))
                if stem in self._vocabulary:
                    return stem
        return None

    def _parted(self, word: _Word) -> list[_Word]:
        stem = word.stem
        if stem in self._vocabulary or len(stem) < 2 * _SHORT_WORD:
            return [word]
        heads = sorted((known for known in self._words if stem.startswith(known)), key=len, reverse=True)
        tails = sorted((known for known in self._words if stem.endswith(known)), key=len, reverse=True)
        for head in heads:
            for tail in tails:
                if 0 <= len(stem) - len(head) - len(tail) <= _LEFT_OVER:
                    return [_Word(word.typed, head, word.weight), _Word(word.typed, tail, word.weight)]
        return [word]

    def _like(self, stem: str) -> dict[str, float]:
        """Words of the entries that `stem` may stand for, each with how alike they are (0 to 1)."""
        found = {stem: 1.0} if stem in self._vocabulary else {}
        for group in SYNONYM_GROUPS.get(stem, ()):
            for member in self._members.get(group, ()):
                found.setdefault(member, _SYNONYM)
        if stem[0].isdigit() or len(stem) < _SHORT_WORD:
            return found
        power = 2.0 if stem in self._vocabulary else 0.5  # a word that is right as it stands is rarely a typo
        for known, ratio, _ in process.extract(
            stem, self._words, scorer=OSA.normalized_similarity, score_cutoff=_TYPO, limit=5
        ):
            if len(stem) > _SHORT_WORD or known[0] == stem[0]:
                found.setdefault(known, ratio**power)
        grams = _grams(stem)
        for known in self._words:
            if known not in found and (like := self._akin(stem, grams, known)):
                found[known] = like
        return found

    def _akin(self, stem: str, grams: Counter[str], known: str) -> float:
        """How alike two different words are as compound and part, or by their n-grams (0 to 1)."""
        short, long = sorted((known, stem), key=len)
        if long.startswith(short) or long.endswith(short):
            return 0.5 + 0.4 * len(short) / len(long)
        if known[:_STEM_HEAD] != stem[:_STEM_HEAD]:
            return 0.0
        dice = _dice(grams, self._vocabulary[known])
        return 0.35 + 0.6 * dice if dice > _ALIKE else 0.0


def _know(entry: Entry) -> _Known:
    strength: dict[str, float] = {}
    phrasings = [list(_words(phrase)) for phrase in (entry.question, *entry.alternatives)]
    keywords = [list(_words(keyword)) for keyword in entry.keywords]
    for rows, value in (
        ([list(_words(entry.answer))], _ANSWER),
        ([list(_words(entry.category))], _CATEGORY),
        (keywords, _KEYWORD),
        (phrasings, 1.0),
    ):
        for row in rows:
            for word in row:
                strength[word.stem] = max(value, strength.get(word.stem, 0.0))
    plain = [fold(word) for phrase in (entry.question, *entry.alternatives) for word in _WORD.findall(phrase)]
    return _Known(
        slug=entry.slug,
        phrasings=tuple(frozenset(word.stem for word in row) for row in (*phrasings, *keywords) if row),
        strength=strength,
        intents=frozenset(INTENT[word] for word in plain if word in INTENT),
        numbers=frozenset().union(*(_numbers(row) for row in (*phrasings, *keywords))),
    )


def _plain(text: str) -> str:
    return " ".join(fold(word) for word in _WORD.findall(text))


def _literally(entries: Iterable[Entry]) -> dict[str, str]:
    """Slug by phrasing, word for word; what two entries claim is nobody's."""
    claims: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for phrase in (entry.question, *entry.alternatives):
            claims[_plain(phrase)].add(entry.slug)
    return {phrase: slugs.pop() for phrase, slugs in claims.items() if phrase and len(slugs) == 1}


def _parts(text: str) -> list[str]:
    """The whole text and, where it has several sentences, each of them."""
    sentences = list(dict.fromkeys(part for part in _SENTENCE.split(text) if part.strip()))[:MAX_SENTENCES]
    return [text, *sentences] if len(sentences) > 1 else [text]


def _contradicts(asked: frozenset[tuple[str, str]], known: frozenset[tuple[str, str]]) -> bool:
    """Whether the message names a numbered thing ("AG 3") of which the entry knows other numbers only."""
    return any((head, number) not in known and any(head == other for other, _ in known) for head, number in asked)
