"""Asking, following, answering and withdrawing questions, as conversations."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from commands.texts.help import one_command
from storage import question_terms
from tests.commands.asking import ASK, told
from tests.dialog import Dialog


async def test_a_question_gets_a_receipt_with_number_owner_target_and_the_way_on(dialog: Dialog) -> None:
    answer = await dialog.say("anna", "plenum", ASK)
    assert str(answer) == snapshot("""\
AG3-001 ist notiert: Ihre Frage an die AG 3 (Finanzen).
Zuständig: Leitung der AG 3 (@lena:test)
Ziel für die Antwort: Mo 07.12.2026
Sobald die Antwort da ist, melde ich mich hier. Stand der Dinge: !frage AG3-001\
""")
    assert answer.content["msgtype"] == "m.notice"
    assert answer.mentions == []


async def test_the_groups_room_is_told_quietly_of_a_question_asked_elsewhere(dialog: Dialog) -> None:
    note = told(await dialog.hear("anna", "plenum", ASK), "ag3")
    assert str(note) == snapshot("""\
Neue Frage AG3-001 von @anna:test, Ziel für die Antwort: Mo 07.12.2026

> Wer zahlt nach der Anschubfinanzierung?

Übernehmen: !übernehmen AG3-001
Antworten: !antwort AG3-001 Ihre Antwort
Auch wissen wollen: 👍 (Daumen hoch) oder !stimme AG3-001\
""")
    assert note.content["msgtype"] == "m.notice"
    assert note.mentions == []


async def test_a_question_asked_in_the_groups_own_room_is_not_repeated_there(dialog: Dialog) -> None:
    assert len(await dialog.hear("anna", "ag3", ASK)) == 1


async def test_a_groups_room_that_the_bot_has_left_is_told_nothing(dialog: Dialog) -> None:
    dialog.hs.user("karin").kick(await dialog.room("ag3"), "@ag4-bot:test")
    await dialog.settle()
    assert [each.room for each in await dialog.hear("anna", "plenum", ASK)] == ["plenum"]


async def test_what_is_asked_in_private_is_passed_on_without_a_name(dialog: Dialog) -> None:
    answers = await dialog.hear("anna", "direkt:anna", ASK)
    assert "anna" not in told(answers, "ag3").lower()
    assert str(told(answers, "direkt:anna")) == snapshot("""\
AG3-001 ist notiert: Ihre Frage an die AG 3 (Finanzen).
Zuständig: Leitung der AG 3 (@lena:test)
Ziel für die Antwort: Mo 07.12.2026
Sobald die Antwort da ist, melde ich mich hier. Stand der Dinge: !frage AG3-001
Sie fragen vertraulich: Die Frage können alle im Projekt lesen, aber niemand erfährt von mir, dass sie von Ihnen kommt, auch die Leitung nicht.\
""")
    shown = await dialog.say("ben", "plenum", "!frage AG3-001")
    assert "anna" not in shown.lower()


async def test_what_is_asked_among_the_coordination_is_passed_on_without_a_name(dialog: Dialog) -> None:
    answers = await dialog.hear("karin", "koordination", ASK)
    assert "karin" not in told(answers, "ag3")


@pytest.mark.parametrize("text", ["AG3 Wer zahlt?", "AG 3: Wer zahlt?", "ag-3 Wer zahlt?", "3 Wer zahlt?"])
async def test_a_group_may_be_written_in_any_usual_way(dialog: Dialog, text: str) -> None:
    assert "AG3-001 ist notiert" in await dialog.say("anna", "plenum", f"!frage {text}")


async def test_in_a_groups_room_the_group_may_be_left_out(dialog: Dialog) -> None:
    assert "AG5-001 ist notiert" in await dialog.say("anna", "ag5", "!frage Wer schließt unser Fachverfahren an?")
    assert "AG3-001 ist notiert" in await dialog.say("anna", "ag5", ASK)


async def test_a_group_without_a_lead_is_answered_for_by_the_coordination(dialog: Dialog) -> None:
    answer = await dialog.say("anna", "ag1", "!frage Wer entscheidet?")
    assert "Zuständig: Koordination (für die AG 1 ist keine Leitung eingetragen)" in answer


async def test_the_target_leaves_out_weekends_and_holidays_and_counts_from_the_day_in_berlin(dialog: Dialog) -> None:
    dialog.now = dialog.now.replace(month=12, day=17, hour=23, minute=30)  # already the 18th in Berlin
    assert "Di 05.01.2027" in await dialog.say("anna", "ag3", ASK)


async def test_markup_and_shouting_in_a_question_stay_plain_text_and_its_lines_stay_lines(dialog: Dialog) -> None:
    text = "!frage AG3 Was kostet *das* <b>alles</b>?\n# Erstens\n\n\n1. @room \u202egnp.exe\x07"
    note = told(await dialog.hear("anna", "plenum", text), "ag3")
    assert str(note) == snapshot("""\
Neue Frage AG3-001 von @anna:test, Ziel für die Antwort: Mo 07.12.2026

> Was kostet *das* <b>alles</b>?
> # Erstens
> 1. @\u2060room gnp.exe

Übernehmen: !übernehmen AG3-001
Antworten: !antwort AG3-001 Ihre Antwort
Auch wissen wollen: 👍 (Daumen hoch) oder !stimme AG3-001\
""")
    assert note.html == snapshot("""\
<p><strong>Neue Frage AG3-001</strong> von @anna:test, Ziel für die Antwort: Mo 07.12.2026</p>
<blockquote>
<p>Was kostet *das* &lt;b&gt;alles&lt;/b&gt;?<br>
# Erstens</p>
<p>1. @\u2060room gnp.exe</p>
</blockquote>
<p>Übernehmen: <code>!übernehmen AG3-001</code><br>
Antworten: <code>!antwort AG3-001 Ihre Antwort</code><br>
Auch wissen wollen: 👍 (Daumen hoch) oder <code>!stimme AG3-001</code></p>\
""")


@pytest.mark.parametrize("nothing", ["", " \n\t ", "\u200b\u200d", "\u202e\x00\x07", "\ufeff\u00ad"])
async def test_a_question_without_words_is_refused(dialog: Dialog, nothing: str) -> None:
    answer = await dialog.say("anna", "plenum", f"!frage AG3 {nothing}")
    assert str(answer) == snapshot("""\
Es fehlt der Text Ihrer Frage.
So geht es: !frage <AG> <Ihre Frage>
Beispiel: !frage AG3 Wer zahlt nach der Anschubfinanzierung?\
""")
    assert "noch keine gestellt" in await dialog.say("anna", "plenum", "!frage AG3-001")


async def test_without_a_group_the_five_are_named(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "plenum", "!frage Wer zahlt das?")) == snapshot("""\
Welche AG soll antworten?
Es gibt AG 1 Kooperationsmodell, AG 2 Strategie und Umsetzung, AG 3 Finanzen, AG 4 Kommunikation, AG 5 Technik.
So geht es: !frage <AG> <Ihre Frage>
Beispiel: !frage AG3 Wer zahlt nach der Anschubfinanzierung?\
""")
    assert str(await dialog.say("anna", "plenum", "!frage")) == snapshot("""\
Welche AG soll antworten?
Es gibt AG 1 Kooperationsmodell, AG 2 Strategie und Umsetzung, AG 3 Finanzen, AG 4 Kommunikation, AG 5 Technik.
So geht es: !frage <AG> <Ihre Frage>
Beispiel: !frage AG3 Wer zahlt nach der Anschubfinanzierung?\
""")


async def test_an_unknown_group_is_refused_and_the_five_are_named(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "plenum", "!frage AG9 Wer zahlt das?")) == snapshot("""\
Eine AG 9 gibt es nicht.
Es gibt AG 1 Kooperationsmodell, AG 2 Strategie und Umsetzung, AG 3 Finanzen, AG 4 Kommunikation, AG 5 Technik.
Zum Beispiel: !frage AG3 Ihre Frage\
""")
    for text, remedy in (("!fragen AG9", "!fragen AG3"), ("!frage AG9-001", "!fragen alle")):
        answer = await dialog.say("anna", "plenum", text)
        assert "Eine AG 9 gibt es nicht." in answer
        assert answer.endswith(f"Zum Beispiel: {remedy}")


@pytest.mark.parametrize("text", ["???", "...", "x", "hallo", "Warum?", "!!! ???", "🙂 🙂"])
async def test_what_says_too_little_gets_no_number_but_an_example(dialog: Dialog, text: str) -> None:
    assert str(await dialog.say("anna", "plenum", f"!frage AG3 {text}")) == snapshot("""\
Was möchten Sie von der AG wissen? Bitte schreiben Sie Ihre Frage in einem ganzen Satz.
So geht es: !frage <AG> <Ihre Frage>
Beispiel: !frage AG3 Wer zahlt nach der Anschubfinanzierung?\
""")
    assert "noch keine gestellt" in await dialog.say("anna", "plenum", "!frage AG3-001")


@pytest.mark.parametrize("text", ["Wer zahlt?", "Frage 3?", "Anschubfinanzierung?"])
async def test_two_words_or_a_long_one_are_a_question(dialog: Dialog, text: str) -> None:
    assert "AG3-001 ist notiert" in await dialog.say("anna", "plenum", f"!frage AG3 {text}")


async def test_what_the_help_shows_can_be_copied(dialog: Dialog) -> None:
    assert "zum Beispiel: !frage AG3-017\n" in await dialog.say("anna", "plenum", "!hilfe frage")


async def test_a_question_that_is_too_long_is_refused_with_its_length(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "plenum", f"!frage AG3 {'ä' * 2001}")) == snapshot(
        """\
Ihre Frage hat 2.001 Zeichen, möglich sind 2.000.
Bitte kürzen Sie sie; Ausführliches passt in ein Dokument, dessen Link Sie hier nennen.\
"""
    )
    assert "60.000 Zeichen" in await dialog.say("anna", "plenum", f"!frage AG3 {'x' * 60_000}")
    assert "AG3-001 ist notiert" in await dialog.say("anna", "plenum", f"!frage AG3 {'ä' * 2000}")


async def test_the_same_question_within_a_minute_is_noted_once(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    assert str(await dialog.say("anna", "plenum", ASK.replace(" Wer", "   Wer"))) == snapshot(
        "Diese Frage habe ich von Ihnen gerade schon als AG3-001 notiert. Stand der Dinge: !frage AG3-001"
    )
    assert "AG3-002 ist notiert" in await dialog.say("ben", "plenum", ASK)
    dialog.now += timedelta(minutes=1, seconds=1)
    assert "AG3-003 ist notiert" in await dialog.say("anna", "plenum", ASK)


async def test_a_bare_number_or_text_behind_a_number_is_no_question(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "plenum", "!frage AG3 17")) == snapshot(
        "Meinen Sie die Frage mit der Nummer 17? Sie steht hier: !frage AG3-017"
    )
    assert str(await dialog.say("anna", "plenum", "!frage AG3-017 Was ist damit?")) == snapshot(
        """\
Nach der Nummer AG3-017 steht noch Text.
Die Frage zeigt !frage AG3-017, eine neue stellt !frage AG3 Ihre Frage\
"""
    )


async def test_a_question_is_shown_with_who_is_next_and_what_happened(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    assert str(await dialog.say("ben", "plenum", "!frage AG3-001")) == snapshot("""\
AG3-001 an die AG 3 (Finanzen): offen

> Wer zahlt nach der Anschubfinanzierung?

Als Nächstes antwortet: Leitung der AG 3 (@lena:test)
Ziel: Mo 07.12.2026

Verlauf:

- 23.11.2026: gestellt\
""")
    dialog.now += timedelta(days=15)
    assert "Ziel: Mo 07.12.2026 (überfällig)" in await dialog.say("ben", "plenum", "!frage AG3-001")


@pytest.mark.parametrize("written", ["AG3-1", "ag3-01", "AG 3-001", "ag-3-1"])
async def test_a_questions_number_may_be_written_in_any_usual_way(dialog: Dialog, written: str) -> None:
    await dialog.say("anna", "plenum", ASK)
    assert "AG3-001 an die AG 3 (Finanzen): offen" in await dialog.say("ben", "plenum", f"!frage {written}")


async def test_an_unknown_number_is_refused_and_the_nearest_are_named(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "plenum", "!frage AG3-017")) == snapshot(
        """\
Eine Frage AG3-017 gibt es nicht: An die AG 3 wurde noch keine gestellt.
Die erste stellt !frage AG3 Ihre Frage\
"""
    )
    for number in range(4):
        await dialog.say("anna", "plenum", f"!frage AG3 Frage Nummer {number}?")
    assert str(await dialog.say("anna", "plenum", "!frage AG3-017")) == snapshot(
        """\
Eine Frage AG3-017 gibt es nicht. Am nächsten kommen AG3-002, AG3-003, AG3-004.
Eine davon zeigt !frage AG3-002\
"""
    )


async def test_a_number_is_given_only_once(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    await dialog.say("anna", "plenum", "!zurückziehen AG3-001")
    assert "AG3-002 ist notiert" in await dialog.say("anna", "plenum", ASK)


async def test_numbers_and_messages_survive_a_restart(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    await dialog.restart()
    assert "AG3-002 ist notiert" in await dialog.say("ben", "plenum", ASK)
    answers = await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land.")
    assert told(answers, "plenum").mentions == ["@anna:test"]


def test_commands_in_the_details_get_the_configured_prefix() -> None:
    text = one_command(
        name="x", usage="", text="", details="Wie !frage AG3 oder („!ja“)!", example="!x", who="", prefix="."
    )
    assert "Wie \\.frage AG3 oder \\(„\\.ja“\\)\\!" in text


async def test_questions_from_before_the_bot_knew_similar_ones_are_found_after_its_next_start(dialog: Dialog) -> None:
    await dialog.say("anna", "ag3", ASK)
    async with dialog.database.transaction() as session:
        await question_terms.remove(session, 1)
    assert "AG3-001" not in await dialog.say("ben", "ag3", "!frage Wer zahlt nach der Anschubfinanzierung weiter?")
    await dialog.restart()
    answer = await dialog.say("lukas", "ag3", "!frage Wer zahlt denn nach der Anschubfinanzierung?")
    assert "AG3-001 Wer zahlt" in answer


async def test_similar_questions_come_with_the_receipt_and_a_number_to_tap_on(dialog: Dialog) -> None:
    await dialog.say("anna", "ag3", ASK)
    answer = await dialog.say("ben", "ag3", "!frage Wer zahlt nach Ende der Anschubfinanzierung?")
    assert str(answer) == snapshot("""\
AG3-002 ist notiert: Ihre Frage an die AG 3 (Finanzen).
Zuständig: Leitung der AG 3 (@lena:test)
Ziel für die Antwort: Mo 07.12.2026
Sobald die Antwort da ist, melde ich mich hier. Stand der Dinge: !frage AG3-002

Ähnlich:
1. AG3-001 Wer zahlt nach der Anschubfinanzierung? (offen)
Ist eine davon dieselbe wie Ihre? 1️⃣ (Ziffer 1) oder !zusammenführen AG3-002 AG3-001\
""")
    merged = await dialog.react("ben", answer, "1\u20e3")  # without its variation selector
    assert "AG3-002 ist jetzt mit AG3-001 zusammengeführt" in merged[0]
    assert "1 Stimme" in await dialog.say("anna", "ag3", "!frage AG3-001")
