"""Listen von Fragen: of a group, of all groups, one's own; a page at a time."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.dates.days import fold
from commands.dates.wall_clock import wall
from commands.errors import NotFound, UsageError
from commands.group_names import take_group, take_ref
from commands.markup import clean
from commands.questions.ranking import ranked
from commands.questions.showing import may_read
from commands.questions.words import named_group
from commands.texts import question_errors as errors
from commands.texts import question_lists as texts
from commands.texts.question_lists import ALL, ANSWERED, OPEN, Page, Review
from storage import agenda, groups, list_positions, question_lists, questions, rooms, votes
from storage.tables import LIVE, Group, Question, QuestionState, Role, RoomKind

MOST_ON_A_PAGE: Final = 8
MOST_IN_OVERVIEW: Final = 5

_PUBLIC = (RoomKind.PLENARY, RoomKind.GROUP)
_DONE = (QuestionState.ANSWERED, QuestionState.CONFIRMED)
_STATES: Final = {OPEN: LIVE, ANSWERED: _DONE, ALL: (*LIVE, *_DONE, QuestionState.CLOSED)}
_WORDS: Final = {
    "offen": OPEN,
    "offene": OPEN,
    "beantwortet": ANSWERED,
    "beantwortete": ANSWERED,
    "alle": ALL,
}


@command("fragen", "[AG] [offen, beantwortet, alle]", example="!fragen AG3")
async def list_them(call: Call, session: AsyncSession) -> Reply:
    """Zeigt die Fragen an eine AG oder an alle.

    Ohne weiteres Wort sehen Sie die offenen Fragen, die mit den meisten Stimmen zuerst. Im Raum einer AG sind es die
    Fragen an diese AG. Eine lange Liste geht mit !mehr weiter.
    """
    number, which = _group_and_state(call)
    if number is None:
        return await _every(call, session, which)
    group = await named_group(call, session, number, remedy=errors.LIST)
    return await _of_group(call, session, group, which)


@command("meine", example="!meine")
async def list_mine(call: Call, session: AsyncSession) -> Reply:
    """Zeigt Ihre Fragen und was aus ihnen wird.

    Was auf Sie wartet, steht vorn. In Räumen, in denen andere mitlesen, fehlt, was Sie im direkten Chat gefragt haben.
    """
    return await _mine(call, session)


@command("mehr", example="!mehr", once=True)
async def go_on(call: Call, session: AsyncSession) -> Reply:
    """Zeigt, wie eine Liste weitergeht.

    Es geht dort weiter, wo Ihre letzte Liste in diesem Raum aufgehört hat; nach einem Tag beginnen Sie bitte neu.
    """
    where = await list_positions.get(session, call.sender, call.room_id, at=call.at) or {}
    seen: list[int] = where.get("seen", [])
    match where.get("list"):
        case "group":
            group = await named_group(call, session, where["group"], remedy=errors.LIST)
            return await _of_group(call, session, group, where["which"], seen)
        case "every":
            return await _every(call, session, where["which"], seen)
        case "mine":
            return await _mine(call, session, seen)
        case _:
            raise NotFound(texts.nothing_more(prefix=call.settings.prefix))


async def _of_group(
    call: Call, session: AsyncSession, group: Group, which: str, seen: Sequence[int] | None = None
) -> Reply:
    found, total = await question_lists.page(
        session, _STATES[which], group=group.number, seen=seen or (), most=MOST_ON_A_PAGE
    )
    page = await _page(
        call, session, found, total=total, seen=seen, reads={"list": "group", "group": group.number, "which": which}
    )
    begins, answered = page.begins, 0
    if begins and which == OPEN:
        answered = (await questions.counts(session, _DONE)).get(group.number, 0)
    return Reply(
        text=texts.of_group(
            page,
            group,
            which=which,
            answered=answered,
            review=await _review(call, session, group) if begins else None,
            today=wall(call.at).date(),
            prefix=call.settings.prefix,
        )
    )


async def _review(call: Call, session: AsyncSession, group: Group) -> Review | None:
    """What waits for the reader to release it; what it says only where nobody else reads along."""
    if not call.roles.may(Role.LEAD, group=group.number):
        return None
    found, count = await question_lists.page(
        session, (QuestionState.IN_REVIEW,), group=group.number, most=MOST_ON_A_PAGE
    )
    readable = [each for each in found if may_read(call, each)] if call.room_kind is RoomKind.DIRECT else []
    return Review(count=count, questions=readable) if count else None


async def _every(call: Call, session: AsyncSession, which: str, seen: Sequence[int] | None = None) -> Reply:
    begins, states = seen is None, _STATES[which]
    most = MOST_IN_OVERVIEW if begins else MOST_ON_A_PAGE
    if which == OPEN:
        leaders, total = await question_lists.leaders(session, states, seen=seen or (), most=most)
        found: Sequence[Question] = ranked(leaders, await votes.taking_part(session))[:most]
    else:
        found, total = await question_lists.page(session, states, seen=seen or (), most=most)
    page = await _page(call, session, found, total=total, seen=seen, reads={"list": "every", "which": which})
    today, prefix = wall(call.at).date(), call.settings.prefix
    if not begins:
        return Reply(text=texts.more_of_all(page, which=which, today=today, prefix=prefix))
    counts = await questions.counts(session, states)
    every = [(group, counts.get(group.number, 0)) for group in await groups.everyone(session)]
    return Reply(text=texts.overview(page, every, which=which, today=today, prefix=prefix))


async def _mine(call: Call, session: AsyncSession, seen: Sequence[int] | None = None) -> Reply:
    in_private = call.room_kind is RoomKind.DIRECT
    visible = None if in_private else await _rooms_all_may_read(call, session)
    found, total = await question_lists.own(session, call.sender, rooms=visible, seen=seen or (), most=MOST_ON_A_PAGE)
    page = await _page(call, session, found, total=total, seen=seen, reads={"list": "mine"})
    supported = await question_lists.supported_by(session, call.sender, rooms=visible) if page.begins else ()
    text = texts.mine(page, supported, in_private=in_private, today=wall(call.at).date(), prefix=call.settings.prefix)
    return Reply(text=text)


async def _rooms_all_may_read(call: Call, session: AsyncSession) -> Collection[str]:
    """The rooms whose questions may be told here: this one, and those in which all read along."""
    known = await rooms.known(session)
    return {call.room_id, *(room_id for room_id, room in known.items() if room.kind in _PUBLIC)}


async def _page(
    call: Call,
    session: AsyncSession,
    found: Sequence[Question],
    *,
    total: int,
    seen: Sequence[int] | None,
    reads: dict[str, Any],
) -> Page:
    """A piece of a list; the reader's position is behind it. `reads` names it. Raises NotFound at its end."""
    if seen is not None and not found:
        raise NotFound(texts.nothing_more(prefix=call.settings.prefix))
    ids = [each.id for each in found]
    position = {**reads, "seen": [*(seen or ()), *ids]}
    await list_positions.put(session, call.sender, call.room_id, position, at=call.at)
    never = await question_lists.never_released(session, found)
    unreadable = {each.id for each in found if each.id in never or not may_read(call, each)}
    unreadable -= {each.id for each in found if (each.asked_by, each.room_id) == (call.sender, call.room_id)}
    return Page(
        questions=found,
        left=total - len(found),
        begins=seen is None,
        unreadable=frozenset(unreadable),
        oral=frozenset(await agenda.only_oral(session, ids)),
    )


def _group_and_state(call: Call) -> tuple[int | None, str]:
    """The group, or None for all, and "offen", "beantwortet" or "alle", in either order."""
    text = clean(call.text)
    ref = take_ref(text)
    if ref is not None:
        raise UsageError(errors.one_is_shown_so(f"AG{ref[0]}-{ref[1]:03d}", prefix=call.settings.prefix))
    words = text.split()
    states = [word for word in words if fold(word) in _WORDS]
    number, rest = take_group(" ".join(word for word in words if word not in states), call.room_group)
    if rest or len(states) > 1:
        raise UsageError(errors.MORE_THAN_A_STATE)
    return number, _WORDS[fold(states[0])] if states else OPEN


COMMANDS = (list_them, list_mine, go_on)
