"""The crash tests over whole lives of questions: asked, voted for, merged, answered, corrected, confirmed, deleted."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from commands.texts.question_words import Step
from tests.crash.chronicle import Chronicle
from tests.crash.lives import LEAD, VOTERS, Asked, Life, direct
from tests.crash.rounds import Bots, Round, furnish, zygote
from tests.dialog import BOT
from tests.homeserver import FakeHomeserver
from tests.kit import query, write_config

TRANSACTIONS = "between two transactions"
LIFE_BOUNDARIES = {
    TRANSACTIONS: 20,
    "before an edit": 2,
    "an edit accepted, not noted": 2,
    "before a redaction": 3,
    "a redaction accepted, not noted": 3,
}
"""Boundary -> how often a bot passes it for certain before the next life must begin."""
STEPS = {Step.REWORD, Step.MERGE, Step.SPLIT, Step.ANSWER, Step.CORRECT, Step.CONFIRM, Step.WITHDRAW, Step.DELETE_TEXT}
"""What happens at least once in every round."""
MOST_AT_ONCE = 5
"""How many lives are under way at a time."""
LEADS = f'\n[people.leads]\n3 = ["@{LEAD}:test"]\n'
_WAITING = (
    "SELECT (SELECT count(*) FROM outbox WHERE state = 'queued') + (SELECT count(*) FROM inbox WHERE state = 'new')"
)


class LifeRound(Round):
    """A round in which questions are not only asked."""

    def __init__(self, hs: FakeHomeserver, bots: Bots, config: Path, *, seed: int) -> None:
        super().__init__(hs, bots, config, seed=seed)
        self.chronicle = Chronicle(hs)
        self.lives: list[Life] = []

    @property
    def database(self) -> Path:
        """The file with everything that the bot remembers."""
        return self.config.parent / "data" / "ag4-bot.sqlite"

    @property
    def questions(self) -> Iterator[Asked]:
        """Every question of every life."""
        return (question for life in self.lives for question in life.questions)

    @property
    def steps(self) -> set[Step]:
        """Every step that was taken so far."""
        return {step for question in self.questions for step in question.steps}

    def ask(self) -> None:
        """Every life that can goes on by one step; another begins where few are under way."""
        self._go_on()
        if sum(not life.over for life in self.lives) < MOST_AT_ONCE:
            self.lives.append(Life(self.hs, self.chronicle, self.chance))
            self.lives[-1].go_on()

    def _go_on(self) -> bool:
        """Whether any life went on."""
        ready = [life for life in self.lives if life.ready]
        for life in ready:
            life.go_on()
        return bool(ready)

    async def kill(self, boundary: str, *, passage: int = 0) -> None:
        """As ever; a bot that waits for an edit or a redaction lives until somebody brings it about."""
        passages = LIFE_BOUNDARIES.get(boundary)
        await super().kill(boundary, passage=self.chance.randint(1, passages) if passages else passage)

    async def settle(self, *, asking: bool = False) -> None:
        """Run a bot until every life is over and nothing is under way, and end it in order.

        Whatever nobody has done so far is done now.
        """
        pid = await self.start()
        if asking:
            self.ask()
        await self.hs.wait_for(lambda: not self.hs.world.polls.get(BOT))  # that of the bot before is gone
        await self.hs.polling(BOT)
        async with asyncio.timeout(60):
            while not all(life.over for life in self.lives):
                await self.hs.wait_for(lambda: any(life.ready for life in self.lives), timeout=60)
                self._go_on()
                if all(life.over for life in self.lives) and not self.steps >= STEPS:
                    self.ask()
            while query(self.database, _WAITING) != [(0,)]:  # noqa: ASYNC110 (another process: there is no event to wait for)
                await asyncio.sleep(0.01)  # a condition is polled, not a time waited out
        os.kill(pid, signal.SIGTERM)
        await self.bots.dead(0)

    # what came of it

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database says."""
        return query(self.database, statement, *values)

    def keys(self) -> dict[str, str]:
        """Event ID -> the name of its cause, of all that the bot has sent."""
        return dict(self.rows("SELECT event_id, key FROM outbox WHERE event_id IS NOT NULL"))

    def told(self) -> dict[tuple[str, str], Counter[str]]:
        """What was told because of which event -> who was mentioned, and how often; over all rooms, edits excluded."""
        found: dict[tuple[str, str], Counter[str]] = {}
        keys = self.keys()
        for said in self.chronicle.of_type("m.room.message"):
            if said.edits is None and said.mentions:
                what, cause = keys[said.event_id].split(":")[:2]
                found.setdefault((what, cause), Counter()).update(said.mentions)
        return found

    def ids(self) -> dict[str, int]:
        """Reference -> ID of a question."""
        found = self.rows("SELECT group_number, number, id FROM questions")
        return {f"AG{group}-{number:03d}": identifier for group, number, identifier in found}


@asynccontextmanager
async def a_round_of_lives(hs: FakeHomeserver, directory: Path, seed: int) -> AsyncIterator[LifeRound]:
    """A bot that is in its rooms and in a direct chat with everybody, and has ended in order."""
    furnish(hs)
    for person in VOTERS:
        alias = direct(person).removeprefix("#").removesuffix(":test")
        hs.create_room(person, alias=alias, invite=[BOT], direct=True)
    config = write_config(hs.url, directory)
    with config.open("a", encoding="utf-8") as file:
        file.write(LEADS)
    async with zygote(directory / "log") as bots:
        round_ = LifeRound(hs, bots, config, seed=seed)
        await round_.settle()
        yield round_
