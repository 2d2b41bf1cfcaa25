"""Dates that come again: read as they are meant, or refused; never drifting, whatever the clocks do."""

import calendar
from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from commands.dates.recurrence import Series, find_series, occurrences, series_words
from commands.dates.spans import Span
from commands.dates.wall_clock import BERLIN, instant
from commands.dates.wording import WEEKDAYS
from commands.errors import BadDate

TODAY = date(2026, 9, 8)  # a Tuesday
YEARS = range(2024, 2041)
BEFORE_ALL = datetime.min  # noqa: DTZ901  a wall time, and where a store that listed nothing yet begins
END = datetime(2040, 12, 31, 23, 59)
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def read(text: str, today: date = TODAY) -> tuple[Series, str]:
    found = find_series(text, today=today)
    assert found is not None
    return found


def starts(series: Series, after: datetime = BEFORE_ALL, until: datetime = END) -> list[datetime]:
    return [span.start for span in occurrences(series, after=after, until=until)]


def last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


@pytest.mark.parametrize(
    "phrase,rule,start",
    [
        ("jeden ersten Mittwoch im Monat", "FREQ=MONTHLY;BYDAY=1WE", "2026-10-07"),
        ("jeden 1. Mittwoch", "FREQ=MONTHLY;BYDAY=1WE", "2026-10-07"),
        ("JEDEN ERSTEN MITTWOCH DES MONATS", "FREQ=MONTHLY;BYDAY=1WE", "2026-10-07"),
        ("am ersten Mittwoch jeden Monats", "FREQ=MONTHLY;BYDAY=1WE", "2026-10-07"),
        ("monatlich am ersten Mittwoch", "FREQ=MONTHLY;BYDAY=1WE", "2026-10-07"),
        ("einmal im Monat, am ersten Mittwoch,", "FREQ=MONTHLY;BYDAY=1WE", "2026-10-07"),
        ("jeden letzten Freitag im Monat", "FREQ=MONTHLY;BYDAY=-1FR", "2026-09-25"),
        ("jeden vorletzten Freitag im Monat", "FREQ=MONTHLY;BYDAY=-2FR", "2026-09-18"),
        ("jeden fuenften Sonnabend im Monat", "FREQ=MONTHLY;BYDAY=5SA", "2026-10-31"),
        ("jeden zweiten Dienstag im Monat", "FREQ=MONTHLY;BYDAY=2TU", "2026-10-13"),
        ("jeden zweiten und vierten Dienstag", "FREQ=MONTHLY;BYDAY=2TU,4TU", "2026-09-22"),
        ("jeden 2. und 4. Dienstag im Monat", "FREQ=MONTHLY;BYDAY=2TU,4TU", "2026-09-22"),
        ("jeden ersten Dienstag und dritten Donnerstag im Monat", "FREQ=MONTHLY;BYDAY=1TU,3TH", "2026-09-17"),
        ("alle drei Monate am ersten Mittwoch", "FREQ=MONTHLY;INTERVAL=3;BYDAY=1WE", "2026-10-07"),
        ("jeden Dienstag", "FREQ=WEEKLY;BYDAY=TU", "2026-09-15"),
        ("immer dienstags", "FREQ=WEEKLY;BYDAY=TU", "2026-09-15"),
        ("jeden Dienstag und Donnerstag", "FREQ=WEEKLY;BYDAY=TU,TH", "2026-09-10"),
        ("jeden Dienstag und jeden Donnerstag", "FREQ=WEEKLY;BYDAY=TU,TH", "2026-09-10"),
        ("donnerstags und dienstags", "FREQ=WEEKLY;BYDAY=TU,TH", "2026-09-10"),
        ("montags, mittwochs und freitags", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "2026-09-09"),
        ("freitags bis montags", "FREQ=WEEKLY;BYDAY=MO,FR,SA,SU", "2026-09-11"),
        ("wöchentlich mittwochs", "FREQ=WEEKLY;BYDAY=WE", "2026-09-09"),
        ("mittwochs woechentlich", "FREQ=WEEKLY;BYDAY=WE", "2026-09-09"),
        ("einmal wöchentlich mittwochs", "FREQ=WEEKLY;BYDAY=WE", "2026-09-09"),
        ("jede Woche am Mittwoch", "FREQ=WEEKLY;BYDAY=WE", "2026-09-09"),
        ("alle zwei Wochen dienstags", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "2026-09-15"),
        ("alle 2 Wochen am Dienstag", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "2026-09-15"),
        ("dienstags alle zwölf Wochen", "FREQ=WEEKLY;INTERVAL=12;BYDAY=TU", "2026-09-15"),
        ("alle 14 Tage donnerstags", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "2026-09-10"),
        ("14-tägig donnerstags", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "2026-09-10"),
        ("jede zweite Woche mittwochs", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "2026-09-09"),
        ("monatlich am 15.", "FREQ=MONTHLY;BYMONTHDAY=15", "2026-09-15"),
        ("am 15. jedes Monats", "FREQ=MONTHLY;BYMONTHDAY=15", "2026-09-15"),
        ("jeden 15.", "FREQ=MONTHLY;BYMONTHDAY=15", "2026-09-15"),
        ("monatlich am 1. und 15.", "FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-09-15"),
        ("monatlich am letzten Tag und 15.", "FREQ=MONTHLY;BYMONTHDAY=15,-1", "2026-09-15"),
        ("jeden letzten Tag im Monat", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-09-30"),
        ("jeden ersten Tag im Monat", "FREQ=MONTHLY;BYMONTHDAY=1", "2026-10-01"),
        ("jeden Werktag", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-09-09"),
        ("montags bis freitags", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-09-09"),
        ("täglich", "FREQ=DAILY", "2026-09-09"),
        ("jeden Tag", "FREQ=DAILY", "2026-09-09"),
        ("alle drei Tage", "FREQ=DAILY;INTERVAL=3", "2026-09-09"),
    ],
)
def test_how_people_say_that_something_recurs(phrase, rule, start):
    expected = Series(
        start=datetime.combine(date.fromisoformat(start), time(10)),
        end=datetime.combine(date.fromisoformat(start), time(11)),
        rule=rule,
    )
    assert read(f"{phrase} 10:00-11:00 Magdeburg") == (expected, "Magdeburg")
    assert read(f"Magdeburg, von 10 bis 11 Uhr {phrase}") == (expected, "Magdeburg")


TUESDAYS = "FREQ=WEEKLY;BYDAY=TU"


@pytest.mark.parametrize(
    "text,start,rule,left_out,rest",
    [
        ("dienstags ab 01.12. 10 Uhr", "2026-12-01", TUESDAYS, [], ""),
        ("ab dem 1. Dezember um 10 Uhr jeden Dienstag", "2026-12-01", TUESDAYS, [], ""),
        ("ab 2. Dezember jeden Dienstag 10 Uhr", "2026-12-08", TUESDAYS, [], ""),
        ("dienstags 10 Uhr ab heute", "2026-09-08", TUESDAYS, [], ""),
        ("wöchentlich ab Di 01.12.2026, 10 Uhr", "2026-12-01", TUESDAYS, [], ""),
        ("dienstags 10 Uhr bis 31.07.2027", "2026-09-15", f"{TUESDAYS};UNTIL=20270727T100000", [], ""),
        ("dienstags vom 01.12. bis 12.1. 10 Uhr", "2026-12-01", f"{TUESDAYS};UNTIL=20270112T100000", [], ""),
        ("dienstags ab 01.12.2027 bis 31.7. 10 Uhr", "2027-12-07", f"{TUESDAYS};UNTIL=20280725T100000", [], ""),
        ("dienstags 10 Uhr 12 mal", "2026-09-15", f"{TUESDAYS};COUNT=12", [], ""),
        ("zehnmal dienstags 10 Uhr", "2026-09-15", f"{TUESDAYS};COUNT=10", [], ""),
        ("dienstags 10 Uhr außer 22.12., 29.12.", "2026-09-15", TUESDAYS, ["2026-12-22", "2026-12-29"], ""),
        ("dienstags 10 Uhr ausser am 29.12. und 22.12.", "2026-09-15", TUESDAYS, ["2026-12-22", "2026-12-29"], ""),
        ("nicht am 22.12. dienstags 10 Uhr", "2026-09-15", TUESDAYS, ["2026-12-22"], ""),
        ("dienstags ab 01.11.2027 10 Uhr außer 21.12.", "2027-11-02", TUESDAYS, ["2027-12-21"], ""),
        ('dienstags 10 Uhr "täglich bis 12:00"', "2026-09-15", TUESDAYS, [], '"täglich bis 12:00"'),
        ("dienstags 10 Uhr ort=montags", "2026-09-15", TUESDAYS, [], "ort=montags"),
        ("dienstags 10 Uhr https://x.de/ab/01.12.", "2026-09-15", TUESDAYS, [], "https://x.de/ab/01.12."),
        ("neu AG 4, dienstags, 10 Uhr, Raum 3", "2026-09-15", TUESDAYS, [], "neu AG 4, Raum 3"),
        ("dienstags 10 Uhr nicht öffentlich", "2026-09-15", TUESDAYS, [], "nicht öffentlich"),
    ],
)
def test_beginning_end_and_exceptions_in_any_order(text, start, rule, left_out, rest):
    series, remains = read(text)
    ten = time(10)
    assert series.start == datetime.combine(date.fromisoformat(start), ten)
    assert series.rule == rule
    assert series.exceptions == tuple(datetime.combine(date.fromisoformat(day), ten) for day in left_out)
    assert remains == rest


@pytest.mark.parametrize(
    "text",
    [
        "14.09. 10:00",
        'Plenum "jeden Dienstag" 14.09. 10:00',
        "titel=täglich 14.09. 10:00",
        "14.09. 10:00 https://x.de/?jeden Dienst",
        "jeder kann kommen 14.09. 10:00",
        "Alle zusammen 14.09. 10:00",
        "am ersten Mittwoch 10:00",
        "Montags-Runde 14.09. 10:00",
        "nächsten Dienstag 10:00",
        "monatlicher Bericht 14.09. 10:00",
        "",
    ],
)
def test_what_does_not_recur_is_left_to_others(text):
    assert find_series(text, today=TODAY) is None


@pytest.mark.parametrize(
    "text,remedy",
    [
        ("jeden Dienstag", r"Es fehlt die Uhrzeit\. Bitte"),
        ("jeden zweiten Dienstag 10:00", r"„jeden zweiten Dienstag im Monat“ oder „alle zwei Wochen dienstags“"),
        ("jeden 3. Freitag 10:00", r"„jeden dritten Freitag im Monat“ oder „alle drei Wochen freitags“"),
        ("alle zwei Wochen 10:00", r"Es fehlt der Wochentag"),
        ("monatlich 10:00", r"Es fehlt der Tag im Monat"),
        ("monatlich mittwochs 10:00", r"Es fehlt der Tag im Monat"),
        ("jeden 6. Dienstag im Monat 10:00", r"Einen 6\. Dienstag im Monat gibt es nicht"),
        ("monatlich am 31. 10:00", r"Den 31\. gibt es nicht in jedem Monat.*„monatlich am letzten Tag“"),
        ("monatlich am 0. 10:00", r"zum Beispiel „monatlich am 15\.“"),
        ("jeden Dienstag monatlich am 15. 10:00", r"passen nicht zusammen"),
        ("alle drei Tage dienstags 10:00", r"passen nicht zusammen"),
        ("wöchentlich alle zwei Wochen dienstags 10:00", r"passen nicht zusammen"),
        ("alle 0 Wochen dienstags 10:00", r"mindestens 1"),
        ("jeden 24.12. 10:00", r"„jeden 24\.12\.“ kann ich nicht als Reihe planen"),
        ("jährlich am 24.12. 10:00", r"„jährlich“ kann ich nicht"),
        ("zweimal wöchentlich dienstags 10:00", r"„zweimal wöchentlich“ kann ich nicht"),
        ("alle paar Wochen dienstags 10:00", r"„alle paar Wochen“ kann ich nicht"),
        ("jeden letzten Werktag im Monat 10:00", r"kann ich nicht als Reihe planen"),
        ("jeden Dienstag 10:00 und 14:00", r"fehlt der Beginn"),
        ("jeden Dienstag 10:00, 14:00", r"zwei Uhrzeiten"),
        ("jeden Dienstag 10-12", r"Meinen Sie 10–12 Uhr\?"),
        ("jeden Dienstag 24:30", r"Die Uhrzeit 24:30 gibt es nicht"),
        ("jeden Dienstag 12:00-10:00", r"Das Ende \(10:00\) liegt nicht nach dem Beginn"),
        ("jeden Dienstag 10:00 ab 31.02.", r"Den 31\. Februar 2027 gibt es nicht"),
        ("jeden Dienstag 10:00 ab 11/05", r"lässt sich auf zwei Arten lesen"),
        ("jeden Dienstag 10:00 14.09.", r"Wozu „14\.09\.“ gehört"),
        ("jeden Dienstag 10:00 ab 01.12. ab 08.12.", r"zweimal etwas über den Beginn"),
        ("jeden Dienstag 10:00 bis Ende Juli", r"Zu „bis“ fehlt mir ein Datum"),
        ("jeden Dienstag im Dezember 10:00", r"Zu „im Dezember“ fehlt mir ein Datum"),
        ("jeden Dienstag 10:00 außer in den Ferien", r"Zu „außer“ fehlt mir ein Datum"),
        ("jeden Dienstag 10:00 außer 24. und 31.12.", r"zwei Tage\. Bitte nennen Sie jeden mit seinem Monat"),
        ("jeden Dienstag 10:00 außer 22.12. bis 05.01.", r"jeden Ausnahmetag einzeln"),
        ("täglich 10:00 außer Mittwoch", r"als Datum, etwa „außer 24\.12\.2026“"),
        ("jeden Donnerstag 10:00 außer 25.12.", r"Am Fr 25\.12\.2026 ist kein Termin.*nächste ist am Do 31\.12\.2026"),
        ("dienstags 10:00 bis 29.09. außer 06.10.", r"Am Di 06\.10\.2026 ist kein Termin.*schon zu Ende"),
        ("dienstags 10:00 2 mal außer 15.09., 22.09.", r"bliebe kein Termin übrig"),
        ("jeden Dienstag 10:00 bis 01.09.2026", r"Das Ende der Reihe \(Di 01\.09\.2026\) liegt vor ihrem Beginn"),
        ("jeden ersten Mittwoch 10:00 ab 03.12. bis 10.12.", r"keinen Termin.*erste wäre am Mi 06\.01\.2027"),
        ("dienstags 10:00 bis 31.12. 5 mal", r"nicht beides"),
        ("dienstags 10:00 0 mal", r"mindestens einen Termin"),
        ("dienstags 10:00 401 mal", r"höchstens 400 Termine"),
        ("täglich 10:00 bis 31.12.2027", r"höchstens 400 Termine"),
        ("monatlich am 1. 10:00 62 mal", r"in 5 Jahren"),
        ("monatlich am 1. 10:00 bis 02.11.2031", r"in 5 Jahren"),
    ],
)
def test_what_is_refused_and_with_which_remedy(text, remedy):
    with pytest.raises(BadDate, match=remedy) as refusal:
        find_series(text, today=TODAY)
    assert "itte" in str(refusal.value) or "Meinen Sie" in str(refusal.value)


def test_the_longest_series_are_allowed():
    assert len(starts(read("täglich 10:00 400 mal")[0])) == 400
    assert starts(read("monatlich am 1. 10:00 61 mal")[0])[-1] == datetime(2031, 10, 1, 10)


@pytest.mark.parametrize(
    "text,words",
    [
        (
            "jeden 1. Mittwoch 10-11 Uhr ab 01.12. bis 31.07.2027 außer 6.1.",
            "jeden ersten Mittwoch im Monat, 10:00–11:00 Uhr, ab Mi 02.12.2026 bis 07.07.2027, außer 06.01.2027",
        ),
        ("Di. dienstags 9 Uhr 12 mal", "jeden Dienstag, 09:00 Uhr, ab Di 15.09.2026, 12-mal"),
        ("jeden Werktag 9 Uhr", "montags bis freitags, 09:00 Uhr, ab Mi 09.09.2026"),
        ("alle 14 Tage donnerstags 9 Uhr", "alle 2 Wochen donnerstags, 09:00 Uhr, ab Do 10.09.2026"),
        ("am letzten Tag des Monats 9 Uhr", "monatlich am letzten Tag, 09:00 Uhr, ab Mi 30.09.2026"),
    ],
)
def test_a_series_in_german(text, words):
    assert series_words(read(text)[0]) == words


NTHS = st.lists(st.sampled_from((1, 2, 3, 4, 5, -2, -1)), min_size=1, max_size=3, unique=True)
NTH_NAMES = {1: "ersten", 2: "zweiten", 3: "dritten", 4: "4.", 5: "fünften", -2: "vorletzten", -1: "letzten"}
INTERVALS = st.integers(1, 20)
DAYS = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True)
PHRASES = st.one_of(
    st.builds(
        lambda n, nths, day: f"alle {n} Monate am {' und '.join(NTH_NAMES[nth] for nth in nths)} {day}",
        INTERVALS,
        NTHS,
        st.sampled_from(WEEKDAYS),
    ),
    st.builds(lambda n, days: f"alle {n} Wochen {', '.join(f'{day}s' for day in days)}", INTERVALS, DAYS),
    st.builds(lambda days: "jeden " + " und ".join(days), DAYS),
    st.builds(
        lambda n, days: f"alle {n} Monate am {' und '.join(f'{day}.' for day in days)}",
        INTERVALS,
        st.lists(st.integers(1, 28), min_size=1, max_size=4),
    ),
    st.builds(lambda n: f"alle {n} Tage", INTERVALS),
)


@given(
    PHRASES,
    st.dates(date(2024, 1, 1), date(2034, 12, 31)),
    st.tuples(st.integers(0, 22 * 60), st.integers(1, 119) | st.none()),
    st.one_of(st.none(), st.integers(1, 50), st.integers(0, 1000).map(timedelta)),
    st.lists(st.integers(0, 20), max_size=3),
    st.dates(date(2024, 1, 1), date(2040, 12, 31)),
)
def test_every_series_is_read_back_from_its_own_words(phrase, first, minutes, end, exceptions, today):  # noqa: PLR0917  by hypothesis
    minute, length = minutes
    begin = datetime.combine(first, time()) + timedelta(minutes=minute)
    hours = f"{begin:%H:%M}" if length is None else f"{begin:%H:%M}-{begin + timedelta(minutes=length):%H:%M}"
    line = f"{phrase} ab {first:%d.%m.%Y} {hours} Uhr"
    if isinstance(end, int):
        line += f" {end} mal"
    elif end is not None:
        line += f" bis {first + end:%d.%m.%Y}"
    try:
        series, _ = read(line)
        known = list(islice(rrulestr(series.rule, dtstart=series.start), 21))
        left_out = [known[n] for n in exceptions if n < len(known) - 1 and known[n].year < 2100]
        if left_out:
            series, _ = read(line + " außer " + " und ".join(f"{day:%d.%m.%Y}" for day in left_out))
            assert set(series.exceptions) == set(left_out)
    except BadDate as refusal:
        assume("keinen Termin" not in str(refusal) and "höchstens" not in str(refusal))
        raise
    assert series.start.date() >= first
    assert series.start in known
    assert read(series_words(series), today) == (series, "")


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5, -1, -2])
def test_monthly_weekdays_are_those_of_the_calendar_on_the_wall(nth, weekday):
    expected = []
    for year in YEARS:
        for month in range(1, 13):
            days = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
            if nth <= len(days):
                expected.append(datetime(year, month, days[nth - 1 if nth > 0 else nth], 10))
    series = Series(start=expected[0], end=None, rule=f"FREQ=MONTHLY;BYDAY={nth}{CODES[weekday]}")
    assert starts(series) == expected
    assert starts(series, after=datetime(2035, 5, 5, 5)) == [day for day in expected if day > datetime(2035, 5, 5, 5)]


@pytest.mark.parametrize("rule,step", [("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", 14), (TUESDAYS, 7), ("FREQ=DAILY", 1)])
def test_a_series_at_0900_is_at_0900_every_time_whatever_the_clocks_do(rule, step):
    series = Series(start=datetime(2024, 1, 2, 9), end=datetime(2024, 1, 2, 10, 30), rule=rule)
    spans = list(occurrences(series, after=BEFORE_ALL, until=END))
    assert len(spans) == (END - series.start).days // step + 1
    for span in spans:
        assert instant(span.start).astimezone(BERLIN).strftime("%H:%M") == "09:00"
        assert span.end == span.start + timedelta(minutes=90)
    assert {later.start - earlier.start for earlier, later in pairwise(spans)} == {timedelta(days=step)}


NIGHTLY = Series(start=datetime(2024, 1, 1, 2, 30), end=datetime(2024, 1, 1, 3, 15), rule="FREQ=DAILY")


@pytest.mark.parametrize("year", YEARS)
def test_0230_in_the_double_night_happens_once_and_is_the_first(year):
    night = last_sunday(year, 10)
    [span] = occurrences(NIGHTLY, after=night, until=night + timedelta(hours=23))
    assert span == Span(night + timedelta(hours=2, minutes=30), night + timedelta(hours=3, minutes=15))
    assert span.start.fold == 0


@pytest.mark.parametrize("year", YEARS)
def test_0230_in_the_skipped_hour_is_at_0330_once_and_as_long_as_ever(year):
    night = last_sunday(year, 3)
    moved = night + timedelta(hours=3, minutes=30)
    assert list(occurrences(NIGHTLY, after=night, until=night + timedelta(hours=23))) == [
        Span(moved, moved + timedelta(minutes=45))
    ]
    assert starts(NIGHTLY, after=moved - timedelta(minutes=1), until=moved) == [moved]
    assert starts(NIGHTLY, after=moved, until=moved + timedelta(hours=1)) == []
    left_out = Series(start=NIGHTLY.start, end=None, rule="FREQ=DAILY", exceptions=(night + timedelta(hours=2.5),))
    assert starts(left_out, after=night, until=night + timedelta(hours=23)) == []


RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=MO,TH",
    "FREQ=WEEKLY;INTERVAL=5;BYDAY=MO,WE,SU",
    "FREQ=WEEKLY;INTERVAL=2",
    "FREQ=MONTHLY;BYDAY=1WE,-1FR",
    "FREQ=MONTHLY;INTERVAL=7;BYMONTHDAY=1,15,-1",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=5TU",
    "FREQ=MONTHLY",
    "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=300",
    "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,TH;UNTIL=20300704T100000",
)


@given(
    st.sampled_from(RULES),
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    st.datetimes(datetime(2023, 1, 1), datetime(2040, 12, 31)),
    st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_far_dates_are_the_same_as_counted_one_by_one(rule, first, after, ahead):
    start = next(iter(rrulestr(rule, dtstart=datetime.combine(first, time(10)))))
    series = Series(start=start, end=None, rule=rule)
    until = after + ahead
    counted = rrulestr(rule, dtstart=start)
    expected = [day for day in counted.between(after, until, inc=True) if day > after]
    assert starts(series, after, until) == expected


@given(st.lists(st.datetimes(datetime(2023, 1, 1), datetime(2030, 1, 1)), min_size=2, max_size=6, unique=True))
def test_windows_side_by_side_hold_every_date_once(edges):
    edges.sort()
    pieces = [start for after, until in pairwise(edges) for start in starts(NIGHTLY, after, until)]
    assert pieces == starts(NIGHTLY, edges[0], edges[-1])


def test_exceptions_are_left_out_and_counted():
    series, _ = read("dienstags 10 Uhr 4 mal außer 22.09.")
    assert starts(series) == [datetime(2026, 9, 15, 10), datetime(2026, 9, 29, 10), datetime(2026, 10, 6, 10)]


def test_every_other_week_counts_from_the_first_date():
    series, _ = read("alle zwei Wochen dienstags 10 Uhr ab 02.12.")
    assert starts(series)[:3] == [datetime(2026, 12, 8, 10), datetime(2026, 12, 22, 10), datetime(2027, 1, 5, 10)]


def test_a_rule_that_nobody_typed_has_no_words():
    for rule in ("FREQ=YEARLY", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "FREQ=WEEKLY"):
        with pytest.raises(ValueError, match="no words for the rule"):
            series_words(Series(start=datetime(2026, 9, 8, 10), end=None, rule=rule))


PIECES = [
    *("jeden", "ersten", "zweiten", "letzten", "Dienstag", "dienstags", "im", "Monat", "alle", "2", "Wochen", "Tage"),
    *("monatlich", "täglich", "am", "15.", "ab", "bis", "außer", "14.09.", "24.12.", "10:00", "10", "Uhr", "12", "mal"),
    *("und", ",", "-", '"', "\n", "Raum", "Werktag", "einmal"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join) | st.text(max_size=40))
def test_any_line_is_a_series_or_none_or_a_sentence_that_asks_politely(text):
    try:
        found = find_series(text, today=TODAY)
    except BadDate as refusal:
        assert "itte" in str(refusal)  # noqa: PT017  both outcomes are lawful
        return
    if found is not None:
        series, _ = found
        assert find_series(series_words(series), today=TODAY) == (series, "")
