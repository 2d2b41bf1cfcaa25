"""Seats: never more are given than there are; who waits moves up in order, and is told once."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from commands.registry import Registry
from storage import attendance, calendar
from tests.homeserver import FakeHomeserver
from tests.kit import dialog_with
from tests.planning import confirmed

PLENARY = '!plenum neu 15.12. 10:00-12:00 "Themenarbeit" plätze=2'


@pytest.fixture
async def announced(dialog):
    """The announcement of plenary 4, with two seats."""
    [found] = [each for each in await confirmed(dialog, "karin", "koordination", PLENARY) if each.room == "plenum"]
    return found


async def seated(dialog) -> tuple[list[str], list[str]]:
    """Who has a seat, and who waits, in their order."""
    async with dialog.database.reading() as session:
        event = await calendar.by_number(session, calendar.PLENARY, 4)
        found = [each for each in await attendance.of(session, event) if each.status == "ACCEPTED"]
    return (
        [each.user_id[1:-5] for each in found if not each.waiting],
        [each.user_id[1:-5] for each in found if each.waiting],
    )


async def answer(dialog, user, announced, emoji) -> list[Any]:
    dialog.now = dialog.now.replace(microsecond=dialog.now.microsecond + 1)
    return await dialog.react(user, announced, emoji)


async def test_who_comes_too_late_waits_is_told_and_moves_up(dialog, announced):
    assert "Plätze: 2" in announced
    for user in ("anna", "ben"):
        assert await answer(dialog, user, announced, "✅") == []
    [told] = await answer(dialog, "lena", announced, "✅")
    assert str(told) == snapshot("""\
@lena:test: Warteliste, Platz 1 für Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr. Alle 2 Plätze sind vergeben; wird einer frei, sage ich Ihnen Bescheid.
Doch nicht? !absage plenum 4\
""")
    assert told.mentions == ["@lena:test"]
    assert await dialog.say("lukas", "plenum", "!zusage") == snapshot("""\
Warteliste, Platz 2: Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr
Alle 2 Plätze sind vergeben. Wird einer frei, sage ich Ihnen Bescheid.
Anders? !vielleicht plenum 4 oder !absage plenum 4\
""")
    assert await dialog.say("lukas", "plenum", "!plenum 4") == snapshot("""\
Plenum 4: „Themenarbeit“
Dienstag, 15. Dezember 2026, 10:00–12:00 Uhr (in 22 Tagen)
Plätze: 2
Zusagen: 2, vielleicht: 0, Absagen: 0
Freie Plätze: 0, Warteliste: 2\
""")
    [told] = await answer(dialog, "anna", announced, "❌")
    assert str(told) == snapshot("""\
@lena:test: Sie haben jetzt einen Platz: Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr.
Können Sie nicht mehr? !absage plenum 4\
""")
    assert told.mentions == ["@lena:test"]
    assert await seated(dialog) == (["ben", "lena"], ["lukas"])


@pytest.mark.parametrize("how", ["vielleicht", "taken back", "deleted"])
async def test_every_way_of_not_coming_frees_the_seat(dialog, announced, how):
    await answer(dialog, "anna", announced, "✅")
    reaction = dialog.last_reaction
    await dialog.say("ben", "plenum", "!zusage")
    typed = dialog.last_event
    await answer(dialog, "lena", announced, "✅")
    match how:
        case "vielleicht":
            said = await answer(dialog, "anna", announced, "❔")
        case "taken back":
            said = await dialog.redact("anna", reaction)
        case _:
            said = await dialog.redact("ben", typed)
    assert [each.mentions for each in said] == [["@lena:test"]]
    assert (await seated(dialog))[1] == []


async def test_more_seats_let_people_in_and_fewer_put_nobody_out(dialog, announced):
    for user in ("anna", "ben", "lena", "lukas"):
        await answer(dialog, user, announced, "✅")
    said = await confirmed(dialog, "karin", "koordination", "!plenum ändern 4 plätze=3")
    assert [str(each) for each in said if each.mentions] == snapshot(
        [
            """\
@lena:test: Sie haben jetzt einen Platz: Plenum 4, Di 15.12.2026, 10:00–12:00 Uhr.
Können Sie nicht mehr? !absage plenum 4\
"""
        ]
    )
    assert await seated(dialog) == (["anna", "ben", "lena"], ["lukas"])
    await confirmed(dialog, "karin", "koordination", "!plenum ändern 4 plätze=1")
    assert await seated(dialog) == (["anna", "ben", "lena"], ["lukas"])
    assert await answer(dialog, "anna", announced, "❌") == []
    assert await seated(dialog) == (["ben", "lena"], ["lukas"])
    said = await confirmed(dialog, "karin", "koordination", "!plenum ändern 4 plätze=-")
    assert [each.mentions for each in said if each.mentions] == [["@lukas:test"]]


async def test_who_says_yes_again_keeps_the_place_and_who_left_goes_to_the_end(dialog, announced):
    for user in ("anna", "ben", "lena", "lukas"):
        await answer(dialog, user, announced, "✅")
    await answer(dialog, "lena", announced, "✅")
    assert await seated(dialog) == (["anna", "ben"], ["lena", "lukas"])
    await answer(dialog, "lena", announced, "❌")
    await answer(dialog, "lena", announced, "✅")
    assert await seated(dialog) == (["anna", "ben"], ["lukas", "lena"])


async def test_nobody_moves_up_for_a_date_that_is_cancelled(dialog, announced):
    await answer(dialog, "anna", announced, "✅")
    reaction = dialog.last_reaction
    for user in ("ben", "lena"):
        await answer(dialog, user, announced, "✅")
    await confirmed(dialog, "karin", "koordination", "!plenum absagen 4")
    assert await dialog.redact("anna", reaction) == []
    assert await seated(dialog) == (["ben"], ["lena"])


@pytest.mark.parametrize("seats", ["0", "-3", "viele", "100000", "4,5"])
async def test_a_number_of_seats_that_is_none_is_refused(dialog, seats):
    said = await dialog.say("karin", "koordination", f"!plenum neu 15.12. 10:00 plätze={seats}")
    assert f"„{seats}“ ist keine Zahl von Plätzen" in said


PEOPLE = ("anna", "ben", "lena", "lukas", "karin")
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["✅", "❔", "❌", "back"])),
        st.tuples(st.just("seats"), st.integers(1, 4)),
    ),
    max_size=12,
)


@settings(max_examples=10, deadline=None)
@given(steps)
async def test_seats_are_never_given_twice_and_the_order_is_kept(walk):
    with tempfile.TemporaryDirectory() as directory:
        async with FakeHomeserver() as hs:
            dialog = dialog_with(hs, Path(directory) / "data", Registry())
            await dialog.start()
            try:
                await _walk(dialog, walk)
            finally:
                await dialog.stop()


async def _walk(dialog, walk):
    """The same steps in the bot and in a list of names; both must agree after each."""
    [announced] = [e for e in await confirmed(dialog, "karin", "koordination", PLENARY) if e.room == "plenum"]
    seats, inside, outside, last = 2, [], [], {}
    for who, what in walk:
        told: list[str] = []
        if who == "seats":
            if what == seats:
                continue
            said = await confirmed(dialog, "karin", "koordination", f"!plenum ändern 4 plätze={what}")
            seats = what
        elif what == "back":
            if who not in last:
                continue
            said = await dialog.redact(who, last.pop(who))
            inside, outside = [p for p in inside if p != who], [p for p in outside if p != who]
        else:
            said = await answer(dialog, who, announced, what)
            last[who] = dialog.last_reaction
            if what != "✅":
                inside, outside = [p for p in inside if p != who], [p for p in outside if p != who]
            elif who not in inside + outside:
                (outside if len(inside) >= seats else inside).append(who)
        while outside and len(inside) < seats:
            told.append(outside[0])
            inside.append(outside.pop(0))
        moved = [each.mentions[0][1:-5] for each in said if "Sie haben jetzt einen Platz" in each]
        assert moved == told
        now = await seated(dialog)
        assert (sorted(now[0]), now[1]) == (sorted(inside), outside)
