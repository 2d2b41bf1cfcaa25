"""The endpoints but `/sync`: each a function of the world and the call that returns the body of the answer."""

import secrets

import orjson

from .calls import Call, Routes
from .model import Content, Device, MatrixError, forbidden, not_found
from .sync import messages
from .upgrading import upgrade

route = Routes()

# sessions


@route("GET versions")
def versions(_call: Call) -> Content:
    return {"versions": ["v1.1", "v1.6", "v1.11", "v1.15"], "unstable_features": {}}


@route("GET login")
def login_flows(_call: Call) -> Content:
    return {"flows": [{"type": "m.login.password"}]}


@route("POST login")
def login(call: Call) -> Content:
    if call.body.get("type") != "m.login.password":
        raise MatrixError(400, "M_UNKNOWN", "Unknown login type")
    name = call.body.get("identifier", {}).get("user") or call.body.get("user", "")
    user_id = name if name.startswith("@") else f"@{name}:{call.world.server_name}"
    account = call.world.accounts.get(user_id)
    if account is None or account.password != call.body.get("password"):
        raise forbidden("Invalid username or password")
    return _session(call, user_id)


@route("POST register")
def register(call: Call) -> Content:
    if "auth" not in call.body:
        flows = [{"stages": ["m.login.dummy"]}]
        raise MatrixError(401, "M_UNAUTHORIZED", "Authenticate", flows=flows, params={}, session=secrets.token_hex(8))
    name = call.body.get("username") or secrets.token_hex(6)
    user_id = f"@{name}:{call.world.server_name}"
    if user_id in call.world.accounts:
        raise MatrixError(400, "M_USER_IN_USE", "User ID already taken.")
    call.world.account(user_id, call.body.get("password", ""))
    return {"user_id": user_id} if call.body.get("inhibit_login") else _session(call, user_id)


def _session(call: Call, user_id: str) -> Content:
    known = set(call.world.accounts[user_id].devices)
    device, token = call.world.log_in(call.world.accounts[user_id], call.body.get("device_id"))
    if device.id not in known:
        device.display_name = call.body.get("initial_device_display_name")
    home = call.world.server_name
    return {"user_id": user_id, "device_id": device.id, "access_token": token, "home_server": home}


@route("POST logout")
def logout(call: Call) -> Content:
    call.world.log_out(call.device)
    return {}


@route("GET account/whoami")
def whoami(call: Call) -> Content:
    return {"user_id": call.me, "device_id": call.device.id, "is_guest": False}


@route("GET devices")
def devices(call: Call) -> Content:
    return {"devices": [_shown(device) for device in call.device.account.devices.values()]}


def _shown(device: Device) -> Content:
    seen = {"last_seen_ip": "127.0.0.1", "last_seen_ts": 0}
    return {"device_id": device.id, "display_name": device.display_name or "", **seen}


@route("GET devices/{}")
def get_device(call: Call, device_id: str) -> Content:
    return _shown(_own_device(call, device_id))


@route("PUT devices/{}")
def put_device(call: Call, device_id: str) -> Content:
    _own_device(call, device_id).display_name = call.body.get("display_name")
    call.world.keys_changed(call.device.account)
    return {}


@route("DELETE devices/{}")
def delete_device(call: Call, device_id: str) -> Content:
    """Wants the password; a device that is gone already is no error."""
    return _delete(call, [device_id])


@route("POST delete_devices")
def delete_devices(call: Call) -> Content:
    return _delete(call, call.body["devices"])


def _delete(call: Call, device_ids: list[str]) -> Content:
    call.authenticate()
    devices = call.device.account.devices
    for device_id in device_ids:
        if device_id in devices:
            call.world.log_out(devices[device_id])
    return {}


def _own_device(call: Call, device_id: str) -> Device:
    if device_id not in call.device.account.devices:
        raise not_found("No device found")
    return call.device.account.devices[device_id]


@route("GET capabilities")
def capabilities(_call: Call) -> Content:
    return {"capabilities": {"m.room_versions": {"default": "11", "available": {"11": "stable", "12": "stable"}}}}


# what belongs to a person


@route("POST user/{}/filter")
def upload_filter(call: Call, _user_id: str) -> Content:
    call.device.account.filters.append(call.body)
    return {"filter_id": str(len(call.device.account.filters) - 1)}


@route("GET user/{}/filter/{}")
def get_filter(call: Call, _user_id: str, filter_id: str) -> Content:
    filters = call.device.account.filters
    if not filter_id.isdigit() or int(filter_id) >= len(filters):
        raise not_found("No such filter")
    return filters[int(filter_id)]


@route("GET user/{}/account_data/{}")
def get_account_data(call: Call, user_id: str, kind: str) -> Content:
    if user_id != call.me:
        raise forbidden("Cannot get account data for other users.")
    if kind not in call.device.account.account_data:
        raise not_found("Account data not found")
    return call.device.account.account_data[kind][1]


@route("PUT user/{}/account_data/{}")
def put_account_data(call: Call, user_id: str, kind: str) -> Content:
    if user_id != call.me:
        raise forbidden("Cannot add account data for other users.")
    call.device.account.account_data[kind] = (call.world.next_position(), call.body)
    call.world.wake([call.me])
    return {}


@route("GET profile/{}")
def get_profile(call: Call, user_id: str) -> Content:
    if user_id not in call.world.accounts:
        raise not_found("Profile was not found")
    return dict(call.world.accounts[user_id].profile)


@route("GET profile/{}/{}")
def get_profile_field(call: Call, user_id: str, key: str) -> Content:
    profile = get_profile(call, user_id)
    return {key: profile[key]} if key in profile else {}


@route("PUT profile/{}/{}")
def put_profile_field(call: Call, user_id: str, key: str) -> Content:
    if user_id != call.me:
        raise forbidden("Cannot set another user's profile")
    call.device.account.profile[key] = call.body[key]
    for room in list(call.device.account.joined.values()):
        call.world.set_member(room, user_id, user_id, "join")
    return {}


@route("PUT presence/{}/status", "PUT rooms/{}/typing/{}", "POST rooms/{}/receipt/{}/{}", "POST rooms/{}/read_markers")
@route("PUT user/{}/rooms/{}/account_data/{}")
def accept(call: Call, *_: str) -> Content:
    """Take it and forget it."""
    call.device  # noqa: B018  # refuses callers without a token
    return {}


# rooms


@route("POST createRoom")
def create_room(call: Call) -> Content:
    return {"room_id": call.world.create_room(call.device.account, call.body).id}


@route("POST join/{}", "POST rooms/{}/join")
def join(call: Call, name: str) -> Content:
    room = call.world.room(name)
    call.world.join(room, call.me)
    return {"room_id": room.id}


@route("POST rooms/{}/leave")
def leave(call: Call, room_id: str) -> Content:
    call.world.leave(call.world.room(room_id), call.me)
    return {}


@route("POST rooms/{}/forget")
def forget(call: Call, room_id: str) -> Content:
    if room_id in call.device.account.joined:
        raise MatrixError(400, "M_UNKNOWN", "You are still in the room.")
    return {}


@route("POST rooms/{}/invite")
def invite(call: Call, room_id: str) -> Content:
    call.world.invite(call.world.joined_room(room_id, call.me), call.me, call.body["user_id"])
    return {}


@route("POST rooms/{}/kick")
def kick(call: Call, room_id: str) -> Content:
    room = call.world.joined_room(room_id, call.me)
    call.world.kick(room, call.me, call.body["user_id"], call.body.get("reason"))
    return {}


@route("POST rooms/{}/ban")
def ban(call: Call, room_id: str) -> Content:
    room = call.world.joined_room(room_id, call.me)
    call.world.kick(room, call.me, call.body["user_id"], call.body.get("reason"), ban=True)
    return {}


@route("GET joined_rooms")
def joined_rooms(call: Call) -> Content:
    return {"joined_rooms": list(call.device.account.joined)}


@route("GET rooms/{}/joined_members")
def joined_members(call: Call, room_id: str) -> Content:
    room = call.world.joined_room(room_id, call.me)
    contents = {user_id: room.content("m.room.member", user_id) for user_id in sorted(room.joined)}
    shown = {user_id: {"display_name": content.get("displayname")} for user_id, content in contents.items()}
    return {"joined": {user_id: {**names, "avatar_url": None} for user_id, names in shown.items()}}


@route("GET rooms/{}/members")
def members(call: Call, room_id: str) -> Content:
    room = call.world.joined_room(room_id, call.me)
    wanted, unwanted = call.query.get("membership"), call.query.get("not_membership")
    events = [
        event
        for (kind, _), event in room.state.items()
        if kind == "m.room.member"
        and wanted in {None, event.content["membership"]}
        and unwanted != event.content["membership"]
    ]
    return {"chunk": [event.as_dict() | {"room_id": room.id} for event in events]}


@route("GET rooms/{}/state")
def all_state(call: Call, room_id: str) -> list[Content]:
    room = call.world.joined_room(room_id, call.me)
    return [event.as_dict() | {"room_id": room.id} for event in room.state.values()]


@route("GET rooms/{}/state/{}", "GET rooms/{}/state/{}/{}")
def get_state(call: Call, room_id: str, kind: str, state_key: str = "") -> Content:
    event = call.world.joined_room(room_id, call.me).state.get((kind, state_key))
    if event is None:
        raise not_found("Event not found.")
    return event.content


@route("PUT rooms/{}/state/{}", "PUT rooms/{}/state/{}/{}")
def put_state(call: Call, room_id: str, kind: str, state_key: str = "") -> Content:
    room = call.world.room(room_id)
    return {"event_id": call.world.put_state(room, call.me, kind, state_key, call.body)}


@route("POST rooms/{}/upgrade")
def upgrade_room(call: Call, room_id: str) -> Content:
    room = call.world.joined_room(room_id, call.me)
    return {"replacement_room": upgrade(call.world, room, call.device.account, str(call.body["new_version"])).id}


@route("PUT rooms/{}/send/{}/{}")
def send(call: Call, room_id: str, kind: str, txn_id: str) -> Content:
    room = call.world.joined_room(room_id, call.me)
    return {"event_id": call.world.send(room, call.me, kind, call.body, device=call.device, txn_id=txn_id)}


@route("PUT rooms/{}/redact/{}/{}")
def redact(call: Call, room_id: str, event_id: str, txn_id: str) -> Content:
    content = call.body | {"redacts": event_id}
    room = call.world.joined_room(room_id, call.me)
    sent = call.world.send(room, call.me, "m.room.redaction", content, device=call.device, txn_id=txn_id)
    return {"event_id": sent}


@route("GET rooms/{}/event/{}")
def get_event(call: Call, room_id: str, event_id: str) -> Content:
    event = call.world.events.get(event_id)
    room = call.world.joined_room(room_id, call.me)
    if event is None or event.room_id != room.id or not room.sees(call.me, event):
        raise not_found("Could not find event.")
    return event.as_dict() | {"room_id": room.id}


@route("GET rooms/{}/messages")
def get_messages(call: Call, room_id: str) -> Content:
    rule = orjson.loads(call.query["filter"]) if call.query.get("filter") else {}
    room = call.world.rooms.get(room_id)
    if room is None:
        raise forbidden(f"User {call.me} not in room {room_id}")
    return messages(call.world, room, call.device, call.query, rule)


@route("GET directory/room/{}")
def resolve_alias(call: Call, alias: str) -> Content:
    if alias not in call.world.aliases:
        raise not_found(f"Room alias {alias} not found")
    return {"room_id": call.world.aliases[alias], "servers": [call.world.server_name]}


@route("PUT directory/room/{}")
def put_alias(call: Call, alias: str) -> Content:
    call.world.set_alias(alias, call.world.joined_room(call.body["room_id"], call.me))
    return {}
