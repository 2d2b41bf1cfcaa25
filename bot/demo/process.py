"""The bot as an operator runs it, `ag4-bot run --config config.toml`, except that it does not outlive this process."""

import asyncio
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

PASSWORD_VARIABLE = "AG4_BOT_PASSWORD"  # noqa: S105 - the name of a variable

_STOP_SECONDS = 15.0
_LOG_LINES = 20


@dataclass
class BotProcess:
    """The process of a bot, which can be stopped and started again. Its password comes from the environment."""

    config: Path
    password: str = field(repr=False)
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """The file that holds everything the bot prints; it grows over restarts."""
        return self.config.with_name("bot.log")

    @property
    def pid(self) -> int | None:
        """The process ID, or None while the bot does not run."""
        return None if self._process is None or self._process.returncode is not None else self._process.pid

    async def start(self) -> None:
        """Start the process and return at once: whether it works is for others to see."""
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot.demo.guarded", "bot", "run", "--config", str(self.config)),
                env={**os.environ, PASSWORD_VARIABLE: self.password},
                stdin=asyncio.subprocess.PIPE,  # closes when we end: see bot.demo.guarded
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C in a terminal is for us; we stop the bot
            )

    async def ended(self) -> int:
        """Wait until the process has ended by itself, and return its exit code (negative: the signal)."""
        assert self._process is not None, "start it first"
        return await self._process.wait()

    async def stop(self) -> int | None:
        """End the process with SIGTERM, with SIGKILL if it is still there 15 seconds later, and return its exit code.

        Stopping what does not run does no harm and returns None.
        """
        process, self._process = self._process, None
        if process is None:
            return None
        try:
            if process.returncode is None:
                process.terminate()
            async with asyncio.timeout(_STOP_SECONDS):
                return await process.wait()
        except TimeoutError:
            return None
        finally:  # reached when cancelled, too
            if process.returncode is None:
                process.kill()
                await process.wait()

    def last_words(self) -> str:
        """The last lines of the log."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-_LOG_LINES:])
