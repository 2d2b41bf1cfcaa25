"""The FAQ: curated answers, each with its source and the day it is known to hold."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import FaqChange, FaqEntry, FaqSynonyms

_OPTIONAL = {"source_url": None, "conflict": None, "live": None}


async def load_seed(session: AsyncSession, entries: Iterable[Mapping[str, Any]]) -> None:
    """Insert the entries whose slug is not there yet; what is there stays as it is.

    An entry is a table of `storage/seed/faq.toml` as `tomllib` reads it.
    """
    rows = [{**_OPTIONAL, **entry} for entry in entries]
    if rows:
        await session.execute(insert_or_ignore(FaqEntry).on_conflict_do_nothing(index_elements=[FaqEntry.slug]), rows)


async def everything(session: AsyncSession) -> Sequence[FaqEntry]:
    """All entries that are not retired, in the order in which they were added."""
    return (await session.scalars(select(FaqEntry).where(~FaqEntry.retired).order_by(FaqEntry.id))).all()


async def standing(session: AsyncSession) -> tuple[int, ...]:
    """Numbers that are others once an entry or a group of synonyms was added, changed or retired."""
    entries = select(func.count(), func.coalesce(func.sum(FaqEntry.stamp), 0)).where(~FaqEntry.retired)
    synonyms = select(func.count(), func.coalesce(func.sum(FaqSynonyms.stamp), 0)).select_from(FaqSynonyms)
    return (*(await session.execute(entries)).one(), *(await session.execute(synonyms)).one())


async def synonyms(session: AsyncSession) -> list[tuple[str, ...]]:
    """The groups of words that mean the same, as editors entered them."""
    return [tuple(group.words) for group in await synonym_groups(session)]


async def synonym_groups(session: AsyncSession) -> Sequence[FaqSynonyms]:
    """The same as rows."""
    return (await session.scalars(select(FaqSynonyms).order_by(FaqSynonyms.id))).all()


async def add_synonyms(session: AsyncSession, words: Sequence[str]) -> FaqSynonyms:
    """Add a group of words."""
    group = FaqSynonyms(words=list(words))
    session.add(group)
    await session.flush()
    return group


async def remove_synonyms(session: AsyncSession, group: FaqSynonyms) -> None:
    """Remove a group of words."""
    await session.delete(group)
    await session.flush()


async def named(session: AsyncSession, slugs: Sequence[str]) -> list[FaqEntry]:
    """The entries with these slugs, in this order; those that are retired or not there are left out."""
    found = await session.scalars(select(FaqEntry).where(FaqEntry.slug.in_(slugs), ~FaqEntry.retired))
    by_slug = {entry.slug: entry for entry in found}
    return [by_slug[slug] for slug in slugs if slug in by_slug]


async def all_ever(session: AsyncSession) -> Sequence[FaqEntry]:
    """All entries, the retired ones too."""
    return (await session.scalars(select(FaqEntry).order_by(FaqEntry.id))).all()


async def get(session: AsyncSession, entry_id: int) -> FaqEntry | None:
    """The entry with this number, also a retired one."""
    return await session.get(FaqEntry, entry_id)


async def add(session: AsyncSession, values: Mapping[str, Any], *, at: datetime, actor: str) -> FaqEntry:
    """Add an entry; without a slug one is made of its question."""
    slug = values.get("slug") or await _free_slug(session, values["question"])
    entry = FaqEntry(**{**_OPTIONAL, "review_on": None, **values, "slug": slug})
    session.add(entry)
    await session.flush()
    session.add(FaqChange(entry_id=entry.id, at=at, actor=actor, what="angelegt", before=None))
    await session.flush()
    return entry


async def _free_slug(session: AsyncSession, question: str) -> str:
    stem = "-".join(re.findall(r"[a-z0-9]+", question.casefold()))[:40].strip("-") or "eintrag"
    taken = set(await session.scalars(select(FaqEntry.slug)))
    return next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)


async def change(
    session: AsyncSession, entry: FaqEntry, values: Mapping[str, Any], *, what: str, at: datetime, actor: str
) -> None:
    """Change an entry, and keep the wording it had."""
    before = {"question": entry.question, "answer": entry.answer, "source": entry.source}
    session.add(FaqChange(entry_id=entry.id, at=at, actor=actor, what=what, before=before))
    for name, value in values.items():
        setattr(entry, name, value)
    entry.version += 1
    await session.flush()


async def changes(session: AsyncSession, entry: FaqEntry) -> Sequence[FaqChange]:
    """What was done to an entry, oldest first."""
    mine = select(FaqChange).where(FaqChange.entry_id == entry.id).order_by(FaqChange.id)
    return (await session.scalars(mine)).all()
