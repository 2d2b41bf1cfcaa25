"""The tables of questions: where each stands, what was answered, who supports it, by which words it is found."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base


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
