"""C1, C4: a room key that did not reach a device is noticed and given later; no trouble with keys blocks a room."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.matrix.encryption import room_keys
from tests import mischief
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, answers, ask, encrypted_dialog, person
from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver

FOR_EVER = 1_000_000


@pytest.fixture
async def dialog(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    async with encrypted_dialog(homeserver, tmp_path / "data") as one:
        yield one


@pytest.fixture
def anna(dialog: Dialog, homeserver: FakeHomeserver) -> EncryptedPerson:
    return person(homeserver, "anna")


@pytest.fixture
def ben(dialog: Dialog, homeserver: FakeHomeserver) -> EncryptedPerson:
    """His device has no one-time keys left, and no fallback key either."""
    ben = person(homeserver, "ben")
    mischief.use_up_one_time_keys(homeserver, "ben")
    ben.device.fallback_keys.clear()
    return ben


async def test_a_device_without_one_time_keys_keeps_nobody_waiting_and_is_owed_the_key_from_the_first_message(
    dialog: Dialog, anna: EncryptedPerson, ben: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
    assert ben.said(ROOM, BOT) == []
    ben.publish_keys()
    homeserver.world.keys_changed(ben.user.account)
    await dialog.settle()
    assert answers(ben) == ["Echo: eins", "Echo: zwei"]


async def test_a_device_that_never_gets_one_time_keys_is_tried_now_and_then(
    dialog: Dialog,
    anna: EncryptedPerson,
    ben: EncryptedPerson,
    homeserver: FakeHomeserver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def claims() -> int:
        return sum("keys/claim" in str(each) for each in homeserver.requests)

    for number in range(5):
        await ask(dialog, anna, f"!echo {number}")
    before = claims()
    assert await ask(dialog, anna, "!echo fünf") == ["Echo: fünf"]
    assert claims() == before
    monkeypatch.setattr(room_keys, "TRY_AGAIN_S", 0.0)
    ben.publish_keys()
    dialog.app.intake._client.crypto._room_keys.reachable_again(["@ben:test"])
    assert await ask(dialog, anna, "!echo sechs") == ["Echo: sechs"]
    assert len(answers(ben)) == 7


@pytest.mark.parametrize(
    "request_", ["PUT */sendToDevice/*", "POST */keys/claim", "POST */keys/query", "GET */members*"]
)
@pytest.mark.parametrize("how", ["502", "429", "lost answer", "cut"])
async def test_trouble_on_the_way_to_a_key_delays_the_message_and_everybody_reads_it(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver, request_: str, how: str
) -> None:
    """With nio 0.26 a 502 here counts as shared, and nobody can read the next hundred messages."""
    lena = person(homeserver, "lena")
    match how:
        case "502":
            fault = homeserver.fail(request_, 502, html=True, times=3)
        case "429":
            fault = homeserver.fail(request_, 429, retry_after_ms=10, times=3)
        case "lost answer":
            fault = homeserver.lose_answer(request_, times=3)
        case _:
            fault = homeserver.cut(request_, times=3)
    anna.say(ROOM, "!echo eins")
    await homeserver.wait_for(lambda: fault.hits == 3, timeout=20)
    await dialog.settle()
    assert answers(anna) == answers(lena) == ["Echo: eins"]


async def test_a_key_that_is_refused_for_good_parks_one_message_and_no_room(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    fault = homeserver.fail("PUT */sendToDevice/*", 403, errcode="M_FORBIDDEN", times=1)
    anna.say(ROOM, "!echo eins")
    await dialog.settle()
    assert fault.hits == 1
    assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]


async def test_a_send_that_is_cancelled_at_any_request_blocks_nothing(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """With nio 0.26 every later message of the room would wait for ever."""
    crypto = dialog.app.intake._client.crypto
    assert crypto is not None
    room_id = homeserver.room(ROOM).id
    for request_ in ("GET */members*", "POST */keys/query", "POST */keys/claim", "PUT */sendToDevice/*"):
        hold = homeserver.hold(request_)
        sending = asyncio.create_task(crypto.encrypt(room_id, "m.room.message", {"body": "verworfen"}))
        await hold.arrived.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        hold.release()
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]


async def test_two_rooms_do_not_wait_for_each_other(
    dialog: Dialog, anna: EncryptedPerson, homeserver: FakeHomeserver
) -> None:
    """C6: keys that cannot be shared in one encrypted room hold up no other."""
    homeserver.create_room("anna", alias="zweiter", invite=[BOT], encrypted=True)
    await dialog.settle()
    room_id = homeserver.room(ROOM).id
    homeserver.fail(lambda request: room_id in request.path and "members" in request.path, 500, times=FOR_EVER)
    anna.say(ROOM, "!echo wartet")
    anna.say("#zweiter:test", "!echo geht")
    await homeserver.wait_for(lambda: anna.said("#zweiter:test", BOT) == ["Echo: geht"])
