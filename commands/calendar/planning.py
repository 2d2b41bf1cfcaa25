"""Termine anlegen: a plenary, or a meeting, an office hour, a talk; shown first, announced once confirmed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commands import event_text
from commands.calendar import recurring, telling
from commands.calendar.changing import note
from commands.calendar.kinds import planning_of, require_planner, rooms_of
from commands.calendar.rooms import audience
from commands.calendar.shown import shown
from commands.calendar.warnings import refuse_past, warnings
from commands.calendar.words import refuse_open_quote, take_details
from commands.command import Call, Reply
from commands.dates.recurrence import find_series
from commands.dates.spans import Span, find_span
from commands.dates.wall_clock import wall
from commands.drafting import preview
from commands.errors import NotPossible
from commands.texts import calendar as texts
from commands.texts import calendar_planning as planning_texts
from storage import calendar, calendar_changes


async def plan(call: Call, session: AsyncSession, kind: str, line: str, *, action: str) -> Reply:
    """Preview a new date, or series, of a kind; `line` holds when it is, and in any order what about and where."""
    require_planner(call, kind)
    refuse_open_quote(line)
    if (series := find_series(line, today=wall(call.at).date())) is not None:
        return await recurring.plan(call, session, kind, *series, action=action)
    span, rest = find_span(line, today=wall(call.at).date())
    details = take_details(rest)
    refuse_past(call, span.start, again=_again(kind))
    number = await calendar.next_number(session, kind) if kind == calendar.PLENARY else None
    told = await audience(session, await rooms_of(session, call.settings, kind))
    new = texts.Shown(
        name=event_text.kind_name(kind) if number is None else f"Plenum {number}",
        code="" if number is None else f"plenum {number}",
        title=details.motto,
        start=span.start,
        end=span.end,
        place=details.place,
        link=details.link,
        agenda=details.agenda,
        seats=details.seats,
    )
    text = planning_texts.preview_of_new(
        new, warnings=await warnings(session, span, kind, told), rooms=told.names, people=told.people
    )
    payload = {
        "kind": kind,
        "number": number,
        "title": details.motto,
        "place": details.place,
        "link": details.link,
        "agenda": details.agenda,
        "seats": details.seats,
        "starts": span.start.isoformat(),
        "ends": span.end.isoformat() if span.end else None,
    }
    what = planning_texts.what_is_new(new)
    return await preview(call, session, action=action, payload=payload, text=text, what=what)


async def allow(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> None:  # noqa: ARG001 (as Action has it)
    """Raise NotAllowed unless the sender may plan dates of the kind in a preview."""
    require_planner(call, payload["kind"])


async def apply(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> Reply:
    """What a confirmed preview of a new date, or series, does. Raises NotPossible where it no longer holds."""
    if "series" in payload:
        return await recurring.apply(call, payload, session)
    kind, number, span = payload["kind"], payload["number"], Span.of_facts(payload)
    require_planner(call, kind)
    if number is not None and number != await calendar.next_number(session, kind):
        raise NotPossible(planning_texts.number_taken(number=number, prefix=call.settings.prefix))
    refuse_past(call, span.start, again=_again(kind))
    event = await calendar.add(
        session,
        kind,
        number=number,
        title=payload["title"],
        starts=span.start,
        ends=span.end,
        place=payload["place"],
        link=payload["link"],
        agenda=payload["agenda"],
        seats=payload["seats"],
        at=call.at,
    )
    await calendar_changes.created(session, event, at=call.at, actor=call.sender, cause=call.cause)
    await note(call, session, event, "angelegt", before=None)
    room_ids = await rooms_of(session, call.settings, kind)
    messages = await telling.announce(session, event, room_ids, prefix=call.settings.prefix)
    told = await audience(session, room_ids)
    return Reply(
        text=planning_texts.created(shown(event), rooms=told.names, people=told.people),
        subject=calendar.subject_of(event.id),
        messages=messages,
    )


def _again(kind: str) -> str:
    """A command that enters a date of this kind, with "{when}" for its day and time."""
    theme = "Themenarbeit" if kind == calendar.PLENARY else "Basisdienste"
    return f"{planning_of(kind)} {{when}} {theme}"
