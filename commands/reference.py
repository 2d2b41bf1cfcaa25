"""The command reference, made from the commands themselves (docs/commands.md)."""

from collections.abc import Sequence

from commands.command import Command
from storage.tables import Role

_FOR = {
    Role.PARTICIPANT: "Für alle",
    Role.LEAD: "Für Leitungen einer AG (und die Koordination)",
    Role.COORDINATOR: "Für die Koordination",
}
_HEAD = """# Befehle

Diese Seite wird aus den Befehlen selbst erzeugt (`ag4-bot commands`); bitte nicht von Hand ändern.
Groß- und Kleinschreibung zählt nicht, und statt Umlauten geht auch ae, oe, ue, ss.
"""


def as_markdown(commands: Sequence[Command]) -> str:
    """The reference as a Markdown page, grouped by who may use a command."""
    parts = [_HEAD]
    for role, heading in _FOR.items():
        listed = [each for each in commands if each.role is role]
        if listed:
            parts.append(f"## {heading}\n")
            parts += [_entry(each) for each in listed]
    return "\n".join(parts).rstrip() + "\n"


def _entry(command: Command) -> str:
    call = f"!{command.name} {command.usage}".strip()
    details = f"{command.details}\n\n" if command.details else ""
    return f"### `{call}`\n\n{command.help}\n\n{details}Beispiel: `{command.example}`\n"
