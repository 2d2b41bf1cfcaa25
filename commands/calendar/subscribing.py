"""Abo: a person wants to be reminded of dates in their direct chat, at distances of their own."""

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.calendar.naming import take_kind_of_dates
from commands.command import Call, Reply, command
from commands.dates.wall_clock import Distance, Unit
from commands.errors import NotPossible, UsageError
from commands.event_text import kind_name
from commands.markup import clean
from commands.texts import calendar_subscribing as texts
from storage import subscriptions
from storage.subscriptions import EVERY_KIND
from storage.tables import RoomKind

MOST_DISTANCES: Final = 4
_FARTHEST: Final = {Unit.DAY: 60, Unit.HOUR: 48, Unit.MINUTE: 600}
_USUAL: Final = ("1d", "1h")
_OFF: Final = re.compile(r"(?:^|\s)(?:aus|beenden|abbestellen)$", re.IGNORECASE)
_WORDY: Final = re.compile(
    r"(?<!\S)(?P<count>\d{1,4}|einen?|eine)\s*(?P<unit>tage?n?|stunden?|minuten?|min|[dhm])(?!\w)[,;]?", re.IGNORECASE
)
_UNITS: Final = {"t": "d", "d": "d", "s": "h", "h": "h", "m": "m"}


@command("abo", "[plenum | sprechstunde | vortrag | AG3 | alle] [1d 1h | aus]", example="!abo plenum 1d 1h", once=True)
async def subscribe(call: Call, session: AsyncSession) -> Reply:
    """Erinnert Sie im Direktchat an Termine.

    Nennen Sie, woran und wie lange vorher: 1d ist ein Tag, 1h eine Stunde, 30m eine halbe Stunde. Ohne Angabe sehen Sie
    Ihre Abos; mit „aus“ beenden Sie sie. Das geht nur im Direktchat mit dem Bot.
    """
    if call.room_kind is not RoomKind.DIRECT:
        raise NotPossible(texts.only_in_private(prefix=call.settings.prefix))
    text = clean(call.text)
    if not text:
        return Reply(text=texts.listed(await _mine(call, session), prefix=call.settings.prefix))
    off = _OFF.search(text)
    if off is not None:
        return await _end(call, session, text[: off.start()])
    distances, rest = _take_distances(text)
    kind = await take_kind_of_dates(session, rest) if rest else EVERY_KIND
    await subscriptions.put(
        session, call.sender, kind, room_id=call.room_id, distances=[each.label for each in distances], at=call.at
    )
    return Reply(text=texts.subscribed(_name(kind), _words(distances), prefix=call.settings.prefix))


async def _end(call: Call, session: AsyncSession, what: str) -> Reply:
    kind = await take_kind_of_dates(session, what) if what.strip() else None
    if not await subscriptions.end(session, call.sender, kind):
        raise NotPossible(texts.nothing_to_end(prefix=call.settings.prefix))
    return Reply(text=texts.ended(None if kind is None else _name(kind)))


async def _mine(call: Call, session: AsyncSession) -> list[tuple[str, str]]:
    return [
        (_name(each.kind), _words([Distance.parse(text) for text in each.distances]))
        for each in await subscriptions.of(session, call.sender)
    ]


def _take_distances(text: str) -> tuple[Sequence[Distance], str]:
    """The distances in a line, the farthest first, and what remains; raises UsageError for what cannot be."""
    found = []
    for each in _WORDY.finditer(text):
        count = int(each["count"]) if each["count"].isdigit() else 1
        distance = Distance(count, Unit(_UNITS[each["unit"][0].lower()]))
        if not 1 <= count <= _FARTHEST[distance.unit]:
            raise UsageError(texts.too_far(each[0].strip(" ,;")))
        found.append(distance)
    if len(found) > MOST_DISTANCES:
        raise UsageError(texts.too_many(MOST_DISTANCES))
    rest = " ".join(re.sub(r"\b(?:und|vorher|vor)\b", " ", _WORDY.sub(" ", text)).split())
    distances = {each.label: each for each in found or [Distance.parse(text) for text in _USUAL]}
    order = {Unit.DAY: 1440, Unit.HOUR: 60, Unit.MINUTE: 1}
    return sorted(distances.values(), key=lambda each: -each.count * order[each.unit]), rest


def _name(kind: str) -> str:
    return "alle Termine" if kind == EVERY_KIND else kind_name(kind)


def _words(distances: Sequence[Distance]) -> str:
    return " und ".join(texts.before(each.count, each.unit) for each in distances)


COMMANDS = (subscribe,)
