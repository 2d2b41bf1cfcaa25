"""Whether somebody says, in their own words, that they want to talk with a person."""

import re
from typing import Final

from commands.german_words import fold

_PERSON: Final = (
    r"(?:ein(?:em|er|en|e)? )?(?:echten |richtigen |lebenden )?"
    r"(?:mensch(?:en)?|person|mitarbeiter(?:in)?|sachbearbeiter(?:in)?)"
)
_MENSCH: Final = r"(?:ein(?:en|e|em|er)? )?(?:echte[nr]? |richtige[nr]? |lebende[nr]? )?(?:mensch(?:en)?|person)"
_TALK: Final = r"(?:sprechen|reden|schreiben|telefonieren|verbunden werden|verbinden|kontakt\w*)"
_WISH: Final = r"(?:will|wollen|mochten?|muss|mussen|wurden?|kann|konnen|konnten?|darf|durfen|brauchen?|hatten?)"
_BEFORE: Final = r"(?:(?:bitte|hallo|und|oder|wie|wo|gern|gerne|hier) )*"
_I_WISH: Final = (
    rf"{_BEFORE}(?:(?:ich|wir|man) {_WISH}|{_WISH} (?:ich|wir|man)|verbinden sie (?:mich|uns)) (?:\w+ ){{0,5}}?"
)
_SOMEBODY: Final = r"jemand(?:em|en)? (?:(?:echte[mn]|richtige[mn]|andere[mn]|personlich|bitte) )*"
_NOW: Final = r"(?:(?:bitte|gern|gerne|jetzt|hier|einfach) )*"
_CALL: Final = r"(?:(?:bitte|mal) )*"
_WORDINGS: Final = tuple(
    re.compile(wording)
    for wording in (
        rf"(?:bitte )?{_MENSCH}(?: bitte)?",
        rf"bitte (?:mit )?{_PERSON}",
        rf"(?:mit )?{_PERSON} bitte",
        rf"(?:bitte )?mit {_PERSON} {_TALK}(?: bitte)?",
        rf"{_I_WISH}(?:mit|zu|von) {_PERSON}(?: \w+){{0,2}} {_TALK}(?: \w+){{0,2}}",
        rf"{_I_WISH}(?:{_TALK} )?mit {_PERSON}(?: bitte)?",
        rf"{_BEFORE}(?:ich |wir )?{_WISH} {_NOW}{_PERSON}(?: (?:bitte|zum (?:reden|sprechen)|sprechen|erreichen))*",
        rf"{_I_WISH}(?:mit )?{_SOMEBODY}(?:sprechen|reden|telefonieren|erreichen)(?: bitte)?",
        r"(?:hier )?(?:kann|konnte) (?:mir |uns )?(?:bitte |mal )?eine? (?:mensch|person) (?:antworten|helfen)",
        rf"(?:bitte )?rufen sie (?:mich|uns) {_CALL}(?:zuruck|an)(?: bitte)?",
        rf"(?:kann|konnte|konnten) (?:mich|uns) {_CALL}(?:jemand|einer|wer) {_CALL}(?:zuruck|an)rufen",
    )
)
"""Folded words with one space between them. They speak of who says them: "Muss ein Bürger …?" is another question."""
_ENDS: Final = re.compile(r"[.!?;\n]+|,(?!\s*(?:der|die|das|dass|den|dem|wenn|weil|falls|welche\w*)\b)")
"""Where a sentence ends; a clause that only says which person belongs to it."""
_NOT: Final = re.compile(r"\b(?:nicht|kein\w*|nie)\b")


def wants_a_person(text: str) -> bool:
    """Whether a sentence of a text says so; "ich möchte nicht …" does not, "kann ich nicht …?" does."""
    for sentence in _ENDS.split(text):
        words = " ".join(re.findall(r"\w+", fold(sentence)))
        if any(wording.fullmatch(words) for wording in _WORDINGS) and ("?" in text or not _NOT.search(words)):
            return True
    return False
