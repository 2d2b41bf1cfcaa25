"""What the doctor says about one matter."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: a PROBLEM keeps the bot from its work, a WARNING may."""

    OK = "OK"
    WARNING = "WARNING"
    PROBLEM = "PROBLEM"


@dataclass(frozen=True)
class Finding:
    """One line about one matter; `steps` stand below it, one a line."""

    level: Level
    matter: str
    text: str
    steps: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([f"{self.level:<8}{self.matter}: {self.text}", *(f"        {step}" for step in self.steps)])


def ok(matter: str, text: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, matter, text)


def warning(matter: str, text: str, *steps: str) -> Finding:
    """Somebody should look, some day."""
    return Finding(Level.WARNING, matter, text, steps)


def problem(matter: str, text: str, *steps: str) -> Finding:
    """Somebody has to do something: the text ends with what."""
    return Finding(Level.PROBLEM, matter, text, steps)
