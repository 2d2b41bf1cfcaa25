"""Unsure or unknown: what is offered, and what becomes of it: a number, a tap, or one word that makes it a question."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Follower, Reply
from commands.faq.learning import RECENTLY, may_be_kept
from commands.german_words import fold
from commands.markup import Markdown, clean
from commands.settings import Settings
from commands.texts import faq_choosing as texts
from storage import faq_learning, questions
from storage.tables import FaqChoice, FaqEntry, RoomKind

NUMBERS: Final = ("1️⃣", "2️⃣", "3️⃣")
"""Buttons under an offer; the number as a message does the same."""

_ONE_WORD: Final = re.compile(
    r"(?:ja )?(?:bitte )?(?:frage )?(?:an )?(?:die |zur )?ag ?(\d)(?: bitte| danke)?|frage(?: bitte)?"
)
_NUMBER: Final = re.compile(
    r"(?:ja )?(?:bitte )?(?:ich meine )?(?:(?:die|das|der|nr|nummer|nur|frage|option|antwort) )*"
    r"(?:(\d{1,3})|(eins|erste[ns]?|zwei|zweite[ns]?|drei|dritte[ns]?))(?: bitte| danke| frage)*"
)
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_PLACES: Final = {"e": 1, "z": 2, "d": 3}  # by the first letter of "eins", "zweite", "drei"

Taking = Callable[[Call, AsyncSession], Awaitable[Reply]]
"""What takes a text as a question: the handler of `!frage`, given "AG3 Wer zahlt das?"."""


async def offered(call: Call, session: AsyncSession, text: str, entries: Sequence[FaqEntry]) -> Reply:
    """Offer these entries for a text, and keep in mind what was offered to whom."""
    choice_id = await _remember(call, session, text, entries)
    return Reply(
        text=texts.suggestions([entry.question for entry in entries], call.settings, here=_here(call)),
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
            here=_here(call),
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


def _here(call: Call) -> texts.Here:
    return texts.Here(room_group=call.room_group, direct=call.room_kind is RoomKind.DIRECT)


@dataclass(frozen=True)
class Picked:
    """An entry that was chosen, and the text it was offered for, in the message `event_id` of `asker`."""

    slug: str
    text: str
    event_id: str | None
    asker: str


async def by_number(call: Call, session: AsyncSession, text: str) -> Picked | None:
    """What this person means by a number ("2", "die zweite bitte"), of what they were offered here within the hour."""
    found = _NUMBER.fullmatch(_said(text))
    made = await _latest(call, session) if found else None
    if found is None or made is None:
        return None
    return await picked(call, session, made, (int(found[1]) if found[1] else _PLACES[found[2][0]]) - 1)


async def picked(call: Call, session: AsyncSession, made: FaqChoice, index: int) -> Picked | None:
    """What stands at this place of a choice, which is settled if its own person chose; None where nothing does."""
    if not 0 <= index < len(made.slugs):
        return None
    if call.sender == made.sender:
        await faq_learning.chosen(session, made)
    return Picked(made.slugs[index], made.text, made.event_id, made.sender)


async def end(call: Call, session: AsyncSession) -> None:
    """This person has asked something else: a number or one word no longer means what they were offered before."""
    made = await _latest(call, session)
    if made is not None and (made.text or made.slugs):
        await faq_learning.offer(
            session,
            room_id=call.room_id,
            sender=call.sender,
            text="",
            slugs=(),
            event_id=call.event_id,
            gap=False,
            at=call.at,
        )


def _said(text: str) -> str:
    """The words and numbers of a short answer, without what surrounds them: "**AG3** 👍" is "ag 3"."""
    return " ".join(_WORD.findall(fold(clean(text))))


async def taken(call: Call, session: AsyncSession, text: str, take: Taking) -> Reply | None:
    """Pass on as a question what this person asked last, if they answer with one word ("AG3"); else None."""
    found = _ONE_WORD.fullmatch(_said(text))
    if found is None or (found[1] is None and call.room_group is None):
        return None
    made = await _latest(call, session)
    if made is None or not made.text:
        return None
    group = found[1] or call.room_group
    await faq_learning.chosen(session, made)
    asked, made.text, made.slugs = made.text, "", []
    return await take(replace(call, text=f"AG{group} {asked}", event_id=await _holder(made, call, session)), session)


async def _holder(made: FaqChoice, call: Call, session: AsyncSession) -> str:
    """The message that holds the question: the one that asked, if it is this person's own, else the one that passes on.

    Who deletes it withdraws the question.
    """
    if made.event_id is None or await questions.asked_in(session, made.event_id) is not None:
        return call.event_id
    anothers = await faq_learning.is_anothers(session, made.event_id, call.sender)
    return call.event_id if anothers else made.event_id


async def deleted(call: Call, _cause: str, session: AsyncSession) -> Reply | None:
    """Forget a message that was deleted, and take back what was said to it where that repeats it."""
    made = await faq_learning.forget_message(session, call.event_id)
    return Reply(text=Markdown(""), retracts=f"faqchoice:{made[0]}") if made else None


async def edited(call: Call, _cause: str, session: AsyncSession) -> Reply | None:
    """An edited message is asked anew; what it said before is forgotten."""
    await faq_learning.reworded(session, call.event_id)
    return None


FOLLOWER: Final = Follower(edited=edited, deleted=deleted)


def only_a_number(settings: Settings) -> Reply:
    """A number alone, and nothing to choose from."""
    return Reply(text=texts.only_a_number(settings.prefix))


async def _latest(call: Call, session: AsyncSession) -> FaqChoice | None:
    return await faq_learning.latest_choice(session, room_id=call.room_id, sender=call.sender, since=call.at - RECENTLY)
