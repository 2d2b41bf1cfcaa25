"""A calendar feed over a real database and real HTTP on this machine; what it gives out is up to the test."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from multidict import CIMultiDict
from pydantic import SecretStr

from bot.config_secret import Secret
from bot.feed import Feed
from storage import seed_data
from storage.database import Database

CALENDAR_SECRET = "qR7_-" * 8
SECRET = Secret("calendar_secret", SecretStr(CALENDAR_SECRET), "a test")
ALL = f"/kalender/{CALENDAR_SECRET}/alle.ics"
AG3 = f"/kalender/{CALENDAR_SECRET}/ag3.ics"
MONDAY = datetime(2026, 11, 23, 9, 0, 0, 200_000, tzinfo=UTC)

CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//test//DE\r
BEGIN:VEVENT\r
UID:{group}@test\r
DTSTAMP:20261101T080000Z\r
DTSTART:20261214T090000Z\r
SUMMARY:{title}\r
END:VEVENT\r
END:VCALENDAR\r
"""


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: CIMultiDict[str]
    body: bytes


@dataclass(kw_only=True)
class Bench:
    """The feed, a clock that stands still, and a calendar with one date."""

    database: Database
    now: datetime = MONDAY
    title: str = "Abschluss: Übergabe"
    built: list[int | None] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    feed: Feed = field(init=False)
    run: asyncio.Task[None] = field(init=False)
    http: aiohttp.ClientSession = field(init=False)

    def build(self, group: int | None) -> bytes:
        """Called in a thread of its own; waits there while `hold` is not set."""
        assert self.hold.wait(30)
        self.built.append(group)
        return CALENDAR.format(group=group, title=self.title).encode()

    async def get(self, path: str = ALL, *, method: str = "GET", **headers: str) -> Got:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.request(method, f"http://127.0.0.1:{self.feed.port}{path}", headers=named) as response:
            return Got(response.status, CIMultiDict(response.headers), await response.read())

    async def connect(self, request: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.feed.port)
        writer.write(request)
        await writer.drain()
        return reader, writer

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that has no event of its own."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 (no event for it)
            await asyncio.sleep(0.001)  # a condition is polled, not a time waited out


@asynccontextmanager
async def serving(directory: Path) -> AsyncIterator[Bench]:
    """The feed serves inside the block; it is stopped at its end, as the app stops it."""
    database = await Database.open(directory / "db.sqlite")
    bench = Bench(database=database)
    try:
        async with database.transaction() as session:
            await seed_data.load(session, at=MONDAY)
        bench.hold.set()
        bench.feed = Feed(database, bench.build, SECRET, host="127.0.0.1", port=0, now=lambda: bench.now)
        await bench.feed.open()
        bench.run = asyncio.create_task(bench.feed.run(bench.stop))
        async with aiohttp.ClientSession() as bench.http:
            try:
                yield bench
            finally:
                bench.hold.set()
                bench.stop.set()
                await bench.run
    finally:
        await database.close()
