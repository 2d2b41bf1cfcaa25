"""`!vormerken`, `!tagesordnung`, `!mündlich`: questions go to a plenary and are answered there."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from tests.commands.asking import ASK, told
from tests.dialog import Dialog

PLENARY = "!plenum neu 14.01.2027 10:00-12:00 Finanzen"
ORAL = "!mündlich AG3-001 Das Land zahlt bis 2027"


async def plan(dialog: Dialog, text: str = PLENARY) -> None:
    await dialog.hear("karin", "koordination", text)
    await dialog.hear("karin", "koordination", "!ja")


async def ask(dialog: Dialog, group: int, count: int) -> None:
    for number in range(1, count + 1):
        await dialog.hear("anna", "plenum", f"!frage AG{group} Wie wird Schritt {number} bezahlt?")


async def test_a_question_is_marked_for_the_next_plenary_and_its_asker_hears_quietly(dialog: Dialog) -> None:
    await plan(dialog)
    await dialog.hear("anna", "plenum", ASK)
    heard = await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    assert str(told(heard, "ag3")) == snapshot("""\
AG3-001 ist vorgemerkt für das Plenum 4 am Do 14.01.2027.
Alles dafür zeigt !tagesordnung
Zurücknehmen: !vormerken AG3-001 aufheben\
""")
    assert str(told(heard, "plenum")) == snapshot("""\
Ihre Frage AG3-001 kommt ins Plenum 4 am Do 14.01.2027.
Stand der Dinge: !frage AG3-001\
""")
    assert told(heard, "plenum").content["msgtype"] == "m.notice"
    shown = await dialog.say("ben", "plenum", "!frage AG3-001")
    assert "zurückgestellt bis zum Plenum 4" in shown


async def test_without_a_planned_plenary_a_question_waits_for_the_next_number(dialog: Dialog) -> None:
    await dialog.hear("anna", "plenum", ASK)
    heard = await dialog.hear("karin", "koordination", "!vormerken AG3-001")
    assert str(told(heard, "koordination")) == snapshot("""\
AG3-001 ist vorgemerkt für das Plenum 4, sobald es einen Termin hat.
Alles dafür zeigt !tagesordnung
Zurücknehmen: !vormerken AG3-001 aufheben\
""")
    assert str(told(heard, "plenum")) == snapshot("""\
Ihre Frage AG3-001 kommt ins Plenum 4, sobald es einen Termin hat.
Stand der Dinge: !frage AG3-001\
""")


async def test_a_mark_is_taken_back_and_the_question_is_with_whom_it_was(dialog: Dialog) -> None:
    await plan(dialog)
    await ask(dialog, 3, 2)
    await dialog.hear("lena", "ag3", "!übernehmen AG3-002")
    for number in (1, 2):
        await dialog.hear("lena", "ag3", f"!vormerken AG3-00{number}")
    heard = await dialog.hear("lena", "ag3", "!vormerken AG3-001 aufheben")
    assert str(told(heard, "ag3")) == snapshot("""\
AG3-001 ist für das Plenum 4 nicht mehr vorgemerkt und wartet weiter auf ihre Antwort.
Antworten: !antwort AG3-001 Ihre Antwort\
""")
    assert str(told(heard, "plenum")) == snapshot("""\
Ihre Frage AG3-001 kommt doch nicht ins Plenum 4. Sie wartet weiter auf ihre Antwort.
Stand der Dinge: !frage AG3-001\
""")
    await dialog.hear("lena", "ag3", "!vormerken AG3-002 Aufheben!")
    listed = await dialog.say("ben", "ag3", "!fragen")
    assert "- AG3-001 Wie wird Schritt 1 bezahlt? (offen, Ziel 07.12.2026)" in listed
    assert "- AG3-002 Wie wird Schritt 2 bezahlt? (zugewiesen, Ziel 07.12.2026)" in listed


async def test_what_was_asked_in_confidence_is_marked_without_a_name(dialog: Dialog) -> None:
    await dialog.hear("ben", "direkt:ben", ASK)
    heard = await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    assert {each.room for each in heard} == {"ag3", "direkt:ben"}
    assert "@ben" not in told(heard, "ag3")
    assert "@ben" not in await dialog.say("lena", "ag3", "!tagesordnung")


@pytest.mark.parametrize("text", ["!vormerken AG3-001", "!vormerken AG3-001 aufheben", ORAL])
@pytest.mark.parametrize("person", ["anna", "ben", "lukas"])
async def test_only_the_lead_of_the_group_and_the_coordination_may(dialog: Dialog, person: str, text: str) -> None:
    await dialog.hear("anna", "plenum", ASK)
    [answer] = await dialog.hear(person, "plenum", text)
    assert "Das darf bei AG3-001 nur die Leitung der AG 3 oder die Koordination." in answer
    assert "offen, Ziel" in await dialog.say("ben", "plenum", "!fragen AG3")


async def test_marking_twice_marking_what_is_answered_and_unmarking_what_is_not_marked_are_refused(
    dialog: Dialog,
) -> None:
    await ask(dialog, 3, 2)
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    assert str(await dialog.say("lena", "ag3", "!vormerken AG3-001")) == snapshot("""\
Das geht jetzt nicht: AG3-001 ist zurückgestellt bis zum Plenum 4.
Möglich istzum Beispiel: !antwort AG3-001 Ihre Antwort, !übernehmen AG3-001, !zusammenführen AG3-001 AG3-001, !weiterleiten AG3-001 AG5 Grund, !zuweisen AG3-001 Person, !frage AG3-001\
""")
    assert "Das geht jetzt nicht: AG3-002 ist offen." in await dialog.say("lena", "ag3", "!vormerken AG3-002 aufheben")
    await dialog.hear("lena", "ag3", "!antwort AG3-002 Das Land.")
    assert "Das geht jetzt nicht: AG3-002 ist seit 23.11.2026 beantwortet." in await dialog.say(
        "lena", "ag3", "!vormerken AG3-002"
    )


async def test_bad_input_is_refused_with_the_usage_and_changes_nothing(dialog: Dialog) -> None:
    await dialog.hear("anna", "plenum", ASK)
    assert str(await dialog.say("lena", "ag3", "!vormerken AG3-001 bald")) == snapshot("""\
Bitte schreiben Sie hinter die Nummer der Frage nichts oder nur das Wort „aufheben“.
So geht es: !vormerken <Nummer> [aufheben]
Beispiel: !vormerken AG3-001\
""")
    assert "Es fehlt die Nummer der Frage" in await dialog.say("lena", "ag3", "!vormerken")
    assert "Es fehlt die Nummer der Frage" in await dialog.say("lena", "ag3", "!mündlich Das Land zahlt")
    assert "Eine Frage AG3-017 gibt es nicht." in await dialog.say("lena", "ag3", "!vormerken AG3-017")
    assert "Ihre Notiz hat 501 Zeichen" in await dialog.say("lena", "ag3", f"!mündlich AG3-001 {'x' * 501}")
    assert "offen, Ziel" in await dialog.say("ben", "plenum", "!fragen AG3")


async def test_the_agenda_lists_by_group_what_is_marked_then_what_is_open_by_votes(dialog: Dialog) -> None:
    await plan(dialog)
    await ask(dialog, 3, 4)
    await ask(dialog, 5, 1)
    await dialog.hear("ben", "plenum", "!stimme AG3-003")
    await dialog.hear("lena", "ag3", "!vormerken AG3-002")
    await dialog.hear("lena", "ag3", "!antwort AG3-004 Das Land.")
    dialog.now += timedelta(days=12)
    await dialog.hear("anna", "plenum", "!frage AG5 Wer pflegt die Schnittstelle?")
    assert str(await dialog.say("lena", "ag3", "!tagesordnung")) == snapshot("""\
Tagesordnung Plenum 4 (Do 14.01.2027, 10:00–12:00 Uhr)
Offene Fragen: 5, davon vorgemerkt: 1

AG 3 Finanzen

- AG3-002 Wie wird Schritt 2 bezahlt? (vorgemerkt, seit 12 Tagen)
- AG3-003 Wie wird Schritt 3 bezahlt? (1 Stimme, seit 12 Tagen)
- AG3-001 Wie wird Schritt 1 bezahlt? (seit 12 Tagen)

AG 5 Technik

- AG5-001 Wie wird Schritt 1 bezahlt? (seit 12 Tagen)
- AG5-002 Wer pflegt die Schnittstelle? (von heute)

Keine Fragen: AG 1, AG 2, AG 4

Vormerken: !vormerken AG3-002
Im Plenum beantwortet: !mündlich AG3-002 Stichwort\
""")


async def test_of_a_group_with_many_questions_the_agenda_shows_six_and_names_the_list(dialog: Dialog) -> None:
    await ask(dialog, 3, 9)
    await dialog.hear("lena", "ag3", "!vormerken AG3-009")
    answer = await dialog.say("karin", "koordination", "!tagesordnung")
    assert "(noch ohne Termin)" in answer
    assert answer.count("- AG3-") == 6
    assert answer.index("AG3-009") < answer.index("AG3-001")
    assert "und 3 weitere: !fragen AG3" in answer


async def test_an_empty_agenda_says_so(dialog: Dialog) -> None:
    await plan(dialog)
    assert str(await dialog.say("karin", "koordination", "!tagesordnung")) == snapshot("""\
Tagesordnung Plenum 4 (Do 14.01.2027, 10:00–12:00 Uhr)
Keine Frage ist offen.\
""")


async def test_what_waits_for_its_release_is_on_no_agenda(dialog: Dialog) -> None:
    await dialog.hear("lena", "ag3", "!prüfung AG3 an")
    await ask(dialog, 3, 1)
    assert "AG3-001" not in await dialog.say("lena", "ag3", "!tagesordnung")


async def test_an_agenda_has_not_what_is_marked_for_another_plenary(dialog: Dialog) -> None:
    await plan(dialog)
    await plan(dialog, "!plenum neu 11.03.2027 10:00-12:00 Technik")
    await ask(dialog, 3, 1)
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    await ask(dialog, 3, 2)
    for number in ("4", "Plenum 4", "nr. 4"):
        assert "AG3-001" in await dialog.say("lena", "ag3", f"!tagesordnung {number}")
    later = await dialog.say("lena", "ag3", "!tagesordnung 5")
    assert "11.03.2027" in later
    assert "AG3-001" not in later
    assert "AG3-002" in later
    assert "davon vorgemerkt: 0" in later


async def test_an_agenda_that_there_is_not_is_refused(dialog: Dialog) -> None:
    await plan(dialog)
    assert str(await dialog.say("lena", "ag3", "!tagesordnung 99")) == snapshot("""\
Ein Plenum 99 gibt es nicht.
Das nächste zeigt !tagesordnung, die Termine zeigt !termine plenum\
""")
    assert str(await dialog.say("lena", "ag3", "!tagesordnung vier")) == snapshot("""\
Bitte nennen Sie nur die Nummer des Plenums in Ziffern, oder nichts für das nächste.
So geht es: !tagesordnung [Nummer]
Beispiel: !tagesordnung\
""")
    assert str(await dialog.say("lena", "ag3", "!tagesordnung 3")) == snapshot("""\
Das Plenum 3 ist vorbei, seine Tagesordnung gibt es nicht mehr.
Die des nächsten zeigt !tagesordnung\
""")
    await dialog.hear("karin", "koordination", "!plenum absagen 4 Zu wenige Zusagen")
    await dialog.hear("karin", "koordination", "!ja")
    assert "Das Plenum 4 ist abgesagt" in await dialog.say("lena", "ag3", "!tagesordnung 4")
    assert "Tagesordnung Plenum 5 (noch ohne Termin)" in await dialog.say("lena", "ag3", "!tagesordnung")


async def test_participants_have_no_agenda_leads_of_any_group_have(dialog: Dialog) -> None:
    assert "Das darf nur die Leitung einer AG oder die Koordination." in await dialog.say(
        "anna", "plenum", "!tagesordnung"
    )
    assert "Tagesordnung Plenum 4" in await dialog.say("lukas", "ag2", "!tagesordnung")


async def test_an_oral_answer_reaches_the_asker_and_those_who_voted_and_the_written_one_follows(
    dialog: Dialog,
) -> None:
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("ben", "ag2", "!stimme AG3-001")
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    heard = await dialog.hear("lena", "plenum", ORAL)
    reply, asker = [each for each in heard if each.room == "plenum"]
    voter = told(heard, "ag2")
    assert str(reply) == snapshot("""\
AG3-001 ist mündlich beantwortet. Wer gefragt oder dafür gestimmt hat, erfährt es jetzt: 2 Personen.
Bitte reichen Sie die Antwort schriftlich nach: !antwort AG3-001 Ihre Antwort\
""")
    assert str(asker) == snapshot("""\
Ihre Frage AG3-001 wurde im Plenum mündlich beantwortet.

> Wer zahlt nach der Anschubfinanzierung?

Stichwort: Das Land zahlt bis 2027

Die schriftliche Antwort folgt, dann melde ich mich hier. Stand der Dinge: !frage AG3-001\
""")
    assert str(voter) == snapshot("""\
Die Frage AG3-001 wurde im Plenum mündlich beantwortet.

> Wer zahlt nach der Anschubfinanzierung?

Stichwort: Das Land zahlt bis 2027

Die schriftliche Antwort folgt, dann melde ich mich hier. Stand der Dinge: !frage AG3-001\
""")
    assert (asker.mentions, voter.mentions) == (["@anna:test"], ["@ben:test"])
    assert {each.content["msgtype"] for each in (asker, voter)} == {"m.text"}
    assert str(await dialog.say("ben", "plenum", "!frage AG3-001")) == snapshot("""\
AG3-001 an die AG 3 (Finanzen): seit 23.11.2026 beantwortet, 1 Stimme

> Wer zahlt nach der Anschubfinanzierung?

Antwort im Plenum, schriftlich folgt sie noch (Leitung AG 3, Mo 23.11.2026):
Das Land zahlt bis 2027

Als Nächstes schreibt die Antwort auf: Leitung der AG 3 (@lena:test)

Verlauf:

- 23.11.2026: gestellt
- 23.11.2026: für das Plenum vorgemerkt (Leitung)
- 23.11.2026: mündlich beantwortet (Leitung)\
""")
    heard = await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land zahlt bis Ende 2027.")
    assert {each.room for each in heard} == {"ag3", "plenum", "ag2"}
    assert "Das Land zahlt bis Ende 2027." in told(heard, "plenum")


async def test_the_keyword_may_be_left_out_and_may_hold_any_characters(dialog: Dialog) -> None:
    await ask(dialog, 3, 2)
    heard = await dialog.hear("karin", "ag3", "!mündlich AG3-001")
    assert "Stichwort" not in told(heard, "plenum")
    heard = await dialog.hear("karin", "ag3", "!muendlich AG3-002 *Land* <b>zahlt</b>\n@room")
    assert "Stichwort: *Land* <b>zahlt</b> @\u2060room" in told(heard, "plenum")


async def test_a_question_answered_orally_is_not_answered_orally_again(dialog: Dialog) -> None:
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("lena", "ag3", ORAL)
    assert "Das geht jetzt nicht: AG3-001 ist seit 23.11.2026 beantwortet." in await dialog.say("lena", "ag3", ORAL)


async def test_editing_does_neither_mark_nor_answer_again(dialog: Dialog) -> None:
    await ask(dialog, 3, 1)
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    [again] = await dialog.edit("lena", dialog.last_event, "!vormerken AG3-001 aufheben")
    assert "nicht mehr vorgemerkt" not in again
    assert "vorgemerkt für Plenum 4" in await dialog.say("ben", "ag3", "!fragen")


async def test_deleting_the_message_of_an_oral_answer_opens_the_question_again(dialog: Dialog) -> None:
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("lena", "ag3", ORAL)
    await dialog.redact("lena", dialog.last_event)
    assert "offen, Ziel" in await dialog.say("ben", "ag3", "!fragen")
