"""The endpoints for keys, messages to devices and media."""

import secrets

from . import keyring
from .calls import Call, Routes
from .model import Content, MatrixError, not_found

route = Routes()


@route("POST keys/upload")
def upload(call: Call) -> Content:
    return {"one_time_key_counts": keyring.upload(call.world, call.device, call.body)}


@route("POST keys/query")
def query(call: Call) -> Content:
    return keyring.query(call.world, call.device.account, call.body.get("device_keys", {}))


@route("POST keys/claim")
def claim(call: Call) -> Content:
    claimed: Content = {}
    for user_id, devices in call.body.get("one_time_keys", {}).items():
        for device_id, algorithm in devices.items():
            account = call.world.accounts.get(user_id)
            device = account.devices.get(device_id) if account else None
            key = keyring.claim(device, algorithm) if device else {}
            if key:
                claimed.setdefault(user_id, {})[device_id] = key
    return {"one_time_keys": claimed, "failures": {}}


@route("POST keys/device_signing/upload")
def upload_cross_signing(call: Call) -> Content:
    """The first keys need no password, and the same ones again neither (MSC3967)."""
    account = call.device.account
    if keyring.differs(account, call.body):
        if "master_key" in account.cross_signing:
            call.authenticate()
        keyring.set_cross_signing(call.world, account, call.body)
    return {}


@route("POST keys/signatures/upload")
def upload_signatures(call: Call) -> Content:
    return {"failures": keyring.add_signatures(call.world, call.device.account, call.body)}


@route("PUT sendToDevice/{}/{}")
def send_to_device(call: Call, kind: str, txn_id: str) -> Content:
    key = ("", f"{kind}/{txn_id}")
    if key in call.device.transactions:
        return {}
    if "messages" not in call.body:
        raise MatrixError(400, "M_MISSING_PARAM", "Missing params: ['messages']")
    call.device.transactions[key] = ""
    for user_id, devices in call.body["messages"].items():
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
