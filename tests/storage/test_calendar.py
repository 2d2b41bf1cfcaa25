"""Dates, notices and previews in the database."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import calendar, calendar_changes, drafts, notices, office_hours
from storage.calendar import OFFICE_HOUR, PLENARY
from storage.database import Database
from storage.office_hours import OfficeHour
from storage.tables import CalendarEvent, ChangeKind, DraftState, EventStatus, Notice, NoticeKind

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
BEFORE = dt.datetime(2026, 11, 1)
LATER = NOW + dt.timedelta(hours=1)
TEN = dt.datetime(2026, 12, 2, 10)
TWELVE = TEN.replace(hour=12)


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[AsyncSession]:
    database = await Database.open(tmp_path / "test.sqlite")
    try:
        async with database.transaction() as session:
            yield session
    finally:
        await database.close()


async def test_what_runs_is_still_coming_and_what_has_ended_is_not(session):
    await calendar.add(session, PLENARY, number=1, starts=TEN, ends=TWELVE, at=NOW)
    assert len(await calendar.upcoming(session, after=TWELVE - dt.timedelta(seconds=1))) == 1
    assert not await calendar.upcoming(session, after=TWELVE)


async def test_a_date_without_an_end_is_over_with_its_day(session):
    await calendar.add(session, PLENARY, number=1, starts=TEN, at=NOW)
    assert len(await calendar.upcoming(session, after=TEN.replace(hour=23, minute=59))) == 1
    assert not await calendar.upcoming(session, after=dt.datetime(2026, 12, 3))


async def test_coming_dates_are_chosen_by_kind_and_group_and_come_in_order(session):
    late = await calendar.add(session, PLENARY, number=1, starts=TWELVE, at=NOW)
    early = await calendar.add(session, OFFICE_HOUR, starts=TEN, at=NOW)
    group = await calendar.add(session, calendar.kind_of_group(3), starts=TEN, at=NOW)
    gone = await calendar.add(session, PLENARY, number=2, starts=TWELVE, at=NOW)
    await calendar.put(session, gone, {"status": "CANCELLED"}, at=NOW)
    day = dt.datetime(2026, 12, 1)
    assert await calendar.upcoming(session, after=day) == [early, group, late]
    assert await calendar.upcoming(session, after=day, cancelled=True) == [early, group, late, gone]
    assert await calendar.upcoming(session, after=day, kind=PLENARY) == [late]
    assert await calendar.upcoming(session, after=day, kind=calendar.kind_of_group(3)) == [group]
    assert not await calendar.upcoming(session, after=day, kind=calendar.kind_of_group(4))


async def test_numbers_are_never_given_out_again(session):
    assert await calendar.next_number(session, PLENARY) == 1
    event = await calendar.add(session, PLENARY, number=1, starts=TEN, at=NOW)
    await calendar.put(session, event, {"status": "CANCELLED"}, at=NOW)
    assert await calendar.next_number(session, PLENARY) == 2
    assert await calendar.by_number(session, PLENARY, 1) is event
    assert await calendar.by_number(session, PLENARY, 2) is None


async def test_moving_makes_a_new_version_under_the_same_uid(session):
    event = await calendar.add(session, PLENARY, number=1, starts=TEN, at=NOW)
    uid = event.uid
    await calendar.put(session, event, {"starts": TWELVE.isoformat(), "ends": None}, at=LATER)
    assert (event.uid, event.version, event.starts, event.changed_at) == (uid, 2, TWELVE, LATER)


@pytest.mark.parametrize(
    "wanted, sequence",
    [
        ({"starts": "2026-12-03T10:00:00"}, 1),
        ({"place": "Magdeburg"}, 1),
        ({"status": "CANCELLED"}, 1),
        ({"title": "Neu", "link": "https://example.org/neu", "agenda": "1. Begrüßung"}, 0),
    ],
)
async def test_sequence_counts_time_place_and_status_only(session, wanted, sequence):
    event = await calendar.add(session, PLENARY, number=1, starts=TEN, at=NOW)
    await calendar.put(session, event, wanted, at=LATER)
    assert (event.version, event.sequence) == (2, sequence)


async def test_office_hours_become_what_the_operator_entered_and_keep_their_uids(session):
    next_day = TEN + dt.timedelta(days=1)
    await office_hours.replace(
        session, [OfficeHour(TEN, TWELVE, "Alt", ""), OfficeHour(next_day)], at=NOW, after=BEFORE
    )
    before = {event.starts: (event.uid, event.version) for event in await calendar.every(session, OFFICE_HOUR)}
    await office_hours.replace(session, [OfficeHour(TEN, TWELVE, "Neu"), OfficeHour(next_day)], at=LATER, after=BEFORE)
    after = await calendar.every(session, OFFICE_HOUR)
    assert [(event.uid, event.version, event.title) for event in after] == [
        (before[TEN][0], 2, "Neu"),
        (before[next_day][0], 1, None),
    ]
    await office_hours.replace(session, [OfficeHour(next_day)], at=LATER, after=BEFORE)
    [gone, stays] = await calendar.every(session, OFFICE_HOUR)
    assert (gone.starts, gone.status) == (TEN, EventStatus.CANCELLED)
    assert (stays.starts, stays.status) == (next_day, EventStatus.CONFIRMED)


async def test_an_office_hour_with_the_same_title_on_another_day_was_moved(session):
    await office_hours.replace(session, [OfficeHour(TEN, TWELVE, "Basisdienste")], at=NOW, after=BEFORE)
    next_day = TEN + dt.timedelta(days=1)
    await office_hours.replace(session, [OfficeHour(next_day, None, "Basisdienste")], at=LATER, after=BEFORE)
    [event] = await calendar.every(session, OFFICE_HOUR)
    assert (event.starts, event.version, event.sequence) == (next_day, 2, 1)
    assert [change.what for change, _ in await calendar_changes.untold(session)] == [ChangeKind.MOVED]


async def test_an_office_hour_that_was_held_stays_when_the_operator_removes_it(session):
    await office_hours.replace(session, [OfficeHour(TEN, TWELVE)], at=NOW, after=BEFORE)
    await office_hours.replace(session, [], at=LATER, after=TWELVE)
    [event] = await calendar.every(session, OFFICE_HOUR)
    assert event.status is EventStatus.CONFIRMED
    assert not await calendar_changes.untold(session)


async def test_entering_the_same_office_hours_at_every_start_changes_nothing(session):
    hours = [OfficeHour(TEN, None, "Erste"), OfficeHour(TEN, None, "Zweite"), OfficeHour(TWELVE)]
    await office_hours.replace(session, hours, at=NOW, after=BEFORE)
    first = [(each.id, each.uid, each.version, each.title) for each in await calendar.every(session, OFFICE_HOUR)]
    await office_hours.replace(session, reversed(hours), at=LATER, after=BEFORE)
    again = [(each.id, each.uid, each.version, each.title) for each in await calendar.every(session, OFFICE_HOUR)]
    assert first == again
    assert len({uid for _, uid, _, _ in first}) == 3


async def test_office_hours_leave_plenaries_alone(session):
    await calendar.add(session, PLENARY, number=1, starts=TEN, at=NOW)
    await office_hours.replace(session, [], at=NOW, after=BEFORE)
    assert len((await session.scalars(select(CalendarEvent))).all()) == 1


async def test_noting_the_same_notice_twice_is_noting_it_once(session):
    event = await calendar.add(session, PLENARY, number=1, starts=TEN, at=NOW)
    for at in (NOW, LATER):
        await notices.add(session, event, NoticeKind.REMINDER, ["!a", "!b"], at=at, distance="3d")
    found = (await session.scalars(select(Notice))).all()
    assert [(each.room_id, each.queued_at) for each in found] == [("!a", NOW), ("!b", NOW)]


async def test_a_room_that_was_only_passed_over_was_not_told(session):
    event = await calendar.add(session, PLENARY, number=1, starts=TEN, at=NOW)
    await notices.add(session, event, NoticeKind.ANNOUNCEMENT, ["!a"], at=NOW)
    await notices.add(session, event, NoticeKind.SKIPPED, ["!b"], at=NOW, distance="3d")
    found = await notices.of(session, event)
    assert notices.rooms_told(found) == ["!a"]
    assert notices.told_at(found, 1) == {"!a": NOW}
    assert notices.told_at(found, 2) == {}


async def test_ones_own_preview_goes_before_a_newer_one_of_somebody_else(session):
    made = {
        author: await drafts.add(
            session,
            action="plenum neu",
            payload={"title": "Geheim"},
            author=author,
            room_id="!a",
            source_event_id=f"${author}",
            thread_id=None,
            at=NOW,
            expires_at=LATER,
        )
        for author in ("@karin:test", "@kurt:test")
    }
    assert await drafts.waiting_in(session, "!a", author="@karin:test") is made["@karin:test"]
    assert await drafts.waiting_in(session, "!a", author="@anna:test") is made["@kurt:test"]
    assert await drafts.waiting_in(session, "!b", author="@karin:test") is None
    assert await drafts.overdue(session, NOW) == []
    assert await drafts.overdue(session, LATER) == list(made.values())


async def test_a_closed_preview_keeps_nothing_of_what_people_wrote(session):
    draft = await drafts.add(
        session,
        action="plenum neu",
        payload={"title": "Geheim"},
        author="@karin:test",
        room_id="!a",
        source_event_id="$1",
        thread_id=None,
        at=NOW,
        expires_at=LATER,
    )
    await drafts.close(session, draft, DraftState.DISCARDED)
    await session.refresh(draft)
    assert (draft.state, draft.payload) == (DraftState.DISCARDED, {})
    assert await drafts.waiting_in(session, "!a", author="@karin:test") is None
