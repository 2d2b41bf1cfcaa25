"""An FAQ entry as the ranking sees it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One FAQ entry; `answer` is optional and counts less than the phrasings."""

    slug: str
    question: str
    alternatives: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    category: str = ""
    answer: str = ""
