"""What the operator changed in config.toml is told as any other change, to whoever was told the date before."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import telling
from commands.command import Message
from commands.settings import Settings
from storage import calendar_changes


async def tell(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:  # noqa: ARG001 (a job)
    """The corrections still to be told; of several changes of one date only the last, which says what holds."""
    messages: list[Message] = []
    last = {}
    for change, event in await calendar_changes.untold(session):
        last[event.id] = (event, change)
        change.told = True
    for event, change in last.values():
        messages += (await telling.correct(session, event, change, prefix=settings.prefix))[1]
    await session.flush()
    return messages
