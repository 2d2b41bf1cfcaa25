"""C5 with encryption: members, strangers and a dishonest homeserver harm nobody but themselves."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import vodozemac

from bot.matrix.encryption.devices import Device, Devices
from commands import unreadable
from commands.registry import Registry
from storage import health
from tests import mischief
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, answers, ask, encrypted, encrypted_dialog, person
from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver
from tests.homeserver.model import Content
from tests.homeserver.signed import sign
from tests.kit import dialog_with, query, small
from tests.olm_device import MEGOLM, OLM, Identity

AG3 = "#ag3:test"
ANNA = "@anna:test"
KEPT_OF_ONE_SENDER = 200
TRIED_AT_ONCE = 500
GARBAGE = {"algorithm": MEGOLM, "session_id": "x", "ciphertext": "y", "sender_key": "z"}


@pytest.fixture
async def dialog(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    async with encrypted_dialog(homeserver, tmp_path / "data", registry=small(jobs=unreadable.JOBS)) as one:
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


def answered(reader: EncryptedPerson) -> list[str]:
    """The events that the bot replied to, in order, as this device reads it."""
    return [
        each["m.relates_to"]["m.in_reply_to"]["event_id"]
        for each in reader.heard(ROOM, BOT)
        if isinstance(each, dict) and "m.relates_to" in each
    ]


def without_keys(hs: FakeHomeserver, someone: EncryptedPerson) -> None:
    """The devices of this person cannot be reached by anybody new."""
    mischief.use_up_one_time_keys(hs, someone.user_id)
    for device in someone.user.account.devices.values():
        device.fallback_keys.clear()


async def test_a_redaction_inside_of_encryption_withdraws_nothing(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    """Only the homeserver's own redactions count: it checks who may (client-server API, Redactions)."""
    async with encrypted_dialog(homeserver, tmp_path / "data", registry=Registry()) as dialog:
        encrypted(homeserver, AG3)
        anna, ben = person(homeserver, "anna"), person(homeserver, "ben")
        asked = anna.say(AG3, "!frage Wer zahlt das?")
        await dialog.settle()
        for author in (ben, anna):
            author.send(AG3, "m.room.redaction", {"redacts": asked})
        await dialog.settle()
        assert query(dialog.config.data.database, "SELECT state FROM questions") == [("open",)]
        anna.user.redact(AG3, asked)
        await dialog.settle()
        assert query(dialog.config.data.database, "SELECT outcome FROM questions") == [("withdrawn",)]


@pytest.mark.parametrize(
    "event_type, content",
    [
        ("m.room.encrypted", GARBAGE),
        ("m.room.member", {"membership": "leave"}),
        ("m.room.encryption", {"algorithm": "m.quantum.v1"}),
        ("m.room.tombstone", {"body": "umgezogen", "replacement_room": "!falle:test"}),
        ("m.room_key", {"algorithm": MEGOLM}),
        ("m.poll.start", {"body": "!echo eins", "msgtype": "m.text"}),
    ],
)
async def test_nothing_but_messages_and_reactions_counts_inside_of_encryption(
    dialog: Dialog, anna: EncryptedPerson, event_type: str, content: Content
) -> None:
    anna.send(ROOM, event_type, content)
    await dialog.settle()
    assert answers(anna) == []
    assert await unread(dialog) == 0
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]


async def test_a_strangers_room_keeps_no_other_rooms_keys_waiting(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """C6: what is owed to a device there can never be paid once the room is encrypted in a way nobody knows."""
    mallory, ben = person(homeserver, "mallory"), person(homeserver, "ben")
    homeserver.create_room("mallory", alias="falle", invite=[BOT], encrypted=True)
    await dialog.settle()
    without_keys(homeserver, mallory)
    mallory.say("#falle:test", "!echo in der Falle")
    await dialog.settle()
    without_keys(homeserver, ben)
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    mallory.user.put_state("#falle:test", "m.room.encryption", {"algorithm": "m.quantum.v1"})
    await dialog.settle()
    homeserver.world.keys_changed(mallory.user.account)
    ben.publish_keys()
    homeserver.world.keys_changed(ben.user.account)
    await dialog.settle()
    assert answers(ben) == ["Echo: eins"]


async def test_who_lists_anothers_identity_key_and_sends_garbage_under_it_does_not_cut_them_off(
    dialog: Dialog, anna: EncryptedPerson, mallory: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """A channel is mended with whoever has proved to hold the identity key, not with whoever lists it."""
    ben = person(homeserver, "ben")
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    evil = mallory.another_device("EVIL")
    public = {"curve25519:EVIL": anna.curve25519, "ed25519:EVIL": evil.ed25519}
    listed = {"user_id": mallory.user_id, "device_id": "EVIL", "algorithms": [OLM, MEGOLM], "keys": public}
    assert mallory.identity is not None
    signed = sign(listed, evil._account, mallory.user_id, "EVIL")
    evil.device.keys = sign(signed, mallory.identity.self_signing, mallory.user_id)
    mallory.user.account.signatures.pop((mallory.user_id, "EVIL"), None)
    homeserver.world.keys_changed(mallory.user.account)
    [bot] = mallory.peers(BOT)
    garbage = {bot.curve25519: {"type": 1, "body": "AAAA"}}
    content = {"algorithm": OLM, "sender_key": anna.curve25519, "ciphertext": garbage}
    mallory.to_device(BOT, bot.device_id, "m.room.encrypted", content)
    await dialog.settle()
    ben.user.leave(ROOM)  # from here on with a new room key
    await dialog.settle()
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    assert anna.refused == []


@pytest.mark.parametrize("theirs", ["kept identity", "the homeserver's", "none kept"])
async def test_policy_verified_is_judged_by_the_identity_we_keep_not_by_what_the_homeserver_shows(theirs: str) -> None:
    """The homeserver could show another identity for the bot, and with it vouch for devices that it made for anna."""
    ours, annas = Identity(), Identity()
    device = await learned(ANNA, annas, ours, kept=_kept(theirs, ours))
    assert device.cross_signed
    assert device.verified is (theirs == "kept identity")


@pytest.mark.parametrize("theirs", ["kept identity", "the homeserver's", "none kept"])
async def test_our_own_other_devices_are_judged_by_the_identity_we_keep(theirs: str) -> None:
    ours = Identity()
    device = await learned(BOT, ours, ours, kept=_kept(theirs, ours))
    assert (device.cross_signed, device.fits("cross-signed")) == ((theirs == "kept identity",) * 2)


def _kept(theirs: str, ours: Identity) -> str | None:
    known = {"kept identity": ours, "the homeserver's": Identity()}
    return known[theirs].master.ed25519_key.to_base64() if theirs in known else None


async def learned(user_id: str, owner: Identity, ours: Identity, *, kept: str | None) -> Device:
    """A device that `owner` signed, as it is seen where the homeserver shows `ours` as the bot's identity."""
    account = vodozemac.Account()
    public = {"curve25519:D": account.curve25519_key.to_base64(), "ed25519:D": account.ed25519_key.to_base64()}
    device: Content = {"user_id": user_id, "device_id": "D", "algorithms": [OLM, MEGOLM], "keys": public}
    shown, bots = owner.keys(user_id), ours.keys(BOT)
    answer = {
        "device_keys": {user_id: {"D": sign(sign(device, account, user_id, "D"), owner.self_signing, user_id)}},
        "master_keys": {user_id: sign(shown["master_key"], ours.user_signing, BOT)} | {BOT: bots["master_key"]},
        "self_signing_keys": {user_id: shown["self_signing_key"]},
        "user_signing_keys": {BOT: bots["user_signing_key"]},
    }

    async def request(method: str, path: str, body: Content | None = None) -> Content:
        return answer

    devices = Devices(request, BOT)
    devices.own_master = kept
    await devices.learn({user_id})
    return devices.of(user_id)["D"]


async def test_a_device_that_the_homeserver_makes_for_the_bot_gets_no_keys(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    spy = EncryptedPerson.of(homeserver, "ag4-bot", "SPION", cross_signed=False)
    spy.cross_sign(new_identity=True)
    await dialog.settle()
    anna.exclude_insecure = False  # the bot has lost its identity as far as others can see
    anna.say(ROOM, "!echo eins", to=[BOT])
    await dialog.settle()
    assert anna.said(ROOM, BOT) == ["Echo: eins"]
    spy.drain()
    assert [key for key in spy.keys.values() if key.sender == BOT] == []


def _hers(content: Content, mallory: EncryptedPerson) -> Content:
    return content | {"sender_key": mallory.curve25519, "device_id": mallory.device.id}


def _nobodys(content: Content, _mallory: EncryptedPerson) -> Content:
    return {name: value for name, value in content.items() if name not in {"sender_key", "device_id"}}


def _unchanged(content: Content, _mallory: EncryptedPerson) -> Content:
    return content


@pytest.mark.parametrize("disguise", [_hers, _nobodys, _unchanged])
async def test_who_repeats_anothers_message_with_its_key_before_it_can_be_read_does_not_take_its_place(
    dialog: Dialog,
    anna: EncryptedPerson,
    mallory: EncryptedPerson,
    disguise: Callable[[Content, EncryptedPerson], Content],
) -> None:
    """C2: a replay is told by session, sender's key and place; the question itself is answered once, when its key comes."""
    anna.share_key(ROOM, to=[mallory])
    anna.share_key(ROOM, to=[BOT], hold_keys=True)
    asked = anna.say(ROOM, "!echo eins", to=[mallory])
    await dialog.settle()
    mallory.drain()
    content = anna.user.world.events[asked].content
    mischief.reshare_key(mallory, ROOM, content["session_id"], BOT)
    mallory.user.send(ROOM, "m.room.encrypted", disguise(content, mallory))
    await dialog.settle()
    assert asked not in answered(anna)
    anna.release_keys()
    await dialog.settle()
    assert answered(anna).count(asked) == 1
    await dialog.restart()
    assert answered(anna).count(asked) == 1


async def test_a_key_given_on_does_not_make_its_owner_unreadable_where_clients_leave_the_sender_key_out(
    dialog: Dialog, anna: EncryptedPerson, mallory: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """`sender_key` is deprecated in room events since v1.3 of the specification."""
    anna.share_key(ROOM, to=[mallory])
    anna.share_key(ROOM, to=[BOT], hold_keys=True)
    mallory.drain()
    session_id = anna.outbound[homeserver.room(ROOM).id].session.session_id
    mischief.reshare_key(mallory, ROOM, session_id, BOT)
    await dialog.settle()
    anna.release_keys()
    content = anna.encrypt(ROOM, "m.room.message", {"msgtype": "m.text", "body": "!echo eins"})
    anna.user.send(ROOM, "m.room.encrypted", _nobodys(content, mallory))
    await dialog.settle()
    assert answers(anna) == ["Echo: eins"]
    assert await unread(dialog) == 0


async def test_whatever_one_person_sends_that_nobody_can_read_pushes_no_other_message_out(
    dialog: Dialog, anna: EncryptedPerson, mallory: EncryptedPerson
) -> None:
    """C1: what waits for a key is found by its session, however much is newer."""
    asked = anna.say(ROOM, "!echo eins", hold_keys=True)
    await dialog.settle()
    for _ in range(TRIED_AT_ONCE + 10):
        mallory.user.send(ROOM, "m.room.encrypted", GARBAGE)
    await dialog.settle()
    anna.release_keys()
    await dialog.settle()
    assert answered(anna) == [asked]


async def test_of_one_sender_no_more_than_the_newest_unreadable_messages_are_kept(
    dialog: Dialog, anna: EncryptedPerson, mallory: EncryptedPerson
) -> None:
    first = anna.say(ROOM, "!echo eins", hold_keys=True)
    sent = [mallory.user.send(ROOM, "m.room.encrypted", GARBAGE) for _ in range(KEPT_OF_ONE_SENDER + 10)]
    await dialog.settle()
    assert await unread(dialog) == KEPT_OF_ONE_SENDER + 11
    await dialog.ring()
    kept = query(dialog.config.data.database, "SELECT event_id FROM inbox WHERE kind = 'undecryptable' ORDER BY id")
    assert [event_id for (event_id,) in kept] == [first, *sent[10:]]


@pytest.mark.parametrize("on", [True, False])
async def test_a_message_of_the_type_that_makes_rooms_encrypted_is_no_encryption(
    homeserver: FakeHomeserver, tmp_path: Path, *, on: bool
) -> None:
    """Any member may send it; only as state, which takes power, it counts (client-server API, m.room.encryption)."""
    dialog = dialog_with(homeserver, tmp_path / "data", encryption={"enabled": on})
    homeserver.user("karin").put_state(AG3, "m.room.power_levels", {"users": {"@karin:test": 100}})
    await dialog.start()
    try:
        homeserver.user("ben").send(AG3, "m.room.encryption", {"algorithm": MEGOLM})
        await dialog.settle()
        assert await dialog.say("anna", "ag3", "!echo eins") == "Echo: eins"
        await dialog.restart()
        assert await dialog.say("anna", "ag3", "!echo zwei") == "Echo: zwei"
    finally:
        await dialog.stop()


async def test_a_message_of_that_type_does_not_change_how_an_encrypted_room_is_written_to(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    homeserver.user("karin").put_state(ROOM, "m.room.power_levels", {"users": {"@karin:test": 100}})
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    anna.user.send(ROOM, "m.room.encryption", {"algorithm": "m.quantum.v1"})
    await dialog.settle()
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]


async def test_a_message_to_the_device_of_an_unknown_type_is_no_broken_channel(
    dialog: Dialog, anna: EncryptedPerson
) -> None:
    """It was opened: nothing is to be mended, or every call in Element would use up one-time keys."""
    await ask(dialog, anna, "!echo eins")
    [bot] = anna.peers(BOT)
    anna.drain()
    before = len(anna.received)
    anna.send_olm(bot, "io.element.call.encryption_keys", {"keys": [], "call_id": "1"})
    await dialog.settle()
    anna.drain()
    assert anna.received[before:] == []


async def test_a_device_that_loses_its_signature_gets_no_more_keys(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """The room's key is changed: whoever made the signature vanish could have read on."""
    ben = person(homeserver, "ben")
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    assert answers(ben) == ["Echo: eins"]
    keys = set(ben.keys)
    ben.user.account.signatures.clear()
    homeserver.world.keys_changed(ben.user.account)
    await dialog.settle()
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    ben.drain()
    assert {key for key in ben.keys if ben.keys[key].sender == BOT} <= keys
    assert ben.said(ROOM, BOT) == ["Echo: eins"]
