"""Asking in confidence: nobody learns from the bot who asked, the answer finds them, and then it forgets them."""

import sqlite3
from contextlib import closing

import pytest
from inline_snapshot import snapshot
from sqlalchemy import select

from storage.tables import AnswerTold, HistoryEntry, InboxRow, OutboxRow, Question
from tests.commands.asking import ASK, told
from tests.dialog import Dialog

GIVEAWAY = "!frage AG3 Wer zahlt das bei uns in Tangermünde?"
RECEIPT = snapshot("""\
AG3-001 ist notiert: Ihre Frage an die AG 3 (Finanzen).
Zuständig: Leitung der AG 3 (@lena:test)
Ziel für die Antwort: Mo 07.12.2026
Sobald die Antwort da ist, melde ich mich hier. Stand der Dinge: !frage AG3-001
Sie fragen vertraulich: Die Frage können alle im Projekt lesen, aber niemand erfährt von mir, dass sie von Ihnen kommt, auch die Leitung nicht.\
""")
"""The same whether it was asked at once or released by the asker first."""


async def everybody_elses(dialog: Dialog) -> str:
    """All that the bot said outside of anna's direct chat, as clients get it."""
    return "\n".join(str(each.content) for each in dialog._said() if each.room != "direkt:anna")


async def test_the_room_sees_no_name_and_the_answer_finds_the_asker_all_the_same(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    answers = await dialog.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 zahlt das Land.")
    found = told(answers, "direkt:anna")
    assert "Bis 2027 zahlt das Land." in found
    assert found.mentions == ["@anna:test"]
    assert "anna" not in await everybody_elses(dialog)


async def test_whoever_asks_in_confidence_is_told_what_that_means(dialog: Dialog) -> None:
    answers = await dialog.hear("anna", "direkt:anna", ASK)
    assert str(told(answers, "direkt:anna")) == RECEIPT


async def test_a_text_that_gives_the_asker_away_is_shown_to_nobody_before_they_agree(dialog: Dialog) -> None:
    answers = await dialog.hear("anna", "direkt:anna", GIVEAWAY)
    assert [each.room for each in answers] == ["direkt:anna"]
    assert str(answers[0]) == snapshot("""\
AG3-001 ist notiert, aber noch nicht eingereicht. Sie fragen vertraulich, und man könnte erkennen, dass die Frage von Ihnen kommt:

- Im Text steht: „bei uns in Tangermünde“

So einreichen: ✅ (Häkchen) oder !freigeben AG3-001
Anders formulieren: Bearbeiten Sie Ihre Nachricht.
Doch nicht fragen: !zurückziehen AG3-001\
""")
    for person, room in (("lena", "ag3"), ("lena", "direkt:lena"), ("karin", "direkt:karin"), ("ben", "plenum")):
        shown = await dialog.say(person, room, "!frage AG3-001")
        assert "Tangermünde" not in shown
        assert "Der Text erscheint nach der Freigabe" in shown
    assert "Tangermünde" not in await dialog.say("ben", "plenum", "!fragen AG3 alle")
    agreed = await dialog.react("anna", told(answers, "direkt:anna"), "✅")
    assert {each.room for each in agreed} == {"direkt:anna", "ag3"}
    assert "Tangermünde" in told(agreed, "ag3")
    assert str(told(agreed, "direkt:anna")) == RECEIPT


async def test_agreeing_by_command_does_the_same_and_only_for_the_asker(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", GIVEAWAY)
    assert str(await dialog.say("lena", "ag3", "!freigeben AG3-001")) == snapshot("""\
Das kann bei AG3-001 nur, wer die Frage gestellt hat; wer vertraulich gefragt hat, im direkten Chat mit mir.
Ihre eigenen Fragen zeigt !meine\
""")
    assert "Tangermünde" in told(await dialog.hear("anna", "direkt:anna", "!freigeben AG3-001"), "ag3")


async def test_agreeing_where_all_can_see_it_is_refused(dialog: Dialog) -> None:
    """It would show who asked."""
    await dialog.hear("anna", "direkt:anna", GIVEAWAY)
    assert "Tangermünde" not in await dialog.say("anna", "plenum", "!freigeben AG3-001")
    assert "Text erscheint" in await dialog.say("anna", "plenum", "!frage AG3-001")


async def test_rewording_what_gave_the_asker_away_files_the_question(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", GIVEAWAY)
    event = dialog.last_event
    still = await dialog.edit("anna", event, "!frage AG3 Wer zahlt das bei uns in Stendal?")
    assert [each.room for each in still] == ["direkt:anna"]
    assert "Stendal" in still[0]
    filed = await dialog.edit("anna", event, "!frage AG3 Wer zahlt das in kleinen Gemeinden?")
    assert {each.room for each in filed} == {"direkt:anna", "ag3"}
    assert "kleinen Gemeinden" in told(filed, "ag3")


async def test_a_small_group_is_warned_of(dialog: Dialog) -> None:
    for person in ("ben", "lukas", "kurt"):
        dialog.hs.user("karin").kick(await dialog.room("ag5"), f"@{person}:test")
    await dialog.settle()
    answers = await dialog.hear("anna", "direkt:anna", "!frage AG5 Wer schließt unser Fachverfahren an?")
    assert [each.room for each in answers] == ["direkt:anna"]
    assert "nur 3 Personen" in answers[0]


@pytest.mark.parametrize("command", ["!hilft AG3-001", "!offen AG3-001 Gilt das immer?", "!zurückziehen AG3-001"])
async def test_outside_of_the_direct_chat_nobody_counts_as_the_asker(dialog: Dialog, command: str) -> None:
    """The same words for the asker and for a stranger: else the room would learn who asked."""
    await dialog.hear("anna", "direkt:anna", ASK)
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 zahlt das Land.")
    mine = await dialog.say("anna", "plenum", command)
    assert str(mine) == str(await dialog.say("ben", "plenum", command))


async def test_a_vote_of_the_asker_in_a_room_is_taken_and_counted_like_any_other(dialog: Dialog) -> None:
    """Leaving it out of the number, or of who is told, would show who asked."""
    note = told(await dialog.hear("anna", "direkt:anna", ASK), "ag3")
    mine = await dialog.say("anna", "plenum", "!stimme AG3-001")
    assert str(mine) == str(await dialog.say("ben", "plenum", "!stimme AG3-001"))
    assert await dialog.react("anna", note, "👍") == []
    assert "2 Stimmen" in await dialog.say("ben", "plenum", "!frage AG3-001")
    answers = await dialog.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 zahlt das Land.")
    public = [each for each in answers if each.room != "direkt:anna" and each.mentions]
    assert sorted(person for each in public for person in each.mentions) == ["@anna:test", "@ben:test"]
    assert not any("Ihre Frage" in each for each in public)
    assert told(answers, "direkt:anna").mentions == ["@anna:test"]


async def test_my_questions_show_it_in_the_direct_chat_only(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    assert "AG3-001" not in await dialog.say("anna", "plenum", "!meine")
    assert "AG3-001" in await dialog.say("anna", "direkt:anna", "!meine")


async def test_once_confirmed_nothing_leads_from_the_question_to_the_person(dialog: Dialog) -> None:
    """C16: the ID is kept only as long as the answer needs it."""
    await dialog.hear("anna", "direkt:anna", ASK)
    asked = dialog.last_event
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 zahlt das Land.")
    await dialog.ring()
    assert await asker(dialog) == "@anna:test"
    await dialog.say("anna", "direkt:anna", "!hilft AG3-001")
    said = dialog.last_event
    await dialog.ring()
    assert await asker(dialog) == ""
    async with dialog.database.reading() as session:
        question = (await session.scalars(select(Question))).one()
        direct = dialog.hs.room("#direkt-anna:test").id
        assert direct not in {question.room_id, question.thread_id}
        assert asked not in question.source_event_id
        actors = {each.actor for each in await session.scalars(select(HistoryEntry))}
        assert actors <= {"", "@lena:test", "@ag4-bot:test"}
        about = await session.scalars(select(OutboxRow).where(OutboxRow.subject == "question:1"))
        assert direct not in {each.room_id for each in about}
        causes = await session.scalars(select(InboxRow).where(InboxRow.event_id.in_([asked, said])))
        assert {(each.sender, each.room_id) for each in causes} == {("", "")}
    assert "Danke" not in await dialog.say("ben", "plenum", "!frage AG3-001")


async def asker(dialog: Dialog) -> str:
    async with dialog.database.reading() as session:
        return (await session.scalars(select(Question))).one().asked_by


async def test_a_declined_question_forgets_its_asker_once_they_are_told(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    answers = await dialog.hear("lena", "ag3", "!ablehnen AG3-001 Das regelt das Finanzministerium.")
    assert "Finanzministerium" in told(answers, "direkt:anna")
    await dialog.ring()
    assert await asker(dialog) == ""


async def test_in_the_database_file_the_id_stands_nowhere_beside_a_forgotten_question(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    await dialog.hear("anna", "direkt:anna", "!zurückziehen AG3-001")
    await dialog.ring()
    with closing(sqlite3.connect(f"file:{dialog.config.data.database}?mode=ro", uri=True)) as connection:
        tables = ("questions", "history", "vote_marks", "answers_told", "question_notes")
        for table in tables:
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()
            assert "anna" not in str(rows)


async def test_a_third_person_in_the_direct_chat_does_not_learn_what_was_asked_there(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    room = await dialog.room("direkt:anna")
    dialog.hs.user("anna").invite(room, "@ben:test")
    dialog.hs.user("ben").join(room)
    await dialog.settle()
    answers = await dialog.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 zahlt das Land.")
    assert {each.room for each in answers} == {"ag3"}
    assert "niemand mehr da" in answers[0]


async def test_who_asked_in_confidence_and_votes_elsewhere_is_told_in_both_places_after_a_merge(dialog: Dialog) -> None:
    """Else the others see that one of them is not told, and whose question was merged."""
    await dialog.hear("ben", "ag3", "!frage Wer zahlt die Schulung?")
    await dialog.hear("lukas", "ag3", "!stimme AG3-001")
    await dialog.hear("anna", "ag3", "!stimme AG3-001")
    await dialog.hear("anna", "direkt:anna", "!frage AG3 Wer übernimmt die Kosten der Schulung?")
    before = await dialog.say("ben", "plenum", "!frage AG3-001")
    assert "2 Stimmen" in before
    await dialog.hear("lena", "ag3", "!zusammenführen AG3-002 AG3-001")
    assert "3 Stimmen" in await dialog.say("ben", "plenum", "!frage AG3-001")
    answers = await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land.")
    [public] = [each for each in answers if each.room == "ag3" and each.mentions]
    assert public.mentions == ["@anna:test", "@ben:test", "@lukas:test"]
    assert told(answers, "direkt:anna").mentions == ["@anna:test"]


async def test_after_a_merge_nothing_of_the_other_question_leads_to_the_person_either(dialog: Dialog) -> None:
    await dialog.hear("ben", "ag3", "!frage Wer zahlt die Schulung?")
    await dialog.hear("anna", "direkt:anna", "!frage AG3 Wer übernimmt die Kosten der Schulung?")
    await dialog.hear("lena", "ag3", "!zusammenführen AG3-002 AG3-001")
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land.")
    await dialog.ring()
    async with dialog.database.reading() as session:
        assert "@anna:test" in {each.asked_by for each in await session.scalars(select(Question))}
    await dialog.hear("ben", "ag3", "!hilft AG3-001")
    await dialog.ring()
    direct = dialog.hs.room("#direkt-anna:test").id
    async with dialog.database.reading() as session:
        assert "@anna:test" not in {each.asked_by for each in await session.scalars(select(Question))}
        about = await session.scalars(select(OutboxRow).where(OutboxRow.subject.is_not(None)))
        assert direct not in {each.room_id for each in about}
        assert direct not in {each.room_id for each in await session.scalars(select(AnswerTold))}


async def test_what_is_declined_before_its_release_stays_unseen(dialog: Dialog) -> None:
    await dialog.hear("lena", "ag3", "!prüfung AG3 an")
    await dialog.hear("anna", "direkt:anna", ASK)
    await dialog.hear("lena", "ag3", "!ablehnen AG3-001 Das regelt das Ministerium.")
    shown = await dialog.say("ben", "plenum", "!frage AG3-001")
    assert "Anschub" not in shown
