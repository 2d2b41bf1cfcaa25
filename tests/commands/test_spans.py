"""Day and time found in a line of chat; everything else stays as it was typed."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.dates.spans import Found, Hours, Span, find_change, find_parts, find_span
from commands.dates.wording import span_text
from commands.errors import BadDate

TODAY = date(2026, 9, 8)  # a Tuesday
DAYS = st.dates(date(2024, 1, 1), date(2040, 12, 31))
FROM_TEN_TO_TWELVE = Span(datetime(2026, 9, 14, 10), datetime(2026, 9, 14, 12))
FROM_TEN = Span(datetime(2026, 9, 14, 10))


@given(DAYS, DAYS, st.integers(3 * 60, 23 * 60), st.integers(1, 59) | st.none())
def test_a_span_as_the_bot_writes_it_is_read_back(day, today, minute, length):
    start = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    end = None if length is None else start + timedelta(minutes=length)
    assert find_span(f"Plenum {span_text(start, end)} Magdeburg", today=today) == (
        Span(start, end),
        "Plenum Magdeburg",
    )


@pytest.mark.parametrize(
    "hours",
    [
        "10:00-12:00",
        "10:00–12:00",
        "10:00 — 12:00 Uhr",
        "10.00-12.00 Uhr",
        "10-12 Uhr",
        "10 - 12 Uhr",
        "10 bis 12 Uhr",
        "10 Uhr bis 12 Uhr",
        "10 Uhr bis 12",
        "10 Uhr - 12:00",
        "10-12:00 Uhr",
        "von 10:00 bis 12:00",
        "von 10 Uhr bis 12:00 UHR",
    ],
)
def test_beginning_and_end(hours):
    assert find_span(f"14.09.2026 {hours}", today=TODAY) == (FROM_TEN_TO_TWELVE, "")
    assert find_span(f"{hours} am 14. September", today=TODAY) == (FROM_TEN_TO_TWELVE, "")


@pytest.mark.parametrize("hours", ["10:00", "10.00 Uhr", "10 Uhr", "10Uhr", "um 10:00 Uhr", "ab 10 Uhr", "10:00."])
def test_a_beginning_alone(hours):
    span, _ = find_span(f"14.09. {hours}", today=TODAY)
    assert span == FROM_TEN


@pytest.mark.parametrize(
    "text,rest",
    [
        ("14.09.2026 10:00 Ort=Magdeburg", "Ort=Magdeburg"),
        ("Plenum, am Montag, den 14.09., um 10 Uhr, Magdeburg", "Plenum, Magdeburg"),
        ("4 14.09. 10:00", "4"),
        ("AG 4 - 10 Uhr 14.09.", "AG 4 -"),
        ('neu "Plenum vom 01.02.2027, 9 Uhr" 14.09. 10 Uhr', 'neu "Plenum vom 01.02.2027, 9 Uhr"'),
        ("neu „Morgen um 9:00“ 14.09. 10 Uhr", "neu „Morgen um 9:00“"),
        (
            '14.09. 10:00 frist=12.09.2026 motto="Heute, 9:00 Uhr"',
            'frist=12.09.2026 motto="Heute, 9:00 Uhr"',
        ),
        ("14.09. 10:00 https://x.de/12.05.2026/9:00?t=8:00", "https://x.de/12.05.2026/9:00?t=8:00"),
        ("14.09. 10:00 Raum 11/05", "Raum 11/05"),
        ("#plenum:x.de:8448 14.09. 10:00", "#plenum:x.de:8448"),
        ("nächsten Montag, 14.09. 10:00", ""),
        ("Montag Vormittag 10 Uhr", ""),
        ("Guten Morgen, 14.09. 10:00", "Guten Morgen"),
        ("14.09. 10:00 25  Plätze,  5 Gäste", "25  Plätze,  5 Gäste"),
        ("14.09. 10 Uhr\n- Begrüßung\n- Berichte", "- Begrüßung\n- Berichte"),
        ("Plenum 14.09. 10 Uhr\nTagesordnung", "Plenum\nTagesordnung"),
    ],
)
def test_the_rest_survives_as_it_was_typed(text, rest):
    assert find_span(text, today=TODAY) == (FROM_TEN, rest)


@pytest.mark.parametrize(
    "text,remedy",
    [
        ("10:00-12:00", r"Es fehlt das Datum"),
        ("14.09.2026", r"Es fehlt die Uhrzeit"),
        ('14.09.2026 "10:00"', r"Es fehlt die Uhrzeit"),
        ("14.09. 24:30", r"Die Uhrzeit 24:30 gibt es nicht\. Bitte schreiben Sie 0:00 bis 23:59"),
        ("14.09. 10:75", r"Die Uhrzeit 10:75"),
        ("14.09. 25 Uhr", r"Die Uhrzeit 25 Uhr"),
        ("14.09. 12:00-10:00", r"Das Ende \(10:00\) liegt nicht nach dem Beginn \(12:00\)"),
        ("14.09. 10:00-10:00", r"Das Ende"),
        ("14.09. 15.09. 10:00", r"zwei Tage: Mo 14\.09\.2026 und Di 15\.09\.2026"),
        ("14.09.-15.09. 10:00", r"zwei Tage"),
        ("14.-15.09. 10:00", r"zwei Tage"),
        ("12./13. Mai 10:00", r"zwei Tage"),
        ("Dienstag, morgen 10:00", r"zwei Tage"),
        ("14.09. 10:00 und 14:00", r"Bei „und 14:00“ fehlt der Beginn"),
        ("14.09. Einlass 9:30, Beginn 10:00", r"zwei Uhrzeiten: 09:30 und 10:00"),
        ("14.09. bis 12:00", r"fehlt der Beginn"),
        ("14.09. 10-12 Runde", r"Meinen Sie 10–12 Uhr\? Bitte schreiben Sie 10:00–12:00\."),
        ("am 14. September, 10 bis 12", r"Meinen Sie 10–12 Uhr\?"),
        ("14.09. 12-10", r"Es fehlt die Uhrzeit"),
        ("14.09. zwischen 10 und 12 Uhr", r"fehlt der Beginn"),
        ("14.09. 10:00 - 12", r"10:30–12:00"),
        ("14.09. 10 Uhr 30", r"„10 Uhr 30“ kann ich nicht als Uhrzeit lesen"),
        ("14.09. 8 Uhr abends", r"„abends“ passt nicht zu 08:00 Uhr.*etwa 20:00"),
        ("14.09. 2:30 pm", r"etwa 14:30"),
        ("Dienstag in einer Woche 10:00", r"„in einer Woche“ ist als Tag nicht eindeutig"),
        ("jeden Dienstag 10:00", r"„jeden“"),
        ("nächste Woche Dienstag 10 Uhr", r"„nächste Woche“"),
        ("11/05 10:00", r"zwei Arten"),
        ("12.05 10:00", r"„12\.05“ ist nicht eindeutig\. Bitte schreiben Sie ein Datum als „12\.05\.“"),
        ("12.05", r"„12\.05\.“ \(mit Punkt am Ende\) oder eine Uhrzeit als „12:05“"),
        ("14. September 27 10 Uhr", r"das Jahr mit vier Ziffern"),
        ("heute Abend 8 Uhr", r"„Abend“ passt nicht zu 08:00 Uhr.*etwa 20:00"),
        ("14.09.2026 10.00", r"„10:00“"),
        ("Di 14.09.2026 10:00", r"ist ein Montag, kein Dienstag"),
        ("28.03.2027 2:30", r"Am 28\.03\.2027 gibt es 02:30 Uhr nicht.*etwa 03:30 Uhr"),
        ("", r"Es fehlt das Datum"),
    ],
)
def test_what_is_refused_and_with_which_remedy(text, remedy):
    with pytest.raises(BadDate, match=remedy):
        find_span(text, today=TODAY)


def test_day_and_hours_may_each_be_missing():
    assert find_parts("4 12.05.", today=TODAY) == Found(date(2027, 5, 12), None, "4")
    assert find_parts("4 14 Uhr", today=TODAY) == Found(None, Hours(time(14)), "4")
    assert find_parts(" 4  Magdeburg ", today=TODAY) == Found(None, None, "4  Magdeburg")


@pytest.mark.parametrize(
    "text,span",
    [
        ("4 12.05.", Span(datetime(2027, 5, 12, 10), datetime(2027, 5, 12, 12))),
        ("4 14:00", Span(datetime(2026, 9, 14, 14), datetime(2026, 9, 14, 16))),
        ("4 14-15 Uhr", Span(datetime(2026, 9, 14, 14), datetime(2026, 9, 14, 15))),
        ("4 auf morgen 9 Uhr", Span(datetime(2026, 9, 9, 9), datetime(2026, 9, 9, 11))),
    ],
)
def test_a_change_keeps_what_it_does_not_name(text, span):
    assert find_change(text, today=TODAY, old=FROM_TEN_TO_TWELVE) == (span, "4")


def test_a_change_of_something_without_an_end_gives_it_none():
    assert find_change("12.05.", today=TODAY, old=FROM_TEN) == (Span(datetime(2027, 5, 12, 10)), "")


@pytest.mark.parametrize("text,remedy", [("4", "Es fehlt der neue Termin"), ("4 11/05 9:00", "zwei Arten")])
def test_a_change_is_never_taken_from_what_cannot_be_read(text, remedy):
    with pytest.raises(BadDate, match=remedy):
        find_change(text, today=TODAY, old=FROM_TEN)


PIECES = ["14.09.", "10:00", "10", "Uhr", "bis", "-", "–", "Do", "Mai", '"', "„", "“", "a=", "://", " ", "\n", ",", "/"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=40))
def test_any_line_is_a_span_or_a_sentence_that_asks_politely(text):
    try:
        span, _ = find_span(text, today=TODAY)
    except BadDate as refusal:
        assert "itte" in str(refusal)  # noqa: PT017  both outcomes are lawful
    else:
        assert span.end is None or span.end > span.start
