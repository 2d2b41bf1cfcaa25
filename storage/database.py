"""The one SQLite file: engine, PRAGMAs, and the only begin and commit."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError as SqlDatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from storage import migrations
from storage.connection import PATIENCE_MS, connect
from storage.errors import DatabaseUnusable, explain

_READ_ONLY = "ag4_read_only"
_PRAGMAS = (
    "journal_mode=WAL",  # readers do not wait for the writer; survives kill -9
    "synchronous=NORMAL",  # see docs/adr: after a power cut the last commits may be undone, all of them together
    "foreign_keys=ON",
    "secure_delete=ON",  # deleted text is overwritten, not only unlinked
    f"busy_timeout={PATIENCE_MS}",
    "wal_autocheckpoint=0",  # a checkpoint waits for the disk: `transaction` makes them, in the thread
)


_COMMITS_BETWEEN_CHECKPOINTS = 500


class Database:
    """The bot's memory. Open it with `await Database.open(path)`; close it with `close()`.

    Every transaction that writes begins IMMEDIATE and has the file to itself (one at a time in this process).
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._write = async_sessionmaker(engine, expire_on_commit=False)
        self._read = async_sessionmaker(engine.execution_options(**{_READ_ONLY: True}), expire_on_commit=False)
        self._one_writer = asyncio.Lock()
        self._commits = 0

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open `path`, creating and migrating it where needed.

        Raises DatabaseUnusable with a sentence for the operator (not writable, locked, damaged, newer, disk full).
        """
        engine = create_async_engine(
            "sqlite+aiosqlite://",
            async_creator=partial(connect, path),
            poolclass=AsyncAdaptedQueuePool,
            hide_parameters=True,  # what SQLAlchemy says of an error must not quote messages (contract C20)
            pool_reset_on_return=None,  # sessions end their transactions themselves; a second rollback is a wasted hop
        )
        event.listen(engine.sync_engine, "connect", _connected)
        event.listen(engine.sync_engine, "begin", _begun)
        try:
            await migrations.upgrade(engine)
        except (SqlDatabaseError, OSError) as error:
            await engine.dispose()
            raise explain(error, path) from error
        except DatabaseUnusable:
            await engine.dispose()
            raise
        return cls(engine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Begin; commit when the block ends well, roll back when it raises.

        Do not cancel a task inside: shield whoever calls this (a cancelled begin can keep the write lock).
        """
        async with self._one_writer:
            async with self._write.begin() as session:
                yield session
            self._commits += 1
            if self._commits % _COMMITS_BETWEEN_CHECKPOINTS == 0:
                await self._checkpoint()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A consistent view that neither waits for a writer nor makes one wait. Nothing may be written in it."""
        async with self._read() as session:
            yield session

    async def _checkpoint(self) -> None:
        """Fold the write-ahead log into the file, as far as readers allow; nothing depends on it."""
        with suppress(sqlite3.Error, SqlDatabaseError):  # the commit stands; the next checkpoint does more
            async with self._engine.connect() as connection:
                raw = await connection.get_raw_connection()
                assert raw.driver_connection is not None
                async with raw.driver_connection.execute("PRAGMA wal_checkpoint(PASSIVE)"):
                    pass

    async def close(self) -> None:
        """Close all connections; SQLite then folds the write-ahead log into the file."""
        await self._engine.dispose()


def _connected(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    try:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except BaseException:
        connection.close()  # the pool does not know it yet
        raise


def _begun(connection: Connection) -> None:
    options: dict[str, Any] = dict(connection.get_execution_options())
    connection.exec_driver_sql("BEGIN" if options.get(_READ_ONLY) else "BEGIN IMMEDIATE")
