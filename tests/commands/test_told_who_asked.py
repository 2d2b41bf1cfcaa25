"""Whoever asked for a date and was told when it is hears of its changes too, but is not reminded of it."""

import datetime as dt

import pytest

from tests.planning import confirmed

PLENARY = '!plenum neu 15.12. 10:00-12:00 "Themenarbeit"'


def corrected(answers):
    return sorted(each.room for each in answers if each.startswith(("Verschoben:", "Abgesagt:")))


@pytest.mark.parametrize(
    "asked",
    ["!termine", "!termine plenum", "!plenum", "!plenum 4", "!kalender", "!kalender plenum 4", "!zusage plenum 4"],
)
async def test_a_room_in_which_somebody_asked_hears_of_the_change(dialog, asked):
    await confirmed(dialog, "karin", "koordination", PLENARY)
    await dialog.hear("anna", "ag1", asked)
    answers = await confirmed(dialog, "karin", "koordination", "!plenum verschieben 4 16.12.")
    assert corrected(answers) == ["ag1", "plenum"]
    assert corrected(await confirmed(dialog, "karin", "koordination", "!plenum absagen 4")) == ["ag1", "plenum"]


async def test_where_the_change_is_confirmed_the_answer_says_it_already(dialog):
    await confirmed(dialog, "karin", "koordination", PLENARY)
    await dialog.say("kurt", "koordination", "!plenum 4")
    assert "Korrektur geht an: Plenum (6 Personen)" in await dialog.say(
        "karin", "koordination", "!plenum verschieben 4 16.12."
    )
    assert corrected(await dialog.hear("karin", "koordination", "!ja")) == ["plenum"]


async def test_who_only_asked_is_not_reminded(dialog):
    await confirmed(dialog, "karin", "koordination", PLENARY)
    await dialog.say("anna", "ag1", "!plenum 4")
    dialog.now += dt.timedelta(days=21)
    reminders = [each for each in await dialog.ring() if each.startswith("Erinnerung")]
    assert {each.room for each in reminders} == {"plenum"}


async def test_who_asked_for_the_office_hour_hears_that_it_was_cancelled(dialog):
    await confirmed(dialog, "karin", "koordination", "!termin neu Sprechstunde 15.12. 10:00-11:00")
    await dialog.say("anna", "ag1", "!sprechstunde")
    answers = await confirmed(dialog, "karin", "koordination", "!termin absagen T4")
    assert corrected(answers) == ["ag1", "plenum"]


async def test_only_what_was_listed_counts_as_told(dialog):
    for day in range(7, 14):
        await confirmed(dialog, "karin", "koordination", f"!termin neu Impulsvortrag {day:02}.12. 10:00-11:00")
    await dialog.say("anna", "ag1", "!termine")
    assert corrected(await confirmed(dialog, "karin", "koordination", "!termin absagen T9")) == ["ag1", "plenum"]
    assert corrected(await confirmed(dialog, "karin", "koordination", "!termin absagen T10")) == ["plenum"]


async def test_of_a_series_the_list_names_the_next_date_with_its_number(dialog):
    await confirmed(dialog, "lena", "ag3", "!termin neu mittwochs 10:00-11:00")
    listed = await dialog.say("anna", "ag1", "!termine")
    assert listed.count("Sitzung der AG 3") == 1
    assert "Sitzung der AG 3 (T4, Reihe R1)" in listed
    chosen = await dialog.say("anna", "ag1", "!termine AG3")
    assert chosen.count("Sitzung der AG 3") == 6
    assert chosen.endswith("Alle bekommen Sie als Kalenderdatei: !kalender alle")
    await confirmed(dialog, "lena", "ag3", "!termin absagen T4")
    listed = await dialog.say("anna", "ag1", "!termine")
    assert ("T4" in listed, "Sitzung der AG 3 (T5, Reihe R1)" in listed) == (False, True), "one that is on"
