"""About changes of a date beside time and cancellation: details, reinstatement, what was taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from commands.markup import Markdown, fill, join
from commands.texts.calendar import Shown, code, full_name, link_text, more_line, reason_line, short_when, when_text
from commands.texts.calendar_planning import audience_line, warning_lines

_NAMES = {"place": "Ort", "link": "Link", "agenda": "Tagesordnung", "seats": "Plätze"}


def preview_of_change(
    shown: Shown,
    *,
    new: Mapping[str, Any],
    old: Mapping[str, Any],
    reason: str | None,
    rooms: Sequence[str],
    people: int | None,
) -> Markdown:
    """What will be changed (by the names of `storage.calendar.facts`), and who will be told."""
    return join(
        [
            fill("**Vorschau: {name} ändern** ({when})", name=shown.name, when=short_when(shown)),
            *changed_lines(new, old, theme=shown.theme),
            reason_line(reason) or Markdown("Grund: keine Angabe"),
            audience_line("Korrektur geht", rooms, people),
        ]
    )


def preview_of_reinstatement(
    shown: Shown, *, reason: str | None, warnings: Sequence[str], rooms: Sequence[str], people: int | None
) -> Markdown:
    """A cancelled date will take place after all."""
    return join(
        [
            fill("**Vorschau: {name} findet doch statt**", name=shown.name),
            fill("Termin: {when}", when=when_text(shown)),
            reason_line(reason) or Markdown("Grund: keine Angabe"),
            *warning_lines(warnings),
            audience_line("Nachricht geht", rooms, people),
        ]
    )


def what_is_changed(shown: Shown) -> str:
    """A date of which details are to be changed."""
    return f"{shown.name} ändern, {short_when(shown)}"


def what_is_reinstated(shown: Shown) -> str:
    """A date that is to take place after all."""
    return f"{shown.name} wiederherstellen, {short_when(shown)}"


def changed(shown: Shown, *, rooms: Sequence[str], people: int | None) -> Markdown:
    """Details of a date were changed."""
    return join(
        [
            fill("**{name} ist geändert** ({when}).", name=shown.name, when=short_when(shown)),
            audience_line("Die Korrektur geht", rooms, people),
        ]
    )


def reinstated(shown: Shown, *, rooms: Sequence[str], people: int | None) -> Markdown:
    """A date takes place after all."""
    return join(
        [
            fill("**{name} findet doch statt**: {when}", name=shown.name, when=short_when(shown)),
            audience_line("Die Nachricht geht", rooms, people),
        ]
    )


# Told by itself


def change_told(
    shown: Shown, *, new: Mapping[str, Any], old: Mapping[str, Any], reason: str | None, prefix: str
) -> Markdown:
    """Whoever was told the date hears what else is different now."""
    return join(
        [
            fill("**Geändert: {name}**", name=full_name(shown.name, shown.title)),
            fill("{when}", when=when_text(shown)),
            *changed_lines(new, old, theme=shown.theme),
            *filter(None, [reason_line(reason)]),
            more_line(shown, prefix),
        ]
    )


def reinstatement_told(shown: Shown, *, reason: str | None, ask: Markdown | None, prefix: str) -> Markdown:
    """Whoever was told that a date is cancelled hears that it takes place after all; `ask`: who comes."""
    return join(
        [
            fill("**Findet doch statt: {name}**", name=full_name(shown.name, shown.title)),
            fill("{when}", when=when_text(shown)),
            *filter(None, [reason_line(reason), ask]),
            more_line(shown, prefix),
        ]
    )


def changed_lines(new: Mapping[str, Any], old: Mapping[str, Any], *, theme: str = "Thema") -> list[Markdown]:
    """One line for each detail that differs: what it is now, and what it was; `theme` is what the title is called."""
    names = {"title": theme} | _NAMES
    return [
        fill("{name}: {now} (bisher: {before})", name=name, now=_value(field, new), before=_value(field, old))
        for field, name in names.items()
        if field in new and new[field] != old.get(field)
    ]


def _value(field: str, values: Mapping[str, Any]) -> Markdown:
    value = values.get(field)
    if not value:
        return Markdown("keine Angabe")
    return link_text(value) if field == "link" else fill("{value}", value=value)


# Taken back


def recalled_announcement(shown: Shown) -> Markdown:
    """In the place of an announcement that was a mistake."""
    return join(
        [
            fill("**Zurückgenommen: {name}**", name=full_name(shown.name, shown.title)),
            fill("Diese Ankündigung war ein Versehen. Der Termin {when} gilt nicht.", when=short_when(shown)),
        ]
    )


def recalled_change(shown: Shown, *, cancelled: bool) -> Markdown:
    """In the place of a correction that was a mistake; `shown` is what holds again."""
    holds = "Es bleibt bei der Absage" if cancelled else "Es bleibt bei"
    return join(
        [
            fill("**Zurückgenommen: die Änderung an {name}**", name=full_name(shown.name, shown.title)),
            fill("{holds}: {when}", holds=holds, when=when_text(shown)),
        ]
    )


def recall_done(shown: Shown, *, created: bool, cancelled: bool) -> Markdown:
    """`!rückgängig` has taken something back."""
    if created:
        return fill(
            "**{name} ist zurückgenommen** ({when}). Die Ankündigung sagt das jetzt auch; Erinnerungen gibt es keine.",
            name=shown.name,
            when=short_when(shown),
        )
    holds = "Der Termin bleibt abgesagt" if cancelled else "Es bleibt bei"
    return fill(
        "**Die letzte Änderung an {name} ist zurückgenommen.** {holds}: {when}. Die Nachrichten darüber sagen das"
        " jetzt auch.",
        name=shown.name,
        holds=holds,
        when=short_when(shown),
    )


def nothing_to_recall() -> Markdown:
    """`!rückgängig` without anything of one's own to take back."""
    return Markdown("Sie haben zurzeit nichts bestätigt, das sich zurücknehmen lässt.")


def too_late_to_recall(shown: Shown, *, minutes: int, prefix: str) -> Markdown:
    """The last confirmation is too long ago."""
    return fill(
        "Zurücknehmen geht nur {minutes} Minuten lang; es wurde nichts geändert.\nDen Termin ändern Sie weiter mit den"
        " Befehlen unter `{prefix}hilfe {command}`.",
        minutes=minutes,
        prefix=code(prefix),
        command=code("plenum verschieben" if shown.code.startswith("plenum") else "termin verschieben"),
    )


def changed_since(shown: Shown, *, prefix: str) -> Markdown:
    """The date was changed again since: taking back the older change would undo the newer one too."""
    return fill(
        "{name} wurde danach noch einmal geändert; es wurde nichts zurückgenommen.\nAlle Angaben: `{prefix}{command}`",
        name=shown.name,
        prefix=code(prefix),
        command=code(shown.command),
    )
