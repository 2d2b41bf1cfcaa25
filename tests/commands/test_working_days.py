"""Working days in Sachsen-Anhalt."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.dates.working_days import add_working_days, holiday_name, is_working_day

DAYS = st.dates(date(2024, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    "day,name",
    [
        (date(2027, 1, 6), "Heilige Drei Könige"),
        (date(2026, 4, 3), "Karfreitag"),
        (date(2026, 5, 14), "Christi Himmelfahrt"),
        (date(2026, 10, 31), "Reformationstag"),
        (date(2025, 10, 3), "Tag der Deutschen Einheit"),
    ],
)
def test_the_holidays_of_the_land_have_german_names_and_are_free(day, name):
    assert holiday_name(day) == name
    assert not is_working_day(day)


@pytest.mark.parametrize(
    "day", [date(2026, 6, 4), date(2027, 11, 1), date(2027, 3, 8), date(2026, 12, 24), date(2026, 12, 31)]
)
def test_holidays_of_other_laender_and_christmas_eve_are_working_days(day):
    assert holiday_name(day) is None
    assert is_working_day(day)


def test_weekends_are_free_without_being_holidays():
    assert not is_working_day(date(2026, 9, 12))
    assert holiday_name(date(2026, 9, 12)) is None


def test_ten_working_days_step_over_christmas_new_year_and_epiphany():
    assert add_working_days(date(2026, 12, 23), 10) == date(2027, 1, 11)
    assert add_working_days(date(2026, 12, 23), 0) == date(2026, 12, 23)
    assert add_working_days(date(2027, 1, 7), -1) == date(2027, 1, 5)


@given(DAYS, st.integers(1, 40))
def test_between_a_day_and_the_nth_working_day_lie_exactly_n_working_days(day, count):
    after = add_working_days(day, count)
    passed = [day + timedelta(days=n) for n in range(1, (after - day).days + 1)]
    assert sum(map(is_working_day, passed)) == count
    assert is_working_day(after)


@given(DAYS.filter(is_working_day), st.integers(1, 40))
def test_working_days_forth_and_back_lead_to_the_same_day(day, count):
    assert add_working_days(add_working_days(day, count), -count) == day
