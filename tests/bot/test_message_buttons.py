"""Buttons under what the bot says of its own accord: contracts C2, C3, C4 and C6."""

from typing import Any

import pytest

from bot.outgoing import Writer
from commands.command import Attachment, Message
from commands.markup import Markdown
from tests.dialog import BOT, MONDAY, Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import CrashingBot, query, said, speak

GROUP = "#ag3:test"
ANSWERS = ("✅", "❔", "❌")


def invitation(hs: FakeHomeserver, **more: Any) -> Message:
    """Something to be answered by a button; what ✅ does under it, the small bot knows."""
    parts: dict[str, Any] = {"text": Markdown("Kommen Sie?"), "subject": "date:1", "reactions": ANSWERS}
    return Message(**({"key": "announce:1", "room_id": hs.room(GROUP).id} | parts | more))


def buttons(hs: FakeHomeserver) -> list[tuple[str, str]]:
    """(what is under it, emoji) for each button of the bot, in order."""
    relations = [
        event.content["m.relates_to"]
        for event in hs.events(GROUP)
        if event.sender == BOT and event.type == "m.reaction" and event.redacted_because is None
    ]
    return [(each["event_id"], each["key"]) for each in relations]


async def test_buttons_come_under_the_message_in_their_order(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """And under each of two messages its own, named after it (C2)."""
    await speak(dialog.app, invitation(homeserver), invitation(homeserver, key="announce:2", subject="date:2"))
    await dialog.settle()
    first, second = (event.event_id for event in homeserver.messages(GROUP, BOT))
    for message in (first, second):
        assert [emoji for under, emoji in buttons(homeserver) if under == message] == list(ANSWERS)
    keys = query(dialog.config.data.database, "SELECT key FROM outbox WHERE type = 'm.reaction' ORDER BY id LIMIT 3")
    assert keys == [(f"button:{emoji}:announce:1",) for emoji in ANSWERS]


async def test_a_button_is_pressed_for_the_subject_of_its_message(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    await speak(dialog.app, invitation(homeserver))
    await dialog.settle()
    homeserver.user("anna").react(GROUP, homeserver.messages(GROUP, BOT)[0].event_id, "✅")
    await dialog.settle()
    assert said(homeserver, GROUP) == ["Kommen Sie?", "Gedrückt: 1"]


async def test_buttons_do_not_wait_for_a_file(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """A file takes an upload; people who can read the text can answer it."""
    hold = homeserver.hold("POST */media/v3/upload")
    file = Attachment(filename="termin.ics", content_type="text/calendar", data=b"BEGIN:VCALENDAR")
    await speak(dialog.app, invitation(homeserver, attachment=file))
    await hold.arrived.wait()
    assert [emoji for _, emoji in buttons(homeserver)] == list(ANSWERS)
    hold.release()
    await dialog.settle()
    assert said(homeserver, GROUP) == ["Kommen Sie?", "termin.ics"]


async def test_an_edit_brings_no_buttons(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """Those under the message are there already."""
    await speak(dialog.app, invitation(homeserver))
    await speak(dialog.app, invitation(homeserver, key="edit:1", replaces="announce:1", reactions=("🎉",)))
    await dialog.settle()
    assert [emoji for _, emoji in buttons(homeserver)] == list(ANSWERS)


def test_the_row_of_a_message_with_buttons_is_not_one_row(homeserver: FakeHomeserver) -> None:
    """Nothing is left out without a word where a single row is asked for."""
    room = homeserver.create_room("anna")
    plain = Message(key="key", room_id=room, text=Markdown("Guten Tag"))
    assert Writer("DEVICE").message(plain, at=MONDAY).key == "key"
    for more in ({"reactions": ("✅",)}, {"pinned": True}):
        with pytest.raises(ValueError, match="more than one row"):
            Writer("DEVICE").message(Message(key="key", room_id=room, text=plain.text, **more), at=MONDAY)


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("answered", [False, True])
async def test_a_crash_doubles_no_button_and_loses_none(
    crashing: CrashingBot, homeserver: FakeHomeserver, nth: int, *, answered: bool
) -> None:
    """C2, C3: killed at the message or one of its buttons, before or after the homeserver has it."""
    await crashing.start()
    await crashing.settle()
    seen: list[str] = []

    def is_nth(request: Any) -> bool:
        if "/send/" in request.path:
            seen.append(request.path)
        return "/send/" in request.path and len(seen) >= nth

    hold = homeserver.hold(is_nth, times=9, answered=answered)
    await speak(crashing.app, invitation(homeserver))
    await hold.arrived.wait()
    await crashing.crash()
    hold.drop()
    await crashing.start()
    await crashing.settle()
    [message] = homeserver.messages(GROUP, BOT)
    assert buttons(homeserver) == [(message.event_id, emoji) for emoji in ANSWERS]
