"""All tables.

Instants are `UtcDateTime` (aware UTC); times people agreed on are `WallDateTime` plus a zone. Text that
people wrote stands in as few places as possible: the inbox drops it once handled, the outbox once sent.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, Enum, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from storage.types import UtcDateTime, WallDateTime


class Base(DeclarativeBase):
    """The one metadata."""

    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it as a plain attribute)
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[int]: JSON,
        StrEnum: Enum(StrEnum, values_callable=lambda kind: [each.value for each in kind], native_enum=False),
    }


def table_of(model: type[Base]) -> Table:
    """The table behind a class, for statements that need no objects."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


class Role(StrEnum):
    """Who may do something; a lead leads one or more groups."""

    PARTICIPANT = "participant"
    LEAD = "lead"
    COORDINATOR = "coordinator"


class RoomKind(StrEnum):
    """What a room is for."""

    PLENARY = "plenary"
    COORDINATION = "coordination"
    GROUP = "group"
    DIRECT = "direct"
    OTHER = "other"


class InboxState(StrEnum):
    """What became of something that was addressed to the bot."""

    NEW = "new"
    HANDLED = "handled"
    PARKED = "parked"


class OutboxState(StrEnum):
    """What became of something the bot wants to say or do."""

    QUEUED = "queued"
    SENT = "sent"
    PARKED = "parked"


class EventStatus(StrEnum):
    """The state of a calendar event (RFC 5545, section 3.8.1.11)."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class DraftState(StrEnum):
    """What became of a preview."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"
    EXPIRED = "expired"


class QuestionState(StrEnum):
    """Where a question stands; how it ended is its `Outcome`. Overdue is no state: it is derived.

    Submitted: the asker has yet to agree to its being shown. In review: it waits for the lead's release. Deferred: it
    waits for a plenary.
    """

    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    OPEN = "open"
    ASSIGNED = "assigned"
    IN_PROGRESS = "working"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    DEFERRED = "deferred"
    CLOSED = "closed"


LIVE: Final = (QuestionState.OPEN, QuestionState.ASSIGNED, QuestionState.IN_PROGRESS, QuestionState.DEFERRED)
"""The states in which a question waits for its answer and everybody may read it."""


class Outcome(StrEnum):
    """How a question ended, for now or for good."""

    ANSWERED = "answered"
    PARTLY = "partly"
    REFERRED = "referred"
    MERGED = "merged"
    NOT_RESPONSIBLE = "not_responsible"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


class NoteKind(StrEnum):
    """What people wrote about a question beside its text: why something was done, or what it said before."""

    REASON = "reason"
    WORDING = "wording"


class NoticeKind(StrEnum):
    """Why a room was told about a calendar event."""

    ANNOUNCEMENT = "announcement"
    REMINDER = "reminder"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"
    SKIPPED = "skipped"


class Sync(Base):
    """Our own position in the homeserver's stream; one row."""

    __tablename__ = "sync"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    device_id: Mapped[str]
    next_batch: Mapped[str | None]
    first_started_at: Mapped[datetime]


class OwnDevice(Base):
    """The bot's device as the homeserver showed it last; one row, none while encryption is off.

    `problem` says why other people's clients would not trust it ("" where they do).
    """

    __tablename__ = "own_device"
    __table_args__ = (CheckConstraint("id = 1", name="one_device"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[str]
    fingerprint: Mapped[str]
    signed: Mapped[bool]
    problem: Mapped[str]
    one_time_keys: Mapped[int | None]
    checked_at: Mapped[datetime]


class Room(Base):
    """A room the bot knows: what it is for, and what the homeserver says of it.

    `replaced_by` is the room that its tombstone points to, `predecessor` the one that its creation points back to: only
    where both agree was it upgraded (client-server API, Room upgrades).
    """

    __tablename__ = "rooms"

    room_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[RoomKind] = mapped_column(default=RoomKind.OTHER)
    group_number: Mapped[int | None] = mapped_column(ForeignKey("groups.number"))
    joined: Mapped[bool] = mapped_column(default=False)
    encrypted: Mapped[bool] = mapped_column(default=False)
    members: Mapped[int | None]
    replaced_by: Mapped[str | None]
    predecessor: Mapped[str | None]


class InboxRow(Base):
    """Something addressed to the bot, kept until it is handled. `content` is dropped then.

    `origin` is where in a Megolm session it was encrypted: another event from the same place is a replay.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index("inbox_waiting", "state", sqlite_where=text("state != 'handled'")),
        Index("inbox_origin", "origin", unique=True, sqlite_where=text("origin IS NOT NULL")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(unique=True)
    origin: Mapped[str | None]
    kind: Mapped[str]
    room_id: Mapped[str]
    sender: Mapped[str]
    content: Mapped[dict[str, Any] | None]
    received_at: Mapped[datetime]
    state: Mapped[InboxState] = mapped_column(default=InboxState.NEW)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


class OutboxRow(Base):
    """Something the bot wants to say or do, named after its cause. `content` is dropped once sent.

    `lanes` are the orders it keeps (contract C6): a row waits for every earlier row that shares a lane.
    `subject` ("question:17") is what a reaction or reply to the sent message is about.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_waiting", "state", sqlite_where=text("state != 'sent'")),
        Index("outbox_about", "subject", sqlite_where=text("subject IS NOT NULL")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    txn_id: Mapped[str] = mapped_column(unique=True)
    device_id: Mapped[str]
    room_id: Mapped[str]
    type: Mapped[str]
    content: Mapped[dict[str, Any] | None]
    lanes: Mapped[list[str]]
    subject: Mapped[str | None]
    queued_at: Mapped[datetime]
    state: Mapped[OutboxState] = mapped_column(default=OutboxState.QUEUED)
    event_id: Mapped[str | None] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]


class Group(Base):
    """A working group (Arbeitsgruppe). `reviews`: new questions wait until its lead releases them."""

    __tablename__ = "groups"

    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    topic: Mapped[str]
    reviews: Mapped[bool] = mapped_column(default=False)


class RoleGrant(Base):
    """A person's role; a lead's grant names the group."""

    __tablename__ = "role_grants"
    __table_args__ = (UniqueConstraint("user_id", "role", "group_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(index=True)
    role: Mapped[Role]
    group_number: Mapped[int | None] = mapped_column(ForeignKey("groups.number"))


class CalendarEvent(Base):
    """A date in the calendar (VEVENT, RFC 5545). `version` grows with every change people are told of.

    `starts` and `ends` are wall-clock times in `zone`; with `whole_day` only the day counts
    (the time of a plenary held long ago is not known).
    """

    __tablename__ = "calendar_events"
    __table_args__ = (UniqueConstraint("kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    number: Mapped[int | None]
    title: Mapped[str | None]
    starts: Mapped[datetime] = mapped_column(WallDateTime, index=True)
    ends: Mapped[datetime | None] = mapped_column(WallDateTime)
    zone: Mapped[str] = mapped_column(default="Europe/Berlin")
    whole_day: Mapped[bool] = mapped_column(default=False)
    place: Mapped[str | None]
    link: Mapped[str | None]
    status: Mapped[EventStatus] = mapped_column(default=EventStatus.CONFIRMED)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Notice(Base):
    """A room was told of a calendar event; who was told an old version gets the correction."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("calendar_event_id", "version", "kind", "distance", "room_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_event_id: Mapped[int] = mapped_column(ForeignKey("calendar_events.id"))
    version: Mapped[int]
    kind: Mapped[NoticeKind]
    distance: Mapped[str] = mapped_column(default="")
    room_id: Mapped[str]
    queued_at: Mapped[datetime]


class Draft(Base):
    """A preview that waits for its confirmation. `payload` is what will be done."""

    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]
    payload: Mapped[dict[str, Any]]
    author: Mapped[str]
    room_id: Mapped[str]
    source_event_id: Mapped[str] = mapped_column(index=True)
    thread_id: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[DraftState] = mapped_column(default=DraftState.OPEN, index=True)


class Question(Base):
    """A question to a working group, numbered per group. `text` is gone once its message was deleted.

    `asked_by`, `room_id` and `source_event_id` of a confidential question are forgotten ("", "forgotten:17") once its
    answer needs them no more. `owner` is who took it or was given it. `due_since` to `due_on` is the time for the
    answer (Berlin days); `told_light` the highest share of it (50, 80, 100) that was told, `told_unowned` how many were
    told that nobody has taken it. `plenary_number` is the plenary it waits for, `deferrals` how many it has passed,
    `passed_plenary` the last of them. A merged question keeps everything it had: `state_before_merge` is what
    it goes back to. `similar_ids` are the questions that were shown with the receipt. `votes` is derived: see
    `storage.votes`.
    """

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("group_number", "number"),
        Index("questions_listed", "group_number", "state"),
        Index("questions_asked_by_group", "group_number", "asked_by"),
        Index("questions_to_forget", "state", sqlite_where=text("confidential = 1 AND asked_by != ''")),
        Index("questions_merged", "merged_into_id", sqlite_where=text("merged_into_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_number: Mapped[int] = mapped_column(ForeignKey("groups.number"))
    number: Mapped[int]
    text: Mapped[str | None]
    asked_by: Mapped[str] = mapped_column(index=True)
    asked_at: Mapped[datetime]
    room_id: Mapped[str]
    source_event_id: Mapped[str] = mapped_column(unique=True)
    thread_id: Mapped[str | None]
    due_on: Mapped[date]
    state: Mapped[QuestionState] = mapped_column(default=QuestionState.OPEN, index=True)
    closed_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]
    confidential: Mapped[bool] = mapped_column(default=False)
    owner: Mapped[str | None]
    due_since: Mapped[date]
    with_coordination: Mapped[bool] = mapped_column(default=False)
    reopened: Mapped[int] = mapped_column(default=0)
    plenary_number: Mapped[int | None]
    deferrals: Mapped[int] = mapped_column(default=0)
    passed_plenary: Mapped[int | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"))
    state_before_merge: Mapped[QuestionState | None]
    told_light: Mapped[int] = mapped_column(default=0)
    told_unowned: Mapped[int] = mapped_column(default=0)
    told_confirmation: Mapped[bool] = mapped_column(default=False)
    similar_ids: Mapped[list[int]] = mapped_column(default=list)
    votes: Mapped[int] = mapped_column(default=0)

    answers: Mapped[list["Answer"]] = relationship(order_by="Answer.id", lazy="raise")

    @property
    def ref(self) -> str:
        """The number people use: `AG3-017`."""
        return f"AG{self.group_number}-{self.number:03d}"


class QuestionAlias(Base):
    """A number under which a question was known before it was passed on to another group."""

    __tablename__ = "question_aliases"

    group_number: Mapped[int] = mapped_column(ForeignKey("groups.number"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)


class QuestionNote(Base):
    """What people wrote about a question beside its text; `history_id` is the step it belongs to.

    It goes when its message, `source_event_id`, is deleted.
    """

    __tablename__ = "question_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    history_id: Mapped[int] = mapped_column(ForeignKey("history.id"))
    kind: Mapped[NoteKind]
    text: Mapped[str]
    source_event_id: Mapped[str] = mapped_column(index=True)


class QuestionTerm(Base):
    """A word (stem) of a question's text, by which similar ones are found."""

    __tablename__ = "question_terms"

    term: Mapped[str] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True, index=True)


class VoteMark(Base):
    """One event by which a person supports a question: a reaction or a typed command.

    However many marks a person leaves, they are one vote, which lasts until the last of them is gone.
    """

    __tablename__ = "vote_marks"
    __table_args__ = (Index("vote_marks_of", "question_id", "user_id"),)

    event_id: Mapped[str] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    user_id: Mapped[str]
    room_id: Mapped[str]
    at: Mapped[datetime]


class Answer(Base):
    """An answer to a question; `oral`: given in a plenary, `text` is a word or two about it.

    `answered_at` is when it got the words it has: a correction begins the time for the asker's word anew.
    """

    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    text: Mapped[str | None]
    answered_by: Mapped[str]
    answered_at: Mapped[datetime]
    source_event_id: Mapped[str] = mapped_column(unique=True)
    oral: Mapped[bool] = mapped_column(default=False)


class AnswerTold(Base):
    """A room was told an answer under `key`, for these people; who was told gets the correction."""

    __tablename__ = "answers_told"

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"), index=True)
    room_id: Mapped[str]
    key: Mapped[str]
    people: Mapped[list[str]]
    to_asker: Mapped[bool]


class ListPosition(Base):
    """How far a person has read a list in a room; `!mehr` goes on there. `payload` is what the list needs."""

    __tablename__ = "list_positions"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    room_id: Mapped[str] = mapped_column(primary_key=True)
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class HistoryEntry(Base):
    """Who changed what, when, in which role. Append-only by triggers; never holds message text."""

    __tablename__ = "history"
    __table_args__ = (Index("history_of", "subject"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    role: Mapped[Role | None]
    subject: Mapped[str]
    what: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]


class DigestWindow(Base):
    """The time a digest covers: `since` (included) to `until` (not included). A room's windows tile time."""

    __tablename__ = "digest_windows"
    __table_args__ = (UniqueConstraint("room_id", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]


class FaqEntry(Base):
    """A curated answer with its source and the day it is known to hold (`as_of`, "Stand")."""

    __tablename__ = "faq_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    category: Mapped[str]
    question: Mapped[str]
    alternatives: Mapped[list[str]]
    keywords: Mapped[list[str]]
    answer: Mapped[str]
    source: Mapped[str]
    source_url: Mapped[str | None]
    as_of: Mapped[date]
    conflict: Mapped[str | None]
    live: Mapped[str | None]
