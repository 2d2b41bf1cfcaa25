"""What is stored, in words for everybody (GDPR Art. 13)."""

from commands.markup import Markdown, fill, join

TEXT = (
    "**Was dieser Bot speichert:**\n\n"
    "- Nur, was Sie an ihn richten: Befehle, Erwähnungen, Nachrichten im Direktchat und Reaktionen auf seine"
    " Nachrichten. Alles andere in den Räumen liest er, um zu erkennen, ob er gemeint ist, und speichert es nicht.\n"
    "- Den Wortlaut eines Befehls nur, bis er beantwortet ist. Danach bleibt die Kennung der Nachricht, damit"
    " nichts doppelt beantwortet wird.\n"
    "- Ihre Fragen an eine Arbeitsgruppe mit Text, Zeitpunkt und Ihrer Matrix-Kennung, damit die Antwort Sie"
    " erreicht, und die Antworten darauf. Fragen sind für alle mit `{prefix}fragen` sichtbar.\n"
    "- Fragen im direkten Chat sind vertraulich: Von ihm erfährt niemand, wer gefragt hat. Ihre Kennung löscht er bei"
    " der Frage, sobald sie bestätigt oder geschlossen ist.\n"
    "- Ihre Stimme für eine Frage, damit Sie die Antwort auch bekommen.\n"
    "- Ihre Antwort auf eine Einladung (Zusage, vielleicht, Absage) und wer für Sie kommt. Alle sehen nur, wie viele"
    " kommen, die Namen nur die Koordination. Nehmen Sie Ihre Antwort zurück, löscht er sie.\n"
    "- Was die häufigen Fragen nicht gut beantworten: den Text ohne Ihre Kennung, 90 Tage. Was er Ihnen zur Auswahl"
    " anbietet, einen Tag mit Ihrer Kennung; was er nicht beantworten kann, 30 Tage, damit er Ihnen eine spätere"
    " Antwort sagen kann. Ob eine Antwort geholfen hat, ohne Ihre Kennung. Löschen Sie die"
    " Nachricht, löscht er den Text überall.\n"
    "- Wenn Sie einen Menschen verlangen: Ihre Kennung und wer zuständig ist; Ihr Anliegen, bis es erledigt ist.\n"
    "- Ihr Abo für Erinnerungen im direkten Chat, bis Sie es beenden.\n"
    "- In verschlüsselten Räumen auch Nachrichten, die er nicht entschlüsseln kann: so verschlüsselt, wie sie"
    " ankamen, denn ob er gemeint ist, kann er nicht erkennen. Kommt der Schlüssel nicht, löscht er sie nach"
    " 30 Tagen.\n"
    "- Ein Protokoll, wer wann was geändert hat (ohne Nachrichtentexte).\n\n"
    "**Wofür:** um Fragen zu beantworten, Termine mitzuteilen und Änderungen nachvollziehen zu können."
    " Es gibt keine Auswertung über Personen.\n\n"
    "**Wo:** in einer Datenbank beim Betreiber des Bots. Der Bot gibt nichts an Dritte weiter und nutzt keine"
    " fremden Dienste.\n\n"
    "**Löschen:** Löschen Sie Ihre Nachricht, dann löscht der Bot den Text der Frage auch bei sich; eine offene"
    " Frage ist damit zurückgezogen. Für Auskunft und Löschung im Übrigen schreiben Sie an {email}."
)
RESPONSIBLE = "\n**Verantwortlich:** {who}"
NOBODY_NAMED = "\n**Verantwortlich:** hat der Betreiber hier nicht eingetragen; bitte fragen Sie {email}."


def privacy(*, responsible: str, email: str, prefix: str) -> Markdown:
    """The notice; `responsible` is what the operator entered, or empty."""
    who = fill(RESPONSIBLE, who=responsible) if responsible else fill(NOBODY_NAMED, email=email)
    return join([fill(TEXT, prefix=Markdown(prefix), email=email), who])
