"""The bot's own position in the homeserver's stream of events."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Sync, table_of

_MOVE: Final = update(table_of(Sync)).values(next_batch=bindparam("position"))


async def get(session: AsyncSession) -> Sync | None:
    """Who the bot is and where it stands, or None before its first start."""
    return await session.scalar(select(Sync))


async def begin(session: AsyncSession, *, user_id: str, device_id: str, at: datetime) -> Sync:
    """Note the account and device the bot runs as; its position is kept."""
    row = await get(session)
    if row is None:
        row = Sync(id=1, user_id=user_id, device_id=device_id, next_batch=None, first_started_at=at)
        session.add(row)
    row.user_id, row.device_id = user_id, device_id
    await session.flush()
    return row


async def move(session: AsyncSession, next_batch: str) -> None:
    """Note the position up to which everything addressed to the bot is in the inbox."""
    await session.execute(_MOVE, [{"position": next_batch}])
