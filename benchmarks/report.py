"""Values of all rounds -> one table: medians, ratios to the floor and to nio, the goals and whether they are met."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.subjects import BOT, BOT_ENCRYPTED, FLOOR, NIO, NIO_ENCRYPTED, NIO_STORE

Rounds = Mapping[str, Mapping[str, Sequence[float]]]
"""Subject -> name of the value -> one value per round."""


@dataclass(frozen=True)
class Goal:
    """A limit for the bot: at most (or `at_least`) `limit`, times the value of the subject `of` where one is named."""

    limit: float
    of: str | None = None
    at_least: bool = False

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.limit:g}" + (f" × {self.of}" if self.of else "")

    def met(self, bot: float, other: float | None) -> bool | None:
        """Whether the bot's value keeps it; None where there is nothing to compare with."""
        if self.of and other is None:
            return None
        limit = self.limit * (other if self.of and other is not None else 1)
        return bot >= limit if self.at_least else bot <= limit


NOTHING_LOST = dict.fromkeys(
    (
        "latency lost",
        "burst lost",
        "burst doubled",
        "catch-up 500 lost",
        "catch-up 500 doubled",
        "catch-up 2000 lost",
        "catch-up 2000 doubled",
        "doubled in all",
        "lost in all",
        "wrong in all",
    ),
    Goal(0),
)
FAKE_GOALS = NOTHING_LOST | {
    "latency median": Goal(2, FLOOR),
    "burst per second": Goal(1, FLOOR, at_least=True),
    "CPU per command": Goal(2, FLOOR),
    "CPU per chatter line": Goal(2.5, FLOOR),
    "restart": Goal(2.5, FLOOR),
    "first start": Goal(2.5, FLOOR),
    "restart, 100 rooms more": Goal(4, FLOOR),
    "first start, 100 rooms more": Goal(4, FLOOR),
    "idle memory": Goal(90),
    "memory growth over 5000": Goal(5),
}
SYNAPSE_GOALS = NOTHING_LOST | {"latency median": Goal(1.1, NIO), "burst median": Goal(1.2, NIO)}
ENCRYPTED_GOALS = NOTHING_LOST | {"latency median": Goal(1.5, BOT)}


@dataclass(frozen=True)
class Comparison:
    """Whose goals they are, and with whom it is compared."""

    subject: str
    others: tuple[str, str]
    goals: Mapping[str, Goal]


FAKE = Comparison(BOT, (FLOOR, NIO), FAKE_GOALS)
SYNAPSE = Comparison(BOT, (FLOOR, NIO), SYNAPSE_GOALS)
ENCRYPTED = Comparison(BOT_ENCRYPTED, (BOT, NIO_ENCRYPTED), ENCRYPTED_GOALS)

_ORDER = (BOT_ENCRYPTED, BOT, FLOOR, NIO, NIO_STORE, NIO_ENCRYPTED)


def table(title: str, rounds: Rounds, comparison: Comparison) -> str:
    """One table in Markdown; each figure is the median of the rounds."""
    ours, others = comparison.subject, comparison.others
    subjects = [name for name in _ORDER if name in rounds]
    names = list(dict.fromkeys(name for subject in subjects for name in rounds[subject]))
    head = ["", *subjects, *(f"{ours} : {other}" for other in others), "goal", ""]
    lines = [head]
    for name in names:
        value = {subject: statistics.median(v) for subject in subjects if (v := rounds[subject].get(name))}
        line = [f"{name}{_unit(name)}", *(_figure(value.get(subject)) for subject in subjects)]
        line += [_ratio(value.get(ours), value.get(other)) if not _counts(name) else "" for other in others]
        goal = comparison.goals.get(name)
        met = goal.met(value[ours], value.get(goal.of or "")) if goal and ours in value else None
        line += [str(goal) if goal else "", {True: "met", False: "NOT MET", None: ""}[met]]
        lines.append(line)
    lines.insert(1, ["-"] * len(head))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rows = [
        "| "
        + " | ".join(_cell(cell, width, column) for column, (cell, width) in enumerate(zip(line, widths, strict=True)))
        + " |"
        for line in lines
    ]
    return "\n".join([f"## {title}", "", *rows, ""])


def _cell(text: str, width: int, column: int) -> str:
    if text == "-":
        return "-" * max(3, width)
    return text.ljust(width) if column == 0 else text.rjust(width)


def _counts(name: str) -> bool:
    return name.endswith(("lost", "doubled", "in all"))


def _unit(name: str) -> str:
    if _counts(name) or name.endswith("per second"):
        return ""
    return " (MiB)" if "memory" in name else " (ms)"


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value == round(value) or value >= 1000 else f"{value:.3g}"


def _ratio(one: float | None, other: float | None) -> str:
    return f"{one / other:.2f}" if one is not None and other else ""
