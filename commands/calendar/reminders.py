"""Erinnerungen an Plenarsitzungen: each distance once for each room, caught up after a pause, never silently lost."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar.rooms import announced_in
from commands.calendar.shown import shown
from commands.command import Message
from commands.dates.wall_clock import Distance, instant
from commands.settings import Settings
from commands.texts import calendar as texts
from storage import calendar, notices, rooms
from storage.tables import CalendarEvent, EventStatus, Notice, NoticeKind, RoomKind

LATE: Final = timedelta(minutes=30)
"""From here on a reminder says that it comes late."""

_OVER: Final = "over"
"""Stands where a distance would: nothing is due any more for this version, whatever is configured later."""


async def remind(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
    """The reminders that are due at `now` (UTC) and not accounted for yet.

    A room that heard of the date after a reminder would have been due does not get it. If several are due at
    once, only the nearest is sent; if the date has begun meanwhile, none, but the coordination is told.
    """
    distances = [Distance.parse(text) for text in settings.reminders]
    messages: list[Message] = []
    for event in await calendar.every(session, calendar.PLENARY):
        if event.whole_day or event.status is EventStatus.CANCELLED:
            continue
        found = await notices.of(session, event)
        if not any(each.version == event.version and each.distance == _OVER for each in found):
            messages += await _about(session, event, found, distances=distances, now=now, settings=settings)
    return messages


async def _about(
    session: AsyncSession,
    event: CalendarEvent,
    found: Sequence[Notice],
    *,
    distances: Sequence[Distance],
    now: datetime,
    settings: Settings,
) -> list[Message]:
    begun = now >= instant(event.starts)
    messages: list[Message] = []
    missed = False
    for room_id in dict.fromkeys([*await announced_in(session, settings), *notices.rooms_told(found)]):
        due = _due(event, room_id, found, distances, now)
        if not due:
            continue
        nearest = None if begun else due[-1]
        missed = missed or begun
        for distance in due:
            kind = NoticeKind.REMINDER if distance is nearest else NoticeKind.SKIPPED
            await notices.add(session, event, kind, [room_id], at=now, distance=distance.label)
        if nearest is not None:
            messages.append(_reminder(event, room_id, nearest, now, settings))
    if begun:
        await notices.add(session, event, NoticeKind.SKIPPED, [""], at=now, distance=_OVER)
    return [*messages, *(await _missed(session, event) if missed else [])]


def _due(
    event: CalendarEvent, room_id: str, found: Sequence[Notice], distances: Sequence[Distance], now: datetime
) -> list[Distance]:
    """What is due in a room and not accounted for, the nearest to the date last."""
    told = notices.told_at(found, event.version).get(room_id, event.changed_at)
    done = {each.distance for each in found if each.version == event.version and each.room_id == room_id}
    moments = [(_moment(event, distance), distance) for distance in distances if distance.label not in done]
    return [distance for moment, distance in sorted(moments, key=lambda pair: pair[0]) if told < moment <= now]


def _moment(event: CalendarEvent, distance: Distance) -> datetime:
    return instant(distance.before(event.starts))


def _reminder(event: CalendarEvent, room_id: str, distance: Distance, now: datetime, settings: Settings) -> Message:
    late = now - _moment(event, distance) > LATE
    return Message(
        key=f"remind:calendar:{event.id}:v{event.version}:{distance.label}:{room_id}",
        room_id=room_id,
        text=texts.reminder(shown(event), late=late, now=now, prefix=settings.prefix),
        subject=f"calendar:{event.id}",
    )


async def _missed(session: AsyncSession, event: CalendarEvent) -> list[Message]:
    return [
        Message(
            key=f"skipped:calendar:{event.id}:v{event.version}:{room_id}",
            room_id=room_id,
            text=texts.reminder_missed(shown(event)),
        )
        for room_id in await rooms.of_kind(session, RoomKind.COORDINATION)
    ]
