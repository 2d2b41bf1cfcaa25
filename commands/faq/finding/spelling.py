"""How alike texts are spelt: the cosine of their character n-grams, those that few phrasings have counting more."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from commands.german_words import fold

_SIZES: Final = (3, 4)
_KEPT: Final = 512  # entries
_UNSEEN: Final = 3.0  # weight of an n-gram that no phrasing has


class Spelling:
    """Compares texts with the phrasings of entries. What is worked out for an entry is kept for the latest of them."""

    def __init__(self, phrasings: Sequence[Sequence[str]]) -> None:
        self._phrasings = phrasings
        spread = Counter(gram for texts in phrasings for gram in frozenset().union(*map(_pieces, texts)))
        self._rarity = {gram: math.log(1 + len(phrasings) / count) for gram, count in spread.items()}
        self._vectors = lru_cache(maxsize=_KEPT)(self._vectors_of)

    def of(self, text: str) -> Mapping[str, float]:
        """A text as a vector of length 1."""
        weighed = {gram: count * self._rarity.get(gram, _UNSEEN) for gram, count in Counter(_pieces(text)).items()}
        length = math.sqrt(sum(value * value for value in weighed.values()))
        return {gram: value / length for gram, value in weighed.items()} if length else {}

    def alike(self, vector: Mapping[str, float], place: int) -> float:
        """The cosine of a text with the phrasing most alike of the entry at this place, 0 to 1."""
        return max((_product(vector, other) for other in self._vectors(place)), default=0.0)

    def _vectors_of(self, place: int) -> list[Mapping[str, float]]:
        return [self.of(text) for text in self._phrasings[place]]


def _product(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(value * other[gram] for gram, value in one.items() if gram in other)


def _pieces(text: str) -> list[str]:
    line = f" {' '.join(fold(text).split())} "
    return [line[at : at + size] for size in _SIZES for at in range(len(line) - size + 1)]
