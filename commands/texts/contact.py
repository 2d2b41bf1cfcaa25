"""Where else to ask: the website and the contact address, as far as the operator named them."""

from commands.markup import Markdown, fill, join
from commands.settings import Settings


def elsewhere(settings: Settings) -> Markdown:
    """Return "auf https://… oder unter a@b", one of the two, or "bei der Koordination" where neither is known."""
    ways = []
    if settings.website:
        ways.append(fill("auf {website}", website=settings.website))
    if settings.contact_email:
        ways.append(fill("unter {email}", email=settings.contact_email))
    return join(ways, " oder ") if ways else Markdown("bei der Koordination")
