"""Zusage, vielleicht, Absage: what people answer to an invitation, by command or by reaction, changed at will."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar import seats
from commands.calendar.kinds import MAYBE, NO, YES, asks_answers
from commands.calendar.naming import take_date
from commands.calendar.shown import shown
from commands.calendar.words import cleaned
from commands.command import Call, Follower, Message, Reaction, Reply, command
from commands.dates.wall_clock import instant, wall
from commands.errors import NotPossible, UsageError
from commands.texts import calendar_answering as texts
from storage import attendance, calendar, notices
from storage.tables import Attendance, CalendarEvent, EventStatus, ParticipationStatus, Role, RoomKind

_ACCEPTED, _TENTATIVE, _DECLINED = (
    ParticipationStatus.ACCEPTED,
    ParticipationStatus.TENTATIVE,
    ParticipationStatus.DECLINED,
)
_BARE_NUMBER: Final = re.compile(r"\d{1,4}(?=[\s,:;.]|$)")
_NAMED: Final = re.compile(r"(?:plenum\b|T\s?-?\s?\d)", re.IGNORECASE)
_DEPUTY: Final = re.compile(
    r"(?<!\w)(?:in\s+)?(?:vertretung|vertreter(?:in)?)\b\s*(?:durch\b)?\s*[:=]?\s*", re.IGNORECASE
)
_USER_ID: Final = re.compile(r"@[^\s:@]+:(?:\[[0-9a-f:.]+\]|[\w.-]*\w)(?::\d{1,5})?", re.IGNORECASE)
"""Appendices of the specification, "User identifiers"; a full stop at the end belongs to the sentence."""
_LONGEST_NAME: Final = 80
_LOOKED_AT: Final = 60
"""So many coming dates are looked at for one that this room was told of."""


@command(
    "zusage",
    "[plenum 4 | T12] [Vertretung: @person]",
    example="!zusage plenum 4",
)
async def accept(call: Call, session: AsyncSession) -> Reply:
    """Sagt zu einem Termin zu, oder nennt, wer für Sie kommt.

    Ohne Angabe ist der nächste Termin gemeint, der hier angekündigt war. Die Reaktion ✅ (Häkchen) unter der
    Ankündigung tut dasselbe. Ihre Antwort ändern Sie jederzeit.
    """
    event, rest = await _meant(call, session)
    found = _DEPUTY.search(rest)
    if rest[: found.start() if found else None].strip(" ,;."):
        raise UsageError(texts.left_over(rest))
    deputy = _deputy(call, rest[found.end() :]) if found else None
    return await _typed(call, session, event, _ACCEPTED, deputy=deputy)


@command("vielleicht", "[plenum 4 | T12]", example="!vielleicht plenum 4")
async def perhaps(call: Call, session: AsyncSession) -> Reply:
    """Sagt, dass Sie vielleicht zu einem Termin kommen.

    Ohne Angabe ist der nächste Termin gemeint, der hier angekündigt war. Die Reaktion ❔ (Fragezeichen) unter der
    Ankündigung tut dasselbe.
    """
    return await _typed(call, session, await _alone(call, session), _TENTATIVE)


@command("absage", "[plenum 4 | T12]", example="!absage plenum 4")
async def decline(call: Call, session: AsyncSession) -> Reply:
    """Sagt, dass Sie zu einem Termin nicht kommen.

    Ohne Angabe ist der nächste Termin gemeint, der hier angekündigt war. Die Reaktion ❌ (Kreuz) unter der Ankündigung
    tut dasselbe. Den Termin selbst sagt damit niemand ab.
    """
    return await _typed(call, session, await _alone(call, session), _DECLINED)


# Typed


async def _meant(call: Call, session: AsyncSession) -> tuple[CalendarEvent, str]:
    """The date that is answered to, and what follows its name. Raises NotPossible, NotFound."""
    text = cleaned(call.text)
    if _BARE_NUMBER.match(text):
        text = f"plenum {text}"
    if _NAMED.match(text):
        return await take_date(replace(call, text=text), session)
    return await _next(call, session), text


async def _alone(call: Call, session: AsyncSession) -> CalendarEvent:
    """The date that is answered to; raises UsageError where more stands there."""
    event, rest = await _meant(call, session)
    if rest:
        raise UsageError(
            texts.no_deputy_here(prefix=call.settings.prefix) if _DEPUTY.search(rest) else texts.left_over(rest)
        )
    return event


async def _next(call: Call, session: AsyncSession) -> CalendarEvent:
    """The next date that this room was told of; where there is none, the next plenary. Raises NotPossible."""
    coming = [
        each
        for each in await calendar.upcoming(session, after=wall(call.at), most=_LOOKED_AT)
        if asks_answers(each.kind) and instant(each.starts) > call.at
    ]
    for event in coming:
        if call.room_id in notices.rooms_told(await notices.of(session, event)):
            return event
    plenaries = [each for each in coming if each.kind == calendar.PLENARY]
    if not plenaries:
        raise NotPossible(texts.nothing_to_answer(prefix=call.settings.prefix))
    return plenaries[0]


def _deputy(call: Call, text: str) -> str:
    """Who comes instead: a user ID, or a name. Raises UsageError, NotPossible."""
    typed = list(dict.fromkeys(_USER_ID.findall(text)))
    people = typed or list(call.mentions)
    name = " ".join(text.split()).strip(" ,;.")
    if len(people) > 1:
        raise UsageError(texts.one_deputy())
    deputy = people[0] if people else name.lstrip("@")
    if not deputy:
        raise UsageError(texts.deputy_missing())
    if len(deputy) > _LONGEST_NAME and not people:
        raise UsageError(texts.deputy_too_long(_LONGEST_NAME))
    if deputy == call.sender:
        raise NotPossible(texts.not_oneself())
    if deputy == call.settings.bot_id:
        raise NotPossible(texts.not_me())
    return deputy


async def _typed(
    call: Call,
    session: AsyncSession,
    event: CalendarEvent,
    status: ParticipationStatus,
    *,
    deputy: str | None = None,
) -> Reply:
    answer, messages = await _answer(call, session, event, status, deputy=deputy, source=call.event_id)
    await notices.shown(session, [event], call.room_id, at=call.at)
    told = deputy is not None and deputy.startswith("@") and call.room_kind is not RoomKind.DIRECT
    if deputy is not None and told:
        messages.append(_told_deputy(call, event, deputy))
    return Reply(
        text=texts.noted(
            shown(event),
            status,
            deputy=answer.deputy,
            told=told,
            stands_in_for=None if status is _ACCEPTED else await _stands_in_for(session, event, call.sender),
            waiting=await _place(session, event, answer),
            plans=status is _DECLINED and _plans(call, event),
            prefix=call.settings.prefix,
        ),
        subject=calendar.subject_of(event.id),
        messages=tuple(messages),
    )


async def _stands_in_for(session: AsyncSession, event: CalendarEvent, user_id: str) -> str | None:
    """Who named this person as their deputy, or None."""
    found = await attendance.of(session, event)
    return next((each.user_id for each in found if each.status is _ACCEPTED and each.deputy == user_id), None)


def _told_deputy(call: Call, event: CalendarEvent, deputy: str) -> Message:
    return Message(
        key=f"deputy:calendar:{event.id}:{call.cause}",
        room_id=call.room_id,
        text=texts.named_as_deputy(shown(event), deputy, by=call.sender, prefix=call.settings.prefix),
        subject=calendar.subject_of(event.id),
        mentions=(deputy,),
        thread_id=call.thread_id,
    )


def _plans(call: Call, event: CalendarEvent) -> bool:
    """Whether whoever answers may also cancel the date itself."""
    group = calendar.group_of(event.kind)
    return call.roles.may(Role.COORDINATOR) if group is None else call.roles.may(Role.LEAD, group=group)


# By reaction, and taken back


def _reacts(status: ParticipationStatus) -> Reaction:
    async def handle(call: Call, session: AsyncSession) -> Reply | None:
        event = await calendar.find(session, int(call.text))
        if event is None or event.recalled or not asks_answers(event.kind):
            return None
        before = await attendance.find(session, event, call.sender)
        deputy = before.deputy if before is not None and status is _ACCEPTED else None
        answer, messages = await _answer(call, session, event, status, deputy=deputy, source=call.cause)
        place = await _place(session, event, answer)
        by = None if status is _ACCEPTED else await _stands_in_for(session, event, call.sender)
        if by is not None:
            messages.append(
                Message(
                    key=f"stands-in:calendar:{event.id}:{call.cause}",
                    room_id=call.room_id,
                    text=texts.tell_whom_you_stand_in_for(call.sender, by),
                    subject=calendar.subject_of(event.id),
                    mentions=(call.sender,),
                )
            )
        if place is not None:
            messages.append(
                Message(
                    key=f"waiting:calendar:{event.id}:{call.cause}",
                    room_id=call.room_id,
                    text=texts.on_waiting_list(shown(event), call.sender, place=place, prefix=call.settings.prefix),
                    subject=calendar.subject_of(event.id),
                    mentions=(call.sender,),
                )
            )
        return Reply(text=texts.nothing(), messages=tuple(messages)) if messages else None

    return Reaction(
        emoji={_ACCEPTED: YES, _TENTATIVE: MAYBE, _DECLINED: NO}[status], subject="calendar", handler=handle
    )


async def _not_followed(_call: Call, _cause: str, _session: AsyncSession) -> Reply | None:
    """An edited answer is an answer: it is handled as any message."""


async def _taken_back(call: Call, _cause: str, session: AsyncSession) -> Reply | None:
    """A reaction or message that was an answer is gone: so is the answer, and its seat."""
    messages = await _remove(call, session, await attendance.answered_with(session, call.event_id))
    return Reply(text=texts.nothing(), messages=tuple(messages)) if messages else None


# Both


async def _answer(
    call: Call,
    session: AsyncSession,
    event: CalendarEvent,
    status: ParticipationStatus,
    *,
    deputy: str | None,
    source: str,
) -> tuple[Attendance, list[Message]]:
    """Note the answer; who moves up because of it is told. Raises NotPossible where there is nothing to answer.

    `source` is the ID of the message or reaction that says it. A message that was edited answers to one date only.
    """
    _refuse(call, event)
    found = await attendance.of(session, event)
    others = [each for each in found if each.user_id != call.sender]
    before = next((each for each in found if each.user_id == call.sender), None)
    coming = [each for each in others if each.status is _ACCEPTED]
    if status is _ACCEPTED and any(each.deputy == call.sender for each in coming):
        raise NotPossible(texts.deputy_already(shown(event), prefix=call.settings.prefix))
    if deputy is not None and any(deputy in {each.user_id, each.deputy} for each in coming):
        raise NotPossible(texts.deputy_comes_already(deputy))
    goes_on = before is not None and before.status is _ACCEPTED
    waiting = before.waiting if before is not None and goes_on else seats.free(event, others) == 0
    answer = await attendance.put(
        session,
        event,
        call.sender,
        status,
        deputy=deputy,
        waiting=status is _ACCEPTED and waiting,
        room_id=call.room_id,
        event_id=source,
        at=call.at,
    )
    elsewhere = [each for each in await attendance.answered_with(session, source) if each is not answer]
    moved = await seats.move_up(session, event, at=call.at, cause=call.cause, prefix=call.settings.prefix)
    return answer, [*moved, *await _remove(call, session, elsewhere)]


async def _remove(call: Call, session: AsyncSession, answers: Sequence[Attendance]) -> list[Message]:
    """Take answers back; who gets the seats is told."""
    messages: list[Message] = []
    for answer in answers:
        event = await calendar.find(session, answer.calendar_event_id)
        assert event is not None, "dates are never deleted"
        await attendance.remove(session, answer)
        messages += await seats.move_up(session, event, at=call.at, cause=call.cause, prefix=call.settings.prefix)
    return messages


def _refuse(call: Call, event: CalendarEvent) -> None:
    """Raise NotPossible where nobody is asked, or it is too late."""
    now, prefix = shown(event), call.settings.prefix
    if not asks_answers(event.kind):
        raise NotPossible(texts.everybody_may_come(now))
    if event.status is EventStatus.CANCELLED:
        raise NotPossible(texts.is_cancelled(now, prefix=prefix))
    if instant(event.starts) <= call.at:
        raise NotPossible(texts.has_begun(now, prefix=prefix))


async def _place(session: AsyncSession, event: CalendarEvent, answer: Attendance) -> int | None:
    """The place of an answer on the waiting list, from 1; None where it has a seat or needs none."""
    if answer.status is not _ACCEPTED or not answer.waiting:
        return None
    waits = [each.user_id for each in seats.waiting(await attendance.of(session, event))]
    return waits.index(answer.user_id) + 1


COMMANDS = (accept, perhaps, decline)
REACTIONS = tuple(map(_reacts, (_ACCEPTED, _TENTATIVE, _DECLINED)))
FOLLOWER = Follower(edited=_not_followed, deleted=_taken_back)
