"""Which rooms are told of dates, by what names people know them, and how many people are in them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from storage import rooms
from storage.tables import Room, RoomKind

_NAMES = {
    RoomKind.PLENARY: "Plenum",
    RoomKind.COORDINATION: "Koordination",
    RoomKind.DIRECT: "ein Direktchat",
    RoomKind.OTHER: "ein weiterer Raum",
}
_SEVERAL = {"ein Direktchat": "Direktchats", "ein weiterer Raum": "weitere Räume"}


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Who will be told: names of rooms, and how many people are in them without the bot (None: unknown).

    Whoever is in several rooms is counted in each. `absent` names rooms the bot is not in.
    """

    names: tuple[str, ...]
    people: int | None
    absent: tuple[str, ...] = ()


async def audience(session: AsyncSession, room_ids: Sequence[str]) -> Audience:
    """Who is in these rooms."""
    known = await rooms.known(session)
    found = [known[room_id] for room_id in room_ids if room_id in known]
    counts = [room.members - 1 for room in found if room.members]
    return Audience(
        names=_counted([_name(room) for room in found]),
        people=sum(counts) if len(counts) == len(room_ids) else None,
        absent=tuple(_name(room) for room in found if not room.joined),
    )


def _counted(names: Sequence[str]) -> tuple[str, ...]:
    """These names in their order; where several rooms have the same, how many."""
    return tuple(f"{count} {_SEVERAL.get(name, name)}" if count > 1 else name for name, count in Counter(names).items())


def _name(room: Room) -> str:
    return f"AG {room.group_number}" if room.kind is RoomKind.GROUP else _NAMES[room.kind]
