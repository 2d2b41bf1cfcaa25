"""End-to-end encryption of one device: keys in, events decrypted, contents encrypted."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import structlog

from bot.matrix import key_store
from bot.matrix.devices import Devices, Policy
from bot.matrix.encrypted_rooms import EncryptedRooms
from bot.matrix.errors import Rejected, ServerFailing
from bot.matrix.generation import Generation
from bot.matrix.inbound import Clear, Inbound, SessionOf
from bot.matrix.olm_sessions import OlmSessions
from bot.matrix.own_keys import OwnKeys
from bot.matrix.request import Request
from bot.matrix.room_keys import RoomKeys

Json = dict[str, Any]

_log = structlog.get_logger(__name__)

MEND_AGAIN_S = 3600.0
"""A broken channel to a device is mended at most so often: whoever sends garbage gets no more than that."""
MOST_TO_MEND = 100
_ONE_TIME = "signed_curve25519"


class Crypto:
    """The keys of this device, and what can be read and written with them. Made by `opened`; close it."""

    def __init__(self, olm: Any, directory: Path, request: Request, policy: Policy) -> None:
        self._olm = olm
        self._directory = directory
        self._generation = Generation(olm, request)
        self.own = OwnKeys(olm, request, self._generation)
        self._devices = Devices(request, self.own.user_id)
        self._rooms = EncryptedRooms(request)
        self._sessions = OlmSessions(olm, request, self._generation)
        self._inbound = Inbound(olm, self._devices, self._generation)
        self._room_keys = RoomKeys(self.own, self._rooms, self._devices, self._sessions, policy)
        self._counts: Json | None = None
        self._fallback_used = False
        self._mended: dict[str, float] = {}
        self.is_changed = True
        """Whether our own devices or identity changed at the homeserver; whoever looks sets it back."""

    @classmethod
    def opened(
        cls,
        directory: Path,
        *,
        user_id: str,
        device_id: str,
        request: Request,
        policy: Policy,
    ) -> Self:
        """The keys of a device, new ones where it has none yet. Raises KeysUnusable where they are damaged."""
        return cls(key_store.opened(directory, user_id, device_id), directory, request, policy)

    @property
    def devices_version(self) -> int:
        """Grows whenever other people's devices become known or change."""
        return self._devices.version

    async def receive(self, response: Json) -> set[SessionOf]:
        """Take room keys and device lists out of a sync response; the sessions there are keys for now.

        One broken message for this device costs only itself (nio 0.26 would lose the rest of the batch).
        """
        changed = response["device_lists"]["changed"]
        self._devices.changed(changed)
        self.is_changed = self.is_changed or self.own.user_id in changed
        self._room_keys.reachable_again(changed)
        self._counts = response["device_one_time_keys_count"] or self._counts
        unused = response["device_unused_fallback_key_types"]
        self._fallback_used = unused is not None and _ONE_TIME not in unused
        for room_id, room in response["rooms"]["join"].items():
            self._rooms.follow(
                room_id,
                state=room["state"]["events"],
                timeline=room["timeline"]["events"],
                limited=room["timeline"]["limited"],
            )
        for room_id in response["rooms"]["leave"]:
            self._rooms.forget(room_id)
            self._room_keys.forget(room_id)
        to_device = response["to_device"]["events"]
        return await self._inbound.take(to_device) if to_device else set()

    async def know(self, user_ids: Iterable[str]) -> None:
        """Ask for the devices of those whose messages are to be decrypted. Raises MatrixError.

        Where the homeserver has no answer to just this, it is asked again later: other messages must not wait.
        """
        try:
            if needed := self._devices.needs(user_ids):
                await self._devices.learn(needed)
        except (ServerFailing, Rejected) as error:
            _log.warning("devices_not_known", error=str(error))

    def decrypt(self, room_id: str, event: Json) -> Clear | None:
        """What an event says, or None where it cannot be read (yet). `know` the sender before."""
        return self._inbound.decrypt(room_id, event)

    async def encrypt(self, room_id: str, event_type: str, content: Json) -> tuple[str, Json]:
        """Encrypt for everybody in a room, sharing its key first where somebody lacks it. Raises MatrixError."""
        return await self._room_keys.encrypt(room_id, event_type, content)

    async def maintain(self) -> None:
        """After each sync: upload keys, mend broken channels, give room keys to those who lack them.

        Raises MatrixError; KeysOutdated where this device can no longer be used.
        """
        await self.own.publish()
        if self._counts is not None:
            counts, self._counts = self._counts, None
            try:
                await self.own.top_up(counts, fallback_used=self._fallback_used)
            except BaseException:
                self._counts = self._counts or counts
                raise
        await self._mend()
        await self._room_keys.pay()
        await self._generation.tell()

    async def _mend(self) -> None:
        """Open a new session with devices whose messages could not be opened, and use it (m.dummy)."""
        broken, self._inbound.unopened = list(self._inbound.unopened)[:MOST_TO_MEND], set()
        now = asyncio.get_running_loop().time()
        due = [each for each in broken if now - self._mended.get(each[1], -MEND_AGAIN_S) >= MEND_AGAIN_S]
        if not due:
            return
        await self._devices.learn({user_id for user_id, _ in due})
        for user_id, key in due:
            for device in self._devices.of(user_id).values():
                if device.curve25519 == key:
                    self._mended[key] = now
                    await self._sessions.open([device])
                    await self._sessions.send([device], "m.dummy", {})
                    _log.info("channel_mended", user=user_id, device=device.device_id)

    def put_aside(self) -> None:
        """Close the key store for good: another device goes on, and these keys must not be used again."""
        self.close()
        key_store.put_aside(self._directory, self.own.user_id, self.own.device_id)

    def close(self) -> None:
        """Close the key store."""
        self._olm.store.database.close()
