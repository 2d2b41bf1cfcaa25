"""Encrypted messages whose key came late: each is read then, and goes the way of any other (contract C1)."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.matrix import sync
from bot.matrix.client import Client
from bot.matrix.encryption.inbound import SessionOf
from bot.matrix.events import Incoming
from storage import unreadable
from storage.database import Database

MOST_PEOPLE, MOST_REMEMBERED = 500, 20
"""Of so many people, in each room, so many messages are remembered: a number for each, in memory only."""
MOST_AT_ONCE = 500
"""So many of the newest are tried."""


@dataclass(frozen=True, kw_only=True)
class Late:
    """A message that can be read now: None where it does not concern the bot. `received_at` is when it came (UTC)."""

    event_id: str
    incoming: Incoming | None
    received_at: datetime


class ReadingAgain:
    """Tries what could not be read: at the first sync of a run, when room keys come, when devices become known."""

    def __init__(self, database: Database, client: Client) -> None:
        self._database = database
        self._client = client
        self._tried: set[SessionOf] = set()
        self._tried_with: int | None = None
        self._version: int | None = None
        self._heard: OrderedDict[tuple[str, str], deque[tuple[int, datetime]]] = OrderedDict()

    def heard(self, incoming: Sequence[Incoming], *, at: datetime) -> None:
        """Note what can be read: whoever was asked to send again has sent it again, if it is the same."""
        for each in incoming:
            if each.kind == "message" and each.origin is not None:
                said = self._heard.setdefault((each.room_id, each.sender), deque(maxlen=MOST_REMEMBERED))
                said.append((hash(each.body), at))
                self._heard.move_to_end((each.room_id, each.sender))
        while len(self._heard) > MOST_PEOPLE:
            self._heard.popitem(last=False)

    def _was_sent_again(self, late: Incoming, received_at: datetime) -> bool:
        said = self._heard.get((late.room_id, late.sender), ())
        return late.kind == "message" and any(words == hash(late.body) and at > received_at for words, at in said)

    async def try_again(self) -> Sequence[Late]:
        """What can be read now, oldest first. Raises MatrixError. Call `done` once it is stored."""
        crypto = self._client.crypto
        self._tried, self._version = set(), self._tried_with
        if crypto is None or not (crypto.new_keys or self._tried_with != crypto.devices_version):
            return []
        self._tried = set(crypto.new_keys)
        async with self._database.reading() as session:
            waiting = {
                each.event_id: each
                for each in await unreadable.of_sessions(session, {each.session_id for each in self._tried})
            }
            if self._tried_with != crypto.devices_version:
                waiting |= {each.event_id: each for each in await unreadable.newest(session, MOST_AT_ONCE)}
        await crypto.know({str(each.event.get("sender", "")) for each in waiting.values()})
        self._version = crypto.devices_version
        found = []
        for each in sorted(waiting.values(), key=lambda each: each.id):
            incoming = sync.readable(self._client, each.room_id, each.event)
            if incoming is not None and self._was_sent_again(incoming, each.received_at):
                incoming = None
            if incoming is None or incoming.kind != unreadable.KIND:
                found.append(Late(event_id=each.event_id, incoming=incoming, received_at=each.received_at))
        return found

    def done(self) -> None:
        """What was found is stored: there is nothing to try until something new comes."""
        if self._client.crypto is not None:
            self._client.crypto.new_keys -= self._tried
            self._tried_with = self._version
