"""The first content is loaded once; what people changed since stays."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from storage import faq
from storage.database import Database

SEED = {
    "slug": "efa",
    "category": "OZG",
    "question": "Was bedeutet EfA?",
    "alternatives": ["Was ist das Prinzip Einer für Alle?"],
    "keywords": ["EfA"],
    "answer": "EfA heißt „Einer für Alle“.",
    "source": "Webauftritt",
    "as_of": date(2024, 7, 24),
}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "bot.sqlite")
    yield database
    await database.close()


async def test_an_entry_comes_back_as_it_was_loaded(database: Database) -> None:
    async with database.transaction() as session:
        await faq.load_seed(session, [SEED])
    async with database.reading() as session:
        [entry] = await faq.everything(session)
    assert {name: getattr(entry, name) for name in SEED} == SEED
    assert (entry.source_url, entry.conflict, entry.live) == (None, None, None)


async def test_loading_again_changes_nothing_and_adds_what_is_new(database: Database) -> None:
    async with database.transaction() as session:
        await faq.load_seed(session, [SEED])
    async with database.transaction() as session:
        [entry] = await faq.everything(session)
        entry.answer = "Von der Koordination geändert."
    async with database.transaction() as session:
        await faq.load_seed(session, [SEED, SEED | {"slug": "neu", "live": "contact"}])
    async with database.reading() as session:
        entries = await faq.everything(session)
    assert [(each.slug, each.answer[:3]) for each in entries] == [("efa", "Von"), ("neu", "EfA")]
    assert entries[1].live == "contact"


async def test_no_entries_are_no_error(database: Database) -> None:
    async with database.transaction() as session:
        await faq.load_seed(session, [])
        assert await faq.everything(session) == []
