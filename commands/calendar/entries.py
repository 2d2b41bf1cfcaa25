"""Rows of the calendar -> entries of a calendar file: single dates, and series with the dates that are different."""

from collections.abc import Sequence

from commands import event_text
from commands.calendar.ics import Entry, Method
from commands.calendar.recurring import rule_of
from commands.dates.recurrence import occurrences
from commands.dates.spans import Span
from commands.dates.wall_clock import instant, wall
from commands.texts import calendar_export as texts
from storage.tables import CalendarEvent, CalendarSeries, EventStatus


def of_date(event: CalendarEvent, series: CalendarSeries | None = None) -> Entry:
    """One date; of a series it has the UID, and where the rule puts it (RECURRENCE-ID, RFC 5545, section 3.8.4.4).

    Its SEQUENCE then is the sum of both: it grows with every change of either, and is never lower than the series's,
    also where the date was entered after the series had been changed.
    """
    cancelled = event.status is EventStatus.CANCELLED
    return Entry(
        uid=event.uid if series is None else series.uid,
        sequence=event.sequence + (0 if series is None else series.sequence),
        occurrence=None if series is None else event.occurrence,
        created_at=event.created_at,
        changed_at=event.changed_at,
        starts=event.starts,
        ends=event.ends,
        whole_day=event.whole_day,
        summary=texts.summary(event_text.name(event), event.title, cancelled=cancelled),
        description=event.agenda,
        place=event.place,
        link=event.link,
        cancelled=cancelled,
        category=event_text.kind_name(event.kind),
    )


def of_series(series: CalendarSeries, dates: Sequence[CalendarEvent], *, method: Method) -> list[Entry]:
    """A series, and those of its dates (all that were not recalled) that are not what its rule makes of them.

    What the rule names and was never entered, or was recalled, is left out by EXDATE: the file expands to the rows. A
    cancelled date stays as an entry of its own, so that it is struck out also where an earlier file had moved it; in a
    REQUEST, which knows no cancelled entry (RFC 5546, section 3.2.2), it is left out too. A series that was cancelled
    as a whole has no dates.
    """
    cancelled = series.status is EventStatus.CANCELLED
    rule = rule_of(series)
    left_out, different = set(rule.exceptions), []
    if not cancelled:
        planned = {span.start: span for span in occurrences(rule, after=rule.start.min, until=series.filled_until)}
        left_out |= planned.keys() - {each.occurrence for each in dates}
        for each in dates:
            if method is Method.REQUEST and each.status is EventStatus.CANCELLED and each.occurrence is not None:
                left_out.add(each.occurrence)
            elif _differs(each, series, planned.get(each.occurrence or each.starts)):
                different.append(of_date(each, series))
    name = event_text.kind_name(series.kind)
    master = Entry(
        uid=series.uid,
        sequence=series.sequence,
        created_at=series.created_at,
        changed_at=series.changed_at,
        starts=series.starts,
        ends=series.ends,
        summary=texts.summary(name, series.title, cancelled=cancelled),
        place=series.place,
        link=series.link,
        cancelled=cancelled,
        category=name,
        rule=series.rule,
        left_out=tuple(sorted(left_out)),
    )
    return [master, *different]


def _differs(event: CalendarEvent, series: CalendarSeries, planned: Span | None) -> bool:
    """Whether a date is to be written on its own: also where it is back to what the rule says.

    An earlier file of that date alone (its SEQUENCE is then above that of the series) would otherwise win.
    """
    if planned is None or event.status is EventStatus.CANCELLED or event.sequence > series.sequence:
        return True
    same = (planned.start, planned.end, series.title, series.place, series.link, None)
    if (event.starts, event.ends, event.title, event.place, event.link, event.agenda) != same:
        return True
    return event.ends != _read_end(series, planned)


def _read_end(series: CalendarSeries, planned: Span) -> object:
    """When calendar programs let a date end: all dates last exactly as long as the first (RFC 5545, section 3.8.5.3).

    By the clock, as the bot has it, that is another end where the clocks change in between.
    """
    if series.ends is None:
        return None
    return wall(instant(planned.start) + (instant(series.ends) - instant(series.starts)))
