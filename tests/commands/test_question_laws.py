"""What holds for questions whatever people do in whatever order."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Command, Reply
from commands.errors import CommandError
from commands.questions import FOLLOWER
from commands.questions.asking import answer, ask_or_show, withdraw
from commands.settings import Settings
from storage import history
from storage.database import Database
from storage.roles import Roles
from storage.tables import Answer, Group, Question, QuestionState, RoomKind

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SETTINGS = Settings(bot_id="@ag4-bot:test", version="0", started_at=NOW)
ROLES = {"@anna:test": Roles(), "@lena:test": Roles(leads=frozenset({3})), "@karin:test": Roles(coordinator=True)}
WHO = st.sampled_from(sorted(ROLES))
GROUP = st.integers(min_value=2, max_value=3)
WHICH = st.integers(min_value=0, max_value=5)
AUTHOR = st.just("")
"""Who wrote the message that is edited or deleted."""

STEP = st.one_of(
    st.tuples(st.just("ask"), WHO, GROUP),
    st.tuples(st.just("answer"), WHO, WHICH),
    st.tuples(st.just("withdraw"), WHO, WHICH),
    st.tuples(st.just("edit"), WHO | AUTHOR, WHICH),
    st.tuples(st.just("delete"), WHO | AUTHOR, WHICH),
)
STEPS = st.lists(STEP, max_size=15).map(lambda steps: [("ask", "@anna:test", 3), ("answer", "@lena:test", 0), *steps])


@dataclass
class World:
    """What was said so far, and what the bot said of its own accord."""

    session: AsyncSession
    said: list[tuple[str, str, str]] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    changes: int = 0

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

    async def say(self, sender: str, command: Command, text: str) -> None:
        event_id = f"$said{len(self.said)}"
        self.said.append((event_id, sender, f"{command.name} {text}"))
        try:
            self.note(await command(self.call(sender, text, event_id), self.session))
        except CommandError:
            return
        self.changes += 1

    async def follow(self, step: int, sender: str, which: int, *, delete: bool) -> None:
        event_id, author, text = self.said[which % len(self.said)]
        sender = sender or author
        before = await state_of(self.session)
        if delete:
            self.note(await FOLLOWER.deleted(self.call(sender, "", event_id), f"$cause{step}", self.session))
        else:
            edited = self.call(sender, f"{text} (neu {step})", event_id)
            self.note(await FOLLOWER.edited(edited, f"$cause{step}", self.session))
        self.changes += before != await state_of(self.session)


async def state_of(session: AsyncSession) -> list[tuple[object, ...]]:
    questions = await session.execute(select(Question.id, Question.state, Question.text).order_by(Question.id))
    answers = await session.execute(select(Answer.id, Answer.text).order_by(Answer.id))
    return [*map(tuple, questions), *map(tuple, answers)]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "bot.sqlite3")
    async with database.transaction() as session:
        session.add_all([Group(number=n, name=f"Gruppe {n}", topic="") for n in range(1, 6)])
    yield database
    await database.close()


class UndoneError(Exception):
    """Ends an example: nothing of it stays."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
        await world.say("@anna:test", ask_or_show, "AG3 Wer zahlt?")
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
    match what:
        case "ask":
            await world.say(sender, ask_or_show, f"AG{which} Frage {number}?")
        case "answer":
            await world.say(sender, answer, f"{ref} Antwort {number}.")
        case "withdraw":
            await world.say(sender, withdraw, ref)
        case "edit":
            await world.follow(number, sender, which, delete=False)
        case _:
            await world.follow(number, sender, which, delete=True)


async def check(world: World) -> None:
    questions = (await world.session.scalars(select(Question).order_by(Question.id))).all()
    answers = (await world.session.scalars(select(Answer))).all()
    entries = {each.id: await history.of(world.session, f"question:{each.id}") for each in questions}

    assert sum(map(len, entries.values())) == world.changes
    for group in {each.group_number for each in questions}:
        numbers = [each.number for each in questions if each.group_number == group]
        assert numbers == list(range(1, len(numbers) + 1))
    for each in questions:
        valid = [given for given in answers if given.question_id == each.id and given.text is not None]
        steps = entries[each.id]
        assert steps[0].before is None
        assert [step.before for step in steps[1:]] == [step.after for step in steps[:-1]]
        assert steps[-1].after == each.state
        assert len(valid) == (1 if each.state is QuestionState.ANSWERED else 0)
        assert (each.closed_at is None) == (each.state is QuestionState.OPEN)
        assert each.text is not None or each.state is not QuestionState.OPEN
        assert each.text is None or each.state is not QuestionState.WITHDRAWN
    assert all(count == 1 for count in world.told.values())
    assert {f"answered:{each.source_event_id}" for each in answers} == {
        key for key in world.told if key.startswith("answered:")
    }
