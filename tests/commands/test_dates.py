"""Days as people write them: read as they are meant, or refused with the remedy."""

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.dates.days import parse_day
from commands.dates.wording import MONTHS, WEEKDAYS, long_day, plain_day, short_day
from commands.errors import BadDate

TODAY = date(2026, 9, 8)  # a Tuesday
DAYS = st.dates(date(2024, 1, 1), date(2040, 12, 31))


def name(day: date) -> str:
    return WEEKDAYS[day.weekday()]


WITH_YEAR = (
    long_day,
    short_day,
    plain_day,
    date.isoformat,
    lambda day: f"{day.day}.{day.month}.{day.year}",
    lambda day: f"{day.day}. {day.month}. {day.year}",
    lambda day: f"{day:%d.%m.%y}",
    lambda day: f"{day.day}. {MONTHS[day.month - 1]} {day.year}",
    lambda day: f"{day.day}. {MONTHS[day.month - 1][:3]}. {day.year}",
    lambda day: f"am {name(day)}, den {plain_day(day)}",
    lambda day: f"{name(day)[:2]}., {day.isoformat()}",
    lambda day: long_day(day).upper(),
    lambda day: long_day(day).lower().replace("ä", "ae"),
    lambda day: unicodedata.normalize("NFD", long_day(day)),
)
WITHOUT_YEAR = (
    lambda day: f"{day:%d.%m.}",
    lambda day: f"{day.day}.{day.month}.",
    lambda day: f"{name(day)[:2]} {day:%d.%m.}",
    lambda day: f"{name(day)}, {day.day}. {MONTHS[day.month - 1]}",
    lambda day: f"{day.day} {MONTHS[day.month - 1][:3]}",
)


@given(DAYS, DAYS, st.sampled_from(WITH_YEAR))
def test_a_day_written_with_its_year_comes_back_whatever_today_is(day, today, written):
    assert parse_day(written(day), today=today) == day


@given(DAYS, st.integers(0, 364), st.sampled_from(WITHOUT_YEAR))
def test_without_a_year_it_is_the_next_such_day_today_included(today, ahead, written):
    day = today + timedelta(days=ahead)
    if (day.month, day.day) != (2, 29):
        assert parse_day(written(day), today=today) == day


@given(DAYS, st.integers(0, 6))
def test_a_weekday_is_the_next_one_after_today(today, number):
    for text in (WEEKDAYS[number], f"nächsten {WEEKDAYS[number]}", f"NAECHSTEN {WEEKDAYS[number].upper()}"):
        day = parse_day(text, today=today)
        assert day.weekday() == number
        assert 1 <= (day - today).days <= 7
    assert parse_day(f"übernächsten {WEEKDAYS[number]}", today=today) == day + timedelta(days=7)


@pytest.mark.parametrize(
    "text,day",
    [
        ("heute", TODAY),
        ("Morgen", date(2026, 9, 9)),
        ("übermorgen", date(2026, 9, 10)),
        ("Uebermorgen", date(2026, 9, 10)),
        ("Dienstag", date(2026, 9, 15)),
        ("am Mittwoch", date(2026, 9, 9)),
        ("nächsten Sonnabend", date(2026, 9, 12)),
        ("05.11.", date(2026, 11, 5)),
        ("8.9.", TODAY),
        ("7.9.", date(2027, 9, 7)),
        ("14. Sep.", date(2026, 9, 14)),
        ("14. Sept. 2026", date(2026, 9, 14)),
        ("1. Mrz", date(2027, 3, 1)),
        ("Sonnabend, 12.09.2026", date(2026, 9, 12)),
        ("Do, den 14. September 2023", date(2023, 9, 14)),
        ("14.\xa0September\xa02023", date(2023, 9, 14)),
        ("29.02.2028", date(2028, 2, 29)),
    ],
)
def test_days_that_are_read(text, day):
    assert parse_day(text, today=TODAY) == day


@pytest.mark.parametrize(
    "text,remedy",
    [
        ("31.02.", r"Den 31\. Februar 2027 gibt es nicht\. Der letzte Tag des Monats ist der 28\.02\.2027"),
        ("31.02.2028", r"der 29\.02\.2028"),
        ("29.02.", r"erst 2028 wieder\. Bitte schreiben Sie 28\.02\.2027 oder 29\.02\.2028"),
        ("31. April 2026", r"der 30\.04\.2026"),
        ("11/05", r"05\.11\. \(5\. November\)"),
        ("11/05", r"11\.05\. \(11\. Mai\)"),
        ("11/05/2026", r"11\.05\.2026 \(11\. Mai\) oder 05\.11\.2026 \(5\. November\)"),
        ("14/09/2026", r"statt „14/09/2026“: 14\.09\.2026"),
        ("2023-13-01", r"Einen Monat 13 gibt es nicht\. Meinen Sie den 13\.01\.2023\?"),
        ("09.14.2026", r"Meinen Sie den 14\.09\.2026\?"),
        ("14.13.2026", r"Einen Monat 13 gibt es nicht\. Bitte schreiben Sie erst den Tag"),
        ("00.05.2026", r"Den 0\. Mai 2026 gibt es nicht"),
        ("2026-9-4", r"2026-09-04"),
        ("14.09.1026", r"Das Jahr 1026 liegt nicht zwischen 2000 und 2099"),
        ("14.09", r"fehlt der zweite Punkt\. Bitte schreiben Sie „14\.09\.“"),
        ("Di", r"„Dienstag“"),
        ("Di 14.09.2023", r"Der 14\.09\.2023 ist ein Donnerstag, kein Dienstag"),
        ("12.-14.09.2026", r"zwei Tage"),
        ("", r"Es fehlt das Datum\. Bitte schreiben Sie es zum Beispiel so: 14\.09\.2026"),
        ("bald", r"„bald“ kann ich nicht als Datum lesen\. Bitte schreiben Sie"),
        ("Dienstag in einer Woche", r"kann ich nicht als Datum lesen"),
        ("14.09.2026 10:00", r"kann ich nicht als Datum lesen"),
        ("September 14, 2026", r"kann ich nicht als Datum lesen"),
    ],
)
def test_what_is_refused_and_with_which_remedy(text, remedy):
    with pytest.raises(BadDate, match=remedy):
        parse_day(text, today=TODAY)


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,4}[./ -][0-9]{1,2}[./ -][0-9]{0,4}", fullmatch=True))
def test_any_text_is_a_day_of_this_century_or_a_sentence_that_asks_politely(text):
    try:
        day = parse_day(text, today=TODAY)
    except BadDate as refusal:
        assert "itte" in str(refusal)  # noqa: PT017  both outcomes are lawful
    else:
        assert 2000 <= day.year <= 2099
