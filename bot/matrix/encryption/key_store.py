"""Where the keys of this device are kept: nio's store, made safe against a power cut."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nio.crypto import Olm, OlmAccount, Session
from nio.store import DefaultStore
from nio.store.models import OlmSessions
from peewee import PeeweeException, SqliteDatabase
from vodozemac import InboundGroupSession, SessionKey

from bot.errors import KeysUnusable
from bot.matrix.errors import StoreFailing

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
            "busy_timeout": 500,  # the whole bot waits meanwhile
        }
        return SqliteDatabase(self.database_path, pragmas=pragmas)

    def save_session(self, curve_key: str, session: Session) -> None:
        """Save an Olm session, in one statement: nio's own way takes thirty times as long, for each device."""
        self.database.execute_sql(
            "INSERT OR REPLACE INTO olmsessions"
            " (account_id, sender_key, session, session_id, creation_time, last_usage_date)"
            " SELECT id, ?, ?, ?, ?, ? FROM accounts WHERE user_id = ? AND device_id = ?",
            (
                curve_key,
                session.pickle(self.pickle_key),
                session.id,
                OlmSessions.creation_time.db_value(session.creation_time),
                OlmSessions.last_usage_date.db_value(session.use_time),
                self.user_id,
                self.device_id,
            ),
        )


class Machine(Olm):  # type: ignore[misc]  # nio has no types
    """Nio's Olm machine, except that a room key never replaces one that opens more, and that it remembers who is who.

    What was opened proves who holds an identity key: only they can have encrypted it (`owner_of`).
    """

    def __init__(self, user_id: str, device_id: str, store: _Store) -> None:
        self._is_changing = self._account_changed = False
        super().__init__(user_id, device_id, store)
        self.has_opened = False
        """Set whenever a message to this device was opened, whatever is in it."""
        store.database.execute_sql(
            "CREATE TABLE IF NOT EXISTS ag4_bot_owners"
            " (curve25519 TEXT PRIMARY KEY, user_id TEXT NOT NULL, ed25519 TEXT NOT NULL)"
        )

    @contextmanager
    def changes(self) -> Iterator[None]:
        """All of the block is on the disk afterwards; or nothing, and memory is as the disk: raises StoreFailing."""
        self._is_changing = True
        try:
            with self.store.database.atomic():
                yield
                self._is_changing = False
                if self._account_changed:
                    super().save_account()
        except (PeeweeException, sqlite3.Error) as error:
            self._reload()
            raise StoreFailing(type(error).__name__) from error
        except BaseException:
            self._reload()  # the disk was set back, so memory has to be
            raise
        finally:
            self._is_changing = self._account_changed = False

    def save_account(self, account: OlmAccount | None = None) -> None:
        """Save the account; among other changes once, at their end."""
        if self._is_changing and account is None:
            self._account_changed = True
        else:
            super().save_account(account)

    def _reload(self) -> None:
        try:
            kept = self.store.load_account()
            if kept is not None:
                self.account = kept
            self.load()
        except (PeeweeException, sqlite3.Error) as error:
            raise StoreFailing(type(error).__name__) from error

    def owner_of(self, curve25519: str) -> tuple[str, str] | None:
        """(user ID, ed25519 key) of whoever has proved to hold an identity key, the first who did."""
        statement = "SELECT user_id, ed25519 FROM ag4_bot_owners WHERE curve25519 = ?"
        found = self.store.database.execute_sql(statement, (curve25519,)).fetchone()
        return (found[0], found[1]) if found else None

    def _handle_olm_event(self, sender: str, sender_key: str, payload: dict[str, Any]) -> Any:
        self.has_opened = True
        ed25519 = payload["keys"].get("ed25519")
        if isinstance(ed25519, str):
            statement = "INSERT OR IGNORE INTO ag4_bot_owners VALUES (?, ?, ?)"
            self.store.database.execute_sql(statement, (sender_key, sender, ed25519))
        return super()._handle_olm_event(sender, sender_key, payload)

    def create_group_session(
        self, sender_key: str, sender_fp_key: str, room_id: str, session_id: str, session_key: str
    ) -> None:
        """Keep a room key, unless one that opens more is there."""
        known = self.inbound_group_store.get(room_id, sender_key, session_id)
        if known is not None:
            new = InboundGroupSession(SessionKey(session_key))
            if known.first_known_index <= new.first_known_index:
                return
        super().create_group_session(sender_key, sender_fp_key, room_id, session_id, session_key)


def path_of(directory: Path, user_id: str, device_id: str) -> Path:
    """The file that holds the keys of a device."""
    return directory / f"{user_id}_{device_id}.db"


def opened(directory: Path, user_id: str, device_id: str) -> Machine:
    """Nio's Olm machine over the key store of a device; a new device gets new keys. Raises KeysUnusable."""
    try:
        store = _Store(user_id, device_id, str(directory), PICKLE_KEY, path_of(directory, user_id, device_id).name)
        return Machine(user_id, device_id, store)
    except Exception as error:  # a damaged file surfaces as whatever peewee, sqlite3 or vodozemac make of it
        raise KeysUnusable(
            f"The encryption keys in {directory} cannot be read ({type(error).__name__}). Move that directory aside"
            " and start again: the bot then logs in as a new device, which its own identity vouches for."
        ) from error


def put_aside(directory: Path, user_id: str, device_id: str) -> None:
    """Rename the key store of a device that must not be used any more; nothing is deleted."""
    path = path_of(directory, user_id, device_id)
    number = 1
    while (directory / f"{path.name}.old-{number}").exists():
        number += 1
    for name in (f"{path.name}-wal", f"{path.name}-shm", path.name):
        if (directory / name).exists():
            (directory / name).rename(directory / f"{name}.old-{number}")
