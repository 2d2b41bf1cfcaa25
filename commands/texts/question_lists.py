"""Lists of questions that fit a phone."""

from collections.abc import Sequence
from datetime import date

from commands.dates.wall_clock import wall
from commands.dates.wording import plain_day
from commands.markup import Markdown, fill, join, shorten
from commands.texts.questions import STATES, code, group_name
from storage.tables import Group, Question, QuestionState

_ON_A_LINE = 60


def open_list(questions: Sequence[Question], group: Group, *, count: int, today: date, prefix: str) -> Markdown:
    """The open questions of a group, the one due first in front."""
    if not count:
        return fill(
            "Zurzeit ist keine Frage an die {group} offen.\nAlle Fragen: {every}",
            group=group_name(group),
            every=code(prefix, f"fragen AG{group.number} alle"),
        )
    head = fill("**Offene Fragen an die {group}: {count}**\n", group=group_name(group), count=count)
    return _list(head, questions, count=count, group=group.number, today=today, prefix=prefix)


def state_list(
    questions: Sequence[Question], group: Group, *, answered: bool, count: int, today: date, prefix: str
) -> Markdown:
    """The answered questions of a group, or all of them, the newest first."""
    if not count:
        what = (
            "Von den Fragen an die {group} ist noch keine beantwortet."
            if answered
            else "An die {group} wurde noch keine Frage gestellt."
        )
        return fill(
            what + "\nEine Frage stellen: {ask}",
            group=group_name(group),
            ask=code(prefix, f"frage AG{group.number} Ihre Frage"),
        )
    what = "Beantwortete Fragen" if answered else "Alle Fragen"
    head = fill("**{what} an die {group}: {count}**\n", what=what, group=group_name(group), count=count)
    return _list(head, questions, count=count, group=group.number, today=today, prefix=prefix, all_shown_next=answered)


def overview(
    questions: Sequence[Question],
    groups: Sequence[tuple[Group, int]],
    *,
    which: str,
    today: date,
    prefix: str,
) -> Markdown:
    """How many questions each group has, and the newest of them; `which` is "offen", "beantwortet" or "alle"."""
    count = sum(each for _, each in groups)
    if not count:
        none = {"offen": "Zurzeit ist keine Frage offen.", "beantwortet": "Noch ist keine Frage beantwortet."}
        return fill(
            "{none}\nEine Frage stellen: {ask}",
            none=none.get(which, "Noch wurde keine Frage gestellt."),
            ask=code(prefix, "frage AG3 Ihre Frage"),
        )
    heads = {"offen": "Offene Fragen", "beantwortet": "Beantwortete Fragen"}
    lines = [
        fill("**{head}: {count}**\n", head=heads.get(which, "Alle Fragen"), count=count),
        *(fill("- AG {n} {name}: {count}", n=group.number, name=group.name, count=each) for group, each in groups),
        Markdown("\nDie neuesten:\n"),
        *(_line(each, today=today) for each in questions),
    ]
    more = "" if which == "offen" else f" {which}"
    example = questions[0].group_number
    lines.append(fill("\nNur eine AG: {one}", one=code(prefix, f"fragen AG{example}{more}")))
    return join(lines)


def mine(questions: Sequence[Question], *, count: int, in_private: bool, today: date, prefix: str) -> Markdown:
    """What the reader asked; outside a direct chat only what all could read."""
    private = Markdown("\nWas Sie mich im direkten Chat gefragt haben, zeige ich nur dort.")
    if not count:
        lines = [
            fill("Von Ihnen habe ich hier keine Frage. Eine stellen: {ask}", ask=code(prefix, "frage AG3 Ihre Frage"))
        ]
        return join(lines if in_private else [*lines, private])
    lines = [fill("**Ihre Fragen: {count}**\n", count=count), *(_line(each, today=today) for each in questions)]
    show = code(prefix, f"frage {questions[0].ref}")
    if count > len(questions):
        rest = count - len(questions)
        lines.append(fill("\n{rest}. Eine einzelne zeigt zum Beispiel {show}", rest=_older(rest), show=show))
    else:
        lines.append(fill("\nAntwort und Verlauf: {show}", show=show))
    return join(lines if in_private else [*lines, private])


def _list(
    head: Markdown,
    questions: Sequence[Question],
    *,
    count: int,
    group: int,
    today: date,
    prefix: str,
    all_shown_next: bool = True,
) -> Markdown:
    lines = [head, *(_line(each, today=today) for each in questions)]
    rest = count - len(questions)
    show = code(prefix, f"frage {questions[0].ref}")
    if rest and all_shown_next:
        every = code(prefix, f"fragen AG{group} alle")
        lines.append(fill("\nDazu {rest} weitere, alle zeigt {every}", rest=rest, every=every))
    elif rest:
        lines.append(fill("\n{rest}. Eine einzelne zeigt zum Beispiel {show}", rest=_older(rest), show=show))
    else:
        lines.append(fill("\nEine Frage ganz lesen: {show}", show=show))
    return join(lines)


def _line(question: Question, *, today: date) -> Markdown:
    return fill(
        "- **{ref}** {text} ({state})",
        ref=question.ref,
        text="Text gelöscht" if question.text is None else shorten(question.text, _ON_A_LINE),
        state=_state(question, today),
    )


def _state(question: Question, today: date) -> str:
    if question.state is QuestionState.OPEN:
        late = "überfällig seit" if question.due_on < today else "offen, Ziel"
        return f"{late} {plain_day(question.due_on)}"
    closed = "" if question.closed_at is None else f" am {plain_day(wall(question.closed_at))}"
    return f"{STATES[question.state]}{closed}"


def _older(count: int) -> str:
    return "1 ältere steht hier nicht" if count == 1 else f"{count} ältere stehen hier nicht"
