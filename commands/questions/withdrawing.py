"""Zurückziehen: the asker, or the coordination, takes a question back; its text is removed."""

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Message, Reply, command
from commands.errors import NotPossible, UsageError
from commands.questions import life
from commands.questions.telling import asker_of, voters_at
from commands.questions.words import named_question, subject
from commands.texts import question_edits as texts
from commands.texts import question_errors as errors
from commands.texts.question_words import Step
from storage import questions
from storage.tables import Outcome, Question, QuestionState


@command("zurückziehen", "<Nummer>", example="!zurückziehen AG3-001", once=True)
async def withdraw(call: Call, session: AsyncSession) -> Reply:
    """Zieht Ihre Frage zurück und löscht ihren Text.

    Löschen Sie stattdessen Ihre Nachricht, geschieht dasselbe. Die Koordination kann jede Frage zurückziehen. Was
    schon beantwortet ist, bleibt stehen.
    """
    question, rest = await named_question(call, session)
    if rest:
        raise UsageError(errors.only_the_number())
    if question.state is QuestionState.ANSWERED and life.is_asker(call, question):
        raise NotPossible(errors.too_late_to_withdraw(question))
    life.require(call, question, Step.WITHDRAW)
    own = life.is_asker(call, question)
    text = question.text
    told = await withdrawn(call, session, question, by_asker=own)
    if not own:
        place = await asker_of(session, question)
        for_you = texts.withdrawn_for_you(question, text, prefix=call.settings.prefix)
        told += () if place is None else (place.message(question, f"withdrawn:{call.cause}", for_you),)
    return Reply(
        text=texts.withdrawn(question, own=own),
        subject=subject(question),
        messages=told,
        retracts=subject(question),
    )


async def withdrawn(call: Call, session: AsyncSession, question: Question, *, by_asker: bool) -> tuple[Message, ...]:
    """Close a question without an answer and remove its text; what those are told who voted for it."""
    places = await voters_at(session, question)
    await life.take(call, session, question, Step.WITHDRAW, outcome=Outcome.WITHDRAWN, by_asker=by_asker)
    await questions.remove_text(session, question)
    text = texts.withdrawn_for_voters(question, prefix=call.settings.prefix)
    return tuple(each.message(question, f"withdrawn:{call.cause}:{number}", text) for number, each in enumerate(places))


COMMANDS = (withdraw,)
