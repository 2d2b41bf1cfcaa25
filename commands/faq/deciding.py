"""What is said to a free text: one entry, a choice of entries, or that nothing is known. Words alone decide."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from commands.faq.finding.entry import Entry
from commands.faq.finding.ranking import MAX_CHARACTERS, Ranking
from commands.faq.small_talk import small_talk
from commands.german_words import fold
from commands.markup import clean

MOST_OPTIONS: Final = 3

_ONLY_A_NUMBER: Final = re.compile(r"[\s.)#]*\d+[\s.)!]*")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The slug of the entry that answers, or those of entries to choose from, or neither.

    `is_far`: nothing is known; the options, if any, are merely what comes nearest.
    """

    answer: str | None = None
    options: tuple[str, ...] = ()
    is_far: bool = False


def decide(text: str, ranking: Ranking) -> Decision:
    """Decide what a text that is no small talk is answered with."""
    outcome = ranking.ask(text)
    options = tuple(match.slug for match in outcome.matches[:MOST_OPTIONS])
    answer = options[0] if outcome.kind == "sure" else None
    return Decision(answer=answer, options=options, is_far=outcome.kind == "unknown")


def answers_nothing(text: str) -> bool:
    """Whether a text gets no entry whatever the FAQ says: too long, small talk, only a number, nothing at all."""
    cleaned = clean(text).strip()
    return len(cleaned) > MAX_CHARACTERS or small_talk(cleaned) is not None or is_only_a_number(cleaned)


def is_only_a_number(text: str) -> bool:
    """Whether a text is a number as one types it to choose from a list."""
    return _ONLY_A_NUMBER.fullmatch(text) is not None


def topic_of(text: str, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of the category that is named, or none."""
    named = fold(text.strip(" ?!."))
    return [entry for entry in entries if fold(entry.category) == named]
