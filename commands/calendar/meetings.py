"""Andere Termine planen (AG-Sitzung, OZG-Sprechstunde, Impulsvortrag): `!termin neu` and its like."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import changing, planning
from commands.calendar.naming import take_date, take_kind
from commands.calendar.words import cleaned
from commands.command import Call, Reply, command
from commands.drafting import Action, naming_what_waits
from storage.tables import Role

_naming_what_waits = partial(naming_what_waits, role=Role.LEAD)


@command(
    "termin neu",
    '[AG3 | Sprechstunde | Impulsvortrag] <Datum> <Uhrzeit> "Thema" ort="Ort" link=https://…',
    example='!termin neu AG3 14.09. 10:00-11:00 "Basisdienste" link=https://example.org/ag3',
    role=Role.LEAD,
)
@_naming_what_waits
async def plan(call: Call, session: AsyncSession) -> Reply:
    """Legt eine AG-Sitzung, eine OZG-Sprechstunde oder einen Impulsvortrag an.

    Leitungen planen die Sitzungen ihrer AG, die Koordination alles. Im Raum einer AG können Sie die AG weglassen.
    Zuerst sehen Sie eine Vorschau; erst wenn Sie sie bestätigen, wird der Termin angelegt und angekündigt.
    """
    kind, line = await take_kind(call, session, cleaned(call.text))
    return await planning.plan(call, session, kind, line, action=plan.name)


@command(
    "termin verschieben",
    "<T-Nummer> <neues Datum, neue Uhrzeit oder beides> [Grund: …]",
    example="!termin verschieben T12 15.09. 13:00 Grund: Der Raum ist belegt",
    role=Role.LEAD,
)
@_naming_what_waits
async def move(call: Call, session: AsyncSession) -> Reply:
    """Verschiebt einen Termin und korrigiert die Ankündigung.

    Die T-Nummer zeigt die Liste der Termine. Zuerst sehen Sie eine Vorschau. Nach der Bestätigung erfahren es alle, die
    vom alten Termin wussten.
    """
    return await changing.move(call, session, *await take_date(call, session), action=move.name)


@command(
    "termin absagen",
    "<T-Nummer> [Grund]",
    example="!termin absagen T12 Die Leitung ist erkrankt",
    role=Role.LEAD,
)
@_naming_what_waits
async def cancel(call: Call, session: AsyncSession) -> Reply:
    """Sagt einen Termin ab und gibt allen Bescheid.

    Zuerst sehen Sie eine Vorschau. Nach der Bestätigung erfahren es alle, die von dem Termin wussten.
    """
    return await changing.cancel(call, session, *await take_date(call, session), action=cancel.name)


@command(
    "termin ändern",
    '<T-Nummer> [thema="…"] [ort="…"] [link=https://…] [tagesordnung="…"] [Grund: …]',
    example='!termin ändern T12 ort="Magdeburg, Raum 4"',
    role=Role.LEAD,
)
@_naming_what_waits
async def change(call: Call, session: AsyncSession) -> Reply:
    """Ändert Thema, Ort, Link oder Tagesordnung eines Termins.

    Zuerst sehen Sie eine Vorschau. Nach der Bestätigung erfahren es alle, die von dem Termin wussten. Mit einem Strich
    entfernen Sie eine Angabe: ort=-
    """
    return await changing.change(call, session, *await take_date(call, session), action=change.name)


@command(
    "termin wiederherstellen",
    "<T-Nummer> [Grund]",
    example="!termin wiederherstellen T12",
    role=Role.LEAD,
)
@_naming_what_waits
async def reinstate(call: Call, session: AsyncSession) -> Reply:
    """Lässt einen abgesagten Termin doch stattfinden.

    Zuerst sehen Sie eine Vorschau. Nach der Bestätigung erfahren es alle, denen die Absage mitgeteilt wurde.
    """
    return await changing.reinstate(call, session, *await take_date(call, session), action=reinstate.name)


COMMANDS = (plan, move, cancel, change, reinstate)
ACTIONS = (
    Action(name=plan.name, role=Role.LEAD, apply=planning.apply, allow=planning.allow),
    *(
        Action(name=each.name, role=Role.LEAD, apply=changing.apply, allow=changing.allow)
        for each in (move, cancel, change, reinstate)
    ),
)
