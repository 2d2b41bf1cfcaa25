"""Editors' work in the chat: entries are added, changed and retired after a preview, and their history is kept."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Message, Reply, command
from commands.dates.wall_clock import wall
from commands.drafting import Action, preview
from commands.errors import NotPossible, UsageError
from commands.faq.deciding import decide
from commands.faq.finding import reading
from commands.faq.knowing import known
from commands.group_names import take_ref
from commands.markup import clean
from commands.texts import faq_editing as texts
from storage import answers, faq, faq_learning, questions
from storage.tables import FaqEntry, Role

LONGEST_ANSWER: Final = 600
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
    "prüfen": "review_on",
    "pruefen": "review_on",
}
_LISTS: Final = frozenset(["alternatives", "keywords"])
_FIELD: Final = re.compile(rf"(?:^|(?<=\s))({'|'.join(_LABELS)})\s*:\s*", re.IGNORECASE)
_FROM: Final = re.compile(r"aus\s+(?=ag)", re.IGNORECASE)
_EDITORS: Final = "Redaktion der AG 4"


@command(
    "faq neu",
    "Frage: … Antwort: … Thema: … [Quelle: …] [Link: …] [Auch: …] [Stichwörter: …] [Prüfen: TT.MM.JJJJ]",
    example="!faq neu Frage: Gibt es Schulungen? Antwort: Ja, jeden Monat. Thema: Unterstützung",
    role=Role.COORDINATOR,
)
async def new(call: Call, session: AsyncSession) -> Reply:
    """Legt eine häufige Frage mit ihrer Antwort an.

    Zuerst sehen Sie eine Vorschau. „Auch:“ nennt andere Formulierungen, getrennt durch Striche (|), „Stichwörter:“
    einzelne Wörter dazu, „Prüfen:“ den Tag, ab dem die Antwort überprüft werden soll. Aus einer beantworteten Frage
    wird ein Eintrag mit: !faq neu aus AG4-021
    """
    values = await _of_question(call, session) if _FROM.match(clean(call.text)) else _fields(clean(call.text))
    values = {"category": "Weitere Fragen", "source": _EDITORS, "alternatives": [], **values}
    if missing := [label for label, name in (("Frage", "question"), ("Antwort", "answer")) if not values.get(name)]:
        raise UsageError(texts.missing(missing))
    await _check(values, call, session)
    shown = texts.preview(values, None)
    return await preview(call, session, action=new.name, payload={"values": _json(values)}, text=shown, what="Eintrag")


@command(
    "faq ändern",
    "<Nummer> [Frage: …] [Antwort: …] [Thema: …] [Quelle: …] [Link: …] [Auch: …] [Stichwörter: …] [Prüfen: …]",
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
    await _check(values, call, session)
    values = {"keywords": [], "as_of": wall(call.at).date(), **values}
    entry = await faq.add(session, values, at=call.at, actor=call.sender)
    return Reply(text=texts.added(entry, call.settings.prefix), messages=await _told(session, entry))


async def _apply(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> Reply:
    entry = await faq.get(session, payload["entry"])
    if entry is None or entry.retired or entry.version != payload["version"]:
        raise NotPossible(texts.changed_meanwhile())
    values = _python(payload["values"])
    if "answer" in values:
        values["as_of"] = wall(call.at).date()
    what = "zurückgezogen" if values.get("retired") else "geändert"
    await faq.change(session, entry, values, what=what, at=call.at, actor=call.sender)
    told = () if entry.retired else await _told(session, entry)
    return Reply(text=texts.done(entry, what), messages=told)


async def _told(session: AsyncSession, entry: FaqEntry) -> tuple[Message, ...]:
    """Tell those who asked for it within the last thirty days and were not answered; who asked earlier is not known.

    What it answers is no gap any more.
    """
    ranking = (await known(session)).ranking
    found = []
    for choice in await faq_learning.unanswered(session):
        if choice.text and decide(choice.text, ranking).answer == entry.slug:
            await faq_learning.chosen(session, choice)
            found.append(
                Message(
                    key=f"faq-new:{entry.id}:{choice.id}",
                    room_id=choice.room_id,
                    text=texts.now_known(entry),
                    mentions=(choice.sender,),
                    reply_to=choice.event_id,
                )
            )
    for gap in await faq_learning.gaps(session):
        if gap.slug is None and decide(gap.text, ranking).answer == entry.slug:
            await faq_learning.close_gap(session, gap)
    return tuple({(each.room_id, each.mentions): each for each in found}.values())


async def _named(call: Call, session: AsyncSession, *, retired: bool = False) -> tuple[FaqEntry, str]:
    number, _, rest = clean(call.text).strip().partition(" ")
    number = number.strip("#.:")
    if not number.isdecimal():
        raise UsageError(texts.only_a_number())
    entry = await faq.get(session, int(number)) if len(number) < 10 else None  # noqa: PLR2004 (SQLite's integers end)
    if entry is None or (entry.retired and not retired):
        raise NotPossible(texts.no_such_entry(call.settings.prefix))
    return entry, rest.strip()


async def _of_question(call: Call, session: AsyncSession) -> dict[str, Any]:
    """An entry made of an answered question; what stands behind the number may name the topic and more."""
    ref = take_ref(_FROM.sub("", clean(call.text), count=1).strip())
    if ref is None:
        raise UsageError(texts.which_question())
    group, number, rest = ref
    question = await questions.find(session, group, number)
    answer = None if question is None or question.confidential else await answers.valid(session, question)
    if question is None or answer is None or not question.text or not answer.text:
        raise NotPossible(texts.not_answered(f"AG{group}-{number:03d}"))
    return {"question": question.text, "answer": answer.text, "source": f"AG {group}, {question.ref}", **_fields(rest)}


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
        values[name] = [phrase.strip() for phrase in (values[name] or "").split("|") if phrase.strip()]
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
    if values.get("source_url") and not re.fullmatch(r"https?://\S{3,500}", values["source_url"]):
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
