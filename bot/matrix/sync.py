"""One sync response, decrypted, its gaps walked back: everything new since our position, in the homeserver's order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import structlog

from bot.matrix import events
from bot.matrix.client import Client
from bot.matrix.errors import Rejected, Unreachable
from bot.matrix.shape import Json, events_in, mapping, shaped

_log = structlog.get_logger(__name__)

TIMELINE_LIMIT = 100
GAP_PAGE = 500
MOST_GAP_PAGES = 200

_ENCRYPTED = ("m.room.message", "m.reaction")
"""What may stand inside of an encrypted event: a redaction there would be one that no homeserver has checked."""
_STATE = ("m.room.encryption", "m.room.member", "m.room.create", "m.room.tombstone")

FILTER: Json = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "timeline": {"limit": TIMELINE_LIMIT, "lazy_load_members": True},
        "state": {"lazy_load_members": True, "types": list(_STATE)},
        "ephemeral": {"types": []},
        "account_data": {"types": []},
    },
}


@dataclass(frozen=True, kw_only=True)
class RoomNews:
    """What changed about a room. None: nothing was said. `predecessor` is the room that it says it replaces."""

    joined: bool
    encrypted: bool | None = None
    members: int | None = None
    predecessor: str | None = None


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Somebody invites the bot; `direct` as the inviter's client declares it."""

    room_id: str
    inviter: str
    direct: bool


@dataclass(frozen=True, kw_only=True)
class Upgrade:
    """A room was replaced by another one (m.room.tombstone); `sender` did it, and is in both."""

    room_id: str
    replacement: str
    sender: str


@dataclass(kw_only=True)
class Batch:
    """Everything between our position and `next_batch`. `echoes` are (transaction ID, event ID) of our own events."""

    next_batch: str
    incoming: list[events.Incoming] = field(default_factory=list)
    echoes: list[tuple[str, str]] = field(default_factory=list)
    rooms: dict[str, RoomNews] = field(default_factory=dict)
    invitations: list[Invitation] = field(default_factory=list)
    upgrades: list[Upgrade] = field(default_factory=list)


async def receive(client: Client, since: str | None, *, joined: Collection[str], timeout_ms: int) -> Batch:
    """Ask once for what is new since our position; waits up to `timeout_ms`. Raises MatrixError; then nothing is lost.

    Without a position (the very first start) the past is not answered, only invitations are. `joined` are the rooms
    the bot was in at `since`; in any other, what counts begins with its invitation.
    """
    uploads = client.crypto.own.uploads if client.crypto is not None else 0
    response = shaped(await client.sync(since, timeout_ms=timeout_ms, sync_filter=FILTER))
    if not isinstance(response["next_batch"], str):
        raise Unreachable("sync response without next_batch")
    batch = Batch(next_batch=response["next_batch"])
    if client.crypto is not None:
        await client.crypto.receive(response, uploads=uploads)
    for room_id, room in response["rooms"]["join"].items():
        await _joined(client, room_id, room, since, batch, is_new=room_id not in joined)
    for room_id in response["rooms"]["leave"]:
        batch.rooms[room_id] = RoomNews(joined=False)
    for room_id, room in response["rooms"]["invite"].items():
        invitation = _invitation(client.user_id, room_id, room)
        if invitation is not None:
            batch.invitations.append(invitation)
    return batch


async def _joined(client: Client, room_id: str, room: Json, since: str | None, batch: Batch, *, is_new: bool) -> None:
    timeline = room["timeline"]
    found = timeline["events"]
    members = room["summary"].get("m.joined_member_count")
    encrypted = any(
        each["type"] == "m.room.encryption" and each.get("state_key") == ""
        for each in (*room["state"]["events"], *found)
    )
    batch.rooms[room_id] = RoomNews(
        joined=True,
        encrypted=True if encrypted else None,
        members=members if isinstance(members, int) else None,
        predecessor=_predecessor((*room["state"]["events"], *found)),
    )
    upgrade = _upgrade(room_id, (*room["state"]["events"], *found))
    if upgrade is not None:
        batch.upgrades.append(upgrade)
    if since is None:
        return
    if timeline["limited"]:
        found = await _gap(client, room_id, start=timeline["prev_batch"], since=None if is_new else since) + found
    new = _meant_for(client.user_id, found, is_new=is_new)
    if client.crypto is not None:
        await client.crypto.know(_who_encrypts(new, client.user_id))
    for event in new:
        if event.get("sender") == client.user_id:
            echo = events.own_echo(event, client.user_id)
            if echo is not None:
                batch.echoes.append(echo)
            continue
        incoming = readable(client, room_id, event)
        if incoming is not None:
            batch.incoming.append(incoming)


def _predecessor(found: Sequence[Json]) -> str | None:
    for event in found:
        if event["type"] == "m.room.create" and event.get("state_key") == "":
            room_id = mapping(event["content"], "predecessor").get("room_id")
            return room_id if isinstance(room_id, str) else None
    return None


def _upgrade(room_id: str, found: Sequence[Json]) -> Upgrade | None:
    for event in reversed(found):
        if event["type"] == "m.room.tombstone" and event.get("state_key") == "":
            replacement, sender = event["content"].get("replacement_room"), event.get("sender")
            if isinstance(replacement, str) and isinstance(sender, str) and replacement != room_id:
                return Upgrade(room_id=room_id, replacement=replacement, sender=sender)
            return None
    return None


def readable(client: Client, room_id: str, event: Json) -> events.Incoming | None:
    """Our view of an event, decrypted where it is encrypted and can be read; None where it cannot concern the bot."""
    if event.get("type") != "m.room.encrypted" or client.crypto is None:
        return events.incoming(room_id, event)
    clear = client.crypto.decrypt(room_id, event)
    if clear is None:
        return events.incoming(room_id, event)
    if clear.type not in _ENCRYPTED:
        return None
    return events.incoming(room_id, {**event, "type": clear.type, "content": clear.content}, origin=clear.origin)


def _who_encrypts(found: list[Json], user_id: str) -> set[str]:
    senders = {event.get("sender") for event in found if event.get("type") == "m.room.encrypted"}
    return {sender for sender in senders if isinstance(sender, str) and sender != user_id}


async def _gap(client: Client, room_id: str, *, start: str | None, since: str | None) -> list[Json]:
    """The events a `limited` timeline left out, oldest first (client-server API, Syncing).

    Ends at our position, at our invitation, or where the room's history is closed to us.
    """
    newest_first: list[Json] = []
    for _ in range(MOST_GAP_PAGES):
        if not start:
            break
        try:
            page = await client.messages(room_id, start=start, end=since, limit=GAP_PAGE)
        except Rejected as error:
            _log.warning("gap_closed", room=room_id, error=str(error))
            break  # left or forbidden meanwhile: no more to be had
        chunk = events_in(page, "chunk")
        newest_first += chunk
        end = page.get("end")
        start = end if page.get("chunk") and isinstance(end, str) and end != start else None
        if any(events.is_membership_of(event, client.user_id, "invite") for event in chunk):
            break
    return newest_first[::-1]


def _meant_for(user_id: str, found: list[Json], *, is_new: bool) -> list[Json]:
    """The events after the bot's own invitation, where that is among them: what came before was not for it.

    In a room that is new to it and that nobody invited it to, the events after its joining.
    """
    for memberships in (("invite",), ("join",)) if is_new else (("invite",),):
        for index in range(len(found) - 1, -1, -1):
            if events.is_membership_of(found[index], user_id, *memberships):
                return found[index + 1 :]
    return found


def _invitation(user_id: str, room_id: str, room: Json) -> Invitation | None:
    for event in room["invite_state"]["events"]:
        if events.is_membership_of(event, user_id, "invite") and isinstance(event.get("sender"), str):
            return Invitation(
                room_id=room_id, inviter=event["sender"], direct=mapping(event, "content").get("is_direct") is True
            )
    return None
