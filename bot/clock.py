"""Time enters here: the clock rings, every job is asked with `now`, its messages are queued (contract C8)."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy.exc import OperationalError

from bot import upgrades
from bot.outgoing import Writer
from commands.command import Job
from commands.settings import Settings
from storage import outbox, rooms
from storage.database import Database
from storage.outbox import Outgoing

_log = structlog.get_logger(__name__)


class Clock:
    """Rings every minute, and once at start for what fell due meanwhile.

    Nothing is due because it rang: jobs look into the database and compare with `now`. A ring that comes late,
    twice or never changes only when something is noticed.
    """

    def __init__(
        self,
        database: Database,
        jobs: Sequence[Job],
        settings: Settings,
        writer: Writer,
        *,
        now: Callable[[], datetime],
        on_queued: Callable[[Sequence[Outgoing]], None],
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._settings = settings
        self._writer = writer
        self._now = now
        self._on_queued = on_queued
        self._one_at_a_time = asyncio.Lock()
        self.rang = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Ring at once and then at every full minute, until `stop`."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        scheduler.add_job(
            self.ring, CronTrigger(second=0, timezone="UTC"), misfire_grace_time=None, coalesce=True, max_instances=1
        )
        scheduler.start()
        try:
            await self.ring()
            await stop.wait()
        finally:
            async with self._one_at_a_time:  # a ring that is under way ends before the database is closed
                scheduler.shutdown(wait=False)

    async def ring(self) -> None:
        """Ask every job; each has a transaction of its own, so that a bug in one does not silence the others."""
        async with self._one_at_a_time:
            now = self._now()
            for job in self._jobs:
                await asyncio.shield(self._ask(job, now))
            self.rang.set()

    async def _ask(self, job: Job, now: datetime) -> None:
        name = getattr(job, "__qualname__", repr(job))
        try:
            async with self._database.transaction() as session:
                messages = await job(session, now, self._settings)
                rows = self._writer.messages(messages, at=now)
                replaced = await rooms.replacements(session) if rows else {}
                queued = await outbox.add(session, upgrades.redirected(rows, replaced))
        except OperationalError as error:
            _log.error("job_failed", job=name, error=str(error.orig))
        except Exception:  # noqa: BLE001 (a bug in one job must not silence the others)
            _log.exception("job_failed", job=name)
        else:
            self._on_queued(queued)
