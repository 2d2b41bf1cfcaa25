"""Contract C3: killed at any boundary and any moment, every question is stored once and answered once."""

import asyncio
import itertools
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.dialog import BOT, PASSWORD, Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import SECRET, answers_to, query, write_config

pytestmark = pytest.mark.crash

ASKERS = ("anna", "ben", "lukas")
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


class Round:
    """The homeserver, the bots that are started one after the other, and the questions asked so far."""

    def __init__(self, hs: FakeHomeserver, bots: asyncio.subprocess.Process, chance: random.Random) -> None:
        self.hs = hs
        self.chance = chance
        self.asked: list[str] = []
        self._bots = bots

    def ask(self) -> None:
        """Somebody asks AG 3 something, in one of two rooms."""
        number = len(self.asked)
        person, room = ASKERS[number % 3], ("#plenum:test", "#ag3:test")[number % 2]
        self.asked.append(self.hs.user(person).say(room, f"!frage AG3 Wie geht es mit {SECRET} {number} weiter?"))

    async def start(self, boundary: str = "never", passage: int = 0) -> int:
        """Start a bot that dies at a boundary; return its process ID."""
        assert self._bots.stdin is not None
        assert self._bots.stdout is not None
        self._bots.stdin.write(f"{boundary} {passage}\n".encode())
        return int(await self._bots.stdout.readline())

    async def dead(self) -> None:
        """Wait until the bot has ended."""
        assert self._bots.stdout is not None
        assert await self._bots.stdout.readline() == b"dead\n"

    async def kill(self, boundary: str) -> None:
        """Run a bot until it is killed at a boundary, with questions coming in all the while."""
        hold = None
        if boundary == "accepted, not answered":
            hold = self.hs.hold("PUT */send/*", times=99, answered=True)
        self.ask()
        pid = await self.start(boundary, self.chance.randint(1, 3))
        dying = asyncio.create_task(self.dead())
        if hold is not None:
            await hold.arrived.wait()
            os.kill(pid, signal.SIGKILL)
        elif boundary == "any moment":
            await asyncio.wait({dying}, timeout=self.chance.uniform(0, 0.4))
            os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(30):
            while not dying.done():
                self.ask()
                await asyncio.wait({dying}, timeout=0.05)
        if hold is not None:
            hold.drop()

    async def settle(self) -> None:
        """Run a bot until every question has a receipt and nothing is under way, and end it in order."""
        pid = await self.start()
        await self.hs.wait_for(lambda: all(answers_to(self.hs, each) for each in self.asked[-30:]), timeout=60)
        await self.hs.wait_for(lambda: all(answers_to(self.hs, each) for each in self.asked), timeout=60)
        await self.hs.polling(BOT)
        os.kill(pid, signal.SIGTERM)
        await self.dead()


@asynccontextmanager
async def a_round(hs: FakeHomeserver, directory: Path, seed: int) -> AsyncIterator[Round]:
    Dialog.furnish(hs)
    for room in ("#plenum:test", "#ag3:test"):
        hs.user(BOT).join(room)
    config = write_config(hs.url, directory)
    bots = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.crash.zygote", str(config), str(directory / "log")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "AG4_BOT_PASSWORD": PASSWORD, "PYTHONDONTWRITEBYTECODE": ""},
        cwd=Path(__file__).parents[2],
    )
    assert bots.stdin is not None
    try:
        round_ = Round(hs, bots, random.Random(seed))
        await round_.settle()  # the first start has no past: it must be over before anything is asked
        yield round_
    finally:
        bots.stdin.close()
        await bots.wait()


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    wanted: Any = request.config.getoption("--kills")
    return int(wanted)


async def test_every_question_survives_every_kill_once(homeserver: FakeHomeserver, tmp_path: Path, kills: int) -> None:
    """C3: at each boundary in turn; then every number is there once, without gaps, and every receipt once."""
    async with a_round(homeserver, tmp_path, seed=kills) as round_:
        for boundary in itertools.islice(itertools.cycle(BOUNDARIES), kills):
            await round_.kill(boundary)
        await round_.settle()
    database = tmp_path / "data" / "ag4-bot.sqlite"
    stored = query(database, "SELECT source_event_id, number FROM questions ORDER BY number")
    assert sorted(event_id for event_id, _ in stored) == sorted(round_.asked)
    assert [number for _, number in stored] == list(range(1, len(round_.asked) + 1))
    for event_id, number in stored:
        [receipt] = answers_to(homeserver, event_id)
        assert f"AG3-{number:03d}" in receipt.body
    for person, room in itertools.product(ASKERS, ("#plenum:test", "#ag3:test")):
        mine = [each.event_id for each in homeserver.messages(room, person)]
        receipts = [
            each.content["m.relates_to"]["m.in_reply_to"]["event_id"]
            for each in homeserver.messages(room, BOT)
            if each.content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id") in mine
        ]
        assert receipts == mine, "C6: receipts of one person in a room keep their order"
    assert query(database, "SELECT count(*) FROM outbox WHERE state != 'sent'") == [(0,)]
    assert query(database, "SELECT count(*) FROM inbox WHERE state != 'handled'") == [(0,)]
    assert SECRET not in (tmp_path / "log").read_text(), "C20: the log quotes a question"
