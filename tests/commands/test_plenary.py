"""Dates and plenaries, as people ask the bot for them, and as it reminds of them."""

import datetime as dt

import pytest
from inline_snapshot import snapshot
from sqlalchemy import select

from commands.dates.wall_clock import wall
from storage import office_hours
from storage.office_hours import OfficeHour
from storage.tables import Notice, NoticeKind

NEW = '!plenum neu 14.12. 10:00-12:00 "Themenarbeit" ort="Magdeburg" link=https://example.org/plenum'


async def plan(dialog, text=NEW, *, user="karin"):
    """Plan and confirm; everything the bot says to the confirmation."""
    await dialog.say(user, "koordination", text)
    return await dialog.hear(user, "koordination", "!ja")


async def test_without_a_date_the_list_says_so(dialog):
    assert str(await dialog.say("anna", "plenum", "!termine")) == snapshot(
        "Zurzeit ist kein Termin eingetragen. Was bisher war, zeigt zum Beispiel !plenum 1."
    )
    assert str(await dialog.say("anna", "plenum", "!termine sprechstunde")) == snapshot(
        "Zurzeit ist kein Termin eingetragen für: OZG-Sprechstunde. Alle Termine zeigt !termine."
    )


async def test_without_a_coming_plenary_the_last_one_is_named(dialog):
    assert await dialog.say("anna", "plenum", "!plenum") == snapshot("""\
Zurzeit ist kein Plenum geplant.
Zuletzt war Plenum 3 (Di 04.07.2023). Mehr dazu: !plenum 3\
""")


async def test_a_plenary_held_long_ago_shows_no_time_of_day(dialog):
    assert await dialog.say("anna", "direkt:anna", "!plenum 1") == snapshot("""\
Plenum 1: „Organisation“
Hat stattgefunden: Donnerstag, 2. März 2023 (Uhrzeit nicht bekannt)\
""")
    assert await dialog.say("anna", "direkt:anna", "!plenum 3") == snapshot("""\
Plenum 3
Hat stattgefunden: Dienstag, 4. Juli 2023 (Uhrzeit nicht bekannt)\
""")


async def test_everybody_sees_the_planned_plenary(dialog):
    await plan(dialog)
    assert await dialog.say("anna", "plenum", "!plenum") == snapshot("""\
Plenum 4: „Themenarbeit“
Montag, 14. Dezember 2026, 10:00–12:00 Uhr (in 21 Tagen)
Ort: Magdeburg
Link: https://example.org/plenum\
""")
    assert await dialog.say("anna", "plenum", "!plenum 4") == await dialog.say("anna", "plenum", "!plenum")
    assert await dialog.say("anna", "ag3", "!termine") == snapshot("""\
Die nächsten Termine:

- Mo 14.12.2026, 10:00–12:00 Uhr (in 21 Tagen)
  Plenum 4: „Themenarbeit“
  Magdeburg, https://example.org/plenum\
""")


async def test_the_list_is_chosen_by_kind(dialog):
    await plan(dialog)
    async with dialog.database.transaction() as session:
        hour = OfficeHour(dt.datetime(2026, 12, 2, 10), None, "Basisdienste", "https://example.org/sprechstunde")
        await office_hours.replace(session, [hour], at=dialog.now, after=wall(dialog.now))
    assert await dialog.say("anna", "plenum", "!termine sprechstunde") == snapshot("""\
Die nächsten Termine:

- Mi 02.12.2026, 10:00 Uhr (in 9 Tagen)
  OZG-Sprechstunde: „Basisdienste“ (T5)
  https://example.org/sprechstunde\
""")
    both = await dialog.say("anna", "plenum", "!termine")
    assert both.index("Sprechstunde") < both.index("Plenum 4")
    assert "Sprechstunde" not in await dialog.say("anna", "plenum", "!Termine PLENUM")
    assert str(await dialog.say("anna", "plenum", "!termine AG 3")) == snapshot(
        "Zurzeit ist kein Termin eingetragen für: AG 3. Alle Termine zeigt !termine."
    )


async def test_a_long_list_fits_a_screen_and_says_how_many_are_left(dialog):
    async with dialog.database.transaction() as session:
        hours = [OfficeHour(dt.datetime(2026, 12, day, 10), None, "Wort " * 50) for day in range(1, 11)]
        await office_hours.replace(session, hours, at=dialog.now, after=wall(dialog.now))
    answer = await dialog.say("anna", "plenum", "!termine")
    assert answer.count("OZG-Sprechstunde") == 6
    assert max(map(len, answer.splitlines())) < 110
    assert answer.splitlines()[-1] == snapshot("Weitere Termine: 4. Eine Auswahl zeigt zum Beispiel !termine plenum.")


@pytest.mark.parametrize("word", ["<b>x</b> @room", "9 Pferde", "AG", "\u202e"])
async def test_unknown_dates_are_refused_with_what_is_possible(dialog, word):
    answer = await dialog.say("anna", "plenum", f"!termine {word}")
    assert (
        "Möglich sind: plenum, sprechstunde, vortrag oder eine AG wie AG3." in answer
        or "Zurzeit ist kein Termin" in answer
    )
    assert "@room" not in answer
    assert "<b>" not in answer.html


async def test_a_group_that_does_not_exist_is_named(dialog):
    assert str(await dialog.say("anna", "plenum", "!termine AG9")) == snapshot(
        "Eine AG 9 gibt es nicht. Es gibt: AG 1, AG 2, AG 3, AG 4, AG 5."
    )


async def test_an_unknown_number_is_answered_with_the_known_ones(dialog):
    assert str(await dialog.say("anna", "plenum", "!plenum 9")) == snapshot(
        """\
Ein Plenum 9 gibt es nicht.
Es gibt die Nummern 1 bis 3, zum Beispiel: !plenum 3\
"""
    )
    assert await dialog.say("karin", "koordination", "!plenum verschieben 9 14.12. 10:00") == await dialog.say(
        "karin", "koordination", "!plenum absagen 9"
    )


async def test_what_is_no_number_is_refused(dialog):
    assert await dialog.say("anna", "plenum", "!plenum nächstes") == snapshot("""\
„nächstes“ ist keine Nummer eines Plenums.
So geht es: !plenum [Nummer]
Beispiel: !plenum 1\
""")


async def test_reminders_come_once_each_and_stop_with_a_cancellation(dialog):
    await plan(dialog)
    assert not [each for each in await dialog.ring() if each.room == "plenum"]
    dialog.now = dt.datetime(2026, 11, 30, 9, 0, 20, tzinfo=dt.UTC)
    assert [each for each in await dialog.ring() if each.room == "plenum"] == [
        snapshot("""\
Erinnerung: Plenum 4: „Themenarbeit“
In 14 Tagen: Montag, 14. Dezember 2026, 10:00–12:00 Uhr
Ort: Magdeburg
Link: https://example.org/plenum
Alle Angaben: !plenum 4\
""")
    ]
    assert not [each for each in await dialog.ring() if each.room == "plenum"]
    await dialog.restart()
    assert not [each for each in await dialog.ring() if each.room == "plenum"]
    await plan(dialog, "!plenum absagen 4")
    dialog.now = dt.datetime(2026, 12, 11, 9, 0, tzinfo=dt.UTC)
    assert not [each for each in await dialog.ring() if each.room == "plenum"]


async def test_after_48_hours_of_silence_only_the_nearest_reminder_is_caught_up(dialog):
    await plan(dialog)
    await dialog.stop()
    dialog.now = dt.datetime(2026, 12, 11, 13, 0, tzinfo=dt.UTC)
    await dialog.start()
    late = [each for each in await dialog.ring() if each.room == "plenum"]
    assert late == [
        snapshot("""\
Erinnerung (nachgeholt): Plenum 4: „Themenarbeit“
In 3 Tagen: Montag, 14. Dezember 2026, 10:00–12:00 Uhr
Ort: Magdeburg
Link: https://example.org/plenum
Alle Angaben: !plenum 4\
""")
    ]
    async with dialog.database.reading() as session:
        found = (await session.scalars(select(Notice).where(Notice.distance != ""))).all()
    assert {each.distance: each.kind for each in found} == {"14d": NoticeKind.SKIPPED, "3d": NoticeKind.REMINDER}


async def test_a_reminder_due_on_a_sunday_comes_on_monday_at_seven_and_is_not_late(dialog):
    await plan(dialog)
    dialog.now = dt.datetime(2026, 12, 11, 9, 1, tzinfo=dt.UTC)
    assert len([each for each in await dialog.ring() if "Erinnerung" in each]) == 1
    for hour in (9, 10, 19):  # Sunday, 13 December
        dialog.now = dt.datetime(2026, 12, 13, hour, 0, tzinfo=dt.UTC)
        assert not [each for each in await dialog.ring() if "Erinnerung" in each]
    dialog.now = dt.datetime(2026, 12, 14, 6, 0, tzinfo=dt.UTC)
    [said] = [each for each in await dialog.ring() if "Erinnerung" in each]
    assert said.splitlines()[:2] == snapshot(
        ["Erinnerung: Plenum 4: „Themenarbeit“", "In 3 Stunden: Montag, 14. Dezember 2026, 10:00–12:00 Uhr"]
    )


async def test_a_reminder_that_has_become_pointless_is_a_line_to_the_coordination(dialog):
    await plan(dialog)
    dialog.now = dt.datetime(2026, 12, 14, 9, 30, tzinfo=dt.UTC)
    answers = [each for each in await dialog.ring() if "Erinnerung" in each]
    assert [(each.room, str(each)) for each in answers] == [
        (
            "koordination",
            snapshot(
                """\
Eine Erinnerung an Plenum 4 (Mo 14.12.2026, 10:00–12:00 Uhr) konnte nicht gesendet werden:
Der Bot lief nicht, und der Termin hat schon begonnen.\
"""
            ),
        )
    ]
    assert not [each for each in await dialog.ring() if "Erinnerung" in each]


async def test_a_plenary_announced_late_is_not_reminded_of_at_distances_gone_by(dialog):
    await plan(dialog, "!plenum neu 28.11. 10:00 Kurzfristig")
    assert not [each for each in await dialog.ring() if each.room == "plenum"]
    dialog.now = dt.datetime(2026, 11, 25, 9, 1, tzinfo=dt.UTC)
    [reminder] = [each for each in await dialog.ring() if each.room == "plenum"]
    assert "In 3 Tagen: Samstag, 28. November 2026, 10:00 Uhr" in reminder


@pytest.mark.parametrize(
    "verb,command",
    [
        ("löschen", "plenum absagen 4"),
        ("streichen", "plenum absagen 4"),
        ("Stornieren:", "plenum absagen 4"),
        ("bearbeiten", 'plenum ändern 4 ort="Magdeburg"'),
        ("anlegen", "plenum neu 14.09. 10:00-12:00 Themenarbeit"),
    ],
)
async def test_other_words_for_planning_lead_to_the_right_command(dialog, verb, command):
    assert (
        await dialog.say("karin", "koordination", f"!plenum {verb} 4")
        == f"„{verb}“ gibt es hier nicht. Die Koordination schreibt dafür: !{command}"
    )


async def test_another_word_without_a_number_shows_where_it_goes(dialog):
    assert str(await dialog.say("anna", "plenum", "!plenum löschen <b>x</b>")) == snapshot(
        "„löschen“ gibt es hier nicht. Die Koordination schreibt dafür: !plenum absagen <Nummer>"
    )
