"""Who has a question: taken, assigned, handed back."""

from commands.dates.wording import short_day
from commands.markup import Markdown, fill, join
from commands.texts.questions import code, quoted, reminder, show
from storage.tables import Question, QuestionState


def taken(question: Question, *, prefix: str) -> Markdown:
    """Confirms to whoever took a question that it is theirs."""
    return join(
        [
            fill("Sie haben **{ref}** übernommen. {until}", ref=question.ref, until=_until(question)),
            fill("Antworten: {how}", how=code(prefix, f"antwort {question.ref} Ihre Antwort")),
            fill("Doch nicht? {how}", how=code(prefix, f"abgeben {question.ref}")),
        ]
    )


def already_yours(question: Question, *, prefix: str) -> Markdown:
    """Taking a question twice."""
    return fill(
        "**{ref}** haben Sie schon übernommen. {until}\nAntworten: {how}",
        ref=question.ref,
        until=_until(question),
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def assigned(question: Question, person: str, *, told: bool, prefix: str) -> Markdown:
    """Confirms an assignment; `told`: the person is told by the bot."""
    return fill(
        "**{ref}** ist jetzt {person} zugewiesen. {told}\nDoch jemand anderem: {how}",
        ref=question.ref,
        person=person,
        told="Ich sage der Person im Raum der AG Bescheid."
        if told
        else "Bitte sagen Sie der Person Bescheid: Ich bin in keinem Raum, in dem ich das kann.",
        how=code(prefix, f"zuweisen {question.ref} Person"),
    )


def assigned_to_yourself(question: Question, *, prefix: str) -> Markdown:
    """Confirms that somebody assigned a question to themselves."""
    return fill(
        "**{ref}** ist jetzt Ihnen zugewiesen. {until}\nAntworten: {how}",
        ref=question.ref,
        until=_until(question),
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def already_theirs(question: Question, person: str, *, prefix: str) -> Markdown:
    """Assigning a question to whom it is assigned."""
    return fill(
        "**{ref}** liegt schon bei {person}. Stand der Dinge: {show}",
        ref=question.ref,
        person=person,
        show=show(question.ref, prefix),
    )


def assigned_to_you(question: Question, person: str, by: str, *, prefix: str) -> Markdown:
    """Tells somebody that a question is theirs now."""
    return join(
        [
            fill(
                "{person}: **{ref}** ist jetzt Ihnen zugewiesen (von {by}). {until}",
                person=person,
                ref=question.ref,
                by=by,
                until=_until(question),
            ),
            reminder(question.text),
            fill(
                "Übernehmen: {take}\nAntworten: {how}\nAbgeben: {back}",
                take=code(prefix, f"übernehmen {question.ref}"),
                how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
                back=code(prefix, f"abgeben {question.ref}"),
            ),
        ],
        "\n\n",
    )


def no_longer_yours(question: Question, before: str, *, prefix: str) -> Markdown:
    """Tells whoever had a question until now who has it now."""
    return fill(
        "{before}: **{ref}** liegt nicht mehr bei Ihnen, sondern bei {now}. Für Sie ist nichts mehr zu tun. {show}",
        before=before,
        ref=question.ref,
        now=question.owner or "niemandem",
        show=show(question.ref, prefix),
    )


def handed_back(question: Question, *, owner: str, prefix: str) -> Markdown:
    """Confirms that nobody has a question any more; `owner` is who is responsible now."""
    return fill(
        "**{ref}** ist abgegeben{open}. Zuständig: {owner}\nStand der Dinge: {show}",
        ref=question.ref,
        open=Markdown(" und wieder offen" if question.state is QuestionState.OPEN else ""),
        owner=owner,
        show=show(question.ref, prefix),
    )


def handed_back_for_leads(
    question: Question, by: str, reason: str | None, *, before: str | None, prefix: str
) -> Markdown:
    """Tells those who have to find somebody new; `before` is who had it, where somebody else gave it back."""
    head = fill(
        "**{ref}** ist wieder offen: {by} hat die Frage abgegeben{before}. {until}",
        ref=question.ref,
        by=by,
        before=Markdown("") if before is None else fill(" (bisher {before})", before=before),
        until=_until(question),
    )
    commands = fill(
        "Übernehmen: {take}\nZuweisen: {assign}",
        take=code(prefix, f"übernehmen {question.ref}"),
        assign=code(prefix, f"zuweisen {question.ref} Person"),
    )
    why = [] if reason is None else [Markdown("Der Grund:"), quoted(reason), Markdown("Die Frage:")]
    return join([head, *why, reminder(question.text), commands], "\n\n")


def _until(question: Question) -> str:
    if question.state is QuestionState.DEFERRED:
        return f"Vorgemerkt für das Plenum {question.plenary_number}."
    return f"Ziel für die Antwort: {short_day(question.due_on)}"
