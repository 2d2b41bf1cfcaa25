"""Last-Modified of a calendar feed: it changes with the body, survives a restart, and never goes back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from storage import feeds
from storage.database import Database

AT = datetime(2026, 11, 23, 9, 0, 0, 900_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "db.sqlite")
    yield database
    await database.close()


async def seen(database: Database, etag: str, at: datetime, name: str = "alle") -> datetime:
    async with database.transaction() as session:
        return await feeds.changed_at(session, name, etag=etag, at=at)


async def test_a_feed_has_changed_when_it_was_first_seen_so_and_stays_so(database: Database) -> None:
    assert await seen(database, "a", AT) == AT.replace(microsecond=0)
    assert await seen(database, "a", AT + timedelta(days=3)) == AT.replace(microsecond=0)


async def test_two_changes_in_one_second_are_told_apart(database: Database) -> None:
    first = await seen(database, "a", AT)
    assert await seen(database, "b", AT) == first + SECOND
    assert await seen(database, "a", AT) == first + 2 * SECOND


async def test_each_feed_has_its_own_time(database: Database) -> None:
    await seen(database, "a", AT)
    assert await seen(database, "b", AT + SECOND, "ag3") == (AT + SECOND).replace(microsecond=0)
    assert await seen(database, "a", AT + SECOND) == AT.replace(microsecond=0)


async def test_a_restart_forgets_nothing(tmp_path: Path, database: Database) -> None:
    first = await seen(database, "a", AT)
    await database.close()
    again = await Database.open(tmp_path / "db.sqlite")
    try:
        assert await seen(again, "a", AT + timedelta(hours=1)) == first
    finally:
        await again.close()


@how(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-5000, 5000)), min_size=2, max_size=8))
def test_whatever_the_clock_does_a_new_form_is_later_and_an_old_one_stays(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[str, int]]
) -> None:
    async def told() -> list[tuple[str, datetime]]:
        database = await Database.open(tmp_path_factory.mktemp("feeds") / "db.sqlite")
        try:
            return [(etag, await seen(database, etag, AT + timedelta(milliseconds=ms))) for etag, ms in story]
        finally:
            await database.close()

    found = asyncio.run(told())
    for (etag, at), (next_etag, next_at) in pairwise(found):
        assert (next_at == at) if etag == next_etag else (next_at >= at + SECOND)
