"""Hilfe: made from the list of commands it is given, so that it is always complete."""

from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process
from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Command, Reply, command
from commands.dates.days import fold
from commands.errors import NotFound
from commands.markup import Markdown, clean, shorten
from commands.settings import Settings
from commands.texts import help as texts
from storage.tables import Role

_NEAR_ENOUGH = 60
_WHO = {
    Role.PARTICIPANT: "alle",
    Role.LEAD: "Leitung einer AG und Koordination",
    Role.COORDINATOR: "Koordination",
}


def help_for(commands: Callable[[], Sequence[Command]]) -> Command:
    """The command `!hilfe` over the commands that `commands` gives (itself among them)."""

    @command("hilfe", "[Befehl]", example="!hilfe frage")
    async def show(call: Call, session: AsyncSession) -> Reply:  # noqa: ARG001 (a handler's signature)
        """Zeigt, was Sie hier tun können.

        Mit einem Befehl dahinter sehen Sie, wie er genau geht, mit Beispiel.
        """
        if call.text:
            return Reply(text=_detail(call.text, commands(), call.settings))
        mine = [each for each in commands() if call.roles.may(each.role)]
        return Reply(
            text=texts.overview(
                [(each.role, f"{each.name} {each.usage}".strip(), each.help) for each in mine],
                prefix=call.settings.prefix,
            )
        )

    return show


def unknown(text: str, commands: Sequence[Command], settings: Settings) -> Markdown:
    """The answer to a command that does not exist; names the nearest one that does."""
    word = shorten(clean(text.split(None, 1)[0] if text.split() else ""), 40)
    nearest = _nearest(word, commands)
    return texts.unknown(word, (nearest.name, nearest.help) if nearest else None, settings.prefix)


def usage(problem: str, command: Command | None, settings: Settings) -> Markdown:
    """The answer to words that do not fit a command: what is wrong, the usage, an example."""
    if command is None:
        return Markdown(problem)
    return texts.usage(problem, name=command.name, usage=command.usage, example=command.example, prefix=settings.prefix)


def not_again() -> Markdown:
    """The answer to an edit of a message whose command is done only once."""
    return texts.not_again()


def apology(number: str, settings: Settings) -> Markdown:
    """The answer where our own code failed."""
    return texts.apology(number, settings.contact_email)


def welcome(settings: Settings) -> Markdown:
    """The first words in a direct chat."""
    return texts.welcome(settings.prefix)


def _detail(text: str, commands: Sequence[Command], settings: Settings) -> Markdown:
    name = fold(" ".join(text.removeprefix(settings.prefix).split()[:2]))
    found = next((each for each in commands if fold(each.name) in (name, name.split(" ")[0])), None)
    exact = next((each for each in commands if fold(each.name) == name), found)
    if exact is None:
        raise NotFound(unknown(text.removeprefix(settings.prefix), commands, settings))
    return texts.one_command(
        name=exact.name,
        usage=exact.usage,
        text=exact.help,
        details=exact.details,
        example=exact.example,
        who=_who(exact),
        prefix=settings.prefix,
    )


def _who(command: Command) -> str:
    who = _WHO[command.role]
    if not command.own_check:
        return who
    return texts.ALL_CONCERNED if command.role is Role.PARTICIPANT else f"{who}{texts.OTHERS_TOO}"


def _nearest(word: str, commands: Sequence[Command]) -> Command | None:
    names = {index: fold(each.name) for index, each in enumerate(commands)}
    found = process.extractOne(fold(word), names, scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH)
    return commands[found[2]] if found else None
