"""The terms by which similar questions are found."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import question_terms, questions
from storage.database import Database
from storage.tables import Group, Question, QuestionState, QuestionTerm

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OPEN = (QuestionState.OPEN,)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "bot.sqlite3")
    async with database.transaction() as session:
        session.add(Group(number=3, name="Finanzen", topic=""))
    yield database
    await database.close()


async def ask(session: AsyncSession, number: int, *terms: str) -> Question:
    question = await questions.add(
        session,
        group=3,
        text=f"Frage {number}",
        asked_by="@anna:test",
        asked_at=NOW,
        due_since=NOW.date(),
        due_on=date(2026, 12, 7),
        room_id="!plenum:test",
        source_event_id=f"$e{number}",
    )
    await question_terms.index(session, question.id, terms)
    return question


def files_with(directory: Path, needle: bytes) -> list[Path]:
    return [path for path in directory.iterdir() if needle in path.read_bytes()]


async def rows(session: AsyncSession) -> int | None:
    return await session.scalar(select(func.count()).select_from(QuestionTerm))


async def test_indexing_again_replaces_the_terms(database: Database) -> None:
    async with database.transaction() as session:
        question = await ask(session, 1, "geld", "land")
        await question_terms.index(session, question.id, ["kreis"])
        assert await question_terms.frequencies(session, ["geld", "land", "kreis"]) == {"kreis": 1}


async def test_indexing_nothing_removes_the_terms(database: Database) -> None:
    async with database.transaction() as session:
        question = await ask(session, 1, "geld")
        await question_terms.index(session, question.id, [])
        assert await rows(session) == 0


async def test_removing_a_questions_text_removes_its_terms_and_no_others(database: Database) -> None:
    """Contract C17: terms are text of people."""
    async with database.transaction() as session:
        gone, kept = await ask(session, 1, "geheim", "geld"), await ask(session, 2, "geld")
        await questions.remove_text(session, gone)
        left = (await session.execute(select(QuestionTerm.term, QuestionTerm.question_id))).all()
    assert [tuple(each) for each in left] == [("geld", kept.id)]


async def test_removed_terms_are_nowhere_in_the_file(database: Database, tmp_path: Path) -> None:
    """Contract C17: not in the table, not in an index, not in a free page."""
    async with database.transaction() as session:
        question = await ask(session, 1, "xylophonsteuer")
    async with database.transaction() as session:
        await questions.remove_text(session, await session.get_one(Question, question.id))
    await database.close()
    assert not files_with(tmp_path, b"xylophonsteuer")


async def test_frequencies_count_questions_up_to_the_bound(database: Database) -> None:
    async with database.transaction() as session:
        for number in range(4):
            await ask(session, number, "geld", f"nur-{number}")
        assert await question_terms.frequencies(session, ["geld", "nur-1", "fehlt"]) == {"geld": 4, "nur-1": 1}
        assert await question_terms.frequencies(session, ["geld"], most=2) == {"geld": 2}
        assert await question_terms.frequencies(session, []) == {}


async def test_candidates_come_by_weight_and_ties_by_lower_id(database: Database) -> None:
    async with database.transaction() as session:
        one, two, three = await ask(session, 1, "a"), await ask(session, 2, "a", "b"), await ask(session, 3, "a")
        weighted = [("a", 0, 0.5), ("b", 1, 0.9)]
        found = await question_terms.candidates(session, weighted, states=OPEN)
        assert [each.id for each in found] == [two.id, one.id, three.id]
        found = await question_terms.candidates(session, weighted, states=OPEN, but=two.id, most=1)
        assert [each.id for each in found] == [one.id]


async def test_several_synonyms_of_one_word_count_once(database: Database) -> None:
    async with database.transaction() as session:
        synonyms, better = await ask(session, 1, "geld", "mittel", "zuschuss"), await ask(session, 2, "geld", "kreis")
        weighted = [("geld", 0, 0.5), ("mittel", 0, 0.5), ("zuschuss", 0, 0.5), ("kreis", 1, 0.6)]
        found = await question_terms.candidates(session, weighted, states=OPEN)
        assert [each.id for each in found] == [better.id, synonyms.id]


async def test_candidates_are_in_one_of_the_states_and_have_a_text(database: Database) -> None:
    async with database.transaction() as session:
        closed, textless, _ = [await ask(session, number, "a") for number in range(3)]
        await questions.change(session, closed, state=QuestionState.CLOSED)
        await questions.change(session, textless, text=None)
        found = await question_terms.candidates(session, [("a", 0, 1.0)], states=OPEN)
        assert [each.text for each in found] == ["Frage 2"]


async def test_terms_are_found_by_how_they_begin(database: Database) -> None:
    async with database.transaction() as session:
        await ask(session, 1, "geld", "gebuhr", "land")
        await ask(session, 2, "geld", "ge%d")
        assert await question_terms.begins_with(session, "ge") == ["ge%d", "gebuhr", "geld"]
        assert await question_terms.begins_with(session, "ge%") == ["ge%d"]
        assert await question_terms.begins_with(session, "ge", most=1) == ["ge%d"]
