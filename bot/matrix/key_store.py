"""Where the keys of this device are kept: nio's store, made safe against a power cut."""

from pathlib import Path
from typing import Any

from nio.crypto import Olm
from nio.store import DefaultStore
from peewee import SqliteDatabase
from vodozemac import InboundGroupSession, SessionKey

from bot.errors import KeysUnusable

PICKLE_KEY = "DEFAULT_KEY"
"""Nio's default. The file is protected by its permissions, as the database and the session beside it are."""


class _Store(DefaultStore):  # type: ignore[misc]  # nio has no types
    """With a write-ahead log that is on the disk before anything goes to the homeserver.

    A key store that a power cut sets back would use keys twice, and the others' clients refuse that for good.
    """

    def _create_database(self) -> SqliteDatabase:
        pragmas = {
            "foreign_keys": 1,
            "secure_delete": 1,
            "journal_mode": "wal",
            "synchronous": "full",
            "busy_timeout": 5000,
        }
        return SqliteDatabase(self.database_path, pragmas=pragmas)


class _Machine(Olm):  # type: ignore[misc]  # nio has no types
    """Nio's Olm machine, except that a room key never replaces one that opens more."""

    def create_group_session(
        self, sender_key: str, sender_fp_key: str, room_id: str, session_id: str, session_key: str
    ) -> None:
        known = self.inbound_group_store.get(room_id, sender_key, session_id)
        if known is not None:
            new = InboundGroupSession(SessionKey(session_key))
            if known.first_known_index <= new.first_known_index:
                return
        super().create_group_session(sender_key, sender_fp_key, room_id, session_id, session_key)


def path_of(directory: Path, user_id: str, device_id: str) -> Path:
    """The file that holds the keys of a device."""
    return directory / f"{user_id}_{device_id}.db"


def opened(directory: Path, user_id: str, device_id: str) -> Any:
    """Nio's Olm machine over the key store of a device; a new device gets new keys. Raises KeysUnusable."""
    try:
        store = _Store(user_id, device_id, str(directory), PICKLE_KEY, path_of(directory, user_id, device_id).name)
        return _Machine(user_id, device_id, store)
    except Exception as error:  # a damaged file surfaces as whatever peewee, sqlite3 or vodozemac make of it
        raise KeysUnusable(
            f"The encryption keys in {directory} cannot be read ({type(error).__name__}). Move that directory aside"
            " and start again: the bot then logs in as a new device, which its own identity vouches for."
        ) from error


def put_aside(directory: Path, user_id: str, device_id: str) -> None:
    """Rename the key store of a device that must not be used any more; nothing is deleted."""
    path = path_of(directory, user_id, device_id)
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        if (directory / name).exists():
            (directory / name).rename(directory / f"{name}.old")
