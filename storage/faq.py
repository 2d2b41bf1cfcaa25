"""The FAQ: curated answers, each with its source and the day it is known to hold."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import FaqEntry

_OPTIONAL = {"source_url": None, "conflict": None, "live": None}


async def load_seed(session: AsyncSession, entries: Iterable[Mapping[str, Any]]) -> None:
    """Insert the entries whose slug is not there yet; what is there stays as it is.

    An entry is a table of `storage/seed/faq.toml` as `tomllib` reads it.
    """
    rows = [{**_OPTIONAL, **entry} for entry in entries]
    if rows:
        await session.execute(insert_or_ignore(FaqEntry).on_conflict_do_nothing(index_elements=[FaqEntry.slug]), rows)


async def everything(session: AsyncSession) -> Sequence[FaqEntry]:
    """All entries, in the order in which they were added."""
    return (await session.scalars(select(FaqEntry).order_by(FaqEntry.id))).all()
