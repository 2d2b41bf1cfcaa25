"""A database full of questions as some years of work would leave it: states, votes, answers, history, terms.

Nothing in it is due: whatever time brings has been told, so that a ring of the clock finds nothing to say.
"""

import itertools
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.processes import ROOT
from commands.dates.reminder_times import day_of_share
from commands.dates.wall_clock import wall
from commands.dates.working_days import add_working_days
from commands.questions import similar
from commands.texts.question_words import Step
from storage import agenda, calendar, questions, seed_data, votes
from storage.database import Database
from storage.tables import (
    LIVE,
    Answer,
    AnswerTold,
    Base,
    HistoryEntry,
    NoteKind,
    Outcome,
    Question,
    QuestionNote,
    QuestionState,
    QuestionTerm,
    Role,
    VoteMark,
    table_of,
)

NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning in working hours: every job looks."""
PEOPLE: Final = 200
PLENARY: Final = 4
MARKS_EACH: Final = 2
"""Votes per question, on average."""

_S = QuestionState
_GROUPS: Final = 5
_SHARES: Final = {
    _S.OPEN: 15,
    _S.ASSIGNED: 10,
    _S.IN_PROGRESS: 10,
    _S.DEFERRED: 3,
    _S.IN_REVIEW: 2,
    _S.ANSWERED: 5,
    _S.CONFIRMED: 40,
    _S.CLOSED: 15,
}
"""Per cent of all questions. So many that wait (38) are more than in life: lists and jobs have to go through them."""
_PATHS: Final[Mapping[QuestionState, Sequence[tuple[Step, QuestionState]]]] = {
    _S.OPEN: (),
    _S.IN_REVIEW: (),
    _S.ASSIGNED: ((Step.ASSIGN, _S.ASSIGNED),),
    _S.IN_PROGRESS: ((Step.ASSIGN, _S.ASSIGNED), (Step.TAKE, _S.IN_PROGRESS)),
    _S.DEFERRED: ((Step.DEFER, _S.DEFERRED),),
    _S.ANSWERED: ((Step.TAKE, _S.IN_PROGRESS), (Step.ANSWER, _S.ANSWERED)),
    _S.CONFIRMED: ((Step.TAKE, _S.IN_PROGRESS), (Step.ANSWER, _S.ANSWERED), (Step.CONFIRM, _S.CONFIRMED)),
}
_ENDINGS: Final = (
    (Step.DECLINE, Outcome.DECLINED),
    (Step.NOT_RESPONSIBLE, Outcome.NOT_RESPONSIBLE),
    (Step.WITHDRAW, Outcome.WITHDRAWN),
    (Step.MERGE, Outcome.MERGED),
)
_ORAL = 0.05
_CONFIDENTIAL = 0.03
_PAIRS: Final = ROOT / "tests" / "commands" / "duplicates.toml"
_SUBJECTS: Final = (
    "Wohngeld",
    "Elterngeld",
    "Bauantrag",
    "Hundesteuer",
    "Gewerbe",
    "Kita",
    "Führerschein",
    "Meldewesen",
    "Einbürgerung",
    "Personenstand",
    "Friedhof",
    "Straßen",
    "Abfall",
    "Schule",
    "Unterhaltsvorschuss",
    "Bafög",
    "Jagdschein",
    "Fischerei",
    "Gaststätte",
    "Parkausweis",
)
_ENDS: Final = ("", "stelle", "amt", "verfahren", "bescheid", "nummer")
_FRAMES: Final = ("Beim Thema {}: {}", "Guten Tag, wegen {}: {}", "{}, genauer: {}", "Zu {} gefragt: {}")


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What is in the database: the numbers (AG3-017) of all questions that can be shown, and of those to vote for."""

    shown: Sequence[str]
    live: Sequence[str]
    counts: Mapping[str, int]


@dataclass
class Rows:
    """Rows to be inserted, by table, in the order in which they depend on each other."""

    questions: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    terms: list[dict[str, Any]] = field(default_factory=list)

    def by_table(self) -> Iterator[tuple[type[Base], list[dict[str, Any]]]]:
        """Each table with its rows, where there are any."""
        order = (
            (Question, self.questions),
            (HistoryEntry, self.history),
            (QuestionNote, self.notes),
            (VoteMark, self.marks),
            (Answer, self.answers),
            (AnswerTold, self.told),
            (QuestionTerm, self.terms),
        )
        return ((table, rows) for table, rows in order if rows)


def wordings(random: Random) -> Iterator[str]:
    """Questions as people type them, never the same twice in a row: 400 real ones, each about many subjects."""
    bases = _bases()
    while True:
        about = random.choice(_SUBJECTS) + random.choice(_ENDS)
        yield random.choice(_FRAMES).format(about, random.choice(bases))


@cache
def _bases() -> tuple[str, ...]:
    pairs = tomllib.loads(_PAIRS.read_text("utf-8"))
    return tuple(value for kind in pairs.values() for each in kind for value in each.values() if isinstance(value, str))


async def fill(path: Path, count: int, *, rooms: Mapping[int, str], plenary: str, seed: int = 1) -> Filled:
    """Make a database of `count` questions at `path`; `rooms` are those of the groups.

    Raises RuntimeError where the counted votes are not what `storage.votes` counts.
    """
    rows = _rows(count, Random(seed), rooms=rooms, plenary=plenary)
    database = await Database.open(path)
    try:
        async with database.transaction() as session:
            await session.execute(text("PRAGMA defer_foreign_keys = ON"))  # some were merged into a newer one
            await seed_data.load(session, at=NOW)
            for table, some in rows.by_table():
                await session.execute(insert(table_of(table)), some)
            await _plenaries(session)
        async with database.transaction() as session:
            await _check_votes(session, count)
    finally:
        await database.close()
    refs = {each["id"]: f"AG{each['group_number']}-{each['number']:03d}" for each in rows.questions}
    return Filled(
        shown=[refs[each["id"]] for each in rows.questions if each["state"] is not _S.IN_REVIEW],
        live=[refs[each["id"]] for each in rows.questions if each["state"] in LIVE],
        counts={table.__tablename__: len(some) for table, some in rows.by_table()},
    )


async def _plenaries(session: AsyncSession) -> None:
    """Those that were held are accounted for; the next one is in three weeks."""
    for event in await agenda.unaccounted(session, at=wall(NOW)):
        await agenda.account(session, event, at=NOW - timedelta(days=800), bot_id="@ag4-bot:test")
    starts = wall(NOW + timedelta(days=21)).replace(hour=10, minute=0)
    await calendar.add(
        session,
        kind=calendar.PLENARY,
        number=PLENARY,
        title="Halbzeit",
        starts=starts,
        ends=starts + timedelta(hours=2),
        at=NOW,
    )


def _rows(count: int, random: Random, *, rooms: Mapping[int, str], plenary: str) -> Rows:
    rows, texts, numbers = Rows(), wordings(random), Counter[int]()
    states = random.choices(list(_SHARES), weights=list(_SHARES.values()), k=count)
    days = {at: _age_days(state, random) for at, state in enumerate(states)}
    for at in sorted(days, key=lambda each: -days[each]):
        group = random.randrange(_GROUPS) + 1
        numbers[group] += 1
        asked_in = plenary if random.random() < 0.5 else rooms[group]
        question = _question(
            len(rows.questions) + 1, states[at], group=group, number=numbers[group], days=days[at], random=random
        )
        question |= {"text": next(texts), "room_id": asked_in}
        if question["state"] in LIVE and random.random() < _CONFIDENTIAL:
            question |= {"confidential": True, "room_id": f"!direct-{question['asked_by'][1:]}"}
        rows.questions.append(question)
        rows.terms += [{"term": term, "question_id": question["id"]} for term in similar.terms_of(question["text"])]
    _close(rows, random)
    for question in rows.questions:
        _remember(rows, question, random)
    _vote(rows, random)
    return rows


def _age_days(state: QuestionState, random: Random) -> int:
    if state is _S.ANSWERED:
        return random.randrange(5, 9)
    return random.randrange(60) if state in (*LIVE, _S.IN_REVIEW) else random.randrange(15, 700)


def _question(id_: int, state: QuestionState, *, group: int, number: int, days: int, random: Random) -> dict[str, Any]:
    asked = NOW - timedelta(days=days, minutes=600 + random.randrange(300))
    since, until, light, unowned = _times(wall(asked).date())
    owned = state in (_S.ASSIGNED, _S.IN_PROGRESS, _S.ANSWERED, _S.CONFIRMED)
    return {
        "id": id_,
        "group_number": group,
        "number": number,
        "asked_by": _person(random),
        "asked_at": asked,
        "source_event_id": f"$question-{id_}",
        "due_since": since,
        "due_on": until,
        "state": state,
        "closed_at": _closed_at(days, state),
        "outcome": Outcome.ANSWERED if state in (_S.ANSWERED, _S.CONFIRMED) else None,
        "owner": f"@lead{group}:test" if owned else None,
        "plenary_number": PLENARY if state is _S.DEFERRED else None,
        "deferrals": random.randrange(3) if state in LIVE else 0,
        "told_light": light,
        "told_unowned": unowned,
        "told_confirmation": state is _S.CONFIRMED,
        "confidential": False,
        "merged_into_id": None,
        "state_before_merge": None,
        "votes": 0,
    }


def _closed_at(days: int, state: QuestionState) -> datetime | None:
    """When a question so many days old was answered or closed; short of the day its asker is reminded of an answer."""
    after = {_S.ANSWERED: days - 3, _S.CONFIRMED: 7, _S.CLOSED: 10}.get(state)
    return None if after is None else NOW - timedelta(days=days - after)


@cache
def _times(asked: date) -> tuple[date, date, int, int]:
    """From when to when the answer takes, and what of that was told by now: the light, and how many were told."""
    until, today = add_working_days(asked, 10), wall(NOW).date()
    light = next((share for share in (100, 80, 50) if day_of_share(asked, until, share) <= today), 0)
    return asked, until, light, sum(add_working_days(asked, after) <= today for after in (2, 4))


def _close(rows: Rows, random: Random) -> None:
    """How each closed question ended; those that were merged went into one that everybody may read."""
    open_for_more: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for each in rows.questions:
        if each["state"] in (*LIVE, _S.CONFIRMED) and not each["confidential"]:
            open_for_more[each["group_number"]].append(each)
    for each in rows.questions:
        if each["state"] is not _S.CLOSED:
            continue
        targets = open_for_more[each["group_number"]]
        each["step"], each["outcome"] = random.choice(_ENDINGS if targets else _ENDINGS[:-1])
        if each["outcome"] is Outcome.MERGED:
            each |= {"merged_into_id": random.choice(targets)["id"], "state_before_merge": _S.OPEN}


def _remember(rows: Rows, question: dict[str, Any], random: Random) -> None:
    """The history, with a reason where one is needed, and the answer with who was told it."""
    id_, state = question["id"], question["state"]
    ending = question.pop("step", None)
    path = _PATHS[state] if ending is None else ((ending, _S.CLOSED),)
    first = _S.IN_REVIEW if state is _S.IN_REVIEW else _S.OPEN
    times = itertools.count(1)
    _step(rows, question, Step.ASK, None, first, at=question["asked_at"])
    before = first
    for step, after in path:
        _step(rows, question, step, before, after, at=question["asked_at"] + timedelta(hours=next(times)))
        before = after
    if question["outcome"] in (Outcome.DECLINED, Outcome.NOT_RESPONSIBLE):
        reason = {"kind": NoteKind.REASON, "text": "Das entscheidet jede Kommune selbst.", "source_event_id": "$reason"}
        rows.notes.append({"question_id": id_, "history_id": len(rows.history), **reason})
    if state not in (_S.ANSWERED, _S.CONFIRMED):
        return
    oral = random.random() < _ORAL
    if oral:
        _step(rows, question, agenda.ASKED_FOR, state, state, at=NOW - timedelta(hours=1))
    rows.answers.append(
        {
            "id": len(rows.answers) + 1,
            "question_id": id_,
            "text": "Land zahlt" if oral else "Das Land zahlt bis Ende des Jahres, danach zahlt die Kommune. " * 4,
            "answered_by": question["owner"],
            "answered_at": question["closed_at"],
            "source_event_id": f"$answer-{id_}",
            "oral": oral,
        }
    )
    rows.told.append(
        {
            "answer_id": len(rows.answers),
            "room_id": question["room_id"],
            "key": f"answer:{id_}",
            "people": [question["asked_by"]],
            "to_asker": True,
        }
    )


def _step(
    rows: Rows, question: dict[str, Any], what: str, before: QuestionState | None, after: QuestionState, *, at: datetime
) -> None:
    asked = what is Step.ASK
    rows.history.append(
        {
            "id": len(rows.history) + 1,
            "at": at,
            "actor": question["asked_by"] if asked else f"@lead{question['group_number']}:test",
            "role": Role.PARTICIPANT if asked else Role.LEAD,
            "subject": questions.subject_of(question["id"]),
            "what": str(what),
            "before": before,
            "after": after,
        }
    )


def _vote(rows: Rows, random: Random) -> None:
    """A few questions have many votes, most have few; `votes` is counted as `storage.votes` counts it."""
    wanted = MARKS_EACH * len(rows.questions)
    votable = [each for each in rows.questions if each["state"] is not _S.IN_REVIEW]
    heavy = list(itertools.accumulate(random.paretovariate(1.2) for _ in votable))
    voters: defaultdict[int, set[str]] = defaultdict(set)
    while len(rows.marks) < wanted:
        question = random.choices(votable, cum_weights=heavy)[0]
        person = _person(random)
        if person == question["asked_by"] or person in voters[question["id"]]:
            continue
        voters[question["id"]].add(person)
        rows.marks.append(
            {
                "event_id": f"$vote-{len(rows.marks)}",
                "question_id": question["id"],
                "user_id": person,
                "room_id": question["room_id"],
                "at": question["asked_at"] + timedelta(minutes=random.randrange(1, 500)),
            }
        )
    merged: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for each in rows.questions:
        if each["merged_into_id"] is not None:
            merged[each["merged_into_id"]].append(each)
    for each in rows.questions:
        children = merged[each["id"]]
        people = voters[each["id"]].union(*(voters[child["id"]] | {child["asked_by"]} for child in children))
        each["votes"] = len(people - {each["asked_by"]})


def _person(random: Random) -> str:
    return f"@p{random.randrange(PEOPLE)}:test"


async def _check_votes(session: AsyncSession, count: int) -> None:
    """Look at some questions, and at all that others were merged into (at most a hundred)."""
    into = select(Question.merged_into_id).where(Question.merged_into_id.is_not(None)).distinct().limit(100)
    chosen = {*await session.scalars(into), *range(1, count + 1, max(1, count // 100))}
    for id_ in sorted(each for each in chosen if each is not None):
        question = await session.get_one(Question, id_)
        counted = len(await votes.supporters(session, question))
        if counted != question.votes:
            raise RuntimeError(f"{question.ref} has {counted} votes, not {question.votes}")
    if await session.scalar(select(func.count()).select_from(Question)) != count:
        raise RuntimeError("not all questions are there")
