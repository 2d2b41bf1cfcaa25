"""Dates of all kinds: who plans them, what changes, who hears of it, and what is taken back."""

import datetime as dt

import pytest
from inline_snapshot import snapshot

from storage import calendar, office_hours
from storage.office_hours import OfficeHour
from storage.tables import EventStatus
from tests.planning import confirmed, said_in

MEETING = '!termin neu 14.12. 10:00-11:00 "Basisdienste" link=https://example.org/ag3'
PLENARY = '!plenum neu 15.12. 10:00-12:00 "Themenarbeit" ort="Magdeburg"'


async def row(dialog, event_id):
    async with dialog.database.reading() as session:
        found = await calendar.find(session, event_id)
        assert found is not None
        return found


async def test_a_lead_plans_a_meeting_in_the_groups_own_room(dialog):
    assert await dialog.say("lena", "ag3", MEETING) == snapshot("""\
Vorschau: Sitzung der AG 3 anlegen
Termin: Montag, 14. Dezember 2026, 10:00–11:00 Uhr
Thema: „Basisdienste“
Ort: keine Angabe
Link: https://example.org/ag3
Ankündigung geht an: AG 3 (6 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")
    answers = await dialog.hear("lena", "ag3", "!ja")
    assert {each.room for each in answers} == {"ag3"}
    assert said_in(answers, "ag3") == snapshot("""\
Neuer Termin: Sitzung der AG 3: „Basisdienste“
Montag, 14. Dezember 2026, 10:00–11:00 Uhr
Link: https://example.org/ag3
Kommen Sie? ✅ ja, ❔ vielleicht, ❌ nein (oder !zusage, !vielleicht, !absage)
Alle Angaben: !termin T4\
""")
    assert await dialog.say("anna", "ag3", "!termine AG3") == snapshot("""\
Die nächsten Termine:

- Mo 14.12.2026, 10:00–11:00 Uhr (in 21 Tagen)
  Sitzung der AG 3: „Basisdienste“ (T4)
  https://example.org/ag3\
""")


@pytest.mark.parametrize(
    "text",
    [
        "!termin neu AG3 14.12. 10:00 Basisdienste",
        "!termin neu Sprechstunde 14.12. 10:00 Basisdienste",
        "!termin neu Impulsvortrag 14.12. 10:00 Basisdienste",
        "!plenum neu 14.12. 10:00 Abschluss",
    ],
)
async def test_a_lead_of_ag_2_plans_nothing_but_ag_2(dialog, text):
    answer = await dialog.say("lukas", "ag2", text)
    assert answer.startswith("Das darf nur die")
    assert "nichts" in await dialog.say("lukas", "ag2", "!ja")


async def test_a_lead_of_ag_2_moves_neither_the_plenary_nor_a_meeting_of_ag_3(dialog):
    await confirmed(dialog, "lena", "ag3", MEETING)
    await confirmed(dialog, "karin", "koordination", PLENARY)
    assert str(await dialog.say("lukas", "ag2", "!termin verschieben T4 15.12.")) == snapshot(
        "Das darf nur die Leitung der AG 3 oder die Koordination. Wer das ist, zeigen !ag 3 und !kontakt."
    )
    assert str(await dialog.say("lukas", "ag2", "!termin absagen plenum 4")) == snapshot(
        "Das darf nur die Koordination. Wer das ist, zeigt !kontakt."
    )
    assert (await row(dialog, 4)).version == (await row(dialog, 5)).version == 1


async def test_moving_corrects_once_and_the_announcement_says_the_truth(dialog):
    announcement = said_in(await confirmed(dialog, "lena", "ag3", MEETING), "ag3")
    answers = await confirmed(dialog, "lena", "ag3", "!termin verschieben T4 15.12. 13:00 Grund: Feueralarm")
    assert said_in(answers, "ag3") == snapshot("""\
Verschoben: Sitzung der AG 3: „Basisdienste“
Neu: Dienstag, 15. Dezember 2026, 13:00–14:00 Uhr
Bisher: Montag, 14. Dezember 2026, 10:00–11:00 Uhr
Grund: Feueralarm
Link: https://example.org/ag3
Ihre bisherige Antwort bleibt. Passt es noch? ✅ ja, ❔ vielleicht, ❌ nein (oder !zusage, !vielleicht, !absage)
Alle Angaben: !termin T4\
""")
    assert dialog.now_reads(announcement) == snapshot("""\
Geänderter Termin: Sitzung der AG 3: „Basisdienste“
Dienstag, 15. Dezember 2026, 13:00–14:00 Uhr
Link: https://example.org/ag3
Kommen Sie? ✅ ja, ❔ vielleicht, ❌ nein (oder !zusage, !vielleicht, !absage)
Alle Angaben: !termin T4\
""")
    event = await row(dialog, 4)
    assert (event.version, event.sequence) == (2, 1)


async def test_a_new_link_is_a_correction_and_no_new_sequence(dialog):
    announcement = said_in(await confirmed(dialog, "karin", "koordination", PLENARY), "plenum")
    changed = '!plenum ändern 4 link=https://example.org/neu ort=- tagesordnung="1. Bericht; 2. Fragen" Grund: Umzug'
    assert await dialog.say("karin", "koordination", changed) == snapshot("""\
Vorschau: Plenum 4 ändern (Di 15.12.2026, 10:00–12:00 Uhr)
Ort: keine Angabe (bisher: Magdeburg)
Link: https://example.org/neu (bisher: keine Angabe)
Tagesordnung: 1. Bericht; 2. Fragen (bisher: keine Angabe)
Grund: Umzug
Korrektur geht an: Plenum (6 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")
    assert said_in(await dialog.hear("karin", "koordination", "!ja"), "plenum") == snapshot("""\
Geändert: Plenum 4: „Themenarbeit“
Dienstag, 15. Dezember 2026, 10:00–12:00 Uhr
Ort: keine Angabe (bisher: Magdeburg)
Link: https://example.org/neu (bisher: keine Angabe)
Tagesordnung: 1. Bericht; 2. Fragen (bisher: keine Angabe)
Grund: Umzug
Alle Angaben: !plenum 4\
""")
    assert dialog.now_reads(announcement) == snapshot("""\
Geänderter Termin: Plenum 4: „Themenarbeit“
Dienstag, 15. Dezember 2026, 10:00–12:00 Uhr
Link: https://example.org/neu
Tagesordnung: 1. Bericht; 2. Fragen
Kommen Sie? ✅ ja, ❔ vielleicht, ❌ nein (oder !zusage, !vielleicht, !absage)
Alle Angaben: !plenum 4\
""")
    event = await row(dialog, 4)
    assert (event.place, event.version, event.sequence) == (None, 2, 1)  # the place went


@pytest.mark.parametrize(
    "wrong",
    ["!plenum ändern 4", "!plenum ändern 4 link=nirgends", "!plenum ändern 4 ort=Magdeburg", "!plenum ändern 4 x"],
)
async def test_a_change_that_is_none_changes_nothing(dialog, wrong):
    await confirmed(dialog, "karin", "koordination", PLENARY)
    answer = await dialog.say("karin", "koordination", wrong)
    assert not answer.startswith("Vorschau")
    assert (await row(dialog, 4)).version == 1


async def test_a_cancelled_date_can_be_reinstated(dialog):
    announcement = said_in(await confirmed(dialog, "karin", "koordination", PLENARY), "plenum")
    await confirmed(dialog, "karin", "koordination", "!plenum absagen 4 Krankheit")
    assert dialog.now_reads(announcement) == snapshot("""\
Abgesagt: Plenum 4: „Themenarbeit“
Der Termin entfällt: Dienstag, 15. Dezember 2026, 10:00–12:00 Uhr\
""")
    assert str(await dialog.say("karin", "koordination", "!plenum verschieben 4 16.12.")) == snapshot("""\
Plenum 4 ist schon abgesagt.
Findet der Termin doch statt? !plenum wiederherstellen 4\
""")
    assert await dialog.say("karin", "koordination", "!plenum wiederherstellen 4 Wieder gesund") == snapshot("""\
Vorschau: Plenum 4 findet doch statt
Termin: Dienstag, 15. Dezember 2026, 10:00–12:00 Uhr
Grund: Wieder gesund
Nachricht geht an: Plenum (6 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")
    assert said_in(await dialog.hear("karin", "koordination", "!ja"), "plenum") == snapshot("""\
Findet doch statt: Plenum 4: „Themenarbeit“
Dienstag, 15. Dezember 2026, 10:00–12:00 Uhr
Grund: Wieder gesund
Ihre bisherige Antwort bleibt. Passt es noch? ✅ ja, ❔ vielleicht, ❌ nein (oder !zusage, !vielleicht, !absage)
Alle Angaben: !plenum 4\
""")
    assert "Neuer Termin" not in dialog.now_reads(announcement)
    assert (await row(dialog, 4)).status is EventStatus.CONFIRMED
    assert str(await dialog.say("karin", "koordination", "!plenum wiederherstellen 4")) == snapshot("""\
Plenum 4 (Di 15.12.2026, 10:00–12:00 Uhr) ist nicht abgesagt; es wurde nichts geändert.
Alle Angaben: !plenum 4\
""")


async def test_a_new_date_is_taken_back_within_ten_minutes(dialog):
    announcement = said_in(await confirmed(dialog, "karin", "koordination", PLENARY), "plenum")
    [answer] = await dialog.hear("karin", "koordination", "!rückgängig")
    assert answer == snapshot(
        "Plenum 4 ist zurückgenommen (Di 15.12.2026, 10:00–12:00 Uhr). Die Ankündigung sagt das jetzt auch; Erinnerungen gibt es keine."
    )
    assert dialog.now_reads(announcement) == snapshot("""\
Zurückgenommen: Plenum 4: „Themenarbeit“
Diese Ankündigung war ein Versehen. Der Termin Di 15.12.2026, 10:00–12:00 Uhr gilt nicht.\
""")
    assert "kein Plenum geplant" in await dialog.say("anna", "plenum", "!plenum")
    dialog.now = dt.datetime(2026, 12, 14, 9, 1, tzinfo=dt.UTC)
    assert not [each for each in await dialog.ring() if "Erinnerung" in each]
    assert "Plenum 4 anlegen" in await dialog.say("karin", "koordination", PLENARY.replace("15.12.", "16.12."))


async def test_a_move_is_taken_back_and_every_message_about_it_says_so(dialog):
    announcement = said_in(await confirmed(dialog, "karin", "koordination", PLENARY), "plenum")
    correction = said_in(await confirmed(dialog, "karin", "koordination", "!plenum verschieben 4 16.12."), "plenum")
    assert await dialog.say("karin", "koordination", "!rückgängig") == snapshot(
        "Die letzte Änderung an Plenum 4 ist zurückgenommen. Es bleibt bei: Di 15.12.2026, 10:00–12:00 Uhr. Die Nachrichten darüber sagen das jetzt auch."
    )
    assert dialog.now_reads(correction) == snapshot("""\
Zurückgenommen: die Änderung an Plenum 4: „Themenarbeit“
Es bleibt bei: Dienstag, 15. Dezember 2026, 10:00–12:00 Uhr\
""")
    assert "Dienstag, 15. Dezember 2026" in dialog.now_reads(announcement)
    event = await row(dialog, 4)
    assert (event.starts, event.version, event.sequence) == (dt.datetime(2026, 12, 15, 10), 3, 2)
    again = await dialog.say("karin", "koordination", "!rückgängig")
    assert "Plenum 4" in again or "nichts" in again


async def test_taking_back_has_its_time_its_person_and_its_version(dialog):
    assert str(await dialog.say("karin", "koordination", "!rückgängig")) == snapshot(
        "Sie haben zurzeit nichts bestätigt, das sich zurücknehmen lässt."
    )
    await confirmed(dialog, "karin", "koordination", PLENARY)
    assert "nichts" in await dialog.say("kurt", "koordination", "!rückgängig")
    await confirmed(dialog, "kurt", "koordination", "!plenum verschieben 4 16.12.")
    assert str(await dialog.say("karin", "koordination", "!rückgängig")) == snapshot("""\
Plenum 4 wurde danach noch einmal geändert; es wurde nichts zurückgenommen.
Alle Angaben: !plenum 4\
""")
    dialog.now += dt.timedelta(minutes=11)
    assert str(await dialog.say("kurt", "koordination", "!rückgängig")) == snapshot("""\
Zurücknehmen geht nur 10 Minuten lang; es wurde nichts geändert.
Den Termin ändern Sie weiter mit den Befehlen unter !hilfe plenum verschieben.\
""")
    assert (await row(dialog, 4)).version == 2


async def test_an_office_hour_that_the_operator_moves_is_corrected_where_it_was_told(dialog):
    async def entered(*hours):
        async with dialog.database.transaction() as session:
            await office_hours.replace(session, hours, at=dialog.now, after=dt.datetime(2026, 11, 23))

    await entered(OfficeHour(dt.datetime(2026, 11, 26, 10), None, "Basisdienste"))
    assert not await dialog.ring()
    dialog.now = dt.datetime(2026, 11, 25, 9, 1, tzinfo=dt.UTC)
    assert "Erinnerung: OZG-Sprechstunde" in said_in(await dialog.ring(), "plenum")
    await entered(OfficeHour(dt.datetime(2026, 11, 27, 10), None, "Basisdienste"))
    assert said_in(await dialog.ring(), "plenum") == snapshot("""\
Verschoben: OZG-Sprechstunde: „Basisdienste“
Neu: Freitag, 27. November 2026, 10:00 Uhr
Bisher: Donnerstag, 26. November 2026, 10:00 Uhr
Alle Angaben: !termin T4\
""")
    assert not await dialog.ring()


@pytest.mark.parametrize(
    "wrong",
    [
        "!termin neu 31.02. 10:00 Thema",
        "!termin neu 14.12. 24:30 Thema",
        "!termin neu 11/05 10:00 Thema",
        "!termin neu 14.12. 12:00-10:00 Thema",
        "!termin neu 14.12. 10:00 link=nirgends",
        "!termin neu 14.12.2020 10:00 Thema",
        "!termin neu AG9 14.12. 10:00 Thema",
        "!termin neu plenum 14.12. 10:00 Thema",
        "!termin verschieben T99 14.12.",
        "!termin verschieben 4 14.12.",
        "!termin absagen",
        "!termin T4 und mehr",
    ],
)
async def test_wrong_input_is_answered_and_changes_nothing(dialog, wrong):
    answer = await dialog.say("lena", "ag3", wrong)
    assert not answer.startswith("Vorschau")
    assert "Fehler" not in answer
    async with dialog.database.reading() as session:
        assert not await calendar.every(session, calendar.kind_of_group(3))


@pytest.mark.parametrize("word", ["morgen", "nächsten Dienstag"])
async def test_relative_days_are_repeated_as_dates(dialog, word):
    preview = await dialog.say("lena", "ag3", f"!termin neu {word} 10:00 Thema")
    assert "Termin: Dienstag, 24. November 2026, 10:00 Uhr" in preview


async def test_what_clashes_is_named_before_confirming(dialog):
    await confirmed(dialog, "lena", "ag3", MEETING)
    assert await dialog.say("karin", "koordination", "!plenum neu 14.12. 10:30 Abschluss") == snapshot("""\
Vorschau: Plenum 4 anlegen
Termin: Montag, 14. Dezember 2026, 10:30 Uhr
Motto: „Abschluss“
Ort: keine Angabe
Link: keine Angabe
Achtung: Zur selben Zeit ist schon ein Termin: Sitzung der AG 3 „Basisdienste“, 10:00 Uhr.
Ankündigung geht an: Plenum (6 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")
    holiday = await dialog.say("karin", "koordination", "!termin neu Impulsvortrag 26.12. 10:00 KI")
    assert [line for line in holiday.splitlines() if line.startswith("Achtung")] == snapshot(
        [
            "Achtung: Der 26.12.2026 ist ein Samstag.",
            "Achtung: Der 26.12.2026 ist in Sachsen-Anhalt ein Feiertag (Zweiter Weihnachtstag).",
        ]
    )


@pytest.mark.parametrize("text", ["!ja", "!nein"])
async def test_a_lead_of_ag_2_neither_confirms_nor_discards_what_a_lead_of_ag_3_plans(dialog, text):
    await dialog.say("lena", "plenum", MEETING.replace("neu", "neu AG3"))
    assert (await dialog.say("lukas", "plenum", text)).startswith("Das darf nur die Leitung der AG 3")
    await dialog.say("lena", "plenum", "!ja")
    await dialog.say("lena", "plenum", "!termin absagen T4")
    assert (await dialog.say("lukas", "plenum", text)).startswith("Das darf nur die Leitung der AG 3")
    assert "abgesagt" in await dialog.say("lena", "plenum", "!ja")
