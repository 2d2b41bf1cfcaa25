"""What the crash tests share: bots that are started one after the other and killed, and the questions asked meanwhile."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.dialog import BOT, PASSWORD, Dialog
from tests.homeserver import Event, FakeHomeserver
from tests.kit import SECRET, write_config

ASKERS = ("anna", "ben", "lukas")
ROOMS = ("#plenum:test", "#ag3:test")
BOUNDARIES = (
    "before intake commit",
    "after intake commit",
    "before dispatch commit",
    "after dispatch commit",
    "before send",
    "accepted, not answered",
    "after the answer, before noting",
    "after noting",
    "any moment",
)
HELD = "accepted, not answered"
"""The homeserver keeps its answer back, and the bot is killed from outside."""
RANDOM = "any moment"


class Bots:
    """Starts bots out of the zygote, one at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._pid: int | None = None
        self._boundary = ""

    async def start(self, config: Path, boundary: str = "never", passage: int = 0) -> int:
        """Start a bot that dies at a boundary; return its process ID."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._boundary = boundary
        self._process.stdin.write(f"{config}\t{boundary}\t{passage}\n".encode())
        self._pid = int(await self._process.stdout.readline())
        return self._pid

    async def dead(self, how: int = -signal.SIGKILL, *, timeout_s: float = 30) -> None:
        """Wait until the bot has ended, and fail unless it was killed (or ended with the exit code `how`)."""
        assert self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), timeout_s)
        except TimeoutError:
            raise TimeoutError(f"the bot has not come to {self._boundary!r}") from None
        self._pid = None
        assert int(line) == how, f"exit code {int(line)} on the way to {self._boundary!r}"

    async def end(self) -> None:
        """End the zygote, and first the bot that runs, if a test has failed over it."""
        assert self._process.stdin is not None
        if self._pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
        self._process.stdin.close()
        await self._process.wait()


@asynccontextmanager
async def zygote(log: Path) -> AsyncIterator[Bots]:
    """The process that the bots come out of; `log` gets what they write."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.crash.zygote", str(log)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "AG4_BOT_PASSWORD": PASSWORD, "PYTHONDONTWRITEBYTECODE": ""},
        cwd=Path(__file__).parents[2],
    )
    bots = Bots(process)
    try:
        yield bots
    finally:
        await bots.end()


class Round:
    """The homeserver, the bots that are started one after the other, and the questions asked so far."""

    def __init__(self, hs: FakeHomeserver, bots: Bots, config: Path, *, seed: int) -> None:
        self.hs = hs
        self.config = config
        self.chance = random.Random(seed)
        self.asked: list[str] = []
        self.bots = bots

    def ask(self) -> None:
        """Somebody asks AG 3 something, in one of two rooms."""
        number = len(self.asked)
        question = f"!frage AG3 Wie geht es mit {SECRET} {number} weiter?"
        self.asked.append(self.say(ASKERS[number % 3], ROOMS[number % 2], question))

    def say(self, person: str, room: str, text: str) -> str:
        """Somebody says something; the event ID."""
        return self.hs.user(person).say(room, text)

    async def start(self, boundary: str = "never", passage: int = 0) -> int:
        """Start the bot, to die at a boundary; return its process ID."""
        return await self.bots.start(self.config, boundary, passage)

    async def kill(self, boundary: str, *, passage: int = 0) -> None:
        """Run a bot until it is killed at a boundary, with questions coming in all the while."""
        hold = None
        if boundary == HELD:
            hold = self.hs.hold("PUT */send/*", times=99, answered=True)
        self.ask()
        inside = boundary not in {HELD, RANDOM}
        pid = await self.start(boundary if inside else "never", passage or self.chance.randint(1, 3))
        dying = asyncio.create_task(self.bots.dead())
        if hold is not None:
            await hold.arrived.wait()
            os.kill(pid, signal.SIGKILL)
        elif boundary == RANDOM:
            await asyncio.wait({dying}, timeout=self.chance.uniform(0, 0.4))
            os.kill(pid, signal.SIGKILL)
        while not dying.done():
            self.ask()
            await asyncio.wait({dying}, timeout=0.05)
        dying.result()
        if hold is not None:
            hold.drop()

    async def kill_within(self, seconds: float) -> None:
        """Start the bot and kill it at some moment up to then; nobody says anything."""
        pid = await self.start()
        await asyncio.sleep(self.chance.uniform(0, seconds))  # any moment is right
        os.kill(pid, signal.SIGKILL)
        await self.bots.dead()

    async def settle(self, *, asking: bool = False) -> None:
        """Run a bot until every question has a receipt and nothing is under way, and end it in order.

        With `asking` it is asked one more once it is there.
        """
        pid = await self.start()
        await self.hs.wait_for(lambda: not self.hs.world.polls.get(BOT))  # that of the bot before is gone
        if asking:
            await self.hs.polling(BOT)
            self.ask()
        for some in (self.asked[-30:], self.asked):
            await self.hs.wait_for(lambda some=some: all(receipts_of(self.hs, each) for each in some), timeout=60)  # type: ignore[misc]  # bound per turn
        await self.hs.polling(BOT)
        os.kill(pid, signal.SIGTERM)
        await self.bots.dead(0)


@asynccontextmanager
async def a_round(hs: FakeHomeserver, directory: Path, seed: int) -> AsyncIterator[Round]:
    """A bot that is in its rooms, which are not encrypted, and has ended in order."""
    furnish(hs)
    async with zygote(directory / "log") as bots:
        round_ = Round(hs, bots, write_config(hs.url, directory), seed=seed)
        await round_.settle()  # the first start has no past: it must be over before anything is asked
        yield round_


def furnish(hs: FakeHomeserver) -> None:
    """People and rooms; the bot is in those that are talked in."""
    Dialog.furnish(hs)
    for room in ROOMS:
        hs.user(BOT).join(room)


def replied_to(event: Event) -> str | None:
    """The event that this one replies to; outside of what is encrypted."""
    found: str | None = event.content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
    return found


def receipts_of(hs: FakeHomeserver, event_id: str) -> Sequence[Event]:
    """The bot's messages that reply to an event, anywhere, encrypted or not."""
    return [each for each in hs.world.events.values() if each.sender == BOT and replied_to(each) == event_id]


def receipted(hs: FakeHomeserver, person: str, room: str) -> list[str]:
    """Those messages of a person in a room that the bot replied to, in the order of the replies."""
    mine = {event.event_id for event in hs.events(room) if event.sender == hs.user(person).user_id}
    replied = [replied_to(event) for event in hs.events(room) if event.sender == BOT]
    return [event_id for event_id in replied if event_id in mine]
