"""Plenum planen: the commands `!plenum neu`, `verschieben`, `absagen`, `ändern`, `wiederherstellen`."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import changing, planning
from commands.calendar.naming import take_plenary
from commands.calendar.words import cleaned
from commands.command import Call, Reply, command
from commands.drafting import Action, naming_what_waits
from storage import calendar
from storage.tables import Role

_naming_what_waits = partial(naming_what_waits, role=Role.COORDINATOR)


@command(
    "plenum neu",
    '<Datum> <Uhrzeit> "Motto" ort="Ort" link=https://…',
    example='!plenum neu 14.09. 10:00-12:00 "Themenarbeit" ort="Magdeburg" link=https://example.org/plenum',
    role=Role.COORDINATOR,
)
@_naming_what_waits
async def plan(call: Call, session: AsyncSession) -> Reply:
    """Legt ein Plenum an und kündigt es an.

    Zuerst sehen Sie eine Vorschau; erst wenn Sie sie bestätigen, wird das Plenum angelegt und angekündigt.
    Motto, Ort, Link, tagesordnung="…" und plätze=40 können Sie weglassen. Die Reihenfolge ist gleich. Eine Reihe legen
    Sie so an: `plenum neu jeden letzten Dienstag im Monat 13:00-15:00`
    """
    return await planning.plan(call, session, calendar.PLENARY, cleaned(call.text), action=plan.name)


@command(
    "plenum verschieben",
    "<Nummer> <neues Datum, neue Uhrzeit oder beides> [Grund: …]",
    example="!plenum verschieben 4 15.09. 13:00 Grund: Der Raum ist belegt",
    role=Role.COORDINATOR,
)
@_naming_what_waits
async def move(call: Call, session: AsyncSession) -> Reply:
    """Verschiebt ein Plenum und korrigiert die Ankündigung.

    Zuerst sehen Sie eine Vorschau. Nach der Bestätigung erfahren alle Räume vom neuen Termin, in denen der alte
    angekündigt war. Nennen Sie nur das Datum, bleibt die Uhrzeit, und umgekehrt.
    """
    return await changing.move(call, session, *await take_plenary(call, session), action=move.name)


@command(
    "plenum absagen",
    "<Nummer> [Grund]",
    example="!plenum absagen 4 Die Referentin ist erkrankt",
    role=Role.COORDINATOR,
)
@_naming_what_waits
async def cancel(call: Call, session: AsyncSession) -> Reply:
    """Sagt ein Plenum ab und gibt allen Bescheid.

    Zuerst sehen Sie eine Vorschau. Nach der Bestätigung erfahren es alle Räume, in denen der Termin angekündigt war.
    """
    return await changing.cancel(call, session, *await take_plenary(call, session), action=cancel.name)


@command(
    "plenum ändern",
    '<Nummer> [motto="…"] [ort="…"] [link=https://…] [tagesordnung="…"] [plätze=40] [Grund: …]',
    example="!plenum ändern 4 link=https://example.org/neu Grund: Der alte Link geht nicht mehr",
    role=Role.COORDINATOR,
)
@_naming_what_waits
async def change(call: Call, session: AsyncSession) -> Reply:
    """Ändert Motto, Ort, Link, Tagesordnung oder die Zahl der Plätze eines Plenums.

    Zuerst sehen Sie eine Vorschau. Nach der Bestätigung erfahren es alle, denen das Plenum angekündigt war. Mit einem
    Strich entfernen Sie eine Angabe: ort=-
    """
    return await changing.change(call, session, *await take_plenary(call, session), action=change.name)


@command(
    "plenum wiederherstellen",
    "<Nummer> [Grund]",
    example="!plenum wiederherstellen 4 Die Referentin ist wieder gesund",
    role=Role.COORDINATOR,
)
@_naming_what_waits
async def reinstate(call: Call, session: AsyncSession) -> Reply:
    """Lässt ein abgesagtes Plenum doch stattfinden.

    Zuerst sehen Sie eine Vorschau. Nach der Bestätigung erfahren es alle, denen die Absage mitgeteilt wurde.
    """
    return await changing.reinstate(call, session, *await take_plenary(call, session), action=reinstate.name)


COMMANDS = (plan, move, cancel, change, reinstate)
ACTIONS = (
    Action(name=plan.name, role=Role.COORDINATOR, apply=planning.apply),
    *(
        Action(name=each.name, role=Role.COORDINATOR, apply=changing.apply)
        for each in (move, cancel, change, reinstate)
    ),
)
