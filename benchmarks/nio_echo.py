"""A bare nio bot, as nio's own examples have it. `python -m benchmarks.nio_echo settings.json`.

Log in, sync_forever, a callback, room_send. With `store` nio keeps keys and its position in its own store.
Its timelines hold 100 events instead of 10; like the examples it does not walk back where that is too few.
"""

import asyncio
import json
import logging
import signal
import sys
from pathlib import Path
from typing import Any

import nio


async def run(settings: dict[str, Any], answer: dict[str, Any]) -> None:
    store = settings["store"]
    config = nio.AsyncClientConfig(encryption_enabled=store, store_sync_tokens=store)
    store_path = settings["directory"] if store else ""
    client = nio.AsyncClient(settings["url"], settings["user"], store_path=store_path, config=config)
    kept = _kept(settings)
    if kept:
        client.restore_login(*kept)
    else:
        _keep(settings, await client.login(settings["password"]))

    async def on_message(room: nio.MatrixRoom, event: nio.RoomMessageText) -> None:
        if event.body == settings["command"] and event.sender != client.user_id:
            relation = {"m.relates_to": {"m.in_reply_to": {"event_id": event.event_id}}}
            await client.room_send(room.room_id, "m.room.message", answer | relation, ignore_unverified_devices=True)

    wish = {"room": {"timeline": {"limit": 100}}}
    if not client.loaded_sync_token:
        await client.sync(timeout=0, sync_filter=wish, full_state=True)  # what was said before is not answered
        client.add_event_callback(on_message, nio.RoomMessageText)
        await client.sync_forever(timeout=30_000, sync_filter=wish)
    else:
        client.add_event_callback(on_message, nio.RoomMessageText)
        await client.sync_forever(timeout=30_000, sync_filter=wish, full_state=True)


def _kept(settings: dict[str, Any]) -> list[str]:
    path = Path(settings["directory"], "session")
    kept: list[str] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return kept


def _keep(settings: dict[str, Any], answer: Any) -> None:
    session = [answer.user_id, answer.device_id, answer.access_token]
    Path(settings["directory"], "session").write_text(json.dumps(session), "utf-8")


def main() -> None:
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    answer = json.loads(Path(settings["answer"]).read_text("utf-8"))
    asyncio.run(run(settings, answer))


if __name__ == "__main__":
    main()
