"""Votes for a question: counted, counted before, taken back, not possible.

None of these tells how many there are: whoever asked in confidence reads what every voter reads.
"""

from commands.markup import Markdown, fill, join
from commands.texts.question_words import standing
from commands.texts.questions import ask, code, reminder, show
from storage.tables import Question


def counted(question: Question, root: Question, *, first: bool, prefix: str) -> Markdown:
    """Confirms a vote; `root` is what the question was merged into, or the question itself."""
    head = "Ihre Stimme für **{ref}** zählt." if first else "Sie haben für **{ref}** schon gestimmt, das zählt weiter."
    lines = [fill(head, ref=question.ref)]
    if root is not question:
        lines.append(_merged(question, root))
    return join(
        [
            join(lines),
            reminder(root.text),
            fill(
                "Sobald die Antwort da ist, bekommen Sie sie auch.\nZurücknehmen: {back}",
                back=_back(question, prefix),
            ),
        ],
        "\n\n",
    )


def own_question(question: Question, *, prefix: str) -> Markdown:
    """Whoever asked needs no vote; `question` is theirs."""
    return fill(
        "**{ref}** ist Ihre eigene Frage und zählt schon mit. Die Antwort bekommen Sie auf jeden Fall.\n"
        "Stand der Dinge: {show}",
        ref=question.ref,
        show=show(question.ref, prefix),
    )


def answered_already(question: Question, root: Question, *, prefix: str) -> Markdown:
    """What was answered needs no vote."""
    return fill(
        "{merged}**{ref}** ist {standing}. Die Antwort zeigt {show}",
        merged=_merged_before(question, root),
        ref=root.ref,
        standing=standing(root),
        show=show(root.ref, prefix),
    )


def closed(question: Question, root: Question, *, prefix: str) -> Markdown:
    """What is closed gets no answer any more."""
    return fill(
        "{merged}**{ref}** ist {standing}, dafür kann niemand mehr stimmen. Wie es dazu kam, zeigt {show}\n"
        "Brauchen Sie eine Antwort, stellen Sie die Frage bitte selbst: {ask}",
        merged=_merged_before(question, root),
        ref=root.ref,
        standing=standing(root),
        show=show(root.ref, prefix),
        ask=ask(root.group_number, prefix),
    )


def not_released(question: Question, root: Question, *, prefix: str) -> Markdown:
    """What nobody else may read yet has no votes yet."""
    return fill(
        "{merged}**{ref}** wartet noch auf die Freigabe; erst danach kann man dafür stimmen. Stand der Dinge: {show}",
        merged=_merged_before(question, root),
        ref=root.ref,
        show=show(root.ref, prefix),
    )


def taken_back(question: Question, *, prefix: str) -> Markdown:
    """A person supports a question no more."""
    return fill(
        "Ihre Stimme für **{ref}** ist zurückgenommen.\nDoch wieder stimmen: {vote}",
        ref=question.ref,
        vote=code(prefix, f"stimme {question.ref}"),
    )


def taken_back_here(question: Question, other: Question, *, prefix: str) -> Markdown:
    """A person took a vote back and left another one at a question that was merged with it."""
    return fill(
        "Ihre Stimme für **{ref}** ist zurückgenommen. Für **{other}**, damit zusammengeführt, stimmen Sie weiterhin.\n"
        "Auch diese zurücknehmen: {back}",
        ref=question.ref,
        other=other.ref,
        back=_back(other, prefix),
    )


def voted_elsewhere(question: Question, other: Question, *, prefix: str) -> Markdown:
    """No vote at this question, but at one that was merged with it."""
    return fill(
        "Gestimmt haben Sie nicht für **{ref}**, sondern für **{other}**, damit zusammengeführt.\nZurücknehmen: {back}",
        ref=question.ref,
        other=other.ref,
        back=_back(other, prefix),
    )


def asked_elsewhere(question: Question, own: Question, *, prefix: str) -> Markdown:
    """No vote at this question, but an own one that was merged with it."""
    return fill(
        "Gestimmt haben Sie für **{ref}** nicht; Ihre Frage **{own}** ist damit zusammengeführt und zählt deshalb mit."
        "\nWieder trennen: {split}",
        ref=question.ref,
        own=own.ref,
        split=code(prefix, f"trennen {own.ref}"),
    )


def nothing_to_take_back(question: Question, *, prefix: str) -> Markdown:
    """A person takes back what they have not given."""
    return fill(
        "Für **{ref}** liegt von Ihnen keine Stimme vor; es gibt nichts zurückzunehmen.\nDafür stimmen: {vote}",
        ref=question.ref,
        vote=code(prefix, f"stimme {question.ref}"),
    )


def only_back(question: Question, *, prefix: str) -> Markdown:
    """Words after the number that mean nothing here."""
    return fill(
        "Nach der Nummer kann nur das Wort „zurück“ stehen.\nStimmen: {vote}\nZurücknehmen: {back}",
        vote=code(prefix, f"stimme {question.ref}"),
        back=_back(question, prefix),
    )


def _merged(question: Question, root: Question) -> Markdown:
    return fill("{ref} ist mit **{root}** zusammengeführt, Ihre Stimme zählt dort.", ref=question.ref, root=root.ref)


def _merged_before(question: Question, root: Question) -> Markdown:
    if root is question:
        return Markdown("")
    return fill("{ref} ist mit **{root}** zusammengeführt.\n", ref=question.ref, root=root.ref)


def _back(question: Question, prefix: str) -> Markdown:
    return code(prefix, f"stimme {question.ref} zurück")
