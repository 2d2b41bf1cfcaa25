"""What the bot says of its own accord because time passes: nobody has taken it, time runs out, silence is a yes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from commands.dates.wording import short_day
from commands.markup import Markdown, fill, join
from commands.texts.questions import ask, code, reminder, show
from storage.tables import Question, QuestionState

ANNOUNCED: Final = "Bestätigung angekündigt"
"""What the history says when the asker was told that silence counts as a yes."""

HALF, MOST, OVERDUE = 50, 80, 100
"""The shares of the time at which people are told, in per cent."""

_LONGEST_LIST = 10


@dataclass(frozen=True, kw_only=True)
class Due:
    """A question of which somebody is told. `late`: the bot was not running when it should have said so."""

    question: Question
    late: bool


def unowned(found: Sequence[Due], people: Sequence[str], *, again: bool, prefix: str) -> Markdown:
    """Nobody has taken these questions, or released them; `again`: the leads were told before."""
    if len(found) == 1:
        return _one_unowned(found[0], people, again=again, prefix=prefix)
    lines = [
        fill(
            "- {ref}: {what}, Ziel {due}{late}",
            ref=each.question.ref,
            what="wartet auf die Freigabe" if _hidden(each.question) else "nicht übernommen",
            due=short_day(each.question.due_on),
            late=_late(each),
        )
        for each in found
    ]
    example = next((each.question for each in found if not _hidden(each.question)), found[0].question)
    return join(
        [
            fill(
                "**Um {count} Fragen kümmert sich noch niemand{again}.**",
                count=len(found),
                again=_AGAIN if again else "",
            ),
            _list(lines, prefix),
            join([_people(people), *_ways_to_begin(example, prefix)]),
        ],
        "\n\n",
    )


def _one_unowned(due: Due, people: Sequence[str], *, again: bool, prefix: str) -> Markdown:
    question = due.question
    head = fill(
        "**{ref} {what}{again}.**{late} Ziel für die Antwort: {target}",
        ref=question.ref,
        what="wartet noch auf die Freigabe" if _hidden(question) else "hat noch niemand übernommen",
        again=_AGAIN if again else "",
        late=_late(due),
        target=short_day(question.due_on),
    )
    text = [] if _hidden(question) else [reminder(question.text)]
    return join([head, *text, join([_people(people), *_ways_to_begin(question, prefix)])], "\n\n")


def running_out(found: Sequence[tuple[Due, int]], people: Sequence[str], *, prefix: str) -> Markdown:
    """The time for these answers runs out, or is over: each with its share of the time in per cent."""
    if len(found) == 1:
        return _one_running_out(*found[0], people, prefix=prefix)
    ordered = sorted(found, key=lambda each: (-each[1], each[0].question.due_on, each[0].question.ref))
    lines = [
        fill(
            "- {ref}: {light}, {target}{late}",
            ref=due.question.ref,
            light=_LIGHTS[share],
            target=_target(due.question, share),
            late=_late(due),
        )
        for due, share in ordered
    ]
    return join(
        [
            fill("**{count} Fragen warten auf eine Antwort.**", count=len(found)),
            _list(lines, prefix),
            join([_people(people), *_ways_to_end(ordered[0][0].question, prefix)]),
        ],
        "\n\n",
    )


def _one_running_out(due: Due, share: int, people: Sequence[str], *, prefix: str) -> Markdown:
    question = due.question
    head = fill(
        "**{ref}: {light}**, {target}.{late}",
        ref=question.ref,
        light=_LIGHTS[share],
        target=_target(question, share),
        late=_late(due),
    )
    return join([head, reminder(question.text), join([_people(people), *_ways_to_end(question, prefix)])], "\n\n")


def soon_confirmed(question: Question, day: date, *, late: bool, prefix: str) -> Markdown:
    """Tells whoever asked that their silence counts as a yes from this day on, and what else they can say."""
    lines = [
        fill("Hilft sie? {helps}", helps=code(prefix, f"hilft {question.ref}")),
        fill("Noch offen? {reopen}", reopen=code(prefix, f"offen {question.ref} was fehlt")),
        fill("Die Antwort zeigt {show}", show=show(question.ref, prefix)),
    ]
    if question.confidential:
        lines.append(Markdown("Danach vergesse ich, dass die Frage von Ihnen kam."))
    return join(
        [
            fill(
                "Die Antwort auf Ihre Frage **{ref}** gilt ab {day} als bestätigt, wenn Sie nichts sagen.{late}",
                ref=question.ref,
                day=short_day(day),
                late=_LATE if late else Markdown(""),
            ),
            reminder(question.text),
            join(lines),
        ],
        "\n\n",
    )


def lapsed(ref: str, group: int, *, prefix: str) -> Markdown:
    """Tells whoever asked in confidence, and never agreed to its being shown, that their question is gone."""
    return fill(
        "**{ref}** ist verfallen: Sie haben die Frage nicht freigegeben. Niemand hat sie gesehen, ihr Text ist "
        "gelöscht.\nNeu fragen: {ask}",
        ref=ref,
        ask=ask(group, prefix),
    )


_AGAIN: Final = ", auch nach der Erinnerung an die Leitung"
_LATE: Final = Markdown(" (nachgeholt)")
_LIGHTS: Final = {
    HALF: "grün, die halbe Zeit ist um",
    MOST: "gelb, 80 % der Zeit sind um",
    OVERDUE: "rot, überfällig",
}


def _late(due: Due) -> Markdown:
    return _LATE if due.late else Markdown("")


def _hidden(question: Question) -> bool:
    return question.state is QuestionState.IN_REVIEW


def _target(question: Question, share: int) -> str:
    return f"Ziel {'war' if share == OVERDUE else 'ist'} {short_day(question.due_on)}"


def _people(people: Sequence[str]) -> Markdown:
    return fill("Zuständig: {people}", people=", ".join(people) or "Koordination")


def _list(lines: list[Markdown], prefix: str) -> Markdown:
    """No question's text: it would stay when its message is deleted, because the list is about many."""
    more = len(lines) - _LONGEST_LIST
    shown = lines[:_LONGEST_LIST]
    if more > 0:
        shown.append(fill("- und {count} weitere, siehe {listed}", count=more, listed=code(prefix, "fragen")))
    return join(shown)


def _ways_to_begin(question: Question, prefix: str) -> list[Markdown]:
    if _hidden(question):
        return [
            fill("Lesen (im direkten Chat mit mir): {show}", show=show(question.ref, prefix)),
            fill("Freigeben: {how}", how=code(prefix, f"freigeben {question.ref}")),
            fill("Ablehnen: {how}", how=code(prefix, f"ablehnen {question.ref} Grund")),
        ]
    return [
        fill("Übernehmen: {how}", how=code(prefix, f"übernehmen {question.ref}")),
        fill("Zuweisen: {how}", how=code(prefix, f"zuweisen {question.ref} Person")),
        fill("Weiterleiten: {how}", how=code(prefix, f"weiterleiten {question.ref} AG5 Grund")),
    ]


def _ways_to_end(question: Question, prefix: str) -> list[Markdown]:
    return [
        fill("Antworten: {how}", how=code(prefix, f"antwort {question.ref} Ihre Antwort")),
        fill("Mehr Zeit: {how}", how=code(prefix, f"verlängern {question.ref} Datum Grund")),
    ]
