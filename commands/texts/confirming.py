"""About previews: how to confirm or discard them, and what became of them."""

from dataclasses import dataclass
from datetime import datetime

from commands.dates.wording import short_day
from commands.markup import Markdown, fill, join

HOW = (
    "Noch ist nichts geändert. Das geht bis {until}:\n"
    "Bestätigen mit `{prefix}ja` oder der Reaktion ✅ (Häkchen)\n"
    "Verwerfen mit `{prefix}nein` oder der Reaktion ❌ (Kreuz)"
)
NOTHING_WAITS = (
    "In diesem Raum wartet nichts auf Ihre Bestätigung.\nEine Vorschau bekommen Sie zum Beispiel mit"
    " `{prefix}{command}`; wie das geht, zeigt `{prefix}hilfe {command}`."
)
DISCARDED = "Verworfen: {what}.\nEs wurde nichts geändert."
REPLACES = "Diese Vorschau ersetzt Ihre von {since} Uhr: {what}."
STILL_OPEN = "{whose} Vorschau von {since} Uhr ist noch offen: {what}. Mit `{prefix}nein` verwerfen Sie sie."
DELETED = "Die Nachricht ist gelöscht: Die Vorschau ist damit verworfen, es wurde nichts geändert."
DONE_ALREADY = "Diese Vorschau ist schon bestätigt.\nFür eine Änderung schicken Sie bitte einen neuen Befehl. {help}"
DISCARDED_ALREADY = "Diese Vorschau ist schon verworfen, es wurde nichts geändert.\n{again}"
REPLACED_ALREADY = (
    "Diese Vorschau wurde durch eine neuere Vorschau ersetzt, mit ihr wurde nichts geändert.\nEs gilt nur die neuere."
)
TOO_LATE = "Diese Vorschau ist verfallen, es wurde nichts geändert.\n{again}"
EXPIRED = "Die Vorschau ist verfallen, weil niemand sie bestätigt hat; es wurde nichts geändert.\n{again}"
AGAIN = "Bei Bedarf schicken Sie bitte `{prefix}{command}` mit Ihren Angaben noch einmal."
HELP = "Was möglich ist, zeigt `{prefix}hilfe`."


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An open preview: what it would do, since when (naive Berlin time) it stands there, whether it is the reader's."""

    what: str
    since: datetime
    own: bool


def with_how_to_confirm(
    preview: Markdown, *, replaced: Waiting | None, expires: datetime, today: datetime, prefix: str
) -> Markdown:
    """A preview, which one it replaces, and what to do with it; `expires` and `today` are Berlin wall-clock times."""
    clock = f"{expires:%H:%M} Uhr"
    until = clock if expires.date() == today.date() else f"{short_day(expires)}, {clock}"
    how = fill(HOW, prefix=_code(prefix), until=until)
    if replaced is None:
        return join([preview, how], "\n\n")
    line = fill(REPLACES, since=f"{replaced.since:%H:%M}", what=replaced.what)
    return join([preview, join([line, how])], "\n\n")


def nothing_waits(*, command: str, prefix: str) -> Markdown:
    """There is no open preview in this room; `command` would make one."""
    return fill(NOTHING_WAITS, prefix=_code(prefix), command=_code(command))


def discarded(gone: Waiting, left: Waiting | None, *, prefix: str) -> Markdown:
    """A preview was discarded on request; `left` waits in the same room."""
    lines = [fill(DISCARDED, what=gone.what)]
    return join(lines if left is None else [*lines, still_open(left, prefix=prefix)])


def still_open(waiting: Waiting, *, prefix: str) -> Markdown:
    """What a confirmation in this room would mean, below a refusal or a discarded preview."""
    return fill(
        STILL_OPEN,
        whose="Ihre" if waiting.own else "Die",
        since=f"{waiting.since:%H:%M}",
        what=waiting.what,
        prefix=_code(prefix),
    )


def replaced_already() -> Markdown:
    """The preview gave way to a newer one of the same person."""
    return Markdown(REPLACED_ALREADY)


def deleted() -> Markdown:
    """A preview was discarded because its message was deleted."""
    return fill(DELETED)


def done_already(*, prefix: str) -> Markdown:
    """The preview was confirmed before."""
    return fill(DONE_ALREADY, help=fill(HELP, prefix=_code(prefix)))


def discarded_already(*, command: str, prefix: str) -> Markdown:
    """The preview was discarded before."""
    return fill(DISCARDED_ALREADY, again=_again(command, prefix))


def too_late(*, command: str, prefix: str) -> Markdown:
    """Somebody wants to confirm or discard a preview whose time is up."""
    return fill(TOO_LATE, again=_again(command, prefix))


def expired(*, command: str, prefix: str) -> Markdown:
    """Told by itself: the time of a preview is up."""
    return fill(EXPIRED, again=_again(command, prefix))


def _again(command: str, prefix: str) -> Markdown:
    return fill(AGAIN, prefix=_code(prefix), command=_code(command))


def _code(text: str) -> Markdown:
    """Text for a place between backticks."""
    return Markdown(text.replace("`", "'"))
