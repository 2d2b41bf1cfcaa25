"""Signed JSON (appendix "Signing JSON") and the chain of cross-signing, as a client checks it. Built on vodozemac alone."""

import json
from typing import Any

import vodozemac

from .keyring import public_part, query
from .model import Account, Content
from .world import World

_NOBODY = Account("@nobody:elsewhere", "")


def canonical(content: Content) -> bytes:
    """Canonical JSON without what is never signed."""
    kept = {name: value for name, value in content.items() if name not in {"signatures", "unsigned"}}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sign(content: Content, signer: vodozemac.Account, user_id: str, name: str | None = None) -> Content:
    """The content with one more signature; `name` is the device ID, or else the public key."""
    key_id = f"ed25519:{name or signer.ed25519_key.to_base64()}"
    signatures = {user: dict(given) for user, given in content.get("signatures", {}).items()}
    signatures.setdefault(user_id, {})[key_id] = signer.sign(canonical(content)).to_base64()
    return {**content, "signatures": signatures}


def is_signed(content: Content, user_id: str, name: str, public: str) -> bool:
    """Whether a signature by this key is there and right; padded base64 is none (as in matrix-rust-sdk)."""
    signature = content.get("signatures", {}).get(user_id, {}).get(f"ed25519:{name}")
    if not isinstance(signature, str) or "=" in name + public + signature:
        return False
    try:
        key = vodozemac.Ed25519PublicKey.from_base64(public)
        key.verify_signature(canonical(content), vodozemac.Ed25519Signature.from_base64(signature))
    except ValueError:
        return False
    return True


def self_signed(keys: Any) -> bool:
    """Whether device keys are signed by the device itself."""
    device_id = keys["device_id"]
    return is_signed(keys, keys["user_id"], device_id, str(keys["keys"].get(f"ed25519:{device_id}", "")))


def chain_fault(world: World, user_id: str, device_id: str, *, asker: Account = _NOBODY) -> str | None:
    """What breaks the chain master -> self-signing -> device as the homeserver shows it to `asker`; None: it holds."""
    shown = query(world, asker, {user_id: [device_id]})
    device = shown["device_keys"][user_id].get(device_id)
    master = shown["master_keys"].get(user_id)
    signing = shown["self_signing_keys"].get(user_id)
    if device is None or (device["user_id"], device["device_id"]) != (user_id, device_id) or not self_signed(device):
        return "no such device, or not signed by itself"
    if master is None or signing is None:
        return "no cross-signing keys"
    if not _in_order(master, user_id, "master") or not _in_order(signing, user_id, "self_signing"):
        return "cross-signing keys malformed"
    if not is_signed(signing, user_id, public_part(master), public_part(master)):
        return "self-signing key not signed by the master key"
    signed = is_signed(device, user_id, public_part(signing), public_part(signing))
    return None if signed else "device not signed by the self-signing key"


def _in_order(key: Content, user_id: str, usage: str) -> bool:
    public = public_part(key)
    return key["user_id"] == user_id and usage in key["usage"] and key["keys"] == {f"ed25519:{public}": public}
