"""What must not come out: who asked in confidence, and what nobody has released."""

import sqlite3
from contextlib import closing

from tests.commands.asking import ASK, texts_in_database, told
from tests.dialog import Dialog


async def test_asking_again_in_a_room_does_not_tell_that_it_was_asked_in_confidence_before(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    assert "AG3-002 ist notiert" in told(await dialog.hear("anna", "plenum", ASK), "plenum")
    assert "gerade schon als AG3-001" in await dialog.say("anna", "direkt:anna", ASK)


async def test_my_votes_look_the_same_for_who_asked_in_confidence(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    for person in ("anna", "ben"):
        await dialog.hear(person, "plenum", "!stimme AG3-001")
    assert str(await dialog.say("anna", "plenum", "!meine")) == str(await dialog.say("ben", "plenum", "!meine"))


async def test_parting_does_not_show_what_is_not_released(dialog: Dialog) -> None:
    await dialog.hear("ben", "ag3", ASK)
    await dialog.hear("lena", "ag3", "!prüfung AG3 an")
    await dialog.hear("anna", "direkt:anna", "!frage AG3 Wer zahlt nach der Anschubfinanzierung den Rhabarber?")
    await dialog.hear("lena", "ag3", "!zusammenführen AG3-002 AG3-001")
    await dialog.hear("lukas", "plenum", "!stimme AG3-002")
    await dialog.hear("lena", "ag3", "!trennen AG3-002")
    outside = [each for each in dialog._said() if each.room not in ("direkt:anna", "direkt:lena")]
    assert not any("Rhabarber" in str(each.content) for each in outside)


async def test_a_new_wording_that_waits_for_its_release_is_not_told_to_voters(dialog: Dialog) -> None:
    await dialog.hear("karin", "koordination", "!prüfung AG5 an")
    await dialog.hear("anna", "plenum", ASK)
    event = dialog.last_event
    await dialog.hear("ben", "ag3", "!stimme AG3-001")
    await dialog.hear("lena", "ag3", "!weiterleiten AG3-001 AG5 Technik.")
    answers = await dialog.edit("anna", event, "!frage AG5 Was kostet Rhabarber?")
    assert not any("Rhabarber" in each for each in answers)


async def test_a_confidential_question_is_not_reworded_or_reopened_so_that_it_tells_who_asked(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    event = dialog.last_event
    [answer] = await dialog.edit("anna", event, "!frage AG3 Wer zahlt das bei uns in Tangermünde?")
    assert "nichts geändert" in answer
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land.")
    [answer] = await dialog.hear("anna", "direkt:anna", "!offen AG3-001 Wie ist das bei uns in Stendal?")
    assert "nichts geändert" in answer


async def test_after_forgetting_no_lane_and_no_list_names_the_person(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    await dialog.hear("anna", "direkt:anna", "!meine")
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land.")
    await dialog.hear("anna", "direkt:anna", "!hilft AG3-001")
    await dialog.ring()
    with closing(sqlite3.connect(f"file:{dialog.config.data.database}?mode=ro", uri=True)) as connection:
        about = connection.execute("SELECT lanes FROM outbox WHERE lanes LIKE '%question:1%'").fetchall()
        assert "anna" not in str(about)
        assert connection.execute("SELECT count(*) FROM list_positions").fetchall() == [(0,)]


async def test_a_deleted_reason_is_gone(dialog: Dialog) -> None:
    """C17."""
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land.")
    await dialog.hear("anna", "plenum", "!offen AG3-001 Es fehlt der Rhabarber.")
    event = dialog.last_event
    assert "Rhabarber" in await dialog.say("ben", "plenum", "!frage AG3-001")
    await dialog.redact("anna", event)
    assert "Rhabarber" not in await dialog.say("ben", "plenum", "!frage AG3-001")


async def test_what_is_declined_before_its_release_is_taken_back_where_the_lead_read_it(dialog: Dialog) -> None:
    await dialog.hear("lena", "ag3", "!prüfung AG3 an")
    await dialog.hear("anna", "direkt:anna", ASK)
    shown = await dialog.say("lena", "direkt:lena", "!frage AG3-001")
    assert "Anschub" in shown
    await dialog.hear("lena", "ag3", "!ablehnen AG3-001 Das regelt das Ministerium.")
    assert dialog.now_reads(shown) == ""
    assert "Anschub" not in await texts_in_database(dialog)


async def test_a_question_whose_text_was_deleted_while_it_was_merged_stays_merged(dialog: Dialog) -> None:
    await dialog.hear("anna", "ag3", ASK)
    await dialog.hear("ben", "ag3", "!frage Wer zahlt danach?")
    event = dialog.last_event
    await dialog.hear("lena", "ag3", "!zusammenführen AG3-002 AG3-001")
    await dialog.redact("ben", event)
    assert "Text wurde gelöscht" in await dialog.say("lena", "ag3", "!trennen AG3-002")


async def test_personal_data_is_not_taken_in_a_reason_or_an_edit_and_the_answer_says_which_text_it_means(
    dialog: Dialog,
) -> None:
    await dialog.hear("anna", "plenum", ASK)
    event = dialog.last_event
    iban = "DE89 3704 0044 0532 0130 00"
    refused = await dialog.say("lena", "ag3", f"!weiterleiten AG3-001 AG5 Betrifft {iban}.")
    assert refused.startswith("Diesen Text habe ich nicht gespeichert")
    [refused] = await dialog.edit("anna", event, f"!frage AG3 Wohin geht {iban}?")
    assert refused.startswith("Diese Änderung habe ich nicht gespeichert")
    assert "0532" not in await texts_in_database(dialog)
    office = "!unzuständig AG3-001 Zuständig ist das Einwohnermeldeamt, Telefon 0345 5140."
    assert "geschlossen" in await dialog.say("lena", "ag3", office)


async def test_the_notes_of_both_groups_show_the_new_wording_after_a_question_was_passed_on(dialog: Dialog) -> None:
    note = told(await dialog.hear("anna", "plenum", ASK), "ag3")
    event = dialog.last_event
    other = told(await dialog.hear("lena", "ag3", "!weiterleiten AG3-001 AG5 Technik."), "ag5")
    await dialog.edit("anna", event, "!frage AG5 Was kostet Rhabarber?")
    assert "Rhabarber" in dialog.now_reads(note)
    assert "Rhabarber" in dialog.now_reads(other)
