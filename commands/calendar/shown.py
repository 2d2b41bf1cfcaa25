"""A row of the calendar -> what people see of it."""

from commands.texts.calendar import Shown
from storage import calendar
from storage.tables import CalendarEvent


def shown(event: CalendarEvent) -> Shown:
    """What people see of a date."""
    return Shown(
        name=_name(event),
        title=event.title,
        start=event.starts,
        end=event.ends,
        whole_day=event.whole_day,
        place=event.place,
        link=event.link,
    )


def plenary_name(number: int) -> str:
    """The name of a plenary: "Plenum 4"."""
    return f"Plenum {number}"


def _name(event: CalendarEvent) -> str:
    if event.kind == calendar.PLENARY:
        return plenary_name(event.number or 0)
    if event.kind == calendar.OFFICE_HOUR:
        return "OZG-Sprechstunde"
    return f"AG {event.kind.partition(':')[2]}"
