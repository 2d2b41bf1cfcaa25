"""Editors' work in the chat: preview, confirmation, history, and every way to get it wrong."""

from datetime import date, timedelta

import pytest
from inline_snapshot import snapshot
from sqlalchemy import select, update

from storage.tables import FaqEntry
from tests.dialog import Dialog

NEW = "!faq neu Frage: Gibt es Schulungen zum Serviceportal? Antwort: Ja, jeden Monat. Thema: Unterstützung"


async def entry_of(dialog: Dialog, question: str) -> FaqEntry | None:
    async with dialog.database.reading() as session:
        return await session.scalar(select(FaqEntry).where(FaqEntry.question == question))


async def number_of(dialog: Dialog, slug: str) -> int:
    async with dialog.database.reading() as session:
        return await session.scalar(select(FaqEntry.id).where(FaqEntry.slug == slug)) or 0


async def do(dialog: Dialog, text: str) -> str:
    await dialog.say("karin", "koordination", text)
    return str(await dialog.say("karin", "koordination", "!ja"))


async def test_a_new_entry_is_shown_then_confirmed_then_answers(dialog: Dialog) -> None:
    preview = await dialog.say(
        "karin", "koordination", f"{NEW} Auch: Wann ist die nächste Portalschulung? | Portalkurs"
    )
    assert "Vorschau: neuer Eintrag" in preview
    assert "Portalschulung? | Portalkurs" in preview
    assert await entry_of(dialog, "Gibt es Schulungen zum Serviceportal?") is None, "not before it is confirmed"
    assert "ist angelegt" in await dialog.say("karin", "koordination", "!ja")
    assert str(await dialog.say("anna", "direkt:anna", "gibts schulungen zum serviceportal")) == snapshot("""\
Gibt es Schulungen zum Serviceportal?
Ja, jeden Monat.

Quelle: Redaktion der AG 4, Stand: 23.11.2026
Hat das geholfen? 👍 oder 👎. Sonst fragen Sie eine Arbeitsgruppe (!frage AG3 Ihre Frage) oder einen Menschen (!mensch).\
""")
    assert "Ja, jeden Monat." in await dialog.say("ben", "direkt:ben", "portalkurs")


async def test_who_asked_in_vain_is_told(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", "Gibt es Schulungen zum Serviceportal?")
    await dialog.hear("ben", "direkt:ben", "Wie hoch ist die Grundsteuer in Halle?")
    await dialog.hear("karin", "koordination", NEW)
    answers = await dialog.hear("karin", "koordination", "!ja")
    told = [answer for answer in answers if answer.room != "koordination"]
    assert [answer.room for answer in told] == ["direkt:anna"]
    assert "Ja, jeden Monat." in told[0]
    assert told[0].mentions == ["@anna:test"]


async def test_an_answered_question_becomes_an_entry(dialog: Dialog) -> None:
    await dialog.hear("anna", "ag3", "!frage Wer bezahlt die Wartung der Kassenautomaten?")
    assert "noch keine Antwort" in await dialog.say("karin", "koordination", "!faq neu aus AG3-001")
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Die Wartung zahlt jede Kommune selbst.")
    assert "ist angelegt" in await do(dialog, "!faq neu aus AG3-001 Thema: Finanzierung")
    answer = await dialog.say("ben", "direkt:ben", "wer zahlt die wartung von kassenautomaten")
    assert "Die Wartung zahlt jede Kommune selbst." in answer
    assert "AG 3, AG3-001" in answer


async def test_who_asked_in_vain_is_told_also_weeks_later_and_by_a_change(dialog: Dialog) -> None:
    """Within thirty days; what it answers is no gap any more."""
    await dialog.hear("anna", "direkt:anna", "Wo gibt es Parkplätze am Bildungszentrum?")
    asked = dialog.last_event
    dialog.now += timedelta(days=20)
    await dialog.ring()
    number = await number_of(dialog, "efa")
    await dialog.say(
        "karin", "koordination", f"!faq ändern {number} Frage: Wo sind Parkplätze am Bildungszentrum? Antwort: Im Hof."
    )
    answers = await dialog.hear("karin", "koordination", "!ja")
    [told] = [answer for answer in answers if answer.room == "direkt:anna"]
    assert "Im Hof." in told
    assert told.content["m.relates_to"]["m.in_reply_to"]["event_id"] == asked
    assert "keine offenen Lücken" in await dialog.say("karin", "koordination", "!faq lücken")


async def test_after_thirty_days_nobody_is_told(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", "Gibt es Schulungen zum Serviceportal?")
    dialog.now += timedelta(days=31)
    await dialog.ring()
    await dialog.hear("karin", "koordination", NEW)
    answers = await dialog.hear("karin", "koordination", "!ja")
    assert [answer.room for answer in answers] == ["koordination"]


async def test_keywords_are_kept_in_the_chat_too(dialog: Dialog) -> None:
    number = await number_of(dialog, "efa")
    preview = await dialog.say("karin", "koordination", f"!faq ändern {number} Stichwörter: Quux | Fnord")
    assert "Stichwörter: EfA | Einer für Alle | Nachnutzung | Quux | Fnord" in preview
    await dialog.hear("karin", "koordination", "!ja")
    assert "EfA" in await dialog.say("anna", "direkt:anna", "quux")


async def test_a_confidential_question_does_not(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", "!frage AG3 Wer bezahlt die Wartung der Kassenautomaten?")
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Die Kommune.")
    assert "vertraulich" in await dialog.say("karin", "koordination", "!faq neu aus AG3-001")


async def test_a_change_keeps_what_stood_there(dialog: Dialog) -> None:
    number = await number_of(dialog, "efa")
    preview = await dialog.say(
        "karin", "koordination", f"!faq ändern {number} Antwort: Einer für Alle. Auch: Efa-Prinzip"
    )
    assert f"Eintrag {number} ändern" in preview
    assert "geändert" in await dialog.say("karin", "koordination", "!ja")
    answer = await dialog.say("anna", "direkt:anna", "Was bedeutet EfA?")
    assert "Einer für Alle." in answer
    assert "Stand: 23.11.2026" in answer
    history = await dialog.say("karin", "koordination", f"!faq verlauf {number}")
    assert "geändert von @karin:test. Vorher: Was bedeutet EfA?" in history


async def test_a_retired_entry_answers_no_more_and_stays_so_after_a_restart(dialog: Dialog) -> None:
    number = await number_of(dialog, "kitu")
    await do(dialog, f"!faq zurückziehen {number}")
    await dialog.restart()
    assert "Quelle" not in await dialog.say("anna", "direkt:anna", "Was ist die KITU?")
    assert "gibt es nicht" in await dialog.say("karin", "koordination", f"!faq ändern {number} Antwort: Doch.")
    assert "zurückgezogen" in await dialog.say("karin", "koordination", f"!faq verlauf {number}")


async def test_two_editors_do_not_overwrite_each_other(dialog: Dialog) -> None:
    number = await number_of(dialog, "efa")
    await dialog.say("karin", "koordination", f"!faq ändern {number} Antwort: Von Karin.")
    await dialog.say("kurt", "koordination", f"!faq ändern {number} Antwort: Von Kurt.")
    assert "geändert" in await dialog.say("kurt", "koordination", "!ja")
    assert "inzwischen geändert" in await dialog.say("karin", "koordination", "!ja")


async def test_past_its_review_an_answer_says_so(dialog: Dialog) -> None:
    number = await number_of(dialog, "efa")
    await do(dialog, f"!faq ändern {number} Prüfen: 24.11.2026")
    assert "Stand prüfen" not in await dialog.say("anna", "direkt:anna", "Was bedeutet EfA?")
    dialog.now += timedelta(days=1)
    assert "Stand prüfen" in await dialog.say("anna", "direkt:anna", "Was bedeutet EfA?")
    assert f"{number}: Was bedeutet EfA? (prüfen)" in await dialog.say("karin", "koordination", "!faq einträge OZG")


async def test_the_review_date_can_be_taken_away(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        await session.execute(update(FaqEntry).where(FaqEntry.slug == "efa").values(review_on=date(2026, 1, 1)))
    await do(dialog, f"!faq ändern {await number_of(dialog, 'efa')} Prüfen: -")
    assert "Stand prüfen" not in await dialog.say("anna", "direkt:anna", "Was bedeutet EfA?")


@pytest.mark.parametrize(
    "text, words",
    [
        ("!faq neu", "Da fehlt noch: Frage, Antwort"),
        ("!faq neu Frage: Wozu?", "Da fehlt noch: Antwort"),
        ("!faq neu Was ist das Frage: X Antwort: Y", "gehört zu keiner Angabe"),
        ("!faq neu Frage: A Frage: B Antwort: C", "steht zweimal da"),
        ("!faq neu Frage: Was ist? Antwort: Das.", "kein Wort"),
        ("!faq neu Frage: Wer heizt das Rathaus? Antwort: " + "x" * 601, "601 Zeichen, höchstens 600"),
        ("!faq neu Frage: Rathaus " + "x" * 200 + " Antwort: Ja", "höchstens 200"),
        ("!faq neu Frage: Wer heizt das Rathaus? Antwort: Ich. Prüfen: bald", "ist kein Tag"),
        ("!faq neu Frage: Wer heizt das Rathaus? Antwort: Ich. Prüfen: 31.02.2027", "ist kein Tag"),
        ("!faq neu Frage: Wer heizt das Rathaus? Antwort: Ich. Prüfen: 01.01.2020", "in der Zukunft"),
        ("!faq neu Frage: Wer heizt das Rathaus? Antwort: Ich. Link: rathaus.de", "Der Link muss"),
        ("!faq neu Frage: Wer heizt? Antwort: Ich. Link: https://" + "x" * 493, "höchstens 500"),
        ("!faq neu Frage: Was bedeutet EfA? Antwort: Ja.", "gibt es schon als Eintrag"),
        ("!faq neu Frage: Rathaus? Antwort: Ja. Auch: Was bedeutet EfA", "gibt es schon als Eintrag"),
        ("!faq neu aus", "gehört zu keiner Angabe"),
        ("!faq neu aus AG3-999", "gibt es nicht"),
        ("!faq ändern", "Nummer"),
        ("!faq ändern efa Antwort: X", "Nummer"),
        ("!faq ändern 1", "Was soll sich ändern"),
        ("!faq ändern 1 Antwort: -", "darf nicht leer sein"),
        ("!faq ändern 9999 Antwort: X", "gibt es nicht"),
        ("!faq ändern 99999999999999999999 Antwort: X", "gibt es nicht"),
        ("!faq zurückziehen 1 und 2", "Nummer"),
        ("!faq verlauf 0", "gibt es nicht"),
        ("!faq einträge Mars", "Dieses Thema gibt es nicht"),
    ],
)
async def test_what_is_wrong_is_said(dialog: Dialog, text: str, words: str) -> None:
    answer = await dialog.say("karin", "koordination", text)
    assert words in answer
    assert "Vorschau" not in answer or "Zuerst" in answer, "a preview must not be open"
