"""Nobody is forgotten: not taken, running out of time, waiting for the asker; told once, at 08:00 on working days."""

from datetime import datetime

import pytest
from inline_snapshot import snapshot

from commands.dates.wall_clock import instant
from commands.texts.question_reminders import ANNOUNCED
from storage import history
from storage.tables import QuestionState
from tests.commands.asking import ASK, texts_in_database, told
from tests.dialog import Answer, Dialog

ANSWER = "!antwort AG3-001 Bis 2027 zahlt das Land."


async def ring(dialog: Dialog, day: str, hour: int = 8, minute: int = 0) -> list[Answer]:
    """The clock rings on this day ("25.11.", of the winter that begins in 2026) at this time in Berlin."""
    number, month = (int(part) for part in day.rstrip(".").split("."))
    dialog.now = instant(datetime(2026 if month > 6 else 2027, month, number, hour, minute))
    return _reminders(await dialog.ring())


async def down_until(dialog: Dialog, day: str, hour: int = 12) -> list[Answer]:
    """The bot is not running until then; what it says when it is back."""
    await dialog.stop()
    number, month = (int(part) for part in day.rstrip(".").split("."))
    dialog.now = instant(datetime(2026, month, number, hour))
    await dialog.start()
    return _reminders(await dialog.settle())


def _reminders(answers: list[Answer]) -> list[Answer]:
    """All but the weekly digest."""
    return [each for each in answers if not each.startswith("Überblick:")]


@pytest.fixture
async def asked(dialog: Dialog) -> Dialog:
    """Anna has asked AG 3 in the plenary's room on Monday, 23 November; the target is 7 December."""
    await dialog.hear("anna", "plenum", ASK)
    return dialog


# --- nobody has taken it ---


async def test_after_two_working_days_without_an_owner_the_lead_is_told_once(asked: Dialog) -> None:
    assert await ring(asked, "24.11.", 23, 59) == []
    assert await ring(asked, "25.11.", 7, 59) == []
    notice = told(await ring(asked, "25.11."), "ag3")
    assert str(notice) == snapshot("""\
AG3-001 hat noch niemand übernommen. Ziel für die Antwort: Mo 07.12.2026

> Wer zahlt nach der Anschubfinanzierung?

Zuständig: @lena:test
Übernehmen: !übernehmen AG3-001
Zuweisen: !zuweisen AG3-001 Person
Weiterleiten: !weiterleiten AG3-001 AG5 Grund\
""")
    assert notice.mentions == ["@lena:test"]
    assert notice.content["msgtype"] == "m.text"
    assert await ring(asked, "25.11.", 8, 1) == []
    await asked.restart()
    assert await ring(asked, "26.11.", 12) == []


async def test_after_two_more_the_coordination_is_told_once(asked: Dialog) -> None:
    await ring(asked, "25.11.")
    assert await ring(asked, "27.11.", 7, 59) == []
    notice = told(await ring(asked, "27.11."), "koordination")
    assert str(notice) == snapshot("""\
AG3-001 hat noch niemand übernommen, auch nach der Erinnerung an die Leitung. Ziel für die Antwort: Mo 07.12.2026

> Wer zahlt nach der Anschubfinanzierung?

Zuständig: @karin:test, @kurt:test
Übernehmen: !übernehmen AG3-001
Zuweisen: !zuweisen AG3-001 Person
Weiterleiten: !weiterleiten AG3-001 AG5 Grund\
""")
    assert notice.mentions == ["@karin:test", "@kurt:test"]
    assert await ring(asked, "27.11.", 9) == []
    assert await ring(asked, "30.11.") == []


async def test_where_there_is_no_lead_the_coordination_is_told_at_once_and_only_once(dialog: Dialog) -> None:
    await dialog.hear("anna", "ag1", "!frage Wer entscheidet über den Plan?")
    notice = told(await ring(dialog, "25.11."), "koordination")
    assert notice.startswith("AG1-001 hat noch niemand übernommen. Ziel")
    assert await ring(dialog, "27.11.") == []


async def test_who_has_taken_a_question_silences_the_reminder(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!übernehmen AG3-001")
    assert await ring(asked, "25.11.") == []
    assert await ring(asked, "27.11.") == []


async def test_after_a_question_was_handed_back_the_two_days_begin_anew(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!übernehmen AG3-001")
    assert await ring(asked, "25.11.", 9) == []
    await asked.hear("lena", "ag3", "!abgeben AG3-001")
    assert await ring(asked, "26.11.") == []
    assert "AG3-001 hat noch niemand übernommen" in told(await ring(asked, "27.11."), "ag3")
    assert told(await ring(asked, "01.12."), "koordination").mentions == ["@karin:test", "@kurt:test"]


async def test_what_was_handed_back_after_a_reminder_is_reminded_of_again(asked: Dialog) -> None:
    await ring(asked, "25.11.")
    await ring(asked, "27.11.")
    await asked.hear("lena", "ag3", "!übernehmen AG3-001")
    await asked.hear("lena", "ag3", "!abgeben AG3-001")
    assert await ring(asked, "30.11.") == []
    assert "AG3-001 hat noch niemand übernommen." in "\n".join(await ring(asked, "01.12."))


async def test_a_question_whose_answer_was_deleted_is_still_its_owners(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!übernehmen AG3-001")
    await asked.hear("lena", "ag3", ANSWER)
    await asked.redact("lena", asked.last_event)
    assert "Als Nächstes antwortet: @lena:test" in await asked.say("ben", "plenum", "!frage AG3-001")
    assert await ring(asked, "25.11.") == []


async def test_weekends_and_holidays_do_not_count_and_nobody_is_reminded_on_them(dialog: Dialog) -> None:
    dialog.now = instant(datetime(2026, 12, 23, 9, 0))
    await dialog.hear("anna", "plenum", ASK)
    for day in ("24.12.", "25.12.", "26.12.", "27.12."):
        assert await ring(dialog, day, 12) == []
    assert "noch niemand" in told(await ring(dialog, "28.12."), "ag3")


async def test_after_a_downtime_the_lead_and_the_coordination_are_told_at_once(asked: Dialog) -> None:
    assert await down_until(asked, "28.11.") == []
    answers = await ring(asked, "30.11.", 8, 30)
    assert told(answers, "ag3").startswith("AG3-001 hat noch niemand übernommen. (nachgeholt)")
    assert told(answers, "koordination").startswith("AG3-001 hat noch niemand übernommen. (nachgeholt)")
    assert await ring(asked, "30.11.", 8, 31) == []


async def test_several_questions_of_one_group_are_one_message_without_their_texts(asked: Dialog) -> None:
    await asked.hear("ben", "plenum", "!frage AG3 Wer trägt die Kosten des Betriebs?")
    notice = told(await ring(asked, "25.11."), "ag3")
    assert str(notice) == snapshot("""\
Um 2 Fragen kümmert sich noch niemand.

- AG3-001: nicht übernommen, Ziel Mo 07.12.2026
- AG3-002: nicht übernommen, Ziel Mo 07.12.2026

Zuständig: @lena:test
Übernehmen: !übernehmen AG3-001
Zuweisen: !zuweisen AG3-001 Person
Weiterleiten: !weiterleiten AG3-001 AG5 Grund\
""")


async def test_what_waits_for_its_release_is_not_forgotten_either(dialog: Dialog) -> None:
    await dialog.say("lena", "ag3", "!prüfung an")
    await dialog.hear("anna", "plenum", ASK)
    notice = told(await ring(dialog, "25.11."), "ag3")
    assert str(notice) == snapshot("""\
AG3-001 wartet noch auf die Freigabe. Ziel für die Antwort: Mo 07.12.2026

Zuständig: @lena:test
Lesen (im direkten Chat mit mir): !frage AG3-001
Freigeben: !freigeben AG3-001
Ablehnen: !ablehnen AG3-001 Grund\
""")
    assert "wartet noch auf die Freigabe" in told(await ring(dialog, "27.11."), "koordination")
    await dialog.hear("lena", "direkt:lena", "!freigeben AG3-001")
    assert await ring(dialog, "30.11.") == []
    assert "noch niemand übernommen" in told(await ring(dialog, "01.12."), "ag3")


async def test_a_room_that_the_bot_has_left_is_told_through_the_coordination(asked: Dialog) -> None:
    asked.hs.user("karin").kick(await asked.room("ag3"), "@ag4-bot:test")
    await asked.settle()
    assert told(await ring(asked, "25.11."), "koordination").mentions == ["@lena:test"]


async def test_what_can_be_told_nowhere_is_told_later(asked: Dialog) -> None:
    for room in ("ag3", "koordination"):
        asked.hs.user("karin").kick(await asked.room(room), "@ag4-bot:test")
    await asked.settle()
    assert await ring(asked, "25.11.") == []
    asked.hs.user("karin").invite(await asked.room("ag3"), "@ag4-bot:test")
    await asked.settle()
    assert "noch niemand" in told(await ring(asked, "26.11."), "ag3")


# --- the traffic light ---


@pytest.fixture
async def taken(asked: Dialog) -> Dialog:
    """Lena has taken Anna's question."""
    await asked.hear("lena", "ag3", "!übernehmen AG3-001")
    return asked


async def test_the_owner_is_told_at_50_80_and_100_percent_of_the_working_days_once_each(taken: Dialog) -> None:
    said = {}
    for day in range(24, 31):
        said[f"{day}.11."] = await ring(taken, f"{day}.11.") + await ring(taken, f"{day}.11.", 17)
    for day in range(1, 16):
        said[f"{day}.12."] = await ring(taken, f"{day}.12.") + await ring(taken, f"{day}.12.", 17)
    assert {day: [each.room for each in answers] for day, answers in said.items() if answers} == {
        "1.12.": ["ag3"],
        "4.12.": ["ag3"],
        "8.12.": ["ag3"],
    }
    half, most, overdue = (said[day][0] for day in ("1.12.", "4.12.", "8.12."))
    assert str(half) == snapshot("""\
AG3-001: grün, die halbe Zeit ist um, Ziel ist Mo 07.12.2026.

> Wer zahlt nach der Anschubfinanzierung?

Zuständig: @lena:test
Antworten: !antwort AG3-001 Ihre Antwort
Mehr Zeit: !verlängern AG3-001 Datum Grund\
""")
    assert most.startswith("AG3-001: gelb, 80 % der Zeit sind um, Ziel ist Mo 07.12.2026.")
    assert str(overdue) == snapshot("""\
AG3-001: rot, überfällig, Ziel war Mo 07.12.2026.

> Wer zahlt nach der Anschubfinanzierung?

Zuständig: @lena:test
Antworten: !antwort AG3-001 Ihre Antwort
Mehr Zeit: !verlängern AG3-001 Datum Grund\
""")
    assert [each.mentions for each in (half, most, overdue)] == [["@lena:test"]] * 3


async def test_without_an_owner_the_leads_are_told_and_without_leads_the_coordination(dialog: Dialog) -> None:
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("anna", "plenum", "!frage AG1 Wer entscheidet über den Plan?")
    await ring(dialog, "25.11.")
    await ring(dialog, "27.11.")
    answers = await ring(dialog, "01.12.")
    assert told(answers, "ag3").mentions == ["@lena:test"]
    assert told(answers, "koordination").mentions == ["@karin:test", "@kurt:test"]


async def test_an_assigned_person_is_told_in_the_groups_room(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!zuweisen AG3-001 @ben:test")
    assert told(await ring(asked, "01.12."), "ag3").mentions == ["@ben:test"]


async def test_of_a_question_that_is_with_the_coordination_only_the_coordination_is_told(asked: Dialog) -> None:
    for _ in range(3):
        await asked.hear("lena", "ag3", ANSWER)
        await asked.hear("anna", "plenum", "!offen AG3-001 Das reicht noch nicht.")
    assert told(await ring(asked, "25.11."), "koordination").mentions == ["@karin:test", "@kurt:test"]
    await asked.hear("karin", "koordination", "!übernehmen AG3-001")
    assert await ring(asked, "27.11.") == []
    assert told(await ring(asked, "01.12."), "koordination").mentions == ["@karin:test"]


async def test_before_eight_and_on_a_day_off_nobody_is_reminded(taken: Dialog) -> None:
    assert await ring(taken, "01.12.", 7, 59) == []
    assert await ring(taken, "05.12.", 12) == []  # a Saturday
    assert "gelb" in told(await ring(taken, "07.12."), "ag3")


async def test_after_a_downtime_only_the_latest_light_is_told_and_it_says_so(taken: Dialog) -> None:
    [notice] = await down_until(taken, "14.12.")
    assert notice.startswith("AG3-001: rot, überfällig, Ziel war Mo 07.12.2026. (nachgeholt)")
    assert await ring(taken, "15.12.") == []


async def test_several_questions_of_the_same_people_are_one_message_the_worst_first(taken: Dialog) -> None:
    taken.now = instant(datetime(2026, 11, 25, 9, 0))
    await taken.hear("ben", "plenum", "!frage AG3 Wer trägt die Kosten des Betriebs?")
    await taken.hear("lena", "ag3", "!übernehmen AG3-002")
    [notice] = await down_until(taken, "08.12.", 8)
    assert str(notice) == snapshot("""\
2 Fragen warten auf eine Antwort.

- AG3-001: rot, überfällig, Ziel war Mo 07.12.2026
- AG3-002: gelb, 80 % der Zeit sind um, Ziel ist Mi 09.12.2026

Zuständig: @lena:test
Antworten: !antwort AG3-001 Ihre Antwort
Mehr Zeit: !verlängern AG3-001 Datum Grund\
""")
    assert notice.mentions == ["@lena:test"]


async def test_more_time_silences_all_reminders_until_the_new_day(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!verlängern AG3-001 18.12. Wir warten auf das Ministerium.")
    for day in ("25.11.", "27.11.", "01.12.", "04.12.", "08.12.", "11.12.", "16.12.", "18.12."):
        assert await ring(asked, day) == [], day
    assert "rot, überfällig, Ziel war Fr 18.12.2026" in told(await ring(asked, "21.12."), "ag3")


async def test_more_time_after_the_target_is_over_brings_a_new_reminder(taken: Dialog) -> None:
    for day in ("01.12.", "04.12.", "08.12."):
        await ring(taken, day)
    await taken.hear("lena", "ag3", "!verlängern AG3-001 18.12. Wir warten auf das Ministerium.")
    assert await ring(taken, "18.12.") == []
    assert "Ziel war Fr 18.12.2026" in told(await ring(taken, "21.12."), "ag3")


async def test_a_target_on_a_saturday_is_over_on_monday(taken: Dialog) -> None:
    await taken.hear("lena", "ag3", "!verlängern AG3-001 12.12. Wir warten auf das Ministerium.")
    assert await ring(taken, "11.12.") == []
    assert "überfällig" in told(await ring(taken, "14.12."), "ag3")


async def test_after_forwarding_the_time_begins_anew(taken: Dialog) -> None:
    await ring(taken, "01.12.")
    await taken.hear("lena", "ag3", "!weiterleiten AG3-001 AG2 Das ist eine Frage des Rechts.")
    assert await ring(taken, "02.12.") == []
    assert "AG2-001 hat noch niemand übernommen" in told(await ring(taken, "03.12."), "ag2")
    await taken.hear("lukas", "ag2", "!übernehmen AG2-001")
    assert await ring(taken, "08.12.") == []
    assert "AG2-001: grün, die halbe Zeit ist um" in told(await ring(taken, "09.12."), "ag2")


async def test_a_question_that_waits_for_its_asker_or_is_done_brings_no_reminder(taken: Dialog) -> None:
    await taken.hear("lena", "ag3", ANSWER)
    assert [
        each for day in ("01.12.", "04.12.", "08.12.") for each in await ring(taken, day) if each.room == "ag3"
    ] == []


# --- silence counts as a yes ---


async def test_the_asker_is_told_two_working_days_before_their_silence_counts_as_a_yes(taken: Dialog) -> None:
    await taken.hear("lena", "ag3", ANSWER)
    assert await ring(taken, "02.12.") == []
    assert await ring(taken, "03.12.", 7, 59) == []
    notice = told(await ring(taken, "03.12."), "plenum")
    assert str(notice) == snapshot("""\
Die Antwort auf Ihre Frage AG3-001 gilt ab Mo 07.12.2026 als bestätigt, wenn Sie nichts sagen.

> Wer zahlt nach der Anschubfinanzierung?

Hilft sie? !hilft AG3-001
Noch offen? !offen AG3-001 was fehlt
Die Antwort zeigt !frage AG3-001\
""")
    assert notice.mentions == ["@anna:test"]
    assert await ring(taken, "04.12.") == []
    assert "beantwortet" in await taken.say("ben", "plenum", "!frage AG3-001")
    assert await ring(taken, "07.12.", 7, 59) == []
    assert "und bestätigt" not in await taken.say("ben", "plenum", "!frage AG3-001")
    assert await ring(taken, "07.12.") == []
    shown = await taken.say("ben", "plenum", "!frage AG3-001")
    assert "seit 23.11.2026 beantwortet und bestätigt" in shown
    assert "03.12.2026: Bestätigung angekündigt" in shown
    assert "07.12.2026: ohne Rückmeldung bestätigt" in shown


async def test_that_it_was_announced_stands_in_the_history_between_two_equal_states(taken: Dialog) -> None:
    """C12: each line of the history begins where the one before it ended, also where nothing but words came."""
    await taken.hear("lena", "ag3", ANSWER)
    await ring(taken, "03.12.")
    async with taken.database.reading() as session:
        steps = await history.of(session, "question:1")
    assert steps[-1].what == ANNOUNCED
    assert [each.before for each in steps[1:]] == [each.after for each in steps[:-1]]
    assert steps[-1].after == steps[-1].before == QuestionState.ANSWERED


@pytest.mark.parametrize("word, then", [("!hilft AG3-001", "bestätigt"), ("!offen AG3-001 Und danach?", "zugewiesen")])
async def test_who_says_something_is_not_told_that_silence_counts(taken: Dialog, word: str, then: str) -> None:
    await taken.hear("lena", "ag3", ANSWER)
    await taken.hear("anna", "plenum", word)
    for day in ("03.12.", "07.12."):
        assert [each for each in await ring(taken, day) if each.room == "plenum"] == []
    shown = await taken.say("ben", "plenum", "!frage AG3-001")
    assert then in shown
    assert "ohne Rückmeldung" not in shown


async def test_a_correction_begins_the_time_for_a_word_anew(taken: Dialog) -> None:
    await taken.hear("lena", "ag3", ANSWER)
    await ring(taken, "03.12.")
    await taken.hear("lena", "ag3", "!berichtigen AG3-001 Bis 2028 zahlt das Land.")
    assert await ring(taken, "07.12.") == []
    assert "und bestätigt" not in await taken.say("ben", "plenum", "!frage AG3-001")
    assert "gilt ab Do 17.12.2026 als bestätigt" in told(await ring(taken, "15.12."), "plenum")
    await ring(taken, "17.12.")
    assert "und bestätigt" in await taken.say("ben", "plenum", "!frage AG3-001")


async def test_after_a_downtime_the_announcement_comes_first_and_its_day_holds(taken: Dialog) -> None:
    await taken.hear("lena", "ag3", ANSWER)
    [notice] = await down_until(taken, "14.12.")
    assert notice.startswith("Die Antwort auf Ihre Frage AG3-001 gilt ab Mi 16.12.2026 als bestätigt")
    assert "(nachgeholt)" in notice
    await ring(taken, "15.12.")
    assert "und bestätigt" not in await taken.say("ben", "plenum", "!frage AG3-001")
    await taken.restart()
    assert await ring(taken, "16.12.") == []
    assert "und bestätigt" in await taken.say("ben", "plenum", "!frage AG3-001")


async def test_who_asked_in_confidence_is_told_in_private_and_forgotten_after_the_confirmation(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", ASK)
    await dialog.hear("lena", "ag3", ANSWER)
    notice = told(await ring(dialog, "03.12."), "direkt:anna")
    assert "Danach vergesse ich, dass die Frage von Ihnen kam." in notice
    await ring(dialog, "07.12.")
    await ring(dialog, "07.12.", 8, 1)
    async with dialog.database.reading() as session:
        found = await (await session.connection()).exec_driver_sql("SELECT asked_by, state FROM questions")
        assert found.one() == ("", "confirmed")


# --- never agreed to be shown ---


async def test_what_its_asker_never_agrees_to_show_lapses_after_ten_working_days_with_its_text(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", "!frage AG3 Wer zahlt das Bürgerbüro der Stadt Tangerhütte?")
    assert await ring(dialog, "04.12.") == []
    assert await ring(dialog, "07.12.", 7, 59) == []
    notice = told(await ring(dialog, "07.12."), "direkt:anna")
    assert str(notice) == snapshot("""\
AG3-001 ist verfallen: Sie haben die Frage nicht freigegeben. Niemand hat sie gesehen, ihr Text ist gelöscht.
Neu fragen: !frage AG3 Ihre Frage\
""")
    assert "Tangerhütte" not in await texts_in_database(dialog)
    assert await ring(dialog, "08.12.") == []
    assert "zurückgezogen" in await dialog.say("ben", "plenum", "!frage AG3-001")
