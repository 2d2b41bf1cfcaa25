"""Stops 7 and 8: outbox rows go to the homeserver under their transaction IDs, and what it says is noted."""

import asyncio
from base64 import b64decode
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError

from bot import outgoing
from bot.backoff import delay_s
from bot.matrix.client import Client
from bot.matrix.errors import MatrixError, RateLimited, Rejected, ServerFailing, SessionEnded, Unreachable
from bot.matrix.media import Uploads
from bot.referring import KINDS, Referring
from bot.topics import Topics
from storage import outbox, room_state
from storage.database import Database
from storage.outbox import Outgoing

_log = structlog.get_logger(__name__)

MOST_IN_FLIGHT = 32
MOST_REMEMBERED = 200
"""An echo comes back within moments; one that was forgotten is noted once more, which changes nothing."""
MOST_ATTEMPTS = 3
"""How often a row is tried that our own code fails on."""


class Sender:
    """Sends what is queued: in order within each lane, side by side otherwise (contract C6).

    Trouble that passes is waited out for all rows together; what can never be sent is parked (contract C4).
    """

    def __init__(self, database: Database, client: Client, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._client = client
        self._uploads = Uploads(client)
        self._topics = Topics(database, client)
        self._referring = Referring(database, client, note_sent=self.note_sent)
        self._now = now
        self._lanes: defaultdict[str, deque[int]] = defaultdict(deque)
        self._rows: dict[int, Outgoing] = {}
        self._ready: deque[int] = deque()
        self._in_flight: set[asyncio.Task[None]] = set()
        self._most_in_flight = MOST_IN_FLIGHT
        self._failures = 0
        self._bugs: dict[int, int] = {}
        self._failed: dict[int, int] = {}
        self._pause_until = 0.0
        self._sent: list[tuple[int, str | None]] = []
        self._answered: deque[str] = deque(maxlen=MOST_REMEMBERED)
        self._noting = asyncio.Lock()
        self._wake = asyncio.Event()
        self._fatal: BaseException | None = None
        self._offered_early: list[Outgoing] | None = []

    async def load(self) -> None:
        """Take up what is queued and not sent; what is offered meanwhile comes after it.

        What was offered before is asked for again: our echo may have told since that it is sent.
        """
        self._offered_early = []
        async with self._database.reading() as session:
            waiting = {row.id: row for row in await outbox.waiting(session)}
        offered, self._offered_early = self._offered_early, None
        waiting.update((row.id, row) for row in offered)
        self.offer([waiting[number] for number in sorted(waiting)])

    def offer(self, rows: Sequence[Outgoing]) -> None:
        """Take on committed rows, in the order of their IDs."""
        if self._offered_early is not None:
            self._offered_early.extend(rows)
            return
        for row in rows:
            if row.id in self._rows:
                continue
            self._rows[row.id] = row
            for lane in row.lanes:
                self._lanes[lane].append(row.id)
            if self._is_next(row):
                self._ready.append(row.id)
        self._wake.set()

    def has_sent(self, txn_id: str) -> bool:
        """Whether the homeserver has answered for this transaction in this run, and that is noted.

        Then its echo tells nothing new. Before, the position must not pass the echo without it: after a crash only
        the echo would tell.
        """
        return txn_id in self._answered and not self._sent and not self._noting.locked()

    @property
    def idle(self) -> bool:
        """Whether everything is taken up, nothing is queued or under way, and everything sent is noted."""
        return self._offered_early is None and not self._rows and not self._sent

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`; then end what is under way. Raises SessionEnded when the session is over."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set() and self._fatal is None:
                self._wake.clear()
                await self._start_what_is_ready(stopping)
                if not self._sent:  # else something landed while the last ones were noted
                    waking = asyncio.ensure_future(self._wake.wait())
                    await asyncio.wait({waking, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    waking.cancel()
                if self._sent:
                    await asyncio.shield(self._note_or_wait(stopping))
        finally:
            stopping.cancel()
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=10)
        try:
            await asyncio.shield(self.note_sent())
        except OperationalError as error:
            _log.warning("noting_failed", error=str(error.orig))  # our echo tells the next run
        if self._fatal is not None:
            raise self._fatal

    async def note_sent(self) -> None:
        """Commit the event IDs of all that was sent so far."""
        async with self._noting:
            noted, self._sent = self._sent, []
            if not noted:
                return
            try:
                async with self._database.transaction() as session:
                    await outbox.sent(session, noted, at=self._now())
            except BaseException:
                self._sent = noted + self._sent
                raise

    async def _note_or_wait(self, stopping: asyncio.Future[Any]) -> None:
        try:
            await self.note_sent()
        except OperationalError as error:
            _log.warning("noting_failed", error=str(error.orig))
            await asyncio.wait({stopping}, timeout=delay_s(3))
            self._wake.set()

    async def _start_what_is_ready(self, stopping: asyncio.Future[Any]) -> None:
        loop = asyncio.get_running_loop()
        while self._ready and len(self._in_flight) < self._most_in_flight:
            pause_s = self._pause_until - loop.time()
            if pause_s > 0:
                await asyncio.wait({stopping}, timeout=pause_s)
                if stopping.done():
                    return
                continue
            row = self._rows[self._ready.popleft()]
            task = asyncio.ensure_future(self._send(row))
            self._in_flight.add(task)
            task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._fatal = self._fatal or task.exception()
        self._wake.set()

    async def _send(self, row: Outgoing) -> None:
        try:
            await self._deliver_or_park(row)
        except RateLimited as error:
            self._most_in_flight = 1
            self._pause(error.retry_after_s)
            self._ready.appendleft(row.id)
        except ServerFailing as error:
            self._try_again_later(row, str(error))
        except Unreachable as error:
            self._failures += 1
            wait_s = delay_s(self._failures)
            _log.warning("send_failed", error=str(error), retry_in_s=round(wait_s, 1))
            self._pause(wait_s)
            self._ready.appendleft(row.id)
        except OperationalError as error:
            self._failures += 1
            wait_s = delay_s(self._failures)
            _log.error("database_failed", outbox=row.id, error=str(error.orig), retry_in_s=round(wait_s, 1))
            self._pause(wait_s)
            self._ready.appendleft(row.id)
        except SessionEnded:
            self._ready.appendleft(row.id)
            raise
        else:
            self._failures = 0
            self._failed.pop(row.id, None)
            self._most_in_flight = min(MOST_IN_FLIGHT, self._most_in_flight + 1)
            self._done(row)

    def _try_again_later(self, row: Outgoing, error: str) -> None:
        """Wait with this row and its lanes only: the homeserver may fail at one room and serve all others."""
        failures = self._failed[row.id] = self._failed.get(row.id, 0) + 1
        self._most_in_flight = max(1, self._most_in_flight // 2)
        wait_s = delay_s(failures)
        _log.warning("send_failed", outbox=row.id, error=error, retry_in_s=round(wait_s, 1))
        asyncio.get_running_loop().call_later(wait_s, self._is_ready_again, row.id)

    def _is_ready_again(self, row_id: int) -> None:
        self._ready.append(row_id)
        self._wake.set()

    async def _deliver_or_park(self, row: Outgoing) -> None:
        try:
            event_id = await self._deliver(row)
        except Rejected as error:
            _log.error("send_rejected", outbox=row.id, room=row.room_id, error=str(error))
            await asyncio.shield(self._park(row, str(error)))
        except (MatrixError, OperationalError):
            raise
        except Exception as error:  # (our own bug: one poisoned row must not end the bot at every start; contract C5)
            _log.exception("send_failed_by_bug", outbox=row.id, room=row.room_id)
            self._bugs[row.id] = self._bugs.get(row.id, 0) + 1
            if self._bugs[row.id] < MOST_ATTEMPTS:
                raise Unreachable(type(error).__name__) from error
            await asyncio.shield(self._park(row, type(error).__name__))
        else:
            self._sent.append((row.id, event_id))
            self._answered.append(row.txn_id)

    async def _deliver(self, row: Outgoing) -> str | None:
        match row.type:
            case outgoing.JOIN:
                await self._client.join(row.room_id, via=row.content.get("via", ()))
                return None
            case outgoing.LEAVE:
                await self._client.leave(row.room_id)
                return None
            case kind if kind in KINDS:
                return await self._referring.send(row)
            case room_state.TOPIC:
                await self._topics.keep(row)
                return None
            case outgoing.FILE:
                event = await self._with_file(row)
            case _:
                event = row.content
        return await self._client.send(row.room_id, outbox.MESSAGE, event, txn_id=row.txn_id)

    async def _with_file(self, row: Outgoing) -> dict[str, Any]:
        """The event of a file, with where the file is now."""
        event: dict[str, Any] = row.content["event"]
        where = await self._uploads.place(
            row.id,
            row.room_id,
            b64decode(row.content["data"]),
            content_type=event["info"]["mimetype"],
            filename=event["filename"],
        )
        return event | where

    async def _park(self, row: Outgoing, error: str) -> None:
        async with self._database.transaction() as session:
            await outbox.parked(session, row.id, error=error)

    def _pause(self, seconds: float) -> None:
        self._pause_until = max(self._pause_until, asyncio.get_running_loop().time() + seconds)

    def _is_next(self, row: Outgoing) -> bool:
        return all(self._lanes[lane][0] == row.id for lane in row.lanes)

    def _done(self, row: Outgoing) -> None:
        del self._rows[row.id]
        self._uploads.forget(row.id)
        followers = set()
        for lane in row.lanes:
            queue = self._lanes[lane]
            queue.popleft()
            if queue:
                followers.add(queue[0])
            else:
                del self._lanes[lane]
        for follower in sorted(followers):
            if self._is_next(self._rows[follower]):
                self._ready.append(follower)
