"""Zuständigkeit: a question is taken, assigned to a person, or handed back."""

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Command, Message, Reply, command
from commands.errors import NotPossible, UsageError
from commands.questions import forwarding, life
from commands.questions.informing import leads_for, to_people
from commands.questions.persons import named_person
from commands.questions.telling import to_room
from commands.questions.words import is_blank, named_question, reason_text, subject
from commands.texts import question_errors as errors
from commands.texts import question_owning as texts
from commands.texts.question_words import Step
from commands.texts.questions import as_role, owner
from storage import questions, roles
from storage.tables import Question, QuestionState, Role


@command("übernehmen", "<Nummer>", example="!übernehmen AG3-001", role=Role.LEAD, once=True, own_check=True)
async def take(call: Call, session: AsyncSession) -> Reply:
    """Übernimmt eine Frage: Sie kümmern sich um die Antwort.

    Das geht auch mit einer Frage, die Ihnen zugewiesen ist. Hatte sie jemand anderes, sage ich der Person
    Bescheid.
    """
    question, rest = await named_question(call, session)
    if rest:
        raise UsageError(errors.only_the_number())
    life.require(call, question, Step.TAKE)
    prefix, before = call.settings.prefix, question.owner
    if before == call.sender and question.state is not QuestionState.ASSIGNED:
        raise NotPossible(texts.already_yours(question, prefix=prefix))
    await life.take(call, session, question, Step.TAKE)
    await questions.change(session, question, owner=call.sender)
    return Reply(
        text=texts.taken(question, prefix=prefix),
        subject=subject(question),
        messages=await _told_to_former_owner(call, session, question, before),
    )


@command(
    "zuweisen",
    "<Nummer> <Person>",
    example="!zuweisen AG3-001 @lena:example.org",
    role=Role.LEAD,
    once=True,
    own_check=True,
)
async def assign(call: Call, session: AsyncSession) -> Reply:
    """Weist eine Frage einer Person zu.

    Nennen Sie die Person mit ihrer Kennung (@name:server) oder erwähnen Sie sie; bei Leitungen und Koordination genügt
    der Name. Ich sage ihr im Raum der AG Bescheid. Sie darf die Frage dann beantworten,
    verlängern und abgeben. Zuweisen dürfen die Leitung der AG und die Koordination.
    """
    question, rest = await named_question(call, session)
    life.require(call, question, Step.ASSIGN)
    person = await named_person(call, session, question, rest)
    prefix, before = call.settings.prefix, question.owner
    if person == before:
        raise NotPossible(texts.already_theirs(question, person, prefix=prefix))
    by = as_role(life.acting_role(call, question), question.group_number)
    await life.take(call, session, question, Step.ASSIGN)
    await questions.change(session, question, owner=person)
    messages = await _told_to_former_owner(call, session, question, before)
    if person == call.sender:
        text = texts.assigned_to_yourself(question, prefix=prefix)
        return Reply(text=text, subject=subject(question), messages=messages)
    told = await to_people(
        session,
        question,
        [person],
        key=f"assigned:{call.cause}",
        text=texts.assigned_to_you(question, person, by, prefix=prefix),
    )
    return Reply(
        text=texts.assigned(question, person, told=bool(told), prefix=prefix),
        subject=subject(question),
        messages=(*told, *messages),
    )


@command("abgeben", "<Nummer> [Grund]", example="!abgeben AG3-001", role=Role.LEAD, once=True, own_check=True)
async def hand_back(call: Call, session: AsyncSession) -> Reply:
    """Gibt eine Frage ab, die Sie übernommen haben.

    Sie ist dann wieder offen, und die Leitung erfährt es. Einen Grund können Sie dazuschreiben. Das geht auch, wenn
    Ihnen die Frage zugewiesen ist.
    """
    question, rest = await named_question(call, session)
    life.require(call, question, Step.HAND_BACK)
    reason = None if is_blank(rest) else reason_text(rest, Step.HAND_BACK)
    before = question.owner
    await life.take(call, session, question, Step.HAND_BACK, reason=reason)
    await questions.change(session, question, owner=None, told_unowned=0)
    leads = await roles.leads_of(session, question.group_number)
    return Reply(
        text=texts.handed_back(question, owner=owner(question, leads), prefix=call.settings.prefix),
        subject=subject(question),
        messages=await _told_handed_back(call, session, question, before, reason),
    )


async def _told_to_former_owner(
    call: Call, session: AsyncSession, question: Question, before: str | None
) -> tuple[Message, ...]:
    if before is None or before == call.sender:
        return ()
    text = texts.no_longer_yours(question, before, prefix=call.settings.prefix)
    return await to_people(session, question, [before], key=f"no-longer:{call.cause}", text=text)


async def _told_handed_back(
    call: Call, session: AsyncSession, question: Question, before: str | None, reason: str | None
) -> tuple[Message, ...]:
    """Those who have to find somebody new, unless they gave it back themselves; and whoever had it until now."""
    responsible = await leads_for(session, question)
    if responsible is None:
        return ()
    # One lead who gives a question back has decided for all; the others hear of it where nobody takes it.
    people = set() if call.sender in responsible.people else set(responsible.people)
    by_another = None if before == call.sender else before
    if by_another is not None:
        people.add(by_another)
    if not people:
        return ()
    text = texts.handed_back_for_leads(question, call.sender, reason, before=by_another, prefix=call.settings.prefix)
    key = f"handed-back:{call.cause}"
    return (to_room(question, responsible.room_id, key, text, mentions=sorted(people)),)


COMMANDS: tuple[Command, ...] = (take, assign, hand_back, *forwarding.COMMANDS)
