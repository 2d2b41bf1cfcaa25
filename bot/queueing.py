"""Rows -> the outbox: to the rooms that count now, and retractions become redactions of what was said before."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot import upgrades
from bot.outgoing import RETRACT, WORDS
from storage import outbox
from storage.outbox import Outgoing


async def queue(session: AsyncSession, rows: Sequence[Outgoing], *, replaced: Mapping[str, str]) -> list[Outgoing]:
    """Queue rows in their order and return what is new, with its IDs; `replaced` is as in `rooms.replacements`."""
    rows = upgrades.redirected(rows, replaced) if replaced else rows
    retractions = [index for index, row in enumerate(rows) if row.type == RETRACT]
    queued, start = [], 0
    for index in retractions:
        queued += await outbox.add(session, rows[start:index])
        queued += await outbox.add(session, await _redactions(session, rows[index]))
        start = index + 1
    return queued + await outbox.add(session, rows[start:])


async def _redactions(session: AsyncSession, row: Outgoing) -> list[Outgoing]:
    subject = str(row.content["subject"])
    return await outbox.retract(session, subject, types=WORDS, device_id=row.device_id, at=row.queued_at)
