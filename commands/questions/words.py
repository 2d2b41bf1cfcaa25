"""What people type about a question: the group and text of a new one, the number of an old one, an answer."""

import unicodedata
from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call
from commands.errors import NotFound, NotPossible, UsageError
from commands.group_names import take_group, take_ref
from commands.markup import clean
from commands.questions.sensitive import Reason, never_collected
from commands.texts import question_errors as errors
from commands.texts import question_never
from commands.texts.question_words import Step
from storage import groups, questions
from storage.tables import Group, Question

MOST_IN_QUESTION = 2000
MOST_IN_ANSWER = 4000
MOST_IN_REASON = 500
FEWEST_WORDS = 2
FEWEST_LETTERS = 12
"""A question has at least so many words, or else so many letters."""


def subject(question: Question) -> str:
    """What the history, messages and reactions call a question."""
    return questions.subject_of(question.id)


async def named_group(call: Call, session: AsyncSession, number: int, *, remedy: str = errors.SHOW_ALL) -> Group:
    """The group with this number; raises NotFound, naming those there are and `remedy`, a command to go on with."""
    group = await groups.find(session, number)
    if group is None:
        every = await groups.everyone(session)
        raise NotFound(errors.unknown_group(number, every, remedy=remedy, prefix=call.settings.prefix))
    return group


async def named_question(call: Call, session: AsyncSession) -> tuple[Question, str]:
    """The question whose number the call begins with, and the cleaned text behind it. Raises UsageError, NotFound."""
    ref = take_ref(clean(call.text))
    if ref is None:
        raise UsageError(errors.which_question(prefix=call.settings.prefix))
    group_number, number, rest = ref
    return await question_numbered(call, session, group_number, number), rest


async def question_numbered(call: Call, session: AsyncSession, group_number: int, number: int) -> Question:
    """The question with this number; raises NotFound, naming the nearest ones."""
    group = await named_group(call, session, group_number)
    question = await questions.find(session, group_number, number)
    if question is None:
        near = await questions.nearest(session, group_number, number)
        ref = f"AG{group_number}-{number:03d}"
        raise NotFound(errors.unknown_question(ref, group, near, prefix=call.settings.prefix))
    return question


async def group_and_text(call: Call, session: AsyncSession) -> tuple[Group, str]:
    """The group and the text of a new question.

    Raises UsageError where one is missing, NotFound for a group there is not, NotPossible where the text is too
    long or nothing but a number.
    """
    number, text = take_group(clean(call.text), call.room_group)
    if number is None:
        raise UsageError(errors.which_group(await groups.everyone(session)))
    group = await named_group(call, session, number, remedy=errors.ASK)
    return group, question_text(call, group.number, text)


def question_text(call: Call, group: int, text: str) -> str:
    """A text that can be a question; raises UsageError or NotPossible where it cannot."""
    if is_blank(text):
        raise UsageError(errors.no_text("Frage"))
    if len(text) > MOST_IN_QUESTION:
        raise NotPossible(errors.too_long("Frage", len(text), MOST_IN_QUESTION))
    if text.isascii() and text.isdigit():
        raise NotPossible(errors.only_a_number(group, text, prefix=call.settings.prefix))
    if not _says_something(text):
        raise UsageError(errors.too_short())
    return text


def _says_something(text: str) -> bool:
    """Whether there are two words, one of letters among them, or one long one."""
    words = [word for word in text.split() if any(char.isalnum() for char in word)]
    letters = sum(char.isalpha() for char in text)
    return letters >= FEWEST_LETTERS or (letters > 0 and len(words) >= FEWEST_WORDS)


def answer_text(text: str) -> str:
    """A text that can be an answer; raises UsageError or NotPossible where it cannot."""
    if is_blank(text):
        raise UsageError(errors.no_text("Antwort"))
    if len(text) > MOST_IN_ANSWER:
        raise NotPossible(errors.too_long("Antwort", len(text), MOST_IN_ANSWER))
    return text


def refuse_what_is_never_collected(text: str, what: str, *, prefix: str, but: Collection[Reason] = ()) -> None:
    """Raise NotPossible for a text that holds what the bot does not store; `but` are reasons that do not count."""
    reason = never_collected(text)
    if reason is not None and reason not in but:
        raise NotPossible(question_never.refused(reason, what=what, prefix=prefix))


def reason_text(text: str, step: Step) -> str:
    """A text that can be a reason; raises UsageError or NotPossible where it cannot.

    An office's telephone number may be named in it, and that something is a personal matter.
    """
    refuse_what_is_never_collected(text, question_never.REASON, prefix="", but=(Reason.PHONE, Reason.CITIZEN))
    if is_blank(text):
        raise UsageError(errors.no_reason(step))
    if len(text) > MOST_IN_REASON:
        raise NotPossible(errors.too_long("Begründung", len(text), MOST_IN_REASON))
    return text


def is_blank(text: str) -> bool:
    """Whether there is nothing to see: only blanks, or characters without a shape of their own (Unicode Cf)."""
    return all(char.isspace() or unicodedata.category(char) == "Cf" for char in text)
