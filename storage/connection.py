"""A connection whose statements run where they are called, and only begin, commit and rollback in aiosqlite's thread.

A statement on a local SQLite file takes some ten microseconds; handing it to a thread and back, four times for
each as SQLAlchemy does, takes ten times that. What may really wait (the lock at BEGIN, the disk at COMMIT) stays
in the thread. See docs/adr and benchmarks/.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiosqlite

_MAY_WAIT = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "VACUUM")


class Connection(aiosqlite.Connection):
    """aiosqlite's connection; one task at a time uses it (SQLAlchemy's pool sees to that)."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        of_a_cursor = isinstance(getattr(fn, "__self__", None), sqlite3.Cursor) or fn.__name__ == "cursor"
        may_wait = bool(args) and str(args[0]).startswith(_MAY_WAIT)
        if of_a_cursor and not may_wait and self._connection is not None:
            return fn(*args, **kwargs)
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # aiosqlite leaves it untyped


async def connect(path: Path) -> Connection:
    """Open a connection to the file. Raises sqlite3.OperationalError where it cannot be opened."""

    def open_file() -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    connection = Connection(open_file, iter_chunk_size=64)
    await connection
    return connection
