"""`python -m benchmarks --faq`: the ranking of the FAQ at 60, 1,000 and 10,000 entries.

The first entries are those shipped; the others are made of German word parts by a fixed seed, so that words are shared
between entries as in life. Asked are the project's own queries and questions about made entries, each several times.
Beside it, in the same run, a plain fuzzy search (RapidFuzz WRatio over all phrasings) answers the same queries.
"""

import json
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz, process

from benchmarks import tables
from commands.faq import scoring
from commands.faq.finding.entry import Entry
from commands.faq.finding.ranking import Ranking

SIZES: Final = (60, 1_000, 10_000)
GOALS_MS: Final = {60: 20.0, 10_000: 50.0}
GOAL_MIB: Final = 60.0
GOAL_READY_S: Final = 1.0
ROUNDS: Final = 3

_QUERIES: Final = Path(__file__).parents[1] / "tests" / "commands" / "faq_queries.json"
_HEADS: Final = """
Antrag Amt Dienst Verfahren Stelle Portal Konto Karte Plan Bericht Gebühr Akte Liste Schein Vertrag Stand Raum
Stunde Prüfung Meldung Sitzung Vorlage Leistung Abgabe Steuer Förderung Aufsicht Planung Beratung Ordnung
"""
_FIRSTS: Final = """
Bau Gewerbe Wohn Fahrzeug Hunde Abfall Wasser Schul Kita Melde Pass Jagd Fischerei Straßen Denkmal Umwelt Sozial
Jugend Grund Markt Vereins Feuerwehr Friedhofs Spielplatz Archiv Bibliotheks Museums Sport Theater Wald Radweg
Brücken Daten Personal Haushalts Kassen Vergabe Wahl Statistik Geo Katasters Brand Rettungs Gesundheits
Veterinär Lebensmittel Energie
"""
_ASKED: Final = (
    "Wo finde ich {a} und {b}?",
    "Wer ist für {a} bei {b} zuständig?",
    "Wann kommt {a} zu {b}?",
    "Was kostet {a} mit {b}?",
    "Wie bekomme ich {a} für {b}?",
)


@dataclass(frozen=True)
class Measured:
    """At so many entries: milliseconds per query (p50, p95) of both searches, seconds until ready, MiB."""

    entries: int
    median_ms: float
    p95_ms: float
    plain_p95_ms: float
    ready_s: float
    mib: float


def entries_of(size: int) -> list[Entry]:
    """So many entries, always the same."""
    chance = random.Random(size)
    made = scoring.shipped_entries()[:size]
    while len(made) < size:
        words = [chance.choice(_FIRSTS.split()) + chance.choice(_HEADS.split()).lower() for _ in range(4)]
        made.append(
            Entry(
                slug=f"made-{len(made)}",
                question=chance.choice(_ASKED).format(a=words[0], b=words[1]),
                alternatives=(chance.choice(_ASKED).format(a=words[1], b=words[2]),),
                keywords=(words[0], words[3]),
                category=words[3],
                answer=f"Das regelt {words[0]} mit {words[2]}.",
            )
        )
    return made


def measure(*, quick: bool = False) -> list[Measured]:
    """Measure all sizes, one after the other."""
    return [_at(size, rounds=1 if quick else ROUNDS) for size in SIZES]


def table(found: Sequence[Measured]) -> str:
    """What was measured, and whether the goals are met."""
    rows = [
        (
            f"{each.entries:,}",
            f"{each.median_ms:.1f}",
            f"{each.p95_ms:.1f}",
            f"{each.p95_ms / each.plain_p95_ms:.2f}",
            f"{each.ready_s:.2f}",
            f"{each.mib:.1f}",
            _verdict(each),
        )
        for each in found
    ]
    head = ("entries", "p50 ms", "p95 ms", "of a plain fuzzy search", "ready s", "MiB", "goal")
    lines = tables.rows([head, tuple("-" * len(name) for name in head), *rows])
    return "\n".join(lines)


def values(found: Sequence[Measured]) -> dict[str, object]:
    """The same for --json."""
    return {f"faq.{each.entries}": vars(each) for each in found}


def _verdict(each: Measured) -> str:
    met = each.p95_ms <= GOALS_MS.get(each.entries, float("inf")) and each.mib <= GOAL_MIB
    return "met" if met and (each.entries != SIZES[0] or each.ready_s <= GOAL_READY_S) else "NOT MET"


def _at(size: int, *, rounds: int) -> Measured:
    entries = entries_of(size)
    asked = [query["text"] for query in json.loads(_QUERIES.read_text("utf-8"))["queries"]]
    asked += [each.question.lower().rstrip("?") for each in random.Random(1).sample(entries, 60)]
    began = time.perf_counter()
    ranking = Ranking(entries)
    ready = time.perf_counter() - began
    phrasings = [phrase for each in entries for phrase in (each.question, *each.alternatives)]
    ours = [_timed(ranking.ask, text) for _ in range(rounds) for text in asked]
    plain = [_timed(lambda text: process.extract(text, phrasings, scorer=fuzz.WRatio, limit=3), text) for text in asked]
    return Measured(size, statistics.median(ours), tables.p95(ours), tables.p95(plain), ready, _memory(entries, asked))


def _memory(entries: list[Entry], asked: Sequence[str]) -> float:
    """MiB that a ranking keeps, with all that it remembers of the queries."""
    tracemalloc.start()
    ranking = Ranking(entries)
    for text in asked:
        ranking.ask(text)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kept / 2**20


def _timed(ask: Callable[[str], object], text: str) -> float:
    began = time.perf_counter()
    ask(text)
    return 1000 * (time.perf_counter() - began)
