"""End-to-end encryption through nio: keys in, events decrypted, contents encrypted."""

import asyncio
from collections.abc import Set as AbstractSet
from typing import Any

import nio
import structlog
from nio.store import DefaultStore
from peewee import SqliteDatabase

from bot.matrix.errors import ServerFailing, meaning

Json = dict[str, Any]

_log = structlog.get_logger(__name__)

SHARING_S = 30.0
"""How long sharing a room key may take, with all that nio tries again meanwhile."""


class Store(DefaultStore):  # type: ignore[misc]  # nio has no types
    """nio's key store with a write-ahead log: one commit per device no longer stops the whole bot."""

    def _create_database(self) -> SqliteDatabase:
        pragmas = {
            "foreign_keys": 1,
            "secure_delete": 1,
            "journal_mode": "wal",
            "synchronous": "normal",
            "busy_timeout": 5000,
        }
        return SqliteDatabase(self.database_path, pragmas=pragmas)


class Crypto:
    """The keys of this device, and what can be read and written with them."""

    def __init__(self, client: nio.AsyncClient, encrypted_rooms: AbstractSet[str]) -> None:
        self._nio = client
        self._encrypted_rooms = encrypted_rooms
        self._sharing: dict[str, asyncio.Lock] = {}
        self._counts: Json = {}

    def is_encrypted(self, room_id: str) -> bool:
        """Whether a room was ever seen as encrypted, by us or by nio (it never becomes unencrypted again)."""
        room = self._nio.rooms.get(room_id)
        return (
            room_id in self._encrypted_rooms
            or room_id in self._nio.encrypted_rooms
            or (room is not None and room.encrypted)
        )

    async def receive(self, response: Json) -> None:
        """Take keys, device lists and the state of encrypted rooms out of a raw sync response.

        One broken to-device event costs only itself (nio 0.26 would lose the rest of the batch).
        """
        rooms = self._relevant_rooms(response)
        to_device = response.get("to_device", {}).get("events", [])
        counts = response.get("device_one_time_keys_count", {})
        lists = {name: users for name, users in response.get("device_lists", {}).items() if users}
        if counts.get("signed_curve25519") == 0:
            self._nio.olm.uploaded_key_count = 0  # nio overlooks the zero and would never upload again
        for event in to_device:
            await self._give_nio({"to_device": {"events": [event]}})
        for room_id, room in rooms.items():
            await self._give_nio({"rooms": {"join": {room_id: room}}})
        if lists or counts != self._counts:  # every response repeats the counts, and nio is slow to read them
            self._counts = counts
            await self._give_nio({"device_one_time_keys_count": counts, "device_lists": lists})

    async def _give_nio(self, part: Json) -> None:
        """Hand nio one part of a response; what it cannot digest costs only that part (contract C5)."""
        try:
            parsed = nio.SyncResponse.from_dict({"next_batch": "part", **part})
            if isinstance(parsed, nio.SyncResponse):
                self._nio.next_batch = ""  # nio skips a response whose token it has seen
                await self._nio.receive_response(parsed)
        except Exception:  # noqa: BLE001 (strangers write these events; one must not cost the others)
            _log.exception("crypto_part_skipped", part=next(iter(part)))

    def _relevant_rooms(self, response: Json) -> Json:
        """Rooms with state that matters for encryption, without their messages."""
        relevant: Json = {}
        for room_id, room in response.get("rooms", {}).get("join", {}).items():
            state = [event for event in room.get("state", {}).get("events", []) if _matters(event)]
            timeline = [event for event in room.get("timeline", {}).get("events", []) if _matters(event)]
            becomes = any(event.get("type") == "m.room.encryption" for event in (*state, *timeline))
            if becomes or self.is_encrypted(room_id):
                relevant[room_id] = {
                    "state": {"events": state},
                    "timeline": {"events": timeline, "limited": False, "prev_batch": "part"},
                }
        return relevant

    def decrypt(self, room_id: str, event: Json) -> Json | None:
        """The event with its clear type and content, or None where it cannot be read (yet)."""
        megolm = nio.MegolmEvent.from_dict(event)
        if not isinstance(megolm, nio.MegolmEvent):
            return None
        megolm.room_id = room_id
        try:
            clear = self._nio.decrypt_event(megolm)
        except Exception:  # noqa: BLE001 (whatever a stranger encrypted must not stop the loop; contract C5)
            return None
        source = getattr(clear, "source", {})
        return {**event, "type": source.get("type"), "content": source.get("content", {}), "encrypted": True}

    async def encrypt(self, room_id: str, event_type: str, content: Json) -> tuple[str, Json]:
        """Encrypt for all members, sharing the room key first where needed.

        Raises MatrixError; ServerFailing also where the keys could not be shared within SHARING_S.
        """
        return await asyncio.shield(self._encrypt_in_time(room_id, event_type, content))

    async def _encrypt_in_time(self, room_id: str, event_type: str, content: Json) -> tuple[str, Json]:
        """Nio tries again for ever where the homeserver fails; this gives up, and undoes what nio leaves behind."""
        try:
            async with asyncio.timeout(SHARING_S):
                return await self._encrypt(room_id, event_type, content)
        except TimeoutError:
            shared = self._nio.sharing_session.pop(room_id, None)  # else every later send would wait for it
            if shared is not None:
                shared.set()
            self._nio.invalidate_outbound_session(room_id)
            raise ServerFailing("room keys not shared in time") from None

    async def _encrypt(self, room_id: str, event_type: str, content: Json) -> tuple[str, Json]:
        async with self._sharing.setdefault(room_id, asyncio.Lock()):
            room = self._nio.rooms.setdefault(room_id, nio.MatrixRoom(room_id, self._nio.user_id, encrypted=True))
            room.encrypted = True
            if not room.members_synced:
                _ok(await self._nio.joined_members(room_id))
            if self._nio.should_query_keys:
                _ok(await self._nio.keys_query())
            if self._nio.olm.should_share_group_session(room_id):
                _ok(await self._nio.share_group_session(room_id, ignore_unverified_devices=True))
            encrypted_type, encrypted = self._nio.encrypt(room_id, event_type, content)
            return str(encrypted_type), dict(encrypted)

    async def maintain(self) -> None:
        """Upload keys, ask for devices, send what nio has queued: after every sync."""
        if self._nio.should_upload_keys:
            _ok(await self._nio.keys_upload())
        if self._nio.should_query_keys:
            _ok(await self._nio.keys_query())
        if self._nio.should_claim_keys:
            _ok(await self._nio.keys_claim(self._nio.get_users_for_key_claiming()))
        for answer in await self._nio.send_to_device_messages():
            _ok(answer)


def _matters(event: Json) -> bool:
    return "state_key" in event and event.get("type") in {"m.room.encryption", "m.room.member", "m.room.create"}


def _ok(answer: Any) -> None:
    """Unwrap nio's answer: an error value becomes an exception (contract C4)."""
    if isinstance(answer, nio.ErrorResponse):
        transport = getattr(answer, "transport_response", None)
        error = {"errcode": answer.status_code or "M_UNKNOWN", "retry_after_ms": answer.retry_after_ms}
        raise meaning(transport.status if transport is not None else 0, error)
