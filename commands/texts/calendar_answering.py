"""About answers to invitations: asking for them, what was noted, who comes, what is refused."""

from commands.markup import Markdown, fill
from commands.texts.calendar import code


def ask_line(*, prefix: str, again: bool) -> Markdown:
    """Under an announcement: who comes? `again`: the date was moved, earlier answers stay."""
    how = fill(
        "✅ ja, ❔ vielleicht, ❌ nein (oder `{prefix}zusage`, `{prefix}vielleicht`, `{prefix}absage`)",
        prefix=code(prefix),
    )
    if again:
        return fill("Ihre bisherige Antwort bleibt. Passt es noch? {how}", how=how)
    return fill("Kommen Sie? {how}", how=how)
