"""Figures and tables in Markdown."""

import statistics
from collections.abc import Sequence


def p95(took: Sequence[float]) -> float:
    """What 95 of 100 stay under."""
    return statistics.quantiles(took, n=20, method="inclusive")[-1] if len(took) > 1 else took[0]


def figures(took: Sequence[float]) -> str:
    """Median, 95th percentile, maximum."""
    return " / ".join(f"{value:.1f}" for value in (statistics.median(took), p95(took), max(took)))


def rows(lines: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table; the first two are its head and what is under it."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
