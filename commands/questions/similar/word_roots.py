"""One root for the forms and derivations of a German word: "Anbindung", "anbinden", "angebunden".

The Snowball stemmer cuts endings. What it cannot see is put right before: strong verbs ("vergibt"), nouns in -ung and
-ation, verbs in -ieren, female and gender-neutral forms ("Bürgerin", "Bürger:innen").
"""

import re
from functools import lru_cache
from typing import Final

from commands.german_words import stem_of

# form=infinitive, folded; each also behind the prefixes below
_STRONG_FORMS: Final = """
bunden=binden nimmt=nehmen nahm=nehmen nommen=nehmen gangen=gehen ging=gehen steht=stehen geht=gehen
standen=stehen tragt=tragen trug=tragen gibt=geben gab=geben schieden=scheiden schied=scheiden schreibt=schreiben
schrieb=schreiben schrieben=schreiben spricht=sprechen sprach=sprechen sprochen=sprechen trifft=treffen traf=treffen
troffen=treffen wirft=werfen worfen=werfen wies=weisen wiesen=weisen zog=ziehen zogen=ziehen schob=schieben
schoben=schieben bot=bieten boten=bieten hielt=halten lauft=laufen lief=laufen fallt=fallen fiel=fallen
lasst=lassen liess=lassen rief=rufen kam=kommen griff=greifen griffen=greifen schnitten=schneiden bricht=brechen
brochen=brechen hob=heben hoben=heben liest=lesen las=lesen sieht=sehen sah=sehen golten=gelten galt=gelten
hilft=helfen half=helfen holfen=helfen wirbt=werben worben=werben nannt=nennen nannte=nennen bracht=bringen
brachte=bringen dacht=denken dachte=denken weiss=wissen wusste=wissen schliesst=schliessen schloss=schliessen
schlossen=schliessen steigt=steigen stieg=steigen stiegen=steigen tritt=treten trat=treten blieb=bleiben
blieben=bleiben fand=finden funden=finden lud=laden ladt=laden schlagt=schlagen schlug=schlagen wuchs=wachsen
liegt=liegen lag=liegen sandt=senden sandte=senden wandt=wenden lieh=leihen loren=lieren
"""
_STRONG: Final = dict(pair.split("=") for pair in _STRONG_FORMS.split())
_LEADS: Final = """
ab an auf aus be bei bereit durch ein ent er fest fort frei her heraus herunter hin hinzu hoch los mit nach nieder
statt teil uber um unter ver vor voraus vorbei weg weiter wider wieder zer zu zuruck zusammen ge abge ange aufge ausge
beige bereitge durchge einge festge fortge freige hinzuge hochge mitge nachge stattge teilge umge vorge wegge weiterge
zuge zuruckge zusammenge
"""
_PREFIXES: Final = frozenset(_LEADS.split())
_WHOLE: Final = {  # words that the rules below, or the stemmer after folding, would throw together with others
    "sitzung": "sitzung",
    "sitzungen": "sitzung",
    "satzung": "satzung",
    "satzungen": "satzung",
    "schulung": "schulung",
    "schulungen": "schulung",
    "wartung": "wartung",
    "zeitung": "zeitung",
    "zeitungen": "zeitung",
    "verlangern": "verlaenger",
    "verlangert": "verlaenger",
    "verlangerung": "verlaenger",
    "verlanger": "verlaenger",
    "sicher": "sicher",
    "sichere": "sicher",
    "sicheren": "sicher",
    "sicherheit": "sicher",
    "sichern": "sicher",
    "sicherung": "sicher",
    "dauer": "dauer",
    "dauern": "dauer",
    "dauert": "dauer",
    "teuer": "teuer",
    "teurer": "teuer",
    "teure": "teuer",
    "staat": "staat",
    "amter": "amt",
    "amtern": "amt",
    "themen": "thema",
    "thema": "thema",
    "daten": "daten",
    "datum": "datum",
    "medien": "medium",
    "firmen": "firma",
    "firma": "firma",
    "konten": "konto",
    "konto": "konto",
    "risiken": "risiko",
    "risiko": "risiko",
    "gremien": "gremium",
    "gremium": "gremium",
    "ministerien": "ministerium",
    "ministerium": "ministerium",
    "kriterien": "kriterium",
    "kriterium": "kriterium",
}
_FEMALE: Final = re.compile(r"(.{2,}(?:er|ent|ant|eur|or|ist|at))in(?:nen)?")
_NOUN: Final = re.compile(r"(.{4,})ung(?:en|s)?")
_LATIN: Final = re.compile(r"(.{4,})(?:ier(?:en|t|te|ten|ter|tes|e|st|end\w*|bar\w*|ung|ungen)|ation(?:en)?)")
_LOST_E: Final = re.compile(r".*[bcdfgkmpstz]l")
_CUT_I: Final = 6  # letters; "finanzi" is what the stemmer leaves of "finanzieren"


@lru_cache(maxsize=20_000)
def root_of(word: str) -> str:
    """The root of a folded word, or of a stem; a word without rule keeps its Snowball stem."""
    if word in _WHOLE:
        return _WHOLE[word]
    if female := _FEMALE.fullmatch(word):
        return root_of(female[1])
    if latin := _LATIN.fullmatch(word):
        return stem_of(latin[1])
    if noun := _NOUN.fullmatch(word):
        verb = noun[1]
        return root_of(f"{verb[:-1]}el" if _LOST_E.fullmatch(verb) else f"{verb}en")
    stem = stem_of(infinitive(word))
    return stem[:-1] if stem.endswith("i") and len(stem) >= _CUT_I else stem


def infinitive(word: str) -> str:
    """The infinitive of a strong verb's form ("angebunden": "anbinden"); any other word as it is."""
    for cut in range(len(word) - 1):
        tail = word[cut:]
        if tail in _STRONG and (not cut or word[:cut] in _PREFIXES):
            prefix = word[:cut]
            if prefix == "ge":
                prefix = ""
            elif prefix.endswith("ge"):
                prefix = prefix[:-2]
            return prefix + _STRONG[tail]
    return word
