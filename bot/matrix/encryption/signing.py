"""Signed JSON (Matrix appendices, "Signing JSON"), and the ed25519 keys of cross-signing."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa
from vodozemac import Ed25519PublicKey, Ed25519Signature

Json = dict[str, Any]

SEED_BYTES = 32
_LARGEST = 2**53 - 1  # integers beyond it, and all fractions, are no canonical JSON


def unpadded(raw: bytes) -> str:
    """Bytes in unpadded base64 (Matrix appendices, "Unpadded Base64")."""
    return base64.b64encode(raw).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    """Bytes out of base64, padded or not. Raises ValueError for anything else."""
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)


def canonical(obj: Mapping[str, Any]) -> bytes:
    """What is signed of an object: its canonical JSON without "signatures" and "unsigned".

    Matrix appendices, "Canonical JSON" and "Signing JSON". Raises ValueError for what has no canonical form.
    """
    signed = {key: value for key, value in obj.items() if key not in {"signatures", "unsigned"}}
    try:
        _refuse_odd_numbers(signed)
        text = json.dumps(signed, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
    except (RecursionError, TypeError) as error:
        raise ValueError(f"no canonical JSON: {type(error).__name__}") from None
    return text.encode()


def _refuse_odd_numbers(value: Any) -> None:
    match value:
        case Mapping():
            for inner in value.values():
                _refuse_odd_numbers(inner)
        case list() | tuple():
            for inner in value:
                _refuse_odd_numbers(inner)
        case float():
            raise ValueError("canonical JSON has no fractions")
        case int() if abs(value) > _LARGEST:
            raise ValueError("canonical JSON has no integers beyond 2**53 - 1")


@dataclass(frozen=True)
class SigningKey:
    """An ed25519 key pair that signs JSON; `seed` is the secret (32 bytes) and is in no repr."""

    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """A new key out of the system's randomness."""
        return cls.from_seed(secrets.token_bytes(SEED_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """The key of a seed. Raises ValueError unless that has 32 bytes."""
        if len(seed) != SEED_BYTES:
            raise ValueError(f"a seed has {SEED_BYTES} bytes, this one {len(seed)}")
        return cls(seed)

    @cached_property
    def public(self) -> str:
        """The public key in unpadded base64."""
        return unpadded(self._key.public_key().export_key(format="raw"))

    @property
    def key_id(self) -> str:
        """The name of its signatures; those of cross-signing keys hold the key itself."""
        return f"ed25519:{self.public}"

    def sign(self, obj: Json, user_id: str) -> Json:
        """A copy of an object with this key's signature beside those it has. Raises ValueError as `canonical`."""
        signature = eddsa.new(self._key, "rfc8032").sign(canonical(obj))
        return with_signature(obj, user_id=user_id, key_id=self.key_id, signature=unpadded(signature))

    @cached_property
    def _key(self) -> ECC.EccKey:
        return ECC.construct(curve="Ed25519", seed=self.seed)

    def __repr__(self) -> str:
        return f"SigningKey({self.public})"


def with_signature(obj: Json, *, user_id: str, key_id: str, signature: str) -> Json:
    """A copy of an object with one more signature in it."""
    signatures = {user: dict(keys) for user, keys in obj.get("signatures", {}).items()}
    signatures.setdefault(user_id, {})[key_id] = signature
    return {**obj, "signatures": signatures}


def verifies(obj: object, *, user_id: str, key_id: str, public_key: str) -> bool:
    """Whether an object carries this user's valid signature by this ed25519 key (unpadded base64).

    Never raises: strangers write these objects.
    """
    try:
        signature = obj["signatures"][user_id][key_id]  # type: ignore[index]  # whatever it is, it is tried
        key = Ed25519PublicKey.from_base64(public_key)
        key.verify_signature(canonical(obj), Ed25519Signature.from_base64(signature))  # type: ignore[arg-type]  # the same
    except (ValueError, TypeError, LookupError, AttributeError):  # vodozemac's own are ValueErrors
        return False
    return True


def public_key_of(key_object: object) -> str | None:
    """The one ed25519 key of a cross-signing key object, in unpadded base64; None where it is not well-formed.

    Client-server API, "Cross-signing": the key's ID is the key itself. A padded ID is dropped by today's clients.
    """
    keys = key_object.get("keys") if isinstance(key_object, dict) else None
    if not isinstance(keys, dict) or len(keys) != 1:
        return None
    [(key_id, public)] = keys.items()
    try:
        well_formed = key_id == f"ed25519:{public}" and Ed25519PublicKey.from_base64(public).to_base64() == public
    except (ValueError, TypeError):
        return None
    return str(public) if well_formed else None
