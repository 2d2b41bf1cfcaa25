"""What encrypting for a room depends on: who is in it, and how often its key is to be changed."""

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bot.matrix.errors import Rejected
from bot.matrix.request import Request
from bot.matrix.shape import events_in, mapping

Json = dict[str, Any]

MEGOLM = "m.megolm.v1.aes-sha2"
_ROOMS = "/_matrix/client/v3/rooms"
_MOST_MESSAGES = 10_000
_MATTERS = {"m.room.member", "m.room.encryption", "m.room.history_visibility"}


@dataclass(kw_only=True)
class EncryptedRoom:
    """One room. `invited` people get keys unless the room's history is for members only (Room history visibility)."""

    algorithm: str
    rotate_after: int
    """So many messages go under one key (m.room.encryption, rotation_period_msgs)."""
    rotate_every: timedelta
    """So long is a key in use (rotation_period_ms)."""
    joined: set[str]
    invited: set[str]
    for_members_only: bool
    version: int
    """Another one after every change of who is in it; no two rooms or times share one."""

    @property
    def readers(self) -> set[str]:
        """Who is to read what is said now."""
        return self.joined if self.for_members_only else self.joined | self.invited


class EncryptedRooms:
    """The rooms we have written to in this run; asked for at the first message, kept up to date by sync."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._known: dict[str, EncryptedRoom] = {}
        self._asking: dict[str, bool] = {}
        """Rooms that are being asked for, and whether something happened in them meanwhile."""
        self._versions = itertools.count(1)

    async def get(self, room_id: str) -> EncryptedRoom:
        """A room as it is now. Raises MatrixError; Rejected where it is encrypted in a way nobody knows."""
        known = self._known.get(room_id)
        while known is None:
            self._asking[room_id] = False
            try:
                found = await self._asked_for(room_id)
            finally:
                changed = self._asking.pop(room_id)
            if not changed:  # else what was asked for may be older than what happened
                known = self._known[room_id] = found
        if known.algorithm != MEGOLM:
            raise Rejected(400, "AG4_UNKNOWN_ENCRYPTION", known.algorithm)
        return known

    async def _asked_for(self, room_id: str) -> EncryptedRoom:
        room = f"{_ROOMS}/{quote(room_id)}"
        members, encryption, visibility = await asyncio.gather(
            self._request("GET", f"{room}/members?not_membership=leave"),
            self._state(f"{room}/state/m.room.encryption/"),
            self._state(f"{room}/state/m.room.history_visibility/"),
        )
        found = EncryptedRoom(
            algorithm=MEGOLM,
            rotate_after=100,
            rotate_every=timedelta(days=7),
            joined=set(),
            invited=set(),
            for_members_only=visibility.get("history_visibility") == "joined",
            version=next(self._versions),
        )
        _encrypted(found, encryption)
        for event in events_in(members, "chunk"):
            _member(found, event)
        return found

    async def _state(self, path: str) -> Mapping[str, Any]:
        try:
            return await self._request("GET", path)
        except Rejected:
            return {}  # not set

    def follow(self, room_id: str, *, state: list[Json], timeline: list[Json], limited: bool) -> None:
        """Take note of what a sync says of a room; after a gap it is asked for anew."""
        matters = limited or any(
            event.get("type") in _MATTERS and "state_key" in event for event in (*state, *timeline)
        )
        if matters and room_id in self._asking:
            self._asking[room_id] = True
        known = self._known.get(room_id)
        if known is None:
            return
        if limited:
            del self._known[room_id]
            return
        version = next(self._versions)
        for event in (*state, *timeline):
            match event.get("type"):
                case "m.room.member":
                    _member(known, event)
                    known.version = version
                case "m.room.encryption" if event.get("state_key") == "":
                    _encrypted(known, event["content"])
                case "m.room.history_visibility" if event.get("state_key") == "":
                    known.for_members_only = event["content"].get("history_visibility") == "joined"
                    known.version = version
                case _:
                    pass

    def forget(self, room_id: str) -> None:
        """The bot has left the room."""
        self._known.pop(room_id, None)


def _member(room: EncryptedRoom, event: Json) -> None:
    user_id = event.get("state_key")
    if event.get("type") != "m.room.member" or not isinstance(user_id, str):
        return
    room.joined.discard(user_id)
    room.invited.discard(user_id)
    match mapping(event, "content").get("membership"):
        case "join":
            room.joined.add(user_id)
        case "invite":
            room.invited.add(user_id)
        case _:
            pass


def _encrypted(room: EncryptedRoom, content: Mapping[str, Any]) -> None:
    algorithm, messages, period = (
        content.get(key) for key in ("algorithm", "rotation_period_msgs", "rotation_period_ms")
    )
    if isinstance(algorithm, str):
        room.algorithm = algorithm
    if isinstance(messages, int) and messages > 0:
        room.rotate_after = min(messages, _MOST_MESSAGES)
    if isinstance(period, int) and 0 < period < timedelta(days=365).total_seconds() * 1000:
        room.rotate_every = timedelta(milliseconds=period)
