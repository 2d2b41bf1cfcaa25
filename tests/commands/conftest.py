"""What tests of commands share that need no conversation."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.tables import Group


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database but for five groups."""
    database = await Database.open(tmp_path / "bot.sqlite3")
    async with database.transaction() as session:
        session.add_all([Group(number=n, name=f"Gruppe {n}", topic="") for n in range(1, 6)])
    yield database
    await database.close()
