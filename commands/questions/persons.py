"""Which person is meant: a user ID, a mention (MSC3952, m.mentions), or the name of a lead or coordinator."""

import re

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call
from commands.dates.days import fold
from commands.errors import NotFound, NotPossible, UsageError
from commands.group_names import take_group
from commands.questions.words import is_blank
from commands.texts import question_persons as texts
from storage import roles
from storage.tables import Question

_USER_ID = re.compile(r"@[^\s:@]+:(?:\[[0-9a-f:.]+\]|[\w.-]*\w)(?::\d{1,5})?", re.IGNORECASE)
"""Appendices of the specification, "User identifiers"; a full stop at the end belongs to the sentence."""
_LONGEST_ID = 255  # bytes
_BETWEEN_NAMES = re.compile(r"[\s._=/-]+")


async def named_person(call: Call, session: AsyncSession, question: Question, text: str) -> str:
    """The user ID of the person that a text names.

    Raises UsageError where it names nobody, NotFound for a name that nobody has, NotPossible where two could be meant
    or it is the bot. A mention alone is not trusted where the text says another name: clients also mention whoever
    wrote the message that is replied to.
    """
    prefix = call.settings.prefix
    if is_blank(text):
        raise UsageError(texts.missing())
    typed = list(dict.fromkeys(each for each in _USER_ID.findall(text) if len(each.encode()) <= _LONGEST_ID))
    everybody = sorted(await roles.everybody(session))
    candidates = typed or _meant(call.mentions, _with_name(text, everybody))
    if len(candidates) > 1:
        raise NotPossible(texts.which(question, candidates, prefix=prefix))
    if not candidates:
        number, rest = take_group(text)
        if number is not None and not rest:
            raise NotPossible(texts.is_a_group(question, number, prefix=prefix))
        raise NotFound(texts.unknown(question, everybody, prefix=prefix))
    [person] = candidates
    if person == call.settings.bot_id:
        raise NotPossible(texts.not_me())
    return person


def _meant(mentioned: tuple[str, ...], called_so: list[str]) -> list[str]:
    """Who is meant where these are mentioned, and these have the name that was typed."""
    if not mentioned or not called_so:
        return list(mentioned) or called_so
    both = [each for each in called_so if each in mentioned]
    return both or [*mentioned, *called_so]


def _with_name(text: str, people: list[str]) -> list[str]:
    """Those whose whole name was typed; or else those who have the first word as a name, or as a part of it."""
    typed = [fold(word) for word in _BETWEEN_NAMES.split(text.strip().lstrip("@").strip(",;:!. ")) if word]
    if not typed:
        return []
    names = {user: [fold(part) for part in _BETWEEN_NAMES.split(_localpart(user)) if part] for user in people}
    whole = [user for user, name in names.items() if "".join(name) == "".join(typed)]
    return whole or [user for user, name in names.items() if typed[0] in (*name, "".join(name))]


def _localpart(user: str) -> str:
    return user[1:].split(":", 1)[0]
