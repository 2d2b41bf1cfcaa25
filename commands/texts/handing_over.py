"""What is said when a person takes over."""

from collections.abc import Sequence
from datetime import date

from commands.dates.wording import plain_day
from commands.markup import Markdown, fill, join
from commands.settings import Settings
from commands.texts.contact import elsewhere
from storage.tables import Handover


def promised(row: Handover, prefix: str) -> Markdown:
    """A person takes care: who, and until when."""
    return fill(
        "**{owner} kümmert sich darum, bis {day}** (Übergabe {number}).\n"
        "Solange antworte ich Ihnen hier nicht mehr auf freie Fragen. Den Stand zeigt `{p}mensch`. "
        "Wenn es erledigt ist: `{p}mensch erledigt`",
        owner=row.owner,
        day=plain_day(row.due_on),
        number=row.id,
        p=Markdown(prefix),
    )


def promised_here(row: Handover, prefix: str) -> Markdown:
    """To both sides, where the owner reads along: who takes care, and until when."""
    return fill(
        "**{owner}, bitte übernehmen Sie das bis {day}** (Übergabe {number} von {asker}).\n"
        "Solange antworte ich {asker} hier nicht mehr auf freie Fragen. Den Stand zeigt `{p}mensch`. "
        "Wenn es erledigt ist: `{p}mensch erledigt {number}`",
        owner=row.owner,
        asker=row.asked_by,
        day=plain_day(row.due_on),
        number=row.id,
        p=Markdown(prefix),
    )


def late(row: Handover, prefix: str) -> Markdown:
    """The day is over, and nobody has closed it."""
    return fill(
        "**Übergabe {number} ist überfällig:** {asker} sollte bis {day} eine Antwort von {owner} haben.\n"
        "Ist es erledigt? Dann `{p}mensch erledigt {number}`. Alle, die warten, zeigt `{p}mensch offen`.",
        number=row.id,
        asker=row.asked_by,
        day=plain_day(row.due_on),
        owner=row.owner,
        p=Markdown(prefix),
    )


def withdrawn(row: Handover) -> Markdown:
    """Who asked deleted the message."""
    return fill("Übergabe {number} ist zurückgezogen. Ich antworte hier wieder.", number=row.id)


def standing(row: Handover, prefix: str, *, passed_on: bool) -> Markdown:
    """How it stands with a hand-over; `passed_on` is false where a second matter was not passed on."""
    more = "" if passed_on else " Das Neue habe ich **nicht** weitergegeben: Bitte sagen Sie es {owner} selbst."
    return fill(
        "Übergabe {number}: {owner} kümmert sich, bis {day}." + more + " Erledigt? Dann `{p}mensch erledigt`",
        number=row.id,
        owner=row.owner,
        day=plain_day(row.due_on),
        p=Markdown(prefix),
    )


def for_owner(row: Handover, prefix: str) -> Markdown:
    """To the coordination: somebody wants a person."""
    wish = fill("\n> {text}", text=" ".join(row.text.split())) if row.text else Markdown("")
    return fill(
        "**{asker} möchte mit einem Menschen sprechen.** Zuständig: {owner}, bis {day}.{wish}\n"
        "\nBitte melden Sie sich bei {asker}. Danach: `{p}mensch erledigt {number}`",
        asker=row.asked_by,
        owner=row.owner,
        day=plain_day(row.due_on),
        wish=wish,
        p=Markdown(prefix),
        number=row.id,
    )


def released(row: Handover) -> Markdown:
    """It is done; the bot answers again."""
    return fill("Übergabe {number} ist erledigt. Ich antworte hier wieder.", number=row.id)


def closed(row: Handover) -> Markdown:
    """To who closed it somewhere else than where it was asked for."""
    return fill("Übergabe {number} ist erledigt; {asker} erfährt es.", number=row.id, asker=row.asked_by)


def say_mensch(prefix: str) -> str:
    """Words that begin like the command and are none."""
    return f"Einen Menschen erreichen Sie mit `{prefix}mensch`."


def waiting(rows: Sequence[Handover], today: date, prefix: str) -> Markdown:
    """Who still waits for a person."""
    if not rows:
        return Markdown("Zurzeit wartet niemand auf einen Menschen.")
    lines = [
        fill(
            "- {number}: {asker}, zuständig {owner}, bis {day}{late}",
            number=row.id,
            asker=row.asked_by,
            owner=row.owner,
            day=plain_day(row.due_on),
            late=Markdown(" (**überfällig**)" if row.due_on < today else ""),
        )
        for row in rows
    ]
    done = fill("\nErledigt: `{p}mensch erledigt {number}`", p=Markdown(prefix), number=rows[0].id)
    return join([Markdown("**Auf einen Menschen warten:**\n"), *lines, done])


def in_digest(rows: Sequence[Handover], today: date, prefix: str) -> Markdown:
    """How many wait for a person."""
    late = sum(row.due_on < today for row in rows)
    how_many_late = "" if not late else ", überfällig" if len(rows) == 1 else f", davon {late} überfällig"
    return fill(
        "**Auf einen Menschen warten:** {people}{late}. Mehr: `{p}mensch offen`",
        people="1 Person" if len(rows) == 1 else f"{len(rows)} Personen",
        late=how_many_late,
        p=Markdown(prefix),
    )


def nobody(settings: Settings) -> Markdown:
    """Nobody is known who could take care, so nothing is promised."""
    return fill(
        "Hier ist niemand eingetragen, der übernehmen kann. Menschen erreichen Sie {elsewhere}.",
        elsewhere=elsewhere(settings),
    )


def too_long(length: int, most: int) -> str:
    """The matter is too long."""
    return f"Ihr Anliegen ist zu lang ({length} Zeichen, höchstens {most}). Bitte fassen Sie es kurz zusammen."


def no_number(prefix: str) -> str:
    """What stands behind the command is no number."""
    return f"Das ist keine Nummer einer Übergabe. Zum Beispiel: `{prefix}mensch erledigt 3`"


def none_open(prefix: str) -> str:
    """There is nothing to close."""
    return f"Hier ist keine Übergabe an einen Menschen offen. Mit `{prefix}mensch` beginnen Sie eine."


def not_yours() -> str:
    """Neither asker nor owner nor coordination."""
    return "Abschließen kann das nur, wer gefragt hat oder zuständig ist, oder die Koordination."


def not_here() -> str:
    """Names are for the coordination."""
    return "Diese Liste zeige ich nur im Raum der Koordination oder im direkten Chat."
