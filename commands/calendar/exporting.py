"""Kalenderdatei: the rows of the calendar as an iCalendar file, for the chat and for the feed."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands import event_text
from commands.calendar import entries, recurring
from commands.calendar.ics import Entry, Method, calendar_file
from commands.calendar.naming import take_date, take_series_number
from commands.command import Attachment, Call, Reply, command
from commands.dates.wall_clock import wall
from commands.errors import NotFound, NotPossible, UsageError
from commands.group_names import take_group
from commands.settings import Settings
from commands.texts import calendar as calendar_texts
from commands.texts import calendar_export as texts
from storage import calendar, groups, notices
from storage import series as rows
from storage.tables import CalendarEvent, EventStatus

_ONE_DATE: Final = re.compile(r"(?:T\s?-?\s?\d|plenum\s+\d)", re.IGNORECASE)
_LOOKED_BACK: Final = timedelta(days=365)
_LOOKED_AHEAD: Final = timedelta(days=365 * 10)
_CONTENT_TYPE: Final = "text/calendar"


@command("kalender", "[plenum 4 | T12 | R3 | AG3 | alle]", example="!kalender alle")
async def export(call: Call, session: AsyncSession) -> Reply:
    """Schickt Termine als Datei für Ihren Kalender.

    Ohne Angabe kommen die nächsten Termine dieses Raums: im Raum einer AG die der AG und die für alle, sonst alle. Mit
    einer Nummer kommt nur dieser Termin oder diese Reihe (R3). Öffnen Sie eine neue Datei davon später noch einmal,
    aktualisiert das den Eintrag.
    """
    if (named := take_series_number(call)) is not None:
        return await _series(call, session, *named)
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
    await notices.shown(session, found, call.room_id, at=call.at)
    data = _file(await _entries(session, found), call.settings, method=Method.PUBLISH, name=_name(group))
    filename = "termine.ics" if group is None else f"termine-ag{group}.ics"
    single = sum(each.series_id is None for each in found)
    return Reply(
        text=texts.list_sent(single, len(_series_ids(found)), group=group),
        attachment=Attachment(filename=filename, content_type=_CONTENT_TYPE, data=data),
    )


async def _one(call: Call, session: AsyncSession) -> Reply:
    event, rest = await take_date(call, session)
    if rest:
        raise UsageError(texts.no_such_choice(rest))
    await notices.shown(session, [event], call.room_id, at=call.at)
    cancelled = event.status is EventStatus.CANCELLED
    method = Method.CANCEL if cancelled else Method.REQUEST
    series = None if event.series_id is None else await rows.find(session, event.series_id)
    data = _file([entries.of_date(event, series)], call.settings, method=method, name=event_text.name(event))
    filename = f"{event_text.code(event).lower().replace(' ', '-')}.ics"
    return Reply(
        text=texts.date_sent(event_text.name(event), event_text.when(event), cancelled=cancelled),
        subject=calendar.subject_of(event.id),
        attachment=Attachment(filename=filename, content_type=_CONTENT_TYPE, data=data),
    )


async def _series(call: Call, session: AsyncSession, number: int, rest: str) -> Reply:
    series = await recurring.find(call, session, number)
    if rest:
        raise UsageError(texts.no_such_choice(rest))
    cancelled = series.status is EventStatus.CANCELLED
    method = Method.CANCEL if cancelled else Method.REQUEST
    dates = await rows.dates_of(session, series)
    await notices.shown(session, [each for each in dates if each.starts > wall(call.at)], call.room_id, at=call.at)
    found = entries.of_series(series, dates, method=method)
    shown = recurring.shown_series(series)
    return Reply(
        text=texts.series_sent(shown.name, shown.code, shown.when, cancelled=cancelled),
        subject=recurring.subject(series),
        attachment=Attachment(
            filename=f"{shown.code.lower()}.ics",
            content_type=_CONTENT_TYPE,
            data=_file(found, call.settings, method=method, name=shown.name),
        ),
    )


async def feed(session: AsyncSession, settings: Settings, *, group: int | None = None) -> bytes:
    """The calendar to subscribe to: all that is not recalled, of a group only what concerns it.

    It goes back a year from the latest change, not from now: the bytes depend on the dates only. A series is in it as a
    whole as long as one of its dates is.
    """
    latest = await calendar.last_change(session)
    if latest is None:
        return _file([], settings, method=Method.PUBLISH, name=_name(group))
    since = wall(latest) - _LOOKED_BACK
    found = await calendar.between(session, since, wall(latest) + _LOOKED_AHEAD)
    data = await _entries(session, [each for each in found if _concerns(each, group)])
    return _file(data, settings, method=Method.PUBLISH, name=_name(group))


def _concerns(event: CalendarEvent, group: int | None) -> bool:
    """Whether a date belongs into a group's calendar: its own meetings, and what is for everybody."""
    return group is None or calendar.group_of(event.kind) in {None, group}


def _name(group: int | None) -> str:
    return "CIO-Projekt" if group is None else f"CIO-Projekt, AG {group}"


async def _entries(session: AsyncSession, found: Sequence[CalendarEvent]) -> list[Entry]:
    """These dates, and the whole series of those that belong to one."""
    written = [entries.of_date(each) for each in found if each.series_id is None]
    for series_id in _series_ids(found):
        series = await rows.find(session, series_id)
        assert series is not None, "series are ended, never deleted"
        written += entries.of_series(series, await rows.dates_of(session, series), method=Method.PUBLISH)
    return written


def _series_ids(found: Sequence[CalendarEvent]) -> list[int]:
    return list(dict.fromkeys(each.series_id for each in found if each.series_id is not None))


def _file(found: Sequence[Entry], settings: Settings, *, method: Method, name: str) -> bytes:
    return calendar_file(found, method=method, organizer=settings.contact_email, bot=settings.bot_id, name=name)


COMMANDS = (export,)
