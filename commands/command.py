"""What a feature declares: Command, Reaction, Follower, Job; what it gets: Call; what it gives: Reply, Message, Topic.

Files: a Call can bring one of a person (SentFile), which a Message can pass on; both answers can bring one of the
bot's own (Attachment).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncSession

from commands.dates.days import fold
from commands.errors import NotAllowed, UsageError
from commands.markup import Markdown
from commands.settings import Settings
from storage.roles import Roles
from storage.tables import Role, RoomKind


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A file that a person sent with a caption, as it lies at the homeserver: the bot neither fetches nor keeps it.

    `filename` is without folders and control characters; `content_type` and `size` (bytes) are what the person's
    client said, so they may be wrong. `content` is what sends the same file again: msgtype, filename, info without
    thumbnails, and "url", or "file" with the key to an encrypted one (client-server API, m.file and others). It can
    be stored as JSON; `SentFile.of(content)` is the file again.
    """

    filename: str
    content_type: str | None
    size: int | None
    content: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """The file that such a `content` sends."""
        info = content.get("info", {})
        return cls(
            filename=content["filename"], content_type=info.get("mimetype"), size=info.get("size"), content=content
        )


@dataclass(frozen=True, kw_only=True)
class Call:
    """One thing a person said to the bot. `at` is when we received it (UTC); `text` is what follows the command's name.

    `event_id` is the message it is about: the one that was typed, also when it is edited or deleted, or the one that
    was reacted to. `cause` is the event that came in (for a typed message the same); it names every effect.
    `thread_id` is the root of the thread it was written in. `mentions` are the user IDs it mentions (client-server API,
    User and room mentions), without the bot, each once, in their order; only for messages and edits.
    `explicit` is false for words that are no command unless they look like one ("Mensch Meier, was kostet das?").
    `file` is a file whose caption this is (client-server API, Media captions); a text that replies to a file has none.
    """

    text: str
    sender: str
    roles: Roles
    room_id: str
    room_kind: RoomKind
    room_group: int | None
    event_id: str
    cause: str
    thread_id: str | None
    at: datetime
    settings: Settings
    mentions: tuple[str, ...] = ()
    explicit: bool = True
    file: SentFile | None = None

    def words(self, count: int) -> list[str]:
        """The text as `count` words, the last taking the rest. Raises UsageError where one is missing."""
        words = self.text.split(None, count - 1)
        if len(words) < count:
            raise UsageError("Da fehlt noch etwas.")
        return words

    def require(self, role: Role, *, group: int | None = None) -> None:
        """Raise NotAllowed unless the sender has `role`, in `group` where given."""
        if self.roles.may(role, group=group):
            return
        if role is Role.COORDINATOR:
            raise NotAllowed(f"Das darf nur die Koordination. Wer das ist, zeigt `{self.settings.prefix}kontakt`.")
        where, ask = (" einer AG", "ag") if group is None else (f" der AG {group}", f"ag {group}")
        who = f"Wer das ist, zeigen `{self.settings.prefix}{ask}` und `{self.settings.prefix}kontakt`."
        raise NotAllowed(f"Das darf nur die Leitung{where} oder die Koordination. {who}")


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that comes right after a text, as a message of its own. The text must say all that matters in it.

    `filename` is without folders ("termine-ag4.ics") and chosen by the bot, not by people; `content_type` as in HTTP
    ("text/calendar"). `caption` is plain text under the file; of an image it says what is to be seen, for those who
    cannot see it. `width` and `height` of an image are in pixels.
    """

    filename: str
    content_type: str
    data: bytes = field(repr=False)
    caption: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something to say of the bot's own accord, named after its cause.

    `key` is unique for ever: "remind:17:v2:3d:!room". `subject` is what a reaction to it will be about.
    `mentions` are told; `reply_to` and `thread_id` put it where the matter began. It notifies (m.text) unless `quiet`.
    `reactions` are put under the text as buttons; each has a typed command too (contract C14).
    `attachment` follows the text and mentions nobody; so does `file`, a file of a person that is shown once more. An
    encrypted one can be read by the homeserver too where the room is not encrypted.

    `pinned`: it stands among the room's pinned messages (client-server API, m.room.pinned_events), in the place of
    what the bot had pinned there before with the same subject; other people's pins stay. Where the bot may not pin,
    the message is sent all the same.

    `replaces` is the key of an earlier message of the bot in the same room, never of an edit: the text takes its place,
    and nobody is told. Then `subject` and `quiet` are as they were there, `mentions` are all that the new text
    mentions, and `reply_to`, `thread_id` and `reactions` do not count; `pinned` is about the earlier message. What was
    not sent yet is changed before it is; where it was removed, nothing is said.
    """

    key: str
    room_id: str
    text: Markdown
    subject: str | None = None
    mentions: tuple[str, ...] = ()
    reply_to: str | None = None
    thread_id: str | None = None
    quiet: bool = False
    reactions: tuple[str, ...] = ()
    attachment: Attachment | None = None
    file: SentFile | None = None
    pinned: bool = False
    replaces: str | None = None


TOPIC_START = "Nächster Termin: "
"""How the bot's sentence in a room's topic begins: by this, and the brackets around it, it finds it again."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """The one sentence that the bot keeps in a room's topic (client-server API, m.room.topic); "" takes it away.

    `key` is unique for ever, as a Message's. `text` is plain and begins with TOPIC_START; it is put in brackets behind
    what people wrote ("Fragen rund um AG 4 [Nächster Termin: Do 14.09.2023, 10:00 Uhr]") and takes the place of the
    bracket that was there. All else in the topic is other people's and stays as it is, however long.

    A topic is never encrypted, not even in an encrypted room, and can be seen by who is invited: it must be public.
    Raises ValueError for another beginning.
    """

    key: str
    room_id: str
    text: str

    def __post_init__(self) -> None:
        """Refuse what could not be found again."""
        if self.text and not self.text.startswith(TOPIC_START):
            raise ValueError(f"the sentence in a topic begins with {TOPIC_START!r}")


Effect = Message | Topic
"""What the bot can do of its own accord."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The one answer to a call: a quiet message where it was asked, and messages and topics elsewhere.

    Without a text nothing is said where it was asked, only elsewhere: to a reaction or a deletion that needs no answer;
    what it retracts is removed all the same.
    `reactions` are put under the answer as buttons; each has a typed command too (contract C14). `thread_id` is where
    it goes if the call cannot tell (a reaction does not know its thread). `attachment` follows the answer.
    `retracts` is a subject ("question:17"): all that the bot has said about it before this answer, here and in other
    rooms, is removed.
    """

    text: Markdown
    subject: str | None = None
    reactions: tuple[str, ...] = ()
    thread_id: str | None = None
    messages: tuple[Effect, ...] = ()
    attachment: Attachment | None = None
    retracts: str | None = None


_POLITE = {"bitte", "danke", "bitte sehr", "bitte schoen"}

Handler = Callable[[Call, AsyncSession], Awaitable[Reply]]


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command: its German name (one or two words), who may use it, its help, and the function that does it.

    `once`: editing the message does not do it again, because what it would apply to may be another thing by now.
    `own_check`: the handler itself checks who may; `role` is then only for whom help lists the command.
    """

    name: str
    usage: str
    role: Role
    help: str
    example: str
    handler: Handler
    details: str = ""
    once: bool = False
    own_check: bool = False

    async def __call__(self, call: Call, session: AsyncSession) -> Reply:
        """Check the sender's role and that nothing stands behind a command that takes nothing; then do it.

        Raises NotAllowed, UsageError, and what the handler raises.
        """
        if not self.own_check:
            call.require(self.role)
        if fold(call.text.rstrip("!.")) in _POLITE:
            call = replace(call, text="")
        if call.text and not self.usage:
            raise UsageError("Dieser Befehl braucht keine weiteren Angaben; es wurde nichts geändert.")
        return await self.handler(call, session)


def command(
    name: str,
    usage: str = "",
    *,
    example: str,
    role: Role = Role.PARTICIPANT,
    once: bool = False,
    own_check: bool = False,
) -> Callable[[Handler], Command]:
    """Declare a command. The first line of the handler's docstring is the help line, the rest the details.

    With `own_check` the handler raises NotAllowed itself, and its docstring tells readers who may.
    """

    def declare(handler: Handler) -> Command:
        help_line, _, details = (handler.__doc__ or "").partition("\n")
        return Command(
            name=name,
            usage=usage,
            role=role,
            help=help_line.strip(),
            details=" ".join(details.split()),
            example=example,
            handler=handler,
            once=once,
            own_check=own_check,
        )

    return declare


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """What an emoji under one of the bot's messages does, by the kind of its subject ("draft"). None: nothing to say.

    The handler's `call.text` is the subject's ID ("12"). Every reaction has a typed command beside it.
    """

    emoji: str
    subject: str
    handler: Callable[[Call, AsyncSession], Awaitable[Reply | None]]


@dataclass(frozen=True, kw_only=True)
class Follower:
    """What was made of a message follows it: asked for every edit and deletion; None means "not mine".

    `edited` gets a call whose `event_id` is the original message and whose `text` is the whole new body;
    `deleted` the same with an empty text. `cause` is the event ID of the edit or deletion itself.
    """

    edited: Callable[[Call, str, AsyncSession], Awaitable[Reply | None]]
    deleted: Callable[[Call, str, AsyncSession], Awaitable[Reply | None]]


Job = Callable[[AsyncSession, datetime, Settings], Awaitable[Sequence[Effect]]]
"""Asked at every ring of the clock with `now` (UTC); asking again, late or twice does no harm."""
