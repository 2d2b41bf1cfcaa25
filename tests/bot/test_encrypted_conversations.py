"""C1, C2, C4 in encrypted rooms: who may read, reads; who may not, does not; nobody loses a message."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.matrix.encryption import devices, room_keys
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, answers, ask, encrypted, encrypted_dialog, person
from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver, keyring
from tests.homeserver.model import Account, Content
from tests.homeserver.signed import chain_fault
from tests.homeserver.world import World
from tests.kit import query


@pytest.fixture
async def dialog(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    async with encrypted_dialog(homeserver, tmp_path / "data") as one:
        yield one


@pytest.fixture
def anna(dialog: Dialog, homeserver: FakeHomeserver) -> EncryptedPerson:
    return person(homeserver, "anna")


async def test_a_client_that_excludes_insecure_devices_reads_the_bot_and_is_read(
    dialog: Dialog, anna: EncryptedPerson
) -> None:
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]


async def test_the_homeserver_never_sees_what_is_said(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    await ask(dialog, anna, "!echo Rhabarber")
    sent = [event for event in homeserver.events(ROOM) if event.sender == BOT and event.type.startswith("m.room.e")]
    assert sent
    assert "Rhabarber" not in str([event.content for event in homeserver.events(ROOM)])


async def test_after_a_restart_it_is_the_same_trusted_device(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    await ask(dialog, anna, "!echo eins")
    before = set(homeserver.world.accounts[BOT].devices)
    await dialog.stop()
    anna.say(ROOM, "!echo zwei")
    await dialog.start()
    assert await ask(dialog, anna, "!echo drei") == ["Echo: drei"]
    assert answers(anna) == ["Echo: eins", "Echo: zwei", "Echo: drei"]
    assert set(homeserver.world.accounts[BOT].devices) == before


@pytest.mark.parametrize("how", ["keys lost", "keys and session lost", "session lost", "everything but identity lost"])
async def test_what_is_lost_of_the_data_costs_no_trust(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver, how: str
) -> None:
    """The kept identity signs the new device: no client asks anybody to verify anything."""
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    master = homeserver.world.accounts[BOT].cross_signing["master_key"]
    await dialog.stop()
    data = dialog.config.data.directory
    if how != "session lost":
        shutil.rmtree(data / "keys")
    if how in {"keys and session lost", "session lost", "everything but identity lost"}:
        (data / "session.json").unlink()
    if how == "everything but identity lost":
        for path in data.glob("ag4-bot.sqlite*"):
            path.unlink()
    await dialog.start()
    [device_id] = [dialog.app.intake._client.device_id]
    assert chain_fault(homeserver.world, BOT, device_id) is None
    assert homeserver.world.accounts[BOT].cross_signing["master_key"]["keys"] == master["keys"]
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    assert answers(anna) == ["Echo: eins", "Echo: zwei"]


async def test_a_lost_key_store_makes_a_new_device_and_logs_the_old_one_out(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    await ask(dialog, anna, "!echo eins")
    [old] = homeserver.world.accounts[BOT].devices
    await dialog.stop()
    shutil.rmtree(dialog.config.data.directory / "keys")
    await dialog.start()
    [new] = homeserver.world.accounts[BOT].devices
    assert new != old
    await dialog.restart()
    assert list(homeserver.world.accounts[BOT].devices) == [new]


async def test_a_copy_of_the_key_store_put_back_is_noticed_and_another_device_goes_on(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """An old store on a live device would use keys twice."""
    account = homeserver.world.accounts[BOT]

    def uses_told() -> int:
        [(_, told)] = account.account_data.values()
        return int(told["uses"])

    await dialog.stop()
    keys = dialog.config.data.keys
    copy = shutil.copytree(keys, keys.with_name("copy"))
    [store] = copy.glob("*.db")
    [(uses_in_the_copy,)] = query(store, "SELECT number FROM ag4_bot_uses")
    await dialog.start()
    await ask(dialog, anna, "!echo dazwischen")
    await homeserver.wait_for(lambda: uses_told() > uses_in_the_copy)
    [old] = account.devices
    await dialog.stop()
    shutil.rmtree(keys)
    copy.rename(keys)
    await dialog.start()
    assert await ask(dialog, anna, "!echo danach") == ["Echo: danach"]
    [new] = account.devices
    assert new != old


async def test_a_new_member_reads_what_is_said_from_then_on(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    await ask(dialog, anna, "!echo vorher")
    ole = person(homeserver, "ole")
    anna.user.invite(ROOM, ole.user)
    ole.user.join(ROOM)
    await dialog.settle()
    await ask(dialog, anna, "!echo nachher")
    assert ole.said(ROOM, BOT)[-1] == "Echo: nachher"
    assert answers(anna) == ["Echo: vorher", "Echo: nachher"]


async def test_somebody_invited_reads_on_joining_what_was_said_meanwhile(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    ole = person(homeserver, "ole")
    anna.user.invite(ROOM, ole.user)
    await dialog.settle()
    await ask(dialog, anna, "!echo dazwischen")
    ole.user.join(ROOM)
    assert ole.said(ROOM, BOT) == ["Echo: dazwischen"]


async def test_in_a_room_whose_history_is_for_members_an_invited_person_gets_no_key(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    homeserver.user("karin").put_state(ROOM, "m.room.history_visibility", {"history_visibility": "joined"})
    ole = person(homeserver, "ole")
    anna.user.invite(ROOM, ole.user)
    await dialog.settle()
    await ask(dialog, anna, "!echo dazwischen")
    ole.user.join(ROOM)
    ole.drain()
    assert BOT not in {key.sender for key in ole.keys.values()}


async def test_a_new_device_of_a_member_reads_what_comes(dialog: Dialog, anna: EncryptedPerson) -> None:
    await ask(dialog, anna, "!echo eins")
    phone = anna.another_device(exclude_insecure=True)
    await dialog.settle()
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    assert phone.said(ROOM, BOT)[-1] == "Echo: zwei"


async def test_who_begins_to_use_a_device_while_the_bot_speaks_gets_the_key_afterwards(
    dialog: Dialog, anna: EncryptedPerson
) -> None:
    """The bot speaks before it knows of the device; the next sync brings the device, and the device the key."""
    await ask(dialog, anna, "!echo eins")
    phone = anna.another_device(exclude_insecure=True)
    await dialog.settle()
    assert phone.said(ROOM, BOT)[-1:] == ["Echo: eins"]


async def test_whoever_leaves_cannot_read_on(dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver) -> None:
    ben = person(homeserver, "ben")
    await ask(dialog, anna, "!echo eins")
    assert answers(ben) == ["Echo: eins"]
    keys = set(ben.keys)
    ben.user.leave(ROOM)
    await dialog.settle()
    await ask(dialog, anna, "!echo zwei")
    ben.drain()
    assert {key for key in ben.keys if ben.keys[key].sender == BOT} <= keys


async def test_a_device_that_was_logged_out_makes_a_new_key(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    phone = anna.another_device(exclude_insecure=True)
    await ask(dialog, anna, "!echo eins")
    phone.log_out()
    await dialog.settle()
    await ask(dialog, anna, "!echo zwei")
    sessions = {
        event.content["session_id"]
        for event in homeserver.events(ROOM)
        if event.sender == BOT and event.type == "m.room.encrypted"
    }
    assert len(sessions) == 2


@pytest.mark.parametrize(
    "policy, unsigned, unverified", [("cross-signed", False, True), ("all", True, True), ("verified", False, False)]
)
async def test_who_gets_keys_is_as_configured(
    homeserver: FakeHomeserver, tmp_path: Path, policy: str, *, unsigned: bool, unverified: bool
) -> None:
    """C4: `[encryption] devices`; whoever gets none is told why, once."""
    async with encrypted_dialog(homeserver, tmp_path / "data", encryption={"devices": policy}) as dialog:
        anna = person(homeserver, "anna")
        plain = anna.another_device(cross_signed=False)
        anna.say(ROOM, "!echo eins")
        anna.say(ROOM, "!echo zwei")
        await dialog.settle()
        for reader, reads in ((anna, unverified), (plain, unsigned)):
            said = reader.said(ROOM, BOT)
            assert said == (["Echo: eins", "Echo: zwei"] if reads else [])
            withheld = [each for each in reader.received if each["type"] == "m.room_key.withheld"]
            assert [each["content"]["code"] for each in withheld] == ([] if reads else ["m.unverified"])


async def test_what_an_unsigned_device_says_is_answered(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """Whoever writes is known by the account; only the answer is for signed devices."""
    anna = person(homeserver, "anna")
    plain = anna.another_device(cross_signed=False)
    plain.say(ROOM, "!echo eins")
    await dialog.settle()
    assert answers(anna) == ["Echo: eins"]


@pytest.mark.parametrize("setting, each", [({"rotation_period_msgs": 2}, 2), ({"rotation_period_ms": 1}, 1)])
async def test_the_key_is_changed_as_often_as_the_room_says(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver, setting: dict[str, Any], each: int
) -> None:
    encrypted(homeserver, **setting)
    for number in range(4):
        assert await ask(dialog, anna, f"!echo {number}") == [f"Echo: {number}"]
    sessions = [
        event.content["session_id"]
        for event in homeserver.events(ROOM)
        if event.sender == BOT and event.type == "m.room.encrypted"
    ]
    assert [sessions.count(session) for session in dict.fromkeys(sessions)] == [each] * (4 // each)


async def test_a_room_encrypted_in_an_unknown_way_gets_nothing_and_the_reply_is_parked(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    homeserver.user("karin").put_state("#ag3:test", "m.room.encryption", {"algorithm": "m.quantum.v1"})
    homeserver.user("anna").say("#ag3:test", "!echo eins")
    await dialog.settle()
    assert not [event for event in homeserver.events("#ag3:test") if event.sender == BOT and event.state_key is None]
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]


async def test_who_joins_while_the_bot_asks_who_is_there_reads_too(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """The answer to "who is there" is older than the join, and the sync that brings the join comes first."""
    ole = person(homeserver, "ole")
    hold = homeserver.hold("GET */members*", answered=True)
    anna.say(ROOM, "!echo eins")
    await hold.arrived.wait()
    anna.user.invite(ROOM, ole.user)
    ole.user.join(ROOM)
    await homeserver.synced(BOT)
    hold.release()
    await dialog.settle()
    assert answers(anna) == ["Echo: eins"]
    assert ole.said(ROOM, BOT) == ["Echo: eins"]


async def test_after_a_gap_the_members_are_asked_for_anew(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """C1: the join stands in what a limited timeline left out; no two states of a room are taken for one."""
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    ole = person(homeserver, "ole")
    await dialog.stop()
    homeserver.limit_timelines(1)
    await dialog.start()
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    anna.user.invite(ROOM, ole.user)
    ole.user.join(ROOM)
    for number in range(5):
        anna.say(ROOM, f"unter uns {number}")
    await dialog.settle()
    assert await ask(dialog, anna, "!echo drei") == ["Echo: drei"]
    assert ole.said(ROOM, BOT)[-1] == "Echo: drei"


async def test_a_server_that_does_not_answer_is_waited_for_once_not_at_each_message(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    homeserver.world.set_member(homeserver.room(ROOM), "@karin:test", "@fern:weg.test", "join")
    del homeserver.world.accounts["@fern:weg.test"]
    for number in range(4):
        assert await ask(dialog, anna, f"!echo {number}") == [f"Echo: {number}"]
    asked = [each for each in homeserver.requests if "keys/query" in each.path and each.user_id == BOT]
    await ask(dialog, anna, "!echo noch einmal")
    later = [each for each in homeserver.requests if "keys/query" in each.path and each.user_id == BOT]
    assert len(later) == len(asked)


async def test_who_asks_and_logs_out_while_the_bot_is_down_is_read(dialog: Dialog, anna: EncryptedPerson) -> None:
    """The device is listed no more; whose it was has been proved by what it said before."""
    phone = anna.another_device(exclude_insecure=True)
    phone.say(ROOM, "!echo eins")
    await dialog.settle()
    await dialog.stop()
    phone.say(ROOM, "!echo zwei")
    phone.log_out()
    await dialog.start()
    await dialog.settle()
    assert answers(anna) == ["Echo: eins", "Echo: zwei"]


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """People whose servers do not tell the bot their devices; it asks again whenever there is cause to."""
    people: set[str] = set()
    real = keyring.query

    def told(world: World, asker: Account, *wanted: Content) -> Content:
        answer = real(world, asker, *wanted)
        if asker.user_id == BOT:
            for user_id in people:
                answer["device_keys"].pop(user_id, None)
        return answer

    monkeypatch.setattr(keyring, "query", told)
    monkeypatch.setattr(devices, "SILENT_S", 0.0)
    return people


async def test_who_asks_while_their_server_does_not_tell_their_devices_is_answered_and_reads_it_later(
    dialog: Dialog,
    anna: EncryptedPerson,
    homeserver: FakeHomeserver,
    silent: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent.add("@anna:test")
    anna.say(ROOM, "!echo eins")
    await dialog.settle()
    assert anna.said(ROOM, BOT) == []
    assert [event.type for event in homeserver.events(ROOM) if event.sender == BOT][-1] == "m.room.encrypted"
    monkeypatch.setattr(room_keys, "OVERLAP_S", -1.0)  # as after more than a minute
    silent.clear()
    homeserver.user("ben").say("#ag3:test", "unter uns")
    await dialog.settle()
    assert answers(anna) == ["Echo: eins"]


async def test_who_could_not_be_asked_for_gets_the_key_from_the_first_message_on_however_long_it_takes(
    dialog: Dialog,
    anna: EncryptedPerson,
    homeserver: FakeHomeserver,
    silent: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ben = person(homeserver, "ben")
    silent.add("@ben:test")
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    monkeypatch.setattr(room_keys, "OVERLAP_S", -1.0)  # as after more than a minute
    silent.clear()
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    assert answers(ben) == ["Echo: eins", "Echo: zwei"]
