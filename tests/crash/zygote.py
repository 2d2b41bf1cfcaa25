"""Bots to be killed: a process that has everything imported and forks a real bot for every line it reads.

A line is "boundary passage": the bot kills itself (SIGKILL) when it passes that boundary for the n-th time;
"never 0" runs until it is killed from outside. For each the pid is printed, and "dead" when it has ended.
The boundaries are those of DESIGN section 3; they are wrapped here, the product knows nothing of them.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NoReturn

from bot import cli, dispatcher, intake, sender
from bot.app import App  # noqa: F401 (imported once here, not in every bot)
from bot.matrix.client import Client
from storage import inbox
from storage import sync as position

Function = Callable[..., Any]
PLACES: dict[str, tuple[Any, str, bool]] = {
    "before intake commit": (position, "move", True),
    "after intake commit": (dispatcher.Dispatcher, "offer", False),
    "before dispatch commit": (inbox, "handled", True),
    "after dispatch commit": (sender.Sender, "offer", False),
    "before send": (Client, "send", False),
    "after the answer, before noting": (Client, "send", True),
    "after noting": (sender.Sender, "note_sent", True),
}
"""Boundary -> (where the function is, its name, whether to die after it instead of before)."""

assert intake.position is position, "the intake must call what is wrapped here"


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def _wrap(boundary: str, passages: int) -> None:
    owner, name, after = PLACES[boundary]
    real: Function = getattr(owner, name)
    left = passages

    def pass_by() -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            _die()

    async def awaited(*given: Any, **more: Any) -> Any:
        if not after:
            pass_by()
        answer = await real(*given, **more)
        if after:
            pass_by()
        return answer

    def called(*given: Any, **more: Any) -> Any:
        if given[-1]:  # an offer of nothing is no passage
            pass_by()
        return real(*given, **more)

    wrapped: Callable[..., Awaitable[Any] | Any] = awaited if asyncio.iscoroutinefunction(real) else called
    setattr(owner, name, wrapped)


def main() -> None:
    config, log = Path(sys.argv[1]), Path(sys.argv[2])
    for line in sys.stdin:
        boundary, _, passages = line.strip().rpartition(" ")
        pid = os.fork()
        if pid == 0:
            output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.dup2(output, 1)
            os.dup2(output, 2)
            if boundary in PLACES:
                _wrap(boundary, int(passages))
            try:
                cli.run(config)
            finally:
                os._exit(0)
        print(pid, flush=True)  # noqa: T201 (whoever started us waits for these lines)
        os.waitpid(pid, 0)
        print("dead", flush=True)  # noqa: T201


main()
