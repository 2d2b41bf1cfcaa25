"""What was made of a message follows it: editing and deleting the messages that asked or answered a question."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Follower, Message, Reply
from commands.dates.days import fold
from commands.group_names import take_group, take_ref
from commands.markup import Markdown, clean
from commands.questions.words import acting_role, answer_text, is_blank, note, question_text, subject, to_asker
from commands.texts import question_errors as errors
from commands.texts import questions as texts
from storage import questions
from storage.tables import Answer, Question, QuestionState, Role

ASK, ANSWER = "frage", "antwort"


async def edited(call: Call, cause: str, session: AsyncSession) -> Reply | None:
    """Somebody edited a message of theirs that asked or answered a question.

    An edit by anyone else than the author does not count (client-server API, Validity of replacement events).
    """
    question = await questions.asked_in(session, call.event_id)
    if question is not None and (question.asked_by, question.room_id) == (call.sender, call.room_id):
        return await _question_edited(call, session, question)
    found = await questions.answered_in(session, call.event_id)
    if found is not None and found[1].answered_by == call.sender:
        return await _answer_edited(call, cause, session, *found)
    return None


async def deleted(call: Call, cause: str, session: AsyncSession) -> Reply | None:
    """A message that asked or answered a question was deleted; the homeserver has checked who may."""
    question = await questions.asked_in(session, call.event_id)
    if question is not None and question.room_id == call.room_id:
        return await _question_deleted(call, session, question)
    found = await questions.answered_in(session, call.event_id)
    if found is not None:
        return await _answer_deleted(call, cause, session, *found)
    return None


async def _question_edited(call: Call, session: AsyncSession, question: Question) -> Reply:
    prefix = call.settings.prefix
    if question.state is not QuestionState.OPEN:
        return _where_it_was_asked(question, errors.edit_too_late(question))
    rest = _behind(ASK, call.text)
    if rest is None or take_ref(rest) is not None:
        return _where_it_was_asked(question, errors.edit_unclear(question, prefix=prefix))
    number, words = take_group(rest, call.room_group)
    if number is None or is_blank(words):
        return _where_it_was_asked(question, errors.edit_unclear(question, prefix=prefix))
    if number != question.group_number:
        return _where_it_was_asked(question, errors.edit_other_group(question, number, prefix=prefix))
    text = question_text(call, number, words)
    if text == question.text:
        return _where_it_was_asked(question, errors.edit_same(question))
    await questions.reword(session, question, text)
    await note(call, session, question, texts.REWORDED, before=question.state)
    return _where_it_was_asked(question, texts.reworded(question, prefix=prefix))


async def _answer_edited(call: Call, cause: str, session: AsyncSession, question: Question, answer: Answer) -> Reply:
    prefix = call.settings.prefix
    if answer.text is None:
        return _about(question, errors.answer_gone(question))
    ref = take_ref(_behind(ANSWER, call.text) or "")
    if ref is None or ref[:2] != (question.group_number, question.number) or is_blank(ref[2]):
        return _about(question, errors.answer_edit_unclear(question, prefix=prefix))
    call.require(Role.LEAD, group=question.group_number)
    text = answer_text(ref[2])
    if text == answer.text:
        return _about(question, errors.edit_same(question))
    await questions.reword(session, answer, text)
    role = acting_role(call.roles, question.group_number)
    await note(call, session, question, texts.CORRECTED, before=question.state, role=role)
    told = texts.corrected(question, text, answered_as=texts.as_role(role, question.group_number), prefix=prefix)
    return _about(question, texts.correction_noted(question), to_asker(question, f"corrected:{cause}", told))


async def _question_deleted(call: Call, session: AsyncSession, question: Question) -> Reply | None:
    """None where nothing is left to delete: it was withdrawn, or deleted before."""
    if question.text is None:
        return None
    before = question.state
    if before is QuestionState.OPEN:
        await questions.withdraw(session, question, at=call.at)
        await note(call, session, question, texts.WITHDRAWN, before=before)
    else:
        await questions.reword(session, question, None)
        await note(call, session, question, texts.DELETED, before=before)
    return _where_it_was_asked(question, texts.deleted(question))


async def _answer_deleted(
    call: Call, cause: str, session: AsyncSession, question: Question, answer: Answer
) -> Reply | None:
    """None where the answer was deleted before. Without a text of its own the question cannot be open again."""
    if answer.text is None:
        return None
    before = question.state
    await questions.remove_answer(session, question, answer)
    if question.text is None:
        await questions.withdraw(session, question, at=call.at)
    what = texts.ANSWER_AND_TEXT_DELETED if question.text is None else texts.ANSWER_DELETED
    await note(call, session, question, what, before=before)
    prefix = call.settings.prefix
    told = to_asker(question, f"unanswered:{cause}", texts.answer_gone_for_you(question, prefix=prefix))
    return _about(question, texts.answer_deleted(question, prefix=prefix), told)


def _behind(name: str, text: str) -> str | None:
    """What follows a command's name in an edited message, or None where it begins otherwise."""
    words = clean(text).split(None, 1)
    if not words or fold(words[0]) != name:
        return None
    return words[1] if len(words) > 1 else ""


def _where_it_was_asked(question: Question, text: Markdown) -> Reply:
    """An answer in the thread of the question; an edit or deletion does not say in which thread its message is."""
    return replace(_about(question, text), thread_id=question.thread_id)


def _about(question: Question, text: Markdown, *messages: Message) -> Reply:
    return Reply(text=text, subject=subject(question), messages=messages)


FOLLOWER = Follower(edited=edited, deleted=deleted)
