"""A question is closed without an answer: declined, or somebody else is responsible."""

from commands.markup import Markdown, fill
from commands.texts.questions import ask, code, quoted, reminder
from storage.tables import Outcome, Question


def who_is_responsible() -> Markdown:
    """Without a word about who is responsible nobody is helped."""
    return Markdown("Bitte schreiben Sie dazu, wer zuständig ist: Wer gefragt hat, wendet sich dann dorthin.")


def closed(question: Question, told: int, *, unseen: bool) -> Markdown:
    """Confirms that a question is closed; `told` is how many people hear of it."""
    return fill(
        "**{ref}** ist {how}. {told}{unseen}",
        ref=question.ref,
        how=_HOW[question.outcome or Outcome.DECLINED],
        told=_told(told),
        unseen=_UNSEEN if unseen else Markdown(""),
    )


def declined(question: Question, text: str | None, reason: str, *, asker: bool, prefix: str) -> Markdown:
    """Tells whoever asked or voted that a question is not answered, why, and what they can do now."""
    return fill(
        "{whose} wird nicht beantwortet.\n\n{question}\n\n**Der Grund:**\n{reason}\n\n"
        "Anders fragen: {ask}\nMit jemandem sprechen: {contact}",
        whose=_whose(question, asker=asker),
        question=reminder(text),
        reason=quoted(reason),
        ask=ask(question.group_number, prefix),
        contact=code(prefix, "kontakt"),
    )


def not_responsible(question: Question, text: str | None, responsible: str, *, asker: bool, prefix: str) -> Markdown:
    """Tells whoever asked or voted who is responsible instead."""
    return fill(
        "{whose} kann hier niemand beantworten.\n\n{question}\n\n**Zuständig ist:**\n{responsible}\n\n"
        "Bitte wenden Sie sich dorthin. Hilft das nicht, sprechen Sie mit uns: {contact}",
        whose=_whose(question, asker=asker),
        question=reminder(text),
        responsible=quoted(responsible),
        contact=code(prefix, "kontakt"),
    )


_UNSEEN = Markdown(" Der Text ist gelöscht, denn er war nie freigegeben.")
_HOW = {Outcome.DECLINED: "abgelehnt", Outcome.NOT_RESPONSIBLE: "geschlossen, weil andere zuständig sind"}


def _whose(question: Question, *, asker: bool) -> Markdown:
    if asker:
        return fill("Ihre Frage **{ref}**", ref=question.ref)
    return fill("Die Frage **{ref}**, die Sie auch beantwortet haben wollten,", ref=question.ref)


def _told(count: int) -> str:
    match count:
        case 0:
            return "Es ist niemand mehr da, dem ich es sagen kann."
        case 1:
            return "Wer gefragt hat, erfährt den Grund."
        case _:
            return f"Wer gefragt oder dafür gestimmt hat, erfährt den Grund: {count} Personen."
