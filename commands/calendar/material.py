"""Material: minutes and slides of a plenary go to those who were there; deleting the message takes them back."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar.changing import note, state_of
from commands.calendar.kinds import rooms_of
from commands.calendar.naming import take_plenary
from commands.calendar.rooms import audience
from commands.calendar.shown import shown
from commands.calendar.words import refuse_open_quote, take_link
from commands.command import Call, Follower, Message, Reply, SentFile, command
from commands.dates.wall_clock import instant, wall
from commands.drafting import naming_what_waits
from commands.errors import NotPossible, UsageError
from commands.markup import Markdown
from commands.texts import calendar_closing as texts
from commands.texts.calendar_planning import too_long
from storage import calendar, materials, notices, rooms
from storage.tables import CalendarEvent, EventStatus, Material, Role

UNTITLED: Final = "Material"
MOST_TITLE: Final = 120
_LIKE_A_LINK: Final = re.compile(r"link=|[a-z][a-z0-9+.-]*:/|www\.", re.IGNORECASE)
_LINK_KEY: Final = re.compile(r"link=", re.IGNORECASE)
_TITLE_KEY: Final = re.compile(r"(?:titel|title)\s*=\s*", re.IGNORECASE)
_AROUND: Final = '<>,;"„“”»«'


@command(
    "plenum material",
    '<Nummer> "Titel" <Link oder Datei>',
    example='!plenum material 3 "Protokoll" https://example.org/protokoll',
    role=Role.COORDINATOR,
)
@partial(naming_what_waits, role=Role.COORDINATOR)
async def publish(call: Call, session: AsyncSession) -> Reply:
    """Sendet Protokoll, Folien und Ähnliches an alle, die beim Plenum waren.

    Das geschieht sofort, in allen Räumen, in denen das Plenum angekündigt war oder jemand zugesagt hat. Eine Datei
    senden Sie mit dem Befehl als Beschriftung. Ein Versehen? Löschen Sie Ihre Nachricht.
    """
    event, rest = await take_plenary(call, session)
    require_held(call, event)
    title, link = take(rest)
    if link is None and call.file is None:
        raise UsageError(texts.nothing_to_publish())
    await _refuse_twice(call, session, event, link)
    material = await materials.add(
        session,
        event,
        title=title,
        link=link,
        file=None if call.file is None else call.file.content,
        source_event_id=call.event_id,
        by=call.sender,
        at=call.at,
    )
    await note(call, session, event, "Material veröffentlicht", before=state_of(event))
    room_ids = await _who_was_there(call, session, event)
    told, prefix = await audience(session, room_ids), call.settings.prefix
    text = texts.posted(shown(event), _piece(material), prefix=prefix)
    messages = tuple(
        Message(
            key=f"material:{call.cause}:{room_id}",
            room_id=room_id,
            text=text,
            subject=subject_of(material),
            file=call.file,
        )
        for room_id in room_ids
    )
    answer = texts.published(
        shown(event),
        _piece(material),
        closed=event.closed_at is not None,
        rooms=told.names,
        people=told.people,
        prefix=prefix,
    )
    return Reply(text=answer, subject=subject_of(material), messages=messages)


async def lines(session: AsyncSession, event: CalendarEvent) -> list[Markdown]:
    """The material of a date for everybody to read, under a heading; nothing where there is none."""
    found = await materials.of(session, event)
    return [texts.heading(), *texts.listed([_piece(each) for each in found])] if found else []


async def titles(session: AsyncSession, event: CalendarEvent) -> Sequence[str]:
    """What the material of a date is called, each title once."""
    return list(dict.fromkeys(each.title for each in await materials.of(session, event)))


def require_held(call: Call, event: CalendarEvent) -> None:
    """Raise NotPossible where a plenary is cancelled or has not begun."""
    if event.status is EventStatus.CANCELLED:
        raise NotPossible(texts.not_for_cancelled(shown(event), prefix=call.settings.prefix))
    if instant(event.starts) > call.at:
        raise NotPossible(texts.not_held(shown(event), prefix=call.settings.prefix))


def subject_of(material: Material) -> str:
    """What messages about a piece of material are about. Its row's ID may be given out again, its message's never."""
    return f"material:{material.source_event_id}"


async def edited(call: Call, _cause: str, session: AsyncSession) -> Reply | None:
    """Somebody edited the message that brought material: it is out, so nothing changes."""
    material = await materials.made_of(session, call.event_id)
    if material is None or material.added_by != call.sender:
        return None
    event = await _event(session, material)
    return Reply(text=texts.edit_does_not_count(shown(event), prefix=call.settings.prefix))


async def deleted(call: Call, _cause: str, session: AsyncSession) -> Reply | None:
    """The message that brought material was deleted; the homeserver checked who may. The posts go too."""
    material = await materials.made_of(session, call.event_id)
    if material is None:
        return None
    event = await _event(session, material)
    await materials.remove(session, material)
    await note(call, session, event, "Material zurückgenommen", before=state_of(event))
    return Reply(text=texts.taken_back(shown(event)), retracts=subject_of(material))


async def _event(session: AsyncSession, material: Material) -> CalendarEvent:
    event = await calendar.find(session, material.calendar_event_id)
    assert event is not None, "dates are never deleted"
    return event


def take(text: str) -> tuple[str, str | None]:
    """Title and link in any order; raises UsageError for what is no link, for two, and for a title that is too long."""
    found: list[str] = []
    others: list[str] = []
    for word in text.split():
        bare = word.strip(_AROUND)
        if _LIKE_A_LINK.match(bare):
            found.append(_LINK_KEY.sub("", bare, count=1).strip(_AROUND))
        else:
            others.append(word)
    if len(found) > 1:
        raise UsageError(texts.two_links())
    left = " ".join(others)
    refuse_open_quote(left)
    title = _TITLE_KEY.sub("", left.strip(" ,;"), count=1).strip(f"{_AROUND} ")
    if len(title) > MOST_TITLE:
        raise UsageError(too_long("Titel", len(title), MOST_TITLE))
    return title or UNTITLED, take_link(found[0]) if found else None


async def _refuse_twice(call: Call, session: AsyncSession, event: CalendarEvent, link: str | None) -> None:
    for each in await materials.of(session, event):
        if link is not None and each.link == link:
            day = wall(each.added_at).date()
            raise NotPossible(texts.there_already(shown(event), each.title, day, prefix=call.settings.prefix))


async def _who_was_there(call: Call, session: AsyncSession, event: CalendarEvent) -> list[str]:
    """IDs of the rooms that heard of the date before it was over, and of those in which somebody said that they come.

    Of what was held before the bot knew of it no room heard: then it is the rooms in which such dates are told. Where
    the command was typed and the date was only looked up, the answer says it already.
    """
    over = instant(event.ends or event.starts)
    heard = [each for each in await notices.of(session, event) if each.queued_at < over]
    announced = notices.rooms_announced(heard)
    told = [each for each in notices.rooms_told(heard) if each in announced or each != call.room_id]
    if not announced:
        told = [*await rooms_of(session, call.settings, event.kind), *told]
    replaced = await rooms.replacements(session)
    found = [*told, *await materials.rooms_of_accepted(session, event)]
    return list(dict.fromkeys(replaced.get(each, each) for each in found))


def _piece(material: Material) -> texts.Piece:
    file = None if material.file is None else SentFile.of(material.file)
    return texts.Piece(
        title=material.title,
        link=material.link,
        filename=None if file is None else file.filename,
        day=wall(material.added_at).date(),
    )


COMMANDS = (publish,)
FOLLOWER = Follower(edited=edited, deleted=deleted)
