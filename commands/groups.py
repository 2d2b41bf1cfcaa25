"""Arbeitsgruppen und Kontakt."""

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.errors import NotFound, UsageError
from commands.group_names import take_group
from commands.texts import groups as texts
from storage import groups, questions, roles
from storage.tables import Role


@command("ag", "[Nummer]", example="!ag 3")
async def show(call: Call, session: AsyncSession) -> Reply:
    """Zeigt die Arbeitsgruppen oder eine davon.

    Im Raum einer AG zeigt der Befehl ohne Nummer diese AG.
    """
    every = await groups.everyone(session)
    number, rest = take_group(call.text, call.room_group)
    if rest:
        raise UsageError("Bitte nennen Sie nur die Nummer einer AG.")
    if number is None:
        return Reply(text=texts.all_groups([(each.number, each.name) for each in every], prefix=call.settings.prefix))
    group = await groups.find(session, number)
    if group is None:
        raise NotFound(texts.unknown_group(number, [each.number for each in every]))
    return Reply(
        text=texts.one_group(
            number=group.number,
            name=group.name,
            topic=group.topic,
            leads=await roles.leads_of(session, number),
            open_questions=await questions.count_live(session, number),
            prefix=call.settings.prefix,
        )
    )


@command("kontakt", example="!kontakt")
async def contact(call: Call, session: AsyncSession) -> Reply:
    """Zeigt, wie Sie uns erreichen."""
    everybody = await roles.everybody(session)
    return Reply(
        text=texts.contact(
            email=call.settings.contact_email,
            website=call.settings.website,
            operator=call.settings.operator,
            coordinators=sorted(user for user, its in everybody.items() if its.may(Role.COORDINATOR)),
        )
    )


COMMANDS = (show, contact)
