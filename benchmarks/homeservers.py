"""The two homeservers, each in a process of its own on 127.0.0.1."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.processes import end, spawn
from bot.demo import synapse


@contextlib.asynccontextmanager
async def fake() -> AsyncIterator[str]:
    """Keep the fake homeserver of the tests running; gives its address."""
    process = await spawn(["tests.homeserver"])
    try:
        assert process.stdout is not None
        address = (await process.stdout.readline()).decode().strip()
        if not address:
            raise RuntimeError("The fake homeserver did not start: run python -m tests.homeserver to see why.")
        yield address
    finally:
        await end(process)


@contextlib.asynccontextmanager
async def real(directory: Path) -> AsyncIterator[str]:
    """Keep a throw-away Synapse running; gives its address."""
    async with synapse.running(directory) as homeserver:
        yield homeserver.url
