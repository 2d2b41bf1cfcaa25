"""Questions and answers in the database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from storage import questions
from storage.database import Database
from storage.tables import Group, Question, QuestionState

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "bot.sqlite3")
    async with database.transaction() as session:
        session.add_all([Group(number=n, name=f"Gruppe {n}", topic="") for n in range(1, 6)])
    yield database
    await database.close()


async def ask(
    session: AsyncSession,
    event_id: str,
    *,
    group: int = 3,
    text: str = "Wer zahlt?",
    asked_by: str = "@anna:test",
    at: datetime = NOW,
    due_on: date = date(2026, 12, 7),
) -> Question:
    return await questions.add(
        session,
        group=group,
        text=text,
        asked_by=asked_by,
        asked_at=at,
        due_on=due_on,
        room_id="!plenum:test",
        source_event_id=event_id,
    )


async def answer(session: AsyncSession, question: Question, event_id: str) -> None:
    await questions.answer(session, question, text="Das Land.", by="@lena:test", at=NOW, source_event_id=event_id)


async def test_numbers_count_per_group_and_are_written_with_three_digits(database: Database) -> None:
    async with database.transaction() as session:
        asked = [await ask(session, f"$e{n}", group=group) for n, group in enumerate((3, 3, 5, 3, 1))]
    assert [each.ref for each in asked] == ["AG3-001", "AG3-002", "AG5-001", "AG3-003", "AG1-001"]


async def test_numbers_have_no_gap_when_many_ask_at_once(database: Database) -> None:
    async def one(number: int) -> None:
        async with database.transaction() as session:
            await ask(session, f"$e{number}")

    await asyncio.gather(*(one(number) for number in range(30)))
    async with database.reading() as session:
        found = await questions.newest(session, [QuestionState.OPEN], most=100, group=3)
    assert [each.number for each in found] == list(range(30, 0, -1))


async def test_a_number_given_up_by_a_rollback_is_given_to_the_next(database: Database) -> None:
    async def ask_and_fail() -> None:
        async with database.transaction() as session:
            await ask(session, "$lost")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await ask_and_fail()
    async with database.transaction() as session:
        assert (await ask(session, "$next")).number == 1


async def test_a_question_is_found_by_its_number_and_by_its_message(database: Database) -> None:
    async with database.transaction() as session:
        asked = await ask(session, "$a")
        assert await questions.find(session, 3, 1) is asked
        assert await questions.find(session, 3, 2) is None
        assert await questions.find(session, 2, 1) is None
        assert await questions.asked_in(session, "$a") is asked
        assert await questions.asked_in(session, "$b") is None


async def test_the_same_words_again_are_found_whatever_the_blanks(database: Database) -> None:
    async with database.transaction() as session:
        asked = await ask(session, "$a", text="Wer  zahlt\nwas?")

        async def same(
            text: str = "Wer zahlt was?", by: str = "@anna:test", group: int = 3, since: datetime = NOW
        ) -> Question | None:
            return await questions.same(session, group=group, asked_by=by, text=text, since=since)

        assert await same() is asked
        assert await same(text="Wer zahlt das?") is None
        assert await same(by="@ben:test") is None
        assert await same(group=2) is None
        assert await same(since=NOW + timedelta(seconds=1)) is None


async def test_the_nearest_numbers_come_in_order(database: Database) -> None:
    async with database.transaction() as session:
        for number in range(6):
            await ask(session, f"$e{number}")
        assert [each.number for each in await questions.nearest(session, 3, 99)] == [4, 5, 6]
        assert [each.number for each in await questions.nearest(session, 3, 0)] == [1, 2, 3]
        assert await questions.nearest(session, 4, 1) == []


async def test_an_answer_closes_its_question_and_its_removal_opens_it_again(database: Database) -> None:
    async with database.transaction() as session:
        asked = await ask(session, "$a")
        await answer(session, asked, "$b")
        assert (asked.state, asked.closed_at) == (QuestionState.ANSWERED, NOW)
        found = await questions.answered_in(session, "$b")
        assert found is not None
        assert found[0] is asked
        assert await questions.valid_answer(session, asked) is found[1]

        await questions.remove_answer(session, *found)
        assert (asked.state, asked.closed_at, found[1].text) == (QuestionState.OPEN, None, None)
        assert await questions.valid_answer(session, asked) is None
        await answer(session, asked, "$c")
        valid = await questions.valid_answer(session, asked)
        assert valid is not None
        assert valid.source_event_id == "$c"
        assert await questions.answered_in(session, "$zzz") is None


async def test_withdrawing_closes_the_question_and_removes_its_text(database: Database) -> None:
    async with database.transaction() as session:
        asked = await ask(session, "$a")
        await questions.withdraw(session, asked, at=NOW)
        assert (asked.state, asked.closed_at, asked.text) == (QuestionState.WITHDRAWN, NOW, None)


async def test_what_waits_longest_stands_in_front_and_what_is_closed_is_not_counted(database: Database) -> None:
    async with database.transaction() as session:
        late = await ask(session, "$late", due_on=date(2026, 12, 9))
        soon = await ask(session, "$soon", due_on=date(2026, 12, 1))
        done = await ask(session, "$done", due_on=date(2026, 11, 30))
        other = await ask(session, "$other", group=5, asked_by="@ben:test")
        await answer(session, done, "$answer")

        assert list(await questions.waiting_longest(session, 3, most=10)) == [soon, late]
        assert list(await questions.waiting_longest(session, 3, most=1)) == [soon]
        assert await questions.count_open(session, 3) == 2
        assert await questions.count_open(session, 4) == 0
        assert await questions.counts(session, tuple(QuestionState)) == {3: 3, 5: 1}
        assert list(await questions.newest(session, [QuestionState.OPEN], most=2)) == [other, soon]
        assert list(await questions.newest(session, [QuestionState.ANSWERED], most=9)) == [done]
        assert list(await questions.of_person(session, "@anna:test")) == [done, soon, late]
