"""What the FAQ knows at the moment, ready to be asked: worked out for each state of the FAQ, not for each question."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.faq.finding.entry import Entry
from commands.faq.finding.ranking import Ranking
from commands.faq.seeing import seen
from storage import faq

_STATES: Final = 2  # the one before is needed once more where a transaction is undone


@dataclass(frozen=True)
class Known:
    """The entries that are not retired, in their order, and the ranking of them."""

    entries: tuple[Entry, ...]
    ranking: Ranking

    @property
    def categories(self) -> Sequence[str]:
        """The topics, each once."""
        return list(dict.fromkeys(entry.category for entry in self.entries))


_kept: OrderedDict[tuple[int, ...], Known] = OrderedDict()
"""By `faq.standing`: random numbers, so no two databases and no two states are taken for each other."""


async def known(session: AsyncSession) -> Known:
    """What the FAQ knows as this session sees it."""
    standing = await faq.standing(session)
    if standing not in _kept:
        entries = tuple(seen(entry) for entry in await faq.everything(session))
        _kept[standing] = Known(entries, Ranking(entries, await faq.synonyms(session)))
        while len(_kept) > _STATES:
            _kept.popitem(last=False)
    _kept.move_to_end(standing)
    return _kept[standing]
