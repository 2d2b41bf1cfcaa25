"""Erinnerungen: each distance once for each room, held back in quiet hours, caught up after a pause, never lost."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import telling
from commands.calendar.kinds import distances, rooms_of
from commands.calendar.shown import shown
from commands.command import Message
from commands.dates.quiet_hours import held, is_quiet
from commands.dates.wall_clock import Distance, instant, wall
from commands.markup import Markdown
from commands.settings import Settings
from commands.texts import calendar as texts
from storage import calendar, notices, reminded, rooms, subscriptions
from storage.subscriptions import EVERY_KIND
from storage.tables import CalendarEvent, EventStatus, Notice, NoticeKind, RoomKind, Subscription

LATE: Final = timedelta(minutes=30)
"""From here on a reminder says that it comes late."""

_LONGEST_HOLD: Final = timedelta(days=12)
"""No run of weekends and holidays in Sachsen-Anhalt is longer: what fell due before is not held back any more."""
_NOT_LONG_AGO: Final = timedelta(days=40)
"""So far back is looked where nothing was looked for yet."""


@dataclass(frozen=True, kw_only=True)
class _Due:
    """A reminder that is due: the date, how long before it, and when it was to be sent (UTC)."""

    event: CalendarEvent
    distance: Distance
    moment: datetime


@dataclass(frozen=True, kw_only=True)
class _Ring:
    """What is the same for all dates: the direct chats, and the subscriptions there."""

    now: datetime
    settings: Settings
    direct: AbstractSet[str]
    wanted: Sequence[Subscription]


async def remind(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
    """The reminders that fell due since this was asked last, up to `now` (UTC).

    A room that heard of the date after a reminder was due does not get it. If several are due at once, only the nearest
    is sent; if the date has begun meanwhile, none, but the coordination is told.
    """
    since = await reminded.until(session) or now - _NOT_LONG_AGO
    if now <= since:
        if now < since:  # the clock was put back: what is entered until it is there again falls due after now
            await reminded.note(session, now)
        return []
    wanted = await subscriptions.every(session)
    due = await _due(session, since, now, settings, wanted)
    if settings.quiet and is_quiet(wall(now)):  # what can wait is looked at again in the morning
        due = [each for each in due if _cannot_wait(each.event, wall(now))]
    else:
        await reminded.note(session, now)
    messages: list[Message] = []
    by_date: dict[int, list[_Due]] = {}
    for each in due:
        by_date.setdefault(each.event.id, []).append(each)
    if by_date:
        direct = set(await rooms.of_kind(session, RoomKind.DIRECT))
        ring = _Ring(now=now, settings=settings, direct=direct, wanted=[e for e in wanted if e.room_id in direct])
        for here in by_date.values():
            messages += await _about(session, here, ring)
    return messages


def _cannot_wait(event: CalendarEvent, now: datetime) -> bool:
    """Whether quiet hours do not count now (naive Berlin time): the date is today, or begins before they end."""
    return now.date() <= event.starts.date() and held(now, event.starts) == now


async def _due(
    session: AsyncSession, since: datetime, now: datetime, settings: Settings, wanted: Sequence[Subscription]
) -> list[_Due]:
    """What is due after `since` and until `now`, of all dates that are on, those nearest to their date last."""
    found: list[_Due] = []
    own = _own_distances(wanted)
    everywhere = [*distances(settings, calendar.PLENARY), *distances(settings, calendar.TALK), *chain(*own.values())]
    longest = max(map(_days, everywhere), default=0)
    first, last = wall(since - _LONGEST_HOLD), wall(now) + timedelta(days=longest + 1)
    for event in await calendar.between(session, first, last):
        if event.whole_day or event.status is EventStatus.CANCELLED:
            continue
        asked_for = {*distances(settings, event.kind), *own.get(event.kind, ()), *own.get(EVERY_KIND, ())}
        for distance in asked_for:
            moment = _moment(event, distance, settings)
            if since < moment <= now:
                found.append(_Due(event=event, distance=distance, moment=moment))
    return sorted(found, key=lambda each: (each.event.starts, each.event.id, each.distance.before(each.event.starts)))


def _days(distance: Distance) -> int:
    return (datetime.max - distance.before(datetime.max)).days + 1  # noqa: DTZ901  only the difference counts


def _moment(event: CalendarEvent, distance: Distance, settings: Settings) -> datetime:
    """When a reminder is sent (UTC)."""
    raw = distance.before(event.starts)
    return instant(held(raw, event.starts) if settings.quiet else raw)


async def _about(session: AsyncSession, due: Sequence[_Due], ring: _Ring) -> list[Message]:
    """The reminders of one date, and what is left out."""
    event, now = due[0].event, ring.now
    begun = now >= instant(event.starts)
    found = await notices.of(session, event)
    done = {(each.room_id, each.distance) for each in found if each.version == event.version}
    told = notices.told_at(found, event.version)
    texts_of = {each.distance.label: _text(each, now, ring.settings) for each in due}
    noted: dict[tuple[NoticeKind, str], list[str]] = {}
    messages: list[Message] = []
    for room_id, here in (await _receivers(session, due, found, ring)).items():
        told_at = told.get(room_id, event.changed_at)
        open_ = [each for each in here if told_at < each.moment and (room_id, each.distance.label) not in done]
        nearest = None if begun or not open_ else open_[-1]
        for each in open_:
            kind = NoticeKind.REMINDER if each is nearest else NoticeKind.SKIPPED
            noted.setdefault((kind, each.distance.label), []).append(room_id)
        if nearest is not None:
            messages.append(_reminder(nearest, room_id, texts_of[nearest.distance.label]))
    for (kind, label), room_ids in noted.items():
        await notices.add(session, event, kind, room_ids, at=now, distance=label)
    return [*messages, *(await _missed(session, event) if begun and noted else [])]


async def _receivers(
    session: AsyncSession, due: Sequence[_Due], found: Sequence[Notice], ring: _Ring
) -> dict[str, list[_Due]]:
    """What is due in each room: in those of everybody by the configuration, in direct chats as their people want it."""
    event = due[0].event
    configured = [each for each in due if each.distance in distances(ring.settings, event.kind)]
    told = [room_id for room_id in notices.rooms_announced(found) if room_id not in ring.direct]
    receivers = {room_id: [*configured] for room_id in [*await rooms_of(session, ring.settings, event.kind), *told]}
    for subscription in ring.wanted:
        if subscription.kind in {event.kind, EVERY_KIND}:
            here = receivers.setdefault(subscription.room_id, [])
            here += [
                each
                for each in due
                if each.distance.label in subscription.distances
                and subscription.since < each.moment
                and each not in here
            ]
            here.sort(key=due.index)
    return receivers


def _own_distances(wanted: Sequence[Subscription]) -> dict[str, set[Distance]]:
    """The distances that people want, by the kind of dates."""
    found: dict[str, set[Distance]] = {}
    for subscription in wanted:
        found.setdefault(subscription.kind, set()).update(map(Distance.parse, subscription.distances))
    return found


def _text(due: _Due, now: datetime, settings: Settings) -> Markdown:
    """What a reminder says; of a date that nobody announced alone (it is one of a series) it also asks who comes."""
    event = due.event
    return texts.reminder(
        shown(event),
        late=now - due.moment > LATE,
        ask=telling.ask(event, settings.prefix) if event.series_id is not None else None,
        now=now,
        prefix=settings.prefix,
    )


def _reminder(due: _Due, room_id: str, text: Markdown) -> Message:
    event = due.event
    return Message(
        key=f"remind:calendar:{event.id}:v{event.version}:{due.distance.label}:{room_id}",
        room_id=room_id,
        text=text,
        subject=calendar.subject_of(event.id),
        reactions=telling.buttons(event) if event.series_id is not None else (),
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
