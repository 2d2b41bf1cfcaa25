"""The process of a client (tests/synapse/element/client.mjs): commands to it, answers and events from it."""

import asyncio
import collections
import contextlib
import itertools
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

from bot.demo.people import MatrixError
from tests.synapse.node import Program

_STOP_SECONDS = 5.0
_LINE_BYTES = 2**26
"""The longest line, an attachment in base64, must fit."""
_LOG_LINES = 15
_LOG_LINE_CHARACTERS = 300


class ElementError(MatrixError):
    """The client, or the homeserver behind it, refused; the message holds its words."""


class ElementProcess:
    """One process of the client, which is one device. Made by `start`; it ends when ours ends, however that ends."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._has_ended = False
        self._logger = asyncio.create_task(self._read_log(), name=f"log of client {process.pid}")
        self.log: collections.deque[str] = collections.deque(maxlen=_LOG_LINES)
        """The last lines that the client logged."""

    @classmethod
    async def start(cls, program: Program) -> Self:
        """Start the process, which does nothing yet."""
        return cls(
            await asyncio.create_subprocess_exec(
                *program.command,
                env={**os.environ, **program.environment},
                stdin=asyncio.subprocess.PIPE,  # closes when we end: then it ends
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=_LINE_BYTES,
                start_new_session=True,  # Ctrl-C in a terminal is for us; we stop the client
            )
        )

    @property
    def pid(self) -> int:
        """The process ID."""
        return self._process.pid

    async def close(self) -> None:
        """End the process: asked first, by SIGKILL 5 seconds later. Closing twice does no harm."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
            async with asyncio.timeout(_STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            pass
        finally:  # reached when cancelled, too
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
            self._logger.cancel()
            await asyncio.gather(self._logger, return_exceptions=True)

    async def do(self, what: str, details: Mapping[str, Any], *, within: float) -> Any:
        """Give a command and return the result; `within` is in seconds. Needs `listen` to run.

        Raises ElementError: refused, no answer in time, or the process has ended.
        """
        if self._has_ended:
            raise ElementError(f"{what}: the client has ended.")
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"id": number, "do": what, **details}).encode() + b"\n")
            async with asyncio.timeout(within):
                reply = await answer
        except TimeoutError:
            raise ElementError(f"{what}: no answer within {within} s.") from None
        finally:
            del self._answers[number]
        if not reply["ok"]:
            raise ElementError(f"{what}: {reply['error']}")
        return reply["result"]

    async def listen(self, hear: Callable[[str, dict[str, Any]], Awaitable[None]]) -> None:
        """Hand out answers to those who wait, and events, by name, to `hear`; returns when the process has ended."""
        assert self._process.stdout is not None
        try:
            async for line in self._process.stdout:
                message = json.loads(line)
                event = message.pop("event", None)
                if event is not None:
                    await hear(event, message)
                else:
                    self._settle(message)
        finally:
            self._has_ended = True
            for number in list(self._answers):
                self._settle({"id": number, "ok": False, "error": "the client has ended."})

    def _settle(self, reply: dict[str, Any]) -> None:
        answer = self._answers.get(reply["id"])
        if answer is not None and not answer.done():
            answer.set_result(reply)

    async def _read_log(self) -> None:
        assert self._process.stderr is not None
        with contextlib.suppress(ValueError):  # a line beyond all measure
            async for line in self._process.stderr:
                self.log.append(line.decode(errors="replace").rstrip()[:_LOG_LINE_CHARACTERS])
