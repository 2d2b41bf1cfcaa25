"""How people in offices put things when they ask: turns of speech, English words, words that mean the same.

General German of administrations, beside `commands.german_words`; nothing here is about one FAQ entry.
"""

import re
from typing import Final

from commands.faq.finding.english import in_german, is_english
from commands.german_words import SYNONYM_GROUPS, fold, stem_of

_TURNS: Final = r"""
working[ -]?groups? = AG
(?:office|consultation)[ -]hours? = Sprechstunde
plenary(?: (?:meeting|session)s?)? = Plenum
(?:log|sign)(?:ging)?[ -]in = anmelden
sign(?:ing)?[ -]up = anmelden
opt(?:ing)?[ -]out|unsubscribe = abmelden
(?:no longer|not any ?more|do(?:es)? ?n[o']t|never) = nicht mehr
e-?mail address = E-Mail-Adresse
take part|participate = teilnehmen
who pays = wer zahlt
how much (?:does|is|do|are) = was kostet
how often = wie oft
how long = wie lange
how many = wie viele
unter die arme (?:zu )?greif\w* = Hilfe
(?:greif\w*|griff\w*) (?:uns|mir|ihnen|einem|dabei|da|jemand\w*)(?: \w+)? unter die arme = Hilfe
(?:den )?hut auf\w*|hat den hut auf = verantwortlich
bescheid (?:zu )?(?:sag|geb|gib|krieg|bekomm)\w* = benachrichtigen
(?:sag|gib|geb)\w* (?:du |ihr |sie |man )?(?:mir |uns |ihnen )?(?:\w+ )?bescheid = benachrichtigen
auf dem laufenden = informieren
live (?:geh|ging|gegangen|schalt)\w*|go(?:es|ing)? live = Freischaltung
hand in hand = Zusammenarbeit
zu wort (?:komm\w*|meld\w*) = Frage Wortmeldung
(?:zahlt|zahlen|zahlte) (?:alles |denn |so )?(?:zu|zum|zur|dazu)\b = gehören
(?:was )?dazwischen(?:gekommen|kommt|kommen)? = verhindert
(?:krieg\w*|kriegt|bekomm\w*) (?:\w+ )?(?:nicht )?hin = schaffen
(?:mit )?(?:jemandem|jemand|wem) (?:\w+ )?(?:sprechen|reden|telefonieren) = Mensch sprechen
(?:auf die beine (?:ge)?stell\w*|ins leben (?:ge)?ruf\w*|aus der taufe gehoben) = Initiator
was bringt (?:uns |mir |das )+ = Nutzen
(?:wie )?(?:hoch|viel) (?:ist|sind) (?:der|die|das) (?:preis|kosten|gebuhr(?:en)?) = was kostet
uber die buhne = stattfinden
an den start = Beginn
einer fur alle = EfA
vor ort = Ort
grosse(?:n|s|r)? (?:runde|treffen|sitzung) = Plenum
"""
"""A turn of speech as a pattern over folded text, and the words it is read as."""

_MEANINGS: Final = """
nicht kein keine keinen keiner keinem fehlt nie niemand nirgends vermissen ohne nichts
bekommen erhalten kriegen empfang empfangen ankommen eintreffen eingetroffen zustellung zustellen receive get
nach danach anschliessend hinterher vorbei auslaufen auslauft ausgelaufen spater afterwards after
ende schluss enden endet beendet aufhoren abschluss abgelaufen vorbei ablauf over
weitergehen weiter weitermachen fortsetzung fortfuhren continue
andern korrigieren berichtigen umandern bearbeiten anpassen correct
falsch veraltet fehlerhaft wrong
team teams gruppe arbeitsgruppe
leute personen teilnehmer mitglieder vertreter people
ministerium land landesverwaltung staatskanzlei ministry
vorhaben projekt project
rundbrief rundschreiben newsletter rundmail
anschliessen beitreten mitmachen mitarbeiten mitwirken anschliesst teilnehmen beteiligen einsteigen
anonym namenlos unerkannt anonymously anonymous anonymitat
chef chefin vorgesetzter vorgesetzte
einspringen vertreten vertretung aushelfen stelle
herumprobieren ausprobieren probieren testen testumgebung probelauf try
festnetz telefon anruf handy mobiltelefon
zuhoren teilnehmen einwahlen mithoren
anschauen ansehen nachschauen aufzeichnung anhoren watch
mitschreiben mitgeschrieben protokoll mitschrift
nachlesen protokoll unterlagen
umsetzen umgesetzt umsetzung praxisbeispiel implementieren
vorstellen prasentieren zeigen berichten vortragen vorfuhren show
grafikdatei grafik bild bilddatei logo emblem
flyer broschure aushang plakat veroffentlichung offentlichkeitsarbeit
domain adresse anschrift
offnungszeiten angaben beschreibung
ausfullen eingeben bedienen
ausweist ausgewiesen identifizieren anmelden authentifizieren
handwerker handwerksbetrieb handwerk selbststandige unternehmer unternehmen firma
tagesgeschaft arbeitsbelastung aufwand zeit
ablage dateiablage whiteboard werkzeug plattform dateien cloud
landkreis landkreise kreis
informatiker it-fachmann it-personal edv edv-abteilung
rathaus gemeinde kommune kommunen municipality
zuschuss forderung fordermittel forderprogramm fordergeld
preis kosten kostet
ubernehmen nachnutzen nachnutzung ubernahme
software fachverfahren programm anwendung
formular antrag
erinnern erinnerung benachrichtigen benachrichtigung mitteilen remind reminder hinweisen
informieren information benachrichtigen auskunft
rechtzeitig vorher vorab fruhzeitig
herumschicken weiterleiten weitergeben rumschicken verteilen verschicken
ausbilden ausbildung schulung qualifizieren qualifizierung
sehbehindert blind barrierefrei barrierefreiheit
initiator idee grunder grundung initiieren
zusammenarbeiten zusammenarbeit arbeiten arbeitsweise zusammengearbeitet
aufteilen aufteilung gliederung gliedern unterteilen
vorgeschrieben vorschrift pflicht verpflichtet mussen muss
benennen bestimmen ernennen beauftragen koordinator beauftragter beauftragte
servicedesk service-desk hotline helpdesk storung support
nutzen nutzung gebrauch verwenden benutzen use usage
existieren geben gibt exist
abtippen abschreiben ubertragen anbindung
gelangen ankommen hinkommen
mitbringen teilnehmen
termin datum uhrzeit zeitpunkt zeitplan
ort raum gebaude stadt
haufigkeit turnus rhythmus wochentlich monatlich abstand intervall haufig
dauer dauern
anzahl zahl
kosten teuer preis gebuhr much
sehen einsehen nachsehen ansehen see
melden melde report
verstehen bedeutung bedeuten heissen mean
finden liegen abrufen runterladen herunterladen download find
senden schicken einreichen ubermitteln send submit
vorschlagen vorschlag anregen anregung suggest
bot chatbot roboter maschine assistent
reden sprechen unterhalten telefonieren talk speak
kuendigen abbestellen abmelden loswerden
leitung leiten leiter leitet fuhren lead leads leader head
aufzeichnung aufzeichnen aufgezeichnet mitschnitt mitschneiden mitgeschnitten record recorded recording
beteiligung beteiligen participation
thema themen topic topics
frage question questions
antwort antworten answer answers reply
unterlagen dokumente documents papers notes
organisieren koordinieren koordination leiten organise coordinate
landesverwaltung bundesland
liste ubersicht auflistung aufzahlung aufstellung
storung gestort ausfall ausgefallen defekt kaputt fehlermeldung
nachste nachster kommende folgende next upcoming
efa nachnutzung efa-dienst
ozg onlinezugangsgesetz
ozsv standardverordnung
novelle anderungsgesetz gesetz
bebpo behordenpostfach
fim leistungsbeschreibung leistungsbeschreibungen
jede alle samtliche
zusammensetzung zusammensetzen besetzung mitglieder sitzt vertreten
aufnehmen aufzeichnen aufnahme aufzeichnung mitschneiden mitschnitt nachgucken
kennwort passwort zugangsdaten password
webcam kamera camera
fahrtkosten reisekosten fahrkosten fahrt reise zugticket bahnticket travel
stornieren stornierung absagen abmelden zuruckziehen storno cancel
nummer telefonnummer durchwahl rufnummer hotline
offnungszeiten erreichbarkeit sprechzeiten besetzt zeiten
beginnen beginn anfangen anfang losgehen starten start
enden ende aufhoren schluss
tagen stattfinden zusammenkommen treffen sitzung
losschicken schicken einreichen einsenden abgeben hinschicken
verpassen verpasst verpennt versaumt missed
erlaubt durfen gestattet zulassig genehmigt allowed
bescheinigung nachweis zertifikat bestatigung teilnahmebescheinigung certificate
gerat notebook laptop handy diensthandy smartphone phone
gestohlen verloren verlieren verlust geklaut stolen lost
zuruckgeben ruckgabe abgeben
loschen entfernen loswerden vernichten
ausgabe ausgaben archiv altere fruhere
beitrag artikel text bericht
beschluss beschlusse abstimmung abstimmen entscheidung votum stimme stimmrecht vote
bezahlen zahlen zahlung payment bezahlung
kennenlernen einstieg neuling
kummern befassen beschaftigen zustandig zustandigkeit
ausfallen ausfall abbrechen abbruch rausfliegen
verpflichtend pflicht zwang gezwungen
bestellen anfordern ordern beantragen
wechseln wechsel umziehen
besprochen besprechen behandelt inhalt
officer beauftragter beauftragte
protection schutz
"""
"""Words that mean the same to somebody who asks; one group a line."""

_LIGHT: Final = """
Interesse Ordnung Möglichkeit Punkt Rahmen Bereich Sinn Grund Fall Form Weise Ahnung Tipp
Abkürzung Begriff Bedeutung Erklärung Auskunft Antwort Zusammenhang Ding Dinge stecken steckt dahinter beschäftigen
befassen kümmern bitten freuen versuchen überlegen planen denken glauben meinen merken
normalerweise überhaupt irgendwo insgesamt mittlerweile inzwischen derzeit momentan rechtzeitig unbedingt tatsächlich
ungefähr weiterhin künftig normal offiziell bestimmt vielleicht trotzdem kurz schnell direkt selber freitags nachmittags
morgens abends bereits letzte vergangene kommende verschiedene einzelne ähnliche weitere bestimmte wichtigste letztes
frisch gerade
"""
_SETTING: Final = """
Kommune Gemeinde Stadt Landkreis Kreis Verwaltung Behörde Amt Land Bürger Bürgerinnen Leute Mitarbeiter Kollege Kollegin
Team Haus Projekt OZG Sachsen-Anhalt Rathaus Abteilung Chefin Chef Bürgermeister Woche Moment
"""
SETTING: Final = frozenset(stem_of(fold(word.replace("-", ""))) for word in _SETTING.split())
"""Stems of nouns that say who asks or where, more than about what."""

LIGHT: Final = frozenset(stem_of(fold(word)) for word in _LIGHT.split())
"""Stems of nouns that are in questions about anything."""

_CHANGE: Final = re.compile(r"\b(?:ä|ae)nder(?:e|n|st|t|te)\b", re.IGNORECASE)  # folded it would read as "andere"
_SALUTATION: Final = re.compile(
    r"^\s*(?:sehr geehrte|liebe|hallo|hi|moin|guten (?:tag|morgen|abend)|gruss gott|servus)\b[^,.!?\n]{0,40}[,.!\n]"
)
_TURN_PATTERNS: Final = tuple(
    (re.compile(rf"\b(?:{pattern.strip()})\b"), f" {words.strip()} ")
    for pattern, words in (line.rsplit(" = ", 1) for line in _TURNS.strip().splitlines())
)
_ANY_TURN: Final = re.compile("|".join(pattern.pattern for pattern, _ in _TURN_PATTERNS))
_GROUPS: Final = tuple(
    frozenset(stem_of(fold(word)) for word in line.replace("-", "").split()) for line in _MEANINGS.strip().splitlines()
)

MEANINGS: Final[dict[str, frozenset[str]]] = {
    stem: frozenset(
        [f"o{number}" for number in SYNONYM_GROUPS.get(stem, ())]
        + [f"e{number}" for number, group in enumerate(_GROUPS) if stem in group]
    )
    for stem in {*SYNONYM_GROUPS, *(stem for group in _GROUPS for stem in group)}
}
"""The groups of synonyms that a stem belongs to."""


def in_plain_words(text: str) -> str:
    """The text with turns of speech and English put as plain German words, without a salutation."""
    english = is_english(text)
    text = without_turns(_CHANGE.sub("Änderung", text))
    return in_german(text) if english else text


def without_turns(text: str) -> str:
    """The text with turns of speech put as plain words, without a salutation."""
    folded = fold(text)
    if len(folded) != len(text):  # "ae" and "ß" fold to another length: then the folded text is read
        text = folded
    if salutation := _SALUTATION.match(folded):
        text, folded = text[salutation.end() :], folded[salutation.end() :]
    if not _ANY_TURN.search(folded):
        return text
    for pattern, words in _TURN_PATTERNS:
        found = list(pattern.finditer(folded))
        for match in reversed(found):
            text = text[: match.start()] + words + text[match.end() :]
            folded = folded[: match.start()] + words.lower() + folded[match.end() :]
    return text
