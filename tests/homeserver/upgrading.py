"""Room upgrades (client-server API, section 11.33), as Synapse does them."""

from .model import Account, Content, MatrixError, Room, creators_rule, forbidden
from .world import World, new_event_id

_COPIED = (
    "m.room.join_rules",
    "m.room.name",
    "m.room.topic",
    "m.room.history_visibility",
    "m.room.guest_access",
    "m.room.avatar",
    "m.room.encryption",
)
_VERSIONS = frozenset(map(str, range(1, 13)))


def upgrade(world: World, old: Room, account: Account, version: str) -> Room:
    """Replace a room: the new one has the state and the aliases, the old one a tombstone and few who may speak.

    Members are not moved. M_UNSUPPORTED_ROOM_VERSION for an unknown version, M_FORBIDDEN below the level.
    """
    me = account.user_id
    if version not in _VERSIONS:
        raise MatrixError(400, "M_UNSUPPORTED_ROOM_VERSION", "Your homeserver does not support this room version")
    if me not in old.joined or old.level(me) < old.needed_for("m.room.tombstone", state=True):
        raise forbidden("You don't have permission to upgrade this room")
    levels = old.content("m.room.power_levels")
    tombstone = new_event_id()
    new = world.create_room(account, _wish(old, version, tombstone))
    body = {"body": "This room has been replaced", "replacement_room": new.id}
    world.append(old, me, "m.room.tombstone", body, state_key="", event_id=tombstone)
    _move_aliases(world, old, new, me)
    silence = max(int(levels.get("users_default", 0)) + 1, 50)
    raised = {name: max(int(levels.get(name, 0)), silence) for name in ("invite", "events_default")}
    world.put_state(old, me, "m.room.power_levels", "", levels | raised)
    users = levels.get("users", {})
    if creators_rule(version):
        users = {user_id: level for user_id, level in users.items() if user_id != me}
    world.put_state(new, me, "m.room.power_levels", "", levels | {"users": users})
    for user_id, membership in old.members.items():
        if membership == "ban":
            world.set_member(new, me, user_id, "ban")
    return new


def _wish(old: Room, version: str, tombstone: str) -> Content:
    predecessor = {"room_id": old.id} | ({} if creators_rule(version) else {"event_id": tombstone})
    create = old.content("m.room.create")
    kept = {name: create[name] for name in ("type", "m.federate") if name in create}
    copied = [(kind, "") for kind in _COPIED]
    if create.get("type") == "m.space":
        copied += [(kind, key) for kind, key in old.state if kind == "m.space.child"]
    return {
        "room_version": version,
        "creation_content": kept | {"predecessor": predecessor},
        "initial_state": [
            {"type": kind, "state_key": key, "content": old.state[kind, key].content}
            for kind, key in copied
            if (kind, key) in old.state and (kind != "m.space.child" or old.state[kind, key].content)
        ],
    }


def _move_aliases(world: World, old: Room, new: Room, me: str) -> None:
    for alias in old.aliases:
        world.aliases[alias] = new.id
    new.aliases, old.aliases = old.aliases, []
    canonical = old.content("m.room.canonical_alias")
    if canonical:
        world.put_state(old, me, "m.room.canonical_alias", "", {})
        world.put_state(new, me, "m.room.canonical_alias", "", canonical)
