"""Merging: what is similar, two questions made one, told to whom it concerns, and split again.

Nothing here names who asked. What quotes a question belongs to that question (its subject), so that it goes with it.
"""

from collections.abc import Sequence

from commands.dates.wording import short_day
from commands.markup import Markdown, escape_lines, fill, join, shorten
from commands.texts.question_words import STATES, standing
from commands.texts.questions import ask, code, reminder, show
from storage.tables import Answer, Question, QuestionState

_ON_A_LINE = 100  # characters
_DIGITS = ("1️⃣ (Ziffer 1)", "2️⃣ (Ziffer 2)", "3️⃣ (Ziffer 3)")


def similar_shown(question: Question, similar: Sequence[Question], *, prefix: str) -> Markdown:
    """Up to three questions that were asked before, for the receipt of a new one, and how to say it is the same."""
    shown = similar[: len(_DIGITS)]
    lines = [
        fill(
            "{number}\\. **{ref}** {text} ({state})",
            number=number,
            ref=each.ref,
            text=shorten(each.text or "", _ON_A_LINE),
            state=STATES[each.state],
        )
        for number, each in enumerate(shown, 1)
    ]
    return join(
        [
            Markdown("Ähnlich:"),
            *lines,
            fill(
                "Ist eine davon dieselbe wie Ihre? {digits} oder {merge}",
                digits=", ".join(_DIGITS[: len(shown)]),
                merge=_merge(question, shown[0], prefix),
            ),
        ]
    )


def merged(
    question: Question,
    root: Question,
    *,
    named: Question,
    own: bool,
    told: bool,
    answer: Answer | None,
    answered_as: str,
    prefix: str,
) -> Markdown:
    """Confirms to whoever merged them; `root` is where it goes on, `named` what they had named for it.

    `own`: they asked the merged one; `told`: others hear of it; `answer` is the one there is already.
    """
    lines = [fill("**{ref}** ist jetzt mit **{root}** zusammengeführt.", ref=question.ref, root=root.ref)]
    if named is not root:
        lines.append(
            fill(
                "{named} war schon mit {root} zusammengeführt, deshalb geht es dort weiter.",
                named=named.ref,
                root=root.ref,
            )
        )
    if own and answer is None:
        lines.append(
            fill("Ihre Frage zählt dort als Stimme. Sobald die Antwort da ist, bekommen Sie sie auch.", ref=root.ref)
        )
    if told:
        lines.append(
            Markdown("Wer dafür gestimmt hat, erfährt es." if own else "Wer gefragt oder gestimmt hat, erfährt es.")
        )
    return join(
        [
            join(lines),
            _with_answer(root, answer, answered_as=answered_as, prefix=prefix),
            _split_again(question, prefix),
        ],
        "\n\n",
    )


def told_merged(
    question: Question,
    root: Question,
    *,
    asker: bool,
    others: bool,
    answer: Answer | None,
    answered_as: str,
    prefix: str,
) -> Markdown:
    """Tells whoever asked (`asker`) and those who voted (`others`) that their question goes on with another one."""
    whose = _your(question, asker=asker, others=others)
    lines = [fill("{whose} ist jetzt mit **{root}** zusammengeführt.", whose=whose, root=root.ref)]
    if answer is None:
        lines.append(Markdown("Sie zählen dort mit und bekommen die Antwort, sobald sie da ist."))
    back = code(prefix, f"stimme {question.ref} zurück")
    if not asker:
        way_out = fill("Nicht dasselbe? Stimme zurücknehmen: {back}", back=back)
    elif not others:
        way_out = _split_again(question, prefix)
    else:
        way_out = fill(
            "Nicht dasselbe? Wer gefragt hat: {split}\nWer gestimmt hat: {back}",
            split=_split(question, prefix),
            back=back,
        )
    return join(
        [join(lines), _with_answer(root, answer, answered_as=answered_as, prefix=prefix), way_out],
        "\n\n",
    )


def merged_for_group(question: Question, root: Question, *, prefix: str) -> Markdown:
    """Tells the group whose question it was that there is no more to do about it."""
    return fill(
        "**{ref}** ist jetzt mit **{root}** zusammengeführt. Beantwortet wird nur noch {root}: {show}",
        ref=question.ref,
        root=root.ref,
        show=show(root.ref, prefix),
    )


def split_again(question: Question, root: Question, *, late: bool, answered: bool, told: bool, prefix: str) -> Markdown:
    """Confirms to whoever split them; `answered`: the other one was answered meanwhile."""
    lines = [
        fill("**{ref}** ist wieder von **{root}** getrennt.", ref=question.ref, root=root.ref),
        *_again_by_itself(question, root, late=late, answered=answered, prefix=prefix),
    ]
    if told:
        lines.append(Markdown("Wer gefragt oder gestimmt hat, erfährt es."))
    lines.append(fill("Doch dasselbe? {merge}", merge=_merge(question, root, prefix)))
    return join(lines)


def told_split(
    question: Question, root: Question, *, asker: bool, others: bool, late: bool, answered: bool, prefix: str
) -> Markdown:
    """Tells whoever asked (`asker`) and those who voted (`others`) that their question is by itself again."""
    whose = _your(question, asker=asker, others=others)
    lines = [
        fill("{whose} ist wieder von **{root}** getrennt.", whose=whose, root=root.ref),
        *_again_by_itself(question, root, late=late, answered=answered, prefix=prefix),
    ]
    if question.state is QuestionState.IN_REVIEW:
        return join(lines)  # others may not read it yet
    return join([join(lines), reminder(question.text)], "\n\n")


def split_for_group(question: Question, root: Question, *, late: bool, prefix: str) -> Markdown:
    """Tells the group whose question it is that it waits for an answer of its own again."""
    return fill(
        "**{ref}** ist wieder von **{root}** getrennt und wartet auf eine eigene Antwort.\n{due}\nAntworten: {how}",
        ref=question.ref,
        root=root.ref,
        due=_due(question, late=late),
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def which_other(question: Question, *, prefix: str) -> Markdown:
    """Only one question is named."""
    return fill(
        "Mit welcher Frage soll **{ref}** zusammengeführt werden? Bitte nennen Sie auch deren Nummer: {how}",
        ref=question.ref,
        how=code(prefix, f"zusammenführen {question.ref} AG{question.group_number}-001"),
    )


def only_two() -> Markdown:
    """Words after the two numbers."""
    return Markdown("Bitte nennen Sie nur die Nummern der beiden Fragen.")


def with_itself(question: Question) -> Markdown:
    """Twice the same question."""
    return fill("**{ref}** kann nicht mit sich selbst zusammengeführt werden.", ref=question.ref)


def merged_the_other_way(question: Question, other: Question, *, prefix: str) -> Markdown:
    """The second question was merged into the first already."""
    return merged_already(other, question, prefix=prefix)


def merged_already(question: Question, root: Question, *, prefix: str) -> Markdown:
    """The first question was merged before."""
    return fill(
        "**{ref}** ist schon mit **{root}** zusammengeführt. Stand der Dinge: {show}\n"
        "Wer gefragt hat, die Leitung und die Koordination können sie wieder trennen: {split}",
        ref=question.ref,
        root=root.ref,
        show=show(root.ref, prefix),
        split=_split(question, prefix),
    )


def no_target(question: Question, root: Question, *, prefix: str) -> Markdown:
    """A question that nobody can be pointed to: it is closed, or not shown yet."""
    return fill(
        "Mit **{root}** geht das nicht: Sie ist {standing}.\nEs wurde nichts geändert; **{ref}** bleibt eine eigene "
        "Frage. Andere Fragen zeigt {listed}",
        ref=question.ref,
        root=root.ref,
        standing=standing(root),
        listed=code(prefix, f"fragen AG{question.group_number}"),
    )


def without_text(question: Question, *, prefix: str) -> Markdown:
    """A question whose text was deleted while it was merged: nobody could answer it by itself."""
    return fill(
        "**{ref}** kann nicht mehr getrennt werden, ihr Text wurde gelöscht.\nNeu fragen: {ask}",
        ref=question.ref,
        ask=ask(question.group_number, prefix),
    )


def not_merged(question: Question, *, prefix: str) -> Markdown:
    """What was not merged cannot be split."""
    return fill(
        "**{ref}** ist mit keiner anderen Frage zusammengeführt, zu trennen gibt es nichts. Stand der Dinge: {show}",
        ref=question.ref,
        show=show(question.ref, prefix),
    )


def _with_answer(root: Question, answer: Answer | None, *, answered_as: str, prefix: str) -> Markdown:
    """What the other question says, and its answer where there is one."""
    if root.closed_at is None:
        return reminder(root.text)
    if answer is None:
        return fill("Die Antwort haben Sie schon bekommen: {show}", show=show(root.ref, prefix))
    return fill(
        "{question}\n\n**Antwort** ({who}):\n{text}",
        question=reminder(root.text),
        who=answered_as,
        text=escape_lines(answer.text or ""),
    )


def _again_by_itself(question: Question, root: Question, *, late: bool, answered: bool, prefix: str) -> list[Markdown]:
    lines = [
        fill(
            "Sie ist {standing} und bekommt eine eigene Antwort. {due}",
            standing=standing(question),
            due=_due(question, late=late),
        )
    ]
    if answered:
        lines.append(
            fill(
                "Die Antwort auf {root} gilt für sie nicht; nachzulesen ist sie hier: {show}",
                root=root.ref,
                show=show(root.ref, prefix),
            )
        )
    return lines


def _due(question: Question, *, late: bool) -> Markdown:
    line = "Ziel: {due} (überfällig)" if late else "Ziel: {due}"
    return fill(line, due=short_day(question.due_on))


def _your(question: Question, *, asker: bool, others: bool) -> Markdown:
    """The question in the words of those who are told: who asked it, who voted for it, or both in one room."""
    if asker:
        return fill("Die Frage **{ref}**" if others else "Ihre Frage **{ref}**", ref=question.ref)
    return fill("Die Frage **{ref}**, für die Sie gestimmt haben,", ref=question.ref)


def _split_again(question: Question, prefix: str) -> Markdown:
    return fill("Doch nicht dasselbe? {split}", split=_split(question, prefix))


def _split(question: Question, prefix: str) -> Markdown:
    return code(prefix, f"trennen {question.ref}")


def _merge(question: Question, other: Question, prefix: str) -> Markdown:
    return code(prefix, f"zusammenführen {question.ref} {other.ref}")
