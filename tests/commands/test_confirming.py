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
    assert answers == ["Verworfen. Es wurde nichts geändert."]
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
        assert await dialog.react(user, preview, emoji) == ["Das darf nur die Koordination."]
    for text in ("!ja", "!nein"):
        assert await dialog.say(user, "koordination", text) == "Das darf nur die Koordination."
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
