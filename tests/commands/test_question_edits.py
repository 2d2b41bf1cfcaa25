"""Editing and deleting messages that asked or answered a question."""

import pytest
from inline_snapshot import snapshot
from sqlalchemy import select

from storage import roles
from storage.tables import Question
from tests.commands.asking import ASK, texts_in_database, told
from tests.dialog import Answer, Dialog


async def asked(dialog: Dialog, room: str = "plenum") -> str:
    await dialog.say("anna", room, ASK)
    return dialog.last_event


async def answered(dialog: Dialog, text: str = "Das Land.") -> str:
    await dialog.hear("lena", "ag3", f"!antwort AG3-001 {text}")
    return dialog.last_event


def only(answers: list[Answer]) -> Answer:
    [answer] = answers
    return answer


async def test_editing_the_asking_message_changes_an_open_question(dialog: Dialog) -> None:
    event = await asked(dialog)
    answer = only(await dialog.edit("anna", event, "!frage AG3 Wer zahlt ab 2028?"))
    assert str(answer) == snapshot("Der Text von AG3-001 ist geändert. Er gilt jetzt so: !frage AG3-001")
    assert answer.content["msgtype"] == "m.notice"
    async with dialog.database.reading() as session:
        assert "Anschub" not in str(await session.scalar(select(Question.text))), (
            "the old wording is in its history only"
        )
    assert str(await dialog.say("ben", "plenum", "!frage AG3-001")) == snapshot("""\
AG3-001 an die AG 3 (Finanzen): offen

> Wer zahlt ab 2028?

Als Nächstes antwortet: Leitung der AG 3 (@lena:test)
Ziel: Mo 07.12.2026

Verlauf:

- 23.11.2026: gestellt
- 23.11.2026: Text geändert: vorher „Wer zahlt nach der Anschubfinanzierung?“\
""")


async def test_an_edit_in_the_groups_room_may_leave_the_group_out(dialog: Dialog) -> None:
    event = await asked(dialog, "ag3")
    assert "geändert" in only(await dialog.edit("anna", event, "!frage Wer zahlt ab 2028?"))


async def test_an_edit_that_changes_no_word_changes_nothing(dialog: Dialog) -> None:
    event = await asked(dialog)
    assert str(only(await dialog.edit("anna", event, ASK))) == snapshot(
        "An AG3-001 hat sich nichts geändert, der Text ist derselbe."
    )
    assert "Text geändert" not in await dialog.say("ben", "plenum", "!frage AG3-001")


@pytest.mark.parametrize(
    "text", ["Wer zahlt?", "!frage", "!frage AG3", "!frage AG3 \u200b", "!frage AG3-001", "!hilfe"]
)
async def test_an_edit_that_is_no_question_any_more_changes_nothing(dialog: Dialog, text: str) -> None:
    event = await asked(dialog)
    assert str(only(await dialog.edit("anna", event, text))) == snapshot("""\
An AG3-001 habe ich nichts geändert.
Eine Änderung muss so beginnen: !frage AG3 Ihre Frage
Ganz zurückziehen können Sie die Frage mit !zurückziehen AG3-001\
""")
    assert "Anschub" in await dialog.say("ben", "plenum", "!frage AG3-001")


async def test_an_edit_does_not_move_a_question_to_another_group(dialog: Dialog) -> None:
    event = await asked(dialog)
    assert str(only(await dialog.edit("anna", event, "!frage AG5 Wer zahlt?"))) == snapshot("""\
An AG3-001 habe ich nichts geändert: Ihre Nachricht nennt jetzt die AG 5, die Nummer gehört zur AG 3.
Bitte ziehen Sie diese zurück (!zurückziehen AG3-001) und stellen Sie dort eine neue.\
""")
    assert "noch keine gestellt" in await dialog.say("ben", "plenum", "!frage AG5-001")


async def test_an_edit_keeps_the_limit_of_length(dialog: Dialog) -> None:
    event = await asked(dialog)
    assert "2.001 Zeichen" in only(await dialog.edit("anna", event, f"!frage AG3 {'x' * 2001}"))


async def test_an_edit_comes_too_late_for_an_answered_or_withdrawn_question(dialog: Dialog) -> None:
    event = await asked(dialog)
    await answered(dialog)
    assert str(only(await dialog.edit("anna", event, "!frage AG3 Wer zahlt?"))) == snapshot(
        """\
AG3-001 ist schon beantwortet, Ihre Änderung ändert daran nichts.
Eine Nachfrage stellen Sie bitte als neue Frage.\
"""
    )
    await dialog.say("anna", "plenum", "!frage AG3 Und die Kosten?")
    event = dialog.last_event
    await dialog.say("anna", "plenum", "!zurückziehen AG3-002")
    assert str(only(await dialog.edit("anna", event, "!frage AG3 Wer zahlt?"))) == snapshot(
        "AG3-002 ist seit 23.11.2026 zurückgezogen, Ihre Änderung ändert daran nichts."
    )


async def test_deleting_the_asking_message_withdraws_an_open_question(dialog: Dialog) -> None:
    event = await asked(dialog)
    answer = only(await dialog.redact("anna", event))
    assert str(answer) == snapshot("AG3-001 ist zurückgezogen und der Text auch bei mir gelöscht.")
    assert answer.content["msgtype"] == "m.notice"
    assert "Anschub" not in await texts_in_database(dialog)
    assert "AG3-001 an die AG 3 (Finanzen): seit 23.11.2026 zurückgezogen" in await dialog.say(
        "ben", "plenum", "!frage AG3-001"
    )


async def test_deleting_the_asking_message_of_an_answered_question_removes_its_text_only(dialog: Dialog) -> None:
    event = await asked(dialog)
    await answered(dialog)
    assert str(only(await dialog.redact("anna", event))) == snapshot(
        "Der Text von AG3-001 ist auch bei mir gelöscht, auch in meinen Nachrichten. Die Antwort zeigt !frage AG3-001"
    )
    assert "Anschub" not in await texts_in_database(dialog)
    assert str(await dialog.say("ben", "plenum", "!frage AG3-001")) == snapshot("""\
AG3-001 an die AG 3 (Finanzen): seit 23.11.2026 beantwortet

(Der Text wurde gelöscht.)

Antwort (Leitung AG 3, Mo 23.11.2026):
Das Land.

Als Nächstes sagt, wer gefragt hat, ob das hilft: !hilft AG3-001 oder !offen AG3-001 was fehlt
Ohne Rückmeldung gilt die Antwort ab Mo 07.12.2026 als bestätigt.

Verlauf:

- 23.11.2026: gestellt
- 23.11.2026: beantwortet (Leitung)
- 23.11.2026: Text gelöscht\
""")


async def test_deleting_the_message_of_a_withdrawn_question_says_nothing_more(dialog: Dialog) -> None:
    event = await asked(dialog)
    await dialog.say("anna", "plenum", "!zurückziehen AG3-001")
    assert await dialog.redact("anna", event) == []


async def test_editing_an_answer_corrects_it_and_tells_the_asker(dialog: Dialog) -> None:
    asking = await asked(dialog)
    event = await answered(dialog)
    answers = await dialog.edit("lena", event, "!antwort AG3-001 Das Land,\naber nur bis 2027.")
    assert str(told(answers, "ag3")) == snapshot(
        "Die Antwort auf AG3-001 ist berichtigt. Wer sie bekommen hat, erfährt jetzt, was sich geändert hat."
    )
    message = told(answers, "plenum")
    assert str(message) == snapshot("""\
Die Antwort auf AG3-001 wurde berichtigt.

Jetzt gilt (Leitung AG 3):
Das Land,
aber nur bis 2027.

Bisher stand da:

> Das Land.

Hilft das? 👍 (Daumen hoch) oder !hilft AG3-001
Noch offen? !offen AG3-001 was fehlt
Ohne Rückmeldung gilt die Antwort ab Mo 07.12.2026 als bestätigt.\
""")
    assert message.mentions == ["@anna:test"]
    assert message.content["msgtype"] == "m.text"
    assert message.content["m.relates_to"] == {"m.in_reply_to": {"event_id": asking}}
    shown = await dialog.say("ben", "plenum", "!frage AG3-001")
    assert "aber nur bis 2027." in shown
    assert "- 23.11.2026: Antwort berichtigt (Leitung)" in shown


async def test_every_correction_is_told(dialog: Dialog) -> None:
    await asked(dialog)
    event = await answered(dialog)
    for text in ("Das Land bis 2027.", "Das Land bis 2028.", "Das Land bis 2027."):
        assert text in told(await dialog.edit("lena", event, f"!antwort AG3-001 {text}"), "plenum")


async def test_an_answer_edited_into_something_else_stays_as_it_was(dialog: Dialog) -> None:
    await asked(dialog)
    await dialog.hear("ben", "plenum", "!frage AG3 Und wer prüft das?")
    event = await answered(dialog)
    for text in ("Der Bund.", "!antwort AG3-001", "!antwort AG3-002 Der Bund.", "!antwort", "!frage AG3 Der Bund?"):
        assert str(only(await dialog.edit("lena", event, text))) == snapshot(
            """\
An der Antwort auf AG3-001 habe ich nichts geändert.
Eine Berichtigung muss weiter so beginnen: !antwort AG3-001 Ihre Antwort\
"""
        )
    assert "nichts geändert" in only(await dialog.edit("lena", event, "!antwort AG3-001 Das Land."))
    assert "4.001 Zeichen" in only(await dialog.edit("lena", event, f"!antwort AG3-001 {'x' * 4001}"))
    assert "Das Land." in await dialog.say("ben", "plenum", "!frage AG3-001")


async def test_who_no_longer_leads_the_group_does_not_correct_its_answers(dialog: Dialog) -> None:
    await asked(dialog)
    event = await answered(dialog)
    async with dialog.database.transaction() as session:
        await roles.replace(session, coordinators=[], leads={})
    dialog.app.surroundings.changed()
    assert str(only(await dialog.edit("lena", event, "!antwort AG3-001 Der Bund."))) == snapshot(
        "Das darf bei AG3-001 nur die Leitung der AG 3, die Koordination oder wer sie übernommen hat. Wer Leitung oder Koordination ist, zeigen !ag 3 und !kontakt"
    )
    assert "Das Land." in await dialog.say("ben", "plenum", "!frage AG3-001")


async def test_deleting_an_answer_opens_the_question_again_and_tells_the_asker(dialog: Dialog) -> None:
    await asked(dialog)
    event = await answered(dialog, "Das Land bis Silvester.")
    answers = await dialog.redact("lena", event)
    assert str(told(answers, "ag3")) == snapshot(
        """\
Die Antwort auf AG3-001 ist gelöscht, die Frage ist wieder offen.
Neu beantworten: !antwort AG3-001 Ihre Antwort\
"""
    )
    assert str(told(answers, "plenum")) == snapshot("""\
Die Antwort auf die Frage AG3-001 wurde gelöscht und gilt nicht mehr. Die Frage ist wieder offen.

> Wer zahlt nach der Anschubfinanzierung?

Sobald es eine neue Antwort gibt, melde ich mich hier. Stand der Dinge: !frage AG3-001\
""")
    assert told(answers, "plenum").mentions == ["@anna:test"]
    assert "Silvester" not in await texts_in_database(dialog)
    shown = await dialog.say("ben", "plenum", "!frage AG3-001")
    assert "- 23.11.2026: Antwort gelöscht (Leitung)" in shown

    assert "Der Bund." in told(await dialog.hear("karin", "ag3", "!antwort AG3-001 Der Bund."), "plenum")
    shown = await dialog.say("ben", "plenum", "!frage AG3-001")
    assert "Antwort (Koordination, Mo 23.11.2026):\nDer Bund." in shown


async def test_a_question_without_text_and_answer_is_withdrawn(dialog: Dialog) -> None:
    """Nobody could answer an open question whose text is gone."""
    asking, answering = await asked(dialog), await answered(dialog)
    await dialog.redact("anna", asking)
    answers = await dialog.redact("lena", answering)
    assert str(told(answers, "ag3")) == snapshot("Die Antwort auf AG3-001 ist gelöscht, die Frage damit zurückgezogen.")
    assert str(told(answers, "plenum")) == snapshot("""\
Die Antwort auf die Frage AG3-001 wurde gelöscht und gilt nicht mehr.
Der Text der Frage war schon gelöscht, die Frage ist damit zurückgezogen. Neu stellen: !frage AG3 Ihre Frage\
""")
    shown = await dialog.say("ben", "plenum", "!frage AG3-001")
    assert "AG3-001 an die AG 3 (Finanzen): seit 23.11.2026 zurückgezogen" in shown
    assert "- 23.11.2026: Antwort gelöscht (Leitung)" in shown


async def test_deleting_a_message_that_only_looked_at_questions_changes_nothing(dialog: Dialog) -> None:
    await asked(dialog)
    await dialog.say("anna", "plenum", "!frage AG3-001")
    assert await dialog.redact("anna", dialog.last_event) == []
    assert "AG3-001 an die AG 3 (Finanzen): offen" in await dialog.say("ben", "plenum", "!frage AG3-001")


async def test_nobody_edits_what_others_wrote(dialog: Dialog) -> None:
    """An edit by another person is no edit (client-server API, Validity of replacement events)."""
    asking, answering = await asked(dialog), await answered(dialog)
    await dialog.edit("ben", asking, "!frage AG3 Zahlt Ben?")
    await dialog.edit("lukas", answering, "!antwort AG3-001 Lukas zahlt.")
    shown = await dialog.say("ben", "plenum", "!frage AG3-001")
    assert "Anschubfinanzierung" in shown
    assert "Das Land." in shown
    assert "Lukas" not in shown
