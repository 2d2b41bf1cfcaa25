"""What a date in the calendar is called, and when it is, in a few German words."""

from commands.dates.wording import short_day, span_text
from storage.calendar import OFFICE_HOUR, PLENARY
from storage.tables import CalendarEvent


def name(event: CalendarEvent) -> str:
    """Return what people call a date: "Plenum 4", "OZG-Sprechstunde", "AG 3", or else its title."""
    if event.kind == PLENARY:
        return f"Plenum {event.number}"
    if event.kind == OFFICE_HOUR:
        return "OZG-Sprechstunde"
    _, _, group = event.kind.partition("group:")
    return f"Termin der AG {group}" if group else event.title or "Termin"


def when(event: CalendarEvent) -> str:
    """Return "Do 14.09.2023, 10:00–12:00 Uhr", or the day alone where no time is known."""
    return short_day(event.starts) if event.whole_day else span_text(event.starts, event.ends)
