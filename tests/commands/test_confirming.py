"""Previews: confirmed once, by those who may, in time; otherwise nothing changes."""

import datetime as dt

import pytest
from inline_snapshot import snapshot
from sqlalchemy import select

from storage import calendar, history
from storage.tables import Draft, DraftState, OutboxRow

NEW = "!plenum neu 14.12. 10:00 Themenarbeit"


async def plenary(dialog, number=4):
    async with dialog.database.reading() as session:
        return await calendar.by_number(session, calendar.PLENARY, number)


async def states(dialog):
    async with dialog.database.reading() as session:
        return list(await session.scalars(select(Draft.state).order_by(Draft.id)))


async def test_a_preview_has_its_two_buttons(dialog):
    await dialog.say("karin", "koordination", NEW)
    async with dialog.database.reading() as session:
        keys = (await session.scalars(select(OutboxRow.key).where(OutboxRow.type == "m.reaction"))).all()
    assert [key.split(":")[1] for key in keys] == ["✅", "❌"]


async def test_without_a_preview_there_is_nothing_to_confirm(dialog):
    assert await dialog.say("karin", "koordination", "!ja") == snapshot("""\
In diesem Raum wartet nichts auf Ihre Bestätigung.
Eine Vorschau bekommen Sie zum Beispiel mit !plenum neu; wie das geht, zeigt !hilfe plenum neu.\
""")
    assert await dialog.say("karin", "koordination", "!nein") == await dialog.say("karin", "koordination", "!ja")


async def test_a_preview_is_confirmed_in_the_room_where_it_stands(dialog):
    await dialog.say("karin", "koordination", NEW)
    assert "In diesem Raum wartet nichts" in await dialog.say("karin", "plenum", "!ja")
    assert await plenary(dialog) is None


async def test_the_check_mark_confirms(dialog):
    preview = await dialog.say("karin", "koordination", NEW)
    answers = await dialog.react("karin", preview, "✅")
    assert sorted(each.room for each in answers) == ["koordination", "plenum"]
    assert (await plenary(dialog)).title == "Themenarbeit"


async def test_another_coordinator_may_confirm_and_the_history_knows_who(dialog):
    preview = await dialog.say("karin", "koordination", NEW)
    await dialog.react("kurt", preview, "✅")
    async with dialog.database.reading() as session:
        [entry] = await history.of(session, "draft:1")
    assert (entry.actor, entry.what, entry.before, entry.after) == (
        "@kurt:test",
        "Vorschau bestätigt",
        "open",
        "confirmed",
    )


@pytest.mark.parametrize("way", ["!nein", "❌", "!NEIN", "❌\ufe0f"])
async def test_a_discarded_preview_changes_nothing(dialog, way):
    preview = await dialog.say("karin", "koordination", NEW)
    if way.startswith("!"):
        answers = await dialog.hear("karin", "koordination", way)
    else:
        answers = await dialog.react("karin", preview, way)
    assert [str(each) for each in answers] == snapshot(
        [
            """\
Verworfen: Plenum 4 „Themenarbeit“ anlegen, Mo 14.12.2026, 10:00 Uhr.
Es wurde nichts geändert.\
"""
        ]
    )
    assert await plenary(dialog) is None
    [late] = await dialog.react("karin", preview, "✅")
    assert str(late) == snapshot("""\
Diese Vorschau ist schon verworfen, es wurde nichts geändert.
Bei Bedarf schicken Sie bitte !plenum neu mit Ihren Angaben noch einmal.\
""")
    assert await plenary(dialog) is None


async def test_a_preview_is_confirmed_once(dialog):
    preview = await dialog.say("karin", "koordination", NEW)
    await dialog.hear("karin", "koordination", "!ja")
    [late] = await dialog.react("kurt", preview, "✅")
    assert str(late) == snapshot("""\
Diese Vorschau ist schon bestätigt.
Für eine Änderung schicken Sie bitte einen neuen Befehl. Was möglich ist, zeigt !hilfe.\
""")
    [later] = await dialog.react("kurt", preview, "❌")
    assert later == late
    assert await plenary(dialog, 5) is None
    assert await states(dialog) == [DraftState.CONFIRMED]


async def test_two_who_confirm_at_once_confirm_once(dialog):
    await dialog.say("karin", "koordination", NEW)
    for user in ("karin", "kurt"):
        dialog.hs.user(user).say(await dialog.room("koordination"), "!ja")
    answers = await dialog.settle()
    assert [each.room for each in answers].count("plenum") == 1
    assert [each.room for each in answers].count("koordination") == 2
    assert await plenary(dialog, 5) is None


@pytest.mark.parametrize("user", ["anna", "lena"])
async def test_only_those_who_may_do_it_may_confirm_or_discard(dialog, user):
    preview = await dialog.say("karin", "koordination", NEW)
    for emoji in ("✅", "❌"):
        assert await dialog.react(user, preview, emoji) == [
            "Das darf nur die Koordination. Wer das ist, zeigt !kontakt."
        ]
    for text in ("!ja", "!nein"):
        assert (
            await dialog.say(user, "koordination", text)
            == "Das darf nur die Koordination. Wer das ist, zeigt !kontakt."
        )
    assert await plenary(dialog) is None
    assert await states(dialog) == [DraftState.OPEN]


async def test_other_reactions_to_a_preview_mean_nothing(dialog):
    preview = await dialog.say("karin", "koordination", NEW)
    assert await dialog.react("karin", preview, "👍") == []


async def test_ones_own_preview_is_meant_before_that_of_somebody_else(dialog):
    await dialog.say("karin", "koordination", NEW)
    await dialog.say("kurt", "koordination", "!plenum neu 15.12. 10:00 Anderes")
    await dialog.hear("karin", "koordination", "!ja")
    assert (await plenary(dialog)).title == "Themenarbeit"


async def test_the_newest_own_preview_is_meant(dialog):
    await dialog.say("karin", "koordination", NEW)
    await dialog.say("karin", "koordination", "!plenum neu 15.12. 10:00 Anderes")
    await dialog.hear("karin", "koordination", "!ja")
    assert (await plenary(dialog)).title == "Anderes"


async def test_a_new_preview_replaces_the_older_one_and_says_so(dialog):
    old = await dialog.say("karin", "koordination", "!plenum neu 20.01.2027 10:00 Alt")
    new = await dialog.say("karin", "koordination", "!plenum neu 21.01.2027 10:00 Neu")
    assert str(new) == snapshot("""\
Vorschau: Plenum 4 anlegen
Termin: Donnerstag, 21. Januar 2027, 10:00 Uhr
Motto: „Neu“
Ort: keine Angabe
Link: keine Angabe
Ankündigung geht an: Plenum (6 Personen)

Diese Vorschau ersetzt Ihre von 10:00 Uhr: Plenum 4 „Alt“ anlegen, Mi 20.01.2027, 10:00 Uhr.
Noch ist nichts geändert. Das geht bis 10:10 Uhr:
Bestätigen mit !ja oder der Reaktion ✅ (Häkchen)
Verwerfen mit !nein oder der Reaktion ❌ (Kreuz)\
""")
    assert await states(dialog) == [DraftState.DISCARDED, DraftState.OPEN]
    async with dialog.database.reading() as session:
        [entry] = await history.of(session, "draft:1")
    assert (entry.what, entry.actor, entry.after) == ("Vorschau ersetzt", "@karin:test", "discarded")
    for emoji in ("✅", "❌"):
        [late] = await dialog.react("karin", old, emoji)
        assert str(late) == snapshot("""\
Diese Vorschau wurde durch eine neuere Vorschau ersetzt, mit ihr wurde nichts geändert.
Es gilt nur die neuere.\
""")
    await dialog.say("karin", "koordination", "!nein")
    assert "In diesem Raum wartet nichts" in await dialog.say("karin", "koordination", "!ja")
    assert await plenary(dialog) is None


async def test_previews_of_others_and_in_other_rooms_are_not_replaced(dialog):
    await dialog.say("karin", "koordination", NEW)
    await dialog.say("kurt", "koordination", NEW)
    await dialog.say("karin", "plenum", NEW)
    assert await states(dialog) == [DraftState.OPEN] * 3


async def test_what_is_still_open_after_discarding_is_named(dialog):
    await dialog.say("kurt", "koordination", NEW)
    await dialog.say("karin", "koordination", "!plenum neu 15.12. 10:00 Anderes")
    assert str(await dialog.say("karin", "koordination", "!nein")) == snapshot("""\
Verworfen: Plenum 4 „Anderes“ anlegen, Di 15.12.2026, 10:00 Uhr.
Es wurde nichts geändert.
Die Vorschau von 10:00 Uhr ist noch offen: Plenum 4 „Themenarbeit“ anlegen, Mo 14.12.2026, 10:00 Uhr. Mit !nein verwerfen Sie sie.\
""")


async def test_a_refused_plan_names_the_preview_that_is_still_open(dialog):
    """Else a confirmation typed next would announce a date that the person believes to be replaced."""
    await dialog.say("karin", "koordination", "!plenum neu 20.01.2027 10:00 Alt")
    assert str(await dialog.say("karin", "koordination", "!plenum neu 31.02. 10:00 Neu")) == snapshot("""\
Den 31. Februar 2027 gibt es nicht. Der letzte Tag des Monats ist der 28.02.2027. Bitte prüfen Sie das Datum.
Ihre Vorschau von 10:00 Uhr ist noch offen: Plenum 4 „Alt“ anlegen, Mi 20.01.2027, 10:00 Uhr. Mit !nein verwerfen Sie sie.
So geht es: !plenum neu <Datum> <Uhrzeit> "Motto" ort="Ort" link=https://…
Beispiel: !plenum neu 14.09. 10:00-12:00 "Themenarbeit" ort="Magdeburg" link=https://example.org/plenum\
""")
    assert str(await dialog.say("karin", "koordination", "!plenum absagen 99")) == snapshot("""\
Ein Plenum 99 gibt es nicht.
Es gibt die Nummern 1 bis 3, zum Beispiel: !plenum 3
Ihre Vorschau von 10:00 Uhr ist noch offen: Plenum 4 „Alt“ anlegen, Mi 20.01.2027, 10:00 Uhr. Mit !nein verwerfen Sie sie.\
""")
    assert "ist noch offen" in await dialog.say("karin", "koordination", "!plenum löschen 4")
    assert "ist noch offen" not in await dialog.say("anna", "koordination", "!plenum 99")
    assert "ist noch offen" not in await dialog.say("karin", "plenum", "!plenum absagen 99")
    dialog.now += dt.timedelta(minutes=10)
    assert "ist noch offen" not in await dialog.say("karin", "koordination", "!plenum absagen 99")


async def test_an_edited_plan_that_cannot_be_read_leaves_no_preview_open(dialog):
    await dialog.say("karin", "koordination", NEW)
    [refusal] = await dialog.edit("karin", dialog.last_event, "!plenum neu 31.02. 10:00 Neu")
    assert "ist noch offen" not in refusal
    assert await states(dialog) == [DraftState.DISCARDED]


@pytest.mark.parametrize("text", ["!ja aber 11 Uhr", "!nein doch", "!ja 4"])
async def test_words_behind_a_confirmation_confirm_nothing(dialog, text):
    await dialog.say("karin", "koordination", NEW)
    assert "So geht es: !" in await dialog.say("karin", "koordination", text)
    assert await states(dialog) == [DraftState.OPEN]


@pytest.mark.parametrize("text", ["!ja bitte", "!ja danke", "!JA Bitte!"])
async def test_politeness_behind_a_confirmation_is_welcome(dialog, text):
    await dialog.say("karin", "koordination", NEW)
    await dialog.hear("karin", "koordination", text)
    assert await states(dialog) == [DraftState.CONFIRMED]


async def test_a_preview_lapses_after_its_time_and_says_so_once(dialog):
    preview = await dialog.say("karin", "koordination", NEW)
    dialog.now += dt.timedelta(minutes=9, seconds=59)
    assert await dialog.ring() == []
    dialog.now += dt.timedelta(seconds=1)
    [message] = await dialog.ring()
    assert str(message) == snapshot("""\
Die Vorschau ist verfallen, weil niemand sie bestätigt hat; es wurde nichts geändert.
Bei Bedarf schicken Sie bitte !plenum neu mit Ihren Angaben noch einmal.\
""")
    assert (message.room, message.content["msgtype"]) == ("koordination", "m.notice")
    assert message.content["m.relates_to"]["m.in_reply_to"] == {"event_id": dialog.last_event}
    assert await dialog.ring() == []
    [late] = await dialog.react("karin", preview, "✅")
    assert str(late) == snapshot("""\
Diese Vorschau ist verfallen, es wurde nichts geändert.
Bei Bedarf schicken Sie bitte !plenum neu mit Ihren Angaben noch einmal.\
""")
    assert "In diesem Raum wartet nichts" in await dialog.say("karin", "koordination", "!ja")
    assert await plenary(dialog) is None


async def test_a_preview_is_void_when_its_time_is_up_even_before_the_clock_rings(dialog):
    await dialog.say("karin", "koordination", NEW)
    dialog.now += dt.timedelta(minutes=10)
    assert "Diese Vorschau ist verfallen" in await dialog.say("karin", "koordination", "!ja")
    assert await plenary(dialog) is None


async def test_a_preview_outlives_a_restart(dialog):
    preview = await dialog.say("karin", "koordination", NEW)
    await dialog.restart()
    await dialog.react("karin", preview, "✅")
    assert await plenary(dialog) is not None


async def test_a_preview_that_lapsed_while_the_bot_was_down_is_told_of_afterwards(dialog):
    await dialog.say("karin", "koordination", NEW)
    await dialog.stop()
    dialog.now += dt.timedelta(hours=48)
    await dialog.start()
    said = [*await dialog.ring()]
    assert len([each for each in said if "Die Vorschau ist verfallen" in each]) <= 1
    assert await states(dialog) == [DraftState.EXPIRED]


async def test_a_time_limit_beyond_midnight_names_the_day(dialog):
    dialog.now = dt.datetime(2026, 11, 23, 22, 55, tzinfo=dt.UTC)
    preview = await dialog.say("karin", "koordination", NEW)
    assert "Das geht bis Di 24.11.2026, 00:05 Uhr:" in preview


async def test_editing_the_plan_makes_a_new_preview_and_voids_the_old_one(dialog):
    old = await dialog.say("karin", "koordination", NEW)
    [new] = await dialog.edit("karin", dialog.last_event, "!plenum neu 15.12. 11:00 Themenarbeit")
    assert "Dienstag, 15. Dezember 2026, 11:00 Uhr" in new
    assert "schon verworfen" in (await dialog.react("karin", old, "✅"))[0]
    await dialog.react("karin", new, "✅")
    assert (await plenary(dialog)).starts == dt.datetime(2026, 12, 15, 11)


async def test_editing_the_plan_twice_leaves_only_the_last_preview(dialog):
    await dialog.say("karin", "koordination", NEW)
    source = dialog.last_event
    await dialog.edit("karin", source, "!plenum neu 15.12. 11:00 Themenarbeit")
    await dialog.edit("karin", source, "!plenum neu 16.12. 11:00 Themenarbeit")
    assert await states(dialog) == [DraftState.DISCARDED, DraftState.DISCARDED, DraftState.OPEN]


async def test_editing_a_confirmed_plan_changes_nothing(dialog):
    await dialog.say("karin", "koordination", NEW)
    source = dialog.last_event
    await dialog.hear("karin", "koordination", "!ja")
    answers = await dialog.edit("karin", source, "!plenum neu 15.12. 11:00 Themenarbeit")
    assert [str(each) for each in answers] == [
        snapshot("""\
Diese Vorschau ist schon bestätigt.
Für eine Änderung schicken Sie bitte einen neuen Befehl. Was möglich ist, zeigt !hilfe.\
""")
    ]
    assert await plenary(dialog, 5) is None


async def test_deleting_the_plan_discards_the_preview(dialog):
    preview = await dialog.say("karin", "koordination", NEW)
    answers = await dialog.redact("karin", dialog.last_event)
    assert [str(each) for each in answers] == [
        snapshot("Die Nachricht ist gelöscht: Die Vorschau ist damit verworfen, es wurde nichts geändert.")
    ]
    assert "schon verworfen" in (await dialog.react("karin", preview, "✅"))[0]
    assert await plenary(dialog) is None


async def test_deleting_a_confirmed_plan_changes_nothing(dialog):
    await dialog.say("karin", "koordination", NEW)
    source = dialog.last_event
    await dialog.hear("karin", "koordination", "!ja")
    assert await dialog.redact("karin", source) == []
    assert await plenary(dialog) is not None


async def test_a_closed_preview_keeps_no_words(dialog):
    await dialog.say("karin", "koordination", NEW)
    await dialog.hear("karin", "koordination", "!nein")
    async with dialog.database.reading() as session:
        assert (await session.scalars(select(Draft.payload))).all() == [{}]


async def test_in_a_thread_preview_and_confirmation_stay_in_the_thread(dialog):
    await dialog.hear("karin", "koordination", "Planung des nächsten Plenums")
    root = dialog.last_event
    preview = await dialog.say("karin", "koordination", NEW, thread=root)
    assert preview.content["m.relates_to"]["event_id"] == root
    answers = await dialog.hear("karin", "koordination", "!ja", thread=root)
    reply = next(each for each in answers if each.room == "koordination")
    assert reply.content["m.relates_to"]["event_id"] == root


async def test_editing_a_confirmation_confirms_nothing_else(dialog):
    await dialog.say("karin", "koordination", NEW)
    await dialog.hear("karin", "koordination", "!ja")
    confirmation = dialog.last_event
    await dialog.say("karin", "koordination", "!plenum neu 15.12. 10:00 Anderes")
    await dialog.edit("karin", confirmation, "!ja bitte")
    assert await states(dialog) == [DraftState.CONFIRMED, DraftState.OPEN]
