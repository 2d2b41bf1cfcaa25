"""German verbs: parted ("melde … an"), in the participle ("angemeldet"), with another vowel ("nimmt"). Pure.

Words are folded; stems are those of `commands.german_words`.
"""

import re
from typing import Final

from commands.german_words import stem_of

_SEPARABLE: Final = (
    "ab an auf aus bei ein mit nach teil um vor weiter zuruck zu her hin los statt fest bereit runter rein raus"
)
PREFIXES: Final = tuple(_SEPARABLE.split())
"""Parts of separable verbs, without those that are parts of everything ("da")."""
_AFTER_A_PART: Final = frozenset(["fur", "zum", "zur", "bei", "und", "oder"])
_STRONG_FORMS: Final = """
nehm: nimm nimmt nahm nahmen genommen nommen
geb: gib gibst gab gaben gegeben
tret: tritt trittst trat traten getreten
treff: triff trifft traf trafen getroffen troffen
sprech: sprich spricht sprach sprachen gesprochen sprochen
seh: sieh sieht sah sahen gesehen
les: lies liest las lasen gelesen
helf: hilf hilft half halfen geholfen holfen
vergess: vergiss vergisst vergass
find: fand fanden gefunden funden
bind: banden gebunden bunden
steh: stand standen gestanden standen
geh: ging gingen gegangen gangen
komm: kam kamen gekommen
lauf: lauft lief liefen gelaufen
lass: lasst liess liessen gelassen
lad: ladt lud luden geladen
halt: halt hielt hielten gehalten
trag: tragt trug trugen getragen
fahr: fahrt fuhr fuhren gefahren
schreib: schrieb schrieben geschrieben schrieben
bleib: blieb blieben geblieben
biet: geboten
zieh: zog zogen gezogen zogen
schliess: schloss schlossen geschlossen schlossen
verlier: verlor verloren
beginn: begann begannen begonnen
bring: brachte brachten gebracht bracht
denk: dachte dachten gedacht dacht
nenn: nannte nannten genannt nannt
wiss: weiss weisst wusste gewusst
werf: wirf wirft warf geworfen worfen
fang: fangt fing fingen gefangen
ruf: rief riefen gerufen
sitz: sassen gesessen sessen
lieg: lagen gelegen
greif: griff griffen gegriffen griffen
entscheid: entschied entschieden
bitt: baten gebeten
gelt: gilt galt galten
"""
_STRONG: Final = {
    form: stem.strip()
    for stem, forms in (line.split(":") for line in _STRONG_FORMS.strip().splitlines())
    for form in forms.split()
}
_PARTICIPLE: Final = re.compile(rf"({'|'.join(PREFIXES)})(ge)(\w{{3,}}?)(t|en)")
_TO_INFINITIVE: Final = re.compile(rf"({'|'.join(PREFIXES)})zu(\w{{3,}}?)e?n")


def forms(folded: str, prefixes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Other stems that a word may stand for: "angemeldet" and "melde … an" are "anmeld", "teilzunehmen" is "teilnehm".

    `prefixes` are the parts of separable verbs that stand alone in the same sentence.
    """
    found = []
    if match := _PARTICIPLE.fullmatch(folded):
        strong = _STRONG.get(match[3] + match[4]) or _STRONG.get(match[2] + match[3] + match[4])
        found.append(match[1] + strong if strong else stem_of(f"{match[1]}{match[3].rstrip('e')}en"))
    if match := _TO_INFINITIVE.fullmatch(folded):
        found.append(stem_of(f"{match[1]}{match[2].rstrip('e')}en"))
    verb = _STRONG.get(folded)
    found += [stem_of(f"{prefix}{verb or stem_of(folded)}en") for prefix in prefixes]
    return (*found, verb) if verb else tuple(found)


def separated(words: list[str]) -> tuple[str, ...]:
    """The parts of separable verbs among the folded words of a sentence: at its end, or before "für", "zum", "und"."""
    ends = [each == words[-1] or words[place + 1] in _AFTER_A_PART for place, each in enumerate(words)]
    return tuple(dict.fromkeys(word for word, end in zip(words[1:], ends[1:], strict=True) if end and word in PREFIXES))
