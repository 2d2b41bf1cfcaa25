"""The people of encrypted rooms understand each other, nio, and what they must not believe."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import nio
import pytest

from tests import mischief
from tests.encrypting import EncryptedPerson, Outbound, Unreadable
from tests.homeserver import FakeHomeserver
from tests.homeserver.signed import chain_fault
from tests.olm_device import MEGOLM, ONE_TIME_KEYS


@pytest.fixture
def room(homeserver: FakeHomeserver) -> str:
    return homeserver.create_room("anna", alias="ag3", members=["ben"], encrypted=True)


@pytest.fixture
def anna(homeserver: FakeHomeserver) -> EncryptedPerson:
    return EncryptedPerson.of(homeserver, "anna", exclude_insecure=True)


@pytest.fixture
def ben(homeserver: FakeHomeserver) -> EncryptedPerson:
    return EncryptedPerson.of(homeserver, "ben", exclude_insecure=True)


def reasons(heard: list[Any]) -> list[str]:
    return [one.reason if isinstance(one, Unreadable) else "" for one in heard]


# people among themselves


def test_two_people_talk_both_ways_and_the_server_reads_nothing(
    homeserver: FakeHomeserver, room: str, anna: EncryptedPerson, ben: EncryptedPerson
) -> None:
    asked = anna.say("#ag3:test", "Frage", mentions=["@ben:test"])
    ben.say(room, "Antwort", reply_to=asked)
    anna.say(room, "Danke")
    anna.edit(room, asked, "Frage?")
    assert ben.said(room, "anna") == ["Frage", "Danke", "* Frage?"]
    [answer] = anna.heard(room)
    assert isinstance(answer, dict)
    assert answer["m.relates_to"] == {"m.in_reply_to": {"event_id": asked}}
    assert homeserver.messages(room) == []
    sent = [event.content for event in homeserver.events(room) if event.type == "m.room.encrypted"]
    assert "Frage" not in str(sent)
    assert "m.in_reply_to" in str(sent)


def test_a_device_that_joins_later_cannot_read_what_was_said_before(
    homeserver: FakeHomeserver, room: str, anna: EncryptedPerson, ben: EncryptedPerson
) -> None:
    anna.say(room, "eins")
    phone = ben.another_device()
    carl = EncryptedPerson.of(homeserver, "carl")
    anna.user.invite(room, "@carl:test")
    anna.say(room, "zwei")
    carl.user.join(room)
    assert reasons(phone.heard(room)) == ["unknown index", ""]
    assert reasons(carl.heard(room)) == ["unknown index", ""]
    assert carl.said(room) == ["zwei"]
    anna.rotate(room)
    anna.say(room, "drei")
    assert phone.said(room) == ben.said(room)[1:] == ["zwei", "drei"]


def test_whoever_left_cannot_read_on(room: str, anna: EncryptedPerson, ben: EncryptedPerson) -> None:
    anna.say(room, "eins")
    ben.drain()
    ben.user.leave(room)
    said = anna.say(room, "zwei")
    assert ben.read(anna.user.world.events[said]) == Unreadable(
        "no key", said, anna.outbound[anna.user.world.room(room).id].session.session_id
    )


def test_a_person_without_cross_signing_gets_no_keys_and_is_not_believed(
    homeserver: FakeHomeserver, room: str, anna: EncryptedPerson
) -> None:
    ben = EncryptedPerson.of(homeserver, "ben", cross_signed=False)
    anna.say(room, "geheim")
    ben.say(room, "hört mich wer")
    assert reasons(ben.heard(room)) == ["no key"]
    assert reasons(anna.heard(room)) == ["not cross-signed"]
    assert chain_fault(homeserver.world, "@ben:test", ben.device.id) == "no cross-signing keys"
    ben.cross_sign()
    anna.say(room, "jetzt")
    assert ben.said(room) == ["jetzt"]
    assert anna.said(room) == ["hört mich wer"]


def test_only_the_signed_devices_of_a_person_count(room: str, anna: EncryptedPerson, ben: EncryptedPerson) -> None:
    phone = ben.another_device(cross_signed=False)
    tablet = ben.another_device()
    anna.say(room, "eins")
    assert (ben.said(room), tablet.said(room), phone.said(room)) == (["eins"], ["eins"], [])
    phone.say(room, "vom Telefon")
    assert reasons(anna.heard(room)) == ["not cross-signed"]
    assert reasons(anna.another_device().heard(room)) == ["no key"]


def test_a_new_identity_breaks_the_chain_of_the_other_devices(
    homeserver: FakeHomeserver, anna: EncryptedPerson
) -> None:
    phone = anna.another_device()
    phone.cross_sign(new_identity=True)
    assert chain_fault(homeserver.world, "@anna:test", phone.device.id) is None
    fault = chain_fault(homeserver.world, "@anna:test", anna.device.id)
    assert fault == "device not signed by the self-signing key"


def test_keys_that_come_late_open_what_was_said(room: str, anna: EncryptedPerson, ben: EncryptedPerson) -> None:
    anna.say(room, "eins", hold_keys=True)
    anna.say(room, "zwei")
    assert reasons(ben.heard(room)) == ["no key", "no key"]
    anna.release_keys()
    assert ben.said(room) == ["eins", "zwei"]
    anna.release_keys()
    assert ben.refused == []


def test_keys_go_only_to_whom_they_are_meant(
    homeserver: FakeHomeserver, room: str, anna: EncryptedPerson, ben: EncryptedPerson
) -> None:
    phone = ben.another_device()
    anna.say(room, "eins", to=[phone])
    assert (phone.said(room), ben.said(room)) == (["eins"], [])
    anna.say(room, "zwei", to=["ben"])
    assert ben.said(room) == ["zwei"]
    anna.rotate(room)
    anna.say(room, "drei", to=[])
    assert phone.said(room) == ["eins", "zwei"]


def test_one_time_keys_are_refilled_and_the_fallback_key_helps_out(
    homeserver: FakeHomeserver, room: str, anna: EncryptedPerson, ben: EncryptedPerson
) -> None:
    assert mischief.use_up_one_time_keys(homeserver, "ben") == ONE_TIME_KEYS
    anna.say(room, "eins")
    assert ben.device.unused_fallback_types == set()
    assert ben.said(room) == ["eins"]
    assert ben.device.key_counts["signed_curve25519"] == ONE_TIME_KEYS
    assert ben.device.unused_fallback_types == {"signed_curve25519"}


def test_a_verified_person_is_signed_with_the_user_signing_key(
    homeserver: FakeHomeserver, anna: EncryptedPerson, ben: EncryptedPerson
) -> None:
    anna.verify("ben")
    assert list(anna.user.account.signatures)[-1][0] == "@ben:test"
    assert homeserver.world.signature_changes[-1][1:] == ("@anna:test", "@ben:test")


# what must not be believed


def test_a_key_from_a_device_with_another_fingerprint_is_not_believed(
    room: str, anna: EncryptedPerson, ben: EncryptedPerson
) -> None:
    session = anna.outbound.setdefault(anna.user.world.room(room).id, Outbound())
    content = {"algorithm": MEGOLM, "room_id": anna.user.world.room(room).id, "session_id": session.session.session_id}
    content["session_key"] = session.session.session_key.to_base64()
    anna.send_olm(anna.peers("ben")[0], "m.room_key", content, keys={"ed25519": ben.ed25519})
    anna.say(room, "eins", to=[])
    assert reasons(ben.heard(room)) == ["not cross-signed"]


def _pad(keys: dict[str, Any]) -> None:
    [(name, public)] = keys["self_signing_key"]["keys"].items()
    keys["self_signing_key"]["keys"] = {f"{name}=": f"{public}="}


def _forge(keys: dict[str, Any]) -> None:
    keys["self_signing_key"]["signatures"]["@anna:test"] = dict.fromkeys(
        keys["self_signing_key"]["signatures"]["@anna:test"], "A" * 86
    )


@pytest.mark.parametrize(
    "tamper, fault",
    [
        (_pad, "self-signing key not signed by the master key"),
        (_forge, "self-signing key not signed by the master key"),
        (lambda keys: keys.pop("self_signing_key"), "no cross-signing keys"),
        (lambda keys: keys["master_key"].update(usage=["self_signing"]), "cross-signing keys malformed"),
    ],
)
def test_a_broken_chain_is_named(
    homeserver: FakeHomeserver, anna: EncryptedPerson, tamper: Callable[[dict[str, Any]], None], fault: str
) -> None:
    assert chain_fault(homeserver.world, "@anna:test", anna.device.id) is None
    tamper(anna.user.account.cross_signing)
    assert chain_fault(homeserver.world, "@anna:test", anna.device.id) == fault
    assert chain_fault(homeserver.world, "@anna:test", "GONE") == "no such device, or not signed by itself"


Evil = Callable[[EncryptedPerson], None]


@pytest.mark.parametrize(
    "evil",
    [
        lambda mallory: mischief.unknown_one_time_key(mallory, "ben"),
        lambda mallory: mischief.corrupt_olm(mallory, "ben"),
        lambda mallory: mischief.corrupt_olm(mallory, "ben", kind=0),
        lambda mallory: mischief.corrupt_olm(mallory, "ben", body="kein base64!"),
        lambda mallory: mischief.replay_to_device(mallory, "ben"),
        lambda mallory: mallory.send_olm(mallory.peers("ben")[0], "m.room_key", {}, sender="@anna:test"),
        lambda mallory: mallory.send_olm(mallory.peers("ben")[0], "m.room_key", {}, recipient="@anna:test"),
        lambda mallory: mallory.to_device("@ben:test", "BEN1", *next(iter(mischief.broken_to_device("x")))),
    ],
)
def test_poison_costs_nothing_else(
    homeserver: FakeHomeserver, room: str, anna: EncryptedPerson, ben: EncryptedPerson, evil: Evil
) -> None:
    mallory = EncryptedPerson.of(homeserver, "mallory")
    anna.user.invite(room, "@mallory:test")
    mallory.user.join(room)
    mallory.say(room, "eins")
    assert ben.said(room) == ["eins"]
    evil(mallory)
    anna.say(room, "zwei")
    assert ben.said(room) == ["eins", "zwei"]
    assert len(ben.refused) == 1


def test_a_ciphertext_counts_once_and_for_its_author_and_room_only(
    homeserver: FakeHomeserver, room: str, anna: EncryptedPerson, ben: EncryptedPerson
) -> None:
    mallory = EncryptedPerson.of(homeserver, "mallory")
    anna.user.invite(room, "@mallory:test")
    mallory.user.join(room)
    said = anna.say(room, "eins")
    assert mallory.said(room) == ["eins"]
    mischief.replay_event(anna, room, said)
    mischief.replay_event(mallory, room, said)
    [(_, session_id)] = mallory.keys
    mischief.reshare_key(mallory, room, session_id, "ben")
    assert reasons(ben.heard(room)) == ["", "replayed", "wrong sender"]
    other = homeserver.create_room("anna", members=["ben"], encrypted=True)
    mischief.replay_event(anna, other, said)
    assert reasons(ben.heard(other)) == ["no key"]


def test_a_key_that_claims_another_room_opens_nothing(
    homeserver: FakeHomeserver, room: str, anna: EncryptedPerson, ben: EncryptedPerson
) -> None:
    other = homeserver.create_room("anna", members=["ben"], encrypted=True)
    anna.share_key(room, claimed_room=other)
    said = anna.say(room, "eins")
    mischief.replay_event(anna, other, said)
    assert reasons(ben.heard(room)) == ["no key"]
    assert reasons(ben.heard(other)) == ["wrong room"]


def test_what_an_event_says_of_its_device_does_not_matter(
    room: str, anna: EncryptedPerson, ben: EncryptedPerson
) -> None:
    anna.say(room, "eins")
    anna.send(room, "m.room.message", {"body": "zwei"}, sender_key=ben.curve25519, device_id=ben.device.id)
    assert ben.said(room) == ["eins", "zwei"]
    anna.user.send(room, "m.room.encrypted", mischief.garbled(anna.encrypt(room, "m.room.message", {"body": "drei"})))
    assert reasons(ben.heard(room)) == ["", "", "undecryptable"]


@pytest.mark.parametrize("signed", [True, False])
def test_a_crowd_of_devices_without_keys_to_claim_is_skipped(
    homeserver: FakeHomeserver, room: str, ben: EncryptedPerson, signed: bool
) -> None:
    anna = EncryptedPerson.of(homeserver, "anna")
    mischief.crowd(homeserver, "ben", 50, signed=signed)
    assert len(anna.peers("ben")) == (51 if signed else 1)
    anna.say(room, "eins")
    assert ben.said(room) == ["eins"]
    assert len(anna.sent) == 1


# nio, an implementation of others


@pytest.fixture
async def bot(homeserver: FakeHomeserver, room: str, tmp_path: Path) -> AsyncIterator[nio.AsyncClient]:
    homeserver.user("anna").invite(room, "@bot:test")
    homeserver.user("bot").join(room)
    client = nio.AsyncClient(homeserver.url, "@bot:test", store_path=str(tmp_path))
    await client.login("password", device_name="Bot")
    await client.sync(full_state=True)
    await client.keys_upload()
    yield client
    await client.close()


async def test_nio_and_the_people_read_each_other(homeserver: FakeHomeserver, room: str, bot: nio.AsyncClient) -> None:
    anna = EncryptedPerson.of(homeserver, "anna")
    anna.say(room, "eins")
    answer = await bot.sync(since=bot.next_batch)
    assert isinstance(answer, nio.SyncResponse)
    read = [event.body for event in answer.rooms.join[room].timeline.events if isinstance(event, nio.RoomMessageText)]
    assert read == ["eins"]
    await bot.keys_query()
    content = {"msgtype": "m.text", "body": "zwei"}
    sent = await bot.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
    assert isinstance(sent, nio.RoomSendResponse)
    assert anna.said(room) == ["zwei"]
    careful = anna.another_device(exclude_insecure=True)
    await bot.sync(since=bot.next_batch)
    bot.invalidate_outbound_session(room)
    await bot.keys_query()
    await bot.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
    assert reasons(careful.heard(room, "bot")) == ["no key", "not cross-signed"]
    careful.say(room, "drei")
    answer = await bot.sync(since=bot.next_batch)
    [unread] = [event for event in answer.rooms.join[room].timeline.events if event.sender == "@anna:test"]
    assert isinstance(unread, nio.MegolmEvent)
