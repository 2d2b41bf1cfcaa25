"""Those who talk, and the one who watches: plain HTTP, so that both homeservers are asked the same."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Self
from urllib.parse import quote, urlencode

import aiohttp
import orjson

Json = dict[str, Any]


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

    async def register(self, name: str, password: str = "password") -> tuple[str, str]:
        """Make an account; gives its user ID and a token."""
        body = {"username": name, "password": password, "auth": {"type": "m.login.dummy"}}
        answer = await self.ask("POST", "/register", body=body)
        return str(answer["user_id"]), str(answer["access_token"])

    async def room(self, owner: str, members: Collection[str]) -> str:
        """Make a room that the members (tokens) join."""
        room = str((await self.ask("POST", "/createRoom", owner, {"preset": "public_chat"}))["room_id"])
        for token in members:
            await self.join(room, token)
        return room

    async def join(self, room: str, token: str) -> None:
        """Join a room."""
        await self.ask("POST", f"/join/{quote(room)}", token, {})

    async def say(self, room: str, token: str, text: str) -> str:
        """Say something; gives the event ID."""
        path = f"/rooms/{quote(room)}/send/m.room.message/{next(self._txn)}"
        body = {"msgtype": "m.text", "body": text, "m.mentions": {}}
        return str((await self.ask("PUT", path, token, body))["event_id"])


class Watcher:
    """A person in all rooms who notes when which command was answered, how often, and with what."""

    def __init__(self, homeserver: Homeserver, token: str, bots: Sequence[str]) -> None:
        self._homeserver = homeserver
        self._token = token
        timeline = {"types": ["m.room.message"], "senders": list(bots), "limit": 100}
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

    def content(self, command: str) -> Json:
        """What was answered."""
        return self._contents[command]

    def wrong(self, commands: Collection[str], body: str) -> int:
        """How many answers say something else than `body`."""
        return sum(self._contents[command]["body"] != body for command in commands if command in self._contents)
