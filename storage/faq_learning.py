"""What the FAQ is told by the people who use it: choices, votes and gaps.

No person is kept longer than a day, or thirty where they wait for an answer that nobody had.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Integer, String, and_, cast, delete, exists, func, literal, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.tables import FaqChoice, FaqGap, FaqTold, FaqVote, OutboxRow


async def offer(
    session: AsyncSession,
    *,
    room_id: str,
    sender: str,
    text: str,
    slugs: Sequence[str],
    event_id: str | None,
    gap: bool,
    at: datetime,
) -> int:
    """Note what somebody can choose from now, and with `gap` that nothing answered it; the choice's ID.

    `event_id` is the message that holds the text; where it was edited, its choice is another by now, under the same ID.
    """
    mine = (FaqChoice.event_id == event_id, FaqChoice.sender == sender)
    before = None if event_id is None else (await session.scalars(select(FaqChoice).where(*mine))).first()
    if before is not None:
        await chosen(session, before)
    gap_id = await note_gap(session, text, event_id=event_id, at=at) if gap else None
    choice = before or FaqChoice(room_id=room_id, sender=sender, event_id=event_id)
    choice.text, choice.slugs, choice.gap_id, choice.at = text, list(slugs), gap_id, at
    session.add(choice)
    await session.flush()
    return choice.id


async def choice(session: AsyncSession, choice_id: int) -> FaqChoice | None:
    """A choice by its ID, as long as it is kept."""
    return await session.get(FaqChoice, choice_id)


async def latest_choice(session: AsyncSession, *, room_id: str, sender: str, since: datetime) -> FaqChoice | None:
    """What this person was last offered in this room since then (UTC)."""
    mine = (FaqChoice.room_id == room_id, FaqChoice.sender == sender, FaqChoice.at >= since)
    return (await session.scalars(select(FaqChoice).where(*mine).order_by(FaqChoice.id.desc()).limit(1))).first()


async def chosen(session: AsyncSession, made: FaqChoice) -> None:
    """One of the entries was meant, so there is no gap."""
    if made.gap_id is not None:
        await session.execute(delete(FaqGap).where(FaqGap.id == made.gap_id))
        made.gap_id = None


async def note_gap(
    session: AsyncSession, text: str, *, event_id: str | None, at: datetime, slug: str | None = None
) -> int:
    """Note a text that was not answered, or not well by the entry `slug`; the gap's ID.

    Of the message that holds it (`event_id`) only a hash is kept.
    """
    gap = FaqGap(text=text, slug=slug, trace=_trace(event_id), at=at)
    session.add(gap)
    await session.flush()
    return gap.id


async def close_gap(session: AsyncSession, gap: FaqGap) -> None:
    """There is an answer now."""
    await session.execute(update(FaqChoice).where(FaqChoice.gap_id == gap.id).values(gap_id=None))
    await session.delete(gap)
    await session.flush()


async def gaps(session: AsyncSession) -> Sequence[FaqGap]:
    """All gaps, oldest first."""
    return (await session.scalars(select(FaqGap).order_by(FaqGap.id))).all()


async def tell(
    session: AsyncSession,
    slug: str,
    *,
    room_id: str,
    event_id: str,
    asker: str,
    text: str | None,
    said: str,
    at: datetime,
) -> FaqTold:
    """Note that an entry was given as the answer to the message `event_id` of `asker`; `said` is what it said."""
    told = FaqTold(slug=slug, room_id=room_id, event_id=event_id, text=text, said=_hash(said), at=at)
    told.asker = _hash(f"{event_id}:{asker}")
    session.add(told)
    await session.flush()
    return told


async def told(session: AsyncSession, told_id: int) -> FaqTold | None:
    """An answer that was given."""
    return await session.get(FaqTold, told_id)


async def is_anothers(session: AsyncSession, event_id: str, sender: str) -> bool:
    """Whether the message `event_id`, to which an answer was given, is not by this person."""
    askers = (await session.scalars(select(FaqTold.asker).where(FaqTold.event_id == event_id))).all()
    return bool(askers) and _hash(f"{event_id}:{sender}") not in askers


async def last_told(session: AsyncSession, room_id: str, *, since: datetime) -> FaqTold | None:
    """The last answer in a room since then (UTC)."""
    here = select(FaqTold).where(FaqTold.room_id == room_id, FaqTold.at >= since)
    return (await session.scalars(here.order_by(FaqTold.id.desc()).limit(1))).first()


async def where_it_stands(
    session: AsyncSession, room_id: str, slug: str, *, said: str, since: datetime
) -> tuple[str, datetime] | None:
    """The first of the bot's messages in a room since then (UTC) that says the same, and when; None: there is none.

    The same entry that says something else by now (its text was changed, a date was moved) does not count, nor does
    what was removed or is not sent yet.
    """
    about = literal("faq:").concat(cast(FaqTold.id, String))
    removal = aliased(OutboxRow)
    removed = exists().where(removal.key == literal("redact:").concat(OutboxRow.key))
    found = await session.execute(
        select(OutboxRow.event_id, FaqTold.at)
        .join(OutboxRow, OutboxRow.subject == about)
        .where(FaqTold.room_id == room_id, FaqTold.slug == slug, FaqTold.said == _hash(said), FaqTold.at >= since)
        .where(OutboxRow.key.startswith("reply:"), OutboxRow.event_id.is_not(None), ~removed)
        .order_by(FaqTold.id)
        .limit(1)
    )
    row = found.first()
    return None if row is None else (str(row[0]), row[1])


async def vote(session: AsyncSession, told_id: int, sender: str, *, helped: bool, at: datetime) -> bool:
    """Note what somebody thinks of an answer; the last word counts. Whether that is new."""
    voter = sha256(f"{told_id}:{sender}".encode()).hexdigest()[:16]
    before = await session.get(FaqVote, (told_id, voter))
    row = insert(FaqVote).values(told_id=told_id, voter=voter, helped=helped, at=at)
    await session.execute(row.on_conflict_do_update(index_elements=["told_id", "voter"], set_={"helped": helped}))
    return before is None or before.helped != helped


async def votes(session: AsyncSession, *, since: datetime) -> Mapping[str, tuple[int, int]]:
    """By entry: how many said that it helped, and how many said anything, since then (UTC)."""
    rows = await session.execute(
        select(FaqTold.slug, func.sum(cast(FaqVote.helped, Integer)), func.count())
        .join(FaqVote, FaqVote.told_id == FaqTold.id)
        .where(FaqVote.at >= since)
        .group_by(FaqTold.slug)
    )
    return {slug: (int(helped), int(count)) for slug, helped, count in rows}


async def forget(
    session: AsyncSession, *, choices: datetime, waiting: datetime, places: datetime, gaps: datetime
) -> None:
    """Drop choices, the places and texts of answers, and gaps, each from before an instant (UTC).

    Choices whose text nobody could answer wait for an answer, until `waiting`.
    """
    waits = (FaqChoice.gap_id.is_not(None), FaqChoice.at >= waiting)
    await session.execute(delete(FaqChoice).where(FaqChoice.at < choices, ~and_(*waits)))
    old = (FaqTold.at < places, FaqTold.room_id.is_not(None))
    await session.execute(update(FaqTold).where(*old).values(room_id=None, event_id=None, asker=None, text=None))
    await session.execute(delete(FaqGap).where(FaqGap.at < gaps))


async def forget_message(session: AsyncSession, event_id: str) -> Sequence[int]:
    """Forget what a message said, since it was deleted; the IDs of the choices that were made of it."""
    made = list(await session.scalars(select(FaqChoice.id).where(FaqChoice.event_id == event_id)))
    await session.execute(delete(FaqChoice).where(FaqChoice.event_id == event_id))
    await session.execute(delete(FaqGap).where(FaqGap.trace == _trace(event_id)))
    await session.execute(update(FaqTold).where(FaqTold.event_id == event_id).values(text=None))
    return made


async def reworded(session: AsyncSession, event_id: str) -> None:
    """Forget what a message said before it was edited; the choice made of it is empty until it is made anew."""
    for made in await session.scalars(select(FaqChoice).where(FaqChoice.event_id == event_id)):
        made.text, made.slugs, made.gap_id = "", [], None
    await session.execute(delete(FaqGap).where(FaqGap.trace == _trace(event_id)))
    await session.execute(update(FaqTold).where(FaqTold.event_id == event_id).values(text=None))
    await session.flush()


def _trace(event_id: str | None) -> str | None:
    return None if event_id is None else _hash(event_id)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


async def unanswered(session: AsyncSession) -> Sequence[FaqChoice]:
    """What was asked within the last thirty days and is still a gap, oldest first."""
    return (await session.scalars(select(FaqChoice).where(FaqChoice.gap_id.is_not(None)).order_by(FaqChoice.id))).all()
