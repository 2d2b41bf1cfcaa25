"""Calendar programs for the tests: one that expands a file, one that keeps what it was given (RFC 5545, RFC 5546)."""

import datetime as dt

import vobject
from dateutil.rrule import rrulestr
from ical.calendar_stream import IcsCalendarStream

from commands.dates.wall_clock import BERLIN

_WHERE_AND_WHY = ("location", "description")
LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def events_of(data):
    """The events of a file, as vobject reads them."""
    return vobject.readOne(data.decode()).contents.get("vevent", [])


def facts_of(start, end, event):
    """What people see of a date: when (instants), what, where, why, whether it is cancelled."""
    place, why = (event.contents[name][0].value if name in event.contents else None for name in _WHERE_AND_WHY)
    return start, end, event.summary.value, place, why, event.status.value


def utc(moment):
    return moment.astimezone(dt.UTC)


def expanded(data, *, until):
    """All dates of a file up to an instant, by vobject and dateutil: a date lasts exactly as long as the first."""
    found, replaced = {}, []
    for event in events_of(data):
        uid, start = event.uid.value, event.dtstart.value
        end = event.dtend.value if "dtend" in event.contents else start
        length = utc(end) - utc(start)
        if "recurrence-id" in event.contents:
            replaced.append(((uid, utc(event.recurrence_id.value)), facts_of(utc(start), utc(end), event)))
            continue
        starts = rrulestr(event.rrule.value, dtstart=start) if "rrule" in event.contents else [start]
        left_out = {utc(each) for line in event.contents.get("exdate", []) for each in line.value}
        for each in map(utc, starts):
            if each > until:
                break
            if each not in left_out:
                found[uid, each] = facts_of(each, each + length, event)
    for key, facts in replaced:
        assert key in found, "a date on its own replaces one that the rule names"
        found[key] = facts
    return sorted(found.values(), key=str)


def expanded_by_ical(data, *, until):
    """The same by the ical package, which has a date last as long as the first on the clock."""
    read = IcsCalendarStream.calendar_from_ics(data.decode())
    found = []
    for each in read.timeline_tz(BERLIN):
        if utc(each.dtstart) > until:
            break
        what = (each.summary, each.location, each.description, each.status.value)
        found.append((utc(each.dtstart), utc(each.end), *what))
    return sorted(found, key=str)


class Client:
    """A calendar program as RFC 5546 (2.1.5) has it: the higher SEQUENCE wins, then the later DTSTAMP.

    Dates are kept by UID and RECURRENCE-ID; a series that is replaced takes its single dates along, and a single date is
    compared with its series where it is not kept on its own. `dates` says what is shown: series under None.
    """

    def __init__(self):
        self._known = {}

    @property
    def dates(self):
        return {key: start for key, (_, start) in self._known.items() if start is not None}

    def open(self, data):
        cancelled = vobject.readOne(data.decode()).method.value == "CANCEL"
        for event in events_of(data):
            uid = event.uid.value
            which = event.recurrence_id.value.replace(tzinfo=None) if "recurrence-id" in event.contents else None
            stamp = (int(event.sequence.value), event.dtstamp.value)
            of_series = self._known.get((uid, None), ((-1, LONG_AGO), None))[0]
            if stamp < self._known.get((uid, which), (of_series, None))[0]:
                continue
            if which is None:
                self._known = {key: kept for key, kept in self._known.items() if key[0] != uid}
            gone = cancelled or event.status.value == "CANCELLED"
            self._known[uid, which] = (stamp, None if gone else event.dtstart.value.replace(tzinfo=None))
