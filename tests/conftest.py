"""The fixtures of the fast tests: a fake homeserver, and the bot in conversation."""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from bot.matrix import client
from tests.dialog import Dialog, config_for
from tests.homeserver import FakeHomeserver


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=50, help="how often the bot is killed in tests/crash")


@pytest.fixture(autouse=True)
def _first_words_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here needs the moment that the bot gives other people's clients after it has joined a room."""
    monkeypatch.setattr(client, "SETTLE_S", 0.0)


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """Whatever a test configures, the next one starts anew."""
    yield
    structlog.reset_defaults()
    logging.basicConfig(force=True)


@pytest.fixture
async def homeserver() -> AsyncIterator[FakeHomeserver]:
    async with FakeHomeserver() as hs:
        yield hs


@pytest.fixture
async def dialog(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    """The bot is running, has joined its rooms and waits."""
    Dialog.furnish(homeserver)
    dialog = Dialog(hs=homeserver, config=config_for(homeserver, tmp_path / "data"))
    await dialog.start()
    try:
        yield dialog
    finally:
        await dialog.stop()
