"""Kalenderdatei: the rows of the calendar as an iCalendar file, for the chat and for the feed."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands import event_text
from commands.calendar.ics import Entry, Method, calendar_file
from commands.calendar.naming import take_date
from commands.command import Attachment, Call, Reply, command
from commands.dates.wall_clock import wall
from commands.errors import NotFound, NotPossible, UsageError
from commands.group_names import take_group
from commands.settings import Settings
from commands.texts import calendar as calendar_texts
from commands.texts import calendar_export as texts
from storage import calendar, groups
from storage.tables import CalendarEvent, EventStatus

_ONE_DATE: Final = re.compile(r"(?:T\s?-?\s?\d|plenum\s+\d)", re.IGNORECASE)
_LOOKED_BACK: Final = timedelta(days=365)
_LOOKED_AHEAD: Final = timedelta(days=365 * 10)
_CONTENT_TYPE: Final = "text/calendar"


@command("kalender", "[plenum 4 | T12 | AG3 | alle]", example="!kalender alle")
async def export(call: Call, session: AsyncSession) -> Reply:
    """Schickt Termine als Datei für Ihren Kalender.

    Ohne Angabe kommen die nächsten Termine dieses Raums: im Raum einer AG die der AG und die für alle, sonst alle. Mit
    einer Nummer kommt nur dieser Termin. Öffnen Sie dieselbe Datei später noch einmal, aktualisiert das den Eintrag.
    """
    if _ONE_DATE.match(call.text):
        return await _one(call, session)
    group, rest = (None, "") if call.text.lower() == "alle" else take_group(call.text, call.room_group)
    if rest:
        raise UsageError(texts.no_such_choice(rest))
    if group is not None and await groups.find(session, group) is None:
        known = [each.number for each in await groups.everyone(session)]
        raise NotFound(calendar_texts.no_such_group(group, known))
    found = [each for each in await calendar.upcoming(session, after=wall(call.at)) if _concerns(each, group)]
    if not found:
        raise NotPossible(texts.nothing_coming(prefix=call.settings.prefix))
    data = _file(found, call.settings, method=Method.PUBLISH, name=_name(group))
    filename = "termine.ics" if group is None else f"termine-ag{group}.ics"
    return Reply(
        text=texts.list_sent(len(found), group=group),
        attachment=Attachment(filename=filename, content_type=_CONTENT_TYPE, data=data),
    )


async def _one(call: Call, session: AsyncSession) -> Reply:
    event, rest = await take_date(call, session)
    if rest:
        raise UsageError(texts.no_such_choice(rest))
    cancelled = event.status is EventStatus.CANCELLED
    method = Method.CANCEL if cancelled else Method.REQUEST
    data = _file([event], call.settings, method=method, name=event_text.name(event))
    filename = f"{event_text.code(event).lower().replace(' ', '-')}.ics"
    return Reply(
        text=texts.date_sent(event_text.name(event), event_text.when(event), cancelled=cancelled),
        subject=calendar.subject_of(event.id),
        attachment=Attachment(filename=filename, content_type=_CONTENT_TYPE, data=data),
    )


async def feed(session: AsyncSession, settings: Settings, *, group: int | None = None) -> bytes:
    """The calendar to subscribe to: all that is not recalled, of a group only what concerns it.

    It goes back a year from the latest change, not from now: the bytes depend on the dates only.
    """
    latest = await calendar.last_change(session)
    if latest is None:
        return _file([], settings, method=Method.PUBLISH, name=_name(group))
    since = wall(latest) - _LOOKED_BACK
    found = await calendar.between(session, since, wall(latest) + _LOOKED_AHEAD)
    return _file([each for each in found if _concerns(each, group)], settings, method=Method.PUBLISH, name=_name(group))


def _concerns(event: CalendarEvent, group: int | None) -> bool:
    """Whether a date belongs into a group's calendar: its own meetings, and what is for everybody."""
    return group is None or calendar.group_of(event.kind) in {None, group}


def _name(group: int | None) -> str:
    return "CIO-Projekt" if group is None else f"CIO-Projekt, AG {group}"


def _file(events: Sequence[CalendarEvent], settings: Settings, *, method: Method, name: str) -> bytes:
    return calendar_file(
        [_entry(each) for each in events],
        method=method,
        organizer=settings.contact_email,
        bot=settings.bot_id,
        name=name,
    )


def _entry(event: CalendarEvent) -> Entry:
    name = event_text.name(event)
    return Entry(
        uid=event.uid,
        sequence=event.sequence,
        created_at=event.created_at,
        changed_at=event.changed_at,
        starts=event.starts,
        ends=event.ends,
        whole_day=event.whole_day,
        summary=f"{name}: {event.title}" if event.title else name,
        description=event.agenda,
        place=event.place,
        link=event.link,
        cancelled=event.status is EventStatus.CANCELLED,
        category=event_text.kind_name(event.kind),
    )


COMMANDS = (export,)
