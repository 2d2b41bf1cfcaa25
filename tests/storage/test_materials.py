"""What came of a plenary, who was there to get it, and which plenaries still wait for it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from storage import calendar, materials
from storage.database import Database
from storage.tables import Attendance, CalendarEvent, ParticipationStatus

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
STARTS = datetime(2026, 12, 10, 10)
FILE = {"msgtype": "m.file", "filename": "Protokoll.pdf", "info": {"size": 3}, "url": "mxc://test/protokoll"}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "db.sqlite")
    yield database
    await database.close()


async def plenary(session: AsyncSession, number: int = 4, **what: Any) -> CalendarEvent:
    starts = what.pop("starts", STARTS)
    ends = what.pop("ends", starts + timedelta(hours=2))
    event = await calendar.add(session, calendar.PLENARY, number=number, starts=starts, ends=ends, at=AT)
    for name, value in what.items():
        setattr(event, name, value)
    await session.flush()
    return event


async def added(session: AsyncSession, event: CalendarEvent, title: str, source: str, **what: Any) -> None:
    sent = {"link": None, "file": None, **what}
    await materials.add(session, event, title=title, source_event_id=source, by="@karin:test", at=AT, **sent)


async def test_links_and_files_of_a_date_come_back_as_they_were_in_their_order(database: Database) -> None:
    async with database.transaction() as session:
        event, other = await plenary(session), await plenary(session, 5)
        await added(session, event, "Protokoll", "$1", link="https://example.org/p")
        await added(session, other, "Anderes", "$2", link="https://example.org/a")
        await added(session, event, "Folien", "$3", file=FILE)
    async with database.reading() as session:
        found = await materials.of(session, event)
        assert [(each.title, each.link, each.file) for each in found] == [
            ("Protokoll", "https://example.org/p", None),
            ("Folien", None, FILE),
        ]
        everything = await materials.of_all(session, [event, other])
        assert {key: [each.title for each in value] for key, value in everything.items()} == {
            event.id: ["Protokoll", "Folien"],
            other.id: ["Anderes"],
        }


async def test_what_a_message_brought_is_found_by_it_and_forgotten(database: Database) -> None:
    async with database.transaction() as session:
        await added(session, await plenary(session), "Protokoll", "$1", link="https://example.org/p")
        material = await materials.made_of(session, "$1")
        assert material is not None
        assert await materials.made_of(session, "$2") is None
        await materials.remove(session, material)
    async with database.reading() as session:
        assert await materials.made_of(session, "$1") is None


async def test_who_comes_is_in_a_room_once_and_neither_who_waits_nor_who_does_not_come(database: Database) -> None:
    async with database.transaction() as session:
        event, other = await plenary(session), await plenary(session, 5)
        accepted, declined = ParticipationStatus.ACCEPTED, ParticipationStatus.DECLINED
        for number, (date, status, waiting, room_id) in enumerate(
            [
                (event, accepted, False, "!direct:test"),
                (event, accepted, False, "!ag3:test"),
                (event, accepted, False, "!direct:test"),
                (event, accepted, True, "!waits:test"),
                (event, declined, False, "!declined:test"),
                (event, ParticipationStatus.TENTATIVE, False, "!perhaps:test"),
                (other, accepted, False, "!other:test"),
            ]
        ):
            answered = AT + timedelta(minutes=number)
            session.add(
                Attendance(
                    calendar_event_id=date.id,
                    user_id=f"@{number}:test",
                    status=status,
                    version=1,
                    waiting=waiting,
                    seat_since=answered,
                    room_id=room_id,
                    answered_at=answered,
                )
            )
        await session.flush()
        assert await materials.rooms_of_accepted(session, event) == ["!direct:test", "!ag3:test"]


@pytest.mark.parametrize(
    "what, waits",
    [
        ({}, True),
        ({"ends": None}, True),
        ({"closed_at": AT}, False),
        ({"recalled": True}, False),
        ({"whole_day": True}, False),
        ({"status": "CANCELLED"}, False),
        ({"kind": calendar.TALK}, False),
        ({"ends": datetime(2026, 12, 12)}, False),
        ({"ends": datetime(2026, 12, 11, 23, 59)}, True),
        ({"starts": datetime(2026, 11, 30, 23), "ends": datetime(2026, 12, 1)}, True),
        ({"starts": datetime(2026, 11, 30, 22), "ends": datetime(2026, 11, 30, 23, 59)}, False),
    ],
)
async def test_what_waits_for_being_closed_took_place_in_the_span_and_was_not_closed(
    database: Database, what: dict[str, Any], waits: bool
) -> None:
    async with database.transaction() as session:
        event = await plenary(session, **what)
        found = await materials.unclosed(session, since=datetime(2026, 12, 1), before=datetime(2026, 12, 12))
        assert (event.id in [each.id for each in found]) is waits


async def test_a_plenary_that_was_closed_keeps_its_version(database: Database) -> None:
    async with database.transaction() as session:
        event = await plenary(session)
        await materials.close(session, event, at=AT)
    async with database.reading() as session:
        found = await calendar.find(session, event.id)
        assert found is not None
        assert (found.closed_at, found.version, found.sequence) == (AT, 1, 0)
        assert await materials.unclosed(session, before=datetime(2027, 1, 1)) == []
