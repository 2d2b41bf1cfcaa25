"""Which words mean the same to somebody who asks, and which only look or sound alike.

The examples are their own; none is from the sets of duplicates.
"""

import pytest

from commands.questions.similar import likeness
from commands.questions.similar.office_words import MEANINGS, MEMBERS
from commands.questions.similar.word_roots import root_of

ONE_ROOT = [
    ("anbinden", "anbindung"),
    ("anbinden", "angebunden"),
    ("finanzieren", "finanzierung"),
    ("organisieren", "organisation"),
    ("zahlen", "zahlungen"),
    ("speichern", "speicherung"),
    ("ubermitteln", "ubermittlung"),
    ("beschliessen", "beschlossen"),
    ("vergeben", "vergibt"),
    ("burger", "burgerinnen"),
]
TWO_ROOTS = [
    ("sitzung", "sitzen"),
    ("satzung", "satz"),
    ("wartung", "warten"),
    ("zeitung", "zeit"),
    ("verlangern", "verlangen"),
    ("verband", "verbinden"),
    ("vorstand", "vorstehen"),
    ("papiere", "pappe"),
]
RELATED = [
    ("Wer trägt die Kosten?", "Wer zahlt das?"),
    ("Was kostet der Dienst?", "Wie teuer ist der Dienst?"),
    ("Wie hoch sind die Gebühren?", "Was kostet es?"),
    ("Fachverfahrensanbindung", "Anbindung ans Fachverfahren"),
    ("Wer bindet das Register an?", "Anbindung des Registers"),
    ("Wann schaltet das Land den Server ab?", "Abschaltung des Servers durch das Land"),
    ("Bis wann läuft die Erprobung?", "Frist der Erprobung"),
    ("Wie oft tagt der Beirat?", "Rhythmus der Sitzungen des Beirats"),
    ("Onlinezugangsgesetz", "OZG"),
    ("Einer für Alle", "EfA"),
    ("elektronische Akte", "E-Akte"),
    ("Nutzer:innen", "Nutzer"),
    ("Kann ein Handbuch bereitgestellt werden?", "Steht eine Anleitung zur Verfügung?"),
    ("Wann tritt die Satzung in Kraft?", "Inkrafttreten der Satzung"),
    ("Wer ist zuständig für das Wahlportal?", "Wer kümmert sich um das Wahlportal?"),
    ("Gibt es Lehrgänge zum Meldewesen?", "Schulungen für das Meldewesen"),
]
UNRELATED = [
    ("Antrag", "Bescheid"),
    ("Land", "Bund"),
    ("Datum", "Dauer"),
    ("Landkreis", "Ministerium"),
    ("Vertrag", "Gesetz"),
    ("Personalrat", "Gemeinderat"),
    ("Zeitung", "Zeitplan"),
    ("Schulung", "Schule"),
    ("Passwort", "Postfach"),
    ("Drucker", "Server"),
    ("kostenlos", "teuer"),
    ("Pflicht", "freiwillig"),
    ("Anfang", "Ende"),
    ("anmelden", "abmelden"),
]
ENOUGH = 0.5
SAME = 1.0


def score(one: str, other: str) -> float:
    return likeness.score(likeness.read(one), likeness.read(other), lambda _: SAME)


@pytest.mark.parametrize("one, other", ONE_ROOT)
def test_forms_and_derivations_have_one_root(one: str, other: str) -> None:
    assert root_of(one) == root_of(other)


@pytest.mark.parametrize("one, other", TWO_ROOTS)
def test_words_that_only_look_alike_have_two_roots(one: str, other: str) -> None:
    assert root_of(one) != root_of(other)


@pytest.mark.parametrize("one, other", RELATED)
def test_the_same_in_other_words_is_alike(one: str, other: str) -> None:
    assert score(one, other) >= ENOUGH


@pytest.mark.parametrize("one, other", UNRELATED)
def test_what_is_related_but_different_stays_apart(one: str, other: str) -> None:
    assert score(one, other) < ENOUGH


def test_a_final_word_is_a_prefix_only_of_a_verb_that_is_known() -> None:
    assert likeness.read("Wer meldet es an?").terms == likeness.read("Wer anmeldet es?").terms
    assert "anxyzzt" not in likeness.read("Wer xyzzt es an?").terms


def test_no_group_is_so_wide_that_everything_means_the_same() -> None:
    assert max(map(len, MEMBERS.values())) <= 20
    assert max(map(len, MEANINGS.values())) <= 12
