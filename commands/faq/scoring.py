"""How well the FAQ answers: its real decisions over a file of queries, in the formats faq-queries/1 and faq-corpus/1.

Such a file is JSON: {"format": "faq-queries/1", "queries": [{"id", "text", "category", "expected": entry or null,
"also_ok": [entries]}]}, and {"format": "faq-corpus/1", "entries": [{"id", "category", "question", "alternatives",
"answer", "tags"}]}.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from commands.faq.deciding import Decision, answers_nothing, decide
from commands.faq.finding.confidence import CALIBRATION, MARGIN, MEANT, OFFERED, SURE
from commands.faq.finding.entry import Entry
from commands.faq.finding.ranking import Ranking
from storage import seed_data


class Unreadable(Exception):
    """A file is not what it should be; the sentence names the file, the place and what is wrong."""


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Named(_Read):
    id: Annotated[str, Field(min_length=1)]


T = TypeVar("T", bound=_Named)


def _unique(items: list[T]) -> list[T]:
    ids = Counter(each.id for each in items)
    if twice := [name for name, count in ids.items() if count > 1]:
        raise ValueError(f"the id {twice[0]!r} stands there twice")
    return items


class Query(_Named):
    """A text that somebody might send, and what should be said to it: the ID of an entry, or nothing."""

    text: str
    category: str = "all"
    expected: str | None = None
    also_ok: tuple[str, ...] = ()

    def is_right(self, entry: str | None) -> bool:
        """Whether this entry may be the answer."""
        return entry is not None and entry in {self.expected, *self.also_ok}


class _Queries(_Read):
    format: Literal["faq-queries/1"]
    queries: Annotated[list[Query], AfterValidator(_unique)]


class _Item(_Named):
    question: str
    category: str = ""
    alternatives: tuple[str, ...] = ()
    answer: str = ""
    tags: tuple[str, ...] = ()


class _Corpus(_Read):
    format: Literal["faq-corpus/1"]
    entries: Annotated[list[_Item], AfterValidator(_unique)]


def read_queries(path: Path) -> list[Query]:
    """The queries in a file. Raises Unreadable."""
    return _read(path, _Queries).queries


def read_entries(path: Path) -> list[Entry]:
    """The entries in a file. Raises Unreadable."""
    return [
        Entry(
            slug=each.id,
            question=each.question,
            alternatives=each.alternatives,
            keywords=each.tags,
            category=each.category,
            answer=each.answer,
        )
        for each in _read(path, _Corpus).entries
    ]


def shipped_entries() -> list[Entry]:
    """The entries that come with the bot."""
    return [
        Entry(
            slug=each["slug"],
            question=each["question"],
            alternatives=tuple(each["alternatives"]),
            keywords=tuple(each["keywords"]),
            category=each["category"],
            answer=each["answer"],
        )
        for each in seed_data.faq_entries()
    ]


def unknown_entries(queries: Iterable[Query], entries: Iterable[Entry]) -> list[str]:
    """The entries that queries expect and the FAQ has not: such a query cannot be answered rightly."""
    named = {name for each in queries for name in (each.expected, *each.also_ok) if name is not None}
    return sorted(named - {each.slug for each in entries})


def decisions(queries: Iterable[Query], entries: Sequence[Entry]) -> dict[str, Decision]:
    """What the bot would say to each query, by its ID."""
    ranking = Ranking(entries)
    return {
        each.id: Decision() if answers_nothing(each.text) else decide(each.text.strip(), ranking) for each in queries
    }


def reasons(queries: Iterable[Query], entries: Sequence[Entry]) -> str:
    """For each query that any entry comes into question for: which, how likely, and because of which words."""
    ranking = Ranking(entries)
    lines: list[str] = []
    for query in queries:
        outcome = None if answers_nothing(query.text) else ranking.ask(query.text.strip())
        lines += [
            f"{query.id}: {match.slug} {match.score:.2f} because of {', '.join(match.because)}"
            for match in (outcome.matches if outcome else ())
        ]
    return "\n".join(lines)


def predictions(found: Mapping[str, Decision], *, options: bool) -> dict[str, Any]:
    """The decisions as JSON: {query: entry or null}, with `options` {query: {"answer": …, "options": […]}}."""
    if options:
        return {query: {"answer": each.answer, "options": list(each.options)} for query, each in found.items()}
    return {query: each.answer for query, each in found.items()}


class Row(_Read):
    """One line of the table: of so many queries with an answer, and so many without one."""

    category: str
    asked: int
    right: int
    wrong: int
    among: int
    unasked: int
    false: int


def table(queries: Sequence[Query], found: Mapping[str, Decision]) -> list[Row]:
    """A row for each category of queries, in their order, and one for all."""
    rows = [_row(name, [q for q in queries if q.category == name], found) for name in _categories(queries)]
    return [*rows, _row("all", queries, found)] if len(rows) != 1 or rows[0].category != "all" else rows


def report(queries: Sequence[Query], found: Mapping[str, Decision]) -> str:
    """The table as text, below it what decides between answering, offering and passing."""
    lines = [f"{'category':<14}{'asked':>6}{'right':>9}{'wrong':>9}{'among 3':>9}{'no answer':>11}{'answered':>10}"]
    for row in table(queries, found):
        shares = [_share(number, row.asked) for number in (row.right, row.wrong, row.among)]
        lines.append(
            f"{row.category:<14}{row.asked:>6}{shares[0]:>9}{shares[1]:>9}{shares[2]:>9}"
            f"{row.unasked:>11}{_share(row.false, row.unasked):>10}"
        )
    lines += [
        "",
        f"calibration {CALIBRATION}: answers from a confidence of {SURE}, asks back from a likeness of {MEANT},",
        f"names what comes nearest from a likeness of {OFFERED}",
        f"least margin of the first over the second: {MARGIN}",
    ]
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _row(name: str, queries: Sequence[Query], found: Mapping[str, Decision]) -> Row:
    asked = [each for each in queries if each.expected is not None]
    unasked = [each for each in queries if each.expected is None]
    return Row(
        category=name,
        asked=len(asked),
        right=sum(each.is_right(found[each.id].answer) for each in asked),
        wrong=sum(found[each.id].answer is not None and not each.is_right(found[each.id].answer) for each in asked),
        among=sum(any(map(each.is_right, found[each.id].options)) for each in asked),
        unasked=len(unasked),
        false=sum(found[each.id].answer is not None for each in unasked),
    )


def _categories(queries: Iterable[Query]) -> list[str]:
    return list(dict.fromkeys(each.category for each in queries))


R = TypeVar("R", bound=BaseModel)


def _read(path: Path, kind: type[R]) -> R:
    try:
        return kind.model_validate(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: is not UTF-8 (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise Unreadable(f"{path}: is not JSON: line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole file"
        raise Unreadable(f"{path}: {place}: {first['msg']}.") from error
