"""From what was measured to what is done: the order of the entries, and how sure the first of them is.

Two steps, both logistic, because a score alone is no confidence. `fit` orders the entries for a message; `likeness` is
the same from 0 to 1. `confidence` looks at the first: how far it is ahead of the second, how much of the message it
explains, and what in it no entry knows. Gates come first, whatever the numbers say: nothing is answered to who only
states something, for the undoing of the deed that is asked for, without the number that was named, or where the second
entry fits as well.

The numbers were fitted by `python -m benchmarks.faq_calibration` and rounded; see docs/adr/0029.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from commands.faq.finding.asking import Act
from commands.faq.finding.measure import Measure

CALIBRATION: Final = "2026-11-30"
SURE: Final = 0.66  # confidence from which the first entry is the answer
MARGIN: Final = 0.2  # least lead, as a logit, of the first entry over the second
MEANT: Final = 0.15  # likeness of the first entry from which the bot asks whether it is meant
OFFERED: Final = 0.005  # likeness from which an entry is offered, be it as what comes nearest

FARTHEST: Final = 4.0  # a greater lead makes nothing surer
ORDER: Final[Mapping[str, float]] = {
    "explained": 1.9,
    "message": 2.45,
    "beside": 2.7,
    "touched": 0.6,
    "both": 3.55,
    "evidence": 1.4,
    "alike": 1.8,
    "same_strictly": 0.9,
    "other_strictly": -2.7,
    "same_kind": 0.85,
    "other_kind": -0.6,
    "same_loosely": 0.4,
    "other_loosely": -1.05,
    "bare": 0.8,
    "told": 0.85,
    "opposite": -1.5,
    "elsewhere": -1.65,
    "lacks_number": -1.5,
}
"""What each term is worth in the order of the entries."""
CONFIDENCE: Final[Mapping[str, float]] = {
    "nouns": 0.5,
    "beside": 0.5,
    "touched": 2.1,
    "both": 2.35,
    "evidence": 0.3,
    "same": 0.4,
    "other_loosely": -0.9,
    "unmet": -3.55,
    "missed": -0.4,
    "plain": -0.85,
    "unknown": -1.5,
    "lead": 0.63,
    "needs": 1.2,
    "wordy": 0.8,
}
"""What each term is worth for the confidence in the first of them."""
_MIDDLE, _AT_LEAST = 6.0, -3.85  # the fit at a likeness of one half; the confidence where nothing speaks for an entry


def terms(measure: Measure) -> dict[str, float]:
    """What was measured, as numbers, with what is made of several of them."""
    found = {name: float(value) for name, value in asdict(measure).items()}
    return found | {
        "both": measure.explained * measure.touched,
        "same": float(measure.same_strictly or measure.same_kind or measure.same_loosely),
        "unmet": float(measure.other_strictly and not measure.told),
        "missed": float(measure.other_kind and not measure.told),
        "plain": float(not measure.beside),
    }


def fit(measure: Measure) -> float:
    """How well an entry fits a message: it orders the entries."""
    found = terms(measure)
    return sum(weight * found[name] for name, weight in ORDER.items())


def likeness(measure: Measure) -> float:
    """How well an entry fits a message, from 0 to 1."""
    return _logistic(fit(measure) - _MIDDLE)


def confidence(best: Measure, second: Measure | None, act: Act) -> float:
    """How likely the best entry is what is asked for, from 0 to 1; `second` is the one that comes after it."""
    found = terms(best) | about_the_lead(best, second) | {"needs": float(act is Act.NEEDS)}
    if is_barred(best, act) or found["lead"] < MARGIN:
        return 0.0
    return _logistic(_AT_LEAST + sum(weight * found[name] for name, weight in CONFIDENCE.items()))


def is_barred(best: Measure, act: Act) -> bool:
    """Whether nothing is answered, however well the entry fits."""
    return act is Act.STATES or best.opposite or best.lacks_number


def about_the_lead(best: Measure, second: Measure | None) -> dict[str, float]:
    """How far the best entry is ahead of the second."""
    return {"lead": FARTHEST if second is None else min(FARTHEST, fit(best) - fit(second))}


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -_OVERFLOW else 0.0


_OVERFLOW: Final = 700.0
