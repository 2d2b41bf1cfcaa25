"""The rooms of the project on a throw-away homeserver: a space, and in it one room for each circle of people."""

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import resources

from bot.demo.people import Person

SPACE = "CIO-Projekt"
PLENARY = "Plenum"
COORDINATION = "Koordination"


@dataclass(frozen=True)
class Rooms:
    """The IDs of the project's rooms."""

    space: str
    plenary: str
    groups: tuple[str, ...]
    """The working groups in their order: `groups[0]` is AG 1."""
    coordination: str

    @property
    def all(self) -> tuple[str, ...]:
        """Every room that people talk in, so without the space."""
        return (self.plenary, *self.groups, self.coordination)


def group_names() -> tuple[str, ...]:
    """The names of the working groups as the bot's first content has them, such as "AG 4 Kommunikation"."""
    project = tomllib.loads((resources.files("storage") / "seed" / "project.toml").read_text("utf-8"))
    return tuple(f"AG {group['number']} {group['name']}" for group in project["group"])


async def create(owner: Person, groups: Sequence[str] | None = None, *, invite: Collection[str] = ()) -> Rooms:
    """Create the space and its rooms, and invite `invite` (user IDs) to each room; the owner is in all of them.

    `groups` are the names of the working groups, `group_names()` unless given. Whoever is in the space may enter
    the plenary and the groups by themselves; the coordination room is for the invited (client-server API,
    "Restricted rooms" and "Spaces"). Raises MatrixError.
    """
    names = group_names() if groups is None else groups
    space = await owner.create_room(SPACE, space=True)
    ids = [
        await _create_in(owner, space, name, order=order, invite=invite)
        for order, name in enumerate((PLENARY, *names, COORDINATION))
    ]
    return Rooms(space=space, plenary=ids[0], groups=tuple(ids[1:-1]), coordination=ids[-1])


async def admit(owner: Person, person: Person, rooms: Rooms, *chosen: str) -> None:
    """Let a person into the space and into the chosen rooms (without a choice: into all but the coordination).

    Raises MatrixError.
    """
    await owner.invite(rooms.space, person.user_id)
    await person.join(rooms.space)
    for room in chosen or (rooms.plenary, *rooms.groups):
        if room == rooms.coordination:
            await owner.invite(room, person.user_id)
        await person.join(room)


async def _create_in(owner: Person, space: str, name: str, *, order: int, invite: Collection[str]) -> str:
    via = [owner.user_id.partition(":")[2]]
    parent = {"type": "m.space.parent", "state_key": space, "content": {"via": via, "canonical": True}}
    open_to_the_space = {
        "type": "m.room.join_rules",
        "state_key": "",
        "content": {
            "join_rule": "restricted",
            "allow": [{"type": "m.room_membership", "room_id": space}],
        },
    }
    state = [parent] if name == COORDINATION else [parent, open_to_the_space]
    room = await owner.create_room(name, invite=invite, state=state)
    child = {"via": via, "order": f"{order:02}", "suggested": name != COORDINATION}
    await owner.put_state(space, "m.space.child", child, room)
    return room
