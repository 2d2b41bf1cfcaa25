"""A row of the calendar -> what people see of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from commands import event_text
from commands.dates.spans import Span
from commands.texts.calendar import Shown
from storage.tables import CalendarEvent


def shown(event: CalendarEvent) -> Shown:
    """What people see of a date."""
    return Shown(
        name=event_text.name(event),
        code=event_text.code(event),
        title=event.title,
        start=event.starts,
        end=event.ends,
        whole_day=event.whole_day,
        place=event.place,
        link=event.link,
        agenda=event.agenda,
        seats=event.seats,
        series="" if event.series_id is None else f"R{event.series_id}",
    )


def at(date: Shown, span: Span) -> Shown:
    """The same date at another time."""
    return replace(date, start=span.start, end=span.end, whole_day=False)


def of_facts(date: Shown, facts: Mapping[str, Any]) -> Shown:
    """The same date as `storage.calendar.facts` once described it."""
    span = Span.of_facts(facts)
    return replace(
        at(date, span),
        title=facts["title"],
        place=facts["place"],
        link=facts["link"],
        agenda=facts["agenda"],
        seats=facts["seats"],
    )
