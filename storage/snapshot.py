"""Copies of the database: taken while the bot runs, and looked into before one is put back."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from storage import migrations, read_only
from storage.errors import DatabaseUnusable, explain

_MOST_FAULTS = 3


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a database file says of itself: its revision, and the account of the bot that wrote it, if any ran."""

    revision: str
    user_id: str | None

    @property
    def is_current(self) -> bool:
        """Whether it needs no migration."""
        return self.revision == migrations.HEAD


def take(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment into a new file, without what was deleted in it (VACUUM INTO).

    Raises DatabaseUnusable.
    """
    try:
        with closing(read_only.connect(source)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise explain(error, source) from error


def inspect(path: Path) -> Snapshot:
    """Check every page of a database that nobody writes to, and whether this version of the bot can use it.

    Raises DatabaseUnusable: damaged, not the bot's, or written by a newer version.
    """
    try:
        with closing(read_only.connect(path)) as connection:
            faults = [row[0] for row in connection.execute(f"PRAGMA integrity_check({_MOST_FAULTS})")]
            if faults != ["ok"]:
                raise DatabaseUnusable(f"The database {path} cannot be used: it is damaged. Take another backup.")
            if not _has(connection, "alembic_version") or not _has(connection, "sync"):
                raise DatabaseUnusable(f"The database {path} cannot be used: it is no database of this bot.")
            [[revision]] = connection.execute("SELECT version_num FROM alembic_version")
            users = connection.execute("SELECT user_id FROM sync").fetchall()
    except (sqlite3.Error, ValueError) as error:
        raise explain(error, path) from error
    if revision not in _known_revisions():
        raise DatabaseUnusable(
            f"The database {path} cannot be used: it was written by a newer version of the bot (its revision is"
            f" {revision}, this version knows up to {migrations.HEAD}). Install that version."
        )
    return Snapshot(revision=revision, user_id=users[0][0] if users else None)


def _known_revisions() -> set[str]:
    return {path.name.split("_")[0] for path in (migrations.HERE / "versions").glob("*_*.py")}


def _has(connection: sqlite3.Connection, table: str) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
    return found.fetchone() is not None
