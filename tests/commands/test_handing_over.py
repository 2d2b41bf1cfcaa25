"""A person instead of the bot: a row with owner and date, silence there, and release."""

from datetime import date, timedelta

import pytest
from inline_snapshot import snapshot
from sqlalchemy import delete, update

from storage import handovers
from storage.tables import Handover, RoleGrant, Room, RoomKind
from tests.commands.asking import texts_in_database
from tests.dialog import Dialog


async def open_ones(dialog: Dialog) -> list[Handover]:
    async with dialog.database.reading() as session:
        return list(await handovers.waiting(session))


async def test_who_asks_for_a_person_learns_who_and_until_when(dialog: Dialog) -> None:
    answers = await dialog.hear("anna", "direkt:anna", "!mensch Der Antrag geht nicht.")
    told = {answer.room: str(answer) for answer in answers}
    assert told == snapshot(
        {
            "direkt:anna": """\
@karin:test kümmert sich darum, bis 25.11.2026 (Übergabe 1).
Solange antworte ich Ihnen hier nicht mehr auf freie Fragen. Den Stand zeigt !mensch. Wenn es erledigt ist: !mensch erledigt\
""",
            "koordination": """\
@anna:test möchte mit einem Menschen sprechen. Zuständig: @karin:test, bis 25.11.2026.

> Der Antrag geht nicht.

Bitte melden Sie sich bei @anna:test. Danach: !mensch erledigt 1\
""",
        }
    )
    [row] = await open_ones(dialog)
    assert (row.owner, row.asked_by, row.due_on) == ("@karin:test", "@anna:test", date(2026, 11, 25))


@pytest.mark.parametrize(
    "text",
    [
        "Ich möchte mit einem Menschen sprechen",
        "bitte einen Mitarbeiter",
        "mensch!",
        "Kann ich bitte mit einer echten Person reden?",
        "ich brauche einen menschen",
        "Kann mir bitte ein Mensch antworten?",
        "Rufen Sie mich bitte zurück",
        "Kann mich jemand anrufen?",
        "Ich will jemanden sprechen",
        "Das hilft nicht, ich möchte mit einem Menschen sprechen.",
        "Verbinden Sie mich mit einem Mitarbeiter",
        "Kann ich hier nicht mit einem Menschen sprechen?",
    ],
)
async def test_any_wording_does(dialog: Dialog, text: str) -> None:
    assert any("kümmert sich darum" in answer for answer in await dialog.hear("anna", "direkt:anna", text))
    assert len(await open_ones(dialog)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Wie erreiche ich das OZG-Team?",
        "Welche Menschen sind in der AG 3?",
        "Wer ist der CIO?",
        "Muss ein Bürger noch mit einem Sachbearbeiter sprechen, wenn er den Antrag online stellt?",
        "Ich möchte nicht mit einem Menschen sprechen",
        "Kann man mit einem Bot genauso gut sprechen wie mit einem Menschen?",
        "Ich brauche einen Mitarbeiter, der sich mit XFall auskennt. Gibt es Schulungen?",
        "Mensch Meier, was kostet EfA?",
        "Mitarbeiter",
    ],
)
async def test_a_question_about_people_is_no_call_for_one(dialog: Dialog, text: str) -> None:
    await dialog.hear("anna", "direkt:anna", text)
    assert await open_ones(dialog) == []


async def test_until_the_release_free_questions_are_not_answered_there(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", "!mensch")
    assert await dialog.hear("anna", "direkt:anna", "Was ist EfA?") == []
    await dialog.restart()
    assert await dialog.hear("anna", "direkt:anna", "Was ist EfA?") == []
    assert "Übergabe 1" in await dialog.say("anna", "direkt:anna", "!mensch"), "the asker sees how it stands"
    assert "EfA" in await dialog.say("ben", "direkt:ben", "Was ist EfA?"), "others are answered"
    assert "erledigt" in await dialog.say("anna", "direkt:anna", "!mensch erledigt")
    assert "EfA" in await dialog.say("anna", "direkt:anna", "Was ist EfA?")


async def test_the_owner_releases_from_elsewhere_and_the_asker_is_told(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", "!mensch")
    assert "nur" in await dialog.say("ben", "plenum", "!mensch erledigt 1")
    answers = await dialog.hear("karin", "koordination", "!mensch erledigt 1")
    assert sorted(answer.room for answer in answers) == ["direkt:anna", "koordination"]
    assert "keine Übergabe" in await dialog.say("karin", "koordination", "!mensch erledigt 1")


async def test_the_coordination_sees_who_waits(dialog: Dialog) -> None:
    assert "niemand" in await dialog.say("karin", "koordination", "!mensch offen")
    await dialog.hear("anna", "direkt:anna", "!mensch")
    await dialog.hear("ben", "direkt:ben", "!mensch")
    dialog.now += timedelta(days=4)
    assert str(await dialog.say("karin", "koordination", "!mensch offen")) == snapshot("""\
Auf einen Menschen warten:

- 1: @anna:test, zuständig @karin:test, bis 25.11.2026 (überfällig)
- 2: @ben:test, zuständig @kurt:test, bis 25.11.2026 (überfällig)

Erledigt: !mensch erledigt 1\
""")
    assert "nur im Raum der Koordination" in await dialog.say("karin", "plenum", "!mensch offen")


async def test_in_a_groups_room_its_lead_takes_care(dialog: Dialog) -> None:
    await dialog.hear("anna", "ag3", "!mensch")
    assert [row.owner for row in await open_ones(dialog)] == ["@lena:test"]


async def test_where_nobody_is_known_nothing_is_promised(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        await session.execute(delete(RoleGrant))
    dialog.app.surroundings.changed()
    answer = await dialog.say("anna", "direkt:anna", "!mensch")
    assert "niemand eingetragen" in answer
    assert await open_ones(dialog) == []


@pytest.mark.parametrize(
    "text", ["!mensch erledigt", "!mensch erledigt 99", "!mensch erledigt x", "!mensch erledigt 1" + "0" * 30]
)
async def test_what_is_not_there_cannot_be_closed(dialog: Dialog, text: str) -> None:
    answer = await dialog.say("anna", "plenum", text)
    assert "Übergabe" in answer


async def test_too_long_a_matter_is_refused(dialog: Dialog) -> None:
    assert "zu lang" in await dialog.say("anna", "plenum", "!mensch " + "x" * 501)
    assert await open_ones(dialog) == []


async def test_in_a_groups_room_one_message_tells_both_and_notifies_the_lead(dialog: Dialog) -> None:
    answer = await dialog.say("anna", "ag3", "!mensch Wer hilft mir beim Antrag?")
    assert answer.mentions == ["@lena:test"]
    assert str(answer) == snapshot("""\
@lena:test, bitte übernehmen Sie das bis 25.11.2026 (Übergabe 1 von @anna:test).
Solange antworte ich @anna:test hier nicht mehr auf freie Fragen. Den Stand zeigt !mensch. Wenn es erledigt ist: !mensch erledigt 1\
""")


async def test_a_second_matter_is_said_not_to_be_passed_on(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", "!mensch Der Antrag geht nicht.")
    said = await dialog.say("anna", "direkt:anna", "!mensch Es eilt: die Frist ist morgen!")
    assert "nicht weitergegeben: Bitte sagen Sie es @karin:test selbst" in said
    assert "nicht weitergegeben" not in await dialog.say("anna", "direkt:anna", "!mensch")


async def test_who_closes_it_elsewhere_and_who_asked_are_both_told(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", "!mensch")
    answers = await dialog.hear("karin", "koordination", "!mensch erledigt Nr. 1")
    assert {each.room: str(each) for each in answers} == {
        "koordination": "Übergabe 1 ist erledigt; @anna:test erfährt es.",
        "direkt:anna": "Übergabe 1 ist erledigt. Ich antworte hier wieder.",
    }


async def test_a_lead_hears_of_what_is_overdue_in_the_groups_room(dialog: Dialog) -> None:
    await dialog.hear("anna", "ag3", "!mensch")
    dialog.now += timedelta(days=3)
    late = await dialog.ring()
    assert sorted(each.room for each in late) == ["ag3", "koordination"]


async def test_a_lead_who_asks_in_the_own_group_is_not_the_owner(dialog: Dialog) -> None:
    await dialog.hear("lena", "ag3", "!mensch")
    assert [row.owner for row in await open_ones(dialog)] == ["@karin:test"]


async def test_who_deletes_the_message_wants_nobody_any_more(dialog: Dialog) -> None:
    answers = await dialog.hear("anna", "direkt:anna", "!mensch Der Antrag geht nicht.")
    [note] = [answer for answer in answers if answer.room == "koordination"]
    said = await dialog.redact("anna", dialog.last_event)
    assert [str(answer) for answer in said] == ["Übergabe 1 ist zurückgezogen. Ich antworte hier wieder."]
    assert dialog.now_reads(note) == "", "it quoted the message"
    assert await open_ones(dialog) == []
    assert "Antrag" not in await texts_in_database(dialog)


async def test_what_is_overdue_is_said_once_on_a_working_day(dialog: Dialog) -> None:
    await dialog.hear("anna", "direkt:anna", "!mensch")
    dialog.now += timedelta(days=2, hours=12)
    assert await dialog.ring() == [], "the day itself is not over, and then it is night"
    dialog.now += timedelta(hours=12)
    [late] = await dialog.ring()
    assert (late.room, late.mentions) == ("koordination", ["@karin:test"])
    assert str(late) == snapshot("""\
Übergabe 1 ist überfällig: @anna:test sollte bis 25.11.2026 eine Antwort von @karin:test haben.
Ist es erledigt? Dann !mensch erledigt 1. Alle, die warten, zeigt !mensch offen.\
""")
    dialog.now += timedelta(days=1)
    assert await dialog.ring() == []


async def test_where_nobody_can_be_told_nothing_is_promised(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        await session.execute(update(Room).where(Room.kind == RoomKind.COORDINATION).values(joined=False))
    assert "niemand eingetragen" in await dialog.say("anna", "direkt:anna", "!mensch")
    assert await open_ones(dialog) == []
