"""Answering and withdrawing questions, as conversations."""

from datetime import timedelta

from inline_snapshot import snapshot

from tests.commands.asking import ASK, texts_in_database, told
from tests.dialog import Dialog


async def test_an_answer_reaches_whoever_asked_where_they_asked_and_notifies(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    asking = dialog.last_event
    answers = await dialog.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 das Land.\n\n* danach @room:\nKITU <5 %>")
    assert str(told(answers, "ag3")) == snapshot("""\
AG3-001 ist beantwortet. Wer gefragt hat, bekommt Ihre Antwort jetzt.
Um die Antwort zu berichtigen, bearbeiten Sie Ihre Nachricht.\
""")
    message = told(answers, "plenum")
    assert str(message) == snapshot("""\
Ihre Frage AG3-001 ist beantwortet.

> Wer zahlt nach der Anschubfinanzierung?

Antwort (Leitung AG 3):
Bis 2027 das Land.

* danach @\u2060room:
KITU <5 %>

Hilft das? 👍 (Daumen hoch) oder !hilft AG3-001
Noch offen? !offen AG3-001 was fehlt
Ohne Rückmeldung gilt die Antwort ab Mo 07.12.2026 als bestätigt.\
""")
    assert message.html == snapshot("""\
<p>Ihre Frage <strong>AG3-001</strong> ist beantwortet.</p>
<blockquote>
<p>Wer zahlt nach der Anschubfinanzierung?</p>
</blockquote>
<p><strong>Antwort</strong> (Leitung AG 3):<br>
Bis 2027 das Land.</p>
<p>* danach @\u2060room:<br>
KITU &lt;5 %&gt;</p>
<p>Hilft das? 👍 (Daumen hoch) oder <code>!hilft AG3-001</code><br>
Noch offen? <code>!offen AG3-001 was fehlt</code><br>
Ohne Rückmeldung gilt die Antwort ab Mo 07.12.2026 als bestätigt.</p>\
""")
    assert message.content["msgtype"] == "m.text"
    assert message.mentions == ["@anna:test"]
    assert message.content["m.relates_to"] == {"m.in_reply_to": {"event_id": asking}}
    assert len(answers) == 2


async def test_an_answer_reaches_a_private_chat_and_the_thread_it_was_asked_in(dialog: Dialog) -> None:
    root = dialog.hs.user("anna").say(await dialog.room("plenum"), "Zum Leitfaden:")
    await dialog.say("anna", "plenum", ASK, thread=root)
    await dialog.say("ben", "direkt:ben", ASK)
    in_thread = told(await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land."), "plenum")
    assert in_thread.content["m.relates_to"]["event_id"] == root
    assert told(await dialog.hear("lena", "ag3", "!antwort AG3-002 Das Land."), "direkt:ben").mentions == ["@ben:test"]


async def test_an_answered_question_is_shown_with_answer_and_history(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    dialog.now += timedelta(days=1)
    await dialog.say("lena", "ag3", "!antwort AG3-001 Bis 2027 das Land.\nDanach die Kommunen.")
    assert str(await dialog.say("ben", "plenum", "!frage AG3-001")) == snapshot("""\
AG3-001 an die AG 3 (Finanzen): seit 24.11.2026 beantwortet

> Wer zahlt nach der Anschubfinanzierung?

Antwort (Leitung AG 3, Di 24.11.2026):
Bis 2027 das Land.
Danach die Kommunen.

Als Nächstes sagt, wer gefragt hat, ob das hilft: !hilft AG3-001 oder !offen AG3-001 was fehlt
Ohne Rückmeldung gilt die Antwort ab Di 08.12.2026 als bestätigt.

Verlauf:

- 23.11.2026: gestellt
- 24.11.2026: beantwortet (Leitung)\
""")


async def test_the_coordination_answers_for_every_group(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    answers = await dialog.hear("karin", "koordination", "!antwort AG3-001 Das Land.")
    assert "Antwort (Koordination):" in told(answers, "plenum")
    assert "beantwortet (Koordination)" in await dialog.say("ben", "plenum", "!frage AG3-001")


async def test_only_the_groups_lead_and_the_coordination_may_answer(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    assert str(await dialog.say("anna", "plenum", "!antwort AG3-001 Ich selbst.")) == snapshot(
        "Das darf bei AG3-001 nur die Leitung der AG 3, die Koordination oder wer sie übernommen hat. Wer Leitung oder Koordination ist, zeigen !ag 3 und !kontakt"
    )
    assert str(await dialog.say("lukas", "ag2", "!antwort AG3-001 Die AG 2.")) == snapshot(
        "Das darf bei AG3-001 nur die Leitung der AG 3, die Koordination oder wer sie übernommen hat. Wer Leitung oder Koordination ist, zeigen !ag 3 und !kontakt"
    )
    assert "offen" in await dialog.say("anna", "plenum", "!frage AG3-001")


async def test_an_answer_needs_a_number_and_words_and_has_a_length(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    assert str(await dialog.say("lena", "ag3", "!antwort Das Land.")) == snapshot("""\
Es fehlt die Nummer der Frage, zum Beispiel AG3-017. Die Nummern zeigt !fragen alle
So geht es: !antwort <Nummer> <Ihre Antwort>
Beispiel: !antwort AG3-001 Bis 2027 zahlt das Land.\
""")
    assert str(await dialog.say("lena", "ag3", "!antwort AG3-001 \u200b")) == snapshot("""\
Es fehlt der Text Ihrer Antwort.
So geht es: !antwort <Nummer> <Ihre Antwort>
Beispiel: !antwort AG3-001 Bis 2027 zahlt das Land.\
""")
    assert str(await dialog.say("lena", "ag3", f"!antwort AG3-001 {'x' * 4001}")) == snapshot(
        """\
Ihre Antwort hat 4.001 Zeichen, möglich sind 4.000.
Bitte kürzen Sie sie; Ausführliches passt in ein Dokument, dessen Link Sie hier nennen.\
"""
    )
    assert "ist beantwortet" in await dialog.say("lena", "ag3", f"!antwort AG3-001 {'&' * 4000}")
    assert "&" * 4000 in await dialog.say("lena", "ag3", "!frage AG3-001")


async def test_a_second_answer_is_refused(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    await dialog.say("lena", "ag3", "!antwort AG3-001 Das Land.")
    assert str(await dialog.say("karin", "ag3", "!antwort AG3-001 Der Bund.")) == snapshot("""\
Das geht jetzt nicht: AG3-001 ist seit 23.11.2026 beantwortet.
Möglich ist: !berichtigen AG3-001 Ihre Antwort, !frage AG3-001\
""")
    assert "Das Land." in await dialog.say("anna", "plenum", "!frage AG3-001")


async def test_the_asker_withdraws_an_open_question_and_its_text_is_gone(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    assert str(await dialog.say("anna", "plenum", "!zurückziehen AG3-001")) == snapshot("""\
AG3-001 ist zurückgezogen und der Text bei mir gelöscht.
Ihre Nachricht im Chat bleibt stehen, bis Sie sie dort löschen.\
""")
    assert "Anschub" not in await texts_in_database(dialog)
    assert str(await dialog.say("ben", "plenum", "!frage AG3-001")) == snapshot("""\
AG3-001 an die AG 3 (Finanzen): seit 23.11.2026 zurückgezogen

(Der Text wurde gelöscht.)

Hier ist nichts mehr zu tun.

Verlauf:

- 23.11.2026: gestellt
- 23.11.2026: zurückgezogen\
""")
    assert str(await dialog.say("anna", "plenum", "!zurueckziehen AG3-001")) == snapshot(
        """\
Das geht jetzt nicht: AG3-001 ist seit 23.11.2026 zurückgezogen.
Möglich ist: !frage AG3-001\
"""
    )
    assert "zurückgezogen" in await dialog.say("lena", "ag3", "!antwort AG3-001 Das Land.")


async def test_nobody_else_withdraws_a_question_but_the_coordination_and_then_the_asker_is_told(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    assert str(await dialog.say("ben", "plenum", "!zurückziehen AG3-001")) == snapshot(
        "Das darf bei AG3-001 nur die Koordination oder wer die Frage gestellt hat. Wer vertraulich gefragt hat, macht das im direkten Chat mit mir. Wer Leitung oder Koordination ist, zeigen !ag 3 und !kontakt"
    )
    assert "nur die Koordination oder wer die Frage gestellt hat" in await dialog.say(
        "lena", "ag3", "!zurückziehen AG3-001"
    )
    answers = await dialog.hear("karin", "koordination", "!zurückziehen AG3-001")
    assert str(told(answers, "koordination")) == snapshot("""\
AG3-001 ist zurückgezogen und der Text bei mir gelöscht.
Die Nachricht im Chat bleibt stehen, bis sie dort gelöscht wird.\
""")
    assert str(told(answers, "plenum")) == snapshot("""\
Die Koordination hat Ihre Frage AG3-001 zurückgezogen.

> Wer zahlt nach der Anschubfinanzierung?

Wenn sie für Sie noch offen ist, stellen Sie sie bitte neu: !frage AG3 Ihre Frage\
""")
    assert told(answers, "plenum").mentions == ["@anna:test"]


async def test_an_answered_question_is_not_withdrawn(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    await dialog.say("lena", "ag3", "!antwort AG3-001 Das Land.")
    assert str(await dialog.say("anna", "plenum", "!zurückziehen AG3-001")) == snapshot(
        """\
AG3-001 ist schon beantwortet und bleibt deshalb stehen.
Soll Ihr Text verschwinden, löschen Sie bitte Ihre Nachricht im Chat; dann lösche ich ihn auch.\
"""
    )


async def test_withdrawing_needs_a_number_and_nothing_else(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", ASK)
    assert str(await dialog.say("anna", "plenum", "!zurückziehen")) == snapshot("""\
Es fehlt die Nummer der Frage, zum Beispiel AG3-017. Die Nummern zeigt !fragen alle
So geht es: !zurückziehen <Nummer>
Beispiel: !zurückziehen AG3-001\
""")
    assert "nur die Nummer" in await dialog.say("anna", "plenum", "!zurückziehen AG3-001 bitte")
