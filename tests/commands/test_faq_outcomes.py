"""What becomes of an answer, an offer and an "I do not know": numbers, taps, one word, votes, gaps, the alarm."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot
from sqlalchemy import func, select, update

from commands.faq.learning import may_be_kept
from storage import faq_learning
from storage.tables import FaqChoice, FaqEntry, FaqTold, FaqVote, Question
from tests.commands.asking import gaps, texts_in_database
from tests.dialog import Dialog

UNCLEAR = "Was kostet das?"
UNKNOWN = "Wie hoch ist die Grundsteuer in Halle?"
FAR = "Welche Farbe hat der Dienstwagen des Ministers?"


async def test_an_offer_is_settled_by_its_number(dialog: Dialog) -> None:
    offer = await dialog.say("anna", "direkt:anna", UNCLEAR)
    second = next(line for line in offer.splitlines() if line.startswith("2. ")).removeprefix("2. ")
    assert await gaps(dialog) == [UNCLEAR]
    assert (await dialog.say("anna", "direkt:anna", "2")).startswith(second)
    assert await gaps(dialog) == []


async def test_an_offer_is_settled_by_a_tap(dialog: Dialog) -> None:
    offer = await dialog.say("anna", "plenum", f"!faq {UNCLEAR}")
    assert dialog.buttons(offer) == ["1️⃣", "2️⃣", "3️⃣"]
    third = next(line for line in offer.splitlines() if line.startswith("3. ")).removeprefix("3. ")
    [answer] = await dialog.react("ben", offer, "3️⃣")
    assert answer.startswith(third)


@pytest.mark.parametrize("number", ["0", "4", "999"])
async def test_a_number_that_was_not_offered(dialog: Dialog, number: str) -> None:
    await dialog.say("anna", "direkt:anna", UNCLEAR)
    assert "nichts zur Auswahl" in await dialog.say("anna", "direkt:anna", number)


async def test_an_offer_is_for_who_asked_in_that_room_and_for_an_hour(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", f"!faq {UNCLEAR}")
    assert "nichts zur Auswahl" in await dialog.say("ben", "plenum", "!faq 1")
    assert "nichts zur Auswahl" in await dialog.say("anna", "ag3", "!faq 1")
    dialog.now += timedelta(hours=1, seconds=1)
    assert "nichts zur Auswahl" in await dialog.say("anna", "plenum", "!faq 1")


async def test_an_offer_outlives_a_restart(dialog: Dialog) -> None:
    await dialog.say("anna", "direkt:anna", UNCLEAR)
    await dialog.restart()
    assert "Quelle:" in await dialog.say("anna", "direkt:anna", "1")


async def test_what_comes_nearest_to_something_unknown_can_be_chosen_though_it_is_said_to_be_unknown(
    dialog: Dialog,
) -> None:
    said = await dialog.say("anna", "direkt:anna", FAR)
    assert str(said) == snapshot("""\
Das weiß ich nicht. Vielleicht hilft eine dieser Fragen:

1. Wer hat das CIO-Projekt ins Leben gerufen?
2. Was ist ein Quick Win?
3. Was ist das CIO-Projekt?

Passt eine davon? Antworten Sie mit 1, 2 oder 3. Sonst geht es so weiter:

- Antworten Sie mit einem Wort, zum Beispiel AG3, dann gebe ich Ihren Text als Frage an diese Arbeitsgruppe. Wer was macht, zeigt !ag.
- Auskunft gibt es auf https://ozg.sachsen-anhalt.de/ oder unter ozg@sachsen-anhalt.de. Text zum Kopieren: „Guten Tag, ich habe eine Frage: Welche Farbe hat der Dienstwagen des Ministers? Vielen Dank!“

Gibt es in den nächsten 30 Tagen eine Antwort darauf, sage ich Ihnen hier Bescheid.\
""")
    assert dialog.buttons(said) == ["1️⃣", "2️⃣", "3️⃣"]
    assert "Quelle:" in await dialog.say("anna", "direkt:anna", "3")
    assert await gaps(dialog) == []


async def test_one_word_makes_a_question_of_what_is_not_known(dialog: Dialog) -> None:
    assert "AG3" in await dialog.say("anna", "direkt:anna", UNKNOWN)
    assert "AG3-001" in "".join(await dialog.hear("anna", "direkt:anna", "AG3"))
    async with dialog.database.reading() as session:
        [question] = await session.scalars(select(Question))
    assert (question.text, question.group_number) == (UNKNOWN, 3)
    assert await gaps(dialog) == []
    assert "AG 3 Finanzen" in await dialog.say("anna", "direkt:anna", "AG3"), "a second time it is looked up"


async def test_in_a_groups_room_the_word_needs_no_group(dialog: Dialog) -> None:
    await dialog.say("anna", "ag2", f"@ag4-bot:test: {UNKNOWN}", mentions=["@ag4-bot:test"])
    answers = await dialog.hear("anna", "ag2", "@ag4-bot:test: Frage", mentions=["@ag4-bot:test"])
    assert any("AG2-001" in answer for answer in answers)


async def test_who_was_not_helped_is_shown_ways_on_and_the_text_is_kept_without_the_person(dialog: Dialog) -> None:
    answer = await dialog.say("anna", "direkt:anna", "Was macht das PMO für uns?")
    assert dialog.buttons(answer) == ["👍", "👎"]
    [sorry] = await dialog.react("anna", answer, "👎")
    assert str(sorry) == snapshot("""\
Schade, dass das nicht geholfen hat. Ich habe es ohne Ihren Namen für die Redaktion notiert.

- Antworten Sie mit einem Wort, zum Beispiel AG3, dann gebe ich Ihren Text als Frage an diese Arbeitsgruppe. Wer was macht, zeigt !ag.
- Mit einem Menschen sprechen: !mensch\
""")
    assert await gaps(dialog) == ["Was macht das PMO für uns?"]
    assert await dialog.react("anna", answer, "👍") == [], "a changed mind needs no answer"
    async with dialog.database.reading() as session:
        [vote] = await session.scalars(select(FaqVote))
    assert vote.helped
    assert "anna" not in vote.voter


async def test_the_typed_vote(dialog: Dialog) -> None:
    assert "keine Antwort" in await dialog.say("anna", "plenum", "!faq hilft")
    await dialog.say("anna", "plenum", "!faq Was ist EfA?")
    assert await dialog.say("anna", "plenum", "!faq hilft") == "Danke, das ist notiert."
    assert "Schade" in await dialog.say("ben", "plenum", "!faq hilft nein")
    assert "faq hilft nein" in await dialog.say("ben", "plenum", "!faq hilft vielleicht")


async def test_gaps_that_are_alike_stand_together(dialog: Dialog) -> None:
    for text in ("Wie hoch ist die Grundsteuer?", "wie hoch ist denn die grundsteuer", "Wo ist die Kantine?"):
        await dialog.hear("anna", "direkt:anna", text)
    assert str(await dialog.say("karin", "koordination", "!faq lücken")) == snapshot("""\
Was die häufigen Fragen nicht beantworten:

- 2× „wie hoch ist denn die grundsteuer“
- 1× „Wo ist die Kantine?“\
""")
    assert "nur die Koordination" in await dialog.say("anna", "plenum", "!faq lücken")


@pytest.mark.parametrize(
    "text, kept",
    [
        ("Wer zahlt das Schwimmbad?", True),
        ("Rufen Sie mich unter 0391 567 01 an", False),
        ("Meine Adresse ist anna@example.org", False),
        ("x" * 301, False),
        ("hallo", False),
    ],
)
def test_what_is_personal_or_no_question_is_not_kept(text: str, *, kept: bool) -> None:
    assert may_be_kept(text) is kept


async def test_an_answer_that_helps_too_few_is_told_once(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", "!faq Was ist EfA?")
    async with dialog.database.transaction() as session:
        [told] = await session.scalars(select(FaqTold))
        for number in range(9):
            await faq_learning.vote(session, told.id, f"@p{number}:test", helped=number < 5, at=dialog.now)
    assert await dialog.ring() == [], "nine are too few"
    await dialog.hear("ben", "plenum", "!faq hilft nein")
    [alarm] = await dialog.ring()
    assert alarm.room == "koordination"
    assert "50 % von 10 Personen" in alarm
    assert await dialog.ring() == []


async def test_the_same_answer_in_the_same_room_is_a_link_to_the_first(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", "!faq Was ist EfA?")
    dialog.now += timedelta(minutes=12)
    again = await dialog.say("ben", "plenum", "!faq Was bedeutet EfA?")
    assert "vor 12 Minuten" in again
    assert "Quelle:" in await dialog.say("ben", "ag3", "!faq Was ist EfA?"), "another room"
    dialog.now += timedelta(minutes=50)
    assert "Quelle:" in await dialog.say("ben", "plenum", "!faq Was ist EfA?"), "an hour later"


async def test_the_link_leads_to_the_bots_first_answer(dialog: Dialog) -> None:
    first = await dialog.say("anna", "plenum", "!faq Was ist EfA?")
    again = await dialog.say("ben", "plenum", "!faq Was bedeutet EfA?")
    assert first.event_id.replace("$", "%24") in again
    assert first.event_id.replace("$", "%24") in await dialog.say("anna", "plenum", "!faq Was ist EfA?"), "the first"


async def test_what_says_something_else_by_now_is_said_again(dialog: Dialog) -> None:
    """Nobody is sent to an answer that does not hold any more."""
    await dialog.say("anna", "plenum", "!faq Was ist EfA?")
    async with dialog.database.transaction() as session:
        await session.execute(update(FaqEntry).where(FaqEntry.slug == "efa").values(answer="Einer für Alle."))
    assert "Einer für Alle." in await dialog.say("ben", "plenum", "!faq Was ist EfA?")


async def test_the_same_date_is_the_same_answer_though_it_comes_nearer(dialog: Dialog) -> None:
    await dialog.say("karin", "koordination", '!plenum neu 24.11. 10:00 "Motto"')
    await dialog.hear("karin", "koordination", "!ja")
    await dialog.say("anna", "plenum", "!faq Wann ist das nächste Plenum?")
    dialog.now += timedelta(minutes=30)
    assert "vor 30 Minuten" in await dialog.say("ben", "plenum", "!faq Wann ist das nächste Plenum?")
    await dialog.say("karin", "koordination", "!plenum verschieben 4 11:00")
    await dialog.hear("karin", "koordination", "!ja")
    assert "11:00" in await dialog.say("ben", "plenum", "!faq Wann ist das nächste Plenum?")


async def test_a_deleted_message_leaves_gaps_choices_and_the_bots_words(dialog: Dialog) -> None:
    """C17: the text is nowhere in the database, and what repeated it is removed from the room."""
    unknown = await dialog.say("anna", "direkt:anna", UNKNOWN)
    assert UNKNOWN in unknown
    asked = dialog.last_event
    assert "Grundsteuer" in await texts_in_database(dialog)
    assert await dialog.redact("anna", asked) == []
    assert dialog.now_reads(unknown) == ""
    assert "Grundsteuer" not in await texts_in_database(dialog)
    assert "nichts zur Auswahl" in await dialog.say("anna", "direkt:anna", "1")


async def test_a_question_that_one_word_made_goes_with_the_message_that_asked(dialog: Dialog) -> None:
    await dialog.hear("anna", "ag3", f"@ag4-bot:test: {UNKNOWN}", mentions=["@ag4-bot:test"])
    asked = dialog.last_event
    await dialog.hear("anna", "ag3", "@ag4-bot:test: Frage", mentions=["@ag4-bot:test"])
    assert any("AG3-001" in answer for answer in await dialog.redact("anna", asked))
    assert "Grundsteuer" not in await texts_in_database(dialog)


async def test_two_who_were_not_helped_by_one_answer_can_both_ask(dialog: Dialog) -> None:
    answer = await dialog.say("anna", "plenum", "!faq Was macht das PMO für uns?")
    await dialog.react("anna", answer, "👎")
    await dialog.react("ben", answer, "👎")
    for person, number in (("anna", "AG3-001"), ("ben", "AG2-001")):
        word = f"@ag4-bot:test: {number[:3]}"
        answers = await dialog.hear(person, "plenum", word, mentions=["@ag4-bot:test"])
        assert any(number in each for each in answers), answers


async def test_an_edited_question_is_another_choice(dialog: Dialog) -> None:
    await dialog.say("anna", "direkt:anna", UNKNOWN)
    answers = await dialog.edit("anna", dialog.last_event, "Wie hoch ist die Hundesteuer in Halle?")
    assert any("weiß ich nicht" in each for each in answers)
    assert await gaps(dialog) == ["Wie hoch ist die Hundesteuer in Halle?"]


async def test_persons_places_and_texts_are_forgotten(dialog: Dialog) -> None:
    await dialog.say("anna", "direkt:anna", UNCLEAR)
    await dialog.say("anna", "direkt:anna", "Was ist EfA?")
    dialog.now += timedelta(days=8)
    await dialog.ring()
    async with dialog.database.reading() as session:
        [waits] = await session.scalars(select(FaqChoice))
        assert waits.text == UNCLEAR, "an answer may come yet"
        [told] = await session.scalars(select(FaqTold))
    assert (told.room_id, told.event_id, told.text) == (None, None, None)
    dialog.now += timedelta(days=23)
    await dialog.ring()
    async with dialog.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(FaqChoice)) == 0
    dialog.now += timedelta(days=60)
    await dialog.ring()
    assert await gaps(dialog) == []
