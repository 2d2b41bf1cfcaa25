"""Why a question was not stored, and the right way for what it is about."""

from typing import Final

from commands.markup import Markdown, fill
from commands.questions.sensitive.never import Reason
from commands.texts.questions import code

_NOT_STORED: Final = Markdown("Diese Frage habe ich **nicht gespeichert**.")

_WHAT: Final = {
    Reason.IBAN: ("eine Kontonummer (IBAN)", "die Kontonummer"),
    Reason.BIRTH_DATE: ("ein Geburtsdatum", "das Geburtsdatum"),
    Reason.FILE_NUMBER: ("ein Aktenzeichen oder eine ähnliche Nummer", "diese Nummer"),
    Reason.PHONE: ("eine Telefonnummer", "die Telefonnummer"),
}
"""What the text seems to hold, and what it should be written without."""


def refused(reason: Reason, *, prefix: str) -> Markdown:
    """The text holds what the bot never collects; `prefix` is that of the commands."""
    if reason is Reason.CITIZEN:
        return fill(
            "{not_stored} Sie klingt nach einem persönlichen Anliegen, und das kann hier niemand bearbeiten.\n"
            "Bitte rufen Sie die Behördennummer 115 an, oder wenden Sie sich an das Bürgerbüro Ihrer Stadt oder "
            "Gemeinde. Stehen persönliche Angaben in Ihrer Nachricht, löschen Sie sie bitte im Chat.\n"
            "Geht es um das Projekt, schreiben Sie bitte ohne „ich“ und „mein“, welche Leistung Sie meinen, zum "
            "Beispiel: {example}",
            not_stored=_NOT_STORED,
            example=code(prefix, "frage AG5 Wann wird der Wohngeldantrag angebunden?"),
        )
    found, without = _WHAT[reason]
    return fill(
        "{not_stored} Darin steht offenbar {found}; solche Angaben nehme ich zum Schutz der Betroffenen nicht auf.\n"
        "Bitte löschen Sie Ihre Nachricht im Chat und stellen Sie die Frage ohne {without} noch einmal.\n"
        "Geht es um einen einzelnen Vorgang, hilft Ihnen das Amt, das ihn bearbeitet, oder die Behördennummer 115.",
        not_stored=_NOT_STORED,
        found=found,
        without=without,
    )
