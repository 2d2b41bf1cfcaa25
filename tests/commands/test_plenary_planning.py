"""Planning, moving and cancelling plenaries: preview, confirmation, and who is told."""

import datetime as dt

import pytest
from inline_snapshot import snapshot
from sqlalchemy import select

from storage import calendar, history, notices, rooms
from storage.tables import CalendarEvent, Notice, NoticeKind

NEW = '!plenum neu 14.12. 10:00-12:00 "Themenarbeit" ort="Magdeburg" link=https://example.org/plenum'


async def plan(dialog, text=NEW, *, user="karin"):
    """Plan and confirm; everything the bot says to the confirmation."""
    await dialog.say(user, "koordination", text)
    return await dialog.hear(user, "koordination", "!ja")


async def event(dialog, number=4):
    async with dialog.database.reading() as session:
        return await calendar.by_number(session, calendar.PLENARY, number)


async def test_planning_shows_a_preview_and_tells_nobody_yet(dialog):
    [preview] = await dialog.hear("karin", "koordination", NEW)
    assert preview == snapshot("""\
Vorschau: Plenum 4 anlegen
Termin: Montag, 14. Dezember 2026, 10:00–12:00 Uhr
Motto: „Themenarbeit“
Ort: Magdeburg
Link: https://example.org/plenum
Ankündigung geht an: Plenum (6 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")
    assert await event(dialog) is None


async def test_a_preview_names_what_is_missing(dialog):
    assert await dialog.say("karin", "koordination", "!plenum neu 14.12. 10 Uhr") == snapshot("""\
Vorschau: Plenum 4 anlegen
Termin: Montag, 14. Dezember 2026, 10:00 Uhr
Motto: keine Angabe
Ort: keine Angabe
Link: keine Angabe
Ankündigung geht an: Plenum (6 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")


async def test_a_confirmed_plan_is_announced_once_in_every_room_for_it(dialog):
    announcement, reply = sorted(await plan(dialog), key=lambda answer: answer.room, reverse=True)
    assert reply == snapshot("""\
Plenum 4 ist angelegt: Mo 14.12.2026, 10:00–12:00 Uhr
Die Ankündigung geht an: Plenum (6 Personen)\
""")
    assert announcement == snapshot("""\
Neuer Termin: Plenum 4: „Themenarbeit“
Montag, 14. Dezember 2026, 10:00–12:00 Uhr
Ort: Magdeburg
Link: https://example.org/plenum
Kommen Sie? ✅ ja, ❔ vielleicht, ❌ nein (oder !zusage, !vielleicht, !absage)
Alle Angaben: !plenum 4\
""")
    assert (reply.room, announcement.room) == ("koordination", "plenum")
    assert (reply.content["msgtype"], announcement.content["msgtype"]) == ("m.notice", "m.text")
    async with dialog.database.reading() as session:
        [notice] = (await session.scalars(select(Notice))).all()
        [entry] = await history.of(session, f"calendar:{notice.calendar_event_id}")
    assert (notice.kind, notice.version) == (NoticeKind.ANNOUNCEMENT, 1)
    assert (entry.what, entry.after, entry.actor) == ("angelegt", "2026-12-14 10:00 CONFIRMED", "@karin:test")


async def test_warnings_stand_in_the_preview(dialog):
    await plan(dialog, '!plenum neu 31.10.2027 9 Uhr "Reform"')
    assert await dialog.say("karin", "koordination", "!plenum neu 31.10.2027 10:00 Noch eins") == snapshot("""\
Vorschau: Plenum 5 anlegen
Termin: Sonntag, 31. Oktober 2027, 10:00 Uhr
Motto: „Noch eins“
Ort: keine Angabe
Link: keine Angabe
Achtung: Der 31.10.2027 ist ein Sonntag.
Achtung: Der 31.10.2027 ist in Sachsen-Anhalt ein Feiertag (Reformationstag).
Achtung: Am selben Tag ist schon ein Termin: Plenum 4 „Reform“, 09:00 Uhr.
Ankündigung geht an: Plenum (6 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")


async def test_a_room_the_bot_is_not_in_and_unknown_numbers_are_said(dialog):
    async with dialog.database.transaction() as session:
        [plenary] = await rooms.of_kind(session, "plenary")
        room = (await rooms.known(session))[plenary]
        room.joined, room.members = False, None
    preview = await dialog.say("karin", "koordination", NEW)
    assert "Achtung: Der Bot ist noch nicht im Raum „Plenum“; dort kommt nichts an." in preview
    assert "Plenum (Zahl der Personen unbekannt)" in preview


@pytest.mark.parametrize(
    "text",
    [
        '!plenum neu link=https://example.org/plenum ort="Magdeburg" "Themenarbeit" 14.12. 10:00-12:00',
        "!plenum neu „Themenarbeit“ am 14.12., 10 bis 12 Uhr, ort=Magdeburg, https://example.org/plenum",
        "!PLENUM NEU 14. Dezember\n10:00–12:00 Uhr\nmotto=Themenarbeit\nOrt=“Magdeburg”\nLink=https://example.org/plenum",
        "!plenum neu Themenarbeit 14.12. 10:00-12:00 ort=»Magdeburg« link=https://example.org/plenum",
    ],
)
async def test_order_quotes_and_lines_do_not_matter(dialog, text):
    preview = await dialog.say("karin", "koordination", text)
    await dialog.say("karin", "koordination", "!nein")
    assert preview == await dialog.say("karin", "koordination", NEW)


@pytest.mark.parametrize(
    "text,remedy",
    [
        ("!plenum neu", "Es fehlt das Datum."),
        ("!plenum neu 14.12.", "Es fehlt die Uhrzeit."),
        ("!plenum neu 11/05 10:00", "zwei Arten"),
        ('!plenum neu 14.12. 10-12 "X"', "Meinen Sie 10–12 Uhr? Bitte schreiben Sie 10:00–12:00."),
        ('!plenum neu 14.12. 10:00 "offen', "Das schließende Anführungszeichen fehlt."),
        ('!plenum neu 14.12. 10:00 ort="Magdeburg', "Das schließende Anführungszeichen fehlt."),
        ("!plenum neu 14.12. 10:00 link=ftp://x.de", "„ftp://x.de“ ist kein Link. Ein Link beginnt mit https://"),
        ("!plenum neu 14.12. 10:00 link=javascript:alert(1)", "ist kein Link"),
        ("!plenum neu 14.12. 10:00 link=https://x.de@evil.de/", "ist kein Link"),
        ('!plenum neu 14.12. 10:00 "Eins" "Zwei"', "Hier stehen zwei Angaben für Motto."),
        ("!plenum neu 14.12. 10:00 ort=a ort=b", "Hier stehen zwei Angaben für Ort."),
        ("!plenum neu 14.12. 10:00 https://a.de https://b.de", "Hier stehen zwei Angaben für Link."),
        ("!plenum neu 14.12. 10:00 ort=Altes Rathaus", "Das kann ich nicht zuordnen: „Rathaus“."),
        ('!plenum neu 14.12. 10:00 "Motto" Rathaus', "Das kann ich nicht zuordnen: „Rathaus“."),
        ("!plenum neu 14.12. 10:00 raum=5", "Das kann ich nicht zuordnen: „raum=5“."),
        (
            f"!plenum neu 14.12. 10:00 {'Motto ' * 40}",
            "Motto: 239 Zeichen sind zu lang. Bitte kürzen Sie auf höchstens 120.",
        ),
        (f"!plenum neu 14.12. 10:00 {'x' * 60_000}", "Das ist zu lang."),
        ("!plenum verschieben", "Es fehlt die Nummer des Plenums."),
        ("!plenum verschieben 14.12. 10:00", "Es fehlt die Nummer des Plenums."),
        ("!plenum absagen", "Es fehlt die Nummer des Plenums."),
        ("!plenum verschieben vier 15.12.", "die Nummer des Plenums in Ziffern: 4 statt „vier“."),
        ("!plenum absagen Zwölf", "die Nummer des Plenums in Ziffern: 12 statt „Zwölf“."),
    ],
)
async def test_what_does_not_fit_is_named_with_usage_and_example(dialog, text, remedy):
    answer = await dialog.say("karin", "koordination", text)
    assert remedy in answer
    assert "So geht es: !plenum" in answer
    assert "Beispiel: !plenum" in answer


async def test_nothing_is_planned_in_the_past(dialog):
    assert str(await dialog.say("karin", "koordination", "!plenum neu 22.11.2026 10:00")) == snapshot(
        """\
So 22.11.2026, 10:00 Uhr ist schon vorbei.
Bitte nennen Sie einen Termin in der Zukunft, mit Jahr, zum Beispiel: !plenum neu 14.09.2027 10:00 Themenarbeit\
"""
    )


async def test_what_people_type_stays_plain_text(dialog):
    text = '!plenum neu 14.12. 10:00 "<img src=x> **fett** @room \u202eabc\x07" ort="[a](https://evil.example)" link=https://x.de/@room'
    preview = await dialog.say("karin", "koordination", text)
    announcement = next(each for each in await dialog.hear("karin", "koordination", "!ja") if each.room == "plenum")
    for answer in (preview, announcement, await dialog.say("anna", "plenum", "!termine")):
        assert "@room" not in answer
        assert "<img" not in answer.html
        assert 'evil.example"' not in answer.html
        assert "\u202e" not in answer
        assert "**fett**" in answer
        assert answer.content["m.mentions"] == {}


@pytest.mark.parametrize("user", ["anna", "lena", "lukas"])
@pytest.mark.parametrize("text", [NEW, "!plenum verschieben 4 15.12. 10:00", "!plenum absagen 4"])
async def test_only_the_coordination_plans(dialog, user, text):
    await plan(dialog)
    assert await dialog.say(user, "plenum", text) == "Das darf nur die Koordination. Wer das ist, zeigt !kontakt."
    assert (await event(dialog)).version == 1


async def test_moving_shows_old_and_new_and_corrects_every_room_that_was_told(dialog):
    await plan(dialog)
    async with dialog.database.transaction() as session:
        [group_room] = await rooms.of_kind(session, "group", group=3)
        planned = await calendar.by_number(session, calendar.PLENARY, 4)
        await notices.add(session, planned, NoticeKind.ANNOUNCEMENT, [group_room], at=dialog.now)
    preview = await dialog.say(
        "karin", "koordination", "!plenum verschieben 4 15.12. 13:00 Grund: Der Raum ist am 14.12. um 10:00 belegt"
    )
    assert preview == snapshot("""\
Vorschau: Plenum 4 verschieben
Neu: Dienstag, 15. Dezember 2026, 13:00–15:00 Uhr
Bisher: Montag, 14. Dezember 2026, 10:00–12:00 Uhr
Grund: Der Raum ist am 14.12. um 10:00 belegt
Korrektur geht an: Plenum, AG 3 (zusammen höchstens 12 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")
    answers = {answer.room: answer for answer in await dialog.hear("karin", "koordination", "!ja")}
    assert sorted(answers) == ["ag3", "koordination", "plenum"]
    assert answers["koordination"] == snapshot("""\
Plenum 4 ist verschoben, neuer Termin: Di 15.12.2026, 13:00–15:00 Uhr
Die Korrektur geht an: Plenum, AG 3 (zusammen höchstens 12 Personen)\
""")
    assert (
        answers["plenum"]
        == answers["ag3"]
        == snapshot("""\
Verschoben: Plenum 4: „Themenarbeit“
Neu: Dienstag, 15. Dezember 2026, 13:00–15:00 Uhr
Bisher: Montag, 14. Dezember 2026, 10:00–12:00 Uhr
Grund: Der Raum ist am 14.12. um 10:00 belegt
Ort: Magdeburg
Link: https://example.org/plenum
Ihre bisherige Antwort bleibt. Passt es noch? ✅ ja, ❔ vielleicht, ❌ nein (oder !zusage, !vielleicht, !absage)
Alle Angaben: !plenum 4\
""")
    )
    assert answers["plenum"].content["msgtype"] == "m.text"
    assert await dialog.say("anna", "plenum", "!plenum 4") == snapshot("""\
Plenum 4: „Themenarbeit“
Dienstag, 15. Dezember 2026, 13:00–15:00 Uhr (in 22 Tagen)
Ort: Magdeburg
Link: https://example.org/plenum

Änderungen:

- 23.11.2026: verschoben: Mo 14.12.2026, 10:00–12:00 Uhr → Di 15.12.2026, 13:00–15:00 Uhr, Grund: Der Raum ist am 14.12. um 10:00 belegt\
""")
    async with dialog.database.reading() as session:
        entries = await history.of(session, f"calendar:{planned.id}")
    assert [(each.what, each.before, each.after) for each in entries] == [
        ("angelegt", None, "2026-12-14 10:00 CONFIRMED"),
        ("verschoben", "2026-12-14 10:00 CONFIRMED", "2026-12-15 13:00 CONFIRMED"),
    ]


async def test_a_day_alone_keeps_the_time_and_a_reason_needs_no_word_for_it(dialog):
    await plan(dialog)
    preview = await dialog.say("karin", "koordination", '!plenum verschieben 4 16.12. "Raum belegt"')
    assert "Neu: Mittwoch, 16. Dezember 2026, 10:00–12:00 Uhr\n" in preview
    assert "Grund: Raum belegt\n" in preview
    assert "Grund: keine Angabe" in await dialog.say("karin", "koordination", "!plenum verschieben 4 9 Uhr")


@pytest.mark.parametrize("text", ["verschieben 4: 15.12.", "verschieben 4, 15.12.", "verschieben Nr. 4; 15.12."])
async def test_a_sign_behind_the_number_does_no_harm(dialog, text):
    await plan(dialog)
    assert "Neu: Dienstag, 15. Dezember 2026, 10:00–12:00 Uhr\n" in await dialog.say(
        "karin", "koordination", f"!plenum {text}"
    )
    assert "Grund: krank\n" in await dialog.say("karin", "koordination", "!plenum absagen 4, krank")


async def test_moving_twice_corrects_twice(dialog):
    await plan(dialog)
    for number, text in enumerate(("15.12. 10:00", "14.12. 10:00"), 2):
        answers = await plan(dialog, f"!plenum verschieben 4 {text}")
        assert [each.room for each in answers].count("plenum") == 1
        assert (await event(dialog)).version == number


async def test_cancelling_tells_every_room_that_was_told(dialog):
    await plan(dialog)
    preview = await dialog.say("karin", "koordination", "!plenum absagen 4 Die Referentin ist erkrankt")
    assert preview == snapshot("""\
Vorschau: Plenum 4 absagen
Entfällt: Montag, 14. Dezember 2026, 10:00–12:00 Uhr
Grund: Die Referentin ist erkrankt
Absage geht an: Plenum (6 Personen)

Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")
    answers = {answer.room: answer for answer in await dialog.hear("karin", "koordination", "!ja")}
    assert answers["koordination"] == snapshot("""\
Plenum 4 ist abgesagt (Mo 14.12.2026, 10:00–12:00 Uhr).
Die Absage geht an: Plenum (6 Personen)\
""")
    assert answers["plenum"] == snapshot("""\
Abgesagt: Plenum 4: „Themenarbeit“
Der Termin entfällt: Montag, 14. Dezember 2026, 10:00–12:00 Uhr
Grund: Die Referentin ist erkrankt\
""")
    assert await dialog.say("anna", "plenum", "!plenum 4") == snapshot("""\
Abgesagt: Plenum 4: „Themenarbeit“
Vorgesehen war: Montag, 14. Dezember 2026, 10:00–12:00 Uhr

Änderungen:

- 23.11.2026: abgesagt, Grund: Die Referentin ist erkrankt\
""")
    assert await dialog.say("anna", "plenum", "!plenum") == snapshot("""\
Zurzeit ist kein Plenum geplant.
Plenum 4 (Mo 14.12.2026, 10:00–12:00 Uhr) ist abgesagt.
Zuletzt war Plenum 3 (Di 04.07.2023). Mehr dazu: !plenum 3\
""")
    assert "(abgesagt)" in await dialog.say("anna", "plenum", "!termine")


async def test_a_cancelled_plenary_is_neither_moved_nor_cancelled_again(dialog):
    await plan(dialog)
    await plan(dialog, "!plenum absagen 4")
    assert str(await dialog.say("karin", "koordination", "!plenum absagen 4")) == snapshot(
        """\
Plenum 4 ist schon abgesagt.
Findet der Termin doch statt? !plenum wiederherstellen 4\
"""
    )
    assert await dialog.say("karin", "koordination", "!plenum verschieben 4 15.12. 10:00") == await dialog.say(
        "karin", "koordination", "!plenum absagen 4"
    )


async def test_what_has_begun_is_no_longer_changed(dialog):
    assert str(await dialog.say("karin", "koordination", "!plenum absagen 1")) == snapshot(
        """\
Plenum 1 (Do 02.03.2023) hat schon begonnen oder ist vorbei und lässt sich nicht mehr ändern.
Ein weiteres Plenum legen Sie so an: !plenum neu 14.09. 10:00-12:00 Themenarbeit\
"""
    )
    await plan(dialog)
    dialog.now = dt.datetime(2026, 12, 14, 9, 0, tzinfo=dt.UTC)
    assert "hat schon begonnen oder ist vorbei" in await dialog.say(
        "karin", "koordination", "!plenum verschieben 4 15.12. 10:00"
    )
    assert "läuft gerade" in await dialog.say("anna", "plenum", "!plenum")


async def test_moving_to_the_same_or_a_past_date_is_refused(dialog):
    await plan(dialog)
    assert str(await dialog.say("karin", "koordination", "!plenum verschieben 4 14.12. 10:00")) == snapshot(
        """\
Plenum 4 ist schon für Mo 14.12.2026, 10:00–12:00 Uhr geplant.
Nennen Sie den neuen Termin zum Beispiel so: !plenum verschieben 4 14.09. 13:00\
"""
    )
    assert str(await dialog.say("karin", "koordination", "!plenum verschieben 4 01.11.2026")) == snapshot("""\
So 01.11.2026, 10:00 Uhr ist schon vorbei.
Bitte nennen Sie einen Termin in der Zukunft, mit Jahr, zum Beispiel: !plenum verschieben 4 14.09.2027 10:00\
""")
    assert "Es fehlt der neue Termin." in await dialog.say("karin", "koordination", "!plenum verschieben 4")


async def test_a_preview_no_longer_holds_once_somebody_else_was_faster(dialog):
    await plan(dialog)
    await dialog.say("karin", "koordination", "!plenum verschieben 4 15.12. 10:00")
    await plan(dialog, "!plenum verschieben 4 16.12. 10:00", user="kurt")
    [refusal] = await dialog.hear("karin", "koordination", "!ja")
    assert str(refusal) == snapshot(
        """\
Die Planung hat sich inzwischen geändert, Ihre Vorschau gilt nicht mehr; es wurde nichts geändert.
Den jetzigen Stand zeigt !plenum 4; bitte planen Sie danach neu.\
"""
    )
    assert (await event(dialog)).starts == dt.datetime(2026, 12, 16, 10)


async def test_two_plans_for_the_same_number_do_not_both_become_it(dialog):
    await dialog.say("karin", "koordination", NEW)
    await plan(dialog, NEW, user="kurt")
    assert str(await dialog.say("karin", "koordination", "!ja")) == snapshot("""\
Die Nummer 4 ist inzwischen vergeben, die Vorschau gilt nicht mehr; es wurde nichts geändert.
Bitte planen Sie neu: Schicken Sie !plenum neu mit denselben Angaben noch einmal.\
""")
    assert await event(dialog, 5) is None


async def test_a_plan_confirmed_too_late_for_its_date_is_refused(dialog):
    await dialog.say("karin", "koordination", "!plenum neu heute 10:05")
    dialog.now += dt.timedelta(minutes=6)
    assert "ist schon vorbei" in await dialog.say("karin", "koordination", "!ja")
    assert await event(dialog) is None


async def test_the_uid_of_a_date_stays_when_it_moves(dialog):
    await plan(dialog)
    before = await event(dialog)
    await plan(dialog, "!plenum verschieben 4 15.12. 10:00")
    after = await event(dialog)
    assert before.uid == after.uid
    assert before.uid.endswith("@ag4-bot")
    async with dialog.database.reading() as session:
        uids = (await session.scalars(select(CalendarEvent.uid))).all()
    assert len(set(uids)) == len(uids)
