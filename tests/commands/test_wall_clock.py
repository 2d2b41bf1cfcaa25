"""Berlin's wall clock: what 02:30 means when the clocks change, and how far ahead a reminder is due."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.dates.wall_clock import BERLIN, Distance, Unit, exists, instant, wall
from commands.errors import BadDate

WALLS = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2040, 12, 31))
INSTANTS = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2040, 12, 31), timezones=st.just(UTC))
YEARS = range(2024, 2041)


def last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


@given(INSTANTS)
def test_an_instant_comes_back_from_the_wall(moment):
    assert instant(wall(moment)) == moment


@given(WALLS)
def test_a_wall_time_comes_back_unless_the_clock_never_shows_it(time):
    assert (wall(instant(time)) == time) is exists(time)


@pytest.mark.parametrize("year", YEARS)
def test_0230_in_the_skipped_hour_is_what_the_clock_shows_as_0330(year):
    day = last_sunday(year, 3)
    skipped = datetime(year, 3, day.day, 2, 30)
    assert not exists(skipped)
    assert instant(skipped) == datetime(year, 3, day.day, 1, 30, tzinfo=UTC)
    assert wall(instant(skipped)) == skipped + timedelta(hours=1)


@pytest.mark.parametrize("year", YEARS)
def test_0230_in_the_double_hour_is_the_first_one(year):
    day = last_sunday(year, 10)
    assert instant(datetime(year, 10, day.day, 2, 30)) == datetime(year, 10, day.day, 0, 30, tzinfo=UTC)


@given(st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_0900_exists_every_day_and_is_never_shifted(day):
    nine = datetime(day.year, day.month, day.day, 9)
    assert exists(nine)
    assert instant(nine).astimezone(BERLIN).hour == 9


def test_wall_times_and_instants_are_not_mixed():
    with pytest.raises(ValueError, match="a wall time has no time zone"):
        instant(datetime(2026, 9, 14, 10, tzinfo=UTC))
    with pytest.raises(ValueError, match="an instant has a time zone"):
        wall(datetime(2026, 9, 14, 10))


@given(WALLS, st.integers(1, 60))
def test_days_before_keep_the_time_on_the_clock(start, days):
    due = Distance(days, Unit.DAY).before(start)
    assert due.time() == start.time()
    assert start.date() - due.date() == timedelta(days=days)


@given(WALLS, st.integers(1, 48), st.sampled_from([(Unit.HOUR, 3600), (Unit.MINUTE, 60)]))
def test_hours_and_minutes_before_are_elapsed_time(start, count, unit):
    due = Distance(count, unit[0]).before(start)
    assert (instant(start) - instant(due)).total_seconds() == count * unit[1]


@pytest.mark.parametrize("label", ["1d", "3d", "14d"])
def test_a_0900_reminder_is_0900_on_all_days_of_all_years(label):
    distance = Distance.parse(label)
    start = datetime(YEARS[0], 1, 1, 9)
    while start.year <= YEARS[-1]:
        due = distance.before(start)
        assert due.time() == start.time()
        assert (start.date() - due.date()).days == distance.count
        assert instant(due).astimezone(BERLIN).strftime("%d.%m.%Y %H:%M") == f"{due:%d.%m.%Y} 09:00"
        start += timedelta(days=1)


@pytest.mark.parametrize("year", YEARS)
def test_one_hour_before_0330_in_the_double_night_is_the_second_0230(year):
    day = last_sunday(year, 10)
    due = Distance.parse("1h").before(datetime(year, 10, day.day, 3, 30))
    assert due == datetime(year, 10, day.day, 2, 30)
    assert instant(due) == datetime(year, 10, day.day, 1, 30, tzinfo=UTC)


def test_one_day_before_the_clocks_change_is_23_or_25_hours():
    for start, hours in ((datetime(2026, 3, 29, 9), 23), (datetime(2026, 10, 25, 9), 25)):
        due = Distance.parse("1d").before(start)
        assert due.hour == 9
        assert instant(start) - instant(due) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text,words",
    [
        ("14d", "in 14 Tagen"),
        ("3d", "in 3 Tagen"),
        ("2d", "übermorgen"),
        ("1d", "morgen"),
        ("2h", "in 2 Stunden"),
        ("1h", "in 1 Stunde"),
        ("30m", "in 30 Minuten"),
        ("1m", "in 1 Minute"),
    ],
)
def test_a_distance_is_read_from_its_label_and_put_into_words(text, words):
    distance = Distance.parse(text)
    assert distance.label == text
    assert distance.words == words


@pytest.mark.parametrize("text", ["", "0d", "-1d", "3", "d", "3 Tage", "1.5h", "1d 2h", "²d", "99999d"])
def test_a_distance_that_cannot_be_read_is_refused_with_examples(text):
    with pytest.raises(BadDate, match=r"Bitte schreiben Sie zum Beispiel „14d“"):
        Distance.parse(text)
