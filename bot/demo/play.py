"""`ag4-bot demo`: sets the stage, plays the scene, and then lets you talk along."""

import asyncio
import contextlib
import logging
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.demo import stage as stages
from bot.demo.people import MatrixError
from bot.demo.scene import Scene, play
from bot.demo.synapse import HomeserverError
from bot.demo.transcript import Transcript

WELL, MISSING, INTERRUPTED = 0, 1, 130


def main(*, interactive: bool) -> int:
    """Run the demo and return the exit code: 0, or 1 where something was missing, or 130 after Ctrl-C.

    With `interactive` it stays up after the scene and reads from the terminal until /ende. Nothing is left
    behind: no process, no file.
    """
    logging.getLogger("nio").setLevel(logging.CRITICAL)  # a server that goes away at the end is no news
    try:
        return asyncio.run(_until_interrupted(interactive=interactive))
    except KeyboardInterrupt:  # before our own handler was in place, or after it was gone
        return INTERRUPTED


async def _until_interrupted(*, interactive: bool) -> int:
    transcript = Transcript()
    task = asyncio.current_task()
    assert task is not None, "asyncio.run made one"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await run(transcript, interactive=interactive)
    except asyncio.CancelledError:
        with contextlib.suppress(OSError):  # the terminal itself may be gone
            transcript.line("\nAbgebrochen. Alles ist beendet und aufgeräumt.")
        return INTERRUPTED


async def run(
    transcript: Transcript, *, interactive: bool = False, settings: Mapping[str, Mapping[str, Any]] | None = None
) -> int:
    """Play the demo in a directory of its own and return the exit code; `settings` as for `stage.set_up`."""
    with tempfile.TemporaryDirectory(prefix="ag4-bot-demo-") as directory:
        try:
            async with stages.set_up(Path(directory), transcript, settings=settings) as stage:
                missing = await play(Scene(stage, transcript))
                _result(transcript, missing)
                if interactive:
                    from bot.demo import prompt  # noqa: PLC0415 - prompt_toolkit is for terminals

                    await prompt.converse(stage, transcript)
        except (HomeserverError, MatrixError, stages.BotMissing) as error:
            transcript.line(f"\nDie Vorführung ist nicht möglich: {error}", style="red")
            return MISSING
    return MISSING if missing else WELL


def _result(transcript: Transcript, missing: list[str]) -> None:
    transcript.line("")
    if not missing:
        transcript.line("Alles wie erwartet: Jede Antwort kam.", style="green")
    for each in missing:
        transcript.line(f"Es fehlt: {each}", style="red")
