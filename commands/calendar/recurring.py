"""Terminreihen: planned like one date; the dates to come are entered ahead, and each of them can be changed alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands import event_text
from commands.calendar.kinds import planning_of, require_planner, rooms_of
from commands.calendar.rooms import Audience, audience
from commands.calendar.shown import shown
from commands.calendar.warnings import refuse_past, warnings
from commands.calendar.words import take_details
from commands.command import Call, Message, Reply
from commands.dates.recurrence import Series, occurrences, series_words
from commands.dates.spans import Span
from commands.dates.wall_clock import wall
from commands.drafting import preview
from commands.errors import NotFound, NotPossible, UsageError
from commands.markup import Markdown
from commands.settings import Settings
from commands.texts import calendar_series as texts
from commands.texts.calendar_series import Different, ShownSeries
from storage import calendar, calendar_changes, history, notices
from storage import series as rows
from storage.tables import CalendarEvent, CalendarSeries, EventStatus, NoticeKind

AHEAD: Final = timedelta(days=400)
"""So far ahead the dates of a series are entered."""

_BEFORE_IT_ENDS: Final = timedelta(days=14)
"""So long before the last date entered the next ones are."""

ENTERED: Final = "Reihe angelegt"
"""What the history says of a new series."""

_TOLD: Final = 4
"""So many of its next dates a series is told with."""

_LISTED: Final = 8
"""So many it is shown with: one phone screen."""


async def plan(call: Call, session: AsyncSession, kind: str, found: Series, rest: str, *, action: str) -> Reply:
    """Preview a new series; `rest` is what the line says beside when it recurs."""
    details = take_details(rest)
    for given, name in ((details.agenda, "Tagesordnung"), (details.seats, "Plätze")):
        if given is not None:
            raise UsageError(texts.only_single(name))
    refuse_past(call, found.start, again=_again(kind))
    spans = list(occurrences(found, after=wall(call.at), until=wall(call.at) + AHEAD))
    if not spans:
        raise NotPossible(texts.too_far_ahead())
    told = await audience(session, await rooms_of(session, call.settings, kind))
    new = ShownSeries(
        name=event_text.kind_name(kind),
        code="",
        when=series_words(found),
        title=details.motto,
        place=details.place,
        link=details.link,
    )
    text = texts.preview_of_new(
        new,
        days=[span.start for span in spans[:_TOLD]],
        warnings=await _warnings(session, spans, kind, told),
        rooms=told.names,
        people=told.people,
    )
    payload = {
        "kind": kind,
        "series": {
            "starts": found.start.isoformat(),
            "ends": found.end.isoformat() if found.end else None,
            "rule": found.rule,
            "exceptions": [each.isoformat() for each in found.exceptions],
        },
        "title": details.motto,
        "place": details.place,
        "link": details.link,
    }
    return await preview(call, session, action=action, payload=payload, text=text, what=texts.what_is_new(new))


async def apply(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> Reply:
    """What a confirmed preview of a new series does. Raises NotPossible where its first date has passed."""
    kind, first = payload["kind"], Span.of_facts(payload["series"])
    require_planner(call, kind)
    refuse_past(call, first.start, again=_again(kind))
    room_ids = await rooms_of(session, call.settings, kind)
    series = await rows.add(
        session,
        kind,
        starts=first.start,
        ends=first.end,
        rule=payload["series"]["rule"],
        exceptions=[datetime.fromisoformat(each) for each in payload["series"]["exceptions"]],
        title=payload["title"],
        place=payload["place"],
        link=payload["link"],
        room_ids=room_ids,
        at=call.at,
    )
    for event in await _fill(session, series, call.at):
        await calendar_changes.created(session, event, at=call.at, actor=call.sender, cause=call.cause)
    await note(call, session, series, ENTERED, before=None)
    text = await announcement(session, series, prefix=call.settings.prefix)
    told = await audience(session, room_ids)
    return Reply(
        text=texts.created(shown_series(series), rooms=told.names, people=told.people),
        subject=subject(series),
        messages=tuple(
            Message(key=announce_key(series, room_id), room_id=room_id, text=text, subject=subject(series))
            for room_id in room_ids
        ),
    )


async def fill(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:  # noqa: ARG001 (a job)
    """Enter the dates that come into sight; their rooms were told of the whole series."""
    for series in await rows.to_fill(session, wall(now) + AHEAD - _BEFORE_IT_ENDS):
        await _fill(session, series, now)
    return []


async def show(call: Call, session: AsyncSession, series: CalendarSeries) -> Reply:
    """A series with its dates to come."""
    dates = [each for each in await rows.dates_of(session, series) if each.starts > wall(call.at)]
    on = [each for each in dates if each.status is EventStatus.CONFIRMED]
    await notices.shown(session, on[:_LISTED], call.room_id, at=call.at)
    text = texts.one(
        shown_series(series),
        dates=[shown(each) for each in on[:_LISTED]],
        different=_different(dates)[:_LISTED],
        more=len(on) - _LISTED,
    )
    return Reply(text=text, subject=subject(series))


# What is said of a series


async def true_announcement(session: AsyncSession, event: CalendarEvent, *, prefix: str) -> list[Message]:
    """The announcement of the series of a date says in its place which of its dates are different now."""
    series = None if event.series_id is None else await rows.find(session, event.series_id)
    if series is None:
        return []
    await rows.touch(session, series, at=event.changed_at)
    return in_place(series, await announcement(session, series, prefix=prefix))


async def announcement(session: AsyncSession, series: CalendarSeries, *, prefix: str) -> Markdown:
    """What rooms are told of a series: its rule, its next dates, and those that are different."""
    dates = [each for each in await rows.dates_of(session, series) if each.starts >= wall(series.changed_at)]
    on = [each for each in dates if each.status is EventStatus.CONFIRMED]
    return texts.announcement(
        shown_series(series),
        days=[each.starts for each in on[:_TOLD]],
        different=_different(dates)[:_TOLD],
        prefix=prefix,
    )


def in_place(series: CalendarSeries, text: Markdown) -> list[Message]:
    """The announcements of a series, reading otherwise from now on."""
    return [
        Message(
            key=f"truth:series:{series.id}:v{series.version}:{room_id}",
            room_id=room_id,
            text=text,
            replaces=announce_key(series, room_id),
            subject=subject(series),
        )
        for room_id in series.rooms
    ]


def announce_key(series: CalendarSeries, room_id: str) -> str:
    """The key of the announcement of a series in a room."""
    return f"announce:series:{series.id}:{room_id}"


def subject(series: CalendarSeries) -> str:
    """What a message about a series is about: "series:3"."""
    return f"series:{series.id}"


def shown_series(series: CalendarSeries) -> ShownSeries:
    """What people see of a series."""
    return ShownSeries(
        name=event_text.kind_name(series.kind),
        code=event_text.series_code(series),
        when=series_words(rule_of(series)),
        title=series.title,
        place=series.place,
        link=series.link,
    )


def rule_of(series: CalendarSeries) -> Series:
    """The rule of a series with its first date and its exceptions."""
    return Series(
        start=series.starts,
        end=series.ends,
        rule=series.rule,
        exceptions=tuple(datetime.fromisoformat(each) for each in series.exceptions),
    )


async def find(call: Call, session: AsyncSession, number: int) -> CalendarSeries:
    """The series with this number. Raises NotFound."""
    series = await rows.find(session, number)
    if series is None:
        raise NotFound(texts.unknown(number, prefix=call.settings.prefix))
    return series


async def note(call: Call, session: AsyncSession, series: CalendarSeries, what: str, *, before: str | None) -> None:
    """Append to the history what the sender did to a series."""
    await history.add(
        session,
        subject(series),
        what,
        at=call.at,
        actor=call.sender,
        role=call.roles.highest,
        before=before,
        after=rows.state_of(series),
    )


def _again(kind: str) -> str:
    """A command that enters a series of this kind, with "{day}" for its first day."""
    return f"{planning_of(kind)} jeden Mittwoch 10:00 ab {{day}}"


def _different(dates: Sequence[CalendarEvent]) -> list[Different]:
    return [
        Different(instead_of=each.occurrence, date=shown(each), cancelled=each.status is EventStatus.CANCELLED)
        for each in dates
        if each.occurrence is not None and (each.starts != each.occurrence or each.status is EventStatus.CANCELLED)
    ]


async def _warnings(session: AsyncSession, spans: Sequence[Span], kind: str, told: Audience) -> list[str]:
    """What is perhaps not meant of any of the dates, each once."""
    found = [line for span in spans for line in await warnings(session, span, kind, told, dated=True)]
    return list(dict.fromkeys(found))


async def _fill(session: AsyncSession, series: CalendarSeries, now: datetime) -> list[CalendarEvent]:
    """Enter the dates that are missing up to a year and more ahead of `now` (UTC)."""
    until, entered = wall(now) + AHEAD, []
    numbered = series.kind == calendar.PLENARY
    for span in occurrences(rule_of(series), after=max(series.filled_until, wall(series.created_at)), until=until):
        event = await calendar.add(
            session,
            series.kind,
            number=await calendar.next_number(session, series.kind) if numbered else None,
            starts=span.start,
            ends=span.end,
            title=series.title,
            place=series.place,
            link=series.link,
            series_id=series.id,
            at=now,
        )
        await notices.add(session, event, NoticeKind.ANNOUNCEMENT, series.rooms, at=now)
        entered.append(event)
    series.filled_until = until
    await session.flush()
    return entered
