"""Questions and plenaries: marked for one, its agenda, answered there, put off to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from commands.dates.wall_clock import wall
from commands.dates.wording import short_day, span_text
from commands.markup import Markdown, fill, join, shorten
from commands.texts.question_lists import ON_A_LINE
from commands.texts.question_showing import deferred, votes
from commands.texts.questions import code, reminder, show
from storage.tables import Group, Question, QuestionState

MOST_OF_GROUP: Final = 6
_ONLY_THE_NUMBER = "Bitte schreiben Sie hinter die Nummer der Frage nichts oder nur das Wort „aufheben“."


@dataclass(frozen=True, kw_only=True)
class Plenary:
    """A plenary, planned or not; naive Berlin times. `starts` is None where it is not planned yet."""

    number: int
    starts: datetime | None = None
    ends: datetime | None = None
    whole_day: bool = False

    @property
    def name(self) -> str:
        """The name and the day: "Plenum 4 am Do 14.01.2027"."""
        when = "sobald es einen Termin hat" if self.starts is None else f"am {short_day(self.starts)}"
        return f"Plenum {self.number}{',' if self.starts is None else ''} {when}"


def marked(question: Question, plenary: Plenary, *, prefix: str) -> Markdown:
    """Confirms to the lead that a question was marked for a plenary."""
    return fill(
        "**{ref}** ist vorgemerkt für das {plenary}.\nAlles dafür zeigt {agenda}\nZurücknehmen: {undo}",
        ref=question.ref,
        plenary=plenary.name,
        agenda=code(prefix, "tagesordnung"),
        undo=code(prefix, f"vormerken {question.ref} aufheben"),
    )


def marked_for_you(question: Question, plenary: Plenary, *, prefix: str) -> Markdown:
    """Tells the asker that their question goes to a plenary."""
    return fill(
        "Ihre Frage **{ref}** kommt ins {plenary}.\nStand der Dinge: {show}",
        ref=question.ref,
        plenary=plenary.name,
        show=show(question.ref, prefix),
    )


def unmarked(question: Question, number: int | None, *, prefix: str) -> Markdown:
    """Confirms to the lead that a question is not marked any more."""
    return fill(
        "**{ref}** ist für das Plenum {number} nicht mehr vorgemerkt und wartet weiter auf ihre Antwort.\n"
        "Antworten: {how}",
        ref=question.ref,
        number=number,
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def unmarked_for_you(question: Question, number: int | None, *, prefix: str) -> Markdown:
    """Tells the asker that their question does not go to a plenary after all."""
    return fill(
        "Ihre Frage **{ref}** kommt doch nicht ins Plenum {number}. Sie wartet weiter auf ihre Antwort.\n"
        "Stand der Dinge: {show}",
        ref=question.ref,
        number=number,
        show=show(question.ref, prefix),
    )


def only_undo() -> Markdown:
    """Other words behind the number than the one that takes the mark back."""
    return Markdown(_ONLY_THE_NUMBER)


def which_plenary() -> Markdown:
    """What stands behind the command is no number of a plenary."""
    return Markdown("Bitte nennen Sie nur die Nummer des Plenums in Ziffern, oder nichts für das nächste.")


def unknown_plenary(number: int, *, prefix: str) -> Markdown:
    """There is no plenary with this number."""
    return fill(
        "Ein Plenum {number} gibt es nicht.\nDas nächste zeigt {agenda}, die Termine zeigt {dates}",
        number=number,
        agenda=code(prefix, "tagesordnung"),
        dates=code(prefix, "termine plenum"),
    )


def no_agenda(plenary: Plenary, *, cancelled: bool, prefix: str) -> Markdown:
    """A plenary that is over or does not take place."""
    return fill(
        "Das Plenum {number} {what}, seine Tagesordnung gibt es nicht mehr.\nDie des nächsten zeigt {agenda}",
        number=plenary.number,
        what="ist abgesagt" if cancelled else "ist vorbei",
        agenda=code(prefix, "tagesordnung"),
    )


def agenda(
    plenary: Plenary,
    groups: Sequence[Group],
    *,
    questions: Sequence[Question],
    totals: Mapping[int, tuple[int, int]],
    today: date,
    prefix: str,
) -> Markdown:
    """The questions for a plenary by group; `totals` are how many each group has and how many of them are marked."""
    pieces = [_head(plenary, totals)]
    for group in groups:
        listed = [each for each in questions if each.group_number == group.number]
        if listed:
            pieces.append(_of_group(group, listed, count=totals[group.number][0], today=today, prefix=prefix))
    idle = [f"AG {each.number}" for each in groups if each.number not in totals]
    if totals and idle:
        pieces.append(fill("Keine Fragen: {groups}", groups=", ".join(idle)))
    if totals:
        ref = questions[0].ref
        mark, spoken = code(prefix, f"vormerken {ref}"), code(prefix, f"mündlich {ref} Stichwort")
        pieces.append(fill("Vormerken: {mark}\nIm Plenum beantwortet: {spoken}", mark=mark, spoken=spoken))
    return join(pieces, "\n\n")


def _head(plenary: Plenary, totals: Mapping[int, tuple[int, int]]) -> Markdown:
    if plenary.starts is None:
        when = "noch ohne Termin"
    else:
        when = short_day(plenary.starts) if plenary.whole_day else span_text(plenary.starts, plenary.ends)
    count, marks = (sum(each[place] for each in totals.values()) for place in (0, 1))
    questions = "Keine Frage ist offen." if not count else f"Offene Fragen: {count}, davon vorgemerkt: {marks}"
    return fill(
        "**Tagesordnung Plenum {number}** ({when})\n{questions}", number=plenary.number, when=when, questions=questions
    )


def _of_group(group: Group, questions: Sequence[Question], *, count: int, today: date, prefix: str) -> Markdown:
    lines = [
        fill("**AG {number} {name}**\n", number=group.number, name=group.name),
        *(_item(each, today) for each in questions),
    ]
    if count > len(questions):
        listed = code(prefix, f"fragen AG{group.number}")
        lines.append(fill("\nund {more} weitere: {listed}", more=count - len(questions), listed=listed))
    return join(lines)


def _item(question: Question, today: date) -> Markdown:
    facts = [_age((today - wall(question.asked_at).date()).days)]
    if question.votes:
        facts.insert(0, votes(question.votes))
    if question.state is QuestionState.DEFERRED:
        facts.insert(0, "vorgemerkt")
    if question.deferrals:
        facts.append(deferred(question.deferrals))
    return fill("- **{ref}** {text} ({facts})", ref=question.ref, text=_text(question), facts=", ".join(facts))


def _age(days: int) -> str:
    return {0: "von heute", 1: "seit gestern"}.get(days, f"seit {days} Tagen")


def _text(question: Question) -> str:
    return "Text gelöscht" if question.text is None else shorten(question.text, ON_A_LINE)


def oral_noted(question: Question, told: int, *, prefix: str) -> Markdown:
    """Confirms to the lead that a question was answered in the plenary."""
    people = {0: "Es ist niemand mehr da, der es erfahren kann.", 1: "Wer gefragt hat, erfährt es jetzt."}
    return fill(
        "**{ref}** ist mündlich beantwortet. {people}\nBitte reichen Sie die Antwort schriftlich nach: {how}",
        ref=question.ref,
        people=people.get(told, f"Wer gefragt oder dafür gestimmt hat, erfährt es jetzt: {told} Personen."),
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
    )


def answered_orally(question: Question, keyword: str, *, asker: bool, prefix: str) -> Markdown:
    """Tells the asker, or in another room those who voted, that there was an answer in the plenary."""
    return fill(
        "{whose} **{ref}** wurde im Plenum mündlich beantwortet.\n\n{question}\n\n{keyword}"
        "Die schriftliche Antwort folgt, dann melde ich mich hier. Stand der Dinge: {show}",
        whose="Ihre Frage" if asker else "Die Frage",
        ref=question.ref,
        question=reminder(question.text),
        keyword=fill("**Stichwort:** {keyword}\n\n", keyword=keyword) if keyword else Markdown(""),
        show=show(question.ref, prefix),
    )


def carried_over(
    passed: Plenary,
    coming: Plenary,
    questions: Sequence[Question],
    *,
    cancelled: bool,
    group: int | None = None,
    still_open: int = 0,
    prefix: str,
) -> Markdown:
    """Tells a room what was put off to the next plenary; in a group's room also how many are open besides."""
    what = "ist abgesagt" if cancelled else "ist vorbei"
    lines = [fill("Das Plenum {number} {what}.", number=passed.number, what=what)]
    if questions:
        lines += [
            fill("Weiter offen und jetzt vorgemerkt für das {coming}:\n", coming=coming.name),
            *(_put_off(each) for each in questions[:MOST_OF_GROUP]),
        ]
    if len(questions) > MOST_OF_GROUP:
        rest, listed = len(questions) - MOST_OF_GROUP, code(prefix, f"fragen AG{questions[-1].group_number}")
        lines.append(fill("\nund {rest} weitere: {listed}", rest=rest, listed=listed))
    if still_open:
        waits = "wartet 1 Frage" if still_open == 1 else f"warten {still_open} Fragen"
        also = "\nAußerdem {waits} auf eine Antwort: {listed}" if questions else "Es {waits} auf eine Antwort: {listed}"
        lines.append(fill(also, waits=waits, listed=code(prefix, f"fragen AG{group}")))
    return join(lines)


def _put_off(question: Question) -> Markdown:
    times = fill(" ({times})", times=deferred(question.deferrals)) if question.deferrals else Markdown("")
    return fill("- **{ref}** {text}{times}", ref=question.ref, text=_text(question), times=times)


def please_write_up(questions: Sequence[Question], *, prefix: str) -> Markdown:
    """Asks the leads for the written answers to what was answered in a plenary."""
    rest = len(questions) - MOST_OF_GROUP
    lines = [
        Markdown("Im Plenum mündlich beantwortet, es fehlt noch die schriftliche Antwort:\n"),
        *(fill("- **{ref}** {text}", ref=each.ref, text=_text(each)) for each in questions[:MOST_OF_GROUP]),
    ]
    if rest > 0:
        lines.append(fill("\nund {rest} weitere: {refs}", rest=rest, refs=_refs(questions[MOST_OF_GROUP:])))
    how = code(prefix, f"antwort {questions[0].ref} Ihre Antwort")
    lines.append(fill("\nBitte reichen Sie sie nach: {how}", how=how))
    return join(lines)


def _refs(questions: Sequence[Question]) -> str:
    return ", ".join(each.ref for each in questions)
