"""After a plenary: the coordination is asked for minutes and material, who was there gets them, and it is closed."""

import datetime as dt

import pytest
from inline_snapshot import snapshot

from commands.calendar import material
from storage import calendar, history, materials
from storage.tables import Attendance, ParticipationStatus

PLENARY = "!plenum neu 10.12. 10:00-12:00 Abschluss"
MINUTES = "!plenum material 4 Protokoll https://example.org/p"
FILE = {
    "msgtype": "m.file",
    "body": '!plenum material 4 "Folien & Fragen"',
    "filename": "folien.pdf",
    "info": {"mimetype": "application/pdf", "size": 4711},
    "url": "mxc://test/folien",
    "m.mentions": {},
}


def at(dialog, day, hour=9, minute=0, *, month=12, year=2026):
    """Set the clock: a time in Berlin (winter)."""
    dialog.now = dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC) - dt.timedelta(hours=1)


async def asked(dialog, *moment, **how):
    """What the coordination is asked when the clock rings then."""
    at(dialog, *moment, **how)
    return [str(each) for each in await dialog.ring() if "!plenum abschließen" in each and "Überblick" not in each]


async def held(dialog, plan=PLENARY, day=10):
    """A plenary that was planned in chat is over."""
    await dialog.hear("karin", "koordination", plan)
    await dialog.hear("karin", "koordination", "!ja")
    at(dialog, day, 13)
    await dialog.ring()


async def sent(dialog, room="koordination", **more):
    """Karin sends a file whose caption is a command; all that the bot says then."""
    dialog.last_event = dialog.hs.user("karin").send(await dialog.room(room), "m.room.message", FILE | more)
    return await dialog.settle()


def posts(answers):
    return {each.room: each for each in answers if each.content["msgtype"] != "m.notice"}


def files(dialog):
    """The files the bot has sent on and that were not deleted: room and name."""
    found = [
        (dialog.hs.room(each.room_id).aliases[0].removeprefix("#").removesuffix(":test"), each.content["filename"])
        for each in dialog.hs.world.events.values()
        if each.sender == "@ag4-bot:test" and "filename" in each.content
    ]
    return sorted(found)


async def stored(dialog):
    async with dialog.database.reading() as session:
        event = await calendar.by_number(session, calendar.PLENARY, 4)
        return [each.title for each in await materials.of(session, event)]


async def answered(dialog, person, room, status=ParticipationStatus.ACCEPTED):
    async with dialog.database.transaction() as session:
        event = await calendar.by_number(session, calendar.PLENARY, 4)
        session.add(
            Attendance(
                calendar_event_id=event.id,
                user_id=f"@{person}:test",
                status=status,
                version=1,
                seat_since=dialog.now,
                room_id=dialog.hs.room(await dialog.room(room)).id,
                answered_at=dialog.now,
            )
        )


class TestAsking:
    """The job: day +2 and +5, on working days at nine, once, as long as it makes sense."""

    async def test_on_day_two_and_five_at_nine_the_coordination_is_asked_once(self, dialog):
        await held(dialog, PLENARY.replace("10.12.", "08.12."), day=8)  # a Tuesday
        assert await asked(dialog, 10, 8, 59) == []
        assert await asked(dialog, 10, 9, 0) == snapshot(
            [
                """\
Plenum 4 (Di 08.12.2026) ist vorbei: Bitte senden Sie Protokoll und Material.
Mit Link: !plenum material 4 Protokoll https://example.org/protokoll
Mit Datei: !plenum material 4 Protokoll als Beschriftung der Datei
Ist alles da oder kommt nichts? !plenum abschließen 4\
"""
            ]
        )
        assert await asked(dialog, 10, 9, 1) == []
        await dialog.restart()
        assert await asked(dialog, 11) == []
        assert await asked(dialog, 13) == []  # a Sunday
        assert await asked(dialog, 14, 8, 59) == []
        assert await asked(dialog, 14, 9, 0) == snapshot(
            [
                """\
Plenum 4 (Di 08.12.2026) ist noch nicht abgeschlossen: Protokoll und Material fehlen.
Mit Link: !plenum material 4 Protokoll https://example.org/protokoll
Mit Datei: !plenum material 4 Protokoll als Beschriftung der Datei
Ist alles da oder kommt nichts? !plenum abschließen 4\
"""
            ]
        )
        await dialog.restart()
        for day in range(15, 32):
            assert await asked(dialog, day) == []

    async def test_it_is_asked_in_the_coordinations_room_and_notifies(self, dialog):
        await held(dialog)
        at(dialog, 14)
        [question] = [each for each in await dialog.ring() if "ist vorbei" in each]
        assert question.room == "koordination"
        assert question.content["msgtype"] == "m.text"

    async def test_what_falls_on_a_weekend_is_asked_on_monday(self, dialog):
        await held(dialog)  # a Thursday: day two is a Saturday
        assert await asked(dialog, 12) == []
        assert await asked(dialog, 13, 18) == []
        assert await asked(dialog, 14, 8, 59) == []
        assert len(await asked(dialog, 14)) == 1

    async def test_what_falls_on_a_holiday_is_asked_on_the_next_working_day(self, dialog):
        await held(dialog, PLENARY.replace("10.12.", "23.12."), day=23)  # day two is Christmas, a Friday
        assert await asked(dialog, 25) == []
        assert await asked(dialog, 26) == []
        assert len(await asked(dialog, 28)) == 1  # day five at the same time: once

    async def test_after_a_downtime_over_both_only_the_later_is_asked(self, dialog):
        await held(dialog)
        await dialog.stop()
        at(dialog, 17, 11)
        await dialog.start()
        [question] = [each for each in await dialog.settle() if "!plenum abschließen" in each]
        assert "noch nicht abgeschlossen: Protokoll und Material fehlen" in question
        assert await asked(dialog, 17, 12) == []
        assert await asked(dialog, 18) == []

    async def test_a_bot_that_comes_back_at_night_asks_in_the_morning(self, dialog):
        await held(dialog)
        await dialog.stop()
        at(dialog, 15, 22)
        await dialog.start()
        assert [each for each in await dialog.settle() if "!plenum abschließen" in each] == []
        assert len(await asked(dialog, 16, 7)) == 1

    async def test_nobody_is_asked_once_it_is_closed(self, dialog):
        await held(dialog)
        assert len(await asked(dialog, 14)) == 1
        await dialog.say("kurt", "koordination", "!plenum abschließen 4")
        assert await asked(dialog, 15) == []
        assert await asked(dialog, 16) == []

    async def test_what_came_at_once_is_not_asked_for_and_named_on_day_five(self, dialog):
        await held(dialog)
        await dialog.hear("karin", "koordination", MINUTES)
        await dialog.hear("karin", "koordination", "!plenum material 4 Folien https://example.org/f")
        assert await asked(dialog, 14) == []
        assert await asked(dialog, 15) == snapshot(
            [
                """\
Plenum 4 (Do 10.12.2026) ist noch nicht abgeschlossen.
Schon da: Protokoll, Folien
Fehlt etwas? !plenum material 4 Protokoll https://example.org/protokoll
Ist alles da? !plenum abschließen 4\
"""
            ]
        )

    async def test_of_a_plenary_of_more_than_thirty_days_ago_nobody_is_asked(self, dialog):
        await held(dialog)
        await dialog.stop()
        at(dialog, 11, month=1, year=2027)
        await dialog.start()
        assert [each for each in await dialog.settle() if "!plenum abschließen" in each] == []

    async def test_neither_cancelled_plenaries_nor_other_dates_nor_those_of_the_seed_are_asked_about(self, dialog):
        await dialog.hear("karin", "koordination", PLENARY)
        await dialog.hear("karin", "koordination", "!ja")
        await dialog.hear("karin", "koordination", "!plenum absagen 4 Krankheit")
        await dialog.hear("karin", "koordination", "!ja")
        await dialog.hear("lena", "ag3", "!termin neu 10.12. 10:00-11:00 Basisdienste")
        await dialog.hear("lena", "ag3", "!ja")
        for day in range(11, 18):
            assert await asked(dialog, day) == []


class TestMaterial:
    """`!plenum material`: at once, to those who were there, and back again."""

    async def test_a_link_goes_to_the_rooms_that_were_told(self, dialog):
        await held(dialog)
        answers = await dialog.hear("karin", "koordination", MINUTES)
        assert str(answers[0]) == snapshot("""\
Veröffentlicht: Protokoll (Plenum 4)
Das Material geht an: Plenum (6 Personen)
Ist alles da? !plenum abschließen 4
Ein Versehen? Löschen Sie Ihre Nachricht, dann nehme ich das Material überall zurück.\
""")
        assert {room: str(each) for room, each in posts(answers).items()} == snapshot(
            {
                "plenum": """\
Material zu Plenum 4: Protokoll
Link: https://example.org/p
Alle Angaben: !plenum 4\
"""
            }
        )

    async def test_it_goes_to_each_room_in_which_somebody_said_that_they_come_once(self, dialog):
        await dialog.room("direkt:anna")
        await dialog.room("direkt:ben")
        await dialog.hear("karin", "koordination", PLENARY)
        await dialog.hear("karin", "koordination", "!ja")
        await answered(dialog, "anna", "direkt:anna")
        await answered(dialog, "lena", "plenum")
        await answered(dialog, "ben", "direkt:ben", ParticipationStatus.DECLINED)
        at(dialog, 10, 13)
        answers = await dialog.hear("karin", "koordination", MINUTES)
        assert [each.room for each in answers if "Material zu Plenum 4" in each] == ["plenum", "direkt:anna"]
        assert "Das Material geht an: Plenum, ein Direktchat (" in answers[0]

    async def test_who_only_looked_it_up_afterwards_gets_nothing(self, dialog):
        await held(dialog)
        await dialog.say("anna", "direkt:anna", "!plenum 4")
        assert set(posts(await dialog.hear("karin", "koordination", MINUTES))) == {"plenum"}

    async def test_of_what_was_held_before_the_bot_knew_it_goes_where_such_dates_are_told(self, dialog):
        answers = await dialog.hear("karin", "koordination", "!plenum material 3 https://example.org/p")
        assert set(posts(answers)) == {"plenum"}

    async def test_a_file_is_sent_on_with_its_title(self, dialog):
        await held(dialog)
        answers = await sent(dialog)
        texts = [str(each) for each in answers if each.room == "plenum" and "filename" not in each.content]
        assert texts == snapshot(
            [
                """\
Material zu Plenum 4: Folien & Fragen
Datei: folien.pdf (folgt)
Alle Angaben: !plenum 4\
"""
            ]
        )
        assert files(dialog) == [("plenum", "folien.pdf")]

    async def test_a_file_and_a_link_are_one_message(self, dialog):
        await held(dialog)
        answers = await sent(dialog, body=f"{MINUTES} und Folien")
        [text] = [each for each in answers if "Material zu Plenum 4" in each]
        assert "Link: https://example.org/p\nDatei: folien.pdf (folgt)" in text
        assert await stored(dialog) == ["Protokoll und Folien"]

    @pytest.mark.parametrize(
        "words, title",
        [
            ('"Protokoll vom 10.12."', "Protokoll vom 10.12."),
            ("„Protokoll“", "Protokoll"),
            ("Protokoll, Anlage 2", "Protokoll, Anlage 2"),
            ('titel="Protokoll"', "Protokoll"),
            ("", "Material"),
            ('""', "Material"),
        ],
    )
    @pytest.mark.parametrize("order", ["{words} {link}", "{link} {words}"])
    @pytest.mark.parametrize(
        "link", ["https://example.org/p", "link=https://example.org/p", "<https://example.org/p>,"]
    )
    def test_title_and_link_come_in_any_order(self, words, title, order, link):
        assert material.take(order.format(words=words, link=link)) == (title, "https://example.org/p")

    async def test_deleting_the_message_takes_the_material_back_everywhere(self, dialog):
        await held(dialog)
        [answer, post] = await dialog.hear("karin", "koordination", MINUTES)
        assert post.room == "plenum"
        minutes = dialog.last_event
        await sent(dialog)
        [taken] = await dialog.redact("karin", minutes)
        assert str(taken) == snapshot(
            "Das Material zu Plenum 4 ist zurückgenommen. Was ich dazu gesendet habe, ist gelöscht."
        )
        assert (dialog.now_reads(post), dialog.now_reads(answer)) == ("", "")
        assert await stored(dialog) == ["Folien & Fragen"]
        assert files(dialog) == [("plenum", "folien.pdf")]
        await dialog.redact("karin", dialog.last_event)
        assert await stored(dialog) == []
        assert files(dialog) == []

    async def test_what_was_taken_back_can_be_sent_anew(self, dialog):
        await held(dialog)
        for _ in range(3):
            answers = await dialog.hear("karin", "koordination", MINUTES)
            assert [each.room for each in answers] == ["koordination", "plenum"]
            await dialog.redact("karin", dialog.last_event)
        assert await stored(dialog) == []

    async def test_an_edit_posts_nothing_twice_and_says_what_to_do(self, dialog):
        await held(dialog)
        await dialog.hear("karin", "koordination", MINUTES)
        [answer] = await dialog.edit("karin", dialog.last_event, MINUTES.replace("Protokoll", "Niederschrift"))
        assert str(answer) == snapshot("""\
Das Material zu Plenum 4 ist schon veröffentlicht; eine Bearbeitung ändert daran nichts.
Löschen Sie die Nachricht, dann nehme ich es zurück, und senden Sie neu: !plenum material 4 Protokoll https://example.org/protokoll\
""")
        assert await stored(dialog) == ["Protokoll"]

    async def test_a_refused_message_can_be_corrected_by_editing_it_once(self, dialog):
        await held(dialog)
        await dialog.hear("karin", "koordination", "!plenum material 4 Protokoll")
        answers = await dialog.edit("karin", dialog.last_event, MINUTES)
        assert [each.room for each in answers] == ["koordination", "plenum"]
        [answer] = await dialog.edit("karin", dialog.last_event, f"{MINUTES} und Folien")
        assert "schon veröffentlicht" in answer
        assert await stored(dialog) == ["Protokoll"]

    @pytest.mark.parametrize(
        "text, expected",
        [
            ("!plenum material 4 Protokoll", "Es fehlt ein Link oder eine Datei"),
            ("!plenum material 4", "Es fehlt ein Link oder eine Datei"),
            ("!plenum material", "Es fehlt die Nummer"),
            ("!plenum material vier https://example.org/p", "in Ziffern: 4"),
            ("!plenum material 9 https://example.org/p", "Ein Plenum 9 gibt es nicht"),
            ("!plenum material 4 https:/example.org", "ist kein Link"),
            ("!plenum material 4 ftp://example.org/p", "ist kein Link"),
            ("!plenum material 4 www.example.org", "ist kein Link"),
            ("!plenum material 4 link=hier", "ist kein Link"),
            ("!plenum material 4 javascript:alert(1)", "Es fehlt ein Link oder eine Datei"),
            ("!plenum material 4 https://a.org https://b.org", "mehrere Links"),
            ('!plenum material 4 "Protokoll https://a.org', "Anführungszeichen"),
            (f"!plenum material 4 {'x' * 121} https://a.org", "121 Zeichen sind zu lang"),
            (f"!plenum material 4 https://a.org/{'x' * 400}", "Zeichen sind zu lang"),
            (f"!plenum material 4 {'x' * 3000} https://a.org", "zu lang"),
        ],
    )
    async def test_what_does_not_fit_is_refused_and_posts_nothing(self, dialog, text, expected):
        await held(dialog)
        [answer] = await dialog.hear("karin", "koordination", text)
        assert expected in answer
        assert await stored(dialog) == []

    async def test_without_link_and_file_it_says_both_ways(self, dialog):
        await held(dialog)
        assert str(await dialog.say("karin", "koordination", "!plenum material 4")) == snapshot("""\
Es fehlt ein Link oder eine Datei. Schreiben Sie den Link dazu. Eine Datei senden Sie mit diesem Befehl als Beschriftung; kann Ihre App das nicht, nehmen Sie bitte einen Link.
So geht es: !plenum material <Nummer> "Titel" <Link oder Datei>
Beispiel: !plenum material 3 "Protokoll" https://example.org/protokoll\
""")

    async def test_the_same_link_is_there_already(self, dialog):
        await held(dialog)
        await dialog.hear("karin", "koordination", MINUTES)
        [answer] = await dialog.hear("kurt", "koordination", "!plenum material 4 https://example.org/p Nochmal")
        assert str(answer) == snapshot("""\
Dieser Link steht schon bei Plenum 4, seit dem 10.12.2026: „Protokoll“. Es wurde nichts gesendet.
Alles Material: !plenum 4\
""")
        assert await stored(dialog) == ["Protokoll"]

    @pytest.mark.parametrize("text", [MINUTES, "!plenum abschließen 4"])
    async def test_before_it_begins_there_is_neither_material_nor_an_end(self, dialog, text):
        await dialog.hear("karin", "koordination", PLENARY)
        await dialog.hear("karin", "koordination", "!ja")
        [answer] = await dialog.hear("karin", "koordination", text)
        assert str(answer) == snapshot("""\
Plenum 4 (Do 10.12.2026, 10:00–12:00 Uhr) hat noch nicht begonnen. Material senden und abschließen können Sie danach.
Einen Link vorab tragen Sie so ein: !plenum ändern 4 link=https://example.org/plenum\
""")

    @pytest.mark.parametrize("text", [MINUTES, "!plenum abschließen 4"])
    async def test_a_cancelled_plenary_has_neither(self, dialog, text):
        await dialog.hear("karin", "koordination", PLENARY)
        await dialog.hear("karin", "koordination", "!ja")
        await dialog.hear("karin", "koordination", "!plenum absagen 4 Krankheit")
        await dialog.hear("karin", "koordination", "!ja")
        at(dialog, 11)
        [answer] = await dialog.hear("karin", "koordination", text)
        assert str(answer) == snapshot("""\
Plenum 4 (Do 10.12.2026, 10:00–12:00 Uhr) ist abgesagt; dazu gibt es weder Material noch einen Abschluss.
Alle Angaben: !plenum 4\
""")

    async def test_what_people_typed_is_no_markup_and_tells_no_room(self, dialog):
        await held(dialog)
        text = "!plenum material 4 <b>@room</b> https://example.org/@room"
        [_, post] = await dialog.hear("karin", "koordination", text)
        assert "@room" not in post
        assert "<b>" not in post.html
        assert post.mentions == []

    async def test_the_list_for_everybody_names_links_files_and_how_many_there_were_before(self, dialog):
        await held(dialog)
        await dialog.hear("karin", "koordination", MINUTES)
        await sent(dialog)
        async with dialog.database.reading() as session:
            event = await calendar.by_number(session, calendar.PLENARY, 4)
            assert "\n".join(await material.lines(session, event)) == snapshot("""\

Material:

- Protokoll: <https://example.org/p>
- Folien \\& Fragen: Datei folien\\.pdf, gesendet am 10\\.12\\.2026\
""")
            assert await material.lines(session, await calendar.by_number(session, calendar.PLENARY, 1)) == []
        for number in range(8):
            await dialog.hear(
                "karin", "koordination", f"!plenum material 4 Anlage {number} https://example.org/{number}"
            )
        async with dialog.database.reading() as session:
            found = await material.lines(session, event)
        assert found[1] == "- 2 frühere"
        assert len(found) == 10


class TestClosing:
    """`!plenum abschließen`: once, and material may still come."""

    async def test_it_says_what_there_is_and_material_may_still_come(self, dialog):
        await held(dialog)
        await dialog.hear("karin", "koordination", MINUTES)
        assert str(await dialog.say("karin", "koordination", "!plenum abschließen 4")) == snapshot("""\
Plenum 4 ist abgeschlossen (Do 10.12.2026, 10:00–12:00 Uhr).
Material: Protokoll
Material kann noch kommen: !plenum material 4 Protokoll https://example.org/protokoll\
""")
        at(dialog, 14)
        assert str(await dialog.say("kurt", "koordination", "!Plenum Abschließen 4")) == snapshot("""\
Plenum 4 ist schon abgeschlossen, seit Do 10.12.2026.
Material kann noch kommen: !plenum material 4 Protokoll https://example.org/protokoll\
""")
        answers = await dialog.hear("kurt", "koordination", "!plenum material 4 Folien https://example.org/f")
        assert [each.room for each in answers] == ["koordination", "plenum"]
        assert "abschließen" not in answers[0]

    async def test_without_material_it_says_so(self, dialog):
        await held(dialog)
        assert str(await dialog.say("karin", "koordination", "!plenum abschließen 4")) == snapshot("""\
Plenum 4 ist abgeschlossen (Do 10.12.2026, 10:00–12:00 Uhr).
Material: keines.
Material kann noch kommen: !plenum material 4 Protokoll https://example.org/protokoll\
""")

    @pytest.mark.parametrize("text", ["!plenum abschließen", "!plenum abschließen 4 jetzt", "!plenum abschließen alle"])
    async def test_wrong_words_close_nothing(self, dialog, text):
        await held(dialog)
        assert "!plenum abschließen" in await dialog.say("karin", "koordination", text)
        async with dialog.database.reading() as session:
            event = await calendar.by_number(session, calendar.PLENARY, 4)
            assert event.closed_at is None

    async def test_the_history_tells_who_did_what(self, dialog):
        await held(dialog)
        await dialog.hear("karin", "koordination", MINUTES)
        await dialog.redact("karin", dialog.last_event)
        await dialog.hear("kurt", "koordination", "!plenum abschließen 4")
        async with dialog.database.reading() as session:
            event = await calendar.by_number(session, calendar.PLENARY, 4)
            lines = [(each.what, each.actor) for each in await history.of(session, calendar.subject_of(event.id))]
        assert lines[-3:] == [
            ("Material veröffentlicht", "@karin:test"),
            ("Material zurückgenommen", "@karin:test"),
            ("abgeschlossen", "@kurt:test"),
        ]

    @pytest.mark.parametrize("person", ["anna", "lena"])
    @pytest.mark.parametrize("text", [MINUTES, "!plenum abschließen 4"])
    async def test_only_the_coordination_may(self, dialog, person, text):
        await held(dialog)
        assert (await dialog.say(person, "plenum", text)).startswith("Das darf nur die Koordination.")
        assert await stored(dialog) == []


async def digest(dialog):
    return str(await dialog.say("karin", "koordination", "!digest"))


async def test_the_digest_shows_a_plenary_until_it_is_closed(dialog):
    await held(dialog)
    assert "ohne Abschluss" not in await digest(dialog)  # on the day itself
    at(dialog, 11, 8)
    assert (
        "ohne Abschluss: Plenum 4 (Do 10.12.2026), Protokoll und Material fehlen. Senden: !plenum material 4"
        in await digest(dialog)
    )
    await dialog.hear("karin", "koordination", MINUTES)
    shown = await digest(dialog)
    assert "ohne Abschluss: Plenum 4 (Do 10.12.2026), da: Protokoll. Fertig? !plenum abschließen 4" in shown
    assert "Zu entscheiden: nichts" not in shown
    await dialog.hear("karin", "koordination", "!plenum abschließen 4")
    assert "ohne Abschluss" not in await digest(dialog)


async def test_weeks_later_a_plenary_that_was_not_closed_is_still_something_to_decide(dialog):
    await held(dialog)
    await dialog.ring()
    at(dialog, 20, 8, month=1, year=2027)
    found = [each for each in await dialog.ring() if "Überblick" in each]
    assert [("ohne Abschluss: Plenum 4" in each, "Nichts zu entscheiden" in each) for each in found] == [(True, False)]
    at(dialog, 27, 8, month=1, year=2027)
    [later] = [each for each in await dialog.ring() if "Überblick" in each]  # nothing is new this week
    assert "ohne Abschluss: Plenum 4" in later


async def test_the_digest_of_a_group_does_not_show_it(dialog):
    await held(dialog)
    at(dialog, 11, 8)
    assert "ohne Abschluss" not in await dialog.say("lena", "ag3", "!digest")
