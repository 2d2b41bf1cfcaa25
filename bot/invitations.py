"""Who may invite the bot, and what it does then (contract C13)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.outgoing import JOIN, LEAVE, Writer
from commands import help as help_texts
from commands.command import Message
from commands.settings import Settings
from storage import rooms
from storage.inbox import Arrival
from storage.outbox import Outgoing
from storage.tables import RoomKind

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Invitations:
    """Accepts invitations from the configured servers and people, declines all others."""

    servers: frozenset[str]
    people: frozenset[str]
    settings: Settings
    writer: Writer
    now: Callable[[], datetime]

    def accepts(self, inviter: str) -> bool:
        """Whether `inviter` may invite the bot; the server is what follows the first colon of the user ID."""
        return inviter in self.people or inviter.partition(":")[2] in self.servers

    async def answer(self, session: AsyncSession, arrival: Arrival) -> list[Outgoing]:
        """Join and, in a direct chat, introduce the bot; or decline."""
        at = self.now()
        if not self.accepts(arrival.sender):
            _log.info("invitation_declined", room=arrival.room_id)
            return [self.writer.room_request(LEAVE, arrival.room_id, cause=arrival.event_id, at=at)]
        rows = [self.writer.room_request(JOIN, arrival.room_id, cause=arrival.event_id, at=at)]
        if arrival.content.get("direct"):
            room = (await rooms.known(session)).get(arrival.room_id)
            if room is None or room.kind is RoomKind.OTHER:
                await rooms.note(session, arrival.room_id, kind=RoomKind.DIRECT)
            welcome = Message(
                key=f"welcome:{arrival.room_id}",
                room_id=arrival.room_id,
                text=help_texts.welcome(self.settings),
                quiet=True,
            )
            rows.append(self.writer.message(welcome, at=at))
        return rows
