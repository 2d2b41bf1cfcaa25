"""A conversation with the real bot over a fake homeserver: what a person says, and what the bot says to it."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from bot.app import App
from bot.config import Config, from_document
from commands.registry import Registry
from storage.database import Database
from tests.homeserver import FakeHomeserver
from tests.homeserver.model import MatrixError

BOT = "@ag4-bot:test"
PASSWORD = "bot-password"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PEOPLE = ("anna", "ben", "lena", "lukas", "karin", "kurt")
"""anna and ben take part, lena leads AG 3, lukas AG 2, karin and kurt coordinate."""


class Answer(str):
    """One message of the bot: its plain body, and the rest beside it."""

    __slots__ = ("content", "event_id", "room")

    def __new__(cls, body: str, *, event_id: str, room: str, content: dict[str, Any]) -> Self:
        answer = super().__new__(cls, body)
        answer.event_id, answer.room, answer.content = event_id, room, content
        return answer

    event_id: str
    room: str
    content: dict[str, Any]

    def __deepcopy__(self, _memo: object) -> str:
        return str(self)  # what a snapshot keeps

    @property
    def html(self) -> str:
        return str(self.content.get("formatted_body", ""))

    @property
    def mentions(self) -> list[str]:
        return list(self.content["m.mentions"].get("user_ids", []))


def config_for(hs: FakeHomeserver, directory: Path, **tables: Any) -> Config:
    """A complete configuration for the bot on `hs`; `tables` replace whole tables."""
    document: dict[str, Any] = {
        "homeserver": {"url": hs.url, "user": BOT},
        "data": {"directory": str(directory)},
        "encryption": {"enabled": False},
        "rooms": {
            "plenary": "#plenum:test",
            "coordination": "#koordination:test",
            "groups": {str(number): f"#ag{number}:test" for number in range(1, 6)},
        },
        "people": {
            "coordinators": ["@karin:test", "@kurt:test"],
            "leads": {"2": ["@lukas:test"], "3": ["@lena:test"]},
        },
    }
    return from_document(document | tables, base=directory, environ={})


@dataclass(kw_only=True)
class Dialog:
    """The bot, the homeserver and the people. Build it with `async with Dialog.open(...)` (see conftest)."""

    hs: FakeHomeserver
    config: Config
    now: datetime = MONDAY
    registry: Registry | None = None
    last_event: str = ""
    last_reaction: str = ""
    _app: App | None = None
    _run: asyncio.Task[None] | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _seen: set[str] = field(default_factory=set)

    @classmethod
    def furnish(cls, hs: FakeHomeserver) -> None:
        """Make the people, the bot's account and the rooms; the bot is invited to all of them."""
        hs.user(BOT, password=PASSWORD)
        for person in PEOPLE:
            hs.user(person)
        for name in ("plenum", "koordination", *(f"ag{number}" for number in range(1, 6))):
            hs.create_room(
                "@karin:test", name=name, alias=name, members=[p for p in PEOPLE if p != "karin"], invite=[BOT]
            )

    @property
    def app(self) -> App:
        assert self._app is not None, "the bot is not running"
        return self._app

    @property
    def database(self) -> Database:
        return self.app.database

    async def start(self) -> None:
        """Start the bot and wait until it has caught up; what it says at once is among what it says next."""
        self._stop = asyncio.Event()
        secret = self.config.secret({"AG4_BOT_PASSWORD": PASSWORD})
        self.config.data.directory.mkdir(exist_ok=True)
        self._app = await App.start(self.config, secret, now=lambda: self.now, registry=self.registry)
        self._run = asyncio.create_task(self._app.run(self._stop))
        rang = asyncio.create_task(self._app.clock.rang.wait())
        await asyncio.wait({rang, self._run}, return_when=asyncio.FIRST_COMPLETED)
        rang.cancel()
        await self._quiet()

    async def stop(self) -> None:
        """Stop the bot as SIGTERM would."""
        if self._run is None:
            return
        self._stop.set()
        run, self._run = self._run, None
        try:
            await run
        finally:
            await self.app.close()
            self._app = None

    async def restart(self) -> None:
        """Stop and start the bot on the same data."""
        await self.stop()
        await self.start()

    async def say(self, user: str, room: str, text: str, **how: Any) -> Answer:
        """Say something that is answered exactly once, in the same room."""
        answers = [each for each in await self.hear(user, room, text, **how) if each.room == room]
        assert len(answers) == 1, f"{len(answers)} answers to {text[:80]!r}: {answers}"
        return answers[0]

    async def hear(self, user: str, room: str, text: str, **how: Any) -> list[Answer]:
        """Say something; all that the bot says then, anywhere, oldest first."""
        self.last_event = self.hs.user(user).say(await self.room(room), text, **how)
        return await self.settle()

    async def react(self, user: str, answer: Answer, emoji: str) -> list[Answer]:
        """React to one of the bot's messages."""
        self.last_reaction = self.hs.user(user).react(await self.room(answer.room), answer.event_id, emoji)
        return await self.settle()

    async def edit(self, user: str, event_id: str, text: str) -> list[Answer]:
        """Edit an own message."""
        self.hs.user(user).edit(self._room_of(event_id), event_id, text)
        return await self.settle()

    async def redact(self, user: str, event_id: str) -> list[Answer]:
        """Delete an own message."""
        self.hs.user(user).redact(self._room_of(event_id), event_id)
        return await self.settle()

    def buttons(self, answer: Answer) -> list[str]:
        """The emoji that the bot has put under a message of its own."""
        return [
            event.content["m.relates_to"]["key"]
            for event in self.hs.events(self._room_of(answer.event_id))
            if (event.sender, event.type) == (BOT, "m.reaction")
            and event.content["m.relates_to"]["event_id"] == answer.event_id
        ]

    async def ring(self) -> list[Answer]:
        """The clock rings once, at `now`."""
        await self.app.clock.ring()
        return await self.settle()

    async def room(self, name: str) -> str:
        """The room behind a short name; `direkt:anna` is made when it is first used."""
        if not name.startswith("direkt:"):
            return f"#{name}:test"
        alias = f"#{name.replace(':', '-')}:test"
        try:
            self.hs.room(alias)
        except MatrixError:
            person = name.removeprefix("direkt:")
            self.hs.create_room(person, alias=f"direkt-{person}", invite=[BOT], direct=True)
            await self.settle()
        return alias

    async def settle(self) -> list[Answer]:
        """Wait until the bot has taken in, handled and sent everything; what it said since the last look."""
        await self._quiet()
        new = [each for each in self._said() if each.event_id not in self._seen]
        self._seen.update(each.event_id for each in new)
        return new

    async def _quiet(self) -> None:
        async with asyncio.timeout(20):
            while True:
                self._fail_with_the_bot()
                await self.hs.polling(BOT)
                position = self.hs.position
                while not (self.app.dispatcher.idle and self.app.sender.idle and self.app.upkeep.idle):
                    self._fail_with_the_bot()
                    await asyncio.sleep(0.001)  # a condition is polled, not a time waited out
                if self.hs.position == position:
                    break

    def _fail_with_the_bot(self) -> None:
        if self._run is not None and self._run.done():
            self._run.result()

    def _said(self) -> list[Answer]:
        return [
            Answer(
                str(event.content["body"]),
                event_id=event.event_id,
                room=self._name(event.room_id),
                content=event.content,
            )
            for event in self.hs.world.events.values()
            if event.sender == BOT
            and event.type == "m.room.message"
            and "body" in event.content
            and _replaced(event.content) is None
        ]

    def now_reads(self, answer: Answer) -> str:
        """What one of the bot's messages says now, after its edits; "" where it was deleted."""
        event = self.hs.world.events[answer.event_id]
        edits = [each for each in self.hs.world.events.values() if _replaced(each.content) == answer.event_id]
        content = edits[-1].content["m.new_content"] if edits and event.content else event.content
        return str(content.get("body", ""))

    def _name(self, room_id: str) -> str:
        aliases = self.hs.room(room_id).aliases
        name = aliases[0].removeprefix("#").removesuffix(":test") if aliases else room_id
        return name.replace("direkt-", "direkt:", 1)

    def _room_of(self, event_id: str) -> str:
        return next(event.room_id for event in self.hs.world.events.values() if event.event_id == event_id)


def _replaced(content: dict[str, Any]) -> str | None:
    """The event that an edit edits, or None where it is none (client-server API, Event replacements)."""
    relation = content.get("m.relates_to", {})
    return relation.get("event_id") if relation.get("rel_type") == "m.replace" else None
