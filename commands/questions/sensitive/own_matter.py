"""Somebody who takes the bot for the counter of an office, with a matter of their own.

The staff of the project speak of the same things ("Wohngeld", "Personalausweis"), as services to be rolled out. What
tells them apart is the first person singular with the thing ("mein Ausweis", "ich … beantragen"), the family, and that
none of the project's own words is near.
"""

import re
from collections.abc import Sequence
from itertools import pairwise, product
from typing import Final

from rapidfuzz.distance import Levenshtein

from commands.questions.sensitive.folding import fold

_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _folded(words: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in words.split())


_PAPER_WORDS: Final = _folded(
    "Personalausweis Ausweis Perso Reisepass Pass Kinderreisepass Führerschein Führungszeugnis Geburtsurkunde "
    "Heiratsurkunde Eheurkunde Sterbeurkunde Meldebescheinigung Wohnberechtigungsschein Fischereischein Angelschein "
    "Jagdschein Schwerbehindertenausweis Aufenthaltstitel Aufenthaltserlaubnis Einbürgerung Fahrzeugschein "
    "Wohngeld Kindergeld Elterngeld Bürgergeld Arbeitslosengeld Pflegegeld Grundsicherung Sozialhilfe BAföG Rente "
    "Unterhaltsvorschuss Bauantrag Baugenehmigung Bewohnerparkausweis Anwohnerparkausweis Parkausweis Strafzettel "
    "Knöllchen Bußgeld Zweitwohnsitz Nebenwohnsitz Hauptwohnsitz Wohnsitz Kitaplatz Krippenplatz Hortplatz Schulplatz "
    "Mülltonne Biotonne Sperrmüll Hundesteuer Grundsteuer Steuererklärung Steuerbescheid"
)
"""What an office issues to, pays to or wants from one person."""

_ENDINGS: Final = ("", "e", "n", "en", "s", "es")
_JOINED: Final = ("", "antrag", "antrags", "bescheid", "anspruch", "zahlung")
_PAPERS: Final = frozenset(
    "".join(parts) for parts in product(_PAPER_WORDS, ("", "n", "s", "en"), _JOINED[1:])
) | frozenset("".join(parts) for parts in product(_PAPER_WORDS, _ENDINGS))
_SHORTEST_WITH_A_TYPO: Final = 8

_THINGS: Final = frozenset(
    _folded("Auto Autos PKW Kfz Wagen Motorrad Anhänger Wohnung Hund Hundes Gewerbe Grundstück Garage Carport")
)
"""What a person registers or builds; only with one of these: """
_REGISTERED: Final = _folded(
    "anmeld abmeld ummeld anzumeld abzumeld umzumeld angemeld abgemeld umgemeld melde zulass zugelassen bau beantrag"
)

_MY: Final = re.compile(r"mein(?:e|en|em|er|es|s)?")
_FAMILY: Final = frozenset(
    _folded(
        "Frau Mann Ehemann Ehefrau Sohn Sohnes Sohns Tochter Kind Kindes Kinder Kindern Vater Vaters Mutter Eltern Oma "
        "Opa Partner Partnerin Partners Freundin Familie Bruder Schwester"
    )
)
_BETWEEN_MY: Final = _folded(
    "neu alt eigen zweit vorläufig abgelaufen verloren nächst erst klein deutsch digital letzt"
)
_LEADS_TO: Final = frozenset(_folded("Antrag Bescheid Anspruch Termin Widerspruch auf für über gegen zum zur"))
_ACTS: Final = _folded(
    "beantrag verläng verlor verlier brauch bekomm bekam erhalt erhielt such zahl abmeld anmeld ummeld "
    "abzumeld anzumeld abgemeld angemeld nachreich zusteh zusteht"
)
_FILLERS: Final = frozenset(
    _folded(
        "ich ein eine einen einem einer den die das dringend endlich noch jetzt denn bitte hier online schon "
        "kein keine keinen auch eigentlich mehr neuen neue neues neuer"
    )
)
_LOST: Final = _folded("verlor gestohl geklaut abgelaufen")
_OFFICES: Final = frozenset(
    _folded(
        "Bürgerbüro Bürgeramt Bürgerservice Einwohnermeldeamt Meldeamt Passamt Standesamt Zulassungsstelle "
        "Führerscheinstelle Ausländerbehörde Wohngeldstelle Sozialamt Jugendamt Rathaus"
    )
)
_STREET: Final = _folded("Straßenlaterne Laterne Schlagl Gehweg Müll Baum Straßenbeleucht Parkplatz Winterdienst")
_NEAR_ME: Final = re.compile(r"\bbei mir\b|\bvor mein|\bin meiner str|\bmeinem haus\b|\bmeine?r? nachbar")

_PROJECT: Final = _folded(
    "ozg efa leika fim online-dienst onlinedienst fachverfahren rollout nachnutz anbind angebunden eingebunden "
    "schnittstelle anbiet angeboten basisdienst fokusleistung marktplatz plenum plenar meldebehörde pilot leitfaden "
    "sprechstunde projekt kolleg amtsleit administrator ministerium sitzung eid kitu"
)
"""Beginnings of words that only people of the project use: whatever else is said, this is no matter of their own."""
_STAFF: Final = _folded("leistung test einführ kommune gemeinden landkreis einwohner unser wir mitarbeit arbeitsgruppe")
"""Beginnings of words that make a text without "mein" one of the project."""


def is_own_matter(said: str) -> bool:
    """Whether a folded text is a citizen's own business with an office."""
    words = _WORD.findall(said)
    if _begins(words, _PROJECT):
        return False
    if _my_paper(words) or _my_thing(words) or _family(words) or _wedding(words):
        return True
    if _NEAR_ME.search(said) and _begins(words, _STREET):
        return True
    return not _begins(words, _STAFF) and (_i_act(words) or _moved_or_flashed(words) or _lost(words) or _office(words))


def _begins(words: Sequence[str], beginnings: tuple[str, ...]) -> bool:
    return any(word.startswith(beginnings) and word not in _OFFICES for word in words)


def _is_paper(word: str) -> bool:
    solid = word.replace("-", "")
    if solid in _PAPERS:
        return True
    return len(solid) >= _SHORTEST_WITH_A_TYPO and any(
        len(paper) >= _SHORTEST_WITH_A_TYPO and Levenshtein.distance(solid, paper, score_cutoff=1) <= 1
        for paper in _PAPER_WORDS
    )


def _my_paper(words: Sequence[str]) -> bool:
    """As in "mein Ausweis", "meinen neuen Reisepass", "mein Antrag auf Wohngeld"."""
    for at, word in enumerate(words):
        if not _MY.fullmatch(word):
            continue
        for following in words[at + 1 : at + 5]:
            if _is_paper(following):
                return True
            if not following.startswith(_BETWEEN_MY) and following not in _LEADS_TO:
                break
    return False


def _my_thing(words: Sequence[str]) -> bool:
    """As in "mein Auto abmelden", "ich möchte ein Gewerbe anmelden"."""
    if not _begins(words, _REGISTERED):
        return False
    owned = any(
        _MY.fullmatch(word) or (word in {"ein", "einen", "eine"} and "ich" in words) for word in _before_things(words)
    )
    return owned and not _begins(words, _STAFF)


def _before_things(words: Sequence[str]) -> list[str]:
    return [
        words[at - 2] if words[at - 1].startswith(_BETWEEN_MY) else words[at - 1]
        for at, word in enumerate(words)
        if word in _THINGS and at >= 2  # noqa: PLR2004 - two words before it are looked at
    ]


def _family(words: Sequence[str]) -> bool:
    """As in "mein Vater braucht einen Schwerbehindertenausweis"."""
    own = any(_MY.fullmatch(word) and after in _FAMILY for word, after in pairwise(words))
    return own and any(map(_is_paper, words))


def _wedding(words: Sequence[str]) -> bool:
    """As in "Wir wollen heiraten"."""
    return "heiraten" in words and bool({"wir", "ich"} & set(words)) and not _begins(words, _folded("leistung portal"))


def _i_act(words: Sequence[str]) -> bool:
    """As in "ich möchte Wohngeld beantragen", "brauche ich eine Baugenehmigung", "Termin für einen Reisepass"."""
    for at, word in enumerate(words):
        act, appointment = word.startswith(_ACTS), word == "termin"
        if not (act or appointment) or "ich" not in words[max(at - 8, 0) : at + 8]:
            continue
        if act and at and _is_paper(words[at - 1]):
            return True
        for following in words[at + 1 : at + 6]:
            if _is_paper(following):
                return True
            if following not in _FILLERS and not (appointment and following in _LEADS_TO):
                break
    return False


def _moved_or_flashed(words: Sequence[str]) -> bool:
    mine = "ich" in words or "mich" in words
    return mine and any(word == "geblitzt" or word.startswith(("ummeld", "umzumeld", "umgezogen")) for word in words)


_SHORT: Final = 8


def _lost(words: Sequence[str]) -> bool:
    """As in "perso verloren was jetzt": a few words without a person."""
    return len(words) <= _SHORT and any(map(_is_paper, words)) and _begins(words, _LOST)


def _office(words: Sequence[str]) -> bool:
    """As in "brauche einen Termin im Bürgerbüro"."""
    mine = any(word in {"ich", "mir", "brauche", "hatte"} or _MY.fullmatch(word) for word in words)
    return mine and any(
        word == "termin"
        and words[at + 1 : at + 2] in (["im"], ["beim"], ["in"])
        and _OFFICES & set(words[at + 2 : at + 4])
        for at, word in enumerate(words)
    )
