"""Who asked for a person, who takes care of it, and where the bot keeps silent until then."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Handover


async def add(
    session: AsyncSession,
    *,
    room_id: str,
    thread_id: str | None,
    event_id: str,
    asked_by: str,
    text: str,
    owner: str,
    due_on: date,
    at: datetime,
) -> Handover:
    """Note that somebody asked for a person in the message `event_id`; `due_on` is a Berlin day, `at` UTC."""
    handover = Handover(
        room_id=room_id,
        thread_id=thread_id,
        event_id=event_id,
        asked_by=asked_by,
        text=text,
        owner=owner,
        due_on=due_on,
        asked_at=at,
    )
    session.add(handover)
    await session.flush()
    return handover


async def current(session: AsyncSession, *, room_id: str, thread_id: str | None, sender: str) -> Handover | None:
    """The one that holds here: the thread's, whoever writes; outside threads that of the person who writes."""
    here = select(Handover).where(Handover.room_id == room_id, Handover.released_at.is_(None))
    if thread_id is None:
        here = here.where(Handover.thread_id.is_(None), Handover.asked_by == sender)
    else:
        here = here.where(Handover.thread_id == thread_id)
    return (await session.scalars(here.order_by(Handover.id).limit(1))).first()


async def get(session: AsyncSession, handover_id: int) -> Handover | None:
    """One of them by its number."""
    return await session.get(Handover, handover_id)


async def asked_in(session: AsyncSession, event_id: str) -> Handover | None:
    """The one that was asked for in this message and nobody has released yet."""
    made = Handover.event_id == event_id, Handover.released_at.is_(None)
    return (await session.scalars(select(Handover).where(*made).limit(1))).first()


async def waiting(session: AsyncSession) -> Sequence[Handover]:
    """All that nobody has released yet, the most urgent first."""
    open_ones = select(Handover).where(Handover.released_at.is_(None)).order_by(Handover.due_on, Handover.id)
    return (await session.scalars(open_ones)).all()


async def release(session: AsyncSession, handover: Handover, *, at: datetime) -> None:
    """It is done: the bot may answer there again, and the text is forgotten."""
    handover.released_at, handover.text = at, ""
    await session.flush()
