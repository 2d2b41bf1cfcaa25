"""The migrations make exactly the tables the code expects, from nothing and from every older revision."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from storage import migrations
from storage.database import Database
from storage.tables import Base


def test_head_is_the_newest_file() -> None:
    """`HEAD` saves the usual start from importing Alembic, so it must be right."""
    newest = max(path.name.split("_")[0] for path in (migrations.HERE / "versions").glob("[0-9]*_*.py"))
    assert newest == migrations.HEAD


async def test_a_new_database_has_the_tables_of_the_code(tmp_path: Path) -> None:
    """No difference between what the migrations make and `storage.tables`."""
    path = tmp_path / "bot.sqlite"
    await (await Database.open(path)).close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


async def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    """A restart is no migration."""
    path = tmp_path / "bot.sqlite"
    await (await Database.open(path)).close()
    before = path.read_bytes()
    await (await Database.open(path)).close()
    assert path.read_bytes() == before


@pytest.mark.parametrize("change", ["UPDATE history SET what = 'nothing'", "DELETE FROM history"])
async def test_the_history_is_append_only(tmp_path: Path, change: str) -> None:
    """C12: held by the database itself; only who did it may be made anonymous (C16)."""
    path = tmp_path / "bot.sqlite"
    await (await Database.open(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO history (at, actor, subject, what) VALUES ('2026-11-23', '@anna:test', 'question:1', 'asked')"
        )
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(change)
        connection.execute("UPDATE history SET actor = 'anonymous'")
