"""About questions to the working groups. Numbers such as `AG3-017` are ours and may stand between backticks."""

from collections.abc import Sequence
from datetime import date, datetime

from commands.dates.wall_clock import wall
from commands.dates.wording import plain_day, short_day
from commands.markup import Markdown, escape_lines, fill, join, shorten
from storage.tables import Answer, Group, HistoryEntry, Question, QuestionState, Role

ASKED = "gestellt"
REWORDED = "Text geändert"
ANSWERED = "beantwortet"
CORRECTED = "Antwort berichtigt"
ANSWER_DELETED = "Antwort gelöscht, wieder offen"
ANSWER_AND_TEXT_DELETED = "Antwort gelöscht, damit zurückgezogen"
WITHDRAWN = "zurückgezogen"
DELETED = "Text gelöscht"
"""What the history says happened; people read it in `!frage AG3-017`."""

STATES = {
    QuestionState.OPEN: "offen",
    QuestionState.ANSWERED: "beantwortet",
    QuestionState.WITHDRAWN: "zurückgezogen",
}
_NO_TEXT = Markdown("(Der Text wurde gelöscht.)")
_AS_A_REMINDER = 200
_MOST_STEPS = 6


def noted(question: Question, group: Group, leads: Sequence[str], *, private: bool, prefix: str) -> Markdown:
    """The receipt; `private` where nobody else reads along."""
    lines = [
        fill("**{ref}** ist notiert: Ihre Frage an die {group}.", ref=question.ref, group=group_name(group)),
        fill("Zuständig: {owner}", owner=_owner(question.group_number, leads)),
        fill("Ziel für die Antwort: {due}", due=short_day(question.due_on)),
        fill(
            "Sobald die Antwort da ist, melde ich mich hier. Stand der Dinge: {show}", show=_show(question.ref, prefix)
        ),
    ]
    if private:
        lines.append(Markdown("Die Frage können alle im Projekt lesen. Ihr Name steht nicht dabei."))
    return join(lines)


def new_for_group(question: Question, asker: str | None, *, prefix: str) -> Markdown:
    """Tells a group's room of a question asked elsewhere; `asker` is left out where that was in private."""
    asked_by = fill(" von {asker}", asker=asker) if asker else Markdown("")
    return fill(
        "**Neue Frage {ref}**{asked_by}, Ziel für die Antwort: {due}\n\n{text}\n\nSo wird geantwortet: {how}",
        ref=question.ref,
        asked_by=asked_by,
        due=short_day(question.due_on),
        text=_quoted(question.text),
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def one(
    question: Question,
    group: Group,
    *,
    answer: Answer | None,
    answered_as: str,
    leads: Sequence[str],
    history: Sequence[HistoryEntry],
    today: date,
    prefix: str,
) -> Markdown:
    """One question with its answer, who is next, and what happened to it."""
    pieces = [
        fill(
            "**{ref}** an die {group}: **{state}**",
            ref=question.ref,
            group=group_name(group),
            state=STATES[question.state],
        ),
        _quoted(question.text),
    ]
    if answer is not None:
        pieces.append(
            fill(
                "**Antwort** ({who}, {when}):\n{text}",
                who=answered_as,
                when=_day(answer.answered_at),
                text=escape_lines(answer.text or ""),
            )
        )
    pieces += [_next(question, leads, today=today, prefix=prefix), _history(question, history)]
    return join(pieces, "\n\n")


def _next(question: Question, leads: Sequence[str], *, today: date, prefix: str) -> Markdown:
    match question.state:
        case QuestionState.OPEN:
            return fill(
                "Als Nächstes antwortet: {owner}\nZiel: {due}{late}",
                owner=_owner(question.group_number, leads),
                due=short_day(question.due_on),
                late=Markdown(" (überfällig)" if question.due_on < today else ""),
            )
        case QuestionState.ANSWERED:
            return _follow_up(question, prefix)
        case QuestionState.WITHDRAWN:
            return Markdown("Hier ist nichts mehr zu tun.")


def _history(question: Question, history: Sequence[HistoryEntry]) -> Markdown:
    """The last steps with their days; in which role, but for the asker, who may have asked in private."""
    lines = [
        fill(
            "- {day}: {what}{role}",
            day=plain_day(wall(each.at)),
            what=each.what,
            role=Markdown("") if each.actor == question.asked_by else _in_role(each.role),
        )
        for each in history[-_MOST_STEPS:]
    ]
    if len(history) > _MOST_STEPS:
        lines.insert(0, fill("- {count} frühere Schritte", count=len(history) - _MOST_STEPS))
    return join([Markdown("Verlauf:\n"), *lines])


def withdrawn(question: Question, *, own: bool) -> Markdown:
    """An open question was withdrawn, by whoever asked it or by the coordination."""
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
        text=_reminder(text),
        ask=code(prefix, f"frage AG{question.group_number} Ihre Frage"),
    )


def answer_noted(question: Question) -> Markdown:
    """Confirms to the lead that the answer was taken."""
    return fill(
        "**{ref}** ist beantwortet. Wer gefragt hat, bekommt Ihre Antwort jetzt.\n"
        "Um sie zu berichtigen, bearbeiten Sie Ihre Nachricht.",
        ref=question.ref,
    )


def answered(question: Question, text: str, *, answered_as: str, prefix: str) -> Markdown:
    """Tells the asker the answer."""
    return fill(
        "Ihre Frage **{ref}** ist beantwortet.\n\n{question}\n\n**Antwort** ({who}):\n{text}\n\n{next}",
        ref=question.ref,
        question=_reminder(question.text),
        who=answered_as,
        text=escape_lines(text),
        next=_follow_up(question, prefix),
    )


def correction_noted(question: Question) -> Markdown:
    """Confirms to the lead that the corrected answer was taken."""
    return fill(
        "Die Antwort auf **{ref}** ist berichtigt. Wer gefragt hat, bekommt die neue Fassung jetzt.", ref=question.ref
    )


def corrected(question: Question, text: str, *, answered_as: str, prefix: str) -> Markdown:
    """Tells the asker which answer holds now."""
    return fill(
        "Die Antwort auf Ihre Frage **{ref}** wurde berichtigt.\n\n{question}\n\n"
        "**Jetzt gilt** ({who}):\n{text}\n\n{next}",
        ref=question.ref,
        question=_reminder(question.text),
        who=answered_as,
        text=escape_lines(text),
        next=_follow_up(question, prefix),
    )


def answer_deleted(question: Question, *, prefix: str) -> Markdown:
    """Says where an answer's message was deleted what became of the question."""
    if question.state is QuestionState.WITHDRAWN:
        return fill("Die Antwort auf **{ref}** ist gelöscht, die Frage damit zurückgezogen.", ref=question.ref)
    return fill(
        "Die Antwort auf **{ref}** ist gelöscht, die Frage ist wieder offen.\nNeu beantworten: {how}",
        ref=question.ref,
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def answer_gone_for_you(question: Question, *, prefix: str) -> Markdown:
    """Tells the asker that the answer no longer holds, and what that means."""
    gone = fill("Die Antwort auf Ihre Frage **{ref}** wurde gelöscht und gilt nicht mehr.", ref=question.ref)
    if question.state is QuestionState.WITHDRAWN:
        return fill(
            "{gone}\nIhr Text war schon gelöscht, die Frage ist damit zurückgezogen. Neu stellen: {ask}",
            gone=gone,
            ask=code(prefix, f"frage AG{question.group_number} Ihre Frage"),
        )
    return fill(
        "{gone} Die Frage ist wieder offen.\n\n{question}\n\n"
        "Sobald es eine neue Antwort gibt, melde ich mich hier. Stand der Dinge: {show}",
        gone=gone,
        question=_reminder(question.text),
        show=_show(question.ref, prefix),
    )


def reworded(question: Question, *, prefix: str) -> Markdown:
    """An open question was edited."""
    return fill(
        "Der Text von **{ref}** ist geändert. Er gilt jetzt so: {show}",
        ref=question.ref,
        show=_show(question.ref, prefix),
    )


def deleted(question: Question) -> Markdown:
    """The message of a question was deleted."""
    if question.state is QuestionState.ANSWERED:
        return fill("Der Text von **{ref}** ist auch bei mir gelöscht. Die Antwort bleibt lesbar.", ref=question.ref)
    return fill("**{ref}** ist zurückgezogen und der Text auch bei mir gelöscht.", ref=question.ref)


def group_name(group: Group) -> str:
    """How a group is called in a sentence."""
    return f"AG {group.number} ({group.name})"


def code(prefix: str, command: str) -> Markdown:
    """A command to copy; it must hold nothing that people typed."""
    return Markdown(f"`{prefix}{command}`")


def as_role(role: Role | None, group: int) -> str:
    """As whom somebody answered."""
    return f"Leitung AG {group}" if role is Role.LEAD else "Koordination"


def _follow_up(question: Question, prefix: str) -> Markdown:
    how = code(prefix, f"frage AG{question.group_number} Nachfrage zu {question.ref}: …")
    return fill("Hilft das nicht weiter? Fragen Sie bitte nach: {how}", how=how)


def _owner(group: int, leads: Sequence[str]) -> str:
    if not leads:
        return f"Koordination (für die AG {group} ist keine Leitung eingetragen)"
    return f"Leitung der AG {group} ({', '.join(leads)})"


def _in_role(role: Role | None) -> Markdown:
    return Markdown({Role.LEAD: " (Leitung)", Role.COORDINATOR: " (Koordination)"}.get(role or Role.PARTICIPANT, ""))


def _day(moment: datetime) -> str:
    return short_day(wall(moment))


def _reminder(text: str | None) -> Markdown:
    return _quoted(None if text is None else shorten(text, _AS_A_REMINDER))


def _quoted(text: str | None) -> Markdown:
    if text is None:
        return _NO_TEXT
    return join([f"> {line}" for line in escape_lines(text).split("\n")])


def _show(ref: str, prefix: str) -> Markdown:
    return code(prefix, f"frage {ref}")
