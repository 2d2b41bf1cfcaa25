"""Quiet hours: nobody is reminded in the evening, at night, on weekends and holidays, except of what is today."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from commands.dates.quiet_hours import QUIET_FROM, QUIET_UNTIL, held, is_quiet
from commands.dates.wall_clock import Distance
from commands.dates.working_days import holiday_name, is_working_day

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2040, 12, 31))
AHEAD = st.timedeltas(timedelta(0), timedelta(days=20))
FAR = datetime(2041, 6, 1, 10)


def test_the_quiet_lasts_from_1900_to_0700():
    monday = datetime(2026, 9, 14)
    awake = [hour for hour in range(24) if not is_quiet(monday + timedelta(hours=hour))]
    assert awake == list(range(7, 19))
    assert awake == list(range(QUIET_UNTIL.hour, QUIET_FROM.hour))


@pytest.mark.parametrize(
    "moment,start,sent",
    [
        pytest.param("2026-09-08 10:00", "2026-09-10 10:00", "2026-09-08 10:00", id="by day nothing waits"),
        pytest.param("2026-09-08 18:59", "2026-09-10 10:00", "2026-09-08 18:59", id="not quiet yet"),
        pytest.param("2026-09-08 19:00", "2026-09-10 10:00", "2026-09-09 07:00", id="in the evening"),
        pytest.param("2026-09-08 06:59", "2026-09-10 10:00", "2026-09-08 07:00", id="early: the same morning"),
        pytest.param("2026-09-08 07:00", "2026-09-10 10:00", "2026-09-08 07:00", id="not quiet any more"),
        pytest.param("2026-09-11 20:00", "2026-09-16 10:00", "2026-09-14 07:00", id="Friday evening: Monday"),
        pytest.param("2026-09-12 11:00", "2026-09-16 10:00", "2026-09-14 07:00", id="Saturday: Monday"),
        pytest.param("2026-04-02 20:00", "2026-04-20 10:00", "2026-04-07 07:00", id="over Easter: Tuesday"),
        pytest.param("2027-01-06 10:00", "2027-01-12 10:00", "2027-01-07 07:00", id="Epiphany, here a holiday"),
        pytest.param("2026-12-24 10:00", "2027-01-12 10:00", "2026-12-24 10:00", id="24 December is a working day"),
        pytest.param("2026-09-08 21:00", "2026-09-08 22:00", "2026-09-08 21:00", id="today: is not held back"),
        pytest.param("2026-09-12 09:00", "2026-09-12 10:00", "2026-09-12 09:00", id="today, a Saturday"),
        pytest.param("2026-09-08 21:00", "2026-09-09 10:00", "2026-09-09 07:00", id="held to the morning of the day"),
        pytest.param("2026-09-11 20:00", "2026-09-12 10:00", "2026-09-12 07:00", id="for a Saturday: that morning"),
        pytest.param("2026-09-11 20:00", "2026-09-14 10:00", "2026-09-14 07:00", id="for Monday: that morning"),
        pytest.param("2026-09-08 21:00", "2026-09-09 07:00", "2026-09-08 21:00", id="begins at 07:00: not held"),
        pytest.param("2026-09-08 21:00", "2026-09-09 06:30", "2026-09-08 21:00", id="begins before 07:00: not held"),
        pytest.param("2026-09-09 21:00", "2026-09-08 10:00", "2026-09-09 21:00", id="late: not our business"),
    ],
)
def test_when_a_reminder_is_really_sent(moment, start, sent):
    assert held(datetime.fromisoformat(moment), datetime.fromisoformat(start)) == datetime.fromisoformat(sent)


@given(MOMENTS, AHEAD)
@example(datetime(2026, 9, 8, 21), timedelta(hours=10))
def test_held_back_is_lawful(moment, ahead):
    start = moment + ahead
    sent = held(moment, start)
    assert moment <= sent <= start
    assert held(sent, start) == sent
    if sent != moment:
        assert is_quiet(moment)
        assert sent.time() == QUIET_UNTIL
        assert not is_quiet(sent) or sent.date() == start.date()
    elif is_quiet(moment):
        today = moment.date() == start.date()
        assert today or start <= datetime.combine(start.date(), QUIET_UNTIL)


def test_far_ahead_nothing_is_ever_sent_in_quiet_hours_nor_later_than_the_first_morning_of_work():
    day = date(2024, 1, 1)
    while day < date(2040, 12, 31):
        for hour in (0, 6, 7, 12, 18, 19, 23):
            moment = datetime.combine(day, time(hour))
            sent = held(moment, FAR)
            assert not is_quiet(sent)
            if sent != moment:
                between = (moment.date() + timedelta(n) for n in range((sent.date() - moment.date()).days))
                mornings = [day for day in between if datetime.combine(day, QUIET_UNTIL) >= moment]
                assert not any(is_working_day(day) for day in mornings)
        day += timedelta(days=1)


def test_the_whole_year_of_holidays_is_quiet():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    holidays = [day for day in days if holiday_name(day)]
    assert len(holidays) == 11
    assert all(is_quiet(datetime.combine(day, time(12))) for day in holidays)


@pytest.mark.parametrize("year", range(2024, 2041))
def test_a_reminder_in_a_night_of_changing_clocks_waits_for_0700_by_the_clock(year):
    for month in (3, 10):
        last = datetime(year, month, 31)
        sunday = last - timedelta(days=(last.weekday() + 1) % 7)
        due = Distance.parse("1h").before(sunday + timedelta(days=3, hours=3, minutes=30))
        assert held(due, sunday + timedelta(days=9, hours=10)).time() == QUIET_UNTIL
        night = sunday + timedelta(hours=2, minutes=30)
        morning = held(night, sunday + timedelta(days=30, hours=10))
        assert morning.time() == QUIET_UNTIL
        assert is_working_day(morning.date())
        assert held(night.replace(fold=1), sunday + timedelta(days=30, hours=10)) == morning
