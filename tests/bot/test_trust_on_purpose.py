"""What an operator chooses: looking, an administrator who signs, another identity, one out of a secure backup."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot import identity_file
from bot.errors import TrustRefused
from bot.identity_file import Identity
from bot.matrix.encryption.signing import SigningKey, from_base64, public_key_of
from bot.matrix.encryption.trust import Mode, Problem
from bot.matrix.errors import Unreachable
from tests.bot.element_vectors import RECOVERY_KEY, SEEDS, SIGNING, STORAGE
from tests.bot.trust_bench import (
    BOT,
    KEYS,
    UPLOADS,
    Bench,
    foreign,
    on_nth,
    upload_identity,
)
from tests.homeserver import FakeHomeserver


@pytest.fixture
async def bench(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = await Bench.open(homeserver, tmp_path)
    yield bench
    await bench.client.close()


# --- looking, and the mode "print" ---


async def test_looking_changes_nothing(bench: Bench) -> None:
    before = bench.on_server()
    assert (await bench.trust().look()).problem is Problem.NO_IDENTITY
    assert (await bench.trust("print").establish()).problem is Problem.NO_IDENTITY
    assert bench.on_server() == before
    assert bench.on_disk() == {}
    assert bench.uploads() == []


async def test_in_the_mode_print_somebody_else_signs(bench: Bench) -> None:
    theirs = Identity.generate(BOT)
    await upload_identity(bench, theirs)
    state = await bench.start("print")
    assert (state.problem, state.fingerprint) == (Problem.DEVICE_NOT_SIGNED, bench.device.ed25519)
    keys = {name: value for name, value in bench.device.keys.items() if name != "signatures"}
    signed = theirs.self_signing.sign(keys, BOT)
    await bench.client.request("POST", f"{KEYS}/signatures/upload", {BOT: {"DEVICE": signed}})
    state = await bench.start("print")
    assert (state.signed, state.master) == (True, theirs.master.public)
    assert bench.on_disk() == {}


# --- replacing the identity on purpose ---


async def test_a_reset_replaces_the_identity_and_keeps_the_old_one_beside(bench: Bench) -> None:
    first = await bench.good(await bench.start())
    second = await bench.good(await bench.trust().reset())
    third = await bench.good(await bench.trust().reset())
    assert len({each.master.public for each in (first, second, third)}) == 3
    assert identity_file.read(bench.directory, BOT, name="identity.json.1") == first
    assert identity_file.read(bench.directory, BOT, name="identity.json.2") == second
    bench.uploads()
    assert await bench.good(await bench.start()) == third
    assert bench.uploads() == []


async def test_a_reset_takes_over_from_an_identity_made_elsewhere(bench: Bench) -> None:
    await upload_identity(bench, Identity.generate(BOT))
    await bench.good(await bench.trust().reset())
    assert set(bench.on_disk()) == {identity_file.NAME}


@pytest.mark.parametrize("password", [None, "wrong"])
async def test_a_reset_without_the_password_changes_nothing_that_counts(bench: Bench, password: str | None) -> None:
    first = await bench.good(await bench.start())
    with pytest.raises(TrustRefused, match="password"):
        await bench.trust(password=password).reset()
    assert await bench.good(await bench.start()) == first


@pytest.mark.parametrize("path", ["query", *UPLOADS])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("how", ["fail", "lost"])
@pytest.mark.parametrize("next_step", ["start", "reset"])
async def test_a_reset_stopped_anywhere_has_happened_or_not(
    bench: Bench, path: str, nth: int, how: str, next_step: str
) -> None:
    """The keys of what the homeserver shows are always on the disk."""
    first = await bench.good(await bench.start())
    matches = on_nth(nth, path)
    fault = bench.hs.fail(matches, 502, times=9) if how == "fail" else bench.hs.lose_answer(matches, times=9)
    with suppress(Unreachable):
        await bench.trust().reset()
    fault.cancel()
    shown = public_key_of(bench.account.cross_signing["master_key"])
    if next_step == "start":
        assert (await bench.good(await bench.start())).master.public == shown
    else:
        halfway = shown != first.master.public and bench.kept == first
        now = await bench.good(await bench.trust().reset())
        assert now != first
        assert (now.master.public == shown) == halfway, "a reset that was stopped halfway is brought to its end"
        assert identity_file.read(bench.directory, BOT, name="identity.json.1") == first


async def test_a_reset_is_brought_to_its_end_by_another_device_too(bench: Bench) -> None:
    """Its signature is another one, and Synapse takes no key twice: what is there is not uploaded again."""
    first = await bench.good(await bench.start())
    fault = bench.hs.lose_answer(on_nth(2, "device_signing/upload"), times=9)
    with pytest.raises(Unreachable):
        await bench.trust().reset()
    fault.cancel()
    shown = public_key_of(bench.account.cross_signing["master_key"])
    assert shown != first.master.public
    other = await Bench.open(bench.hs, bench.directory, "OTHER")
    assert (await other.good(await other.trust().reset())).master.public == shown
    await other.client.close()


@pytest.mark.parametrize("mode", ["recovery-key", "print"])
async def test_only_an_identity_of_its_own_is_the_bots_to_replace(bench: Bench, mode: Mode) -> None:
    with pytest.raises(TrustRefused, match="not the bot's to replace"):
        await bench.trust(mode).reset()
    assert bench.on_disk() == {}


# --- an identity out of a secure backup ---


@pytest.fixture
async def backed_up(bench: Bench) -> Bench:
    """The account as Element left it: cross-signing and a secure backup."""
    bench.account.cross_signing.update(json.loads(json.dumps(SIGNING)))
    for kind, content in STORAGE.items():
        await bench.client.request("PUT", f"/_matrix/client/v3/user/{BOT}/account_data/{kind}", content)
    return bench


async def test_with_the_recovery_key_the_identity_of_element_signs_the_bot(backed_up: Bench) -> None:
    state = await backed_up.start("recovery-key", password=None, recovery_key=RECOVERY_KEY)
    master = SigningKey.from_seed(from_base64(SEEDS["master"])).public
    assert (state.signed, state.master) == (True, master)
    assert await backed_up.seen() == (master, True, True)
    assert backed_up.uploads() == ["signatures"]
    assert backed_up.on_disk() == {}, "nothing of it is written"
    assert await backed_up.start("recovery-key", recovery_key=RECOVERY_KEY) == state
    assert await backed_up.trust("recovery-key", recovery_key=RECOVERY_KEY).look() == state
    assert backed_up.uploads() == []


async def test_a_recovery_key_that_does_not_fit_is_refused(backed_up: Bench) -> None:
    assert "has no recovery key" in await backed_up.refused("recovery-key")
    wrong = RECOVERY_KEY[:-1] + "x"
    assert "wrong or missing" in await backed_up.refused("recovery-key", recovery_key=wrong)


async def test_an_account_without_an_identity_or_a_backup_is_told_the_steps(bench: Bench) -> None:
    text = await bench.refused("recovery-key", recovery_key=RECOVERY_KEY)
    assert "no cross-signing identity yet" in text
    assert "with Element" in text
    bench.account.cross_signing.update(SIGNING)
    assert "has no secure backup" in await bench.refused("recovery-key", recovery_key=RECOVERY_KEY)


@pytest.mark.parametrize("kind", ["master_key", "self_signing_key", "user_signing_key"])
async def test_a_backup_of_another_identity_than_the_one_shown_is_refused(backed_up: Bench, kind: str) -> None:
    foreign(backed_up, kind)
    text = await backed_up.refused("recovery-key", recovery_key=RECOVERY_KEY)
    assert f"another {kind.removesuffix('_key').replace('_', '-')} key than the homeserver shows" in text


async def test_what_is_no_key_in_the_backup_is_refused(backed_up: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for clear in (b"", b"AAAA", "ä".encode(), b"\xff" * 43):

        async def read(*_: object, found: bytes = clear) -> bytes:
            return found

        monkeypatch.setattr("bot.matrix.encryption.secret_storage.read_secret", read)
        text = await backed_up.refused("recovery-key", recovery_key=RECOVERY_KEY)
        assert "m.cross_signing.master in the secure backup" in text
