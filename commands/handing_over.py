"""A person instead of the bot: a row with an owner and a date, and silence of the bot until it is released.

What is promised is made of the row (`texts.promised`), so nothing can be promised without one.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Effect, Follower, Message, Reply, command
from commands.dates.reminder_times import working_day_at
from commands.dates.wall_clock import wall
from commands.dates.working_days import add_working_days
from commands.errors import NotAllowed, NotPossible, UsageError
from commands.markup import Markdown, clean
from commands.settings import Settings
from commands.texts import handing_over as texts
from commands.wants_a_person import wants_a_person
from storage import handovers, history, roles, rooms
from storage.tables import Handover, Role, RoomKind

_MOST: Final = 500  # characters
_WORKING_DAYS: Final = 2


@command("mensch", "[Ihr Anliegen]", example="!mensch Ich komme mit dem Antrag nicht weiter.")
async def ask_for_a_person(call: Call, session: AsyncSession) -> Reply:
    """Übergibt Ihr Anliegen an einen Menschen.

    Sie erfahren, wer sich kümmert und bis wann; die Koordination erfährt Ihren Namen und Ihr Anliegen. Bis das erledigt
    ist, antworte ich Ihnen dort nicht mehr auf freie Fragen; Befehle gehen weiter. Mit demselben Befehl sehen Sie den
    Stand, mit !mensch erledigt schließen Sie ab.
    """
    text = clean(call.text).strip()
    if len(text) > _MOST:
        raise NotPossible(texts.too_long(len(text), _MOST))
    if text and not call.explicit and not wants_a_person(f"Mensch {text}"):
        raise UsageError(texts.say_mensch(call.settings.prefix))  # "Mensch Meier, was kostet EfA?" is no command
    before = await _current(call, session)
    if before is not None:
        return Reply(text=texts.standing(before, call.settings.prefix, passed_on=not text))
    return await _hand_over(call, session, text)


@command("mensch erledigt", "[Nummer]", example="!mensch erledigt", once=True)
async def release(call: Call, session: AsyncSession) -> Reply:
    """Schließt eine Übergabe an einen Menschen ab; danach antworte ich dort wieder.

    Ohne Nummer die Ihre in diesem Raum oder Thread. Mit Nummer kann es auch, wer sich kümmert, und die Koordination.
    """
    number = re.sub(r"^(?:nr|nummer|übergabe)\b[. ]*", "", call.text.strip(" .#"), flags=re.IGNORECASE)
    if number and not number.isdecimal():
        raise NotPossible(texts.no_number(call.settings.prefix))
    found = await handovers.get(session, int(number)) if number and len(number) < 10 else None  # noqa: PLR2004
    if not number:
        found = await _current(call, session)
    if found is None or found.released_at is not None:
        raise NotPossible(texts.none_open(call.settings.prefix))
    if call.sender not in {found.asked_by, found.owner} and not call.roles.may(Role.COORDINATOR):
        raise NotAllowed(texts.not_yours())
    await handovers.release(session, found, at=call.at)
    await history.add(session, _subject(found), "released", at=call.at, actor=call.sender)
    elsewhere = (found.room_id, found.thread_id) != (call.room_id, call.thread_id)
    told = Message(
        key=f"handover:{found.id}:released",
        room_id=found.room_id,
        text=texts.released(found),
        mentions=(found.asked_by,),
        thread_id=found.thread_id,
    )
    return Reply(
        text=texts.closed(found) if elsewhere else texts.released(found), messages=(told,) if elsewhere else ()
    )


@command("mensch offen", role=Role.COORDINATOR, example="!mensch offen")
async def still_open(call: Call, session: AsyncSession) -> Reply:
    """Zeigt, wer noch auf einen Menschen wartet, das Dringendste zuerst."""
    if call.room_kind not in {RoomKind.COORDINATION, RoomKind.DIRECT}:
        raise NotPossible(texts.not_here())
    return Reply(text=texts.waiting(await handovers.waiting(session), wall(call.at).date(), call.settings.prefix))


async def meant(call: Call, session: AsyncSession) -> Reply | None:
    """What is said to a free text: nothing where a person takes care, a hand-over to who wants one; None: not mine."""
    if await _current(call, session) is not None:
        return Reply(text=Markdown(""))
    text = clean(call.text).strip()
    return await _hand_over(call, session, text) if len(text) <= _MOST and wants_a_person(text) else None


async def _current(call: Call, session: AsyncSession) -> Handover | None:
    return await handovers.current(session, room_id=call.room_id, thread_id=call.thread_id, sender=call.sender)


async def _hand_over(call: Call, session: AsyncSession, text: str) -> Reply:
    """Make the row and tell both sides; where nobody can be told who could take care, say so and promise nothing."""
    found = await _owner(call, session)
    if found is None:
        return Reply(text=texts.nobody(call.settings))
    owner, places = found
    row = await handovers.add(
        session,
        room_id=call.room_id,
        thread_id=call.thread_id,
        event_id=call.event_id,
        asked_by=call.sender,
        text=text,
        owner=owner,
        due_on=add_working_days(wall(call.at).date(), _WORKING_DAYS),
        at=call.at,
    )
    await history.add(session, _subject(row), "handed over", at=call.at, actor=call.sender, after=owner)
    if call.room_id in places:  # the owner reads along: one message tells both
        told = Message(
            key=f"handover:{row.id}:{call.room_id}",
            room_id=call.room_id,
            text=texts.promised_here(row, call.settings.prefix),
            subject=_subject(row),
            mentions=(owner,),
            reply_to=call.event_id,
            thread_id=call.thread_id,
        )
        return Reply(text=Markdown(""), messages=(told,))
    return Reply(
        text=texts.promised(row, call.settings.prefix),
        subject=_subject(row),
        messages=tuple(
            Message(
                key=f"handover:{row.id}:{room_id}",
                room_id=room_id,
                text=texts.for_owner(row, call.settings.prefix),
                subject=_subject(row),
                mentions=(owner,),
            )
            for room_id in places
        ),
    )


async def _coordination(session: AsyncSession) -> list[str]:
    known = await rooms.known(session)
    return [each for each in await rooms.of_kind(session, RoomKind.COORDINATION) if known[each].joined]


def _subject(row: Handover) -> str:
    return f"handover:{row.id}"


async def edited(_call: Call, _cause: str, _session: AsyncSession) -> Reply | None:
    """Who words it anew has asked for a person all the same."""
    return None


async def deleted(call: Call, _cause: str, session: AsyncSession) -> Reply | None:
    """Who deletes the message that asked for a person wants none any more; what repeats it is removed."""
    row = await handovers.asked_in(session, call.event_id)
    if row is None or row.room_id != call.room_id:
        return None
    await handovers.release(session, row, at=call.at)
    await history.add(session, _subject(row), "withdrawn", at=call.at, actor=call.sender)
    return Reply(text=texts.withdrawn(row), thread_id=row.thread_id, retracts=_subject(row))


async def in_digest(session: AsyncSession, _covered: object, now: datetime, settings: Settings) -> Markdown | None:
    """How many wait for a person, for the digest of the coordination."""
    rows = await handovers.waiting(session)
    return texts.in_digest(rows, wall(now).date(), settings.prefix) if rows else None


async def remind(session: AsyncSession, now: datetime, settings: Settings) -> Sequence[Effect]:
    """Remind of those whose day is over, once each, on the first working day after it."""
    today = working_day_at(now)
    if today is None:
        return ()
    late = [row for row in await handovers.waiting(session) if row.due_on < today]
    if not late:
        return ()
    coordination, everybody = await _coordination(session), await roles.everybody(session)
    return [
        Message(
            key=f"handover:{row.id}:late:{room_id}",
            room_id=room_id,
            text=texts.late(row, settings.prefix),
            subject=_subject(row),
            mentions=(row.owner,),
        )
        for row in late
        for room_id in _where_told(row, everybody, coordination)
    ]


def _where_told(row: Handover, everybody: Mapping[str, roles.Roles], coordination: Sequence[str]) -> Sequence[str]:
    """The rooms of the coordination; for a lead who is no coordinator also the group's room, which they read."""
    is_coordinator = row.owner in everybody and everybody[row.owner].may(Role.COORDINATOR)
    return coordination if is_coordinator else [*dict.fromkeys([*coordination, row.room_id])]


async def _owner(call: Call, session: AsyncSession) -> tuple[str, list[str]] | None:
    """Who takes care, the one with the fewest open ones, and where they are told; None: nobody can be told.

    In a group's room its lead, told there; else a coordinator, told in the rooms of the coordination.
    """
    load = [each.owner for each in await handovers.waiting(session)]
    if call.room_group is not None:
        leads = [user for user in await roles.leads_of(session, call.room_group) if user != call.sender]
        if leads:
            return min(leads, key=lambda user: (load.count(user), user)), [call.room_id]
    places = await _coordination(session)
    everybody = await roles.everybody(session)
    able = sorted(user for user, its in everybody.items() if its.may(Role.COORDINATOR))
    able = [user for user in able if user != call.sender] or able
    if not able or not places:
        return None
    return min(able, key=lambda user: (load.count(user), user)), places


COMMANDS = (ask_for_a_person, release, still_open)
FOLLOWER: Final = Follower(edited=edited, deleted=deleted)
JOBS = (remind,)
