"""The bot in rooms that are encrypted, and people there with today's client, who exclude insecure devices (MSC4153)."""

import asyncio
import itertools
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.demo import configuration, rooms
from bot.demo.people import PATIENCE_SECONDS, Heard, Person, create_account
from bot.demo.process import BotProcess
from bot.demo.rooms import Rooms
from bot.demo.synapse import Homeserver
from tests.synapse.element_client import Device, ElementClient, Read

Json = dict[str, Any]

PASSWORD = "geheim"
START_SECONDS = 60.0
"""How long a bot may take from its start to its first word, on a loaded machine."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Account:
    """The bot's account, its configuration and the process."""

    homeserver: Homeserver
    user_id: str
    rooms: Rooms
    bot: BotProcess
    coordinator: str

    @property
    def data(self) -> Path:
        """The directory that the bot keeps everything in."""
        return self.bot.config.with_name("data")

    def configure(self, **encryption: Any) -> None:
        """Write config.toml with these settings under [encryption]."""
        configuration.write(
            self.bot.config.parent,
            self.rooms,
            homeserver_url=self.homeserver.url,
            user_id=self.user_id,
            password="not the password: that one comes from the environment",
            coordinators=[self.coordinator],
            leads={3: [self.coordinator]} if len(self.rooms.groups) > 2 else {},
            settings={"encryption": {"enabled": True, **encryption}, "log": {"format": "json"}},
        )

    async def while_it_runs(self, waiting: Coroutine[Any, Any, Any]) -> None:
        """Wait for something, but not longer than the bot lives."""
        ended, waited = asyncio.create_task(self.bot.ended()), asyncio.create_task(waiting)
        try:
            await asyncio.wait({ended, waited}, return_when=asyncio.FIRST_COMPLETED)
            assert not ended.done(), f"The bot has ended:\n{self.bot.last_words()}"
            await waited
        finally:
            for task in (ended, waited):
                task.cancel()
            await asyncio.gather(ended, waited, return_exceptions=True)

    async def kill(self) -> None:
        """End the process as a power cut would."""
        process = self.bot._process
        assert process is not None
        process.send_signal(signal.SIGKILL)
        assert await self.bot.ended() == -signal.SIGKILL
        await self.bot.stop()

    def forget(self, *patterns: str) -> None:
        """Delete what fits these patterns in the data directory; each must fit something."""
        for pattern in patterns:
            found = list(self.data.glob(pattern))
            assert found, f"{pattern} fits nothing in {sorted(self.data.iterdir())}"
            for path in found:
                path.unlink()

    def unreadable(self, room: str) -> int:
        """How many messages of a room the bot keeps because it cannot read them (yet)."""
        with closing(sqlite3.connect(self.data / "ag4-bot.sqlite")) as database:
            asked = "SELECT count(*) FROM inbox WHERE kind = 'undecryptable' AND room_id = ?"
            return int(database.execute(asked, (room,)).fetchone()[0])


@dataclass(frozen=True)
class EncryptedProject:
    """The bot with anna, who coordinates; she has made the rooms, with today's client: all of them are encrypted."""

    account: Account
    anna: ElementClient

    @property
    def bot(self) -> BotProcess:
        """The process."""
        return self.account.bot

    @property
    def bot_id(self) -> str:
        """The bot's user ID."""
        return self.account.user_id

    @property
    def room(self) -> str:
        """The plenary."""
        return self.account.rooms.plenary

    async def ask(self, text: str, *, by: ElementClient | None = None, room: str | None = None) -> str:
        """Say it, and return what the bot answers to it: once, encrypted, and shown without a shield."""
        person = by or self.anna
        asked = await person.say(room or self.room, text)
        return (await self.answer(asked, to=person)).text

    async def answer(self, asked: str, *, to: ElementClient | None = None, within: float = START_SECONDS) -> Read:
        """The bot's only answer to a message, which this client trusts; so far: see also `settled`."""
        person = to or self.anna
        found = await person.reads(None, self.answering(asked), timeout=within)
        assert len(list(filter(self.answering(asked), person.heard()))) == 1
        assert is_trusted(found)
        return found

    def answering(self, event_id: str) -> Callable[[Heard], bool]:
        """Replies to it quietly; "your question was answered" replies to it too, but notifies."""

        def fits(one: Heard) -> bool:
            quiet = one.sender == self.bot_id and one.content.get("msgtype") == "m.notice"
            return quiet and one.relation.get("m.in_reply_to", {}).get("event_id") == event_id

        return fits

    def read(self, person: ElementClient, room: str | None = None) -> list[Read]:
        """Every message of the bot that has reached a person, readable or not."""
        heard = [one for one in person.heard(room or self.room) if isinstance(one, Read) and one.sender == self.bot_id]
        return [one for one in heard if one.type in {"m.room.message", "m.room.encrypted"}]

    async def enters(self, room: str, *, seen_by: ElementClient | None = None) -> None:
        """Wait until the bot is in a room, and a person's client knows it."""
        person = seen_by or self.anna
        await self.account.while_it_runs(
            person.hears(room, lambda one: is_membership(one, self.bot_id, "join"), timeout=START_SECONDS)
        )

    async def begins_anew(self) -> None:
        """Start the bot without a memory, and wait until it listens: what was said before that is not for it."""
        await self.bot.start()
        await self.enters(await self.anna.create_direct(self.bot_id))

    async def sees_devices(self, fits: Callable[[list[Device]], bool]) -> list[Device]:
        """Wait until anna sees the devices of the bot like this."""
        return await self.anna.sees_devices(self.bot_id, fits, timeout=START_SECONDS)

    async def settled(self, room: str | None = None) -> list[Json]:
        """Stop the bot in order; every message of it in a room, as the homeserver has them, oldest first."""
        assert await self.bot.stop() == 0
        events = await history(self.account.homeserver, self.anna, room or self.room)
        kinds = {"m.room.message", "m.room.encrypted"}
        return [event for event in events if event["sender"] == self.bot_id and event["type"] in kinds]


@asynccontextmanager
async def project_with(
    anna: ElementClient, homeserver: Homeserver, directory: Path, *, groups: int = 0, **encryption: Any
) -> AsyncIterator[EncryptedProject]:
    """The bot, running, in the encrypted rooms that anna has made for it."""
    async with account_with(anna, homeserver, directory, groups=groups, **encryption) as account:
        project = EncryptedProject(account, anna)
        await account.bot.start()
        for room in account.rooms.all:
            await project.enters(room)
        yield project


@asynccontextmanager
async def account_with(
    anna: ElementClient, homeserver: Homeserver, directory: Path, *, groups: int = 0, **encryption: Any
) -> AsyncIterator[Account]:
    """The bot's account, its process not started yet, invited to the encrypted rooms that anna has made for it."""
    bot_id = await create_account(homeserver.url, f"secretbot{next(_numbers)}", password=PASSWORD)
    its_rooms = await rooms.create(anna, rooms.group_names()[:groups], invite=[bot_id])
    process = BotProcess(directory / "bot" / "config.toml", PASSWORD)
    account = Account(homeserver, bot_id, its_rooms, process, anna.user_id)
    account.configure(**encryption)
    try:
        yield account
    finally:
        await process.stop()
        print(process.last_words())  # noqa: T201 - pytest shows it where a test fails


def is_trusted(one: Read) -> bool:
    """Whether a message came encrypted, can be read, and is shown without a shield."""
    return (one.encrypted, one.failure, one.shield) == (True, None, "NONE")


def is_membership(one: Heard, user_id: str, membership: str) -> bool:
    """Whether this makes somebody a member of this kind, such as "join"."""
    return one.raw.get("state_key") == user_id and one.content.get("membership") == membership


async def until(person: Person, holds: Callable[[], bool], *, within: float = PATIENCE_SECONDS) -> None:
    """Wait until something holds, which is looked at whenever news reaches a person; nothing is handed out."""
    try:
        async with asyncio.timeout(within), person._news:
            await person._news.wait_for(holds)
    except TimeoutError:
        lines = [f"  {one.sender} {one.type}: {getattr(one, 'failure', None) or one.text!r}" for one in person.heard()]
        raise TimeoutError("\n".join([f"{person.name} waited {within} s in vain, and heard:", *lines])) from None


async def history(homeserver: Homeserver, person: Person, room: str) -> list[Json]:
    """All events of a room as the homeserver has them, oldest first."""
    path = f"/_matrix/client/v3/rooms/{room}/messages"
    query = {"dir": "b", "limit": "1000"}
    answer = await request(homeserver, person, "GET", path, params=query)
    assert len(answer["chunk"]) < 1000
    return list(reversed(answer["chunk"]))


async def keys_of(homeserver: Homeserver, person: Person, user_id: str) -> Json:
    """What the homeserver shows another user of somebody's devices and identity (POST /keys/query)."""
    path = "/_matrix/client/v3/keys/query"
    return await request(homeserver, person, "POST", path, json={"device_keys": {user_id: []}})


async def request(homeserver: Homeserver, person: Person, method: str, path: str, **how: Any) -> Json:
    """One request of a person to the homeserver, without their client."""
    headers = {"Authorization": f"Bearer {person.access_token}"}
    async with (
        aiohttp.ClientSession(homeserver.url, headers=headers) as session,
        session.request(method, path, **how) as response,
    ):
        answer: Json = await response.json()
        assert response.status == 200, answer
    return answer
