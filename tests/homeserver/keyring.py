"""The rules for keys: what is stored of them, who is shown what, and which are handed out. No HTTP here either.

As Synapse does it, with two differences: signatures are not verified, and one-time keys are not limited in number.
"""

from collections.abc import Mapping, Sequence

from .model import Account, Content, Device, MatrixError
from .world import World

KINDS = ("master_key", "self_signing_key", "user_signing_key")


def upload(world: World, device: Device, body: Content) -> dict[str, int]:
    """Store what a device publishes and return its counts of one-time keys (POST /keys/upload).

    New device keys replace the old ones. A one-time key that is there with another content is refused (400, M_UNKNOWN
    as on Synapse, "already exists"), and none of the request is stored then.
    """
    if keys := body.get("device_keys"):
        if (keys["user_id"], keys["device_id"]) != (device.account.user_id, device.id):
            raise MatrixError(400, "M_BAD_JSON", "The user or device ID in `device_keys` is not that of the caller")
        if keys != device.keys:
            device.keys = keys
            world.keys_changed(device.account)
    new = body.get("one_time_keys") or {}
    for name, key in new.items():
        old = device.one_time_keys.get(name)
        if old is not None and _unsigned(old) != _unsigned(key):
            raise MatrixError(400, "M_UNKNOWN", f"One time key {name} already exists. Old key: {old}; new key: {key}")
    device.one_time_keys = new | device.one_time_keys
    for name, key in (body.get("fallback_keys") or {}).items():
        algorithm = name.partition(":")[0]
        if device.fallback_keys.get(name) != key:
            device.fallback_keys = {
                other: kept for other, kept in device.fallback_keys.items() if not other.startswith(algorithm + ":")
            } | {name: key}
            device.unused_fallback_types.add(algorithm)
    return device.key_counts


def claim(device: Device, algorithm: str) -> Content:
    """Hand out a key for one use, or else the fallback key; the owner sees the new count with the next sync."""
    for name, key in device.one_time_keys.items():
        if name.startswith(algorithm + ":"):
            del device.one_time_keys[name]
            return {name: key}
    for name, key in device.fallback_keys.items():
        if name.startswith(algorithm + ":"):
            device.unused_fallback_types.discard(algorithm)
            return {name: key}
    return {}


def query(world: World, asker: Account, wanted: Mapping[str, Sequence[str]]) -> Content:
    """What a person is shown of the keys of others (POST /keys/query); an empty list asks for all devices."""
    devices: dict[str, Content] = {}
    answer: Content = {"device_keys": devices, "failures": {}}
    answer |= {f"{kind}s": {} for kind in KINDS}
    for user_id, device_ids in wanted.items():
        account = world.accounts.get(user_id)
        devices[user_id] = {
            device.id: _shown_device(device)
            for device in (account.devices.values() if account else ())
            if device.keys is not None and (not device_ids or device.id in device_ids)
        }
        for kind, key in account.cross_signing.items() if account else ():
            if kind != "user_signing_key" or user_id == asker.user_id:
                answer[f"{kind}s"][user_id] = _shown_key(asker, user_id, key)
    return answer


def differs(account: Account, keys: Content) -> bool:
    """Whether any of these cross-signing keys is not stored just so."""
    return any(kind in keys and account.cross_signing.get(kind) != keys[kind] for kind in KINDS)


def set_cross_signing(world: World, account: Account, keys: Content) -> None:
    """Store cross-signing keys (POST /keys/device_signing/upload); without a master key M_MISSING_PARAM.

    A key that was stored before, even the same, is refused with 500: Synapse keeps its public part as a device ID.
    """
    given = {kind: keys[kind] for kind in KINDS if kind in keys}
    if "master_key" not in given | account.cross_signing:
        raise MatrixError(400, "M_MISSING_PARAM", "No master key available")
    names = [public_part(key) for key in given.values()]
    if account.key_names.intersection(names):
        raise MatrixError(500, "M_UNKNOWN", "Internal server error")
    account.key_names.update(names)
    account.cross_signing.update(given)
    world.keys_changed(account)


def add_signatures(world: World, signer: Account, body: Content) -> Content:
    """Store signatures and return the failures (POST /keys/signatures/upload), by user and device or key.

    A device that bears a signature by the self-signing key keeps it, whatever comes later, even if its keys were
    replaced meanwhile: so it is on Synapse.
    """
    failures: Content = {}
    changed = False
    for user_id, objects in body.items():
        for name, signed in objects.items():
            target = (user_id, name)
            try:
                if user_id == signer.user_id:
                    found = _on_own(signer, name, signed)
                else:
                    found = _on_other(world, signer, target, signed)
            except MatrixError as error:
                failure = {"status": error.status, "errcode": error.body["errcode"], "message": error.body["error"]}
                failures.setdefault(user_id, {})[name] = failure
                continue
            if not found:
                continue
            signer.signatures.setdefault(target, {}).update(found)
            changed = changed or user_id == signer.user_id
            if user_id != signer.user_id:
                world.signature_changes.append((world.next_position(), signer.user_id, user_id))
                world.wake([signer.user_id])
    if changed:
        world.keys_changed(signer)
    return failures


def public_part(key: Content) -> str:
    """The public key in a cross-signing key, by which signatures name it."""
    return str(next(iter(key["keys"].values())))


def _on_own(account: Account, name: str, signed: Content) -> dict[str, str]:
    given = signed.get("signatures", {}).get(account.user_id, {})
    if not {"master_key", "self_signing_key"} <= account.cross_signing.keys():
        raise MatrixError(404, "M_NOT_FOUND", "No cross-signing keys")
    master = account.cross_signing["master_key"]
    if name == public_part(master):
        known = {f"ed25519:{device.id}" for device in account.devices.values() if device.keys}
        _same(signed, master)
        if not given.keys() <= known | {f"ed25519:{name}"}:
            raise MatrixError(400, "M_INVALID_SIGNATURE", "Invalid signature")
        return {key_id: signature for key_id, signature in given.items() if key_id in known}
    key_id = f"ed25519:{public_part(account.cross_signing['self_signing_key'])}"
    if key_id not in given:
        raise MatrixError(400, "M_INVALID_SIGNATURE", "Invalid signature")
    device = account.devices.get(name)
    if device is None or device.keys is None:
        raise MatrixError(404, "M_NOT_FOUND", "Unknown device")
    shown = _shown_device(device)
    if key_id in shown["signatures"].get(account.user_id, {}):
        return {}
    _same(signed, shown)
    return {key_id: given[key_id]}


def _on_other(world: World, signer: Account, target: tuple[str, str], signed: Content) -> dict[str, str]:
    user_id, name = target
    account = world.accounts.get(user_id)
    master = account.cross_signing.get("master_key") if account else None
    mine = signer.cross_signing.get("user_signing_key")
    if master is None or mine is None or name != public_part(master):
        raise MatrixError(404, "M_NOT_FOUND", "Unknown device")
    key_id = f"ed25519:{public_part(mine)}"
    given = signed.get("signatures", {}).get(signer.user_id, {})
    if key_id not in given:
        raise MatrixError(400, "M_INVALID_SIGNATURE", "Invalid signature")
    _same(signed, master)
    return {} if key_id in signer.signatures.get(target, {}) else {key_id: given[key_id]}


def _same(signed: Content, stored: Content) -> None:
    beside = {"signatures", "unsigned"}
    if _without(signed, beside) != _without(stored, beside):
        raise MatrixError(400, "M_UNKNOWN", "Key does not match")


def _unsigned(key: Content | str) -> Content | str:
    return key if isinstance(key, str) else _without(key, {"signatures"})


def _without(content: Content, names: set[str]) -> Content:
    return {name: value for name, value in content.items() if name not in names}


def _shown_device(device: Device) -> Content:
    assert device.keys is not None
    account = device.account
    name = {} if device.display_name is None else {"device_display_name": device.display_name}
    added = account.signatures.get((account.user_id, device.id), {})
    return {**device.keys, "signatures": _with(device.keys, account.user_id, added), "unsigned": name}


def _shown_key(asker: Account, user_id: str, key: Content) -> Content:
    added = asker.signatures.get((user_id, public_part(key)), {})
    return {**key, "signatures": _with(key, asker.user_id, added)}


def _with(signed: Content, signer: str, added: Mapping[str, str]) -> Content:
    signatures = {user_id: dict(given) for user_id, given in signed.get("signatures", {}).items()}
    if added:
        signatures.setdefault(signer, {}).update(added)
    return signatures
