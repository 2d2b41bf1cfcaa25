"""Encrypted messages whose key came late: each is read then, and goes the way of any other (contract C1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.matrix import sync
from bot.matrix.client import Client
from bot.matrix.events import Incoming
from storage import unreadable
from storage.database import Database

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
        self._is_due = True
        self._tried_with: int | None = None

    async def try_again(self, batch: sync.Batch) -> Sequence[Late]:
        """What can be read with what this sync brought, oldest first. Raises MatrixError.

        Call `done` once it is stored.
        """
        crypto = self._client.crypto
        if crypto is None:
            return []
        self._is_due = self._is_due or bool(batch.room_keys) or self._tried_with != crypto.devices_version
        if not self._is_due:
            return []
        async with self._database.reading() as session:
            waiting = await unreadable.newest(session, MOST_AT_ONCE)
        await crypto.know({str(each.event.get("sender", "")) for each in waiting})
        self._tried_with = crypto.devices_version
        found = []
        for each in waiting:
            incoming = sync.readable(self._client, each.room_id, each.event)
            if incoming is None or incoming.kind != unreadable.KIND:
                found.append(Late(event_id=each.event_id, incoming=incoming, received_at=each.received_at))
        return found

    def done(self) -> None:
        """What was found is stored: there is nothing to try until something new comes."""
        self._is_due = False
