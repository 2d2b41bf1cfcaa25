"""Learning from use, without learning by itself: votes, gaps that editors see, and an alarm where an answer is bad."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Effect, Message, Reaction, Reply, command
from commands.dates.wall_clock import wall
from commands.errors import NotPossible
from commands.faq.finding.reading import words_of
from commands.faq.small_talk import small_talk
from commands.markup import Markdown
from commands.settings import Settings
from commands.texts import faq_learning as texts
from commands.texts.faq_choosing import Here
from storage import faq, faq_learning, rooms
from storage.tables import FaqGap, Role, RoomKind

HELPED: Final = "👍"
NOT_HELPED: Final = "👎"
RECENTLY: Final = timedelta(hours=1)

_CHOICES_KEPT, _PLACES_KEPT, _GAPS_KEPT = timedelta(days=1), timedelta(days=7), timedelta(days=90)
_WAITED: Final = timedelta(days=30)  # for how long somebody is told when there is an answer after all
_WEEK: Final = timedelta(days=7)
_LEAST_VOTES, _LEAST_HELPFUL = 10, 0.6
_ALIKE: Final = 80.0  # of 100, token set ratio of the stems
_MOST_GROUPS, _LONGEST = 10, 300
_PERSONAL: Final = re.compile(r"@\S+|\d(?:[\s./-]?\d){4,}")  # addresses, long numbers


def may_be_kept(text: str) -> bool:
    """Whether a text may be kept for editors: a question without addresses or long numbers, and not too long."""
    return len(text) <= _LONGEST and not _PERSONAL.search(text) and small_talk(text) is None


@command("faq lücken", role=Role.COORDINATOR, example="!faq lücken")
async def gaps(_call: Call, session: AsyncSession) -> Reply:
    """Zeigt, wonach gefragt wurde und was die häufigen Fragen nicht oder nicht gut beantworten.

    Ähnliches steht zusammen, das Häufigste zuerst. Wer gefragt hat, wird nicht gespeichert. Nach 90 Tagen wird ein Text
    gelöscht.
    """
    questions = {entry.slug: entry.question for entry in await faq.everything(session)}
    grouped = together(await faq_learning.gaps(session))
    shown = [
        texts.Gap(count=len(group), text=group[-1].text, entry=questions.get(group[-1].slug or ""))
        for group in grouped[:_MOST_GROUPS]
    ]
    counted = await faq_learning.votes(session, since=_call.at - _GAPS_KEPT)
    rates = [
        texts.Rate(entry=questions[slug], helped=helped, count=count)
        for slug, (helped, count) in sorted(counted.items(), key=lambda each: each[1][0] / each[1][1])
        if slug in questions
    ]
    return Reply(text=texts.gaps(shown, len(grouped), rates[:_MOST_GROUPS]))


@command("faq hilft", "[nein]", example="!faq hilft nein")
async def helps(call: Call, session: AsyncSession) -> Reply:
    """Sagt, ob die letzte Antwort auf eine häufige Frage hier geholfen hat.

    Dasselbe wie 👍 oder 👎 unter der Antwort.
    """
    said = call.text.casefold().rstrip(".!")
    if said not in {"", "ja", "nein", "nicht"}:
        raise NotPossible(texts.yes_or_no(call.settings.prefix))
    last = await faq_learning.last_told(session, call.room_id, since=call.at - RECENTLY)
    if last is None:
        raise NotPossible(texts.nothing_told())
    reply = await _voted(call, session, last.id, helped=said in {"", "ja"})
    return reply or Reply(text=texts.thanks())


async def _voted(call: Call, session: AsyncSession, told_id: int, *, helped: bool) -> Reply | None:
    last = await faq_learning.told(session, told_id)
    if last is None or not await faq_learning.vote(session, told_id, call.sender, helped=helped, at=call.at):
        return None
    if helped:
        return None
    asked = last.text
    if asked and may_be_kept(asked):
        await faq_learning.note_gap(session, asked, event_id=last.event_id, at=call.at, slug=last.slug)
    since = call.at - RECENTLY
    before = await faq_learning.latest_choice(session, room_id=call.room_id, sender=call.sender, since=since)
    if asked and (before is None or before.text != asked):  # where it was chosen, the others can still be
        await faq_learning.offer(
            session,
            room_id=call.room_id,
            sender=call.sender,
            text=asked,
            slugs=(),
            event_id=last.event_id,
            gap=False,
            at=call.at,
        )
    here = Here(room_group=call.room_group, direct=call.room_kind is RoomKind.DIRECT)
    return Reply(text=texts.sorry(call.settings, can_take=bool(asked), here=here))


async def _thumb_up(call: Call, session: AsyncSession) -> Reply | None:
    return await _voted(call, session, int(call.text), helped=True)


async def _thumb_down(call: Call, session: AsyncSession) -> Reply | None:
    return await _voted(call, session, int(call.text), helped=False)


class _Covered(Protocol):
    """The time a digest covers, from `since` on (UTC)."""

    @property
    def since(self) -> datetime: ...


async def in_digest(session: AsyncSession, covered: _Covered, _now: datetime, settings: Settings) -> Markdown | None:
    """What was asked in vain since the last digest, what is alike counted as one."""
    grouped = together(await faq_learning.gaps(session))
    fresh = [group for group in grouped if group[-1].at >= covered.since]
    if not fresh:
        return None
    return texts.in_digest(sum(map(len, fresh)), fresh[0][-1].text, len(fresh[0]), settings.prefix)


async def to_review(session: AsyncSession, _covered: object, now: datetime, settings: Settings) -> Markdown | None:
    """How many answers somebody should look at again, because their day has come."""
    today = wall(now).date()
    due = [entry for entry in await faq.everything(session) if entry.review_on and entry.review_on <= today]
    return texts.to_review(len(due), due[0].question, settings.prefix) if due else None


async def forget(session: AsyncSession, now: datetime, _settings: Settings) -> Sequence[Effect]:
    """Drop what is not to be kept."""
    await faq_learning.forget(
        session,
        choices=now - _CHOICES_KEPT,
        waiting=now - _WAITED,
        places=now - _PLACES_KEPT,
        gaps=now - _GAPS_KEPT,
    )
    return ()


async def alarm(session: AsyncSession, now: datetime, settings: Settings) -> Sequence[Effect]:
    """Tell the coordination, once a week, of an entry that helps fewer than 60 % of at least ten people in 7 days."""
    counted = await faq_learning.votes(session, since=now - _WEEK)
    bad = [
        (slug, helped, count)
        for slug, (helped, count) in counted.items()
        if count >= _LEAST_VOTES and helped < _LEAST_HELPFUL * count
    ]
    if not bad:
        return ()
    questions = {entry.slug: entry.question for entry in await faq.everything(session)}
    year, week, _ = now.isocalendar()
    known = await rooms.known(session)
    return [
        Message(
            key=f"faq-alarm:{slug}:{year}-{week}:{room_id}",
            room_id=room_id,
            text=texts.alarm(texts.Rate(entry=questions[slug], helped=helped, count=count), settings.prefix),
        )
        for room_id in await rooms.of_kind(session, RoomKind.COORDINATION)
        if known[room_id].joined
        for slug, helped, count in bad
        if slug in questions
    ]


def together(found: Sequence[FaqGap]) -> list[list[FaqGap]]:
    """Gaps that are alike, and about the same entry if any; the largest group first, then the newest."""
    groups: list[tuple[str, list[FaqGap]]] = []
    for gap in found:
        stems = " ".join(word.stem for word in words_of(gap.text)) or gap.text.casefold()
        for first, group in groups:
            if group[0].slug == gap.slug and fuzz.token_set_ratio(first, stems) >= _ALIKE:
                group.append(gap)
                break
        else:
            groups.append((stems, [gap]))
    return sorted((group for _, group in groups), key=lambda group: (-len(group), -group[-1].id))


COMMANDS = (gaps, helps)
REACTIONS = (
    Reaction(emoji=HELPED, subject="faq", handler=_thumb_up),
    Reaction(emoji=NOT_HELPED, subject="faq", handler=_thumb_down),
)
JOBS = (forget, alarm)
