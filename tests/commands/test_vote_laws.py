"""What holds for votes and merging in whatever order people act."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Command
from commands.errors import CommandError
from commands.questions import life
from commands.questions.merging import merge, split
from commands.questions.ranking import ranked
from commands.questions.voting import mark_removed, vote, vote_by_reaction
from commands.settings import Settings
from storage import questions, votes
from storage.database import Database
from storage.roles import Roles
from storage.tables import Question, QuestionState, RoomKind, table_of

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SETTINGS = Settings(bot_id="@ag4-bot:test", version="0", started_at=NOW)
ASKERS = ("@anna:test", "@ben:test", "@anna:test", "@clara:test")
"""Who asked the first, second, … question: anna two, clara the last one in confidence."""
PEOPLE = ("@anna:test", "@ben:test", "@clara:test", "@dora:test")
LEAD = "@lena:test"

WHICH = st.integers(min_value=0, max_value=len(ASKERS) - 1)
DEEDS = st.sampled_from(["react", "unreact", "type", "delete", "back"])
"""What a person does about a question: an emoji, its removal, `!stimme`, its deletion, `!stimme … zurück`."""
PAIR = st.tuples(WHICH, WHICH).filter(lambda pair: pair[0] != pair[1])
STEP = st.one_of(
    st.tuples(st.sampled_from(PEOPLE), st.tuples(DEEDS, WHICH)),
    st.tuples(st.just(LEAD), st.tuples(st.just("merge"), WHICH, WHICH)),
    st.tuples(st.just(LEAD), st.tuples(st.just("split"), WHICH)),
)
Step = tuple[str, tuple[Any, ...]]


@dataclass
class World:
    """Four questions of one group, and what was said and done about them."""

    session: AsyncSession
    asked: list[Question] = field(default_factory=list)
    left: dict[tuple[str, str, int], list[str]] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    steps: int = 0

    def call(self, sender: str, *, text: str = "", event_id: str) -> Call:
        return Call(
            text=text,
            sender=sender,
            roles=Roles(leads=frozenset({3})) if sender == LEAD else Roles(),
            room_id="!plenum:test",
            room_kind=RoomKind.PLENARY,
            room_group=None,
            event_id=event_id,
            cause=event_id,
            thread_id=None,
            at=NOW + timedelta(seconds=self.steps),
            settings=SETTINGS,
        )

    async def do(self, step: Step) -> None:
        sender, (what, which, *other) = step
        self.steps += 1
        question, event_id = self.asked[which], f"$step{self.steps}"
        match what:
            case "react":
                await vote_by_reaction(self.call(sender, event_id=event_id), self.session, question)
                self.left.setdefault((sender, "unreact", which), []).append(event_id)
            case "type":
                await self.say(sender, vote, question.ref, event_id)
                self.left.setdefault((sender, "delete", which), []).append(event_id)
            case "back":
                await self.say(sender, vote, f"{question.ref} zurück", event_id)
            case "unreact" | "delete":
                for gone in self.left.get((sender, what, which), [])[-1:]:
                    self.left[sender, what, which].pop()
                    await mark_removed(self.call(sender, event_id=gone), self.session)
            case "merge":
                await self.say(sender, merge, f"{question.ref} {self.asked[other[0]].ref}", event_id)
            case _:
                await self.say(sender, split, question.ref, event_id)

    async def say(self, sender: str, command: Command, text: str, event_id: str) -> None:
        with contextlib.suppress(CommandError):
            reply = await command(self.call(sender, text=text, event_id=event_id), self.session)
            for each in reply.messages:
                self.told.update([each.key, *(f"{person} {event_id}" for person in each.mentions)])

    async def rows(self) -> list[dict[str, Any]]:
        found = await self.session.execute(select(table_of(Question)).order_by(Question.id))
        return [dict(each) for each in found.mappings()]

    async def result(self) -> tuple[object, ...]:
        """The votes, who supports each question, and the ranking."""
        people = [sorted(one.user_id for one in await votes.supporters(self.session, each)) for each in self.asked]
        order = [each.id for each in ranked(self.asked, await votes.taking_part(self.session))]
        return [each.votes for each in self.asked], people, order


class UndoneError(Exception):
    """Ends a life: nothing of it stays."""


@contextlib.asynccontextmanager
async def world_of(database: Database) -> AsyncIterator[World]:
    """A world that leaves no trace."""
    with contextlib.suppress(UndoneError):
        async with database.transaction() as session:
            world = World(session)
            for number, asker in enumerate(ASKERS):
                question = await questions.add(
                    session,
                    group=3,
                    text=f"Frage {number}?",
                    asked_by=asker,
                    asked_at=NOW,
                    due_since=NOW.date(),
                    due_on=date(2026, 12, 7) + timedelta(days=number % 2),
                    room_id=f"!asked-{number}:test",
                    source_event_id=f"$asked{number}",
                    state=(QuestionState.OPEN, QuestionState.IN_PROGRESS)[number % 2],
                    confidential=number == len(ASKERS) - 1,
                )
                await life.begin(world.call(asker, event_id=f"$asked{number}"), session, question)
                world.asked.append(question)
            yield world
            raise UndoneError


EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""One database serves all examples: a world leaves no trace."""


@st.composite
def orders(draw: st.DrawFn) -> tuple[list[Step], list[Step]]:
    """The same deeds in two orders; each person, and whoever merges and splits, keeps their own."""
    first, second = draw(PAIR)
    own_step = st.tuples(DEEDS, st.sampled_from([first, second]))
    threads: list[list[Step]] = [[(who, step) for step in draw(st.lists(own_step, max_size=4))] for who in PEOPLE]
    threads.append([(LEAD, ("merge", first, second)), (LEAD, ("split", first))][: draw(st.integers(0, 2))])
    turns = [number for number, steps in enumerate(threads) for _ in steps]
    return _woven(threads, draw(st.permutations(turns))), _woven(threads, draw(st.permutations(turns)))


def _woven(threads: Sequence[Sequence[Step]], turns: Sequence[int]) -> list[Step]:
    waiting = [iter(each) for each in threads]
    return [next(waiting[turn]) for turn in turns]


@settings(EXAMPLES, max_examples=150)
@given(both=orders())
async def test_votes_supporters_and_ranking_do_not_depend_on_the_order_of_events(
    database: Database, both: tuple[list[Step], list[Step]]
) -> None:
    results = []
    for steps in both:
        async with world_of(database) as world:
            for step in steps:
                await world.do(step)
            results.append(await world.result())
    assert results[0] == results[1]


@EXAMPLES
@given(steps=st.lists(STEP, max_size=25))
async def test_votes_are_always_the_people_of_a_family_once_each_and_never_who_asked(
    database: Database, steps: list[Step]
) -> None:
    async with world_of(database) as world:
        for step in steps:
            await world.do(step)
            for question in world.asked:
                counted = question.votes
                people = [each.user_id for each in await votes.supporters(world.session, question)]
                assert counted == len(people), step
                if not question.confidential:
                    assert question.asked_by not in people, step
                apart = {each.asked_by for each in world.asked if each.confidential}
                assert all(count == 1 or who in apart for who, count in Counter(people).items()), step
                await votes.recount(world.session, question)
                assert question.votes == counted, step
                assert (question.merged_into_id is not None) == (question.state is QuestionState.CLOSED), step
        assert all(count == 1 for count in world.told.values()), world.told


@EXAMPLES
@given(steps=st.lists(STEP, max_size=12), pair=PAIR)
async def test_merging_and_then_splitting_restores_every_column_of_every_question(
    database: Database, steps: list[Step], pair: tuple[int, int]
) -> None:
    first, second = pair
    async with world_of(database) as world:
        for step in steps:
            await world.do(step)
        before = await world.rows()
        merged_before = world.asked[first].merged_into_id is not None
        await world.do((LEAD, ("merge", first, second)))
        if not merged_before and world.asked[first].merged_into_id is not None:
            await world.do((LEAD, ("split", first)))
        assert await world.rows() == before


@EXAMPLES
@given(steps=st.lists(STEP, max_size=15))
async def test_handling_everything_twice_leaves_the_votes_as_they_are(database: Database, steps: list[Step]) -> None:
    """What was typed or reacted is stored under its event ID: hearing it again adds nobody."""
    async with world_of(database) as world:
        for step in steps:
            await world.do(step)
        before = await world.result()
        for (sender, _, which), events in world.left.items():
            for event_id in events:
                if await votes.left_by(world.session, event_id) is not None:
                    call = world.call(sender, event_id=event_id)
                    await vote_by_reaction(call, world.session, world.asked[which])
        assert await world.result() == before


async def test_a_deletion_in_another_room_takes_no_vote_back(database: Database) -> None:
    """Who may delete in one room may not in another: relations hold within a room (client-server API, Redactions)."""
    async with world_of(database) as world:
        await world.do(("@dora:test", ("react", 0)))
        elsewhere = replace(world.call("@dora:test", event_id="$step1"), room_id="!elsewhere:test")
        assert not await mark_removed(elsewhere, world.session)
        assert world.asked[0].votes == 1
        assert await mark_removed(replace(elsewhere, room_id="!plenum:test"), world.session)
        assert world.asked[0].votes == 0
