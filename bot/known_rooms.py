"""What the homeserver said of each room, kept in step with the database: who is in it, and what it is for."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.matrix.sync import Batch, RoomNews, Upgrade
from storage import rooms
from storage.tables import RoomKind

DIRECT_MEMBERS = 2


class KnownRooms:
    """The rooms as of the last sync that was stored. `encrypted` and `seen` are shared with whoever sends."""

    def __init__(self, *, encrypted: set[str], seen: set[str]) -> None:
        self._encrypted = encrypted
        self._seen = seen
        self._direct: set[str] = set()
        self._configured: set[str] = set()
        self._replaced: set[tuple[str, str]] = set()
        self._rooms: dict[str, RoomNews] = {}

    async def load(self, session: AsyncSession) -> None:
        """Take up the rooms where the last run left them."""
        for room_id, room in (await rooms.known(session)).items():
            self._rooms[room_id] = RoomNews(
                joined=room.joined, encrypted=room.encrypted, members=room.members, predecessor=room.predecessor
            )
            if room.replaced_by:
                self._replaced.add((room_id, room.replaced_by))
            if room.joined:
                self._seen.add(room_id)
            if room.encrypted:
                self._encrypted.add(room_id)
            if room.kind is RoomKind.DIRECT:
                self._direct.add(room_id)
            elif room.kind is not RoomKind.OTHER:
                self._configured.add(room_id)

    @property
    def joined(self) -> set[str]:
        """The rooms the bot is in."""
        return {room_id for room_id, room in self._rooms.items() if room.joined}

    def is_in(self, room_id: str) -> bool:
        """Whether the bot is in a room."""
        return room_id in self._rooms and self._rooms[room_id].joined

    def is_direct(self, room_id: str) -> bool:
        """A chat of two: called direct by whoever invited, or without a purpose and with two members."""
        members = self._rooms[room_id].members if room_id in self._rooms else None
        if members is not None and members > DIRECT_MEMBERS:
            return False
        return room_id in self._direct or (members == DIRECT_MEMBERS and room_id not in self._configured)

    def news(self, batch: Batch) -> Mapping[str, RoomNews]:
        """What a sync says that was not known."""
        return {room_id: each for room_id, each in batch.rooms.items() if self._is_news(room_id, each)}

    def upgrades(self, batch: Batch) -> list[Upgrade]:
        """The tombstones that were not known."""
        return [each for each in batch.upgrades if (each.room_id, each.replacement) not in self._replaced]

    def _is_news(self, room_id: str, each: RoomNews) -> bool:
        old = self._rooms.get(room_id)
        if old is None or old.joined != each.joined:
            return True
        if each.predecessor is not None and each.predecessor != old.predecessor:
            return True
        return (each.encrypted is not None and each.encrypted != old.encrypted) or (
            each.members is not None and each.members != old.members
        )

    @staticmethod
    async def note(session: AsyncSession, room_id: str, each: RoomNews) -> None:
        """Put news of a room into the database."""
        what: dict[str, bool | int | str | RoomKind] = {"joined": each.joined}
        if each.encrypted is not None:
            what["encrypted"] = each.encrypted
        if each.members is not None:
            what["members"] = each.members
        if each.predecessor is not None:
            what["predecessor"] = each.predecessor
        await rooms.note(session, room_id, **what)

    def remember(self, batch: Batch) -> None:
        """The news of a sync are stored."""
        for room_id, each in batch.rooms.items():
            self._remember(room_id, each)
        self._replaced.update((each.room_id, each.replacement) for each in batch.upgrades)
        for room_id, replacement in self._replaced:
            room = self._rooms.get(replacement)
            if room is not None and room.predecessor == room_id:
                for kinds in (self._direct, self._configured):
                    if room_id in kinds:
                        kinds.add(replacement)
        self._direct.update(
            each.room_id for each in batch.invitations if each.direct and each.room_id not in self._configured
        )

    def _remember(self, room_id: str, each: RoomNews) -> None:
        old = self._rooms.get(room_id)
        if old is not None:  # what was not said stays
            each = replace(
                each,
                encrypted=old.encrypted if each.encrypted is None else each.encrypted,
                members=old.members if each.members is None else each.members,
                predecessor=old.predecessor if each.predecessor is None else each.predecessor,
            )
        self._rooms[room_id] = each
        if each.joined:
            self._seen.add(room_id)
        else:
            self._seen.discard(room_id)
        if each.encrypted:
            self._encrypted.add(room_id)
