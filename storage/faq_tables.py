"""The tables around the FAQ: what was offered and told, what people thought of it, and what nobody could answer."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, new_stamp


class FaqChoice(Base):
    """What somebody was offered in a room: entries to choose from by number, or none.

    It is kept for a day, or for thirty where nobody had an answer: then they are told once there is one.

    `text` is what they had asked in the message `event_id`; `gap_id` is the gap it became, which goes once one of the
    entries is chosen.
    """

    __tablename__ = "faq_choices"
    __table_args__ = (Index("faq_choices_of", "room_id", "sender"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[str]
    sender: Mapped[str]
    text: Mapped[str]
    slugs: Mapped[list[str]]
    gap_id: Mapped[int | None]
    event_id: Mapped[str | None]
    at: Mapped[datetime]


class FaqTold(Base):
    """An answer that was given, without the person. Room, message and text are forgotten after a week.

    `said` is a hash of the answer, without what changes by the minute: two answers that say the same have the same.
    """

    __tablename__ = "faq_told"
    __table_args__ = (Index("faq_told_in", "room_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    room_id: Mapped[str | None]
    event_id: Mapped[str | None]
    text: Mapped[str | None]
    asker: Mapped[str | None]
    said: Mapped[str | None]
    at: Mapped[datetime]


class FaqVote(Base):
    """Whether an answer helped; `voter` is a hash that is of use for this one answer only."""

    __tablename__ = "faq_votes"

    told_id: Mapped[int] = mapped_column(ForeignKey("faq_told.id"), primary_key=True)
    voter: Mapped[str] = mapped_column(primary_key=True)
    helped: Mapped[bool]
    at: Mapped[datetime]


class FaqGap(Base):
    """A text that the FAQ had no answer to, or none that helped (`slug`): without person and room.

    `trace` is a hash of the message it stood in: who deletes the message is followed, and nobody is found by it.
    """

    __tablename__ = "faq_gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    slug: Mapped[str | None]
    trace: Mapped[str | None] = mapped_column(index=True)
    at: Mapped[datetime]


class FaqSynonyms(Base):
    """Words that mean the same in this administration, as editors entered them. `stamp` as in FaqEntry."""

    __tablename__ = "faq_synonyms"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[list[str]]
    stamp: Mapped[int] = mapped_column(default=new_stamp, onupdate=new_stamp)


class FaqChange(Base):
    """What an editor did to an entry, and the wording it had before (None: it was new)."""

    __tablename__ = "faq_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("faq_entries.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    what: Mapped[str]
    before: Mapped[dict[str, Any] | None]


class Handover(Base):
    """Somebody asked for a person: who takes care, until which day (Berlin), and where the bot is silent until then.

    `thread_id` is the root of the thread, or None for what `asked_by` says in the room itself; `event_id` is the
    message that asked for it.
    """

    __tablename__ = "handovers"
    __table_args__ = (Index("handovers_in", "room_id", "released_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[str]
    thread_id: Mapped[str | None]
    event_id: Mapped[str | None]
    asked_by: Mapped[str]
    text: Mapped[str]
    owner: Mapped[str]
    due_on: Mapped[date]
    asked_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
