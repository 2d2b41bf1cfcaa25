"""What German words there are, which of them are nouns, and which mean the same: OpenThesaurus, as shipped. Pure.

All words are folded stems (`commands.german_words`). Read once, at the first question: a fifth of a second, 20 MiB.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from storage import seed_data

_MANY_MEANINGS: Final = 12  # a word with more of them ("gehen") says too little about any
_SHORTEST_PART: Final = 4  # letters


@dataclass(frozen=True)
class _Lexicon:
    nouns: frozenset[str]
    others: frozenset[str]
    groups: tuple[tuple[str, ...], ...]
    groups_of: dict[str, tuple[int, ...]]


def is_word(stem: str) -> bool:
    """Whether it is a word of German, and so no typo of another."""
    return stem in _lexicon().groups_of


@lru_cache(maxsize=20_000)
def is_compound(stem: str) -> bool:
    """Whether it is made of two words of German ("Hausmeister", "Kassenverfahren"), and so no typo either."""
    words = _lexicon().groups_of
    for at in range(_SHORTEST_PART, len(stem) - _SHORTEST_PART + 1):
        if stem[at:] in words and any(head in words for head in _heads(stem[:at])):
            return True
    return False


def is_noun(stem: str) -> bool | None:
    """Whether a word is a noun; a compound is what its end is. None: it may be either, or nobody knows."""
    nouns, others = _lexicon().nouns, _lexicon().others
    if stem in nouns or stem in others:
        return None if stem in nouns and stem in others else stem in nouns
    for at in range(_SHORTEST_PART, len(stem) - _SHORTEST_PART + 1):
        if stem[at:] in nouns and any(head in nouns for head in _heads(stem[:at])):
            return True
    return None


def _heads(beginning: str) -> Iterator[str]:
    """The first part of a compound, with and without the letters that link it ("Verfahrens-")."""
    for cut in (beginning, beginning[:-1], beginning[:-2]):
        if len(cut) >= _SHORTEST_PART - 1:
            yield cut


def meanings(stem: str) -> int:
    """How many meanings a word has: the more, the more ordinary it is. 0: nobody knows it."""
    return len(_lexicon().groups_of.get(stem, ()))


def synonyms(stem: str) -> Iterator[str]:
    """Words that mean the same in one of its meanings; none for words that mean almost anything."""
    lexicon = _lexicon()
    numbers = lexicon.groups_of.get(stem, ())
    if len(numbers) <= _MANY_MEANINGS:
        for number in numbers:
            yield from lexicon.groups[number]


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    nouns: set[str] = set()
    others: set[str] = set()
    groups: list[tuple[str, ...]] = []
    groups_of: defaultdict[str, list[int]] = defaultdict(list)
    shared: dict[str, str] = {}
    for number, line in enumerate(seed_data.thesaurus()):
        group = []
        for typed in line.split():
            stem = shared.setdefault(typed.lower(), typed.lower())
            (nouns if typed[0].isupper() else others).add(stem)
            groups_of[stem].append(number)
            group.append(stem)
        groups.append(tuple(group))
    return _Lexicon(
        frozenset(nouns), frozenset(others), tuple(groups), {stem: tuple(found) for stem, found in groups_of.items()}
    )
