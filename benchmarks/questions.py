"""`python -m benchmarks --questions`: how long questions take in the bot, with 100, 1,000 and 10,000 of them.

The bot runs in this process, on a database file of its own, against the fake homeserver in another process. Its
commands and jobs are those of the registry, each with a stopwatch around it.
"""

import asyncio
import contextlib
import gc
import itertools
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import wraps
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks import homeservers, tables
from benchmarks.people import Account, Homeserver, Watcher, message
from benchmarks.question_rows import NOW, Filled, fill, wordings
from bot import logs
from bot.app import App
from bot.config import Config, from_document
from commands.command import Call, Command, Job, Message, Reply
from commands.questions import similar
from commands.questions.sensitive import never_collected
from commands.registry import Registry
from commands.settings import Settings
from storage.outbox import Outgoing
from storage.tables import OutboxRow

SIZES: Final = (100, 1_000, 10_000)
SAMPLES: Final = 60
QUICK_SAMPLES: Final = 10
GOAL_MS: Final = 50

_WARM_UP = 3
_MORE_PER_LIST = 6
_QUIET_S = 10.0
_PASSWORD = "password"
_GROUPS: Final = range(1, 6)
_LONGEST = 2000
_CHECK, _LONG_CHECK, _RING = "duplicate check alone", "duplicate check alone, 2,000 characters", "job ring, nothing due"


@dataclass
class Stopwatch:
    """When a handler began, and what it took until its answers were committed; jobs by their names. Milliseconds."""

    took: list[float] = field(default_factory=list)
    jobs: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: Exception | None = None
    _began: float | None = None

    def command(self, command: Command) -> Command:
        """The same command, its handler timed; an error is kept, because the bot would make a sentence of it."""

        async def timed(call: Call, session: AsyncSession) -> Reply:
            self._began = time.perf_counter()
            try:
                return await command.handler(call, session)
            except Exception as error:
                self.failed = self.failed or error
                raise

        return replace(command, handler=wraps(command.handler)(timed))

    def job(self, job: Job) -> Job:
        """The same job, timed without its transaction; an error is kept, because the clock only logs it."""

        @wraps(job)
        async def timed(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
            began = time.perf_counter()
            try:
                return await job(session, now, settings)
            except Exception as error:
                self.failed = self.failed or error
                raise
            finally:
                self.jobs[job.__name__].append(1000 * (time.perf_counter() - began))

        return timed

    def committed(self, go_on: Callable[[Sequence[Outgoing]], None]) -> Callable[[Sequence[Outgoing]], None]:
        """What the dispatcher calls once the answers to a command are committed."""

        def told(queued: Sequence[Outgoing]) -> None:
            if self._began is not None:
                self.took.append(1000 * (time.perf_counter() - self._began))
                self._began = None
            go_on(queued)

        return told

    def check(self, what: str) -> None:
        """Raise RuntimeError where anything failed: an error is answered quickly, but proves nothing."""
        if self.failed is not None:
            raise RuntimeError(f"{what}: {self.failed!r}") from self.failed


@dataclass
class Measured:
    """What one size of the database gave: time in the bot, the whole round trip, and each job of a ring."""

    inside: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    round_trip: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    jobs: dict[str, list[float]] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The bot with its database, its people and the one who watches for its answers."""

    app: App
    watch: Stopwatch
    homeserver: Homeserver
    watcher: Watcher
    rooms: Mapping[str, str]
    people: Mapping[str, Account]
    filled: Filled

    async def say(self, found: Measured, name: str, who: str, room: str, text: str) -> None:
        """Say a command and wait for its one answer and until all is sent; note how long it took under `name`."""
        self.watch.took.clear()
        began = time.perf_counter()
        loop_began = asyncio.get_running_loop().time()
        event_id = await self.homeserver.send(self.rooms[room], self.people[who].token, "m.room.message", message(text))
        seen = await self.watcher.answers([event_id], quiet_s=_QUIET_S)
        self.watch.check(text)
        if event_id not in seen or len(self.watch.took) != 1:
            raise RuntimeError(f"{text}: {len(seen)} answers, handled {len(self.watch.took)} times")
        found.inside[name] += self.watch.took
        found.round_trip[name].append(1000 * (seen[event_id] - loop_began))
        assert self.watch.took[0] < 1000 * (time.perf_counter() - began)
        await self.rest()

    async def rest(self) -> None:
        """Wait until everything is handled and sent."""
        async with asyncio.timeout(60):
            while not (self.app.dispatcher.idle and self.app.sender.idle):  # noqa: ASYNC110 (the app has no event for it)
                await asyncio.sleep(0.001)  # a condition is polled, not a time waited out

    async def check(self, found: Measured, name: str, text: str) -> None:
        """The search for similar questions alone."""
        async with self.app.database.reading() as session:
            began = time.perf_counter()
            await similar.similar(session, text)
            found.inside[name].append(1000 * (time.perf_counter() - began))

    async def ring(self, found: Measured) -> None:
        """One ring of the clock; raises RuntimeError where it had something to say."""
        before = await self._queued()
        began = time.perf_counter()
        await self.app.clock.ring()
        found.inside[_RING].append(1000 * (time.perf_counter() - began))
        self.watch.check(_RING)
        if await self._queued() != before:
            raise RuntimeError("something was due")

    async def _queued(self) -> int:
        async with self.app.database.reading() as session:
            return await session.scalar(select(func.max(OutboxRow.id))) or 0


async def measure(directory: Path, sizes: Sequence[int], samples: int) -> dict[int, Measured]:
    """Measure each size with a bot, a database and a homeserver of its own."""
    logs.configure(level="warning", style="console")
    every = {}
    for size in sizes:
        print(f"  {size} questions", file=sys.stderr, flush=True)
        place = directory / f"questions-{size}"
        place.mkdir()
        async with homeservers.fake() as url, _running(url, place, size) as bench:
            every[size] = await _measure(bench, samples)
    return every


async def _measure(bench: Bench, samples: int) -> Measured:
    random = Random(2)
    steps = _steps(bench, random, samples + _WARM_UP)
    await _round_of(bench, Measured(), steps, _WARM_UP)
    bench.watch.jobs.clear()
    found = Measured(rows=bench.filled.counts)
    await _round_of(bench, found, steps, samples)
    found.jobs = dict(bench.watch.jobs)
    return found


Step = tuple[str, str, str, str]
"""Name of the figure, who says it, in which room, what."""


async def _round_of(bench: Bench, found: Measured, steps: Iterator[tuple[list[Step], str, str]], count: int) -> None:
    """One of each in turn, so that noise on the machine meets all of them."""
    for said, text, long in itertools.islice(steps, count):
        for step in said:
            await bench.say(found, *step)
        await bench.check(found, _CHECK, text)
        await bench.check(found, _LONG_CHECK, long)
        await bench.ring(found)


def _steps(bench: Bench, random: Random, count: int) -> Iterator[tuple[list[Step], str, str]]:
    """What is said in each round, and the two texts for the check alone. Nobody votes twice for the same question."""
    texts = (each for each in wordings(random) if never_collected(each) is None)
    voters = [name for name in bench.people if name.startswith("voter")]
    ballots = [(who, ref) for ref in bench.filled.live for who in voters]
    ballots = random.sample(ballots, min(count, len(ballots)))
    per_list = min(_MORE_PER_LIST, (len(bench.filled.shown) - 8) // 8)
    for number in itertools.count():
        voter, ref = ballots[number % len(ballots)]
        said: list[Step] = [
            ("!fragen", "anna", "plenum", "!fragen"),
            ("!fragen AG3", "anna", "plenum", "!fragen AG3"),
            ("!frage AG3-017", "anna", "plenum", f"!frage {random.choice(bench.filled.shown)}"),
            ("!frage AG3 <new question>", "anna", "plenum", f"!frage AG3 {next(texts)}"),
            ("!stimme AG3-017", voter, "plenum", f"!stimme {ref}"),
            ("!tagesordnung", "karin", "koordination", "!tagesordnung"),
        ]
        if number % per_list == 0:
            said.append(("!fragen alle", "karin", "koordination", "!fragen alle"))
        said.append(("!mehr", "karin", "koordination", "!mehr"))
        yield said, next(texts), " ".join(itertools.islice(texts, 40))[:_LONGEST]


@contextlib.asynccontextmanager
async def _running(url: str, directory: Path, size: int) -> AsyncIterator[Bench]:
    """The bot on a filled database, in seven rooms with its people, having rung once and said what it had to say."""
    homeserver = Homeserver.at(url)
    tasks: list[asyncio.Task[None]] = []
    app: App | None = None
    stop = asyncio.Event()
    try:
        bot = await homeserver.register("ag4-bot", _PASSWORD)
        names = ("anna", "karin", *(f"voter{number}" for number in range(5)))
        people = {name: await homeserver.register(name) for name in names}
        inside = [bot.token, *(each.token for name, each in people.items() if name != "karin")]
        rooms = {
            name: await homeserver.room(people["karin"].token, inside)
            for name in ("plenum", "koordination", *(f"ag{number}" for number in _GROUPS))
        }
        config = _config(url, directory, bot, rooms)
        config.data.directory.mkdir(mode=0o700)
        groups = {number: rooms[f"ag{number}"] for number in _GROUPS}
        filled = await fill(config.data.database, size, rooms=groups, plenary=rooms["plenum"])
        watcher, ready = Watcher(homeserver, people["anna"].token, [bot.user_id]), asyncio.Event()
        tasks.append(asyncio.create_task(watcher.run(ready)))
        await ready.wait()
        watch = Stopwatch()
        gc.collect()
        gc.freeze()  # what the imports and the filling made, as `python -m bot run` does with its imports
        app = await App.start(
            config, config.secret({"AG4_BOT_PASSWORD": _PASSWORD}), now=lambda: NOW, registry=_timed(Registry(), watch)
        )
        dispatcher: Any = app.dispatcher
        dispatcher._on_queued = watch.committed(app.sender.offer)  # noqa: SLF001 (the one place that knows of the commit)
        tasks.append(asyncio.create_task(app.run(stop)))
        await asyncio.wait({tasks[-1], asyncio.ensure_future(app.clock.rang.wait())}, return_when="FIRST_COMPLETED")
        await asyncio.wait(
            {tasks[-1], asyncio.ensure_future(app.intake.caught_up.wait())}, return_when="FIRST_COMPLETED"
        )
        if tasks[-1].done():
            tasks[-1].result()
        bench = Bench(
            app=app, watch=watch, homeserver=homeserver, watcher=watcher, rooms=rooms, people=people, filled=filled
        )
        await bench.rest()
        yield bench
    finally:
        gc.unfreeze()
        stop.set()
        for watching in tasks[:1]:
            watching.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if app is not None:
            await app.close()
        await homeserver.close()


def _timed(registry: Registry, watch: Stopwatch) -> Registry:
    return replace(
        registry,
        commands=[watch.command(each) for each in registry.commands],
        jobs=[watch.job(each) for each in registry.jobs],
    )


def _config(url: str, directory: Path, bot: Account, rooms: Mapping[str, str]) -> Config:
    document = {
        "homeserver": {"url": url, "user": bot.user_id},
        "data": {"directory": str(directory / "data")},
        "encryption": {"enabled": False},
        "rooms": {
            "plenary": rooms["plenum"],
            "coordination": rooms["koordination"],
            "groups": {str(number): rooms[f"ag{number}"] for number in _GROUPS},
        },
        "people": {
            "coordinators": ["@karin:test"],
            "leads": {str(number): [f"@lead{number}:test"] for number in _GROUPS},
        },
    }
    return from_document(document, base=directory, environ={})


def table(every: Mapping[int, Measured]) -> str:
    """Two tables in Markdown: each command at each size (median / p95 / max), and the jobs of a ring at the largest.

    The goal is met where 95 of 100 stay under it at the largest size.
    """
    sizes = sorted(every)
    small, large = every[sizes[0]], every[sizes[-1]]
    head = ["in the bot (ms: median / p95 / max)", *(f"{size:,}" for size in sizes), "growth", "round trip", "goal", ""]
    lines = [head, ["---", *["---:"] * (len(head) - 1)]]
    for name, took in large.inside.items():
        growth = statistics.median(took) / statistics.median(small.inside[name])
        trip = large.round_trip.get(name)
        met = "met" if tables.p95(took) < GOAL_MS else "NOT MET"
        figures = [tables.figures(every[size].inside[name]) for size in sizes]
        around = tables.figures(trip) if trip else "–"
        lines.append([name, *figures, f"× {growth:.1f}", around, f"p95 < {GOAL_MS}", met])
    rows = ", ".join(f"{count:,} {name}" for name, count in large.rows.items())
    ring = [[f"jobs of a ring, {sizes[-1]:,} questions", "ms: median / p95 / max"], ["---", "---:"]]
    slowest = sorted(large.jobs.items(), key=lambda each: -statistics.median(each[1]))
    ring += [[name, tables.figures(took)] for name, took in slowest]
    return "\n".join(
        [f"## {sizes[-1]:,} questions", "", *tables.rows(lines), "", f"Filled with {rows}.", "", *tables.rows(ring), ""]
    )


def values(every: Mapping[int, Measured]) -> dict[str, Any]:
    """Everything that was measured, for a JSON file."""
    return {
        str(size): {"rows": found.rows, "in the bot": found.inside, "round trip": found.round_trip, "jobs": found.jobs}
        for size, found in every.items()
    }
