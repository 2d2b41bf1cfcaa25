"""What can go wrong in a command, and is not our bug.

    CommandError                 answered in German, changes nothing
    ├── UsageError               the words do not fit; the answer shows the usage and an example
    │   └── BadDate              a date or time that cannot be read, or reads two ways
    ├── NotFound                 no such group, question, plenary
    ├── NotAllowed               the sender's role is not enough
    └── NotPossible              understood, but not in this state (answered already, in the past)

Each carries one finished German sentence or more (`str(error)`), which is what the person reads: Markdown, with
what people typed only through `markup.fill`. It says what is wrong and names the next step. Anything else that
is raised is our bug: the work is undone, the person gets an apology with a number, the log gets the trace.
"""


class CommandError(Exception):
    """An expected error. Its text is German, for the person who wrote the command."""


class UsageError(CommandError):
    """The words after the command do not fit; the dispatcher adds usage and example."""


class BadDate(UsageError):
    """A date or time that cannot be read, does not exist, or reads two ways."""


class NotFound(CommandError):
    """There is no such thing; the text names what comes nearest."""


class NotAllowed(CommandError):
    """The sender's role is not enough; the text says whose would be."""


class NotPossible(CommandError):
    """Understood, but not in this state; the text says what is possible instead."""
