"""What a feature wants said -> rows of the outbox, named after their cause."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.matrix import content
from commands.command import Attachment, Call, Message, Reply
from storage.outbox import MESSAGE, Outgoing

JOIN, LEAVE = "join", "leave"
"""Kinds of rows that are no events but requests."""

BUTTON = "m.reaction"
"""A reaction to a message of ours; its content names that message's key, the sender finds the event ID."""

FILE = "file"
"""A file; its content holds the event ("event") and the bytes ("data", base64). The sender stores the bytes at the
homeserver, adds to the event where they are, and sends it as an m.room.message."""

EDIT = "edit"
"""An edit; its content holds the key of the message ("of") and what takes its place ("new", an m.new_content)."""

RETRACT = "retract"
"""Never stored: where it stands among rows, the redactions of all that was said before about its subject are queued."""

WORDS = (MESSAGE, EDIT, FILE)
"""Kinds of rows that say something."""


@dataclass(frozen=True)
class Writer:
    """Writes outbox rows for one device."""

    device_id: str

    def reply(self, call: Call, reply: Reply, *, cause: str, at: datetime) -> list[Outgoing]:
        """The rows of an answer: the answer where it was asked, its buttons, its file, and the messages elsewhere.

        The buttons come before the file: they do not wait for an upload. What it retracts comes before all of it.
        """
        key = f"reply:{cause}"
        thread_id = call.thread_id or reply.thread_id
        lanes = (f"{call.room_id}|{call.sender}", *_subject_lane(reply.subject, call.room_id))
        answer = self._row(
            key,
            call.room_id,
            content.message(reply.text, notify=False, reply_to=call.event_id, thread_id=thread_id),
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
        file = self._file(answer, reply.attachment, reply_to=call.event_id, thread_id=thread_id)
        retraction = self._retraction(answer, reply.retracts)
        return [*retraction, answer, *buttons, *file, *self.messages(reply.messages, at=at)]

    def messages(self, messages: Iterable[Message], *, at: datetime) -> list[Outgoing]:
        """The rows of messages of the bot's own accord: each text, and its file right after it."""
        rows = []
        for each in messages:
            text = self._text(each, at=at)
            rows += [text, *self._file(text, each.attachment, reply_to=each.reply_to, thread_id=each.thread_id)]
        return rows

    def message(self, message: Message, *, at: datetime) -> Outgoing:
        """The row of a message that is a text and nothing else. Raises ValueError where it has a file."""
        if message.attachment is not None:
            raise ValueError("a message with a file is more than one row: use `messages`")
        return self._text(message, at=at)

    def _text(self, message: Message, *, at: datetime) -> Outgoing:
        lanes = _subject_lane(message.subject, message.room_id) or (f"{message.room_id}|",)
        if message.replaces is not None:
            new = content.message(
                message.text,
                notify=not message.quiet,
                mentions=message.mentions,
                most_bytes=content.MOST_BYTES // 2,  # it stands in an edit twice
            )
            edit = {"of": message.replaces, "new": new}
            return self._row(
                message.key, message.room_id, edit, lanes=lanes, subject=message.subject, at=at, event_type=EDIT
            )
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
            lanes=lanes,
            subject=message.subject,
            at=at,
        )

    def _retraction(self, answer: Outgoing, subject: str | None) -> list[Outgoing]:
        if subject is None:
            return []
        key, of = f"{RETRACT}:{answer.key}", {"subject": subject}
        return [self._row(key, answer.room_id, of, lanes=(), at=answer.queued_at, event_type=RETRACT)]

    def room_request(self, what: str, room_id: str, *, cause: str, at: datetime, via: str = "") -> Outgoing:
        """The row of a join or leave; `via` is a server that is in the room."""
        request = {"via": [via]} if via else {}
        return self._row(f"{what}:{cause}", room_id, request, lanes=(f"{room_id}|",), at=at, event_type=what)

    def _file(
        self, text: Outgoing, attachment: Attachment | None, *, reply_to: str | None, thread_id: str | None
    ) -> list[Outgoing]:
        """The row of a file, if there is one: in the lanes of its text, so that it comes after it."""
        if attachment is None:
            return []
        event = content.file(
            attachment.filename,
            content_type=attachment.content_type,
            size=len(attachment.data),
            caption=attachment.caption,
            width=attachment.width,
            height=attachment.height,
            reply_to=reply_to,
            thread_id=thread_id,
        )
        return [
            self._row(
                f"file:{text.key}",
                text.room_id,
                {"event": event, "data": b64encode(attachment.data).decode()},
                lanes=text.lanes,
                subject=text.subject,
                at=text.queued_at,
                event_type=FILE,
            )
        ]

    def _row(
        self,
        key: str,
        room_id: str,
        event: dict[str, Any],
        *,
        lanes: tuple[str, ...],
        at: datetime,
        subject: str | None = None,
        event_type: str = MESSAGE,
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
