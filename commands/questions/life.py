"""The life of a question: every step there is, from which state to which, and who may take it.

TRANSITIONS is the one table. What it does not hold is refused with a sentence that names what is possible.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call
from commands.errors import NotAllowed, NotPossible
from commands.texts import question_errors as errors
from commands.texts.question_words import Actor, Step
from storage import history, questions
from storage.tables import LIVE, HistoryEntry, NoteKind, Outcome, Question, QuestionState, Role, RoomKind


@dataclass(frozen=True, kw_only=True)
class Transition:
    """Where a step may lead (the first is the usual one) and who may take it."""

    after: tuple[QuestionState, ...]
    by: frozenset[Actor]


MOST_REOPENED: Final = 2
"""So often whoever asked may open a question again; then a person of the coordination takes over."""

_S = QuestionState
_SAME: Final = ()
_HIDDEN: Final = (_S.SUBMITTED, _S.IN_REVIEW)
_IN_HAND: Final = (_S.OPEN, _S.ASSIGNED, _S.IN_PROGRESS)
_DONE: Final = (_S.ANSWERED, _S.CONFIRMED)
_ASKER: Final = frozenset({Actor.ASKER})
_BOT: Final = frozenset({Actor.BOT})
_GROUP: Final = frozenset({Actor.LEAD, Actor.COORDINATION})
_RESPONSIBLE: Final = _GROUP | {Actor.OWNER}
_ASKER_OR_GROUP: Final = _GROUP | _ASKER
_ASKER_OR_COORDINATION: Final = frozenset({Actor.ASKER, Actor.COORDINATION})

_ROWS: Final[tuple[tuple[Step, tuple[QuestionState, ...], tuple[QuestionState, ...], frozenset[Actor]], ...]] = (
    # step, from, to (nothing: stays as it is), who
    (Step.AGREE, (_S.SUBMITTED,), (_S.OPEN, _S.IN_REVIEW), _ASKER),
    (Step.LAPSE, (_S.SUBMITTED,), (_S.CLOSED,), _BOT),
    (Step.RELEASE, (_S.IN_REVIEW,), (_S.OPEN,), _GROUP),
    (Step.TAKE, _IN_HAND, (_S.IN_PROGRESS,), _RESPONSIBLE),
    (Step.TAKE, (_S.DEFERRED,), _SAME, _RESPONSIBLE),
    (Step.ASSIGN, _IN_HAND, (_S.ASSIGNED,), _GROUP),
    (Step.ASSIGN, (_S.DEFERRED,), _SAME, _GROUP),
    (Step.HAND_BACK, (_S.ASSIGNED, _S.IN_PROGRESS), (_S.OPEN,), _RESPONSIBLE),
    (Step.HAND_BACK, (_S.DEFERRED,), _SAME, _RESPONSIBLE),
    (Step.FORWARD, (_S.IN_REVIEW, *LIVE), (_S.OPEN, _S.IN_REVIEW), _GROUP),
    (Step.EXTEND, _IN_HAND, _SAME, _RESPONSIBLE),
    (Step.DEFER, _IN_HAND, (_S.DEFERRED,), _GROUP),
    (Step.UNDEFER, (_S.DEFERRED,), (_S.OPEN, _S.ASSIGNED), _GROUP),
    (Step.CARRY_OVER, LIVE, _SAME, _BOT),
    (Step.ANSWER, LIVE, (_S.ANSWERED,), _RESPONSIBLE),
    (Step.ANSWER_PARTLY, LIVE, (_S.ANSWERED,), _RESPONSIBLE),
    (Step.REFER, LIVE, (_S.ANSWERED,), _RESPONSIBLE),
    (Step.ANSWER_ORALLY, LIVE, (_S.ANSWERED,), _GROUP),
    (Step.WRITE_UP, _DONE, _SAME, _RESPONSIBLE),
    (Step.CORRECT, _DONE, _SAME, _RESPONSIBLE),
    (Step.DELETE_ANSWER, _DONE, (_S.OPEN, _S.CLOSED), _RESPONSIBLE),
    (Step.CONFIRM, (_S.ANSWERED,), (_S.CONFIRMED,), _ASKER),
    (Step.CONFIRM_SILENTLY, (_S.ANSWERED,), (_S.CONFIRMED,), _BOT),
    (Step.REOPEN, _DONE, (_S.OPEN, _S.ASSIGNED), _ASKER),
    (Step.DECLINE, (_S.IN_REVIEW, *LIVE), (_S.CLOSED,), _GROUP),
    (Step.NOT_RESPONSIBLE, (_S.IN_REVIEW, *LIVE), (_S.CLOSED,), _GROUP),
    (Step.WITHDRAW, (*_HIDDEN, *LIVE), (_S.CLOSED,), _ASKER_OR_COORDINATION),
    (Step.MERGE, (_S.IN_REVIEW, *LIVE), (_S.CLOSED,), _ASKER_OR_GROUP),
    (Step.SPLIT, (_S.CLOSED,), (*LIVE, _S.IN_REVIEW), _ASKER_OR_GROUP),
    (Step.REWORD, (*_HIDDEN, *LIVE), _SAME, _ASKER),
    (Step.DELETE_TEXT, (*_DONE, _S.CLOSED), _SAME, _ASKER),
)


def _expanded() -> Iterator[tuple[tuple[Step, QuestionState], Transition]]:
    for step, befores, afters, by in _ROWS:
        for before in befores:
            yield (step, before), Transition(after=afters or (before,), by=by)


TRANSITIONS: Final[Mapping[tuple[Step, QuestionState], Transition]] = dict(_expanded())
"""Every allowed step from every state. Asking is none of them: it is how a question begins."""

_ON_THE_AGENDA: Final = (Step.TAKE, Step.ASSIGN, Step.HAND_BACK, Step.CARRY_OVER, Step.REWORD, Step.MERGE)
"""Steps that leave a question on the agenda of its plenary, or would bring it back there."""

_MAY_EVER: Final = {
    step: frozenset().union(*(each.by for (other, _), each in TRANSITIONS.items() if other is step)) for step in Step
}


def is_asker(call: Call, question: Question) -> bool:
    """Whether a call comes from who asked, and may count as theirs.

    Of a confidential question only in a direct chat: elsewhere the bot would say who asked it.
    """
    return question.asked_by == call.sender and (not question.confidential or call.room_kind is RoomKind.DIRECT)


def actors(call: Call, question: Question) -> frozenset[Actor]:
    """As whom the sender may act on a question. A question that is with the coordination has no lead."""
    found = set()
    if is_asker(call, question):
        found.add(Actor.ASKER)
    if question.owner == call.sender:
        found.add(Actor.OWNER)
    if question.group_number in call.roles.leads and not question.with_coordination:
        found.add(Actor.LEAD)
    if call.roles.may(Role.COORDINATOR):
        found.add(Actor.COORDINATION)
    return frozenset(found)


def possible(call: Call, question: Question) -> list[Step]:
    """The steps that the sender may take now."""
    mine = actors(call, question)
    return [step for step in Step if (each := _transition(step, question)) is not None and each.by & mine]


def require(call: Call, question: Question, step: Step) -> None:
    """Raise NotAllowed or NotPossible unless the sender may take this step now; the sentence names what is possible."""
    mine, prefix = actors(call, question), call.settings.prefix
    if not _MAY_EVER[step] & mine:
        raise NotAllowed(errors.not_yours_to_do(question, _MAY_EVER[step], prefix=prefix))
    found = _transition(step, question)
    if found is None or not found.by & mine:
        raise NotPossible(errors.not_now(question, possible(call, question), prefix=prefix))


def _transition(step: Step, question: Question) -> Transition | None:
    """What the table says, but for this: nothing is handed back or parted that was not taken or merged.

    Nobody can answer a question whose text was deleted, so it is not opened again.

    After MOST_REOPENED answers that did not help, and the coordination's, more answers do not help either.
    """
    pointless = (
        (step is Step.SPLIT and question.merged_into_id is None)
        or (step is Step.HAND_BACK and question.owner is None)
        or (step is Step.REOPEN and (question.reopened > MOST_REOPENED or question.text is None))
    )
    if pointless:
        return None
    return TRANSITIONS.get((step, question.state))


async def take(
    call: Call,
    session: AsyncSession,
    question: Question,
    step: Step,
    *,
    to: QuestionState | None = None,
    outcome: Outcome | None = None,
    reason: str | None = None,
    by_asker: bool = False,
) -> HistoryEntry:
    """Take a step in the name of the sender: state, outcome, history. `require` has been asked before.

    `to` is needed only where it is not the usual state after this step; `by_asker`: the history says no role.
    """
    role = Role.PARTICIPANT if by_asker else acting_role(call, question)
    return await _take(
        session,
        question,
        step,
        to=to,
        outcome=outcome,
        reason=reason,
        at=call.at,
        actor=call.sender,
        role=role,
        event_id=call.event_id,
    )


async def take_itself(
    session: AsyncSession,
    question: Question,
    step: Step,
    *,
    at: datetime,
    bot_id: str,
    outcome: Outcome | None = None,
) -> HistoryEntry:
    """Take a step that time has brought; the bot is who did it."""
    return await _take(
        session, question, step, to=None, outcome=outcome, reason=None, at=at, actor=bot_id, role=None, event_id=""
    )


def acting_role(call: Call, question: Question) -> Role:
    """As whom the sender acts for a question: its lead, or the coordination, or a participant."""
    mine = actors(call, question)
    if Actor.LEAD in mine:
        return Role.LEAD
    return Role.COORDINATOR if Actor.COORDINATION in mine else Role.PARTICIPANT


async def begin(call: Call, session: AsyncSession, question: Question) -> None:
    """Write into the history that a question was asked."""
    await history.add(
        session,
        questions.subject_of(question.id),
        Step.ASK,
        at=call.at,
        actor=call.sender,
        role=call.roles.highest if not question.confidential else None,
        before=None,
        after=question.state,
    )


async def note(session: AsyncSession, question: Question, what: str, *, at: datetime, bot_id: str) -> HistoryEntry:
    """Write into the history what the bot did about a question that stays as it is. `at` is UTC."""
    return await history.add(
        session,
        questions.subject_of(question.id),
        what,
        at=at,
        actor=bot_id,
        before=question.state,
        after=question.state,
    )


async def _take(
    session: AsyncSession,
    question: Question,
    step: Step,
    *,
    to: QuestionState | None,
    outcome: Outcome | None,
    reason: str | None,
    at: datetime,
    actor: str,
    role: Role | None,
    event_id: str,
) -> HistoryEntry:
    before = question.state
    allowed = TRANSITIONS[step, before].after
    after = allowed[0] if to is None else to
    if after not in allowed:
        raise ValueError(f"{step.name} does not lead from {before} to {after}")
    question.state = after
    if before is QuestionState.DEFERRED and step not in _ON_THE_AGENDA:
        question.plenary_number = None
    if after in (QuestionState.ANSWERED, QuestionState.CLOSED) and before is not after:
        question.outcome, question.closed_at = outcome, at
    elif after not in (*_DONE, QuestionState.CLOSED):
        question.outcome, question.closed_at = None, None
    entry = await history.add(
        session,
        questions.subject_of(question.id),
        step,
        at=at,
        actor=actor,
        role=role,
        before=before,
        after=after,
    )
    if reason is not None:
        await questions.note(session, question, entry, NoteKind.REASON, reason, event_id=event_id)
    return entry
