"""C1, C2, C4 with encryption: whatever comes first, fails between or is full, each message is read and answered once."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot import backoff, upkeep
from commands import unreadable
from commands.registry import Registry
from tests import mischief
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, answers, ask, encrypted, encrypted_dialog, person
from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver
from tests.homeserver.faults import Request, matcher
from tests.homeserver.upgrading import upgrade
from tests.kit import query, said, small

AG3 = "#ag3:test"
TRIES = 3


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for before trying again is no part of these tests."""
    monkeypatch.setattr(backoff, "FIRST_S", 0.01)
    monkeypatch.setattr(upkeep, "AGAIN_S", 0.01)


@pytest.fixture
async def dialog(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    async with encrypted_dialog(homeserver, tmp_path / "data", registry=small(jobs=unreadable.JOBS)) as one:
        yield one


@pytest.fixture
def anna(dialog: Dialog, homeserver: FakeHomeserver) -> EncryptedPerson:
    return person(homeserver, "anna")


def by_bot(path_end: str) -> Callable[[Request], bool]:
    """The bot's requests to one place, not those of other people's clients."""
    return lambda request: request.path.endswith(path_end) and request.user_id == BOT


async def one_sync(hs: FakeHomeserver, happens: Callable[[], None]) -> None:
    """Let the bot hear of all that happens in one sync."""
    hold = hs.hold(by_bot("/sync"))
    hs.user("karin").say("#ag1:test", "unter uns")
    await hold.arrived.wait()
    happens()
    hold.release()


def parked(dialog: Dialog) -> list[tuple[str, ...]]:
    """What can never be sent, and what could not be read or handled."""
    path = dialog.config.data.database
    return query(path, "SELECT key FROM outbox WHERE state = 'parked'") + query(
        path, "SELECT kind FROM inbox WHERE state = 'parked'"
    )


# late keys, early edits


@pytest.mark.parametrize("where", ["*/messages*", "*/keys/query", "*/event/*"])
async def test_a_late_key_whose_sync_fails_afterwards_is_not_forgotten(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver, where: str
) -> None:
    """The homeserver tells a key once. Trouble at a gap, at somebody's devices, at the author of what was edited."""
    small_talk = homeserver.user("ben").say(AG3, "unter uns")
    anna.say(ROOM, "!echo eins", hold_keys=True)
    await dialog.settle()
    lena = person(homeserver, "lena")
    homeserver.limit_timelines(3)
    fault = homeserver.fail(
        lambda request: by_bot("")(request) and matcher(f"* {where}")(request), 429, retry_after_ms=1
    )

    def happens() -> None:
        anna.release_keys()
        if where == "*/keys/query":
            lena.say(ROOM, "unter uns")
        for _ in range(9):
            homeserver.user("ben").edit(AG3, small_talk, "!echo doch")

    await one_sync(homeserver, happens)
    await homeserver.wait_for(lambda: fault.hits == 1)
    await dialog.settle()
    assert answers(anna) == ["Echo: eins"]
    assert parked(dialog) == []


async def test_an_edit_that_can_be_read_before_its_message_stands_for_it(dialog: Dialog, anna: EncryptedPerson) -> None:
    """C2: one cause, one effect; the message is not answered again when its key comes."""
    asked = anna.say(ROOM, "!echo eins", hold_keys=True)
    await dialog.settle()
    anna.rotate(ROOM)
    anna.edit(ROOM, asked, "!echo zwei")
    await dialog.settle()
    anna.release_keys()
    await dialog.settle()
    assert answers(anna) == ["Echo: zwei"]
    assert parked(dialog) == []


async def test_a_question_whose_edit_can_be_read_first_is_asked_once(
    homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    async with encrypted_dialog(homeserver, tmp_path / "data", registry=Registry()) as dialog:
        encrypted(homeserver, AG3)
        anna = person(homeserver, "anna")
        asked = anna.say(AG3, "!frage Wer zahlt das?", hold_keys=True)
        await dialog.settle()
        anna.rotate(AG3)
        anna.edit(AG3, asked, "!frage Wer zahlt das wirklich?")
        await dialog.settle()
        anna.release_keys()
        await dialog.settle()
        assert query(dialog.config.data.database, "SELECT text FROM questions") == [("Wer zahlt das wirklich?",)]
        assert len(answers(anna, AG3)) == 1


# devices that change


async def test_a_device_that_is_new_while_its_owner_is_first_asked_for_gets_the_key(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """The answer is older than the device, and the sync that tells of the device comes before the answer."""
    hold = homeserver.hold(by_bot("keys/query"), answered=True)
    homeserver.user("karin").say(ROOM, "!echo eins")
    await hold.arrived.wait()
    phone = anna.another_device(exclude_insecure=True)
    await homeserver.synced(BOT)
    hold.release()
    await dialog.settle()
    homeserver.user("karin").say(ROOM, "!echo zwei")
    await dialog.settle()
    assert answers(phone)[-1:] == ["Echo: zwei"]


async def test_what_is_owed_survives_the_change_of_the_rooms_key(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    ben, lukas = person(homeserver, "ben"), person(homeserver, "lukas")
    mischief.use_up_one_time_keys(homeserver, "ben")
    ben.device.fallback_keys.clear()
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    lukas.user.leave(ROOM)
    await dialog.settle()
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    ben.publish_keys()
    homeserver.world.keys_changed(ben.user.account)
    await dialog.settle()
    assert answers(ben) == ["Echo: eins", "Echo: zwei"]


# who is in the room


async def test_small_talk_does_not_keep_the_bot_from_asking_who_is_there_and_writing(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    hold = homeserver.hold("GET */members*", answered=True)
    anna.say(ROOM, "!echo eins")
    await hold.arrived.wait()
    homeserver.user("ben").say(ROOM, "unter uns")
    await homeserver.synced(BOT)
    hold.release()
    await dialog.settle()
    assert answers(anna) == ["Echo: eins"]
    assert sum(request.path.endswith("/members") for request in homeserver.requests) == 1


async def test_who_is_banned_in_a_gap_reads_nothing_from_then_on(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    ben = person(homeserver, "ben")
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    assert answers(ben) == ["Echo: eins"]
    keys = set(ben.keys)
    homeserver.limit_timelines(3)

    def happens() -> None:
        homeserver.world.set_member(homeserver.room(ROOM), "@karin:test", "@ben:test", "ban")
        for number in range(9):
            homeserver.user("karin").say(ROOM, f"unter uns {number}")

    await one_sync(homeserver, happens)
    await dialog.settle()
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    ben.drain()
    assert {key for key in ben.keys if ben.keys[key].sender == BOT} <= keys
    sent = {
        event.content["session_id"]
        for event in homeserver.events(ROOM)
        if event.sender == BOT and event.type == "m.room.encrypted"
    }
    assert len(sent) == 2


async def test_the_first_word_in_a_room_joined_a_moment_ago_is_encrypted(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C4: no sync has told yet that the room is encrypted, nor even that the bot is in it."""
    room = homeserver.create_room("anna", alias="vertraulich", direct=True, encrypted=True)
    joined = False

    def sync_after_join(request: Request) -> bool:
        nonlocal joined
        joined = joined or (request.user_id == BOT and request.path.endswith(f"/join/{room}"))
        return joined and by_bot("/sync")(request)

    def words() -> list[str]:
        return [each.type for each in homeserver.events(room) if each.sender == BOT and each.state_key is None]

    hold = homeserver.hold(sync_after_join)
    homeserver.user("anna").invite(room, BOT, is_direct=True)
    await homeserver.wait_for(words)
    hold.release()
    await dialog.settle()
    assert words() == ["m.room.encrypted"]


async def test_a_reply_that_the_old_room_refuses_during_an_upgrade_arrives_in_the_new_one(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C1: question and tombstone come in one sync, so that the reply is for a room where nobody may speak any more."""

    def happens() -> None:
        homeserver.user("anna").say(AG3, "!echo eins")
        homeserver.user("karin").put_state(AG3, "m.room.join_rules", {"join_rule": "public"})
        upgrade(homeserver.world, homeserver.room(AG3), homeserver.user("karin").account, "12")

    old = homeserver.room(AG3).id
    await one_sync(homeserver, happens)
    await dialog.settle()
    assert homeserver.room(AG3).id != old
    assert (said(homeserver, old), said(homeserver, AG3)) == ([], ["Echo: eins"])
    assert parked(dialog) == []


# the key store


def store_of(dialog: Dialog) -> Path:
    [path] = dialog.config.data.keys.glob("*.db")
    return path


@contextmanager
def locked(dialog: Dialog) -> Iterator[None]:
    """Another program holds the key store."""
    crypto = dialog.app.intake._client.crypto
    assert crypto is not None
    crypto._olm.store.database.execute_sql("PRAGMA busy_timeout = 0")  # half a second at each try otherwise
    with closing(sqlite3.connect(store_of(dialog), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


async def same_sync_again(hs: FakeHomeserver) -> None:
    """Wait until the bot has asked from the same position so often in a row: it cannot go on."""

    def repeated() -> bool:
        asked = [each.query.get("since") for each in hs.requests if by_bot("/sync")(each)][-TRIES:]
        return len(asked) == TRIES and len(set(asked)) == 1

    await hs.wait_for(repeated)


async def test_room_keys_that_cannot_be_stored_because_the_store_is_locked_are_taken_when_it_is_free(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    assert await ask(dialog, anna, "!echo null") == ["Echo: null"]
    with locked(dialog):
        anna.rotate(ROOM)
        anna.say(ROOM, "!echo eins")
        await same_sync_again(homeserver)
        assert answers(anna) == ["Echo: null"]
    await dialog.settle()
    assert answers(anna) == ["Echo: null", "Echo: eins"]
    assert parked(dialog) == []
    await dialog.restart()
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]


async def test_a_reply_that_cannot_be_encrypted_because_the_store_is_locked_waits_and_is_read_by_all(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    lena = person(homeserver, "lena")
    hold = homeserver.hold(by_bot("keys/claim"))
    anna.say(ROOM, "!echo eins")
    await hold.arrived.wait()
    with locked(dialog):
        hold.release()
        await homeserver.wait_for(lambda: sum(by_bot("keys/claim")(each) for each in homeserver.requests) >= TRIES)
        assert answers(anna) == []
    await dialog.settle()
    assert answers(anna) == answers(lena) == ["Echo: eins"]
    assert parked(dialog) == []
    await dialog.restart()
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    assert answers(lena) == ["Echo: eins", "Echo: zwei"]


async def test_room_keys_that_cannot_be_stored_because_the_disk_is_full_are_taken_when_there_is_room(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    assert await ask(dialog, anna, "!echo null") == ["Echo: null"]
    crypto = dialog.app.intake._client.crypto
    assert crypto is not None
    database = crypto._olm.store.database
    [used] = database.execute_sql("PRAGMA page_count").fetchone()
    database.execute_sql(f"PRAGMA max_page_count = {used}")
    room_id, asked = homeserver.room(ROOM).id, [f"!echo {number}" for number in range(30)]

    sessions = []

    def happens() -> None:
        for text in asked:
            anna.rotate(ROOM)
            anna.say(ROOM, text, to=[BOT])
            sessions.append(anna.outbound[room_id])

    await one_sync(homeserver, happens)
    await same_sync_again(homeserver)
    assert answers(anna) == ["Echo: null"]
    database.execute_sql("PRAGMA max_page_count = 1000000")
    await dialog.settle()
    expected = ["Echo: null", *(f"Echo: {number}" for number in range(30))]
    assert answers(anna) == expected
    assert parked(dialog) == []
    await dialog.restart()
    for anna.outbound[room_id] in (sessions[0], sessions[-1]):
        assert await ask(dialog, anna, "!echo danach") == ["Echo: danach"]


# channels


async def test_a_fallback_key_is_changed_once_for_each_use(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """Who has claimed it may use it later: it must not be forgotten because an old sync says that it was used."""
    [device] = homeserver.world.accounts[BOT].devices.values()
    mischief.use_up_one_time_keys(homeserver, "ag4-bot")
    before = set(device.fallback_keys)
    anna.share_key(ROOM, to=[BOT], hold_keys=True)
    hold = homeserver.hold(by_bot("keys/upload"))
    homeserver.user("ben").say(AG3, "unter uns")
    await hold.arrived.wait()
    homeserver.user("ben").say(AG3, "noch immer")
    await homeserver.synced(BOT)
    hold.release()
    await homeserver.wait_for(lambda: set(device.fallback_keys) != before)
    new = set(device.fallback_keys)
    await dialog.settle()
    assert set(device.fallback_keys) == new
    anna.say(ROOM, "!echo eins")
    anna.release_keys()
    await dialog.settle()
    assert answers(anna) == ["Echo: eins"]


async def test_a_channel_that_could_not_be_mended_is_mended_later(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    await ask(dialog, anna, "!echo eins")
    anna.drain()
    [bot] = anna.peers(BOT)
    fault = homeserver.fail(by_bot("keys/claim"), 500)
    anna.send_ciphertext(bot, 1, "AAAA")
    await homeserver.wait_for(lambda: anna.device.to_device)
    assert fault.hits == 1
    anna.drain()
    assert anna.received[-1]["type"] == "m.dummy"
