"""Everyday words of offices that mean the same to somebody who asks: doing, time, place, talk, papers, trouble.

One group a line, as in `office_groups`. `PHRASES` are words that mean something only together, with the one word that
says the same: "bis wann" is a "Frist".
"""

from typing import Final

VERBS: Final = """
anfangen beginnen starten losgehen start anlaufen einsteigen auftakt beginn
enden ende auslaufen aufhören abschluss ablauf schluss abschließen endtermin auslauf vorbei
fortsetzen weiterführen weitergehen fortführen weitermachen fortsetzung fortbestehen weiterlaufen
ändern änderung anpassen umstellen neuerung überarbeiten modifizieren neu verändern
verbessern optimieren verbesserung erleichtern vereinfachen
prüfen überprüfen kontrollieren prüfung kontrolle checken begutachten
entscheiden beschließen beschluss bestimmen festlegen entscheidung befinden
abstimmen votum stimme wählen wahl abstimmung
festlegen definieren bestimmen vorgeben regeln festsetzen
klären klärung lösen lösung regeln beantworten
planen planung vorsehen vorhaben beabsichtigen geplant absicht vorgesehen
vorbereiten vorbereitung vorarbeit
teilnehmen mitmachen beteiligen mitwirken mitarbeiten teilnahme dabeisein dabei einbringen anschließen
einbeziehen einbinden beteiligen mitreden berücksichtigen mitnehmen mitbestimmen mitsprache
zusammenarbeiten kooperieren kooperation gemeinsam zusammenarbeit zusammentun kooperationsmodell partnerschaft
gemeinsam interkommunal zusammen übergreifend
austauschen austausch erfahrungsaustausch vernetzen vernetzung netzwerk
unterstützen helfen hilfe beraten unterstützung begleiten beistehen hilfestellung zur-seite
betreuen begleiten kümmern betreuung
bekommen erhalten kriegen empfangen
verschicken versenden zusenden schicken senden versand zuschicken verteilen
übernehmen abnehmen zuständig
nutzen verwenden benutzen einsetzen gebrauchen anwenden nutzung einsatz
nennen angeben mitteilen
mitteilen informieren benachrichtigen bekanntgeben unterrichten bescheid-geben melden erfahren information
erklären erläutern erklärung beschreiben erläuterung
zeigen vorstellen präsentieren vorführen demonstrieren vorstellung
bewerten beurteilen einschätzen bewertung evaluieren evaluation
vergleichen vergleich gegenüberstellen gegenüberstellung unterschied unterscheiden
auswählen auswahl aussuchen wählen
erstellen anfertigen schreiben verfassen erarbeiten entwerfen ausarbeiten anlegen
entwickeln programmieren entwicklung entwickler bauen
sammeln zusammentragen erfassen erheben erhebung
schätzen schätzung kalkulieren kalkulation
bestätigen bestätigung quittung eingangsbestätigung
ablehnen zurückweisen verweigern absagen ablehnung
annehmen akzeptieren akzeptanz anerkennen
einhalten erfüllen beachten befolgen
verlängern verlängerung fristverlängerung aufschub hinausschieben ausweiten
verschieben verlegen vertagen verschiebung umlegen
absagen ausfallen entfallen absage streichen
abmelden abbestellen austragen abmeldung kündigen
anmelden anmeldung eintragen registrieren zusagen
abonnieren bestellen abo beziehen
erreichen kontaktieren anrufen telefonieren ansprechen
antworten antwort rückmelden rückmeldung reaktion beantworten feedback
vorschlagen vorschlag idee anregung anregen wunsch einbringen vorbringen hinweis
hinweisen hinweis anmerken anmerkung tipp rückmeldung
verknüpfen verlinken link verweis
weitergeben weiterleiten weitersagen teilen weiterreichen
veröffentlichen publizieren erscheinen bekanntmachen herausgeben bereitstellen online-stellen herauskommen
beauftragen auftrag betrauen mandat beauftragung
verhandeln verhandlung aushandeln
umgehen handhaben umgang handhabung
scheitern misslingen schiefgehen
gelingen klappen funktionieren erfolg erfolgreich
fehlen mangel mangeln knapp lücke
benötigen brauchen bedarf benötigt erforderlich nötig
lernen erlernen einarbeiten einarbeitung
motivieren überzeugen werben begeistern
priorisieren reihenfolge priorität rangfolge zuerst vorrang vorrangig prioritätenliste
dokumentieren festhalten protokollieren aufschreiben
aktuell neueste aktualisieren pflegen pflege auf-dem-laufenden gepflegt aktualität
behalten beibehalten bleiben bestehen weiterbestehen
bündeln zusammenfassen zusammenführen vereinen
trennen abgrenzen abgrenzung aufteilen
dulden hinnehmen
"""

TIME: Final = """
frist termin stichtag deadline zeitpunkt fristablauf spätestens endtermin abgabefrist
termin zeitpunkt uhrzeit datum zeitplan
zeitplan terminplan fahrplan roadmap zeitschiene meilenstein planung
dauer dauern laufzeit zeitraum zeitdauer zeitspanne
wartezeit warten bearbeitungszeit bearbeitungsdauer
rhythmus oft häufig turnus takt regelmäßig häufigkeit abstand
jährlich jahr pro-jahr kalenderjahr
monatlich monat
wöchentlich woche
täglich tag
letzt vergangen vorig zuletzt vorherig
nächst kommend folgend bevorstehend künftig zukünftig demnächst
zukunft künftig perspektive später langfristig ausblick
bisher bislang bereits schon
sofort umgehend unverzüglich schnell kurzfristig dringend eilig
verspätet verzögern verzögerung verspätung verzug
pünktlich rechtzeitig fristgerecht termingerecht
übergang übergangszeit übergangsphase zwischenzeit übergangsfrist umstellung
vorlauf vorlaufzeit
gleichzeitig parallel nebenher zeitgleich doppelt
früher ehemals vorher damals
arbeitszeit dienstzeit öffnungszeit servicezeit sprechzeit
feierabend nachmittag abend
ferien urlaub abwesenheit schulferien
"""

TALK: Final = """
treffen tagen sitzung zusammenkommen besprechung termin meeting veranstaltung beratung
plenum plenarsitzung vollversammlung plenarveranstaltung hauptversammlung gesamttreffen
workshop arbeitstreffen werkstatt
sprechstunde fragestunde onlinesprechstunde bürgersprechstunde
vortrag impulsvortrag referat impuls präsentation redner referent
tagesordnung agenda ablauf programm
protokoll mitschrift niederschrift ergebnisprotokoll sitzungsprotokoll
aufzeichnen video mitschnitt aufnehmen aufzeichnung
folien präsentation foliensatz unterlagen vortragsfolien handout
einladen einladung
einwahl einwählen zugangslink einwahldaten zuschalten einwahllink
raum ort veranstaltungsort saal adresse sitzungsraum treffpunkt
präsenz vor-ort persönlich anwesend
hybrid onlineteilnahme zuschalten remote online
moderieren moderation leitung leiten
thema motto schwerpunkt inhalt themenwunsch gegenstand themenvorschlag
newsletter rundbrief rundmail mailverteiler infobrief verteiler
mail e-mail email post nachricht
telefon telefonnummer rufnummer durchwahl anrufen nummer
nachricht meldung mitteilung benachrichtigung push
chat chatraum kanal chatgruppe
presse pressemitteilung medien journalist zeitung
öffentlichkeitsarbeit werbung bekanntmachen bewerben bekanntheit bekannt marketing kampagne
kommunizieren kommunikation informationsfluss verständigung
sprache übersetzen mehrsprachig fremdsprache englisch
logo wappen bildmarke signet
gestaltung design erscheinungsbild layout
umfrage befragung fragebogen befragen
social-media facebook instagram
anrede duzen siezen
gast externe gäste fremd
"""

PAPERS: Final = """
leitfaden handreichung handlungsempfehlung orientierungshilfe ratgeber broschüre arbeitshilfe
muster vorlage mustervorlage textbaustein beispiel entwurf blaupause template
bericht abschlussbericht ergebnisbericht dokumentation zwischenbericht
ergebnis resultat ertrag arbeitsergebnis erkenntnis
empfehlung empfehlen ratschlag raten
strategie konzept digitalstrategie digitalisierungsstrategie gesamtkonzept leitbild
plan planung maßnahmenplan aktionsplan vorhabenplan
maßnahme vorhaben aktion schritt
projekt vorhaben initiative
ziel zweck absicht zielsetzung
übersicht liste verzeichnis aufstellung tabelle katalog zusammenstellung auflistung überblick
checkliste prüfliste
formular vordruck formblatt bogen
akte vorgang aktenzeichen
brief schreiben anschreiben post
quelle fundstelle nachlesen beleg
wissensdatenbank wiki wissensplattform wissensmanagement wissen
text beschreibung wortlaut formulierung beschreibungstext
glossar begriff abkürzung bedeutung definition begriffserklärung
kalender kalendereintrag terminkalender outlook
unterlagen material dokument papiere schriftstück
bild foto grafik
stellungnahme positionspapier position
quickwin schnell-erfolg schneller-erfolg sofortmaßnahme
"""

PEOPLE: Final = """
schulung fortbildung weiterbildung lehrgang seminar kurs training qualifizierung ausbildung
kompetenz fähigkeit kenntnisse know-how wissen vorkenntnisse qualifikation
zertifikat teilnahmebescheinigung zeugnis
neuling anfänger einsteiger neu
klein kleinst größe leistungsfähig
homeoffice telearbeit mobiles-arbeiten heimarbeit
bewerben bewerbung stellenausschreibung einstellen
überlasten belasten belastung überlastung aufwand arbeitsaufwand zeitaufwand mehrarbeit arbeitsbelastung
senioren ältere alte
behinderung beeinträchtigung blind sehbehindert
jugend kinder jugendliche
team gruppe mannschaft
leute menschen personen
alle sämtlich gesamt komplett vollständig jeder
allein selbst eigenständig selbständig
extern fremd außenstehend dritte
"""

TROUBLE: Final = """
problem schwierigkeit hürde hindernis hemmnis schwierig stolperstein herausforderung haken haper
fehler fehlerhaft falsch irrtum
risiko gefahr gefährdung
kritik beschwerde unzufrieden beschweren
streit konflikt uneinigkeit uneinig meinungsverschiedenheit
grund ursache begründung anlass begründen
folge auswirkung konsequenz auswirken
vorteil nutzen mehrwert chance lohnen gewinn bringen
nachteil schattenseite
alternative ausweichlösung andere-lösung ersatzlösung
lösung abhilfe ausweg
notlösung zwischenlösung übergangslösung
erfahrung erfahrungswert erfahrungsbericht
beispiel vorbild praxisbeispiel bewährt
"""

MEASURE: Final = """
anzahl menge zahl wieviele
höhe umfang größe ausmaß betrag
stand fortschritt entwicklung sachstand weit gediehen
teil anteil ausschnitt
wichtig wesentlich bedeutend zentral
möglich machbar realisierbar möglichkeit umsetzbar option
geeignet passend tauglich
verschieden unterschiedlich abweichend
sinnvoll zweckmäßig
unklar ungeklärt offen unbekannt
ausreichend genug genügend
zusätzlich ergänzend weitere extra ergänzung
voraussichtlich vermutlich wahrscheinlich
öffentlich allgemein-zugänglich frei
deutschlandweit bundesweit national
landesweit flächendeckend überall
ausland eu europa europäisch
inland deutschland
bundesland sachsen thüringen brandenburg niedersachsen
"""

PHRASES: Final = {
    "bis wann": "Frist",
    "ab wann": "Beginn",
    "seit wann": "Beginn",
    "wie lange": "Dauer",
    "wie oft": "Rhythmus",
    "wie häufig": "Rhythmus",
    "in welchen abständen": "Rhythmus",
    "wie teuer": "Kosten",
    "wie viel geld": "Kosten",
    "höhe der kosten": "Kosten",
    "wie weit": "Sachstand",
    "wie ist der stand": "Sachstand",
    "stand der dinge": "Sachstand",
    "wie hoch": "Höhe",
    "auf dem laufenden": "informieren",
    "auf dem neuesten stand": "aktuell",
    "auf dem neusten stand": "aktuell",
    "auf dem aktuellen stand": "aktuell",
    "bescheid geben": "informieren",
    "bescheid sagen": "informieren",
    "in kenntnis": "informieren",
    "in kraft": "Inkrafttreten",
    "in betrieb": "Inbetriebnahme",
    "an den start": "Beginn",
    "zur verfügung": "bereitstellen",
    "in anspruch": "nutzen",
    "in rechnung": "Rechnung",
    "zu ende": "Ende",
    "vor ort": "Präsenz",
    "an wen": "Ansprechpartner",
    "bei wem": "Ansprechpartner",
    "mit wem": "Ansprechpartner",
    "wer hilft": "Unterstützung",
    "zur seite": "Unterstützung",
    "unter die arme": "Unterstützung",
    "einer für alle": "EfA",
    "föderales informationsmanagement": "FIM",
    "kommunale it-union": "KITU",
    "kommunalen it-union": "KITU",
    "project management office": "PMO",
    "künstliche intelligenz": "KI",
    "künstlicher intelligenz": "KI",
    "leichte sprache": "barrierefrei",
    "leichter sprache": "barrierefrei",
    "open source": "Opensource",
    "quick win": "Quickwin",
    "quick wins": "Quickwin",
    "once only": "onceonly",
    "social media": "Facebook",
    "elektronische akte": "E-Akte",
    "elektronischen akte": "E-Akte",
    "elektronische rechnung": "E-Rechnung",
    "gehen live": "Livegang",
    "geht live": "Livegang",
    "live gehen": "Livegang",
    "von hand": "händisch",
    "per hand": "händisch",
    "doppelte arbeit": "Mehraufwand",
    "laufende kosten": "Betriebskosten",
    "laufenden kosten": "Betriebskosten",
    "rund um die uhr": "Verfügbarkeit",
    "im voraus": "vorher",
    "zum einsatz": "nutzen",
    "im einsatz": "nutzen",
    "zu tun": "Aufgabe",
    "auf eigene faust": "allein",
    "freie hand": "freiwillig",
    "um hilfe": "Unterstützung",
}
