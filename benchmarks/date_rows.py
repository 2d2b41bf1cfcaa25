"""A calendar as years of work would fill it: dates of four kinds, who was told of them, and people with reminders.

Up to NOW everything is told, so that a ring of the clock finds nothing to say unless the clock goes on.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert

from commands.dates.wall_clock import wall
from commands.dates.working_days import is_working_day
from storage import reminded, rooms, seed_data, subscriptions
from storage import sync as position
from storage.calendar import OFFICE_HOUR, PLENARY, TALK, kind_of_group
from storage.database import Database
from storage.tables import (
    CalendarEvent,
    EventSource,
    EventStatus,
    Notice,
    NoticeKind,
    RoomKind,
    Subscription,
)

NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning in working hours: every job looks."""
PEOPLE: Final = 500
COMMON: Final = "1d"
"""The distance at which everybody is reminded of a plenary."""

_PAST, _AHEAD = timedelta(days=5 * 365), timedelta(days=3 * 365)
_KINDS: Final = (OFFICE_HOUR, TALK, *(kind_of_group(number) for number in range(1, 6)))
_DISTANCES: Final = ("7d", "3d", "2d", "1d", "2h", "1h", "30m")
_PLENARY_DAYS: Final = 14
_FIRST: Final = 1_000
"""IDs and numbers from here on: those of the plenaries that every database begins with are smaller."""
_BOT: Final = "@ag4-bot:test"


async def fill(path: Path, *, dates: int, people: int) -> list[datetime]:
    """Fill a new database with so many dates and people; when plenaries begin after NOW (naive Berlin times)."""
    random = Random(1)
    database = await Database.open(path)
    try:
        async with database.transaction() as session:
            await position.begin(session, user_id=_BOT, device_id="BENCH", at=NOW)
            await seed_data.load(session, at=NOW)
            for kind in (RoomKind.PLENARY, RoomKind.COORDINATION):
                await rooms.note(session, f"!{kind.value}:test", kind=kind, joined=True, members=200)
            for number in range(1, 6):
                await rooms.note(session, f"!ag{number}:test", kind=RoomKind.GROUP, group_number=number, joined=True)
            for number in range(people):
                await rooms.note(session, f"!direct{number}:test", kind=RoomKind.DIRECT, joined=True, members=2)
            made = list(_dates(random, dates))
            if made:
                await session.execute(insert(CalendarEvent), made)
                await session.execute(insert(Notice), [notice for each in made for notice in _notices(each)])
            if people:
                await session.execute(insert(Subscription), list(_subscriptions(random, people)))
            await reminded.note(session, NOW)
        return [each["starts"] for each in made if each["kind"] == PLENARY and each["starts"] > wall(NOW)]
    finally:
        await database.close()


def _dates(random: Random, count: int) -> Iterator[dict[str, Any]]:
    """A plenary every other week on a working day, and dates of the other kinds on all other days."""
    first = wall(NOW).replace(hour=0, minute=0) - _PAST
    step = (_PAST + _AHEAD) / max(count, 1)
    plenary = first
    for number in range(count):
        day = (first + number * step).replace(hour=0, minute=0, second=0, microsecond=0)
        kind = random.choice(_KINDS)
        if day >= plenary and is_working_day(day.date()):
            kind, plenary = PLENARY, day + timedelta(days=_PLENARY_DAYS)
        starts = day + (timedelta(hours=10) if kind == PLENARY else timedelta(hours=random.randint(8, 17)))
        yield {
            "id": _FIRST + number,
            "uid": f"{UUID(int=random.getrandbits(128))}@ag4-bot",
            "kind": kind,
            "number": _FIRST + number if kind == PLENARY else None,
            "title": f"Thema {number}",
            "starts": starts,
            "ends": starts + timedelta(hours=1),
            "zone": "Europe/Berlin",
            "whole_day": False,
            "place": "Magdeburg",
            "link": "https://example.org/termin",
            "status": EventStatus.CANCELLED if random.random() < 0.05 else EventStatus.CONFIRMED,
            "sequence": 0,
            "version": 1,
            "source": EventSource.CHAT,
            "recalled": False,
            "closed_at": NOW if starts < wall(NOW) else None,
            "created_at": NOW - _PAST,
            "changed_at": NOW - _PAST,
        } | ({"status": EventStatus.CONFIRMED} if kind == PLENARY else {})


def _notices(date: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """It was announced; of what is over everybody was reminded twice."""
    group = date["kind"].removeprefix("group:") if date["kind"].startswith("group:") else None
    room_id = f"!ag{group}:test" if group else "!plenary:test"
    told = [(NoticeKind.ANNOUNCEMENT, "")]
    if date["starts"] < wall(NOW):
        told += [(NoticeKind.REMINDER, "1d"), (NoticeKind.REMINDER, "1h")]
    for kind, distance in told:
        yield {
            "calendar_event_id": date["id"],
            "version": 1,
            "kind": kind,
            "distance": distance,
            "room_id": room_id,
            "queued_at": NOW - _PAST,
        }


def _subscriptions(random: Random, people: int) -> Iterator[dict[str, Any]]:
    """Everybody wants plenaries a day before, and dates of another kind at some distances."""
    for number in range(people):
        for kind, distances in (
            (PLENARY, [COMMON, *_some(random)]),
            (random.choice((*_KINDS, subscriptions.EVERY_KIND)), _some(random)),
        ):
            yield {
                "user_id": f"@person{number}:test",
                "kind": kind,
                "room_id": f"!direct{number}:test",
                "distances": list(dict.fromkeys(distances)),
                "since": NOW - _PAST,
            }


def _some(random: Random) -> Sequence[str]:
    return random.sample(_DISTANCES, random.randint(1, 3))
