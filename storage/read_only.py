"""Looking into a SQLite file without changing it, whether or not a bot runs on it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import aiosqlite
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

_PATIENCE_S = 10.0


def connect(path: Path) -> sqlite3.Connection:
    """Open a file for reading; leaves nothing beside it. Raises sqlite3.Error where it cannot be opened.

    Without a write-ahead log nobody has it open: then not even the files of a log are made ("immutable", see
    SQLite, "URI Filenames").
    """
    logged = path.with_name(f"{path.name}-wal").exists()
    uri = f"file:{quote(str(path.absolute()))}?mode=ro" + ("" if logged else "&immutable=1")
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_PATIENCE_S, check_same_thread=False)


@asynccontextmanager
async def reading(path: Path) -> AsyncIterator[AsyncSession]:
    """A session on the file in which nothing can be written; each statement sees what is committed just then.

    Raises sqlalchemy.exc.DatabaseError where the file cannot be read.
    """

    async def opened() -> aiosqlite.Connection:
        return await aiosqlite.Connection(lambda: connect(path), iter_chunk_size=64)

    engine = create_async_engine("sqlite+aiosqlite://", async_creator=opened, poolclass=NullPool, hide_parameters=True)
    try:
        async with AsyncSession(engine) as session:
            yield session
    finally:
        await engine.dispose()
