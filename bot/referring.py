"""Rows that refer to an earlier message of ours: buttons, edits, its pin, its redaction. They go where it is."""

from collections.abc import Awaitable, Callable

import structlog

from bot.matrix import content, room_state
from bot.matrix.client import Client
from bot.matrix.errors import Rejected, ServerFailing
from bot.outgoing import BUTTON, EDIT
from storage import outbox, rooms
from storage import room_state as ours
from storage.database import Database
from storage.outbox import REDACT, Outgoing
from storage.room_state import PIN
from storage.tables import OutboxState

_log = structlog.get_logger(__name__)

KINDS = (BUTTON, EDIT, PIN, REDACT)

_FORBIDDEN, _NOT_FOUND = 403, 404


class Referring:
    """Sends such rows. `note_sent` commits the event IDs of all that was sent so far."""

    def __init__(self, database: Database, client: Client, *, note_sent: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._client = client
        self._note_sent = note_sent

    async def send(self, row: Outgoing) -> str | None:
        """Send the row to the room of its message; its event ID, or None where there is nothing left to do.

        A pin is no event of its own: its event ID is that of the pinned message.
        Raises MatrixError: ServerFailing where the message is still to be sent.
        """
        key = str(row.content["under" if row.type == BUTTON else "of"])
        await self._note_sent()
        async with self._database.reading() as session:
            message = await outbox.earlier(session, key, before=row.id)
        if message is not None and message.state is OutboxState.QUEUED:
            raise ServerFailing("the message it refers to is not sent yet")
        if message is None or message.event_id is None:
            await self._without_message(row, key)
            return None
        if message.removed:
            return None
        room_id = message.room_id or row.room_id
        try:
            return await self._send(row, room_id, message.event_id)
        except Rejected as error:
            if not await self._is_no_trouble(row, room_id, error):
                raise
            _log.info("reference_refused", outbox=row.id, room=room_id, error=str(error))
            return None

    async def _send(self, row: Outgoing, room_id: str, target: str) -> str:
        if row.type == REDACT:
            return await self._client.redact(room_id, target, txn_id=row.txn_id)
        if row.type == PIN:
            return await self._pin(row, room_id, target)
        if row.type == BUTTON:
            event_type, event = BUTTON, content.reaction(target, row.content["emoji"])
        else:
            event_type, event = outbox.MESSAGE, content.edit(target, row.content["new"])
        return await self._client.send(room_id, event_type, event, txn_id=row.txn_id)

    async def _pin(self, row: Outgoing, room_id: str, target: str) -> str:
        """Pin it in the place of what the bot pinned before about the same. Done again, it changes nothing.

        What a person pins or unpins between our reading and our writing is lost: Matrix knows no condition there.
        """
        present = await self._client.state(room_id, PIN)
        earlier: set[str] = set()
        if row.subject is not None:
            async with self._database.reading() as session:
                earlier = await ours.pinned(session, room_state.pinned(present), subject=row.subject)
        wanted = room_state.pins(present, target, instead_of=earlier)
        if wanted != present:
            await self._client.put_state(room_id, PIN, wanted)
        return target

    async def _without_message(self, row: Outgoing, key: str) -> None:
        """The message was never sent. It may be yet, once the bot is in its room: then as it was edited last."""
        if row.type in {BUTTON, PIN}:
            raise Rejected(_NOT_FOUND, "AG4_MESSAGE_NOT_SENT")
        async with self._database.transaction() as session:
            if row.type == REDACT:
                await outbox.forget(session, key)
            else:
                await outbox.reword(session, key, content.wording(row.content["new"]))

    async def _is_no_trouble(self, row: Outgoing, room_id: str, error: Rejected) -> bool:
        """Whether nobody needs to know: nothing is there to be redacted, or only in a room that was replaced."""
        if error.status not in {_FORBIDDEN, _NOT_FOUND}:
            return False
        if row.type == REDACT:
            return True
        async with self._database.reading() as session:
            return room_id in await rooms.replacements(session)
