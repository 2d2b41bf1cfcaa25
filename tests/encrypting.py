"""People in encrypted rooms of the fake homeserver: clients of their own, built on vodozemac and json alone.

Nothing here is shared with the bot or with nio, so that what both sides understand is what the specification says
(client-server API, section 11.12; Olm and Megolm through vodozemac).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import vodozemac

from tests.homeserver import Event, Room, User
from tests.homeserver.model import Content
from tests.homeserver.people import message, replacement
from tests.olm_device import MEGOLM, OlmDevice, Peer

Recipients = Iterable["OlmDevice | User | str"]


@dataclass(frozen=True)
class Unreadable:
    """An event that this device cannot read, and why.

    Reasons: "no key", "unknown index", "undecryptable", "wrong sender", "wrong room", "replayed", "not cross-signed".
    """

    reason: str
    event_id: str
    session_id: str


@dataclass
class RoomKey:
    """A Megolm session of somebody else; `trusted` once its device was seen in a valid chain."""

    session: vodozemac.InboundGroupSession
    exported: str
    sender: str
    sender_key: str
    ed25519: str
    trusted: bool = False


@dataclass
class Outbound:
    """The Megolm session that this device writes a room with, and who has its key."""

    session: vodozemac.GroupSession = field(default_factory=vodozemac.GroupSession)
    shared: set[Peer] = field(default_factory=set)


@dataclass(eq=False, kw_only=True)
class EncryptedPerson(OlmDevice):
    """One device of a person in encrypted rooms. Make it with `of` or `another_device`."""

    outbound: dict[str, Outbound] = field(default_factory=dict)
    keys: dict[tuple[str, str], RoomKey] = field(default_factory=dict)
    _indexes: dict[tuple[str, int], str] = field(default_factory=dict)

    # writing

    def say(self, room: str, text: str, *, to: Recipients | None = None, hold_keys: bool = False, **how: Any) -> str:
        """Write a message, `how` as `User.say`; returns the event ID."""
        return self.send(room, "m.room.message", message(text, **how), to=to, hold_keys=hold_keys)

    def edit(self, room: str, event_id: str, text: str) -> str:
        """Replace an own message; the relation stays outside of what is encrypted."""
        return self.send(room, "m.room.message", replacement(event_id, text))

    def send(
        self,
        room: str,
        event_type: str,
        content: Content,
        *,
        to: Recipients | None = None,
        hold_keys: bool = False,
        **outer: Any,
    ) -> str:
        """Encrypt and send; devices that have no key yet get it first, of all members or only those of `to`.

        With `hold_keys` their messages wait for `release_keys`. `outer` replaces fields of the encrypted event, such
        as sender_key or device_id.
        """
        self.share_key(room, to=to, hold_keys=hold_keys)
        encrypted = self.encrypt(room, event_type, content) | outer
        return self.user.send(room, "m.room.encrypted", encrypted)

    def encrypt(self, room: str, event_type: str, content: Content) -> Content:
        """The content of the encrypted event, with the room's present session."""
        room_id = self._room(room).id
        session = self.outbound.setdefault(room_id, Outbound()).session
        inner = {name: value for name, value in content.items() if name != "m.relates_to"}
        clear = {"type": event_type, "content": content, "room_id": room_id}
        encrypted: Content = {
            "algorithm": MEGOLM,
            "sender_key": self.curve25519,
            "device_id": self.device.id,
            "session_id": session.session_id,
            "ciphertext": session.encrypt(json.dumps(clear).encode()).to_base64(),
        }
        return encrypted | ({"m.relates_to": content["m.relates_to"]} if inner != content else {})

    def share_key(
        self, room: str, *, to: Recipients | None = None, hold_keys: bool = False, claimed_room: str | None = None
    ) -> None:
        """Give the room's session, from its present index on, to the devices that do not have it.

        A session whose key somebody has who is gone is replaced first. `claimed_room` lies about the room.
        """
        here = self._room(room)
        outbound = self.outbound.setdefault(here.id, Outbound())
        members = list(self._members(here))
        if outbound.shared - set(members):
            outbound = self.outbound[here.id] = Outbound()
        wanted = None if to is None else list(to)
        content = {
            "algorithm": MEGOLM,
            "room_id": claimed_room or here.id,
            "session_id": outbound.session.session_id,
            "session_key": outbound.session.session_key.to_base64(),
        }
        for peer in members:
            if peer in outbound.shared or (wanted is not None and not any(self._is(peer, one) for one in wanted)):
                continue
            if self.exclude_insecure and self.fault(peer):
                continue
            if self.send_olm(peer, "m.room_key", content, hold=hold_keys):
                outbound.shared.add(peer)

    def rotate(self, room: str) -> None:
        """Take a new Megolm session for the next message."""
        self.outbound.pop(self._room(room).id, None)

    # reading

    def heard(self, room: str, sender: "OlmDevice | User | str | None" = None) -> list[Content | Unreadable]:
        """What others (or one of them) sent to a room, as this device can read it; state and redacted events left out."""
        self.drain()
        wanted = None if sender is None else self.name_of(sender)
        return [
            self.read(event)
            for event in self._room(room).timeline
            if event.sender != self.user_id
            and wanted in {None, event.sender}
            and event.state_key is None
            and event.type != "m.room.redaction"
            and event.redacted_because is None
            and self._room(room).sees(self.user_id, event)
        ]

    def said(self, room: str, sender: "OlmDevice | User | str | None" = None) -> list[str]:
        """The plain bodies of what others said, as far as this device can read it."""
        return [str(one["body"]) for one in self.heard(room, sender) if isinstance(one, dict) and "body" in one]

    def read(self, event: Event) -> Content | Unreadable:
        """The content of one event; what was not encrypted as it is. `heard` takes in new keys first, this does not."""
        if event.type != "m.room.encrypted":
            return event.content
        session_id = str(event.content["session_id"])
        key = self.keys.get((event.room_id, session_id))
        found = "no key" if key is None else self._decrypt(key, event)
        if key is not None and isinstance(found, dict) and not self._trusts(key):
            found = "not cross-signed"
        return Unreadable(found, event.event_id, session_id) if isinstance(found, str) else found

    def _decrypt(self, key: RoomKey, event: Event) -> Content | str:
        if key.sender != event.sender:
            return "wrong sender"
        try:
            encrypted = vodozemac.MegolmMessage.from_base64(event.content["ciphertext"])
            if encrypted.message_index() < key.session.first_known_index:
                return "unknown index"
            clear = key.session.decrypt(encrypted)
        except ValueError:
            return "undecryptable"
        payload: Content = json.loads(bytes(clear.plaintext))
        if payload["room_id"] != event.room_id:
            return "wrong room"
        if self._indexes.setdefault((key.session.session_id, clear.message_index), event.event_id) != event.event_id:
            return "replayed"
        outside = {name: event.content[name] for name in ("m.relates_to",) if name in event.content}
        return {**payload["content"], **outside}

    def take(self, sender: str, sender_key: str, payload: Content) -> None:
        """Keep room keys; of two for one session the one that reads more."""
        content = payload["content"]
        if payload["type"] != "m.room_key" or content["algorithm"] != MEGOLM:
            return
        session = vodozemac.InboundGroupSession(vodozemac.SessionKey(content["session_key"]))
        if session.session_id != content["session_id"]:
            raise ValueError("room key with a wrong session ID")
        name = (content["room_id"], session.session_id)
        known = self.keys.get(name)
        if known is None or session.first_known_index < known.session.first_known_index:
            ed25519 = payload["keys"]["ed25519"]
            key = self.keys[name] = RoomKey(session, content["session_key"], sender, sender_key, ed25519)
            self._trusts(key)

    def _trusts(self, key: RoomKey) -> bool:
        if self.exclude_insecure and not key.trusted:
            of_sender = (peer for peer in self.peers(key.sender) if peer.curve25519 == key.sender_key)
            peer = next(of_sender, None)
            key.trusted = peer is not None and peer.ed25519 == key.ed25519 and not self.fault(peer)
        return key.trusted or not self.exclude_insecure

    # names

    def _room(self, name: str) -> Room:
        return self.user.world.room(name)

    def _members(self, room: Room) -> Iterator[Peer]:
        for user_id, membership in room.members.items():
            if membership in {"join", "invite"}:
                yield from (peer for peer in self.peers(user_id) if peer.curve25519 != self.curve25519)

    def _is(self, peer: Peer, wanted: "OlmDevice | User | str") -> bool:
        if isinstance(wanted, OlmDevice):
            return (peer.user_id, peer.device_id) == (wanted.user_id, wanted.device.id)
        return peer.user_id == self.name_of(wanted)
