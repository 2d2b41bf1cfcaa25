"""The subjects: the bot, a bare nio bot without and with its store, and the floor. Each is a process of its own."""

import json
import shutil
from asyncio.subprocess import Process
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import processes
from bot.demo import configuration
from bot.demo.rooms import Rooms

BOT, NIO, NIO_STORE, FLOOR = "bot", "nio", "nio + store", "floor"
BOT_ENCRYPTED, NIO_ENCRYPTED = "bot, encrypted", "nio, encrypted"
ALL = (BOT, FLOOR, NIO, NIO_STORE)
IN_ENCRYPTED_ROOMS = (BOT, BOT_ENCRYPTED, NIO_ENCRYPTED)
"""Who is compared in encrypted rooms; the first one's rooms are not, beside them."""
COMMAND = "!kontakt"
PASSWORD = "password"


@dataclass
class Subject:
    """One subject on one homeserver. `rooms` are those people talk in; `commands` what it was asked so far."""

    name: str
    url: str
    user_id: str
    token: str
    rooms: Sequence[str]
    further_rooms: Sequence[str]
    directory: Path
    answer: Path
    commands: list[str] = field(default_factory=list)
    _process: Process | None = None

    @property
    def pid(self) -> int:
        """The process; raises RuntimeError where it has ended by itself."""
        if self._process is None or self._process.returncode is not None:
            raise RuntimeError(f"{self.name} is not running: see {self._log}")
        return self._process.pid

    @property
    def remembers(self) -> bool:
        """Whether it knows after a restart how far it had read."""
        return self.name != NIO

    @property
    def encrypted(self) -> bool:
        """Whether its rooms are encrypted."""
        return self.name in {BOT_ENCRYPTED, NIO_ENCRYPTED}

    @property
    def _log(self) -> Path:
        return self.directory.with_suffix(".log")

    async def start(self) -> None:
        """Start the process, with what it kept from earlier runs."""
        argv = self._argv()
        self._process = await processes.spawn(argv, log=self._log)

    async def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            await processes.end(process)

    def forget(self) -> None:
        """Take away what earlier runs kept, but the identity: the next start is the first on a machine restored to."""
        identity = self.directory / "data" / "identity.json"
        kept = identity.read_bytes() if identity.exists() else None
        shutil.rmtree(self.directory, ignore_errors=True)
        if kept is not None:
            identity.parent.mkdir(mode=0o700, parents=True)
            identity.touch(mode=0o600)
            identity.write_bytes(kept)

    def _argv(self) -> list[str]:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.name in {BOT, BOT_ENCRYPTED}:
            plenary, coordination = self.further_rooms
            path = configuration.write(
                self.directory,
                Rooms(space="", plenary=plenary, groups=tuple(self.rooms), coordination=coordination),
                homeserver_url=self.url,
                user_id=self.user_id,
                password=PASSWORD,
                settings={"encryption": {"enabled": True}},
            )
            return ["bot", "run", "--config", str(path)]
        path = self.directory / "settings.json"
        settings = {
            "url": self.url,
            "user": self.user_id,
            "token": self.token,
            "password": PASSWORD,
            "store": self.name in {NIO_STORE, NIO_ENCRYPTED},
            "directory": str(self.directory),
            "answer": str(self.answer),
            "command": COMMAND,
        }
        path.write_text(json.dumps(settings), "utf-8")
        return ["benchmarks.floor" if self.name == FLOOR else "benchmarks.nio_echo", str(path)]
