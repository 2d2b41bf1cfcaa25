"""The four kinds of dates: who plans them, where they are told, when people are reminded, whether they answer."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call
from commands.dates.wall_clock import Distance
from commands.settings import Settings
from storage import rooms
from storage.calendar import OFFICE_HOUR, PLENARY, group_of
from storage.tables import Role

YES, MAYBE, NO = "✅", "❔", "❌"
ANSWERS: Final = (YES, MAYBE, NO)
"""The buttons under an invitation; each has a typed command too."""


def require_planner(call: Call, kind: str) -> None:
    """Raise NotAllowed unless the sender may plan dates of this kind: leads those of their own group."""
    group = group_of(kind)
    if group is None:
        call.require(Role.COORDINATOR)
    else:
        call.require(Role.LEAD, group=group)


def planner(kind: str) -> Role:
    """The lowest role that may plan some date of this kind."""
    return Role.COORDINATOR if group_of(kind) is None else Role.LEAD


def planning_of(kind: str) -> str:
    """What a command that enters a date of this kind begins with: "plenum neu", "termin neu AG3"."""
    if kind == PLENARY:
        return "plenum neu"
    if (group := group_of(kind)) is not None:
        return f"termin neu AG{group}"
    return "termin neu Sprechstunde" if kind == OFFICE_HOUR else "termin neu Impulsvortrag"


async def rooms_of(session: AsyncSession, settings: Settings, kind: str) -> list[str]:
    """IDs of the rooms in which dates of this kind are told: a group's in its own, all others as configured."""
    group = group_of(kind)
    names = settings.announce if group is None else (f"group {group}",)
    found = [room_id for name in names for room_id in await rooms.named(session, name)]
    return list(dict.fromkeys(found))


def distances(settings: Settings, kind: str) -> list[Distance]:
    """How long before a date of this kind its rooms are reminded."""
    texts = settings.reminders if kind == PLENARY else settings.meeting_reminders
    return [Distance.parse(text) for text in texts]


def asks_answers(kind: str) -> bool:
    """Whether people are asked if they come; to an office hour anybody comes without a word."""
    return kind != OFFICE_HOUR
