"""Secrets that an account keeps at its homeserver, encrypted under a recovery key ("secure backup" in Element).

Client-server API, "Secrets", "Secret storage", algorithm m.secret_storage.v1.aes-hmac-sha2. Nothing is written.
"""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from Crypto.Cipher import AES
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

from bot import recovery_key
from bot.errors import TrustRefused
from bot.matrix.encryption.signing import from_base64
from bot.matrix.errors import Rejected
from bot.matrix.request import Request

Json = dict[str, Any]

_ALGORITHM = "m.secret_storage.v1.aes-hmac-sha2"
_NOT_FOUND = 404
_SET_UP = (
    'Log in as the bot with Element, open the settings, "Encryption", set up the recovery (older versions: "Security'
    ' & Privacy", "Secure Backup"), and give the bot the recovery key that is shown.'
)


@dataclass(frozen=True)
class StorageKey:
    """A recovery key that was found to open an account's secret storage; `key` (32 bytes) is in no repr."""

    user_id: str
    key_id: str
    key: bytes = field(repr=False)


async def unlock(request: Request, user_id: str, written: str) -> StorageKey:
    """The account's default storage key, checked against a recovery key as people write it.

    Raises TrustRefused where there is no secret storage, or the key is malformed or another one; MatrixError.
    """
    try:
        key = recovery_key.decode(written)
    except ValueError as error:
        raise TrustRefused(f"The recovery key cannot be used: {error}.") from None
    key_id = (await _account_data(request, user_id, "m.secret_storage.default_key")).get("key")
    if not isinstance(key_id, str) or not key_id:
        raise TrustRefused(f"The account {user_id} has no secure backup to import its identity from. {_SET_UP}")
    description = await _account_data(request, user_id, f"m.secret_storage.key.{key_id}")
    if description.get("algorithm") != _ALGORITHM:
        raise TrustRefused(
            f"The secure backup of {user_id} is not readable for the bot (its algorithm is not {_ALGORITHM}). {_SET_UP}"
        )
    if not _opens(key, description):
        raise TrustRefused(
            f"The recovery key does not belong to the secure backup of {user_id}: it was replaced, or belongs to"
            " another account. Put the newest recovery key where the old one was."
        )
    return StorageKey(user_id, key_id, key)


async def read_secret(request: Request, key: StorageKey, name: str) -> bytes:
    """The clear bytes of a secret such as "m.cross_signing.master".

    Raises TrustRefused where it is not stored under this key, or was changed by somebody without it; MatrixError.
    """
    entries = (await _account_data(request, key.user_id, name)).get("encrypted")
    entry = entries.get(key.key_id) if isinstance(entries, dict) else None
    if not isinstance(entry, dict):
        raise TrustRefused(f"The secure backup of {key.user_id} holds no {name}. {_SET_UP}")
    try:
        return _decrypt(key.key, name, entry)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise TrustRefused(
            f"{name} in the secure backup of {key.user_id} is damaged, or was changed by somebody who does not have"
            f" the recovery key. Reset the backup. {_SET_UP}"
        ) from None


async def _account_data(request: Request, user_id: str, kind: str) -> Json:
    """Global account data; empty where it was never set, or deleted."""
    path = f"/_matrix/client/v3/user/{quote(user_id, safe='')}/account_data/{quote(kind, safe='')}"
    try:
        return await request("GET", path)
    except Rejected as error:
        if error.status == _NOT_FOUND:
            return {}
        raise


def _keys(key: bytes, name: str) -> tuple[bytes, bytes]:
    """The AES and the MAC key for a secret of this name."""
    both = HKDF(key, 64, bytes(32), SHA256, context=name.encode())
    assert isinstance(both, bytes)
    return both[:32], both[32:]


def _opens(key: bytes, description: Json) -> bool:
    """Whether the key makes the MAC in a key's description, over 32 zero bytes; without one there is no telling."""
    if "mac" not in description and "iv" not in description:
        return True
    try:
        aes_key, mac_key = _keys(key, "")
        ciphertext = _aes(aes_key, description["iv"]).encrypt(bytes(32))
        return _mac_is(description["mac"], mac_key, ciphertext)
    except (ValueError, TypeError, KeyError, AttributeError):
        return False


def _decrypt(key: bytes, name: str, entry: Json) -> bytes:
    """Raises ValueError where the MAC is wrong, and whatever comes of malformed entries."""
    aes_key, mac_key = _keys(key, name)
    ciphertext = from_base64(entry["ciphertext"])
    if not _mac_is(entry["mac"], mac_key, ciphertext):
        raise ValueError("wrong MAC")
    return bytes(_aes(aes_key, entry["iv"]).decrypt(ciphertext))


def _aes(key: bytes, iv: str) -> Any:
    """Raises ValueError unless the IV has 16 bytes."""
    return AES.new(key, AES.MODE_CTR, nonce=b"", initial_value=from_base64(iv))


def _mac_is(claimed: str, key: bytes, ciphertext: bytes) -> bool:
    return hmac.compare_digest(from_base64(claimed), hmac.digest(key, ciphertext, sha256))
