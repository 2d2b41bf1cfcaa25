"""Who hears of what becomes of a question: also those who voted in the very room where it was asked."""

from tests.commands.asking import ASK, texts_in_database, told
from tests.dialog import Dialog


async def test_who_voted_where_it_was_asked_hears_of_a_new_wording(dialog: Dialog) -> None:
    await dialog.hear("anna", "ag3", ASK)
    event = dialog.last_event
    await dialog.hear("ben", "ag3", "!stimme AG3-001")
    answers = await dialog.edit("anna", event, "!frage AG3 Wer zahlt ab 2028?")
    [for_ben] = [each for each in answers if each.mentions]
    assert for_ben.mentions == ["@ben:test"]
    assert "lautet jetzt anders" in for_ben


async def test_who_voted_where_it_was_asked_hears_that_it_was_withdrawn_or_deleted(dialog: Dialog) -> None:
    for number, how in (("001", "withdrawn"), ("002", "deleted")):
        await dialog.hear("anna", "ag3", f"{ASK} Teil {number}")
        event = dialog.last_event
        await dialog.hear("ben", "ag3", f"!stimme AG3-{number}")
        if how == "withdrawn":
            answers = await dialog.hear("anna", "ag3", f"!zurückziehen AG3-{number}")
        else:
            answers = await dialog.redact("anna", event)
        [for_ben] = [each for each in answers if each.mentions]
        assert for_ben.mentions == ["@ben:test"]
        assert "wurde zurückgezogen" in for_ben


async def test_deleting_the_message_of_a_correction_removes_the_answer(dialog: Dialog) -> None:
    """C17: its words came from that message."""
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land.")
    await dialog.hear("lena", "ag3", "!berichtigen AG3-001 Der Bund zahlt Rhabarber.")
    event = dialog.last_event
    edited = await dialog.edit("lena", event, "!berichtigen AG3-001 Der Bund zahlt Kirschen.")
    assert "Kirschen" in told(edited, "plenum")
    answers = await dialog.redact("lena", event)
    assert "wieder offen" in told(answers, "plenum")
    assert "Kirschen" not in await texts_in_database(dialog)
    assert "Kirschen" not in await dialog.say("ben", "plenum", "!frage AG3-001")


async def test_a_marked_question_is_handed_back_and_stays_on_the_agenda(dialog: Dialog) -> None:
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("lena", "ag3", "!übernehmen AG3-001")
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    assert "abgegeben" in (await dialog.hear("lena", "ag3", "!abgeben AG3-001"))[0]
    assert "zurückgestellt bis zum Plenum" in await dialog.say("ben", "plenum", "!frage AG3-001")


async def test_after_the_third_time_the_coordination_alone_answers_and_nothing_is_offered_that_is_refused(
    dialog: Dialog,
) -> None:
    await dialog.hear("anna", "plenum", ASK)
    for number in range(3):
        await dialog.hear("lena", "ag3", f"!antwort AG3-001 Antwort {number}.")
        answers = await dialog.hear("anna", "plenum", "!offen AG3-001 Das hilft noch nicht.")
    assert told(answers, "koordination").mentions == ["@karin:test", "@kurt:test"]
    assert told(answers, "ag3").mentions == ["@lena:test"]
    refused = await dialog.say("lena", "ag3", "!antwort AG3-001 Noch einmal.")
    assert "nur die Koordination oder wer sie übernommen hat" in refused
    answers = await dialog.hear("karin", "koordination", "!antwort AG3-001 Rufen wir uns an?")
    assert "!offen" not in told(answers, "plenum")
    assert "!offen" not in await dialog.say("anna", "plenum", "!frage AG3-001")
    assert "Bitte sprechen Sie mit ihr: !kontakt" in await dialog.say("anna", "plenum", "!offen AG3-001 Immer noch.")


async def test_a_written_answer_to_an_oral_one_asks_whether_it_helps_whatever_the_command(dialog: Dialog) -> None:
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("lena", "ag3", "!mündlich AG3-001 ja")
    answers = await dialog.hear("lena", "ag3", "!teilantwort AG3-001 Bis 2027 zahlt das Land.")
    assert "!hilft AG3-001" in told(answers, "plenum")
    assert "Ohne Rückmeldung" in told(answers, "plenum")
    assert "teilweise beantwortet" in await dialog.say("ben", "plenum", "!frage AG3-001")


async def test_a_number_that_was_passed_on_is_named_where_the_group_has_no_other(dialog: Dialog) -> None:
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("lena", "ag3", "!weiterleiten AG3-001 AG5 Technik.")
    assert "Am nächsten kommen AG5-001" in await dialog.say("ben", "plenum", "!frage AG3-002")
    assert "gibt es nicht" in await dialog.say("ben", "plenum", "!frage AG5-99999999999")


async def test_who_asked_in_confidence_is_shown_the_way_where_others_read_along(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    answer = await dialog.say("anna", "plenum", "!zurückziehen AG3-001")
    assert "im direkten Chat" in answer
