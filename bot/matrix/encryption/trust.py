"""Cross-signing: the bot's identity at the homeserver, and whether it vouches for this device.

Client-server API, "Cross-signing". The identity is a master key; it signs a self-signing key, and that signs the
bot's devices. Clients that follow MSC4153 give room keys to such devices only. What counts is never what we believe
to have uploaded, but the chain that the homeserver shows.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Protocol

import structlog

from bot import identity_file
from bot.errors import TrustRefused
from bot.identity_file import Identity
from bot.matrix.encryption import secret_storage
from bot.matrix.encryption.chain import SUBORDINATE, chain, key_for, key_object, signed_by_owner
from bot.matrix.encryption.signing import SigningKey, from_base64, public_key_of, verifies, with_signature
from bot.matrix.errors import PasswordNeeded, ServerFailing
from bot.matrix.request import Request
from bot.matrix.shape import mapping

__all__ = ["Device", "Mode", "Problem", "State", "Trust", "chain", "signed_by_owner"]

Json = dict[str, Any]
Mode = Literal["own", "recovery-key", "print"]

_log = structlog.get_logger(__name__)

_KEYS = "/_matrix/client/v3/keys"
_PASSWORD = "m.login.password"  # noqa: S105  # the name of a way to log in


class Device(Protocol):
    """This device: its keys (unpadded base64), and signatures by its ed25519 key."""

    @property
    def user_id(self) -> str:
        """The account."""

    @property
    def device_id(self) -> str:
        """The device."""

    @property
    def ed25519(self) -> str:
        """Its fingerprint."""

    @property
    def curve25519(self) -> str:
        """Its identity key."""

    def sign(self, obj: Json) -> str:
        """The signature (unpadded base64) of an object's canonical JSON."""


class Problem(StrEnum):
    """What keeps others from trusting the device; the first that was found, from the identity down to the device."""

    NONE = "none"
    NO_IDENTITY = "no identity"
    FOREIGN_IDENTITY = "foreign identity"
    DEVICE_MISSING = "device not on the homeserver"
    DEVICE_DIFFERS = "device keys differ"
    CHAIN_BROKEN = "chain broken"
    DEVICE_NOT_SIGNED = "device not signed"


@dataclass(frozen=True, kw_only=True)
class State:
    """What the homeserver shows of us: `fingerprint` is the device's ed25519 key, `master` the identity's, if any.

    `signed` means that the whole chain was verified, and in the modes "own" and "recovery-key" that it is ours.
    """

    device_id: str
    fingerprint: str
    master: str | None
    problem: Problem

    @property
    def signed(self) -> bool:
        """Whether today's clients trust this device."""
        return self.problem is Problem.NONE


@dataclass(frozen=True)
class _Shown:
    """What the homeserver shows of our account; empty objects for what it does not have."""

    master: Json
    self_signing: Json
    user_signing: Json
    device: Json

    @property
    def master_key(self) -> str | None:
        return public_key_of(self.master)


class Trust:
    """Our identity and this device. Every method may raise TrustRefused, and a MatrixError: then ask again later.

    `directory` holds identity.json, `password` is the account's, both for the mode "own"; `recovery_key` is for the
    mode of that name.
    """

    def __init__(
        self,
        request: Request,
        device: Device,
        *,
        mode: Mode,
        directory: Path,
        password: str | None = None,
        recovery_key: str | None = None,
    ) -> None:
        self._request = request
        self._device = device
        self._user_id = device.user_id
        self._mode = mode
        self._directory = directory
        self._password = password
        self._recovery_key = recovery_key

    @property
    def is_held(self) -> bool:
        """Whether we hold the identity, so that the homeserver cannot show another one as ours."""
        return self._mode != "print"

    async def look(self) -> State:
        """What the homeserver shows now; changes nothing."""
        match self._mode:
            case "print":
                return await self._read(None)
            case "recovery-key":
                return await self._read((await self._from_secret_storage(await self._ask())).master.public)
        kept = identity_file.read(self._directory, self._user_id)
        return await self._read(kept.master.public if kept is not None else "")

    async def establish(self) -> State:
        """Make the chain whole as far as it is provably ours, and read it back; at each start, after the device's keys.

        An identity that is not ours is never replaced: raises TrustRefused. Stopped anywhere, it can be called again.
        """
        if self._mode == "print":
            return await self.look()
        shown = await self._ask()
        if self._mode == "recovery-key":
            identity = await self._from_secret_storage(shown)
        else:
            identity = self._own(shown)
        return await self._mend(identity, shown)

    async def reset(self) -> State:
        """Replace the identity on purpose, in the mode "own"; everybody has to trust the bot anew.

        The old one stays the bot's until the homeserver has taken the new one, and is kept beside it afterwards.
        """
        if self._mode != "own":
            raise TrustRefused(
                f'The identity is not the bot\'s to replace: [encryption] identity is "{self._mode}". Reset it in'
                ' Element, logged in as the bot, or set "own" first.'
            )
        shown = await self._ask()
        new = identity_file.read(self._directory, self._user_id, name=identity_file.NEXT)
        if new is None:  # else it is one that an earlier reset could not bring to an end
            new = Identity.generate(self._user_id)
            identity_file.write(self._directory, new, name=identity_file.NEXT)
        if shown.master_key != new.master.public:
            await self._upload(_key_objects(new, self._device))
            shown = await self._ask()
        identity_file.promote(self._directory)
        _log.warning("identity_replaced", master=new.master.public)
        return await self._mend(new, shown)

    def _own(self, shown: _Shown) -> Identity:
        """The kept identity; a new one, kept first, where nobody has made one yet."""
        kept = identity_file.read(self._directory, self._user_id)
        new = identity_file.read(self._directory, self._user_id, name=identity_file.NEXT)
        if new is not None and shown.master_key == new.master.public:
            identity_file.promote(self._directory)  # a reset was stopped after the homeserver had taken it
            return new
        path = self._directory / identity_file.NAME
        if shown.master and (kept is None or shown.master_key != kept.master.public):
            ours = f"{path} holds another one" if kept is not None else f"its keys are not here: there is no {path}"
            raise TrustRefused(
                f"The account {self._user_id} already has a cross-signing identity at the homeserver, and {ours}. Put"
                f" the right {identity_file.NAME} back from the backup; or, if somebody made the identity with Element,"
                ' set [encryption] identity = "recovery-key"; or replace it on purpose with "ag4-bot trust --reset":'
                " everybody is then asked to trust the bot anew."
            )
        if kept is None:
            kept = Identity.generate(self._user_id)
            identity_file.write(self._directory, kept)
            _log.info("identity_made", master=kept.master.public, remedy=f"back up {path}")
        return kept

    async def _from_secret_storage(self, shown: _Shown) -> Identity:
        """The identity that the homeserver shows, its secret keys imported and compared."""
        if self._recovery_key is None:
            raise TrustRefused('[encryption] identity is "recovery-key", but the bot has no recovery key: give it one.')
        if not shown.master:
            raise TrustRefused(
                f"The account {self._user_id} has no cross-signing identity yet that could be imported. Log in as the"
                " bot with Element once, so that it makes one, set up the recovery there, and give the bot the recovery"
                " key."
            )
        key = await secret_storage.unlock(self._request, self._user_id, self._recovery_key)
        objects = {"master": shown.master, "self_signing": shown.self_signing, "user_signing": shown.user_signing}
        keys: dict[str, SigningKey] = {}
        for name, shown_key in objects.items():
            secret = await secret_storage.read_secret(self._request, key, f"m.cross_signing.{name}")
            try:
                keys[name] = SigningKey.from_seed(from_base64(secret.decode("ascii")))
            except ValueError:
                raise TrustRefused(
                    f"m.cross_signing.{name} in the secure backup of {self._user_id} is no key. Log in as the bot with"
                    " Element and reset the backup."
                ) from None
            if public_key_of(shown_key) != keys[name].public:
                raise TrustRefused(
                    f"The secure backup of {self._user_id} holds another {name.replace('_', '-')} key than the"
                    " homeserver shows: the identity was replaced without it. Log in as the bot with Element, verify"
                    " or reset the identity there, and give the bot the newest recovery key."
                )
        return Identity(user_id=self._user_id, **keys)

    async def _mend(self, identity: Identity, shown: _Shown) -> State:
        """Upload what is missing of our own, sign what is not signed, and read all of it back."""
        wanted = _key_objects(identity, self._device)
        broken: list[str] = [
            usage
            for usage in SUBORDINATE
            if chain(self._user_id, shown.master, getattr(shown, usage), usage=usage) != getattr(identity, usage).public
        ]
        if key_for(self._user_id, "master", shown.master) != identity.master.public:
            broken = ["master", *SUBORDINATE]
        if broken:
            _log.info("identity_uploaded", keys=broken)
            try:
                await self._upload({f"{name}_key": wanted[f"{name}_key"] for name in broken})
            except ServerFailing:
                if not any(public_key_of(getattr(shown, name)) == getattr(identity, name).public for name in broken):
                    raise
                # Synapse never takes a key again that it has, not even a mended one: what is read back tells the rest
                _log.warning("identity_not_mended", keys=broken)
            shown = await self._ask()
        await self._sign(identity, shown)
        return await self._read(identity.master.public)

    async def _sign(self, identity: Identity, shown: _Shown) -> None:
        """Sign our device with the self-signing key, and our master key with the device."""
        device = self._device
        objects: Json = {}
        if self._is_ours(shown.device) and not signed_by_owner(
            shown.device, self._user_id, identity.self_signing.public
        ):
            objects[device.device_id] = identity.self_signing.sign(_bare(shown.device), self._user_id)
        key_id = f"ed25519:{device.device_id}"
        if shown.master_key == identity.master.public and not verifies(
            shown.master, user_id=self._user_id, key_id=key_id, public_key=device.ed25519
        ):
            objects[identity.master.public] = _signed_by_device(
                key_object(self._user_id, identity.master, "master"), device
            )
        if objects:
            answer = await self._request("POST", f"{_KEYS}/signatures/upload", {self._user_id: objects})
            failures = mapping(mapping(answer, "failures"), self._user_id)
            if failures:
                _log.warning("signatures_refused", failures=[_errcode(failure) for failure in failures.values()])

    async def _upload(self, key_objects: Json) -> None:
        """Upload cross-signing keys, with the password where the homeserver asks for it."""
        path = f"{_KEYS}/device_signing/upload"
        try:
            await self._request("POST", path, key_objects)
        except PasswordNeeded as needed:
            auth = self._auth(needed)
        else:
            return
        try:
            await self._request("POST", path, {**key_objects, "auth": auth})
        except PasswordNeeded as error:
            raise TrustRefused(
                f"The homeserver does not accept the password of {self._user_id} for its cross-signing keys ({error})."
                " Check the password and start again."
            ) from error

    def _auth(self, needed: PasswordNeeded) -> Json:
        """The proof of who is there (client-server API, "Password-based")."""
        if _PASSWORD not in needed.stages:
            raise TrustRefused(
                f"The homeserver wants the change of {self._user_id}'s cross-signing keys approved in another way than"
                f" by password ({', '.join(sorted(needed.stages)) or 'unknown'}). Approve it in the account settings of"
                " the homeserver, logged in as the bot, and start again soon."
            )
        if self._password is None:
            raise TrustRefused(
                f"The homeserver wants the password of {self._user_id} before it takes cross-signing keys, and the bot"
                ' has none. Start it once with [login] method = "password", or log in as the bot with Element, set up'
                ' the identity there and set [encryption] identity = "recovery-key".'
            )
        user = {"type": "m.id.user", "user": self._user_id}
        return {"type": _PASSWORD, "identifier": user, "password": self._password, "session": needed.session}

    async def _ask(self) -> _Shown:
        answer = await self._request("POST", f"{_KEYS}/query", {"device_keys": {self._user_id: []}})
        devices = mapping(mapping(answer, "device_keys"), self._user_id)
        return _Shown(
            master=mapping(mapping(answer, "master_keys"), self._user_id),
            self_signing=mapping(mapping(answer, "self_signing_keys"), self._user_id),
            user_signing=mapping(mapping(answer, "user_signing_keys"), self._user_id),
            device=mapping(devices, self._device.device_id),
        )

    async def _read(self, ours: str | None) -> State:
        """Judge what the homeserver shows; `ours` is our master key, "" where we have none, None where any will do."""
        shown = await self._ask()
        return State(
            device_id=self._device.device_id,
            fingerprint=self._device.ed25519,
            master=shown.master_key,
            problem=self._problem(shown, ours),
        )

    def _problem(self, shown: _Shown, ours: str | None) -> Problem:  # noqa: PLR0911  # one way out for each problem
        if not shown.master:
            return Problem.NO_IDENTITY
        if ours is not None and shown.master_key != ours:
            return Problem.FOREIGN_IDENTITY
        if not shown.device:
            return Problem.DEVICE_MISSING
        if not self._is_ours(shown.device):
            return Problem.DEVICE_DIFFERS
        self_signing = chain(self._user_id, shown.master, shown.self_signing)
        if self_signing is None:
            return Problem.CHAIN_BROKEN
        if not signed_by_owner(shown.device, self._user_id, self_signing):
            return Problem.DEVICE_NOT_SIGNED
        return Problem.NONE

    def _is_ours(self, shown: Json) -> bool:
        """Whether a device object is this device with the keys it has, as signed by itself."""
        device = self._device
        key_id = f"ed25519:{device.device_id}"
        keys = {key_id: device.ed25519, f"curve25519:{device.device_id}": device.curve25519}
        return (
            shown.get("user_id") == device.user_id
            and shown.get("device_id") == device.device_id
            and shown.get("keys") == keys
            and verifies(shown, user_id=device.user_id, key_id=key_id, public_key=device.ed25519)
        )


def _key_objects(identity: Identity, device: Device) -> Json:
    """The body of POST /keys/device_signing/upload; the master key is signed by itself and by the device."""
    user_id = identity.user_id
    master = identity.master.sign(key_object(user_id, identity.master, "master"), user_id)
    subordinate = {
        f"{usage}_key": identity.master.sign(key_object(user_id, getattr(identity, usage), usage), user_id)
        for usage in SUBORDINATE
    }
    return {"master_key": _signed_by_device(master, device), **subordinate}


def _signed_by_device(obj: Json, device: Device) -> Json:
    key_id = f"ed25519:{device.device_id}"
    return with_signature(obj, user_id=device.user_id, key_id=key_id, signature=device.sign(obj))


def _bare(obj: Json) -> Json:
    """What is signed of an object; others' signatures are not ours to upload."""
    return {key: value for key, value in obj.items() if key not in {"signatures", "unsigned"}}


def _errcode(failure: object) -> str:
    return str(failure.get("errcode")) if isinstance(failure, dict) else "unknown"
