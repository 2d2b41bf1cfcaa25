"""A question reworded, withdrawn, deleted; and asked in confidence, where it might give the asker away."""

from collections.abc import Sequence

from commands.markup import Markdown, fill, join
from commands.texts.questions import ask, code, group_name, quoted, reminder, show
from storage.tables import Group, Question, QuestionState


def withdrawn(question: Question, *, own: bool) -> Markdown:
    """A question was withdrawn, by whoever asked it or by the coordination."""
    stays = "Ihre Nachricht" if own else "Die Nachricht"
    remedy = "bis Sie sie dort löschen" if own else "bis sie dort gelöscht wird"
    return fill(
        "**{ref}** ist zurückgezogen und der Text bei mir gelöscht.\n{stays} im Chat bleibt stehen, {remedy}.",
        ref=question.ref,
        stays=stays,
        remedy=remedy,
    )


def withdrawn_for_you(question: Question, text: str | None, *, prefix: str) -> Markdown:
    """Tells the asker that the coordination withdrew the question."""
    return fill(
        "Die Koordination hat Ihre Frage **{ref}** zurückgezogen.\n\n{text}\n\n"
        "Wenn sie für Sie noch offen ist, stellen Sie sie bitte neu: {ask}",
        ref=question.ref,
        text=reminder(text),
        ask=ask(question.group_number, prefix),
    )


def withdrawn_for_voters(question: Question, *, prefix: str) -> Markdown:
    """Tells those who voted for a question that nobody answers it any more."""
    return fill(
        "Die Frage **{ref}**, die Sie auch beantwortet haben wollten, wurde zurückgezogen.\n"
        "Brauchen Sie weiter eine Antwort, stellen Sie die Frage bitte selbst: {ask}\n"
        "War Ihre eigene Frage mit ihr zusammengeführt, holen Sie sie mit {split} und Ihrer Nummer zurück.",
        ref=question.ref,
        ask=ask(question.group_number, prefix),
        split=code(prefix, "trennen"),
    )


def reworded(question: Question, *, prefix: str) -> Markdown:
    """A question was edited."""
    return fill(
        "Der Text von **{ref}** ist geändert. Er gilt jetzt so: {show}",
        ref=question.ref,
        show=show(question.ref, prefix),
    )


def reworded_for_voters(question: Question, old: str, *, prefix: str) -> Markdown:
    """Tells those who voted for a question that it says something else now."""
    return fill(
        "Die Frage **{ref}**, die Sie auch beantwortet haben wollten, lautet jetzt anders:\n\n{new}\n\nBisher:\n\n"
        "{old}\n\nWollen Sie das nicht mehr wissen? {back}",
        ref=question.ref,
        new=quoted(question.text),
        old=reminder(old),
        back=code(prefix, f"stimme {question.ref} zurück"),
    )


def deleted(question: Question, *, prefix: str) -> Markdown:
    """The message of a question was deleted."""
    if question.state in (QuestionState.ANSWERED, QuestionState.CONFIRMED):
        return fill(
            "Der Text von **{ref}** ist auch bei mir gelöscht, auch in meinen Nachrichten. Die Antwort zeigt {show}",
            ref=question.ref,
            show=show(question.ref, prefix),
        )
    return fill("**{ref}** ist zurückgezogen und der Text auch bei mir gelöscht.", ref=question.ref)


def would_give_away(question: Question, pieces: Sequence[str]) -> Markdown:
    """A confidential question is out already; what would tell who asked is not taken into it."""
    return fill(
        "An **{ref}** habe ich nichts geändert: Sie fragen vertraulich, und man könnte erkennen, dass die Frage von "
        "Ihnen kommt. In Ihrem Text steht: {pieces}\nBitte formulieren Sie es anders.",
        ref=question.ref,
        pieces=", ".join(f"„{each}“" for each in pieces),
    )


def might_give_away(
    question: Question, group: Group, pieces: Sequence[str], *, people: int | None, prefix: str
) -> Markdown:
    """The receipt of a confidential question that might tell who asked it; it is not shown to anybody yet.

    `pieces` are the words that might, `people` how many are in the group's room where those are few.
    """
    reasons = [fill("- Im Text steht: „{piece}“", piece=piece) for piece in pieces]
    if people is not None:
        reasons.append(
            fill(
                "- Im Raum der {group} {people}, da rät man leicht.",
                group=group_name(group),
                people="ist nur 1 Person" if people == 1 else f"sind nur {people} Personen",
            )
        )
    return join(
        [
            fill(
                "**{ref}** ist notiert, aber noch nicht eingereicht. Sie fragen vertraulich, und man könnte erkennen, "
                "dass die Frage von Ihnen kommt:\n",
                ref=question.ref,
            ),
            *reasons,
            fill("\nSo einreichen: ✅ (Häkchen) oder {agree}", agree=code(prefix, f"freigeben {question.ref}")),
            Markdown("Anders formulieren: Bearbeiten Sie Ihre Nachricht."),
            fill("Doch nicht fragen: {withdraw}", withdraw=code(prefix, f"zurückziehen {question.ref}")),
        ]
    )
