"""Termine und Plenum: what is coming, and one plenary."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import attendance, material, recurring
from commands.calendar.naming import take_date, take_kind_of_dates, take_series_number
from commands.calendar.shown import of_facts, shown
from commands.calendar.words import take_number
from commands.command import Call, Reply, command
from commands.dates.days import fold
from commands.dates.wall_clock import wall
from commands.drafting import naming_what_waits
from commands.errors import NotFound, NotPossible, UsageError
from commands.event_text import kind_name
from commands.markup import clean, shorten
from commands.texts import calendar as texts
from commands.texts import calendar_answering as answering_texts
from commands.texts import calendar_naming as naming_texts
from storage import attendance as answers
from storage import calendar, calendar_changes, notices, series
from storage.tables import CalendarEvent, EventStatus, Role

MOST_LISTED = 6
"""One phone screen."""

_LONGEST_NUMBER = 8
_OTHER_VERBS = (
    dict.fromkeys(
        ("loeschen", "streichen", "stornieren", "entfernen", "absage", "abgesagt", "ausfall"),
        "plenum absagen {number}",
    )
    | dict.fromkeys(
        ("verlegen", "umlegen", "verschiebe"),
        "plenum verschieben {number} 14.09. 13:00",
    )
    | dict.fromkeys(("bearbeiten", "aktualisieren"), 'plenum ändern {number} ort="Magdeburg"')
    | dict.fromkeys(("anlegen", "planen", "erstellen"), "plenum neu 14.09. 10:00-12:00 Themenarbeit")
)


@command("termine", "[plenum | sprechstunde | vortrag | AG3]", example="!termine plenum")
async def list_dates(call: Call, session: AsyncSession) -> Reply:
    """Zeigt die nächsten Termine.

    Mit „plenum“, „sprechstunde“, „vortrag“ oder einer AG dahinter sehen Sie nur diese; sonst von jeder Reihe den
    nächsten Termin. Ändert sich ein gezeigter Termin, erfahren Sie es hier.
    """
    kind, what = await _chosen(call, session)
    found = await calendar.upcoming(session, after=wall(call.at), kind=kind, cancelled=True)
    if not found:
        return Reply(text=texts.nothing_coming(what, prefix=call.settings.prefix))
    if kind is None:
        found = series.next_of_each(found)
    await notices.shown(session, found[:MOST_LISTED], call.room_id, at=call.at)
    own = await answers.of_person(session, call.sender, found[:MOST_LISTED])
    listed = [
        (
            shown(event),
            event.status is EventStatus.CANCELLED,
            answering_texts.own_answer(mine.status, waiting=mine.waiting) if (mine := own.get(event.id)) else None,
        )
        for event in found[:MOST_LISTED]
    ]
    more = max(0, len(found) - MOST_LISTED)
    return Reply(
        text=texts.coming(listed, more=more, chosen=kind is not None, now=call.at, prefix=call.settings.prefix)
    )


@command("plenum", "[Nummer]", example="!plenum 1")
@partial(naming_what_waits, role=Role.COORDINATOR)
async def show(call: Call, session: AsyncSession) -> Reply:
    """Zeigt das nächste Plenum oder das mit dieser Nummer.

    Mit einer Nummer sehen Sie auch vergangene und abgesagte Plenarsitzungen.
    """
    if not call.text:
        coming = await calendar.upcoming(session, after=wall(call.at), kind=calendar.PLENARY)
        return await _one(call, session, coming[0]) if coming else await _none_planned(call, session)
    _refuse_other_verbs(call)
    number, rest = take_number(clean(call.text)) if call.text[:1].isdigit() else (None, call.text)
    if number is None or rest:
        raise UsageError(texts.no_number(call.text))
    event = await calendar.by_number(session, calendar.PLENARY, number)
    if event is None:
        known = await calendar.numbers(session, calendar.PLENARY)
        raise NotFound(texts.unknown_number(number, known, prefix=call.settings.prefix))
    return await _one(call, session, event)


def _refuse_other_verbs(call: Call) -> None:
    """Raise NotPossible for words that people use for what planning calls otherwise."""
    [verb, *rest] = clean(call.text).split() or [""]
    wanted = _OTHER_VERBS.get(fold(verb.rstrip(",:;")))
    if wanted is None:
        return
    number = next((word for word in (each.strip(".,:;") for each in rest) if word.isdigit()), "<Nummer>")
    command = wanted.format(number=shorten(number, _LONGEST_NUMBER))
    raise NotPossible(texts.another_command(verb, command, prefix=call.settings.prefix))


async def _chosen(call: Call, session: AsyncSession) -> tuple[str | None, str | None]:
    """The kind of dates that was asked for and its name; (None, None) for all."""
    if fold(" ".join(clean(call.text).split())) in {"", "alle"}:
        return None, None
    kind = await take_kind_of_dates(session, call.text)
    return kind, f"AG {group}" if (group := calendar.group_of(kind)) else kind_name(kind)


@command("termin", "<T-Nummer oder R-Nummer>", example="!termin T12")
@partial(naming_what_waits, role=Role.LEAD)
async def show_date(call: Call, session: AsyncSession) -> Reply:
    """Zeigt einen Termin mit allen Angaben und was sich daran geändert hat.

    Die T-Nummer steht in der Liste der Termine. Mit einer R-Nummer sehen Sie eine Reihe und ihre nächsten Termine.
    """
    if (named := take_series_number(call)) is not None:
        if named[1]:
            raise UsageError(naming_texts.no_t_number(prefix=call.settings.prefix))
        return await recurring.show(call, session, await recurring.find(call, session, named[0]))
    event, rest = await take_date(call, session)
    if rest:
        raise UsageError(naming_texts.no_t_number(prefix=call.settings.prefix))
    return await _one(call, session, event)


async def _one(call: Call, session: AsyncSession, event: CalendarEvent) -> Reply:
    await notices.shown(session, [event], call.room_id, at=call.at)
    return Reply(
        text=texts.one(
            shown(event),
            cancelled=event.status is EventStatus.CANCELLED,
            answers=await attendance.lines(call, session, event),
            material=await material.lines(session, event),
            changes=await _changes(session, event),
            now=call.at,
        ),
        subject=f"calendar:{event.id}",
    )


async def _changes(session: AsyncSession, event: CalendarEvent) -> list[texts.Change]:
    """What was done to a date since it was entered, oldest first, for everybody to read."""
    now = shown(event)
    return [
        texts.Change(
            day=wall(change.at).date(),
            what=change.what,
            now=of_facts(now, change.after),
            before=of_facts(now, change.before),
            reason=change.reason,
        )
        for change in await calendar_changes.of(session, event)
        if change.before is not None
    ]


async def _none_planned(call: Call, session: AsyncSession) -> Reply:
    now = wall(call.at)
    every = await calendar.every(session, calendar.PLENARY)
    cancelled = [each for each in every if each.status is EventStatus.CANCELLED and each.starts > now]
    held = [each for each in every if each.status is EventStatus.CONFIRMED and each.starts <= now]
    return Reply(
        text=texts.none_planned(
            last=_shown_or_none(held[-1:]), cancelled=_shown_or_none(cancelled[:1]), prefix=call.settings.prefix
        )
    )


def _shown_or_none(events: Sequence[CalendarEvent]) -> texts.Shown | None:
    return shown(events[0]) if events else None


COMMANDS = (list_dates, show, show_date)
