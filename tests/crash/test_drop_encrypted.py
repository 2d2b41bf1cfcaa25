"""Contract C3 in encrypted rooms, request by request: dropped before or after the homeserver accepts any of them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.trust_bench import on_nth
from tests.crash.encrypted_bot import EncryptedBot
from tests.crash.rounds import furnish, receipts_of
from tests.dialog import BOT
from tests.encrypted_kit import ROOM, answers, encrypted, person
from tests.homeserver import FakeHomeserver, keyring
from tests.homeserver.faults import Hold
from tests.homeserver.model import Device
from tests.homeserver.signed import chain_fault
from tests.kit import small

REQUESTS = (
    "GET /sync",
    "POST */keys/query",
    "POST */keys/claim",
    "POST */keys/upload",
    "GET */members*",
    "PUT */sendToDevice/*",
    "PUT */send/*",
)


@pytest.fixture
async def bot(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[EncryptedBot]:
    """In an encrypted plenary; it has run before."""
    furnish(homeserver)
    encrypted(homeserver)
    one = EncryptedBot(hs=homeserver, directory=tmp_path / "data", registry=small())
    await one.start()
    await one.settle()
    yield one
    await one.crash()


@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("request_", REQUESTS)
async def test_dropped_at_a_request_it_answers_once_and_readably(
    bot: EncryptedBot, homeserver: FakeHomeserver, request_: str, *, accepted: bool
) -> None:
    """C3: the question, its key and the request are under way at the same time."""
    anna, ben = person(homeserver, "anna"), person(homeserver, "ben")
    device = await has_to_upload(bot, homeserver)
    asked = anna.say(ROOM, "!echo eins")
    await dropped_at(homeserver.hold(request_, times=99, answered=accepted), bot)
    await bot.start()
    await bot.settle()
    assert len(receipts_of(homeserver, asked)) == 1
    assert answers(anna) == answers(ben) == ["Echo: eins"]
    assert [*homeserver.user(BOT).account.devices] == [device.id]
    assert chain_fault(homeserver.world, BOT, device.id) is None


async def test_no_one_time_key_is_given_out_twice_though_the_bot_died_as_it_uploaded_them(
    bot: EncryptedBot, homeserver: FakeHomeserver
) -> None:
    """C3: anna's client uses one before the bot starts again; whoever got the same one later could not be read."""
    device = await has_to_upload(bot, homeserver)
    await dropped_at(homeserver.hold(on_nth(2, "upload"), times=99, answered=True), bot)
    anna = person(homeserver, "anna")
    before = set(device.one_time_keys)
    asked = anna.say(ROOM, "!echo eins")
    [used] = before - set(device.one_time_keys)
    await bot.start()
    await bot.settle()
    assert len(receipts_of(homeserver, asked)) == 1
    assert used not in device.one_time_keys


async def has_to_upload(bot: EncryptedBot, hs: FakeHomeserver) -> Device:
    """Stop the bot and use up all but a few of its one-time keys; its device."""
    await bot.stop()
    [device] = hs.user(BOT).account.devices.values()
    while device.key_counts["signed_curve25519"] > 3:
        keyring.claim(device, "signed_curve25519")
    return device


async def dropped_at(hold: Hold, bot: EncryptedBot) -> None:
    """Start the bot, and drop it when it comes to what is held."""
    starting = asyncio.create_task(bot.start())
    await hold.arrived.wait()
    starting.cancel()  # changes nothing where it has started
    await asyncio.gather(starting, return_exceptions=True)
    await bot.crash()
    hold.drop()
