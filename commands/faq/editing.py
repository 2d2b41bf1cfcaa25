"""Editors' work in the chat: entries are added, changed and retired after a preview, and their history is kept."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.dates.wall_clock import wall
from commands.drafting import Action, preview
from commands.errors import NotPossible, UsageError
from commands.faq.finding import reading
from commands.faq.waiting import now_answered
from commands.group_names import take_ref
from commands.markup import clean
from commands.texts import faq_editing as texts
from storage import answers, faq, questions
from storage.tables import FaqEntry, Role

LONGEST_ANSWER, LONGEST_LINK = 600, 500
_LONGEST_QUESTION, _LONGEST_OTHER, _MOST_PHRASINGS = 200, 200, 20
_LABELS: Final = {
    "frage": "question",
    "antwort": "answer",
    "thema": "category",
    "quelle": "source",
    "link": "source_url",
    "auch": "alternatives",
    "stichwörter": "keywords",
    "stichwoerter": "keywords",
    "stichworte": "keywords",
    "widerspruch": "conflict",
    "prüfen": "review_on",
    "pruefen": "review_on",
}
_LISTS: Final = frozenset(["alternatives", "keywords"])
_FIELD: Final = re.compile(
    rf"(?:^|(?<=\s))[*_]{{0,2}}({'|'.join(_LABELS)})\s*(?:[*_]{{0,2}}:|:[*_]{{0,2}})\s*", re.IGNORECASE
)
_FROM: Final = re.compile(r"aus\s+(?=ag)", re.IGNORECASE)
_EDITORS: Final = "Redaktion der AG 4"


@command(
    "faq neu",
    "Frage: … Antwort: … Thema: … [Quelle: …] [Link: …] [Auch: …] [Stichwörter: …] [Widerspruch: …] "
    "[Prüfen: TT.MM.JJJJ]",
    example="!faq neu Frage: Gibt es Schulungen? Antwort: Ja, jeden Monat. Thema: Unterstützung",
    role=Role.COORDINATOR,
)
async def new(call: Call, session: AsyncSession) -> Reply:
    """Legt eine häufige Frage mit ihrer Antwort an.

    Zuerst sehen Sie eine Vorschau. „Auch:“ nennt andere Formulierungen, getrennt durch Striche (|), „Stichwörter:“
    einzelne Wörter dazu, „Widerspruch:“ was Quellen verschieden sagen, „Prüfen:“ den Tag, ab dem die Antwort überprüft
    werden soll. Aus einer beantworteten Frage
    wird ein Eintrag mit: !faq neu aus AG4-021
    """
    made_of: dict[str, Any] = {}
    if _FROM.match(clean(call.text)):
        made_of, rest = await _of_question(call, session)
        values = {**made_of, **_fields(rest)}
    else:
        values = _fields(clean(call.text))
    values = {"category": "Weitere Fragen", "source": _EDITORS, "alternatives": [], **values}
    if missing := [label for label, name in (("Frage", "question"), ("Antwort", "answer")) if not values.get(name)]:
        raise UsageError(texts.missing(missing))
    values["category"] = await _topic(values["category"], session)
    await _check(values, call, session)
    payload = {"values": _json(values), "made_of": made_of}
    return await preview(
        call, session, action=new.name, payload=payload, text=texts.preview(values, None), what="Eintrag"
    )


@command(
    "faq ändern",
    "<Nummer> [Frage: …] [Antwort: …] [Thema: …] [Quelle: …] [Link: …] [Auch: …] [Stichwörter: …] "
    "[Widerspruch: …] [Prüfen: …]",
    example="!faq ändern 12 Prüfen: 01.03.2027",
    role=Role.COORDINATOR,
)
async def change(call: Call, session: AsyncSession) -> Reply:
    """Ändert, was zu einer häufigen Frage hinterlegt ist.

    Zuerst sehen Sie eine Vorschau. „Auch:“ und „Stichwörter:“ fügen hinzu; mit einem Strich (-) nehmen Sie eine Angabe
    weg.
    Die Nummer zeigt !faq einträge. Was die Antwort sagt, gilt danach mit dem heutigen Stand.
    """
    entry, rest = await _named(call, session)
    values = _fields(rest)
    if not values:
        raise UsageError(texts.nothing_to_change())
    for name in _LISTS & set(values):
        values[name] = [*dict.fromkeys([*getattr(entry, name), *values[name]])] if values[name] else []
    if values.get("category"):
        values["category"] = await _topic(values["category"], session)
    await _check(values, call, session, but=entry)
    payload = {"entry": entry.id, "version": entry.version, "values": _json(values)}
    shown = texts.preview(values, entry)
    return await preview(call, session, action=change.name, payload=payload, text=shown, what=f"Eintrag {entry.id}")


@command("faq zurückziehen", "<Nummer>", example="!faq zurückziehen 12", role=Role.COORDINATOR)
async def retire(call: Call, session: AsyncSession) -> Reply:
    """Nimmt eine häufige Frage aus den Antworten; ihr Verlauf bleibt.

    Zuerst sehen Sie eine Vorschau.
    """
    entry, rest = await _named(call, session)
    if rest:
        raise UsageError(texts.only_a_number())
    payload = {"entry": entry.id, "version": entry.version, "values": {"retired": True}}
    shown = texts.retiring(entry)
    return await preview(call, session, action=retire.name, payload=payload, text=shown, what=f"Eintrag {entry.id}")


@command("faq verlauf", "<Nummer>", example="!faq verlauf 12", role=Role.COORDINATOR)
async def history(call: Call, session: AsyncSession) -> Reply:
    """Zeigt, wer einen Eintrag wann geändert hat und wie er vorher lautete."""
    entry, _ = await _named(call, session, retired=True)
    return Reply(text=texts.history(entry, await faq.changes(session, entry)))


@command("faq einträge", "[Thema]", example="!faq einträge Kontakt", role=Role.COORDINATOR)
async def listed(call: Call, session: AsyncSession) -> Reply:
    """Zeigt die Einträge mit ihren Nummern, alle oder die zu einem Thema."""
    entries = await faq.everything(session)
    asked = call.text.strip(" .!").casefold()
    found = [entry for entry in entries if not asked or entry.category.casefold() == asked]
    if not found:
        raise NotPossible(texts.no_such_topic(list(dict.fromkeys(entry.category for entry in entries))))
    return Reply(text=texts.listed(found, wall(call.at).date()))


async def _add(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> Reply:
    values = _python(payload["values"])
    if (made_of := payload["made_of"]) and await _answered(made_of["source"], session) != made_of:
        raise NotPossible(texts.question_changed(made_of["source"]))
    await _check(values, call, session)
    values = {"keywords": [], "as_of": wall(call.at).date(), **values}
    entry = await faq.add(session, values, at=call.at, actor=call.sender)
    return Reply(text=texts.added(entry, call.settings.prefix), messages=await now_answered(session))


async def _apply(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> Reply:
    entry = await faq.get(session, payload["entry"])
    if entry is None or entry.retired or entry.version != payload["version"]:
        raise NotPossible(texts.changed_meanwhile())
    values = _python(payload["values"])
    if "answer" in values:
        values["as_of"] = wall(call.at).date()
    what = "zurückgezogen" if values.get("retired") else "geändert"
    await faq.change(session, entry, values, what=what, at=call.at, actor=call.sender)
    told = () if entry.retired else await now_answered(session)
    return Reply(text=texts.done(entry, what), messages=told)


async def _named(call: Call, session: AsyncSession, *, retired: bool = False) -> tuple[FaqEntry, str]:
    number, *others = clean(call.text).split(None, 1) or [""]
    number, rest = number.strip("#.:"), "".join(others)
    if not number.isdecimal():
        raise UsageError(texts.only_a_number())
    entry = await faq.get(session, int(number)) if len(number) < 10 else None  # noqa: PLR2004 (SQLite's integers end)
    if entry is None or (entry.retired and not retired):
        raise NotPossible(texts.no_such_entry(call.settings.prefix))
    return entry, rest.strip()


async def _topic(said: str, session: AsyncSession) -> str:
    """A topic as it is written already, if only capitals differ."""
    known = {entry.category.casefold(): entry.category for entry in await faq.everything(session)}
    return known.get(said.casefold(), said)


async def _of_question(call: Call, session: AsyncSession) -> tuple[dict[str, Any], str]:
    """What an answered question makes of an entry, and what stands behind its number."""
    ref = take_ref(_FROM.sub("", clean(call.text), count=1).strip())
    if ref is None:
        raise UsageError(texts.which_question())
    group, number, rest = ref
    values = await _answered(f"AG {group}, AG{group}-{number:03d}", session)
    if values is None:
        raise NotPossible(texts.not_answered(f"AG{group}-{number:03d}"))
    return values, rest


async def _answered(source: str, session: AsyncSession) -> dict[str, Any] | None:
    """What a question and its answer say now, if both may be told to everybody; by the source they make."""
    group, number, _ = take_ref(source.split(", ")[1]) or (0, 0, "")
    question = await questions.find(session, group, number)
    answer = None if question is None or question.confidential else await answers.valid(session, question)
    if question is None or answer is None or not question.text or not answer.text:
        return None
    return {"question": question.text, "answer": answer.text, "source": source}


def _fields(text: str) -> dict[str, Any]:
    """What is named by labels ("Frage: … Antwort: …"), by column. Raises UsageError for anything before the first."""
    pieces = _FIELD.split(text)
    if pieces[0].strip():
        raise UsageError(texts.before_the_labels(pieces[0].strip()))
    values: dict[str, Any] = {}
    for label, value in zip(pieces[1::2], pieces[2::2], strict=True):
        name, said = _LABELS[label.casefold()], value.strip()
        if name in values:
            raise UsageError(texts.twice(label))
        values[name] = None if said in {"-", "–"} else said
    for name in _LISTS & set(values):
        between = r"\|" if name == "alternatives" else r"[|,;]"  # a phrasing may have a comma
        values[name] = [phrase.strip() for phrase in re.split(between, values[name] or "") if phrase.strip()]
    if values.get("review_on"):
        values["review_on"] = _day(values["review_on"])
    return values


def _day(said: str) -> date:
    try:
        return datetime.strptime(said, "%d.%m.%Y").date()  # noqa: DTZ007 (a day without a time)
    except ValueError:
        raise UsageError(texts.no_day(said)) from None


async def _check(values: Mapping[str, Any], call: Call, session: AsyncSession, but: FaqEntry | None = None) -> None:
    """Whether these values make sense. Raises UsageError or NotPossible, with what is wrong."""
    for name, longest in (("question", _LONGEST_QUESTION), ("answer", LONGEST_ANSWER), ("category", _LONGEST_OTHER)):
        if name in values and not values[name]:
            raise UsageError(texts.must_not_be_empty(name))
        if len(values.get(name) or "") > longest:
            raise NotPossible(texts.too_long(name, len(values[name]), longest))
    if len(values.get("source") or "") > _LONGEST_OTHER or ("source" in values and not values["source"]):
        raise NotPossible(texts.too_long("source", len(values["source"] or ""), _LONGEST_OTHER))
    if len(values.get("conflict") or "") > LONGEST_ANSWER:
        raise NotPossible(texts.too_long("conflict", len(values["conflict"]), LONGEST_ANSWER))
    link = values.get("source_url")
    if link and (len(link) > LONGEST_LINK or not re.fullmatch(r"https?://\S{3,}", link)):
        raise NotPossible(texts.no_link())
    if values.get("review_on") and values["review_on"] <= wall(call.at).date():
        raise NotPossible(texts.day_is_over())
    await _check_phrasings(values, session, but, call.settings.prefix)


async def _check_phrasings(values: Mapping[str, Any], session: AsyncSession, but: FaqEntry | None, prefix: str) -> None:
    """Whether the question and its other wordings can be found, and are no other entry's."""
    phrases = [*(values.get("alternatives") or ()), *filter(None, [values.get("question")])]
    every = [*phrases, *(values.get("keywords") or ())]
    if len(every) > _MOST_PHRASINGS or any(len(phrase) > _LONGEST_QUESTION for phrase in every):
        raise NotPossible(texts.too_many_phrasings(_MOST_PHRASINGS))
    if "question" in values and not any(word.weight > reading.LIGHT for word in reading.words_of(values["question"])):
        raise NotPossible(texts.says_nothing())
    wanted = {reading.plain(phrase) for phrase in phrases}
    for entry in await faq.everything(session):
        if (but is None or entry.id != but.id) and wanted & {
            reading.plain(phrase) for phrase in (entry.question, *entry.alternatives)
        }:
            raise NotPossible(texts.there_already(entry, prefix))


def _json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _python(values: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(values)
    if found.get("review_on"):
        found["review_on"] = date.fromisoformat(found["review_on"])
    return found


COMMANDS = (new, change, retire, history, listed)
ACTIONS = (
    Action(name=new.name, role=Role.COORDINATOR, apply=_add),
    *(Action(name=each.name, role=Role.COORDINATOR, apply=_apply) for each in (change, retire)),
)
