"""All tables. Those of questions and of the calendar stand in modules of their own and are named here too.

Instants are `UtcDateTime` (aware UTC); times people agreed on are `WallDateTime` plus a zone. Text that
people wrote stands in as few places as possible: the inbox drops it once handled, the outbox once sent.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, new_stamp, table_of
from storage.calendar_tables import (
    Attendance,
    CalendarChange,
    CalendarEvent,
    CalendarSeries,
    ChangeKind,
    EventSource,
    EventStatus,
    Feed,
    Material,
    Notice,
    NoticeKind,
    ParticipationStatus,
    RemindedUntil,
    RoomDisplay,
    Subscription,
)
from storage.faq_tables import FaqChange, FaqChoice, FaqGap, FaqSynonyms, FaqTold, FaqVote, Handover
from storage.question_tables import (
    LIVE,
    Answer,
    AnswerTold,
    ListPosition,
    NoteKind,
    Outcome,
    Question,
    QuestionAlias,
    QuestionNote,
    QuestionState,
    QuestionTerm,
    VoteMark,
)


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


class DraftState(StrEnum):
    """What became of a preview."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"
    EXPIRED = "expired"


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
    """A curated answer with its source and the day it is known to hold (`as_of`, "Stand").

    From `review_on` on, somebody should look whether it still holds. `version` counts its changes, `stamp` is another
    number after each of them.
    """

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
    review_on: Mapped[date | None]
    retired: Mapped[bool] = mapped_column(default=False, server_default="0")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    stamp: Mapped[int] = mapped_column(default=new_stamp, onupdate=new_stamp, server_default="0")


__all__ = [
    "LIVE",
    "Answer",
    "AnswerTold",
    "Attendance",
    "Base",
    "CalendarChange",
    "CalendarEvent",
    "CalendarSeries",
    "ChangeKind",
    "DigestWindow",
    "Draft",
    "DraftState",
    "EventSource",
    "EventStatus",
    "FaqChange",
    "FaqChoice",
    "FaqEntry",
    "FaqGap",
    "FaqSynonyms",
    "FaqTold",
    "FaqVote",
    "Feed",
    "Group",
    "Handover",
    "HistoryEntry",
    "InboxRow",
    "InboxState",
    "ListPosition",
    "Material",
    "NoteKind",
    "Notice",
    "NoticeKind",
    "OutboxRow",
    "OutboxState",
    "Outcome",
    "OwnDevice",
    "ParticipationStatus",
    "Question",
    "QuestionAlias",
    "QuestionNote",
    "QuestionState",
    "QuestionTerm",
    "RemindedUntil",
    "Role",
    "RoleGrant",
    "Room",
    "RoomDisplay",
    "RoomKind",
    "Subscription",
    "Sync",
    "VoteMark",
    "table_of",
]
