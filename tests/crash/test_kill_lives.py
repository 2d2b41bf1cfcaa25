"""Contract C3 over a question's whole life: killed anywhere, each person is told each thing once, and each vote counts once."""

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest

from commands.questions.life import TRANSITIONS
from commands.texts.question_words import Step
from storage.tables import QuestionState
from tests.crash.life_rounds import LIFE_BOUNDARIES, LifeRound, a_round_of_lives
from tests.crash.lives import Asked
from tests.crash.rounds import BOUNDARIES
from tests.dialog import BOT
from tests.homeserver import FakeHomeserver

pytestmark = pytest.mark.crash

_EVENTS_OF_THE_BOT = {"m.room.message", "m.reaction", "m.room.redaction"}


async def test_every_life_of_a_question_survives_every_kill(
    homeserver: FakeHomeserver, tmp_path: Path, kills: int
) -> None:
    """C2, C3: at each boundary, those of edits and redactions too."""
    async with a_round_of_lives(homeserver, tmp_path, seed=kills) as round_:
        for boundary in itertools.islice(itertools.cycle((*LIFE_BOUNDARIES, *BOUNDARIES)), kills):
            await round_.kill(boundary)
        await round_.settle()
    assert_everybody_was_told_once(round_)
    assert_every_message_was_answered_once(round_)
    assert_nothing_was_sent_twice(round_)
    assert_votes_are_the_last_words(round_)
    assert_history_is_whole(round_)
    assert_edited_messages_show_the_newest(round_)
    assert_deleted_texts_are_gone(round_)
    log = (tmp_path / "log").read_text()
    assert [word for life in round_.lives for word in life.words if word in log] == [], "C20: the log quotes somebody"


def assert_everybody_was_told_once(round_: LifeRound) -> None:
    """Askers and voters are mentioned once for each thing that concerns them; nobody else is ever mentioned."""
    expected = {key: Counter(people) for life in round_.lives for key, people in life.told.items() if people}
    assert round_.told() == expected


def assert_every_message_was_answered_once(round_: LifeRound) -> None:
    """C11: once each; a deletion or an edit is answered where the message was."""
    expected = Counter(target for life in round_.lives for target, _ in life.replies)
    assert {target: len(replies) for target, replies in round_.chronicle.replies.items() if replies} == expected


def assert_nothing_was_sent_twice(round_: LifeRound) -> None:
    """What the homeserver has of the bot is what the outbox holds, one event to a row; nothing waits or was given up."""
    sent = [each.event_id for each in round_.chronicle.said.values() if each.type in _EVENTS_OF_THE_BOT]
    assert sorted(round_.keys()) == sorted(sent)
    assert round_.rows("SELECT key, state, error FROM outbox WHERE state != 'sent'") == []
    assert round_.rows("SELECT kind, state, error FROM inbox WHERE state != 'handled'") == []


def assert_votes_are_the_last_words(round_: LifeRound) -> None:
    """The marks are those not taken back, and each question has the votes of all who stand behind it, once each."""
    ids = round_.ids()
    marks = round_.rows("SELECT question_id, user_id, event_id FROM vote_marks")
    assert sorted(marks) == sorted(
        (ids[each.ref], f"@{person}:test", mark)
        for each in round_.questions
        for person, left in each.marks.items()
        for mark in left
    )
    counted = dict(round_.rows("SELECT id, votes FROM questions"))
    assert counted == {ids[each.ref]: len(each.supporters) for each in round_.questions}
    merged = dict(round_.rows("SELECT id, merged_into_id FROM questions"))
    assert merged == {ids[each.ref]: each.merged_into and ids[each.merged_into.ref] for each in round_.questions}


def assert_history_is_whole(round_: LifeRound) -> None:
    """The steps that were taken, once each, each allowed, each from where the one before led, up to the state."""
    ids = round_.ids()
    assert len(ids) == len(list(round_.questions))
    for question in round_.questions:
        lines = round_.rows(
            "SELECT what, before, after FROM history WHERE subject = ? ORDER BY id", f"question:{ids[question.ref]}"
        )
        assert [Step(what) for what, _, _ in lines] == question.steps, question.ref
        assert lines[0][1] is None
        assert [before for _, before, _ in lines[1:]] == [after for _, _, after in lines[:-1]]
        for what, before, after in lines[1:]:
            assert QuestionState(after) in TRANSITIONS[Step(what), QuestionState(before)].after
        [(state,)] = round_.rows("SELECT state FROM questions WHERE id = ?", ids[question.ref])
        assert state == lines[-1][2] == question.state


def assert_edited_messages_show_the_newest(round_: LifeRound) -> None:
    """A message that told an answer is edited once for each correction, and says then what it said, with the new word."""
    keys = round_.keys()
    edits = [each for each in round_.chronicle.of_type("m.room.message") if each.edits is not None]
    for question in (each for each in round_.questions if each.answered_by):
        prefix = f"answered:{question.answered_by}:"
        for original in (said for said in round_.chronicle.said.values() if keys[said.event_id].startswith(prefix)):
            of_it = [each for each in edits if each.edits == original.event_id]
            assert len(of_it) == question.corrections
            shown = of_it[-1].content["m.new_content"]["body"] if of_it else original.body
            assert undated(shown) == undated(original.body).replace(question.first_answer, question.answer)


def assert_deleted_texts_are_gone(round_: LifeRound) -> None:
    """Of a deleted question nothing is left that the bot said about it before; every other message stands."""
    events = round_.hs.world.events
    redacted = Counter(each.redacts for each in events.values() if each.sender == BOT and each.redacts)
    assert set(redacted.values()) <= {1}
    deleted = [each for each in round_.questions if each.deletion]
    assert set(redacted) == {event_id for each in deleted for event_id in said_before_deletion(round_, each)}
    for question in deleted:
        told = [str(each.content) for each in events.values() if each.sender == BOT]
        assert not [text for text in told if question.word in text or question.first_word in text], question.ref


def said_before_deletion(round_: LifeRound, question: Asked) -> set[str]:
    """What the bot had queued about a question when it answered the deletion."""
    rows = round_.rows("SELECT id, event_id, key, subject FROM outbox ORDER BY id")
    [until] = [number for number, _, key, _ in rows if key == f"reply:{question.deletion}"]
    before = {event_id for number, event_id, _, _ in rows if number < until and event_id in round_.chronicle.said}
    subject = f"question:{round_.ids()[question.ref]}"
    found = {event_id for _, event_id, _, its in rows if its == subject and event_id in before}
    if question.confidential and question.state is QuestionState.CLOSED:  # its direct chat may be forgotten by now
        chat = round_.hs.room(question.room).id
        said = [each for each in round_.chronicle.said.values() if each.room_id == chat and question.ref in each.body]
        found |= {each.event_id for each in said if each.event_id in before}
    return found


def undated(text: str) -> str:
    """Without dates: what is corrected after midnight is confirmed a day later."""
    return re.sub(r"\d\d\.\d\d\.(\d{4})?", "?", text)
