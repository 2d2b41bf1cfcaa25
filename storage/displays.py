"""What each room shows of its next date, in its topic or as a pinned message."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import RoomDisplay


async def every(session: AsyncSession) -> Mapping[str, RoomDisplay]:
    """What is shown, by room ID; rooms that never showed anything are left out."""
    return {each.room_id: each for each in await session.scalars(select(RoomDisplay))}


async def put(session: AsyncSession, room_id: str, *, mode: str, text: str, message_key: str | None) -> RoomDisplay:
    """Note what a room shows from now on; `count` is how often that changed, this time included."""
    display = await session.get(RoomDisplay, room_id)
    if display is None:
        display = RoomDisplay(room_id=room_id, count=0)
        session.add(display)
    display.mode, display.text, display.message_key = mode, text, message_key
    display.count += 1
    await session.flush()
    return display
