"""Andere Termine planen (AG-Sitzung, OZG-Sprechstunde, Impulsvortrag): `!termin neu` and its like."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import changing, planning, recurring, recurring_changes
from commands.calendar.naming import take_date, take_kind, take_series_number
from commands.calendar.words import cleaned
from commands.command import Call, Reply, command
from commands.drafting import Action, naming_what_waits
from commands.errors import NotPossible
from commands.texts import calendar_series as series_texts
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
    Eine Reihe geht so: `termin neu AG3 jeden ersten Mittwoch im Monat 10:00-11:00 bis 31.07. außer 06.01.`
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
    await _refuse_series(call, session)
    return await changing.move(call, session, *await take_date(call, session), action=move.name)


@command(
    "termin absagen",
    "<T-Nummer oder R-Nummer einer Reihe> [Grund]",
    example="!termin absagen T12 Die Leitung ist erkrankt",
    role=Role.LEAD,
)
@_naming_what_waits
async def cancel(call: Call, session: AsyncSession) -> Reply:
    """Sagt einen Termin ab und gibt allen Bescheid.

    Zuerst sehen Sie eine Vorschau. Nach der Bestätigung erfahren es alle, die von dem Termin wussten. Mit der Nummer
    einer Reihe (R3) entfallen alle ihre künftigen Termine.
    """
    if (named := take_series_number(call)) is not None:
        series = await recurring.find(call, session, named[0])
        return await recurring_changes.end(call, session, series, named[1], action=cancel.name)
    return await changing.cancel(call, session, *await take_date(call, session), action=cancel.name)


@command(
    "termin ändern",
    '<T-Nummer oder R-Nummer> [thema="…"] [ort="…"] [link=https://…] [tagesordnung="…"] [plätze=40] [Grund: …]',
    example='!termin ändern T12 ort="Magdeburg, Raum 4"',
    role=Role.LEAD,
)
@_naming_what_waits
async def change(call: Call, session: AsyncSession) -> Reply:
    """Ändert Thema, Ort, Link oder Tagesordnung eines Termins.

    Zuerst sehen Sie eine Vorschau. Nach der Bestätigung erfahren es alle, die von dem Termin wussten. Mit einem Strich
    entfernen Sie eine Angabe: ort=- Mit der Nummer einer Reihe (R3) ändern Sie alle ihre künftigen Termine.
    """
    if (named := take_series_number(call)) is not None:
        series = await recurring.find(call, session, named[0])
        return await recurring_changes.change(call, session, series, named[1], action=change.name)
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
    await _refuse_series(call, session)
    return await changing.reinstate(call, session, *await take_date(call, session), action=reinstate.name)


async def _refuse_series(call: Call, session: AsyncSession) -> None:
    """Raise NotPossible where a whole series is named: only its single dates can be moved or brought back."""
    if (named := take_series_number(call)) is not None:
        series = await recurring.find(call, session, named[0])
        raise NotPossible(series_texts.moves_one_by_one(recurring.shown_series(series), prefix=call.settings.prefix))


async def _allow(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> None:
    about_series = recurring_changes.concerns(payload)
    await (recurring_changes.allow if about_series else changing.allow)(call, payload, session)


async def _apply(call: Call, payload: Mapping[str, Any], session: AsyncSession) -> Reply:
    about_series = recurring_changes.concerns(payload)
    return await (recurring_changes.apply if about_series else changing.apply)(call, payload, session)


COMMANDS = (plan, move, cancel, change, reinstate)
ACTIONS = (
    Action(name=plan.name, role=Role.LEAD, apply=planning.apply, allow=planning.allow),
    *(Action(name=each.name, role=Role.LEAD, apply=_apply, allow=_allow) for each in (move, cancel, change, reinstate)),
)
