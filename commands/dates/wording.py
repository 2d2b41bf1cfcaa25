"""Dates and times in German, as the bot writes them; `commands.dates.days` reads each of them back."""

from datetime import date, datetime, timedelta

from commands.dates.wall_clock import Distance, Unit, instant, wall

WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
_HOUR = 60  # minutes
_HOURS_COUNTED_DOWN = 3  # later the same day "heute" says more than a number of hours


def weekday(day: date) -> str:
    """Return the German name: "Donnerstag"."""
    return WEEKDAYS[day.weekday()]


def plain_day(day: date) -> str:
    """Return "14.09.2023"."""
    return f"{day.day:02}.{day.month:02}.{day.year}"


def short_day(day: date) -> str:
    """Return "Do 14.09.2023"."""
    return f"{weekday(day)[:2]} {plain_day(day)}"


def long_day(day: date) -> str:
    """Return "Donnerstag, 14. September 2023"."""
    return f"{weekday(day)}, {day.day}. {MONTHS[day.month - 1]} {day.year}"


def span_text(start: datetime, end: datetime | None = None) -> str:
    """Return "Do 14.09.2023, 10:00–12:00 Uhr" for naive Berlin times; a second day is written out."""
    begin = f"{short_day(start)}, {start:%H:%M}"
    if end is None:
        return f"{begin} Uhr"
    if end.date() == start.date():
        return f"{begin}–{end:%H:%M} Uhr"
    return f"{begin} Uhr – {short_day(end)}, {end:%H:%M} Uhr"


def countdown(now: datetime, start: datetime, end: datetime | None = None) -> str:
    """Say how far away a date is: "in 3 Tagen", "morgen", "heute", "in 2 Stunden", "läuft gerade", "vorbei".

    `now` is an instant, `start` and `end` are naive Berlin times. Days are counted by the calendar in
    Berlin: at 23:50 what starts at 00:10 is "morgen". Of a date without an end nobody knows how long it
    runs: it "hat begonnen" until the end of its day.
    """
    today = wall(now).date()
    begin = instant(start)
    if now >= begin:
        if end is not None:
            return "läuft gerade" if now < instant(end) else "vorbei"
        return "hat begonnen" if start.date() >= today else "vorbei"
    days = (start.date() - today).days
    if days > 0:
        return Distance(days, Unit.DAY).words
    minutes = -((now - begin) // timedelta(minutes=1))  # rounded up: never "in 0 Minuten"
    if minutes < _HOUR:
        return Distance(minutes, Unit.MINUTE).words
    hours = (minutes + _HOUR // 2) // _HOUR
    return Distance(hours, Unit.HOUR).words if hours <= _HOURS_COUNTED_DOWN else "heute"
