"""The whole FAQ as one file: written as JSON, read from JSON or TOML, and checked whole before anything changes.

A file holds `{"entry": [{"slug", "category", "question", "alternatives", "keywords", "answer", "source", "source_url",
"as_of", "conflict", "live", "review_on"}, …]}`; days are written as 2026-11-24. It is the format of the FAQ as shipped.
It may also hold `"synonyms": [["Rundbrief", "Newsletter"], …]`, the words that mean the same here; without them
those that are there stay.
"""

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from commands.faq.finding import reading
from storage import faq
from storage.tables import FaqEntry

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


_Word = Annotated[str, StringConstraints(pattern=r"^[^\W\d_][\w-]{1,39}$")]


def _is_written(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError("a day is written as 2026-11-24")  # noqa: TRY004 (pydantic makes a problem of this one)
    return value


_Day = Annotated[date, BeforeValidator(_is_written)]
_SYNONYMS: Final = TypeAdapter[Sequence[Sequence[str]] | None](list[Annotated[list[_Word], Field(min_length=2)]] | None)


class Unreadable(Exception):
    """A file cannot be taken: `problems` are all of them, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


Live = Literal[
    "office_hours", "plenary", "groups", "leads", "coordinators", "contact", "newsletter", "guide", "focus_services"
]
"""What the bot completes an answer with: dates, people, and what the operator entered."""


class Item(BaseModel):
    """One entry of a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    category: _Line
    question: _Line
    alternatives: tuple[_Line, ...] = ()
    keywords: tuple[_Line, ...] = ()
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
    source: _Line
    source_url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500)] | None = None
    as_of: _Day
    conflict: Annotated[str, StringConstraints(min_length=1, max_length=600)] | None = None
    live: Live | None = None
    review_on: _Day | None = None


@dataclass(frozen=True)
class Whole:
    """All that a file says; `synonyms` is None where it says nothing of them."""

    items: Sequence[Item]
    synonyms: Sequence[Sequence[str]] | None = None


def read(path: Path) -> Whole:
    """What a file says. Raises Unreadable with all that is wrong, each with its place."""
    try:
        text = path.read_text("utf-8")
        document = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise Unreadable([f"{path}: cannot be read: {error.strerror}."]) from error
    except UnicodeDecodeError as error:
        raise Unreadable([f"{path}: is not UTF-8 (byte {error.start})."]) from error
    except (ValueError, RecursionError) as error:  # no TOML, no JSON, a number or brackets beyond all measure
        raise Unreadable([f"{path}: {error}."]) from error
    tables = document.get("entry") if isinstance(document, dict) else None
    if not isinstance(tables, list) or not tables or set(document) - {"entry", "synonyms"}:
        raise Unreadable([f'{path}: holds no list "entry", or something beside it that is not "synonyms".'])
    items, problems = [], []
    for number, table in enumerate(tables, 1):
        try:
            items.append(Item.model_validate(table))
        except ValidationError as error:
            problems += [_problem(number, dict(each)) for each in error.errors()]
    synonyms = None
    try:
        synonyms = _SYNONYMS.validate_python(document.get("synonyms"))
    except ValidationError as error:
        problems += [f"synonyms: {'.'.join(map(str, each['loc']))}: {each['msg']}." for each in error.errors()]
    if problems := problems or _clashes(items):
        raise Unreadable([f"{path}: {problem}" for problem in problems])
    return Whole(items, synonyms)


def write(entries: Sequence[FaqEntry], synonyms: Sequence[Sequence[str]]) -> str:
    """The FAQ as JSON, in the format that `read` takes."""
    columns = tuple(Item.model_fields)
    rows = [Item.model_validate({name: getattr(entry, name) for name in columns}) for entry in entries]
    document = {"entry": [row.model_dump(mode="json") for row in rows], "synonyms": [list(each) for each in synonyms]}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


async def put(session: AsyncSession, whole: Whole, *, at: datetime, actor: str) -> Mapping[str, int]:
    """Make the FAQ what the file says: how many entries were added, changed and retired. At `at` (UTC)."""
    present = {entry.slug: entry for entry in await faq.all_ever(session)}
    done: Counter[str] = Counter(added=0, changed=0, retired=0)
    for item in whole.items:
        values = {name: list(v) if isinstance(v, tuple) else v for name, v in item.model_dump().items()}
        entry = present.pop(item.slug, None)
        if entry is None:
            await faq.add(session, values, at=at, actor=actor)
            done["added"] += 1
        elif entry.retired or any(getattr(entry, name) != value for name, value in values.items()):
            await faq.change(session, entry, {**values, "retired": False}, what="eingelesen", at=at, actor=actor)
            done["changed"] += 1
    for entry in present.values():
        if not entry.retired:
            await faq.change(session, entry, {"retired": True}, what="zurückgezogen", at=at, actor=actor)
            done["retired"] += 1
    if whole.synonyms is not None:
        await _put_synonyms(session, whole.synonyms)
    return done


async def _put_synonyms(session: AsyncSession, wanted: Sequence[Sequence[str]]) -> None:
    """Make the groups of words what the file says; those that are there already keep their numbers."""
    missing = {tuple(group) for group in wanted}
    for row in await faq.synonym_groups(session):
        if tuple(row.words) in missing:
            missing.remove(tuple(row.words))
        else:
            await faq.remove_synonyms(session, row)
    for group in sorted(missing):
        await faq.add_synonyms(session, group)


def _problem(number: int, error: Mapping[str, Any]) -> str:
    place = ".".join(map(str, error["loc"]))
    return f"entry {number}: {place}: {error['msg']}."


def _clashes(items: Sequence[Item]) -> list[str]:
    """Slugs that stand there twice, and wordings that two entries claim."""
    found = [f"the slug {slug!r} stands there twice." for slug, n in Counter(i.slug for i in items).items() if n > 1]
    claims: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        for phrase in (item.question, *item.alternatives):
            claims[reading.plain(phrase)].add(item.slug)
    found += [
        f"{item.slug}: the question {item.question!r} says nothing."
        for item in items
        if not any(word.weight > reading.LIGHT for word in reading.words_of(item.question))
    ]
    return found + [
        f"{' and '.join(sorted(slugs))} have the same wording: {phrase!r}."
        for phrase, slugs in claims.items()
        if len(slugs) > 1
    ]
