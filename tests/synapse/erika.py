"""Erika has a nio client as it comes: it encrypts, and its device is not cross-signed."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nio

from bot.demo.people import PATIENCE_SECONDS, create_account
from bot.demo.synapse import Homeserver

PASSWORD = "geheim"

_numbers = itertools.count(1)
_ENCRYPTION = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}


class Erika:
    """Made by `erika_on`; she listens all the time."""

    def __init__(self, client: nio.AsyncClient) -> None:
        self._client = client
        self._events: list[nio.Event] = []
        self._told: list[Any] = []
        self._news = asyncio.Condition()
        client.add_event_callback(self._hear, (nio.Event, nio.MegolmEvent))
        client.add_to_device_callback(self._be_told, nio.ToDeviceEvent)

    async def room_with(self, user_id: str) -> str:
        """Create an encrypted room, and return when somebody has joined it."""
        created = await self._client.room_create(name="Vertraulich", invite=[user_id], initial_state=[_ENCRYPTION])
        assert isinstance(created, nio.RoomCreateResponse), created
        await self._sees(
            self._events,
            lambda event: (
                isinstance(event, nio.RoomMemberEvent) and (event.state_key, event.membership) == (user_id, "join")
            ),
        )
        return str(created.room_id)

    async def asks(self, room: str, text: str) -> str:
        """Say it to all devices there are, and return the event ID."""
        content = {"msgtype": "m.text", "body": text}
        sent = await self._client.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
        assert isinstance(sent, nio.RoomSendResponse), sent
        return str(sent.event_id)

    async def hears_answer(self, event_id: str) -> Any:
        """Wait for the reply to a message, which may come as an event that cannot be read (nio.MegolmEvent)."""

        def fits(event: nio.Event) -> bool:
            relation = event.source["content"].get("m.relates_to", {})
            return bool(relation.get("m.in_reply_to", {}).get("event_id") == event_id)

        return await self._sees(self._events, fits)

    async def is_told(self, fits: Callable[[Any], bool]) -> Any:
        """Wait for a message to her device."""
        return await self._sees(self._told, fits)

    async def _sees(self, among: list[Any], fits: Callable[[Any], bool]) -> Any:
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(lambda: any(map(fits, among)))
        return next(filter(fits, among))

    async def _hear(self, _room: nio.MatrixRoom, event: nio.Event) -> None:
        async with self._news:
            self._events.append(event)
            self._news.notify_all()

    async def _be_told(self, event: nio.ToDeviceEvent) -> None:
        async with self._news:
            self._told.append(event)
            self._news.notify_all()


@asynccontextmanager
async def erika_on(homeserver: Homeserver, directory: Path) -> AsyncIterator[Erika]:
    """A new user with her keys in a directory."""
    name = f"erika{next(_numbers)}"
    await create_account(homeserver.url, name, password=PASSWORD)
    config = nio.AsyncClientConfig(encryption_enabled=True)
    client = nio.AsyncClient(homeserver.url, name, store_path=str(directory), config=config)
    listening: list[asyncio.Task[None]] = []
    try:
        assert isinstance(await client.login(PASSWORD), nio.LoginResponse)
        erika = Erika(client)
        listening = [asyncio.create_task(client.sync_forever(timeout=10_000, full_state=True))]
        yield erika
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        await client.close()
