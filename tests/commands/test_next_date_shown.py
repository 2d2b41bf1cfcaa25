"""The next date of a room stands in its topic or in a pinned message, and what stands there is true."""

import datetime as dt

import pytest

from tests.dialog import BOT
from tests.planning import confirmed

PLENARY = '!plenum neu 15.12. 10:00-12:00 "Themenarbeit"'
FIRST = "Nächster Termin: Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr"


def topic(dialog, room):
    return dialog.hs.room(f"#{room}:test").content("m.room.topic").get("topic", "")


def changes(dialog, room):
    """How often the bot changed a topic."""
    return sum((e.sender, e.type) == (BOT, "m.room.topic") for e in dialog.hs.events(f"#{room}:test"))


def allow(hs):
    for room in ("#plenum:test", "#koordination:test", "#ag3:test"):
        levels = hs.room(room).content("m.room.power_levels")
        hs.user("karin").put_state(room, "m.room.power_levels", levels | {"users": levels["users"] | {BOT: 50}})


async def show(dialog, mode):
    """Start the bot with this setting."""
    rooms = dialog.config.rooms.model_copy(update={"next_date": mode})
    dialog.config = dialog.config.model_copy(update={"rooms": rooms})
    await dialog.restart()


@pytest.fixture
async def with_topic(dialog):
    allow(dialog.hs)
    await show(dialog, "topic")
    return dialog


async def ring(dialog):
    """The clock rings, twice: the second time there is nothing to do."""
    await dialog.ring()
    before = len(dialog.hs.requests)
    await dialog.ring()
    assert [each for each in list(dialog.hs.requests)[before:] if each.method == "PUT"] == []


async def test_nothing_is_shown_while_nothing_comes(with_topic):
    await ring(with_topic)
    assert changes(with_topic, "plenum") == 0


async def test_the_topic_names_the_next_date_of_the_room(with_topic):
    dialog = with_topic
    dialog.hs.user("karin").put_state("#plenum:test", "m.room.topic", {"topic": "Alle Mitwirkenden"})
    await confirmed(dialog, "karin", "koordination", PLENARY)
    await confirmed(dialog, "lena", "ag3", "!termin neu 14.12. 10:00-11:00")
    await ring(dialog)
    assert topic(dialog, "plenum") == f"Alle Mitwirkenden [{FIRST}]"
    assert topic(dialog, "koordination") == f"[{FIRST}]"
    assert topic(dialog, "ag3") == "[Nächster Termin: Sitzung der AG 3, Mo 14.12.2026, 10:00–11:00 Uhr]"


@pytest.mark.parametrize(
    "command, shown",
    [
        ("!plenum verschieben 4 16.12. 13:00", "[Nächster Termin: Plenum 4, Mi 16.12.2026, 13:00–15:00 Uhr]"),
        ("!plenum absagen 4", ""),
    ],
)
async def test_it_follows_every_change_and_its_recall(with_topic, command, shown):
    dialog = with_topic
    await confirmed(dialog, "karin", "koordination", PLENARY)
    await ring(dialog)
    await confirmed(dialog, "karin", "koordination", command)
    await ring(dialog)
    assert topic(dialog, "plenum") == shown
    await dialog.say("karin", "koordination", "!rückgängig")
    await ring(dialog)
    assert topic(dialog, "plenum") == f"[{FIRST}]"
    assert changes(dialog, "plenum") == 3


async def test_what_is_over_makes_room_for_what_comes_next(with_topic):
    dialog = with_topic
    await confirmed(dialog, "karin", "koordination", PLENARY)
    await confirmed(dialog, "karin", "koordination", "!termin neu Impulsvortrag 16.12. 9:00-10:00")
    dialog.now = dt.datetime(2026, 12, 15, 10, 59, tzinfo=dt.UTC)
    await ring(dialog)
    assert topic(dialog, "plenum") == f"[{FIRST}]", "what runs is not over"
    dialog.now += dt.timedelta(minutes=1)
    await dialog.restart()
    await ring(dialog)
    assert topic(dialog, "plenum") == "[Nächster Termin: Impulsvortrag, Mi 16.12.2026, 09:00–10:00 Uhr]"
    dialog.now += dt.timedelta(days=2)
    await ring(dialog)
    assert topic(dialog, "plenum") == ""


def pinned(dialog, room="plenum"):
    """What the pinned messages of a room say now."""
    ids = dialog.hs.room(f"#{room}:test").content("m.room.pinned_events").get("pinned", [])
    sent = {e.event_id: e.content["body"] for e in dialog.hs.messages(f"#{room}:test", BOT)}
    edits = {
        e.content["m.relates_to"]["event_id"]: e.content["m.new_content"]["body"]
        for e in dialog.hs.messages(f"#{room}:test", BOT)
        if e.content.get("m.relates_to", {}).get("rel_type") == "m.replace"
    }
    return [edits.get(each, sent[each]) for each in ids]


async def test_one_pinned_message_is_kept_true_by_editing_it(dialog):
    allow(dialog.hs)
    await show(dialog, "pinned")
    await confirmed(dialog, "karin", "koordination", PLENARY)
    await ring(dialog)
    [before] = dialog.hs.room("#plenum:test").content("m.room.pinned_events")["pinned"]
    assert pinned(dialog) == ["Nächster Termin: Plenum 4\nDi 15.12.2026, 10:00–12:00 Uhr\nAlle Angaben: !plenum 4"]
    await confirmed(dialog, "karin", "koordination", "!plenum verschieben 4 16.12.")
    await ring(dialog)
    assert "Mi 16.12.2026" in pinned(dialog)[0]
    await confirmed(dialog, "karin", "koordination", "!plenum absagen 4")
    await ring(dialog)
    assert pinned(dialog) == ["Nächster Termin: zurzeit keiner. Alle Termine: !termine"]
    assert dialog.hs.room("#plenum:test").content("m.room.pinned_events")["pinned"] == [before]


async def test_another_setting_takes_away_what_was_shown(with_topic):
    dialog = with_topic
    await confirmed(dialog, "karin", "koordination", PLENARY)
    await ring(dialog)
    await show(dialog, "pinned")
    await ring(dialog)
    assert topic(dialog, "plenum") == ""
    assert pinned(dialog)[0].startswith("Nächster Termin: Plenum 4")
    await show(dialog, "off")
    await ring(dialog)
    assert pinned(dialog) == ["Der nächste Termin wird hier nicht mehr angezeigt. Alle Termine: !termine"]
    await show(dialog, "pinned")
    await ring(dialog)
    assert len(pinned(dialog)) == 1
    assert pinned(dialog)[0].startswith("Nächster Termin: Plenum 4")


async def test_where_the_bot_may_not_it_is_not_tried_at_every_ring(dialog):
    await show(dialog, "topic")
    await confirmed(dialog, "karin", "koordination", PLENARY)
    await ring(dialog)
    assert topic(dialog, "plenum") == ""
    tried = [each for each in dialog.hs.requests if each.method == "PUT" and "m.room.topic" in each.path]
    assert len(tried) == len({each.path for each in tried})
