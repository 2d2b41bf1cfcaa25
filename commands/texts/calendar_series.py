"""About series of dates: planned, announced, shown, changed, ended, taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from commands.dates.wording import short_day
from commands.markup import Markdown, fill, join
from commands.texts.calendar import Shown, code, full_name, link_text, reason_line, short_when
from commands.texts.calendar_planning import audience_line, warning_lines

_MOST_WARNINGS = 5


@dataclass(frozen=True, kw_only=True)
class ShownSeries:
    """A series as people see it: "Sitzung der AG 3", "R3", what it is about, its rule in words, where."""

    name: str
    code: str
    when: str
    title: str | None = None
    place: str | None = None
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class Different:
    """A date of a series that is not where the rule puts it (`instead_of`, naive Berlin time), or cancelled."""

    instead_of: datetime
    date: Shown
    cancelled: bool


# Previews


def preview_of_new(
    series: ShownSeries,
    *,
    days: Sequence[datetime],
    warnings: Sequence[str],
    rooms: Sequence[str],
    people: int | None,
) -> Markdown:
    """What will be entered and who will be told; `days` are its next dates."""
    more = len(warnings) - _MOST_WARNINGS
    return join(
        [
            fill("**Vorschau: Reihe anlegen, {name}**", name=series.name),
            fill("Wann: {when}", when=series.when),
            _days(days),
            fill("Thema: {title}", title=f"„{series.title}“" if series.title else "keine Angabe"),
            fill("Ort: {place}", place=series.place or "keine Angabe"),
            fill("Link: {link}", link=link_text(series.link) if series.link else "keine Angabe"),
            *warning_lines(warnings[:_MOST_WARNINGS]),
            *([fill("Weitere Hinweise dieser Art: {more}", more=more)] if more > 0 else []),
            *([Markdown("Einzelne Tage lassen Sie so weg: „außer 24.12., 31.12.“")] if warnings else []),
            audience_line("Ankündigung geht", rooms, people),
        ]
    )


def preview_of_change(
    series: ShownSeries,
    *,
    lines: Sequence[Markdown],
    count: int,
    reason: str | None,
    rooms: Sequence[str],
    people: int | None,
) -> Markdown:
    """What will be different in `count` dates to come."""
    return join(
        [
            fill("**Vorschau: Reihe {code} ändern, {name}**", code=series.code, name=series.name),
            fill("Wann: {when}", when=series.when),
            *lines,
            fill("Das gilt für die künftigen Termine der Reihe: {count}", count=count),
            reason_line(reason) or Markdown("Grund: keine Angabe"),
            audience_line("Korrektur geht", rooms, people),
        ]
    )


def preview_of_end(
    series: ShownSeries, *, count: int, reason: str | None, rooms: Sequence[str], people: int | None
) -> Markdown:
    """None of the `count` dates to come will take place."""
    return join(
        [
            fill("**Vorschau: Reihe {code} beenden, {name}**", code=series.code, name=series.name),
            fill("Wann: {when}", when=series.when),
            fill("Alle künftigen Termine entfallen: {count}", count=count),
            reason_line(reason) or Markdown("Grund: keine Angabe"),
            audience_line("Absage geht", rooms, people),
        ]
    )


def what_is_new(series: ShownSeries) -> str:
    """A series that is to be entered, in one line."""
    return f"Reihe anlegen, {series.name}, {series.when}"


def what_is_changed(series: ShownSeries) -> str:
    """A series of which details are to be changed, in one line."""
    return f"Reihe {series.code} ändern, {series.name}"


def what_ends(series: ShownSeries) -> str:
    """A series that is to end, in one line."""
    return f"Reihe {series.code} beenden, {series.name}"


# Done


def created(series: ShownSeries, *, rooms: Sequence[str], people: int | None) -> Markdown:
    """A series was entered."""
    return join(
        [
            fill("**Reihe {code} ist angelegt**: {name}, {when}", code=series.code, name=series.name, when=series.when),
            audience_line("Die Ankündigung geht", rooms, people),
        ]
    )


def changed(series: ShownSeries, *, rooms: Sequence[str], people: int | None) -> Markdown:
    """Details of a series were changed."""
    return join(
        [
            fill("**Reihe {code} ist geändert**: {name}, {when}", code=series.code, name=series.name, when=series.when),
            audience_line("Die Korrektur geht", rooms, people),
        ]
    )


def end_done(series: ShownSeries, *, rooms: Sequence[str], people: int | None) -> Markdown:
    """A series was ended."""
    return join(
        [
            fill("**Reihe {code} ist beendet**: {name}, {when}", code=series.code, name=series.name, when=series.when),
            audience_line("Die Absage geht", rooms, people),
        ]
    )


def recall_done(series: ShownSeries, *, created: bool) -> Markdown:
    """`!rückgängig` has taken a series, or its last change, back."""
    what = "Reihe {code} ist zurückgenommen" if created else "Die letzte Änderung an Reihe {code} ist zurückgenommen"
    return fill(
        f"**{what}**: {{name}}, {{when}}. Die Nachrichten darüber sagen das jetzt auch.",
        code=series.code,
        name=series.name,
        when=series.when,
    )


# Told by itself


def announcement(
    series: ShownSeries, *, days: Sequence[datetime], different: Sequence[Different], prefix: str
) -> Markdown:
    """A series, its next dates, and those that are different from its rule."""
    return join(
        [
            fill("**Neue Terminreihe: {name}**", name=full_name(series.name, series.title)),
            fill("{when}", when=_capitalized(series.when)),
            *([_days(days)] if days else []),
            *map(_different, different),
            *_where(series),
            _more(series, prefix),
        ]
    )


def change_told(series: ShownSeries, *, lines: Sequence[Markdown], reason: str | None, prefix: str) -> Markdown:
    """Whoever was told of a series hears what is different now in all its dates to come."""
    return join(
        [
            fill("**Geändert, alle Termine der Reihe: {name}**", name=full_name(series.name, series.title)),
            fill("{when}", when=_capitalized(series.when)),
            *lines,
            *filter(None, [reason_line(reason)]),
            _more(series, prefix),
        ]
    )


def ended(series: ShownSeries, *, reason: str | None) -> Markdown:
    """Whoever was told of a series hears that it ends; the announcement says so in its place."""
    return join(
        [
            fill("**Abgesagt, Reihe beendet: {name}**", name=full_name(series.name, series.title)),
            fill("Alle künftigen Termine entfallen: {when}", when=series.when),
            *filter(None, [reason_line(reason)]),
        ]
    )


def recalled(series: ShownSeries) -> Markdown:
    """In the place of the announcement of a series that was a mistake."""
    return join(
        [
            fill("**Zurückgenommen: {name}**", name=full_name(series.name, series.title)),
            fill("Diese Ankündigung war ein Versehen. Die Termine gelten nicht: {when}", when=series.when),
        ]
    )


def recalled_change(series: ShownSeries) -> Markdown:
    """In the place of the message about a change, or the end, of a series that was taken back."""
    return join(
        [
            fill("**Zurückgenommen: die Änderung an {name}**", name=full_name(series.name, series.title)),
            fill("Es bleibt bei: {when}", when=series.when),
        ]
    )


# Asked for


def one(series: ShownSeries, *, dates: Sequence[Shown], different: Sequence[Different], more: int) -> Markdown:
    """A series, its next dates with their numbers, and those that are different; `more` dates did not fit."""
    return join(
        [
            fill("**Reihe {code}: {name}**", code=series.code, name=full_name(series.name, series.title)),
            fill("{when}", when=_capitalized(series.when)),
            *_where(series),
            *([Markdown("\nDie nächsten Termine:\n")] if dates else [Markdown("Künftige Termine gibt es nicht.")]),
            *(fill("- {when} ({code})", when=short_when(each), code=each.code) for each in dates),
            *([fill("\nWeitere eingetragene Termine: {more}", more=more)] if more > 0 else []),
            *([Markdown("\nAbweichend:\n")] if different else []),
            *(fill("- {line}", line=_different(each)) for each in different),
        ]
    )


# Refused


def only_single(what: str) -> Markdown:
    """`what` ("Tagesordnung") belongs to a single date."""
    return fill("{what} nennen Sie bitte beim einzelnen Termin, nicht bei der ganzen Reihe.", what=what)


def too_far_ahead() -> Markdown:
    """A series that begins after more than a year."""
    return Markdown("Diese Reihe beginnt erst in mehr als einem Jahr. Bitte legen Sie sie später an.")


def changed_meanwhile(series: ShownSeries, *, prefix: str) -> Markdown:
    """A date of the series, or the series, was changed since the preview."""
    return fill(
        "Die Reihe hat sich inzwischen geändert, Ihre Vorschau gilt nicht mehr; es wurde nichts geändert.\nDen jetzigen"
        " Stand zeigt `{prefix}termin {code}`; bitte planen Sie danach neu.",
        prefix=code(prefix),
        code=code(series.code),
    )


def changed_since(series: ShownSeries, *, prefix: str) -> Markdown:
    """A date of the series was changed again since: taking back the older change would undo the newer one too."""
    return fill(
        "Ein Termin der Reihe {code} wurde danach noch einmal geändert; es wurde nichts zurückgenommen.\nAlle Angaben:"
        " `{prefix}termin {code}`",
        prefix=code(prefix),
        code=code(series.code),
    )


def too_late_to_recall(series: ShownSeries, *, minutes: int, prefix: str) -> Markdown:
    """The confirmation is too long ago."""
    return fill(
        "Zurücknehmen geht nur {minutes} Minuten lang; es wurde nichts geändert.\nDie Reihe beenden Sie mit"
        " `{prefix}termin absagen {code}`.",
        minutes=minutes,
        prefix=code(prefix),
        code=code(series.code),
    )


def nothing_new(series: ShownSeries, *, prefix: str) -> Markdown:
    """What was to be changed is like that already."""
    return fill(
        "Das steht bei Reihe {code} schon so; es wurde nichts geändert.\nAlle Angaben: `{prefix}termin {code}`",
        prefix=code(prefix),
        code=code(series.code),
    )


def unknown(number: int, *, prefix: str) -> Markdown:
    """There is no series with this number."""
    return fill(
        "Eine Reihe R{number} gibt es nicht. Die Termine und ihre Nummern zeigt `{prefix}termine`.",
        number=number,
        prefix=code(prefix),
    )


def over(series: ShownSeries, *, prefix: str) -> Markdown:
    """None of the dates of a series is still to come."""
    return fill(
        "Reihe {code} ist zu Ende; es gibt keine künftigen Termine mehr.\nEine neue legen Sie so an:"
        " `{prefix}termin neu AG3 jeden Mittwoch 10:00-11:00`",
        code=code(series.code),
        prefix=code(prefix),
    )


def moves_one_by_one(series: ShownSeries, *, prefix: str) -> Markdown:
    """A series cannot be moved as a whole, nor what was ended be brought back."""
    return fill(
        "Eine ganze Reihe lässt sich nicht verschieben oder wiederherstellen; es wurde nichts geändert.\nEinzelne"
        " Termine und ihre T-Nummern zeigt `{prefix}termin {code}`. Für eine andere Zeit beenden Sie die Reihe mit"
        " `{prefix}termin absagen {code}` und legen sie neu an.",
        prefix=code(prefix),
        code=code(series.code),
    )


# Pieces


def _days(days: Sequence[datetime]) -> Markdown:
    return fill("Die nächsten Termine: {days}", days=", ".join(map(short_day, days)))


def _different(different: Different) -> Markdown:
    if different.cancelled:
        return fill("Entfällt: {day}", day=short_day(different.instead_of))
    return fill("Statt {day}: {when}", day=short_day(different.instead_of), when=short_when(different.date))


def _where(series: ShownSeries) -> list[Markdown]:
    return [
        *([fill("Ort: {place}", place=series.place)] if series.place else []),
        *([fill("Link: {link}", link=link_text(series.link))] if series.link else []),
    ]


def _more(series: ShownSeries, prefix: str) -> Markdown:
    return fill("Alle Angaben: `{prefix}termin {code}`", prefix=code(prefix), code=code(series.code))


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
