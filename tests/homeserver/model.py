"""What the fake homeserver remembers: one stream of events, rooms, accounts and their devices.

Nothing here knows HTTP. Positions are counted from 1 over everything that a sync can tell; the order of the
stream is what `/sync` and `/messages` show.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any

import orjson

Content = dict[str, Any]
StateKey = tuple[str, str]
BY_POSITION = attrgetter("position")
INFINITE_LEVEL = 1 << 53


class MatrixError(Exception):
    """A request the homeserver refuses: HTTP status, errcode and a sentence (client-server API, section 2)."""

    def __init__(self, status: int, errcode: str, error: str, **more: Any) -> None:
        super().__init__(f"{status} {errcode}: {error}")
        self.status = status
        self.body: Content = {"errcode": errcode, "error": error, **more}


def creators_rule(room_version: Any) -> bool:
    """Whether creators of rooms of this version have infinite power, and the room ID no server (version 12)."""
    return str(room_version).isdecimal() and int(room_version) >= 12


class NotAuthenticated(MatrixError):
    """A request that wants the password too: the first refusal bears no errcode (section 5.3, user-interactive)."""

    def __init__(self, session: str, errcode: str = "", error: str = "") -> None:
        super().__init__(401, errcode, error)
        self.body = {"session": session, "flows": [{"stages": ["m.login.password"]}], "params": {}}
        if errcode:
            self.body |= {"errcode": errcode, "error": error, "completed": []}


def forbidden(error: str) -> MatrixError:
    return MatrixError(403, "M_FORBIDDEN", error)


def not_found(error: str) -> MatrixError:
    return MatrixError(404, "M_NOT_FOUND", error)


@dataclass(eq=False)
class Event:
    """One event in the stream; `timestamp` in milliseconds since the epoch."""

    position: int
    room_id: str
    event_id: str
    type: str
    sender: str
    content: Content
    timestamp: int
    state_key: str | None = None
    redacts: str | None = None
    replaces: "Event | None" = None
    device: "Device | None" = None
    txn_id: str | None = None
    redacted_because: "Event | None" = None

    @property
    def body(self) -> str:
        """The plain text of a message, empty for anything else."""
        return str(self.content.get("body", ""))

    def as_dict(self) -> Content:
        """The event as `/sync` shows it to everybody (without room_id)."""
        shown: Content = {
            "type": self.type,
            "event_id": self.event_id,
            "sender": self.sender,
            "origin_server_ts": self.timestamp,
            "content": self.content,
        }
        unsigned: Content = {}
        if self.state_key is not None:
            shown["state_key"] = self.state_key
            if self.replaces is not None:
                unsigned = {"replaces_state": self.replaces.event_id, "prev_content": self.replaces.content}
        if self.redacts is not None:
            shown["redacts"] = self.redacts
        if self.redacted_because is not None:
            unsigned["redacted_because"] = self.redacted_because.as_dict()
        shown["unsigned"] = unsigned
        return shown

    @cached_property
    def wire(self) -> orjson.Fragment:
        """The same, serialised once however many clients read it."""
        return orjson.Fragment(orjson.dumps(self.as_dict()))

    def wire_for(self, device: "Device") -> orjson.Fragment | Content:
        """As `wire`, with the transaction ID for the device that sent it."""
        if self.device is not device or self.txn_id is None:
            return self.wire
        shown = self.as_dict()
        shown["unsigned"] = {**shown["unsigned"], "transaction_id": self.txn_id}
        return shown

    def redact(self, because: "Event") -> None:
        """Strip the content to what redactions leave (room version 11)."""
        kept = _KEPT.get(self.type, ())
        self.content = {key: value for key, value in self.content.items() if kept == "*" or key in kept}
        self.redacted_because = because
        self.__dict__.pop("wire", None)


_KEPT: dict[str, Iterable[str]] = {
    "m.room.create": "*",
    "m.room.member": ("membership",),
    "m.room.join_rules": ("join_rule", "allow"),
    "m.room.power_levels": ("ban", "events", "events_default", "kick", "redact", "state_default", "users", "invite"),
    "m.room.history_visibility": ("history_visibility",),
    "m.room.redaction": ("redacts",),
}


@dataclass
class Stay:
    """One stay of a person in a room, in positions; `left` is None while it lasts."""

    invited: int
    joined: int
    left: int | None = None


@dataclass(eq=False)
class Room:
    """A room: its timeline, its current state, and who was in it when."""

    id: str
    timeline: list[Event] = field(default_factory=list)
    state: dict[StateKey, Event] = field(default_factory=dict)
    state_log: list[Event] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)
    stays: dict[str, list[Stay]] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    aliases: list[str] = field(default_factory=list)

    @property
    def position(self) -> int:
        """Where in the stream the newest event of this room is."""
        return self.timeline[-1].position if self.timeline else 0

    def content(self, event_type: str, state_key: str = "") -> Content:
        """The content of a state event, empty when it was never set."""
        event = self.state.get((event_type, state_key))
        return event.content if event else {}

    def add(self, event: Event) -> None:
        """Append an event and apply it, when it is state."""
        self.timeline.append(event)
        if event.state_key is None:
            return
        key = (event.type, event.state_key)
        event.replaces = self.state.get(key)
        self.state[key] = event
        self.state_log.append(event)
        if event.type == "m.room.member":
            self._change_member(event, event.state_key)

    def _change_member(self, event: Event, user_id: str) -> None:
        before = self.members.get(user_id)
        now = self.members[user_id] = event.content["membership"]
        if now == "join" and before != "join":
            previous = event.replaces
            invited = previous.position if previous and before == "invite" else event.position
            self.stays.setdefault(user_id, []).append(Stay(invited, event.position))
            self.joined.add(user_id)
        elif now != "join" and before == "join":
            self.stays[user_id][-1].left = event.position
            self.joined.discard(user_id)

    def state_before(self, position: int) -> dict[StateKey, Event]:
        """The state just before the event at this position; work grows with the state changes since only."""
        state = dict(self.state)
        first = bisect_right(self.state_log, position - 1, key=BY_POSITION)
        for event in reversed(self.state_log[first:]):
            key = (event.type, event.state_key or "")
            if event.replaces is not None:
                state[key] = event.replaces
            else:
                del state[key]
        return state

    def state_between(self, after: int, before: int) -> dict[StateKey, Event]:
        """What changed in the state after one position and before another."""
        first = bisect_right(self.state_log, after, key=BY_POSITION)
        last = bisect_right(self.state_log, before - 1, key=BY_POSITION)
        return {(event.type, event.state_key or ""): event for event in self.state_log[first:last]}

    def sees(self, user_id: str, event: Event) -> bool:
        """Whether history visibility lets this person see the event.

        The room's present rule is taken for all of its past.
        """
        if event.type == "m.room.member" and event.state_key == user_id:
            return True
        rule = self.content("m.room.history_visibility").get("history_visibility", "shared")
        stays = self.stays.get(user_id, [])
        if rule == "world_readable":
            return True
        if rule == "shared":
            return bool(stays) and event.position <= (stays[-1].left or event.position)
        return any(
            (stay.invited if rule == "invited" else stay.joined) <= event.position <= (stay.left or event.position)
            for stay in stays
        )

    def level(self, user_id: str) -> int:
        """The power level of a person."""
        create = self.state.get(("m.room.create", ""))
        if create is not None and create.sender == user_id and creators_rule(create.content.get("room_version")):
            return INFINITE_LEVEL
        levels = self.content("m.room.power_levels")
        return int(levels.get("users", {}).get(user_id, levels.get("users_default", 0)))

    def needed(self, action: str, default: int) -> int:
        """The power level an action (kick, invite, redact) takes."""
        return int(self.content("m.room.power_levels").get(action, default))

    def needed_for(self, event_type: str, *, state: bool) -> int:
        """The power level it takes to send an event of this type."""
        levels = self.content("m.room.power_levels")
        default = levels.get("state_default", 50) if state else levels.get("events_default", 0)
        return int(levels.get("events", {}).get(event_type, default))


@dataclass(eq=False)
class Device:
    """A device of an account: transaction IDs, messages and keys live and die with it."""

    account: "Account"
    id: str
    tokens: set[str] = field(default_factory=set)
    transactions: dict[tuple[str, str], str] = field(default_factory=dict)
    to_device: list[tuple[int, Content]] = field(default_factory=list)
    one_time_keys: dict[str, Content] = field(default_factory=dict)
    fallback_keys: dict[str, Content] = field(default_factory=dict)
    keys: Content | None = None
    display_name: str | None = None
    unused_fallback_types: set[str] = field(default_factory=set)
    members_told: dict[str, set[str]] = field(default_factory=dict)
    since_before: int | None = None

    @property
    def key_counts(self) -> dict[str, int]:
        """How many one-time keys are left, by algorithm."""
        counts = {"signed_curve25519": 0}
        for name in self.one_time_keys:
            algorithm = name.partition(":")[0]
            counts[algorithm] = counts.get(algorithm, 0) + 1
        return counts


@dataclass(eq=False)
class Account:
    """A person (or bot) with devices; `synced` is the highest `since` any of its clients has sent.

    `cross_signing` holds the keys as uploaded (master_key, self_signing_key, user_signing_key), `signatures` what this
    person signed later: (user ID, device ID or public key) -> key ID -> signature.
    """

    user_id: str
    password: str
    profile: dict[str, str] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    filters: list[Content] = field(default_factory=list)
    account_data: dict[str, tuple[int, Content]] = field(default_factory=dict)
    cross_signing: dict[str, Content] = field(default_factory=dict)
    signatures: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    key_names: set[str] = field(default_factory=set)
    joined: dict[str, Room] = field(default_factory=dict)
    invited: dict[str, Room] = field(default_factory=dict)
    left: dict[str, Room] = field(default_factory=dict)
    synced: int = 0

    def enter(self, room: Room, membership: str) -> None:
        """Note the membership in a room; knocks and bans count as being out."""
        for rooms in (self.joined, self.invited, self.left):
            rooms.pop(room.id, None)
        {"join": self.joined, "invite": self.invited}.get(membership, self.left)[room.id] = room
