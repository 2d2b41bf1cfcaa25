"""Ablehnen und nicht zuständig: a question ends without an answer, and everybody it concerns hears why."""

from collections.abc import Callable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.errors import UsageError
from commands.markup import Markdown
from commands.questions import life
from commands.questions.telling import everybody_at
from commands.questions.words import is_blank, named_question, reason_text, subject
from commands.texts import question_closing as texts
from commands.texts.question_words import Step
from storage import questions
from storage.tables import Outcome, Question, QuestionState, Role

_ENDINGS: Final[dict[Step, tuple[Outcome, Callable[..., Markdown]]]] = {
    Step.DECLINE: (Outcome.DECLINED, texts.declined),
    Step.NOT_RESPONSIBLE: (Outcome.NOT_RESPONSIBLE, texts.not_responsible),
}


@command(
    "ablehnen",
    "<Nummer> <Grund>",
    example="!ablehnen AG3-001 Das ist keine Frage an das Projekt.",
    role=Role.LEAD,
    once=True,
    own_check=True,
)
async def decline(call: Call, session: AsyncSession) -> Reply:
    """Schließt eine Frage ohne Antwort.

    Wer gefragt oder dafür gestimmt hat, erfährt den Grund. War die Frage noch nicht freigegeben, lösche ich ihren Text.
    Das dürfen die Leitung der AG und die Koordination.
    """
    question, rest = await named_question(call, session)
    life.require(call, question, Step.DECLINE)
    reason = reason_text(rest, Step.DECLINE)
    return await _close(call, session, question, Step.DECLINE, reason)


@command(
    "unzuständig",
    "<Nummer> <wer zuständig ist>",
    example="!unzuständig AG3-001 Zuständig ist das Einwohnermeldeamt.",
    role=Role.LEAD,
    once=True,
    own_check=True,
)
async def not_responsible(call: Call, session: AsyncSession) -> Reply:
    """Schließt eine Frage, für die jemand anderes zuständig ist.

    Wer gefragt oder dafür gestimmt hat, erfährt, an wen sie sich wenden können. Für eine andere AG im Projekt gibt es
    !weiterleiten. Das dürfen die Leitung der AG und die Koordination.
    """
    question, rest = await named_question(call, session)
    life.require(call, question, Step.NOT_RESPONSIBLE)
    if is_blank(rest):
        raise UsageError(texts.who_is_responsible())
    reason = reason_text(rest, Step.NOT_RESPONSIBLE)
    return await _close(call, session, question, Step.NOT_RESPONSIBLE, reason)


async def _close(call: Call, session: AsyncSession, question: Question, step: Step, reason: str) -> Reply:
    """Close a question and tell everybody once. What nobody was meant to see before its release is not shown now."""
    outcome, text = _ENDINGS[step]
    unseen, asked = question.state is QuestionState.IN_REVIEW, question.text
    places = await everybody_at(session, question)
    await life.take(call, session, question, step, outcome=outcome, reason=reason)
    if unseen:
        await questions.remove_text(session, question)
    messages = tuple(
        place.message(
            question,
            f"closed:{call.cause}:{number}",
            text(question, asked, reason, asker=place.asker, prefix=call.settings.prefix),
        )
        for number, place in enumerate(places)
    )
    told = sum(len(place.people) for place in places)
    return Reply(
        text=texts.closed(question, told, unseen=unseen),
        subject=subject(question),
        messages=messages,
        retracts=subject(question) if unseen else None,
    )


COMMANDS = (decline, not_responsible)
