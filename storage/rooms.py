"""The rooms the bot knows: what each is for, whether it is in it, whether it is encrypted."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.tables import (
    Attendance,
    CalendarSeries,
    DigestWindow,
    Draft,
    Notice,
    OutboxRow,
    OutboxState,
    Room,
    RoomKind,
    Subscription,
)


async def known(session: AsyncSession) -> dict[str, Room]:
    """All rooms, by room ID."""
    return {room.room_id: room for room in await session.scalars(select(Room))}


async def note(session: AsyncSession, room_id: str, **what: bool | int | str | RoomKind) -> None:
    """Note what the homeserver says of a room (`joined`, `replaced_by`, …) or what it is for (`kind`)."""
    statement = upsert(Room).values(room_id=room_id, **{"kind": RoomKind.OTHER, "joined": False, **what})
    await session.execute(statement.on_conflict_do_update(index_elements=[Room.room_id], set_=what))


async def bind(session: AsyncSession, bindings: Mapping[str, tuple[RoomKind, int | None]]) -> None:
    """Make the configured rooms what the configuration says; rooms that are no longer in it become `other`.

    A room that was upgraded stands for the one that replaced it.
    """
    replaced = await replacements(session)
    now = {replaced.get(room_id, room_id): binding for room_id, binding in bindings.items()}
    await session.execute(
        update(Room)
        .where(Room.kind.in_([RoomKind.PLENARY, RoomKind.COORDINATION, RoomKind.GROUP]))
        .where(Room.room_id.not_in(list(now)))
        .values(kind=RoomKind.OTHER, group_number=None)
    )
    for room_id, (kind, group_number) in now.items():
        binding = {"kind": kind, "group_number": group_number}
        await session.execute(
            upsert(Room)
            .values(room_id=room_id, joined=False, encrypted=False, **binding)
            .on_conflict_do_update(index_elements=[Room.room_id], set_=binding)
        )


async def replacements(session: AsyncSession) -> dict[str, str]:
    """For each room that was upgraded, the room that counts now (at the end, if it was upgraded again)."""
    new = aliased(Room)
    agreed = (new.room_id == Room.replaced_by) & (new.predecessor == Room.room_id)
    pairs = await session.execute(select(Room.room_id, new.room_id).join(new, agreed))
    step = {pair[0]: pair[1] for pair in pairs}
    last: dict[str, str] = {}
    for room_id in step:
        seen = {room_id}
        current = room_id
        while current in step and step[current] not in seen:
            current = step[current]
            seen.add(current)
        last[room_id] = current
    return last


async def follow_upgrades(session: AsyncSession) -> None:
    """Make each room that replaces another what that was, and told of what that was told."""
    every = await known(session)
    for old, new in (await replacements(session)).items():
        room = every[old]
        if room.kind is not RoomKind.OTHER:
            await note(session, old, kind=RoomKind.OTHER)
            await note(session, new, kind=room.kind)
            await session.execute(update(Room).where(Room.room_id == new).values(group_number=room.group_number))
            await session.execute(update(Room).where(Room.room_id == old).values(group_number=None))
        for table in (Notice, DigestWindow, Draft, Attendance, Subscription):
            moved = update(table).where(table.room_id == old).values(room_id=new)
            await session.execute(moved.prefix_with("OR IGNORE"))
        for series in await session.scalars(select(CalendarSeries)):
            if old in series.rooms:
                series.rooms = list(dict.fromkeys(new if each == old else each for each in series.rooms))
        waiting = OutboxRow.room_id == old, OutboxRow.state != OutboxState.SENT
        await session.execute(update(OutboxRow).where(*waiting).values(room_id=new))


async def of_kind(session: AsyncSession, kind: RoomKind, *, group: int | None = None) -> Sequence[str]:
    """IDs of the rooms of a kind, and of one group where given."""
    statement = select(Room.room_id).where(Room.kind == kind).order_by(Room.room_id)
    if group is not None:
        statement = statement.where(Room.group_number == group)
    return (await session.scalars(statement)).all()


async def joined(session: AsyncSession, kinds: Collection[RoomKind]) -> Sequence[Room]:
    """The rooms of these kinds that the bot is in."""
    statement = select(Room).where(Room.kind.in_(kinds), Room.joined.is_(True)).order_by(Room.room_id)
    return (await session.scalars(statement)).all()


async def named(session: AsyncSession, name: str) -> Sequence[str]:
    """IDs of the rooms that the configuration calls "plenary", "coordination" or "group 3"."""
    kind, _, number = name.partition(" ")
    return await of_kind(session, RoomKind(kind), group=int(number) if number else None)


async def of_group(session: AsyncSession, group: int) -> str | None:
    """The room of a working group, or None where none is configured."""
    return next(iter(await of_kind(session, RoomKind.GROUP, group=group)), None)
