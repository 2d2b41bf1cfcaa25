"""A series in a calendar file: read back and expanded by other programs, it gives the very dates that were entered."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from inline_snapshot import snapshot

from commands.calendar import entries
from commands.calendar.exporting import feed
from commands.calendar.ics import Method, calendar_file
from commands.dates.recurrence import Series, occurrences
from commands.dates.wall_clock import instant, wall
from commands.settings import Settings
from storage import calendar
from storage import series as rows
from storage.tables import CalendarEvent, CalendarSeries, EventStatus
from tests.commands.calendar_client import Client, events_of, expanded, expanded_by_ical
from tests.commands.test_calendar_export import planned, sent
from tests.dialog import MONDAY

BEGINNING, END = dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1)
AHEAD = dt.timedelta(days=400)
SETTINGS = Settings(bot_id="@bot:test", version="1", started_at=MONDAY)
WEDNESDAYS = Series(
    start=dt.datetime(2026, 12, 2, 10),
    end=dt.datetime(2026, 12, 2, 11),
    rule="FREQ=WEEKLY;BYDAY=WE",
    exceptions=(dt.datetime(2026, 12, 23, 10), dt.datetime(2026, 12, 30, 10)),
)


def file_of(found, method=Method.PUBLISH):
    return calendar_file(found, method=method, organizer="", bot="@bot:test", name="CIO-Projekt")


def seen(event):
    """What people see of a row: when (instants), what, where, why, whether it is cancelled."""
    off = event.status is EventStatus.CANCELLED
    name = f"Sitzung der AG 3: {event.title}" if event.title else "Sitzung der AG 3"
    end = event.starts if event.ends is None else event.ends
    return (
        instant(event.starts),
        instant(end),
        f"Abgesagt: {name}" if off else name,
        event.place,
        event.agenda,
        event.status.value,
    )


# The law, without a database: any rule, any change of single dates

RULES = (
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=WE",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU",
    "FREQ=MONTHLY;BYDAY=1WE",
    "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=MONTHLY;BYMONTHDAY=31",
)
LIMITS = ("", ";COUNT=9", ";UNTIL")
# No time in the hour that is skipped in spring: calendar programs differ in what they make of it.
TIMES = ((9, 0, 90), (10, 0, 60), (23, 0, 240), (1, 30, 120), (3, 0, None))
CHANGES = {
    "moved": lambda each: {"starts": each.starts + dt.timedelta(days=1, hours=2), "ends": None},
    "longer": lambda each: {"ends": each.starts + dt.timedelta(hours=5)},
    "cancelled": lambda _: {"status": EventStatus.CANCELLED},
    "elsewhere": lambda _: {"place": "Magdeburg"},
    "renamed": lambda _: {"title": "Änderung, Größe; Maß"},
    "agenda": lambda _: {"agenda": "1. Begrüßung"},
    "recalled": lambda _: {"recalled": True},
}


def rows_of(rule, *, days=AHEAD):
    """A series and its dates, as they are entered."""
    series = CalendarSeries(
        id=3,
        uid="series@ag4-bot",
        kind="group:3",
        title="Jour fixe",
        starts=rule.start,
        ends=rule.end,
        rule=rule.rule,
        exceptions=[each.isoformat() for each in rule.exceptions],
        place=None,
        link=None,
        status=EventStatus.CONFIRMED,
        sequence=0,
        filled_until=rule.start + days,
        created_at=MONDAY,
        changed_at=MONDAY,
    )
    dates = [
        CalendarEvent(
            id=number,
            uid=f"{number}@ag4-bot",
            kind="group:3",
            title="Jour fixe",
            starts=span.start,
            ends=span.end,
            whole_day=False,
            status=EventStatus.CONFIRMED,
            sequence=0,
            series_id=3,
            occurrence=span.start,
            recalled=False,
            created_at=MONDAY,
            changed_at=MONDAY,
        )
        for number, span in enumerate(occurrences(rule, after=BEGINNING, until=series.filled_until), 1)
    ]
    return series, dates


def first_of(rule, day, hour, minute):
    """The first day from `day` on that the rule names: DTSTART is the first date (RFC 5545, section 3.8.5.3)."""
    start = dt.datetime.combine(day, dt.time(hour, minute))
    return next(occurrences(Series(start=start, end=None, rule=rule), after=BEGINNING, until=END)).start


@st.composite
def series(draw):
    rule = draw(st.sampled_from(RULES))
    hour, minute, minutes = draw(st.sampled_from(TIMES))
    start = first_of(rule, draw(st.dates(dt.date(2024, 1, 1), dt.date(2039, 6, 1))), hour, minute)
    end = None if minutes is None else start + dt.timedelta(minutes=minutes)
    whole = Series(start=start, end=end, rule=rule)
    spans = list(occurrences(whole, after=BEGINNING, until=start + AHEAD))
    limit = draw(st.sampled_from(LIMITS))
    if limit == ";UNTIL":
        limit += f"={draw(st.sampled_from(spans)).start:%Y%m%dT%H%M%S}"
    left_out = draw(st.lists(st.sampled_from(spans[1:]), max_size=2, unique=True))
    return Series(start=start, end=end, rule=rule + limit, exceptions=tuple(sorted(each.start for each in left_out)))


@settings(max_examples=100, deadline=None)
@given(series(), st.lists(st.tuples(st.integers(0, 400), st.sampled_from(sorted(CHANGES))), max_size=4))
def test_a_file_expands_to_the_very_dates_that_were_entered(rule, changes):
    found, dates = rows_of(rule)
    for place, change in changes:
        if dates:
            date = dates[place % len(dates)]
            for name, value in CHANGES[change](date).items():
                setattr(date, name, value)
    dates = [each for each in dates if not each.recalled]
    data = file_of(entries.of_series(found, dates, method=Method.PUBLISH))
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    wanted = sorted((seen(each) for each in dates), key=str)
    until = instant(found.filled_until)
    assert expanded(data, until=until) == wanted
    read = expanded_by_ical(data, until=until + dt.timedelta(days=3))  # a date may be moved to after the end
    assert [each for each in read if each[0] <= until or each in wanted] == wanted
    differing = sum("recurrence-id" in each.contents for each in events_of(data))
    shorter_or_longer = sum(_lasts(each.starts, each.ends) != _lasts(rule.start, rule.end) for each in dates)
    assert differing <= len(changes) + shorter_or_longer, "a date that does not differ is not written"


def _lasts(start, end):
    """How long a date really lasts: its end is by the clock, also in the nights in which the clocks change."""
    return None if end is None else instant(end) - instant(start)


def test_half_past_two_in_the_night_that_has_it_twice_comes_once():
    start = dt.datetime(2026, 10, 25, 2, 30)
    rule = Series(start=start, end=start + dt.timedelta(minutes=30), rule="FREQ=MONTHLY;BYDAY=-1SU;COUNT=3")
    found, dates = rows_of(rule)
    data = file_of(entries.of_series(found, dates, method=Method.PUBLISH))
    until = instant(found.filled_until)
    wanted = [seen(each) for each in dates]
    assert [start.isoformat() for start, *_ in wanted] == [
        "2026-10-25T00:30:00+00:00",
        "2026-11-29T01:30:00+00:00",
        "2026-12-27T01:30:00+00:00",
    ]
    assert expanded(data, until=until) == expanded_by_ical(data, until=until) == wanted


# In the database, through the commands


async def entered(dialog, rule=WEDNESDAYS, *, kind="group:3", at=MONDAY, **details):
    """Enter a series and its dates as the bot does; its ID and theirs."""
    known = {"title": "Jour fixe", "place": None, "link": None} | details
    async with dialog.database.transaction() as session:
        found = await rows.add(
            session,
            kind,
            starts=rule.start,
            ends=rule.end,
            rule=rule.rule,
            exceptions=rule.exceptions,
            room_ids=[],
            at=at,
            **known,
        )
        ids = await filled(session, found, rule, until=wall(at) + AHEAD, at=at)
    return found.id, ids


async def filled(session, found, rule, *, until, at):
    ids = []
    for span in occurrences(rule, after=found.filled_until, until=until):
        event = await calendar.add(
            session, found.kind, starts=span.start, ends=span.end, title=found.title, series_id=found.id, at=at
        )
        ids.append(event.id)
    found.filled_until = until
    return ids


async def changed(dialog, event_id, *, hours=1, **wanted):
    """Change one date, some hours after it was entered."""
    async with dialog.database.transaction() as session:
        event = await calendar.find(session, event_id)
        at = MONDAY + dt.timedelta(hours=hours)
        await calendar.put(session, event, wanted, at=at)
        await rows.touch(session, await rows.find(session, event.series_id), at=at)


async def feed_of(dialog, group=None):
    async with dialog.database.reading() as session:
        return await feed(session, SETTINGS, group=group)


async def recall(dialog, ids):
    async with dialog.database.transaction() as session:
        for event_id in ids:
            event = await calendar.find(session, event_id)
            event.recalled = True


async def test_a_series_is_one_entry_and_what_differs_one_each(dialog):
    series_id, ids = await entered(dialog)
    await changed(dialog, ids[0], starts="2026-12-01T13:00:00", ends="2026-12-01T14:00:00")
    await changed(dialog, ids[1], status="CANCELLED")
    data = await feed_of(dialog)
    assert data == await feed_of(dialog), "the bytes depend on the dates only"
    # the series comes first, though the date that was moved now is before all of its own
    master, moved, off = data.decode().split("BEGIN:VEVENT\r\n")[1:]
    async with dialog.database.reading() as session:
        uid = (await rows.find(session, series_id)).uid
    assert [each.uid.value for each in events_of(data)] == [uid] * 3
    assert "DTSTART;TZID=Europe/Berlin:20261202T100000\r\n" in master
    assert "RRULE:FREQ=WEEKLY;BYDAY=WE\r\n" in master
    assert "EXDATE;TZID=Europe/Berlin:20261223T100000,20261230T100000\r\n" in master
    assert "SEQUENCE:0\r\n" in master
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20261202T100000\r\n" in moved
    assert "DTSTART;TZID=Europe/Berlin:20261201T130000\r\n" in moved
    assert "SEQUENCE:1\r\n" in moved
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20261209T100000\r\n" in off
    assert "STATUS:CANCELLED\r\n" in off


@pytest.mark.parametrize(
    "until,in_utc", [("20270120T100000", "20270120T090000Z"), ("20270630T100000", "20270630T080000Z")]
)
async def test_the_end_of_a_series_is_written_in_utc(dialog, until, in_utc):
    await entered(dialog, Series(start=WEDNESDAYS.start, end=None, rule=f"FREQ=WEEKLY;BYDAY=WE;UNTIL={until}"))
    assert f"UNTIL={in_utc}".encode() in await feed_of(dialog)


async def test_entering_further_dates_changes_nothing_in_the_feed(dialog):
    series_id, _ = await entered(dialog)
    before = await feed_of(dialog)
    later = MONDAY + dt.timedelta(days=20)
    async with dialog.database.transaction() as session:
        found = await rows.find(session, series_id)
        assert await filled(session, found, WEDNESDAYS, until=wall(later) + AHEAD, at=later)
    assert await feed_of(dialog) == before


async def test_a_group_gets_only_the_series_that_concern_it(dialog):
    await entered(dialog, title="Jour fixe")
    await entered(dialog, kind=calendar.OFFICE_HOUR, title="Fragen zum OZG")

    async def summaries(group):
        return {each.summary.value for each in events_of(await feed_of(dialog, group))}

    everybody = {"OZG-Sprechstunde: Fragen zum OZG"}
    assert await summaries(2) == everybody
    assert await summaries(3) == await summaries(None) == everybody | {"Sitzung der AG 3: Jour fixe"}


async def test_a_series_that_ended_more_than_a_year_ago_is_left_out(dialog):
    await planned(dialog, "karin", "koordination", "!plenum neu 15.12. 10:00 Abschluss")
    for year, title in ((2024, "Alt"), (2025, "Neuer")):
        start = dt.datetime(year, 9, 2, 10)
        rule = Series(start=start, end=None, rule="FREQ=WEEKLY;COUNT=14")
        await entered(dialog, rule, at=instant(start) - dt.timedelta(days=30), title=title)
    assert {each.summary.value for each in events_of(await feed_of(dialog))} == {
        "Sitzung der AG 3: Neuer",
        "Plenum 4: Abschluss",
    }


async def test_what_was_recalled_is_left_out_though_the_rule_names_it(dialog):
    """A later date was moved to before the day on which the series was ended: the rule has to reach that far."""
    rule = Series(start=WEDNESDAYS.start, end=None, rule="FREQ=WEEKLY;BYDAY=WE;UNTIL=20261223T100000")
    _, ids = await entered(dialog, rule)
    await changed(dialog, ids[3], starts="2026-12-03T10:00:00")
    await recall(dialog, ids[1:3])
    found = expanded(await feed_of(dialog), until=instant(dt.datetime(2028, 1, 1)))
    assert [wall(start).day for start, *_ in found] == [2, 3]


async def test_a_moved_and_a_cancelled_date_replace_and_remove_in_a_calendar_program(dialog):
    series_id, ids = await entered(dialog)
    code, client, files = f"R{series_id}", Client(), []

    async def opened(text):
        files.append((await sent(dialog, text, room="ag3"))[1])
        client.open(files[-1])
        return {which: start for (_, which), start in client.dates.items()}

    first, second = dt.datetime(2026, 12, 2, 10), dt.datetime(2026, 12, 9, 10)
    moved = dt.datetime(2026, 12, 3, 13)
    assert await opened(f"!kalender {code}") == {None: first}
    await changed(dialog, ids[0], starts=moved.isoformat())
    assert await opened(f"!kalender T{ids[0]}") == {None: first, first: moved}
    await changed(dialog, ids[1], status="CANCELLED", hours=2)
    await opened(f"!kalender T{ids[1]}")
    assert b"METHOD:CANCEL" in files[-1]
    assert f"RECURRENCE-ID;TZID=Europe/Berlin:{second:%Y%m%dT%H%M%S}".encode() in files[-1]
    assert {which: start for (_, which), start in client.dates.items()} == {None: first, first: moved}
    await changed(dialog, ids[0], starts=first.isoformat(), hours=3)
    assert await opened("!kalender") == {None: first, first: first}, "moved back: the file of the move does not win"
    for late in files[:-1]:
        client.open(late)
        assert {which: start for (_, which), start in client.dates.items()} == {None: first, first: first}
    fresh = Client()
    fresh.open(files[-1])
    assert fresh.dates == client.dates, "who opens only the last file sees the same"


async def test_a_date_entered_after_the_series_was_changed_outranks_it_when_it_is_moved(dialog):
    series_id, ids = await entered(dialog)
    async with dialog.database.transaction() as session:
        (await rows.find(session, series_id)).sequence = 4
    await changed(dialog, ids[5], starts="2027-01-28T10:00:00")
    [master, single] = events_of(await feed_of(dialog))
    assert (master.sequence.value, single.sequence.value) == ("4", "5")


async def test_the_list_names_series_as_such_and_has_them_whole(dialog):
    await entered(dialog)
    await planned(dialog, "karin", "koordination", "!plenum neu 15.12. 10:00-12:00 Abschluss")
    answer, data = await sent(dialog, "!kalender", room="ag3")
    assert answer == snapshot(
        "1 Termin und 1 Terminreihe für die AG 3 als Kalenderdatei. Öffnen Sie die Datei unten, dann fragt Ihr Kalender, ob er die Termine übernehmen soll."
    )
    assert [each.rrule is not None for each in IcsCalendarStream.calendar_from_ics(data.decode()).events] == [
        True,
        False,
    ]
    answer, data = await sent(dialog, "!kalender", room="ag2")
    assert "1 Termin für die AG 2" in answer
    assert b"RRULE:FREQ=WEEKLY" not in data


async def test_one_series_is_a_request_without_its_cancelled_dates_and_one_that_was_cancelled_a_cancellation(dialog):
    series_id, ids = await entered(dialog)
    await changed(dialog, ids[2], status="CANCELLED")
    answer, data = await sent(dialog, f"!kalender R{series_id}", room="ag3")
    assert answer == snapshot("""\
Sitzung der AG 3, Reihe R1, als Kalenderdatei. Öffnen Sie die Datei unten, dann übernimmt Ihr Kalender alle Termine der Reihe.
Jeden Mittwoch, 10:00–11:00 Uhr, ab Mi 02.12.2026, außer 23.12.2026, 30.12.2026\
""")
    assert b"METHOD:REQUEST" in data
    assert b"CANCELLED" not in data, "a request knows no cancelled date (RFC 5546, section 3.2.2)"
    assert b"EXDATE;TZID=Europe/Berlin:20261216T100000,20261223T100000," in data.replace(b"\r\n ", b"")
    async with dialog.database.transaction() as session:
        found = await rows.find(session, series_id)
        found.status, found.sequence = EventStatus.CANCELLED, 1
    await recall(dialog, ids)
    answer, cancelled = await sent(dialog, f"!kalender R{series_id}", room="ag3")
    assert answer.startswith("Sitzung der AG 3, Reihe R1, ist abgesagt.")
    assert b"METHOD:CANCEL" in cancelled
    assert b"STATUS:CANCELLED" in cancelled
    assert b"EXDATE;TZID=Europe/Berlin:20261223T100000,20261230T100000\r\n" in cancelled
    client = Client()
    for file in (data, cancelled, data):
        client.open(file)
    assert not client.dates
    assert not events_of(await feed_of(dialog))


@pytest.mark.parametrize("wrong", ["!kalender R99", "!kalender R1 und mehr"])
async def test_a_series_that_there_is_not_is_answered_without_a_file(dialog, wrong):
    await entered(dialog)
    [answer] = await dialog.hear("anna", "plenum", wrong)
    assert "gibt es nicht" in answer or "kenne ich keinen" in answer
