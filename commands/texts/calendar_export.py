"""About the calendar file that `!kalender` sends."""

from commands.markup import Markdown, fill, shorten
from commands.texts.calendar import code


def summary(name: str, title: str | None, *, cancelled: bool) -> str:
    """The headline of a date in people's calendars; some of them do not show by themselves what is cancelled."""
    headline = f"{name}: {title}" if title else name
    return f"Abgesagt: {headline}" if cancelled else headline


def list_sent(dates: int, series: int, *, group: int | None) -> Markdown:
    """So many coming dates and series follow as a file."""
    counted = [
        *([_counted(dates, "Termin", "Termine")] if dates else []),
        *([_counted(series, "Terminreihe", "Terminreihen")] if series else []),
    ]
    whose = Markdown("" if group is None else f" für die AG {group}")
    return fill(
        "**{dates}{whose} als Kalenderdatei.** Öffnen Sie die Datei unten, dann fragt Ihr Kalender, ob er die Termine"
        " übernehmen soll.",
        dates=" und ".join(counted),
        whose=whose,
    )


def date_sent(name: str, when: str, *, cancelled: bool) -> Markdown:
    """One date follows as a file; `cancelled`: it removes the date."""
    if cancelled:
        return fill(
            "**{name} ({when}) ist abgesagt.** Öffnen Sie die Datei unten, dann streicht Ihr Kalender den Termin.",
            name=name,
            when=when,
        )
    return fill(
        "**{name} ({when}) als Kalenderdatei.** Öffnen Sie die Datei unten, dann übernimmt Ihr Kalender den Termin.",
        name=name,
        when=when,
    )


def series_sent(name: str, number: str, when: str, *, cancelled: bool) -> Markdown:
    """A series ("R3") follows as a file; `cancelled`: it removes all its dates."""
    what = "ist abgesagt" if cancelled else "als Kalenderdatei"
    does = "streicht" if cancelled else "übernimmt"
    return fill(
        f"**{{name}}, Reihe {{number}}, {what}.** Öffnen Sie die Datei unten, dann {does} Ihr Kalender alle Termine der"
        " Reihe.\n{when}",
        name=name,
        number=number,
        when=when[:1].upper() + when[1:],
    )


def nothing_coming(*, prefix: str) -> Markdown:
    """There is nothing to put into a file."""
    return fill("Zurzeit ist kein Termin eingetragen. Alle Termine zeigt `{prefix}termine`.", prefix=code(prefix))


def no_such_choice(text: str) -> Markdown:
    """`!kalender` with something it does not know."""
    return fill(
        "Zu „{text}“ kenne ich keinen Kalender. Möglich sind: alle, AG3, plenum 4, T12 oder die Reihe R3.",
        text=shorten(text, 60),
    )


def _counted(count: int, one: str, more: str) -> str:
    return f"1 {one}" if count == 1 else f"{count} {more}"
