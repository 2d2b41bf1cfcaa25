"""Prüfung: new questions to a group may wait until its lead has released them."""

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.dates.days import fold
from commands.dates.wall_clock import wall
from commands.dates.working_days import add_working_days
from commands.errors import NotAllowed, UsageError
from commands.group_names import take_group
from commands.markup import clean
from commands.questions import confidence, life
from commands.questions.informing import to_asker
from commands.questions.receipt import told_to_group
from commands.questions.words import named_group, named_question, subject
from commands.texts import question_errors as errors
from commands.texts import question_review as texts
from commands.texts.question_words import Step
from storage import groups, history, question_times, questions
from storage.tables import QuestionState, Role

_WORDS = {"an": True, "ein": True, "aus": False}


@command("prüfung", "[AG] [an oder aus]", example="!prüfung AG3 an", role=Role.LEAD, once=True)
async def switch(call: Call, session: AsyncSession) -> Reply:
    """Legt fest, ob neue Fragen an Ihre AG erst nach Ihrer Freigabe sichtbar sind.

    Ohne „an“ oder „aus“ sehen Sie, wie es eingestellt ist. Was schon wartet, wartet weiter, bis Sie es freigeben.
    """
    number, word = take_group(clean(call.text), call.room_group)
    if number is None:
        number = await _only_group(call, session)
    group = await named_group(call, session, number)
    call.require(Role.LEAD, group=number)
    waiting = await question_times.in_review(session, number)
    prefix = call.settings.prefix
    if not word:
        return Reply(text=texts.setting(group, waiting, prefix=prefix))
    reviews = _WORDS.get(fold(word.rstrip("!.")))
    if reviews is None:
        raise UsageError(texts.on_or_off())
    if reviews is not group.reviews:
        await groups.set_reviews(session, group, reviews=reviews)
        await history.add(
            session,
            f"group:{number}",
            "Prüfung neuer Fragen",
            at=call.at,
            actor=call.sender,
            role=call.roles.highest,
            before="aus" if reviews else "an",
            after="an" if reviews else "aus",
        )
    return Reply(text=texts.switched(group, waiting, prefix=prefix))


@command("freigeben", "<Nummer>", example="!freigeben AG3-001", role=Role.LEAD, once=True, own_check=True)
async def release(call: Call, session: AsyncSession) -> Reply:
    """Gibt eine Frage frei, die noch niemand sieht.

    Das tut die Leitung, wenn ihre AG neue Fragen prüft. Wer vertraulich fragt und gewarnt wurde, gibt so die eigene
    Frage frei.
    """
    question, rest = await named_question(call, session)
    if rest:
        raise UsageError(errors.only_the_number())
    prefix = call.settings.prefix
    if question.state is QuestionState.SUBMITTED:
        if not life.is_asker(call, question):
            raise NotAllowed(errors.only_who_asked(question, prefix=prefix))
        return await confidence.agree(call, session, question)
    life.require(call, question, Step.RELEASE)
    await life.take(call, session, question, Step.RELEASE)
    today = wall(call.at).date()
    await questions.change(
        session,
        question,
        due_since=today,
        due_on=add_working_days(today, call.settings.answer_within_working_days),
        told_light=0,
        told_unowned=0,
    )
    told = texts.released_for_asker(question, prefix=prefix)
    return Reply(
        text=texts.released(question, prefix=prefix),
        subject=subject(question),
        messages=(
            *await to_asker(call, session, question, key=f"released:{call.cause}", text=told),
            *await told_to_group(call, session, question),
        ),
    )


async def _only_group(call: Call, session: AsyncSession) -> int:
    """The group that the sender leads, where that is one. Raises UsageError."""
    mine = sorted(call.roles.leads)
    if len(mine) == 1 and not call.roles.may(Role.COORDINATOR):
        return mine[0]
    every = [each.number for each in await groups.everyone(session)]
    raise UsageError(texts.which_group(every if call.roles.may(Role.COORDINATOR) else mine))


COMMANDS = (switch, release)
