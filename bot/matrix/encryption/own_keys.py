"""The keys of this device on the homeserver: device keys, one-time keys, fallback key (POST /keys/upload)."""

from typing import Any

import structlog

from bot.matrix.encryption.generation import Generation
from bot.matrix.encryption.key_store import Machine
from bot.matrix.errors import KeysOutdated, Rejected
from bot.matrix.request import Request
from bot.matrix.shape import mapping

Json = dict[str, Any]

_log = structlog.get_logger(__name__)

_UPLOAD = "/_matrix/client/v3/keys/upload"
_ONE_TIME = "signed_curve25519"
_UNSIGNED = {"signatures", "unsigned"}
_BAD_REQUEST = 400
_ALGORITHMS = ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"]


class OwnKeys:
    """Keeps the homeserver supplied.

    Every private key is on the disk before its public half is uploaded: whoever uses it can be read after a crash too.
    """

    def __init__(self, olm: Machine, request: Request, generation: Generation) -> None:
        self._olm = olm
        self._request = request
        self._generation = generation
        self._is_published = False
        self._fallback: Json = {}
        """A fallback key that was made and not uploaded yet: making another one would forget the one in use."""
        self.uploads = 0
        """How often keys were uploaded in this run; what a sync says that began before the last time is out of date."""
        self.user_id = str(olm.user_id)
        self.device_id = str(olm.device_id)
        self.one_time_keys: int | None = None
        """How many the homeserver has, as it said last."""

    @property
    def ed25519(self) -> str:
        """The fingerprint of the device (unpadded base64)."""
        return str(self._olm.account.identity_keys["ed25519"])

    @property
    def curve25519(self) -> str:
        """The identity key of the device (unpadded base64)."""
        return str(self._olm.account.identity_keys["curve25519"])

    def sign(self, signed: Json) -> str:
        """The device's signature of an object without its signatures (unpadded base64)."""
        return str(self._olm.sign_json({key: part for key, part in signed.items() if key not in _UNSIGNED}))

    async def publish(self) -> None:
        """Once in each run, before anything else: upload what the homeserver does not have. Raises MatrixError.

        Raises KeysOutdated where the homeserver shows other keys for this device: it never changes them, because
        others would not believe it (client-server API, Device keys). The same where a later use of our keys is known.
        """
        if self._is_published:
            return
        query = {"device_keys": {self.user_id: [self.device_id]}}
        answer = await self._request("POST", "/_matrix/client/v3/keys/query", query)
        devices = mapping(mapping(answer, "device_keys"), self.user_id)
        shown = mapping(mapping(devices, self.device_id), "keys")
        ours = {f"ed25519:{self.device_id}": self.ed25519, f"curve25519:{self.device_id}": self.curve25519}
        if shown and shown != ours:
            raise KeysOutdated(self.device_id)
        await self._generation.check()
        self._olm.account.shared = bool(shown)
        counts = await self._request("POST", _UPLOAD, {}) if shown else {}
        await self.top_up(mapping(counts, "one_time_key_counts"), fallback_used=not shown)
        self._is_published = True

    async def top_up(self, counts: Json, *, fallback_used: bool) -> None:
        """Upload one-time keys where fewer than half are left, and a fallback key where the last one was used.

        `counts` is what the homeserver says; a kind that is not named has none.
        Raises MatrixError; KeysOutdated (see `_upload`).
        """
        account = self._olm.account
        left = counts.get(_ONE_TIME, 0)
        left = left if isinstance(left, int) else 0
        self.one_time_keys = left
        few = left < account.max_one_time_keys // 2
        if account.shared and not few and not fallback_used and not self._fallback:
            return
        body: Json = {}
        with self._olm.changes():
            self._generation.used()
            if few:
                account.generate_one_time_keys(account.max_one_time_keys - left)
                body["one_time_keys"] = self._signed(account.one_time_keys["curve25519"])
            if fallback_used and not self._fallback:
                account._account.generate_fallback_key()  # noqa: SLF001 (nio knows no fallback keys)
                keys = {key_id: key.to_base64() for key_id, key in account._account.fallback_key.items()}  # noqa: SLF001
                self._fallback = self._signed(keys, fallback=True)
            account.mark_keys_as_published()
            self._olm.save_account()
        if self._fallback:
            body["fallback_keys"] = self._fallback
        if not account.shared:
            body["device_keys"] = self._device_keys()
        await self._upload(body)

    async def _upload(self, body: Json) -> None:
        """Upload keys that are marked as published already: if that fails, others are made next time.

        The same one-time key must not be uploaded twice: the homeserver would hand it out twice, and whoever gets it
        second cannot be read. Raises MatrixError; KeysOutdated where the homeserver has another key under the same ID:
        then this store is older than the device (a copy put back), and what it encrypts could not be read.
        """
        account = self._olm.account
        try:
            answer = await self._request("POST", _UPLOAD, body)
        except Rejected as error:
            if error.status != _BAD_REQUEST or not account.shared:
                raise
            self._generation.condemn()
            raise KeysOutdated(self.device_id) from error
        self._fallback = {}
        self.uploads += 1
        if not account.shared:
            account.shared = True
            with self._olm.changes():
                self._olm.save_account()
        count = mapping(answer, "one_time_key_counts").get(_ONE_TIME)
        self.one_time_keys = count if isinstance(count, int) else self.one_time_keys

    def _signed(self, keys: dict[str, str], *, fallback: bool = False) -> Json:
        signed: Json = {}
        for key_id, key in keys.items():
            content: Json = {"key": key, "fallback": True} if fallback else {"key": key}
            signature = {self.user_id: {f"ed25519:{self.device_id}": self.sign(content)}}
            signed[f"{_ONE_TIME}:{key_id}"] = {**content, "signatures": signature}
        return signed

    def _device_keys(self) -> Json:
        keys: Json = {
            "algorithms": _ALGORITHMS,
            "device_id": self.device_id,
            "user_id": self.user_id,
            "keys": {f"curve25519:{self.device_id}": self.curve25519, f"ed25519:{self.device_id}": self.ed25519},
        }
        return {**keys, "signatures": {self.user_id: {f"ed25519:{self.device_id}": self.sign(keys)}}}
