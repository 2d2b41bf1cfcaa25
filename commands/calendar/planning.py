"""Plenum planen: create, move and cancel, each with preview and confirmation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar.rooms import Audience, announced_in, audience
from commands.calendar.shown import plenary_name, shown
from commands.calendar.words import cleaned, reason, refuse_open_quote, split_reason, take_details, take_number
from commands.command import Call, Message, Reply, command
from commands.dates.spans import Span, find_change, find_span
from commands.dates.wall_clock import instant, wall
from commands.dates.working_days import holiday_name
from commands.drafting import Action, naming_what_waits, preview
from commands.errors import NotFound, NotPossible
from commands.markup import Markdown
from commands.texts import calendar as texts
from commands.texts import calendar_planning as planning_texts
from storage import calendar, history, notices
from storage.tables import CalendarEvent, EventStatus, NoticeKind, Role

_SATURDAY = 5
_naming_what_waits = partial(naming_what_waits, role=Role.COORDINATOR)


@command(
    "plenum neu",
    '<Datum> <Uhrzeit> "Motto" ort="Ort" link=https://…',
    example='!plenum neu 14.09. 10:00-12:00 "Themenarbeit" ort="Magdeburg" link=https://example.org/plenum',
    role=Role.COORDINATOR,
)
@_naming_what_waits
async def plan(call: Call, session: AsyncSession) -> Reply:
    """Legt ein Plenum an und kündigt es an.

    Zuerst sehen Sie eine Vorschau; erst wenn Sie sie bestätigen, wird das Plenum angelegt und angekündigt.
    Motto, Ort und Link können Sie weglassen. Die Reihenfolge ist gleich.
    """
    line = cleaned(call.text)
    refuse_open_quote(line)
    span, rest = find_span(line, today=wall(call.at).date())
    details = take_details(rest)
    _refuse_past(call, span.start)
    number = await calendar.next_number(session, calendar.PLENARY)
    told = await audience(session, await announced_in(session, call.settings))
    new = texts.Shown(
        name=plenary_name(number),
        title=details.motto,
        start=span.start,
        end=span.end,
        place=details.place,
        link=details.link,
    )
    text = planning_texts.preview_of_new(
        new,
        warnings=await _warnings(session, span.start, told),
        rooms=told.names,
        people=told.people,
    )
    payload = {
        "number": number,
        "title": details.motto,
        "place": details.place,
        "link": details.link,
        **_packed(span),
    }
    what = planning_texts.what_is_new(new)
    return await preview(call, session, action=plan.name, payload=payload, text=text, what=what)


@command(
    "plenum verschieben",
    "<Nummer> <neues Datum, neue Uhrzeit oder beides> [Grund: …]",
    example="!plenum verschieben 4 15.09. 13:00 Grund: Der Raum ist belegt",
    role=Role.COORDINATOR,
)
@_naming_what_waits
async def move(call: Call, session: AsyncSession) -> Reply:
    """Verschiebt ein Plenum und korrigiert die Ankündigung.

    Zuerst sehen Sie eine Vorschau. Nach der Bestätigung erfahren alle Räume vom neuen Termin, in denen der alte
    angekündigt war. Nennen Sie nur das Datum, bleibt die Uhrzeit, und umgekehrt.
    """
    number, rest = take_number(cleaned(call.text))
    event = await _changeable(call, session, number)
    when, why = split_reason(rest)
    old = Span(event.starts, event.ends)
    span, more = find_change(when, today=wall(call.at).date(), old=old)
    why = reason(more if why is None else f"{more} {why}")
    if span == old:
        raise NotPossible(planning_texts.same_date(shown(event), number=number, prefix=call.settings.prefix))
    _refuse_past(call, span.start, moving=number)
    told = await audience(session, notices.rooms_told(await notices.of(session, event)))
    before = shown(event)
    text = planning_texts.preview_of_move(
        _at(before, span),
        before,
        reason=why,
        warnings=await _warnings(session, span.start, told, but=event),
        rooms=told.names,
        people=told.people,
    )
    payload = {"event": event.id, "version": event.version, "reason": why, **_packed(span)}
    what = planning_texts.what_is_moved(_at(before, span))
    return await preview(call, session, action=move.name, payload=payload, text=text, what=what)


@command(
    "plenum absagen",
    "<Nummer> [Grund]",
    example="!plenum absagen 4 Die Referentin ist erkrankt",
    role=Role.COORDINATOR,
)
@_naming_what_waits
async def cancel(call: Call, session: AsyncSession) -> Reply:
    """Sagt ein Plenum ab und gibt allen Bescheid.

    Zuerst sehen Sie eine Vorschau. Nach der Bestätigung erfahren es alle Räume, in denen der Termin angekündigt war.
    """
    number, rest = take_number(cleaned(call.text))
    event = await _changeable(call, session, number)
    why = reason(rest)
    told = await audience(session, notices.rooms_told(await notices.of(session, event)))
    text = planning_texts.preview_of_cancellation(shown(event), reason=why, rooms=told.names, people=told.people)
    payload = {"event": event.id, "version": event.version, "reason": why}
    what = planning_texts.what_is_cancelled(shown(event))
    return await preview(call, session, action=cancel.name, payload=payload, text=text, what=what)


async def _create(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> Reply:
    """What a confirmed `!plenum neu` does."""
    number, span = int(payload["number"]), _unpacked(payload)
    if number != await calendar.next_number(session, calendar.PLENARY):
        raise NotPossible(planning_texts.number_taken(number=number, prefix=call.settings.prefix))
    _refuse_past(call, span.start)
    event = await calendar.add(
        session,
        calendar.PLENARY,
        number=number,
        title=payload["title"],
        starts=span.start,
        ends=span.end,
        place=payload["place"],
        link=payload["link"],
        at=call.at,
    )
    await _note(call, session, event, "angelegt", after=_state(event))
    now = shown(event)
    rooms = await announced_in(session, call.settings)
    told, messages = await _tell(
        call,
        session,
        event,
        NoticeKind.ANNOUNCEMENT,
        rooms,
        key="announce",
        text=texts.announcement(now, prefix=call.settings.prefix),
    )
    return _done(planning_texts.created(now, rooms=told.names, people=told.people), event, messages)


async def _move(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> Reply:
    """What a confirmed `!plenum verschieben` does."""
    event, span = await _unchanged(call, session, payload), _unpacked(payload)
    _refuse_past(call, span.start, moving=event.number)
    before, state = shown(event), _state(event)
    await calendar.move(session, event, starts=span.start, ends=span.end, at=call.at)
    await _note(call, session, event, "verschoben", before=state, after=_state(event))
    now = shown(event)
    told, messages = await _tell(
        call,
        session,
        event,
        NoticeKind.CORRECTION,
        notices.rooms_told(await notices.of(session, event)),
        key="correct",
        text=texts.correction(now, before, reason=payload["reason"], prefix=call.settings.prefix),
    )
    return _done(planning_texts.moved(now, rooms=told.names, people=told.people), event, messages)


async def _cancel(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> Reply:
    """What a confirmed `!plenum absagen` does."""
    event = await _unchanged(call, session, payload)
    state = _state(event)
    await calendar.cancel(session, event, at=call.at)
    await _note(call, session, event, "abgesagt", before=state, after=_state(event))
    now = shown(event)
    told, messages = await _tell(
        call,
        session,
        event,
        NoticeKind.CANCELLATION,
        notices.rooms_told(await notices.of(session, event)),
        key="cancel",
        text=texts.cancellation(now, reason=payload["reason"]),
    )
    return _done(planning_texts.cancelled(now, rooms=told.names, people=told.people), event, messages)


async def _changeable(call: Call, session: AsyncSession, number: int) -> CalendarEvent:
    """The plenary with this number; raises NotFound, or NotPossible where it is cancelled, running or over."""
    event = await calendar.by_number(session, calendar.PLENARY, number)
    if event is None:
        known = await calendar.numbers(session, calendar.PLENARY)
        raise NotFound(texts.unknown_number(number, known, prefix=call.settings.prefix))
    if event.status is EventStatus.CANCELLED:
        raise NotPossible(planning_texts.cancelled_already(shown(event), prefix=call.settings.prefix))
    if instant(event.starts) <= call.at:
        raise NotPossible(planning_texts.over(shown(event), prefix=call.settings.prefix))
    return event


async def _unchanged(call: Call, session: AsyncSession, payload: Mapping[str, Any]) -> CalendarEvent:
    """The plenary of a preview; raises NotPossible where it was changed or has begun since."""
    event = await calendar.find(session, int(payload["event"]))
    assert event is not None, "plenaries are cancelled, never deleted"
    if event.version != payload["version"]:
        raise NotPossible(planning_texts.changed_meanwhile(number=event.number or 0, prefix=call.settings.prefix))
    if instant(event.starts) <= call.at:
        raise NotPossible(planning_texts.over(shown(event), prefix=call.settings.prefix))
    return event


def _refuse_past(call: Call, start: datetime, *, moving: int | None = None) -> None:
    if instant(start) <= call.at:
        year = wall(call.at).year + 1
        raise NotPossible(planning_texts.in_the_past(start, moving=moving, year=year, prefix=call.settings.prefix))


async def _warnings(
    session: AsyncSession, start: datetime, told: Audience, *, but: CalendarEvent | None = None
) -> list[str]:
    """What is lawful, but perhaps not meant; `but` is the date itself."""
    day = start.date()
    holiday = holiday_name(day)
    others = [each for each in await calendar.on_day(session, start) if but is None or each.id != but.id]
    return [
        *([planning_texts.weekend(day)] if day.weekday() >= _SATURDAY else []),
        *([planning_texts.holiday(day, holiday)] if holiday else []),
        *(planning_texts.same_day(shown(each)) for each in others),
        *(planning_texts.bot_not_in(name) for name in told.absent),
    ]


async def _tell(
    call: Call,
    session: AsyncSession,
    event: CalendarEvent,
    kind: NoticeKind,
    room_ids: Sequence[str],
    *,
    key: str,
    text: Markdown,
) -> tuple[Audience, tuple[Message, ...]]:
    """Note that the rooms are told of the event as it is now; who they are, and the messages."""
    await notices.add(session, event, kind, room_ids, at=call.at)
    messages = tuple(
        Message(
            key=f"{key}:calendar:{event.id}:v{event.version}:{room_id}",
            room_id=room_id,
            text=text,
            subject=f"calendar:{event.id}",
        )
        for room_id in room_ids
    )
    return await audience(session, room_ids), messages


def _done(text: Markdown, event: CalendarEvent, messages: tuple[Message, ...]) -> Reply:
    return Reply(text=text, subject=f"calendar:{event.id}", messages=messages)


async def _note(
    call: Call, session: AsyncSession, event: CalendarEvent, what: str, *, after: str, before: str | None = None
) -> None:
    await history.add(
        session,
        f"calendar:{event.id}",
        what,
        at=call.at,
        actor=call.sender,
        role=call.roles.highest,
        before=before,
        after=after,
    )


def _state(event: CalendarEvent) -> str:
    """The state of a date for the history: "2026-09-14 10:00 CONFIRMED"."""
    return f"{event.starts:%Y-%m-%d %H:%M} {event.status}"


def _at(date: texts.Shown, span: Span) -> texts.Shown:
    return texts.Shown(
        name=date.name, title=date.title, start=span.start, end=span.end, place=date.place, link=date.link
    )


def _packed(span: Span) -> dict[str, str | None]:
    return {"starts": span.start.isoformat(), "ends": span.end.isoformat() if span.end else None}


def _unpacked(payload: Mapping[str, Any]) -> Span:
    end = payload["ends"]
    return Span(datetime.fromisoformat(payload["starts"]), datetime.fromisoformat(end) if end else None)


COMMANDS = (plan, move, cancel)
ACTIONS = (
    Action(name=plan.name, role=Role.COORDINATOR, apply=_create),
    Action(name=move.name, role=Role.COORDINATOR, apply=_move),
    Action(name=cancel.name, role=Role.COORDINATOR, apply=_cancel),
)
