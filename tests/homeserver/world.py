"""The rules of the fake homeserver: who may do what, and what happens then. No HTTP here either."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from .model import Account, Content, Device, Event, MatrixError, Room, creators_rule, forbidden, not_found

MAX_EVENT_BYTES = 65_536
_PRESETS = {  # join rule, level needed to invite, invited people get the creator's level
    "private_chat": ("invite", 0, False),
    "trusted_private_chat": ("invite", 0, True),
    "public_chat": ("public", 50, False),
}


def new_event_id() -> str:
    return "$" + secrets.token_urlsafe(32)


class World:
    """All accounts, rooms and events of one homeserver, and who waits for news of them."""

    def __init__(self, server_name: str) -> None:
        self.server_name = server_name
        self.position = 0
        self.rooms: dict[str, Room] = {}
        self.events: dict[str, Event] = {}
        self.aliases: dict[str, str] = {}
        self.accounts: dict[str, Account] = {}
        self.tokens: dict[str, Device] = {}
        self.key_changes: list[tuple[int, str]] = []
        self.signature_changes: list[tuple[int, str, str]] = []
        self.auth_sessions: set[str] = set()
        self.media: dict[str, tuple[str, bytes]] = {}
        self.polls: dict[str, set[asyncio.Future[None]]] = {}
        self.changed: Callable[[], None] = lambda: None

    # accounts and devices

    def account(self, user_id: str, password: str = "password") -> Account:
        """Find an account, or make it."""
        found = self.accounts.get(user_id)
        if found is None:
            found = self.accounts[user_id] = Account(user_id, password)
            found.profile["displayname"] = user_id[1:].partition(":")[0]
        return found

    def log_in(self, account: Account, device_id: str | None = None) -> tuple[Device, str]:
        """Give out a new token for a device, known or new; older tokens stay valid."""
        device_id = device_id or secrets.token_hex(5).upper()
        device = account.devices.setdefault(device_id, Device(account, device_id))
        token = "syt_" + secrets.token_urlsafe(18)
        device.tokens.add(token)
        self.tokens[token] = device
        return device, token

    def log_out(self, device: Device) -> None:
        """Forget a device with its tokens, transaction IDs and keys."""
        for token in device.tokens:
            self.tokens.pop(token, None)
        device.account.devices.pop(device.id, None)
        if device.keys is not None:
            self.keys_changed(device.account)

    def keys_changed(self, account: Account) -> None:
        """Tell all who share a room with this person, and the person, that keys or signatures are others now."""
        self.key_changes.append((self.next_position(), account.user_id))
        self.wake({user_id for room in account.joined.values() for user_id in room.joined} | {account.user_id})

    # the stream

    def next_position(self) -> int:
        self.position += 1
        return self.position

    def wake(self, user_ids: Iterable[str]) -> None:
        """End the long polls of these people, and let waiting tests look."""
        for user_id in user_ids:
            for poll in self.polls.pop(user_id, ()):
                if not poll.done():
                    poll.set_result(None)
        self.changed()

    def append(
        self,
        room: Room,
        sender: str,
        event_type: str,
        content: Content,
        *,
        state_key: str | None = None,
        device: Device | None = None,
        txn_id: str | None = None,
        event_id: str | None = None,
    ) -> Event:
        """Put an event at the end of the stream, without asking whether it is allowed."""
        event = Event(
            position=self.position + 1,
            room_id=room.id,
            event_id=event_id or new_event_id(),
            type=event_type,
            sender=sender,
            content=content,
            timestamp=time.time_ns() // 1_000_000,
            state_key=state_key,
            redacts=content.get("redacts") if event_type == "m.room.redaction" else None,
            device=device,
            txn_id=txn_id,
        )
        if len(orjson.dumps(content)) > MAX_EVENT_BYTES - 400:  # what else an event takes on a real server
            raise MatrixError(413, "M_TOO_LARGE", "event too large")
        self.next_position()
        self.events[event.event_id] = event
        room.add(event)
        if event_type == "m.room.member" and state_key is not None:
            self.account(state_key).enter(room, content["membership"])
        self.wake([user for user in self.polls if user in room.joined or user == state_key])
        return event

    # rooms

    def room(self, name: str) -> Room:
        """Find a room by its ID or alias; M_NOT_FOUND when there is none."""
        room = self.rooms.get(self.aliases.get(name, name))
        if room is None:
            raise not_found(f"No such room: {name}")
        return room

    def joined_room(self, name: str, user_id: str) -> Room:
        """Find a room in which this person is; M_FORBIDDEN otherwise, also when there is no such room."""
        room = self.rooms.get(self.aliases.get(name, name))
        if room is None or user_id not in room.joined:
            raise forbidden(f"User {user_id} not in room {name}")
        return room

    def create_room(self, creator: Account, wish: Content) -> Room:
        """Make a room from the body of a createRoom request (client-server API, section 10.1.1)."""
        alias = f"#{wish['room_alias_name']}:{self.server_name}" if wish.get("room_alias_name") else None
        if alias in self.aliases:
            raise MatrixError(400, "M_ROOM_IN_USE", "Room alias already taken")
        preset = wish.get("preset") or ("public_chat" if wish.get("visibility") == "public" else "private_chat")
        if preset not in _PRESETS:
            raise MatrixError(400, "M_BAD_JSON", f"Unknown preset: {preset}")
        join_rule, invite_level, trusted = _PRESETS[preset]
        me = creator.user_id
        version = wish.get("room_version", "11")
        crowned = creators_rule(version)
        room = Room(f"!{secrets.token_urlsafe(32)}" if crowned else f"!{secrets.token_urlsafe(13)}:{self.server_name}")
        self.rooms[room.id] = room

        def state(event_type: str, content: Content, state_key: str = "") -> None:
            self.append(room, me, event_type, content, state_key=state_key)

        state("m.room.create", {**wish.get("creation_content", {}), "room_version": version})
        self.set_member(room, me, me, "join")
        levels: Content = {
            "users": ({} if crowned else {me: 100}) | (dict.fromkeys(wish.get("invite", []), 100) if trusted else {}),
            "users_default": 0,
            "events": {
                "m.room.name": 50,
                "m.room.power_levels": 100,
                "m.room.encryption": 100,
                "m.room.tombstone": 100,
            },
            "events_default": 0,
            "state_default": 50,
            "ban": 50,
            "kick": 50,
            "redact": 50,
            "invite": invite_level,
        }
        state("m.room.power_levels", levels | wish.get("power_level_content_override", {}))
        if alias:
            self.set_alias(alias, room)
            state("m.room.canonical_alias", {"alias": alias})
        state("m.room.join_rules", {"join_rule": join_rule})
        state("m.room.history_visibility", {"history_visibility": "shared"})
        for initial in wish.get("initial_state", []):
            state(initial["type"], initial["content"], initial.get("state_key", ""))
        for key in ("name", "topic"):
            if wish.get(key):
                state(f"m.room.{key}", {key: wish[key]})
        for guest in wish.get("invite", []):
            self.invite(room, me, guest, is_direct=bool(wish.get("is_direct")))
        return room

    def set_alias(self, alias: str, room: Room) -> None:
        if alias in self.aliases:
            raise MatrixError(409, "M_UNKNOWN", f"Room alias {alias} already exists")
        self.aliases[alias] = room.id
        room.aliases.append(alias)

    # membership

    def set_member(self, room: Room, sender: str, target: str, membership: str, **more: Any) -> Event:
        """Change a membership without asking whether it is allowed."""
        content = {"membership": membership, **{key: value for key, value in more.items() if value}}
        if membership in {"join", "invite"}:
            content = self.account(target).profile | content
        return self.append(room, sender, "m.room.member", content, state_key=target)

    def join(self, room: Room, user_id: str) -> None:
        """Join a room; again is no error. M_FORBIDDEN when neither invited nor open to all."""
        membership = room.members.get(user_id)
        if membership == "join":
            return
        rules = room.content("m.room.join_rules")
        allowed = rules.get("join_rule") == "public" or membership == "invite"
        if rules.get("join_rule") == "restricted":
            ways = [self.rooms.get(way.get("room_id", "")) for way in rules.get("allow", [])]
            allowed = allowed or any(way is not None and user_id in way.joined for way in ways)
        if not allowed or membership == "ban":
            raise forbidden("You are not invited to this room.")
        self.set_member(room, user_id, user_id, "join")

    def invite(self, room: Room, sender: str, target: str, *, is_direct: bool = False) -> None:
        """Invite somebody; M_FORBIDDEN when they are in already, or the level is too low."""
        self._may(room, sender, room.needed("invite", 0))
        if room.members.get(target) in {"join", "ban"}:
            raise forbidden(f"{target} is already in the room or banned.")
        self.set_member(room, sender, target, "invite", is_direct=is_direct)

    def leave(self, room: Room, user_id: str) -> None:
        """Leave a room or turn an invitation down."""
        membership = room.members.get(user_id)
        if membership == "leave":
            return
        if membership not in {"join", "invite"}:
            raise forbidden(f"{user_id} is not in the room.")
        self.set_member(room, user_id, user_id, "leave")

    def kick(self, room: Room, sender: str, target: str, reason: str | None = None, *, ban: bool = False) -> None:
        """Remove somebody, or take an invitation back."""
        self._may(room, sender, room.needed("ban" if ban else "kick", 50))
        if not ban and room.members.get(target) not in {"join", "invite"}:
            raise forbidden(f"{target} is not in the room.")
        if room.level(target) >= room.level(sender):
            raise forbidden("You cannot remove somebody of your own level.")
        self.set_member(room, sender, target, "ban" if ban else "leave", reason=reason)

    def _may(self, room: Room, sender: str, level: int) -> None:
        if sender not in room.joined:
            raise forbidden(f"User {sender} not in room {room.id}")
        if room.level(sender) < level:
            raise forbidden(f"You don't have permission: {room.level(sender)} is less than {level}")

    # events

    def send(
        self,
        room: Room,
        sender: str,
        event_type: str,
        content: Content,
        *,
        device: Device | None = None,
        txn_id: str | None = None,
    ) -> str:
        """Send a message event and return its ID; the same transaction gives the same ID again."""
        key = (room.id, txn_id or "")
        if device is not None and txn_id is not None and key in device.transactions:
            return device.transactions[key]
        self._may(room, sender, room.needed_for(event_type, state=False))
        target = self.events.get(content.get("redacts", "")) if event_type == "m.room.redaction" else None
        if event_type == "m.room.redaction":
            if target is None or target.room_id != room.id:
                raise not_found("Could not find event to redact")
            if target.sender != sender:
                self._may(room, sender, room.needed("redact", 50))
        event = self.append(room, sender, event_type, content, device=device, txn_id=txn_id)
        if target is not None:
            target.redact(event)
        if device is not None and txn_id is not None:
            device.transactions[key] = event.event_id
        return event.event_id

    def put_state(self, room: Room, sender: str, event_type: str, state_key: str, content: Content) -> str:
        """Set state; the same content again gives the same event ID."""
        if event_type == "m.room.member" and content.get("membership") == "join" and state_key == sender:
            if room.members.get(sender) != "join":
                self.join(room, sender)
        elif event_type == "m.room.member":
            raise MatrixError(400, "M_UNKNOWN", "Use the endpoints for membership")
        else:
            self._may(room, sender, room.needed_for(event_type, state=True))
        present = room.state.get((event_type, state_key))
        if present is not None and present.content == content:
            return present.event_id
        return self.append(room, sender, event_type, content, state_key=state_key).event_id

    def to_device(self, sender: str, target: Device, event_type: str, content: Content) -> None:
        """Leave a message for a device."""
        event = {"sender": sender, "type": event_type, "content": content}
        target.to_device.append((self.next_position(), event))
        self.wake([target.account.user_id])
