"""Pre-moderation: switched on or off for a group, and a question that is released."""

from collections.abc import Sequence

from commands.dates.wording import short_day
from commands.markup import Markdown, fill, join
from commands.texts.questions import code, group_name, quoted, show
from storage.tables import Group, Question

_MOST = 5


def which_group(groups: Sequence[int]) -> Markdown:
    """No group is named; `groups` are those that the sender could mean."""
    return fill("Welche AG meinen Sie? Möglich ist: {groups}.", groups=", ".join(f"AG {each}" for each in groups))


def on_or_off() -> Markdown:
    """Another word than on or off."""
    return Markdown("Bitte schreiben Sie dahinter „an“ oder „aus“.")


def setting(group: Group, waiting: Sequence[Question], *, prefix: str) -> Markdown:
    """How it is set."""
    if group.reviews:
        text = fill(
            "Neue Fragen an die {group} warten auf die Freigabe der Leitung. Ausschalten: {off}",
            group=group_name(group),
            off=code(prefix, f"prüfung AG{group.number} aus"),
        )
    else:
        text = fill(
            "Neue Fragen an die {group} sind sofort für alle sichtbar. Vorher prüfen: {on}",
            group=group_name(group),
            on=code(prefix, f"prüfung AG{group.number} an"),
        )
    return join([text, *_waiting(waiting, prefix)])


def switched(group: Group, waiting: Sequence[Question], *, prefix: str) -> Markdown:
    """Confirms how it is set from now on."""
    text = (
        "Ab jetzt warten neue Fragen an die {group} auf die Freigabe der Leitung; wer fragt, erfährt das."
        if group.reviews
        else "Ab jetzt sind neue Fragen an die {group} sofort für alle sichtbar."
    )
    return join([fill(text, group=group_name(group)), *_waiting(waiting, prefix)])


def released(question: Question, *, prefix: str) -> Markdown:
    """Confirms the release."""
    return fill(
        "**{ref}** ist freigegeben; wer gefragt hat, erfährt es. Ziel für die Antwort: {due}\n"
        "Übernehmen: {take}\nAntworten: {how}",
        ref=question.ref,
        due=short_day(question.due_on),
        take=code(prefix, f"übernehmen {question.ref}"),
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def released_for_asker(question: Question, *, prefix: str) -> Markdown:
    """Tells whoever asked that everybody can read it now, and when to expect the answer."""
    return fill(
        "Ihre Frage **{ref}** ist freigegeben, alle können sie jetzt lesen.\n\n{text}\n\n"
        "Ziel für die Antwort: {due}\nSobald sie da ist, melde ich mich hier. Stand der Dinge: {show}",
        ref=question.ref,
        text=quoted(question.text),
        due=short_day(question.due_on),
        show=show(question.ref, prefix),
    )


def _waiting(waiting: Sequence[Question], prefix: str) -> list[Markdown]:
    if not waiting:
        return []
    refs = ", ".join(each.ref for each in waiting[:_MOST])
    if len(waiting) > _MOST:
        refs += f" und {len(waiting) - _MOST} weitere"
    return [
        fill(
            "Auf ihre Freigabe {wait}: {refs}. Freigeben: {how}",
            wait="wartet noch 1 Frage" if len(waiting) == 1 else f"warten noch {len(waiting)} Fragen",
            refs=refs,
            how=code(prefix, f"freigeben {waiting[0].ref}"),
        )
    ]
