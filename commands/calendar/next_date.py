"""Nächster Termin: each room shows it in its topic or as a pinned message, and what it shows is kept true."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar.shown import shown
from commands.command import Effect, Message, Topic
from commands.dates.wall_clock import wall
from commands.markup import Markdown
from commands.settings import Settings
from commands.texts import calendar_next_date as texts
from commands.texts.calendar import Shown
from storage import calendar, displays, rooms
from storage.tables import Room, RoomDisplay, RoomKind

OFF, TOPIC, PINNED = "off", "topic", "pinned"
"""The ways of showing it (`Settings.next_date`)."""

_SHOWING: Final = (RoomKind.PLENARY, RoomKind.COORDINATION, RoomKind.GROUP)
_LOOKED_AT: Final = 100
"""Among so many coming dates each room's next one is nearly always."""

_FOR_ALL: Final = (calendar.PLENARY, calendar.OFFICE_HOUR, calendar.TALK)


async def keep(session: AsyncSession, now: datetime, settings: Settings) -> list[Effect]:
    """What has to be said so that every room shows its next date at `now` (UTC); nothing where it does."""
    present = await displays.every(session)
    if settings.next_date == OFF and all(each.mode == OFF for each in present.values()):
        return []
    effects: list[Effect] = []
    coming = await calendar.upcoming(session, after=wall(now), most=_LOOKED_AT)
    for room in await rooms.joined(session, _SHOWING):
        kinds = _kinds_in(room)
        here = next((each for each in coming if each.kind in kinds), None)
        if here is None and len(coming) == _LOOKED_AT:  # only then is there more, and it is looked for alone
            here = next(iter(await calendar.upcoming(session, after=wall(now), kinds=kinds, most=1)), None)
        date = None if here is None else shown(here)
        effects += await _show(session, room, present.get(room.room_id), date, settings)
    return effects


def _kinds_in(room: Room) -> tuple[str, ...]:
    """The kinds of dates that concern a room: a group's own, and those of everybody."""
    return _FOR_ALL if room.group_number is None else (*_FOR_ALL, calendar.kind_of_group(room.group_number))


async def _show(
    session: AsyncSession, room: Room, before: RoomDisplay | None, date: Shown | None, settings: Settings
) -> list[Effect]:
    """Make one room show what it is to show; nothing where it does, or never showed anything and has nothing to."""
    mode, prefix = settings.next_date, settings.prefix
    text = {OFF: "", TOPIC: texts.topic(date), PINNED: texts.pinned(date, prefix=prefix)}[mode]
    if before is None and (date is None or mode == OFF):
        return []
    if before is not None and (before.mode, before.text) == (mode, text):
        return []
    old_mode, old_key = (OFF, None) if before is None else (before.mode, before.message_key)
    count = 1 if before is None else before.count + 1
    key = f"next-date:{room.room_id}:{count}"
    message_key = key if mode == PINNED and old_key is None else old_key
    await displays.put(session, room.room_id, mode=mode, text=text, message_key=message_key)
    return [*_taken_away(room, old_mode, old_key, key, settings), *_put_up(room, text, old_key, key, mode)]


def _taken_away(room: Room, mode: str, message_key: str | None, key: str, settings: Settings) -> Iterator[Effect]:
    """What a room showed in a way that is not wanted any more."""
    if mode == settings.next_date:
        return
    if mode == TOPIC:
        yield Topic(key=f"{key}:gone", room_id=room.room_id, text="")
    if mode == PINNED and message_key is not None:
        text = texts.no_longer_pinned(prefix=settings.prefix)
        yield Message(key=f"{key}:gone", room_id=room.room_id, text=text, replaces=message_key)


def _put_up(room: Room, text: str, message_key: str | None, key: str, mode: str) -> Iterator[Effect]:
    if mode == TOPIC:
        yield Topic(key=key, room_id=room.room_id, text=text)
    if mode == PINNED:
        yield Message(
            key=key,
            room_id=room.room_id,
            text=Markdown(text),
            subject="next-date",
            quiet=True,
            pinned=True,
            replaces=message_key,
        )
