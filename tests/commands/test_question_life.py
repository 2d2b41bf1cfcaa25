"""The table of transitions: what it allows, what it refuses, and that a refusal names what is possible."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from commands.command import Call
from commands.errors import CommandError, NotAllowed, NotPossible
from commands.questions import life
from commands.registry import COMMANDS
from commands.settings import Settings
from commands.texts.question_words import COMMANDS as TYPED
from commands.texts.question_words import STATES, Actor, Step
from storage.roles import Roles
from storage.tables import LIVE, Outcome, Question, QuestionState, RoomKind

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SETTINGS = Settings(bot_id="@ag4-bot:test", version="0", started_at=NOW)
ASKER, OWNER, LEAD, OTHER_LEAD, COORDINATOR, STRANGER = (
    "@anna:test",
    "@olga:test",
    "@lena:test",
    "@lukas:test",
    "@karin:test",
    "@ben:test",
)
ROLES = {
    LEAD: Roles(leads=frozenset({3})),
    OTHER_LEAD: Roles(leads=frozenset({2})),
    COORDINATOR: Roles(coordinator=True),
}
EVERYBODY = (ASKER, OWNER, LEAD, OTHER_LEAD, COORDINATOR, STRANGER)


def call(sender: str, *, kind: RoomKind = RoomKind.PLENARY) -> Call:
    return Call(
        text="",
        sender=sender,
        roles=ROLES.get(sender, Roles()),
        room_id="!plenum:test",
        room_kind=kind,
        room_group=None,
        event_id="$event",
        cause="$event",
        thread_id=None,
        at=NOW,
        settings=SETTINGS,
    )


def question(state: QuestionState, **what: object) -> Question:
    closed = NOW if state in (QuestionState.ANSWERED, QuestionState.CONFIRMED, QuestionState.CLOSED) else None
    return Question(
        **{
            "id": 1,
            "group_number": 3,
            "number": 17,
            "text": "Wer zahlt?",
            "asked_by": ASKER,
            "asked_at": NOW,
            "room_id": "!plenum:test",
            "source_event_id": "$asked",
            "due_on": date(2026, 12, 7),
            "state": state,
            "closed_at": closed,
            "outcome": Outcome.WITHDRAWN if state is QuestionState.CLOSED else None,
            "owner": OWNER,
            "confidential": False,
            "with_coordination": False,
            "plenary_number": 4,
            "reopened": 0,
            "merged_into_id": 2 if state is QuestionState.CLOSED else None,
        }
        | what
    )


def allowed(sender: str, asked: Question, step: Step, **how: RoomKind) -> bool:
    try:
        life.require(call(sender, **how), asked, step)
    except CommandError:
        return False
    return True


@pytest.mark.parametrize("state", QuestionState)
@pytest.mark.parametrize("step", Step)
def test_whatever_is_refused_is_refused_with_a_sentence_that_names_what_is_possible(
    step: Step, state: QuestionState
) -> None:
    asked = question(state)
    for sender in EVERYBODY:
        if allowed(sender, asked, step):
            assert (step, state) in life.TRANSITIONS
            continue
        with pytest.raises((NotAllowed, NotPossible)) as refused:
            life.require(call(sender), asked, step)
        text = str(refused.value)
        assert "AG3" in text
        assert "`!" in text
        if isinstance(refused.value, NotPossible):
            assert "Möglich ist" in text
            possible = life.possible(call(sender), asked)
            named = [typed for other, typed in TYPED.items() if other in possible][:3]
            assert all(typed.format(ref="AG3-017") in text for typed in named)


@pytest.mark.parametrize("state", QuestionState)
def test_what_is_named_as_possible_is_possible(state: QuestionState) -> None:
    asked = question(state)
    for sender in EVERYBODY:
        assert {step for step in Step if allowed(sender, asked, step)} == set(life.possible(call(sender), asked))


@pytest.mark.parametrize("state", QuestionState)
def test_a_lead_of_another_group_and_a_stranger_can_do_nothing(state: QuestionState) -> None:
    assert life.possible(call(OTHER_LEAD), question(state)) == []
    assert life.possible(call(STRANGER), question(state)) == []


@pytest.mark.parametrize("state", QuestionState)
def test_only_the_asker_speaks_for_the_asker(state: QuestionState) -> None:
    for step in (Step.AGREE, Step.CONFIRM, Step.REOPEN, Step.REWORD):
        for sender in set(EVERYBODY) - {ASKER}:
            assert not allowed(sender, question(state), step)


@pytest.mark.parametrize("state", QuestionState)
def test_what_time_does_nobody_can_do_by_hand(state: QuestionState) -> None:
    for step in (Step.LAPSE, Step.CARRY_OVER, Step.CONFIRM_SILENTLY):
        assert not any(allowed(sender, question(state), step) for sender in EVERYBODY)


@pytest.mark.parametrize("state", QuestionState)
def test_a_question_that_is_with_the_coordination_is_not_the_leads_any_more(state: QuestionState) -> None:
    assert life.possible(call(LEAD), question(state, with_coordination=True)) == []
    assert life.possible(call(COORDINATOR), question(state, with_coordination=True)) == life.possible(
        call(COORDINATOR), question(state)
    )


def test_who_asked_in_confidence_is_the_asker_in_a_direct_chat_only() -> None:
    asked = question(QuestionState.ANSWERED, confidential=True)
    assert not allowed(ASKER, asked, Step.CONFIRM)
    assert allowed(ASKER, asked, Step.CONFIRM, kind=RoomKind.DIRECT)


def test_nothing_leads_out_of_a_closed_question_but_what_was_merged() -> None:
    out = {
        step
        for (step, state), each in life.TRANSITIONS.items()
        if state is QuestionState.CLOSED and each.after != (state,)
    }
    assert out == {Step.SPLIT}


def test_every_state_is_reached_and_every_answerable_one_leads_to_an_answer() -> None:
    reached = {QuestionState.SUBMITTED}
    for _ in QuestionState:
        reached |= {after for (_, state), each in life.TRANSITIONS.items() if state in reached for after in each.after}
    assert reached == set(QuestionState)
    for state in LIVE:
        assert life.TRANSITIONS[Step.ANSWER, state].after == (QuestionState.ANSWERED,)


def test_every_state_and_every_step_has_its_german_word_and_every_typed_step_its_command() -> None:
    assert set(STATES) == set(QuestionState)
    names = {each.name for each in COMMANDS}
    assert {typed.split()[0] for typed in TYPED.values()} <= names


def test_a_step_that_the_table_does_not_hold_cannot_be_taken_by_mistake() -> None:
    assert (Step.ANSWER, QuestionState.CLOSED) not in life.TRANSITIONS
    assert {Actor.BOT} == life.TRANSITIONS[Step.LAPSE, QuestionState.SUBMITTED].by
    assert replace(life.TRANSITIONS[Step.TAKE, QuestionState.OPEN]).after == (QuestionState.IN_PROGRESS,)
