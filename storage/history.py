"""The append-only record of every change of state: what, from, to, who in which role, when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import HistoryEntry, Role


async def add(
    session: AsyncSession,
    subject: str,
    what: str,
    *,
    at: datetime,
    actor: str,
    role: Role | None = None,
    before: str | None = None,
    after: str | None = None,
) -> HistoryEntry:
    """Append one line. `subject` is `question:17`; `before` and `after` are states, never people's text."""
    entry = HistoryEntry(at=at, actor=actor, role=role, subject=subject, what=what, before=before, after=after)
    session.add(entry)
    await session.flush()
    return entry


async def of(session: AsyncSession, subject: str) -> Sequence[HistoryEntry]:
    """The lines about a subject, oldest first."""
    found = await session.scalars(select(HistoryEntry).where(HistoryEntry.subject == subject).order_by(HistoryEntry.id))
    return found.all()
