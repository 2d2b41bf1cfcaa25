"""Encrypted messages that the bot cannot read."""

from commands.markup import Markdown, fill
from commands.settings import Settings


def please_again(settings: Settings) -> Markdown:
    """Asks for a message again whose key never came."""
    return fill(
        "Diese Nachricht ist verschlüsselt, und mir fehlt der Schlüssel dazu. **War sie für mich bestimmt, senden Sie"
        " sie bitte noch einmal.** Hilft das nicht: Schließen Sie Ihr Chat-Programm ganz, öffnen Sie es wieder und"
        " senden Sie die Nachricht erneut. Kommt der Schlüssel doch noch an, antworte ich von selbst. Hilfe von einem"
        " Menschen: `{prefix}kontakt`.",
        prefix=Markdown(settings.prefix),
    )
