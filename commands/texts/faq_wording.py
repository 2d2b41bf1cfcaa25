"""What is said about words that mean the same."""

from collections.abc import Sequence

from commands.markup import Markdown, fill, join
from storage.tables import FaqSynonyms


def listed(groups: Sequence[FaqSynonyms], prefix: str) -> Markdown:
    """The groups of words with their numbers."""
    how = fill("\nErgänzen: `{p}faq wörter Rundbrief = Newsletter`", p=Markdown(prefix))
    if not groups:
        return join([Markdown("**Eigene Wörter sind noch keine eingetragen.**"), how])
    lines = [fill("- {number}: {words}", number=row.id, words=" = ".join(row.words)) for row in groups]
    return join([Markdown("**Diese Wörter bedeuten hier dasselbe:**\n"), *lines, how])


def added(row: FaqSynonyms, prefix: str) -> Markdown:
    """A group of words was added."""
    return fill(
        "Eingetragen: {words}. Das gilt ab jetzt für alle Fragen.\nWegnehmen: `{p}faq wörter {number} -`",
        words=" = ".join(row.words),
        p=Markdown(prefix),
        number=row.id,
    )


def removed(row: FaqSynonyms) -> Markdown:
    """A group of words was removed."""
    return fill("Weggenommen: {words}.", words=" = ".join(row.words))


def two_words() -> str:
    """There have to be two different words at least."""
    return "Bitte nennen Sie mindestens zwei verschiedene Wörter mit einem Gleichheitszeichen dazwischen."


def too_long(most: int) -> str:
    """Too many words in one line."""
    return f"In einer Zeile gehen höchstens {most} Wörter."


def no_word(said: str) -> str:
    """More or less than one word."""
    return f"„{said[:40]}“ ist kein einzelnes Wort. Wendungen gehören als „Auch:“ zu einem Eintrag."


def too_many(most: int) -> str:
    """There are too many lines."""
    return f"Es gehen höchstens {most} Zeilen. Bitte nehmen Sie zuerst eine weg."


def no_such_line(prefix: str) -> str:
    """There is no line of this number."""
    return f"Eine Zeile mit dieser Nummer gibt es nicht. Die Nummern zeigt `{prefix}faq wörter`."
