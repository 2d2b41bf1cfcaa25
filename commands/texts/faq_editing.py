"""What editors of the FAQ are told."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from commands.dates.wall_clock import wall
from commands.dates.wording import plain_day
from commands.markup import Markdown, fill, join
from storage.tables import FaqChange, FaqEntry

_NAMES: Final = {
    "question": "Frage",
    "answer": "Antwort",
    "category": "Thema",
    "source": "Quelle",
    "source_url": "Link",
    "alternatives": "Auch",
    "keywords": "Stichwörter",
    "conflict": "Widerspruch",
    "review_on": "Prüfen",
}


def preview(values: Mapping[str, Any], entry: FaqEntry | None) -> Markdown:
    """What would be stored; of a change only what changes, with what it was."""
    head = Markdown("**Vorschau: neuer Eintrag**\n")
    if entry is not None:
        head = fill("**Vorschau: Eintrag {number} ändern**\n{question}\n", number=entry.id, question=entry.question)
    lines = [
        fill("- {name}: {value}", name=name, value=_shown(values[column]))
        for column, name in _NAMES.items()
        if values.get(column) or (entry is not None and column in values)
    ]
    if entry is not None and "answer" in values:
        if "source" not in values:
            lines.append(fill("- Quelle bleibt: {source}", source=entry.source))
        if entry.conflict and "conflict" not in values:
            lines.append(fill("- Widerspruch bleibt: {conflict}", conflict=entry.conflict))
        if entry.live:
            lines.append(Markdown("\nDer Bot ergänzt oder ersetzt diesen Text mit dem, was eingetragen ist."))
    return join([head, *lines])


def retiring(entry: FaqEntry) -> Markdown:
    """Which entry would go."""
    return fill("**Vorschau: Eintrag {number} zurückziehen**\n{question}", number=entry.id, question=entry.question)


def added(entry: FaqEntry, prefix: str) -> Markdown:
    """An entry was added."""
    return fill(
        "Eintrag {number} ist angelegt: {question}\nÄndern: `{p}faq ändern {number}`",
        number=entry.id,
        question=entry.question,
        p=Markdown(prefix),
    )


def done(entry: FaqEntry, what: str) -> Markdown:
    """An entry was changed or retired."""
    return fill("Eintrag {number} ist {what}: {question}", number=entry.id, what=what, question=entry.question)


def now_known(entry: FaqEntry) -> Markdown:
    """To somebody whose question had no answer."""
    return fill(
        "Sie hatten gefragt, und ich wusste es nicht. Jetzt gibt es eine Antwort:\n\n**{question}**\n{answer}\n\n"
        "Quelle: {source}, Stand: {day}",
        question=entry.question,
        answer=entry.answer,
        source=entry.source,
        day=plain_day(entry.as_of),
    )


def history(entry: FaqEntry, changes: Sequence[FaqChange]) -> Markdown:
    """Who did what to an entry."""
    lines = [fill("**Verlauf von Eintrag {number}:** {question}\n", number=entry.id, question=entry.question)]
    if not changes:
        lines.append(Markdown("Seit er mit dem Bot kam, hat ihn niemand geändert."))
    for each in changes:
        was = each.before
        before = fill(". Vorher: {question} – {answer}", **_short(was)) if was else Markdown("")
        day = plain_day(wall(each.at).date())
        lines.append(
            fill("- {day}: {what} von {actor}{before}", day=day, what=each.what, actor=each.actor, before=before)
        )
    return join(lines)


def listed(entries: Sequence[FaqEntry], today: date) -> Markdown:
    """The entries with their numbers."""
    lines = [
        fill(
            "- {number}: {question}{review}",
            number=entry.id,
            question=entry.question,
            review=Markdown(" (**prüfen**)" if entry.review_on and entry.review_on <= today else ""),
        )
        for entry in entries
    ]
    return join([fill("**{count} Einträge:**\n", count=len(entries)), *lines])


def question_changed(source: str) -> str:
    """The question or its answer is not what the preview showed."""
    return f"{source}: Frage oder Antwort haben sich inzwischen geändert. Bitte legen Sie den Eintrag neu an."


def missing(labels: Sequence[str]) -> str:
    """What an entry has to have."""
    return f"Da fehlt noch: {', '.join(labels)}."


def nothing_to_change() -> str:
    """No label was given."""
    return "Was soll sich ändern? Zum Beispiel: Antwort: …"


def only_a_number() -> str:
    """No number, or more than one."""
    return "Bitte nennen Sie die Nummer des Eintrags, nichts weiter davor."


def no_such_entry(prefix: str) -> str:
    """There is no entry of this number."""
    return f"Einen Eintrag mit dieser Nummer gibt es nicht. Die Nummern zeigt `{prefix}faq einträge`."


def no_such_topic(topics: Sequence[str]) -> str:
    """There is no topic of this name."""
    return f"Dieses Thema gibt es nicht. Themen sind: {', '.join(topics) or 'noch keine'}."


def which_question() -> str:
    """No number of a question."""
    return "Aus welcher Frage? Zum Beispiel: aus AG4-021"


def not_answered(ref: str) -> str:
    """The question cannot become an entry."""
    return f"Die Frage {ref} gibt es nicht, sie ist vertraulich, oder sie hat noch keine Antwort."


def before_the_labels(said: str) -> str:
    """Text that belongs to no label."""
    return f"„{said[:60]}“ gehört zu keiner Angabe. Schreiben Sie zum Beispiel: Frage: … Antwort: …"


def twice(label: str) -> str:
    """A label stands there twice."""
    return f"„{label}:“ steht zweimal da."


def no_day(said: str) -> str:
    """No day."""
    return f"„{said[:40]}“ ist kein Tag. Schreiben Sie zum Beispiel: Prüfen: 01.03.2027"


def day_is_over() -> str:
    """The day of the review is over."""
    return "Der Tag der Prüfung muss in der Zukunft liegen."


def must_not_be_empty(column: str) -> str:
    """A value that cannot be taken away."""
    return f"„{_NAMES[column]}“ darf nicht leer sein."


def too_long(column: str, length: int, most: int) -> str:
    """A value is too long."""
    if not length:
        return must_not_be_empty(column)
    return f"„{_NAMES[column]}“ ist zu lang ({length} Zeichen, höchstens {most})."


def no_link() -> str:
    """No link."""
    return "Der Link muss mit https:// oder http:// beginnen, ohne Leerzeichen, mit höchstens 500 Zeichen."


def too_many_phrasings(most: int) -> str:
    """Too many phrasings, or too long ones."""
    return f"Es gehen höchstens {most} Formulierungen mit je 200 Zeichen."


def says_nothing() -> str:
    """The question has no word by which it could be found."""
    return "In der Frage steht kein Wort, an dem ich sie wiederfinden könnte."


def there_already(entry: FaqEntry, prefix: str) -> str:
    """Another entry has this very question."""
    return f"Diese Frage gibt es schon als Eintrag {entry.id}. Ändern: `{prefix}faq ändern {entry.id}`"


def changed_meanwhile() -> str:
    """The entry is another one by now."""
    return "Der Eintrag wurde inzwischen geändert. Bitte beginnen Sie noch einmal; es wurde nichts geändert."


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return plain_day(value)
    if isinstance(value, list):
        return " | ".join(value) or "–"
    return str(value or "–")


def _short(before: Mapping[str, Any]) -> dict[str, str]:
    return {name: _cut(str(before[name])) for name in ("question", "answer")}


def _cut(text: str, most: int = 120) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
