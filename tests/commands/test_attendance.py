"""Answers to invitations: by reaction and by command, changed at will, kept when the date moves; names for few."""

import datetime as dt

import pytest
from inline_snapshot import snapshot

from storage import attendance, calendar
from storage.tables import ParticipationStatus
from tests.planning import confirmed

PLENARY = '!plenum neu 15.12. 10:00-12:00 "Themenarbeit"'


@pytest.fixture
async def announced(dialog):
    """The announcement of plenary 4."""
    [found] = [each for each in await confirmed(dialog, "karin", "koordination", PLENARY) if each.room == "plenum"]
    return found


async def answers(dialog):
    async with dialog.database.reading() as session:
        event = await calendar.by_number(session, calendar.PLENARY, 4)
        return {each.user_id.split(":")[0][1:]: each.status.value for each in await attendance.of(session, event)}


async def test_the_announcement_asks_and_has_the_three_buttons(dialog, announced):
    assert announced == snapshot("""\
Neuer Termin: Plenum 4: „Themenarbeit“
Dienstag, 15. Dezember 2026, 10:00–12:00 Uhr
Kommen Sie? ✅ ja, ❔ vielleicht, ❌ nein (oder !zusage, !vielleicht, !absage)
Alle Angaben: !plenum 4\
""")
    assert dialog.buttons(announced) == ["✅", "❔", "❌"]


async def test_a_reaction_is_an_answer_and_nothing_is_said_to_it(dialog, announced):
    for user, emoji in (("anna", "✅"), ("ben", "❔"), ("lena", "❌"), ("lukas", "✅\ufe0f")):
        assert await dialog.react(user, announced, emoji) == []
    assert await answers(dialog) == {
        "anna": "ACCEPTED",
        "ben": "TENTATIVE",
        "lena": "DECLINED",
        "lukas": "ACCEPTED",
    }
    assert await dialog.say("ben", "plenum", "!plenum 4") == snapshot("""\
Plenum 4: „Themenarbeit“
Dienstag, 15. Dezember 2026, 10:00–12:00 Uhr (in 22 Tagen)
Zusagen: 2, vielleicht: 1, Absagen: 1\
""")


async def test_typed_answers_name_the_date_and_are_changed_at_will(dialog, announced):
    assert await dialog.say("anna", "plenum", "!zusage") == snapshot("""\
Zusage notiert: Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr
Anders? !vielleicht plenum 4 oder !absage plenum 4\
""")
    assert await dialog.say("anna", "plenum", "!vielleicht 4") == snapshot("""\
Vielleicht notiert: Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr
Anders? !zusage plenum 4 oder !absage plenum 4\
""")
    assert await dialog.say("anna", "plenum", "!absage plenum 4") == snapshot("""\
Absage notiert: Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr
Anders? !zusage plenum 4 oder !vielleicht plenum 4\
""")
    assert await answers(dialog) == {"anna": "DECLINED"}
    assert await dialog.react("anna", announced, "✅") == []
    assert await answers(dialog) == {"anna": "ACCEPTED"}
    assert "Ihre Antwort: Sie kommen" in await dialog.say("anna", "plenum", "!termine")
    assert "Ihre Antwort" not in await dialog.say("ben", "plenum", "!termine")


async def test_an_answer_that_is_taken_back_is_gone(dialog, announced):
    await dialog.react("anna", announced, "✅")
    reaction = dialog.last_reaction
    assert await dialog.redact("anna", reaction) == []
    assert await answers(dialog) == {}
    await dialog.say("anna", "plenum", "!zusage")
    await dialog.redact("anna", dialog.last_event)
    assert await answers(dialog) == {}


async def test_only_the_answer_that_counts_is_taken_back(dialog, announced):
    await dialog.react("anna", announced, "✅")
    first = dialog.last_reaction
    await dialog.react("anna", announced, "❌")
    await dialog.redact("anna", first)
    assert await answers(dialog) == {"anna": "DECLINED"}


async def test_an_edited_answer_is_the_new_one_also_to_another_date(dialog, announced):
    await confirmed(dialog, "karin", "koordination", "!plenum neu 16.12. 10:00")
    await dialog.say("anna", "plenum", "!zusage plenum 5")
    said = dialog.last_event
    await dialog.edit("anna", said, "!absage plenum 4")
    assert await answers(dialog) == {"anna": "DECLINED"}
    async with dialog.database.reading() as session:
        assert await attendance.of(session, await calendar.by_number(session, calendar.PLENARY, 5)) == []


async def test_a_deputy_is_named_told_and_counted_once(dialog, announced):
    said = await dialog.hear("anna", "plenum", "!zusage Vertretung: @erika:test")
    assert [str(each) for each in said] == snapshot(
        [
            """\
Zusage notiert: Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr
Für Sie kommt: @erika:test
Anders? !vielleicht plenum 4 oder !absage plenum 4\
""",
            """\
@erika:test: @anna:test hat Sie als Vertretung genannt: Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr.
Alle Angaben: !plenum 4\
""",
        ]
    )
    assert [each.mentions for each in said] == [[], ["@erika:test"]]
    assert "Zusagen: 1 (davon 1 in Vertretung)" in await dialog.say("ben", "plenum", "!plenum")
    assert await dialog.say("ben", "plenum", "!zusage Vertretung: @erika:test") == snapshot(
        "@erika:test kommt schon selbst oder für jemand anderen. Bitte nennen Sie eine andere Person."
    )
    await dialog.say("anna", "plenum", "!zusage")
    assert "Vertretung" not in await dialog.say("ben", "plenum", "!plenum")


async def test_a_mention_or_a_plain_name_names_the_deputy_too(dialog, announced):
    said = await dialog.hear("anna", "plenum", "!zusage plenum 4 Vertretung Erika", mentions=["@erika:test"])
    assert said[1].mentions == ["@erika:test"]
    said = await dialog.say("ben", "plenum", "!zusage in Vertretung durch Frau Dr. Ott")
    assert "Für Sie kommt: Frau Dr. Ott" in said


async def test_names_are_for_the_coordination_only(dialog, announced):
    await dialog.react("anna", announced, "✅")
    await dialog.hear("ben", "plenum", "!zusage Vertretung: @erika:test")
    await dialog.react("lena", announced, "❌")
    assert await dialog.say("karin", "koordination", "!plenum 4") == snapshot("""\
Plenum 4: „Themenarbeit“
Dienstag, 15. Dezember 2026, 10:00–12:00 Uhr (in 22 Tagen)
Zusagen: 2 (davon 1 in Vertretung), vielleicht: 0, Absagen: 1
Zusagen, Namen: @anna:test, @erika:test (für @ben:test)
Absagen, Namen: @lena:test\
""")
    for user, room in (("karin", "plenum"), ("lena", "ag3"), ("anna", "koordination"), ("lena", "koordination")):
        assert "@anna" not in await dialog.say(user, room, "!plenum 4")
    assert "Zusagen, Namen: @anna:test, @erika:test (für @ben:test)" in await dialog.say(
        "karin", "direkt:karin", "!plenum 4"
    )
    assert "@anna" not in await dialog.say("lena", "direkt:lena", "!plenum 4")


async def test_answers_stay_when_the_date_moves_and_people_are_asked_again(dialog, announced):
    await dialog.react("anna", announced, "✅")
    await dialog.react("ben", announced, "✅")
    said = await confirmed(dialog, "karin", "koordination", "!plenum verschieben 4 16.12. 13:00")
    [correction] = [each for each in said if each.room == "plenum"]
    assert "Ihre bisherige Antwort bleibt" in correction
    assert dialog.buttons(correction) == ["✅", "❔", "❌"]
    assert "Zusagen: 2, vielleicht: 0, Absagen: 0\nAntworten noch zum alten Termin: 2" in await dialog.say(
        "anna", "plenum", "!plenum 4"
    )
    await dialog.react("anna", correction, "✅")
    await dialog.react("ben", correction, "❌")
    assert await answers(dialog) == {"anna": "ACCEPTED", "ben": "DECLINED"}
    assert "alten Termin" not in await dialog.say("anna", "plenum", "!plenum 4")


async def test_a_move_that_is_taken_back_makes_older_answers_good_again(dialog, announced):
    await dialog.react("anna", announced, "✅")
    await confirmed(dialog, "karin", "koordination", "!plenum verschieben 4 16.12. 13:00")
    await dialog.say("karin", "koordination", "!rückgängig")
    assert "alten Termin" not in await dialog.say("anna", "plenum", "!plenum 4")


async def test_without_a_name_the_next_date_of_the_room_is_meant(dialog, announced):
    await confirmed(dialog, "lena", "ag3", "!termin neu 14.12. 10:00-11:00")
    assert "Sitzung der AG 3" in await dialog.say("anna", "ag3", "!zusage")
    assert "Plenum 4" in await dialog.say("anna", "plenum", "!zusage")
    assert "Plenum 4" in await dialog.say("anna", "ag1", "!zusage")
    assert "Sitzung der AG 3" in await dialog.say("anna", "ag1", "!zusage T5")


async def test_the_coordination_is_told_how_to_cancel_the_date_itself(dialog, announced):
    assert await dialog.say("karin", "koordination", "!absage 4") == snapshot("""\
Absage notiert: Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr
Anders? !zusage plenum 4 oder !vielleicht plenum 4
Der Termin selbst bleibt. Für alle sagen Sie ihn so ab: !plenum absagen 4\
""")
    assert "Für alle" not in await dialog.say("lena", "plenum", "!absage")


@pytest.mark.parametrize(
    "text",
    [
        "!zusage plenum 9",
        "!zusage plenum 1",
        "!zusage Dienstag",
        "!zusage plenum 4 gerne",
        "!zusage Vertretung:",
        "!zusage Vertretung: @anna:test",
        "!zusage Vertretung: @ag4-bot:test",
        "!zusage Vertretung: @ben:test @erika:test",
        "!absage Vertretung: @ben:test",
        "!vielleicht T99",
        "!vielleicht plenum",
        f"!zusage Vertretung: {'Ott ' * 30}",
    ],
)
async def test_what_is_no_answer_is_refused_with_what_to_type(dialog, announced, text):
    assert announced
    assert str(await dialog.say("anna", "plenum", text)) == REFUSED[text]
    assert await answers(dialog) == {}


async def test_to_what_is_cancelled_over_or_an_office_hour_nobody_answers(dialog, announced):
    await confirmed(dialog, "karin", "koordination", "!termin neu Sprechstunde 14.12. 10:00")
    assert str(await dialog.say("anna", "plenum", "!zusage T5")) == snapshot(
        "Zur OZG-Sprechstunde kommen Sie bitte ohne Anmeldung; eine Antwort ist nicht nötig."
    )
    await confirmed(dialog, "karin", "koordination", "!plenum absagen 4")
    assert str(await dialog.say("anna", "plenum", "!zusage plenum 4")) == snapshot("""\
Plenum 4 ist abgesagt; eine Antwort ist nicht nötig.
Alle Angaben: !plenum 4\
""")
    [told] = await dialog.react("anna", announced, "✅")
    assert str(told) == snapshot("""\
Plenum 4 ist abgesagt; eine Antwort ist nicht nötig.
Alle Angaben: !plenum 4\
""")
    assert str(await dialog.say("anna", "plenum", "!zusage")) == snapshot(
        "Zurzeit steht kein Termin an, zu dem Sie antworten können. Alle Termine zeigt !termine."
    )
    await confirmed(dialog, "karin", "koordination", "!plenum wiederherstellen 4")
    dialog.now += dt.timedelta(days=22, hours=2)
    await dialog.ring()
    assert str(await dialog.say("anna", "plenum", "!zusage plenum 4")) == snapshot("""\
Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr hat schon begonnen oder ist vorbei; antworten können Sie darauf nicht mehr.
Was kommt, zeigt !termine.\
""")
    assert await answers(dialog) == {}


async def test_who_is_named_as_a_deputy_need_not_accept(dialog, announced):
    await dialog.hear("anna", "plenum", "!zusage Vertretung: @ben:test")
    assert str(await dialog.say("ben", "plenum", "!zusage")) == snapshot("""\
Sie sind für Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr schon als Vertretung gemeldet und damit dabei.
Alle Angaben: !plenum 4\
""")
    assert await answers(dialog) == {"anna": ParticipationStatus.ACCEPTED.value}


async def test_in_a_direct_chat_nobody_else_is_told_and_the_bot_says_so(dialog, announced):
    [answer] = await dialog.hear("anna", "direkt:anna", "!zusage plenum 4 Vertretung: @ben:test")
    assert "Für Sie kommt: @ben:test\nBitte geben Sie der Person selbst Bescheid." in answer


async def test_a_deputy_who_does_not_come_hears_whom_to_tell(dialog, announced):
    await dialog.hear("anna", "plenum", "!zusage Vertretung: @ben:test")
    told = "Sie sind als Vertretung gemeldet. Bitte sagen Sie @anna:test Bescheid."
    assert told in await dialog.say("ben", "plenum", "!absage")
    [said] = await dialog.react("ben", announced, "❔")
    assert (told in said, said.mentions) == (True, ["@ben:test"])


REFUSED = snapshot(
    {
        "!zusage plenum 9": """\
Ein Plenum 9 gibt es nicht.
Es gibt die Nummern 1 bis 4, zum Beispiel: !plenum 4\
""",
        "!zusage plenum 1": """\
Plenum 1, Do 02.03.2023 hat schon begonnen oder ist vorbei; antworten können Sie darauf nicht mehr.
Was kommt, zeigt !termine.\
""",
        "!zusage Dienstag": """\
Das kann ich nicht zuordnen: „Dienstag“. Den Termin nennen Sie so: plenum 4 oder T12.
So geht es: !zusage [plenum 4 | T12] [Vertretung: @person]
Beispiel: !zusage plenum 4\
""",
        "!zusage plenum 4 gerne": """\
Das kann ich nicht zuordnen: „gerne“. Den Termin nennen Sie so: plenum 4 oder T12.
So geht es: !zusage [plenum 4 | T12] [Vertretung: @person]
Beispiel: !zusage plenum 4\
""",
        "!zusage Vertretung:": """\
Es fehlt, wer für Sie kommt, zum Beispiel: Vertretung: @person
So geht es: !zusage [plenum 4 | T12] [Vertretung: @person]
Beispiel: !zusage plenum 4\
""",
        "!zusage Vertretung: @anna:test": "Sich selbst brauchen Sie nicht als Vertretung zu nennen; die Zusage allein genügt.",
        "!zusage Vertretung: @ag4-bot:test": "Ich kann Sie leider nicht vertreten. Bitte nennen Sie eine Person.",
        "!zusage Vertretung: @ben:test @erika:test": """\
Bitte nennen Sie genau eine Person als Vertretung.
So geht es: !zusage [plenum 4 | T12] [Vertretung: @person]
Beispiel: !zusage plenum 4\
""",
        "!absage Vertretung: @ben:test": """\
Wer für Sie kommt, gehört zu einer Zusage: !zusage Vertretung: @person
So geht es: !absage [plenum 4 | T12]
Beispiel: !absage plenum 4\
""",
        "!vielleicht T99": "Einen Termin T99 gibt es nicht. Die Nummern stehen in der Liste: !termine",
        "!vielleicht plenum": """\
Es fehlt die Nummer des Termins, etwa T12. Sie steht in der Liste: !termine
So geht es: !vielleicht [plenum 4 | T12]
Beispiel: !vielleicht plenum 4\
""",
        "!zusage Vertretung: Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott Ott ": """\
Der Name der Vertretung ist zu lang. Bitte kürzen Sie ihn auf höchstens 80 Zeichen.
So geht es: !zusage [plenum 4 | T12] [Vertretung: @person]
Beispiel: !zusage plenum 4\
""",
    }
)
