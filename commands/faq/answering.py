"""Häufige Fragen: what the curated entries say, and an honest "das weiß ich nicht" where they say nothing."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Final
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reaction, Reply, command
from commands.dates.wall_clock import wall
from commands.dates.wording import countdown
from commands.event_text import name, when
from commands.faq import choosing
from commands.faq.choosing import Taking
from commands.faq.deciding import decide, is_only_a_number, topic_of
from commands.faq.finding.ranking import MAX_CHARACTERS
from commands.faq.learning import HELPED, NOT_HELPED, RECENTLY, may_be_kept
from commands.faq.seeing import seen
from commands.faq.small_talk import SmallTalk, small_talk
from commands.markup import Markdown, clean
from commands.settings import Settings
from commands.texts import faq as texts
from commands.texts import faq_choosing as choosing_texts
from storage import calendar, faq, faq_learning, groups, notices, roles
from storage.tables import FaqEntry, Role, RoomKind

_OPERATOR: Final = "Angabe des Betreibers dieses Bots"
_PEOPLE: Final = ("leads", "coordinators")  # live data that takes the place of "that is not known"
_GROUP_ENTRY: Final = re.compile(r"ag-(\d+)")
_DATES: Final = {
    "office_hours": (calendar.OFFICE_HOUR, "OZG-Sprechstunde", "sprechstunde"),
    "plenary": (calendar.PLENARY, "Plenarsitzung", "plenum"),
}  # what live data is about: kind in the calendar, what people call it, the command that says more
_COUNTDOWN: Final = re.compile(r" \((?:in|heute|morgen|übermorgen|läuft|seit|vor)\b[^()]*\)")  # changes by the minute
_GROUP_ASKED_FOR: Final = re.compile(r"\bag[\s-]*(\d+)", re.IGNORECASE)


@command("faq", "[Frage]", example="!faq Wer zahlt nach der Anschubfinanzierung?")
async def look_up(call: Call, session: AsyncSession) -> Reply:
    """Beantwortet häufige Fragen zum Projekt und zum OZG.

    Ohne Frage sehen Sie die Themen, mit einem Thema die Fragen dazu. Jede Antwort nennt ihre Quelle und ihren Stand.
    Steht Ihre Frage nicht dabei, stellen Sie sie einer Arbeitsgruppe.
    """
    entries = await faq.everything(session)
    topic = _topic(call.text, entries)
    if topic:
        return Reply(text=texts.topic(topic[0].category, [each.question for each in topic], call.settings.prefix))
    if call.text:
        return await _reply(call, session, entries, None)
    listed = [
        (its[0].category, len(its), its[0].question)
        for its in (_topic(category, entries) for category in _categories(entries))
    ]
    return Reply(text=texts.topics(listed, call.settings.prefix))


async def answer_freely(call: Call, session: AsyncSession, *, take: Taking) -> Reply:
    """Answer what somebody said to the bot that is no command: a question, a greeting, or nothing at all.

    `take` takes as a question to a working group what the FAQ does not answer, if the person wants that.
    """
    return await _reply(call, session, await faq.everything(session), take)


async def _reply(call: Call, session: AsyncSession, entries: Sequence[FaqEntry], take: Taking | None) -> Reply:
    """A polite word, a request to be brief, or what the entries say."""
    text, prefix = clean(call.text).strip(), call.settings.prefix
    if len(text) > MAX_CHARACTERS:
        return Reply(text=texts.too_long(len(text), MAX_CHARACTERS))
    said = small_talk(text)
    if said is SmallTalk.NOTHING:
        return Reply(text=texts.what_i_can(prefix))
    if said is not None:
        return Reply(text=texts.politely(said, prefix))
    if take and (reply := await choosing.taken(call, session, text, take)):
        return reply
    if is_only_a_number(text):
        slug = await choosing.by_number(call, session, text)
        found = next((entry for entry in entries if entry.slug == slug), None)
        return choosing.only_a_number(call.settings) if found is None else await _tell(found, call, session, None)
    return await _answer(text, call, session, entries)


async def _answer(text: str, call: Call, session: AsyncSession, entries: Sequence[FaqEntry]) -> Reply:
    by_slug = {entry.slug: entry for entry in entries}
    decision = decide(text, [seen(entry) for entry in entries])
    if decision.answer is not None:
        return await _tell(by_slug[decision.answer], call, session, text)
    if decision.options:
        return await choosing.offered(call, session, text, [by_slug[slug] for slug in decision.options])
    if topic := _topic(text, entries):
        return Reply(text=texts.topic(topic[0].category, [each.question for each in topic], call.settings.prefix))
    return await choosing.unknown(call, session, text, _categories(entries))


async def _chosen(index: int, call: Call, session: AsyncSession) -> Reply | None:
    """A tap on a number under an offer."""
    made = await faq_learning.choice(session, int(call.text))
    slug = None if made is None else await choosing.picked(session, made, index)
    found = next((entry for entry in await faq.everything(session) if entry.slug == slug), None)
    return None if found is None else await _tell(found, call, session, None)


async def _tell(entry: FaqEntry, call: Call, session: AsyncSession, asked: str | None) -> Reply:
    """Give an entry as the answer; where the very same stands in the room already, say where."""
    text = await _told(entry, call, session)
    said = _COUNTDOWN.sub("", text)
    if call.room_kind is not RoomKind.DIRECT:
        since = call.at - RECENTLY
        before = await faq_learning.where_it_stands(session, call.room_id, entry.slug, said=said, since=since)
        if before is not None:
            event_id, at = before
            link = f"https://matrix.to/#/{quote(call.room_id)}/{quote(event_id)}"
            minutes = int((call.at - at).total_seconds() // 60)
            return Reply(text=choosing_texts.already(entry.question, link, minutes))
    kept = asked if asked and may_be_kept(asked) else None
    told = await faq_learning.tell(
        session, entry.slug, room_id=call.room_id, event_id=call.event_id, text=kept, said=said, at=call.at
    )
    return Reply(text=text, subject=f"faq:{told.id}", reactions=(HELPED, NOT_HELPED))


async def _told(entry: FaqEntry, call: Call, session: AsyncSession) -> Markdown:
    """The answer of an entry with what the calendar, the roles and the operator know about it today."""
    entered = _entered(entry.slug, call.settings)
    live = await _live(entry, call, session)
    told = texts.Told(
        question=entry.question,
        text=entered or entry.answer,
        source=_OPERATOR if entered else entry.source,
        source_url=None if entered else entry.source_url,
        as_of=None if entered else entry.as_of,
        conflict=entry.conflict,
        to_review=not entered and entry.review_on is not None and entry.review_on <= wall(call.at).date(),
    )
    if _asks_when(entry) and entry.live in _DATES:
        coming = await _next(entry.live, call, session)
        if coming:
            told, live = texts.Told(question=entry.question, source="Kalender dieses Bots"), coming
        else:
            live = [texts.no_date(_DATES[entry.live][1])]
    elif entry.live in _PEOPLE and live:
        told = texts.Told(question=entry.question, source=_OPERATOR)
    return texts.answer(
        told, live=live, live_first=_asks_when(entry), prefix=call.settings.prefix, room_group=call.room_group
    )


def _entered(slug: str, settings: Settings) -> str:
    """What the operator entered in place of an entry that can only say that it does not know."""
    return {
        "sprechstunde-teilnahme": settings.office_hours_registration,
        "sprechstunde-folien": settings.office_hours_slides,
    }.get(slug, "")


async def _live(entry: FaqEntry, call: Call, session: AsyncSession) -> list[Markdown]:
    match entry.live:
        case "office_hours" | "plenary" as kind:
            return await _next(kind, call, session)
        case "groups" if found := _GROUP_ENTRY.fullmatch(entry.slug):
            leads = await roles.leads_of(session, int(found[1]))
            return [texts.leads(leads)]
        case "leads":
            return await _leads(call, session)
        case "coordinators":
            everybody = await roles.everybody(session)
            people = sorted(user for user, its in everybody.items() if its.may(Role.COORDINATOR))
            return [texts.coordinators(people, call.settings.prefix)] if people else []
        case "contact" if call.settings.contact_email not in entry.answer:
            return [texts.contact(call.settings)]
        case _:
            return []


async def _leads(call: Call, session: AsyncSession) -> list[Markdown]:
    """Who leads the group that is asked for, or each group; nothing where nobody is known to lead any of these."""
    asked = {int(number) for number in _GROUP_ASKED_FOR.findall(clean(call.text))}
    every = await groups.everyone(session)
    shown = [each for each in every if each.number in asked] or every
    leads = [(each.number, each.name, await roles.leads_of(session, each.number)) for each in shown]
    if not any(people for _, _, people in leads) and len(leads) > 1:
        return []
    return texts.leads_of_groups(leads, call.settings)


async def _next(live: str, call: Call, session: AsyncSession) -> list[Markdown]:
    """The next date of a kind, or nothing."""
    kind, _, more = _DATES[live]
    found = await calendar.upcoming(session, after=wall(call.at), kind=kind)
    if not found:
        return []
    event, prefix = found[0], call.settings.prefix
    await notices.shown(session, [event], call.room_id, at=call.at)
    away = countdown(call.at, event.starts, event.ends)
    return [texts.next_date(name(event), when(event), away, link=event.link, more=more, prefix=prefix)]


def _asks_when(entry: FaqEntry) -> bool:
    return entry.question.startswith("Wann ")


def _categories(entries: Sequence[FaqEntry]) -> list[str]:
    return list(dict.fromkeys(entry.category for entry in entries))


def _topic(text: str, entries: Sequence[FaqEntry]) -> list[FaqEntry]:
    """The entries of the category that is named, or none."""
    named = set(topic_of(text, [seen(entry) for entry in entries]))
    return [entry for entry in entries if entry.slug in named]


COMMANDS = (look_up,)
REACTIONS = tuple(
    Reaction(emoji=emoji, subject="faqchoice", handler=partial(_chosen, index))
    for index, emoji in enumerate(choosing.NUMBERS)
)
