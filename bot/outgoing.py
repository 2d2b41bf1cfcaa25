"""What a feature wants said -> rows of the outbox, named after their cause."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.matrix import content
from commands.command import Call, Message, Reply
from storage.outbox import Outgoing

JOIN, LEAVE = "join", "leave"
"""Kinds of rows that are no events but requests."""

BUTTON = "m.reaction"
"""A reaction to a message of ours; its content names that message's key, the sender finds the event ID."""


@dataclass(frozen=True)
class Writer:
    """Writes outbox rows for one device."""

    device_id: str

    def reply(self, call: Call, reply: Reply, *, cause: str, at: datetime) -> list[Outgoing]:
        """The rows of an answer: the answer where it was asked, its buttons, and the messages elsewhere."""
        key = f"reply:{cause}"
        lanes = (f"{call.room_id}|{call.sender}", *_subject_lane(reply.subject, call.room_id))
        answer = self._row(
            key,
            call.room_id,
            content.message(
                reply.text, notify=False, reply_to=call.event_id, thread_id=call.thread_id or reply.thread_id
            ),
            lanes=lanes,
            subject=reply.subject,
            at=at,
        )
        buttons = [
            self._row(
                f"button:{emoji}:{key}",
                call.room_id,
                {"under": key, "emoji": emoji},
                lanes=lanes,
                at=at,
                event_type=BUTTON,
            )
            for emoji in reply.reactions
        ]
        return [answer, *buttons, *(self.message(each, at=at) for each in reply.messages)]

    def message(self, message: Message, *, at: datetime) -> Outgoing:
        """The row of a message of the bot's own accord."""
        return self._row(
            message.key,
            message.room_id,
            content.message(
                message.text,
                notify=not message.quiet,
                mentions=message.mentions,
                reply_to=message.reply_to,
                thread_id=message.thread_id,
            ),
            lanes=_subject_lane(message.subject, message.room_id) or (f"{message.room_id}|",),
            subject=message.subject,
            at=at,
        )

    def room_request(self, what: str, room_id: str, *, cause: str, at: datetime) -> Outgoing:
        """The row of a join or leave."""
        return self._row(f"{what}:{cause}", room_id, {}, lanes=(f"{room_id}|",), at=at, event_type=what)

    def _row(
        self,
        key: str,
        room_id: str,
        event: dict[str, Any],
        *,
        lanes: tuple[str, ...],
        at: datetime,
        subject: str | None = None,
        event_type: str = "m.room.message",
    ) -> Outgoing:
        return Outgoing(
            key=key,
            room_id=room_id,
            type=event_type,
            content=event,
            lanes=lanes,
            subject=subject,
            device_id=self.device_id,
            queued_at=at,
        )


def _subject_lane(subject: str | None, room_id: str) -> tuple[str, ...]:
    return () if subject is None else (f"{room_id}|{subject}",)
