"""Who hears of a question besides whoever typed the command: the asker, its owner, its leads, the coordination."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Message
from commands.markup import Markdown
from commands.questions.telling import asker_of, group_room, to_room
from storage import roles, rooms
from storage.tables import Question, Role, RoomKind


@dataclass(frozen=True, kw_only=True)
class Responsible:
    """People who have to do something about a question, and the room in which they are told."""

    room_id: str
    people: tuple[str, ...]


async def responsible_for(session: AsyncSession, question: Question) -> Responsible | None:
    """The owner, or else the leads, in the group's room; or else the coordination. None where no room is left."""
    if question.owner is None:
        return await leads_for(session, question)
    room_id = await room_for(session, question)
    return None if room_id is None else Responsible(room_id=room_id, people=(question.owner,))


async def leads_for(session: AsyncSession, question: Question) -> Responsible | None:
    """The leads in their room; the coordination where there are none, or where the question is with it."""
    leads = [] if question.with_coordination else await roles.leads_of(session, question.group_number)
    room_id = await group_room(session, question.group_number)
    if not leads or room_id is None:
        return await coordination(session)
    return Responsible(room_id=room_id, people=tuple(leads))


async def coordination(session: AsyncSession) -> Responsible | None:
    """The coordinators in their room; None where the bot is not in it."""
    room_id = await _joined_coordination_room(session)
    if room_id is None:
        return None
    everybody = await roles.everybody(session)
    people = sorted(user for user, its in everybody.items() if its.may(Role.COORDINATOR))
    return Responsible(room_id=room_id, people=tuple(people))


async def room_for(session: AsyncSession, question: Question) -> str | None:
    """The room in which whoever works on a question is told: the group's, or the coordination's if it is with it."""
    if question.with_coordination:
        return await _joined_coordination_room(session)
    return await group_room(session, question.group_number)


async def to_people(
    session: AsyncSession, question: Question, people: Iterable[str], *, key: str, text: Markdown
) -> tuple[Message, ...]:
    """One message that mentions these people where a question is worked on; nothing where nobody or no room is left."""
    mentions = sorted(set(people))
    room_id = await room_for(session, question)
    if not mentions or room_id is None:
        return ()
    return (to_room(question, room_id, key, text, mentions=mentions),)


async def to_asker(
    call: Call, session: AsyncSession, question: Question, *, key: str, text: Markdown
) -> tuple[Message, ...]:
    """One message to whoever asked, where they asked; nothing where that is the sender, or nobody knows them."""
    place = await asker_of(session, question)
    if place is None or (question.asked_by == call.sender and not question.confidential):
        return ()
    return (place.message(question, key, text),)


async def _joined_coordination_room(session: AsyncSession) -> str | None:
    known = await rooms.known(session)
    return next((each for each in await rooms.of_kind(session, RoomKind.COORDINATION) if known[each].joined), None)
