"""Who vouches for the bot: made sure of at each start, watched while it runs, told in `!status` in one line."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import upkeep
from bot.errors import TrustRefused
from commands.registry import Registry
from tests import mischief
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, ask, encrypted_dialog, person
from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver
from tests.homeserver.signed import chain_fault
from tests.kit import dialog_with


@pytest.fixture
async def dialog(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    async with encrypted_dialog(homeserver, tmp_path / "data", registry=Registry()) as one:
        yield one


async def line(dialog: Dialog) -> str:
    """What `!status` says of encryption."""
    answer = await dialog.say("karin", "koordination", "!status")
    [one] = [each for each in answer.splitlines() if each.startswith("- Verschlüsselung")]
    return one


async def says(dialog: Dialog, words: str) -> None:
    """Ask until `!status` says so: what looks after the keys does that beside the conversation."""
    for _ in range(100):
        if words in await line(dialog):
            return
    raise AssertionError(await line(dialog))


async def test_status_says_in_one_line_that_others_trust_the_device(dialog: Dialog) -> None:
    assert await line(dialog) == "- Verschlüsselung: Gerät bestätigt; Einmalschlüssel: 50; nicht lesbare Nachrichten: 0"


async def test_status_counts_what_could_not_be_read(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    anna = person(homeserver, "anna")
    for number in range(3):
        anna.say(ROOM, f"!fragen {number}", hold_keys=True)
    await dialog.settle()
    assert (await line(dialog)).endswith("nicht lesbare Nachrichten: 3")
    assert "Es gibt etwas zu tun." in await dialog.say("karin", "koordination", "!status")


async def test_a_signature_that_is_lost_at_the_homeserver_is_made_again_while_the_bot_runs(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    account = homeserver.world.accounts[BOT]
    [device] = account.devices.values()
    account.signatures.clear()
    assert chain_fault(homeserver.world, BOT, device.id) is not None
    homeserver.world.keys_changed(account)
    await dialog.settle()
    assert chain_fault(homeserver.world, BOT, device.id) is None


async def test_an_identity_made_elsewhere_is_reported_while_the_bot_runs_and_refused_at_the_start(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """It is never replaced: somebody may have made it on purpose, in Element."""
    elsewhere = EncryptedPerson.of(homeserver, "ag4-bot", "ELEMENT", cross_signed=False)
    elsewhere.cross_sign(new_identity=True)
    theirs = homeserver.world.accounts[BOT].cross_signing["master_key"]["keys"]
    await dialog.settle()
    assert "Am Server liegt eine andere Identität" in await line(dialog)
    assert await dialog.say("ben", "ag3", "!hilfe")
    await dialog.stop()
    with pytest.raises(TrustRefused, match=r"recovery-key.*ag4-bot trust --reset"):
        await dialog.start()
    assert homeserver.world.accounts[BOT].cross_signing["master_key"]["keys"] == theirs


async def test_the_identity_is_looked_after_every_hour_though_nothing_seems_to_have_changed(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    account = homeserver.world.accounts[BOT]
    [device] = account.devices.values()
    account.signatures.clear()
    await dialog.say("ben", "ag3", "!hilfe")
    assert chain_fault(homeserver.world, BOT, device.id) is not None
    dialog.now += timedelta(hours=1)
    await dialog.say("ben", "ag3", "!hilfe")
    assert chain_fault(homeserver.world, BOT, device.id) is None


async def test_where_the_homeserver_has_no_cross_signing_the_bot_works_and_says_so(
    homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    """Trouble with trust must not keep plain rooms waiting."""
    homeserver.fail("POST */keys/device_signing/upload", 404, errcode="M_UNRECOGNIZED", times=1_000_000)
    dialog = dialog_with(homeserver, tmp_path / "data", Registry(), encryption={"enabled": True})
    try:
        await dialog.start()
        assert (await line(dialog)).startswith("- Verschlüsselung: Gerät nicht bestätigt: Das Konto des Bots hat noch")
        assert await dialog.say("ben", "ag3", "!hilfe")
    finally:
        await dialog.stop()


async def test_the_count_of_one_time_keys_follows(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "AGAIN_S", 0.01)
    mischief.use_up_one_time_keys(homeserver, "ag4-bot")
    fault = homeserver.fail("POST */keys/upload", 500, times=1_000_000)
    await dialog.say("ben", "ag3", "!hilfe")
    dialog.now += timedelta(minutes=2)
    await says(dialog, "Einmalschlüssel: 0;")
    assert fault.hits
    fault.times = fault.hits
    assert await ask(dialog, person(homeserver, "anna"), "!hilfe") != []
    dialog.now += timedelta(minutes=2)
    await says(dialog, "Einmalschlüssel: 50;")
