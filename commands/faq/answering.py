"""Häufige Fragen: what the curated entries say, and an honest "das weiß ich nicht" where they say nothing."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Final
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reaction, Reply, command
from commands.faq import choosing
from commands.faq.choosing import Picked, Taking
from commands.faq.deciding import decide, is_only_a_number, topic_of
from commands.faq.finding.entry import Entry
from commands.faq.finding.ranking import MAX_CHARACTERS
from commands.faq.knowing import Known, known
from commands.faq.learning import HELPED, NOT_HELPED, RECENTLY, may_be_kept
from commands.faq.small_talk import SmallTalk, small_talk
from commands.faq.telling import told
from commands.markup import clean
from commands.texts import faq as texts
from commands.texts import faq_choosing as choosing_texts
from storage import faq, faq_learning
from storage.tables import FaqEntry, RoomKind

_COUNTDOWN: Final = re.compile(r" \((?:in|heute|morgen|übermorgen|läuft|seit|vor)\b[^()]*\)")  # changes by the minute


@command("faq", "[Frage]", example="!faq Wer zahlt nach der Anschubfinanzierung?")
async def look_up(call: Call, session: AsyncSession) -> Reply:
    """Beantwortet häufige Fragen zum Projekt und zum OZG.

    Ohne Frage sehen Sie die Themen, mit einem Thema die Fragen dazu. Jede Antwort nennt ihre Quelle und ihren Stand.
    Steht Ihre Frage nicht dabei, stellen Sie sie einer Arbeitsgruppe.
    """
    here = await known(session)
    topic = topic_of(call.text, here.entries)
    if topic:
        return _questions(topic, call)
    if call.text:
        return await _reply(call, session, here, None)
    listed = [
        (its[0].category, len(its), its[0].question)
        for its in (topic_of(category, here.entries) for category in here.categories)
    ]
    return Reply(text=texts.topics(listed, call.settings.prefix))


async def answer_freely(call: Call, session: AsyncSession, *, take: Taking) -> Reply:
    """Answer what somebody said to the bot that is no command: a question, a greeting, or nothing at all.

    `take` takes as a question to a working group what the FAQ does not answer, if the person wants that.
    """
    return await _reply(call, session, await known(session), take)


async def _reply(call: Call, session: AsyncSession, here: Known, take: Taking | None) -> Reply:
    """A polite word, a request to be brief, or what the entries say."""
    text, prefix = clean(call.text).strip(), call.settings.prefix
    if len(text) > MAX_CHARACTERS:
        return Reply(text=texts.too_long(len(text), MAX_CHARACTERS))
    said = small_talk(text)
    if said is SmallTalk.NOTHING:
        return Reply(text=texts.what_i_can(prefix))
    if said is not None:
        return Reply(text=texts.politely(said, prefix))
    if take and (reply := await choosing.taken(call, session, text, take)):
        return reply
    picked = await choosing.by_number(call, session, text)
    if picked or is_only_a_number(text):
        reply = await _tell_picked(picked, call, session) if picked else None
        return reply or choosing.only_a_number(call.settings)
    return await _answer(text, call, session, here)


async def _answer(text: str, call: Call, session: AsyncSession, here: Known) -> Reply:
    decision = decide(text, here.ranking)
    if decision.answer is not None:
        [entry] = await faq.named(session, [decision.answer])
        await choosing.end(call, session)
        return await _tell(entry, call, session, Picked(entry.slug, text, call.event_id, call.sender))
    options = await faq.named(session, decision.options)
    if not decision.is_far:
        return await choosing.offered(call, session, text, options)
    if topic := topic_of(text, here.entries):
        return _questions(topic, call)
    return await choosing.unknown(call, session, text, nearest=options, topics=here.categories)


def _questions(topic: Sequence[Entry], call: Call) -> Reply:
    """The questions of a topic."""
    return Reply(text=texts.topic(topic[0].category, [each.question for each in topic], call.settings.prefix))


async def _chosen(index: int, call: Call, session: AsyncSession) -> Reply | None:
    """A tap on a number under an offer."""
    made = await faq_learning.choice(session, int(call.text))
    picked = None if made is None else await choosing.picked(call, session, made, index)
    return None if picked is None else await _tell_picked(picked, call, session)


async def _tell_picked(picked: Picked, call: Call, session: AsyncSession) -> Reply | None:
    """Give what was chosen as the answer to what had been asked; None where it was retired meanwhile."""
    found = await faq.named(session, [picked.slug])
    return await _tell(found[0], call, session, picked) if found else None


async def _tell(entry: FaqEntry, call: Call, session: AsyncSession, asked: Picked) -> Reply:
    """Give an entry as the answer to what was asked; where the very same stands in the room already, say where."""
    text = await told(entry, call, session)
    said = _COUNTDOWN.sub("", text)
    if call.room_kind is not RoomKind.DIRECT:
        since = call.at - RECENTLY
        before = await faq_learning.where_it_stands(session, call.room_id, entry.slug, said=said, since=since)
        if before is not None:
            event_id, at = before
            link = f"https://matrix.to/#/{quote(call.room_id)}/{quote(event_id)}"
            minutes = int((call.at - at).total_seconds() // 60)
            return Reply(text=choosing_texts.already(entry.question, link, minutes))
    noted = await faq_learning.tell(
        session,
        entry.slug,
        room_id=call.room_id,
        event_id=asked.event_id or call.event_id,
        asker=asked.asker,
        text=asked.text if asked.text and may_be_kept(asked.text) else None,
        said=said,
        at=call.at,
    )
    return Reply(text=text, subject=f"faq:{noted.id}", reactions=(HELPED, NOT_HELPED))


COMMANDS = (look_up,)
REACTIONS = tuple(
    Reaction(emoji=emoji, subject="faqchoice", handler=partial(_chosen, index))
    for index, emoji in enumerate(choosing.NUMBERS)
)
