"""A bare HTTP client for the tests of the fake homeserver: sees exactly what is on the wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Self

import aiohttp

from .server import FakeHomeserver

Json = dict[str, Any]


@dataclass
class Wire:
    """A client with one access token, or none."""

    url: str
    session: aiohttp.ClientSession
    token: str

    def with_token(self, token: str) -> Self:
        """Another client on the same connections."""
        return replace(self, token=token)

    async def __call__(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Json]:
        """One request below /_matrix/client/v3/: its status and its answer."""
        url = f"{self.url}/_matrix/client/v3/{path}"
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.session.request(method, url, json=body, params=query, headers=headers) as answer:
            return answer.status, await answer.json()

    async def sync(self, since: str = "", **query: str) -> Json:
        """A sync that succeeds."""
        status, answer = await self("GET", "sync", **({"since": since} if since else {}), **query)
        assert status == 200, answer
        return answer

    async def say(self, room: str, text: str, txn: str) -> str:
        """A message that is accepted; its event ID."""
        body = {"msgtype": "m.text", "body": text}
        status, answer = await self("PUT", f"rooms/{room}/send/m.room.message/{txn}", body)
        assert status == 200, answer
        return str(answer["event_id"])


@asynccontextmanager
async def wire(homeserver: FakeHomeserver, user: str, device_id: str) -> AsyncIterator[Wire]:
    """A client logged in as this device."""
    async with aiohttp.ClientSession() as session:
        yield Wire(homeserver.url, session, homeserver.user(user).token(device_id))


def bodies(events: list[Json]) -> list[str]:
    """The texts of the messages among these events."""
    return [event["content"]["body"] for event in events if event["type"] == "m.room.message"]


def timeline(answer: Json, room: str) -> Json:
    """The timeline of a joined room in a sync answer."""
    return answer["rooms"]["join"][room]["timeline"]  # type: ignore[no-any-return]  # JSON
