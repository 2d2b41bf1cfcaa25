"""Rückgängig: within minutes of a confirmation what it did is taken back, and the messages about it say so."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import recurring_changes, telling
from commands.calendar.changing import note, state_of
from commands.calendar.kinds import require_planner
from commands.calendar.shown import shown
from commands.command import Call, Message, Reply, command
from commands.errors import NotPossible
from commands.texts import calendar as texts
from commands.texts import calendar_changes as change_texts
from storage import calendar, calendar_changes, notices
from storage.tables import CalendarChange, CalendarEvent, ChangeKind, EventStatus, NoticeKind, Role


@command("rückgängig", example="!rückgängig", role=Role.LEAD, once=True)
async def undo(call: Call, session: AsyncSession) -> Reply:
    """Nimmt Ihre letzte Bestätigung zu einem Termin zurück.

    Das geht wenige Minuten lang. Ankündigung und Korrektur werden dort, wo sie stehen, berichtigt; Erinnerungen an
    einen zurückgenommenen Termin gibt es keine.
    """
    changes = await calendar_changes.last_by(session, call.sender)
    if not changes:
        raise NotPossible(change_texts.nothing_to_recall())
    if (series := await recurring_changes.of_confirmation(session, changes[0])) is not None:
        return await recurring_changes.undo(call, session, series, changes)
    [change] = changes
    event = await calendar.find(session, change.calendar_event_id)
    assert event is not None, "dates are never deleted"
    require_planner(call, event.kind)
    minutes, prefix = call.settings.confirm_within_minutes, call.settings.prefix
    if call.at - change.at > timedelta(minutes=minutes):
        raise NotPossible(change_texts.too_late_to_recall(shown(event), minutes=minutes, prefix=prefix))
    if event.version != change.version:
        raise NotPossible(change_texts.changed_since(shown(event), prefix=prefix))
    before, named = state_of(event), shown(event)
    messages = await _recall(call, session, event, change)
    await note(call, session, event, "zurückgenommen", before=before)
    created = change.what is ChangeKind.CREATED
    return Reply(
        text=change_texts.recall_done(
            named if created else shown(event), created=created, cancelled=event.status is EventStatus.CANCELLED
        ),
        messages=tuple(messages),
    )


async def _recall(call: Call, session: AsyncSession, event: CalendarEvent, change: CalendarChange) -> list[Message]:
    """Take the change back; the messages that set right what was said about it."""
    prefix = call.settings.prefix
    found = await notices.of(session, event)
    change.undone = True
    wanted = change.before or {"status": EventStatus.CANCELLED.value}
    await calendar_changes.make(
        session, event, ChangeKind.RECALLED, wanted, at=call.at, actor=call.sender, cause=call.cause
    )
    true = await telling.true_announcements(session, event, found, change.what, prefix=prefix)
    if change.what is not ChangeKind.CREATED:
        await notices.add(session, event, NoticeKind.CORRECTION, notices.rooms_told(found), at=call.at)
        return [*true, *telling.true_corrections(event, found, change)]
    reminded = [room_id for room_id in notices.rooms_told(found) if room_id not in {each.room_id for each in true}]
    gone = telling.told_of(event, reminded, texts.cancellation(shown(event), reason=None), what="cancel")
    event.recalled, event.number = True, None
    await session.flush()
    return [*true, *gone]


COMMANDS = (undo,)
