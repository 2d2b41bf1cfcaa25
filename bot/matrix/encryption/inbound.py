"""Reading: room keys that come in, and messages that they open."""

import asyncio
import sqlite3
from dataclasses import dataclass
from typing import Any

import nio
import orjson
import structlog
import vodozemac
from peewee import PeeweeException

from bot.matrix.encryption.devices import Devices
from bot.matrix.encryption.encrypted_rooms import MEGOLM
from bot.matrix.encryption.generation import Generation
from bot.matrix.encryption.key_store import Machine
from bot.matrix.shape import mapping

Json = dict[str, Any]

_log = structlog.get_logger(__name__)

AT_ONCE = 50
"""So many messages are opened in one transaction of the key store, before the loop may do something else."""
_OLM = "m.olm.v1.curve25519-aes-sha2"


@dataclass(frozen=True, kw_only=True)
class SessionOf:
    """A Megolm session, as it is told apart in a room."""

    room_id: str
    session_id: str


@dataclass(frozen=True, kw_only=True)
class Clear:
    """What an encrypted event says. `origin` names session and place in it: the same again is a replay."""

    type: str
    content: Json
    origin: str


class Inbound:
    """Opens what others encrypted. Whatever strangers send costs only itself (contract C5)."""

    def __init__(self, olm: Machine, devices: Devices, generation: Generation) -> None:
        self._olm = olm
        self._generation = generation
        self._devices = devices
        self.unopened: set[tuple[str, str]] = set()
        """(user ID, identity key) of those whose messages to this device could not be opened."""

    async def take(self, events: list[Json]) -> set[SessionOf]:
        """Open messages for this device and keep the room keys in them; which sessions they are for.

        All that is kept is on the disk when this returns; what was taken before is taken again without harm.
        """
        came: set[SessionOf] = set()
        for start in range(0, len(events), AT_ONCE):
            with self._olm.changes():
                self._generation.used()
                for event in events[start : start + AT_ONCE]:
                    session = self._take(event)
                    if session is not None:
                        came.add(session)
                self._olm.save_account()  # nio saves it before a one-time key is used up, not after
            await asyncio.sleep(0)
        return came

    def _take(self, event: Json) -> SessionOf | None:
        """Open one message; nio 0.26 alone would lose the rest of the batch where it names an unknown one-time key."""
        sender, content = event.get("sender"), event["content"]
        if event.get("type") != "m.room.encrypted" or content.get("algorithm") != _OLM or not isinstance(sender, str):
            return None
        if self._olm.account.identity_keys["curve25519"] not in mapping(content, "ciphertext"):
            return None
        opened: Any = None
        self._olm.has_opened = False
        try:
            parsed = nio.OlmEvent.from_dict(event)
            opened = self._olm.decrypt_event(parsed) if isinstance(parsed, nio.OlmEvent) else None
        except (PeeweeException, sqlite3.Error):
            raise  # our own trouble: all of them are taken again
        except Exception as error:  # noqa: BLE001 (strangers write these)
            _log.warning("message_to_device_unreadable", sender=sender, error=type(error).__name__)
        if isinstance(opened, nio.RoomKeyEvent):
            return SessionOf(room_id=opened.room_id, session_id=opened.session_id)
        sender_key = content.get("sender_key")
        if not self._olm.has_opened and isinstance(sender_key, str):
            self.unopened.add((sender, sender_key))
        return None

    def decrypt(self, room_id: str, event: Json) -> Clear | None:
        """What an event says, or None where it cannot be read (yet), or is not by whom it says it is."""
        content, sender = mapping(event, "content"), event.get("sender")
        sender_key, session_id, ciphertext = (content.get(key) for key in ("sender_key", "session_id", "ciphertext"))
        if content.get("algorithm") != MEGOLM or not all(
            isinstance(each, str) for each in (sender, session_id, ciphertext)
        ):
            return None
        session = self._session(room_id, sender_key, str(session_id), str(sender))
        if session is None:
            return None
        try:
            decrypted = session._session.decrypt(vodozemac.MegolmMessage.from_base64(str(ciphertext)))  # noqa: SLF001 (nio's own method reads less)
            plain = orjson.loads(decrypted.plaintext)
        except Exception as error:  # noqa: BLE001 (whatever a stranger encrypted must not stop the loop)
            _log.warning("message_unreadable", room=room_id, error=type(error).__name__)
            return None
        if not isinstance(plain, dict) or plain.get("room_id") != room_id:
            return None
        kind, clear = plain.get("type"), plain.get("content")
        if not isinstance(kind, str) or not isinstance(clear, dict) or "state_key" in plain:
            return None
        if "m.relates_to" in content and "m.relates_to" not in clear:
            clear = {**clear, "m.relates_to": content["m.relates_to"]}
        return Clear(type=kind, content=clear, origin=f"{session.sender_key}:{session_id}:{decrypted.message_index}")

    def _session(self, room_id: str, sender_key: Any, session_id: str, sender: str) -> Any:
        """The sender's session; found without their word for the key where that is missing (deprecated since v1.3)."""
        by_key = self._olm.inbound_group_store[room_id]
        keys = [sender_key] if isinstance(sender_key, str) else list(by_key)
        found = (by_key[key].get(session_id) for key in keys if key in by_key)
        return next((session for session in found if session is not None and self._is_of(session, sender)), None)

    def _is_of(self, session: Any, sender: str) -> bool:
        """Whether a session belongs to a device of the sender: else anybody could put words into anybody's mouth."""
        for device in self._devices.of(sender).values():
            if device.curve25519 == session.sender_key:
                return bool(device.ed25519 == session.ed25519)
        if self._devices.is_known(session.sender_key):
            return False  # somebody else's
        proved = self._olm.owner_of(session.sender_key)  # a device that is gone by now
        return bool(proved == (sender, session.ed25519))
