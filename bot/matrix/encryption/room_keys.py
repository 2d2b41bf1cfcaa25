"""Writing to encrypted rooms: one key per room, shared with every device that may read, changed when it is time."""

import asyncio
import time
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from vodozemac import GroupSession

from bot.matrix.encryption.devices import Device, Devices, Policy
from bot.matrix.encryption.encrypted_rooms import MEGOLM, EncryptedRoom, EncryptedRooms
from bot.matrix.encryption.olm_sessions import OlmSessions
from bot.matrix.encryption.own_keys import OwnKeys
from bot.matrix.errors import MatrixError, Rejected, SessionEnded

Json = dict[str, Any]
DeviceKey = tuple[str, str, str]

_log = structlog.get_logger(__name__)

TRY_AGAIN_S = 60.0
"""A device that has no one-time keys left is tried again after so long."""
OVERLAP_S = 60.0
"""Who joins, or begins to use a new device, gets to read what was said in the moments before we knew of it."""
MOST_OVERLAPPING = 100
MOST_FORMER = 20
"""So many keys of a room are kept for those who are owed one, after they were replaced."""


@dataclass(kw_only=True)
class _RoomKey:
    """A Megolm session of ours (client-server API, m.megolm.v1.aes-sha2)."""

    session: GroupSession = field(default_factory=GroupSession)
    since: float = field(default_factory=time.monotonic)
    messages: int = 0
    shared: set[DeviceKey] = field(default_factory=set)
    owed: dict[DeviceKey, tuple[str, float]] = field(default_factory=dict)
    """Devices that could not be reached: the session key they are to get, and when to try again (loop time)."""
    unheard: dict[str, str] = field(default_factory=dict)
    """People whose devices are not known yet, because their server does not answer: the session key they are to get."""
    refused: set[DeviceKey] = field(default_factory=set)
    """Devices that were told why they get no key."""
    seen: tuple[int, int] | None = None
    """The versions of room and devices under which everybody had the key."""
    recent: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=MOST_OVERLAPPING))
    """The session key before each message of the last moments, oldest first (loop time, key)."""

    def debtors(self, readers: Iterable[DeviceKey]) -> list[DeviceKey]:
        """Those of them who are owed this key."""
        return [name for name in readers if name in self.owed or name[0] in self.unheard]

    def is_spent(self, room: EncryptedRoom) -> bool:
        age = time.monotonic() - self.since
        return self.messages >= room.rotate_after or age >= room.rotate_every.total_seconds()


class RoomKeys:
    """Encrypts for rooms. One message of a room at a time; rooms do not wait for each other.

    Keys live in memory only: each run begins new ones, so that no copy of the key store can use one twice.
    """

    def __init__(self, own: OwnKeys, rooms: EncryptedRooms, devices: Devices, olm: OlmSessions, policy: Policy) -> None:
        self._own = own
        self._rooms = rooms
        self._devices = devices
        self._olm = olm
        self._policy = policy
        self._keys: dict[str, _RoomKey] = {}
        self._former: dict[str, list[_RoomKey]] = {}
        """Keys that are in use no more, but owed to somebody."""
        self._locks: dict[str, asyncio.Lock] = {}

    async def encrypt(self, room_id: str, event_type: str, content: Json) -> tuple[str, Json]:
        """Encrypt an event for everybody in the room, sharing the key first where somebody lacks it.

        Raises MatrixError; then nothing was encrypted, and it can be asked for again.
        """
        async with self._locks.setdefault(room_id, asyncio.Lock()):
            key = await self._key(room_id)
            key.recent.append((asyncio.get_running_loop().time(), key.session.session_key.to_base64()))
            plain = {"type": event_type, "content": content, "room_id": room_id}
            key.messages += 1
            encrypted = {
                "algorithm": MEGOLM,
                "sender_key": self._own.curve25519,
                "device_id": self._own.device_id,
                "session_id": key.session.session_id,
                "ciphertext": key.session.encrypt(orjson.dumps(plain)).to_base64(),
            }
        if "m.relates_to" in content:  # the homeserver has to see what belongs together (Encrypting events)
            encrypted["m.relates_to"] = content["m.relates_to"]
        return "m.room.encrypted", encrypted

    async def _key(self, room_id: str) -> _RoomKey:
        """The room's key, with everybody who may have it."""
        room = await self._rooms.get(room_id)
        await self._devices.learn(room.readers)
        now = room.version, self._devices.version
        key = self._keys.get(room_id)
        if key is not None and key.seen == now and not key.is_spent(room) and not self._is_due(key):
            return key
        readers, others = self._sorted(room)
        if key is None or key.is_spent(room) or not key.shared <= readers.keys():
            if key is not None and (key.owed or key.unheard):
                self._former[room_id] = [*self._former.get(room_id, []), key][-MOST_FORMER:]
            key = self._keys[room_id] = _RoomKey()  # whoever has left cannot read on
        await self._share(room_id, key, readers, room.readers)
        await self._refuse(room_id, key, others)
        key.seen = now
        return key

    def _sorted(self, room: EncryptedRoom) -> tuple[dict[DeviceKey, Device], list[Device]]:
        """The devices that get the key, and those that do not."""
        getting: dict[DeviceKey, Device] = {}
        others: list[Device] = []
        for user_id in room.readers:
            for device in self._devices.of(user_id).values():
                if (user_id, device.device_id) == (self._own.user_id, self._own.device_id):
                    continue
                if device.fits(self._policy):
                    getting[device.device] = device
                else:
                    others.append(device)
        return getting, others

    async def _share(
        self, room_id: str, key: _RoomKey, readers: dict[DeviceKey, Device], people: Collection[str]
    ) -> None:
        """Give the key to those who lack it; whoever cannot be reached is owed it from here on."""
        now = asyncio.get_running_loop().time()
        for name in [name for name in key.owed if name not in readers]:
            del key.owed[name]
        while key.recent and key.recent[0][0] < now - OVERLAP_S:
            key.recent.popleft()
        current = key.recent[0][1] if key.recent else key.session.session_key.to_base64()
        due: dict[str, list[Device]] = {}
        for name, device in readers.items():
            session_key, again = key.owed.get(name, (key.unheard.get(name[0], current), 0.0))
            if name not in key.shared and again <= now:
                due.setdefault(session_key, []).append(device)
        await self._olm.open([device for devices in due.values() for device in devices])
        for session_key, devices in due.items():
            content = {
                "algorithm": MEGOLM,
                "room_id": room_id,
                "session_id": key.session.session_id,
                "session_key": session_key,
            }
            reached = {device.device for device in await self._olm.send(devices, "m.room_key", content)}
            key.shared |= reached
            for device in devices:
                if device.device in reached:
                    key.owed.pop(device.device, None)
                else:
                    _log.warning("room_key_owed", room=room_id, user=device.user_id, device=device.device_id)
                    key.owed[device.device] = session_key, now + TRY_AGAIN_S
        unknown = self._devices.unknown(people)
        key.unheard = {user_id: key.unheard.get(user_id, current) for user_id in unknown}

    async def _refuse(self, room_id: str, key: _RoomKey, others: Collection[Device]) -> None:
        """Tell devices why they get no key, once each (m.room_key.withheld): clients then show the reason."""
        untold = [device for device in others if device.device not in key.refused]
        if not untold:
            return
        content = {
            "algorithm": MEGOLM,
            "room_id": room_id,
            "session_id": key.session.session_id,
            "sender_key": self._own.curve25519,
            "code": "m.unverified",
            "reason": "The sender gives no keys to devices that their owner has not signed.",
        }
        messages: dict[str, dict[str, Json]] = {}
        for device in untold:
            messages.setdefault(device.user_id, {})[device.device_id] = content
        try:
            await self._olm.deliver("m.room_key.withheld", messages)
        except MatrixError as error:
            _log.warning("not_told_of_withheld_key", room=room_id, error=str(error))  # with the next key
        key.refused.update(device.device for device in untold)

    def _is_due(self, key: _RoomKey) -> bool:
        now = asyncio.get_running_loop().time()
        unheard = any(self._devices.of(user_id) for user_id in key.unheard)
        return unheard or any(again <= now for _, again in key.owed.values())

    async def pay(self) -> None:
        """Give keys to those who came while something was said, or could not be reached then.

        Trouble in one room keeps no other waiting. Raises MatrixError (the first, when all rooms were looked at).
        """
        trouble: MatrixError | None = None
        for room_id in [room_id for room_id in self._keys if self._concerns(room_id)]:
            try:
                async with self._locks.setdefault(room_id, asyncio.Lock()):
                    await self._pay(room_id)
            except SessionEnded:
                raise
            except Rejected as error:
                _log.warning("room_keys_not_shared", room=room_id, error=str(error))
                self.forget(room_id)  # nobody can write there any more
            except MatrixError as error:
                trouble = trouble or error
        if trouble is not None:
            raise trouble

    def _concerns(self, room_id: str) -> list[_RoomKey]:
        """The keys of a room that somebody may lack who is to have them."""
        key = self._keys.get(room_id)
        overlap_begins = asyncio.get_running_loop().time() - OVERLAP_S
        due = [each for each in self._former.get(room_id, []) if self._is_due(each)]
        if key is not None and (self._is_due(key) or (key.recent and key.recent[-1][0] >= overlap_begins)):
            due.append(key)
        return due

    async def _pay(self, room_id: str) -> None:
        key, former, due = self._keys.get(room_id), self._former.get(room_id, []), self._concerns(room_id)
        if not due:
            return
        room = await self._rooms.get(room_id)
        await self._devices.learn(room.readers)
        now = room.version, self._devices.version
        readers = self._sorted(room)[0]
        for each in due:
            if each is not key or self._is_due(each) or each.seen != now:
                owing = readers if each is key else {name: readers[name] for name in each.debtors(readers)}
                people = room.readers if each is key else room.readers & each.unheard.keys()
                await self._share(room_id, each, owing, people)
        left = [each for each in former if each.owed or each.unheard]
        if left:
            self._former[room_id] = left
        else:
            self._former.pop(room_id, None)

    def reachable_again(self, user_ids: Collection[str]) -> None:
        """The devices of these people have changed: what they are owed is due at once."""
        former = (key for keys in self._former.values() for key in keys)
        for key in (*self._keys.values(), *former):
            for name, (session_key, _) in key.owed.items():
                if name[0] in user_ids:
                    key.owed[name] = session_key, 0.0

    def forget(self, room_id: str) -> None:
        """Begin a new key with the next message."""
        self._keys.pop(room_id, None)
        self._former.pop(room_id, None)
