"""Who asked in vain within the last thirty days is told once there is an answer, whatever made it one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Effect, Message
from commands.faq.deciding import decide
from commands.faq.knowing import known
from commands.settings import Settings
from commands.texts import faq_editing as texts
from storage import faq, faq_learning

_looked_at: Final[set[tuple[int, ...]]] = set()
"""The states of FAQs (`faq.standing`) that who waits was told of; after a start it is looked again."""


async def now_answered(session: AsyncSession) -> tuple[Message, ...]:
    """Tell those who waited for what is answered now; that is no gap any more. Who asked earlier is not known."""
    waiting = await faq_learning.unanswered(session)
    if not waiting and not await faq_learning.gaps(session):
        return ()
    ranking = (await known(session)).ranking
    found: dict[tuple[str, str, str], Message] = {}
    for choice in waiting:
        slug = decide(choice.text, ranking).answer if choice.text else None
        for entry in await faq.named(session, [slug] if slug else []):
            await faq_learning.chosen(session, choice)
            found[(choice.room_id, choice.sender, entry.slug)] = Message(
                key=f"faq-new:{entry.id}:{choice.id}",
                room_id=choice.room_id,
                text=texts.now_known(entry),
                mentions=(choice.sender,),
                reply_to=choice.event_id,
            )
    for gap in await faq_learning.gaps(session):  # without those that were just closed
        if gap.slug is None and decide(gap.text, ranking).answer is not None:
            await faq_learning.close_gap(session, gap)
    return tuple(found.values())


async def tell(session: AsyncSession, _now: datetime, _settings: Settings) -> Sequence[Effect]:
    """The same after the FAQ was read from a file, or was changed in any other way."""
    standing = await faq.standing(session)
    if standing in _looked_at:
        return ()
    messages = await now_answered(session)
    _looked_at.clear()
    _looked_at.add(standing)
    return messages


JOBS = (tell,)
