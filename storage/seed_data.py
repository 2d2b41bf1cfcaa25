"""What the bot knows on its first day: `storage/seed/*.toml` into the tables. Loading again changes nothing."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncSession

from storage import faq
from storage.tables import CalendarEvent, EventStatus, Group

_SEED = Path(__file__).parent / "seed"


@dataclass(frozen=True, kw_only=True)
class Places:
    """The municipalities and districts of Sachsen-Anhalt."""

    names: tuple[str, ...]
    """Official names ("Aken (Elbe)") and short ones ("Wittenberg")."""
    ordinary: frozenset[str]
    """Names without river or region that are also ordinary words ("Burg")."""


async def load(session: AsyncSession, *, at: datetime) -> None:
    """Insert groups, held plenaries and FAQ entries that are not there yet; `at` is now (UTC)."""
    project = _read("project.toml")
    for group in project["group"]:
        await session.execute(insert_or_ignore(Group).values(**group).on_conflict_do_nothing())
    for plenary in project["plenary"]:
        event = {
            "uid": f"{uuid5(NAMESPACE_URL, 'ag4-bot/plenary/' + str(plenary['number']))}@ag4-bot",
            "kind": "plenary",
            "number": plenary["number"],
            "title": plenary.get("motto"),
            "starts": datetime.combine(plenary["day"], time_of_day()),
            "whole_day": True,
            "zone": "Europe/Berlin",
            "status": EventStatus.CONFIRMED,
            "version": 1,
            "created_at": at,
            "changed_at": at,
        }
        await session.execute(insert_or_ignore(CalendarEvent).values(**event).on_conflict_do_nothing())
    await faq.load_seed(session, faq_entries())


def project() -> dict[str, Any]:
    """The table `[project]`: names, sponsor, newsletters, website."""
    table: dict[str, Any] = _read("project.toml")["project"]
    return table


def faq_entries() -> list[dict[str, Any]]:
    """The FAQ entries as shipped, each with the columns of `FaqEntry`; `live` and the like only where set."""
    entries: list[dict[str, Any]] = _read("faq.toml")["entry"]
    return entries


def places() -> Places:
    """The places named in `municipalities.toml`."""
    table = _read("municipalities.toml")
    kinds = ("independent", "municipalities", "associations", "districts", "also")
    names = tuple(dict.fromkeys(name for kind in kinds for name in table[kind]))
    return Places(names=names, ordinary=frozenset(table["ordinary"]))


def thesaurus() -> Iterator[str]:
    """The lines of `openthesaurus.txt`: stems that mean the same, nouns with a capital letter."""
    with (_SEED / "openthesaurus.txt").open(encoding="utf-8") as lines:
        yield from lines


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_SEED / name).read_text(encoding="utf-8"))
