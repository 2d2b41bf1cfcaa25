"""What a feature wants said -> rows of the outbox, named after their cause."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.matrix import content
from commands.command import Attachment, Call, Effect, Message, Reply, Topic
from storage.outbox import MESSAGE, Outgoing
from storage.room_state import PIN, TOPIC

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
        if not reply.text:
            return [*self._retraction(key, call.room_id, reply.retracts, at=at), *self.messages(reply.messages, at=at)]
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
        buttons = self._buttons(answer, reply.reactions)
        file = self._file(answer, reply.attachment, reply_to=call.event_id, thread_id=thread_id)
        retraction = self._retraction(key, call.room_id, reply.retracts, at=at)
        return [*retraction, answer, *buttons, *file, *self.messages(reply.messages, at=at)]

    def messages(self, effects: Iterable[Effect], *, at: datetime) -> list[Outgoing]:
        """The rows of what the bot does of its own accord: messages with all that belongs to them, and topics."""
        rows = []
        for each in effects:
            rows += [self._topic(each, at=at)] if isinstance(each, Topic) else self._message(each, at=at)
        return rows

    def message(self, message: Message, *, at: datetime) -> Outgoing:
        """The row of a message that is a text and nothing else. Raises ValueError where more belongs to it."""
        text, *more = self._message(message, at=at)
        if more:
            raise ValueError("a message with a file, buttons or a pin is more than one row: use `messages`")
        return text

    def _message(self, message: Message, *, at: datetime) -> list[Outgoing]:
        """A text, then its buttons, its pin (neither waits for an upload) and its files."""
        text = self._text(message, at=at)
        where = {"reply_to": message.reply_to, "thread_id": message.thread_id}
        return [
            text,
            *self._buttons(text, () if message.replaces is not None else message.reactions),
            *self._pin(text, message),
            *self._file(text, message.attachment, **where),
            *self._sent_file(text, message, **where),
        ]

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

    def _topic(self, topic: Topic, *, at: datetime) -> Outgoing:
        """In a lane of its own: topics of a room keep their order, and no message waits for them."""
        lane = f"{topic.room_id}|{TOPIC}"
        return self._row(topic.key, topic.room_id, {"text": topic.text}, lanes=(lane,), at=at, event_type=TOPIC)

    def _buttons(self, text: Outgoing, reactions: Iterable[str]) -> list[Outgoing]:
        return [
            self._row(
                f"button:{emoji}:{text.key}",
                text.room_id,
                {"under": text.key, "emoji": emoji},
                lanes=text.lanes,
                at=text.queued_at,
                event_type=BUTTON,
            )
            for emoji in reactions
        ]

    def _pin(self, text: Outgoing, message: Message) -> list[Outgoing]:
        """The row of a pin, if there is to be one: behind its text, and behind other pins of the room."""
        if not message.pinned:
            return []
        return [
            self._row(
                f"pin:{text.key}",
                text.room_id,
                {"of": message.replaces or text.key},
                lanes=(*text.lanes, f"{text.room_id}|{PIN}"),
                subject=text.subject,
                at=text.queued_at,
                event_type=PIN,
            )
        ]

    def _sent_file(
        self, text: Outgoing, message: Message, *, reply_to: str | None, thread_id: str | None
    ) -> list[Outgoing]:
        """The row of a person's file that is shown once more, if there is one: as its text, and after it."""
        if message.file is None:
            return []
        event = content.sent_again(message.file.content, reply_to=reply_to, thread_id=thread_id)
        return [
            self._row(
                f"sent-file:{text.key}",
                text.room_id,
                event,
                lanes=text.lanes,
                subject=text.subject,
                at=text.queued_at,
            )
        ]

    def _retraction(self, key: str, room_id: str, subject: str | None, *, at: datetime) -> list[Outgoing]:
        if subject is None:
            return []
        of = {"subject": subject}
        return [self._row(f"{RETRACT}:{key}", room_id, of, lanes=(), at=at, event_type=RETRACT)]

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
