"""What an entry says today: its text, with what the calendar, the roles and the operator know about it."""

import re
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call
from commands.dates.wall_clock import wall
from commands.dates.wording import countdown
from commands.event_text import name, when
from commands.markup import Markdown, clean
from commands.settings import Settings
from commands.texts import faq as texts
from storage import calendar, groups, notices, roles
from storage.tables import FaqEntry, Role

_OPERATOR: Final = "Angabe des Betreibers dieses Bots"
_PEOPLE: Final = ("leads", "coordinators")  # live data that takes the place of "that is not known"
_GROUP_ENTRY: Final = re.compile(r"ag-(\d+)")
_DATES: Final = {
    "office_hours": (calendar.OFFICE_HOUR, "OZG-Sprechstunde", "sprechstunde"),
    "plenary": (calendar.PLENARY, "Plenarsitzung", "plenum"),
}  # what live data is about: kind in the calendar, what people call it, the command that says more
_GROUP_ASKED_FOR: Final = re.compile(r"\bag[\s-]*(\d+)", re.IGNORECASE)
_WHERE: Final = {
    "newsletter": "Bestellen",
    "guide": "Der Leitfaden liegt hier",
    "focus_services": "Die Liste liegt hier",
}


async def told(entry: FaqEntry, call: Call, session: AsyncSession) -> Markdown:
    """The answer of an entry with what the calendar, the roles and the operator know about it today."""
    entered = _entered(entry.slug, call.settings)
    live = await _live(entry, call, session)
    said = texts.Told(
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
            said, live = texts.Told(question=entry.question, source="Kalender dieses Bots"), coming
        else:
            live = [texts.no_date(_DATES[entry.live][1])]
    elif entry.live in _PEOPLE and live:
        said = texts.Told(question=entry.question, source=_OPERATOR)
    return texts.answer(
        said, live=live, live_first=_asks_when(entry), prefix=call.settings.prefix, room_group=call.room_group
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
        case "groups" | "leads" | "coordinators" as kind:
            return await _people(kind, entry, call, session)
        case None:
            return []
        case what:
            return _of_the_operator(what, entry, call.settings)


def _of_the_operator(what: str, entry: FaqEntry, settings: Settings) -> list[Markdown]:
    """What the operator entered of where something is, or of whom to ask."""
    if what == "contact":
        return [texts.contact(settings)] if settings.contact_email not in entry.answer else []
    entered = {"newsletter": settings.newsletter, "guide": settings.guide, "focus_services": settings.focus_services}
    place = entered.get(what, "")
    return [texts.where(_WHERE[what], place)] if place else []


async def _people(kind: str, entry: FaqEntry, call: Call, session: AsyncSession) -> list[Markdown]:
    """Who leads a group, all of them, or who coordinates."""
    if kind == "leads":
        return await _leads(call, session)
    if kind == "groups":
        found = _GROUP_ENTRY.fullmatch(entry.slug)
        return [texts.leads(await roles.leads_of(session, int(found[1])))] if found else []
    everybody = await roles.everybody(session)
    people = sorted(user for user, its in everybody.items() if its.may(Role.COORDINATOR))
    return [texts.coordinators(people, call.settings.prefix)] if people else []


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
