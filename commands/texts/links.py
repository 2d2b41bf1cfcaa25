"""Where newsletters and guide are, as far as the operator entered it."""

from collections.abc import Sequence

from commands.markup import Markdown, fill, join
from commands.settings import Settings
from commands.texts.contact import elsewhere


def newsletter(names: Sequence[str], settings: Settings) -> Markdown:
    """Which newsletters there are, and how to get them."""
    return join(
        [
            fill("**Newsletter:** {names}", names=" und ".join(f"„{name}“" for name in names)),
            fill("Bestellen: {where}", where=settings.newsletter)
            if settings.newsletter
            else fill("Wie Sie sie bestellen, erfahren Sie {elsewhere}.", elsewhere=elsewhere(settings)),
        ]
    )


def guide(settings: Settings) -> Markdown:
    """Where the guide is."""
    return join(
        [
            Markdown("**Leitfaden:** Darin werden die Ergebnisse der fünf Arbeitsgruppen zusammengeführt."),
            fill("Sie finden ihn hier: {where}", where=settings.guide)
            if settings.guide
            else fill("Ob und wo er veröffentlicht ist, erfahren Sie {elsewhere}.", elsewhere=elsewhere(settings)),
        ]
    )
