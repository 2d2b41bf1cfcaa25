"""The one line that a room shows about its next date. It is public, and stays true until the next change."""

from commands.command import TOPIC_START
from commands.markup import Markdown, fill
from commands.texts.calendar import Shown, code, short_when


def topic(shown: Shown | None) -> str:
    """In a room's topic, which is never encrypted: what and when, and nothing else; "" where nothing comes."""
    return "" if shown is None else f"{TOPIC_START}{shown.name}, {short_when(shown)}"


def pinned(shown: Shown | None, *, prefix: str) -> Markdown:
    """As a pinned message."""
    if shown is None:
        return fill("**Nächster Termin:** zurzeit keiner. Alle Termine: `{prefix}termine`", prefix=code(prefix))
    return fill(
        "**Nächster Termin: {name}**\n{when}\nAlle Angaben: `{prefix}{command}`",
        name=shown.name,
        when=short_when(shown),
        prefix=code(prefix),
        command=code(shown.command),
    )


def no_longer_pinned(*, prefix: str) -> Markdown:
    """In the place of a pinned message that is not kept true any more."""
    return fill(
        "Der nächste Termin wird hier nicht mehr angezeigt. Alle Termine: `{prefix}termine`", prefix=code(prefix)
    )
