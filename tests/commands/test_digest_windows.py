"""When a digest is due, and which time it covers: windows tile time, whatever happens to the clock."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.dates.wall_clock import wall
from commands.digest.contents import Window, latest_due, window

SPRING, AUTUMN = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)

weekdays = st.integers(0, 6)
times = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
gaps = st.lists(st.timedeltas(timedelta(0), timedelta(days=25)), min_size=1, max_size=30)
starts = st.sampled_from([SPRING, AUTUMN]).flatmap(
    lambda change: st.timedeltas(timedelta(days=-20), timedelta(days=20)).map(lambda away: change + away)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "now, due",
    [
        ("2026-11-23 07:00", "2026-11-23 07:00"),  # 08:00 in Berlin, to the second
        ("2026-11-23 06:59:59", "2026-11-16 07:00"),
        ("2026-11-29 22:00", "2026-11-23 07:00"),
        ("2026-03-30 06:00", "2026-03-30 06:00"),  # the clocks went forward the day before
        ("2026-10-26 06:59", "2026-10-19 06:00"),  # … and back
        ("2026-10-26 07:00", "2026-10-26 07:00"),
    ],
)
def test_monday_at_eight_is_eight_on_berlins_clock(now: str, due: str) -> None:
    assert latest_due(at(now), weekday=0, at=time(8)) == at(due)


@pytest.mark.parametrize(
    "now, due",
    [
        ("2026-03-29 01:29", "2026-03-22 01:30"),
        ("2026-03-29 01:30", "2026-03-29 01:30"),  # 02:30 does not exist: the clock shows 03:30
        ("2026-10-25 00:30", "2026-10-25 00:30"),  # the first 02:30
        ("2026-10-25 01:30", "2026-10-25 00:30"),  # the second is not due again
    ],
)
def test_a_time_within_the_change_is_due_once(now: str, due: str) -> None:
    assert latest_due(at(now), weekday=6, at=time(2, 30)) == at(due)


@given(now=starts, weekday=weekdays, moment=times)
def test_what_is_due_is_past_and_less_than_a_week_and_an_hour_old(now: datetime, weekday: int, moment: time) -> None:
    due = latest_due(now, weekday=weekday, at=moment)
    assert due <= now < due + timedelta(days=7, hours=1)
    shown = wall(due)
    assert shown.weekday() == weekday
    assert shown - datetime.combine(shown, moment) in {timedelta(0), timedelta(hours=1)}  # the hour skipped in spring


@given(start=starts, waits=gaps, weekday=weekdays, moment=times)
def test_windows_tile_time_whenever_the_clock_rings(
    start: datetime, waits: list[timedelta], weekday: int, moment: time
) -> None:
    """No gap, no overlap, no digest before its time, at most one a ring, and none twice."""
    now, covered = start, start
    found: list[Window] = []
    for wait in waits:
        now += wait
        due = window(now, covered_until=covered, weekday=weekday, at=moment)
        if due is not None:
            found.append(due)
            covered = due.until
            assert due.until <= now
        assert window(now, covered_until=covered, weekday=weekday, at=moment) is None
    edges = [start, *(each.until for each in found)]
    assert [each.since for each in found] == edges[:-1]
    assert edges == sorted(set(edges))
    assert now - covered < timedelta(days=7, hours=1)


def test_a_change_of_the_weekday_neither_repeats_nor_loses_time() -> None:
    monday = at("2026-11-23 07:00")
    assert window(at("2026-11-23 09:00"), covered_until=monday, weekday=6, at=time(8)) is None
    sunday = window(at("2026-11-29 07:00"), covered_until=monday, weekday=6, at=time(8))
    assert sunday == Window(since=monday, until=at("2026-11-29 07:00"))
