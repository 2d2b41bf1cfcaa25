"""Unsure or unknown: what is offered, and what becomes of it: a number, a tap, or one word that makes it a question."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Follower, Reply
from commands.faq.learning import RECENTLY, may_be_kept
from commands.markup import Markdown
from commands.settings import Settings
from commands.texts import faq_choosing as texts
from storage import faq_learning, questions
from storage.tables import FaqChoice, FaqEntry

NUMBERS: Final = ("1️⃣", "2️⃣", "3️⃣")
"""Buttons under an offer; the number as a message does the same."""

_ONE_WORD: Final = re.compile(r"(?:bitte\s+)?(?:an\s+)?(?:die\s+)?ag\s?-?\s?(\d)[.!]?|frage[.!]?", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d{1,3}")

Taking = Callable[[Call, AsyncSession], Awaitable[Reply]]
"""What takes a text as a question: the handler of `!frage`, given "AG3 Wer zahlt das?"."""


async def offered(call: Call, session: AsyncSession, text: str, entries: Sequence[FaqEntry]) -> Reply:
    """Offer these entries for a text, and keep in mind what was offered to whom."""
    choice_id = await _remember(call, session, text, entries)
    return Reply(
        text=texts.suggestions([entry.question for entry in entries], call.settings, room_group=call.room_group),
        subject=f"faqchoice:{choice_id}",
        reactions=NUMBERS[: len(entries)],
    )


async def unknown(
    call: Call, session: AsyncSession, text: str, *, nearest: Sequence[FaqEntry], topics: Sequence[str]
) -> Reply:
    """Say that nothing is known, what comes nearest (of the entries, else all topics), and the ways on."""
    choice_id = await _remember(call, session, text, nearest)
    return Reply(
        text=texts.unknown(
            text,
            call.settings,
            nearest=[entry.question for entry in nearest],
            topics=topics,
            room_group=call.room_group,
            waits=may_be_kept(text),
        ),
        subject=f"faqchoice:{choice_id}",
        reactions=NUMBERS[: len(nearest)],
    )


async def _remember(call: Call, session: AsyncSession, text: str, entries: Sequence[FaqEntry]) -> int:
    return await faq_learning.offer(
        session,
        room_id=call.room_id,
        sender=call.sender,
        text=text,
        slugs=[entry.slug for entry in entries],
        event_id=call.event_id,
        gap=may_be_kept(text),
        at=call.at,
    )


async def by_number(call: Call, session: AsyncSession, text: str) -> str | None:
    """The slug that this person means by a number, of what they were offered here within the hour."""
    found = _NUMBER.search(text)
    made = await _latest(call, session)
    if found is None or made is None:
        return None
    return await picked(session, made, int(found[0]) - 1)


async def picked(session: AsyncSession, made: FaqChoice, index: int) -> str | None:
    """The slug at this place of a choice, which is settled by that; None where there is none."""
    if not 0 <= index < len(made.slugs):
        return None
    await faq_learning.chosen(session, made)
    return made.slugs[index]


async def taken(call: Call, session: AsyncSession, text: str, take: Taking) -> Reply | None:
    """Pass on as a question what this person asked last, if they answer with one word ("AG3"); else None."""
    found = _ONE_WORD.fullmatch(text)
    if found is None or (found[1] is None and call.room_group is None):
        return None
    made = await _latest(call, session)
    if made is None or not made.text:
        return None
    group = found[1] or call.room_group
    await faq_learning.chosen(session, made)
    asked, made.text, made.slugs = made.text, "", []
    # The question stands in the message that asked: who deletes that one withdraws it.
    holds_it = made.event_id is not None and await questions.asked_in(session, made.event_id) is None
    event_id = made.event_id if holds_it and made.event_id else call.event_id
    return await take(replace(call, text=f"AG{group} {asked}", event_id=event_id), session)


async def deleted(call: Call, _cause: str, session: AsyncSession) -> Reply | None:
    """Forget a message that was deleted, and take back what was said to it where that repeats it."""
    made = await faq_learning.forget_message(session, call.event_id)
    return Reply(text=Markdown(""), retracts=f"faqchoice:{made[0]}") if made else None


async def edited(_call: Call, _cause: str, _session: AsyncSession) -> Reply | None:
    """An edited message is asked anew."""
    return None


FOLLOWER: Final = Follower(edited=edited, deleted=deleted)


def only_a_number(settings: Settings) -> Reply:
    """A number alone, and nothing to choose from."""
    return Reply(text=texts.only_a_number(settings.prefix))


async def _latest(call: Call, session: AsyncSession) -> FaqChoice | None:
    return await faq_learning.latest_choice(session, room_id=call.room_id, sender=call.sender, since=call.at - RECENTLY)
