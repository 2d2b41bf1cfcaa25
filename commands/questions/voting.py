"""Stimmen: whoever also wants to know it says so by a command or a thumb up, and gets the answer too.

A vote stays at the question it was given for, also where that is merged with another one: it counts there, and comes
back with the question. So the order in which people vote and questions are merged makes no difference.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.dates.days import fold
from commands.errors import NotPossible, UsageError
from commands.markup import Markdown
from commands.questions import life
from commands.questions.words import named_question, subject
from commands.texts import question_votes as texts
from storage import questions, votes
from storage.tables import LIVE, Question, QuestionState

_BACK = ("zurueck", "zuruecknehmen")
_DONE = (QuestionState.ANSWERED, QuestionState.CONFIRMED)


@command("stimme", "<Nummer> [zurück]", example="!stimme AG3-001", once=True)
async def vote(call: Call, session: AsyncSession) -> Reply:
    """Stimmt für eine Frage, die Sie auch beantwortet haben möchten.

    Sie bekommen die Antwort dann auch. Die Reaktion 👍 unter meiner Nachricht mit der Frage tut dasselbe; wer
    mehrmals stimmt, zählt einmal. Mit dem Wort „zurück“ hinter der Nummer nehmen Sie Ihre Stimme zurück.
    """
    question, rest = await named_question(call, session)
    if fold(rest.rstrip("!.")) in _BACK:
        return await _take_back(call, session, question)
    prefix = call.settings.prefix
    if rest:
        raise UsageError(texts.only_back(question, prefix=prefix))
    root = await questions.root_of(session, question)
    refused = _no_vote(question, root, prefix=prefix)
    if refused is not None:
        raise NotPossible(refused)
    if life.is_asker(call, question):
        raise NotPossible(texts.own_question(question, prefix=prefix))
    first = await _mark(call, session, question, event_id=call.event_id)
    if life.is_asker(call, root):  # of two merged questions the own one counts, the other's vote waits for a split
        return Reply(text=texts.own_question(root, prefix=prefix), subject=subject(root))
    return Reply(text=texts.counted(question, root, first=first, prefix=prefix), subject=subject(root))


async def vote_by_reaction(call: Call, session: AsyncSession, question: Question) -> Reply | None:
    """A thumb up under a message about a question: a vote, without a word. `call.cause` is the reaction itself.

    Under an answer it says thank you and no more. Says why not where the question is closed or waits for its release.
    """
    if life.is_asker(call, question):
        return None
    root = await questions.root_of(session, question)
    refused = _no_vote(question, root, prefix=call.settings.prefix)
    if refused is None:
        await _mark(call, session, question, event_id=call.cause)
        return None
    if root.state in _DONE:
        return None
    thread = question.thread_id if call.room_id == question.room_id else None
    return Reply(text=refused, subject=subject(root), thread_id=thread)


async def mark_removed(call: Call, session: AsyncSession) -> bool:
    """Whether the reaction or message that was deleted in this room was a vote; then it is taken back."""
    left = await votes.left_by(session, call.event_id)
    if left is None or left.room_id != call.room_id:
        return False
    await votes.take_back(session, call.event_id)
    return True


async def _mark(call: Call, session: AsyncSession, question: Question, *, event_id: str) -> bool:
    return await votes.mark(session, question, user_id=call.sender, room_id=call.room_id, event_id=event_id, at=call.at)


def _no_vote(question: Question, root: Question, *, prefix: str) -> Markdown | None:
    """Why nobody can vote for a question, by where it, or what it was merged into, stands; None where people can."""
    if root.state in LIVE:
        return None
    if root.state in _DONE:
        return texts.answered_already(question, root, prefix=prefix)
    if root.state is QuestionState.CLOSED:
        return texts.closed(question, root, prefix=prefix)
    return texts.not_released(question, root, prefix=prefix)


async def _take_back(call: Call, session: AsyncSession, question: Question) -> Reply:
    """Take back the vote at this very question; one at a question merged with it has its own way back, which is told.

    Whoever asked in confidence learns outside their direct chat what any voter learns.
    """
    prefix = call.settings.prefix
    had = await votes.take_back_all(session, question, call.sender)
    root = await questions.root_of(session, question)
    elsewhere = await votes.marked_by(session, root, call.sender)
    own = [each for each in await questions.merged_into(session, root) if life.is_asker(call, each)]
    if had:
        text = (
            texts.taken_back_here(question, elsewhere[0], prefix=prefix)
            if elsewhere
            else texts.taken_back(question, prefix=prefix)
        )
    elif life.is_asker(call, question):
        text = texts.own_question(question, prefix=prefix)
    elif elsewhere:
        text = texts.voted_elsewhere(question, elsewhere[0], prefix=prefix)
    elif own:
        text = texts.asked_elsewhere(question, own[0], prefix=prefix)
    else:
        text = texts.nothing_to_take_back(question, prefix=prefix)
    return Reply(text=text, subject=subject(question))


COMMANDS = (vote,)
