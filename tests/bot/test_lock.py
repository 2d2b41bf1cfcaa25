"""Contract C7: one bot per data directory."""

import asyncio
from pathlib import Path

import pytest

from bot import lock
from tests.dialog import BOT, Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import output_of, start_process, write_config


def test_the_directory_is_held_by_one_and_free_afterwards(tmp_path: Path) -> None:
    """C7: within one process too; the sentence names the directory and the remedy."""
    with lock.held(tmp_path), pytest.raises(lock.AlreadyRunning, match=r"Stop that one first"), lock.held(tmp_path):
        pass
    with lock.held(tmp_path):
        pass


async def test_a_second_process_is_refused_and_a_killed_one_lets_go(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    """C7: exit code 5 and a sentence with the process ID; after kill -9 the next one starts."""
    Dialog.furnish(homeserver)
    config = write_config(homeserver.url, tmp_path)
    first = await start_process(config)
    try:
        await homeserver.polling(BOT, timeout=30)
        second = await start_process(config)
        said = await output_of(second)
        assert second.returncode == 5
        assert f"process {first.pid}" in said
        assert "Traceback" not in said
    finally:
        first.kill()
        await first.communicate()
    await homeserver.wait_for(lambda: not homeserver.world.polls.get(BOT))
    third = await start_process(config)
    try:
        await homeserver.polling(BOT, timeout=30)
        third.terminate()
        await asyncio.wait_for(third.communicate(), 20)
        assert third.returncode == 0
    finally:
        if third.returncode is None:
            third.kill()
            await third.communicate()
