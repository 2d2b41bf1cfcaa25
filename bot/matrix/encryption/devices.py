"""The devices of other people: what the homeserver shows, as far as its signatures hold."""

import asyncio
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import structlog

from bot.matrix.encryption.chain import chain, signed_by_owner
from bot.matrix.encryption.signing import public_key_of, verifies
from bot.matrix.request import Request
from bot.matrix.shape import mapping

Json = dict[str, Any]
Policy = Literal["cross-signed", "all", "verified"]

_log = structlog.get_logger(__name__)

USERS_AT_ONCE = 100
"""So many people's devices are asked for in one request."""
MOST_DEVICES = 200
"""So many devices of one person are used; nobody has as many, and each costs time at every new room key."""
SILENT_S = 120.0
"""Somebody whose server did not answer is asked for again only then; nobody waits for a dead server at each message."""
PATIENCE_MS = 5_000
"""So long our homeserver waits for others."""
BETWEEN_BREATHS = 20
"""After so many signatures the loop may do something else."""
_OLM = "m.olm.v1.curve25519-aes-sha2"


@dataclass(frozen=True, kw_only=True)
class Device:
    """One device with the keys it is known by (unpadded base64).

    `cross_signed`: its owner's identity vouches for it. `verified`: and our identity vouches for its owner's.
    """

    user_id: str
    device_id: str
    ed25519: str
    curve25519: str
    cross_signed: bool
    verified: bool

    @property
    def device(self) -> tuple[str, str, str]:
        """What it is told apart by; a device that comes back with other keys is another one."""
        return self.user_id, self.device_id, self.curve25519

    def fits(self, policy: Policy) -> bool:
        """Whether it gets room keys."""
        match policy:
            case "all":
                return True
            case "cross-signed":
                return self.cross_signed
            case "verified":
                return self.verified


class Devices:
    """The device lists of everybody we write to or read from, asked for once in a run and after each change.

    Nothing is kept on disk: what the homeserver shows now counts, and its signatures say whether to believe it.
    """

    def __init__(self, request: Request, user_id: str) -> None:
        self._request = request
        self._user_id = user_id
        self._known: dict[str, Mapping[str, Device]] = {}
        self._outdated: set[str] = set()
        self._silent: dict[str, float] = {}
        self._claims: dict[str, set[tuple[str, str]]] = {}
        self._being_asked: set[str] = set()
        self.own_master: str | None = None
        """Our own master key as we keep it; without it nobody counts as verified: the homeserver may say anything."""
        self._asking = asyncio.Lock()
        self.version = 0
        """Grows with every change; whoever keeps something derived compares it."""

    def changed(self, user_ids: Iterable[str]) -> None:
        """Take note that lists are no longer what we know (client-server API, Tracking the device list for a user)."""
        for each in user_ids:
            self._silent.pop(each, None)
            if each in self._known or each in self._being_asked:
                self._outdated.add(each)

    def forget(self) -> None:
        """Ask for everybody anew: what their signatures are judged by has changed."""
        self._outdated.update(self._known)

    def unknown(self, user_ids: Iterable[str]) -> list[str]:
        """Those of them of whom nothing is known yet."""
        return [each for each in user_ids if each not in self._known]

    def of(self, user_id: str) -> Mapping[str, Device]:
        """A person's devices by ID, as far as they are known."""
        return self._known.get(user_id, MappingProxyType({}))

    def needs(self, user_ids: Iterable[str]) -> set[str]:
        """Those of them whose devices have to be asked for, and can be."""
        wanted = {each for each in user_ids if each not in self._known or each in self._outdated}
        now = time.monotonic()
        return {each for each in wanted if self._silent.get(each, now) <= now} if self._silent else wanted

    def is_known(self, curve25519: str) -> bool:
        """Whether any device known has this identity key."""
        return curve25519 in self._claims

    def is_contested(self, device: Device) -> bool:
        """Whether another device claims the same identity key: at most one of them can hold it."""
        return len(self._claims.get(device.curve25519, ())) > 1

    async def learn(self, user_ids: Iterable[str]) -> set[str]:
        """Ask for the devices of those whose list is unknown or outdated; who they were. Raises MatrixError.

        Somebody whose server does not answer keeps the devices we know of, and is asked for again next time.
        """
        async with self._asking:
            wanted = sorted(self.needs(user_ids))
            for start in range(0, len(wanted), USERS_AT_ONCE):
                await self._ask(wanted[start : start + USERS_AT_ONCE])
        return set(wanted)

    async def ask_again(self) -> None:
        """Ask for those whose servers did not answer some time ago. Raises MatrixError."""
        now = time.monotonic()
        silent = [user_id for user_id, again in self._silent.items() if again <= now]
        if silent:
            await self.learn(silent)

    async def _ask(self, user_ids: Collection[str]) -> None:
        self._outdated.difference_update(user_ids)  # a change that comes in from here on counts again
        self._being_asked.update(user_ids)
        query: Json = {
            user_id: [] for user_id in [*user_ids, self._user_id]
        }  # ours too: it says whose identities we vouch for
        try:
            answer = await self._request(
                "POST", "/_matrix/client/v3/keys/query", {"device_keys": query, "timeout": PATIENCE_MS}
            )
        except BaseException:
            self._outdated.update(each for each in user_ids if each in self._known)
            raise
        finally:
            self._being_asked.difference_update(user_ids)
        shown = mapping(answer, "device_keys")
        for user_id in user_ids:
            if not isinstance(shown.get(user_id), dict):
                self._silent[user_id] = time.monotonic() + SILENT_S
                if user_id in self._known:
                    self._outdated.add(user_id)
                continue
            self._silent.pop(user_id, None)
            new = await self._checked(user_id, answer)
            if new != self._known.get(user_id):
                self._claim(user_id, new)
                self._known[user_id] = new
                self.version += 1

    def _claim(self, user_id: str, new: Mapping[str, Device]) -> None:
        for device in self.of(user_id).values():
            claims = self._claims.get(device.curve25519, set())
            claims.discard((user_id, device.device_id))
            if not claims:
                self._claims.pop(device.curve25519, None)
        for device in new.values():
            self._claims.setdefault(device.curve25519, set()).add((user_id, device.device_id))

    async def _checked(self, user_id: str, answer: Json) -> Mapping[str, Device]:
        """The devices whose own signature holds; strangers write all of this."""
        master = mapping(mapping(answer, "master_keys"), user_id)
        owners_key = chain(user_id, master, mapping(mapping(answer, "self_signing_keys"), user_id))
        if user_id == self._user_id and public_key_of(master) != self.own_master:
            owners_key = None  # a false identity must not give our room keys to false devices of ours
        verified = owners_key is not None and self._vouched(answer, master)
        found: dict[str, Device] = {}
        listed = mapping(mapping(answer, "device_keys"), user_id)
        if len(listed) > MOST_DEVICES:
            _log.warning("too_many_devices", user=user_id, devices=len(listed), used=MOST_DEVICES)
            listed = dict(sorted(listed.items(), key=lambda item: not _looks_signed(item[1], user_id, owners_key)))
        for number, (device_id, shown) in enumerate(listed.items()):
            if len(found) >= MOST_DEVICES:
                break
            if number % BETWEEN_BREATHS == BETWEEN_BREATHS - 1:
                await asyncio.sleep(0)
            device = _device(user_id, device_id, shown, owners_key, verified=verified)
            if device is not None:
                found[device_id] = device
        return found

    def _vouched(self, answer: Json, master: Json) -> bool:
        """Whether our user-signing key, which our master key vouches for, has signed another one's master key."""
        ours = mapping(mapping(answer, "user_signing_keys"), self._user_id)
        us = mapping(mapping(answer, "master_keys"), self._user_id)
        if self.own_master is None or public_key_of(us) != self.own_master:
            return False
        key = chain(self._user_id, us, ours, usage="user_signing")
        return key is not None and verifies(master, user_id=self._user_id, key_id=f"ed25519:{key}", public_key=key)


def _looks_signed(shown: Any, user_id: str, owners_key: str | None) -> bool:
    """Whether there is a signature of the owner at all; it is not checked here."""
    signatures = mapping(mapping(shown, "signatures"), user_id) if isinstance(shown, dict) else {}
    return owners_key is not None and f"ed25519:{owners_key}" in signatures


def _device(user_id: str, device_id: str, shown: Any, owners_key: str | None, *, verified: bool) -> Device | None:
    if not isinstance(shown, dict) or (shown.get("user_id"), shown.get("device_id")) != (user_id, device_id):
        return None
    keys, algorithms = mapping(shown, "keys"), shown.get("algorithms")
    ed25519, curve25519 = keys.get(f"ed25519:{device_id}"), keys.get(f"curve25519:{device_id}")
    if not (isinstance(ed25519, str) and isinstance(curve25519, str)):
        return None
    if not isinstance(algorithms, list) or _OLM not in algorithms:
        return None
    if not verifies(shown, user_id=user_id, key_id=f"ed25519:{device_id}", public_key=ed25519):
        return None
    cross_signed = owners_key is not None and signed_by_owner(shown, user_id, owners_key)
    return Device(
        user_id=user_id,
        device_id=device_id,
        ed25519=ed25519,
        curve25519=curve25519,
        cross_signed=cross_signed,
        verified=cross_signed and verified,
    )
