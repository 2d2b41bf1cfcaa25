"""Lists of words and of turns of speech, as they stand in a text block, made into what code can ask."""

import re


def words(block: str) -> frozenset[str]:
    """The words of a block."""
    return frozenset(block.split())


def any_of(block: str) -> re.Pattern[str]:
    """A pattern that finds, as whole words, any turn of speech in a block: one or more a line, parted by " | "."""
    turns = [turn.strip() for line in block.strip().splitlines() for turn in line.split(" | ")]
    return re.compile(rf"\b(?:{'|'.join(turns)})\b")
