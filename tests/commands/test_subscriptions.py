"""Abos: reminders for one person, in their direct chat, at their own distances."""

import datetime as dt

import pytest
from inline_snapshot import snapshot

PLENARY = "!plenum neu 15.12. 10:00-12:00 Themenarbeit"


async def planned(dialog, user, room, text):
    await dialog.say(user, room, text)
    await dialog.hear(user, room, "!ja")


async def reminders(dialog, *moment):
    """Who is reminded when the clock rings at this time in Berlin (winter)."""
    dialog.now = dt.datetime(*moment, tzinfo=dt.UTC) - dt.timedelta(hours=1)
    return [each.room for each in await dialog.ring() if each.startswith("Erinnerung")]


async def test_a_subscription_is_repeated_listed_and_ended(dialog):
    assert str(await dialog.say("anna", "direkt:anna", "!abo")) == snapshot(
        "Sie haben kein Abo. So bestellen Sie eines: !abo plenum 1d 1h"
    )
    assert str(await dialog.say("anna", "direkt:anna", "!abo plenum 2 Tage, 1h")) == snapshot(
        "Abo: Plenum, 2 Tage vorher und 1 Stunde vorher. Ich erinnere Sie hier im Direktchat. Alle Ihre Abos zeigt !abo, beenden: !abo aus"
    )
    assert str(await dialog.say("anna", "direkt:anna", "!abo AG3")) == snapshot(
        "Abo: Sitzung der AG 3, 1 Tag vorher und 1 Stunde vorher. Ich erinnere Sie hier im Direktchat. Alle Ihre Abos zeigt !abo, beenden: !abo aus"
    )
    assert str(await dialog.say("anna", "direkt:anna", "!abo")) == snapshot("""\
Ihre Abos:

- Sitzung der AG 3: 1 Tag vorher und 1 Stunde vorher
- Plenum: 2 Tage vorher und 1 Stunde vorher

Beenden: !abo aus\
""")
    assert str(await dialog.say("anna", "direkt:anna", "!abo AG3 aus")) == snapshot(
        "Das Abo ist beendet: Sitzung der AG 3."
    )
    assert str(await dialog.say("anna", "direkt:anna", "!abo aus")) == snapshot(
        "Ihre Abos sind beendet. Ich erinnere Sie nicht mehr im Direktchat."
    )
    assert str(await dialog.say("anna", "direkt:anna", "!abo aus")) == snapshot(
        "Ein solches Abo haben Sie nicht. Ihre Abos zeigt !abo."
    )


async def test_a_person_is_reminded_once_at_their_own_distances_and_the_room_at_its(dialog):
    await planned(dialog, "karin", "koordination", PLENARY)
    await dialog.say("anna", "direkt:anna", "!abo plenum 2d 30m")
    assert await reminders(dialog, 2026, 12, 1, 10, 1) == ["plenum"]
    assert await reminders(dialog, 2026, 12, 11, 18, 0) == []
    assert await reminders(dialog, 2026, 12, 14, 7, 0) == ["plenum", "direkt:anna"]  # held over the weekend
    assert await reminders(dialog, 2026, 12, 14, 7, 1) == []
    assert await reminders(dialog, 2026, 12, 14, 10, 1) == ["plenum"]
    assert await reminders(dialog, 2026, 12, 15, 9, 1) == ["plenum"]
    await dialog.restart()
    assert await reminders(dialog, 2026, 12, 15, 9, 31) == ["direkt:anna"]
    assert await reminders(dialog, 2026, 12, 15, 9, 59) == []


async def test_whoever_was_reminded_hears_of_the_change_and_then_of_the_new_time_only(dialog):
    await planned(dialog, "karin", "koordination", PLENARY)
    await dialog.say("anna", "direkt:anna", "!abo alle 2d")
    assert "direkt:anna" in await reminders(dialog, 2026, 12, 14, 7, 0)
    await dialog.say("karin", "koordination", "!plenum verschieben 4 17.12.")
    told = await dialog.hear("karin", "koordination", "!ja")
    assert {each.room for each in told if "Verschoben" in each} == {"plenum", "direkt:anna"}
    assert "direkt:anna" not in await reminders(dialog, 2026, 12, 15, 9, 0)
    assert "direkt:anna" in await reminders(dialog, 2026, 12, 15, 10, 1)


async def test_who_ended_it_is_not_reminded_not_even_like_a_room(dialog):
    await planned(dialog, "karin", "koordination", PLENARY)
    await dialog.say("anna", "direkt:anna", "!abo plenum 2d")
    assert "direkt:anna" in await reminders(dialog, 2026, 12, 14, 7, 0)
    await dialog.say("anna", "direkt:anna", "!abo aus")
    assert await reminders(dialog, 2026, 12, 14, 10, 1) == ["plenum"]


@pytest.mark.parametrize(
    "wrong", ["!abo plenum 99d", "!abo plenum 0h", "!abo Weihnachten", "!abo AG9 1d", "!abo plenum 1d 2d 3d 4d 5d"]
)
async def test_what_cannot_be_is_refused_and_orders_nothing(dialog, wrong):
    answer = await dialog.say("anna", "direkt:anna", wrong)
    assert not answer.startswith("Abo:")
    assert "kein Abo" in await dialog.say("anna", "direkt:anna", "!abo")


async def test_in_a_room_it_says_where_to_order(dialog):
    assert str(await dialog.say("anna", "plenum", "!abo plenum 1d")) == snapshot(
        "Abos gibt es nur im Direktchat: Schreiben Sie mir dort !abo plenum 1d 1h."
    )
