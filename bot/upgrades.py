"""Room upgrades (client-server API): the bot follows, and the new room is what the old one was."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.outgoing import JOIN, Writer
from storage import rooms
from storage.inbox import Arrival
from storage.outbox import Outgoing

_log = structlog.get_logger(__name__)


async def follow(session: AsyncSession, arrival: Arrival, writer: Writer, *, at: datetime) -> list[Outgoing]:
    """Make the new room what the old one was, and join it.

    Where only invited people may join, the request is parked and an invitation, accepted as any other, does the rest.
    """
    replacement = str(arrival.content["replacement"])
    _log.info("room_upgraded", room=arrival.room_id, replacement=replacement)
    await rooms.replace(session, arrival.room_id, replacement)
    return [writer.room_request(JOIN, replacement, cause=arrival.event_id, at=at, via=arrival.sender.partition(":")[2])]


def redirected(rows: Sequence[Outgoing], replaced: Mapping[str, str]) -> list[Outgoing]:
    """What is to be said in a room that was upgraded is said in the new one; what it would refer to is not there."""
    return [each if each.room_id not in replaced else _moved(each, replaced[each.room_id]) for each in rows]


def _moved(row: Outgoing, room_id: str) -> Outgoing:
    content = {key: value for key, value in row.content.items() if key != "m.relates_to"}
    lanes = tuple(lane.replace(f"{row.room_id}|", f"{room_id}|", 1) for lane in row.lanes)
    return replace(row, room_id=room_id, lanes=lanes, content=content)
