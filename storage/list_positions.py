"""How far a person has read a list in a room, for a day."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import ListPosition

KEPT: Final = timedelta(days=1)
"""Whoever comes back later begins anew."""


async def put(session: AsyncSession, user_id: str, room_id: str, payload: dict[str, Any], *, at: datetime) -> None:
    """Note where a person stands in a room, instead of where they stood before; `at` is now (UTC).

    What anybody noted more than a day ago is removed.
    """
    await session.execute(delete(ListPosition).where(ListPosition.at < at - KEPT))
    what = {"payload": payload, "at": at}
    await session.execute(
        upsert(ListPosition)
        .values(user_id=user_id, room_id=room_id, **what)
        .on_conflict_do_update(index_elements=[ListPosition.user_id, ListPosition.room_id], set_=what)
    )


async def get(session: AsyncSession, user_id: str, room_id: str, *, at: datetime) -> dict[str, Any] | None:
    """Where a person stands in a room at `at` (UTC), or None where that is nowhere or more than a day ago."""
    found = await session.get(ListPosition, (user_id, room_id), populate_existing=True)
    return None if found is None or found.at < at - KEPT else found.payload
