"""Encrypted messages whose key does not come: the sender is asked once to send again."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Message
from commands.settings import Settings
from commands.texts import unreadable as texts
from storage import unreadable

PATIENCE = timedelta(minutes=1)
"""So long a key may take; usually it comes before its message."""
MOST_OF_ONE_SENDER = 200
KEPT_FOR = timedelta(days=30)
"""A key that has not come by then never comes."""


async def ask_again(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
    """One notice per room and session, under the first message of it; and none more to somebody just told."""
    await unreadable.drop(session, now - KEPT_FOR)
    await unreadable.limit(session, MOST_OF_ONE_SENDER)
    if not settings.encryption:
        return []
    notices: dict[tuple[str, str], Message] = {}
    for each in await unreadable.untold(session, now - PATIENCE):
        notice = Message(
            key=f"unreadable:{each.room_id}:{each.session_id}",
            room_id=each.room_id,
            text=texts.please_again(settings),
            mentions=(each.sender,),
            reply_to=each.event_id,
            quiet=True,
        )
        notices.setdefault((each.room_id, each.sender), notice)
    return list(notices.values())


JOBS = (ask_again,)
