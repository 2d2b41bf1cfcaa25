"""Dates and times in German, as the bot writes them."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.dates.wall_clock import instant
from commands.dates.wording import countdown, long_day, plain_day, short_day, span_text

START = datetime(2023, 9, 14, 10)
END = datetime(2023, 9, 14, 12)


def test_a_day_in_three_lengths():
    day = date(2026, 3, 5)
    assert long_day(day) == "Donnerstag, 5. März 2026"
    assert short_day(day) == "Do 05.03.2026"
    assert plain_day(day) == "05.03.2026"


def test_a_span_names_the_second_day_only_if_there_is_one():
    assert span_text(START, END) == "Do 14.09.2023, 10:00–12:00 Uhr"
    assert span_text(START) == "Do 14.09.2023, 10:00 Uhr"
    assert span_text(START, datetime(2023, 9, 15, 2)) == "Do 14.09.2023, 10:00 Uhr – Fr 15.09.2023, 02:00 Uhr"


@pytest.mark.parametrize(
    "now,words",
    [
        (datetime(2023, 8, 31, 23, 59), "in 14 Tagen"),
        (datetime(2023, 9, 11, 23, 59), "in 3 Tagen"),
        (datetime(2023, 9, 12, 0, 0), "übermorgen"),
        (datetime(2023, 9, 13, 0, 0), "morgen"),
        (datetime(2023, 9, 13, 23, 59), "morgen"),
        (datetime(2023, 9, 14, 0, 0), "heute"),
        (datetime(2023, 9, 14, 7, 0), "in 3 Stunden"),
        (datetime(2023, 9, 14, 8, 0), "in 2 Stunden"),
        (datetime(2023, 9, 14, 9, 0), "in 1 Stunde"),
        (datetime(2023, 9, 14, 9, 1), "in 59 Minuten"),
        (datetime(2023, 9, 14, 9, 59, 59), "in 1 Minute"),
        (datetime(2023, 9, 14, 10, 0), "läuft gerade"),
        (datetime(2023, 9, 14, 11, 59, 59), "läuft gerade"),
        (datetime(2023, 9, 14, 12, 0), "vorbei"),
    ],
)
def test_a_countdown_counts_days_by_the_calendar(now, words):
    assert countdown(instant(now), START, END) == words


def test_what_has_no_end_has_begun_until_its_day_is_over():
    assert countdown(instant(datetime(2023, 9, 14, 23, 59)), START) == "hat begonnen"
    assert countdown(instant(datetime(2023, 9, 15, 0, 0)), START) == "vorbei"


@given(st.dates(date(2024, 1, 1), date(2040, 12, 31)), st.integers(0, 23))
def test_the_day_before_is_morgen_at_any_hour_even_when_the_clocks_change(day, hour):
    start = datetime(day.year, day.month, day.day, 9)
    now = instant(start.replace(hour=hour) - timedelta(days=1))
    assert countdown(now, start) == "morgen"
