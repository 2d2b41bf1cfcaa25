"""The bot as a process in its rooms on a real homeserver, without encryption, and the people in them."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.demo import configuration, rooms
from bot.demo.people import PATIENCE_SECONDS, Heard, Person, create_account
from bot.demo.process import BotProcess
from bot.demo.rooms import Rooms
from bot.demo.synapse import Homeserver

Introduce = Callable[..., Awaitable[Person]]

START_SECONDS = 60

_numbers = itertools.count(1)


@dataclass
class Project:
    """The bot in its rooms: karin coordinates, lena leads AG 3, anna takes part."""

    homeserver: Homeserver
    rooms: Rooms
    bot: BotProcess
    bot_id: str
    anna: Person
    lena: Person
    karin: Person

    async def answers(
        self, asked: Sequence[str], listener: Person, room: str, *, within: float = PATIENCE_SECONDS
    ) -> list[Heard]:
        """The bot's answers to these messages, in the order of the messages; fails for want of one, or with two."""
        found = [await listener.hears(room, self.answering(event_id), timeout=within) for event_id in asked]
        for event_id in asked:
            assert len(list(filter(self.answering(event_id), listener.heard(room)))) == 1
        return found

    async def answer(self, asked: str, listener: Person, room: str, *, within: float = PATIENCE_SECONDS) -> str:
        return (await self.answers([asked], listener, room, within=within))[0].text

    def answering(self, event_id: str) -> Callable[[Heard], bool]:
        """Replies to it quietly; "your question was answered" replies to it too, but notifies."""

        def fits(one: Heard) -> bool:
            quiet = one.sender == self.bot_id and one.content.get("msgtype") == "m.notice"
            return quiet and one.relation.get("m.in_reply_to", {}).get("event_id") == event_id

        return fits

    def said(self, listener: Person, room: str) -> list[str]:
        """Every message of the bot in a room so far."""
        return [one.text for one in listener.heard(room) if one.sender == self.bot_id and one.type == "m.room.message"]

    async def enters(self, *into: str) -> None:
        for room in into:
            await self.karin.hears(room, lambda one: membership(one, self.bot_id) == "join", timeout=START_SECONDS)


def membership(one: Heard, user_id: str) -> Any:
    """What became of somebody by this event, such as "join", or None."""
    return one.content.get("membership") if one.raw.get("state_key") == user_id else None


@asynccontextmanager
async def project_on(
    homeserver: Homeserver,
    introduce: Introduce,
    directory: Path,
    *,
    groups: int = 3,
    only_karin_invites: bool = False,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> AsyncIterator[Project]:
    anna, lena, karin = [await introduce(name, at=homeserver) for name in ("Anna", "Lena", "Karin")]
    bot_id = await create_account(homeserver.url, f"bot{next(_numbers)}", password="geheim")
    its_rooms = await rooms.create(karin, rooms.group_names()[:groups], invite=[bot_id])
    for person in (anna, lena):
        await rooms.admit(karin, person, its_rooms)
    config = configuration.write(
        directory / "bot",
        its_rooms,
        homeserver_url=homeserver.url,
        user_id=bot_id,
        password="not the password: that one comes from the environment",
        coordinators=[karin.user_id],
        leads={3: [lena.user_id]} if groups else {},
        settings={
            "homeserver": {"allowed_servers": ["example.org"], "allowed_people": [karin.user_id]}
            if only_karin_invites
            else {},
            **(settings or {}),
        },
    )
    project = Project(homeserver, its_rooms, BotProcess(config, "geheim"), bot_id, anna, lena, karin)
    try:
        await project.bot.start()
        await project.enters(*its_rooms.all)
        yield project
    finally:
        await project.bot.stop()
        print(project.bot.last_words())  # noqa: T201 - pytest shows it where a test fails
