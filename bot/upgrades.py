"""Room upgrades (client-server API): the bot follows, and the new room is what the old one was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.outgoing import JOIN, Writer
from storage import rooms
from storage.inbox import Arrival
from storage.outbox import Outgoing
from storage.tables import RoomKind

_log = structlog.get_logger(__name__)


async def join(
    session: AsyncSession, arrival: Arrival, writer: Writer, *, accepts: Callable[[str], bool], at: datetime
) -> list[Outgoing]:
    """Join the room that a tombstone points to; what the old room was moves there once the new one says so too.

    Only out of a room with a purpose, or where whoever did it may invite the bot (contract C13). Where only invited
    people may join, the request is parked, and an invitation, accepted as any other, does the rest.
    """
    room = (await rooms.known(session)).get(arrival.room_id)
    has_purpose = room is not None and room.kind is not RoomKind.OTHER
    if not has_purpose and not accepts(arrival.sender):
        _log.info("upgrade_not_followed", room=arrival.room_id)
        return []
    replacement = str(arrival.content["replacement"])
    _log.info("room_upgraded", room=arrival.room_id, replacement=replacement)
    return [writer.room_request(JOIN, replacement, cause=arrival.event_id, at=at, via=arrival.sender.partition(":")[2])]


def redirected(rows: Sequence[Outgoing], replaced: Mapping[str, str]) -> list[Outgoing]:
    """What is to be said in a room that was upgraded is said in the new one; what it would refer to is not there.

    Buttons, edits and redactions find their message wherever it is when they are sent (see `referring`).
    """
    return [each if each.room_id not in replaced else _moved(each, replaced[each.room_id]) for each in rows]


def _moved(row: Outgoing, room_id: str) -> Outgoing:
    content = {key: value for key, value in row.content.items() if key != "m.relates_to"}
    lanes = tuple(lane.replace(f"{row.room_id}|", f"{room_id}|", 1) for lane in row.lanes)
    return replace(row, room_id=room_id, lanes=lanes, content=content)
