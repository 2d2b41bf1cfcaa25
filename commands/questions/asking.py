"""Fragen an eine Arbeitsgruppe (AG): stellen, verfolgen, beantworten, zurückziehen."""

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Message, Reply, command
from commands.dates.days import fold
from commands.dates.wall_clock import wall
from commands.dates.working_days import add_working_days
from commands.errors import NotAllowed, NotPossible, UsageError
from commands.group_names import take_group, take_ref
from commands.markup import Markdown, clean
from commands.questions.words import (
    acting_role,
    answer_text,
    group_and_text,
    named_group,
    named_question,
    note,
    question_numbered,
    subject,
    to_asker,
)
from commands.texts import question_errors as errors
from commands.texts import question_lists as lists
from commands.texts import questions as texts
from storage import groups, history, questions, roles, rooms
from storage.tables import Question, QuestionState, Role, RoomKind

_AGAIN = timedelta(minutes=1)
_MOST_LISTED = 10
_MOST_OF_ALL = 40
_MOST_IN_OVERVIEW = 5
_PUBLIC = (RoomKind.PLENARY, RoomKind.GROUP)
_OPEN, _ANSWERED, _ALL = "offen", "beantwortet", "alle"
_STATES = {
    _OPEN: (QuestionState.OPEN,),
    _ANSWERED: (QuestionState.ANSWERED,),
    _ALL: tuple(QuestionState),
}
_STATE_WORDS = {
    "offen": _OPEN,
    "offene": _OPEN,
    "beantwortet": _ANSWERED,
    "beantwortete": _ANSWERED,
    "alle": _ALL,
}


@command("frage", "<AG> <Ihre Frage>", example="!frage AG3 Wer zahlt nach der Anschubfinanzierung?")
async def ask_or_show(call: Call, session: AsyncSession) -> Reply:
    """Stellt einer AG eine Frage.

    Im Raum einer AG können Sie die Nummer der AG weglassen. Sie bekommen eine Nummer wie AG3-017 und eine Nachricht,
    sobald die Antwort da ist. Solange die Frage offen ist, ändern Sie sie durch Bearbeiten Ihrer Nachricht; Löschen
    zieht sie zurück. Mit der Nummer statt der Frage sehen Sie den Stand, zum Beispiel: !frage AG3-017
    """
    ref = take_ref(clean(call.text))
    if ref is None:
        return await _ask(call, session)
    group_number, number, rest = ref
    if rest:
        asked_for = f"AG{group_number}-{number:03d}"
        raise NotPossible(errors.number_and_text(asked_for, group_number, prefix=call.settings.prefix))
    return await _show(call, session, await question_numbered(call, session, group_number, number))


async def _ask(call: Call, session: AsyncSession) -> Reply:
    group, text = await group_and_text(call, session)
    prefix = call.settings.prefix
    before = await questions.same(session, group=group.number, asked_by=call.sender, text=text, since=call.at - _AGAIN)
    if before is not None:
        raise NotPossible(errors.asked_before(before, prefix=prefix))
    question = await questions.add(
        session,
        group=group.number,
        text=text,
        asked_by=call.sender,
        asked_at=call.at,
        due_on=add_working_days(_today(call), call.settings.answer_within_working_days),
        room_id=call.room_id,
        source_event_id=call.event_id,
        thread_id=call.thread_id,
    )
    await note(call, session, question, texts.ASKED, before=None)
    leads = await roles.leads_of(session, group.number)
    return Reply(
        text=texts.noted(question, group, leads, private=call.room_kind is RoomKind.DIRECT, prefix=prefix),
        subject=subject(question),
        messages=await _told_to_group(call, session, question),
    )


async def _told_to_group(call: Call, session: AsyncSession, question: Question) -> tuple[Message, ...]:
    """A quiet note for the group's own room, where there is one and the question was asked elsewhere."""
    room_id = await rooms.of_group(session, question.group_number)
    if room_id is None or room_id == call.room_id or not (await rooms.known(session))[room_id].joined:
        return ()
    asker = call.sender if call.room_kind in _PUBLIC else None
    return (
        Message(
            key=f"new:{subject(question)}",
            room_id=room_id,
            text=texts.new_for_group(question, asker, prefix=call.settings.prefix),
            subject=subject(question),
            quiet=True,
        ),
    )


async def _show(call: Call, session: AsyncSession, question: Question) -> Reply:
    text = texts.one(
        question,
        await named_group(call, session, question.group_number),
        answer=await questions.valid_answer(session, question),
        answered_as=await _answered_as(session, question),
        leads=await roles.leads_of(session, question.group_number),
        history=await history.of(session, subject(question)),
        today=_today(call),
        prefix=call.settings.prefix,
    )
    return Reply(text=text, subject=subject(question))


@command("fragen", "[AG] [offen, beantwortet, alle]", example="!fragen AG3")
async def list_them(call: Call, session: AsyncSession) -> Reply:
    """Zeigt die Fragen an eine AG oder an alle.

    Ohne weiteres Wort sehen Sie die offenen Fragen. Im Raum einer AG sind es die Fragen an diese AG.
    """
    number, which = _group_and_state(call)
    states, today, prefix = _STATES[which], _today(call), call.settings.prefix
    counts = await questions.counts(session, states)
    if number is None:
        every = [(group, counts.get(group.number, 0)) for group in await groups.everyone(session)]
        newest = await questions.newest(session, states, most=_MOST_IN_OVERVIEW)
        return Reply(text=lists.overview(newest, every, which=which, today=today, prefix=prefix))
    group, count = await named_group(call, session, number, remedy=errors.LIST), counts.get(number, 0)
    if which == _OPEN:
        waiting = await questions.waiting_longest(session, number, most=_MOST_LISTED)
        return Reply(text=lists.open_list(waiting, group, count=count, today=today, prefix=prefix))
    most = _MOST_OF_ALL if which == _ALL else _MOST_LISTED
    newest = await questions.newest(session, states, most=most, group=number)
    return Reply(
        text=lists.state_list(newest, group, answered=which == _ANSWERED, count=count, today=today, prefix=prefix)
    )


def _group_and_state(call: Call) -> tuple[int | None, str]:
    """The group, or None for all, and "offen", "beantwortet" or "alle", in either order."""
    text = clean(call.text)
    ref = take_ref(text)
    if ref is not None:
        raise UsageError(errors.one_is_shown_so(f"AG{ref[0]}-{ref[1]:03d}", prefix=call.settings.prefix))
    words = text.split()
    states = [word for word in words if fold(word) in _STATE_WORDS]
    number, rest = take_group(" ".join(word for word in words if word not in states), call.room_group)
    if rest or len(states) > 1:
        raise UsageError(errors.MORE_THAN_A_STATE)
    return number, _STATE_WORDS[fold(states[0])] if states else _OPEN


@command("meine", example="!meine")
async def list_mine(call: Call, session: AsyncSession) -> Reply:
    """Zeigt Ihre Fragen und was aus ihnen wird.

    In Räumen, in denen andere mitlesen, fehlen die Fragen aus dem direkten Chat.
    """
    in_private = call.room_kind is RoomKind.DIRECT
    known = await rooms.known(session)
    seen = [
        each
        for each in await questions.of_person(session, call.sender)
        if in_private or each.room_id == call.room_id or (each.room_id in known and known[each.room_id].kind in _PUBLIC)
    ]
    return Reply(
        text=lists.mine(
            seen[:_MOST_LISTED],
            count=len(seen),
            in_private=in_private,
            today=_today(call),
            prefix=call.settings.prefix,
        )
    )


@command("zurückziehen", "<Nummer>", example="!zurückziehen AG3-001", once=True)
async def withdraw(call: Call, session: AsyncSession) -> Reply:
    """Zieht Ihre offene Frage zurück und löscht ihren Text.

    Löschen Sie stattdessen Ihre Nachricht, geschieht dasselbe. Die Koordination kann jede offene Frage zurückziehen.
    """
    question, rest = await named_question(call, session)
    if rest:
        raise UsageError(errors.only_the_number())
    own = question.asked_by == call.sender
    if not own and not call.roles.may(Role.COORDINATOR):
        raise NotAllowed(errors.not_yours(question))
    _check_open(call, question, errors.too_late_to_withdraw(question))
    text = question.text
    await questions.withdraw(session, question, at=call.at)
    await note(call, session, question, texts.WITHDRAWN, before=QuestionState.OPEN)
    told = texts.withdrawn_for_you(question, text, prefix=call.settings.prefix)
    return Reply(
        text=texts.withdrawn(question, own=own),
        subject=subject(question),
        messages=() if own else (to_asker(question, f"withdrawn:{call.event_id}", told),),
    )


@command("antwort", "<Nummer> <Ihre Antwort>", example="!antwort AG3-001 Bis 2027 zahlt das Land.", role=Role.LEAD)
async def answer(call: Call, session: AsyncSession) -> Reply:
    """Beantwortet eine Frage an Ihre AG.

    Wer gefragt hat, bekommt die Antwort dort, wo die Frage gestellt wurde. Bearbeiten Sie Ihre Nachricht, bekommt
    die Person die neue Fassung; löschen Sie sie, ist die Frage wieder offen.
    """
    question, rest = await named_question(call, session)
    call.require(Role.LEAD, group=question.group_number)
    answered_as = await _answered_as(session, question)
    _check_open(call, question, errors.answered_before(question, answered_as, prefix=call.settings.prefix))
    text = answer_text(rest)
    await questions.answer(session, question, text=text, by=call.sender, at=call.at, source_event_id=call.event_id)
    role = acting_role(call.roles, question.group_number)
    await note(call, session, question, texts.ANSWERED, before=QuestionState.OPEN, role=role)
    told = texts.answered(
        question, text, answered_as=texts.as_role(role, question.group_number), prefix=call.settings.prefix
    )
    return Reply(
        text=texts.answer_noted(question),
        subject=subject(question),
        messages=(to_asker(question, f"answered:{call.event_id}", told),),
    )


def _check_open(call: Call, question: Question, if_answered: Markdown) -> None:
    if question.state is QuestionState.ANSWERED:
        raise NotPossible(if_answered)
    if question.state is QuestionState.WITHDRAWN:
        raise NotPossible(errors.withdrawn_before(question, prefix=call.settings.prefix))


async def _answered_as(session: AsyncSession, question: Question) -> str:
    """As whom the last answer was given."""
    entries = await history.of(session, subject(question))
    given = [each.role for each in entries if each.what == texts.ANSWERED]
    return texts.as_role(given[-1] if given else None, question.group_number)


def _today(call: Call) -> date:
    return wall(call.at).date()


COMMANDS = (ask_or_show, list_them, list_mine, withdraw, answer)
