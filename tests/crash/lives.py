"""Lives of questions as people live them: each step waits until they have read what the bot said to the last one.

A life notes what must come of it: who is told what once, whose votes stand, which steps the history holds. It asks
nobody but the homeserver, as people do; the database is looked at when all is over.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from commands.texts.question_words import Step
from storage.tables import QuestionState
from tests.crash.chronicle import Chronicle, Said
from tests.homeserver import FakeHomeserver

ASKERS = ("anna", "ben", "lukas")
VOTERS = (*ASKERS, "kurt")
LEAD = "lena"
PLENARY, GROUP = "#plenum:test", "#ag3:test"
THUMBS = ("👍", "👍️", "👍🏻", "👍🏽", "👍🏿")

Ready = Callable[[], bool]


def direct(person: str) -> str:
    """The direct chat of a person with the bot."""
    return f"#direkt-{person}:test"


@dataclass(eq=False)
class Asked:
    """A question, and what must have become of it."""

    asker: str
    room: str
    event_id: str
    word: str
    """Stands in its text and nowhere else, as `first_word` did at first."""
    first_word: str
    ref: str = ""
    marks: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    voted_in: dict[str, str] = field(default_factory=dict)
    merged_into: "Asked | None" = None
    children: "list[Asked]" = field(default_factory=list)
    state: QuestionState = QuestionState.OPEN
    steps: list[Step] = field(default_factory=lambda: [Step.ASK])
    answer: str = ""
    """The word that its answer holds now, and `first_answer` at first."""
    first_answer: str = ""
    answered_by: str = ""
    """The message with its answer, and `worded_by` the one that its answer has its words from now."""
    worded_by: str = ""
    corrections: int = 0
    deletion: str = ""

    @property
    def confidential(self) -> bool:
        """Whether it was asked in a direct chat."""
        return self.room == direct(self.asker)

    @property
    def voters(self) -> set[str]:
        """Those whose last word stands."""
        return {person for person, marks in self.marks.items() if marks}

    @property
    def supporters(self) -> set[str]:
        """Whose votes count for it: each person once, with what was merged into it, without who asked it."""
        found = self.voters
        for child in self.children:
            found |= child.supporters | {child.asker}
        return found - {self.asker}


class Life:
    """One or two questions from the first word to the last. `go_on` takes the next step once `ready`."""

    def __init__(self, hs: FakeHomeserver, chronicle: Chronicle, chance: Random) -> None:
        self.hs = hs
        self.chronicle = chronicle
        self.chance = chance
        self.questions: list[Asked] = []
        self.told: dict[tuple[str, str], set[str]] = {}
        """What was told because of which event -> whom: each of them once, and nobody else."""
        self.replies: list[tuple[str, str]] = []
        """What the bot answers: the event that it replies to, and the event that is the cause."""
        self.words: list[str] = []
        """What was said that must not be found where it does not belong."""
        self.over = False
        self._unanswered: list[tuple[str, str]] = []
        self._story = self._live()
        self._ready: Ready = lambda: True

    @property
    def ready(self) -> bool:
        """Whether the next step can be taken."""
        return not self.over and self._ready()

    def go_on(self) -> None:
        """Take the next step."""
        try:
            self._ready = next(self._story)
        except StopIteration:
            self.over = True

    def _live(self) -> Iterator[Ready]:
        first = self._ask()
        second = self._ask() if self._maybe(0.5) else None
        yield self._all_said
        for question in self.questions:
            question.ref = self._ref_of(question)
            self._vote(question)
        yield self._all_said
        for question in self.questions:
            self._take_back(question)
        yield self._all_said
        if self._maybe(0.4):
            self._reword(first)
            yield self._all_said
        if second is not None:
            yield from self._put_together(second, first)
        elif self._maybe(0.3):
            self._delete(first)
            yield self._all_said
            return
        yield from self._bring_to_an_end(first)

    def _put_together(self, question: Asked, root: Asked) -> Iterator[Ready]:
        self._merge(question, root)
        yield self._all_said
        if self._maybe(0.3):
            self._vote(question)
            yield self._all_said
        if self._maybe(0.4):
            self._split(question, root)
            yield self._all_said

    def _bring_to_an_end(self, question: Asked) -> Iterator[Ready]:
        self._answer(question)
        yield self._all_said
        for _ in range(self.chance.randint(0, 2)):
            self._correct(question)
            yield self._all_said
        yield lambda: self._answer_seen(question) is not None
        if self._maybe(0.6):
            self._confirm(question)
            yield self._all_said
        elif self._maybe(0.5):
            self._delete(question)
            yield self._all_said

    # what people do

    def _ask(self) -> Asked:
        asker = self.chance.choice([each for each in ASKERS if not self._asked_in_confidence(each)])
        room = self.chance.choice((PLENARY, GROUP, direct(asker)))
        if any(each.asker == asker for each in self.questions):
            room = GROUP
        word = self._word()
        event_id = self._say(asker, room, f"!frage AG3 Was wird aus {word}?")
        asked = Asked(asker, room, event_id, word, word)
        self.questions.append(asked)
        return asked

    def _vote(self, question: Asked) -> None:
        """Some vote, by reaction or by command, some twice, some after a moment of doubt; then they look at it."""
        for person in VOTERS:
            if person == question.asker or self._asked_in_confidence(person) or self._maybe(0.4):
                continue
            shown = self._shown(question)
            room = question.voted_in.get(person) or self.chance.choice((*shown, direct(person)))
            question.voted_in[person] = room
            if room not in shown:
                self._vote_by_command(question, person, room)
                continue
            if self._maybe(0.3):
                self._react(question, person, room)
                self._redact_marks(question, person, room)
            self._react(question, person, room)
            if self._maybe(0.3):
                self._vote_by_command(question, person, room)
            self._say(person, room, f"!frage {question.ref}")

    def _take_back(self, question: Asked) -> None:
        """Some take their vote back, one by one or by a word, and some of these vote again."""
        for person in sorted(question.voters):
            if self._maybe(0.6):
                continue
            room = question.voted_in[person]
            if self._maybe(0.5):
                self._redact_marks(question, person, room)
            else:
                self._say(person, room, f"!stimme {question.ref} zurück")
                question.marks[person].clear()
            if self._maybe(0.2):
                self._vote_by_command(question, person, room)
            self._say(person, room, f"!frage {question.ref}")

    def _reword(self, question: Asked) -> None:
        question.word = self._word()
        text = f"!frage AG3 Was wird aus {question.word}?"
        edit = self.hs.user(question.asker).edit(question.room, question.event_id, text)
        self._expect_reply(question.event_id, edit)
        self.told["reworded", edit] = question.voters
        question.steps.append(Step.REWORD)

    def _merge(self, question: Asked, root: Asked) -> None:
        cause = self._say(LEAD, GROUP, f"!zusammenführen {question.ref} {root.ref}")
        self.told["merged", cause] = question.supporters | {question.asker}
        question.merged_into = root
        root.children.append(question)
        question.state = QuestionState.CLOSED
        question.steps.append(Step.MERGE)

    def _split(self, question: Asked, root: Asked) -> None:
        cause = self._say(LEAD, GROUP, f"!trennen {question.ref}")
        self.told["split", cause] = question.supporters | {question.asker}
        question.merged_into = None
        root.children.remove(question)
        question.state = QuestionState.OPEN
        question.steps.append(Step.SPLIT)

    def _answer(self, question: Asked) -> None:
        question.answer = question.first_answer = self._word()
        question.answered_by = self._say(LEAD, GROUP, f"!antwort {question.ref} Bis 2027 zahlt {question.answer}.")
        question.worded_by = question.answered_by
        self.told["answered", question.answered_by] = question.supporters | {question.asker}
        question.state = QuestionState.ANSWERED
        question.steps.append(Step.ANSWER)

    def _correct(self, question: Asked) -> None:
        """By a command, or by editing the message that the answer has its words from."""
        question.answer, question.corrections = self._word(), question.corrections + 1
        words = f"{question.ref} Bis 2027 zahlt {question.answer}."
        if self._maybe(0.5):
            cause = self.hs.user(LEAD).edit(GROUP, question.worded_by, f"!antwort {words}")
            self._expect_reply(question.worded_by, cause)
        else:
            cause = question.worded_by = self._say(LEAD, GROUP, f"!berichtigen {words}")
        self.told["corrected", cause] = self.told["answered", question.answered_by]
        question.steps.append(Step.CORRECT)

    def _confirm(self, question: Asked) -> None:
        if self._maybe(0.3):
            self._say(question.asker, question.room, f"!hilft {question.ref}")
        else:
            told = self._answer_seen(question)
            assert told is not None
            thumb = self.hs.user(question.asker).react(question.room, told.event_id, self.chance.choice(THUMBS))
            self._expect_reply(told.event_id, thumb)
        question.state = QuestionState.CONFIRMED
        question.steps.append(Step.CONFIRM)

    def _delete(self, question: Asked) -> None:
        cause = self.hs.user(question.asker).redact(question.room, question.event_id)
        self._expect_reply(question.event_id, cause)
        if question.state is QuestionState.OPEN:
            self.told["withdrawn", cause] = question.voters
            question.state = QuestionState.CLOSED
            question.steps.append(Step.WITHDRAW)
        else:
            question.steps.append(Step.DELETE_TEXT)
        question.deletion = cause

    # the small things

    def _say(self, person: str, room: str, text: str) -> str:
        event_id = self.hs.user(person).say(room, text)
        self._expect_reply(event_id, event_id)
        return event_id

    def _react(self, question: Asked, person: str, room: str) -> None:
        event_id = self._shown(question)[room].event_id
        question.marks[person].add(self.hs.user(person).react(room, event_id, self.chance.choice(THUMBS)))

    def _vote_by_command(self, question: Asked, person: str, room: str) -> None:
        question.marks[person].add(self._say(person, room, f"!stimme {question.ref}"))

    def _redact_marks(self, question: Asked, person: str, room: str) -> None:
        """Take back every reaction, and delete every message with the command."""
        for each in sorted(question.marks[person]):
            self.hs.user(person).redact(room, each)
        question.marks[person].clear()

    def _shown(self, question: Asked) -> dict[str, Said]:
        """The message under which people vote for a question, in each room where all can read it."""
        found = {}
        if not question.confidential:
            found[question.room] = self.chronicle.replies[question.event_id][0]
        note = self.chronicle.first(self.hs.room(GROUP).id, "Neue Frage", question.first_word)
        return found if note is None else found | {GROUP: note}

    def _ref_of(self, question: Asked) -> str:
        receipt = self.chronicle.replies[question.event_id][0]
        return next(word.strip("*.:,") for word in receipt.body.split() if word.startswith("AG3-"))

    def _answer_seen(self, question: Asked) -> Said | None:
        """The message that told the asker the answer."""
        return self.chronicle.first(self.hs.room(question.room).id, "beantwortet", question.first_answer)

    def _asked_in_confidence(self, person: str) -> bool:
        """They keep quiet in the rooms, or they would be two: the one that others see, and who asked."""
        return any(each.confidential and each.asker == person for each in self.questions)

    def _expect_reply(self, target: str, cause: str) -> None:
        self.replies.append((target, cause))
        self._unanswered.append((target, cause))

    def _all_said(self) -> bool:
        """Whether everything is answered, and new questions are shown in the group's room."""
        self._unanswered = [each for each in self._unanswered if not self.chronicle.answered(*each)]
        return not self._unanswered and all(GROUP in self._shown(each) for each in self.questions)

    def _maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def _word(self) -> str:
        """A word that was never said before, and is like no other: similar questions quote each other."""
        word = "".join(self.chance.choice("bdfgklmnprstvwz") + self.chance.choice("aeiou") for _ in range(7))
        self.words.append(word)
        return word
