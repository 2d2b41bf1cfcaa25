"""What is said about how well the FAQ answers: to who voted, and to those who look after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from commands.markup import Markdown, fill, join, shorten
from commands.settings import Settings
from commands.texts.faq_choosing import Here, take_over

_LINE: Final = 70  # characters of a question in a line of the digest


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Texts that are alike: how many, the newest of them, and the question whose answer did not help, if any."""

    count: int
    text: str
    entry: str | None


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How many of those who voted were helped by an entry."""

    entry: str
    helped: int
    count: int

    @property
    def percent(self) -> int:
        """Their share, rounded."""
        return round(100 * self.helped / self.count)


def gaps(shown: Sequence[Gap], found: int, rates: Sequence[Rate]) -> Markdown:
    """What nobody could answer, and which answers help least."""
    lines = [Markdown("**Was die häufigen Fragen nicht beantworten:**\n")]
    for gap in shown:
        about = fill(" (nicht geholfen hat: {entry})", entry=gap.entry) if gap.entry else Markdown("")
        lines.append(fill("- {count}× „{text}“{about}", count=gap.count, text=gap.text, about=about))
    if not shown:
        lines = [Markdown("**Es gibt keine offenen Lücken:** In den letzten 90 Tagen blieb nichts unbeantwortet.")]
    if found > len(shown):
        lines.append(fill("- und {more} weitere", more=found - len(shown)))
    if rates:
        lines.append(Markdown("\n**Wie oft eine Antwort geholfen hat, die schwächste zuerst:**\n"))
        lines += [
            fill("- {percent} % von {count}: {entry}", percent=each.percent, count=each.count, entry=each.entry)
            for each in rates
        ]
    return join(lines)


def in_digest(count: int, most: str, times: int, prefix: str) -> Markdown:
    """What was asked in vain: how much, and what most."""
    often = fill(" ({times}-mal)", times=times) if times > 1 else Markdown("")
    return fill(
        "**Ohne Antwort in den häufigen Fragen:** {asked}, zum Beispiel „{text}“{often}. Mehr: `{p}faq lücken`",
        asked="1 Frage" if count == 1 else f"{count} Fragen",
        often=often,
        text=shorten(most, _LINE),
        p=Markdown(prefix),
    )


def to_review(count: int, first: str, prefix: str) -> Markdown:
    """Answers whose day of review has come."""
    entries = "1 Eintrag" if count == 1 else f"{count} Einträge"
    return fill(
        "**Antworten prüfen:** {entries}, zum Beispiel „{first}“. Alle zeigt `{p}faq einträge`",
        entries=entries,
        first=shorten(first, _LINE),
        p=Markdown(prefix),
    )


def alarm(rate: Rate, prefix: str) -> Markdown:
    """An answer helps too few."""
    return fill(
        "**Diese Antwort hilft zu selten:** {entry}\nIn den letzten sieben Tagen hat sie {percent} % von {count} "
        "Personen geholfen. Bitte prüfen Sie den Text. Was gefragt wurde, zeigt `{prefix}faq lücken`.",
        entry=rate.entry,
        percent=rate.percent,
        count=rate.count,
        prefix=Markdown(prefix),
    )


def sorry(settings: Settings, *, can_take: bool, here: Here) -> Markdown:
    """The answer did not help; the ways on."""
    first = Markdown("**Schade, dass das nicht geholfen hat.** Ich habe es ohne Ihren Namen für die Redaktion notiert.")
    return join([first, *take_over(settings, can_take=can_take, here=here)])


def thanks() -> Markdown:
    """The vote was noted."""
    return Markdown("Danke, das ist notiert.")


def nothing_told() -> str:
    """There is no answer that the vote could be about."""
    return "Hier gab es in der letzten Stunde keine Antwort auf eine häufige Frage; es wurde nichts notiert."


def yes_or_no(prefix: str) -> str:
    """What stands behind the command is neither."""
    return f"Hat die letzte Antwort geholfen? Dann `{prefix}faq hilft`, sonst `{prefix}faq hilft nein`."
