"""A device of a person on the fake homeserver: its keys, its identity, its Olm messages. Built on vodozemac alone.

Nothing here is shared with the bot or with nio (client-server API, sections 11.12.3 and 11.12.4.1).
"""

import base64
import json
from dataclasses import dataclass, field
from typing import Any, Self

import vodozemac

from tests.homeserver import FakeHomeserver, User
from tests.homeserver import keyring as server
from tests.homeserver.model import Content, Device
from tests.homeserver.signed import chain_fault, self_signed, sign

OLM = "m.olm.v1.curve25519-aes-sha2"
MEGOLM = "m.megolm.v1.aes-sha2"
ONE_TIME_KEYS = 10


@dataclass(frozen=True)
class Peer:
    """A device of somebody as the homeserver shows it."""

    user_id: str
    device_id: str
    curve25519: str
    ed25519: str


@dataclass(frozen=True)
class Identity:
    """The secret cross-signing keys of a person."""

    master: vodozemac.Account = field(default_factory=vodozemac.Account)
    self_signing: vodozemac.Account = field(default_factory=vodozemac.Account)
    user_signing: vodozemac.Account = field(default_factory=vodozemac.Account)

    def keys(self, user_id: str) -> Content:
        """The public keys as they are uploaded, without the signature of a device."""
        shown: Content = {}
        for usage in ("master", "self_signing", "user_signing"):
            public = getattr(self, usage).ed25519_key.to_base64()
            key = {"user_id": user_id, "usage": [usage], "keys": {f"ed25519:{public}": public}}
            shown[f"{usage}_key"] = key if usage == "master" else sign(key, self.master, user_id)
        return shown


@dataclass(frozen=True)
class ToDevice:
    """A message to a device, as it was sent or is held back."""

    user_id: str
    device_id: str
    type: str
    content: Content


@dataclass(eq=False, kw_only=True)
class OlmDevice:
    """One device of a person.

    `exclude_insecure`: like clients with MSC4153, give keys to, and believe, cross-signed devices only.
    `sent` are all messages to devices, `held` those kept back; `received` what came decrypted to this device, `refused`
    why the rest was not understood.
    """

    user: User
    device: Device
    identity: Identity | None = None
    exclude_insecure: bool = False
    sent: list[ToDevice] = field(default_factory=list)
    held: list[ToDevice] = field(default_factory=list)
    received: list[Content] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _account: vodozemac.Account = field(default_factory=vodozemac.Account)
    _sessions: dict[str, list[vodozemac.Session]] = field(default_factory=dict)

    # devices and identities

    @classmethod
    def of(
        cls,
        hs: FakeHomeserver,
        name: str,
        device_id: str | None = None,
        *,
        cross_signed: bool = True,
        exclude_insecure: bool = False,
    ) -> Self:
        """Log in a first device of a person and publish its keys; with `cross_signed` an identity that signs it."""
        return cls._new(hs.user(name), device_id, None, cross_signed, exclude_insecure)

    def another_device(
        self, device_id: str | None = None, *, cross_signed: bool = True, exclude_insecure: bool = False
    ) -> Self:
        """A further device of the same person, signed with the same identity or not at all."""
        return self._new(self.user, device_id, self.identity, cross_signed, exclude_insecure)

    @classmethod
    def _new(
        cls, user: User, device_id: str | None, identity: Identity | None, cross_signed: bool, exclude_insecure: bool
    ) -> Self:
        local = user.user_id[1:].partition(":")[0].upper()
        numbers = (f"{local}{number}" for number in range(1, len(user.account.devices) + 2))
        free = next(name for name in numbers if name not in user.account.devices)
        device, _ = user.world.log_in(user.account, device_id or free)
        person = cls(user=user, device=device, identity=identity, exclude_insecure=exclude_insecure)
        server.upload(user.world, device, {"device_keys": person.device_keys, **person._new_keys()})
        if cross_signed:
            person.cross_sign()
        return person

    @property
    def user_id(self) -> str:
        return self.user.user_id

    @property
    def curve25519(self) -> str:
        """The identity key of this device."""
        return self._account.curve25519_key.to_base64()

    @property
    def ed25519(self) -> str:
        """The fingerprint of this device."""
        return self._account.ed25519_key.to_base64()

    @property
    def device_keys(self) -> Content:
        """The device keys as published, signed by the device."""
        keys = {f"curve25519:{self.device.id}": self.curve25519, f"ed25519:{self.device.id}": self.ed25519}
        names = {"user_id": self.user_id, "device_id": self.device.id}
        return sign({**names, "algorithms": [OLM, MEGOLM], "keys": keys}, self._account, self.user_id, self.device.id)

    def cross_sign(self, *, new_identity: bool = False) -> None:
        """Sign this device, with a new identity where there is none; devices made from this one know it."""
        if self.identity is None or new_identity:
            assert self.identity is not None or new_identity or not self.user.account.cross_signing, (
                "use another_device"
            )
            self.identity = Identity()
            keys = self.identity.keys(self.user_id)
            keys["master_key"] = sign(keys["master_key"], self._account, self.user_id, self.device.id)
            server.set_cross_signing(self.user.world, self.user.account, keys)
        signed = sign(self.device_keys, self.identity.self_signing, self.user_id)
        failures = server.add_signatures(self.user.world, self.user.account, {self.user_id: {self.device.id: signed}})
        assert not failures, failures

    def verify(self, person: "OlmDevice | User | str") -> None:
        """Sign somebody's master key with the own user-signing key, as after comparing emoji."""
        assert self.identity is not None
        user_id = self.name_of(person)
        master = server.query(self.user.world, self.user.account, {user_id: []})["master_keys"][user_id]
        signed = sign(master, self.identity.user_signing, self.user_id)
        failures = server.add_signatures(
            self.user.world, self.user.account, {user_id: {server.public_part(master): signed}}
        )
        assert not failures, failures

    def log_out(self) -> None:
        """The device is gone, with its keys on the homeserver."""
        self.user.world.log_out(self.device)

    def publish_keys(self) -> None:
        """Give the homeserver one-time keys and a fallback key again."""
        keys = self._new_keys()
        self.device.one_time_keys.update(keys["one_time_keys"])
        self.device.fallback_keys.update(keys["fallback_keys"])

    def _new_keys(self) -> Content:
        self._account.generate_one_time_keys(ONE_TIME_KEYS)
        one_time = {key_id: {"key": key.to_base64()} for key_id, key in self._account.one_time_keys.items()}
        self._account.generate_fallback_key()  # type: ignore[attr-defined]  # missing in the stub of vodozemac 0.10
        fallback = {
            key_id: {"key": key.to_base64(), "fallback": True}
            for key_id, key in self._account.fallback_key.items()  # type: ignore[attr-defined]  # the same
        }
        self._account.mark_keys_as_published()
        return {
            f"{kind}_keys": {
                f"signed_curve25519:{key_id}": sign(key, self._account, self.user_id, self.device.id)
                for key_id, key in keys.items()
            }
            for kind, keys in (("one_time", one_time), ("fallback", fallback))
        }

    # writing

    def peers(self, person: "OlmDevice | User | str") -> list[Peer]:
        """The devices of somebody whose keys are in order, as the homeserver shows them."""
        user_id = self.name_of(person)
        shown = server.query(self.user.world, self.user.account, {user_id: []})["device_keys"][user_id]
        return [
            Peer(user_id, name, keys["keys"][f"curve25519:{name}"], keys["keys"][f"ed25519:{name}"])
            for name, keys in shown.items()
            if (keys["user_id"], keys["device_id"]) == (user_id, name) and self_signed(keys)
        ]

    def send_olm(self, peer: Peer, event_type: str, content: Content, *, hold: bool = False, **lies: Any) -> bool:
        """Send an Olm message; False when the device has no key to claim. `lies` replace fields of the payload."""
        session = self._olm_session(peer)
        if session is None:
            return False
        payload = {
            "type": event_type,
            "content": content,
            "sender": self.user_id,
            "recipient": peer.user_id,
            "recipient_keys": {"ed25519": peer.ed25519},
            "keys": {"ed25519": self.ed25519},
            "sender_device_keys": self.device_keys,
        }
        kind, ciphertext = session.encrypt(json.dumps(payload | lies).encode()).to_parts()
        self.send_ciphertext(peer, kind, unpadded(ciphertext), hold=hold)
        return True

    def send_ciphertext(self, peer: Peer, kind: int, body: str, *, hold: bool = False) -> None:
        """Send what claims to be an Olm message: kind 0 opens a session, 1 goes on with it."""
        ciphertext = {peer.curve25519: {"type": kind, "body": body}}
        content = {"algorithm": OLM, "sender_key": self.curve25519, "ciphertext": ciphertext}
        self.to_device(peer.user_id, peer.device_id, "m.room.encrypted", content, hold=hold)

    def to_device(self, user_id: str, device_id: str, event_type: str, content: Content, *, hold: bool = False) -> None:
        """Leave a message for a device, or hold it back."""
        one = ToDevice(user_id, device_id, event_type, content)
        if hold:
            self.held.append(one)
            return
        self.sent.append(one)
        account = self.user.world.accounts[user_id]
        if device_id in account.devices:
            self.user.world.to_device(self.user_id, account.devices[device_id], event_type, content)

    def _olm_session(self, peer: Peer) -> vodozemac.Session | None:
        if known := self._sessions.get(peer.curve25519):
            return known[-1]
        device = self.user.world.accounts[peer.user_id].devices[peer.device_id]
        claimed = next(iter(server.claim(device, "signed_curve25519").values()), None)
        if claimed is None:
            return None
        one_time = vodozemac.Curve25519PublicKey.from_base64(claimed["key"])
        session = self._account.create_outbound_session(
            vodozemac.Curve25519PublicKey.from_base64(peer.curve25519), one_time
        )
        self._sessions[peer.curve25519] = [session]
        return session

    def release_keys(self) -> None:
        """Deliver what was held back."""
        held, self.held = self.held, []
        for one in held:
            self.to_device(one.user_id, one.device_id, one.type, one.content)

    # reading

    def drain(self) -> None:
        """Take what waits for this device in, as after a sync, and publish new one-time keys where few are left."""
        waiting, self.device.to_device[:] = list(self.device.to_device), []
        for _, event in waiting:
            try:
                self._receive(event)
            except (ValueError, KeyError, TypeError) as error:
                self.refused.append(f"{type(error).__name__}: {error}")
        if self.device.key_counts["signed_curve25519"] < ONE_TIME_KEYS // 2:
            server.upload(self.user.world, self.device, self._new_keys())

    def _receive(self, event: Content) -> None:
        content = event["content"]
        if event["type"] != "m.room.encrypted":
            self.received.append(event)
            return
        payload: Content = json.loads(self._olm_decrypt(content))
        for name, right in (
            ("sender", event["sender"]),
            ("recipient", self.user_id),
            ("recipient_keys", {"ed25519": self.ed25519}),
        ):
            if payload[name] != right:
                raise ValueError(f"Olm payload with a wrong {name}")
        self.received.append(payload)
        self.take(event["sender"], content["sender_key"], payload)

    def take(self, sender: str, sender_key: str, payload: Content) -> None:
        """What is done with a decrypted message; here nothing."""

    def _olm_decrypt(self, content: Content) -> bytes:
        mine = content["ciphertext"][self.curve25519]
        sent = vodozemac.AnyOlmMessage.from_parts(mine["type"], padded(mine["body"]))
        sessions = self._sessions.setdefault(content["sender_key"], [])
        opening = sent.to_pre_key()
        if opening is None:
            for session in reversed(sessions):
                try:
                    return bytes(session.decrypt(sent))
                except vodozemac.OlmDecryptionException:
                    continue
            raise ValueError("no Olm session reads this message")
        for session in sessions:
            if session.session_matches(opening):
                return bytes(session.decrypt(sent))
        sender_key = vodozemac.Curve25519PublicKey.from_base64(content["sender_key"])
        session, clear = self._account.create_inbound_session(sender_key, opening)
        sessions.append(session)
        return clear

    def name_of(self, person: "OlmDevice | User | str") -> str:
        """The user ID of somebody; "anna" is short for "@anna:test"."""
        if isinstance(person, OlmDevice | User):
            return person.user_id
        return person if person.startswith("@") else f"@{person}:{self.user.world.server_name}"

    def fault(self, peer: Peer) -> str | None:
        """What keeps a device from being cross-signed by its owner, as this person sees it; None: it is."""
        return chain_fault(self.user.world, peer.user_id, peer.device_id, asker=self.user.account)


def unpadded(data: bytes) -> str:
    """Base64 as Matrix writes it."""
    return base64.b64encode(data).decode().rstrip("=")


def padded(text: str) -> bytes:
    """Read unpadded base64; ValueError for anything else."""
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
