"""Which person is meant, where a command names one."""

from collections.abc import Sequence

from commands.markup import Markdown, fill
from commands.texts.questions import code
from storage.tables import Question

_MOST = 8


def missing() -> Markdown:
    """Nobody is named."""
    return Markdown("Es fehlt die Person, zum Beispiel ihre Matrix-Kennung (@name:server).")


def unknown(question: Question, people: Sequence[str], *, prefix: str) -> Markdown:
    """Nobody who leads or coordinates has this name; `people` are those who do."""
    return fill(
        "Diese Person kenne ich nicht.\n{people}\nJede andere Person geht mit ihrer ganzen Kennung: {how}",
        people=fill("Mit dem Namen allein geht es bei {people}.", people=_listed(people)) if people else Markdown(""),
        how=code(prefix, f"zuweisen {question.ref} @name:server"),
    )


def which(question: Question, people: Sequence[str], *, prefix: str) -> Markdown:
    """Several people could be meant."""
    return fill(
        "Wen meinen Sie: {people}?\nBitte schreiben Sie nur eine Person, mit ihrer ganzen Kennung: {how}",
        people=_listed(people),
        how=code(prefix, f"zuweisen {question.ref} @name:server"),
    )


def is_a_group(question: Question, number: int, *, prefix: str) -> Markdown:
    """A group where a person belongs."""
    return fill(
        "Zuweisen geht nur an eine Person. An eine andere AG geben Sie die Frage so weiter: {how}",
        how=code(prefix, f"weiterleiten {question.ref} AG{number} Grund"),
    )


def not_me() -> Markdown:
    """The bot itself."""
    return Markdown("Mir selbst können Sie keine Frage zuweisen. Bitte nennen Sie eine Person.")


def _listed(people: Sequence[str]) -> str:
    more = len(people) - _MOST
    return ", ".join(people[:_MOST]) + (f" und {more} weiteren" if more > 0 else "")
