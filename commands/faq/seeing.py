"""A stored entry as the ranking sees it."""

from commands.faq.finding.entry import Entry
from storage.tables import FaqEntry


def seen(entry: FaqEntry) -> Entry:
    """An entry as the ranking sees it."""
    return Entry(
        slug=entry.slug,
        question=entry.question,
        alternatives=tuple(entry.alternatives),
        keywords=tuple(entry.keywords),
        category=entry.category,
        answer=entry.answer,
    )
