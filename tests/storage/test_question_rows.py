"""Questions and answers in the database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import answers, history, question_terms, questions
from storage.database import Database
from storage.tables import Group, NoteKind, Question, QuestionState, QuestionTerm

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
        due_since=date(2026, 11, 23),
        due_on=due_on,
        room_id="!plenum:test",
        source_event_id=event_id,
    )


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
        found = await questions.of_person(session, "@anna:test")
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
            text: str = "Wer zahlt was?",
            by: str = "@anna:test",
            group: int = 3,
            since: datetime = NOW,
            *,
            confidential: bool = False,
        ) -> Question | None:
            return await questions.same(
                session,
                group=group,
                asked_by=by,
                room_id="!elsewhere:test",
                confidential=confidential,
                text=text,
                since=since,
            )

        assert await same() is asked
        assert await same(text="Wer zahlt das?") is None
        assert await same(by="@ben:test") is None
        assert await same(group=2) is None
        assert await same(since=NOW + timedelta(seconds=1)) is None
        assert await same(confidential=True) is None


async def test_the_nearest_numbers_come_in_order(database: Database) -> None:
    async with database.transaction() as session:
        for number in range(6):
            await ask(session, f"$e{number}")
        assert [each.number for each in await questions.nearest(session, 3, 99)] == [4, 5, 6]
        assert [each.number for each in await questions.nearest(session, 3, 0)] == [1, 2, 3]
        assert await questions.nearest(session, 4, 1) == []


async def test_the_newest_answer_that_is_left_holds(database: Database) -> None:
    async with database.transaction() as session:
        asked = await ask(session, "$a")
        first, second = [
            await answers.add(session, asked, text=text, by="@lena:test", at=NOW, source_event_id=event_id)
            for text, event_id in (("Das Land.", "$b"), ("Der Bund.", "$c"))
        ]
        assert await answers.made_of(session, "$b") == (asked, first)
        assert await answers.made_of(session, "$zzz") is None
        assert await answers.valid(session, asked) is second
        await answers.reword(session, second, None, at=NOW)
        assert await answers.valid(session, asked) is first
        await answers.reword(session, first, None, at=NOW)
        assert await answers.valid(session, asked) is None


async def test_removing_a_text_removes_its_earlier_wordings_and_its_words(database: Database) -> None:
    """C17; reasons that others gave stay."""
    async with database.transaction() as session:
        asked = await ask(session, "$a", text="Wer zahlt Rhabarber?")
        await question_terms.index(session, asked.id, {"rhabarb"})
        step = await history.add(session, "question:1", "Text geändert", at=NOW, actor="@anna:test")
        why = await history.add(session, "question:1", "verlängert", at=NOW, actor="@lena:test")
        await questions.note(session, asked, step, NoteKind.WORDING, "Wer zahlt Kirschen?", event_id="$e")
        await questions.note(session, asked, why, NoteKind.REASON, "Der Haushalt fehlt.", event_id="$w")
        await questions.remove_text(session, asked)
        assert asked.text is None
        assert [each.text for each in (await questions.notes(session, asked)).values()] == ["Der Haushalt fehlt."]
        assert (await session.scalars(select(QuestionTerm))).all() == []


async def test_a_question_that_is_passed_on_is_found_by_both_numbers_and_neither_is_given_again(
    database: Database,
) -> None:
    async with database.transaction() as session:
        asked = await ask(session, "$a")
        await questions.move_to_group(session, asked, 5)
        assert asked.ref == "AG5-001"
        assert await questions.find(session, 3, 1) is asked
        assert await questions.find(session, 5, 1) is asked
        assert await questions.former_refs(session, asked) == ["AG3-001"]
        assert (await ask(session, "$b")).ref == "AG3-002"
        await questions.move_to_group(session, asked, 3)
        assert asked.ref == "AG3-003"
        assert await questions.find(session, 5, 1) is asked
        assert (await ask(session, "$c", group=5)).ref == "AG5-002"


async def test_what_is_closed_is_not_counted_as_waiting(database: Database) -> None:
    async with database.transaction() as session:
        await ask(session, "$a")
        done = await ask(session, "$b")
        other = await ask(session, "$c", group=5, asked_by="@ben:test")
        await questions.change(session, done, state=QuestionState.CLOSED)
        assert await questions.count_live(session, 3) == 1
        assert await questions.count_live(session, 4) == 0
        assert await questions.counts(session, tuple(QuestionState)) == {3: 2, 5: 1}
        assert list(await questions.of_person(session, "@ben:test")) == [other]
