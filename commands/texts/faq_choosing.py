"""What is said when the bot is not sure which question is meant, or knows none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from commands.markup import Markdown, fill, join
from commands.settings import Settings
from commands.texts.contact import elsewhere

_PLAIN: Final = re.compile(r"[\w\s.,;?!()-]{1,200}")
_MOST_TOPICS: Final = 10
_EXAMPLE: Final = "Wann ist die nächste OZG-Sprechstunde?"


@dataclass(frozen=True, kw_only=True)
class Here:
    """Where something is said: in the room of a group (its number), in a direct chat."""

    room_group: int | None
    direct: bool

    @property
    def reply(self) -> str:
        """How one answers the bot; in a room it only hears what replies to it or names it."""
        return "Antworten Sie" if self.direct else "Antworten Sie auf diese Nachricht"


def suggestions(questions: Sequence[str], settings: Settings, *, here: Here) -> Markdown:
    """Not sure which question is meant: the nearest ones, to choose by number."""
    head = "Meinen Sie diese Frage?" if len(questions) == 1 else "Meinen Sie eine dieser Fragen?"
    return join(
        [
            fill("**{head}**\n", head=head),
            *_numbered(questions),
            fill(
                "\n{reply} mit {numbers}, oder tippen Sie unten auf die Zahl.",
                reply=here.reply,
                numbers=_numbers(questions),
            ),
            fill("Nichts davon? {how}", how=_take(settings.prefix, here)),
        ]
    )


def unknown(
    text: str,
    settings: Settings,
    *,
    nearest: Sequence[str],
    topics: Sequence[str],
    here: Here,
    waits: bool,
) -> Markdown:
    """No entry answers this: the `nearest` questions or all topics, two ways on, with `waits` what may come later."""
    later = Markdown("\nGibt es in den nächsten 30 Tagen eine Antwort darauf, sage ich Ihnen hier Bescheid.")
    return join(
        [
            *(_nearest(nearest, here) if nearest else [Markdown("**Das weiß ich nicht.** So geht es weiter:\n")]),
            fill("- {how}", how=_take(settings.prefix, here)),
            join(
                [fill("- Auskunft gibt es {elsewhere}.", elsewhere=elsewhere(settings)), *_ready(text, settings)], " "
            ),
            *([] if nearest else [_topics(topics, settings.prefix)]),
            *([later] if waits else []),
        ]
    )


def _nearest(questions: Sequence[str], here: Here) -> list[Markdown]:
    one = len(questions) == 1
    this, fits = ("diese Frage", "Passt sie") if one else ("eine dieser Fragen", "Passt eine davon")
    return [
        fill("**Das weiß ich nicht.** Vielleicht hilft {this}:\n", this=this),
        *_numbered(questions),
        fill(
            "\n{fits}? {reply} mit {numbers}. Sonst geht es so weiter:\n",
            fits=fits,
            reply=here.reply,
            numbers=_numbers(questions),
        ),
    ]


def _numbered(questions: Sequence[str]) -> list[Markdown]:
    return [fill("{number}. {question}", number=number, question=each) for number, each in enumerate(questions, 1)]


def _numbers(questions: Sequence[str]) -> str:
    return ("1", "1 oder 2", "1, 2 oder 3")[len(questions) - 1]


def _topics(topics: Sequence[str], prefix: str) -> Markdown:
    known = ", ".join(topics[:_MOST_TOPICS]) + (" …" if len(topics) > _MOST_TOPICS else "")
    return fill("- Meine Themen zeigt `{p}faq`: {known}", p=Markdown(prefix), known=known or "noch keine")


def take_over(settings: Settings, *, can_take: bool, here: Here) -> list[Markdown]:
    """The ways on after an answer that did not help."""
    ask = _take(settings.prefix, here) if can_take else _ask(settings.prefix, here.room_group)
    return [
        fill("- {ask}", ask=ask),
        fill("- Mit einem Menschen sprechen: `{p}mensch`", p=Markdown(settings.prefix)),
    ]


def only_a_number(prefix: str) -> Markdown:
    """Somebody typed a number, and there is nothing to choose from."""
    return fill(
        "Zu dieser Nummer habe ich nichts zur Auswahl. Bitte schreiben Sie die Frage: `{prefix}faq {example}`",
        prefix=Markdown(prefix),
        example=Markdown(_EXAMPLE),
    )


def already(question: str, link: str, minutes: int) -> Markdown:
    """The same answer stands in this room already."""
    ago = "gerade eben" if minutes < 1 else "vor einer Minute" if minutes == 1 else f"vor {minutes} Minuten"
    return fill(
        "**{question}**\nDie Antwort steht hier im Raum schon, {ago}: {link}", question=question, ago=ago, link=link
    )


def _take(prefix: str, here: Here) -> Markdown:
    if here.room_group is not None:
        return fill("{reply} mit dem Wort `Frage`, dann gebe ich Ihren Text an diese Arbeitsgruppe.", reply=here.reply)
    return fill(
        "{reply} mit einem Wort, zum Beispiel `AG3`, dann gebe ich Ihren Text als Frage an diese Arbeitsgruppe. "
        "Wer was macht, zeigt `{prefix}ag`.",
        reply=here.reply,
        prefix=Markdown(prefix),
    )


def _ask(prefix: str, room_group: int | None) -> Markdown:
    group = "" if room_group is not None else " AG3"
    return fill("Eine Arbeitsgruppe fragen: `{p}frage{group} Ihre Frage`", p=Markdown(prefix), group=Markdown(group))


def _ready(text: str, settings: Settings) -> list[Markdown]:
    """A text to copy into a mail, where there is an address; what is no plain sentence is not repeated."""
    line = " ".join(text.split())
    if not settings.contact_email or not _PLAIN.fullmatch(line):
        return []
    ended = line if line[-1:] in {"?", "!", "."} else f"{line}."
    return [fill("Text zum Kopieren: „Guten Tag, ich habe eine Frage: {text} Vielen Dank!“", text=ended)]
