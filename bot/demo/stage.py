"""What the scene needs: a homeserver, people, the rooms of the project, and the bot in them."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot.demo import configuration, rooms, synapse
from bot.demo.people import PATIENCE_SECONDS, Heard, Person, create_account
from bot.demo.process import BotProcess
from bot.demo.rooms import Rooms
from bot.demo.synapse import Homeserver
from bot.demo.transcript import Transcript
from commands.dates.wall_clock import wall
from commands.dates.working_days import add_working_days

BOT = "ag4-bot"
BOT_NAME = "AG4-Bot"
JOIN_SECONDS = 60.0
"""How long the bot may take to start and to enter all rooms; 2 to 4 seconds are usual."""

_OFFICE_HOUR = timedelta(hours=1)


class BotMissing(RuntimeError):
    """The bot ended by itself or did not come; the message says so and holds the last lines of its log."""


@dataclass(frozen=True)
class Stage:
    """Everything that is up and running. Made by `set_up`."""

    homeserver: Homeserver
    rooms: Rooms
    bot: BotProcess
    bot_id: str
    anna: Person
    lena: Person
    karin: Person
    today: date
    office_hour: datetime
    """The next OZG office hour, as the clock in Berlin shows it."""
    _direct: dict[str, str] = field(default_factory=dict)

    @property
    def people(self) -> dict[str, tuple[Person, str]]:
        """Who plays along, by the name they log in with, and what they are in the project."""
        return {
            "anna": (self.anna, "Teilnehmerin"),
            "lena": (self.lena, "Leitung AG 3"),
            "karin": (self.karin, "Koordination"),
        }

    def name(self, user_id: str) -> str:
        """The display name of a user ID."""
        names = {person.user_id: person.name for person, _ in self.people.values()}
        return {**names, self.bot_id: BOT_NAME}.get(user_id, user_id)

    def room_name(self, room: str) -> str:
        """What a room is called."""
        names = (rooms.PLENARY, *rooms.group_names(), rooms.COORDINATION)
        return dict(zip(self.rooms.all, names, strict=True)).get(room, "Direktchat")

    async def direct_chat(self, person: Person, *, patience_s: float = PATIENCE_SECONDS) -> str:
        """The direct chat of a person with the bot, made when it is first asked for; waits until the bot is in it.

        Raises BotMissing, TimeoutError.
        """
        if person.user_id not in self._direct:
            room = await person.create_direct(self.bot_id)
            await self.listening(person.hears(room, self._bot_has_joined, timeout=patience_s))
            self._direct[person.user_id] = room
        return self._direct[person.user_id]

    async def listening(self, hearing: Coroutine[Any, Any, Heard]) -> Heard:
        """Wait for what a person hears, but not for a bot that has ended. Raises BotMissing, TimeoutError."""
        heard, ended = asyncio.create_task(hearing), asyncio.create_task(self.bot.ended())
        try:
            await asyncio.wait([heard, ended], return_when=asyncio.FIRST_COMPLETED)
            if heard.done():
                return heard.result()
            raise self._missing(f"Der Bot läuft nicht mehr (Code {ended.result()}).")
        finally:
            heard.cancel()
            ended.cancel()
            await asyncio.gather(heard, ended, return_exceptions=True)

    async def admitted(self) -> None:
        """Wait until the bot is in all rooms. Raises BotMissing."""
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                for room in self.rooms.all:
                    await self.listening(self.karin.hears(room, self._bot_has_joined, timeout=JOIN_SECONDS))
        except TimeoutError:
            raise self._missing(f"Der Bot hat nach {JOIN_SECONDS:.0f} s noch nicht alle Räume betreten.") from None

    def _missing(self, what: str) -> BotMissing:
        return BotMissing(f"{what} Das Letzte, was er ausgab:\n{self.bot.last_words() or 'nichts'}")

    def _bot_has_joined(self, one: Heard) -> bool:
        return (
            one.type == "m.room.member"
            and one.raw.get("state_key") == self.bot_id
            and one.content.get("membership") == "join"
        )


@contextlib.asynccontextmanager
async def set_up(
    directory: Path, transcript: Transcript, *, settings: Mapping[str, Mapping[str, Any]] | None = None
) -> AsyncIterator[Stage]:
    """Start everything in `directory` and keep it running while the block lasts; nothing is left running after it.

    `settings` are further ones for the bot's config.toml by table, and win. Raises HomeserverError, BotMissing.
    """
    async with contextlib.AsyncExitStack() as stack:
        with transcript.step("Ein Matrix-Server (Synapse) wird gestartet, nur auf diesem Rechner", "Der Server läuft"):
            homeserver = await stack.enter_async_context(synapse.running(directory / "homeserver"))
        with transcript.step("Personen und Räume werden angelegt", "Drei Personen und sieben Räume sind da"):
            people = [
                await stack.enter_async_context(await Person.register(homeserver.url, *names))
                for names in (("anna", "Anna Berger"), ("lena", "Lena Vogt"), ("karin", "Karin Sommer"))
            ]
            anna, lena, karin = people
            password = secrets.token_urlsafe(16)
            bot_id = await create_account(homeserver.url, BOT, password=password)
            project = await rooms.create(karin, invite=[bot_id])
            for person in (anna, lena):
                await rooms.admit(karin, person, project)
        today = wall(datetime.now(UTC)).date()
        office_hour = datetime.combine(working_day_in(today, days=9), time(10))
        config = configuration.write(
            directory / "bot",
            project,
            homeserver_url=homeserver.url,
            user_id=bot_id,
            password=password,
            coordinators=[karin.user_id],
            leads={3: [lena.user_id]},
            settings={"office_hours": {"dates": [_dates(office_hour)]}, **(settings or {})},
        )
        bot = BotProcess(config, password)
        stage = Stage(homeserver, project, bot, bot_id, anna, lena, karin, today, office_hour)
        stack.push_async_callback(bot.stop)
        with transcript.step("Der Bot wird gestartet", "Der Bot läuft und hat die Räume betreten"):
            await bot.start()
            await stage.admitted()
        yield stage


def working_day_in(today: date, *, days: int) -> date:
    """The first working day that is at least `days` days away."""
    return add_working_days(today + timedelta(days=days - 1), 1)


def _dates(start: datetime) -> dict[str, Any]:
    return {"start": start, "end": start + _OFFICE_HOUR, "topic": "Basisdienste", "link": "https://example.org/ozg"}
