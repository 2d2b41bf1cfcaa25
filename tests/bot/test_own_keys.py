"""Keys of the bot's own device: always supplied, on the disk before they are published, none with encryption off."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import mischief
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, answers, ask, encrypted_dialog, person
from tests.homeserver import FakeHomeserver
from tests.homeserver.model import Device

FOR_EVER = 1_000_000


@pytest.fixture
async def dialog(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    async with encrypted_dialog(homeserver, tmp_path / "data") as one:
        yield one


def device(homeserver: FakeHomeserver) -> Device:
    [only] = homeserver.world.accounts[BOT].devices.values()
    return only


async def test_after_the_start_there_are_one_time_keys_and_a_fallback_key(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    assert device(homeserver).key_counts["signed_curve25519"] == 50
    assert len(device(homeserver).fallback_keys) == 1


async def test_one_time_keys_are_uploaded_again_when_all_are_used_up(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """nio 0.26 overlooks the zero and never uploads again."""
    assert mischief.use_up_one_time_keys(homeserver, "ag4-bot") == 50
    homeserver.user("ben").say("#ag3:test", "etwas, damit ein sync kommt")
    await dialog.settle()
    assert device(homeserver).key_counts["signed_curve25519"] == 50


async def test_whoever_writes_while_no_one_time_key_is_left_is_read(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """That is what the fallback key is for; it is replaced once it was used."""
    await dialog.stop()
    mischief.use_up_one_time_keys(homeserver, "ag4-bot")
    [first] = device(homeserver).fallback_keys
    anna = person(homeserver, "anna")
    ben = person(homeserver, "ben")
    anna.say(ROOM, "!echo eins")
    ben.say(ROOM, "!echo zwei")
    await dialog.start()
    await dialog.settle()
    assert answers(anna) == ["Echo: eins", "Echo: zwei"]
    assert first not in device(homeserver).fallback_keys
    assert len(device(homeserver).fallback_keys) == 1


async def test_keys_whose_upload_was_not_confirmed_still_open_what_was_encrypted_with_them(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """The answer to the upload is lost, and the bot is ended: the homeserver hands the keys out all the same."""
    await dialog.stop()
    mischief.use_up_one_time_keys(homeserver, "ag4-bot")
    uploads = itertools.count()  # the first one only asks how many are left
    fault = homeserver.lose_answer(
        lambda request: request.path.endswith("/keys/upload") and next(uploads) > 0, times=FOR_EVER
    )
    starting = asyncio.create_task(dialog.start())
    await homeserver.wait_for(lambda: device(homeserver).one_time_keys)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    fault.times = fault.hits
    anna = person(homeserver, "anna")
    anna.say(ROOM, "!echo eins")
    await dialog.start()
    await dialog.settle()
    assert answers(anna) == ["Echo: eins"]


async def test_a_homeserver_that_has_lost_the_keys_of_the_device_gets_them_again(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    await dialog.stop()
    only = device(homeserver)
    only.keys = {}
    only.one_time_keys.clear()
    only.fallback_keys.clear()
    await dialog.start()
    anna = person(homeserver, "anna")
    assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
    assert only.keys


async def test_with_encryption_off_the_homeserver_gets_no_keys_at_all(
    homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    async with encrypted_dialog(homeserver, tmp_path / "data", encryption={"enabled": False}) as dialog:
        assert await dialog.say("ben", "ag3", "!echo eins") == "Echo: eins"
        assert not device(homeserver).keys
        assert not device(homeserver).one_time_keys
        assert homeserver.world.accounts[BOT].cross_signing == {}
        assert not [each for each in homeserver.requests if "/keys/" in str(each)]
        assert not (dialog.config.data.directory / "identity.json").exists()
