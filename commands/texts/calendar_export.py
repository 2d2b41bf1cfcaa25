"""About the calendar file that `!kalender` sends."""

from commands.markup import Markdown, fill, shorten
from commands.texts.calendar import code


def list_sent(count: int, *, group: int | None) -> Markdown:
    """The coming dates follow as a file."""
    dates = "1 Termin" if count == 1 else f"{count} Termine"
    whose = Markdown("" if group is None else f" für die AG {group}")
    return fill(
        "**{dates}{whose} als Kalenderdatei.** Öffnen Sie die Datei unten, dann fragt Ihr Kalender, ob er die Termine"
        " übernehmen soll.",
        dates=dates,
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


def nothing_coming(*, prefix: str) -> Markdown:
    """There is nothing to put into a file."""
    return fill("Zurzeit ist kein Termin eingetragen. Alle Termine zeigt `{prefix}termine`.", prefix=code(prefix))


def no_such_choice(text: str) -> Markdown:
    """`!kalender` with something it does not know."""
    return fill(
        "Zu „{text}“ kenne ich keinen Kalender. Möglich sind: alle, AG3, plenum 4 oder T12.", text=shorten(text, 60)
    )
