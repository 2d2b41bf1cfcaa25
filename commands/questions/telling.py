"""Who is told what became of a question, and where: the asker where they asked, each voter where they voted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Message
from commands.markup import Markdown
from storage import questions, rooms, votes
from storage.tables import Question, Room, RoomKind

_PUBLIC = (RoomKind.PLENARY, RoomKind.GROUP)
_ALONE = 2  # members of a direct chat, the bot among them


@dataclass(frozen=True, kw_only=True)
class Place:
    """A room in which people are told something about a question, in one message that mentions them all.

    `asker`: whoever asked this very question is among them.
    """

    room_id: str
    people: tuple[str, ...]
    reply_to: str | None = None
    thread_id: str | None = None
    asker: bool = False

    def message(self, question: Question, key: str, text: Markdown) -> Message:
        """What is said there; it notifies."""
        return Message(
            key=key,
            room_id=self.room_id,
            text=text,
            subject=questions.subject_of(question.id),
            mentions=self.people,
            reply_to=self.reply_to,
            thread_id=self.thread_id,
        )


async def asker_of(session: AsyncSession, question: Question) -> Place | None:
    """Where whoever asked is told; None where they are forgotten, or asked in confidence in a chat with more people."""
    if not question.asked_by:
        return None
    if question.confidential and not is_private((await rooms.known(session)).get(question.room_id)):
        return None
    return Place(
        room_id=question.room_id,
        people=(question.asked_by,),
        reply_to=question.source_event_id,
        thread_id=question.thread_id,
        asker=True,
    )


async def everybody_at(session: AsyncSession, question: Question) -> list[Place]:
    """Where the asker and all who support a question are told: each room once, each person once, the asker first.

    Whoever asked in confidence and also votes in a room where all can see it is told there too, like any voter: leaving
    them out would show who asked.
    """
    asker = await asker_of(session, question)
    places = {} if asker is None else {asker.room_id: asker}
    for each in await votes.supporters(session, question):
        where = Place(room_id=each.room_id, people=(each.user_id,))
        if each.asked:
            found = await asker_of(session, each.question)
            if found is None:
                continue
            where = replace(found, asker=False)
        here = places.get(each.room_id)
        if here is None:
            places[each.room_id] = where
        elif each.user_id not in here.people:
            places[each.room_id] = replace(here, people=(*here.people, each.user_id))
    return list(places.values())


async def voters_at(session: AsyncSession, question: Question) -> list[Place]:
    """Where those who support a question are told, without whoever asked it."""
    places = [
        each if not each.asker else replace(each, people=each.people[1:], asker=False)  # the asker stands first
        for each in await everybody_at(session, question)
    ]
    return [each for each in places if each.people]


async def group_room(session: AsyncSession, group: int) -> str | None:
    """The room in which the lead of a group is told something; the coordination's where the bot is not in it."""
    known = await rooms.known(session)
    candidates = [await rooms.of_group(session, group), *await rooms.of_kind(session, RoomKind.COORDINATION)]
    return next((each for each in candidates if each is not None and known[each].joined), None)


async def shown_asker(session: AsyncSession, question: Question) -> str | None:
    """Who asked, if they asked where everybody could read it; else the bot names nobody."""
    asked_in = (await rooms.known(session)).get(question.room_id)
    public = not question.confidential and asked_in is not None and asked_in.kind in _PUBLIC
    return question.asked_by if public else None


def to_room(question: Question, room_id: str, key: str, text: Markdown, *, mentions: Sequence[str]) -> Message:
    """A message about a question in a room; it notifies whom it mentions, and is quiet where it mentions nobody."""
    return Message(
        key=key,
        room_id=room_id,
        text=text,
        subject=questions.subject_of(question.id),
        mentions=tuple(mentions),
        quiet=not mentions,
    )


def is_private(room: Room | None) -> bool:
    """Whether a room is a direct chat in which nobody else reads along."""
    return room is not None and room.kind is RoomKind.DIRECT and (room.members or 0) <= _ALONE
