"""Rows that keep the bot's sentence in a room's topic true."""

from bot.matrix import room_state
from bot.matrix.client import Client
from storage import room_state as ours
from storage.database import Database
from storage.outbox import Outgoing
from storage.room_state import TOPIC


class Topics:
    """Keeps topics. It remembers nothing: the topic itself says which part is the bot's."""

    def __init__(self, database: Database, client: Client) -> None:
        self._database = database
        self._client = client

    async def keep(self, row: Outgoing) -> None:
        """Put the row's sentence into the topic of its room, unless it is there or a later row has another one.

        What a person writes between our reading and our writing is lost: Matrix knows no condition there.
        Raises MatrixError; Rejected (M_FORBIDDEN) where the bot may not set the topic.
        """
        async with self._database.reading() as session:
            if await ours.is_outdated(session, row.room_id, topic=row.id):
                return
        present = await self._client.state(row.room_id, TOPIC)
        wanted = room_state.topic(present, row.content["text"])
        if wanted != present:
            await self._client.put_state(row.room_id, TOPIC, wanted)
