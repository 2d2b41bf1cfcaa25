"""What holds for questions whatever people do in whatever order."""

import contextlib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Command, Reply
from commands.errors import CommandError
from commands.questions import COMMANDS, FOLLOWER, life
from commands.settings import Settings
from commands.texts.question_words import Step
from storage import history, votes
from storage.database import Database
from storage.roles import Roles
from storage.tables import LIVE, Answer, Outcome, Question, QuestionState, RoomKind

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SETTINGS = Settings(bot_id="@ag4-bot:test", version="0", started_at=NOW)
ROLES = {
    "@anna:test": Roles(),
    "@ben:test": Roles(),
    "@lena:test": Roles(leads=frozenset({3})),
    "@karin:test": Roles(coordinator=True),
}
NAMED = {each.name: each for each in COMMANDS}
HIDDEN = (QuestionState.SUBMITTED, QuestionState.IN_REVIEW)
WHO = st.sampled_from(sorted(ROLES))
GROUP = st.integers(min_value=2, max_value=3)
WHICH = st.integers(min_value=0, max_value=5)
AUTHOR = st.just("")
"""Who wrote the message that is edited or deleted."""

WORDS = {
    "antwort": "Antwort {step}.",
    "teilantwort": "Antwort auf einen Teil {step}.",
    "berichtigen": "Jetzt aber {step}.",
    "zurückziehen": "",
    "hilft": "",
    "offen": "Da fehlt noch {step}.",
    "stimme": "",
    "übernehmen": "",
    "zuweisen": "@ben:test",
    "abgeben": "",
    "weiterleiten": "AG2 Das gehört dorthin.",
    "ablehnen": "Das geht nicht.",
    "vormerken": "",
    "mündlich": "ja",
    "trennen": "",
}
"""What follows the number of a question, for each command."""

STEP = st.one_of(
    st.tuples(st.just("ask"), WHO, GROUP),
    st.tuples(st.sampled_from(sorted(WORDS)), WHO, WHICH),
    st.tuples(st.sampled_from(("antwort", "hilft", "offen")), WHO, WHICH),
    st.tuples(st.just("merge"), WHO, WHICH),
    st.tuples(st.just("edit"), WHO | AUTHOR, WHICH),
    st.tuples(st.just("delete"), WHO | AUTHOR, WHICH),
)
STEPS = st.lists(STEP, max_size=20).map(
    lambda steps: [("ask", "@anna:test", 3), ("ask", "@ben:test", 3), ("antwort", "@lena:test", 0), *steps]
)


@dataclass
class World:
    """What was said so far, and what the bot said of its own accord."""

    session: AsyncSession
    said: list[tuple[str, str, str]] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    mentioned: Counter[tuple[str, str]] = field(default_factory=Counter)

    def call(self, sender: str, text: str, event_id: str) -> Call:
        return Call(
            text=text,
            sender=sender,
            roles=ROLES[sender],
            room_id="!plenum:test",
            room_kind=RoomKind.PLENARY,
            room_group=None,
            event_id=event_id,
            cause=event_id,
            thread_id=None,
            at=NOW,
            settings=SETTINGS,
        )

    def note(self, reply: Reply | None) -> None:
        if reply is not None:
            self.told.update(each.key for each in reply.messages)
            for each in reply.messages:
                what, cause, *_ = each.key.split(":")
                self.mentioned.update((f"{what}:{cause}", person) for person in each.mentions)

    async def say(self, sender: str, command: Command, text: str) -> None:
        event_id = f"$said{len(self.said)}"
        self.said.append((event_id, sender, f"{command.name} {text}"))
        with contextlib.suppress(CommandError):
            async with self.session.begin_nested():
                self.note(await command(self.call(sender, text, event_id), self.session))

    async def follow(self, step: int, sender: str, which: int, *, delete: bool) -> None:
        event_id, author, text = self.said[which % len(self.said)]
        sender = sender or author
        with contextlib.suppress(CommandError):
            async with self.session.begin_nested():
                if delete:
                    gone = replace(self.call(sender, "", event_id), cause=f"$cause{step}")
                    self.note(await FOLLOWER.deleted(gone, f"$cause{step}", self.session))
                else:
                    edited = replace(self.call(sender, f"{text} (neu {step})", event_id), cause=f"$cause{step}")
                    self.note(await FOLLOWER.edited(edited, f"$cause{step}", self.session))


async def state_of(session: AsyncSession) -> list[tuple[object, ...]]:
    questions = await session.execute(select(Question.id, Question.state, Question.text).order_by(Question.id))
    answers = await session.execute(select(Answer.id, Answer.text).order_by(Answer.id))
    return [*map(tuple, questions), *map(tuple, answers)]


class UndoneError(Exception):
    """Ends an example: nothing of it stays."""


# One database serves all examples: each undoes what it did.
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(steps=[("ask", "@anna:test", 3), ("antwort", "@lena:test", 0), ("delete", "", 0), ("offen", "@anna:test", 0)])
@given(steps=STEPS)
async def test_whatever_people_do_state_history_and_messages_agree(
    database: Database, steps: list[tuple[str, str, int]]
) -> None:
    with contextlib.suppress(UndoneError):
        await live_and_undo(database, steps)


async def test_a_deletion_or_edit_in_another_room_changes_no_question(database: Database) -> None:
    """Who may delete in one room may not in another: relations hold within a room (client-server API, Redactions)."""
    async with database.transaction() as session:
        world = World(session)
        await world.say("@anna:test", NAMED["frage"], "AG3 Wer zahlt?")
        before = await state_of(session)
        elsewhere = replace(world.call("@anna:test", "frage AG3 Wer zahlt denn?", "$said0"), room_id="!elsewhere:test")
        assert await FOLLOWER.deleted(elsewhere, "$cause", session) is None
        assert await FOLLOWER.edited(elsewhere, "$cause", session) is None
        assert await state_of(session) == before


async def live_and_undo(database: Database, steps: list[tuple[str, str, int]]) -> None:
    async with database.transaction() as session:
        world = World(session)
        for number, (what, sender, which) in enumerate(steps):
            await do(world, number, what, sender, which)
        await check(world)
        raise UndoneError


async def do(world: World, number: int, what: str, sender: str, which: int) -> None:
    known = (await world.session.scalars(select(Question).order_by(Question.id))).all()
    ref = known[which % len(known)].ref if known else "AG3-001"
    other = known[(which + 1) % len(known)].ref if known else "AG3-002"
    match what:
        case "ask":
            await world.say(sender, NAMED["frage"], f"AG{which} Frage {number}?")
        case "merge":
            await world.say(sender, NAMED["zusammenführen"], f"{ref} {other}")
        case "edit":
            await world.follow(number, sender, which, delete=False)
        case "delete":
            await world.follow(number, sender, which, delete=True)
        case name:
            await world.say(sender, NAMED[name], f"{ref} {WORDS[name].format(step=number)}".strip())


async def check(world: World) -> None:
    questions = (await world.session.scalars(select(Question).order_by(Question.id))).all()
    assert questions, "every life begins with a question: without one, nothing below would be looked at"
    answers = (await world.session.scalars(select(Answer))).all()
    for each in questions:
        steps = await history.of(world.session, f"question:{each.id}")
        valid = [given for given in answers if given.question_id == each.id and given.text is not None]
        assert steps[0].before is None
        assert [step.before for step in steps[1:]] == [step.after for step in steps[:-1]]
        assert steps[-1].after == each.state
        for step in steps[1:]:
            allowed = life.TRANSITIONS[Step(step.what), QuestionState(str(step.before))].after
            assert QuestionState(str(step.after)) in allowed
        over = each.state not in (*LIVE, *HIDDEN)
        assert (each.closed_at is not None) == over
        assert (each.outcome is not None) == over
        assert (each.merged_into_id is not None) == (each.outcome is Outcome.MERGED)
        assert (each.state_before_merge is not None) == (each.outcome is Outcome.MERGED)
        if each.state in (QuestionState.ANSWERED, QuestionState.CONFIRMED):
            assert valid
        assert each.text is not None or over
        assert (each.plenary_number is not None) >= (each.state is QuestionState.DEFERRED)
        assert each.votes == len(await votes.supporters(world.session, each))
        assert each.asked_by not in {one.user_id for one in await votes.supporters(world.session, each)}
    assert len({each.ref for each in questions}) == len(questions)
    assert all(count == 1 for count in world.told.values())
    once = {key: count for key, count in world.mentioned.items() if key[0].startswith(("answered:", "corrected:"))}
    assert all(count == 1 for count in once.values()), once
