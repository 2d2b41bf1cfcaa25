"""Up to when reminders were looked for."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import RemindedUntil


async def until(session: AsyncSession) -> datetime | None:
    """The moment (UTC) up to which everything that fell due is accounted for; None before the first time."""
    return await session.scalar(select(RemindedUntil.until))


async def note(session: AsyncSession, moment: datetime) -> None:
    """Everything that fell due up to this moment (UTC) is accounted for."""
    statement = upsert(RemindedUntil).values(id=1, until=moment)
    await session.execute(statement.on_conflict_do_update(index_elements=[RemindedUntil.id], set_={"until": moment}))
