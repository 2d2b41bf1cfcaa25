"""Who answered to an invitation, and what."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Attendance, CalendarEvent, ParticipationStatus


async def of(session: AsyncSession, event: CalendarEvent) -> Sequence[Attendance]:
    """All answers to a date, in the order in which people are given seats."""
    found = await session.scalars(
        select(Attendance)
        .where(Attendance.calendar_event_id == event.id)
        .order_by(Attendance.seat_since, Attendance.user_id)
    )
    return found.all()


async def find(session: AsyncSession, event: CalendarEvent, user_id: str) -> Attendance | None:
    """What one person answered, or None."""
    return await session.get(Attendance, (event.id, user_id))


async def answered_with(session: AsyncSession, event_id: str) -> Sequence[Attendance]:
    """The answers that were given with this reaction or message."""
    found = await session.scalars(select(Attendance).where(Attendance.event_id == event_id))
    return found.all()


async def of_person(session: AsyncSession, user_id: str, dates: Iterable[CalendarEvent]) -> dict[int, Attendance]:
    """What one person answered to these dates, by their IDs."""
    found = await session.scalars(
        select(Attendance).where(
            Attendance.user_id == user_id, Attendance.calendar_event_id.in_([each.id for each in dates])
        )
    )
    return {each.calendar_event_id: each for each in found}


async def put(
    session: AsyncSession,
    event: CalendarEvent,
    user_id: str,
    status: ParticipationStatus,
    *,
    deputy: str | None,
    waiting: bool,
    room_id: str,
    event_id: str,
    at: datetime,
) -> Attendance:
    """Note what somebody answers at `at` (UTC); who goes on accepting keeps their place in the order."""
    answer = await find(session, event, user_id)
    if answer is None:
        answer = Attendance(calendar_event_id=event.id, user_id=user_id, status=status, seat_since=at)
        session.add(answer)
    elif answer.status is not status:
        answer.seat_since = at
    answer.status, answer.deputy, answer.waiting = status, deputy, waiting
    answer.version, answer.room_id, answer.event_id, answer.answered_at = event.version, room_id, event_id, at
    await session.flush()
    return answer


async def remove(session: AsyncSession, answer: Attendance) -> None:
    """Take an answer back."""
    await session.delete(answer)
    await session.flush()
