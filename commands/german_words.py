"""The everyday German that the FAQ and the search for similar questions know: folding, stems, stop words, synonyms.

Nothing here is about one FAQ entry or one question: no entry's subject and no person's message belongs in these lists.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import snowballstemmer

_SHORTEST_VERB = 6  # letters of a stem in -ier that may be of a verb ("studier"), not a noun ("Tier")
_STEMMER = snowballstemmer.stemmer("german")

_STOP = """
aber alle allem allen aller alles als also am an andere anderen auch auf aus bald beim bei bin bis bist bitte da
dabei dafur dahin damit danach daneben dann daran darauf daraus darf durfen darum das dass davon dazu dein deine
dem den denn der deren des deshalb dessen die dies diese diesem diesen dieser dieses doch dort dran durch
eben eigentlich ein eine einem einen einer eines einfach einmal er erst es etwa etwas euch euer eure eurem
euren fur furs ganz ganze ganzen ganzer
ganzes gar genau gerade gern gerne gleich ha habe haben habt hallo hast hat hatte hatten hey hi
hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins irgendwie ist ja jede jeder jedes jemand
jetzt kann kein keine keinen kannst konnen konnt konnte konnten leider lieb liebe lieber liebes mal man manche mehr
mein meine meinem meinen meiner mich mir mit moin morgen moglich mochte mochten muss mussen man nachher naja ne
nein nicht nichts noch nun nur ob oder ok okay paar per pro schon schone sehr sein seine seit selbst
sich sie sind so sogar solch soll sollen sollte sollten sonst sowie team tag tun uber ubers uhr um und uns unser
unsere unserem unseren unserer unter viel viele vielen vom von vor vorher war waren warst was weg weil welche
welchem welchen welcher welches wenn wer werde werden wie wieder will wir wird wo wohl wollen worden wurde wurden
zu zum zur zusammen zwar zwischen gruss grusse gruessen guten guter danke dank freundliche freundlichen hm hmm
the a an is are do does did i you we my your our to of for in on at and or can could there it be this that with any
please what which who how where when why have has will would should may me us from by no not
"""
_LIGHT_WORDS = """
finden bekommen machen geben gibt gibts gehen geht kommen komme nutzen benutzen verwenden stehen sehen wissen sagen
nennen brauchen kriegen heissen bedeuten gelten erhalten holen eigene neue nachste aktuelle genaue grosse sache
thema frage info information wichtig sitzen stellen lassen mussen halten passieren laufen bringen schicken get use
find know tell need mean erklaren kennen liegen fuhren eigentlich arbeiten tag monat jahr woche zeit gut richtig
nach ohne
"""
_ASKING = """
wann wo wer wie was warum wieso weshalb welche welcher welches welchen welchem wohin woher womit wofur wozu woran
wieviel wieviele wem wen wessen worum worin kann konnen konnte konnten darf durfen durfte muss mussen gibt gibts ist
sind soll sollen hat haben habt brauche brauchen brauch gilt gelten geht kostet suche suchen bitte mochte mochten
wurde wurden will wollen what which who how where when why can could is are do does may should
"""
_INTENTS = {
    "wann": "wann when",
    "wo": "wo wohin woher where",
    "wer": "wer wem wen wessen who",
    "warum": "warum wieso weshalb why",
}
ORDINALS = ("erst", "zweit", "dritt", "viert", "funft", "sechst")
CARDINALS = ("eins", "zwei", "drei", "vier", "funf", "sechs")

# Everyday words of offices and meetings that mean the same to somebody who asks. One group a line.
_SYNONYMS = """
hilfe unterstutzung unterstutzen helfen hilft beistand support help beratung beraten
agenda tagesordnung programm ablauf ablaufplan
vertretung vertreten stellvertreter stellvertretung ersatz deputy substitute
verhindert abwesend urlaub krank absagen
treffen sitzung besprechung meeting termin veranstaltung
plenum plenarsitzung plenarversammlung vollversammlung plenary
arbeitsgruppe arbeitsgruppen ag ags gruppe workgroup working-group group groups
mitglied mitglieder teilnehmende teilnehmer besetzung members
kollege kollegen kollegin kolleginnen colleague colleagues
firma firmen unternehmen betrieb betriebe gewerbe company companies business
gemeinde gemeinden kommune kommunen stadt ort municipality municipalities
mail email e-mail mailadresse emailadresse postfach
telefon handy anruf anrufen festnetz telefonisch phone
teilnahme teilnehmen mitmachen dabeisein beitreten join participate
anmelden anmeldung einloggen login registrieren registrierung log-in register signup
abmelden abbestellen abmeldung austragen kundigen unsubscribe
abonnieren bestellen anmelden eintragen subscribe
link zugang zugangslink einwahl einwahllink url access
weiterleiten weitergeben weitergabe forward teilen
einladung einladen invitation invite
folien prasentation unterlagen vortragsfolien slides material materialien
aufzeichnung mitschnitt aufnahme video recording
protokoll mitschrift niederschrift minutes
werkzeug werkzeuge tool tools software programme
aufwand zeitaufwand stunden zeitbedarf
kosten preis teuer gebuhr gebuhren bezahlen zahlt zahlen kostet kostenlos cost costs price free
geld finanzierung forderung fordermittel finanzieren zuschuss funding
statistik zahlen fallzahlen auswertung kennzahlen statistics usage
storung ausfall fehler defekt kaputt outage error problem
melden mitteilen anzeigen report
ansprechpartner ansprechperson kontakt zustandig erreichen contact
pflegen aktualisieren bearbeiten redaktion maintain
verantwortlich zustandig zustandigkeit verantwortung responsible
schulung schulungen kurs kurse fortbildung weiterbildung lehrgang seminar ausbildung training
vortrag vortragen vorstellen prasentieren berichten zeigen presentation
andern anderung wechseln aktualisieren umstellen change
test testen probieren ausprobieren probe erproben
pflicht verpflichtet vorgeschrieben zwingend verpflichtend mandatory
frist deadline stichtag fristen
gesetz novelle rechtsgrundlage vorschrift law act
barrierefreiheit barrierefrei behindert sehbehindert blind accessibility accessible
antrag antrage formular formulare onlineantrag onlinedienst onlinedienste online-dienst dienst
datenschutz dsgvo personenbezogen privacy speichern gespeichert
loschen entfernen delete
kalender kalendereintrag ics outlook calendar
leitung leiter leiterin leiten moderation moderieren vorsitz fuhrt
ergebnis ergebnisse resultat output
ende beendet laufzeit dauer abgeschlossen
nachfolger nachfolge nachfolgeprojekt folgeprojekt weitergehen
ziel ziele zweck aufgabe
chat chatraum raum kanal room
konto account nutzerkonto zugangsdaten
webseite website internetseite homepage seite
mensch person personlich mitarbeiter human
sprechstunde office-hour office-hours
leitfaden handreichung guide
verwaltung behorde behorden amt amter
"""

_FOLD = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_DIGRAPH = re.compile(r"(?<![aeqäu])(?:ae|oe|ue)")


def fold(text: str) -> str:
    """Lower-case `text` with ä, ae and a (o, u likewise) and ß and ss made the same."""
    return _DIGRAPH.sub(lambda pair: pair.group()[0], unicodedata.normalize("NFKC", text).lower()).translate(_FOLD)


@lru_cache(maxsize=20_000)  # the stemmer takes a tenth of a millisecond for a word
def stem_of(word: str) -> str:
    """Cut a folded word down to its Snowball stem; "Registrierung" has that of "registrieren"."""
    stem = str(_STEMMER.stemWord(word))
    return stem[:-2] if stem.endswith("ier") and len(stem) > _SHORTEST_VERB else stem


def numbers_beside(row: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Each number of some stems with the word beside it: "AG 3" is ("ag", "3"), "3. Plenum" is ("plenum", "3")."""
    pairs = set()
    for left, right in pairwise(row):
        if right[0].isdigit() and not left[0].isdigit():
            pairs.add((left, right))
        elif left[0].isdigit() and not right[0].isdigit():
            pairs.add((right, left))
    return frozenset(pairs)


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem_of(fold(word)) for word in words.split())


STOP_WORDS = frozenset(fold(word) for word in _STOP.split())
LIGHT_STEMS = _stems(_LIGHT_WORDS)
ASKING_WORDS = frozenset(fold(word) for word in _ASKING.split())
INTENT = {word: name for name, words in _INTENTS.items() for word in words.split()}
_GROUPS = tuple(_stems(line) for line in _SYNONYMS.strip().splitlines())
SYNONYM_GROUPS: dict[str, tuple[int, ...]] = {
    member: tuple(number for number, others in enumerate(_GROUPS) if member in others)
    for group in _GROUPS
    for member in group
}
WITHOUT_SUBJECT = LIGHT_STEMS.union(
    *(
        {stem_of(word)}.union(*(_GROUPS[group] for group in SYNONYM_GROUPS.get(stem_of(word), ())))
        for word in ASKING_WORDS
    )
)
"""Stems that ask without saying about what ("Was kostet das?"), and everything that means the same."""
