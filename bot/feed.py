"""The calendar feed: the dates over HTTP, for people's calendar programs (see docs/adr/0025-calendar-feed.md).

GET and HEAD of /kalender/<secret>/alle.ics, and of /kalender/<secret>/ag3.ics for each group. Who does not know the
secret learns nothing, not even which addresses there are. No address is ever logged (contract C19): aiohttp gets a log
that goes nowhere.
"""

import asyncio
import hashlib
import hmac
import logging
import math
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from aiohttp import hdrs, web

from bot import conditional, logs
from bot.config_secret import Secret
from bot.errors import FeedUnusable
from commands.settings import Settings
from storage import feeds, groups
from storage.database import Database
from storage.read_only import reading

_log = structlog.get_logger(__name__)

MAX_CONNECTIONS = 100
"""More are refused: each is a file descriptor, and the bot needs some for its homeserver."""
PATIENCE_S = 15.0
"""How long a client may take to ask, or be idle; after that its connection is closed."""
SENDING_S = 30.0
"""How long a client may take to read the answer."""
MAX_AGE_S = 300

_ENDING_S = 5.0
_SHARE = 10  # building a body takes at most one part in ten of the time
_REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 60\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

_NOWHERE = logging.Logger("bot.feed.nowhere", level=logging.CRITICAL + 1)  # noqa: LOG001 (no child of the root: nothing gets out)
"""aiohttp's log: it would quote request lines, and the secret stands in them."""

Build = Callable[[int | None], bytes]
"""Makes the iCalendar text (RFC 5545) of one group's dates, or of all; called in a thread of its own."""


def from_database(path: Path, settings: Settings) -> Build:
    """Return what builds feeds from this database file, without the event loop of the bot."""
    from commands.calendar import exporting  # noqa: PLC0415 (icalendar: needed only where there is a feed)

    async def read(group: int | None) -> bytes:
        async with reading(path) as session:
            await (await session.connection()).exec_driver_sql("BEGIN")  # all statements see the same moment
            return await exporting.feed(session, settings, group=group)

    return lambda group: asyncio.run(read(group))


@dataclass(frozen=True)
class _Version:
    """A feed as it is given out. It stands at least for the second in which it was built, and until `rest_until`."""

    body: bytes
    etag: str
    changed_at: datetime
    second: datetime
    rest_until: float


class Feed:
    """The HTTP server of the calendar. `await open()`, then `run(stop)`; the database stays open until that ends."""

    def __init__(
        self,
        database: Database,
        build: Build,
        secret: Secret,
        *,
        host: str,
        port: int,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._build = build
        self._secret = _digest(secret.reveal())
        self._host = host
        self._port = port
        self._now = now
        self._groups: dict[str, int | None] = {"alle": None}
        self._versions: dict[str, _Version] = {}
        self._one_at_a_time = asyncio.Lock()
        self._ended = False
        self._listening: asyncio.Server | None = None
        self._http: web.Server | None = None

    @property
    def port(self) -> int:
        """The port on which it listens."""
        assert self._listening is not None, "the feed is not open"
        return int(self._listening.sockets[0].getsockname()[1])

    async def open(self) -> None:
        """Listen. Raises FeedUnusable where host and port cannot be had."""
        async with self._database.reading() as session:
            self._groups |= {f"ag{each.number}": each.number for each in await groups.everyone(session)}
        self._http = web.Server(
            self._answer,
            access_log=None,
            logger=_NOWHERE,
            keepalive_timeout=PATIENCE_S,
            lingering_time=1.0,
            debug=False,
        )
        try:
            self._listening = await asyncio.get_running_loop().create_server(self._connection, self._host, self._port)
        except (OSError, OverflowError) as error:
            raise FeedUnusable(
                f"[calendar_feed] {self._host} port {self._port} cannot be used: {_reason(error)}. Name another host or"
                " port, or free this one."
            ) from None
        _log.info("feed_started", host=self._host, port=self.port)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`; then take no more requests and finish those under way, for some seconds at most."""
        assert self._listening is not None, "open it first"
        assert self._http is not None, "open it first"
        try:
            await stop.wait()
        finally:
            self._listening.close()
            self._http.pre_shutdown()
            await self._http.shutdown(_ENDING_S)
            async with self._one_at_a_time:  # what is being noted is noted before the database is closed
                self._ended = True

    def _connection(self) -> asyncio.BaseProtocol:
        assert self._http is not None, "open it first"
        return self._http() if len(self._http.connections) < MAX_CONNECTIONS else _Refused()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request; the client that does not read the answer in time loses its connection."""
        try:
            response = await self._response(request)
        except Exception:  # noqa: BLE001 (aiohttp would quote what the exception says: contract C20)
            logs.unexpected("feed_failed")
            response = _refusal(503, {hdrs.RETRY_AFTER: "60"})
        response.headers[hdrs.SERVER] = "ag4-bot"
        response.headers[hdrs.DATE] = conditional.http_date(self._now())
        if request.transport is not None:
            request.transport.set_write_buffer_limits(high=0)  # `write_eof` then waits until all is handed over
        try:
            async with asyncio.timeout(SENDING_S):
                await response.prepare(request)
                await response.write_eof()
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
        return response

    async def _response(self, request: web.BaseRequest) -> web.Response:
        name = self._name(request.path)
        if name is None:
            return _refusal(404)
        if request.method not in {hdrs.METH_GET, hdrs.METH_HEAD}:
            return _refusal(405, {hdrs.ALLOW: "GET, HEAD"})
        version = await asyncio.shield(self._current(name))
        now = self._now()
        headers = {hdrs.ETAG: f'"{version.etag}"', hdrs.CACHE_CONTROL: f"private, max-age={MAX_AGE_S}"}
        if conditional.unchanged(
            etag=version.etag,
            changed_at=version.changed_at,
            none_match=request.headers.getall(hdrs.IF_NONE_MATCH, []),
            modified_since=request.headers.getall(hdrs.IF_MODIFIED_SINCE, []),
            now=now,
        ):
            return web.Response(status=304, headers=headers)
        # Not later than Date, also where the clock was put back (RFC 9110, section 8.8.2.1).
        headers[hdrs.LAST_MODIFIED] = conditional.http_date(min(version.changed_at, now))
        headers[hdrs.X_CONTENT_TYPE_OPTIONS] = "nosniff"
        return web.Response(body=version.body, content_type="text/calendar", charset="utf-8", headers=headers)

    def _name(self, path: str) -> str | None:
        """The feed at this address, None where there is none; takes as long for a wrong secret as for a right one."""
        above, _, file = path.rpartition("/")
        top, _, given = above.rpartition("/")
        known = hmac.compare_digest(_digest(given), self._secret)
        name = file.removesuffix(".ics")
        return name if known and top == "/kalender" and file.endswith(".ics") and name in self._groups else None

    async def _current(self, name: str) -> _Version:
        """The feed as it is now, at most a second old, or ten times as old as it takes to build."""
        async with self._one_at_a_time:
            if self._ended:
                raise asyncio.CancelledError
            now = self._now()
            second = now.replace(microsecond=0)
            kept = self._versions.get(name)
            if kept is not None and (kept.second == second or time.monotonic() < kept.rest_until):
                return kept
            body, took_s = await asyncio.to_thread(_timed, self._build, self._groups[name])
            etag = hashlib.sha256(body).hexdigest()[:32]
            if kept is not None and kept.etag == etag:
                changed_at = kept.changed_at
            else:
                async with self._database.transaction() as session:
                    changed_at = await feeds.changed_at(session, name, etag=etag, at=now)
            rest_s = (_SHARE - 1) * took_s
            rest_until = time.monotonic() + rest_s if rest_s > 1 else -math.inf
            self._versions[name] = _Version(body, etag, changed_at, second, rest_until)
            return self._versions[name]


class _Refused(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(_REFUSAL)
        transport.close()


def _timed(build: Build, group: int | None) -> tuple[bytes, float]:
    """What `build` makes, and how many seconds of the processor this thread used for it."""
    began = time.thread_time()
    return build(group), time.thread_time() - began


def _refusal(status: int, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, headers={hdrs.CACHE_CONTROL: "no-store", **(headers or {})})


def _digest(text: str) -> bytes:
    """Of equal length for all texts: comparing two of them tells nothing of the length either."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def _reason(error: OSError | OverflowError) -> str:
    """Why it cannot listen, in the system's words without asyncio's around them."""
    if isinstance(error, socket.gaierror):
        return "no such host is known"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return "there is no such port"
