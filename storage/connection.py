"""A connection whose statements run where they are called; only what may really wait goes to aiosqlite's thread.

A statement on a local SQLite file takes some ten microseconds; handing it to a thread and back, four times for
each as SQLAlchemy does, takes ten times that. With a write-ahead log and synchronous=NORMAL a commit does not wait
for the disk either. What may wait stays in the thread: a BEGIN while another program holds the write lock, and
the checkpoint (see docs/adr/0013-statements-in-place.md and benchmarks/).
"""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiosqlite

PATIENCE_MS = 10_000
"""How long a BEGIN waits for another program to let go of the file."""


class Connection(aiosqlite.Connection):
    """aiosqlite's connection; one task at a time uses it (SQLAlchemy's pool sees to that)."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        statement = str(args[0]) if args else ""
        of_a_cursor = isinstance(getattr(fn, "__self__", None), sqlite3.Cursor) or fn.__name__ in {"cursor", "commit"}
        if not of_a_cursor or statement.startswith("PRAGMA") or self._connection is None:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # aiosqlite leaves it untyped
        if not statement.startswith("BEGIN"):
            return fn(*args, **kwargs)
        try:
            self._wait_at_most(0)
            return fn(*args, **kwargs)
        except sqlite3.OperationalError:  # locked: wait for it, but not here
            self._wait_at_most(PATIENCE_MS)
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # the same
        finally:
            self._wait_at_most(PATIENCE_MS)

    def _wait_at_most(self, milliseconds: int) -> None:
        self._conn.execute(f"PRAGMA busy_timeout={milliseconds}").close()


async def connect(path: Path) -> Connection:
    """Open a connection to the file. Raises sqlite3.OperationalError where it cannot be opened."""

    def open_file() -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    connection = Connection(open_file, iter_chunk_size=64)
    try:
        await connection
    except BaseException:
        # aiosqlite lets its thread end later by itself, and if the event loop ends before, with a traceback.
        await asyncio.to_thread(connection._thread.join)  # noqa: SLF001 (aiosqlite offers no other way to wait for it)
        raise
    return connection
