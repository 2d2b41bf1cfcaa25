"""What the bot says about itself, and when something does not fit."""

import re
from collections.abc import Sequence

from commands.markup import Markdown, fill, join
from storage.tables import Role

TITLES = {
    Role.PARTICIPANT: "Das können Sie hier tun:",
    Role.LEAD: "Als Leitung einer AG oder Koordination:",
    Role.COORDINATOR: "Als Koordination:",
}
MORE = (
    "Mehr zu einem Befehl: `{prefix}hilfe frage`. Sie können mir auch einfach eine Frage stellen: im Direktchat oder "
    "indem Sie mich erwähnen."
)
_COMMAND = re.compile(r"(?<![^\s(„])!(?=[^\W\d])")  # the "!" of a command within details
APOLOGY = (
    "Das hat leider nicht geklappt: Im Bot ist ein Fehler aufgetreten, es wurde nichts geändert.\n"
    "Bitte versuchen Sie es noch einmal. Bleibt es dabei, nennen Sie der Koordination die Fehlernummer **{number}**"
    " oder schreiben Sie an {email}."
)
UNKNOWN = "Den Befehl `{prefix}{word}` kenne ich nicht."
NEAREST = "Meinten Sie `{prefix}{name}`? {help}"
WHAT_I_CAN = "Was Sie hier tun können, zeigt `{prefix}hilfe`."
USAGE = "So geht es: `{prefix}{name}{usage}`\nBeispiel: `{example}`"
NOT_AGAIN = "Durch Bearbeiten wird dieser Befehl nicht noch einmal ausgeführt. Bitte senden Sie ihn als neue Nachricht."
ALL_CONCERNED = "alle, die es im Einzelfall betrifft"
OTHERS_TOO = ", im Einzelfall auch andere"
WELCOME = (
    "Guten Tag! Ich bin der Bot der AG 4 (Kommunikation) im CIO-Projekt.\n\n"
    "- Fragen Sie mich einfach, zum Beispiel: *Wann ist die nächste OZG-Sprechstunde?*\n"
    "- Eine Frage an eine Arbeitsgruppe stellen Sie mit `{prefix}frage AG3 Ihre Frage`.\n"
    "- Was ich sonst kann, zeigt `{prefix}hilfe`. Was ich speichere, zeigt `{prefix}datenschutz`."
)


def apology(number: str, email: str) -> Markdown:
    """Our bug; the number stands in the log."""
    return fill(APOLOGY, number=number, email=email)


def unknown(word: str, nearest: tuple[str, str] | None, prefix: str) -> Markdown:
    """No such command; `nearest` is the name and help line of what comes nearest."""
    lines = [fill(UNKNOWN, prefix=_code(prefix), word=_code(word))]
    if nearest is not None:
        lines.append(fill(NEAREST, prefix=_code(prefix), name=_code(nearest[0]), help=nearest[1]))
    return join([*lines, fill(WHAT_I_CAN, prefix=_code(prefix))])


def usage(problem: str, *, name: str, usage: str, example: str, prefix: str) -> Markdown:
    """What does not fit, and how it would."""
    how = fill(
        USAGE,
        prefix=_code(prefix),
        name=_code(name),
        usage=_code(f" {usage}" if usage else ""),
        example=_code(_with_prefix(example, prefix)),
    )
    return join([Markdown(problem), how])


def not_again() -> Markdown:
    """Editing does not repeat this command."""
    return Markdown(NOT_AGAIN)


def welcome(prefix: str) -> Markdown:
    """The first words in a direct chat."""
    return fill(WELCOME, prefix=_code(prefix))


def overview(lines: Sequence[tuple[Role, str, str]], *, prefix: str) -> Markdown:
    """What the reader may do: (who, command with usage, help line) each.

    What everybody may do with its help; what only leads and coordinators may by name only, so that it fits a phone.
    """
    parts = []
    for role, title in TITLES.items():
        mine = [(command, line) for who, command, line in lines if who is role]
        if role is Role.PARTICIPANT:
            items = [
                fill("- `{prefix}{command}`: {help}", prefix=_code(prefix), command=_code(command), help=line)
                for command, line in mine
            ]
            parts.append(join([Markdown(f"**{title}**\n"), *items]))
        elif mine:
            names = [fill("`{prefix}{name}`", prefix=_code(prefix), name=_code(_name(each))) for each, _ in mine]
            parts.append(join([Markdown(f"**{title}**"), join(names, ", ")], "\n"))
    return join([*parts, fill(MORE, prefix=_code(prefix))], "\n\n")


def _name(command: str) -> str:
    """A command without its usage."""
    return re.split(r" (?=[<\[])", command)[0]


def one_command(*, name: str, usage: str, text: str, details: str, example: str, who: str, prefix: str) -> Markdown:
    """One command in detail."""
    lines = [
        fill("**{prefix}{name}**: {text}", prefix=prefix, name=name, text=text),
        fill("Aufruf: `{call}`", call=_code(f"{prefix}{name} {usage}".strip())),
        fill("Beispiel: `{example}`", example=_code(_with_prefix(example, prefix))),
        fill("Wer: {who}", who=who),
    ]
    if details:
        lines.insert(1, fill("{details}", details=_COMMAND.sub(lambda _: prefix, details)))
    return join(lines)


def _with_prefix(example: str, prefix: str) -> str:
    return prefix + example.removeprefix("!")


def _code(text: str) -> Markdown:
    """Text for a place between backticks, where nothing is markup but the backtick."""
    return Markdown(text.replace("`", "'"))
