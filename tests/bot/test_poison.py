"""C5 with encryption: whatever strangers send costs only itself; nobody's words end up in somebody else's mouth."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import vodozemac

from bot.matrix.encryption.devices import BETWEEN_BREATHS, Devices
from storage import health
from tests import mischief
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, answers, ask, encrypted_dialog, person
from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver, keyring
from tests.homeserver.model import Content
from tests.kit import said
from tests.olm_device import unpadded


@pytest.fixture
async def dialog(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    async with encrypted_dialog(homeserver, tmp_path / "data") as one:
        yield one


@pytest.fixture
def anna(dialog: Dialog, homeserver: FakeHomeserver) -> EncryptedPerson:
    return person(homeserver, "anna")


@pytest.fixture
def mallory(dialog: Dialog, homeserver: FakeHomeserver) -> EncryptedPerson:
    mallory = person(homeserver, "mallory")
    homeserver.user("karin").invite(ROOM, "@mallory:test")
    mallory.user.join(ROOM)
    return mallory


async def unread(dialog: Dialog) -> int:
    async with dialog.database.reading() as session:
        return (await health.read(session)).unreadable


async def test_a_key_message_with_an_unknown_one_time_key_costs_only_itself(
    dialog: Dialog, anna: EncryptedPerson, mallory: EncryptedPerson
) -> None:
    """nio 0.26 loses every message of the same sync here; all of these come in one."""
    await dialog.stop()
    mischief.unknown_one_time_key(mallory, BOT)
    anna.say(ROOM, "!echo eins")
    mischief.unknown_one_time_key(mallory, BOT)
    mallory.say(ROOM, "!echo zwei")
    await dialog.start()
    await dialog.settle()
    assert answers(anna) == ["Echo: eins", "Echo: zwei"]


@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize("body", [None, "", "AAAA", "keine Base64!", "A" * 100_000])
async def test_a_corrupt_key_message_costs_only_itself(
    dialog: Dialog, anna: EncryptedPerson, mallory: EncryptedPerson, kind: int, body: str | None
) -> None:
    mischief.corrupt_olm(mallory, BOT, kind=kind, body=body)
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    assert await ask(dialog, mallory, "!echo zwei") == ["Echo: zwei"]


async def test_messages_to_the_device_of_every_wrong_shape_cost_only_themselves(
    dialog: Dialog, anna: EncryptedPerson, mallory: EncryptedPerson
) -> None:
    [bot] = mallory.peers(BOT)
    for event_type, content in mischief.broken_to_device(bot.curve25519):
        mallory.to_device(BOT, bot.device_id, event_type, content)
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]


async def test_key_messages_that_are_delivered_twice_change_nothing(dialog: Dialog, anna: EncryptedPerson) -> None:
    await ask(dialog, anna, "!echo eins")
    assert mischief.replay_to_device(anna, BOT) > 0
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    await dialog.restart()
    mischief.replay_to_device(anna, BOT)
    assert await ask(dialog, anna, "!echo drei") == ["Echo: drei"]


async def test_a_corrupt_message_is_kept_apart_and_the_next_is_answered(dialog: Dialog, anna: EncryptedPerson) -> None:
    await ask(dialog, anna, "!echo eins")
    content = anna.encrypt(ROOM, "m.room.message", {"msgtype": "m.text", "body": "!echo zwei"})
    anna.user.send(ROOM, "m.room.encrypted", mischief.garbled(content))
    for broken in (
        {},
        {"algorithm": "m.megolm.v1.aes-sha2"},
        {**content, "ciphertext": 5},
        {**content, "session_id": []},
    ):
        anna.user.send(ROOM, "m.room.encrypted", broken)
    assert await ask(dialog, anna, "!echo drei") == ["Echo: drei"]


async def test_a_replayed_message_is_answered_no_second_time_by_whoever(
    dialog: Dialog, anna: EncryptedPerson, mallory: EncryptedPerson
) -> None:
    """C2: also after a restart; who sends somebody else's ciphertext says nothing."""
    asked = anna.say(ROOM, "!echo eins")
    await dialog.settle()
    mischief.replay_event(anna, ROOM, asked)
    mischief.replay_event(mallory, ROOM, asked)
    await dialog.settle()
    await dialog.restart()
    mischief.replay_event(anna, ROOM, asked)
    mischief.replay_event(mallory, ROOM, asked)
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    assert answers(anna) == ["Echo: eins", "Echo: zwei"]


async def test_nobody_speaks_as_somebody_else(
    dialog: Dialog, anna: EncryptedPerson, mallory: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """A homeserver that says a message is karin's cannot make it hers: the session belongs to mallory's device."""
    person(homeserver, "karin")
    mallory.share_key(ROOM)
    forged = mallory.encrypt(ROOM, "m.room.message", {"msgtype": "m.text", "body": "!echo als karin"})
    homeserver.user("karin").send(ROOM, "m.room.encrypted", forged)
    await dialog.settle()
    assert answers(anna) == []
    assert await unread(dialog) == 1
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]


@pytest.mark.parametrize(
    "lie, read", [({"sender_key": "A" * 43}, False), ({"device_id": "ANNA1"}, True), ({"sender_key": None}, True)]
)
async def test_a_lying_sender_key_costs_only_itself(
    dialog: Dialog, anna: EncryptedPerson, mallory: EncryptedPerson, lie: dict[str, Any], *, read: bool
) -> None:
    """What is said beside the ciphertext is deprecated and proves nothing: a wrong key finds no session, no more."""
    mallory.send(ROOM, "m.room.message", {"msgtype": "m.text", "body": "!echo gelogen"}, **lie)
    await dialog.settle()
    assert answers(anna) == (["Echo: gelogen"] if read else [])
    assert await unread(dialog) == (0 if read else 1)
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]


async def test_a_key_given_on_by_somebody_else_does_not_make_their_words_hers(
    dialog: Dialog, anna: EncryptedPerson, mallory: EncryptedPerson
) -> None:
    """Neither does mallory speak with anna's session, nor anna with the one that mallory passed off as her own."""
    asked = anna.say(ROOM, "!echo eins")
    await dialog.settle()
    mallory.drain()
    content = anna.user.world.events[asked].content
    mischief.reshare_key(mallory, ROOM, content["session_id"], BOT)
    unsaid = anna.encrypt(ROOM, "m.room.message", {"msgtype": "m.text", "body": "!echo nie gesagt"})
    mallory.user.send(ROOM, "m.room.encrypted", unsaid)
    mallorys = {"sender_key": mallory.curve25519, "device_id": mallory.device.id}
    anna.user.send(ROOM, "m.room.encrypted", unsaid | mallorys)
    await dialog.settle()
    assert answers(anna) == ["Echo: eins"]
    assert await unread(dialog) == 2
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    await dialog.restart()
    assert await ask(dialog, anna, "!echo drei") == ["Echo: drei"]


async def test_a_key_for_another_room_opens_nothing_here(dialog: Dialog, mallory: EncryptedPerson) -> None:
    mallory.share_key(ROOM, claimed_room="!elsewhere:test")
    mallory.say(ROOM, "!echo eins")
    await dialog.settle()
    assert answers(mallory) == []
    assert await unread(dialog) == 1


@pytest.mark.parametrize("how", [{"signed": True}, {"signed": False}, {"signed": True, "one_time_keys": 1}])
async def test_five_thousand_devices_of_one_person_keep_nobody_waiting(
    homeserver: FakeHomeserver, tmp_path: Path, how: dict[str, Any]
) -> None:
    async with encrypted_dialog(homeserver, tmp_path / "data", encryption={"devices": "all"}) as dialog:
        anna, ben = person(homeserver, "anna"), person(homeserver, "ben")
        mischief.crowd(homeserver, "ben", 5000, **how)
        hold = homeserver.hold(lambda request: request.path.endswith("keys/claim") and request.user_id == BOT)
        anna.say(ROOM, "!echo eins")
        await hold.arrived.wait()
        homeserver.user("anna").say("#ag3:test", "!echo anderswo")
        await homeserver.wait_for(lambda: said(homeserver, "#ag3:test"))
        assert answers(anna) == []
        hold.release()
        await dialog.settle()
        assert said(homeserver, "#ag3:test") == ["Echo: anderswo"]
        assert answers(anna) == answers(ben) == ["Echo: eins"]
        ben.say(ROOM, "!echo zwei", to=[BOT])
        await dialog.settle()
        assert answers(anna) == ["Echo: eins", "Echo: zwei"]


async def test_the_loop_goes_round_while_five_thousand_signatures_are_checked(homeserver: FakeHomeserver) -> None:
    """Counted in turns, not in time: none of them may do more than a few signatures."""
    mischief.crowd(homeserver, "ben", 5000, signed=False)
    shown = keyring.query(homeserver.world, homeserver.user("anna").account, {"@ben:test": []})

    async def request(method: str, path: str, body: Content | None = None) -> Content:
        return shown

    turns = 0
    learning = asyncio.create_task(Devices(request, BOT).learn({"@ben:test"}))
    while not learning.done():
        await asyncio.sleep(0)  # one turn of the loop
        turns += 1
    assert turns >= 5000 // BETWEEN_BREATHS


async def test_a_broken_channel_is_mended_so_that_the_next_key_arrives(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """The device gets a new session and an m.dummy in it (client-server API, Recovering from undecryptable messages)."""
    await ask(dialog, anna, "!echo eins")
    [bot] = anna.peers(BOT)
    stranger = vodozemac.Account().create_outbound_session(
        vodozemac.Curve25519PublicKey.from_base64(bot.curve25519), vodozemac.Curve25519SecretKey().public_key()
    )
    _, ciphertext = stranger.encrypt(b"{}").to_parts()
    anna.send_ciphertext(bot, 1, unpadded(ciphertext))
    await dialog.settle()
    anna.drain()
    assert "m.dummy" in [each["type"] for each in anna.received]
