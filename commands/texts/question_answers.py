"""Answers: confirmed to the lead, told to whoever asked and to all who voted, corrected, confirmed, reopened."""

from datetime import date

from commands.dates.wording import short_day
from commands.markup import Markdown, escape_lines, fill, join, shorten
from commands.texts.question_showing import follow_up
from commands.texts.question_words import OUTCOMES
from commands.texts.questions import ask, code, quoted, reminder, show
from storage.tables import Outcome, Question, QuestionState

_OLD = 300  # characters


def answer_noted(question: Question, told: int) -> Markdown:
    """Confirms to the lead that the answer was taken; `told` is how many people get it."""
    return fill(
        "**{ref}** ist {how}. {people}\nUm die Antwort zu berichtigen, bearbeiten Sie Ihre Nachricht.",
        ref=question.ref,
        how=OUTCOMES[question.outcome or Outcome.ANSWERED],
        people=_people(told),
    )


def _people(count: int) -> str:
    match count:
        case 0:
            return "Es ist niemand mehr da, dem ich sie schicken kann; sie steht in der Frage."
        case 1:
            return "Wer gefragt hat, bekommt Ihre Antwort jetzt."
        case _:
            return f"Wer gefragt oder dafür gestimmt hat, bekommt Ihre Antwort jetzt: {count} Personen."


def answered(
    question: Question,
    text: str,
    *,
    answered_as: str,
    asker: bool,
    others: bool,
    confirmed_on: date | None,
    prefix: str,
) -> Markdown:
    """Tells the asker, or in another room those who voted, the answer; `others`: voters read it beside the asker."""
    head = fill("{whose} **{ref}**", whose="Ihre Frage" if asker and not others else "Die Frage", ref=question.ref)
    if not asker:
        head = fill("{head}, die Sie auch beantwortet haben wollten,", head=head)
    what = {Outcome.PARTLY: "Antwort auf einen Teil", Outcome.REFERRED: "Verweis"}.get(
        question.outcome or Outcome.ANSWERED, "Antwort"
    )
    return fill(
        "{head} ist {how}.\n\n{question}\n\n**{what}** ({who}):\n{text}\n\n{next}",
        head=head,
        how=OUTCOMES[question.outcome or Outcome.ANSWERED],
        question=reminder(question.text),
        what=what,
        who=answered_as,
        text=escape_lines(text),
        next=_next(question, asker=asker, confirmed_on=confirmed_on, prefix=prefix),
    )


def _next(question: Question, *, asker: bool, confirmed_on: date | None, prefix: str) -> Markdown:
    return _does_it_help(question, confirmed_on, prefix) if asker else follow_up(question, prefix)


def _does_it_help(question: Question, confirmed_on: date | None, prefix: str) -> Markdown:
    if confirmed_on is None:
        return follow_up(question, prefix)
    lines = [
        fill("Hilft das? 👍 (Daumen hoch) oder {helps}", helps=code(prefix, f"hilft {question.ref}")),
        fill("Noch offen? {how}", how=_still_open(question, prefix)),
        fill("Ohne Rückmeldung gilt die Antwort ab {day} als bestätigt.", day=short_day(confirmed_on)),
    ]
    if question.confidential:
        lines.append(Markdown("Danach vergesse ich, dass die Frage von Ihnen kam."))
    return join(lines)


def _still_open(question: Question, prefix: str) -> Markdown:
    """With the coordination nothing is opened again: one talks to it."""
    if question.with_coordination:
        return fill("Sprechen Sie bitte mit der Koordination: {contact}", contact=code(prefix, "kontakt"))
    return code(prefix, f"offen {question.ref} was fehlt")


def correction_noted(question: Question, told: int) -> Markdown:
    """Confirms to the lead that the corrected answer was taken."""
    people = "Wer sie bekommen hat, erfährt jetzt, was sich geändert hat." if told else ""
    return fill("Die Antwort auf **{ref}** ist berichtigt. {people}", ref=question.ref, people=people)


def corrected(
    question: Question, old: str, new: str, *, answered_as: str, asker: bool, confirmed_on: date | None, prefix: str
) -> Markdown:
    """Tells those who were told an answer what holds now, and what held before."""
    return fill(
        "Die Antwort auf **{ref}** wurde berichtigt.\n\n**Jetzt gilt** ({who}):\n{new}\n\n**Bisher stand da:**\n{old}"
        "\n\n{next}",
        ref=question.ref,
        who=answered_as,
        new=escape_lines(new),
        old=quoted(shorten(old, _OLD)),
        next=_next(question, asker=asker, confirmed_on=confirmed_on, prefix=prefix),
    )


def written_up(
    question: Question, text: str, *, answered_as: str, asker: bool, confirmed_on: date | None, prefix: str
) -> Markdown:
    """Tells everybody the written answer to what was answered in a plenary."""
    return fill(
        "**{ref}** wurde im Plenum beantwortet; hier ist die Antwort zum Nachlesen ({who}).\n\n{question}\n\n{text}"
        "\n\n{next}",
        ref=question.ref,
        who=answered_as,
        question=reminder(question.text),
        text=escape_lines(text),
        next=_next(question, asker=asker, confirmed_on=confirmed_on, prefix=prefix),
    )


def answer_deleted(question: Question, *, prefix: str) -> Markdown:
    """Says where an answer's message was deleted what became of the question."""
    if question.state is QuestionState.CLOSED:
        return fill("Die Antwort auf **{ref}** ist gelöscht, die Frage damit zurückgezogen.", ref=question.ref)
    return fill(
        "Die Antwort auf **{ref}** ist gelöscht, die Frage ist wieder offen.\nNeu beantworten: {how}",
        ref=question.ref,
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def old_answer_deleted(question: Question) -> Markdown:
    """An answer that did not hold any more was deleted."""
    return fill("Diese frühere Antwort auf **{ref}** ist gelöscht.", ref=question.ref)


def answer_removed(question: Question) -> Markdown:
    """Stands in place of an answer that was deleted."""
    return fill("(Hier stand eine Antwort auf **{ref}**. Sie wurde gelöscht.)", ref=question.ref)


def answer_gone_for_you(question: Question, *, prefix: str) -> Markdown:
    """Tells those who were told an answer that it no longer holds, and what that means."""
    gone = fill("Die Antwort auf die Frage **{ref}** wurde gelöscht und gilt nicht mehr.", ref=question.ref)
    if question.state is QuestionState.CLOSED:
        return fill(
            "{gone}\nDer Text der Frage war schon gelöscht, die Frage ist damit zurückgezogen. Neu stellen: {ask}",
            gone=gone,
            ask=ask(question.group_number, prefix),
        )
    return fill(
        "{gone} Die Frage ist wieder offen.\n\n{question}\n\n"
        "Sobald es eine neue Antwort gibt, melde ich mich hier. Stand der Dinge: {show}",
        gone=gone,
        question=reminder(question.text),
        show=show(question.ref, prefix),
    )


def confirmed(question: Question) -> Markdown:
    """Thanks whoever asked for their word."""
    return fill("Danke! **{ref}** ist damit erledigt.", ref=question.ref)


def what_is_missing(question: Question, *, prefix: str) -> Markdown:
    """Asks whoever put a thumb down for the reason."""
    return fill(
        "Schade. Was fehlt bei **{ref}** noch? Bitte schreiben Sie es dazu, dann ist die Frage wieder offen: {how}",
        ref=question.ref,
        how=code(prefix, f"offen {question.ref} was fehlt"),
    )


def reopened(question: Question, *, owner: str, prefix: str) -> Markdown:
    """Tells whoever asked that it goes on."""
    return fill(
        "**{ref}** ist wieder offen.\nZuständig: {owner}\nZiel für die neue Antwort: {due}\nStand der Dinge: {show}",
        ref=question.ref,
        owner=owner,
        due=short_day(question.due_on),
        show=show(question.ref, prefix),
    )


def reopened_for_group(question: Question, reason: str, *, prefix: str) -> Markdown:
    """Tells those responsible that their answer did not help."""
    return fill(
        "**{ref}** ist wieder offen, die Antwort hat noch nicht geholfen. Neues Ziel: {due}\n\n{reason}\n\n"
        "Neu antworten: {how}",
        ref=question.ref,
        due=short_day(question.due_on),
        reason=quoted(reason),
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def for_coordination(question: Question, reason: str, *, prefix: str) -> Markdown:
    """Tells the coordination that a person has to take over."""
    return fill(
        "**{ref}** hat auch nach zwei weiteren Antworten nicht geholfen. Bitte übernimmt eine Person der Koordination."
        "\n\n{reason}\n\nÜbernehmen: {take}\nAlles zur Frage: {show}",
        ref=question.ref,
        reason=quoted(reason),
        take=code(prefix, f"übernehmen {question.ref}"),
        show=show(question.ref, prefix),
    )


def gone_to_coordination(question: Question, *, prefix: str) -> Markdown:
    """Tells the leads that the coordination takes over."""
    return fill(
        "**{ref}** liegt jetzt bei der Koordination: Auch nach zwei weiteren Antworten war noch etwas offen. "
        "Sie müssen nichts mehr tun. Stand der Dinge: {show}",
        ref=question.ref,
        show=show(question.ref, prefix),
    )


def no_more_reopening(question: Question, *, prefix: str) -> Markdown:
    """The coordination has answered already; more words do not help."""
    return fill(
        "**{ref}** hat die Koordination schon selbst beantwortet. Bitte sprechen Sie mit ihr: {contact}",
        ref=question.ref,
        contact=code(prefix, "kontakt"),
    )


def which_of_yours(waiting: list[Question], *, prefix: str) -> Markdown:
    """Nobody can tell which question is meant; `waiting` are those of the sender that wait for their word."""
    if not waiting:
        return fill(
            "Von Ihren Fragen wartet hier keine auf Ihre Rückmeldung. Ihre Fragen zeigt {mine}",
            mine=code(prefix, "meine"),
        )
    return fill(
        "Welche Frage meinen Sie? Auf Ihre Rückmeldung warten {refs}.", refs=", ".join(each.ref for each in waiting)
    )
