"""A real homeserver for the tests below, once per session, and people who talk through it."""

import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.demo import synapse
from bot.demo.people import Person
from bot.demo.synapse import Homeserver
from tests.synapse.element_client import ElementClient

HERE = Path(__file__).parent
MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 500_000_000

Introduce = Callable[..., Awaitable[Person]]
Meet = Callable[[str], Awaitable[ElementClient]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that lives in this directory needs a real homeserver, and says so."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.synapse)


@pytest.fixture(scope="session")
def homeserver_directory() -> Iterator[Path]:
    """In memory where there is room: that doubles what Synapse can write."""
    in_memory = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES
    with tempfile.TemporaryDirectory(prefix="ag4-bot-", dir=MEMORY if in_memory else None) as directory:
        yield Path(directory)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_homeserver(homeserver_directory: Path) -> AsyncIterator[Homeserver]:
    async with synapse.running(homeserver_directory / "shared") as running:
        yield running


@pytest.fixture
async def homeserver(shared_homeserver: Homeserver) -> Homeserver:
    """The homeserver of the session, without rate limits; started again if the last test left it dead."""
    if shared_homeserver.pid is None:
        await shared_homeserver.restart()
    return shared_homeserver


@pytest.fixture
async def limited_homeserver(homeserver_directory: Path) -> AsyncIterator[Homeserver]:
    """A homeserver of this test alone, with the rate limits that Synapse has by default."""
    with tempfile.TemporaryDirectory(dir=homeserver_directory) as directory:
        async with synapse.running(Path(directory), rate_limits=True) as running:
            yield running


_numbers = itertools.count(1)


@pytest.fixture
async def introduce(homeserver: Homeserver) -> AsyncIterator[Introduce]:
    """Make people on the session's homeserver: `anna = await introduce("Anna")`. Each is new: no name is used twice."""
    async with contextlib.AsyncExitStack() as stack:

        async def introduce(name: str, *, at: Homeserver = homeserver) -> Person:
            person = await Person.register(at.url, f"{name.lower()}{next(_numbers)}", name)
            return await stack.enter_async_context(person)

        yield introduce


@pytest.fixture
async def anna(introduce: Introduce) -> Person:
    return await introduce("Anna")


@pytest.fixture
async def ben(introduce: Introduce) -> Person:
    return await introduce("Ben")


@pytest.fixture
async def meet(homeserver: Homeserver) -> AsyncIterator[Meet]:
    """People with today's client, signed and excluding insecure devices: `anna = await meet("Anna")`."""
    async with contextlib.AsyncExitStack() as stack:

        async def meet(name: str) -> ElementClient:
            client = await ElementClient.register(homeserver.url, f"crypto-{name.lower()}{next(_numbers)}", name)
            await stack.enter_async_context(client)
            await client.bootstrap()
            await client.exclude_insecure()
            return client

        yield meet
