"""About what comes after a plenary: asking for minutes and material, posting them, closing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from commands.dates.wording import plain_day, short_day
from commands.markup import Markdown, fill, join, shorten
from commands.texts.calendar import Shown, code, link_text, more_line, short_when
from commands.texts.calendar_planning import audience_line

_LONGEST_LIST = 120
_MOST_LISTED = 8


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Minutes, slides and the like as people see them: a link, a file by its name, or both; `day` it came (Berlin)."""

    title: str
    link: str | None
    filename: str | None
    day: date


# Material


def posted(shown: Shown, piece: Piece, *, prefix: str) -> Markdown:
    """Whoever was there gets the material."""
    return join(
        [
            fill("**Material zu {name}: {title}**", name=shown.name, title=piece.title),
            *([fill("Link: {link}", link=link_text(piece.link))] if piece.link else []),
            *([fill("Datei: {filename} (folgt)", filename=piece.filename)] if piece.filename else []),
            more_line(shown, prefix),
        ]
    )


def published(
    shown: Shown, piece: Piece, *, closed: bool, rooms: Sequence[str], people: int | None, prefix: str
) -> Markdown:
    """Whoever sent the material hears where it went."""
    return join(
        [
            fill("**Veröffentlicht: {title}** ({name})", title=piece.title, name=shown.name),
            audience_line("Das Material geht", rooms, people),
            *([] if closed else [_close_line(shown, prefix)]),
            Markdown("Ein Versehen? Löschen Sie Ihre Nachricht, dann nehme ich das Material überall zurück."),
        ]
    )


def taken_back(shown: Shown) -> Markdown:
    """The message that brought the material was deleted."""
    return fill(
        "**Das Material zu {name} ist zurückgenommen.** Was ich dazu gesendet habe, ist gelöscht.", name=shown.name
    )


def edit_does_not_count(shown: Shown, *, prefix: str) -> Markdown:
    """A message was edited whose material is out."""
    return fill(
        "Das Material zu {name} ist schon veröffentlicht; eine Bearbeitung ändert daran nichts.\nLöschen Sie die"
        " Nachricht, dann nehme ich es zurück, und senden Sie neu: `{prefix}{again}`",
        name=shown.name,
        prefix=code(prefix),
        again=_with_link(shown),
    )


def heading() -> Markdown:
    """What stands above the material of a date."""
    return Markdown("\nMaterial:\n")


def listed(pieces: Sequence[Piece]) -> list[Markdown]:
    """The material of a date, a line each, the latest ones where there are many."""
    more = len(pieces) - _MOST_LISTED
    earlier = [fill("- {count} frühere", count=more)] if more > 0 else []
    return [*earlier, *(_line(each) for each in pieces[-_MOST_LISTED:])]


def nothing_to_publish() -> Markdown:
    """Neither a link nor a file."""
    return Markdown(
        "Es fehlt ein Link oder eine Datei. Schreiben Sie den Link dazu. Eine Datei senden Sie mit diesem Befehl als"
        " Beschriftung; kann Ihre App das nicht, nehmen Sie bitte einen Link."
    )


def two_links() -> Markdown:
    """More than one link in a command."""
    return Markdown("Hier stehen mehrere Links. Bitte senden Sie für jeden einen eigenen Befehl.")


def there_already(shown: Shown, title: str, day: date, *, prefix: str) -> Markdown:
    """The same link once more."""
    return fill(
        "Dieser Link steht schon bei {name}, seit dem {day}: „{title}“. Es wurde nichts gesendet.\nAlles Material:"
        " `{prefix}{command}`",
        name=shown.name,
        day=plain_day(day),
        title=title,
        prefix=code(prefix),
        command=code(shown.command),
    )


def not_held(shown: Shown, *, prefix: str) -> Markdown:
    """A plenary that has not begun has neither minutes nor an end."""
    return fill(
        "{name} ({when}) hat noch nicht begonnen. Material senden und abschließen können Sie danach.\nEinen"
        " Link vorab tragen Sie so ein: `{prefix}plenum ändern {number} link=https://example.org/plenum`",
        name=shown.name,
        when=short_when(shown),
        prefix=code(prefix),
        number=_number(shown),
    )


def not_for_cancelled(shown: Shown, *, prefix: str) -> Markdown:
    """A cancelled plenary has neither minutes nor an end."""
    return fill(
        "{name} ({when}) ist abgesagt; dazu gibt es weder Material noch einen Abschluss.\nAlle Angaben:"
        " `{prefix}{command}`",
        name=shown.name,
        when=short_when(shown),
        prefix=code(prefix),
        command=code(shown.command),
    )


# Closing


def ask(shown: Shown, titles: Sequence[str], *, again: bool, prefix: str) -> Markdown:
    """The coordination is asked for minutes and material; `again`: it was, or should have been, days ago."""
    when = short_day(shown.end or shown.start)
    if titles:
        return join(
            [
                fill("**{name} ({when}) ist noch nicht abgeschlossen.**", name=shown.name, when=when),
                fill("Schon da: {titles}", titles=_titles(titles)),
                fill("Fehlt etwas? `{prefix}{command}`", prefix=code(prefix), command=_with_link(shown)),
                _close_line(shown, prefix),
            ]
        )
    opening = (
        "**{name} ({when}) ist noch nicht abgeschlossen: Protokoll und Material fehlen.**"
        if again
        else "**{name} ({when}) ist vorbei: Bitte senden Sie Protokoll und Material.**"
    )
    return join(
        [
            fill(opening, name=shown.name, when=when),
            fill("Mit Link: `{prefix}{command}`", prefix=code(prefix), command=_with_link(shown)),
            fill(
                "Mit Datei: `{prefix}plenum material {number} Protokoll` als Beschriftung der Datei",
                prefix=code(prefix),
                number=_number(shown),
            ),
            fill(
                "Ist alles da oder kommt nichts? `{prefix}plenum abschließen {number}`",
                prefix=code(prefix),
                number=_number(shown),
            ),
        ]
    )


def closed(shown: Shown, titles: Sequence[str], *, prefix: str) -> Markdown:
    """A plenary was closed."""
    return join(
        [
            fill("**{name} ist abgeschlossen** ({when}).", name=shown.name, when=short_when(shown)),
            fill("Material: {titles}", titles=_titles(titles)) if titles else Markdown("Material: keines."),
            fill("Material kann noch kommen: `{prefix}{command}`", prefix=code(prefix), command=_with_link(shown)),
        ]
    )


def closed_already(shown: Shown, since: date, *, prefix: str) -> Markdown:
    """A plenary is closed once."""
    return fill(
        "{name} ist schon abgeschlossen, seit {since}.\nMaterial kann noch kommen: `{prefix}{command}`",
        name=shown.name,
        since=short_day(since),
        prefix=code(prefix),
        command=_with_link(shown),
    )


def only_the_number(text: str, *, prefix: str, number: int) -> Markdown:
    """More than a number behind `!plenum abschließen`."""
    return fill(
        "„{text}“ kann ich nicht zuordnen. Bitte schreiben Sie nur: `{prefix}plenum abschließen {number}`",
        text=shorten(text, 60),
        prefix=code(prefix),
        number=number,
    )


# Pieces


def _close_line(shown: Shown, prefix: str) -> Markdown:
    return fill("Ist alles da? `{prefix}plenum abschließen {number}`", prefix=code(prefix), number=_number(shown))


def _with_link(shown: Shown) -> Markdown:
    return code(f"plenum material {_number(shown)} Protokoll https://example.org/protokoll")


def _number(shown: Shown) -> str:
    return shown.code.removeprefix("plenum ")


def _titles(titles: Sequence[str]) -> str:
    return shorten(", ".join(titles), _LONGEST_LIST)


def _line(piece: Piece) -> Markdown:
    where = [
        *([link_text(piece.link)] if piece.link else []),
        *(
            [fill("Datei {name}, gesendet am {day}", name=piece.filename, day=plain_day(piece.day))]
            if piece.filename
            else []
        ),
    ]
    return fill("- {title}: {where}", title=piece.title, where=join(where, "; "))
