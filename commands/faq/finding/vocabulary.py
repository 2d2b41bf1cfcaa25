"""The words that a list of entries knows, and which of them an unknown word may stand for. Pure."""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from commands.faq.finding import lexicon
from commands.faq.finding.everyday import MEANINGS
from commands.faq.finding.reading import Word
from commands.german_words import LIGHT_STEMS, fold, stem_of

SYNONYM, THESAURUS = 0.85, 0.5  # likeness of words that mean the same, by our lists and by a general thesaurus
_TYPO, _TYPO_OF_A_WORD = 0.74, 0.88  # least likeness of a typo; of one that happens to be another word
_SLIP: Final = 0.8  # least likeness of a slip of the finger, endings and all
_LONG_WORD: Final = 9  # letters of a word in which a typo may happen to be another word
_ALIKE, _ANOTHER_HEAD = 0.3, 0.45  # least likeness of n-grams; likeness of a compound's first part
_RIGHT: Final = 0.7  # what is left of the likeness of n-grams where the word is right as it stands
_SHORT_WORD, _LEFT_OVER, _STEM_HEAD, _LONGEST = 4, 3, 3, 40  # letters
_ENDINGS: Final = frozenset(["ung", "ungs", "erin", "lich", "keit", "heit", "isch"])  # of words made of a word
_LINKS: Final = ("", "s", "n", "en", "es", "e")


_MEANING_STEMS: Final = sorted(stem for stem in MEANINGS if len(stem) > _SHORT_WORD)


class Vocabulary:
    """Finds words by their stem, through a typo, as a piece of a compound, by n-grams, or over synonyms."""

    def __init__(self, stems: Iterable[str], spelt: Mapping[str, str], synonyms: Iterable[Sequence[str]] = ()) -> None:
        """`spelt` has the stem of each word as it is spelt in a phrasing; `synonyms` are editors' groups of words."""
        self._stems = frozenset(stems)
        self._groups_of = _with_more(synonyms)
        self._stem_of = {word: stem for word, stem in spelt.items() if _SHORT_WORD <= len(word) <= _LONGEST}
        self._spelt = sorted(self._stem_of)
        usable = sorted(stem for stem in self._stems if _SHORT_WORD <= len(stem) <= _LONGEST and stem.isalpha())
        self._words = usable
        self._known = frozenset(usable)
        self._reversed = sorted(stem[::-1] for stem in usable)
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for stem in usable:
            self._by_letter[stem[0]].append(stem)
        self._members: dict[str, list[str]] = defaultdict(list)
        for stem in sorted(self._stems):
            for group in self._groups_of.get(stem, ()):
                self._members[group].append(stem)
        self._found = lru_cache(maxsize=4_096)(self._look)
        self._slips = lru_cache(maxsize=1_024)(self._slip)

    def __contains__(self, stem: str) -> bool:
        """Whether an entry uses this very word."""
        return stem in self._stems

    def pieces(self, words: Iterable[Word]) -> Iterator[Word]:
        """Join neighbours that are one word here ("Tages Ordnung"), part compounds that are two ("Projektlogo")."""
        row, skip = [self._settled(word) for word in words], False
        for word, following in zip_longest(row, row[1:]):
            if skip:
                skip = False
                continue
            joined = self._joined(word, following) if following else None
            if joined and following:
                yield replace(word, typed=f"{word.typed} {following.typed}", stems=(joined,))
                skip = True
            else:
                yield from self._parted(word)

    def means(self, stem: str) -> bool:
        """Whether a word stands in a list of synonyms."""
        return stem in self._groups_of

    def like(self, word: Word) -> dict[str, float]:
        """The words of the entries that a word may stand for, each with how alike they are (0 to 1)."""
        found = self._found(word.stem)
        if found.get(word.stem) or lexicon.is_word(word.stem) or word.stem in self._groups_of:
            return found
        slips = self._slips(fold(word.typed))
        return (
            {**found, **{stem: like for stem, like in slips.items() if like > found.get(stem, 0.0)}} if slips else found
        )

    def _settled(self, word: Word) -> Word:
        """The word with the first of its stems that anybody knows."""
        for stem in word.stems[1:]:
            if stem in self._stems or stem in self._groups_of:
                return replace(word, stems=(stem,))
        return word

    def _joined(self, word: Word, following: Word) -> str | None:
        if word.stem in self._stems and following.stem in self._stems:
            return None
        for left in dict.fromkeys((fold(word.typed), word.stem)):
            for link in _LINKS:
                stem = stem_of(left + link + fold(following.typed))
                if stem in self._stems:
                    return stem
        return None

    def _parted(self, word: Word) -> list[Word]:
        stem = word.stem
        if stem in self._stems or stem in self._groups_of or len(stem) < 2 * _SHORT_WORD:
            return [word]
        heads = sorted((stem[:end] for end in range(_SHORT_WORD, len(stem)) if self._means(stem[:end])), key=len)
        tails = sorted((stem[at:] for at in range(1, len(stem) - 3) if self._means(stem[at:])), key=len)
        for head in reversed(heads):
            for tail in reversed(tails):
                if 0 <= len(stem) - len(head) - len(tail) <= _LEFT_OVER and (
                    head in self._known or tail in self._known
                ):
                    return [replace(word, stems=(piece,)) for piece in (head, tail)]
        return self._parted_as_typed(word)

    def _parted_as_typed(self, word: Word) -> list[Word]:
        """Parts of a compound whose stem does not show them: "Outlookkalender" has the stem "outlookkal"."""
        typed = fold(word.typed)
        for at in range(_SHORT_WORD, len(typed) - _SHORT_WORD + 1):
            head, tail = stem_of(typed[:at]), stem_of(typed[at:])
            if head in self._known and tail in self._known:
                return [replace(word, stems=(piece,)) for piece in (head, tail)]
        return [word]

    def _means(self, piece: str) -> bool:
        return piece in self._known or piece in self._groups_of or piece in LIGHT_STEMS

    def _slip(self, typed: str) -> dict[str, float]:
        """Words of phrasings that were meant, judged by how they are spelt with their endings: "leited" is "leitet"."""
        if not _SHORT_WORD <= len(typed) <= _LONGEST:
            return {}
        found = process.extract(typed, self._spelt, scorer=OSA.normalized_similarity, score_cutoff=_SLIP, limit=3)
        if found:
            return {self._stem_of[known]: ratio**0.5 for known, ratio, _ in found}
        meant = process.extractOne(stem_of(typed), _MEANING_STEMS, scorer=OSA.normalized_similarity, score_cutoff=_SLIP)
        return {} if meant is None else {stem: _SLIP * like for stem, like in self._found(meant[0]).items()}

    def _look(self, stem: str) -> dict[str, float]:
        found = {stem: 1.0} if stem in self._stems else {}
        for group in self._groups_of.get(stem, ()):
            for member in self._members.get(group, ()):
                found.setdefault(member, SYNONYM)
        for other in lexicon.synonyms(stem):
            if other in self._stems:
                found.setdefault(other, THESAURUS)
        if stem[0].isdigit() or not _SHORT_WORD <= len(stem) <= _LONGEST:
            return found
        for known, ratio in self._typos(stem):
            found.setdefault(known, ratio)
        grams, right = _grams(stem), lexicon.is_word(stem) or lexicon.is_compound(stem)
        for known in self._kin(stem):
            if known not in found and (like := _akin(stem, grams, known, right=right)):
                found[known] = like
        return found

    def _typos(self, stem: str) -> Iterator[tuple[str, float]]:
        least = _TYPO
        if stem in self._stems or stem in self._groups_of or lexicon.is_word(stem):  # right as it stands
            if len(stem) < _LONG_WORD:
                return
            least = _TYPO_OF_A_WORD
        among = self._words if len(stem) > _SHORT_WORD else self._by_letter.get(stem[0], [])
        for known, ratio, _ in process.extract(
            stem, among, scorer=OSA.normalized_similarity, score_cutoff=least, limit=5
        ):
            yield known, ratio**0.5

    def _kin(self, stem: str) -> Iterator[str]:
        """Known words that begin or end alike, begin with it, end with it, or are its own beginning or end."""
        for size in range(_SHORT_WORD, len(stem)):
            for piece in (stem[:size], stem[-size:]):
                if piece in self._known:
                    yield piece
        yield from _with_head(self._words, stem[:_STEM_HEAD])
        for word in _with_head(self._reversed, stem[::-1]):
            yield word[::-1]


def _with_more(synonyms: Iterable[Sequence[str]]) -> Mapping[str, frozenset[str]]:
    """The groups that stems belong to: those of everyday words, and more."""
    groups = dict(MEANINGS)
    for number, group in enumerate(synonyms):
        for word in group:
            stem = stem_of(fold(word.replace("-", "")))
            groups[stem] = groups.get(stem, frozenset()) | {f"s{number}"}
    return groups


def _with_head(row: list[str], head: str) -> Iterator[str]:
    at = bisect_left(row, head)
    while at < len(row) and row[at].startswith(head):
        yield row[at]
        at += 1


def _akin(stem: str, grams: Counter[str], known: str, *, right: bool) -> float:
    """How alike two different words are as compound and part, or by their n-grams (0 to 1).

    A stem that is `right` as it stands is hardly another word that is spelt much like it.
    """
    short, long = sorted((known, stem), key=len)
    share = math.sqrt(len(short) / len(long))
    if long.startswith(short):
        rest = long[len(short) :]
        same_head = long == known or len(rest) < _LEFT_OVER or rest in _ENDINGS
        return 0.9 * share if same_head else _ANOTHER_HEAD  # "Landtag" is no kind of "Land"
    if long.endswith(short) and len(short) > _SHORT_WORD:
        return 0.9 * share
    if known[:_STEM_HEAD] != stem[:_STEM_HEAD]:
        return 0.0
    theirs = _grams(known)
    dice = 2 * (grams & theirs).total() / (grams.total() + theirs.total())
    return (0.35 + 0.6 * dice) * (_RIGHT if right else 1.0) if dice > _ALIKE else 0.0


@lru_cache(maxsize=8_192)
def _grams(word: str) -> Counter[str]:
    padded = f"^{word}$"
    return Counter(padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1))
