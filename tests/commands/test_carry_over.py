"""What a plenary left open waits for the next one; what was only said there is asked for in writing."""

from datetime import UTC, datetime, timedelta

import pytest
from inline_snapshot import snapshot
from sqlalchemy import select

from commands.questions import carrying
from commands.settings import Settings
from storage.tables import HistoryEntry, Question
from tests.commands.asking import ASK, told
from tests.dialog import Answer, Dialog

THURSDAY = "14.01.2027"
BEFORE = datetime(2027, 1, 14, 8, 0, tzinfo=UTC)  # 09:00 in Berlin
AFTER = datetime(2027, 1, 14, 11, 0, tzinfo=UTC)  # the plenary ends at 12:00 in Berlin


async def plan(dialog: Dialog, day: str = THURSDAY, hours: str = "10:00-12:00") -> None:
    await dialog.hear("karin", "koordination", f"!plenum neu {day} {hours} Finanzen")
    await dialog.hear("karin", "koordination", "!ja")


async def cancel(dialog: Dialog, number: int) -> None:
    await dialog.hear("karin", "koordination", f"!plenum absagen {number} Zu wenige Zusagen")
    await dialog.hear("karin", "koordination", "!ja")


async def ask(dialog: Dialog, count: int, *, group: int = 3) -> None:
    for number in range(1, count + 1):
        await dialog.hear("anna", "plenum", f"!frage AG{group} Wie wird Schritt {number} bezahlt?")


async def ring(dialog: Dialog, now: datetime) -> list[Answer]:
    """What is said about plenaries when the clock rings; other reminders are other tests."""
    dialog.now = now
    return [each for each in await dialog.ring() if "Das Plenum" in each or "Im Plenum" in each]


async def question(dialog: Dialog, number: int = 1, group: int = 3) -> Question:
    async with dialog.database.reading() as session:
        found = await session.scalar(select(Question).where(Question.group_number == group, Question.number == number))
        assert found is not None
        return found


async def steps(dialog: Dialog, number: int = 1) -> list[str]:
    async with dialog.database.reading() as session:
        found = await session.scalars(
            select(HistoryEntry.what).where(HistoryEntry.subject == f"question:{number}").order_by(HistoryEntry.id)
        )
        return list(found)


async def test_after_a_plenary_what_was_marked_waits_for_the_next_one_and_says_how_often(dialog: Dialog) -> None:
    await plan(dialog)
    await plan(dialog, "11.03.2027")
    await ask(dialog, 3)
    await dialog.hear("lena", "ag3", "!vormerken AG3-002")
    assert await ring(dialog, AFTER - timedelta(minutes=1)) == []
    heard = await ring(dialog, AFTER)
    assert str(told(heard, "ag3")) == snapshot("""\
Das Plenum 4 ist vorbei.
Weiter offen und jetzt vorgemerkt für das Plenum 5 am Do 11.03.2027:

- AG3-002 Wie wird Schritt 2 bezahlt? (zum 1. Mal vertagt)

Außerdem warten 2 Fragen auf eine Antwort: !fragen AG3\
""")
    assert str(told(heard, "plenum")) == snapshot("""\
Das Plenum 4 ist vorbei.
Weiter offen und jetzt vorgemerkt für das Plenum 5 am Do 11.03.2027:

- AG3-002 Wie wird Schritt 2 bezahlt? (zum 1. Mal vertagt)\
""")
    assert len(heard) == 2
    assert {each.content["msgtype"] for each in heard} == {"m.notice"}
    shown = await dialog.say("ben", "plenum", "!frage AG3-002")
    assert "zum 1. Mal vertagt" in shown
    assert "zurückgestellt bis zum Plenum 5" in shown
    assert "zum 1. Mal vertagt" in await dialog.say("lena", "ag3", "!tagesordnung")
    await ring(dialog, datetime(2027, 3, 11, 11, 0, tzinfo=UTC))
    assert "vorgemerkt für Plenum 6, zum 2. Mal vertagt" in await dialog.say("ben", "ag3", "!fragen")


async def test_it_is_done_once_however_often_the_clock_rings_and_across_restarts(dialog: Dialog) -> None:
    await plan(dialog)
    await ask(dialog, 2)
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    assert len(await ring(dialog, AFTER)) == 2
    for minutes in (0, 1, 60, 3000):
        assert await ring(dialog, AFTER + timedelta(minutes=minutes)) == []
    await dialog.restart()
    assert await ring(dialog, AFTER + timedelta(days=5)) == []
    assert [(await question(dialog, number)).deferrals for number in (1, 2)] == [1, 1]
    assert await steps(dialog, 1) == ["gestellt", "für das Plenum vorgemerkt", "vertagt"]
    assert await steps(dialog, 2) == ["gestellt"]


async def test_a_plenary_that_passed_while_the_bot_was_down_is_caught_up_once(dialog: Dialog) -> None:
    await plan(dialog)
    await plan(dialog, "11.03.2027")
    await ask(dialog, 2)
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    await dialog.stop()
    dialog.now = datetime(2027, 4, 1, 7, 0, tzinfo=UTC)
    await dialog.start()
    heard = [each for each in await dialog.settle() if "Das Plenum" in each]
    assert [each.room for each in heard if each.room != "plenum"] == ["ag3", "ag3"]
    assert "vorgemerkt für das Plenum 6" in next(each for each in heard if "Das Plenum 4" in each)
    found = await question(dialog)
    assert (found.deferrals, found.plenary_number, found.passed_plenary) == (2, 6, 5)
    assert await steps(dialog) == ["gestellt", "für das Plenum vorgemerkt", "vertagt"]
    assert (await question(dialog, 2)).deferrals == 2


async def test_plenaries_held_before_a_question_was_asked_do_not_count(dialog: Dialog) -> None:
    await plan(dialog)
    await ask(dialog, 1)
    assert await ring(dialog, BEFORE) == []
    dialog.now = datetime(2027, 1, 14, 9, 30, tzinfo=UTC)  # while it is going on
    await dialog.hear("anna", "plenum", ASK)
    heard = await ring(dialog, AFTER)
    assert [str(each) for each in heard] == snapshot(
        [
            """\
Das Plenum 4 ist vorbei.
Es wartet 1 Frage auf eine Antwort: !fragen AG3\
"""
        ]
    )
    assert [(await question(dialog, number)).deferrals for number in (1, 2)] == [1, 0]
    await dialog.hear("anna", "plenum", "!frage AG2 Wer entscheidet über die Strategie?")
    assert await ring(dialog, AFTER + timedelta(days=1)) == []


async def test_what_was_marked_for_a_plenary_while_it_went_on_is_put_off_too(dialog: Dialog) -> None:
    await plan(dialog)
    dialog.now = datetime(2027, 1, 14, 9, 30, tzinfo=UTC)
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    await ring(dialog, AFTER)
    found = await question(dialog)
    assert (found.deferrals, found.plenary_number) == (1, 5)


async def test_what_was_answered_closed_or_not_released_is_not_put_off(dialog: Dialog) -> None:
    await plan(dialog)
    await ask(dialog, 3)
    await dialog.hear("lena", "ag3", "!prüfung AG3 an")
    await dialog.hear("anna", "plenum", ASK)
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    await dialog.hear("lena", "plenum", "!mündlich AG3-001 Das Land zahlt")
    await dialog.hear("lena", "ag3", "!antwort AG3-002 Das Land.")
    await dialog.hear("anna", "plenum", "!zurückziehen AG3-003")
    assert not any("Das Plenum" in each for each in await ring(dialog, AFTER))
    assert [(await question(dialog, number)).deferrals for number in (1, 2, 3, 4)] == [0, 0, 0, 0]


async def test_what_was_marked_for_a_cancelled_plenary_moves_on_without_being_counted(dialog: Dialog) -> None:
    await plan(dialog)
    await ask(dialog, 2)
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    await cancel(dialog, 4)
    heard = await ring(dialog, dialog.now)
    assert str(told(heard, "ag3")) == snapshot("""\
Das Plenum 4 ist abgesagt.
Weiter offen und jetzt vorgemerkt für das Plenum 5, sobald es einen Termin hat:

- AG3-001 Wie wird Schritt 1 bezahlt?\
""")
    assert str(told(heard, "plenum")) == snapshot("""\
Das Plenum 4 ist abgesagt.
Weiter offen und jetzt vorgemerkt für das Plenum 5, sobald es einen Termin hat:

- AG3-001 Wie wird Schritt 1 bezahlt?\
""")
    found = await question(dialog)
    assert (found.deferrals, found.plenary_number) == (0, 5)
    assert await ring(dialog, AFTER) == []
    assert [(await question(dialog, number)).deferrals for number in (1, 2)] == [0, 0]


async def test_a_plenary_that_was_moved_passes_on_its_new_day(dialog: Dialog) -> None:
    await plan(dialog)
    await ask(dialog, 1)
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    await dialog.hear("karin", "koordination", "!plenum verschieben 4 21.01.2027 10:00-12:00")
    await dialog.hear("karin", "koordination", "!ja")
    assert await ring(dialog, AFTER) == []
    assert (await question(dialog)).plenary_number == 4
    assert len(await ring(dialog, AFTER + timedelta(days=7))) == 2
    assert (await question(dialog)).plenary_number == 5


async def test_a_plenary_without_an_end_is_over_when_its_day_is(dialog: Dialog) -> None:
    await plan(dialog, hours="10:00")
    await ask(dialog, 1)
    assert await ring(dialog, datetime(2027, 1, 14, 22, 59, tzinfo=UTC)) == []
    assert len(await ring(dialog, datetime(2027, 1, 14, 23, 0, tzinfo=UTC))) == 1


async def test_what_was_marked_in_confidence_is_told_to_its_asker_in_private(dialog: Dialog) -> None:
    await plan(dialog)
    await dialog.hear("ben", "direkt:ben", ASK)
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    heard = await ring(dialog, AFTER)
    assert {each.room for each in heard} == {"ag3", "direkt:ben"}
    assert "@ben" not in told(heard, "ag3")


async def test_each_room_is_told_in_one_message_that_fits_a_phone(dialog: Dialog) -> None:
    await plan(dialog)
    await ask(dialog, 8)
    await ask(dialog, 1, group=2)
    for number in range(1, 9):
        await dialog.hear("karin", "ag3", f"!vormerken AG3-00{number}")
    heard = await ring(dialog, AFTER)
    assert sorted(each.room for each in heard) == ["ag2", "ag3", "plenum"]
    assert told(heard, "ag3").count("- AG3-") == 6
    assert "und 2 weitere: !fragen AG3" in told(heard, "ag3")


async def test_the_leads_are_asked_for_written_answers_on_the_next_working_morning_once(dialog: Dialog) -> None:
    await ask(dialog, 3)
    dialog.now = datetime(2027, 1, 15, 10, 0, tzinfo=UTC)  # a Friday
    await dialog.hear("lena", "plenum", "!mündlich AG3-001 Das Land zahlt")
    await dialog.hear("lena", "plenum", "!mündlich AG3-002")
    await dialog.hear("lena", "plenum", "!mündlich AG3-003")
    await dialog.hear("lena", "ag3", "!antwort AG3-003 Das Land zahlt bis Ende 2027.")
    for quiet in (
        datetime(2027, 1, 15, 18, 0, tzinfo=UTC),
        datetime(2027, 1, 16, 12, 0, tzinfo=UTC),
        datetime(2027, 1, 18, 6, 59, tzinfo=UTC),
    ):
        assert await ring(dialog, quiet) == []
    [asked] = await ring(dialog, datetime(2027, 1, 18, 7, 0, tzinfo=UTC))
    assert str(asked) == snapshot("""\
Im Plenum mündlich beantwortet, es fehlt noch die schriftliche Antwort:

- AG3-001 Wie wird Schritt 1 bezahlt?
- AG3-002 Wie wird Schritt 2 bezahlt?

Bitte reichen Sie sie nach: !antwort AG3-001 Ihre Antwort\
""")
    assert (asked.room, asked.mentions, asked.content["msgtype"]) == ("ag3", ["@lena:test"], "m.text")
    assert await ring(dialog, datetime(2027, 1, 18, 7, 1, tzinfo=UTC)) == []
    await dialog.restart()
    assert await ring(dialog, datetime(2027, 1, 25, 9, 0, tzinfo=UTC)) == []
    assert "schriftliche Antwort erbeten" in await dialog.say("ben", "plenum", "!frage AG3-001")
    assert await steps(dialog, 3) == ["gestellt", "mündlich beantwortet", "Antwort schriftlich nachgereicht"]


async def test_written_answers_are_asked_for_after_a_pause_and_from_the_coordination_where_there_is_no_lead(
    dialog: Dialog,
) -> None:
    await dialog.hear("anna", "plenum", "!frage AG5 Wer pflegt die Schnittstelle?")
    await dialog.hear("karin", "plenum", "!mündlich AG5-001 Das Land")
    await dialog.stop()
    dialog.now += timedelta(days=21)
    await dialog.start()
    [asked] = [each for each in await dialog.settle() if "Im Plenum" in each]
    assert (asked.room, asked.mentions) == ("koordination", ["@karin:test", "@kurt:test"])


async def test_nothing_is_due_on_an_old_database(dialog: Dialog) -> None:
    """The plenaries of 2023 are no news to whoever asks today."""
    await ask(dialog, 1)
    assert await ring(dialog, dialog.now + timedelta(minutes=5)) == []
    assert (await question(dialog)).deferrals == 0


@pytest.mark.parametrize("job", carrying.JOBS)
async def test_asked_again_in_the_same_minute_a_job_says_nothing(dialog: Dialog, job: object) -> None:
    await plan(dialog)
    await ask(dialog, 1)
    await dialog.hear("lena", "ag3", "!vormerken AG3-001")
    await ring(dialog, AFTER)
    settings = Settings(bot_id="@ag4-bot:test", version="1", started_at=AFTER)
    assert callable(job)
    async with dialog.database.transaction() as session:
        assert await job(session, AFTER, settings) == []
