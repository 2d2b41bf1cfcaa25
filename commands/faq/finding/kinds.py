"""The kind of thing a sentence asks for: a time, a place, a person, an amount, a reason, a meaning, a way. Pure.

All text here is folded (`commands.german_words`).
"""

import re
from typing import Final

from commands.faq.finding.patterns import any_of, words

_ASKED: Final = (
    ("wie oft", r"wie oft | wie haufig | in welche[mn] (?:abstand\w*|rhythmus|turnus) | how often"),
    ("wie lange", r"wie lange? | bis wann | wie ?viel zeit | how long"),
    ("wie viele", r"wie ?viele?(?! (?:zeit|kostet|geld|euro|uhr)) | how many"),
    (
        "was kostet",
        r"""
        was (?:\w+ )?kostet | kostet | wie teuer | wie ?viel (?:kostet|geld|euro) | was fur (?:kosten|gebuhren)
        wer (?:\w+ )?(?:zahlt|bezahlt|ubernimmt die kosten) | how much | free of charge
        (?:muss\w*|wir|ich|man) (?:\w+ ){0,6}(?:zahlen|bezahlen)
        """,
    ),
    (
        "wann",
        r"""
        wann? | welche[mnrs]? (?:tag\w*|datum|uhrzeit|wochentag|monat\w*|zeiten) | wie ?viel uhr | wie spat
        when | what time
        """,
    ),
    (
        "wo",
        r"""
        wo | wohin | woher | where | an welcher stelle | unter welche[rm] \w+ | in welche[rm] (?:raum|ort|stadt|gebaude)
        """,
    ),
    ("wer", r"wer | wem | wen | wessen | von wem | who | welche person"),
    ("warum", r"warum | wieso | weshalb | why | woran liegt"),
    (
        "welche",
        r"""
        (?:welche\w?|which) (?:\w+ ){1,2}(?:gibt|existieren|sind|bestehen|stehen|are|exist) | was fur \w+ gibt
        wie heissen | nennen | auflisten | liste | ubersicht | wie viele | was (?:alles )?gehor\w*
        """,
    ),
    (
        "was ist",
        r"""
        was (?:ist|sind|bedeutet|heisst)(?! (?:\w+ )?(?:wenn|mit|passiert|aus|los|zu tun)) | wofur | worum geh\w*
        was genau | was (?:macht|machen) | was steckt | what (?:is|are) | wozu | bedeutung | abkurzung | was soll das
        womit (?:befasst|beschaftigt) | was hinter
        """,
    ),
    (
        "wie",
        r"""
        wie (?!oft|haufig|lang|viel|teuer|heisst|heissen|spat)\w+ | how (?:do|can|to) | an wen
        was (?:muss|mussen|tun|mache|machen wir|brauch\w*) | wen (?:muss|soll|kann)
        """,
    ),
    ("war", r"war | waren | fand | fanden | vergangene\w* | letzte\w* | bisher\w*"),
    ("kommt", r"nachste\w* | kommende\w* | wieder | demnachst | bald | kunftig\w*"),
    (
        "danach",
        r"""
        (?:was|wie|wer|wo) (?:\w+ ){0,3}nach (?:de[mr]|den|ende|abschluss) | danach | weiter ?ge\w+
        geht (?:\w+ ){0,5}weiter | nachfolge\w*
        """,
    ),
    (
        "ob",
        r"""
        darf | durfen | durfte | gibt es | gibts | muss | mussen | ist es | sind wir | verpflichtet | pflicht | kann man
        erlaubt
        """,
    ),
)
_HINTED: Final = (
    ("wie oft", r"haufigkeit | turnus | rhythmus | abstande?n? | intervall"),
    ("wie lange", r"dauert | dauer | endet | laufzeit"),
    ("wie viele", r"anzahl"),
    (
        "was kostet",
        r"kosten | kostenlos | kostenfrei | gratis | umsonst | zahlt | bezahlt | bezahlen | preis | gebuhr\w*",
    ),
    ("wann", r"termin\w* | uhrzeit | datum | offnungszeiten | beginn | frist\w*"),
    ("wo", r"ort | adresse | link | ablage | fundort"),
    ("wer", r"ansprechpartner\w* | ansprechperson\w* | leitung | zustandig\w* | kontakt"),
)
_TOLD: Final = (
    (
        "wann",
        r"""
        \d{1,2}(?:[.:]\d\d)? uhr | \d{1,2}\. ?(?:\d{1,2}\.|[a-z]{3,9}) | montag | dienstag | mittwoch | donnerstag
        freitag | vormittag
        """,
    ),
    (
        "was kostet",
        r"kostenlos | kostenfrei | euro | gebuhr\w* | kosten | zahlt | ubernimmt | tragt | erstattet",
    ),
    (
        "wo",
        r"""
        https? | www | raum | portal | webseite | internetseite | website | ablage | ordner | laufwerk | intranet
        seite | unter \w+
        """,
    ),
    (
        "wer",
        r"""
        leitung | team | koordination | geschaftsstelle | ansprech\w+ | ministerium | amt | referat | redaktion | mail
        """,
    ),
    ("wie lange", r"minuten | stunden? | monate? | tage?n? | wochen? | bis zu"),
    ("wie oft", r"monatlich | wochentlich | vierteljahrlich | jahrlich | jede[nr]? \w+ | einmal | zweimal | viermal"),
    ("wie viele", r"\d+ | zwei | drei | vier | funf | sechs | sieben | acht | neun | zehn"),
)

STRICT: Final = frozenset(["wie oft", "wie lange", "wie viele", "was kostet", "wann", "warum"])
"""Kinds whose answer nothing else is: who asks for a price does not want to know how."""
LOOSE: Final = frozenset(["wie", "welche", "was ist", "ob", "war", "kommt", "danach"])
"""Kinds that people put in each other's place: "Was ist FIM?", "Wie geht FIM?", "Gibt es FIM?"."""
OF_A_BARE_WORD: Final = frozenset(["was ist", "welche"])
"""Who says "Basisdienste" wants to know what they are."""

_OPPOSITES: Final = (
    (
        "anmeld eintrag registri abonni bestell",
        "abmeld absag austrag abbestell stornier storni kundig zuruckzieh zuruckgeb loswerd storno",
    ),
    ("beitret mitmach teilnehm", "austret verlass ausscheid aussteig"),
    ("offnet beginn start anfang losgeh", "schliess end aufhor schluss"),
    ("vergess verlor", "ander wechsel"),
    ("einschalt aktivi", "ausschalt deaktivi abschalt"),
)
OPPOSITES: Final = tuple((words(one), words(other)) for one, other in _OPPOSITES)
"""Stems of deeds that undo each other: who asks for the one is not helped with the other."""

_Patterns = tuple[tuple[str, re.Pattern[str]], ...]
_PATTERNS: Final[_Patterns] = tuple((name, any_of(block)) for name, block in _ASKED)
_HINTS: Final[_Patterns] = tuple((name, any_of(block)) for name, block in _HINTED)
_TOLD_PATTERNS: Final[_Patterns] = tuple((name, any_of(block)) for name, block in _TOLD)


def kinds(folded: str) -> frozenset[str]:
    """The kinds of thing that a sentence asks for."""
    return _found(_PATTERNS, folded)


def hinted_kinds(folded: str) -> frozenset[str]:
    """The kinds of thing that words of content hint at ("Sprechstunde Uhrzeit")."""
    return _found(_HINTS, folded)


def told_kinds(folded: str) -> frozenset[str]:
    """The kinds of thing that an answer may tell."""
    return _found(_TOLD_PATTERNS, folded)


def are_opposite(asked: frozenset[str], told: frozenset[str]) -> bool:
    """Whether a deed is asked for whose opposite is told, and not the deed itself; both are stems."""
    return any(
        (asked & one and told & other and not told & one) or (asked & other and told & one and not told & other)
        for one, other in OPPOSITES
    )


def _found(patterns: _Patterns, folded: str) -> frozenset[str]:
    return frozenset(name for name, pattern in patterns if pattern.search(folded))
