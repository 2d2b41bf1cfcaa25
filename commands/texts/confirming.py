"""About previews: how to confirm or discard them, and what became of them."""

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
DISCARDED = "Verworfen. Es wurde nichts geändert."
DELETED = "Die Nachricht ist gelöscht: Die Vorschau ist damit verworfen, es wurde nichts geändert."
DONE_ALREADY = "Diese Vorschau ist schon bestätigt.\nFür eine Änderung schicken Sie bitte einen neuen Befehl. {help}"
DISCARDED_ALREADY = "Diese Vorschau ist schon verworfen, es wurde nichts geändert.\n{again}"
TOO_LATE = "Diese Vorschau ist verfallen, es wurde nichts geändert.\n{again}"
EXPIRED = "Die Vorschau ist verfallen, weil niemand sie bestätigt hat; es wurde nichts geändert.\n{again}"
AGAIN = "Bei Bedarf schicken Sie bitte `{prefix}{command}` mit Ihren Angaben noch einmal."
HELP = "Was möglich ist, zeigt `{prefix}hilfe`."


def with_how_to_confirm(preview: Markdown, *, expires: datetime, today: datetime, prefix: str) -> Markdown:
    """A preview, and below it what to do with it; `expires` and `today` are Berlin wall-clock times."""
    clock = f"{expires:%H:%M} Uhr"
    until = clock if expires.date() == today.date() else f"{short_day(expires)}, {clock}"
    return join([preview, fill(HOW, prefix=_code(prefix), until=until)], "\n\n")


def nothing_waits(*, command: str, prefix: str) -> Markdown:
    """There is no open preview in this room; `command` would make one."""
    return fill(NOTHING_WAITS, prefix=_code(prefix), command=_code(command))


def discarded() -> Markdown:
    """A preview was discarded on request."""
    return fill(DISCARDED)


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
