"""Contracts C11 and C13: which room is a chat of two, and which one stays what the configuration says."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.markup import fill
from tests.dialog import BOT, Dialog
from tests.homeserver import Event, FakeHomeserver
from tests.kit import dialog_with, echo, query, small

ENCRYPTION = {"algorithm": "m.megolm.v1.aes-sha2"}


@command("wo", "", example="!wo")
async def where(call: Call, _session: AsyncSession) -> Reply:
    """Sagt, wofür der Bot diesen Raum hält."""
    return Reply(text=fill("{kind} {group}", kind=call.room_kind.value, group=call.room_group))


@pytest.fixture
async def idle(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    """A bot that says which room it is in, and can encrypt; `dialog` is this one, running."""
    dialog = dialog_with(homeserver, tmp_path / "data", small(commands=[where, echo]), encryption={"enabled": True})
    yield dialog
    await dialog.stop()


def of_the_bot(homeserver: FakeHomeserver, room: str) -> list[Event]:
    """What the bot said in a room, readable or not."""
    return [
        event
        for event in homeserver.events(room)
        if event.sender == BOT and event.type in {"m.room.message", "m.room.encrypted"}
    ]


async def test_a_configured_room_stays_what_it_is_when_the_bot_is_invited_as_to_a_direct_chat(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C13: `is_direct` is the inviter's word; the configuration counts for more, also after a restart."""
    assert await dialog.say("anna", "ag3", "!wo") == "group 3"
    homeserver.user("karin").kick("#ag3:test", BOT)
    await dialog.settle()
    homeserver.user("karin").invite("#ag3:test", BOT, is_direct=True)
    await homeserver.wait_for(lambda: homeserver.room("#ag3:test").members[BOT] == "join")
    await dialog.settle()
    assert await dialog.say("anna", "ag3", "!wo") == "group 3"
    await dialog.restart()
    assert await dialog.say("anna", "ag3", "!wo") == "group 3"
    room = homeserver.room("#ag3:test").id
    rows = query(dialog.config.data.database, "SELECT kind, group_number FROM rooms WHERE room_id = ?", room)
    assert rows == [("group", 3)]


async def test_a_configured_room_with_one_person_left_is_no_direct_chat(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C11: what is said there without addressing the bot is not for it, however the bot was invited."""
    for person in ("anna", "ben", "lena", "lukas", "kurt"):
        homeserver.user(person).leave("#ag3:test")
    await dialog.settle()
    assert await dialog.hear("karin", "ag3", "Ist da noch jemand?") == []
    homeserver.user("karin").kick("#ag3:test", BOT)
    await dialog.settle()
    homeserver.user("karin").invite("#ag3:test", BOT, is_direct=True)
    await homeserver.wait_for(lambda: homeserver.room("#ag3:test").members[BOT] == "join")
    await dialog.settle()
    assert await dialog.hear("karin", "ag3", "Und jetzt?") == []
    assert await dialog.say("karin", "ag3", "!wo") == "group 3"


async def test_turning_on_encryption_does_not_make_the_bot_forget_that_it_is_a_chat_of_two(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C11: nobody called the room direct; that two are in it was known before, and the new state does not repeat it."""
    homeserver.create_room("anna", alias="zwei", invite=[BOT])
    await dialog.settle()
    assert await dialog.say("anna", "zwei", "Was ist das OZG?") == "Frei: Was ist das OZG?"
    before = len(of_the_bot(homeserver, "#zwei:test"))
    homeserver.user("anna").put_state("#zwei:test", "m.room.encryption", ENCRYPTION)
    await dialog.settle()
    await dialog.hear("anna", "zwei", "Und was ist FIT-Connect?")
    assert [event.type for event in of_the_bot(homeserver, "#zwei:test")[before:]] == ["m.room.encrypted"]
    await dialog.restart()
    await dialog.hear("anna", "zwei", "Und jetzt?")
    assert len(of_the_bot(homeserver, "#zwei:test")) == before + 2


async def test_a_direct_chat_that_a_third_person_joined_is_none_any_more(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C11, C16: what the two say to each other is not for the bot, and it shows nobody's own matters there."""
    assert await dialog.say("anna", "direkt:anna", "Guten Tag") == "Frei: Guten Tag"
    assert await dialog.say("anna", "direkt:anna", "!wo") == "direct None"
    room = await dialog.room("direkt:anna")
    homeserver.user("anna").invite(room, "@ben:test")
    homeserver.user("ben").join(room)
    await dialog.settle()
    assert await dialog.hear("anna", "direkt:anna", "Ben, was ist das OZG?") == []
    assert await dialog.say("anna", "direkt:anna", "!wo") == "other None"
    homeserver.user("anna").put_state(room, "m.room.topic", {"topic": "Zu dritt"})
    await dialog.restart()
    assert await dialog.hear("ben", "direkt:anna", "Das weiß ich auch nicht.") == []
    assert await dialog.say("ben", "direkt:anna", "!wo") == "other None"


async def test_it_stays_none_when_encryption_is_turned_on(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C11: three are three, also after an event that says nothing about members."""
    room = await dialog.room("direkt:anna")
    homeserver.user("anna").invite(room, "@ben:test")
    homeserver.user("ben").join(room)
    await dialog.settle()
    before = len(of_the_bot(homeserver, room))
    homeserver.user("anna").put_state(room, "m.room.encryption", ENCRYPTION)
    await dialog.settle()
    await dialog.hear("anna", "direkt:anna", "Ben, was ist das OZG?")
    assert len(of_the_bot(homeserver, room)) == before


async def test_it_is_one_again_when_the_third_person_has_left(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C11: the number of people now is what counts."""
    room = await dialog.room("direkt:anna")
    homeserver.user("anna").invite(room, "@ben:test")
    homeserver.user("ben").join(room)
    await dialog.settle()
    homeserver.user("ben").leave(room)
    await dialog.settle()
    assert await dialog.say("anna", "direkt:anna", "Sind wir allein?") == "Frei: Sind wir allein?"
    assert await dialog.say("anna", "direkt:anna", "!wo") == "direct None"
