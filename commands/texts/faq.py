"""Answers to frequent questions, and what is said where there is none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from commands.dates.wording import plain_day
from commands.faq.small_talk import SmallTalk
from commands.markup import Markdown, fill, join
from commands.settings import Settings
from commands.texts.contact import elsewhere

_COMMAND: Final = re.compile(r"(?<!\w)!(?=[a-zäöü])")
_EXAMPLE: Final = "Wann ist die nächste OZG-Sprechstunde?"
_NOT_ENTERED: Final = "hier nicht hinterlegt."
_POLITELY: Final = {
    SmallTalk.GREETING: "Guten Tag! Womit kann ich helfen?",
    SmallTalk.THANKS: "Gern geschehen.",
    SmallTalk.GOODBYE: "Auf Wiedersehen!",
    SmallTalk.HOW_ARE_YOU: "Danke, mir geht es gut. Womit kann ich helfen?",
    SmallTalk.HELP: "Gern.",
    SmallTalk.WHO_ARE_YOU: (
        "Ich bin der Bot der AG 4 (Kommunikation) im CIO-Projekt: ein Programm mit festen Regeln, keine künstliche "
        "Intelligenz. Meine Antworten haben Menschen geschrieben."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an entry says, with its source and the day it is known to hold ("Stand")."""

    question: str
    source: str
    text: str = ""
    source_url: str | None = None
    as_of: date | None = None
    conflict: str | None = None
    to_review: bool = False


def answer(told: Told, *, live: Sequence[Markdown], live_first: bool, prefix: str, room_group: int | None) -> Markdown:
    """The answer to a question; the question stands above it, so that a wrong guess is seen at once."""
    origin = fill("{source}", source=told.source)
    if told.source_url:
        origin = fill("[{source}](<{url}>)", source=told.source, url=_url(told.source_url))
    text = [fill("{text}", text=_COMMAND.sub(prefix, told.text))] if told.text else []
    lines = [
        fill("**{question}**", question=told.question),
        *((*live, *text) if live_first else (*text, *live)),
        Markdown(""),
    ]
    if told.conflict and told.conflict not in told.text:
        lines.append(fill("Die Quellen widersprechen sich: {conflict}", conflict=told.conflict))
    stand = fill(", Stand: {day}", day=plain_day(told.as_of)) if told.as_of else Markdown("")
    if told.to_review:
        stand = fill("{stand} (**Stand prüfen:** die Angabe kann überholt sein)", stand=stand)
    lines.append(fill("Quelle: {origin}{stand}", origin=origin, stand=stand))
    lines.append(
        fill(
            "Hat das geholfen? 👍 oder 👎. Sonst fragen Sie eine Arbeitsgruppe ({ask}) oder einen Menschen "
            "(`{prefix}mensch`).",
            ask=_ask(prefix, room_group),
            prefix=Markdown(prefix),
        )
    )
    return join(lines)


def next_date(name: str, when: str, countdown: str, *, link: str | None, more: str, prefix: str) -> Markdown:
    """The next date of a kind, from the calendar; `more` is the command that says more."""
    where = fill(", {link}", link=link) if link else Markdown("")
    return fill(
        "Nächster Termin: {name}, {when} ({countdown}){where}. Mehr: `{prefix}{more}`",
        name=name,
        when=when,
        countdown=countdown,
        where=where,
        prefix=Markdown(prefix),
        more=Markdown(more),
    )


def no_date(what: str) -> Markdown:
    """No date of a kind is in the calendar."""
    return fill("Zurzeit ist hier keine kommende {what} eingetragen.", what=what)


def leads(people: Sequence[str]) -> Markdown:
    """Who leads a group."""
    return fill("Leitung: {people}", people=", ".join(people) or _NOT_ENTERED)


def leads_of_groups(groups: Sequence[tuple[int, str, Sequence[str]]], settings: Settings) -> list[Markdown]:
    """Who leads each of these groups: (number, name, people)."""
    lines = [
        fill("AG {number} {name}: {people}", number=number, name=name, people=", ".join(people) or _NOT_ENTERED)
        for number, name, people in groups
    ]
    return lines if all(people for _, _, people in groups) else [*lines, contact(settings)]


def coordinators(people: Sequence[str], prefix: str) -> Markdown:
    """Who coordinates, and the command that shows more ways."""
    return fill(
        "Koordination hier im Chat: {people}. Weitere Wege zeigt `{prefix}kontakt`.",
        people=", ".join(people),
        prefix=Markdown(prefix),
    )


def where(what: str, place: str) -> Markdown:
    """Where something is, as the operator entered it."""
    return fill("{what}: {place} (Angabe des Betreibers)", what=what, place=place)


def contact(settings: Settings) -> Markdown:
    """How to reach people, as the operator entered it."""
    return fill("Auskunft gibt es {elsewhere}.", elsewhere=elsewhere(settings))


def too_long(length: int, most: int) -> Markdown:
    """More than anybody reads for one question."""
    return fill(
        "Ihr Text ist zu lang ({length} Zeichen, höchstens {most}). "
        "Bitte fassen Sie Ihre Frage in einem Satz zusammen, zum Beispiel: {example}",
        length=_thousands(length),
        most=_thousands(most),
        example=_EXAMPLE,
    )


def topics(listed: Sequence[tuple[str, int, str]], prefix: str) -> Markdown:
    """The topics: (name, how many questions, one of them)."""
    if not listed:
        return fill(
            "Es sind noch keine Antworten hinterlegt. Was ich sonst kann, zeigt `{p}hilfe`.", p=Markdown(prefix)
        )
    lines = [
        fill("- **{topic}** ({count}): {example}", topic=topic, count=count, example=example)
        for topic, count, example in listed
    ]
    return join(
        [
            Markdown("**Zu diesen Themen habe ich Antworten:**\n"),
            *lines,
            fill(
                "\nFragen Sie zum Beispiel: `{prefix}faq {example}`",
                prefix=Markdown(prefix),
                example=_code(listed[-1][2]),
            ),
            fill(
                "Alle Fragen zu einem Thema: `{prefix}faq {topic}`", prefix=Markdown(prefix), topic=_code(listed[0][0])
            ),
        ]
    )


def topic(name: str, questions: Sequence[str], prefix: str) -> Markdown:
    """The questions of one topic."""
    return join(
        [
            fill("**Fragen zum Thema {name}:**\n", name=name),
            *(fill("- {question}", question=question) for question in questions),
            fill("\nZur Antwort: `{prefix}faq {first}`", prefix=Markdown(prefix), first=_code(questions[0])),
        ]
    )


def what_i_can(prefix: str) -> Markdown:
    """Somebody called the bot and said nothing."""
    return fill(
        "Guten Tag! Fragen Sie mich einfach, zum Beispiel: {example} Was ich sonst kann, zeigt `{prefix}hilfe`.",
        example=_EXAMPLE,
        prefix=Markdown(prefix),
    )


def politely(said: SmallTalk, prefix: str) -> Markdown:
    """A friendly word back, and where help is."""
    return fill("{word} Was ich kann, zeigt `{prefix}hilfe`.", word=_POLITELY[said], prefix=Markdown(prefix))


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _ask(prefix: str, room_group: int | None) -> Markdown:
    group = "" if room_group is not None else " AG3"
    return fill("`{prefix}frage{group} Ihre Frage`", prefix=Markdown(prefix), group=Markdown(group))


def _code(text: str) -> Markdown:
    """Text for a place between backticks, where nothing is markup but the backtick."""
    return Markdown(" ".join(text.replace("`", "'").split()))


def _url(address: str) -> Markdown:
    """An address for a place between angle brackets."""
    return Markdown(re.sub(r"[\s<>\\]", "", address))
