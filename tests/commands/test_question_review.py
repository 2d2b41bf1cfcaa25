"""Pre-moderation: new questions to a group wait for the lead's release, and the asker knows."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from tests.commands.asking import ASK, told
from tests.dialog import Dialog


@pytest.fixture
async def reviewed(dialog: Dialog) -> Dialog:
    """AG 3 releases new questions itself."""
    await dialog.say("lena", "ag3", "!prüfung an")
    return dialog


# --- the switch ---


async def test_review_is_off_until_the_lead_switches_it_on(dialog: Dialog) -> None:
    assert str(await dialog.say("lena", "direkt:lena", "!prüfung")) == snapshot(
        "Neue Fragen an die AG 3 (Finanzen) sind sofort für alle sichtbar. Vorher prüfen: !prüfung AG3 an"
    )
    assert str(await dialog.say("lena", "direkt:lena", "!prüfung AG3 an")) == snapshot(
        "Ab jetzt warten neue Fragen an die AG 3 (Finanzen) auf die Freigabe der Leitung; wer fragt, erfährt das."
    )
    assert str(await dialog.say("karin", "koordination", "!prüfung AG3")) == snapshot(
        "Neue Fragen an die AG 3 (Finanzen) warten auf die Freigabe der Leitung. Ausschalten: !prüfung AG3 aus"
    )
    assert "AG3-001" in await dialog.say("anna", "direkt:anna", ASK)
    assert "in Prüfung" in await dialog.say("ben", "plenum", "!frage AG3-001")


async def test_review_survives_a_restart_and_concerns_one_group(reviewed: Dialog) -> None:
    await reviewed.restart()
    assert "warten auf die Freigabe" in await reviewed.say("lena", "ag3", "!prüfung")
    assert "sofort für alle sichtbar" in await reviewed.say("karin", "ag2", "!prüfung")


async def test_switching_review_off_releases_nothing_but_says_what_waits(reviewed: Dialog) -> None:
    await reviewed.hear("anna", "plenum", ASK)
    assert "wartet noch 1 Frage: AG3-001." in await reviewed.say("lena", "ag3", "!prüfung")
    await reviewed.hear("ben", "plenum", "!frage AG3 Wer trägt die Kosten des Betriebs?")
    assert str(await reviewed.say("lena", "ag3", "!prüfung aus")) == snapshot("""\
Ab jetzt sind neue Fragen an die AG 3 (Finanzen) sofort für alle sichtbar.
Auf ihre Freigabe warten noch 2 Fragen: AG3-001, AG3-002. Freigeben: !freigeben AG3-001\
""")
    assert "in Prüfung" in await reviewed.say("ben", "plenum", "!frage AG3-001")
    await reviewed.hear("ben", "plenum", "!frage AG3 Welche Fördermittel gibt es nächstes Jahr?")
    assert "offen" in await reviewed.say("ben", "plenum", "!frage AG3-003")


async def test_of_many_waiting_questions_five_are_named(reviewed: Dialog) -> None:
    for topic in ("Kosten", "Fördermittel", "Verträge", "Haushaltspläne", "Abschreibungen", "Rücklagen", "Umlagen"):
        await reviewed.hear("anna", "plenum", f"!frage AG3 Wer ist zuständig für {topic}?")
    shown = await reviewed.say("lena", "ag3", "!prüfung")
    assert "warten noch 7 Fragen: AG3-001, AG3-002, AG3-003, AG3-004, AG3-005 und 2 weitere." in shown


@pytest.mark.parametrize(
    "person, room, text, sentence",
    [
        ("anna", "ag3", "!prüfung an", "Das darf nur die Leitung"),
        ("lukas", "ag3", "!prüfung an", "Das darf nur die Leitung der AG 3"),
        ("lukas", "plenum", "!prüfung AG3 an", "Das darf nur die Leitung der AG 3"),
        ("karin", "plenum", "!prüfung an", "Welche AG meinen Sie? Möglich ist: AG 1, AG 2, AG 3, AG 4, AG 5."),
        ("karin", "plenum", "!prüfung AG9 an", "Eine AG 9 gibt es nicht."),
        ("lena", "ag3", "!prüfung vielleicht", "Bitte schreiben Sie dahinter „an“ oder „aus“."),
    ],
)
async def test_what_cannot_be_switched_stays_off(
    dialog: Dialog, person: str, room: str, text: str, sentence: str
) -> None:
    assert sentence in await dialog.say(person, room, text)
    assert "sofort für alle sichtbar" in await dialog.say("lena", "ag3", "!prüfung")


# --- the release ---


async def test_what_waits_for_its_release_is_shown_to_nobody_and_the_asker_knows(reviewed: Dialog) -> None:
    answers = await reviewed.hear("anna", "plenum", ASK)
    assert "gibt die Leitung sie frei" in told(answers, "plenum")
    notice = told(answers, "ag3")
    assert "Anschubfinanzierung" not in notice
    assert notice.mentions == ["@lena:test"]
    assert "Anschubfinanzierung" not in await reviewed.say("ben", "plenum", "!frage AG3-001")
    assert "Anschubfinanzierung" not in await reviewed.say("lena", "ag3", "!frage AG3-001")
    assert "Anschubfinanzierung" in await reviewed.say("lena", "direkt:lena", "!frage AG3-001")


async def test_a_release_shows_the_question_to_all_and_its_time_begins(reviewed: Dialog) -> None:
    await reviewed.hear("anna", "plenum", ASK)
    reviewed.now += timedelta(days=2)
    answers = await reviewed.hear("lena", "direkt:lena", "!freigeben AG3-001")
    assert str(told(answers, "direkt:lena")) == snapshot("""\
AG3-001 ist freigegeben; wer gefragt hat, erfährt es. Ziel für die Antwort: Mi 09.12.2026
Übernehmen: !übernehmen AG3-001
Antworten: !antwort AG3-001 Ihre Antwort\
""")
    for_asker = told(answers, "plenum")
    assert str(for_asker) == snapshot("""\
Ihre Frage AG3-001 ist freigegeben, alle können sie jetzt lesen.

> Wer zahlt nach der Anschubfinanzierung?

Ziel für die Antwort: Mi 09.12.2026
Sobald sie da ist, melde ich mich hier. Stand der Dinge: !frage AG3-001\
""")
    assert for_asker.mentions == ["@anna:test"]
    assert "> Wer zahlt nach der Anschubfinanzierung?" in told(answers, "ag3")
    shown = await reviewed.say("ben", "plenum", "!frage AG3-001")
    assert "Anschubfinanzierung" in shown
    assert "Ziel: Mi 09.12.2026" in shown


async def test_a_release_of_a_confidential_question_names_nobody(reviewed: Dialog) -> None:
    await reviewed.hear("anna", "direkt:anna", ASK)
    answers = await reviewed.hear("karin", "koordination", "!freigeben AG3-001")
    assert told(answers, "direkt:anna").mentions == ["@anna:test"]
    assert "anna" not in told(answers, "ag3").lower()
    assert "anna" not in told(answers, "koordination").lower()


@pytest.mark.parametrize("person", ["anna", "ben", "lukas"])
async def test_others_may_not_release(reviewed: Dialog, person: str) -> None:
    await reviewed.hear("anna", "plenum", ASK)
    assert "Das darf bei AG3-001 nur" in await reviewed.say(person, "plenum", "!freigeben AG3-001")
    assert "in Prüfung" in await reviewed.say("ben", "plenum", "!frage AG3-001")


async def test_a_question_is_released_once(reviewed: Dialog) -> None:
    await reviewed.hear("anna", "plenum", ASK)
    await reviewed.hear("lena", "direkt:lena", "!freigeben AG3-001")
    assert "Das geht jetzt nicht: AG3-001 ist offen." in await reviewed.say("lena", "ag3", "!freigeben AG3-001")
    assert "Bitte nennen Sie nur die Nummer" in await reviewed.say("lena", "ag3", "!freigeben AG3-001 ja")


async def test_who_was_warned_agrees_with_the_same_command_and_nobody_else_can(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", "!frage AG3 Wer zahlt das Bürgerbüro der Stadt Tangerhütte?")
    for person, room in (("ben", "plenum"), ("lena", "ag3"), ("karin", "koordination"), ("anna", "plenum")):
        assert "nur, wer die Frage gestellt hat" in await dialog.say(person, room, "!freigeben AG3-001")
    answers = await dialog.hear("anna", "direkt:anna", "!freigeben AG3-001")
    assert "AG3-001 ist notiert" in told(answers, "direkt:anna")
    assert "anna" not in told(answers, "ag3").lower()


async def test_who_agreed_still_waits_for_the_leads_release(reviewed: Dialog) -> None:
    await reviewed.hear("anna", "direkt:anna", "!frage AG3 Wer zahlt das Bürgerbüro der Stadt Tangerhütte?")
    answers = await reviewed.hear("anna", "direkt:anna", "!freigeben AG3-001")
    assert "Tangerhütte" not in told(answers, "ag3")
    assert "Tangerhütte" in told(await reviewed.hear("lena", "direkt:lena", "!freigeben AG3-001"), "ag3")
