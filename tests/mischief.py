"""What a malicious or broken client can send into encrypted rooms: poison for the tests of the bot."""

import base64
from collections.abc import Iterator

import vodozemac

from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver
from tests.homeserver import keyring as server
from tests.homeserver.model import Content
from tests.homeserver.signed import sign
from tests.olm_device import MEGOLM, OLM, OlmDevice, Peer, padded, unpadded


def unknown_one_time_key(sender: OlmDevice, to: str) -> None:
    """Open Olm sessions with one-time keys that nobody ever published, with every device of `to`."""
    for peer in sender.peers(to):
        _poison(sender, peer, vodozemac.Curve25519SecretKey().public_key())


def _poison(sender: OlmDevice, peer: Peer, one_time_key: vodozemac.Curve25519PublicKey) -> None:
    stranger = vodozemac.Account()
    session = stranger.create_outbound_session(vodozemac.Curve25519PublicKey.from_base64(peer.curve25519), one_time_key)
    kind, ciphertext = session.encrypt(b"{}").to_parts()
    sender.send_ciphertext(peer, kind, unpadded(ciphertext))


def corrupt_olm(sender: OlmDevice, to: str, *, kind: int = 1, body: str | None = None) -> None:
    """Send Olm messages that decrypt to nothing: kind 0 with a bad opening, kind 1 in no session, or with any `body`."""
    for peer in sender.peers(to):
        stranger = vodozemac.Account()
        theirs = vodozemac.Curve25519PublicKey.from_base64(peer.curve25519)
        session = stranger.create_outbound_session(theirs, vodozemac.Curve25519SecretKey().public_key())
        _, ciphertext = session.encrypt(b"{}").to_parts()
        bent = ciphertext[:-9] + bytes(byte ^ 0xFF for byte in ciphertext[-9:])
        sender.send_ciphertext(peer, kind, unpadded(bent) if body is None else body)


def broken_to_device(curve25519: str) -> Iterator[tuple[str, Content]]:
    """Types and contents of to-device messages of the wrong shape, for `sender.to_device(user_id, device_id, *one)`."""
    megolm = {"algorithm": MEGOLM, "room_id": "!x:test", "session_id": "x", "ciphertext": "x", "sender_key": "x"}
    yield "m.room.encrypted", {}
    yield "m.room.encrypted", {"algorithm": OLM, "sender_key": "x", "ciphertext": {}}
    yield "m.room.encrypted", {"algorithm": OLM, "sender_key": 1, "ciphertext": {curve25519: {"type": "0", "body": 5}}}
    yield "m.room.encrypted", {"algorithm": "m.unknown", "sender_key": "x", "ciphertext": "x"}
    yield "m.room.encrypted", {**megolm, "device_id": "X"}
    yield "m.room_key", {"algorithm": MEGOLM, "room_id": "!x:test", "session_id": "x", "session_key": "in clear"}
    yield "m.room_key_request", {"action": "request", "request_id": "1", "requesting_device_id": "X", "body": {}}
    yield "m.forwarded_room_key", {"algorithm": MEGOLM}
    yield "m.room_key.withheld", {"algorithm": MEGOLM, "code": "m.unverified", "reason": "x" * 1000}
    yield "m.key.verification.request", {"from_device": "X", "methods": ["m.sas.v1"], "transaction_id": "1"}


def replay_to_device(sender: OlmDevice, to: str) -> int:
    """Deliver every message that `sender` ever sent to devices of `to` once more; how many there were."""
    sent = [one for one in sender.sent if one.user_id == sender.name_of(to)]
    for one in sent:
        sender.to_device(one.user_id, one.device_id, one.type, one.content)
    return len(sent)


def replay_event(sender: OlmDevice, room: str, event_id: str) -> str:
    """Send the ciphertext of an earlier event again, an own one or somebody else's; returns the new event ID."""
    return sender.user.send(room, "m.room.encrypted", sender.user.world.events[event_id].content)


def reshare_key(thief: EncryptedPerson, room: str, session_id: str, to: str) -> None:
    """Give away the key of somebody else's session as if it were the own one."""
    room_id = thief.user.world.room(room).id
    exported = thief.keys[room_id, session_id].exported
    content = {"algorithm": MEGOLM, "room_id": room_id, "session_id": session_id, "session_key": exported}
    for peer in thief.peers(to):
        thief.send_olm(peer, "m.room_key", content)


def crowd(hs: FakeHomeserver, name: str, number: int, *, signed: bool = True, one_time_keys: int = 0) -> list[str]:
    """Give a person so many more devices; with keys they signed, or with garbage for signatures. Their device IDs."""
    user = hs.user(name)
    made = []
    for count in range(number):
        account = vodozemac.Account()
        device_id = f"CROWD{count}"
        device, _ = user.world.log_in(user.account, device_id)
        public = {
            f"curve25519:{device_id}": account.curve25519_key.to_base64(),
            f"ed25519:{device_id}": account.ed25519_key.to_base64(),
        }
        names = {"user_id": user.user_id, "device_id": device_id, "algorithms": [OLM, MEGOLM]}
        keys: Content = sign({**names, "keys": public}, account, user.user_id, device_id)
        if not signed:
            keys["signatures"][user.user_id][f"ed25519:{device_id}"] = base64.b64encode(bytes(64)).decode()
        account.generate_one_time_keys(one_time_keys)
        device.keys = keys
        device.one_time_keys = {
            f"signed_curve25519:{key_id}": sign({"key": key.to_base64()}, account, user.user_id, device_id)
            for key_id, key in account.one_time_keys.items()
        }
        made.append(device_id)
    user.world.keys_changed(user.account)
    return made


def use_up_one_time_keys(hs: FakeHomeserver, name: str, *, fallback: bool = False) -> int:
    """Claim all one-time keys of a person's devices, with `fallback` the fallback keys too; how many were handed out."""
    count = 0
    for device in hs.user(name).account.devices.values():
        while device.key_counts["signed_curve25519"]:
            server.claim(device, "signed_curve25519")
            count += 1
        if fallback and server.claim(device, "signed_curve25519"):
            count += 1
    return count


def garbled(content: Content) -> Content:
    """The content of an encrypted event with a ciphertext that was bent on the way."""
    ciphertext = padded(content["ciphertext"])
    bent = ciphertext[:-80] + bytes(byte ^ 0xFF for byte in ciphertext[-80:-70]) + ciphertext[-70:]
    return {**content, "ciphertext": unpadded(bent)}
