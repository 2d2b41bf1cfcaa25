"""Which FAQ entry does a message ask for? Pure and offline: no I/O, no clock, no model.

Each entry is measured against each sentence of the message and the whole of it (`index`, `measure`); `confidence`
makes of that an order, and an answer, a choice or nothing. This module is the seam: a better `Ranking` only has to keep
`ask`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from commands.faq.finding import reading
from commands.faq.finding.asking import Act
from commands.faq.finding.confidence import MEANT, OFFERED, SURE, confidence, likeness
from commands.faq.finding.entry import Entry
from commands.faq.finding.index import Index
from commands.faq.finding.measure import Measure
from commands.german_words import ASKING_WORDS, LIGHT_STEMS, WITHOUT_SUBJECT, fold, stem_of

MAX_CHARACTERS: Final = 2_000
SUGGESTIONS: Final = 3

Kind = Literal["sure", "unsure", "unknown"]


@dataclass(frozen=True)
class Match:
    """An entry that may be meant: `score` from 0 to 1, `because` the words of the message behind it."""

    slug: str
    score: float
    because: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What the ranking says: answer `matches[0]` ("sure"), ask whether one of `matches` is meant ("unsure"), or pass.

    With "unknown", `matches` are merely what comes nearest; they may be none.
    """

    kind: Kind
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class Candidate:
    """An entry by the sentence that fits it best: what was measured, the words behind it, and what the message does."""

    slug: str
    measure: Measure
    because: tuple[str, ...]
    act: Act


class Ranking:
    """Ranks a fixed list of entries; everything that does not depend on the message is worked out here."""

    def __init__(self, entries: Iterable[Entry], synonyms: Iterable[Sequence[str]] = ()) -> None:
        """`synonyms` are groups of words that mean the same here, as editors entered them."""
        entries = list(entries)
        self._index = Index(entries, synonyms)
        self._literal = literally(entries)

    def ask(self, text: str) -> Outcome:
        """Say which entries `text` asks for, best first; takes any text, never raises, reads 2,000 characters."""
        text = text[:MAX_CHARACTERS]
        if literal := self._literal.get(reading.plain(text)):
            return Outcome("sure", (Match(literal, 1.0, reading.typed_words(text)),))
        ranked = self.candidates(text)
        matches = tuple(
            Match(each.slug, round(score, 4), each.because)
            for each in ranked[:SUGGESTIONS]
            if (score := likeness(each.measure)) >= OFFERED
        )
        if not matches:
            return Outcome("unknown", ())
        best = ranked[0]
        if not any(map(_says_anything, matches)):  # "Was kostet das?", or "Wie hoch ist die Grundsteuer?"
            return Outcome("unknown", ()) if best.measure.unknown else Outcome("unsure", matches)
        sure = confidence(best.measure, ranked[1].measure if len(ranked) > 1 else None, best.act)
        if sure >= SURE and _names_a_subject(matches[0]):
            return Outcome("sure", matches)
        return Outcome("unsure" if matches[0].score >= MEANT else "unknown", matches)

    def candidates(self, text: str) -> list[Candidate]:
        """Each entry that the message shares anything with, best first."""
        best: dict[str, tuple[float, Candidate]] = {}
        for found in self._measured(text):
            fits = likeness(found.measure)
            if found.slug not in best or fits > best[found.slug][0]:
                best[found.slug] = fits, found
        return [each for _, each in sorted(best.values(), key=lambda pair: (-pair[0], pair[1].slug))]

    def _measured(self, text: str) -> Iterable[Candidate]:
        message = self._index.read(text)
        for sentence in message.sentences:
            for slug, measure, because in self._index.measured(message, sentence):
                yield Candidate(slug, measure, because, message.act)


def _names_a_subject(match: Match) -> bool:
    """Whether any word behind a match says what it is about, as "gibt" does not."""
    return any(stem_of(fold(word)) not in WITHOUT_SUBJECT for word in match.because)


def _says_anything(match: Match) -> bool:
    """Whether any word behind a match does more than ask ("wie hoch")."""
    return any(stem_of(fold(word)) not in LIGHT_STEMS and fold(word) not in ASKING_WORDS for word in match.because)


def literally(entries: Iterable[Entry]) -> dict[str, str]:
    """Slug by phrasing, word for word; what two entries claim is nobody's."""
    claims: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for phrase in (entry.question, *entry.alternatives):
            claims[reading.plain(phrase)].add(entry.slug)
    return {phrase: slugs.pop() for phrase, slugs in claims.items() if phrase and len(slugs) == 1}
