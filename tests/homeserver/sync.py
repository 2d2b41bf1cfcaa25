"""What `/sync` and `/messages` answer (client-server API, sections 6.4 and 10.5.4)."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from operator import itemgetter

from .model import BY_POSITION, Account, Content, Device, Event, MatrixError, Room, StateKey, forbidden
from .world import World

Test = Callable[[Event], bool]
_STRIPPED = ("m.room.create", "m.room.join_rules", "m.room.name", "m.room.canonical_alias", "m.room.encryption")


def token_position(token: str) -> int:
    """Where in the stream a token points; M_INVALID_PARAM when it is none of ours."""
    if token[:1] not in {"s", "t"} or not token[1:].isdigit():
        raise MatrixError(400, "M_INVALID_PARAM", f"Invalid token: {token}")
    return int(token[1:])


@dataclass(frozen=True)
class Filter:
    """The parts of a filter that are understood; the rest is ignored."""

    limit: int = 10
    timeline: Content = field(default_factory=dict)
    state: Content = field(default_factory=dict)
    rooms: Content = field(default_factory=dict)
    lazy: bool = False

    @classmethod
    def of(cls, given: Content, cap: int | None) -> "Filter":
        """Read a filter as uploaded or given inline; `cap` is the server's own limit for timelines."""
        rooms = given.get("room", {})
        timeline = rooms.get("timeline", {})
        state = rooms.get("state", {})
        limit = max(1, min(int(timeline.get("limit", 10)), 100 if cap is None else cap))
        return cls(limit, timeline, state, rooms, bool(state.get("lazy_load_members")))

    def room(self, room_id: str) -> bool:
        return room_id not in self.rooms.get("not_rooms", ()) and room_id in self.rooms.get("rooms", (room_id,))


def passes(rule: Content, event: Event) -> bool:
    """Whether an event passes the types and senders of a filter."""
    if not rule:
        return True
    if event.sender in rule.get("not_senders", ()) or event.sender not in rule.get("senders", (event.sender,)):
        return False
    if any(fnmatchcase(event.type, pattern) for pattern in rule.get("not_types", ())):
        return False
    return "types" not in rule or any(fnmatchcase(event.type, pattern) for pattern in rule["types"])


def newest(room: Room, *, after: int, upto: int, limit: int, wanted: Test) -> tuple[list[Event], bool]:
    """The newest events of a stretch in order, and whether there were more."""
    events: list[Event] = []
    for index in range(bisect_right(room.timeline, upto, key=BY_POSITION) - 1, -1, -1):
        event = room.timeline[index]
        if event.position <= after:
            break
        if wanted(event):
            if len(events) == limit:
                return events[::-1], True
            events.append(event)
    return events[::-1], False


def sync(world: World, device: Device, since: int | None, wish: Filter, *, full_state: bool) -> Content | None:
    """The answer to `/sync`, or None when there is nothing to tell since then."""
    me = device.account
    after = since or 0
    first = since is None
    if first or full_state:
        device.members_told.clear()
    join = {
        room.id: entry
        for room in me.joined.values()
        if (first or full_state or room.position > after)
        and wish.room(room.id)
        and (entry := _joined(room, device, since, wish, full_state=full_state)) is not None
    }
    invite = {
        room.id: {"invite_state": {"events": _stripped(room, me.user_id)}}
        for room in me.invited.values()
        if room.state["m.room.member", me.user_id].position > after and wish.room(room.id)
    }
    leave = {
        room.id: _left(room, device, after, wish)
        for room in me.left.values()
        if not first and room.state["m.room.member", me.user_id].position > after and wish.room(room.id)
    }
    device.to_device[:] = [waiting for waiting in device.to_device if waiting[0] > after]
    account_data = [{"type": kind, "content": content} for kind, (at, content) in me.account_data.items() if at > after]
    changed, gone = ([], []) if first else _device_lists(world, me, after)
    if not (first or full_state or join or invite or leave or device.to_device or account_data or changed or gone):
        return None
    return nothing_new(world, device) | {
        "rooms": {"join": join, "invite": invite, "leave": leave},
        "to_device": {"events": [event for _, event in device.to_device]},
        "account_data": {"events": account_data},
        "device_lists": {"changed": changed, "left": gone},
    }


def nothing_new(world: World, device: Device) -> Content:
    """The answer when a long poll ran out."""
    return {
        "next_batch": f"s{world.position}",
        "device_one_time_keys_count": device.key_counts,
        "device_unused_fallback_key_types": sorted(device.unused_fallback_types),
    }


def _joined(room: Room, device: Device, since: int | None, wish: Filter, *, full_state: bool) -> Content | None:
    me = device.account.user_id
    new = since is None or room.stays[me][-1].joined > since
    after = 0 if new or since is None else since
    events, limited = newest(
        room,
        after=after,
        upto=room.position,
        limit=wish.limit,
        wanted=lambda event: passes(wish.timeline, event) and room.sees(me, event),
    )
    start = events[0].position if events else room.position + 1
    state: dict[StateKey, Event] = {}
    if new or full_state or limited:  # the state before the timeline, and what the filter keeps out of it
        told_by_timeline = {event.event_id for event in events if event.state_key is not None}
        later = room.state if new or full_state else room.state_between(after, room.position + 1)
        state = room.state_before(start) if new or full_state else room.state_between(after, start)
        state |= {key: event for key, event in later.items() if event.event_id not in told_by_timeline}
    senders = {event.sender for event in events}
    if wish.lazy:
        told = device.members_told.setdefault(room.id, set())
        if new or full_state:
            kept = senders | {me}
            state = {key: event for key, event in state.items() if key[0] != "m.room.member" or key[1] in kept}
        else:
            for sender in senders - told:
                if ("m.room.member", sender) in room.state:
                    state["m.room.member", sender] = room.state["m.room.member", sender]
        told |= senders
    shown = [event.wire for event in state.values() if passes(wish.state, event)]
    if not (events or shown or new or full_state):
        return None
    count_changed = new or full_state or limited or any(event.type == "m.room.member" for event in events)
    return {
        "timeline": {
            "events": [event.wire_for(device) for event in events],
            "limited": limited,
            "prev_batch": f"t{start - 1}",
        },
        "state": {"events": shown},
        "account_data": {"events": []},
        "ephemeral": {"events": []},
        "unread_notifications": {},
        "summary": _summary(room, me) if count_changed else {},
    }


def _summary(room: Room, me: str) -> Content:
    others = (user for user, membership in room.members.items() if user != me and membership in {"join", "invite"})
    return {
        "m.joined_member_count": len(room.joined),
        "m.invited_member_count": sum(membership == "invite" for membership in room.members.values()),
        "m.heroes": [user for user, _ in zip(others, range(5), strict=False)],
    }


def _left(room: Room, device: Device, after: int, wish: Filter) -> Content:
    me = device.account.user_id
    events, limited = newest(
        room,
        after=after,
        upto=room.state["m.room.member", me].position,
        limit=wish.limit,
        wanted=lambda event: passes(wish.timeline, event) and room.sees(me, event),
    )
    start = events[0].position if events else after + 1
    return {
        "timeline": {
            "events": [event.wire_for(device) for event in events],
            "limited": limited,
            "prev_batch": f"t{start - 1}",
        },
        "state": {"events": []},
    }


def _stripped(room: Room, me: str) -> list[Content]:
    inviter = room.state["m.room.member", me].sender
    keys = [(kind, "") for kind in _STRIPPED] + [("m.room.member", inviter), ("m.room.member", me)]
    return [
        {"type": event.type, "state_key": event.state_key, "sender": event.sender, "content": event.content}
        for key in dict.fromkeys(keys)
        if (event := room.state.get(key)) is not None
    ]


def _device_lists(world: World, me: Account, after: int) -> tuple[list[str], list[str]]:
    """Whose keys to ask for anew, and who shares no room with me any more (section 11.14.4).

    As on Synapse new are all members of rooms I entered, and all who entered or were invited to one of mine.
    """
    with_keys = set(_since(world.key_changes, after))
    changed = {target for signer, target in _signed_since(world.signature_changes, after) if signer == me.user_id}
    lost: set[str] = set()
    for room in me.joined.values():
        if room.position <= after:
            continue
        if room.stays[me.user_id][-1].joined > after:
            changed |= room.joined
        entered, left = _moves(room, after)
        changed |= entered
        lost |= left
    for room in me.left.values():
        if (
            room.state["m.room.member", me.user_id].position > after
            and _membership_at(room, me.user_id, after) == "join"
        ):
            lost |= room.joined
    if with_keys or lost:
        near = {user_id for room in me.joined.values() for user_id in room.joined} | {me.user_id}
        changed |= with_keys & near
        lost -= near
    return sorted(changed), sorted(lost)


def _moves(room: Room, after: int) -> tuple[set[str], set[str]]:
    """Who entered a room (or was invited, or knocks), and who left it."""
    entered: set[str] = set()
    left: set[str] = set()
    for (kind, user_id), event in room.state_between(after, room.position + 1).items():
        if kind != "m.room.member":
            continue
        before, now = _membership_at(room, user_id, after), event.content["membership"]
        if now in {"join", "invite", "knock"} and now != before:
            entered.add(user_id)
        elif now in {"leave", "ban"} and before == "join":
            left.add(user_id)
    return entered, left


def _since(changes: list[tuple[int, str]], after: int) -> list[str]:
    return [user_id for _, user_id in changes[bisect_right(changes, after, key=itemgetter(0)) :]]


def _signed_since(changes: list[tuple[int, str, str]], after: int) -> list[tuple[str, str]]:
    return [change[1:] for change in changes[bisect_right(changes, after, key=itemgetter(0)) :]]


def _membership_at(room: Room, user_id: str, position: int) -> str | None:
    event = room.state.get(("m.room.member", user_id))
    while event is not None and event.position > position:
        event = event.replaces
    return None if event is None else str(event.content["membership"])


def messages(world: World, room: Room, device: Device, query: dict[str, str], rule: Content) -> Content:
    """The answer to `/messages`; as on Synapse `end` is missing only where the chunk is empty."""
    me = device.account.user_id
    if (
        not room.stays.get(me)
        and room.content("m.room.history_visibility").get("history_visibility") != "world_readable"
    ):
        raise forbidden(f"User {me} not in room {room.id}")
    backwards = query.get("dir", "f") == "b"
    start = token_position(query["from"]) if query.get("from") else (world.position if backwards else 0)
    edge = token_position(query["to"]) if query.get("to") else None
    limit = max(1, min(int(query.get("limit", 10)), 1000))
    first = bisect_right(room.timeline, start, key=BY_POSITION)
    indexes = range(first - 1, -1, -1) if backwards else range(first, len(room.timeline))
    chunk: list[Event] = []
    for index in indexes:
        event = room.timeline[index]
        if edge is not None and (event.position <= edge if backwards else event.position > edge):
            break
        if passes(rule, event) and room.sees(me, event):
            chunk.append(event)
            if len(chunk) == limit:
                break
    answer: Content = {"start": f"t{start}", "chunk": [event.as_dict() | {"room_id": room.id} for event in chunk]}
    if chunk:
        answer["end"] = f"t{chunk[-1].position - 1}" if backwards else f"t{chunk[-1].position}"
    if rule.get("lazy_load_members"):
        senders = dict.fromkeys(event.sender for event in chunk)
        members = (room.state.get(("m.room.member", sender)) for sender in senders)
        answer["state"] = [event.as_dict() | {"room_id": room.id} for event in members if event]
    return answer
