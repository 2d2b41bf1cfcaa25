"""What was made of a message follows it: editing and deleting the messages that asked or answered a question."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Follower, Message, Reply
from commands.dates.days import fold
from commands.group_names import take_group, take_ref
from commands.markup import Markdown, clean
from commands.questions import answering, confidence, life, similar, voting
from commands.questions.receipt import AGREE, told_key
from commands.questions.sensitive import gives_away
from commands.questions.telling import group_room, shown_asker, voters_at
from commands.questions.withdrawing import withdrawn
from commands.questions.words import (
    answer_text,
    is_blank,
    named_group,
    question_text,
    refuse_what_is_never_collected,
    subject,
)
from commands.texts import question_edits as texts
from commands.texts import question_errors as errors
from commands.texts import question_never
from commands.texts import questions as asked
from commands.texts.question_words import Step
from storage import answers, questions
from storage.tables import Answer, NoteKind, Question, QuestionState

ASK, ANSWERING = "frage", ("antwort", "teilantwort", "verweis", "berichtigen", "muendlich")


async def edited(call: Call, _cause: str, session: AsyncSession) -> Reply | None:
    """Somebody edited a message of theirs that asked or answered a question.

    An edit by anyone else than the author does not count (client-server API, Validity of replacement events).
    """
    question = await questions.asked_in(session, call.event_id)
    if question is not None and (question.asked_by, question.room_id) == (call.sender, call.room_id):
        return await _question_edited(call, session, question)
    found = await answers.made_of(session, call.event_id)
    if found is not None and found[1].answered_by == call.sender:
        return await _answer_edited(call, session, *found)
    return None


async def deleted(call: Call, _cause: str, session: AsyncSession) -> Reply | None:
    """A message that asked, answered or voted was deleted, or a reaction taken back; the homeserver checked who may."""
    if await voting.mark_removed(call, session):
        return None
    question = await questions.asked_in(session, call.event_id)
    if question is not None and question.room_id == call.room_id:
        return await _question_deleted(call, session, question)
    found = await answers.made_of(session, call.event_id)
    if found is not None:
        return await answering.remove(call, session, *found)
    reason = await questions.reason_given_in(session, call.event_id)
    if reason is not None:
        await questions.remove_note(session, reason)
    return None


async def _question_edited(call: Call, session: AsyncSession, question: Question) -> Reply:
    prefix = call.settings.prefix
    if (Step.REWORD, question.state) not in life.TRANSITIONS:
        return _where_it_was_asked(question, errors.edit_too_late(question))
    rest = _behind((ASK,), call.text)
    if rest is None or take_ref(rest) is not None:
        return _where_it_was_asked(question, errors.edit_unclear(question, prefix=prefix))
    number, words = take_group(rest, call.room_group)
    if number is None or is_blank(words):
        return _where_it_was_asked(question, errors.edit_unclear(question, prefix=prefix))
    if number != question.group_number:
        return _where_it_was_asked(question, errors.edit_other_group(question, number, prefix=prefix))
    text = question_text(call, number, words)
    refuse_what_is_never_collected(text, question_never.CHANGE, prefix=prefix)
    refusal = _refusal(question, text)
    if refusal is not None:
        return _where_it_was_asked(question, refusal)
    return await _reworded(call, session, question, text)


def _refusal(question: Question, text: str) -> Markdown | None:
    """Why a new wording is not taken: it is the same, or would tell who asked a question that others read already."""
    if text == question.text:
        return errors.edit_same(question)
    pieces = gives_away(text) if question.confidential and question.state is not QuestionState.SUBMITTED else ()
    if set(pieces) - set(gives_away(question.text or "")):
        return texts.would_give_away(question, pieces)
    return None


async def _reworded(call: Call, session: AsyncSession, question: Question, text: str) -> Reply:
    prefix, old = call.settings.prefix, question.text or ""
    step = await life.take(call, session, question, Step.REWORD, by_asker=True)
    await questions.note(session, question, step, NoteKind.WORDING, old, event_id=call.event_id)
    await questions.change(session, question, text=text)
    await similar.index(session, question)
    if question.state is QuestionState.SUBMITTED:
        return await _still_to_agree(call, session, question)
    told = texts.reworded_for_voters(question, old, prefix=prefix)
    places = [] if question.state is QuestionState.IN_REVIEW else await voters_at(session, question)
    messages = [each.message(question, f"reworded:{call.cause}:{number}", told) for number, each in enumerate(places)]
    messages += await _note_for_group(call, session, question)
    return replace(_where_it_was_asked(question, texts.reworded(question, prefix=prefix)), messages=tuple(messages))


async def _still_to_agree(call: Call, session: AsyncSession, question: Question) -> Reply:
    """What might have given the asker away may be gone from the text now; then they have agreed by editing it."""
    group = await named_group(call, session, question.group_number)
    warning = await confidence.warning(session, group, question.text or "")
    if warning is None:
        return replace(await confidence.agree(call, session, question), thread_id=question.thread_id)
    text = warning.text(question, group, prefix=call.settings.prefix)
    return replace(_where_it_was_asked(question, text), reactions=(AGREE,))


async def _note_for_group(call: Call, session: AsyncSession, question: Question) -> list[Message]:
    """The notes in the rooms of its group, and of those it came from, say what the question says now, in place."""
    if question.state is QuestionState.IN_REVIEW:
        return []
    asker, messages = await shown_asker(session, question), []
    for ref in (question.ref, *await questions.former_refs(session, question)):
        room_id = await group_room(session, int(ref.removeprefix("AG").split("-")[0]))
        if room_id is not None and room_id != question.room_id:
            messages.append(
                Message(
                    key=f"renewed:{call.cause}:{ref}",
                    room_id=room_id,
                    text=asked.new_for_group(question, asker, prefix=call.settings.prefix),
                    subject=subject(question),
                    quiet=True,
                    replaces=told_key(question, ref),
                )
            )
    return messages


async def _answer_edited(call: Call, session: AsyncSession, question: Question, answer: Answer) -> Reply:
    prefix = call.settings.prefix
    if answer.text is None:
        return _about(question, errors.answer_gone(question))
    ref = take_ref(_behind(ANSWERING, call.text) or "")
    if ref is None or await questions.find(session, ref[0], ref[1]) is not question or is_blank(ref[2]):
        return _about(question, errors.answer_edit_unclear(question, prefix=prefix))
    if answer is not await answers.valid(session, question):
        return _about(question, errors.answer_out_of_date(question, prefix=prefix))
    life.require(call, question, Step.CORRECT)
    return await answering.reword(call, session, question, answer, answer_text(ref[2]))


async def _question_deleted(call: Call, session: AsyncSession, question: Question) -> Reply | None:
    """None where nothing is left to delete: it was withdrawn, or deleted before.

    What the bot wrote about it goes too: it quotes the text.
    """
    if question.text is None:
        return None
    messages: tuple[Message, ...] = ()
    if (Step.WITHDRAW, question.state) in life.TRANSITIONS:
        messages = await withdrawn(call, session, question, by_asker=True)
    else:
        await life.take(call, session, question, Step.DELETE_TEXT, by_asker=True)
        await questions.remove_text(session, question)
    reply = _where_it_was_asked(question, texts.deleted(question, prefix=call.settings.prefix))
    return replace(reply, messages=messages, retracts=subject(question))


def _behind(names: tuple[str, ...], text: str) -> str | None:
    """What follows a command's name in an edited message, or None where it begins otherwise."""
    words = clean(text).split(None, 1)
    if not words or fold(words[0]) not in names:
        return None
    return words[1] if len(words) > 1 else ""


def _where_it_was_asked(question: Question, text: Markdown) -> Reply:
    """An answer in the thread of the question; an edit or deletion does not say in which thread its message is."""
    return replace(_about(question, text), thread_id=question.thread_id)


def _about(question: Question, text: Markdown) -> Reply:
    return Reply(text=text, subject=subject(question))


FOLLOWER = Follower(edited=edited, deleted=deleted)
