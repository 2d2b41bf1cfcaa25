"""Plätze: who has one, and who moves up when one becomes free."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar.shown import shown
from commands.command import Message
from commands.dates.wall_clock import instant
from commands.texts import calendar_answering as texts
from storage import attendance, calendar
from storage.tables import Attendance, CalendarEvent, EventStatus, ParticipationStatus


def seated(answers: Sequence[Attendance]) -> list[Attendance]:
    """Who has accepted and has a seat."""
    return [each for each in answers if each.status is ParticipationStatus.ACCEPTED and not each.waiting]


def waiting(answers: Sequence[Attendance]) -> list[Attendance]:
    """Who has accepted and waits for a seat, in their order."""
    return [each for each in answers if each.status is ParticipationStatus.ACCEPTED and each.waiting]


def free(event: CalendarEvent, answers: Sequence[Attendance]) -> int | None:
    """How many seats are left; None where there is no limit."""
    return None if event.seats is None else max(0, event.seats - len(seated(answers)))


async def move_up(
    session: AsyncSession, event: CalendarEvent, *, at: datetime, cause: str, prefix: str
) -> list[Message]:
    """Give free seats to those who wait, in their order, and tell each of them; `cause` is why there are any.

    Nobody loses a seat, and once a date is cancelled or has begun (`at`, UTC), nobody gets one.
    """
    if event.recalled or event.status is EventStatus.CANCELLED or instant(event.starts) <= at:
        return []
    answers = await attendance.of(session, event)
    moved = waiting(answers)[: free(event, answers)]
    for each in moved:
        each.waiting = False
    await session.flush()
    return [
        Message(
            key=f"seat:calendar:{event.id}:{each.user_id}:{cause}",
            room_id=each.room_id,
            text=texts.moved_up(shown(event), each.user_id, prefix=prefix),
            subject=calendar.subject_of(event.id),
            mentions=(each.user_id,),
        )
        for each in moved
    ]
