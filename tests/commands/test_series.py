"""Dates that recur: planned in one line, each changed alone, all changed or ended together, taken back."""

import datetime as dt

import pytest
from inline_snapshot import snapshot

from storage import series
from tests.dialog import MONDAY
from tests.planning import confirmed, said_in

MEETINGS = '!termin neu jeden ersten Mittwoch im Monat 10:00-11:00 "Jour fixe" link=https://example.org/ag3'


async def later(dialog, **how_long):
    dialog.now += dt.timedelta(**how_long)
    return await dialog.ring()


async def dates(dialog):
    async with dialog.database.reading() as session:
        [found] = await series.every(session)
        return await series.dates_of(session, found)


async def test_a_series_is_previewed_with_its_rule_and_its_next_dates(dialog):
    assert await dialog.say("lena", "ag3", MEETINGS) == snapshot("""\
Vorschau: Reihe anlegen, Sitzung der AG 3
Wann: jeden ersten Mittwoch im Monat, 10:00–11:00 Uhr, ab Mi 02.12.2026
Die nächsten Termine: Mi 02.12.2026, Mi 06.01.2027, Mi 03.02.2027, Mi 03.03.2027
Thema: „Jour fixe“
Ort: keine Angabe
Link: https://example.org/ag3
Achtung: Der 06.01.2027 ist in Sachsen-Anhalt ein Feiertag (Heilige Drei Könige).
Einzelne Tage lassen Sie so weg: „außer 24.12., 31.12.“
Ankündigung geht an: AG 3 (6 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")
    answers = await dialog.hear("lena", "ag3", "!ja")
    assert [each for each in answers if each.content["msgtype"] == "m.notice"] == snapshot(
        [
            """\
Reihe R1 ist angelegt: Sitzung der AG 3, jeden ersten Mittwoch im Monat, 10:00–11:00 Uhr, ab Mi 02.12.2026
Die Ankündigung geht an: AG 3 (6 Personen)\
"""
        ]
    )
    assert said_in(answers, "ag3") == snapshot("""\
Neue Terminreihe: Sitzung der AG 3: „Jour fixe“
Jeden ersten Mittwoch im Monat, 10:00–11:00 Uhr, ab Mi 02.12.2026
Die nächsten Termine: Mi 02.12.2026, Mi 06.01.2027, Mi 03.02.2027, Mi 03.03.2027
Link: https://example.org/ag3
Alle Angaben: !termin R1\
""")
    found = await dates(dialog)
    assert [each.starts for each in found][:3] == [
        dt.datetime(2026, 12, 2, 10),
        dt.datetime(2027, 1, 6, 10),
        dt.datetime(2027, 2, 3, 10),
    ]
    assert len(found) == 13


async def test_one_date_of_a_series_is_moved_and_the_announcement_says_so(dialog):
    announcement = said_in(await confirmed(dialog, "lena", "ag3", MEETINGS), "ag3")
    [first, second, *_] = await dates(dialog)
    answers = await confirmed(dialog, "lena", "ag3", f"!termin verschieben T{second.id} 07.01.2027 Grund: Feiertag")
    assert said_in(answers, "ag3") == snapshot("""\
Verschoben: Sitzung der AG 3: „Jour fixe“
Neu: Donnerstag, 7. Januar 2027, 10:00–11:00 Uhr
Bisher: Mittwoch, 6. Januar 2027, 10:00–11:00 Uhr
Grund: Feiertag
Link: https://example.org/ag3
Ihre bisherige Antwort bleibt. Passt es noch? ✅ ja, ❔ vielleicht, ❌ nein (oder !zusage, !vielleicht, !absage)
Alle Angaben: !termin T5\
""")
    await confirmed(dialog, "lena", "ag3", f"!termin absagen T{first.id} Krankheit")
    assert dialog.now_reads(announcement) == snapshot("""\
Neue Terminreihe: Sitzung der AG 3: „Jour fixe“
Jeden ersten Mittwoch im Monat, 10:00–11:00 Uhr, ab Mi 02.12.2026
Die nächsten Termine: Do 07.01.2027, Mi 03.02.2027, Mi 03.03.2027, Mi 07.04.2027
Entfällt: Mi 02.12.2026
Statt Mi 06.01.2027: Do 07.01.2027, 10:00–11:00 Uhr
Link: https://example.org/ag3
Alle Angaben: !termin R1\
""")
    assert await dialog.say("anna", "ag3", "!termin R1") == snapshot("""\
Reihe R1: Sitzung der AG 3: „Jour fixe“
Jeden ersten Mittwoch im Monat, 10:00–11:00 Uhr, ab Mi 02.12.2026
Link: https://example.org/ag3

Die nächsten Termine:

- Do 07.01.2027, 10:00–11:00 Uhr (T5)
- Mi 03.02.2027, 10:00–11:00 Uhr (T6)
- Mi 03.03.2027, 10:00–11:00 Uhr (T7)
- Mi 07.04.2027, 10:00–11:00 Uhr (T8)
- Mi 05.05.2027, 10:00–11:00 Uhr (T9)
- Mi 02.06.2027, 10:00–11:00 Uhr (T10)
- Mi 07.07.2027, 10:00–11:00 Uhr (T11)
- Mi 04.08.2027, 10:00–11:00 Uhr (T12)

Weitere eingetragene Termine: 4

Abweichend:

- Entfällt: Mi 02.12.2026
- Statt Mi 06.01.2027: Do 07.01.2027, 10:00–11:00 Uhr\
""")


async def test_all_dates_of_a_series_get_a_new_link_and_everybody_hears_once(dialog):
    announcement = said_in(await confirmed(dialog, "lena", "ag3", MEETINGS), "ag3")
    assert await dialog.say("lena", "ag3", "!termin ändern R1 link=https://example.org/neu Grund: Neuer Anbieter") == (
        snapshot("""\
Vorschau: Reihe R1 ändern, Sitzung der AG 3
Wann: jeden ersten Mittwoch im Monat, 10:00–11:00 Uhr, ab Mi 02.12.2026
Link: https://example.org/neu (bisher: https://example.org/ag3)
Das gilt für die künftigen Termine der Reihe: 13
Grund: Neuer Anbieter
Korrektur geht an: AG 3 (6 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")
    )
    answers = await dialog.hear("lena", "ag3", "!ja")
    assert said_in(answers, "ag3") == snapshot("""\
Geändert, alle Termine der Reihe: Sitzung der AG 3: „Jour fixe“
Jeden ersten Mittwoch im Monat, 10:00–11:00 Uhr, ab Mi 02.12.2026
Link: https://example.org/neu (bisher: https://example.org/ag3)
Grund: Neuer Anbieter
Alle Angaben: !termin R1\
""")
    assert "https://example.org/neu" in dialog.now_reads(announcement)
    assert {each.link for each in await dates(dialog)} == {"https://example.org/neu"}


async def test_a_series_ends_and_nobody_is_reminded_of_it(dialog):
    announcement = said_in(await confirmed(dialog, "lena", "ag3", MEETINGS), "ag3")
    assert await dialog.say("lena", "ag3", "!termin absagen R1 Die AG trifft sich nach Bedarf") == snapshot("""\
Vorschau: Reihe R1 beenden, Sitzung der AG 3
Wann: jeden ersten Mittwoch im Monat, 10:00–11:00 Uhr, ab Mi 02.12.2026
Alle künftigen Termine entfallen: 13
Grund: Die AG trifft sich nach Bedarf
Absage geht an: AG 3 (6 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")
    answers = await dialog.hear("lena", "ag3", "!ja")
    assert said_in(answers, "ag3") == snapshot("""\
Abgesagt, Reihe beendet: Sitzung der AG 3: „Jour fixe“
Alle künftigen Termine entfallen: jeden ersten Mittwoch im Monat, 10:00–11:00 Uhr, ab Mi 02.12.2026
Grund: Die AG trifft sich nach Bedarf\
""")
    assert dialog.now_reads(announcement) == str(said_in(answers, "ag3"))
    assert await dates(dialog) == []
    assert "Sitzung der AG 3" not in await dialog.say("anna", "ag3", "!termine AG3")
    assert [each for each in await later(dialog, days=8, hours=22) if each.room == "ag3"] == []
    assert (await dialog.say("lena", "ag3", "!termin absagen R1")).startswith("Reihe R1 ist zu Ende")


async def test_what_was_held_of_a_series_stays_when_it_ends(dialog):
    await confirmed(dialog, "lena", "ag3", MEETINGS)
    await later(dialog, days=20)
    await confirmed(dialog, "lena", "ag3", "!termin absagen R1")
    assert [each.starts for each in await dates(dialog)] == [dt.datetime(2026, 12, 2, 10)]
    async with dialog.database.reading() as session:
        [found] = await series.every(session)
        assert found.rule.endswith(";UNTIL=20261202T100000")


@pytest.mark.parametrize(
    "change",
    ["!termin absagen R1", "!termin ändern R1 link=https://example.org/neu ort=Halle", None],
    ids=["end", "change", "creation"],
)
async def test_whatever_was_confirmed_of_a_series_is_taken_back(dialog, change):
    announcement = said_in(await confirmed(dialog, "lena", "ag3", MEETINGS), "ag3")
    before, told = [(each.starts, each.link) for each in await dates(dialog)], None
    if change is not None:
        told = said_in(await confirmed(dialog, "lena", "ag3", change), "ag3")
    answer = await dialog.say("lena", "ag3", "!rückgängig")
    assert "zurückgenommen" in answer
    assert [(each.starts, each.link) for each in await dates(dialog)] == (before if change else [])
    if told is None:
        assert dialog.now_reads(announcement).startswith("Zurückgenommen: ")
        assert "nichts bestätigt" in await dialog.say("lena", "ag3", "!rückgängig")
    else:
        assert dialog.now_reads(announcement) == str(announcement)
        assert dialog.now_reads(told).startswith("Zurückgenommen: ")


async def test_nothing_is_taken_back_of_a_series_after_one_of_its_dates_was_changed(dialog):
    await confirmed(dialog, "lena", "ag3", MEETINGS)
    [first, *_] = await dates(dialog)
    await confirmed(dialog, "karin", "koordination", f"!termin absagen T{first.id}")
    assert await dialog.say("lena", "ag3", "!rückgängig") == snapshot("""\
Ein Termin der Reihe R1 wurde danach noch einmal geändert; es wurde nichts zurückgenommen.
Alle Angaben: !termin R1\
""")


async def test_a_preview_about_a_series_lapses_when_one_of_its_dates_changes(dialog):
    await confirmed(dialog, "lena", "ag3", MEETINGS)
    [first, *_] = await dates(dialog)
    await dialog.say("lena", "ag3", "!termin absagen R1")
    await confirmed(dialog, "karin", "koordination", f"!termin absagen T{first.id}")
    assert await dialog.say("lena", "ag3", "!ja") == snapshot("""\
Die Reihe hat sich inzwischen geändert, Ihre Vorschau gilt nicht mehr; es wurde nichts geändert.
Den jetzigen Stand zeigt !termin R1; bitte planen Sie danach neu.\
""")
    assert len(await dates(dialog)) == 13


async def test_what_was_changed_for_one_date_alone_stays_when_the_series_changes(dialog):
    await confirmed(dialog, "lena", "ag3", MEETINGS)
    [first, *_] = await dates(dialog)
    await confirmed(dialog, "lena", "ag3", f"!termin ändern T{first.id} link=https://example.org/besonders")
    await confirmed(dialog, "lena", "ag3", "!termin ändern R1 link=https://example.org/neu")
    assert [each.link for each in await dates(dialog)][:2] == [
        "https://example.org/besonders",
        "https://example.org/neu",
    ]


async def test_a_series_reminds_of_each_of_its_dates_and_asks_who_comes(dialog):
    await confirmed(dialog, "lena", "ag3", MEETINGS)
    [reminder] = [each for each in await later(dialog, days=8) if each.room == "ag3"]
    assert reminder == snapshot("""\
Erinnerung: Sitzung der AG 3: „Jour fixe“
Morgen: Mittwoch, 2. Dezember 2026, 10:00–11:00 Uhr
Link: https://example.org/ag3
Kommen Sie? ✅ ja, ❔ vielleicht, ❌ nein (oder !zusage, !vielleicht, !absage)
Alle Angaben: !termin T4\
""")


async def test_the_next_dates_are_entered_when_they_come_into_sight(dialog):
    await confirmed(dialog, "lena", "ag3", MEETINGS)
    await dialog.stop()
    dialog.now = MONDAY + dt.timedelta(days=200)
    await dialog.start()
    found = await dates(dialog)
    assert len(found) == len({each.occurrence for each in found}) == 20


async def test_plenaries_recur_with_numbers_of_their_own(dialog):
    await dialog.say("karin", "koordination", "!plenum neu jeden letzten Dienstag im Monat 13:00-15:00 bis 28.02.2027")
    answers = await dialog.hear("karin", "koordination", "!ja")
    assert said_in(answers, "plenum") == snapshot("""\
Neue Terminreihe: Plenum
Jeden letzten Dienstag im Monat, 13:00–15:00 Uhr, ab Di 24.11.2026 bis 23.02.2027
Die nächsten Termine: Di 24.11.2026, Di 29.12.2026, Di 26.01.2027, Di 23.02.2027
Alle Angaben: !termin R1\
""")
    assert [(each.number, each.starts.date()) for each in await dates(dialog)] == snapshot(
        [(4, dt.date(2026, 11, 24)), (5, dt.date(2026, 12, 29)), (6, dt.date(2027, 1, 26)), (7, dt.date(2027, 2, 23))]
    )
    await confirmed(dialog, "karin", "koordination", "!termin absagen R1")
    assert await dates(dialog) == []
    await dialog.say("karin", "koordination", "!rückgängig")
    assert [each.number for each in await dates(dialog)] == [4, 5, 6, 7]


async def test_numbers_and_single_cancellations_survive_an_end_that_is_taken_back(dialog):
    plan = "!plenum neu jeden letzten Dienstag im Monat 13:00-15:00 bis 28.02.2027"
    await confirmed(dialog, "karin", "koordination", plan)
    await confirmed(dialog, "karin", "koordination", "!plenum absagen 5")
    before = [(each.number, each.starts, each.status) for each in await dates(dialog)]
    await confirmed(dialog, "kurt", "koordination", "!termin absagen R1")
    assert (await dialog.say("anna", "plenum", "!plenum 6")).startswith("Abgesagt: Plenum 6")
    assert "Plenum 8 anlegen" in await dialog.say("karin", "koordination", "!plenum neu 20.12. 10:00")
    await dialog.say("karin", "koordination", "!nein")
    await dialog.say("kurt", "koordination", "!rückgängig")
    assert [(each.number, each.starts, each.status) for each in await dates(dialog)] == before


async def test_one_plenary_of_a_series_that_ended_can_take_place_after_all(dialog):
    plan = "!plenum neu jeden letzten Dienstag im Monat 13:00-15:00 bis 28.02.2027"
    await confirmed(dialog, "karin", "koordination", plan)
    await confirmed(dialog, "karin", "koordination", "!termin absagen R1")
    await confirmed(dialog, "karin", "koordination", "!plenum wiederherstellen 6")
    assert "Plenum 6" in await dialog.say("anna", "plenum", "!termine")
    assert [each.number for each in await dates(dialog)] == [6]


async def test_what_collides_is_named_for_every_date_of_the_year(dialog):
    await confirmed(dialog, "karin", "koordination", "!plenum neu 06.01.2027 10:30-12:00")
    assert await dialog.say("karin", "koordination", "!termin neu AG3 mittwochs 10:00-11:00 bis 31.01.2027") == (
        snapshot("""\
Vorschau: Reihe anlegen, Sitzung der AG 3
Wann: jeden Mittwoch, 10:00–11:00 Uhr, ab Mi 25.11.2026 bis 27.01.2027
Die nächsten Termine: Mi 25.11.2026, Mi 02.12.2026, Mi 09.12.2026, Mi 16.12.2026
Thema: keine Angabe
Ort: keine Angabe
Link: keine Angabe
Achtung: Der 06.01.2027 ist in Sachsen-Anhalt ein Feiertag (Heilige Drei Könige).
Achtung: Zur selben Zeit ist schon ein Termin: Plenum 4, 06.01.2027, 10:30 Uhr.
Einzelne Tage lassen Sie so weg: „außer 24.12., 31.12.“
Ankündigung geht an: AG 3 (6 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")
    )


@pytest.mark.parametrize(
    "text",
    [
        "!termin neu AG3 jeden Mittwoch",
        "!termin neu AG3 jeden Mittwoch 10:00 ab 01.01.2020",
        "!termin neu AG3 jeden Mittwoch 10:00 ab 01.01.2029",
        "!termin neu AG3 jeden Mittwoch 10:00 bis 31.02.2027",
        "!termin neu AG3 jeden Mittwoch 11:00-10:00",
        "!termin neu AG3 jeden Mittwoch 24:30",
        "!termin neu AG3 jeden Mittwoch 10:00 link=keiner",
        "!termin neu AG3 jeden Mittwoch 10:00 plätze=40",
        "!termin neu AG3 jeden Mittwoch 10:00 außer 24.12.2026",
        "!termin verschieben R1 10:00",
        "!termin wiederherstellen R1",
        "!termin absagen R99",
        "!termin ändern R1",
        "!termin ändern R1 plätze=4",
        "!termin ändern R1 link=https://example.org/ag3",
        "!termin R99",
        "!termin R1 morgen",
    ],
)
async def test_what_cannot_be_is_refused_with_what_to_type(dialog, text):
    await confirmed(dialog, "lena", "ag3", MEETINGS)
    assert str(await dialog.say("lena", "ag3", text)) == REFUSED[text]
    assert len(await dates(dialog)) == 13


async def test_a_lead_of_ag_2_touches_no_series_of_ag_3(dialog):
    await confirmed(dialog, "lena", "ag3", MEETINGS)
    for text in ("!termin absagen R1", "!termin ändern R1 ort=Halle", "!termin neu AG3 jeden Mittwoch 10:00"):
        assert (await dialog.say("lukas", "ag2", text)).startswith("Das darf nur die Leitung der AG 3")
    await dialog.say("lena", "ag3", "!termin absagen R1")
    assert (await dialog.say("anna", "ag3", "!ja")).startswith("Das darf nur")
    assert len(await dates(dialog)) == 13


REFUSED = snapshot(
    {
        "!termin neu AG3 jeden Mittwoch": """\
Es fehlt die Uhrzeit. Bitte schreiben Sie zum Beispiel 10:00–12:00 oder 10 Uhr.
So geht es: !termin neu [AG3 | Sprechstunde | Impulsvortrag] <Datum> <Uhrzeit> "Thema" ort="Ort" link=https://…
Beispiel: !termin neu AG3 14.09. 10:00-11:00 "Basisdienste" link=https://example.org/ag3\
""",
        "!termin neu AG3 jeden Mittwoch 10:00 ab 01.01.2020": """\
Mi 01.01.2020, 10:00 Uhr ist schon vorbei.
Bitte nennen Sie einen Termin in der Zukunft, mit Jahr, zum Beispiel: !termin neu AG3 jeden Mittwoch 10:00 ab 14.09.2027\
""",
        "!termin neu AG3 jeden Mittwoch 10:00 ab 01.01.2029": "Diese Reihe beginnt erst in mehr als einem Jahr. Bitte legen Sie sie später an.",
        "!termin neu AG3 jeden Mittwoch 10:00 bis 31.02.2027": """\
Den 31. Februar 2027 gibt es nicht. Der letzte Tag des Monats ist der 28.02.2027. Bitte prüfen Sie das Datum.
So geht es: !termin neu [AG3 | Sprechstunde | Impulsvortrag] <Datum> <Uhrzeit> "Thema" ort="Ort" link=https://…
Beispiel: !termin neu AG3 14.09. 10:00-11:00 "Basisdienste" link=https://example.org/ag3\
""",
        "!termin neu AG3 jeden Mittwoch 11:00-10:00": """\
Das Ende (10:00) liegt nicht nach dem Beginn (11:00). Bitte prüfen Sie beide; geht es über Mitternacht, nennen Sie nur den Beginn.
So geht es: !termin neu [AG3 | Sprechstunde | Impulsvortrag] <Datum> <Uhrzeit> "Thema" ort="Ort" link=https://…
Beispiel: !termin neu AG3 14.09. 10:00-11:00 "Basisdienste" link=https://example.org/ag3\
""",
        "!termin neu AG3 jeden Mittwoch 24:30": """\
Die Uhrzeit 24:30 gibt es nicht. Bitte schreiben Sie 0:00 bis 23:59.
So geht es: !termin neu [AG3 | Sprechstunde | Impulsvortrag] <Datum> <Uhrzeit> "Thema" ort="Ort" link=https://…
Beispiel: !termin neu AG3 14.09. 10:00-11:00 "Basisdienste" link=https://example.org/ag3\
""",
        "!termin neu AG3 jeden Mittwoch 10:00 link=keiner": """\
„keiner“ ist kein Link. Ein Link beginnt mit https:// und hat keine Leerzeichen.
So geht es: !termin neu [AG3 | Sprechstunde | Impulsvortrag] <Datum> <Uhrzeit> "Thema" ort="Ort" link=https://…
Beispiel: !termin neu AG3 14.09. 10:00-11:00 "Basisdienste" link=https://example.org/ag3\
""",
        "!termin neu AG3 jeden Mittwoch 10:00 plätze=40": """\
Plätze nennen Sie bitte beim einzelnen Termin, nicht bei der ganzen Reihe.
So geht es: !termin neu [AG3 | Sprechstunde | Impulsvortrag] <Datum> <Uhrzeit> "Thema" ort="Ort" link=https://…
Beispiel: !termin neu AG3 14.09. 10:00-11:00 "Basisdienste" link=https://example.org/ag3\
""",
        "!termin neu AG3 jeden Mittwoch 10:00 außer 24.12.2026": """\
Am Do 24.12.2026 ist kein Termin dieser Reihe; der nächste ist am Mi 30.12.2026. Bitte prüfen Sie die Ausnahme.
So geht es: !termin neu [AG3 | Sprechstunde | Impulsvortrag] <Datum> <Uhrzeit> "Thema" ort="Ort" link=https://…
Beispiel: !termin neu AG3 14.09. 10:00-11:00 "Basisdienste" link=https://example.org/ag3\
""",
        "!termin verschieben R1 10:00": """\
Eine ganze Reihe lässt sich nicht verschieben oder wiederherstellen; es wurde nichts geändert.
Einzelne Termine und ihre T-Nummern zeigt !termin R1. Für eine andere Zeit beenden Sie die Reihe mit !termin absagen R1 und legen sie neu an.\
""",
        "!termin wiederherstellen R1": """\
Eine ganze Reihe lässt sich nicht verschieben oder wiederherstellen; es wurde nichts geändert.
Einzelne Termine und ihre T-Nummern zeigt !termin R1. Für eine andere Zeit beenden Sie die Reihe mit !termin absagen R1 und legen sie neu an.\
""",
        "!termin absagen R99": "Eine Reihe R99 gibt es nicht. Die Termine und ihre Nummern zeigt !termine.",
        "!termin ändern R1": """\
Es fehlt, was sich ändern soll: thema="…", ort="…", link=https://…, tagesordnung="…" oder plätze=40.
So geht es: !termin ändern <T-Nummer oder R-Nummer> [thema="…"] [ort="…"] [link=https://…] [tagesordnung="…"] [plätze=40] [Grund: …]
Beispiel: !termin ändern T12 ort="Magdeburg, Raum 4"\
""",
        "!termin ändern R1 plätze=4": """\
Plätze nennen Sie bitte beim einzelnen Termin, nicht bei der ganzen Reihe.
So geht es: !termin ändern <T-Nummer oder R-Nummer> [thema="…"] [ort="…"] [link=https://…] [tagesordnung="…"] [plätze=40] [Grund: …]
Beispiel: !termin ändern T12 ort="Magdeburg, Raum 4"\
""",
        "!termin ändern R1 link=https://example.org/ag3": """\
Das steht bei Reihe R1 schon so; es wurde nichts geändert.
Alle Angaben: !termin R1\
""",
        "!termin R99": "Eine Reihe R99 gibt es nicht. Die Termine und ihre Nummern zeigt !termine.",
        "!termin R1 morgen": """\
Es fehlt die Nummer des Termins, etwa T12. Sie steht in der Liste: !termine
So geht es: !termin <T-Nummer oder R-Nummer>
Beispiel: !termin T12\
""",
    }
)
