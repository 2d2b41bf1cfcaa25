"""A list of FAQ entries, made ready to be measured against messages. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from commands.faq.finding import everyday, lexicon, reading
from commands.faq.finding.asking import Act
from commands.faq.finding.entry import Entry
from commands.faq.finding.everyday import MEANINGS
from commands.faq.finding.kinds import LOOSE, OF_A_BARE_WORD, STRICT, are_opposite, told_kinds
from commands.faq.finding.measure import Measure
from commands.faq.finding.reading import LIGHT, Sentence, Word
from commands.faq.finding.spelling import Spelling
from commands.faq.finding.vocabulary import Vocabulary
from commands.german_words import LIGHT_STEMS, fold

_KEYWORD, _CATEGORY, _ANSWER = 0.95, 0.5, 0.45  # what a word of these counts; one of a phrasing counts 1
_PHRASE_OF_A_KEYWORD: Final = 0.8  # what it counts that a keyword is touched, beside a phrasing
_KNOWN: Final = 0.5  # least likeness of a word that counts as known
_WELL_KNOWN: Final = 0.8  # likeness from which an unknown word is the noun that it stands for
_BACKGROUND, _BACKGROUND_SUBJECT = 0.25, 0.6  # what a word counts in a sentence that asks nothing; a noun, as a subject
_LIGHT_WEIGHT, _NO_NOUN, _PERHAPS, _SETTING = 0.3, 0.65, 0.8, 0.4  # weights of words; a noun counts 1
_ORDINARY, _FEW_MEANINGS, _LEAST = 0.12, 2, 0.35  # how a word loses weight with each of its meanings beyond the second
_WHATEVER: Final = 0.35  # what is left of the weight of a word that every entry has
_EVIDENCE: Final = 0.1  # least weight of matched words
_SHORT, _LONG = 12, 18  # words of a message without much beside its question, and how many more make it a long one
_CANDIDATES: Final = 60  # entries that are looked at closely


@dataclass(frozen=True)
class _Known:
    """What is worked out once per entry."""

    slug: str
    phrasings: tuple[tuple[frozenset[str], float], ...]
    strength: Mapping[str, float]
    kinds: frozenset[str]
    told: frozenset[str]
    spelt: frozenset[tuple[str, str]]
    numbers: frozenset[tuple[str, str]]
    nouns: frozenset[str]


@dataclass(frozen=True)
class _Heard:
    """A word of a message: the words of entries it may stand for, its weight, and how well any entry knows it."""

    word: Word
    likes: Mapping[str, float]
    weight: float
    noun: bool | None
    best: float
    real: bool

    @property
    def meant(self) -> tuple[str, ...]:
        """Its stems, or those that it was meant to be."""
        if self.real or not self.likes:
            return self.word.stems
        return (max(self.likes, key=self.likes.__getitem__),)

    @property
    def is_subject(self) -> bool:
        """Whether it is a noun that entries know."""
        return bool(self.noun) and self.best >= _KNOWN

    @property
    def says_what(self) -> bool:
        """Whether it is a word with content: no number, not who asks, and nothing that is in every second question."""
        stem = self.word.stem
        return self.word.weight > LIGHT and not stem[0].isdigit() and stem not in everyday.SETTING

    @property
    def full_weight(self) -> float:
        """Its weight as something the message is about, also where it stands in the background."""
        return self.weight * (_BACKGROUND_SUBJECT / _BACKGROUND if self.word.background else 1.0)

    @property
    def strange(self) -> float:
        """How much of its weight no entry knows."""
        return self.weight * (1 - self.best) if self.word.weight > LIGHT else 0.0


@dataclass(frozen=True)
class Heard:
    """A sentence whose words are known or not; `spelling` is it in character n-grams."""

    sentence: Sentence
    words: tuple[_Heard, ...]
    spelling: Mapping[str, float]


@dataclass(frozen=True)
class Message:
    """A message as this list of entries hears it; `nouns` are those of all its sentences that any entry knows.

    `wordy` is 0 for a short message, 1 for a long one.
    """

    sentences: tuple[Heard, ...]
    nouns: tuple[_Heard, ...]
    wordy: float

    @property
    def act(self) -> Act:
        """What the message does: it asks if any sentence of it does."""
        return self.sentences[0].sentence.act if self.sentences else Act.STATES


class Index:
    """Measures messages against a fixed list of entries."""

    def __init__(self, entries: Sequence[Entry], synonyms: Iterable[Sequence[str]] = ()) -> None:
        self._entries = [_know(entry) for entry in entries]
        self._nouns = frozenset().union(*(known.nouns for known in self._entries))
        spread: Counter[str] = Counter()
        self._postings: dict[str, list[int]] = defaultdict(list)
        for place, known in enumerate(self._entries):
            spread.update(stem for stem, strength in known.strength.items() if strength > _CATEGORY)
            for stem in known.strength:
                self._postings[stem].append(place)
        count = len(entries)
        self._weight = {
            stem: (_WHATEVER + (1 - _WHATEVER) * math.log(1 + count / max(1, spread[stem])) / math.log(1 + count))
            * self._worth(stem)
            for stem in self._postings
        }
        self._numbers = frozenset().union(*(known.numbers for known in self._entries))
        self._numbered = frozenset(head for head, _ in self._numbers)
        self._vocabulary = Vocabulary(
            self._postings, {word: stem for known in self._entries for word, stem in known.spelt}, synonyms
        )
        self._spelling = Spelling([(entry.question, *entry.alternatives) for entry in entries])

    def read(self, text: str) -> Message:
        """The sentences of a message and, where there are several, the whole of it first."""
        heard = tuple(self._hear(sentence) for sentence in reading.sentences(text))
        nouns = (
            tuple(replace(each, weight=each.full_weight) for each in heard[0].words if each.is_subject) if heard else ()
        )
        if nouns:  # "Wo beantragen wir das?" alone is about nothing
            heard = (heard[0], *(each for each in heard[1:] if any(word.is_subject for word in each.words)))
        return Message(heard, nouns, min(1.0, max(0, len(reading.typed_words(text)) - _SHORT) / _LONG))

    def measured(self, message: Message, heard: Heard) -> Iterator[tuple[str, Measure, tuple[str, ...]]]:
        """Each entry that a sentence shares enough with: its slug, what was measured, and the words behind it."""
        for place in self._candidates(heard):
            if found := self._measure(message, heard, place):
                yield self._entries[place].slug, *found

    def _worth(self, stem: str) -> float:
        """What a word of an entry weighs by its kind."""
        if _is_light(stem):
            return _LIGHT_WEIGHT
        by_kind = (
            _SETTING if stem in everyday.SETTING else 1.0 if stem in self._nouns or not stem.isalpha() else _NO_NOUN
        )
        return by_kind * _ordinariness(stem)

    def _hear(self, sentence: Sentence) -> Heard:
        words = tuple(
            self._hear_word(word, first=place == 0)
            for place, word in enumerate(self._vocabulary.pieces(sentence.words))
        )
        words = tuple(each for each in words if each.best >= _KNOWN or not each.word.background) or words
        return Heard(sentence, words, self._spelling.of(" ".join(each.word.typed for each in words)))

    def _hear_word(self, word: Word, *, first: bool) -> _Heard:
        likes = self._vocabulary.like(word)
        best = max(likes.values(), default=0.0)
        if word.weight <= LIGHT:
            noun: bool | None = False
            weight = _LIGHT_WEIGHT
        else:
            noun = True if word.typed[0].isupper() and not first else lexicon.is_noun(word.stem)
            of_its_kind = (
                _SETTING if word.stem in everyday.SETTING else 1.0 if noun else _PERHAPS if noun is None else _NO_NOUN
            )
            weight = of_its_kind * _ordinariness(word.stem)
        if likes:
            weight = (1 - best) * weight + best * max(
                self._weight[stem] for stem, like in likes.items() if like == best
            )
            if word.weight > LIGHT and any(like >= _WELL_KNOWN and stem in self._nouns for stem, like in likes.items()):
                noun = True
        real = (
            best >= 1
            or lexicon.is_word(word.stem)
            or self._vocabulary.means(word.stem)
            or lexicon.is_compound(word.stem)
        )
        return _Heard(word, likes, weight * (_BACKGROUND if word.background else 1.0), noun, best, real)

    def _candidates(self, heard: Heard) -> Sequence[int]:
        """The entries that share most with a sentence; all that share anything where they are few."""
        got: dict[int, float] = defaultdict(float)
        for each in heard.words:
            for stem, like in each.likes.items():
                worth = like * self._weight[stem]
                for place in self._postings[stem]:
                    got[place] += worth
        if len(got) <= _CANDIDATES:
            return list(got)
        return sorted(got, key=lambda place: -got[place])[:_CANDIDATES]

    def _measure(self, message: Message, heard: Heard, place: int) -> tuple[Measure, tuple[str, ...]] | None:
        known, sentence = self._entries[place], heard.sentence
        if _contradicts(sentence.numbers, known.numbers):
            return None
        seen: dict[str, float] = {}
        shares = []
        because = []
        for each in heard.words:
            shared = [(stem, like) for stem, like in each.likes.items() if stem in known.strength]
            for stem, like in shared:
                seen[stem] = max(seen.get(stem, 0.0), like)
            shares.append(max((like * known.strength[stem] for stem, like in shared), default=0.0))
            if shared:
                because.append(each.word.typed)
        got = sum(each.weight * share for each, share in zip(heard.words, shares, strict=True))
        if got < _EVIDENCE or all(word.isdigit() for word in because):
            return None
        asked, whole = sentence.kinds, sum(each.weight for each in heard.words)
        strict, clear, loose = asked & STRICT, asked - STRICT - LOOSE, asked & LOOSE
        heavy = frozenset(stem for stem, strength in known.strength.items() if strength > _CATEGORY)
        explained = min(1.0, got / whole)
        words = list(zip(heard.words, shares, strict=True))
        subject = max(
            (each for each, share in words if each.noun and share >= _KNOWN), key=lambda each: each.weight, default=None
        )
        measure = Measure(
            explained=explained,
            beside=_share(
                [(each, share) for each, share in words if each.says_what and each is not subject],
                float(not asked or bool(asked & known.kinds)),
            ),
            nouns=_share([(each, share) for each, share in words if each.noun], explained),
            message=_share([(each, _strength(each, known)) for each in message.nouns], explained),
            touched=max((self._touched(phrasing, seen) * worth for phrasing, worth in known.phrasings), default=0.0),
            evidence=min(1.0, got),
            alike=self._spelling.alike(heard.spelling, place),
            same_strictly=bool((strict | sentence.hinted & STRICT) & known.kinds),
            other_strictly=bool(strict and not (strict | clear) & known.kinds),
            same_kind=bool((clear | sentence.hinted - STRICT) & known.kinds),
            other_kind=bool(clear and not clear & known.kinds),
            same_loosely=bool(loose & known.kinds),
            other_loosely=bool(loose and known.kinds and not loose & known.kinds),
            bare=sentence.bare and bool(known.kinds & OF_A_BARE_WORD) and max(shares, default=0.0) >= _KEYWORD,
            told=bool((strict | clear) & known.told),
            opposite=are_opposite(frozenset(stem for each in heard.words for stem in each.meant), heavy),
            elsewhere=sum(each.weight * (each.best - share) for each, share in words) / whole,
            lacks_number=any(
                pair not in known.numbers
                and pair[0] in self._numbered
                and (pair not in self._numbers or pair[0] not in heavy)
                for pair in sentence.numbers
            ),
            unknown=sum(each.strange for each in heard.words if each.real) / whole,
            wordy=message.wordy,
        )
        return measure, tuple(because)

    def _touched(self, phrasing: frozenset[str], seen: Mapping[str, float]) -> float:
        whole = sum(self._weight[stem] for stem in phrasing)
        return sum(self._weight[stem] * seen.get(stem, 0.0) for stem in phrasing) / whole


def _share(words: Iterable[tuple[_Heard, float]], otherwise: float) -> float:
    """The share of these words, by weight, that is explained."""
    words = list(words)
    whole = sum(each.weight for each, _ in words)
    return sum(each.weight * share for each, share in words) / whole if whole else otherwise


def _strength(heard: _Heard, known: _Known) -> float:
    return max(
        (like * known.strength[stem] for stem, like in heard.likes.items() if stem in known.strength), default=0.0
    )


def _contradicts(asked: frozenset[tuple[str, str]], known: frozenset[tuple[str, str]]) -> bool:
    """Whether the message names a numbered thing ("AG 3") of which the entry knows other numbers only."""
    return any((head, number) not in known and any(head == other for other, _ in known) for head, number in asked)


def _is_light(stem: str) -> bool:
    return stem in LIGHT_STEMS or stem in everyday.LIGHT or stem == "nicht"


def _ordinariness(stem: str) -> float:
    """What is left of a word's weight: the more meanings, the less it says."""
    return max(_LEAST, 1 / (1 + _ORDINARY * max(0, lexicon.meanings(stem) - _FEW_MEANINGS)))


@lru_cache(maxsize=20_000)
def _know(entry: Entry) -> _Known:
    """What is worked out once per entry: where one of many is changed, only that one is read again."""
    strength: dict[str, float] = {}
    read = [reading.phrase_of(phrase) for phrase in (entry.question, *entry.alternatives)]
    phrasings = [_settled(phrase.words) for phrase in read]
    keywords = [_settled(reading.words_of(keyword)) for keyword in entry.keywords]
    answer, category = _settled(reading.words_of(entry.answer)), _settled(reading.words_of(entry.category))
    for rows, value in (([answer], _ANSWER), ([category], _CATEGORY), (keywords, _KEYWORD), (phrasings, 1.0)):
        for row in rows:
            for word in row:
                strength[word.stem] = max(value, strength.get(word.stem, 0.0))
    return _Known(
        slug=entry.slug,
        phrasings=tuple(
            (frozenset(word.stem for word in row), worth)
            for rows, worth in ((phrasings, 1.0), (keywords, _PHRASE_OF_A_KEYWORD))
            for row in rows
            if row
        ),
        strength=strength,
        kinds=frozenset().union(*(phrase.kinds | phrase.hinted for phrase in read)),
        told=told_kinds(fold(entry.answer)),
        spelt=frozenset((fold(word.typed), word.stem) for row in (*phrasings, *keywords) for word in row),
        numbers=frozenset().union(*(reading.numbers_of(row) for row in (*phrasings, *keywords))),
        nouns=frozenset(
            word.stem
            for rows, is_sentence in (((*phrasings, answer), True), ((*keywords, category), False))
            for row in rows
            for place, word in enumerate(row)
            if _is_noun(word, begins=is_sentence and not place)
        ),
    )


def _is_noun(word: Word, *, begins: bool) -> bool:
    """Whether an editor wrote a noun: with a capital, and not because a sentence begins."""
    noun = lexicon.is_noun(word.stem)
    return bool(noun) or (noun is None and word.typed[0].isupper() and not begins)


def _settled(words: Iterable[Word]) -> list[Word]:
    """The words of an editor's text, each with one stem: "melde … an" is "anmeld" where that means something."""
    return [word if len(word.stems) == 1 else _with_one_stem(word) for word in words]


def _with_one_stem(word: Word) -> Word:
    meant = (stem for stem in word.stems[1:] if stem in MEANINGS or lexicon.is_word(stem))
    return replace(word, stems=(next(meant, word.stem),))
