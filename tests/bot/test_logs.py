"""Contracts C19 and C20: what people write, and what opens doors, is in no log."""

import asyncio
from pathlib import Path

import pytest

from tests.dialog import BOT, PASSWORD, Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import SECRET, answers_to, output_of, start_process, write_config

BREAK_FAQ = """
from commands import faq, registry, command
async def broken(call, session):
    raise RuntimeError("a bug that quotes the message: " + call.text)
registry.Registry.__init__.__defaults__ = (*registry.Registry.__init__.__defaults__[:-1], broken)
"""
BREAK_SEND = """
from bot.matrix.client import Client
async def broken(self, room_id, event_type, content, *, txn_id):
    raise KeyError(content["body"])
Client.send = broken
"""
BREAK_RUN = """
from bot.intake import Intake
async def broken(self, batch, *late):
    if batch.incoming:
        raise ValueError(batch.incoming)
    return await real(self, batch, *late)
real, Intake.take = Intake.take, broken
"""


@pytest.mark.parametrize("before, ends", [(BREAK_FAQ, False), (BREAK_SEND, False), (BREAK_RUN, True)])
async def test_no_text_no_token_and_no_password_is_logged(
    homeserver: FakeHomeserver, tmp_path: Path, before: str, *, ends: bool
) -> None:
    """C19, C20: a real process; handlers, sends and the loop itself fail with exceptions that quote the message."""
    Dialog.furnish(homeserver)
    process = await start_process(write_config(homeserver.url, tmp_path), before=before)
    try:
        await homeserver.polling(BOT, timeout=30)
        token = next(iter(homeserver.world.accounts[BOT].devices.values())).tokens
        asked = homeserver.user("anna").say("#plenum:test", f"AG4-Bot: {SECRET}?")
        homeserver.user("anna").say("#plenum:test", f"!{SECRET}")
        homeserver.user("anna").say("#plenum:test", f"{SECRET} unter uns")
        if before == BREAK_FAQ:
            await homeserver.wait_for(lambda: answers_to(homeserver, asked))
        elif not ends:
            homeserver.fail("GET /sync", 500)
            await homeserver.synced(BOT)
        if not ends:
            process.terminate()
    finally:
        written = await output_of(process)
    assert process.returncode == (1 if ends else 0), written
    assert "started" in written
    for secret in (SECRET, PASSWORD, *token):
        assert secret not in written
    if before == BREAK_FAQ:
        assert "command_failed" in written
        assert "RuntimeError" in written
    if ends:
        assert "ValueError" in written
        assert "stopped because of an error" in written


async def test_background_errors_of_asyncio_quote_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """C20: asyncio's own handler would print the exception with its text."""
    from bot import logs  # noqa: PLC0415 (configures standard error as it is now)

    logs.configure(level="info", style="json")
    asyncio.get_running_loop().set_exception_handler(logs.loop_error)
    asyncio.get_running_loop().call_exception_handler({"message": "x", "exception": ValueError(SECRET)})
    assert SECRET not in capsys.readouterr().err
