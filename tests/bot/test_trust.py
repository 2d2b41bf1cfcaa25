"""The bot's identity: made once, kept first, never replaced silently; what counts is the chain as others see it."""

import json
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot import identity_file
from bot.errors import TrustRefused
from bot.identity_file import Identity
from bot.matrix.encryption.signing import public_key_of
from bot.matrix.encryption.trust import Problem, State
from bot.matrix.errors import MatrixError, PasswordNeeded, RateLimited, Rejected, ServerFailing, Unreachable, meaning
from tests.bot.trust_bench import (
    BOT,
    KEYS,
    UPLOADS,
    Bench,
    BotDevice,
    foreign,
    lost,
    on_nth,
    stripped,
    upload_identity,
)
from tests.homeserver import FakeHomeserver


@pytest.fixture
async def bench(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = await Bench.open(homeserver, tmp_path)
    yield bench
    await bench.client.close()


# --- an identity of its own ---


async def test_the_first_start_makes_an_identity_that_everybody_can_check(bench: Bench) -> None:
    await bench.good(await bench.start(password=None))
    assert bench.uploads() == ["device_signing", "signatures"]
    assert stat.S_IMODE((bench.directory / identity_file.NAME).stat().st_mode) == 0o600


async def test_every_later_start_only_looks(bench: Bench) -> None:
    first = await bench.good(await bench.start())
    server = bench.on_server()
    bench.uploads()
    for _ in range(2):
        assert await bench.good(await bench.start(password=None)) == first
    assert bench.uploads() == []
    assert bench.on_server() == server


async def test_the_identity_is_kept_before_it_is_uploaded(bench: Bench) -> None:
    """Else a crash in between would leave an identity at the homeserver that nobody has the keys of."""
    fault = bench.hs.cut("POST /keys/device_signing/upload", times=5)
    with pytest.raises(Unreachable):
        await bench.start()
    assert fault.hits
    fault.cancel()
    kept = bench.kept
    assert kept is not None
    assert not bench.account.cross_signing
    assert await bench.good(await bench.start()) == kept


@pytest.mark.parametrize("path", ["query", *UPLOADS])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("how", ["502", "429", "cut", "lost", "half"])
async def test_stopped_anywhere_the_next_start_ends_in_the_same_good_state(
    bench: Bench, path: str, nth: int, how: str
) -> None:
    """C3, C4: a homeserver that fails is the caller's to wait for, and never a reason for a second identity."""
    matches = on_nth(nth, path)
    faults: dict[str, Callable[[], Any]] = {
        "502": lambda: bench.hs.fail(matches, 502, html=True, times=9),
        "429": lambda: bench.hs.fail(matches, 429, retry_after_ms=10, times=9),
        "cut": lambda: bench.hs.cut(matches, times=9),
        "lost": lambda: bench.hs.lose_answer(matches, times=9),
        "half": lambda: bench.hs.truncate(matches, times=9),
    }
    fault = faults[how]()
    try:
        first: State | None = await bench.start()
    except MatrixError as error:
        assert isinstance(error, RateLimited if how == "429" else Unreachable)  # noqa: PT017  # both ends are right
        first = None
    assert (first is None) == bool(fault.hits)
    fault.cancel()
    kept = bench.kept
    state = await bench.start()
    assert await bench.good(state) == (kept or bench.kept)
    assert len(bench.account.key_names) == 3, "one identity was ever uploaded"


async def test_a_homeserver_that_lost_everything_gets_the_same_identity_again(bench: Bench) -> None:
    first = await bench.good(await bench.start())
    bench.account.cross_signing.clear()
    bench.account.signatures.clear()
    bench.account.key_names.clear()
    assert (await bench.trust().look()).problem is Problem.NO_IDENTITY
    assert await bench.good(await bench.start()) == first


async def test_a_new_device_is_signed_from_the_kept_identity(bench: Bench) -> None:
    first = await bench.good(await bench.start())
    other = await Bench.open(bench.hs, bench.directory, "OTHER")
    assert (await other.trust().look()).problem is Problem.DEVICE_NOT_SIGNED
    assert await other.good(await other.start()) == first
    await bench.good(await bench.trust().look())
    await other.client.close()


# --- an identity made elsewhere is respected ---


async def test_an_identity_made_elsewhere_is_refused_with_the_three_ways_out(bench: Bench) -> None:
    await upload_identity(bench, Identity.generate(BOT))
    text = await bench.refused()
    assert "identity.json back from the backup" in text
    assert '[encryption] identity = "recovery-key"' in text
    assert '"ag4-bot trust --reset"' in text
    assert bench.kept is None
    assert (await bench.trust().look()).problem is Problem.FOREIGN_IDENTITY


async def test_an_identity_that_somebody_replaced_is_refused(bench: Bench) -> None:
    await bench.good(await bench.start())
    await upload_identity(bench, Identity.generate(BOT))
    assert "holds another one" in await bench.refused()
    state = await bench.trust().look()
    assert (state.problem, state.signed) == (Problem.FOREIGN_IDENTITY, False)


async def test_a_master_key_that_cannot_be_read_is_one_all_the_same(bench: Bench) -> None:
    bench.account.cross_signing["master_key"] = {"user_id": BOT, "usage": ["master"], "keys": {"ed25519:x": "y"}}
    assert "already has a cross-signing identity" in await bench.refused()
    identity_file.write(bench.directory, Identity.generate(BOT))
    assert "holds another one" in await bench.refused()


async def test_a_damaged_file_never_becomes_a_new_identity(bench: Bench) -> None:
    await bench.good(await bench.start())
    (bench.directory / identity_file.NAME).write_text("{")
    assert "it is damaged" in await bench.refused()
    bench.account.cross_signing.clear()
    assert "it is damaged" in await bench.refused()
    with pytest.raises(TrustRefused, match="it is damaged"):
        await bench.trust().look()


# --- what is provably ours is mended ---


@pytest.mark.parametrize("kind", ["self_signing_key", "user_signing_key"])
@pytest.mark.parametrize("harm", [lost, foreign, stripped])
async def test_a_key_under_our_master_key_that_is_lost_replaced_or_unsigned_is_uploaded_again(
    bench: Bench, kind: str, harm: Callable[[Bench, str], None]
) -> None:
    """Only that key; Synapse wants the password, as there is an identity already."""
    first = await bench.good(await bench.start())
    bench.account.key_names -= {public_key_of(bench.account.cross_signing[kind])}
    harm(bench, kind)
    if kind == "self_signing_key":
        assert (await bench.trust().look()).problem is Problem.CHAIN_BROKEN
    assert 'Start it once with [login] method = "password"' in await bench.refused(password=None)
    assert "does not accept the password" in await bench.refused(password="wrong")
    bench.uploads()
    assert await bench.good(await bench.start()) == first
    assert public_key_of(bench.account.cross_signing[kind]) == getattr(first, kind.removesuffix("_key")).public
    assert bench.uploads()[:2] == ["device_signing", "device_signing"]


async def test_a_key_that_the_homeserver_cannot_take_again_is_told_and_does_not_stop_the_bot(bench: Bench) -> None:
    """Synapse answers 500 to a key that it has, even to a mended one: trying for ever would help nobody."""
    await bench.good(await bench.start())
    stripped(bench, "self_signing_key")
    state = await bench.start()
    assert (state.problem, state.signed) == (Problem.CHAIN_BROKEN, False)


async def test_a_failing_homeserver_is_no_such_case(bench: Bench) -> None:
    await bench.good(await bench.start())
    lost(bench, "self_signing_key")
    bench.hs.fail("POST /keys/device_signing/upload", 500)
    with pytest.raises(ServerFailing):
        await bench.start()


async def test_a_homeserver_that_approves_otherwise_than_by_password_is_told_as_it_is(bench: Bench) -> None:
    body = {"flows": [{"stages": ["m.oauth"]}, {"stages": ["m.login.password", "m.login.email"]}], "session": "s"}
    bench.hs.fail("POST /keys/device_signing/upload", 401, body=json.dumps(body).encode())
    with pytest.raises(TrustRefused, match=r"in another way than by password \(m.oauth\)"):
        await bench.start()


async def test_the_master_key_is_signed_by_the_device_too(bench: Bench) -> None:
    """So that a client that had verified the device trusts the identity."""
    await bench.good(await bench.start())
    bench.account.signatures.clear()
    bench.account.cross_signing["master_key"]["signatures"][BOT].pop("ed25519:DEVICE")
    assert (await bench.seen())[1:] == (False, False)
    await bench.good(await bench.start())


# --- the device ---


async def test_a_device_that_is_not_on_the_homeserver_is_told_and_not_signed(bench: Bench) -> None:
    bench.account.devices["DEVICE"].keys = None
    state = await bench.start()
    assert (state.problem, state.signed) == (Problem.DEVICE_MISSING, False)
    await bench.client.request("POST", f"{KEYS}/upload", {"device_keys": bench.device.keys})
    await bench.good(await bench.start())


def other_keys(bench: Bench) -> dict[str, Any]:
    return BotDevice("DEVICE").keys


def one_key_replaced(bench: Bench) -> dict[str, Any]:
    """Somebody who reads along wants to be the one who is encrypted for."""
    keys = bench.device.keys
    return {**keys, "keys": {**keys["keys"], "curve25519:DEVICE": BotDevice("X").curve25519}}


def unsigned(bench: Bench) -> dict[str, Any]:
    return {**bench.device.keys, "signatures": {}}


@pytest.mark.parametrize("lie", [other_keys, one_key_replaced, unsigned])
async def test_a_device_whose_keys_are_not_ours_is_never_signed(
    bench: Bench, lie: Callable[[Bench], dict[str, Any]]
) -> None:
    bench.account.devices["DEVICE"].keys = lie(bench)
    assert (await bench.start()).problem is Problem.DEVICE_DIFFERS
    assert (BOT, "DEVICE") not in bench.account.signatures
    assert (await bench.seen())[1] is False


async def test_a_device_with_new_keys_under_its_old_name_cannot_be_signed_again(bench: Bench) -> None:
    """So it is on Synapse, which keeps the first signature; after the loss of its keys the bot needs a new device."""
    await bench.good(await bench.start())
    again = await Bench.open(bench.hs, bench.directory, "DEVICE")
    assert (await again.start()).problem is Problem.DEVICE_NOT_SIGNED
    await again.client.close()


@pytest.mark.parametrize("answer", ['{"failures":{}}', '{"failures":{"@ag4-bot:test":{"DEVICE":{"errcode":"M_X"}}}}'])
async def test_a_state_is_what_was_read_back_not_what_was_uploaded(bench: Bench, answer: str) -> None:
    """A homeserver that says yes and does nothing is found out."""
    bench.hs.fail("POST /keys/signatures/upload", 200, body=answer.encode())
    state = await bench.start()
    assert (state.problem, state.signed) == (Problem.DEVICE_NOT_SIGNED, False)


ODD: list[Any] = [
    {},
    {"master_keys": [], "device_keys": 3},
    {"master_keys": {BOT: None}, "device_keys": {BOT: []}},
    {"master_keys": {BOT: {"keys": []}}, "self_signing_keys": {BOT: "x"}, "device_keys": {BOT: {"DEVICE": 1}}},
    {"master_keys": {BOT: {"keys": {"a": 1}}}, "device_keys": {BOT: {"DEVICE": {"keys": 1.5, "signatures": []}}}},
]


@pytest.mark.parametrize("answer", ODD)
async def test_an_answer_of_any_shape_is_judged(bench: Bench, answer: Any) -> None:
    bench.hs.fail("POST /keys/query", 200, body=json.dumps(answer).encode(), times=9)
    state = await bench.trust("print").look()
    assert state.problem in {Problem.NO_IDENTITY, Problem.DEVICE_MISSING, Problem.DEVICE_DIFFERS}
    assert not state.signed


# --- errors ---


def test_only_a_401_with_flows_asks_for_a_proof() -> None:
    """Client-server API, User-Interactive Authentication; an ended session stays one."""
    flows = [{"stages": ["m.login.password"]}, {"stages": ["a", "b"]}, {"stages": "c"}, {"stages": []}, 3, None, {}]
    needed = meaning(401, {"flows": flows, "session": "s", "errcode": "M_FORBIDDEN"})
    assert isinstance(needed, PasswordNeeded)
    assert (needed.session, needed.stages, needed.errcode) == ("s", frozenset({"m.login.password"}), "M_FORBIDDEN")
    assert not isinstance(meaning(401, {"errcode": "M_FORBIDDEN"}), PasswordNeeded)
    assert not isinstance(meaning(403, {"flows": flows}), PasswordNeeded)
    assert not isinstance(meaning(401, {"flows": flows, "errcode": "M_UNKNOWN_TOKEN"}), Rejected)
