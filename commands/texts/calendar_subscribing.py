"""About the reminders that single people want in their direct chats."""

from collections.abc import Sequence

from commands.dates.wall_clock import Unit
from commands.markup import Markdown, fill, join, shorten
from commands.texts.calendar import code

_UNITS = {Unit.DAY: ("Tag", "Tage"), Unit.HOUR: ("Stunde", "Stunden"), Unit.MINUTE: ("Minute", "Minuten")}


def before(count: int, unit: Unit) -> str:
    """Return "1 Tag vorher"."""
    return f"{count} {_UNITS[unit][count != 1]} vorher"


def subscribed(what: str, when: str, *, prefix: str) -> Markdown:
    """Somebody will be reminded."""
    return fill(
        "**Abo: {what}, {when}.** Ich erinnere Sie hier im Direktchat. Alle Ihre Abos zeigt `{prefix}abo`, beenden:"
        " `{prefix}abo aus`",
        what=what,
        when=when,
        prefix=code(prefix),
    )


def listed(mine: Sequence[tuple[str, str]], *, prefix: str) -> Markdown:
    """Somebody's subscriptions: what, and how long before."""
    if not mine:
        return fill("Sie haben kein Abo. So bestellen Sie eines: `{prefix}abo plenum 1d 1h`", prefix=code(prefix))
    lines = [fill("- {what}: {when}", what=what, when=when) for what, when in mine]
    end = fill("\nBeenden: `{prefix}abo aus`", prefix=code(prefix))
    return join([Markdown("**Ihre Abos:**\n"), *lines, end])


def ended(what: str | None) -> Markdown:
    """Somebody will not be reminded any more."""
    if what is None:
        return Markdown("**Ihre Abos sind beendet.** Ich erinnere Sie nicht mehr im Direktchat.")
    return fill("**Das Abo ist beendet: {what}.**", what=what)


def nothing_to_end(*, prefix: str) -> Markdown:
    """There is no such subscription."""
    return fill("Ein solches Abo haben Sie nicht. Ihre Abos zeigt `{prefix}abo`.", prefix=code(prefix))


def only_in_private(*, prefix: str) -> Markdown:
    """Reminders for one person come where only they read them."""
    return fill(
        "Abos gibt es nur im Direktchat: Schreiben Sie mir dort `{prefix}abo plenum 1d 1h`.", prefix=code(prefix)
    )


def too_far(text: str) -> Markdown:
    """A distance that is too long, or nothing."""
    return fill(
        "{text} geht nicht. Möglich sind 1 bis 60 Tage (d), 1 bis 48 Stunden (h), 1 bis 600 Minuten (m).",
        text=shorten(text, 40),
    )


def too_many(most: int) -> Markdown:
    """More reminders than anybody reads."""
    return fill("Das sind zu viele. Bitte nennen Sie höchstens {most} Abstände.", most=most)
