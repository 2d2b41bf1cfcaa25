"""A question goes to another group, or gets more time."""

from datetime import date

from commands.dates.wording import short_day
from commands.markup import Markdown, fill, join
from commands.texts.questions import code, group_name, owner, quoted, reminder, show
from storage.tables import Group, Question, QuestionState

_REVIEW = Markdown(" Bevor andere sie sehen, gibt die Leitung sie frei.")


def missing_group() -> Markdown:
    """Forwarding without a group."""
    return Markdown("Es fehlt die AG, an die Sie die Frage weiterleiten möchten.")


def same_group(question: Question, *, prefix: str) -> Markdown:
    """Forwarding to the group that has it."""
    return fill(
        "**{ref}** ist schon bei der AG {group}. An eine Person geben Sie die Frage so: {how}",
        ref=question.ref,
        group=question.group_number,
        how=code(prefix, f"zuweisen {question.ref} Person"),
    )


def forwarded(question: Question, old_ref: str, group: Group, leads: list[str], *, prefix: str) -> Markdown:
    """Confirms that a question has gone to another group."""
    return fill(
        "**{old}** ist jetzt **{ref}** bei der {group}.{review}\nZuständig: {owner}\n"
        "Das Ziel für die Antwort beginnt neu: {due}\nStand der Dinge: {show}",
        old=old_ref,
        ref=question.ref,
        group=group_name(group),
        review=_review(question),
        owner=owner(question, leads),
        due=short_day(question.due_on),
        show=show(question.ref, prefix),
    )


def forwarded_for_asker(question: Question, old_ref: str, group: Group, reason: str, *, prefix: str) -> Markdown:
    """Tells whoever asked where their question is now, why, and that the time for its answer begins anew."""
    return fill(
        "Ihre Frage **{old}** ist jetzt **{ref}**: Sie liegt bei der {group}.{review} Der Grund:\n\n{reason}\n\n"
        "Das Ziel für die Antwort beginnt neu: {due}\nSobald die Antwort da ist, melde ich mich hier. "
        "Stand der Dinge: {show}",
        old=old_ref,
        ref=question.ref,
        group=group_name(group),
        review=_review(question),
        reason=quoted(reason),
        due=short_day(question.due_on),
        show=show(question.ref, prefix),
    )


def forwarded_for_group(
    question: Question, old_ref: str, asker: str | None, reason: str, *, from_group: int, prefix: str
) -> Markdown:
    """Tells the new group's room of a question; `asker` is left out where that was in private."""
    return fill(
        "**Neue Frage {ref}**{asked_by}, weitergeleitet von der AG {number} (bisher {old}). "
        "Ziel für die Antwort: {due}\n\n{text}\n\nDer Grund:\n\n{reason}\n\nÜbernehmen: {take}\nAntworten: {how}",
        ref=question.ref,
        asked_by=fill(" von {asker}", asker=asker) if asker else Markdown(""),
        number=from_group,
        old=old_ref,
        due=short_day(question.due_on),
        text=quoted(question.text),
        reason=quoted(reason),
        take=code(prefix, f"übernehmen {question.ref}"),
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def no_longer_yours(question: Question, old_ref: str, before: str, *, prefix: str) -> Markdown:
    """Tells whoever had a question until now that it is with another group."""
    return fill(
        "{before}: **{old}** liegt nicht mehr bei Ihnen, sondern als {ref} bei der AG {group}. "
        "Für Sie ist nichts mehr zu tun. {show}",
        before=before,
        old=old_ref,
        ref=question.ref,
        group=question.group_number,
        show=show(question.ref, prefix),
    )


def not_later(question: Question, day: date) -> Markdown:
    """A new target that is not after the old one, or not after today."""
    return fill(
        "**{ref}** hat das Ziel {due}. Verlängern geht nur auf einen späteren Tag in der Zukunft, nicht auf {day}.",
        ref=question.ref,
        due=short_day(question.due_on),
        day=short_day(day),
    )


def too_far(day: date, latest: date) -> Markdown:
    """A new target more than a year away."""
    return fill(
        "{day} ist zu weit weg. Verlängern geht höchstens um ein Jahr, bis {latest}.",
        day=short_day(day),
        latest=short_day(latest),
    )


def extended(question: Question, *, prefix: str) -> Markdown:
    """Confirms the new target."""
    return fill(
        "**{ref}** hat jetzt das Ziel {due}. Bis dahin erinnere ich nicht daran.\nAntworten: {how}",
        ref=question.ref,
        due=short_day(question.due_on),
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def extended_for_asker(question: Question, reason: str, *, prefix: str) -> Markdown:
    """Tells whoever asked that the answer takes longer, how long, and why."""
    return join(
        [
            fill(
                "Die Antwort auf Ihre Frage **{ref}** braucht länger, das neue Ziel ist {due}. Der Grund:",
                ref=question.ref,
                due=short_day(question.due_on),
            ),
            quoted(reason),
            reminder(question.text),
            fill("Stand der Dinge: {show}", show=show(question.ref, prefix)),
        ],
        "\n\n",
    )


def _review(question: Question) -> Markdown:
    return _REVIEW if question.state is QuestionState.IN_REVIEW else Markdown("")
