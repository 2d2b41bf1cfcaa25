"""Secrets out of an account's secure backup, as Element and its SDK put them there; and every way in which it fails."""

import base64
import copy
import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import pytest
from Crypto.Cipher import AES

from bot import recovery_key
from bot.errors import TrustRefused
from bot.matrix.client import Client
from bot.matrix.encryption import secret_storage
from bot.matrix.encryption.secret_storage import StorageKey
from bot.matrix.errors import RateLimited, Rejected, Unreachable
from tests.bot.element_vectors import RECOVERY_KEY, SEEDS, STORAGE, STORAGE_KEY, USER
from tests.homeserver import FakeHomeserver

MASTER = "m.cross_signing.master"
DESCRIPTION = "m.secret_storage.key.k1"


@pytest.fixture
async def client(homeserver: FakeHomeserver) -> AsyncIterator[Client]:
    """The bot's account with the secure backup that matrix-js-sdk made."""
    client = Client.to(homeserver.url, USER, store=None)
    client.use_session(USER, "DEVICE", homeserver.user(USER).token("DEVICE"))
    for kind, content in STORAGE.items():
        await put(client, kind, content)
    yield client
    await client.close()


async def put(client: Client, kind: str, content: dict[str, Any]) -> None:
    await client.request("PUT", f"/_matrix/client/v3/user/{USER}/account_data/{kind}", content)


async def refused(client: Client, written: str = RECOVERY_KEY, *, name: str = MASTER) -> str:
    with pytest.raises(TrustRefused) as caught:
        await secret_storage.read_secret(
            client.request, await secret_storage.unlock(client.request, USER, written), name
        )
    text = str(caught.value)
    assert not any(seed in text for seed in SEEDS.values())
    assert RECOVERY_KEY[:9] not in text
    return text


async def test_the_secrets_that_element_stored_are_read(client: Client) -> None:
    key = await secret_storage.unlock(client.request, USER, RECOVERY_KEY)
    assert key == StorageKey(USER, "k1", STORAGE_KEY)
    assert "key=" not in repr(key)
    for name, seed in SEEDS.items():
        assert await secret_storage.read_secret(client.request, key, f"m.cross_signing.{name}") == seed.encode()


async def test_a_secret_made_by_hand_as_the_specification_says_is_read(client: Client) -> None:
    """HKDF-SHA-256 by RFC 5869 with a salt of zeros and the name as info; AES-256-CTR; HMAC over the ciphertext."""
    name, clear = "m.cross_signing.master", b"any text, also longer than one block of thirty-two"
    pseudorandom = hmac.digest(bytes(32), STORAGE_KEY, "sha256")
    first = hmac.digest(pseudorandom, name.encode() + b"\1", "sha256")
    second = hmac.digest(pseudorandom, first + name.encode() + b"\2", "sha256")
    iv = bytearray(hashlib.sha256(b"iv").digest()[:16])
    iv[8] &= 0x7F
    ciphertext = AES.new(first, AES.MODE_CTR, nonce=bytes(iv[:8]), initial_value=bytes(iv[8:])).encrypt(clear)
    parts = {"iv": bytes(iv), "ciphertext": ciphertext, "mac": hmac.digest(second, ciphertext, "sha256")}
    for padding in ("", "="):
        entry = {part: base64.b64encode(raw).decode().rstrip("=") for part, raw in parts.items()}
        entry = {part: text + padding * (-len(text) % 4) for part, text in entry.items()}
        await put(client, name, {"encrypted": {"k1": entry, "other": {}}})
        key = StorageKey(USER, "k1", STORAGE_KEY)
        assert await secret_storage.read_secret(client.request, key, name) == clear


async def test_a_backup_that_was_made_with_a_passphrase_opens_with_the_recovery_key_too(client: Client) -> None:
    passphrase = {"algorithm": "m.pbkdf2", "salt": "salt", "iterations": 500_000}
    await put(client, DESCRIPTION, STORAGE[DESCRIPTION] | {"name": "key", "passphrase": passphrase})
    assert (await secret_storage.unlock(client.request, USER, RECOVERY_KEY)).key == STORAGE_KEY


async def test_a_description_without_a_check_is_believed_and_the_secrets_are_checked(client: Client) -> None:
    """Client-server API: without iv and mac the key is assumed to be right."""
    await put(client, DESCRIPTION, {"algorithm": "m.secret_storage.v1.aes-hmac-sha2"})
    assert (await secret_storage.unlock(client.request, USER, RECOVERY_KEY)).key == STORAGE_KEY
    await put(client, MASTER, {"encrypted": {"k1": STORAGE["m.cross_signing.user_signing"]["encrypted"]["k1"]}})
    assert "damaged" in await refused(client)


# --- what is wrong is said, with the next step ---


@pytest.mark.parametrize("gone", [{}, {"key": None}, {"key": ""}, {"key": ["k1"]}])
async def test_no_secure_backup_is_said_with_the_steps_to_make_one(client: Client, gone: dict[str, Any]) -> None:
    await put(client, "m.secret_storage.default_key", gone)
    text = await refused(client)
    assert f"{USER} has no secure backup" in text
    assert "Log in as the bot with Element" in text


async def test_an_account_that_never_had_any_account_data_is_told_the_same(homeserver: FakeHomeserver) -> None:
    client = Client.to(homeserver.url, USER, store=None)
    client.use_session(USER, "DEVICE", homeserver.user(USER).token("DEVICE"))
    assert "has no secure backup" in await refused(client)
    await client.close()


async def test_a_recovery_key_with_a_typing_error_is_refused_before_anything_is_asked(
    client: Client, homeserver: FakeHomeserver
) -> None:
    homeserver.requests.clear()
    assert "a letter is wrong or missing" in await refused(client, RECOVERY_KEY[:-1] + "x")
    assert not homeserver.requests


async def test_the_key_of_another_backup_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery_key, "decode", lambda _: bytes(32))
    assert "does not belong to the secure backup" in await refused(client)


@pytest.mark.parametrize("part", ["iv", "mac"])
@pytest.mark.parametrize("value", ["", "AAAA", "!", None, 3, ["x"], "ä", "A" * 24])
async def test_a_description_that_does_not_fit_opens_nothing(client: Client, part: str, value: Any) -> None:
    await put(client, DESCRIPTION, STORAGE[DESCRIPTION] | {part: value})
    assert "does not belong to the secure backup" in await refused(client)


@pytest.mark.parametrize("algorithm", [None, "m.secret_storage.v2", 3])
async def test_another_algorithm_is_not_guessed_at(client: Client, algorithm: Any) -> None:
    await put(client, DESCRIPTION, STORAGE[DESCRIPTION] | {"algorithm": algorithm})
    assert "algorithm" in await refused(client)


@pytest.mark.parametrize("content", [{}, {"encrypted": {}}, {"encrypted": []}, {"encrypted": {"other": {}}}])
async def test_a_secret_that_is_not_there_is_named(client: Client, content: dict[str, Any]) -> None:
    await put(client, MASTER, content)
    assert f"holds no {MASTER}" in await refused(client)


@pytest.mark.parametrize("part", ["iv", "mac", "ciphertext"])
@pytest.mark.parametrize("value", ["missing", "", "AAAA", "!", None, 3, ["x"], "changed"])
async def test_a_secret_that_was_changed_is_refused(client: Client, part: str, value: Any) -> None:
    """Only whoever has the recovery key can write secrets; the iv alone is outside of the MAC, the key inside tells."""
    content = copy.deepcopy(STORAGE[MASTER])
    entry = content["encrypted"]["k1"]
    if value == "changed":
        entry[part] = ("B" if entry[part][0] == "A" else "A") + entry[part][1:]
    elif value == "missing":
        del entry[part]
    else:
        entry[part] = value
    await put(client, MASTER, content)
    if (part, value) == ("iv", "changed"):
        key = await secret_storage.unlock(client.request, USER, RECOVERY_KEY)
        assert await secret_storage.read_secret(client.request, key, MASTER) != SEEDS["master"].encode()
    else:
        assert "is damaged" in await refused(client)


async def test_a_homeserver_that_fails_or_refuses_is_not_taken_for_an_empty_backup(
    client: Client, homeserver: FakeHomeserver
) -> None:
    for status, error in ((502, Unreachable), (429, RateLimited), (403, Rejected)):
        homeserver.fail("GET */account_data/*", status)
        with pytest.raises(error):
            await secret_storage.unlock(client.request, USER, RECOVERY_KEY)
