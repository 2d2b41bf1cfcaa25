"""A question ends without an answer: declined, or somebody else is responsible; everybody it concerns hears why."""

import pytest
from inline_snapshot import snapshot

from tests.commands.asking import ASK, texts_in_database, told
from tests.dialog import Dialog

DECLINE = "!ablehnen AG3-001 Das ist keine Frage an das Projekt."
NOT_RESPONSIBLE = "!unzuständig AG3-001 Das Landesverwaltungsamt, Referat 12, Telefon 0345 5140."


@pytest.fixture
async def asked(dialog: Dialog) -> Dialog:
    """Anna has asked AG 3 in the plenary's room, and Ben wants to know it too."""
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("ben", "ag3", "!stimme AG3-001")
    return dialog


async def test_whoever_asked_or_voted_hears_once_why_a_question_is_declined_and_what_they_can_do(
    asked: Dialog,
) -> None:
    answers = await asked.hear("lena", "direkt:lena", DECLINE)
    assert {each.room for each in answers} == {"direkt:lena", "plenum", "ag3"}
    assert str(told(answers, "direkt:lena")) == snapshot(
        "AG3-001 ist abgelehnt. Wer gefragt oder dafür gestimmt hat, erfährt den Grund: 2 Personen."
    )
    for_asker = told(answers, "plenum")
    assert str(for_asker) == snapshot("""\
Ihre Frage AG3-001 wird nicht beantwortet.

> Wer zahlt nach der Anschubfinanzierung?

Der Grund:

> Das ist keine Frage an das Projekt.

Anders fragen: !frage AG3 Ihre Frage
Mit jemandem sprechen: !kontakt\
""")
    assert for_asker.mentions == ["@anna:test"]
    for_voter = told(answers, "ag3")
    assert for_voter.mentions == ["@ben:test"]
    assert for_voter.startswith("Die Frage AG3-001, die Sie auch beantwortet haben wollten, wird nicht beantwortet.")


async def test_whoever_asked_hears_who_is_responsible(asked: Dialog) -> None:
    answers = await asked.hear("karin", "koordination", NOT_RESPONSIBLE)
    assert str(told(answers, "plenum")) == snapshot("""\
Ihre Frage AG3-001 kann hier niemand beantworten.

> Wer zahlt nach der Anschubfinanzierung?

Zuständig ist:

> Das Landesverwaltungsamt, Referat 12, Telefon 0345 5140.

Bitte wenden Sie sich dorthin. Hilft das nicht, sprechen Sie mit uns: !kontakt\
""")
    assert "AG3-001 ist geschlossen, weil andere zuständig sind." in told(answers, "koordination")


async def test_the_outcome_and_its_reason_stay_visible(asked: Dialog) -> None:
    await asked.hear("lena", "direkt:lena", DECLINE)
    shown = await asked.say("ben", "plenum", "!frage AG3-001")
    assert "seit 23.11.2026 abgelehnt" in shown
    assert "abgelehnt (Leitung): „Das ist keine Frage an das Projekt.“" in shown
    assert "Anschubfinanzierung" in shown


async def test_of_two_people_in_one_room_both_are_told_by_one_message(dialog: Dialog) -> None:
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("ben", "plenum", "!stimme AG3-001")
    assert told(await dialog.hear("lena", "ag3", DECLINE), "plenum").mentions == ["@anna:test", "@ben:test"]


async def test_who_asked_in_confidence_is_told_in_private_and_then_forgotten(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    answers = await dialog.hear("lena", "ag3", DECLINE)
    assert told(answers, "direkt:anna").mentions == ["@anna:test"]
    assert "anna" not in told(answers, "ag3").lower()
    await dialog.ring()
    async with dialog.database.reading() as session:
        found = await (await session.connection()).exec_driver_sql("SELECT asked_by, room_id FROM questions")
        assert found.one() == ("", "")


async def test_what_was_never_released_is_not_shown_by_declining_it(dialog: Dialog) -> None:
    """The asker still reads their own text; the database and everybody else do not."""
    await dialog.say("lena", "ag3", "!prüfung an")
    await dialog.hear("anna", "plenum", ASK)
    answers = await dialog.hear("lena", "ag3", DECLINE)
    assert "Anschubfinanzierung" in told(answers, "plenum")
    assert "Der Text ist gelöscht, denn er war nie freigegeben." in told(answers, "ag3")
    assert "Anschubfinanzierung" not in await dialog.say("ben", "plenum", "!frage AG3-001")
    assert "Anschubfinanzierung" not in await texts_in_database(dialog)


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("!ablehnen", "Es fehlt die Nummer der Frage"),
        ("!ablehnen AG3-001", "den Grund dazu"),
        ("!ablehnen AG3-001 \u200b", "den Grund dazu"),
        ("!ablehnen AG3-001 " + "x" * 501, "Ihre Begründung hat 501 Zeichen"),
        ("!ablehnen AG3-009 Nein.", "Eine Frage AG3-009 gibt es nicht"),
        ("!unzuständig", "Es fehlt die Nummer der Frage"),
        ("!unzuständig AG3-001", "Bitte schreiben Sie dazu, wer zuständig ist"),
        ("!unzuständig AG3-001 " + "x" * 501, "Ihre Begründung hat 501 Zeichen"),
    ],
)
async def test_without_a_reason_nothing_is_closed(asked: Dialog, text: str, sentence: str) -> None:
    assert sentence in await asked.say("lena", "ag3", text)
    assert "offen" in await asked.say("ben", "plenum", "!frage AG3-001")


@pytest.mark.parametrize("command", [DECLINE, NOT_RESPONSIBLE])
@pytest.mark.parametrize("person", ["anna", "ben", "lukas"])
async def test_others_may_not_close(asked: Dialog, person: str, command: str) -> None:
    assert "nur die Leitung der AG 3 oder die Koordination" in await asked.say(person, "plenum", command)


async def test_who_was_assigned_a_question_may_answer_but_not_decline_it(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!zuweisen AG3-001 @ben:test")
    assert "nur die Leitung der AG 3 oder die Koordination" in await asked.say("ben", "ag3", DECLINE)


@pytest.mark.parametrize("command", [DECLINE, NOT_RESPONSIBLE])
async def test_what_is_answered_or_closed_is_not_closed_again(asked: Dialog, command: str) -> None:
    await asked.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 zahlt das Land.")
    assert "Das geht jetzt nicht" in await asked.say("lena", "ag3", command)
    await asked.hear("anna", "plenum", "!frage AG3 Wer trägt die Kosten des Betriebs?")
    second = command.replace("AG3-001", "AG3-002")
    await asked.hear("lena", "ag3", second)
    assert "Das geht jetzt nicht: AG3-002 ist seit 23.11.2026" in await asked.say("lena", "ag3", second)
