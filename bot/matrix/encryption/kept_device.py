"""The keys of our device as they are kept, for whoever only looks: nothing is made, mended or written."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nio.crypto import OlmAccount

from bot.errors import KeysUnusable
from bot.matrix.encryption import key_store
from bot.matrix.encryption.signing import canonical
from storage import read_only


@dataclass(frozen=True, kw_only=True)
class KeptDevice:
    """A device (see `bot.matrix.encryption.trust.Device`) read from its key store."""

    user_id: str
    device_id: str
    account: OlmAccount = field(repr=False)

    @property
    def ed25519(self) -> str:
        """Its fingerprint (unpadded base64)."""
        return str(self.account.identity_keys["ed25519"])

    @property
    def curve25519(self) -> str:
        """Its identity key (unpadded base64)."""
        return str(self.account.identity_keys["curve25519"])

    def sign(self, obj: dict[str, Any]) -> str:
        """The device's signature of an object without its signatures (unpadded base64); needs nothing written."""
        return str(self.account._account.sign(canonical(obj)).to_base64())  # noqa: SLF001 (nio signs only text)


def read(directory: Path, user_id: str, device_id: str) -> KeptDevice | None:
    """The kept keys of a device, None where there are none. Raises KeysUnusable where they cannot be read."""
    path = key_store.path_of(directory, user_id, device_id)
    if not path.exists():
        return None
    try:
        with closing(read_only.connect(path)) as connection:
            query = "SELECT account FROM accounts WHERE user_id = ? AND device_id = ?"
            row = connection.execute(query, (user_id, device_id)).fetchone()
        if row is None:
            return None
        pickle = row[0] if isinstance(row[0], bytes) else str(row[0]).encode()
        return KeptDevice(
            user_id=user_id, device_id=device_id, account=OlmAccount.from_pickle(pickle, key_store.PICKLE_KEY)
        )
    except sqlite3.OperationalError as error:
        raise KeysUnusable(
            f"The encryption keys in {directory} cannot be read ({error}). Run this as the bot's user."
        ) from error
    except Exception as error:  # a damaged file surfaces as whatever sqlite3, nio or vodozemac make of it
        raise KeysUnusable(
            f"The encryption keys in {directory} cannot be read ({type(error).__name__}). Stop the bot, move that"
            " directory aside and start again: the bot then goes on as a new device, which its own identity vouches"
            " for."
        ) from error
