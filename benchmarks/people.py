"""Those who talk, and the one who watches: plain HTTP, so that both homeservers are asked the same."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urlencode

import aiohttp
import orjson

Json = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """Somebody on the homeserver, with the device that registering made."""

    user_id: str
    token: str
    device_id: str


class Homeserver:
    """Requests to a homeserver with anybody's token."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url = url
        self._http = http
        self._txn = itertools.count()

    @classmethod
    def at(cls, url: str) -> Self:
        """A homeserver at this address; end with `close`."""
        return cls(url, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def ask(self, method: str, path: str, token: str = "", body: Json | None = None) -> Json:
        """One request, one JSON answer. Raises RuntimeError for anything but a 2xx."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = None if body is None else orjson.dumps(body)
        async with self._http.request(
            method, f"{self.url}/_matrix/client/v3{path}", data=data, headers=headers
        ) as response:
            raw = await response.read()
            if not response.ok:
                raise RuntimeError(f"{method} {path}: {response.status} {raw[:200]!r}")
            answer: Json = orjson.loads(raw)
            return answer

    async def register(self, name: str, password: str = "password") -> Account:
        """Make an account."""
        body = {"username": name, "password": password, "auth": {"type": "m.login.dummy"}}
        answer = await self.ask("POST", "/register", body=body)
        return Account(str(answer["user_id"]), str(answer["access_token"]), str(answer["device_id"]))

    async def room(self, owner: str, members: Collection[str], *, encrypted: bool = False) -> str:
        """Make a room that the members (tokens) join."""
        algorithm = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
        wish = {"preset": "public_chat", "initial_state": [algorithm] if encrypted else []}
        room = str((await self.ask("POST", "/createRoom", owner, wish))["room_id"])
        for token in members:
            await self.join(room, token)
        return room

    async def devices(self, user_id: str, token: str) -> list[Json]:
        """The devices of somebody that have keys, as /keys/query shows them."""
        shown = await self.ask("POST", "/keys/query", token, {"device_keys": {user_id: []}})
        return list(shown["device_keys"].get(user_id, {}).values())

    async def join(self, room: str, token: str) -> None:
        """Join a room."""
        await self.ask("POST", f"/join/{quote(room)}", token, {})

    async def send(self, room: str, token: str, event_type: str, content: Json) -> str:
        """Send an event; gives its ID."""
        path = f"/rooms/{quote(room)}/send/{event_type}/{next(self._txn)}"
        return str((await self.ask("PUT", path, token, content))["event_id"])


def message(text: str) -> Json:
    """The content of a message."""
    return {"msgtype": "m.text", "body": text, "m.mentions": {}}


class Watcher:
    """A person in all rooms who notes when which command was answered, how often, and with what.

    Answers that are encrypted are read only afterwards: that must not take time while others are timed.
    """

    def __init__(self, homeserver: Homeserver, token: str, bots: Sequence[str]) -> None:
        self._homeserver = homeserver
        self._token = token
        timeline = {"types": ["m.room.message", "m.room.encrypted"], "senders": list(bots), "limit": 100}
        rooms: Json = {name: {"types": []} for name in ("state", "ephemeral", "account_data")}
        self._timeline = timeline
        self._filter = {
            "presence": {"types": []},
            "account_data": {"types": []},
            "room": {"timeline": timeline, **rooms},
        }
        self._seen: dict[str, float] = {}
        self._count: Counter[str] = Counter()
        self._contents: dict[str, Json] = {}
        self._to_device: list[Json] = []
        self._told = asyncio.Event()

    async def run(self, ready: asyncio.Event) -> None:
        """Watch until cancelled; sets `ready` once it sees everything."""
        loop = asyncio.get_running_loop()
        since = ""
        while True:
            query: Json = {"filter": orjson.dumps(self._filter).decode(), "timeout": 30_000 if since else 0}
            if since:
                query["since"] = since
            answer = await self._homeserver.ask("GET", f"/sync?{urlencode(query)}", self._token)
            now = loop.time()
            self._to_device += answer.get("to_device", {}).get("events", ())
            for room, news in answer.get("rooms", {}).get("join", {}).items() if since else ():
                for event in news["timeline"]["events"]:
                    self._note(event, now)
                if news["timeline"].get("limited"):
                    await self._gap(room, news["timeline"]["prev_batch"], since)
            since = str(answer["next_batch"])
            ready.set()
            told, self._told = self._told, asyncio.Event()
            told.set()

    async def _gap(self, room: str, start: str, end: str) -> None:
        while start:
            query = {
                "dir": "b",
                "from": start,
                "to": end,
                "limit": 500,
                "filter": orjson.dumps(self._timeline).decode(),
            }
            page = await self._homeserver.ask("GET", f"/rooms/{quote(room)}/messages?{urlencode(query)}", self._token)
            for event in page["chunk"]:
                self._note(event, asyncio.get_running_loop().time())
            start = page.get("end", "") if page["chunk"] else ""

    def _note(self, event: Json, now: float) -> None:
        command = event["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
        if command:
            self._seen.setdefault(command, now)
            self._count[command] += 1
            self._contents[command] = event["content"]

    async def answers(
        self, commands: Collection[str], *, quiet_s: float, first_s: float | None = None
    ) -> dict[str, float]:
        """When (loop time) each command was answered; gives up when nothing came for `quiet_s` seconds.

        The first answer may take `first_s` seconds.
        """
        missing = {command for command in commands if command not in self._seen}
        deadline = asyncio.get_running_loop().time() + (quiet_s if first_s is None else first_s)
        while missing:
            try:
                async with asyncio.timeout_at(deadline):
                    await self._told.wait()
            except TimeoutError:
                break
            left = {command for command in missing if command not in self._seen}
            if len(left) < len(missing):
                deadline = asyncio.get_running_loop().time() + quiet_s
            missing = left
        return {command: self._seen[command] for command in commands if command in self._seen}

    def answered(self, commands: Collection[str]) -> set[str]:
        """Which of these commands were answered by now."""
        return {command for command in commands if command in self._seen}

    def doubled(self, commands: Collection[str]) -> int:
        """How many answers were too many."""
        return sum(max(0, self._count[command] - 1) for command in commands)

    def read(self, take: Callable[[Iterable[Json]], None], read: Callable[[Json], Json | None]) -> None:
        """Decrypt what is encrypted of the answers so far; `take` takes keys in, `read` reads with them."""
        take(self._to_device)
        self._to_device = []
        for command, content in self._contents.items():
            if "ciphertext" in content:
                self._contents[command] = read(content) or content

    def content(self, command: str) -> Json:
        """What was answered."""
        return self._contents[command]

    def wrong(self, commands: Collection[str], body: str) -> int:
        """How many answers say something else than `body`, or cannot be read."""
        return sum(self._contents[command].get("body") != body for command in commands if command in self._contents)
