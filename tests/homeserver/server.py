"""The fake homeserver over HTTP, with everything a test needs to drive, disturb and watch it."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import unquote

import orjson
from aiohttp import web

from . import keys, routes
from .calls import Call, finder
from .faults import Cut, Fault, Hold, LostAnswer, Match, RateLimit, Refusal, Request, Truncation, matcher
from .model import Content, Device, Event, MatrixError, Room
from .people import User
from .sync import Filter, nothing_new, sync, token_position
from .wire import abort, query_and_token, steps, truncate
from .world import World

T = TypeVar("T")
_HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_UNKNOWN_TOKEN = b'{"errcode":"M_UNKNOWN_TOKEN","error":"Unrecognised access token","soft_logout":false}'
_LIMITED = {"send", "redact", "state"}


class FakeHomeserver:
    """A Matrix homeserver on 127.0.0.1 in the running loop: `async with FakeHomeserver() as hs`.

    Leaving the block raises what went wrong inside the homeserver itself, if anything did.
    """

    def __init__(self, server_name: str = "test", *, port: int = 0) -> None:
        self.world = World(server_name)
        self.world.changed = self._look
        self.requests: deque[Request] = deque(maxlen=10_000)
        self.bugs: list[Exception] = []
        self.port = port
        self._find = finder(routes.route | keys.route)
        self._faults: list[Fault] = []
        self._waiting: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []
        self._rate: RateLimit | None = None
        self._cap: int | None = None
        self._repeats = 0
        self._server: web.Server | None = None
        self._runner: web.ServerRunner | None = None

    # life

    @property
    def url(self) -> str:
        """Where clients find it, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen; the first start chooses a free port, later ones take the same again."""
        self._server = web.Server(self._serve, handler_cancellation=True, access_log=None, keepalive_timeout=600)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port and cut all connections; everything stored is kept."""
        if self._runner is None or self._server is None:
            return
        for site in self._runner.sites:
            await site.stop()
        for connection in self._server.connections:
            if connection.transport is not None:
                connection.transport.abort()
        await self._runner.cleanup()
        self._runner = self._server = None

    async def restart(self) -> None:
        """Stop and start again on the same port."""
        await self.stop()
        await self.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.stop()
        if self.bugs:
            raise ExceptionGroup("The fake homeserver has a bug", self.bugs)

    # people and rooms, without HTTP

    def user(self, user_id: str, password: str = "password") -> User:
        """A person of this name, made at the first call; "anna" is short for "@anna:test"."""
        full = user_id if user_id.startswith("@") else f"@{user_id}:{self.world.server_name}"
        return User(self.world, self.world.account(full, password))

    def create_room(
        self,
        creator: User | str,
        *,
        name: str | None = None,
        alias: str | None = None,
        members: Iterable[User | str] = (),
        invite: Iterable[User | str] = (),
        direct: bool = False,
        encrypted: bool = False,
    ) -> str:
        """Make a room and return its ID; `members` are in it at once, `alias` is its local part."""
        account = self._user(creator).account
        state: list[Content] = []
        if encrypted:
            state.append({"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}})
        joining = [self._user(member) for member in members]
        guests = [person.user_id for person in (*joining, *map(self._user, invite))]
        preset = "trusted_private_chat" if direct else "private_chat"
        wish = {"name": name, "room_alias_name": alias, "preset": preset, "is_direct": direct}
        room = self.world.create_room(account, wish | {"initial_state": state, "invite": guests})
        for person in joining:
            self.world.join(room, person.user_id)
        return room.id

    def _user(self, person: User | str) -> User:
        return self.user(person) if isinstance(person, str) else person

    def room(self, name: str) -> Room:
        """What the homeserver knows of a room, by ID or alias."""
        return self.world.room(name)

    def events(self, room: str) -> list[Event]:
        """All events of a room in the order of the stream."""
        return list(self.world.room(room).timeline)

    def messages(self, room: str, sender: User | str | None = None) -> list[Event]:
        """The messages of a room (m.room.message), of one person or of all."""
        wanted = self._user(sender).user_id if sender is not None else None
        return [
            event
            for event in self.world.room(room).timeline
            if event.type == "m.room.message" and wanted in {None, event.sender}
        ]

    # waiting

    @property
    def position(self) -> int:
        """Where the stream ends now."""
        return self.world.position

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 10) -> T:  # noqa: ASYNC109  # the message tells more
        """Wait until the predicate holds and return what it gave; it is asked after every event and request.

        `timeout` in seconds; TimeoutError names the last requests.
        """
        if found := predicate():
            return found
        waiting: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        entry = (predicate, waiting)
        self._waiting.append(entry)
        try:
            return await asyncio.wait_for(waiting, timeout)
        except TimeoutError:
            last = "\n".join(map(str, list(self.requests)[-15:]))
            raise TimeoutError(f"Not within {timeout} s. The last requests:\n{last}") from None
        finally:
            self._waiting.remove(entry)

    async def synced(self, user: User | str, position: int | None = None, timeout: float = 10) -> None:  # noqa: ASYNC109  # as above
        """Wait until this person's client asked for news since `position` (default: now): all before is committed."""
        account = self._user(user).account
        wanted = self.position if position is None else position
        await self.wait_for(lambda: account.synced >= wanted, timeout)

    async def polling(self, user: User | str, timeout: float = 10) -> None:  # noqa: ASYNC109  # as above
        """Wait until a client of this person has been told everything and waits in `/sync` for more."""
        user_id = self._user(user).user_id
        await self.wait_for(lambda: self.world.polls.get(user_id), timeout)

    def _look(self) -> None:
        for predicate, waiting in self._waiting:
            if waiting.done():
                continue
            try:
                found = predicate()
            except Exception as error:  # noqa: BLE001  # it belongs to the test that waits
                waiting.set_exception(error)
            else:
                if found:
                    waiting.set_result(found)

    # faults

    def fail(
        self,
        match: Match,
        status: int = 500,
        *,
        errcode: str | None = None,
        retry_after_ms: int | None = None,
        html: bool = False,
        body: bytes | None = None,
        times: int = 1,
    ) -> Refusal:
        """Refuse the next requests that match, with a Matrix error, a proxy's HTML page or any body."""
        default = "M_LIMIT_EXCEEDED" if status == 429 else "M_UNKNOWN"
        error: Content = {"errcode": errcode or default, "error": "Refused by the test"}
        if retry_after_ms is not None:
            error["retry_after_ms"] = retry_after_ms
        content = body if body is not None else _HTML if html else orjson.dumps(error)
        content_type = "text/html" if html else "application/json"
        fault = Refusal(matcher(match), times, status=status, body=content, content_type=content_type)
        self._faults.append(fault)
        return fault

    def cut(self, match: Match, times: int = 1) -> Cut:
        """Cut the connection of the next requests that match, before they are accepted."""
        self._faults.append(fault := Cut(matcher(match), times))
        return fault

    def lose_answer(self, match: Match, times: int = 1) -> LostAnswer:
        """Accept the next requests that match, then cut the connection instead of answering."""
        self._faults.append(fault := LostAnswer(matcher(match), times))
        return fault

    def truncate(self, match: Match, times: int = 1) -> Truncation:
        """Accept the next requests that match, then send half of the answer and close."""
        self._faults.append(fault := Truncation(matcher(match), times))
        return fault

    def hold(self, match: Match, *, times: int = 1, answered: bool = False) -> Hold:
        """Let the next requests that match wait for `release()` or `drop()`: before they are accepted, or after."""
        self._faults.append(fault := Hold(matcher(match), times, answered=answered))
        return fault

    def deliver_twice(self, times: int = 1) -> None:
        """Let the next incremental syncs repeat what the sync before them told."""
        self._repeats = times

    def limit_timelines(self, limit: int | None) -> None:
        """Send at most so many events of a room with a sync, whatever the filter says; None lifts it."""
        self._cap = limit

    def rate_limit(self, per_second: float | None, burst: int = 10) -> None:
        """Limit sends, redactions and state per user (Synapse's default: 0.2 per second, burst 10); None lifts it."""
        self._rate = None if per_second is None else RateLimit(per_second, burst)

    # HTTP

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        raw_path, query, token = query_and_token(request)
        device = self.world.tokens.get(token) if token else None
        user_id = device.account.user_id if device else None
        path = unquote(raw_path) if "%" in raw_path else raw_path
        record = Request(request.method, path, user_id, query)
        self.requests.append(record)
        faults = [fault for fault in self._faults if fault.meets(record)] if self._faults else ()
        if self._waiting:
            self._look()
        if faults and (early := await _before(request, record, faults)) is not None:
            return early
        status, content_type, body = await self._answer(request, raw_path, query, token, device)
        for fault in faults:
            if isinstance(fault, LostAnswer) or (isinstance(fault, Hold) and fault.answered and not await fault.wait()):
                return abort(request)
            if isinstance(fault, Truncation):
                return truncate(request, body)
        record.status = status
        if self._waiting:
            self._look()
        return web.Response(status=status, body=body, content_type=content_type)

    async def _answer(
        self, request: web.BaseRequest, raw_path: str, query: dict[str, str], token: str | None, device: Device | None
    ) -> tuple[int, str, bytes]:
        status = 200
        try:
            way = steps(raw_path)
            if token and device is None:
                return 401, "application/json", _UNKNOWN_TOKEN
            if way == ["sync"]:
                answer: Any = await self._sync(request.method, query, device)
            else:
                answer = await self._call(request, way, query, device)
            if isinstance(answer, tuple):
                return 200, answer[0], answer[1]
        except MatrixError as error:
            status, answer = error.status, error.body
        except web.HTTPRequestEntityTooLarge:
            status, answer = 413, {"errcode": "M_TOO_LARGE", "error": "Request too large"}
        except Exception as error:  # whatever it is, the test is told of it; aiohttp would only log it
            self.bugs.append(error)
            raise
        return status, "application/json", orjson.dumps(answer)

    async def _call(
        self, request: web.BaseRequest, way: list[str], query: dict[str, str], device: Device | None
    ) -> Any:
        endpoint, arguments = self._find(request.method, way)
        if (
            self._rate is not None
            and device is not None
            and request.method == "PUT"
            and way[2:3]
            and way[2] in _LIMITED
        ):
            wait_ms = self._rate.wait_ms(device.account.user_id, asyncio.get_running_loop().time())
            if wait_ms:
                raise MatrixError(429, "M_LIMIT_EXCEEDED", "Too Many Requests", retry_after_ms=wait_ms)
        raw = await request.read() if request.can_read_body else b""
        content_type = request.content_type
        body: Any = {}
        if raw and way != ["upload"]:
            try:
                body = orjson.loads(raw)
            except orjson.JSONDecodeError:
                raise MatrixError(400, "M_NOT_JSON", "Content not JSON.") from None
            if not isinstance(body, dict):
                raise MatrixError(400, "M_BAD_JSON", "Content must be a JSON object.")
        try:
            return endpoint(Call(self.world, query, body, raw, content_type, device), *arguments)
        except (KeyError, TypeError, AttributeError, ValueError) as error:  # a body of the wrong shape
            raise MatrixError(400, "M_BAD_JSON", f"{type(error).__name__}: {error}") from error

    async def _sync(self, method: str, query: dict[str, str], device: Device | None) -> Content:
        if method != "GET":
            raise MatrixError(405, "M_UNRECOGNIZED", "Unrecognized request")
        if device is None:
            raise MatrixError(401, "M_MISSING_TOKEN", "Missing access token")
        account = device.account
        since = token_position(query["since"]) if query.get("since") else None
        wish = self._filter(query.get("filter", ""), device)
        full_state = query.get("full_state") == "true"
        if since is not None and since > account.synced:
            account.synced = since
            self._look()
        told = since
        if self._repeats and since is not None and device.since_before is not None:
            self._repeats -= 1
            since = device.since_before
        loop = asyncio.get_running_loop()
        until = loop.time() + int(query.get("timeout", 0)) / 1000
        while (answer := sync(self.world, device, since, wish, full_state=full_state)) is None:
            since = self.position  # nothing up to here was for this device: do not look at it again
            left = until - loop.time()
            if left <= 0 or not await self._news(account.user_id, left):
                return nothing_new(self.world, device)
        device.since_before = told
        return answer

    async def _news(self, user_id: str, seconds: float) -> bool:
        poll: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.world.polls.setdefault(user_id, set()).add(poll)
        self._look()
        try:
            await asyncio.wait_for(poll, seconds)
        except TimeoutError:
            return False
        finally:
            if polls := self.world.polls.get(user_id):
                polls.discard(poll)
        return True

    def _filter(self, given: str, device: Device) -> Filter:
        if given.startswith("{"):
            return Filter.of(orjson.loads(given), self._cap)
        if not given:
            return Filter.of({}, self._cap)
        if not given.isdigit() or int(given) >= len(device.account.filters):
            raise MatrixError(400, "M_INVALID_PARAM", "No such filter")
        return Filter.of(device.account.filters[int(given)], self._cap)


async def _before(request: web.BaseRequest, record: Request, faults: Iterable[Fault]) -> web.Response | None:
    """Apply the faults that come before the request is accepted; an answer ends it there."""
    for fault in faults:
        if isinstance(fault, Cut) or (isinstance(fault, Hold) and not fault.answered and not await fault.wait()):
            return abort(request)
        if isinstance(fault, Refusal):
            record.status = fault.status
            return web.Response(status=fault.status, body=fault.body, content_type=fault.content_type)
    return None
