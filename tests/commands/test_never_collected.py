"""What is never collected: personal data and citizens' own matters; measured on texts written before the check."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.questions.sensitive.never import Reason, never_collected
from commands.texts.question_never import refused

SETS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("never_collected.toml").read_text(encoding="utf-8"))
REFUSED: list[dict[str, str]] = SETS["refused"]
LEGITIMATE: list[str] = SETS["legitimate"]
LATER_REFUSED = [row for row in SETS["later"] if "why" in row]
LATER_LEGITIMATE = [row["text"] for row in SETS["later"] if "why" not in row]
LONGEST = 5_000


def share(part: list[Any], whole: list[Any]) -> float:
    return len(part) / len(whole)


def test_the_sets_are_large_enough_and_every_reason_is_in_them() -> None:
    assert len(REFUSED) >= 60
    assert len(LEGITIMATE) >= 150
    assert len(LATER_REFUSED) >= 20
    assert len(LATER_LEGITIMATE) >= 40
    assert {row["why"] for row in REFUSED} == {row["why"] for row in LATER_REFUSED} == set(Reason)


def test_at_least_95_in_100_are_refused_and_at_most_2_in_100_project_questions(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hits = [row for row in REFUSED if never_collected(row["text"])]
    false = [text for text in LEGITIMATE if never_collected(text)]
    with capsys.disabled():
        print(  # noqa: T201 (the figures are to be seen in every run)
            f"\nnever collected: {len(hits)} of {len(REFUSED)} refused ({share(hits, REFUSED):.1%}), "
            f"false alarms: {len(false)} of {len(LEGITIMATE)} ({share(false, LEGITIMATE):.1%}) {false}"
        )
    assert share(hits, REFUSED) >= 0.95
    assert share(false, LEGITIMATE) <= 0.02


def test_texts_written_after_the_check_fare_nearly_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    hits = [row for row in LATER_REFUSED if never_collected(row["text"])]
    missed = [row["text"] for row in LATER_REFUSED if not never_collected(row["text"])]
    false = [text for text in LATER_LEGITIMATE if never_collected(text)]
    everything = [*LEGITIMATE, *LATER_LEGITIMATE]
    with capsys.disabled():
        print(  # noqa: T201 (the figures are to be seen in every run)
            f"\nnever collected, later texts: {len(hits)} of {len(LATER_REFUSED)} refused "
            f"({share(hits, LATER_REFUSED):.1%}), missed {missed}, false alarms: {len(false)} of "
            f"{len(LATER_LEGITIMATE)} ({share(false, LATER_LEGITIMATE):.1%}) {false}"
        )
    assert share(hits, LATER_REFUSED) >= 0.9
    assert share([text for text in everything if never_collected(text)], everything) <= 0.02


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row["text"][:40])
def test_each_is_refused_for_the_right_reason(row: dict[str, str]) -> None:
    assert never_collected(row["text"]) == row["why"]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row["text"][:40])
def test_umlauts_may_be_typed_as_two_letters_in_small_letters_or_over_two_lines(row: dict[str, str]) -> None:
    typed = row["text"].lower()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        typed = typed.replace(umlaut, letters)
    assert never_collected(typed) == row["why"]
    assert never_collected("Guten Tag,\n\n" + row["text"] + "\nVielen Dank!") == row["why"]


@pytest.mark.parametrize(
    "text,why",
    [
        ("Konto DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000", Reason.IBAN),
        ("Konto DE89\u200b370400440532013000", Reason.IBAN),
        ("Konto GB29 NWBK 6016 1331 9268 19", Reason.IBAN),
        ("Konto GB29 NWBK 6016 1331 9268 18", None),  # the check digits are wrong
        ("geboren am 03. März 1961", Reason.BIRTH_DATE),
        ("Seit dem 01.01.2026 steht das Geburtsdatum nicht mehr im Formular", None),
        ("Das Geburtsdatum steht seit 01.01.2026 nicht mehr im Formular", None),
        ("Termine:\n* 01.02.2026 Plenum\n* 03.03.2026 AG 3", None),
        ("Das Aktenzeichen wird ab 2026 automatisch vergeben", None),
        ("Das Aktenzeichen 2024/2025 ist nur ein Beispieljahr", None),
        ("Rufen Sie an: 0391\u2013555\u20110123", Reason.PHONE),
        ("Rufen Sie an: +49-391-55-50-12", Reason.PHONE),
        ("Erreichbar ab 24.07.2024 unter 0391 5550123", Reason.PHONE),
        ("Von 0800 bis 1200 Uhr", None),
        ("Postleitzahlen 06108 und 06110", None),
        ("Siehe https://example.org/0391/5550123", None),
    ],
)
def test_neighbours_are_told_apart(text: str, why: Reason | None) -> None:
    assert never_collected(text) is why


@pytest.mark.parametrize("reason", list(Reason))
def test_the_answer_says_first_that_nothing_was_stored_and_ends_with_a_way(reason: Reason) -> None:
    answer = refused(reason, prefix="!")
    assert answer.startswith("Diese Frage habe ich **nicht gespeichert**.")
    assert "115" in answer
    assert "Bitte" in answer
    assert (reason is Reason.CITIZEN) == ("Bürgerbüro" in answer)
    assert (reason is not Reason.CITIZEN) == ("löschen Sie Ihre Nachricht im Chat" in answer)


@given(st.text(max_size=400))
def test_any_text_gets_a_verdict(text: str) -> None:
    assert never_collected(text) in {None, *Reason}


@pytest.mark.parametrize(
    "piece",
    [
        "0",
        "0 ",
        "1.",
        "geb. ",
        "geboren am der den ",
        "az ",
        "az: a-",
        "de12 ",
        "+49(",
        "mein ",
        "mein neuer ",
        "a",
        "ich brauche ",
    ],
)
def test_the_longest_texts_of_one_repeated_piece_get_a_verdict(piece: str) -> None:
    text = (piece * LONGEST)[:LONGEST]
    assert never_collected(text) in {None, *Reason}
