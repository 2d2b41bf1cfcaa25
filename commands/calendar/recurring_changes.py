"""Terminreihen ändern: details of all dates to come, the end of a series, and taking a confirmation back."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import recurring
from commands.calendar.kinds import require_planner
from commands.calendar.recurring import in_place, shown_series
from commands.calendar.rooms import Audience, audience
from commands.calendar.words import reason, split_reason, take_changes
from commands.command import Call, Message, Reply
from commands.dates.wall_clock import wall
from commands.drafting import preview
from commands.errors import NotPossible, UsageError
from commands.markup import Markdown
from commands.texts import calendar_changes as change_texts
from commands.texts import calendar_series as texts
from storage import calendar, calendar_changes, history, notices
from storage import series as rows
from storage.tables import (
    CalendarChange,
    CalendarEvent,
    CalendarSeries,
    ChangeKind,
    EventStatus,
    HistoryEntry,
    NoticeKind,
)

_FIELDS: Final = ("title", "place", "link")
"""What all dates of a series have in common, beside when they are."""

_NOTED: Final = {
    ChangeKind.CREATED: recurring.ENTERED,
    ChangeKind.CHANGED: "Reihe geändert",
    ChangeKind.CANCELLED: "Reihe beendet",
}
"""What the history says of a series, by what is noted of each of its dates."""

_ONLY_SINGLE: Final = {"agenda": "Tagesordnung", "seats": "Plätze"}
_LIMIT: Final = re.compile(r";(?:UNTIL|COUNT)=[^;]*")


async def end(call: Call, session: AsyncSession, series: CalendarSeries, rest: str, *, action: str) -> Reply:
    """Preview the end of a series: none of its dates to come takes place; `rest` is the reason."""
    coming = await _coming(call, session, series)
    why, told = reason(rest), await _told(session, series, coming)
    now = shown_series(series)
    text = texts.preview_of_end(now, count=len(coming), reason=why, rooms=told.names, people=told.people)
    payload = {"ends_series": series.id, "version": series.version, "reason": why}
    return await preview(call, session, action=action, payload=payload, text=text, what=texts.what_ends(now))


async def change(call: Call, session: AsyncSession, series: CalendarSeries, rest: str, *, action: str) -> Reply:
    """Preview other details of all dates to come; `rest` holds them and perhaps a reason."""
    coming = await _coming(call, session, series)
    details, given = split_reason(rest)
    wanted, why = take_changes(details), reason(given or "")
    for name, german in _ONLY_SINGLE.items():
        if name in wanted:
            raise UsageError(texts.only_single(german))
    old, now = {name: getattr(series, name) for name in _FIELDS}, shown_series(series)
    if all(old[name] == value for name, value in wanted.items()):
        raise NotPossible(texts.nothing_new(now, prefix=call.settings.prefix))
    told = await _told(session, series, coming)
    text = texts.preview_of_change(
        now,
        lines=change_texts.changed_lines(wanted, old),
        count=len(coming),
        reason=why,
        rooms=told.names,
        people=told.people,
    )
    payload = {"changes_series": series.id, "version": series.version, "wanted": wanted, "reason": why}
    return await preview(call, session, action=action, payload=payload, text=text, what=texts.what_is_changed(now))


async def allow(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> None:
    """Raise NotAllowed unless the sender may plan the series in a preview."""
    require_planner(call, (await _of_payload(session, payload)).kind)


def concerns(payload: Mapping[str, Any]) -> bool:
    """Whether a preview is about a series."""
    return bool({"ends_series", "changes_series"} & payload.keys())


async def apply(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> Reply:
    """What a confirmed preview of a change, or of the end, of a series does. Raises NotPossible if it fails to hold."""
    series = await _of_payload(session, payload)
    coming = await _coming(call, session, series)
    if series.version != payload["version"]:
        raise NotPossible(texts.changed_meanwhile(shown_series(series), prefix=call.settings.prefix))
    if "ends_series" in payload:
        return await _end(call, session, series, coming, payload["reason"])
    return await _change(call, session, series, coming, payload)


async def _end(
    call: Call, session: AsyncSession, series: CalendarSeries, coming: Sequence[CalendarEvent], why: str | None
) -> Reply:
    told, before = await _told(session, series, coming), rows.state_of(series)
    room_ids = await _rooms_told(session, series, coming)
    wanted = {"status": EventStatus.CANCELLED.value}
    for event in coming:
        if event.status is EventStatus.CONFIRMED:
            await _make(call, session, event, ChangeKind.CANCELLED, wanted, why=why)
        event.recalled = True  # it is not listed any more; a plenary keeps its number, and says that it is cancelled
    last = max((each.occurrence for each in await rows.dates_of(session, series) if each.occurrence), default=None)
    if last is None:
        series.status = EventStatus.CANCELLED
    else:
        series.rule = f"{_LIMIT.sub('', series.rule)};UNTIL={last:%Y%m%dT%H%M%S}"
    series.sequence += 1
    await rows.touch(session, series, at=call.at)
    await recurring.note(call, session, series, _NOTED[ChangeKind.CANCELLED], before=before)
    now = shown_series(series)
    text = texts.ended(now, reason=why)
    return Reply(
        text=texts.end_done(now, rooms=told.names, people=told.people),
        messages=(*_messages(series, call.cause, room_ids, text), *in_place(series, text)),
    )


async def _change(
    call: Call,
    session: AsyncSession,
    series: CalendarSeries,
    coming: Sequence[CalendarEvent],
    payload: Mapping[str, Any],
) -> Reply:
    wanted, why = payload["wanted"], payload["reason"]
    told, before = await _told(session, series, coming), rows.state_of(series)
    room_ids = await _rooms_told(session, series, coming)
    old = {name: getattr(series, name) for name in wanted}
    for event in coming:
        here = {name: value for name, value in wanted.items() if getattr(event, name) == old[name] != value}
        if here:  # what was changed for this date alone stays
            await _make(call, session, event, ChangeKind.CHANGED, here, why=why)
            room_ids_of_date = notices.rooms_told(await notices.of(session, event))
            await notices.add(session, event, NoticeKind.CORRECTION, room_ids_of_date, at=call.at)
    for name, value in wanted.items():
        setattr(series, name, value)
    series.sequence += "place" in wanted and old["place"] != wanted["place"]
    await rows.touch(session, series, at=call.at)
    await recurring.note(call, session, series, _NOTED[ChangeKind.CHANGED], before=before)
    prefix, now = call.settings.prefix, shown_series(series)
    text = texts.change_told(now, lines=change_texts.changed_lines(wanted, old), reason=why, prefix=prefix)
    true = await recurring.announcement(session, series, prefix=prefix)
    return Reply(
        text=texts.changed(now, rooms=told.names, people=told.people),
        messages=(*_messages(series, call.cause, room_ids, text), *in_place(series, true)),
    )


# Taking it back


async def of_confirmation(session: AsyncSession, change: CalendarChange) -> CalendarSeries | None:
    """The series that was entered, changed or ended when this change of one of its dates was made, or None."""
    event = await calendar.find(session, change.calendar_event_id)
    series = None if event is None or event.series_id is None else await rows.find(session, event.series_id)
    if series is None:
        return None
    return None if await _noted(session, series, change) is None else series


async def undo(call: Call, session: AsyncSession, series: CalendarSeries, changes: Sequence[CalendarChange]) -> Reply:
    """Take back what was confirmed of a series: all these changes of its dates. Raises NotPossible, NotAllowed."""
    require_planner(call, series.kind)
    minutes, prefix = call.settings.confirm_within_minutes, call.settings.prefix
    events = [await calendar.find(session, each.calendar_event_id) for each in changes]
    pairs = [(event, change) for event, change in zip(events, changes, strict=True) if event is not None]
    if call.at - changes[0].at > timedelta(minutes=minutes):
        raise NotPossible(texts.too_late_to_recall(shown_series(series), minutes=minutes, prefix=prefix))
    if any(event.version != change.version for event, change in pairs):
        raise NotPossible(texts.changed_since(shown_series(series), prefix=prefix))
    before, what = rows.state_of(series), changes[0].what
    room_ids = await _rooms_told(session, series, [event for event, _ in pairs])
    for event, change in pairs:
        await _take_back(call, session, event, change)
    await _put_back(session, series, changes)
    await rows.touch(session, series, at=call.at)
    await recurring.note(call, session, series, "Reihe zurückgenommen", before=before)
    now = shown_series(series)
    if what is ChangeKind.CREATED:
        messages = in_place(series, texts.recalled(now))
    else:
        true = await recurring.announcement(session, series, prefix=prefix)
        recalled = texts.recalled_change(now)
        messages = [*in_place(series, true), *_recalled(series, changes[0].cause, call.cause, room_ids, recalled)]
    return Reply(text=texts.recall_done(now, created=what is ChangeKind.CREATED), messages=tuple(messages))


async def _take_back(call: Call, session: AsyncSession, event: CalendarEvent, change: CalendarChange) -> None:
    """Make one date of a series what it was before a change."""
    change.undone = True
    wanted = change.before or {"status": EventStatus.CANCELLED.value}
    await _make(call, session, event, ChangeKind.RECALLED, wanted)
    if change.what is ChangeKind.CREATED:
        event.recalled, event.number = True, None
    elif change.what is ChangeKind.CANCELLED:
        event.recalled = False
    await session.flush()
    if not event.recalled:
        room_ids = notices.rooms_told(await notices.of(session, event))
        await notices.add(session, event, NoticeKind.CORRECTION, room_ids, at=call.at)


async def _put_back(session: AsyncSession, series: CalendarSeries, changes: Sequence[CalendarChange]) -> None:
    """Make the rule and the details of a series what they were before its dates were changed."""
    match changes[0].what:
        case ChangeKind.CREATED:
            series.status = EventStatus.CANCELLED
        case ChangeKind.CANCELLED:
            noted = await _noted(session, series, changes[0])
            assert noted is not None, "the end of a series is noted"
            assert noted.before is not None, "with what was before"
            rows.put_back(series, noted.before)
            await rows.list_again(session, series)  # also what had been cancelled alone before
        case _:
            for change in changes:
                assert change.before is not None, "a changed date was something before"
                for name in _FIELDS:
                    if change.after[name] != change.before[name]:
                        setattr(series, name, change.before[name])
    series.sequence += 1


async def _noted(session: AsyncSession, series: CalendarSeries, change: CalendarChange) -> HistoryEntry | None:
    """What the history says of a series from when this change of one of its dates was made, or None."""
    found = [
        each
        for each in await history.of(session, recurring.subject(series))
        if (each.at, each.actor, each.what) == (change.at, change.actor, _NOTED.get(change.what))
    ]
    return found[-1] if found else None


# Pieces


async def _of_payload(session: AsyncSession, payload: Mapping[str, Any]) -> CalendarSeries:
    series = await rows.find(session, int(payload.get("ends_series") or payload["changes_series"]))
    assert series is not None, "series are ended, never deleted"
    return series


async def _coming(call: Call, session: AsyncSession, series: CalendarSeries) -> list[CalendarEvent]:
    """The dates to come of a series that the sender may plan. Raises NotAllowed, and NotPossible without any."""
    require_planner(call, series.kind)
    now = wall(call.at)
    found = [each for each in await rows.dates_of(session, series) if each.starts > now]
    if not found:
        raise NotPossible(texts.over(shown_series(series), prefix=call.settings.prefix))
    return found


async def _make(
    call: Call,
    session: AsyncSession,
    event: CalendarEvent,
    what: ChangeKind,
    wanted: Mapping[str, Any],
    *,
    why: str | None = None,
) -> None:
    await calendar_changes.make(
        session, event, what, wanted, at=call.at, actor=call.sender, cause=call.cause, reason=why
    )


async def _rooms_told(session: AsyncSession, series: CalendarSeries, dates: Sequence[CalendarEvent]) -> list[str]:
    """IDs of the rooms that were told of the series or of one of these dates."""
    of_dates = [room_id for event in dates for room_id in notices.rooms_told(await notices.of(session, event))]
    return list(dict.fromkeys([*series.rooms, *of_dates]))


async def _told(session: AsyncSession, series: CalendarSeries, dates: Sequence[CalendarEvent]) -> Audience:
    return await audience(session, await _rooms_told(session, series, dates))


def _messages(series: CalendarSeries, cause: str, room_ids: Sequence[str], text: Markdown) -> list[Message]:
    return [
        Message(key=_change_key(series, cause, room_id), room_id=room_id, text=text, subject=recurring.subject(series))
        for room_id in room_ids
    ]


def _recalled(series: CalendarSeries, cause: str, now: str, room_ids: Sequence[str], text: Markdown) -> list[Message]:
    """The messages about a change that was taken back say so in their place."""
    return [
        Message(
            key=f"recall:series:{series.id}:{now}:{room_id}",
            room_id=room_id,
            text=text,
            replaces=_change_key(series, cause, room_id),
            subject=recurring.subject(series),
        )
        for room_id in room_ids
    ]


def _change_key(series: CalendarSeries, cause: str, room_id: str) -> str:
    return f"correct:series:{series.id}:{cause}:{room_id}"
