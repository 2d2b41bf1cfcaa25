"""`python -m benchmarks.faq_calibration`: fits the numbers of `commands/faq/finding/confidence.py`, and judges them.

Learned from are the query sets under tests/commands/faq_sets that are not held out, the project's own queries, and
those of others where they lie beside the checkout. Besides, each query is asked of its FAQ without the entry that
answers it: that is what a question looks like that nobody can answer, and there are as many of them as of the others.

Judged is each set by numbers learned from all the others (so every entry and query is unseen), for some thresholds.
The numbers printed last are learned from all of them. All by hand, without a numeric library: two logistic regressions
whose coefficients may not have the wrong sign, so that each number can be explained.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import tables
from commands.faq import scoring
from commands.faq.deciding import answers_nothing
from commands.faq.finding import confidence, reading
from commands.faq.finding.asking import Act
from commands.faq.finding.entry import Entry
from commands.faq.finding.index import Index
from commands.faq.finding.patterns import words
from commands.faq.finding.ranking import literally
from commands.faq.scoring import Query

_TESTS: Final = Path(__file__).parents[1] / "tests" / "commands"
_OTHERS: Final = Path(__file__).parents[2] / "shared" / "faq-dev"

_AGAINST: Final = words(
    "other_strictly other_kind other_loosely opposite elsewhere lacks_number unknown unmet missed plain"
)
"""What can only speak against an entry; everything else can only speak for it."""
_FOR_ORDER: Final = tuple(
    sorted(
        words(
            """
            explained message beside touched both evidence alike same_strictly other_strictly same_kind other_kind
            same_loosely other_loosely bare told opposite elsewhere lacks_number
            """
        )
    )
)
_FOR_CONFIDENCE: Final = tuple(
    sorted(words("nouns beside touched both evidence same other_loosely unmet missed plain unknown lead needs wordy"))
)
_GIVEN: Final = {"opposite": -1.5, "lacks_number": -1.5}
"""Evidence that is hard, and too rare to be learned."""
_WEIGHT_OF_THE_UNANSWERABLE: Final = 0.2  # of a query whose entry was taken away; without it the query counts 1
_LOOSE_ORDER, _LOOSE_CONFIDENCE = 3.0, 0.3  # inverse strengths of the regularisation
_MOST_RIVALS: Final = 15
_THRESHOLDS: Final = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)

Terms = Mapping[str, float]


@dataclass(frozen=True)
class Seen:
    """An entry for one reading of a query: its slug, what was measured, and what the query does."""

    slug: str
    terms: Terms
    act: Act


@dataclass(frozen=True)
class Asked:
    """A query with all that was measured for it; `literal` is the entry that has it word for word."""

    query: Query
    seen: tuple[Seen, ...]
    literal: str | None


@dataclass(frozen=True)
class Set:
    """A query set, asked of its FAQ, and of the FAQ without the entries that answer."""

    name: str
    asked: tuple[Asked, ...]
    unanswerable: tuple[Asked, ...]


@dataclass(frozen=True)
class Fitted:
    """The numbers of `confidence`."""

    order: Mapping[str, float]
    sure: Mapping[str, float]
    at_least: float


def sets() -> Iterator[tuple[str, list[Entry], list[Query]]]:
    """The sets to learn from."""
    yield "own", scoring.shipped_entries(), scoring.read_queries(_TESTS / "faq_queries.json")
    if _OTHERS.exists():
        yield "others", scoring.read_entries(_OTHERS / "faq.json"), scoring.read_queries(_OTHERS / "queries.json")
    for folder in sorted(_TESTS.glob("faq_sets/*")):
        if folder.is_dir() and not folder.name.startswith("held_out"):
            queries = scoring.read_queries(folder / "queries.json")
            more = folder / "more_none.json"
            yield (
                folder.name,
                scoring.read_entries(folder / "faq.json"),
                queries + (scoring.read_queries(more) if more.exists() else []),
            )


def measured(entries: Sequence[Entry], queries: Sequence[Query]) -> list[Asked]:
    """Ask queries of a FAQ."""
    index, literal = Index(entries), literally(entries)
    found = []
    for query in queries:
        seen: list[Seen] = []
        if not answers_nothing(query.text):
            message = index.read(query.text)
            for heard in message.sentences:
                seen += [
                    Seen(slug, confidence.terms(measure), message.act)
                    for slug, measure, _ in index.measured(message, heard)
                ]
        found.append(Asked(query, tuple(seen), literal.get(reading.plain(query.text))))
    return found


def without(slug: str, entries: Sequence[Entry], queries: Sequence[Query]) -> list[Asked]:
    """Ask the queries that an entry answers of the FAQ without it."""
    orphaned = [replace_expected(query) for query in queries if query.expected == slug and not query.also_ok]
    return measured([entry for entry in entries if entry.slug != slug], orphaned) if orphaned else []


def replace_expected(query: Query) -> Query:
    """The query, now one that nothing answers."""
    return query.model_copy(update={"expected": None})


def fit_order(learned: Sequence[Set]) -> dict[str, float]:
    """Coefficients that put the right entry before the others."""
    rows, weights = [], []
    for asked in (each for one in learned for each in one.asked if each.query.expected is not None):
        right = [seen.terms for seen in asked.seen if asked.query.is_right(seen.slug)]
        wrong = sorted((seen.terms for seen in asked.seen if not asked.query.is_right(seen.slug)), key=_roughly)[
            -_MOST_RIVALS:
        ]
        if right and wrong:
            best = max(right, key=_roughly)
            rows += [[best[name] - other[name] for name in _FOR_ORDER] for other in wrong]
            weights += [2 / len(wrong)] * len(wrong)
    found = _regress(rows, [1] * len(rows), weights, _FOR_ORDER, loose=_LOOSE_ORDER, given=_GIVEN, free=False)
    return dict(zip(_FOR_ORDER, found[1:], strict=True))


def fit_confidence(learned: Sequence[Set], order: Mapping[str, float]) -> tuple[dict[str, float], float]:
    """Coefficients that tell whether the first entry is right, and the constant."""
    rows, right, weights = [], [], []
    for one in learned:
        for many, weight in ((one.asked, 1.0), (one.unanswerable, _WEIGHT_OF_THE_UNANSWERABLE)):
            for asked in many:
                best = None if asked.literal else first(asked, order)
                if best is not None and not _is_barred(best[0]):
                    rows.append([best[1][name] for name in _FOR_CONFIDENCE])
                    right.append(1 if asked.query.is_right(best[0].slug) else -1)
                    weights.append(weight)
    middle = [sum(column) / len(column) for column in zip(*rows, strict=True)]
    spread = [max(_deviation(column), 1e-9) for column in zip(*rows, strict=True)]
    scaled = [[(value - mean) / by for value, mean, by in zip(row, middle, spread, strict=True)] for row in rows]
    constant, *found = _regress(scaled, right, weights, _FOR_CONFIDENCE, loose=_LOOSE_CONFIDENCE, given={}, free=True)
    sure = {name: value / by for name, value, by in zip(_FOR_CONFIDENCE, found, spread, strict=True)}
    return sure, constant - sum(value * mean for value, mean in zip(sure.values(), middle, strict=True))


def first(asked: Asked, order: Mapping[str, float]) -> tuple[Seen, dict[str, float]] | None:
    """The first entry for a query, with its terms and how far it is ahead; None where nothing fits at all."""
    best: dict[str, tuple[float, Seen]] = {}
    for seen in asked.seen:
        fits = sum(weight * seen.terms[name] for name, weight in order.items())
        if seen.slug not in best or fits > best[seen.slug][0]:
            best[seen.slug] = fits, seen
    if not best:
        return None
    (fits, seen), *rest = sorted(best.values(), key=lambda pair: -pair[0])
    lead = min(confidence.FARTHEST, fits - rest[0][0]) if rest else confidence.FARTHEST
    return seen, {**seen.terms, "lead": lead, "needs": float(seen.act is Act.NEEDS)}


def judged(one: Set, by: Fitted) -> list[tuple[Query, str | None, float]]:
    """Each query of a set with its first entry, and how sure it is."""
    found: list[tuple[Query, str | None, float]] = []
    for asked in one.asked:
        best = first(asked, by.order)
        if asked.literal:
            found.append((asked.query, asked.literal, 1.0))
        elif best is None or _is_barred(best[0]):
            found.append((asked.query, None, 0.0))
        else:
            value = by.at_least + sum(weight * best[1][name] for name, weight in by.sure.items())
            found.append((asked.query, best[0].slug, 1 / (1 + math.exp(-value))))
    return found


def fitted(learned: Sequence[Set]) -> Fitted:
    """Learn from these sets."""
    order = fit_order(learned)
    sure, at_least = fit_confidence(learned, order)
    return Fitted(order, sure, at_least)


def _regress(
    rows: Sequence[Sequence[float]],
    signs: Sequence[int],
    weights: Sequence[float],
    names: Sequence[str],
    *,
    loose: float,
    given: Mapping[str, float],
    free: bool,
) -> list[float]:
    """Logistic regression by accelerated projected gradients: the constant (0 unless `free`), then the coefficients."""
    count = len(names)
    at, before, pace = [0.0] * (count + 1), [0.0] * (count + 1), 1.0
    step = 1 / (sum(w * (free + sum(v * v for v in row)) for row, w in zip(rows, weights, strict=True)) / 4 + 1 / loose)
    for _ in range(_ROUNDS):
        ahead = [a + (pace - 1) / (pace + 2) * (a - b) for a, b in zip(at, before, strict=True)]
        slope = [0.0] + [value / loose for value in ahead[1:]]
        for row, sign, weight in zip(rows, signs, weights, strict=True):
            margin = sign * (ahead[0] + sum(a * v for a, v in zip(ahead[1:], row, strict=True)))
            pull = -sign * weight / (1 + math.exp(min(margin, 500.0)))
            slope[0] += pull if free else 0.0
            for place, value in enumerate(row, 1):
                slope[place] += pull * value
        before, pace = at, pace + 1
        moved = [a - step * g for a, g in zip(ahead, slope, strict=True)]
        at = [moved[0], *(_allowed(name, value, given) for name, value in zip(names, moved[1:], strict=True))]
    return at


_ROUNDS: Final = 500


def _allowed(name: str, value: float, given: Mapping[str, float]) -> float:
    if name in given:
        return given[name]
    return min(0.0, value) if name in _AGAINST else max(0.0, value)


def _roughly(terms: Terms) -> float:
    return terms["explained"] + terms["touched"] + terms["alike"]


def _is_barred(seen: Seen) -> bool:
    return seen.act is Act.STATES or bool(seen.terms["opposite"]) or bool(seen.terms["lacks_number"])


def _deviation(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def _read(name: str, entries: list[Entry], queries: list[Query], pool: ProcessPoolExecutor) -> Set:
    ask: Callable[[str], list[Asked]] = partial(without, entries=entries, queries=queries)
    orphans = pool.map(ask, [entry.slug for entry in entries], chunksize=8)
    return Set(name, tuple(measured(entries, queries)), tuple(each for many in orphans for each in many))


def _shares(found: Sequence[tuple[Query, str | None, float]], threshold: float) -> tuple[str, str, str]:
    answerable = [each for each in found if each[0].expected is not None]
    none = [each for each in found if each[0].expected is None]
    told = [(query, slug) for query, slug, sure in answerable if slug and sure >= threshold]
    right = sum(query.is_right(slug) for query, slug in told)
    return (
        f"{100 * right / len(answerable):.1f}",
        f"{100 * (len(told) - right) / len(answerable):.1f}",
        f"{100 * sum(sure >= threshold for *_, sure in none) / len(none):.1f}",
    )


def main() -> None:
    """Fit, judge, and print."""
    with ProcessPoolExecutor() as pool:
        found = [_read(*each, pool) for each in sets()]
        by_others = list(pool.map(fitted, [[other for other in found if other is not one] for one in found]))
        all_of_them = fitted(found)
    rows = []
    for one, by in zip(found, by_others, strict=True):
        each = judged(one, by)
        rows += [(one.name, f"{threshold:.2f}", *_shares(each, threshold)) for threshold in _THRESHOLDS]
    head = ("set", "threshold", "right %", "wrong %", "answered without an answer %")
    print("\n".join(tables.rows([head, tuple("-" * len(name) for name in head), *rows])))
    for name, numbers in (("ORDER", all_of_them.order), ("CONFIDENCE", all_of_them.sure)):
        print(f"\n{name} = {{")
        print("\n".join(f'    "{term}": {value:.2f},' for term, value in numbers.items() if abs(value) >= 0.005))
        print("}")
    print(f"\n_AT_LEAST = {all_of_them.at_least:.2f}")


if __name__ == "__main__":
    main()
