"""Messages the bot pins: contracts C2, C3, C4 and C6 (client-server API, m.room.pinned_events)."""

from pathlib import Path
from typing import Any

import pytest

from commands.command import Message
from commands.markup import Markdown
from storage import outbox
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, encrypted_dialog
from tests.homeserver import FakeHomeserver
from tests.homeserver.model import Content
from tests.kit import CrashingBot, query, said, speak

PLENARY, GROUP = "#plenum:test", "#ag3:test"
PUT = "PUT */state/m.room.pinned_events/"


def notice(hs: FakeHomeserver, key: str = "date:1", room: str = PLENARY, **more: Any) -> Message:
    """Something worth a pin."""
    parts = {"text": Markdown(f"Termin {key}"), "subject": "next", "pinned": True}
    return Message(**({"key": key, "room_id": hs.room(room).id} | parts | more))


def allow(hs: FakeHomeserver, room: str = PLENARY) -> None:
    """Let the bot pin."""
    levels = hs.room(room).content("m.room.power_levels")
    hs.user("karin").put_state(room, "m.room.power_levels", levels | {"users": levels["users"] | {BOT: 50}})


def pins(hs: FakeHomeserver, room: str = PLENARY) -> Content:
    return hs.room(room).content("m.room.pinned_events")


def pinnings(hs: FakeHomeserver, room: str = PLENARY) -> list[list[str]]:
    """What the bot has made of the pins, one event after the other."""
    events = [event for event in hs.events(room) if event.type == "m.room.pinned_events" and event.sender == BOT]
    return [event.content["pinned"] for event in events]


def rows(directory: Path) -> list[tuple[str, str | None]]:
    found = query(directory / "ag4-bot.sqlite", "SELECT state, error FROM outbox WHERE key LIKE 'pin:%' ORDER BY id")
    return [(state, error) for state, error in found]


async def test_a_message_is_pinned_beside_those_of_people(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """Theirs stay in their order, the bot's is the newest; whatever else stands there stays as well."""
    allow(homeserver)
    theirs = [homeserver.user(each).say(PLENARY, "Wichtig!") for each in ("anna", "ben")]
    homeserver.user("karin").put_state(PLENARY, "m.room.pinned_events", {"pinned": theirs, "org.example": 1})
    await speak(dialog.app, notice(homeserver))
    await dialog.settle()
    [message] = homeserver.messages(PLENARY, BOT)
    assert pins(homeserver) == {"pinned": [*theirs, message.event_id], "org.example": 1}


async def test_the_next_message_about_the_same_takes_the_pin_over(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """Not what people pinned, even if the bot said it about the same; nor what the bot pinned about something else."""
    allow(homeserver)
    await speak(dialog.app, notice(homeserver, "by hand", pinned=False), notice(homeserver, "other", subject="other"))
    await dialog.settle()
    by_hand, other = homeserver.messages(PLENARY, BOT)
    homeserver.user("karin").put_state(PLENARY, "m.room.pinned_events", {"pinned": [by_hand.event_id, other.event_id]})
    await speak(dialog.app, notice(homeserver, "first"))
    await dialog.settle()
    await dialog.restart()
    await speak(dialog.app, notice(homeserver, "second"), notice(homeserver, "none", subject=None))
    await dialog.settle()
    *_, second, none = homeserver.messages(PLENARY, BOT)
    assert pins(homeserver)["pinned"] == [by_hand.event_id, other.event_id, second.event_id, none.event_id]


async def test_pins_of_different_subjects_do_not_lose_each_other(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C6: they share one state event, so they wait for each other, while their messages do not."""
    allow(homeserver)
    await speak(dialog.app, *(notice(homeserver, f"date:{number}", subject=f"date:{number}") for number in range(9)))
    await dialog.settle()
    assert pins(homeserver)["pinned"] == [each.event_id for each in homeserver.messages(PLENARY, BOT)]


async def test_an_edit_can_pin_what_it_edits(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """People see the message with its new text; the edit itself is nothing to pin. Pinned already, nothing changes."""
    allow(homeserver)
    await speak(dialog.app, notice(homeserver, pinned=False))
    await speak(dialog.app, notice(homeserver, "edit:1", replaces="date:1"))
    await dialog.settle()
    message = homeserver.messages(PLENARY, BOT)[0]
    later = {"pinned": [message.event_id, homeserver.user("anna").say(PLENARY, "Auch wichtig")]}
    homeserver.user("karin").put_state(PLENARY, "m.room.pinned_events", later)
    await speak(dialog.app, notice(homeserver, "edit:2", replaces="date:1"))
    await dialog.settle()
    assert pinnings(homeserver) == [[message.event_id]]
    assert pins(homeserver) == later
    assert len([each for each in homeserver.requests if each.method == "PUT" and "/m.room.pinned" in each.path]) == 1


@pytest.mark.parametrize("broken", [{"pinned": "nichts"}, {}, {"pinned": [1, None]}])
async def test_what_is_no_list_of_pins_is_replaced(dialog: Dialog, homeserver: FakeHomeserver, broken: Content) -> None:
    allow(homeserver)
    homeserver.user("karin").put_state(PLENARY, "m.room.pinned_events", broken)
    await speak(dialog.app, notice(homeserver))
    await dialog.settle()
    assert pins(homeserver) == {"pinned": [homeserver.messages(PLENARY, BOT)[0].event_id]}


async def test_where_the_bot_may_not_pin_it_speaks_all_the_same(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C4: the pin is parked and shown in `!status`."""
    await speak(dialog.app, notice(homeserver))
    await dialog.settle()
    assert (said(homeserver, PLENARY), pins(homeserver)) == (["Termin date:1"], {})
    assert rows(dialog.config.data.directory) == [("parked", "403 M_FORBIDDEN")]


async def test_a_message_that_was_not_sent_is_not_pinned(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C4: both wait for the bot to be in the room, and come together then."""
    room = homeserver.create_room("karin", alias="neu")
    message = notice(homeserver, room=room, subject=None)
    await speak(dialog.app, message)
    await dialog.settle()
    assert rows(dialog.config.data.directory) == [("parked", "404 AG4_MESSAGE_NOT_SENT")]
    allow(homeserver, room)
    homeserver.user("karin").invite(room, BOT)
    await dialog.settle()
    assert pins(homeserver, room) == {"pinned": [homeserver.messages(room, BOT)[0].event_id]}


async def test_a_message_that_was_removed_is_not_pinned(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    allow(homeserver)
    await speak(dialog.app, notice(homeserver, pinned=False))
    await dialog.settle()
    async with dialog.database.transaction() as session:
        gone = await outbox.retract(session, "next", types=["m.room.message"], device_id="DEVICE", at=dialog.now)
        queued = await outbox.add(session, gone)
    dialog.app.sender.offer(queued)
    await speak(dialog.app, notice(homeserver, "edit:1", replaces="date:1"))
    await dialog.settle()
    assert pins(homeserver) == {}
    assert rows(dialog.config.data.directory) == [("sent", None)]


async def test_trouble_with_the_homeserver_is_waited_out(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C4: 5xx, 429, cut before and after: pinned in the end, once."""
    monkeypatch.setattr("bot.backoff.FIRST_S", 0.002)
    allow(homeserver)
    faults = [
        homeserver.fail("* */state/m.room.pinned_events/", 503),
        homeserver.cut(PUT, times=2),
        homeserver.fail(PUT, 429, retry_after_ms=5),
        homeserver.lose_answer(PUT, times=2),
    ]
    await speak(dialog.app, notice(homeserver))
    await dialog.settle()
    assert [fault.hits for fault in faults] == [1, 2, 1, 2]
    [message] = homeserver.messages(PLENARY, BOT)
    assert pinnings(homeserver) == [[message.event_id]]


@pytest.mark.parametrize(
    "match, answered", [("PUT */send/*", False), ("PUT */send/*", True), (PUT, False), (PUT, True)]
)
async def test_a_crash_pins_once_and_in_the_place_of_the_earlier_one(
    crashing: CrashingBot, homeserver: FakeHomeserver, match: str, *, answered: bool
) -> None:
    """C2, C3: killed at each stop of the message and its pin, before or after the homeserver has taken it."""
    allow(homeserver)
    await crashing.start()
    await crashing.settle()
    await speak(crashing.app, notice(homeserver, "first"))
    await crashing.settle()
    hold = homeserver.hold(match, times=9, answered=answered)
    await speak(crashing.app, notice(homeserver, "second"))
    await hold.arrived.wait()
    await crashing.crash()
    hold.drop()
    await crashing.start()
    await crashing.settle()
    first, second = homeserver.messages(PLENARY, BOT)
    assert pinnings(homeserver) == [[first.event_id], [second.event_id]]
    assert rows(crashing.directory) == [("sent", None)] * 2


async def test_in_an_encrypted_room_the_pin_names_the_message_and_says_nothing_of_it(
    homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    """State is never encrypted; a pin holds event IDs only."""
    async with encrypted_dialog(homeserver, tmp_path / "data") as dialog:
        allow(homeserver, ROOM)
        await speak(dialog.app, notice(homeserver, room=ROOM))
        await dialog.settle()
        [message] = [each for each in homeserver.events(ROOM) if each.sender == BOT and each.type == "m.room.encrypted"]
        assert pins(homeserver, ROOM) == {"pinned": [message.event_id]}
