"""The floor: sync, and a PUT for each command, with aiohttp and nothing else: `python -m benchmarks.floor FILE`.

It keeps its position in a file and walks back limited timelines, so that it answers everything; it has no
database, no retries and no rooms of its own, and it answers one command after the other.
"""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import orjson

_FILTER = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "timeline": {"limit": 100, "types": ["m.room.message"]},
        "state": {"types": []},
        "ephemeral": {"types": []},
        "account_data": {"types": []},
    },
}


class Position:
    """How far it has read, in a file."""

    def __init__(self, directory: str) -> None:
        self._path = Path(directory, "position")
        self.since = self._path.read_text("utf-8") if self._path.exists() else ""

    def move(self, since: str) -> None:
        """Go on to here."""
        if since != self.since:
            self._path.write_text(since, "utf-8")
            self.since = since


async def run(settings: dict[str, Any], answer: dict[str, Any]) -> None:
    position = Position(settings["directory"])
    base = f"{settings['url']}/_matrix/client/v3"
    query = {"filter": orjson.dumps(_FILTER).decode()}
    headers = {"Authorization": f"Bearer {settings['token']}"}

    async with aiohttp.ClientSession(headers=headers) as http:

        async def ask(method: str, path: str, body: Any = None) -> dict[str, Any]:
            async with http.request(method, base + path, data=None if body is None else orjson.dumps(body)) as response:
                response.raise_for_status()
                found: dict[str, Any] = orjson.loads(await response.read())
                return found

        async def gap(room: str, start: str, end: str) -> list[dict[str, Any]]:
            newest_first: list[dict[str, Any]] = []
            while start:
                wish = urlencode({"dir": "b", "from": start, "to": end, "limit": 500})
                page = await ask("GET", f"/rooms/{quote(room)}/messages?{wish}")
                newest_first += page["chunk"]
                start = page.get("end", "") if page["chunk"] else ""
            return newest_first[::-1]

        while True:
            since = position.since
            wish = urlencode(query | ({"since": since, "timeout": 30_000} if since else {"timeout": 0}))
            response = await ask("GET", f"/sync?{wish}")
            for room, news in response.get("rooms", {}).get("join", {}).items() if since else ():
                events = news["timeline"]["events"]
                if news["timeline"].get("limited"):
                    events = await gap(room, news["timeline"]["prev_batch"], since) + events
                for event in events:
                    if event["content"].get("body") == settings["command"] and event["sender"] != settings["user"]:
                        relation = {"m.relates_to": {"m.in_reply_to": {"event_id": event["event_id"]}}}
                        txn = quote(event["event_id"][1:])
                        await ask("PUT", f"/rooms/{quote(room)}/send/m.room.message/{txn}", answer | relation)
            position.move(str(response["next_batch"]))


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    answer = json.loads(Path(settings["answer"]).read_text("utf-8"))
    asyncio.run(run(settings, answer))


if __name__ == "__main__":
    main()
