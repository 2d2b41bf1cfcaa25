"""A question goes to another group, or gets more time: who hears of it, and what is refused."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from tests.commands.asking import ASK, told
from tests.dialog import Dialog

FORWARD = "!weiterleiten AG3-001 AG5 Das betrifft die technische Umsetzung."
EXTEND = "!verlängern AG3-001 18.12. Wir warten auf das Ministerium."


@pytest.fixture
async def asked(dialog: Dialog) -> Dialog:
    """Anna has asked AG 3 in the plenary's room."""
    await dialog.hear("anna", "plenum", ASK)
    return dialog


# --- forwarding ---


async def test_a_forwarded_question_has_a_new_number_and_a_new_target_and_everybody_concerned_knows(
    asked: Dialog,
) -> None:
    asked.now += timedelta(days=2)
    answers = await asked.hear("lena", "ag3", FORWARD)
    assert {each.room for each in answers} == {"ag3", "plenum", "ag5"}
    assert str(told(answers, "ag3")) == snapshot("""\
AG3-001 ist jetzt AG5-001 bei der AG 5 (Technik).
Zuständig: Koordination (für die AG 5 ist keine Leitung eingetragen)
Das Ziel für die Antwort beginnt neu: Mi 09.12.2026
Stand der Dinge: !frage AG5-001\
""")
    for_asker = told(answers, "plenum")
    assert str(for_asker) == snapshot("""\
Ihre Frage AG3-001 ist jetzt AG5-001: Sie liegt bei der AG 5 (Technik). Der Grund:

> Das betrifft die technische Umsetzung.

Das Ziel für die Antwort beginnt neu: Mi 09.12.2026
Sobald die Antwort da ist, melde ich mich hier. Stand der Dinge: !frage AG5-001\
""")
    assert for_asker.mentions == ["@anna:test"]
    for_group = told(answers, "ag5")
    assert str(for_group) == snapshot("""\
Neue Frage AG5-001 von @anna:test, weitergeleitet von der AG 3 (bisher AG3-001). Ziel für die Antwort: Mi 09.12.2026

> Wer zahlt nach der Anschubfinanzierung?

Der Grund:

> Das betrifft die technische Umsetzung.

Übernehmen: !übernehmen AG5-001
Antworten: !antwort AG5-001 Ihre Antwort\
""")
    assert for_group.mentions == []


async def test_the_old_number_keeps_leading_to_a_forwarded_question(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", FORWARD)
    shown = await asked.say("ben", "plenum", "!frage AG3-001")
    assert "AG5-001" in shown
    assert "früher AG3-001" in shown
    assert "weitergeleitet (Leitung): „Das betrifft die technische Umsetzung.“" in shown
    assert "AG3-002 ist notiert" in await asked.say("ben", "ag3", "!frage Wer trägt die Kosten des Betriebs?")


async def test_the_old_lead_may_not_act_on_a_forwarded_question_any_more(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", FORWARD)
    assert "Das darf bei AG5-001 nur" in await asked.say("lena", "ag3", "!übernehmen AG3-001")


async def test_a_question_may_go_back_and_forth_and_each_group_is_told_each_time(asked: Dialog) -> None:
    await asked.hear("karin", "koordination", FORWARD)
    back = await asked.hear("karin", "koordination", "!weiterleiten AG5-001 AG3 Es geht doch ums Geld.")
    assert "Neue Frage AG3-002 von @anna:test, weitergeleitet von der AG 5 (bisher AG5-001)" in told(back, "ag3")
    again = await asked.hear("karin", "koordination", "!weiterleiten AG3-001 AG5 Nein, um die Technik.")
    assert "Neue Frage AG5-002" in told(again, "ag5")
    for number in ("AG3-001", "AG5-001", "AG3-002"):
        assert "AG5-002" in await asked.say("ben", "plenum", f"!frage {number}")


async def test_who_had_a_question_is_told_that_it_went_away(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!zuweisen AG3-001 @ben:test")
    [notice] = [each for each in await asked.hear("karin", "koordination", FORWARD) if each.mentions == ["@ben:test"]]
    assert notice.room == "ag3"
    assert str(notice) == snapshot(
        "@ben:test: AG3-001 liegt nicht mehr bei Ihnen, sondern als AG5-001 bei der AG 5. Für Sie ist nichts mehr zu tun. !frage AG5-001"
    )
    assert "Als Nächstes antwortet: Koordination" in await asked.say("ben", "plenum", "!frage AG3-001")


async def test_a_confidential_question_is_forwarded_without_a_name(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    answers = await dialog.hear("lena", "ag3", FORWARD)
    assert told(answers, "direkt:anna").mentions == ["@anna:test"]
    assert "anna" not in told(answers, "ag5").lower()
    assert "anna" not in told(answers, "ag3").lower()


async def test_what_was_asked_among_the_coordination_is_forwarded_without_a_name(dialog: Dialog) -> None:
    await dialog.hear("kurt", "koordination", ASK)
    assert "kurt" not in told(await dialog.hear("lena", "ag3", FORWARD), "ag5")


async def test_who_forwards_an_own_question_is_not_told_twice(dialog: Dialog) -> None:
    await dialog.hear("lena", "plenum", ASK)
    assert {each.room for each in await dialog.hear("lena", "ag3", FORWARD)} == {"ag3", "ag5"}


async def test_a_group_that_reviews_gets_a_forwarded_question_without_its_text(asked: Dialog) -> None:
    await asked.say("lukas", "ag2", "!prüfung an")
    answers = await asked.hear("lena", "ag3", "!weiterleiten AG3-001 AG2 Das ist eine Frage des Rechts.")
    assert told(answers, "ag2").mentions == ["@lukas:test"]
    assert "Anschubfinanzierung" not in told(answers, "ag2")
    assert "Bevor andere sie sehen, gibt die Leitung sie frei." in told(answers, "plenum")
    assert "Anschubfinanzierung" not in await asked.say("ben", "plenum", "!frage AG2-001")


@pytest.mark.parametrize(
    "behind, sentence",
    [
        ("", "Es fehlt die AG, an die Sie die Frage weiterleiten möchten."),
        ("weil das die Technik betrifft", "Es fehlt die AG, an die Sie die Frage weiterleiten möchten."),
        ("AG5", "den Grund dazu"),
        ("AG9 Das betrifft die Technik.", "Eine AG 9 gibt es nicht."),
        ("AG3 Das betrifft die Technik.", "AG3-001 ist schon bei der AG 3."),
        ("AG5 " + "x" * 501, "Ihre Begründung hat 501 Zeichen, möglich sind 500."),
    ],
)
async def test_what_cannot_be_forwarded_stays_where_it_is(asked: Dialog, behind: str, sentence: str) -> None:
    assert sentence in await asked.say("lena", "ag3", f"!weiterleiten AG3-001 {behind}")
    assert "AG3-001 an die AG 3" in await asked.say("ben", "plenum", "!frage AG3-001")


@pytest.mark.parametrize("command", [FORWARD, EXTEND])
@pytest.mark.parametrize("person", ["anna", "lukas"])
async def test_others_may_neither_forward_nor_extend(asked: Dialog, person: str, command: str) -> None:
    assert "Das darf bei AG3-001 nur" in await asked.say(person, "plenum", command)


@pytest.mark.parametrize("command", [FORWARD, EXTEND])
async def test_what_is_answered_is_neither_forwarded_nor_extended(asked: Dialog, command: str) -> None:
    await asked.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 zahlt das Land.")
    assert "Das geht jetzt nicht: AG3-001 ist seit 23.11.2026 beantwortet." in await asked.say("lena", "ag3", command)


# --- more time ---


async def test_more_time_is_told_to_whoever_asked_with_the_reason(asked: Dialog) -> None:
    answers = await asked.hear("lena", "ag3", EXTEND)
    assert {each.room for each in answers} == {"ag3", "plenum"}
    assert str(told(answers, "ag3")) == snapshot("""\
AG3-001 hat jetzt das Ziel Fr 18.12.2026. Bis dahin erinnere ich nicht daran.
Antworten: !antwort AG3-001 Ihre Antwort\
""")
    notice = told(answers, "plenum")
    assert str(notice) == snapshot("""\
Die Antwort auf Ihre Frage AG3-001 braucht länger, das neue Ziel ist Fr 18.12.2026. Der Grund:

> Wir warten auf das Ministerium.

> Wer zahlt nach der Anschubfinanzierung?

Stand der Dinge: !frage AG3-001\
""")
    assert notice.mentions == ["@anna:test"]
    shown = await asked.say("ben", "plenum", "!frage AG3-001")
    assert "Ziel: Fr 18.12.2026" in shown
    assert "Ziel verschoben (Leitung): „Wir warten auf das Ministerium.“" in shown


@pytest.mark.parametrize(
    "written",
    [
        "18.12.2026",
        "2026-12-18",
        "18. Dezember",
        "Freitag, 18.12.",
        "bis 18.12.,",
        "bis zum 18.12.",
        "auf den 18.12.,",
        "am 18.12.2026 -",
    ],
)
async def test_the_new_day_may_be_written_in_any_usual_way(asked: Dialog, written: str) -> None:
    answer = told(await asked.hear("lena", "ag3", f"!verlängern AG3-001 {written} Wir warten."), "ag3")
    assert "AG3-001 hat jetzt das Ziel Fr 18.12.2026" in answer
    assert "„Wir warten.“" in await asked.say("ben", "plenum", "!frage AG3-001")


@pytest.mark.parametrize(
    "behind, sentence",
    [
        ("", "Es fehlt das Datum."),
        ("18.12.", "den Grund dazu"),
        ("bald weil es dauert", "„bald“ kann ich nicht als Datum lesen."),
        ("12/11 weil es dauert", "lässt sich auf zwei Arten lesen"),
        ("31.11. weil es dauert", "Den 31. November 2026 gibt es nicht."),
        ("Montag, 18.12. weil es dauert", "Der 18.12.2026 ist ein Freitag, kein Montag."),
        ("14.-18.12. weil es dauert", "Das sind zwei Tage."),
        ("heute weil es dauert", "nicht auf Mo 23.11.2026"),
        (
            "20.11.2026 weil es dauert",
            "Verlängern geht nur auf einen späteren Tag in der Zukunft, nicht auf Fr 20.11.2026",
        ),
        ("07.12. weil es dauert", "AG3-001 hat das Ziel Mo 07.12.2026."),
        ("24.11.2027 weil es dauert", "höchstens um ein Jahr, bis Di 23.11.2027"),
    ],
)
async def test_a_day_that_cannot_be_is_refused(asked: Dialog, behind: str, sentence: str) -> None:
    assert sentence in await asked.say("lena", "ag3", f"!verlängern AG3-001 {behind}")
    assert "Ziel: Mo 07.12.2026" in await asked.say("ben", "plenum", "!frage AG3-001")


async def test_exactly_a_year_is_possible(asked: Dialog) -> None:
    answers = await asked.hear("lena", "ag3", "!verlängern AG3-001 23.11.2027 Das Gesetz kommt erst dann.")
    assert "Ziel Di 23.11.2027" in told(answers, "ag3")


async def test_who_was_assigned_a_question_may_extend_it(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!zuweisen AG3-001 @ben:test")
    assert "hat jetzt das Ziel Fr 18.12.2026" in told(await asked.hear("ben", "ag3", EXTEND), "ag3")
