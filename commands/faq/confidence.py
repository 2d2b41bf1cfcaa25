"""From what was measured to what is done: the order of the entries, and how sure the first of them is.

Two steps, both logistic, because a score alone is no confidence. `likeness` orders the entries for a message.
`confidence` looks at the first: its lead over the second, how much of the message it explains, and the heaviest word
that no entry knows. Gates come first, whatever the numbers say: nothing is answered to who only states something, to a
message with a noun that nobody knows, on the strength of a few light words, without the number that was named, or
where the second entry explains what the first does not.

The numbers were fitted to the query sets and rounded; see docs/adr/0029.
"""

import math
from dataclasses import dataclass
from typing import Final

CALIBRATION: Final = "2026-11-24"
SURE: Final = 0.65  # confidence from which the first entry is the answer
OFFERED: Final = 0.015  # likeness from which an entry is offered

_LEAST_EXPLAINED: Final = 0.38
_NOUN, _EXPLAINED_BESIDE_NOUN = 1.0, 0.65  # weight of an unknown noun; what has to be explained beside it
_WORD, _EXPLAINED_BESIDE_WORD = 0.7, 0.5  # the same for a word that may be a noun, in a text without capitals
_PLAUSIBLE, _MORE = 0.3, 0.05  # likeness of a second entry that counts, and how much more of the message it explains
_FARTHEST: Final = 3.0  # a greater lead makes nothing surer
_NOBODY: Final = -9.0  # likeness, as a logit, of a second entry where there is none


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What was measured between a message and an entry.

    `explained` is the share of the message that the entry explains, `touched` the share of its best phrasing that the
    message touches, `evidence` the weight of what both have, at most 1, `unknown` the weight of the heaviest word that
    no entry knows. `lacks_number`: the message names a numbered thing, and the entry does not. `asking` says whether
    anything is asked, `trouble` whether something is said not to work.
    """

    explained: float
    touched: float
    evidence: float
    same_intent: bool
    other_intent: bool
    unknown: float
    asking: bool
    trouble: bool
    lacks_number: bool = False


def logit(measure: Measure) -> float:
    """How well an entry fits, as a logit: it orders the entries of a message."""
    return (
        -8.0
        + 3.0 * measure.explained
        + 1.4 * measure.touched
        + 7.0 * measure.explained * measure.touched
        + 1.5 * measure.evidence
        + 1.1 * measure.same_intent
        - 1.1 * measure.other_intent
        - 2.0 * measure.lacks_number
    )


def likeness(measure: Measure) -> float:
    """How well an entry fits, from 0 to 1."""
    return _logistic(logit(measure))


def confidence(best: Measure, second: Measure | None) -> float:
    """How likely the best entry is what is asked for, from 0 to 1; `second` is the one that comes after it."""
    if _is_barred(best) or (second is not None and _is_rivalled(best, second)):
        return 0.0
    lead = logit(best) - (logit(second) if second else _NOBODY)
    return _logistic(
        -9.9 + 1.6 * min(lead, _FARTHEST) + 3.5 * best.explained + 7.0 * best.evidence - 1.3 * best.unknown
    )


def _is_barred(best: Measure) -> bool:
    """Whether nothing is answered, however well the entry fits."""
    return (
        not (best.asking or best.trouble)
        or best.lacks_number
        or best.explained < _LEAST_EXPLAINED
        or (best.unknown >= _NOUN and best.explained < _EXPLAINED_BESIDE_NOUN)
        or (best.unknown >= _WORD and best.explained < _EXPLAINED_BESIDE_WORD)
    )


def _is_rivalled(best: Measure, second: Measure) -> bool:
    """Whether the second explains what the best does not: more of the message, or the kind of thing asked for."""
    if likeness(second) < _PLAUSIBLE:
        return False
    return second.explained > best.explained + _MORE or (best.other_intent and second.same_intent)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
