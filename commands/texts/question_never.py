"""Why a question was not stored, and the right way for what it is about."""

from typing import Final

from commands.markup import Markdown, fill
from commands.questions.sensitive.never import Reason
from commands.texts.questions import code

QUESTION: Final = "Diese Frage"
CHANGE: Final = "Diese Änderung"
REASON: Final = "Diesen Text"
"""What was not stored."""

_AGAIN: Final = {
    QUESTION: "stellen Sie die Frage ohne {without} noch einmal",
    CHANGE: "fragen Sie neu ohne {without}, oder bearbeiten Sie sie noch einmal",
    REASON: "schreiben Sie ihn ohne {without} noch einmal; an der Frage hat sich nichts geändert",
}
"""What to do instead."""

_WHAT: Final = {
    Reason.IBAN: ("eine Kontonummer (IBAN)", "die Kontonummer"),
    Reason.BIRTH_DATE: ("ein Geburtsdatum", "das Geburtsdatum"),
    Reason.FILE_NUMBER: ("ein Aktenzeichen oder eine ähnliche Nummer", "diese Nummer"),
    Reason.PHONE: ("eine Telefonnummer", "die Telefonnummer"),
}
"""What the text seems to hold, and what it should be written without."""


def refused(reason: Reason, *, what: str = QUESTION, prefix: str) -> Markdown:
    """The text holds what the bot never collects; `what` was not stored, `prefix` is that of the commands."""
    not_stored = fill("{what} habe ich **nicht gespeichert**.", what=what)
    if reason is Reason.CITIZEN:
        return fill(
            "{not_stored} Es geht offenbar um ein persönliches Anliegen, und das kann hier niemand bearbeiten.\n"
            "Bitte rufen Sie die Behördennummer 115 an, oder wenden Sie sich an das Bürgerbüro Ihrer Stadt oder "
            "Gemeinde. Stehen persönliche Angaben in Ihrer Nachricht, löschen Sie sie bitte im Chat.\n"
            "Geht es um das Projekt, schreiben Sie bitte ohne „ich“ und „mein“, welche Leistung Sie meinen, zum "
            "Beispiel: {example}",
            not_stored=not_stored,
            example=code(prefix, "frage AG5 Wann wird der Wohngeldantrag angebunden?"),
        )
    found, without = _WHAT[reason]
    return fill(
        "{not_stored} Darin steht offenbar {found}; solche Angaben nehme ich zum Schutz der Betroffenen nicht auf.\n"
        "Bitte löschen Sie Ihre Nachricht im Chat und {again}.\n"
        "Geht es um einen einzelnen Vorgang, hilft Ihnen das Amt, das ihn bearbeitet, oder die Behördennummer 115.",
        not_stored=not_stored,
        found=found,
        again=_AGAIN[what].format(without=without),
    )
