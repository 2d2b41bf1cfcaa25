"""People who encrypt: devices of their own, on vodozemac alone, over plain HTTP. What they cost is not measured."""

import itertools
import json
from collections.abc import Collection, Iterable
from typing import Any

import vodozemac

from benchmarks.people import Account, Homeserver, Json
from tests.homeserver.signed import sign
from tests.olm_device import MEGOLM, OLM, Identity, padded, unpadded

ENCRYPTED = "m.room.encrypted"
_ONE_TIME_KEYS = 10


class Device:
    """The device of an account, signed by an identity of its own: writes, and reads what it gets keys for."""

    _numbers = itertools.count()

    def __init__(self, account: Account) -> None:
        self.account = account
        self._olm = vodozemac.Account()
        self._outbound: dict[str, vodozemac.GroupSession] = {}
        self._told: set[tuple[str, str]] = set()
        self._channels: dict[str, vodozemac.Session] = {}
        self._inbound: dict[str, vodozemac.InboundGroupSession] = {}
        self._incoming: dict[str, list[vodozemac.Session]] = {}

    @property
    def curve25519(self) -> str:
        """The identity key."""
        return self._olm.curve25519_key.to_base64()

    async def publish(self, homeserver: Homeserver) -> None:
        """Upload device keys, one-time keys and a fallback key, and sign the device with a new identity."""
        me, name, token = self.account.user_id, self.account.device_id, self.account.token
        keys = {f"curve25519:{name}": self.curve25519, f"ed25519:{name}": self._olm.ed25519_key.to_base64()}
        device_keys = {"user_id": me, "device_id": name, "algorithms": [OLM, MEGOLM], "keys": keys}
        self._olm.generate_one_time_keys(_ONE_TIME_KEYS)
        self._olm.generate_fallback_key()  # type: ignore[attr-defined]  # missing in the stub of vodozemac 0.10
        body = {
            "device_keys": sign(device_keys, self._olm, me, name),
            "one_time_keys": self._signed(self._olm.one_time_keys),
            "fallback_keys": self._signed(self._olm.fallback_key, fallback=True),  # type: ignore[attr-defined]  # the same
        }
        self._olm.mark_keys_as_published()
        await homeserver.ask("POST", "/keys/upload", token, body)
        identity = Identity()
        await homeserver.ask("POST", "/keys/device_signing/upload", token, identity.keys(me))
        signed = sign(device_keys, identity.self_signing, me)
        await homeserver.ask("POST", "/keys/signatures/upload", token, {me: {name: signed}})

    def _signed(self, keys: dict[str, vodozemac.Curve25519PublicKey], **more: bool) -> Json:
        return {
            f"signed_curve25519:{key_id}": sign(
                {"key": key.to_base64(), **more}, self._olm, self.account.user_id, self.account.device_id
            )
            for key_id, key in keys.items()
        }

    # writing

    def encrypt(self, room: str, content: Json) -> Json:
        """A message as it goes to an encrypted room."""
        session = self._session(room)
        clear = {"type": "m.room.message", "content": content, "room_id": room}
        return {
            "algorithm": MEGOLM,
            "sender_key": self.curve25519,
            "device_id": self.account.device_id,
            "session_id": session.session_id,
            "ciphertext": session.encrypt(json.dumps(clear).encode()).to_base64(),
        }

    async def introduce(self, homeserver: Homeserver, rooms: Collection[str], devices: Iterable[Json]) -> None:
        """Give those of these devices (as /keys/query shows them) the keys of these rooms that lack them."""
        for shown in devices:
            name, user_id = shown["device_id"], shown["user_id"]
            curve25519 = shown["keys"][f"curve25519:{name}"]
            for room in rooms:
                if (room, curve25519) in self._told:
                    continue
                encrypted = await self._room_key(homeserver, room, shown, curve25519)
                path = f"/sendToDevice/{ENCRYPTED}/{self.account.device_id}{next(self._numbers)}"
                body = {"messages": {user_id: {name: encrypted}}}
                await homeserver.ask("PUT", path, self.account.token, body)
                self._told.add((room, curve25519))

    async def _room_key(self, homeserver: Homeserver, room: str, shown: Json, curve25519: str) -> Json:
        name, user_id = shown["device_id"], shown["user_id"]
        if curve25519 not in self._channels:
            wish = {"one_time_keys": {user_id: {name: "signed_curve25519"}}}
            claimed = await homeserver.ask("POST", "/keys/claim", self.account.token, wish)
            [one_time] = claimed["one_time_keys"][user_id][name].values()
            self._channels[curve25519] = self._olm.create_outbound_session(
                vodozemac.Curve25519PublicKey.from_base64(curve25519),
                vodozemac.Curve25519PublicKey.from_base64(one_time["key"]),
            )
        session = self._session(room)
        payload = {
            "type": "m.room_key",
            "content": {
                "algorithm": MEGOLM,
                "room_id": room,
                "session_id": session.session_id,
                "session_key": session.session_key.to_base64(),
            },
            "sender": self.account.user_id,
            "recipient": user_id,
            "recipient_keys": {"ed25519": shown["keys"][f"ed25519:{name}"]},
            "keys": {"ed25519": self._olm.ed25519_key.to_base64()},
        }
        kind, body = self._channels[curve25519].encrypt(json.dumps(payload).encode()).to_parts()
        ciphertext = {curve25519: {"type": kind, "body": unpadded(body)}}
        return {"algorithm": OLM, "sender_key": self.curve25519, "ciphertext": ciphertext}

    def _session(self, room: str) -> vodozemac.GroupSession:
        return self._outbound.setdefault(room, vodozemac.GroupSession())

    # reading

    def take(self, events: Iterable[Json]) -> None:
        """Keep the room keys among messages to this device, in the order in which they came."""
        for event in events:
            mine = event["content"].get("ciphertext", {}).get(self.curve25519)
            if event["type"] != ENCRYPTED or mine is None:
                continue
            payload = json.loads(self._opened(event["content"]["sender_key"], mine))
            if payload["type"] == "m.room_key":
                session = vodozemac.InboundGroupSession(vodozemac.SessionKey(payload["content"]["session_key"]))
                known = self._inbound.get(session.session_id)
                if known is None or session.first_known_index < known.first_known_index:
                    self._inbound[session.session_id] = session

    def _opened(self, sender_key: str, mine: Json) -> bytes:
        sent = vodozemac.AnyOlmMessage.from_parts(mine["type"], padded(mine["body"]))
        sessions = self._incoming.setdefault(sender_key, [])
        opening = sent.to_pre_key()
        for session in sessions:
            if opening is None or session.session_matches(opening):
                try:
                    return bytes(session.decrypt(sent))
                except vodozemac.OlmDecryptionException:
                    continue
        if opening is None:
            raise ValueError("no Olm session reads this message")
        key = vodozemac.Curve25519PublicKey.from_base64(sender_key)
        session, clear = self._olm.create_inbound_session(key, opening)
        sessions.append(session)
        return bytes(clear)

    def read(self, content: Json) -> Json | None:
        """What an encrypted message says; None where it cannot be read."""
        session = self._inbound.get(content["session_id"])
        if session is None:
            return None
        try:
            clear = session.decrypt(vodozemac.MegolmMessage.from_base64(content["ciphertext"]))
        except ValueError:
            return None
        found: Any = json.loads(bytes(clear.plaintext))["content"]
        return {**found, **{name: content[name] for name in ("m.relates_to",) if name in content}}
