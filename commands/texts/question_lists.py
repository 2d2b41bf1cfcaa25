"""Lists of questions that fit a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from commands.dates.wall_clock import wall
from commands.dates.wording import plain_day
from commands.markup import Markdown, fill, join, shorten
from commands.texts.question_showing import deferred, votes
from commands.texts.question_words import OUTCOMES, STATES
from commands.texts.questions import ask, code, group_name, show
from storage.tables import LIVE, Group, Outcome, Question, QuestionState

OPEN, ANSWERED, ALL = "offen", "beantwortet", "alle"
"""What people write behind `!fragen`."""

ON_A_LINE: Final = 60  # characters
_HEADS: Final = {OPEN: "Offene Fragen", ANSWERED: "Beantwortete Fragen", ALL: "Alle Fragen"}
_NONE_OF_GROUP: Final = {
    OPEN: "Zurzeit ist keine Frage an die {group} offen.",
    ANSWERED: "Von den Fragen an die {group} ist noch keine beantwortet.",
    ALL: "An die {group} wurde noch keine Frage gestellt.",
}
_NONE: Final = {
    OPEN: "Zurzeit ist keine Frage offen.",
    ANSWERED: "Noch ist keine Frage beantwortet.",
    ALL: "Noch wurde keine Frage gestellt.",
}
_PRIVATE: Final = Markdown("\nWas Sie mich im direkten Chat gefragt haben, zeige ich nur dort.")
_MOST_REFS = 5


@dataclass(frozen=True, kw_only=True)
class Page:
    """A piece of a list. `left` is how many come after it, `begins` whether it is the first one.

    `unreadable` are the IDs of questions whose text nobody may read here, `oral` of those answered only orally.
    """

    questions: Sequence[Question]
    left: int
    begins: bool
    unreadable: frozenset[int] = frozenset()
    oral: frozenset[int] = frozenset()

    @property
    def total(self) -> int:
        """How many there are from here on."""
        return len(self.questions) + self.left


@dataclass(frozen=True, kw_only=True)
class Review:
    """What waits for its release: how many, and in a direct chat with the lead the first of them."""

    count: int
    questions: Sequence[Question]


def of_group(
    page: Page, group: Group, *, which: str, answered: int, review: Review | None, today: date, prefix: str
) -> Markdown:
    """The questions of a group; `answered` is how many are not shown because they are answered."""
    lines = [_group_head(page, group, which), *_lines(page, today)]
    if page.questions:
        lines += [Markdown(""), _goes_on(page, prefix)]
    if answered:
        collapsed = (
            "Dazu beantwortet: {count}, siehe {show}" if page.questions else "Beantwortet: {count}, siehe {show}"
        )
        lines.append(fill(collapsed, count=answered, show=code(prefix, f"fragen AG{group.number} {ANSWERED}")))
    if not page.questions and not answered:
        lines.append(fill("Eine Frage stellen: {ask}", ask=ask(group.number, prefix)))
    if review is not None:
        lines += _review(review, group, prefix)
    return join(lines)


def overview(page: Page, counts: Sequence[tuple[Group, int]], *, which: str, today: date, prefix: str) -> Markdown:
    """How many questions each group has, and those that matter most, or the newest answers."""
    if not page.questions:
        return fill("{none}\nEine Frage stellen: {ask}", none=_NONE[which], ask=ask(3, prefix))
    best = {
        OPEN: "Das wollen die meisten wissen, gemessen an den Beteiligten jeder AG:",
        ANSWERED: "Zuletzt beantwortet:",
        ALL: "Davon stehen vorn:",
    }
    more = "" if which == OPEN else f" {which}"
    return join(
        [
            fill("**{head}: {count}**\n", head=_HEADS[which], count=sum(count for _, count in counts)),
            *(fill("- AG {n} {name}: {count}", n=each.number, name=each.name, count=count) for each, count in counts),
            fill("\n{best}\n", best=best[which]),
            *_lines(page, today),
            Markdown(""),
            _goes_on(page, prefix),
            fill("Nur eine AG: {one}", one=code(prefix, f"fragen AG{page.questions[0].group_number}{more}")),
        ]
    )


def more_of_all(page: Page, *, which: str, today: date, prefix: str) -> Markdown:
    """The next questions to all groups."""
    head = fill("**{head} an alle AGs, weiter**\n", head=_HEADS[which])
    return join([head, *_lines(page, today), Markdown(""), _goes_on(page, prefix)])


def mine(page: Page, supported: Sequence[Question], *, in_private: bool, today: date, prefix: str) -> Markdown:
    """What the reader asked, and what happens with it; outside a direct chat only what all could read."""
    lines: list[Markdown]
    if page.questions:
        head = (
            fill("**Ihre Fragen: {count}**\n", count=page.total)
            if page.begins
            else Markdown("**Ihre Fragen, weiter**\n")
        )
        lines = [
            head,
            *(_line(each, page, _what_next(each, page, today=today, prefix=prefix)) for each in page.questions),
            Markdown(""),
            _goes_on(page, prefix, whole="Antwort und Verlauf"),
        ]
    else:
        lines = [fill("Von Ihnen habe ich hier keine Frage. Eine stellen: {ask}", ask=ask(3, prefix))]
    if supported:
        refs, more = ", ".join(each.ref for each in supported[:_MOST_REFS]), len(supported) - _MOST_REFS
        rest = fill(" und {more} weiteren", more=more) if more > 0 else Markdown("")
        lines.append(fill("Mitgestimmt haben Sie bei {refs}{rest}.", refs=refs, rest=rest))
    return join(lines if in_private else [*lines, _PRIVATE])


def nothing_more(*, prefix: str) -> Markdown:
    """There is no list to go on with, or nothing left of it."""
    return fill(
        "Hier geht keine Liste weiter. Von vorn beginnen {listed} und {mine}",
        listed=code(prefix, "fragen"),
        mine=code(prefix, "meine"),
    )


def _group_head(page: Page, group: Group, which: str) -> Markdown:
    name = group_name(group)
    if not page.questions:
        return fill(_NONE_OF_GROUP[which], group=name)
    if not page.begins:
        return fill("**{head} an die {group}, weiter**\n", head=_HEADS[which], group=name)
    return fill("**{head} an die {group}: {count}**\n", head=_HEADS[which], group=name, count=page.total)


def _goes_on(page: Page, prefix: str, *, whole: str = "Eine Frage ganz lesen") -> Markdown:
    if page.left:
        return fill("Noch {left}, weiter mit {more}", left=page.left, more=code(prefix, "mehr"))
    return fill("{whole}: {show}", whole=whole, show=show(page.questions[0].ref, prefix))


def _review(review: Review, group: Group, prefix: str) -> list[Markdown]:
    waits = "wartet" if review.count == 1 else "warten"
    if not review.questions:
        listed = code(prefix, f"fragen AG{group.number}")
        return [
            fill(
                "{count} {waits} auf Freigabe. Lesen können Sie das im direkten Chat mit mir: {listed}",
                count=review.count,
                waits=waits,
                listed=listed,
            )
        ]
    return [
        fill("\n**{count} {waits} auf Freigabe:**\n", count=review.count, waits=waits),
        *(fill("- **{ref}** {text}", ref=each.ref, text=_text(each)) for each in review.questions),
        fill("\nFreigeben: {release}", release=code(prefix, f"freigeben {review.questions[0].ref}")),
    ]


def _lines(page: Page, today: date) -> list[Markdown]:
    return [_line(each, page, Markdown(_standing(each, page, today))) for each in page.questions]


def _line(question: Question, page: Page, standing: Markdown) -> Markdown:
    text = "Text nicht freigegeben" if question.id in page.unreadable else _text(question)
    facts = [standing]
    if question.votes and question.state is not QuestionState.CLOSED:
        facts.append(Markdown(votes(question.votes)))
    if question.deferrals and question.state in LIVE:
        facts.append(fill("{times}", times=deferred(question.deferrals)))
    return fill("- **{ref}** {text} ({facts})", ref=question.ref, text=text, facts=join(facts, ", "))


def _text(question: Question) -> str:
    return "Text gelöscht" if question.text is None else shorten(question.text, ON_A_LINE)


def _standing(question: Question, page: Page, today: date) -> str:
    """Where a question stands, in a word or two, and since or until when."""
    match question.state:
        case QuestionState.DEFERRED:
            return f"vorgemerkt für Plenum {question.plenary_number}"
        case state if state in LIVE:
            late = "überfällig seit" if question.due_on < today else f"{STATES[state]}, Ziel"
            return f"{late} {plain_day(question.due_on)}"
        case QuestionState.SUBMITTED | QuestionState.IN_REVIEW:
            return "wartet auf Freigabe"
        case _:
            how = OUTCOMES[question.outcome or Outcome.ANSWERED]
            spoken = "mündlich " if question.id in page.oral else ""
            closed = "" if question.closed_at is None else f" am {plain_day(wall(question.closed_at))}"
            return f"{spoken}{how}{closed}"


def _what_next(question: Question, page: Page, *, today: date, prefix: str) -> Markdown:
    """Where an own question stands, and what the asker can do if it waits for them."""
    if question.state is QuestionState.SUBMITTED:
        return fill("wartet auf Sie: {release}", release=code(prefix, f"freigeben {question.ref}"))
    if question.state is QuestionState.ANSWERED and question.id in page.oral:
        return Markdown("mündlich beantwortet, schriftlich folgt es noch")
    if question.state is QuestionState.ANSWERED:
        return fill(
            "beantwortet, wartet auf Ihre Rückmeldung: {helps} oder {reopen}",
            helps=code(prefix, f"hilft {question.ref}"),
            reopen=code(prefix, f"offen {question.ref} was fehlt"),
        )
    return Markdown(_standing(question, page, today))
