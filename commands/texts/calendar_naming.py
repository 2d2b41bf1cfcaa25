"""About which date is meant, where the bot cannot tell."""

from commands.markup import Markdown, fill
from commands.texts.calendar import code


def no_t_number(*, prefix: str) -> Markdown:
    """A command without the number of a date."""
    return fill(
        "Es fehlt die Nummer des Termins, etwa T12. Sie steht in der Liste: `{prefix}termine`", prefix=code(prefix)
    )


def unknown_t_number(number: int, *, prefix: str) -> Markdown:
    """There is no date with this number."""
    return fill(
        "Einen Termin T{number} gibt es nicht. Die Nummern stehen in der Liste: `{prefix}termine`",
        number=number,
        prefix=code(prefix),
    )


def no_kind() -> Markdown:
    """A new date of which nobody said what it is."""
    return Markdown("Bitte schreiben Sie zuerst, was für ein Termin es ist: AG3, Sprechstunde oder Impulsvortrag.")


def plenary_has_its_own(*, prefix: str) -> Markdown:
    """Plenaries are planned with another command."""
    return fill("Ein Plenum legen Sie so an: `{prefix}plenum neu 14.09. 10:00-12:00 Themenarbeit`", prefix=code(prefix))
