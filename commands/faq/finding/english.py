"""English as people in German offices write it, put as German words. Pure.

Read only where a text is English ("How do I join the chat room?"): several of its words are longer left as they are.
"""

import re
from typing import Final

from commands.faq.finding.patterns import words
from commands.german_words import fold

_WORDS: Final = """
account Konto
accessible barrierefrei
address Adresse
agenda Tagesordnung
allowed darf
anonymous anonym
anonymously anonym
apply beantragen
application Antrag
appointment Termin
archive Archiv
ask fragen
attend teilnehmen
attendance Teilnahme
authority Behörde
begin beginnen
bring mitbringen
cancel absagen
certificate Bescheinigung
change ändern
citizen Bürger
citizens Bürger
colleague Kollegen
colleagues Kollegen
companies Unternehmen
company Unternehmen
contact kontaktieren
cost kosten
costs Kosten
county Landkreis
current aktuell
data Daten
date Termin
dates Termine
deadline Frist
deadlines Fristen
decision Beschluss
delete löschen
department Abteilung
deputy Vertretung
document Dokument
documents Unterlagen
download herunterladen
duration Dauer
employee Mitarbeiter
employees Mitarbeiter
end enden
event Veranstaltung
fee Gebühr
fees Gebühren
find finden
finance Finanzen
forgot vergessen
forward weiterleiten
free kostenlos
funding Fördermittel
guide Leitfaden
guideline Leitfaden
handbook Leitfaden
help Hilfe
home Homeoffice
invitation Einladung
invite einladen
invoice Rechnung
invoices Rechnungen
issue Störung
join beitreten
laptop Notebook
late spät
law Gesetz
lead leiten
leader Leitung
leads leitet
leave verlassen
legal gesetzlich
mail E-Mail
mandatory verpflichtend
meet treffen
meeting Sitzung
meetings Sitzungen
member Mitglied
members Mitglieder
microphone Mikrofon
minutes Protokoll
money Geld
municipalities Kommunen
municipality Kommune
office Büro
offer anbieten
officer Beauftragte
old alte
online online
open offen
order bestellen
outage Störung
paper Papier
participant Teilnehmer
participants Teilnehmer
participation Teilnahme
password Passwort
pay bezahlen
payment Zahlung
person Person
phone Telefon
place Ort
plenary Plenum
portal Portal
presentation Präsentation
presentations Präsentationen
press Presse
privacy Datenschutz
problem Problem
procedure Verfahren
project Projekt
propose vorschlagen
protection Schutz
publish veröffentlichen
question Frage
questions Fragen
receive empfangen
record aufzeichnen
recorded aufgezeichnet
recording Aufzeichnung
register anmelden
registration Anmeldung
reimbursed erstattet
remote mobil
report melden
required verpflichtend
responsible zuständig
reuse nachnutzen
room Raum
rule Regel
rules Regeln
schedule Zeitplan
security Sicherheit
send schicken
service Dienst
services Dienste
slides Folien
small klein
software Software
speak sprechen
staff Personal
start beginnen
state Land
statistics Statistik
status Status
stolen gestohlen
store speichern
stored gespeichert
submit einreichen
subscribe abonnieren
substitute Vertretung
suggest vorschlagen
support Support
technical technisch
telephone Telefon
test Test
topic Thema
topics Themen
town Gemeinde
towns Gemeinden
training Schulung
trainings Schulungen
travel Reise
unsubscribe abbestellen
update aktualisieren
usage Nutzung
use nutzen
vote abstimmen
watch ansehen
website Webseite
work arbeiten
working arbeiten
"""
_GERMAN: Final = dict(line.split(" ", 1) for line in _WORDS.strip().splitlines())
_ONLY_ENGLISH: Final = words(
    """
    the and how what where when who which why is are do does can could may should would will i we you my our your to of
    for with there from have has be at on an it this that any not no us me if or by into
    """
)
_FEW, _LEAST = 3, 0.3  # words of the shortest text that is known to be English; share of function words in it
_WORD: Final = re.compile(r"[^\W\d_]+")


def is_english(text: str) -> bool:
    """Whether a text is English, by its function words; a few words may be anything."""
    read = [fold(word) for word in _WORD.findall(text)]
    known = sum(word in _ONLY_ENGLISH for word in read)
    return len(read) >= _FEW and known >= _FEW - 1 and known >= _LEAST * len(read)


def in_german(text: str) -> str:
    """The text with English words put as German ones."""
    return _WORD.sub(lambda word: _GERMAN.get(word[0].lower(), word[0]), text)
