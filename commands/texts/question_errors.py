"""What is wrong with a question, an answer or an edit of one, and what to do instead."""

from collections.abc import Collection, Sequence

from commands.markup import Markdown, fill, join
from commands.texts.question_words import COMMANDS, Actor, Step, standing
from commands.texts.questions import ask, code, show
from storage.tables import Group, Question, QuestionState

MORE_THAN_A_STATE = "Bitte schreiben Sie dahinter nur eine AG und eines der Wörter „offen“, „beantwortet“ oder „alle“."
ASK, LIST, SHOW_ALL = "frage AG3 Ihre Frage", "fragen AG3", "fragen alle"
"""Commands to go on with where there is no such group."""

_MOST_POSSIBLE = 5
_WHO = {
    Actor.LEAD: "die Leitung der AG {group}",
    Actor.COORDINATION: "die Koordination",
    Actor.OWNER: "wer sie übernommen hat",
    Actor.ASKER: "wer die Frage gestellt hat",
}


def which_group(groups: Sequence[Group]) -> Markdown:
    """No group is named."""
    return fill("Welche AG soll antworten?\nEs gibt {groups}.", groups=_all(groups))


def unknown_group(number: int, groups: Sequence[Group], *, remedy: str, prefix: str) -> Markdown:
    """There is no such group; `remedy` is a command to go on with."""
    return fill(
        "Eine AG {number} gibt es nicht.\nEs gibt {groups}.\nZum Beispiel: {example}",
        number=number,
        groups=_all(groups),
        example=code(prefix, remedy),
    )


def too_short() -> Markdown:
    """Nothing a group could answer: "???", "hallo"."""
    return Markdown("Was möchten Sie von der AG wissen? Bitte schreiben Sie Ihre Frage in einem ganzen Satz.")


def no_text(what: str) -> Markdown:
    """A question or answer without words; `what` is "Frage" or "Antwort"."""
    return fill("Es fehlt der Text Ihrer {what}.", what=what)


def no_reason(step: Step) -> Markdown:
    """A step that needs its reason, without one."""
    if step is Step.REOPEN:
        return Markdown("Bitte schreiben Sie dazu, was noch fehlt.")
    return Markdown("Bitte schreiben Sie auch den Grund dazu.")


def too_long(what: str, length: int, most: int) -> Markdown:
    """A question or answer with too many characters."""
    return fill(
        "Ihre {what} hat {length} Zeichen, möglich sind {most}.\n"
        "Bitte kürzen Sie sie; Ausführliches passt in ein Dokument, dessen Link Sie hier nennen.",
        what=what,
        length=_thousands(length),
        most=_thousands(most),
    )


def asked_before(question: Question, *, prefix: str) -> Markdown:
    """The same question, a moment ago."""
    return fill(
        "Diese Frage habe ich von Ihnen gerade schon als **{ref}** notiert. Stand der Dinge: {show}",
        ref=question.ref,
        show=show(question.ref, prefix),
    )


def only_a_number(group: int, digits: str, *, prefix: str) -> Markdown:
    """`!frage AG3 17`: a question number without its hyphen, most likely."""
    return fill(
        "Meinen Sie die Frage mit der Nummer {number}? Sie steht hier: {show}",
        number=digits[:9],
        show=show(f"AG{group}-{digits[:9].zfill(3)}", prefix),
    )


def number_and_text(ref: str, group: int, *, prefix: str) -> Markdown:
    """`!frage AG3-017 …` could show that question or ask a new one."""
    return fill(
        "Nach der Nummer {ref} steht noch Text.\nDie Frage zeigt {show}, eine neue stellt {ask}",
        ref=ref,
        show=show(ref, prefix),
        ask=ask(group, prefix),
    )


def which_question(*, prefix: str) -> Markdown:
    """No question is named."""
    return fill(
        "Es fehlt die Nummer der Frage, zum Beispiel AG3-017. Die Nummern zeigt {listed}",
        listed=code(prefix, "fragen alle"),
    )


def only_the_number() -> Markdown:
    """Words after the number where none belong."""
    return Markdown("Bitte nennen Sie nur die Nummer der Frage.")


def one_is_shown_so(ref: str, *, prefix: str) -> Markdown:
    """`!fragen AG3-017`."""
    return fill("Eine einzelne Frage zeigt {show}", show=show(ref, prefix))


def unknown_question(ref: str, group: Group, near: Sequence[Question], *, prefix: str) -> Markdown:
    """There is no such question; `near` are those with the nearest numbers."""
    if not near:
        return fill(
            "Eine Frage {ref} gibt es nicht: An die AG {group} wurde noch keine gestellt.\nDie erste stellt {ask}",
            ref=ref,
            group=group.number,
            ask=ask(group.number, prefix),
        )
    return fill(
        "Eine Frage {ref} gibt es nicht. Am nächsten kommen {near}.\nEine davon zeigt {show}",
        ref=ref,
        near=", ".join(each.ref for each in near),
        show=show(near[0].ref, prefix),
    )


def not_yours_to_do(question: Question, by: Collection[Actor], *, prefix: str) -> Markdown:
    """Somebody takes a step that only others may take; a question that is with the coordination has no lead."""
    able = [actor for actor in _WHO if actor in by and not (actor is Actor.LEAD and question.with_coordination)]
    who = [_WHO[actor].format(group=question.group_number) for actor in able]
    hint = " Wer vertraulich gefragt hat, macht das im direkten Chat mit mir." if Actor.ASKER in by else ""
    return fill(
        "Das darf bei **{ref}** nur {who}.{hint} Wer Leitung oder Koordination ist, zeigen {group} und {contact}",
        ref=question.ref,
        who=" oder ".join([", ".join(who[:-1]), who[-1]] if len(who) > 1 else who),
        hint=Markdown(hint),
        group=code(prefix, f"ag {question.group_number}"),
        contact=code(prefix, "kontakt"),
    )


def only_who_asked(question: Question, *, prefix: str) -> Markdown:
    """Somebody else decides for whoever asked."""
    return fill(
        "Das kann bei **{ref}** nur, wer die Frage gestellt hat; wer vertraulich gefragt hat, im direkten Chat mit "
        "mir.\nIhre eigenen Fragen zeigt {mine}",
        ref=question.ref,
        mine=code(prefix, "meine"),
    )


def not_now(question: Question, possible: Collection[Step], *, prefix: str) -> Markdown:
    """A step that does not fit where the question stands; `possible` are those that the sender may take."""
    typed = list(dict.fromkeys(COMMANDS[each].format(ref=question.ref) for each in COMMANDS if each in possible))
    commands = [code(prefix, each) for each in typed[:_MOST_POSSIBLE]]
    commands.append(show(question.ref, prefix))
    return fill(
        "Das geht jetzt nicht: **{ref}** ist {standing}.\nMöglich ist{some}: {commands}",
        ref=question.ref,
        standing=standing(question),
        some=" zum Beispiel" if len(typed) > _MOST_POSSIBLE else "",
        commands=join(commands, ", "),
    )


def too_late_to_withdraw(question: Question) -> Markdown:
    """An answered question is not withdrawn."""
    return fill(
        "**{ref}** ist schon beantwortet und bleibt deshalb stehen.\nSoll Ihr Text verschwinden, löschen Sie bitte "
        "Ihre Nachricht im Chat; dann lösche ich ihn auch.",
        ref=question.ref,
    )


def edit_too_late(question: Question) -> Markdown:
    """Editing changes only what waits for its answer."""
    if question.state is QuestionState.CLOSED:
        return fill(
            "**{ref}** ist {standing}, Ihre Änderung ändert daran nichts.",
            ref=question.ref,
            standing=standing(question),
        )
    return fill(
        "**{ref}** ist schon beantwortet, Ihre Änderung ändert daran nichts.\n"
        "Eine Nachfrage stellen Sie bitte als neue Frage.",
        ref=question.ref,
    )


def edit_unclear(question: Question, *, prefix: str) -> Markdown:
    """The edited message is no question to this group any more."""
    return fill(
        "An **{ref}** habe ich nichts geändert.\nEine Änderung muss so beginnen: {how}\n"
        "Ganz zurückziehen können Sie die Frage mit {withdraw}",
        ref=question.ref,
        how=ask(question.group_number, prefix),
        withdraw=code(prefix, f"zurückziehen {question.ref}"),
    )


def edit_other_group(question: Question, number: int, *, prefix: str) -> Markdown:
    """An edit does not move a question to another group."""
    return fill(
        "An **{ref}** habe ich nichts geändert: Ihre Nachricht nennt jetzt die AG {number}, die Nummer gehört zur AG "
        "{group}.\nBitte ziehen Sie diese zurück ({withdraw}) und stellen Sie dort eine neue.",
        ref=question.ref,
        number=number,
        group=question.group_number,
        withdraw=code(prefix, f"zurückziehen {question.ref}"),
    )


def edit_same(question: Question) -> Markdown:
    """The edit changes no word."""
    return fill("An **{ref}** hat sich nichts geändert, der Text ist derselbe.", ref=question.ref)


def answer_edit_unclear(question: Question, *, prefix: str) -> Markdown:
    """The edited message is no answer to this question any more."""
    return fill(
        "An der Antwort auf **{ref}** habe ich nichts geändert.\nEine Berichtigung muss weiter so beginnen: {how}",
        ref=question.ref,
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def answer_out_of_date(question: Question, *, prefix: str) -> Markdown:
    """There is a newer answer than the one that was edited."""
    return fill(
        "Zu **{ref}** gibt es schon eine neuere Antwort, an ihr habe ich nichts geändert. Sie zeigt {show}",
        ref=question.ref,
        show=show(question.ref, prefix),
    )


def answer_gone(question: Question) -> Markdown:
    """The answer was deleted before it was edited."""
    return fill("Diese Antwort auf **{ref}** ist gelöscht, Ihre Änderung ändert daran nichts.", ref=question.ref)


def _all(groups: Sequence[Group]) -> str:
    return ", ".join(f"AG {each.number} {each.name}" for each in groups)


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")
