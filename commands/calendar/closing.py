"""Abschließen: after a plenary the coordination is asked for minutes and material, until it closes the plenary."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import material
from commands.calendar.changing import note, state_of
from commands.calendar.naming import take_plenary
from commands.calendar.shown import shown
from commands.command import Call, Message, Reply, command
from commands.dates.quiet_hours import is_quiet
from commands.dates.wall_clock import instant, wall
from commands.dates.working_days import add_working_days, is_working_day
from commands.drafting import naming_what_waits
from commands.errors import NotPossible, UsageError
from commands.markup import Markdown
from commands.settings import Settings
from commands.texts import calendar_closing as texts
from storage import history, materials, rooms
from storage.tables import CalendarEvent, Role, RoomKind

ASKED_AFTER: Final = (2, 5)
"""How many days after a plenary the coordination is asked."""

ASKED_AT: Final = time(9)
"""At this time in Berlin, on a working day."""

_TOO_LATE: Final = timedelta(days=30)
"""About a plenary of longer ago nobody is asked any more."""


@command("plenum abschließen", "<Nummer>", example="!plenum abschließen 3", role=Role.COORDINATOR, once=True)
@partial(naming_what_waits, role=Role.COORDINATOR)
async def close(call: Call, session: AsyncSession) -> Reply:
    """Schließt ein Plenum ab: Protokoll und Material sind da.

    Danach erinnere ich die Koordination nicht mehr daran. Material können Sie auch später noch senden.
    """
    event, rest = await take_plenary(call, session)
    prefix = call.settings.prefix
    if rest.strip(" .!"):
        raise UsageError(texts.only_the_number(rest, prefix=prefix, number=event.number or 0))
    material.require_held(call, event)
    if event.closed_at is not None:
        raise NotPossible(texts.closed_already(shown(event), wall(event.closed_at).date(), prefix=prefix))
    await materials.close(session, event, at=call.at)
    await note(call, session, event, "abgeschlossen", before=state_of(event))
    return Reply(text=texts.closed(shown(event), await material.titles(session, event), prefix=prefix))


async def ask(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
    """Ask the coordination for minutes and material of plenaries that are over and not closed.

    Once for each distance; where several passed unasked, only for the last. `now` is UTC. On weekends, on holidays
    and at night it waits.
    """
    here = wall(now)
    if settings.quiet and is_quiet(here):
        return []
    room_ids = await rooms.of_kind(session, RoomKind.COORDINATION)
    if not room_ids:
        return []
    today = datetime.combine(here.date(), time())
    before = today - timedelta(days=min(ASKED_AFTER) - 1)
    messages = []
    for event in await materials.unclosed(session, since=today - _TOO_LATE, before=before):
        passed = [days for days in ASKED_AFTER if now >= _moment(event, days)]
        text = await _question(session, event, passed[-1], now, settings) if passed else None
        if text is not None:
            key = f"material-asked:{event.id}:{_last_day(event)}:{passed[-1]}d"
            messages += [Message(key=f"{key}:{room_id}", room_id=room_id, text=text) for room_id in room_ids]
    return messages


async def _question(
    session: AsyncSession, event: CalendarEvent, days: int, now: datetime, settings: Settings
) -> Markdown | None:
    """What is asked about one plenary, noted; None where it was asked, or where something came soon."""
    again = days != ASKED_AFTER[0]
    subject, what = f"closing:{event.id}", f"nach Material gefragt: {_last_day(event)} +{days} Tage"
    titles = await material.titles(session, event)
    if (titles and not again) or any(line.what == what for line in await history.of(session, subject)):
        return None
    await history.add(session, subject, what, at=now, actor=settings.bot_id)
    return texts.ask(shown(event), titles, again=again, prefix=settings.prefix)


def _moment(event: CalendarEvent, days: int) -> datetime:
    """When the coordination is asked (UTC): so many days later, or on the next working day."""
    day = _last_day(event) + timedelta(days=days)
    return instant(datetime.combine(day if is_working_day(day) else add_working_days(day, 1), ASKED_AT))


def _last_day(event: CalendarEvent) -> date:
    return (event.ends or event.starts).date()


COMMANDS = (close,)
