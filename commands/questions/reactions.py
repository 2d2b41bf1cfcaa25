"""What an emoji under one of the bot's messages about a question does; each has a typed command too."""

from collections.abc import Awaitable, Callable
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reaction, Reply
from commands.questions import confidence, feedback, life, merging, voting
from commands.questions.receipt import AGREE, SAME
from storage import questions
from storage.tables import Question, QuestionState

_Handler = Callable[[Call, AsyncSession, Question], Awaitable[Reply | None]]
_HELPS, _NOT = "👍", "👎"


async def _thumb_up(call: Call, session: AsyncSession, question: Question) -> Reply | None:
    """A vote; under an answer, from whoever asked, their word that it helps."""
    if question.state is QuestionState.ANSWERED and life.is_asker(call, question):
        return await feedback.confirmed(call, session, question)
    return await voting.vote_by_reaction(call, session, question)


async def _thumb_down(call: Call, _session: AsyncSession, question: Question) -> Reply | None:
    if question.state is QuestionState.ANSWERED and life.is_asker(call, question):
        return feedback.what_is_missing(call, question)
    return None


async def _agree(call: Call, session: AsyncSession, question: Question) -> Reply | None:
    if question.state is QuestionState.SUBMITTED and life.is_asker(call, question):
        return await confidence.agree(call, session, question)
    return None


async def _same(index: int, call: Call, session: AsyncSession, question: Question) -> Reply | None:
    return await merging.same_as(call, session, question, index)


def _under_a_question(handler: _Handler) -> Callable[[Call, AsyncSession], Awaitable[Reply | None]]:
    async def handle(call: Call, session: AsyncSession) -> Reply | None:
        question = await questions.get(session, int(call.text))
        return None if question is None else await handler(call, session, question)

    return handle


_HANDLERS: tuple[tuple[str, _Handler], ...] = (
    (_HELPS, _thumb_up),
    (_NOT, _thumb_down),
    (AGREE, _agree),
    *((emoji, partial(_same, index)) for index, emoji in enumerate(SAME)),
)
REACTIONS = tuple(
    Reaction(emoji=emoji, subject="question", handler=_under_a_question(handler)) for emoji, handler in _HANDLERS
)
