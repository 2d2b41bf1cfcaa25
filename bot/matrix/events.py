"""The homeserver's events -> ours. Whatever comes in, nothing here raises: what does not fit is None (contract C5)."""

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.matrix import files

Json = dict[str, Any]
Kind = Literal["message", "edit", "reaction", "redaction", "undecryptable"]

MARK = "org.ag4-bot.txn_id"
"""A field of our events with their transaction ID: any device of ours knows the echo of what another one sent."""

_USER_ID = re.compile(r"@[!-9;-~]+:(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
"""Client-server API appendices, User identifiers; of the historical ones those in the longer form of the grammar."""
_MOST_CHARACTERS = 255

_ANSWERABLE = ("m.text", "m.emote")  # never m.notice: bots do not answer bots (client-server API, m.notice)


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One event that may concern the bot.

    `body` is what was typed, without the quote of a rich reply. `origin` says where in a Megolm session an encrypted
    event stood: another event from the same place is a replay. `target` is the event that an edit, reaction or
    redaction is about. `thread_id` is the root of the thread, `reply_to` the message it replies to. `mentions` are
    valid user IDs, each once. `file` is what sends the file again whose caption the body is (see `SentFile.content`).
    """

    kind: Kind
    event_id: str
    room_id: str
    sender: str
    body: str = ""
    target: str = ""
    emoji: str = ""
    thread_id: str | None = None
    reply_to: str | None = None
    mentions: tuple[str, ...] = ()
    file: Json | None = None
    raw: Json | None = None
    origin: str | None = None


def incoming(room_id: str, event: Json, *, origin: str | None = None) -> Incoming | None:
    """Our view of a decrypted room event, or None where it cannot concern the bot (client-server API, Room events).

    `origin` is where in a Megolm session it was encrypted.
    """
    found = _incoming(room_id, event)
    return found if found is None or origin is None else replace(found, origin=origin)


def _incoming(room_id: str, event: Json) -> Incoming | None:
    event_id, sender, kind, content = (event.get(key) for key in ("event_id", "sender", "type", "content"))
    if "state_key" in event or not (
        isinstance(event_id, str) and isinstance(sender, str) and isinstance(content, dict)
    ):
        return None
    match kind:
        case "m.room.message":
            return _message(room_id, event_id, sender, content)
        case "m.reaction":
            return _reaction(room_id, event_id, sender, content)
        case "m.room.redaction":
            target = _text(content, "redacts") or _text(event, "redacts")  # moved into content in room version 11
            if target:
                return Incoming(kind="redaction", event_id=event_id, room_id=room_id, sender=sender, target=target)
        case "m.room.encrypted":
            return Incoming(kind="undecryptable", event_id=event_id, room_id=room_id, sender=sender, raw=event)
        case _:
            pass
    return None


def own_echo(event: Json, user_id: str) -> tuple[str, str] | None:
    """(transaction ID, event ID) where this is our own event coming back.

    To the device that sent it the homeserver tells the transaction ID (client-server API, UnsignedData); to a later
    one, or out of the history, our own mark does.
    """
    if event.get("sender") != user_id:
        return None
    txn_id = _text(_mapping(event, "unsigned"), "transaction_id") or _text(_mapping(event, "content"), MARK)
    event_id = _text(event, "event_id")
    return (txn_id, event_id) if txn_id and event_id else None


def is_membership_of(event: Json, user_id: str, *memberships: str) -> bool:
    """Whether this is a membership event that makes `user_id` one of `memberships`."""
    return (
        event.get("type") == "m.room.member"
        and event.get("state_key") == user_id
        and _mapping(event, "content").get("membership") in memberships
    )


def _message(room_id: str, event_id: str, sender: str, content: Json) -> Incoming | None:
    relation = _mapping(content, "m.relates_to")
    is_edit = relation.get("rel_type") == "m.replace"
    shown = _mapping(content, "m.new_content") if is_edit else content
    body = shown.get("body")
    file = files.sent(shown)
    if file is not None and not files.has_caption(shown):
        if not is_edit:
            return None
        body = ""  # of an edit that takes the caption away
    elif file is None and shown.get("msgtype") not in _ANSWERABLE:
        return None
    if not isinstance(body, str):
        return None
    reply_to = _text(_mapping(relation, "m.in_reply_to"), "event_id") or None
    in_thread = relation.get("rel_type") == "m.thread"
    mentions = _mapping(shown, "m.mentions").get("user_ids")
    return Incoming(
        kind="edit" if is_edit else "message",
        event_id=event_id,
        room_id=room_id,
        sender=sender,
        body=_without_quote(body) if reply_to else body,
        target=_text(relation, "event_id") if is_edit else "",
        thread_id=(_text(relation, "event_id") or None) if in_thread else None,
        reply_to=None if in_thread and relation.get("is_falling_back") else reply_to,
        mentions=tuple(dict.fromkeys(filter(_is_user_id, mentions))) if isinstance(mentions, list) else (),
        file=file,
    )


def _reaction(room_id: str, event_id: str, sender: str, content: Json) -> Incoming | None:
    relation = _mapping(content, "m.relates_to")
    target, emoji = _text(relation, "event_id"), _text(relation, "key")
    if relation.get("rel_type") != "m.annotation" or not target or not emoji:
        return None
    return Incoming(kind="reaction", event_id=event_id, room_id=room_id, sender=sender, target=target, emoji=emoji)


def _without_quote(body: str) -> str:
    """The body without the quote that older clients put before a rich reply (spec before v1.13)."""
    if not body.startswith("> "):
        return body
    lines = body.split("\n")
    while lines and lines[0].startswith(">"):
        lines.pop(0)
    return "\n".join(lines).lstrip("\n")


def _is_user_id(each: Any) -> bool:
    return isinstance(each, str) and len(each) <= _MOST_CHARACTERS and _USER_ID.fullmatch(each) is not None


def _mapping(parent: Json, key: str) -> Json:
    child = parent.get(key)
    return child if isinstance(child, dict) else {}


def _text(parent: Json, key: str) -> str:
    child = parent.get(key)
    return child if isinstance(child, str) else ""
