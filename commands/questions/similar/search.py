"""Which questions ask the same in other words? Found over their terms, ranked by how alike the texts are."""

import math
from collections.abc import Iterable, Mapping
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy.ext.asyncio import AsyncSession

from commands.questions.similar.likeness import SYNONYM, TYPO, Reading, Unit, Weigh, read, related, score, weight_of
from storage import question_terms
from storage.tables import Question, QuestionState

SEARCHED: Final = (
    QuestionState.OPEN,
    QuestionState.ASSIGNED,
    QuestionState.IN_PROGRESS,
    QuestionState.DEFERRED,
    QuestionState.ANSWERED,
    QuestionState.CONFIRMED,
)
"""The states in which a question is worth showing to somebody who asks the same."""

_ENOUGH: Final = 0.22  # least score of a question that is shown
_BESIDE_BEST: Final = 0.55  # share of the best score that the others need
_CANDIDATES: Final = 30  # how many are compared word by word
_COMMON: Final = 0.1  # share of the questions from which on a term finds too many
_MOST_TERMS: Final = 250  # what a long text is searched for; its rarest words say what it is about
_SMALL: Final = 500  # questions; in fewer no term is too common
_TYPO_START: Final = 2  # letters that a typo leaves alone
_LONG: Final = 5  # letters; in shorter words a typo makes another word
_UNSEEN: Final = 0.7  # rarity of a word that no question has


def terms_of(text: str) -> frozenset[str]:
    """The terms under which a question with this text is found."""
    return read(text).terms


async def index(session: AsyncSession, question: Question) -> None:
    """Write the terms of a question anew after its text changed; without a text they are removed."""
    await question_terms.index(session, question.id, terms_of(question.text) if question.text is not None else ())


async def index_missing(session: AsyncSession) -> None:
    """Write the terms of all questions that have none; a migration that removes them has them written anew."""
    for question in await question_terms.without(session):
        await index(session, question)


async def similar(session: AsyncSession, text: str, *, but: int | None = None, most: int = 3) -> list[Question]:
    """Up to `most` questions of any group that ask nearly the same as `text`, best first, ties by lower ID.

    `but` is the ID of a question that is never among them: the one just asked.
    """
    asked = read(text)
    if not asked.units:
        return []
    count = await question_terms.count(session)
    cap = max(_SMALL, math.ceil(count * _COMMON))
    reach = {unit: await _reach(session, unit, asked) for unit in asked.units}
    wanted = frozenset().union(*reach.values())
    frequencies = await question_terms.frequencies(session, wanted, most=cap)
    weigh = _weigher(frequencies, count)
    weighted = _weighted(reach, frequencies, weigh, cap)
    candidates = await question_terms.candidates(session, weighted, states=SEARCHED, but=but, most=_CANDIDATES)
    readings = {each.id: read(each.text or "") for each in candidates}
    unknown = frozenset().union(*(known.terms for known in readings.values())) - wanted
    weigh = _weigher(frequencies | await question_terms.frequencies(session, unknown, most=cap), count)
    scores = {each.id: score(asked, readings[each.id], weigh) for each in candidates}
    ranked = sorted(candidates, key=lambda each: (-scores[each.id], each.id))[:most]
    least = max(_ENOUGH, _BESIDE_BEST * max(scores.values(), default=0.0))
    return [each for each in ranked if scores[each.id] >= least]


async def _reach(session: AsyncSession, unit: Unit, asked: Reading) -> frozenset[str]:
    """The terms that a word may stand under: its own, what means the same, and what it may be a typo of."""
    own = {unit.stem, *unit.parts}
    found = own.union(*(related(term) for term in own), (each for each in asked.joined if unit.stem in each))
    found |= {unit.stem[:end] for end in range(_LONG, len(unit.stem))}
    if len(unit.stem) >= _LONG and unit.stem.isalpha() and not related(unit.stem):
        near = await question_terms.begins_with(session, unit.stem[:_TYPO_START])
        found |= {term for term in near if term.startswith(unit.stem)}
        found |= {
            term
            for term, *_ in process.extract(
                unit.stem, near, scorer=OSA.normalized_similarity, score_cutoff=TYPO, limit=5
            )
        }
    return frozenset(found)


def _weigher(frequencies: Mapping[str, int], count: int) -> Weigh:
    whole = math.log1p(max(count, 1))

    def weigh(term: str) -> float:
        number = frequencies.get(term, 0)
        return math.log1p(max(count, 1) / number) / whole if number else _UNSEEN

    return weigh


def _weighted(
    reach: Mapping[Unit, Iterable[str]], frequencies: Mapping[str, int], weigh: Weigh, cap: int
) -> list[tuple[str, int, float]]:
    """What to look for: term, which word it stands for, weight. Common terms only where nothing else is left."""
    found = [
        (term, at, weight_of(unit, weigh) * (1.0 if term == unit.stem else SYNONYM))
        for at, (unit, terms) in enumerate(reach.items())
        for term in sorted(terms)
        if term in frequencies
    ]
    rare = [each for each in found if frequencies[each[0]] < cap]
    return sorted(rare, key=lambda each: (-each[2], each[:2]))[:_MOST_TERMS] or found[:1]
