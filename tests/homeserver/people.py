"""People who talk to the bot, without HTTP: what they do is in the stream at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from .model import Account, Content
from .world import World


def message(
    text: str,
    *,
    formatted: str | None = None,
    mentions: Sequence["User | str"] = (),
    thread: str | None = None,
    reply_to: str | None = None,
    msgtype: str = "m.text",
) -> Content:
    """The content of a message as `User.say` sends it."""
    content: Content = {"msgtype": msgtype, "body": text}
    if formatted is not None:
        content |= {"format": "org.matrix.custom.html", "formatted_body": formatted}
    names = [person if isinstance(person, str) else person.user_id for person in mentions]
    content["m.mentions"] = {"user_ids": names} if names else {}
    relation: Content = {"rel_type": "m.thread", "event_id": thread, "is_falling_back": True} if thread else {}
    if reply_to is not None or thread is not None:
        relation |= {"m.in_reply_to": {"event_id": reply_to or thread}}
    if thread is not None and reply_to is not None:
        relation["is_falling_back"] = False
    if relation:
        content["m.relates_to"] = relation
    return content


def replacement(event_id: str, text: str, *, formatted: str | None = None) -> Content:
    """The content of an edit as `User.edit` sends it."""
    new: Content = {"msgtype": "m.text", "body": text, "m.mentions": {}}
    shown: Content = {**new, "body": f"* {text}"}
    if formatted is not None:
        new |= {"format": "org.matrix.custom.html", "formatted_body": formatted}
        shown |= {"format": "org.matrix.custom.html", "formatted_body": f"* {formatted}"}
    relation = {"rel_type": "m.replace", "event_id": event_id}
    return {**shown, "m.new_content": new, "m.relates_to": relation}


@dataclass(frozen=True)
class User:
    """A person on the homeserver; rooms are named by their ID or alias, each call returns the event ID."""

    world: World
    account: Account

    @property
    def user_id(self) -> str:
        return self.account.user_id

    def token(self, device_id: str | None = None) -> str:
        """An access token, as after a login with this device ID."""
        return self.world.log_in(self.account, device_id)[1]

    def say(
        self,
        room: str,
        text: str,
        *,
        formatted: str | None = None,
        mentions: Sequence["User | str"] = (),
        thread: str | None = None,
        reply_to: str | None = None,
        msgtype: str = "m.text",
    ) -> str:
        """Write a message: `thread` is the event ID of its root, `reply_to` of the message answered."""
        content = message(
            text, formatted=formatted, mentions=mentions, thread=thread, reply_to=reply_to, msgtype=msgtype
        )
        return self.send(room, "m.room.message", content)

    def send(self, room: str, event_type: str, content: Content) -> str:
        """Send any message event."""
        return self.world.send(self.world.room(room), self.user_id, event_type, content)

    def react(self, room: str, event_id: str, key: str) -> str:
        """React to an event (m.annotation)."""
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
        return self.send(room, "m.reaction", {"m.relates_to": relation})

    def edit(self, room: str, event_id: str, text: str, *, formatted: str | None = None) -> str:
        """Replace an own message, as Element does: "* " and the new text for old clients."""
        return self.send(room, "m.room.message", replacement(event_id, text, formatted=formatted))

    def redact(self, room: str, event_id: str, reason: str | None = None) -> str:
        """Delete a message or take a reaction back."""
        content = {"redacts": event_id} | ({"reason": reason} if reason else {})
        return self.send(room, "m.room.redaction", content)

    def put_state(self, room: str, event_type: str, content: Content, state_key: str = "") -> str:
        """Set state of a room."""
        return self.world.put_state(self.world.room(room), self.user_id, event_type, state_key, content)

    def join(self, room: str) -> None:
        self.world.join(self.world.room(room), self.user_id)

    def leave(self, room: str) -> None:
        self.world.leave(self.world.room(room), self.user_id)

    def invite(self, room: str, person: "User | str", *, is_direct: bool = False) -> None:
        name = person if isinstance(person, str) else person.user_id
        self.world.invite(self.world.room(room), self.user_id, name, is_direct=is_direct)

    def kick(self, room: str, person: "User | str", reason: str | None = None) -> None:
        name = person if isinstance(person, str) else person.user_id
        self.world.kick(self.world.room(room), self.user_id, name, reason)
