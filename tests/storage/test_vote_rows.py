"""Votes in the database: one person, one vote, wherever and however often they said so."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from storage import questions, votes
from storage.database import Database
from storage.tables import Group, Question

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANNA, BEN, CLARA = "@anna:test", "@ben:test", "@clara:test"


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[AsyncSession]:
    database = await Database.open(tmp_path / "bot.sqlite3")
    async with database.transaction() as session:
        session.add_all([Group(number=n, name=f"Gruppe {n}", topic="") for n in range(1, 6)])
        yield session
    await database.close()


async def ask(session: AsyncSession, asked_by: str, event_id: str, *, group: int = 3) -> Question:
    return await questions.add(
        session,
        group=group,
        text="Wer zahlt?",
        asked_by=asked_by,
        asked_at=NOW,
        due_since=NOW.date(),
        due_on=date(2026, 12, 7),
        room_id=f"!room-of-{asked_by}",
        source_event_id=event_id,
    )


async def vote(
    session: AsyncSession, question: Question, who: str, event_id: str, *, room: str = "!plenum", later: int = 0
) -> bool:
    at = NOW + timedelta(minutes=later)
    return await votes.mark(session, question, user_id=who, room_id=room, event_id=event_id, at=at)


async def merge(session: AsyncSession, question: Question, into: Question) -> None:
    await questions.change(session, question, merged_into_id=into.id)
    await votes.recount(session, into)


async def test_several_marks_of_a_person_are_one_vote_until_the_last_is_gone(session: AsyncSession) -> None:
    question = await ask(session, ANNA, "$q")
    assert await vote(session, question, BEN, "$1")
    assert not await vote(session, question, BEN, "$2")
    assert question.votes == 1
    assert await votes.take_back(session, "$1") is question
    assert question.votes == 1
    assert await votes.take_back(session, "$2") is question
    assert question.votes == 0


async def test_the_same_event_marks_once(session: AsyncSession) -> None:
    question = await ask(session, ANNA, "$q")
    assert await vote(session, question, BEN, "$1")
    assert not await vote(session, question, BEN, "$1")
    assert await votes.take_back(session, "$1") is question
    assert question.votes == 0


async def test_taking_back_what_left_no_mark_changes_nothing(session: AsyncSession) -> None:
    question = await ask(session, ANNA, "$q")
    await vote(session, question, BEN, "$1")
    assert await votes.take_back(session, "$other") is None
    assert not await votes.take_back_all(session, question, CLARA)
    assert question.votes == 1


async def test_taking_back_all_removes_every_mark_of_that_person_and_no_other(session: AsyncSession) -> None:
    question = await ask(session, ANNA, "$q")
    for event_id, who in (("$1", BEN), ("$2", BEN), ("$3", CLARA)):
        await vote(session, question, who, event_id)
    assert await votes.take_back_all(session, question, BEN)
    assert question.votes == 1
    assert [each.user_id for each in await votes.supporters(session, question)] == [CLARA]


async def test_whoever_asked_is_no_vote(session: AsyncSession) -> None:
    question = await ask(session, ANNA, "$q")
    await vote(session, question, ANNA, "$1")
    assert question.votes == 0
    assert await votes.supporters(session, question) == []


async def test_a_supporter_is_told_where_they_voted_first(session: AsyncSession) -> None:
    question = await ask(session, ANNA, "$q")
    await vote(session, question, BEN, "$late", room="!late", later=5)
    await vote(session, question, BEN, "$early", room="!early")
    assert [each.room_id for each in await votes.supporters(session, question)] == ["!early"]


async def test_a_merged_family_counts_each_person_once_and_never_who_asked_its_root(session: AsyncSession) -> None:
    root, child, grandchild = [await ask(session, who, f"$q{who}") for who in (ANNA, BEN, CLARA)]
    for event_id, question, who in (
        ("$1", root, CLARA),  # asked the grandchild too
        ("$2", child, "@dora:test"),
        ("$3", grandchild, "@dora:test"),
        ("$4", child, ANNA),  # asked the root
    ):
        await vote(session, question, who, event_id)
    await merge(session, grandchild, child)
    await merge(session, child, root)
    assert [each.user_id for each in await votes.supporters(session, root)] == [BEN, CLARA, "@dora:test"]
    assert (root.votes, child.votes, grandchild.votes) == (3, 3, 1)


async def test_a_vote_at_a_merged_question_counts_where_it_was_merged(session: AsyncSession) -> None:
    root, child = await ask(session, ANNA, "$a"), await ask(session, BEN, "$b")
    await merge(session, child, root)
    await vote(session, child, CLARA, "$1")
    assert (root.votes, child.votes) == (2, 1)
    await votes.take_back(session, "$1")
    assert (root.votes, child.votes) == (1, 0)


async def test_it_is_known_at_which_of_merged_questions_a_person_voted(session: AsyncSession) -> None:
    root, child = await ask(session, ANNA, "$a"), await ask(session, BEN, "$b")
    await vote(session, child, CLARA, "$1")
    await vote(session, child, CLARA, "$2")
    assert await votes.marked_by(session, root, CLARA) == []
    await merge(session, child, root)
    assert await votes.marked_by(session, root, CLARA) == [child]
    assert await votes.marked_by(session, root, ANNA) == []


async def test_a_mark_is_found_by_its_event_until_it_is_taken_back(session: AsyncSession) -> None:
    question = await ask(session, ANNA, "$q")
    await vote(session, question, BEN, "$1", room="!ag3")
    left = await votes.left_by(session, "$1")
    assert left is not None
    assert (left.user_id, left.room_id) == (BEN, "!ag3")
    await votes.take_back(session, "$1")
    assert await votes.left_by(session, "$1") is None


async def test_whoever_asks_or_votes_takes_part_in_a_group_once(session: AsyncSession) -> None:
    first = await ask(session, ANNA, "$q1")
    await ask(session, ANNA, "$q2")
    other = await ask(session, BEN, "$q3", group=5)
    await vote(session, first, ANNA, "$1")
    await vote(session, first, BEN, "$2")
    await vote(session, other, CLARA, "$3")
    assert await votes.taking_part(session) == {3: 2, 5: 2}
