"""`python -m benchmarks --dates`: a ring of the clock with 10,000 dates and 500 people; a correction for 50 rooms.

A ring is `bot.clock.Clock.ring` with all jobs of the registry on a database file: each job in its transaction, what it
says written to the outbox. The correction is told by the whole bot, in this process, to rooms of a homeserver in
another one; beside it a bare loop of HTTP requests sends as many messages to the same rooms.
"""

import asyncio
import contextlib
import gc
import statistics
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from benchmarks import date_rows, homeservers, tables
from benchmarks.people import Account, Homeserver, message
from bot import logs
from bot.app import App
from bot.clock import Clock
from bot.config import Config, from_document
from bot.outgoing import Writer
from commands.dates.quiet_hours import QUIET_UNTIL, held
from commands.dates.wall_clock import Distance, instant, wall
from commands.registry import Registry
from commands.settings import Settings
from storage import calendar, notices
from storage.database import Database
from storage.tables import NoticeKind, OutboxRow

DATES: Final = 10_000
RINGS: Final = 300
QUICK_RINGS: Final = 60
BUSY_RINGS: Final = 20
QUICK_BUSY_RINGS: Final = 10
ROOMS: Final = 50
ROUNDS: Final = 5
QUICK_ROUNDS: Final = 2
GOAL_MS: Final = 100

_WARM_UP: Final = 5
_MINUTE: Final = timedelta(minutes=1)
_PASSWORD: Final = "password"
_QUIET, _EMPTY = "nothing due", "empty database, nothing due"
_BUSY, _MONDAY = f"{date_rows.PEOPLE} people due at once", "the same after a weekend"


@dataclass
class Measured:
    """Rings by what was due (milliseconds), and the correction for many rooms by homeserver (seconds)."""

    rings: dict[str, list[float]] = field(default_factory=dict)
    said: dict[str, list[int]] = field(default_factory=dict)
    jobs: dict[str, list[float]] = field(default_factory=dict)
    told: dict[str, dict[str, list[float]]] = field(default_factory=dict)


async def measure(directory: Path, *, quick: bool, on: Sequence[str]) -> Measured:
    """Measure the rings, and the correction on the homeservers `on` ("fake", "synapse")."""
    logs.configure(level="error", style="console")
    found = Measured()
    print(f"  {DATES:,} dates", file=sys.stderr, flush=True)
    await _rings(directory, found, quick=quick)
    for name in on:
        print(f"  {ROOMS} rooms on {name}", file=sys.stderr, flush=True)
        where = homeservers.fake() if name == "fake" else homeservers.real(directory / "homeserver")
        place = directory / name
        place.mkdir()
        async with where as url:
            found.told[name] = await _correction(url, place, QUICK_ROUNDS if quick else ROUNDS)
    return found


# A ring of the clock


@dataclass
class _Ringing:
    """A clock on a database, moved on by hand."""

    database: Database
    now: datetime

    def __post_init__(self) -> None:
        self.took: dict[str, float] = {}
        settings = Settings(bot_id="@ag4-bot:test", version="1", started_at=date_rows.NOW, next_date="pinned")
        jobs = [self._timed(job) for job in Registry().jobs]
        self._clock = Clock(
            self.database, jobs, settings, Writer("BENCH"), now=lambda: self.now, on_queued=lambda _rows: None
        )

    def _timed(self, job: Any) -> Any:
        async def timed(*args: Any) -> Any:
            began = time.perf_counter()
            try:
                return await job(*args)
            finally:
                self.took[f"{job.__module__.removeprefix('commands.')}.{job.__qualname__}"] = _ms(began)

        return timed

    async def ring(self) -> tuple[float, int]:
        """How long it took (ms), and how many messages it queued."""
        before = await self._queued()
        began = time.perf_counter()
        await self._clock.ring()
        took = _ms(began)
        return took, await self._queued() - before

    async def _queued(self) -> int:
        async with self.database.reading() as session:
            return await session.scalar(select(func.max(OutboxRow.id))) or 0


async def _rings(directory: Path, found: Measured, *, quick: bool) -> None:
    """Rings on a full and an empty database in turn; then rings at which everybody is due."""
    plenaries = await date_rows.fill(directory / "full.sqlite", dates=DATES, people=date_rows.PEOPLE)
    await date_rows.fill(directory / "empty.sqlite", dates=0, people=0)
    full = _Ringing(await Database.open(directory / "full.sqlite"), date_rows.NOW)
    empty = _Ringing(await Database.open(directory / "empty.sqlite"), date_rows.NOW)
    gc.collect()
    gc.freeze()  # what the imports made, as `python -m bot run` does
    try:
        for each in (full, empty):
            for _ in range(_WARM_UP):
                await each.ring()
        jobs: dict[str, list[float]] = {}
        for _ in range(QUICK_RINGS if quick else RINGS):
            for name, each in ((_QUIET, full), (_EMPTY, empty)):
                each.now += timedelta(seconds=1)
                took, said = await each.ring()
                if said:
                    raise RuntimeError("something was due")
                found.rings.setdefault(name, []).append(took)
                found.said.setdefault(name, []).append(said)
            for job, took in full.took.items():
                jobs.setdefault(job, []).append(took)
        found.jobs = jobs
        for start in plenaries[1 : 1 + (QUICK_BUSY_RINGS if quick else BUSY_RINGS)]:
            due = instant(held(Distance.parse(date_rows.COMMON).before(start), start))
            full.now = due - _MINUTE
            await full.ring()
            full.now = due
            took, said = await full.ring()
            if said < date_rows.PEOPLE:
                raise RuntimeError(f"only {said} were reminded")
            name = _MONDAY if wall(due).time() == QUIET_UNTIL else _BUSY
            found.rings.setdefault(name, []).append(took)
            found.said.setdefault(name, []).append(said)
    finally:
        gc.unfreeze()
        await full.database.close()
        await empty.database.close()


def _ms(began: float) -> float:
    return 1000 * (time.perf_counter() - began)


# A correction for many rooms


async def _correction(url: str, directory: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds from the confirmation, or the first request, until the last room has its message; in turn."""
    found: dict[str, list[float]] = {"bot": [], "bare requests": []}
    async with _running(url, directory) as (app, homeserver, bot, karin, rooms):
        for _ in range(rounds):
            for name, send in (("bot", _told_by_bot), ("bare requests", _told_bare)):
                found[name].append(await send(app, homeserver, bot, karin, rooms))
    return found


async def _told_by_bot(
    app: App, homeserver: Homeserver, _bot: Account, karin: Account, rooms: Mapping[str, str]
) -> float:
    """Plan a plenary as if it had been told in all rooms, cancel it, and wait until all of them know."""
    coordination = rooms["koordination"]
    await homeserver.send(coordination, karin.token, "m.room.message", message("!plenum neu 14.12.2027 10:00 Test"))
    await _until(app, "SELECT count(*) FROM drafts WHERE state = 'open'", 1)
    await homeserver.send(coordination, karin.token, "m.room.message", message("!ja"))
    await _until(app, "SELECT count(*) FROM drafts WHERE state = 'open'", 0)
    await _rest(app)
    async with app.database.transaction() as session:
        event = (await calendar.every(session, calendar.PLENARY))[-1]
        others = [room for name, room in rooms.items() if name not in {"plenum", "koordination"}]
        await notices.add(session, event, NoticeKind.REMINDER, others, at=event.changed_at, distance="test")
        number = event.number
    await homeserver.send(coordination, karin.token, "m.room.message", message(f"!plenum absagen {number}"))
    await _until(app, "SELECT count(*) FROM drafts WHERE state = 'open'", 1)
    await _rest(app)
    began = time.perf_counter()
    await homeserver.send(coordination, karin.token, "m.room.message", message("!ja"))
    sent = f"SELECT count(*) FROM outbox WHERE state = 'sent' AND key LIKE 'cancel:calendar:{event.id}:%'"
    await _until(app, sent, ROOMS)
    took = time.perf_counter() - began
    await _rest(app)
    return took


async def _told_bare(
    _app: App, homeserver: Homeserver, bot: Account, _karin: Account, rooms: Mapping[str, str]
) -> float:
    """The same messages, one after the other, with nothing but HTTP."""
    text = "Abgesagt: Plenum 4: „Test“\nDer Termin entfällt: Dienstag, 14. Dezember 2027, 10:00 Uhr"
    began = time.perf_counter()
    for name, room in rooms.items():
        if name != "koordination":
            await homeserver.send(room, bot.token, "m.room.message", message(text))
    return time.perf_counter() - began


async def _until(app: App, count: str, wanted: int) -> None:
    """Wait until a count in the database is what is wanted; the bot has no event for it."""
    async with asyncio.timeout(120):
        while True:
            async with app.database.reading() as session:
                connection = await session.connection()
                if (await connection.exec_driver_sql(count)).scalar_one() == wanted:
                    return
            await asyncio.sleep(0.002)


async def _rest(app: App) -> None:
    async with asyncio.timeout(120):
        while not (app.dispatcher.idle and app.sender.idle):  # noqa: ASYNC110  the app has no event for it
            await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def _running(
    url: str, directory: Path
) -> AsyncIterator[tuple[App, Homeserver, Account, Account, dict[str, str]]]:
    """The bot in 50 rooms and the coordination's."""
    homeserver, stop = Homeserver.at(url), asyncio.Event()
    app: App | None = None
    run: asyncio.Task[None] | None = None
    try:
        bot, karin = [await homeserver.register(name, _PASSWORD) for name in ("ag4-bot", "karin")]
        names = ["koordination", "plenum", *(f"raum{number}" for number in range(ROOMS - 1))]
        rooms = {name: await homeserver.room(karin.token, [bot.token]) for name in names}
        config = _config(url, directory, bot, karin, rooms)
        config.data.directory.mkdir(mode=0o700)
        app = await App.start(config, config.secret({"AG4_BOT_PASSWORD": _PASSWORD}), now=lambda: date_rows.NOW)
        run = asyncio.create_task(app.run(stop))
        await asyncio.wait(
            {run, asyncio.ensure_future(app.intake.caught_up.wait())}, return_when=asyncio.FIRST_COMPLETED
        )
        await _rest(app)
        yield app, homeserver, bot, karin, rooms
    finally:
        stop.set()
        if run is not None:
            await asyncio.gather(run, return_exceptions=True)
        if app is not None:
            await app.close()
        await homeserver.close()


def _config(url: str, directory: Path, bot: Account, karin: Account, rooms: Mapping[str, str]) -> Config:
    document = {
        "homeserver": {"url": url, "user": bot.user_id},
        "data": {"directory": str(directory / "data")},
        "encryption": {"enabled": False},
        "rooms": {"plenary": rooms["plenum"], "coordination": rooms["koordination"]},
        "people": {"coordinators": [karin.user_id]},
    }
    return from_document(document, base=directory, environ={})


# What was found


def table(found: Measured) -> str:
    """The rings and the corrections in Markdown; the goal is met where 95 of 100 rings stay under it."""
    floor = statistics.median(found.rings[_EMPTY])
    lines = [["a ring of the clock", "ms: median / p95 / max", "to the empty one", "messages", "goal", ""]]
    lines.append(["---", "---:", "---:", "---:", "---", "---"])
    for name, took in found.rings.items():
        goal = "" if name in {_EMPTY, _MONDAY} else f"p95 < {GOAL_MS}"
        met = "" if not goal else "met" if tables.p95(took) < GOAL_MS else "NOT MET"
        ratio = f"× {statistics.median(took) / floor:.1f}"
        lines.append([name, tables.figures(took), ratio, f"{statistics.median(found.said[name]):.0f}", goal, met])
    jobs = [["job, nothing due", "ms: median / p95 / max"], ["---", "---:"]]
    for name, took in sorted(found.jobs.items(), key=lambda each: -statistics.median(each[1])):
        jobs.append([name, tables.figures(took)])
    told = [[f"a cancellation told in {ROOMS} rooms", "s: bot", "s: bare requests", "ratio"], ["---", *["---:"] * 3]]
    for name, values in found.told.items():
        bot, bare = statistics.median(values["bot"]), statistics.median(values["bare requests"])
        told.append([name, f"{bot:.2f}", f"{bare:.2f}", f"× {bot / bare:.1f}"])
    head = f"## {DATES:,} dates, {date_rows.PEOPLE} people with reminders"
    return "\n".join([head, "", *tables.rows(lines), "", *tables.rows(jobs), "", *tables.rows(told), ""])


def values(found: Measured) -> dict[str, Any]:
    """Everything that was measured, for a JSON file."""
    return {"rings": found.rings, "jobs": found.jobs, "told": found.told}
