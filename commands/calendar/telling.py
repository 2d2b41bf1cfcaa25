"""Who was told a date hears of every change of it, once; the announcement itself is changed to the truth."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import recurring
from commands.calendar.kinds import ANSWERS, asks_answers
from commands.calendar.shown import of_facts, shown
from commands.command import Message
from commands.markup import Markdown
from commands.texts import calendar as texts
from commands.texts import calendar_answering as answering_texts
from commands.texts import calendar_changes as change_texts
from storage import calendar, notices
from storage.tables import CalendarChange, CalendarEvent, ChangeKind, EventStatus, Notice, NoticeKind

_KINDS: Final = {
    ChangeKind.MOVED: ("correct", NoticeKind.CORRECTION),
    ChangeKind.CHANGED: ("correct", NoticeKind.CORRECTION),
    ChangeKind.REINSTATED: ("correct", NoticeKind.CORRECTION),
    ChangeKind.CANCELLED: ("cancel", NoticeKind.CANCELLATION),
}
_ASKS_AGAIN: Final = (ChangeKind.MOVED, ChangeKind.REINSTATED)
"""After these, people are asked once more whether they come."""


def key(what: str, event: CalendarEvent, version: int, room_id: str) -> str:
    """The key of a message about a version of a date: "announce:calendar:12:v1:!room"."""
    return f"{what}:calendar:{event.id}:v{version}:{room_id}"


def told_of(
    event: CalendarEvent, room_ids: Sequence[str], text: Markdown, *, what: str, reactions: tuple[str, ...] = ()
) -> tuple[Message, ...]:
    """The same message about a date for each room, named after what it says and the version."""
    return tuple(
        Message(
            key=key(what, event, event.version, room_id),
            room_id=room_id,
            text=text,
            subject=calendar.subject_of(event.id),
            reactions=reactions,
        )
        for room_id in room_ids
    )


async def announce(
    session: AsyncSession, event: CalendarEvent, room_ids: Sequence[str], *, prefix: str
) -> tuple[Message, ...]:
    """Tell rooms of a new date, and ask who comes."""
    await notices.add(session, event, NoticeKind.ANNOUNCEMENT, room_ids, at=event.changed_at)
    text = texts.announcement(shown(event), ask=ask(event, prefix), prefix=prefix)
    return told_of(event, room_ids, text, what="announce", reactions=buttons(event))


def ask(event: CalendarEvent, prefix: str, *, again: bool = False) -> Markdown | None:
    """The line that asks who comes, None where nobody is asked; `again`: earlier answers stay."""
    return answering_texts.ask_line(prefix=prefix, again=again) if asks_answers(event.kind) else None


def buttons(event: CalendarEvent) -> tuple[str, ...]:
    """The reactions under a message that asks who comes."""
    return ANSWERS if asks_answers(event.kind) else ()


async def to_correct(session: AsyncSession, event: CalendarEvent, *, asked_in: str | None) -> list[str]:
    """IDs of the rooms that hear of a change: all that were told of the date.

    Where the change is asked for, and the date was only looked up, the answer says it already.
    """
    found = await notices.of(session, event)
    announced = notices.rooms_announced(found)
    return [each for each in notices.rooms_told(found) if each != asked_in or each in announced]


async def correct(
    session: AsyncSession, event: CalendarEvent, change: CalendarChange, *, prefix: str, asked_in: str | None = None
) -> tuple[list[str], tuple[Message, ...]]:
    """Tell every room that was told of the date what has changed; the IDs of the rooms, and the messages."""
    found = await notices.of(session, event)
    room_ids = await to_correct(session, event, asked_in=asked_in)
    what, kind = _KINDS[change.what]
    await notices.add(session, event, kind, room_ids, at=event.changed_at)
    reactions = buttons(event) if change.what in _ASKS_AGAIN else ()
    messages = told_of(event, room_ids, _correction(event, change, prefix), what=what, reactions=reactions)
    return room_ids, (*messages, *await true_announcements(session, event, found, change.what, prefix=prefix))


async def true_announcements(
    session: AsyncSession, event: CalendarEvent, found: Sequence[Notice], what: ChangeKind, *, prefix: str
) -> list[Message]:
    """The announcements that were sent say in their place what holds now: scrolling up shows the truth.

    A date of a series was announced with its series.
    """
    if event.series_id is not None:
        return await recurring.true_announcement(session, event, prefix=prefix)
    now = shown(event)
    if what is ChangeKind.CREATED:
        text = change_texts.recalled_announcement(now)
    elif event.status is EventStatus.CANCELLED:
        text = texts.cancellation(now, reason=None)
    else:
        text = texts.announcement(now, ask=ask(event, prefix), prefix=prefix, changed=True)
    return [
        Message(
            key=key("truth", event, event.version, each.room_id),
            room_id=each.room_id,
            text=text,
            replaces=key("announce", event, each.version, each.room_id),
            subject=calendar.subject_of(event.id),
        )
        for each in found
        if each.kind is NoticeKind.ANNOUNCEMENT
    ]


def true_corrections(event: CalendarEvent, found: Sequence[Notice], change: CalendarChange) -> list[Message]:
    """The messages about a change that was taken back say so in their place."""
    what, kind = _KINDS[change.what]
    text = change_texts.recalled_change(shown(event), cancelled=event.status is EventStatus.CANCELLED)
    return [
        Message(
            key=key("recall", event, event.version, each.room_id),
            room_id=each.room_id,
            text=text,
            replaces=key(what, event, change.version, each.room_id),
            subject=calendar.subject_of(event.id),
        )
        for each in found
        if each.kind is kind and each.version == change.version
    ]


def _correction(event: CalendarEvent, change: CalendarChange, prefix: str) -> Markdown:
    assert change.before is not None, "a date is told of as created by `announce`"
    now = shown(event)
    match change.what:
        case ChangeKind.CANCELLED:
            return texts.cancellation(now, reason=change.reason)
        case ChangeKind.REINSTATED:
            return change_texts.reinstatement_told(
                now, reason=change.reason, ask=ask(event, prefix, again=True), prefix=prefix
            )
        case ChangeKind.MOVED:
            old = of_facts(now, change.before)
            return texts.correction(now, old, reason=change.reason, ask=ask(event, prefix, again=True), prefix=prefix)
        case _:
            return change_texts.change_told(
                now, new=change.after, old=change.before, reason=change.reason, prefix=prefix
            )
