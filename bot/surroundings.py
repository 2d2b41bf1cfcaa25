"""Who is who and which room is which: read once, and again whenever something may have changed it."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from storage import roles, rooms
from storage.roles import Roles
from storage.tables import Room, RoomKind

DIRECT_MEMBERS = 2


@dataclass(frozen=True)
class Known:
    """Roles by user ID; what each room is for, and the number of the group whose room it is, by room ID.

    `replaced` names the room that counts now for each room that was upgraded.
    """

    roles: dict[str, Roles]
    rooms: dict[str, tuple[RoomKind, int | None]]
    replaced: dict[str, str]


class Surroundings:
    """The one copy in memory; whoever writes rooms or roles calls `changed()`."""

    def __init__(self) -> None:
        self._known: Known | None = None

    def changed(self) -> None:
        """Forget what was read."""
        self._known = None

    async def known(self, session: AsyncSession) -> Known:
        """What the database says, as of the last change."""
        if self._known is None:
            every = await rooms.known(session)
            self._known = Known(
                await roles.everybody(session),
                {room_id: (_kind(room), room.group_number) for room_id, room in every.items()},
                await rooms.replacements(session),
            )
        return self._known


def _kind(room: Room) -> RoomKind:
    """What the room is for now: a direct chat that a third person joined is none any more."""
    if room.kind is RoomKind.DIRECT and (room.members or 0) > DIRECT_MEMBERS:
        return RoomKind.OTHER
    return room.kind
