"""Who comes, as it is shown: counts for everybody, names for the coordination only."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import seats
from commands.command import Call
from commands.dates.wall_clock import instant
from commands.markup import Markdown
from commands.texts import calendar_answering as texts
from commands.texts.calendar_answering import Answers
from storage import attendance, calendar_changes
from storage.tables import Attendance, CalendarEvent, ParticipationStatus, Role, RoomKind


async def lines(call: Call, session: AsyncSession, event: CalendarEvent) -> list[Markdown]:
    """How many come, and for the coordination, where nobody else reads it, who."""
    found = await attendance.of(session, event)
    seated, waiting = seats.seated(found), seats.waiting(found)
    tentative = [each for each in found if each.status is ParticipationStatus.TENTATIVE]
    declined = [each for each in found if each.status is ParticipationStatus.DECLINED]
    when = await _starts_by_version(session, event)
    groups = (seated, waiting, tentative, declined)
    return texts.answer_lines(
        Answers(
            accepted=len(seated),
            deputies=sum(each.deputy is not None for each in seated),
            tentative=len(tentative),
            declined=len(declined),
            waiting=len(waiting),
            old=sum(when.get(each.version) != event.starts.isoformat() for each in found),
            seats=None if instant(event.starts) <= call.at else event.seats,
            names=[_names(each) for each in groups] if _may_see_names(call) else None,
        )
    )


def _may_see_names(call: Call) -> bool:
    return call.roles.may(Role.COORDINATOR) and call.room_kind in {RoomKind.COORDINATION, RoomKind.DIRECT}


def _names(answers: Sequence[Attendance]) -> list[str]:
    return [each.user_id if each.deputy is None else f"{each.deputy} (für {each.user_id})" for each in answers]


async def _starts_by_version(session: AsyncSession, event: CalendarEvent) -> Mapping[int, str]:
    """When the date was to begin in each of its versions (ISO form): an answer is about that."""
    changes = await calendar_changes.of(session, event)
    known = {each.version: str(each.after["starts"]) for each in changes}
    first = next((each.before["starts"] for each in changes if each.before), event.starts.isoformat())
    return {1: str(first)} | known
