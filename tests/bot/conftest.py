"""The fixtures of the tests of the spine: the small bot (see `tests.kit`), running or yet to be started."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.dialog import Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import CrashingBot, dialog_with, small


@pytest.fixture
async def idle(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    """The small bot with its rooms, not started yet; stopped at the end if it runs then."""
    dialog = dialog_with(homeserver, tmp_path / "data")
    yield dialog
    await dialog.stop()


@pytest.fixture
async def dialog(idle: Dialog) -> Dialog:
    """The small bot is running, has joined its rooms and waits."""
    await idle.start()
    return idle


@pytest.fixture
async def crashing(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[CrashingBot]:
    """The small bot with its rooms, not started yet; it can be dropped as if it had been killed."""
    Dialog.furnish(homeserver)
    bot = CrashingBot(hs=homeserver, directory=tmp_path / "data", registry=small())
    yield bot
    await bot.crash()
