"""Zusammenführen und trennen: two questions that ask the same get one answer, and can be taken apart again.

A merged question keeps all it had, its votes too; only where it goes on is new. So splitting restores both exactly.
"""

import re
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Message, Reply, command
from commands.dates.wall_clock import wall
from commands.errors import NotAllowed, NotPossible, UsageError
from commands.group_names import take_ref
from commands.markup import Markdown
from commands.questions import life
from commands.questions.showing import answered_as
from commands.questions.telling import Place, everybody_at, group_room, to_room
from commands.questions.words import named_question, question_numbered, subject
from commands.texts import question_errors as errors
from commands.texts import question_merging as texts
from commands.texts.question_words import Actor, Step
from storage import answers, questions, votes
from storage.tables import LIVE, Answer, Outcome, Question, QuestionState, Role

_DONE = (QuestionState.ANSWERED, QuestionState.CONFIRMED)
_GROUP = frozenset({Actor.LEAD, Actor.COORDINATION})
_LINK = re.compile(r"^(?:mit|und|in|zu|\+|,)\s+", re.IGNORECASE)


@command(
    "zusammenführen",
    "<Nummer> <Nummer>",
    example="!zusammenführen AG3-002 AG3-001",
    role=Role.LEAD,
    once=True,
    own_check=True,
)
async def merge(call: Call, session: AsyncSession) -> Reply:
    """Führt zwei Fragen zusammen, die dasselbe wissen wollen.

    Weiter geht es mit der zweiten; die Stimmen der ersten zählen dort mit, jede Person einmal. Wer gefragt oder
    gestimmt hat, erfährt es und kann widersprechen. Das dürfen die Leitung beider AGs und die Koordination, und mit
    der eigenen Frage, wer sie gestellt hat.
    """
    question, rest = await named_question(call, session)
    ref = take_ref(_LINK.sub("", rest))
    if ref is None:
        raise UsageError(texts.which_other(question, prefix=call.settings.prefix))
    if ref[2]:
        raise UsageError(texts.only_two())
    return await _merge(call, session, question, await question_numbered(call, session, ref[0], ref[1]))


@command("trennen", "<Nummer>", example="!trennen AG3-002", role=Role.LEAD, once=True, own_check=True)
async def split(call: Call, session: AsyncSession) -> Reply:
    """Trennt eine Frage wieder von der, mit der sie zusammengeführt wurde.

    Beide stehen danach da wie zuvor, mit ihren Stimmen. Das dürfen die Leitung der AG, die Koordination und wer die
    Frage gestellt hat.
    """
    question, rest = await named_question(call, session)
    if rest:
        raise UsageError(errors.only_the_number())
    if question.merged_into_id is None:
        raise NotPossible(texts.not_merged(question, prefix=call.settings.prefix))
    life.require(call, question, Step.SPLIT)
    if question.text is None:
        raise NotPossible(texts.without_text(question, prefix=call.settings.prefix))
    return await _split(call, session, question)


async def same_as(call: Call, session: AsyncSession, question: Question, index: int) -> Reply | None:
    """Whoever asked says by a reaction that theirs is the same as one that was shown with the receipt.

    `index` counts from 0. None for anybody else, and where no such question was shown. Raises what the command raises.
    """
    if not life.is_asker(call, question) or index >= len(question.similar_ids):
        return None
    other = await questions.get(session, question.similar_ids[index])
    if other is None:
        return None
    reply = await _merge(call, session, question, other)
    return replace(reply, thread_id=question.thread_id if call.room_id == question.room_id else None)


async def _merge(call: Call, session: AsyncSession, question: Question, other: Question) -> Reply:
    root = await questions.root_of(session, other)
    await _require_mergeable(call, session, question, other, root)
    prefix, before, own = call.settings.prefix, question.state, life.is_asker(call, question)
    places = _but_sender(call, question, await everybody_at(session, question))
    await life.take(call, session, question, Step.MERGE, outcome=Outcome.MERGED, by_asker=own)
    await questions.change(session, question, merged_into_id=root.id, state_before_merge=before)
    await votes.recount(session, root)

    answer = await answers.valid(session, root) if root.state in _DONE else None
    who = await answered_as(session, root)
    told = await _told_of(session, answer)
    if own:
        await _note_told(session, answer, f"reply:{call.cause}", call.room_id, {call.sender} - told)
    messages = []
    for number, place in enumerate(places):
        key = f"merged:{call.cause}:{number}"
        new = set(place.people) - told
        text = texts.told_merged(
            question,
            root,
            asker=place.asker,
            others=_others(place),
            answer=answer if new else None,
            answered_as=who,
            prefix=prefix,
        )
        await _note_told(session, answer, key, place.room_id, new)
        messages.append(place.message(root, key, text))
    for_group = texts.merged_for_group(question, root, prefix=prefix)
    messages += await _for_group(
        call, session, question, key=f"merged:{call.cause}:group", text=for_group, places=places
    )
    return Reply(
        text=texts.merged(
            question,
            root,
            named=other,
            own=own,
            told=bool(places),
            answer=answer,
            answered_as=who,
            prefix=prefix,
        ),
        subject=subject(root),
        messages=tuple(messages),
    )


async def _require_mergeable(
    call: Call, session: AsyncSession, question: Question, other: Question, root: Question
) -> None:
    """Raise NotAllowed or NotPossible unless the sender may merge these two now; `other` leads to `root`."""
    prefix = call.settings.prefix
    if question.merged_into_id is not None:
        goes_to = await questions.root_of(session, question)
        raise NotPossible(texts.merged_already(question, goes_to, prefix=prefix))
    life.require(call, question, Step.MERGE)
    if other is question:
        raise NotPossible(texts.with_itself(question))
    if root is question:
        raise NotPossible(texts.merged_the_other_way(question, other, prefix=prefix))
    if not life.is_asker(call, question) and not life.actors(call, root) & _GROUP:
        raise NotAllowed(errors.not_yours_to_do(root, _GROUP, prefix=prefix))
    if root.state not in (*LIVE, *_DONE):
        raise NotPossible(texts.no_target(question, root, prefix=prefix))


async def _split(call: Call, session: AsyncSession, question: Question) -> Reply:
    prefix, own = call.settings.prefix, life.is_asker(call, question)
    parent = await questions.parent_of(session, question)
    root = await questions.root_of(session, question)
    places = _but_sender(call, question, await everybody_at(session, question))
    await life.take(call, session, question, Step.SPLIT, to=question.state_before_merge, by_asker=own)
    await questions.change(session, question, merged_into_id=None, state_before_merge=None)
    await votes.recount(session, question)
    await votes.recount(session, parent)

    answered, late = root.state in _DONE, question.due_on < wall(call.at).date()
    messages = [
        place.message(
            question,
            f"split:{call.cause}:{number}",
            texts.told_split(
                question,
                root,
                asker=place.asker,
                others=_others(place),
                late=late,
                answered=answered,
                prefix=prefix,
            ),
        )
        for number, place in enumerate(places)
    ]
    for_group = texts.split_for_group(question, root, late=late, prefix=prefix)
    messages += await _for_group(
        call, session, question, key=f"split:{call.cause}:group", text=for_group, places=places
    )
    return Reply(
        text=texts.split_again(question, root, late=late, answered=answered, told=bool(places), prefix=prefix),
        subject=subject(question),
        messages=tuple(messages),
    )


def _but_sender(call: Call, question: Question, places: list[Place]) -> list[Place]:
    """The places without whoever does it; they read the reply.

    Of a confidential question only where they do it: who is left out elsewhere might be who asked.
    """
    kept = []
    for place in places:
        if question.confidential and place.room_id != call.room_id:
            kept.append(place)
            continue
        people = tuple(each for each in place.people if each != call.sender)
        if people:
            kept.append(replace(place, people=people, asker=place.asker and question.asked_by in people))
    return kept


def _others(place: Place) -> bool:
    """Whether people are told there who voted, maybe beside whoever asked."""
    return len(place.people) > int(place.asker)


async def _told_of(session: AsyncSession, answer: Answer | None) -> set[str]:
    """Everybody who was told an answer."""
    if answer is None:
        return set()
    return {person for each in await answers.told(session, answer) for person in each.people}


async def _note_told(session: AsyncSession, answer: Answer | None, key: str, room_id: str, people: set[str]) -> None:
    """Note who learns an answer by being merged into its question, so that they also get its correction."""
    if answer is not None and people:
        await answers.note_told(session, answer, room_id=room_id, key=key, people=sorted(people), to_asker=False)


async def _for_group(
    call: Call, session: AsyncSession, question: Question, *, key: str, text: Markdown, places: list[Place]
) -> list[Message]:
    """A note in the room of the question's group, unless it reads of it there anyway; its owner is mentioned."""
    room_id = await group_room(session, question.group_number)
    if room_id is None or room_id in {call.room_id, *(each.room_id for each in places)}:
        return []
    owner = [question.owner] if question.owner and question.owner != call.sender else []
    return [to_room(question, room_id, key, text, mentions=owner)]


COMMANDS = (merge, split)
