"""Olm sessions with other devices: what goes to one device only (client-server API, m.olm.v1.curve25519-aes-sha2)."""

import asyncio
import secrets
import sqlite3
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import quote

import structlog
from peewee import PeeweeException

from bot.matrix.encryption.devices import PATIENCE_MS, Device, Devices
from bot.matrix.encryption.generation import Generation
from bot.matrix.encryption.key_store import Machine
from bot.matrix.encryption.signing import verifies
from bot.matrix.request import Request
from bot.matrix.shape import mapping

Json = dict[str, Any]

_log = structlog.get_logger(__name__)

CLAIMED_AT_ONCE = 200
SENT_AT_ONCE = 50
"""So many devices get their message in one request; encrypting them is one transaction of the key store."""


class OlmSessions:
    """Opens sessions, encrypts for a device, and delivers to devices. Nothing is sent before it is on the disk."""

    def __init__(self, olm: Machine, request: Request, generation: Generation, devices: Devices) -> None:
        self._olm = olm
        self._request = request
        self._generation = generation
        self._devices = devices
        self._opening = asyncio.Lock()

    def _holds_its_key(self, device: Device) -> bool:
        """Whether a device may be written to: who lists another's identity key could cut them off with that."""
        proved = self._olm.owner_of(device.curve25519)
        if proved is not None:
            return proved == (device.user_id, device.ed25519)
        return not self._devices.is_contested(device)

    def has(self, device: Device) -> bool:
        """Whether there is a session with a device, and nobody else claims its identity key."""
        return self._olm.session_store.get(device.curve25519) is not None and self._holds_its_key(device)

    async def open(self, devices: Collection[Device], *, anew: bool = False) -> None:
        """Open sessions with devices that have none, or new ones, as far as they have keys left. Raises MatrixError.

        Whoever has none, or one that its own device did not sign, is left out: see `has`.
        """
        async with self._opening:  # else two rooms would each use up a one-time key of the same device
            await self._open_all(
                [each for each in devices if self._holds_its_key(each) and (anew or not self.has(each))]
            )

    async def _open_all(self, wanted: Sequence[Device]) -> None:
        for start in range(0, len(wanted), CLAIMED_AT_ONCE):
            part = wanted[start : start + CLAIMED_AT_ONCE]
            claim: dict[str, dict[str, str]] = {}
            for each in part:
                claim.setdefault(each.user_id, {})[each.device_id] = "signed_curve25519"
            answer = await self._request(
                "POST", "/_matrix/client/v3/keys/claim", {"one_time_keys": claim, "timeout": PATIENCE_MS}
            )
            keys = mapping(answer, "one_time_keys")
            with self._olm.changes():
                self._generation.used()
                for each in part:
                    self._open(each, mapping(mapping(keys, each.user_id), each.device_id))
            await asyncio.sleep(0)

    def _open(self, device: Device, keys: Json) -> None:
        for key in keys.values():
            signer = f"ed25519:{device.device_id}"
            if not (
                isinstance(key, dict)
                and isinstance(key.get("key"), str)
                and verifies(key, user_id=device.user_id, key_id=signer, public_key=device.ed25519)
            ):
                continue
            try:
                self._olm.create_session(key["key"], device.curve25519)
            except (PeeweeException, sqlite3.Error):
                raise
            except Exception as error:  # noqa: BLE001 (a stranger's key may be no point on the curve)
                _log.warning("one_time_key_unusable", user=device.user_id, error=type(error).__name__)
            else:
                return

    async def send(self, devices: Sequence[Device], event_type: str, content: Json) -> list[Device]:
        """Encrypt one content for each device and deliver it; those it went to. Raises MatrixError.

        Devices without a session are left out. After an error some may have got it: sending it again does no harm.
        """
        reached: list[Device] = []
        ready = [each for each in devices if self.has(each)]
        for start in range(0, len(ready), SENT_AT_ONCE):
            part = ready[start : start + SENT_AT_ONCE]
            messages: dict[str, dict[str, Json]] = {}
            with self._olm.changes():
                self._generation.used()
                for each in part:
                    session = self._olm.session_store.get(each.curve25519)
                    encrypted = self._olm._olm_encrypt(session, each, event_type, content)  # noqa: SLF001 (nio offers no public way)
                    messages.setdefault(each.user_id, {})[each.device_id] = encrypted
            await self.deliver("m.room.encrypted", messages)
            reached += part
        return reached

    async def deliver(self, event_type: str, messages: dict[str, dict[str, Json]]) -> None:
        """Hand messages for devices to the homeserver (client-server API, Send-to-Device). Raises MatrixError."""
        path = f"/_matrix/client/v3/sendToDevice/{quote(event_type)}/{secrets.token_hex(16)}"
        await self._request("PUT", path, {"messages": messages})
