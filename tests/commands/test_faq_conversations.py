"""What people write after the FAQ has answered, offered or passed: numbers in words, other people, second thoughts."""

import json

import pytest
from sqlalchemy import select

from commands.faq import exchange
from storage import faq, faq_learning
from storage.tables import FaqChoice, FaqEntry, Question
from tests.commands.asking import gaps, texts_in_database
from tests.dialog import Dialog

UNCLEAR = "Was kostet das?"
UNKNOWN = "Wie hoch ist die Grundsteuer in Halle?"
NAMED = "Wo wohnt Amtsleiterin Lehmann?"
BOT = "@ag4-bot:test"


async def question_texts(dialog: Dialog) -> list[tuple[str | None, str]]:
    async with dialog.database.reading() as session:
        return [(each.text, each.asked_by or "") for each in await session.scalars(select(Question))]


@pytest.mark.parametrize(
    "said", ["2", "2.", "die 2", "2 bitte", "Nr. 2", "(2)", "**2**", "2️⃣", "zwei", "die zweite bitte", "Frage 2"]
)
async def test_a_number_may_be_said_as_one_says_it(dialog: Dialog, said: str) -> None:
    offer = await dialog.say("anna", "direkt:anna", UNCLEAR)
    second = next(line for line in offer.splitlines() if line.startswith("2. ")).removeprefix("2. ")
    assert (await dialog.say("anna", "direkt:anna", said)).startswith(second)


@pytest.mark.parametrize(
    "said", ["AG3", "AG 3 bitte", "AG3 👍", "**AG3**", "Frage AG3", "an die AG 3", "Ja, AG 3 bitte."]
)
async def test_one_word_may_be_said_as_one_says_it(dialog: Dialog, said: str) -> None:
    await dialog.say("anna", "direkt:anna", UNKNOWN)
    await dialog.hear("anna", "direkt:anna", said)
    assert [text for text, _ in await question_texts(dialog)] == [UNKNOWN]


@pytest.mark.parametrize("said", ["zwei Fragen hätte ich noch", "Die 2 Kommunen?", "eine Frage"])
async def test_what_only_has_a_number_in_it_chooses_nothing(dialog: Dialog, said: str) -> None:
    offer = await dialog.say("anna", "direkt:anna", UNCLEAR)
    offered = [line[3:] for line in offer.splitlines() if line[:2] in {"1.", "2.", "3."}]
    assert not (await dialog.say("anna", "direkt:anna", said)).startswith(tuple(offered))


@pytest.mark.parametrize("said", ["ja", "nein"])
async def test_yes_and_no_to_an_offer_are_not_about_a_preview(dialog: Dialog, said: str) -> None:
    await dialog.say("anna", "direkt:anna", UNCLEAR)
    assert "Vorschau" not in await dialog.say("anna", "direkt:anna", said)
    assert "wartet nichts auf Ihre Bestätigung" in await dialog.say("anna", "direkt:anna", f"!{said}")


async def test_in_a_room_one_is_told_to_reply(dialog: Dialog) -> None:
    assert "Antworten Sie auf diese Nachricht mit 1" in await dialog.say("anna", "plenum", f"!faq {UNCLEAR}")
    assert "Antworten Sie auf diese Nachricht mit einem Wort" in await dialog.say("anna", "plenum", f"!faq {UNKNOWN}")
    assert "Antworten Sie mit 1" in await dialog.say("anna", "direkt:anna", UNCLEAR)


async def test_an_edit_forgets_what_stood_there(dialog: Dialog) -> None:
    await dialog.say("anna", "direkt:anna", NAMED)
    assert await gaps(dialog) == [NAMED]
    await dialog.edit("anna", dialog.last_event, "Was bedeutet EfA?")
    assert await gaps(dialog) == []
    await dialog.hear("anna", "direkt:anna", "AG3")
    assert await question_texts(dialog) == []
    assert "Lehmann" not in await texts_in_database(dialog)


async def test_an_edit_to_a_command_forgets_it_too(dialog: Dialog) -> None:
    await dialog.say("anna", "direkt:anna", NAMED)
    await dialog.edit("anna", dialog.last_event, "!hilfe")
    assert await gaps(dialog) == []
    await dialog.hear("anna", "direkt:anna", "AG3")
    assert await question_texts(dialog) == []


async def test_who_deletes_their_message_does_not_withdraw_the_question_of_somebody_else(dialog: Dialog) -> None:
    answer = await dialog.say("anna", "plenum", "!faq Was bedeutet EfA?")
    asked = dialog.last_event
    await dialog.react("ben", answer, "👎")
    await dialog.hear("ben", "plenum", f"{BOT}: AG3", mentions=[BOT])
    [(text, by)] = await question_texts(dialog)
    assert by == "@ben:test"
    await dialog.redact("anna", asked)
    assert await question_texts(dialog) == [(text, by)]


async def test_who_deletes_their_own_message_withdraws_what_became_of_it(dialog: Dialog) -> None:
    answer = await dialog.say("anna", "direkt:anna", "Was bedeutet EfA?")
    asked = dialog.last_event
    await dialog.react("anna", answer, "👎")
    await dialog.hear("anna", "direkt:anna", "AG3")
    await dialog.redact("anna", asked)
    assert [text for text, _ in await question_texts(dialog)] == [None]


async def test_a_thumb_down_leaves_the_other_entries_to_choose_from(dialog: Dialog) -> None:
    offer = await dialog.say("anna", "direkt:anna", UNCLEAR)
    second = next(line for line in offer.splitlines() if line.startswith("2. ")).removeprefix("2. ")
    answer = await dialog.say("anna", "direkt:anna", "1")
    await dialog.react("anna", answer, "👎")
    assert (await dialog.say("anna", "direkt:anna", "2")).startswith(second)


async def test_the_first_choice_did_not_help_so_the_text_goes_to_a_group(dialog: Dialog) -> None:
    await dialog.say("anna", "direkt:anna", UNCLEAR)
    answer = await dialog.say("anna", "direkt:anna", "1")
    await dialog.react("anna", answer, "👎")
    await dialog.hear("anna", "direkt:anna", "AG3")
    assert [text for text, _ in await question_texts(dialog)] == [UNCLEAR]


async def test_a_tap_of_somebody_else_does_not_settle_who_waits(dialog: Dialog) -> None:
    offer = await dialog.say("anna", "plenum", f"!faq {UNCLEAR}")
    await dialog.react("ben", offer, "1️⃣")
    assert await gaps(dialog) == [UNCLEAR]
    async with dialog.database.reading() as session:
        assert [choice.sender for choice in await faq_learning.unanswered(session)] == ["@anna:test"]


async def test_an_answer_in_between_ends_what_was_offered_before(dialog: Dialog) -> None:
    await dialog.say("anna", "direkt:anna", UNKNOWN)
    await dialog.say("anna", "direkt:anna", "Was bedeutet EfA?")
    assert "AG 3 Finanzen" in await dialog.say("anna", "direkt:anna", "AG3")
    assert await question_texts(dialog) == []
    assert await gaps(dialog) == [UNKNOWN], "who waits is told all the same"


async def test_words_that_mean_the_same_answer_who_waits(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        entry = (await session.scalars(select(FaqEntry).where(FaqEntry.slug == "newsletter"))).one()
        question = entry.question
    asked = question.replace("Newsletter", "Zwirbelpost")
    assert asked != question
    said = await dialog.say("anna", "direkt:anna", asked)
    assert not said.startswith(question)
    answers = await dialog.hear("karin", "koordination", "!faq wörter Zwirbelpost = Newsletter")
    assert any("Jetzt gibt es eine Antwort" in each and question in each for each in answers)
    async with dialog.database.reading() as session:
        assert await faq_learning.unanswered(session) == []
        assert (await session.scalars(select(FaqChoice.gap_id))).all() == [None]


async def test_who_waits_is_told_after_an_import(dialog: Dialog) -> None:
    await dialog.say("anna", "direkt:anna", UNKNOWN)
    assert await dialog.ring() == []
    async with dialog.database.transaction() as session:
        before = exchange.write(await faq.everything(session), ())
        entry = {**json.loads(before)["entry"][0], "slug": "grundsteuer", "question": UNKNOWN, "answer": "Sehr hoch."}
        items = [
            *map(exchange.Item.model_validate, json.loads(before)["entry"]),
            exchange.Item.model_validate({**entry, "alternatives": []}),
        ]
        await exchange.put(session, exchange.Whole(items), at=dialog.now, actor="test")
    [told] = await dialog.ring()
    assert (told.room, told.mentions) == ("direkt:anna", ["@anna:test"])
    assert "Sehr hoch." in told
    assert await dialog.ring() == []


async def test_an_answer_that_is_deleted_after_the_preview_does_not_become_an_entry(dialog: Dialog) -> None:
    await dialog.hear("anna", "ag3", "!frage Wer zahlt die Schulung?")
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Die Kommune, sagt Frau Meier.")
    answered = dialog.last_event
    await dialog.say("karin", "koordination", "!faq neu aus AG3-001")
    await dialog.redact("lena", answered)
    assert "inzwischen geändert" in await dialog.say("karin", "koordination", "!ja")
    async with dialog.database.reading() as session:
        assert not [e for e in await session.scalars(select(FaqEntry)) if "Meier" in e.answer]


@pytest.mark.parametrize("said", ["!leitfaden?", "!newsletter?!"])
async def test_a_command_may_be_asked(dialog: Dialog, said: str) -> None:
    assert "kenne ich nicht" not in await dialog.say("anna", "plenum", said)


async def test_editors_may_write_as_on_a_phone(dialog: Dialog) -> None:
    assert "Vorschau" in await dialog.say("karin", "koordination", "!faq ändern 2\nAntwort: Eine kurze Antwort.")
    said = await dialog.say(
        "karin",
        "koordination",
        "!faq neu **Frage:** Gibt es Drucker? **Antwort:** Ja. Thema: projekt Stichwörter: A4, Toner",
    )
    assert "Thema: Projekt" in said
    assert "A4 | Toner" in said or "A4, Toner" in said


async def test_a_contradiction_can_be_taken_away(dialog: Dialog) -> None:
    async with dialog.database.reading() as session:
        entry = next(e for e in await session.scalars(select(FaqEntry)) if e.conflict)
    assert "Widerspruch bleibt" in await dialog.say("karin", "koordination", f"!faq ändern {entry.id} Antwort: Drei.")
    await dialog.say("karin", "koordination", f"!faq ändern {entry.id} Antwort: Drei. Widerspruch: -")
    await dialog.say("karin", "koordination", "!ja")
    async with dialog.database.reading() as session:
        assert (await session.get_one(FaqEntry, entry.id)).conflict is None
