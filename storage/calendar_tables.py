"""The tables of the calendar: dates and series, how each changed, who was told, who comes, what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.types import WallDateTime


class EventStatus(StrEnum):
    """The state of a calendar event (RFC 5545, section 3.8.1.11)."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class EventSource(StrEnum):
    """Where a date is kept: planned in chat, or entered by the operator in config.toml."""

    CHAT = "chat"
    CONFIG = "config"


class ChangeKind(StrEnum):
    """What was done to a date. Recalled: the change before it was taken back within minutes."""

    CREATED = "created"
    MOVED = "moved"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    RECALLED = "recalled"


class NoticeKind(StrEnum):
    """Why a room was told about a calendar event. Shown: somebody there asked for it."""

    ANNOUNCEMENT = "announcement"
    REMINDER = "reminder"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"
    SKIPPED = "skipped"
    SHOWN = "shown"


class ParticipationStatus(StrEnum):
    """What somebody answered to an invitation (PARTSTAT, RFC 5545, section 3.2.12)."""

    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


class CalendarSeries(Base):
    """Dates that recur: a rule (RRULE) from which the next dates are entered as rows of their own.

    `starts` to `ends` is the first occurrence, wall-clock times in `zone`; `exceptions` are starts (ISO, naive)
    that are left out (EXDATE). `filled_until` is the wall-clock time up to which dates were entered. `rooms` were
    told of the series and hear of every change of each of its dates. `sequence`, `version`: as in `CalendarEvent`.
    """

    __tablename__ = "calendar_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[str | None]
    starts: Mapped[datetime] = mapped_column(WallDateTime)
    ends: Mapped[datetime | None] = mapped_column(WallDateTime)
    zone: Mapped[str] = mapped_column(default="Europe/Berlin")
    rule: Mapped[str]
    exceptions: Mapped[list[str]]
    place: Mapped[str | None]
    link: Mapped[str | None]
    status: Mapped[EventStatus] = mapped_column(default=EventStatus.CONFIRMED)
    sequence: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    filled_until: Mapped[datetime] = mapped_column(WallDateTime)
    rooms: Mapped[list[str]]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class CalendarEvent(Base):
    """A date in the calendar (VEVENT, RFC 5545). `version` grows with every change people are told of.

    `starts` and `ends` are wall-clock times in `zone`; with `whole_day` only the day counts (the time of a plenary held
    long ago is not known). `sequence` is SEQUENCE (RFC 5545, 3.8.7.4): it grows with time, place and status only.
    `occurrence` is where the rule of its series had put it (RECURRENCE-ID). `seats` limits who can come. `recalled`:
    entered by mistake and taken back, or of a series that was ended; nobody sees it any more. `closed_at`: minutes and
    material are out.
    """

    __tablename__ = "calendar_events"
    __table_args__ = (
        UniqueConstraint("kind", "number"),
        Index("calendar_events_of_series", "series_id", "occurrence", unique=True),
    )

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
    agenda: Mapped[str | None]
    seats: Mapped[int | None]
    status: Mapped[EventStatus] = mapped_column(default=EventStatus.CONFIRMED)
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1)
    source: Mapped[EventSource] = mapped_column(default=EventSource.CHAT, server_default=text("'chat'"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("calendar_series.id"))
    occurrence: Mapped[datetime | None] = mapped_column(WallDateTime)
    recalled: Mapped[bool] = mapped_column(default=False, server_default="0")
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class CalendarChange(Base):
    """One change of a date, for everybody to read; `before` and `after` are what `storage.calendar.facts` gives.

    `version` is the one it made. `told` is false while rooms have yet to hear of it. `undone`: it was recalled.
    """

    __tablename__ = "calendar_changes"
    __table_args__ = (Index("calendar_changes_untold", "told", sqlite_where=text("told = 0")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_event_id: Mapped[int] = mapped_column(ForeignKey("calendar_events.id"), index=True)
    version: Mapped[int]
    what: Mapped[ChangeKind]
    at: Mapped[datetime]
    actor: Mapped[str]
    cause: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any]]
    told: Mapped[bool] = mapped_column(default=True)
    undone: Mapped[bool] = mapped_column(default=False)


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


class Attendance(Base):
    """What somebody answered to an invitation. `deputy` comes in their place; `version` is the one they answered to.

    `event_id` is the reaction they answered with, where they did. `waiting`: there was no seat left;
    `seat_since` orders those who wait.
    """

    __tablename__ = "attendances"

    calendar_event_id: Mapped[int] = mapped_column(ForeignKey("calendar_events.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[ParticipationStatus]
    deputy: Mapped[str | None]
    version: Mapped[int]
    waiting: Mapped[bool] = mapped_column(default=False)
    seat_since: Mapped[datetime]
    room_id: Mapped[str]
    event_id: Mapped[str | None] = mapped_column(index=True)
    answered_at: Mapped[datetime]


class Subscription(Base):
    """Reminders that one person wants in their direct chat; `kind` is that of dates, or "" for all of them."""

    __tablename__ = "subscriptions"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    room_id: Mapped[str]
    distances: Mapped[list[str]]
    since: Mapped[datetime]


class Material(Base):
    """Minutes, slides and the like of a date: a link, or a file sent to the bot (`file`, ready to be sent on)."""

    __tablename__ = "materials"

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_event_id: Mapped[int] = mapped_column(ForeignKey("calendar_events.id"), index=True)
    title: Mapped[str]
    link: Mapped[str | None]
    file: Mapped[dict[str, Any] | None]
    source_event_id: Mapped[str] = mapped_column(index=True)
    added_by: Mapped[str]
    added_at: Mapped[datetime]


class RemindedUntil(Base):
    """Up to when reminders were looked for; one row. What fell due before is sent or noted."""

    __tablename__ = "reminded_until"
    __table_args__ = (CheckConstraint("id = 1", name="one_position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    until: Mapped[datetime]


class RoomDisplay(Base):
    """What a room shows of the next date: in its topic, or as a pinned message (`message_key`, edited in place).

    `count` is how often that changed: it names the next change.
    """

    __tablename__ = "room_displays"

    room_id: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str]
    text: Mapped[str]
    count: Mapped[int]
    message_key: Mapped[str | None]


class Feed(Base):
    """A calendar feed as it was last given out: the hash of its body, and since when that is so."""

    __tablename__ = "feeds"

    name: Mapped[str] = mapped_column(primary_key=True)
    etag: Mapped[str]
    changed_at: Mapped[datetime]
