"""What a date in the calendar is called, how people name it to the bot, and when it is, in a few German words."""

from commands.dates.wording import short_day, span_text
from storage.calendar import OFFICE_HOUR, PLENARY, TALK, group_of
from storage.tables import CalendarEvent, CalendarSeries


def kind_name(kind: str) -> str:
    """Return what people call dates of a kind: "Plenum", "OZG-Sprechstunde", "Impulsvortrag", "Sitzung der AG 3"."""
    names = {PLENARY: "Plenum", OFFICE_HOUR: "OZG-Sprechstunde", TALK: "Impulsvortrag"}
    return names.get(kind) or f"Sitzung der AG {group_of(kind)}"


def name(event: CalendarEvent) -> str:
    """Return what people call a date: "Plenum 4", "OZG-Sprechstunde", "Impulsvortrag", "Sitzung der AG 3"."""
    if event.kind == PLENARY and event.number is not None:
        return f"Plenum {event.number}"
    return kind_name(event.kind)


def code(event: CalendarEvent) -> str:
    """Return how a date is named to the bot: "plenum 4", "T12"."""
    return f"plenum {event.number}" if event.kind == PLENARY and event.number is not None else f"T{event.id}"


def when(event: CalendarEvent) -> str:
    """Return "Do 14.09.2023, 10:00–12:00 Uhr", or the day alone where no time is known."""
    return short_day(event.starts) if event.whole_day else span_text(event.starts, event.ends)


def series_code(series: CalendarSeries) -> str:
    """Return how a series is named to the bot: "R3"."""
    return f"R{series.id}"
