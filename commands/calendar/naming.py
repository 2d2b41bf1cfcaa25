"""Which date a command means: a plenary by its number, any date by its T-number, a kind by its name."""

import re
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar.words import cleaned, take_number
from commands.command import Call
from commands.dates.days import fold
from commands.errors import NotFound, UsageError
from commands.group_names import take_group
from commands.markup import clean
from commands.texts import calendar as texts
from commands.texts import calendar_naming as naming_texts
from storage import calendar, groups
from storage.subscriptions import EVERY_KIND
from storage.tables import CalendarEvent

_T_NUMBER: Final = re.compile(r"T\s?-?\s?(\d{1,9})(?=[\s,:;.]|$)[,:;.]?\s*", re.IGNORECASE)
_R_NUMBER: Final = re.compile(r"(?:reihe\s+)?R\s?-?\s?(\d{1,9})(?=[\s,:;.]|$)[,:;.]?\s*", re.IGNORECASE)
_PLENARY: Final = re.compile(r"plenum(?=\s)", re.IGNORECASE)
_KIND: Final = re.compile(
    r"""
    (?: ag[\s-]?(?P<group>\d{1,2})
      | (?P<office_hour> (?:ozg[\s-]?)? sprechstunde)
      | (?P<talk> (?:impuls)? vortrag)
      | (?P<plenary> plenum)
    ) (?=[\s,:;]|$) [,:;]? \s*
    """,
    re.IGNORECASE | re.VERBOSE,
)


_KINDS: Final = (
    {"plenum": calendar.PLENARY, "plenen": calendar.PLENARY}
    | dict.fromkeys(
        ("sprechstunde", "sprechstunden", "ozg", "ozg-sprechstunde", "ozg-sprechstunden"), calendar.OFFICE_HOUR
    )
    | dict.fromkeys(("vortrag", "vortraege", "impulsvortrag", "impulsvortraege"), calendar.TALK)
)


async def take_kind_of_dates(session: AsyncSession, text: str) -> str:
    """The kind of dates that a text names and nothing else: "plenum", "Sprechstunde", "AG 3", "alle" (then "").

    Raises UsageError for other words, NotFound for a group that does not exist.
    """
    word = fold(" ".join(clean(text).split()))
    if word == "alle":
        return EVERY_KIND
    if word in _KINDS:
        return _KINDS[word]
    number, rest = take_group(text)
    if number is None or rest:
        raise UsageError(texts.no_such_choice(text))
    if await groups.find(session, number) is None:
        raise NotFound(texts.no_such_group(number, [each.number for each in await groups.everyone(session)]))
    return calendar.kind_of_group(number)


async def take_plenary(call: Call, session: AsyncSession) -> tuple[CalendarEvent, str]:
    """The plenary with the number that the arguments begin with, and what follows. Raises UsageError, NotFound."""
    number, rest = take_number(cleaned(call.text))
    return await _numbered(call, session, number), rest


async def take_date(call: Call, session: AsyncSession) -> tuple[CalendarEvent, str]:
    """The date that the arguments begin with ("T12", "plenum 4"), and what follows. Raises UsageError, NotFound."""
    text = cleaned(call.text)
    if _PLENARY.match(text):
        return await take_plenary(call, session)
    found = _T_NUMBER.match(text)
    if found is None:
        raise UsageError(naming_texts.no_t_number(prefix=call.settings.prefix))
    event = await calendar.find(session, int(found[1]))
    if event is None or event.recalled:
        raise NotFound(naming_texts.unknown_t_number(int(found[1]), prefix=call.settings.prefix))
    return event, text[found.end() :].strip()


def take_series_number(call: Call) -> tuple[int, str] | None:
    """The number of the series that the arguments begin with ("R3"), and what follows; None without one."""
    text = cleaned(call.text)
    found = _R_NUMBER.match(text)
    return None if found is None else (int(found[1]), text[found.end() :].strip())


async def take_kind(call: Call, session: AsyncSession, text: str) -> tuple[str, str]:
    """The kind that a new date's line begins with, that of the room's group without one, and what follows.

    Raises UsageError where nothing says what kind it is, NotFound for a group that does not exist.
    """
    found = _KIND.match(text)
    if found is None:
        if call.room_group is None:
            raise UsageError(naming_texts.no_kind())
        return calendar.kind_of_group(call.room_group), text
    rest = text[found.end() :].strip()
    if found["plenary"]:
        raise UsageError(naming_texts.plenary_has_its_own(prefix=call.settings.prefix))
    if found["office_hour"]:
        return calendar.OFFICE_HOUR, rest
    if found["talk"]:
        return calendar.TALK, rest
    number = int(found["group"])
    if await groups.find(session, number) is None:
        raise NotFound(texts.no_such_group(number, [each.number for each in await groups.everyone(session)]))
    return calendar.kind_of_group(number), rest


async def _numbered(call: Call, session: AsyncSession, number: int) -> CalendarEvent:
    event = await calendar.by_number(session, calendar.PLENARY, number)
    if event is None:
        known = await calendar.numbers(session, calendar.PLENARY)
        raise NotFound(texts.unknown_number(number, known, prefix=call.settings.prefix))
    return event
