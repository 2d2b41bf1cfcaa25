"""Termine ändern: move, cancel, change, reinstate, for all kinds of dates; shown first, done once confirmed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import seats, telling
from commands.calendar.kinds import require_planner
from commands.calendar.rooms import Audience, audience
from commands.calendar.shown import at, shown
from commands.calendar.warnings import refuse_past, warnings
from commands.calendar.words import reason, split_reason, take_changes
from commands.command import Call, Reply
from commands.dates.spans import Span, find_change
from commands.dates.wall_clock import instant, wall
from commands.drafting import preview
from commands.errors import NotPossible
from commands.markup import Markdown
from commands.texts import calendar_changes as change_texts
from commands.texts import calendar_planning as texts
from storage import calendar, calendar_changes, history
from storage.tables import CalendarEvent, ChangeKind, EventStatus

_DONE = {
    ChangeKind.MOVED: (texts.moved, "verschoben"),
    ChangeKind.CHANGED: (change_texts.changed, "geändert"),
    ChangeKind.CANCELLED: (texts.cancelled, "abgesagt"),
    ChangeKind.REINSTATED: (change_texts.reinstated, "wiederhergestellt"),
}


async def move(call: Call, session: AsyncSession, event: CalendarEvent, rest: str, *, action: str) -> Reply:
    """Preview another time for a date; `rest` holds it and perhaps a reason."""
    _require_changeable(call, event)
    when, why = split_reason(rest)
    old = Span(event.starts, event.ends)
    span, more = find_change(when, today=wall(call.at).date(), old=old)
    why = reason(more if why is None else f"{more} {why}")
    before = shown(event)
    if span == old:
        raise NotPossible(texts.same_date(before, prefix=call.settings.prefix))
    refuse_past(call, span.start, again=f"{texts.planning_command(before, 'verschieben')} {{when}}")
    told = await _told(call, session, event)
    text = texts.preview_of_move(
        at(before, span),
        before,
        reason=why,
        warnings=await warnings(session, span, event.kind, told, but=event),
        rooms=told.names,
        people=told.people,
    )
    wanted = {"starts": span.start.isoformat(), "ends": span.end.isoformat() if span.end else None}
    what = texts.what_is_moved(at(before, span))
    return await _preview(
        call, session, event, kind=ChangeKind.MOVED, wanted=wanted, why=why, text=text, what=what, action=action
    )


async def cancel(call: Call, session: AsyncSession, event: CalendarEvent, rest: str, *, action: str) -> Reply:
    """Preview the cancellation of a date; `rest` is the reason."""
    _require_changeable(call, event)
    why, told = reason(rest), await _told(call, session, event)
    now = shown(event)
    text = texts.preview_of_cancellation(now, reason=why, rooms=told.names, people=told.people)
    wanted, what = {"status": EventStatus.CANCELLED.value}, texts.what_is_cancelled(now)
    return await _preview(
        call, session, event, kind=ChangeKind.CANCELLED, wanted=wanted, why=why, text=text, what=what, action=action
    )


async def change(call: Call, session: AsyncSession, event: CalendarEvent, rest: str, *, action: str) -> Reply:
    """Preview other details of a date; `rest` holds them and perhaps a reason."""
    _require_changeable(call, event)
    details, given = split_reason(rest)
    wanted, why = take_changes(details), reason(given or "")
    old, now = calendar.facts(event), shown(event)
    if all(old[name] == value for name, value in wanted.items()):
        raise NotPossible(texts.nothing_new(now, prefix=call.settings.prefix))
    told = await _told(call, session, event)
    text = change_texts.preview_of_change(now, new=wanted, old=old, reason=why, rooms=told.names, people=told.people)
    what = change_texts.what_is_changed(now)
    return await _preview(
        call, session, event, kind=ChangeKind.CHANGED, wanted=wanted, why=why, text=text, what=what, action=action
    )


async def reinstate(call: Call, session: AsyncSession, event: CalendarEvent, rest: str, *, action: str) -> Reply:
    """Preview that a cancelled date takes place after all; `rest` is the reason."""
    require_planner(call, event.kind)
    now, why = shown(event), reason(rest)
    if event.status is not EventStatus.CANCELLED:
        raise NotPossible(texts.not_cancelled(now, prefix=call.settings.prefix))
    _refuse_begun(call, event)
    told = await _told(call, session, event)
    text = change_texts.preview_of_reinstatement(
        now,
        reason=why,
        warnings=await warnings(session, Span(event.starts, event.ends), event.kind, told, but=event),
        rooms=told.names,
        people=told.people,
    )
    wanted, what = {"status": EventStatus.CONFIRMED.value}, change_texts.what_is_reinstated(now)
    return await _preview(
        call, session, event, kind=ChangeKind.REINSTATED, wanted=wanted, why=why, text=text, what=what, action=action
    )


async def allow(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> None:
    """Raise NotAllowed unless the sender may plan the date in a preview."""
    event = await calendar.find(session, int(payload["event"]))
    assert event is not None, "dates are cancelled, never deleted"
    require_planner(call, event.kind)


async def apply(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> Reply:
    """What a confirmed preview of a change does. Raises NotPossible where it no longer holds."""
    event = await calendar.find(session, int(payload["event"]))
    assert event is not None, "dates are cancelled, never deleted"
    require_planner(call, event.kind)
    if event.version != payload["version"]:
        raise NotPossible(texts.changed_meanwhile(shown(event), prefix=call.settings.prefix))
    _refuse_begun(call, event)
    kind, wanted = ChangeKind(payload["kind"]), payload["wanted"]
    if kind is ChangeKind.MOVED:
        span = Span.of_facts(wanted)
        refuse_past(call, span.start, again=f"{texts.planning_command(shown(event), 'verschieben')} {{when}}")
    text, word = _DONE[kind]
    state = state_of(event)
    made = await calendar_changes.make(
        session, event, kind, wanted, at=call.at, actor=call.sender, cause=call.cause, reason=payload["reason"]
    )
    if kind is ChangeKind.REINSTATED:
        event.recalled = False  # the series it was one of may have ended
    await note(call, session, event, word, before=state)
    room_ids, messages = await telling.correct(session, event, made, prefix=call.settings.prefix, asked_in=call.room_id)
    moved_up = await seats.move_up(session, event, at=call.at, cause=call.cause, prefix=call.settings.prefix)
    told = await audience(session, room_ids)
    return Reply(
        text=text(shown(event), rooms=told.names, people=told.people),
        subject=calendar.subject_of(event.id),
        messages=(*messages, *moved_up),
    )


async def note(call: Call, session: AsyncSession, event: CalendarEvent, what: str, *, before: str | None) -> None:
    """Append to the history what the sender did to a date."""
    await history.add(
        session,
        calendar.subject_of(event.id),
        what,
        at=call.at,
        actor=call.sender,
        role=call.roles.highest,
        before=before,
        after=state_of(event),
    )


def state_of(event: CalendarEvent) -> str:
    """The state of a date for the history: "2026-09-14 10:00 CONFIRMED"."""
    return f"{event.starts:%Y-%m-%d %H:%M} {event.status}"


async def _preview(
    call: Call,
    session: AsyncSession,
    event: CalendarEvent,
    *,
    kind: ChangeKind,
    wanted: Mapping[str, Any],
    why: str | None,
    text: Markdown,
    what: str,
    action: str,
) -> Reply:
    payload = {
        "event": event.id,
        "version": event.version,
        "kind": kind.value,
        "wanted": dict(wanted),
        "reason": why,
    }
    return await preview(call, session, action=action, payload=payload, text=text, what=what)


def _require_changeable(call: Call, event: CalendarEvent) -> None:
    """Raise NotAllowed, or NotPossible where the date is cancelled, running or over."""
    require_planner(call, event.kind)
    if event.status is EventStatus.CANCELLED:
        raise NotPossible(texts.cancelled_already(shown(event), prefix=call.settings.prefix))
    _refuse_begun(call, event)


def _refuse_begun(call: Call, event: CalendarEvent) -> None:
    if instant(event.starts) <= call.at:
        raise NotPossible(texts.over(shown(event), prefix=call.settings.prefix))


async def _told(call: Call, session: AsyncSession, event: CalendarEvent) -> Audience:
    return await audience(session, await telling.to_correct(session, event, asked_in=call.room_id))
