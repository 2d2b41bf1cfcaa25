"""What is said when a question is asked, and the pieces all texts about questions share.

Numbers such as `AG3-017` are ours and may stand between backticks.
"""

from collections.abc import Sequence
from datetime import datetime

from commands.dates.wall_clock import wall
from commands.dates.wording import short_day
from commands.markup import Markdown, escape_lines, fill, join, shorten
from storage.tables import Group, Question, QuestionState, Role

_AS_A_REMINDER = 200
_NO_TEXT = Markdown("(Der Text wurde gelöscht.)")


def noted(
    question: Question, group: Group, leads: Sequence[str], *, private: bool, similar: Markdown | None, prefix: str
) -> Markdown:
    """The receipt; `private` where nobody else reads along, `similar` what was asked before in other words."""
    lines = [
        fill("**{ref}** ist notiert: Ihre Frage an die {group}.", ref=question.ref, group=group_name(group)),
        fill("Zuständig: {owner}", owner=owner(question, leads)),
        fill("Ziel für die Antwort: {due}", due=short_day(question.due_on)),
    ]
    if question.state is QuestionState.IN_REVIEW:
        lines.append(
            Markdown("Bevor andere die Frage sehen, gibt die Leitung sie frei. Ich melde mich hier, sobald das so ist.")
        )
    lines.append(
        fill("Sobald die Antwort da ist, melde ich mich hier. Stand der Dinge: {show}", show=show(question.ref, prefix))
    )
    if private:
        lines.append(
            Markdown(
                "Sie fragen vertraulich: Die Frage können alle im Projekt lesen, aber niemand erfährt von mir, "
                "dass sie von Ihnen kommt, auch die Leitung nicht."
            )
        )
    text = join(lines)
    return text if similar is None else join([text, similar], "\n\n")


def new_for_group(question: Question, asker: str | None, *, prefix: str) -> Markdown:
    """Tells a group's room of a question asked elsewhere; `asker` is left out where that was in private."""
    asked_by = fill(" von {asker}", asker=asker) if asker else Markdown("")
    return fill(
        "**Neue Frage {ref}**{asked_by}, Ziel für die Antwort: {due}\n\n{text}\n\n"
        "Übernehmen: {take}\nAntworten: {how}\nAuch wissen wollen: 👍 (Daumen hoch) oder {vote}",
        ref=question.ref,
        asked_by=asked_by,
        due=short_day(question.due_on),
        text=quoted(question.text),
        take=code(prefix, f"übernehmen {question.ref}"),
        how=code(prefix, f"antwort {question.ref} Ihre Antwort"),
        vote=code(prefix, f"stimme {question.ref}"),
    )


def for_review(question: Question, *, prefix: str) -> Markdown:
    """Tells a group's room that a question waits for its release, without what it says."""
    return fill(
        "**Neue Frage {ref}** wartet auf Ihre Freigabe.\nWas gefragt wird, zeige ich Ihnen im direkten Chat mit mir: "
        "{show}\nFreigeben: {release}\nAblehnen: {decline}",
        ref=question.ref,
        show=show(question.ref, prefix),
        release=code(prefix, f"freigeben {question.ref}"),
        decline=code(prefix, f"ablehnen {question.ref} Grund"),
    )


def group_name(group: Group) -> str:
    """How a group is called in a sentence."""
    return f"AG {group.number} ({group.name})"


def code(prefix: str, command: str) -> Markdown:
    """A command to copy; it must hold nothing that people typed."""
    return Markdown(f"`{prefix}{command}`")


def show(ref: str, prefix: str) -> Markdown:
    """The command that shows one question."""
    return code(prefix, f"frage {ref}")


def ask(group: int, prefix: str) -> Markdown:
    """The command that asks a group, by its number."""
    return code(prefix, f"frage AG{group} Ihre Frage")


def as_role(role: Role | None, group: int) -> str:
    """As whom somebody answered."""
    if role is Role.PARTICIPANT:
        return f"für die AG {group}"
    return f"Leitung AG {group}" if role is Role.LEAD else "Koordination"


def owner(question: Question, leads: Sequence[str]) -> str:
    """Who is to do something about a question."""
    if question.owner is not None:
        return question.owner
    if question.with_coordination:
        return "Koordination"
    if not leads:
        return f"Koordination (für die AG {question.group_number} ist keine Leitung eingetragen)"
    return f"Leitung der AG {question.group_number} ({', '.join(leads)})"


def day(moment: datetime) -> str:
    """The day of an instant in Berlin: "Do 14.09.2023"."""
    return short_day(wall(moment))


def reminder(text: str | None) -> Markdown:
    """The beginning of a question, to remind people of it."""
    return quoted(None if text is None else shorten(text, _AS_A_REMINDER))


def quoted(text: str | None) -> Markdown:
    """What somebody wrote, as a quotation; says so where it was deleted."""
    if text is None:
        return _NO_TEXT
    return join([f"> {line}" for line in escape_lines(text).split("\n")])
