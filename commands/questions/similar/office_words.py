"""What words mean the same in questions to the working groups: the vocabulary of administrations and of the project.

It stands beside `commands.german_words`, which the FAQ shares, and knows no single question. The groups are in
`office_groups`, `everyday_groups` and `project_groups`; singular and plural, verb and noun are one (roots), compounds
are found by their parts.
"""

from collections.abc import Iterator
from typing import Final

from commands.german_words import LIGHT_STEMS, SYNONYM_GROUPS, fold
from commands.questions.similar import everyday_groups as everyday
from commands.questions.similar import office_groups as office
from commands.questions.similar import project_groups as project
from commands.questions.similar.word_roots import root_of

_PIECES: Final = """
online papier digital fach land landes kreis bund bürger förder förderung mittel kosten haushalt personal zeit plan
antrag daten dienst konto portal verfahren server formular prozess modell muster vertrag vereinbarung leistung
beschreibung strategie standard verordnung sitzung plenar gruppe arbeit gemeinde verband stadt betrieb nutzung nach
basis fokus software hersteller steuer hund bau gewerbe geld wohn kfz zulassung anmeldung abmeldung bescheid
richtlinie punkt zentrum anlage format kommune projekt bericht umsetzung umfrage abruf nachweis büro verwaltung
technik finanzen digitalisierung kooperation übergang phase grad vorlage meldung mitteilung presse behörde postfach
karte signatur system zahlung text seite internet adresse schlüssel partner führung sicherheit schutz recht stelle
pflicht frist zugang nutzer netz wissen folge wechsel bedarf bedingung kreis amt rat tag jahr anteil quote pauschale
"""

_EVERYDAY: Final = (
    everyday.VERBS,
    everyday.TIME,
    everyday.TALK,
    everyday.PAPERS,
    everyday.PEOPLE,
    everyday.TROUBLE,
    everyday.MEASURE,
)
_OFFICE: Final = (office.ABBREVIATIONS, office.BODIES, office.MONEY, office.LAW, office.SERVICES, office.IT)


def _roots(words: str) -> frozenset[str]:
    return frozenset(root_of(fold(word)) for word in words.replace("-", "").split())


def _numbered() -> Iterator[tuple[str, str]]:
    for stem, numbers in SYNONYM_GROUPS.items():
        yield from ((root_of(stem), f"e{number}") for number in numbers)
    lines = "".join((project.PROJECT, *_OFFICE, *_EVERYDAY)).split("\n")
    for number, line in enumerate(lines):
        yield from ((root, f"o{number}") for root in _roots(line))


def _gathered() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for root, number in _numbered():
        found.setdefault(root, set()).add(number)
    return {root: frozenset(numbers) for root, numbers in found.items()}


def _turned() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for root, number in _numbered():
        found.setdefault(number, set()).add(root)
    return {number: frozenset(roots) for number, roots in found.items()}


MEANINGS: Final = _gathered()
"""The groups that a root belongs to; two roots that share one mean the same."""

MEMBERS: Final = _turned()
"""The roots of each group."""

LIGHT: Final = frozenset(root_of(stem) for stem in LIGHT_STEMS)
"""Roots that say little ("finden")."""

PIECES: Final = frozenset(root for root in {*MEANINGS, *_roots(_PIECES)} if len(root) > 3 and root.isalpha())  # noqa: PLR2004 (shorter ones are in every other word)
"""Roots that compounds are parted into ("Fördermittelabruf")."""
