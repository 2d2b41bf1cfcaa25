"""The chain of cross-signing: which key provably belongs to which, as anybody can read it at the homeserver.

Client-server API, "Cross-signing": a master key signs a self-signing key (for the own devices) and a user-signing key
(for others' master keys).
"""

from typing import Any, Literal

from bot.matrix.encryption.signing import SigningKey, public_key_of, verifies

Json = dict[str, Any]
Usage = Literal["self_signing", "user_signing"]
SUBORDINATE: tuple[Usage, ...] = ("self_signing", "user_signing")
"""The keys that a master key signs."""


def chain(user_id: str, master: object, subordinate: object, *, usage: Usage = "self_signing") -> str | None:
    """The key of a self-signing (or user-signing) key object, if it provably belongs to that master key object.

    Both as in the answer to POST /keys/query; anything malformed is None.
    """
    master_key = key_for(user_id, "master", master)
    key = key_for(user_id, usage, subordinate)
    if master_key is None or key is None:
        return None
    signed = verifies(subordinate, user_id=user_id, key_id=f"ed25519:{master_key}", public_key=master_key)
    return key if signed else None


def key_for(user_id: str, usage: str, shown: object) -> str | None:
    """The key in a key object, if that says it is this user's and made for this usage."""
    if not isinstance(shown, dict) or shown.get("user_id") != user_id:
        return None
    usages = shown.get("usage")
    return public_key_of(shown) if isinstance(usages, list) and usage in usages else None


def signed_by_owner(device: object, user_id: str, self_signing: str) -> bool:
    """Whether a device key object says it is this user's and carries the signature of their self-signing key.

    That the object names the device it is listed under, and holds the keys in use, is for the caller to compare.
    """
    if not isinstance(device, dict) or device.get("user_id") != user_id:
        return False
    return verifies(device, user_id=user_id, key_id=f"ed25519:{self_signing}", public_key=self_signing)


def key_object(user_id: str, key: SigningKey, usage: str) -> Json:
    """The object that presents a key of cross-signing, not signed yet."""
    return {"user_id": user_id, "usage": [usage], "keys": {key.key_id: key.public}}
