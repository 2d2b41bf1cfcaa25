"""The words (stems) of questions' texts, by which similar ones are found. Terms are people's text: see contract C17."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import Text, bindparam, delete, exists, func, insert, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Question, QuestionState, QuestionTerm, table_of

# Lists go in as JSON, so that the text of a statement never varies and its prepared form is found again.
_FREQUENCIES: Final = text(
    """
    SELECT wanted.value, (
        SELECT count(*) FROM (SELECT 1 FROM question_terms WHERE term = wanted.value LIMIT :most)
    ) FROM json_each(:terms) AS wanted
    """
)
_CANDIDATES: Final = text(
    """
    SELECT question_id FROM (
        SELECT found.question_id AS question_id, part, max(weight) AS weight FROM (
            SELECT json_extract(wanted.value, '$[0]') AS term, json_extract(wanted.value, '$[1]') AS part,
                   json_extract(wanted.value, '$[2]') AS weight
            FROM json_each(:weighted) AS wanted
        ) AS asked CROSS JOIN question_terms AS found ON found.term = asked.term
        GROUP BY found.question_id, part
    ) AS hits
    JOIN questions ON questions.id = hits.question_id
    WHERE questions.state IN (SELECT value FROM json_each(:states))
      AND questions.text IS NOT NULL AND questions.id IS NOT :but
    GROUP BY question_id ORDER BY sum(weight) DESC, question_id LIMIT :most
    """
)


async def index(session: AsyncSession, question_id: int, terms: Collection[str]) -> None:
    """Replace the terms of a question."""
    await remove(session, question_id)
    if terms:
        rows = [{"term": term, "question_id": question_id} for term in sorted(set(terms))]
        await session.execute(insert(table_of(QuestionTerm)), rows)


async def without(session: AsyncSession) -> Sequence[Question]:
    """The questions that have a text and no terms: written by a version of the bot that knew none, or other ones."""
    found = await session.scalars(
        select(Question)
        .where(Question.text.is_not(None))
        .where(~exists().where(QuestionTerm.question_id == Question.id))
        .order_by(Question.id)
    )
    return found.all()


async def remove(session: AsyncSession, question_id: int) -> None:
    """Forget the terms of a question."""
    await session.execute(delete(QuestionTerm).where(QuestionTerm.question_id == question_id))


async def count(session: AsyncSession) -> int:
    """How many questions there are, for the share of them that has a term."""
    return await session.scalar(select(func.coalesce(func.max(Question.id), 0))) or 0


async def frequencies(session: AsyncSession, terms: Collection[str], *, most: int = 100_000) -> dict[str, int]:
    """How many questions have each of the terms, counted up to `most`; terms that none has are left out."""
    found = await session.execute(_FREQUENCIES, {"terms": json.dumps(sorted(set(terms))), "most": most})
    return {term: number for term, number in found if number}


async def candidates(
    session: AsyncSession,
    weighted: Collection[tuple[str, int, float]],
    *,
    states: Collection[QuestionState],
    but: int | None = None,
    most: int = 30,
) -> Sequence[Question]:
    """The questions in one of the states whose terms weigh most, the heaviest first, ties by lower ID.

    Each of `weighted` is a term, the part of the text it stands for, and its weight: of the terms that stand for the
    same part (a word and its synonyms) only the heaviest counts. `but` is left out.
    """
    wanted = {
        "weighted": json.dumps(sorted(weighted)),
        "states": json.dumps(sorted(state.value for state in states)),
        "but": but,
        "most": most,
    }
    ids = (await session.scalars(_CANDIDATES, wanted)).all()
    chosen = func.json_each(bindparam("ids", json.dumps(ids), type_=Text)).table_valued("value")
    found = await session.scalars(
        select(Question).where(Question.id.in_(select(literal_column("value")).select_from(chosen)))
    )
    by_id: Mapping[int, Question] = {each.id: each for each in found}
    return [by_id[each] for each in ids]


async def begins_with(session: AsyncSession, start: str, *, most: int = 200) -> list[str]:
    """Up to `most` different terms that begin with some letters, in the order of the alphabet."""
    terms = (
        select(QuestionTerm.term)
        .where(QuestionTerm.term >= start, QuestionTerm.term < start + "\U0010ffff")
        .distinct()
        .order_by(QuestionTerm.term)
        .limit(most)
    )
    return list(await session.scalars(terms))
