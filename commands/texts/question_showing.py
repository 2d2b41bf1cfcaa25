"""One question as `!frage AG3-017` shows it: where it stands, who is next, what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from commands.dates.wall_clock import wall
from commands.dates.wording import plain_day, short_day
from commands.markup import Markdown, escape_lines, fill, join, shorten
from commands.texts.question_words import Step, standing
from commands.texts.questions import code, day, group_name, owner, quoted, show
from storage.tables import Answer, Group, HistoryEntry, NoteKind, Question, QuestionNote, QuestionState, Role

_MOST_STEPS = 8
_NOTE = 160  # characters


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A question and what belongs to it. `may_read`: the reader may see its text, which is hidden until its release.

    `merged_into` is the number of the question that it was merged into, `confirmed_on` the day on which its answer
    counts as confirmed if nobody says anything.
    """

    question: Question
    group: Group
    answer: Answer | None
    answered_as: str
    leads: Sequence[str]
    history: Sequence[HistoryEntry]
    notes: Mapping[int, QuestionNote]
    former_refs: Sequence[str]
    merged_into: str | None
    may_read: bool
    confirmed_on: date | None


def one(shown: Shown, *, today: date, prefix: str) -> Markdown:
    """One question with its answer, who is next, and what happened to it."""
    question = shown.question
    pieces = [
        fill(
            "**{ref}** an die {group}: **{standing}**{before}{votes}",
            ref=question.ref,
            group=group_name(shown.group),
            standing=standing(question),
            before=fill(" (früher {refs})", refs=", ".join(shown.former_refs)) if shown.former_refs else Markdown(""),
            votes=fill(", {votes}", votes=votes(question.votes)) if question.votes else Markdown(""),
        ),
        quoted(question.text) if shown.may_read or question.text is None else _hidden(question),
    ]
    if shown.answer is not None:
        pieces.append(
            fill(
                "**{what}** ({who}, {when}):\n{text}",
                what=_what(question, shown.answer),
                who=shown.answered_as,
                when=day(shown.answer.answered_at),
                text=escape_lines(shown.answer.text or "(ohne Stichwort)"),
            )
        )
    pieces += [_next(shown, today=today, prefix=prefix), _history(shown)]
    return join(pieces, "\n\n")


def _hidden(question: Question) -> Markdown:
    if question.state is QuestionState.CLOSED:
        return Markdown("(Der Text wurde nicht freigegeben.)")
    return Markdown("(Der Text erscheint nach der Freigabe.)")


def votes(count: int) -> str:
    """How many people want to know it too."""
    return "1 Stimme" if count == 1 else f"{count} Stimmen"


def deferred(count: int) -> str:
    """How often it was put off: "zum 2. Mal vertagt"."""
    return f"zum {count}. Mal vertagt"


def follow_up(question: Question, prefix: str) -> Markdown:
    """How to ask on once a question is done."""
    how = code(prefix, f"frage AG{question.group_number} Nachfrage zu {question.ref}: …")
    return fill("Hilft das nicht weiter? Fragen Sie bitte nach: {how}", how=how)


def _what(question: Question, answer: Answer) -> str:
    if question.state not in (QuestionState.ANSWERED, QuestionState.CONFIRMED):
        return "Bisherige Antwort"
    return "Antwort im Plenum, schriftlich folgt sie noch" if answer.oral else "Antwort"


def _next(shown: Shown, *, today: date, prefix: str) -> Markdown:
    question = shown.question
    match question.state:
        case QuestionState.SUBMITTED:
            how = code(prefix, f"freigeben {question.ref}")
            found = fill("Als Nächstes entscheidet, wer gefragt hat: {how}", how=how)
        case QuestionState.IN_REVIEW:
            found = fill("Als Nächstes gibt sie frei: {owner}", owner=owner(question, shown.leads))
        case QuestionState.ANSWERED:
            found = _asker_next(shown, prefix)
        case QuestionState.CONFIRMED:
            found = follow_up(question, prefix)
        case QuestionState.CLOSED if shown.merged_into is not None:
            found = fill("Weiter geht es dort: {show}", show=show(shown.merged_into, prefix))
        case QuestionState.CLOSED:
            found = Markdown("Hier ist nichts mehr zu tun.")
        case _:
            found = _waiting(shown, today)
    return found


def _asker_next(shown: Shown, prefix: str) -> Markdown:
    if shown.answer is not None and shown.answer.oral:
        return fill("Als Nächstes schreibt die Antwort auf: {owner}", owner=owner(shown.question, shown.leads))
    ref, day_ = shown.question.ref, shown.confirmed_on
    silently = "" if day_ is None else f"\nOhne Rückmeldung gilt die Antwort ab {short_day(day_)} als bestätigt."
    reopen = Markdown(" oder ") + code(prefix, f"offen {ref} was fehlt")
    return fill(
        "Als Nächstes sagt, wer gefragt hat, ob das hilft: {helps}{reopen}{silently}",
        helps=code(prefix, f"hilft {ref}"),
        reopen=Markdown("" if shown.question.with_coordination else reopen),
        silently=Markdown(silently),
    )


def _waiting(shown: Shown, today: date) -> Markdown:
    question = shown.question
    lines = [
        fill("Als Nächstes antwortet: {owner}", owner=owner(question, shown.leads)),
        fill(
            "Ziel: {due}{late}",
            due=short_day(question.due_on),
            late=Markdown(" (überfällig)" if question.due_on < today else ""),
        ),
    ]
    if question.state is QuestionState.DEFERRED:
        lines.insert(0, fill("Vorgemerkt für das Plenum {number}.", number=question.plenary_number))
    if question.deferrals:
        lines.append(fill("Jetzt {times}.", times=deferred(question.deferrals)))
    return join(lines)


def _history(shown: Shown) -> Markdown:
    """The last steps with their days; in which role, but for the asker, who may have asked in confidence."""
    lines = [_line(each, shown) for each in shown.history[-_MOST_STEPS:]]
    if len(shown.history) > _MOST_STEPS:
        earlier = len(shown.history) - _MOST_STEPS
        lines.insert(
            0, fill("- {count}", count="1 früherer Schritt" if earlier == 1 else f"{earlier} frühere Schritte")
        )
    return join([Markdown("Verlauf:\n"), *lines])


def _line(step: HistoryEntry, shown: Shown) -> Markdown:
    return fill(
        "- {day}: {what}{role}{note}",
        day=plain_day(wall(step.at)),
        what=step.what,
        role=Markdown("") if step.actor == shown.question.asked_by else _in_role(step.role),
        note=_note(shown.notes.get(step.id), shown),
    )


def _note(note: QuestionNote | None, shown: Shown) -> Markdown:
    if note is None or not shown.may_read:
        return Markdown("")
    before = Markdown("vorher " if note.kind is NoteKind.WORDING else "")
    return fill(": {before}„{text}“", before=before, text=shorten(note.text, _NOTE))


def _in_role(role: Role | None) -> Markdown:
    return Markdown({Role.LEAD: " (Leitung)", Role.COORDINATOR: " (Koordination)"}.get(role or Role.PARTICIPANT, ""))


ANSWERING: tuple[str, ...] = (Step.ANSWER, Step.ANSWER_PARTLY, Step.REFER, Step.ANSWER_ORALLY, Step.WRITE_UP)
"""The steps by which an answer was given."""
