"""The endpoints for keys, messages to devices and media."""

import secrets

from .calls import Call, Routes
from .model import Content, Device, not_found

route = Routes()


@route("POST keys/upload")
def upload(call: Call) -> Content:
    device = call.device
    if "device_keys" in call.body:
        device.keys = call.body["device_keys"]
        _tell_change(call)
    device.one_time_keys.update(call.body.get("one_time_keys", {}))
    device.fallback_keys.update(call.body.get("fallback_keys", {}))
    return {"one_time_key_counts": device.key_counts}


@route("POST keys/query")
def query(call: Call) -> Content:
    device_keys: Content = {}
    answer: Content = {"device_keys": device_keys, "failures": {}}
    for user_id in call.body.get("device_keys", {}):
        account = call.world.accounts.get(user_id)
        devices = account.devices.values() if account else ()
        device_keys[user_id] = {device.id: device.keys for device in devices if device.keys}
        for kind, key in account.cross_signing.items() if account else ():
            if kind != "user_signing_key" or user_id == call.me:
                answer.setdefault(f"{kind}s", {})[user_id] = key
    return answer


@route("POST keys/claim")
def claim(call: Call) -> Content:
    claimed: Content = {}
    for user_id, devices in call.body.get("one_time_keys", {}).items():
        for device_id, algorithm in devices.items():
            account = call.world.accounts.get(user_id)
            device = account.devices.get(device_id) if account else None
            key = _take(device, algorithm) if device else {}
            if key:
                claimed.setdefault(user_id, {})[device_id] = key
    return {"one_time_keys": claimed, "failures": {}}


def _take(device: Device, algorithm: str) -> Content:
    """A key to use once, or else the fallback key; the owner sees the new count with the next sync."""
    for keys, once in ((device.one_time_keys, True), (device.fallback_keys, False)):
        for name, key in keys.items():
            if name.startswith(algorithm + ":"):
                if once:
                    del keys[name]
                return {name: key}
    return {}


@route("POST keys/device_signing/upload")
def upload_cross_signing(call: Call) -> Content:
    kinds = ("master_key", "self_signing_key", "user_signing_key")
    call.device.account.cross_signing.update({kind: call.body[kind] for kind in kinds if kind in call.body})
    _tell_change(call)
    return {}


@route("POST keys/signatures/upload")
def upload_signatures(call: Call) -> Content:
    for user_id, objects in call.body.items():
        account = call.world.account(user_id)
        keys = {device.id: device.keys for device in account.devices.values() if device.keys}
        for key in account.cross_signing.values():
            keys.update(dict.fromkeys(key["keys"].values(), key))
        for name, signed in objects.items():
            if name not in keys:
                continue
            for signer, signatures in signed["signatures"].items():
                keys[name].setdefault("signatures", {}).setdefault(signer, {}).update(signatures)
    _tell_change(call)
    return {"failures": {}}


def _tell_change(call: Call) -> None:
    call.world.key_changes.append((call.world.next_position(), call.me))
    near = {user_id for room in call.device.account.joined.values() for user_id in room.joined}
    call.world.wake(near | {call.me})


@route("PUT sendToDevice/{}/{}")
def send_to_device(call: Call, kind: str, txn_id: str) -> Content:
    key = ("", f"{kind}/{txn_id}")
    if key in call.device.transactions:
        return {}
    call.device.transactions[key] = ""
    for user_id, devices in call.body.get("messages", {}).items():
        account = call.world.accounts.get(user_id)
        for device_id, content in devices.items():
            for device in list(account.devices.values()) if account else ():
                if device_id in {"*", device.id}:
                    call.world.to_device(call.me, device, kind, content)
    return {}


@route("GET media/config", "GET config")
def media_config(_call: Call) -> Content:
    return {"m.upload.size": 50 * 1024 * 1024}


@route("POST upload")
def upload_media(call: Call) -> Content:
    call.device  # noqa: B018  # refuses callers without a token
    media_id = secrets.token_hex(12)
    call.world.media[media_id] = (call.content_type, call.raw)
    return {"content_uri": f"mxc://{call.world.server_name}/{media_id}"}


@route("GET media/download/{}/{}", "GET media/download/{}/{}/{}")
def download_media(call: Call, _server: str, media_id: str, _name: str = "") -> tuple[str, bytes]:
    call.device  # noqa: B018  # refuses callers without a token
    if media_id not in call.world.media:
        raise not_found("Not found")
    return call.world.media[media_id]
