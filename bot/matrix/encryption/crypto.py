"""End-to-end encryption of one device: keys in, events decrypted, contents encrypted."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import structlog

from bot.matrix.encryption import key_store
from bot.matrix.encryption.devices import Device, Devices, Policy
from bot.matrix.encryption.encrypted_rooms import EncryptedRooms
from bot.matrix.encryption.generation import Generation
from bot.matrix.encryption.inbound import Clear, Inbound, SessionOf
from bot.matrix.encryption.key_store import Machine
from bot.matrix.encryption.olm_sessions import OlmSessions
from bot.matrix.encryption.own_keys import OwnKeys
from bot.matrix.encryption.room_keys import RoomKeys
from bot.matrix.errors import MatrixError, Rejected, ServerFailing, SessionEnded
from bot.matrix.request import Request

Json = dict[str, Any]

_log = structlog.get_logger(__name__)

MEND_AGAIN_S = 3600.0
"""A broken channel to a device is mended at most so often: whoever sends garbage gets no more than that."""
MOST_TO_MEND = 100
_ONE_TIME = "signed_curve25519"


class Crypto:
    """The keys of this device, and what can be read and written with them. Made by `opened`; close it."""

    def __init__(self, olm: Machine, directory: Path, request: Request, policy: Policy) -> None:
        self._olm = olm
        self._directory = directory
        self._generation = Generation(olm, request)
        self.own = OwnKeys(olm, request, self._generation)
        self._devices = Devices(request, self.own.user_id)
        self._rooms = EncryptedRooms(request)
        self._sessions = OlmSessions(olm, request, self._generation, self._devices)
        self._inbound = Inbound(olm, self._devices, self._generation)
        self._room_keys = RoomKeys(self.own, self._rooms, self._devices, self._sessions, policy)
        self._counts: Json | None = None
        self._counted_with = 0
        self._fallback_used = False
        self._mended: dict[tuple[str, str], float] = {}
        self.new_keys: set[SessionOf] = set()
        """Sessions that keys came for; whoever has tried what waited for them takes them out."""
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

    async def receive(self, response: Json, *, uploads: int) -> None:
        """Take room keys and device lists out of a sync response. Raises StoreFailing; then take it again.

        One broken message for this device costs only itself (nio 0.26 would lose the rest of the batch). `uploads` is
        `own.uploads` from before the sync: what it says of our keys is out of date if we have uploaded since.
        """
        changed = response["device_lists"]["changed"]
        self._devices.changed(changed)
        self.is_changed = self.is_changed or self.own.user_id in changed
        self._room_keys.reachable_again(changed)
        if response["device_one_time_keys_count"]:
            self._counts, self._counted_with = response["device_one_time_keys_count"], uploads
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
        if to_device:
            self.new_keys |= await self._inbound.take(to_device)

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

        Trouble with one of these keeps none of the others waiting. Raises MatrixError (the first, when all is done);
        KeysOutdated where this device can no longer be used.
        """
        await self.own.publish()
        trouble: MatrixError | None = None
        for step in (self._top_up, self._mend, self._devices.ask_again, self._room_keys.pay, self._generation.tell):
            try:
                await step()
            except SessionEnded:
                raise
            except MatrixError as error:
                trouble = trouble or error
        if trouble is not None:
            raise trouble

    async def _top_up(self) -> None:
        counts, self._counts = self._counts, None
        if counts is None or self._counted_with != self.own.uploads:
            return
        try:
            await self.own.top_up(counts, fallback_used=self._fallback_used)
        except BaseException:
            self._counts = self._counts or counts
            raise

    async def _mend(self) -> None:
        """Open a new session with devices whose messages could not be opened, and use it (m.dummy)."""
        now = asyncio.get_running_loop().time()
        self._mended = {key: at for key, at in self._mended.items() if now - at < MEND_AGAIN_S}
        broken = [each for each in self._inbound.unopened if each not in self._mended][:MOST_TO_MEND]
        self._inbound.unopened = set(broken)
        if not broken:
            return
        await self._devices.learn({user_id for user_id, _ in broken})
        for user_id, key in broken:
            for device in self._devices.of(user_id).values():
                if device.curve25519 == key:
                    await self._mend_one(device)
            self._mended[user_id, key] = now
            self._inbound.unopened.discard((user_id, key))

    async def _mend_one(self, device: Device) -> None:
        try:
            await self._sessions.open([device], anew=True)
            if await self._sessions.send([device], "m.dummy", {}):
                _log.info("channel_mended", user=device.user_id, device=device.device_id)
        except Rejected as error:  # nothing to be tried again, and nothing to keep the others waiting
            _log.warning("channel_not_mended", user=device.user_id, error=str(error))

    def trust(self, own_master: str | None) -> None:
        """Our own master key, as we keep it: by it our other devices, and the people we vouch for, are judged."""
        if own_master != self._devices.own_master:
            self._devices.own_master = own_master
            self._devices.forget()

    def put_aside(self) -> None:
        """Close the key store for good: another device goes on, and these keys must not be used again."""
        self.close()
        key_store.put_aside(self._directory, self.own.user_id, self.own.device_id)

    def close(self) -> None:
        """Close the key store."""
        self._olm.store.database.close()
