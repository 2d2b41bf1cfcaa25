"""Previews that wait for their confirmation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Draft, DraftState


async def add(
    session: AsyncSession,
    *,
    action: str,
    payload: dict[str, Any],
    author: str,
    room_id: str,
    source_event_id: str,
    thread_id: str | None,
    at: datetime,
    expires_at: datetime,
) -> Draft:
    """Store a preview; `source_event_id` is the message that asked for it. Both times are UTC."""
    draft = Draft(
        action=action,
        payload=payload,
        author=author,
        room_id=room_id,
        source_event_id=source_event_id,
        thread_id=thread_id,
        created_at=at,
        expires_at=expires_at,
        state=DraftState.OPEN,
    )
    session.add(draft)
    await session.flush()
    return draft


async def find(session: AsyncSession, draft_id: int) -> Draft | None:
    """The preview with this ID, or None."""
    return await session.get(Draft, draft_id)


async def waiting_in(session: AsyncSession, room_id: str, *, author: str) -> Draft | None:
    """The newest open preview of a room, that of `author` first; None if there is none."""
    found = await session.scalars(
        select(Draft)
        .where(Draft.room_id == room_id, Draft.state == DraftState.OPEN)
        .order_by(case((Draft.author == author, 0), else_=1), Draft.id.desc())
        .limit(1)
    )
    return found.one_or_none()


async def open_of(session: AsyncSession, room_id: str, *, author: str) -> Sequence[Draft]:
    """The open previews of one person in a room, newest first."""
    found = await session.scalars(
        select(Draft)
        .where(Draft.room_id == room_id, Draft.author == author, Draft.state == DraftState.OPEN)
        .order_by(Draft.id.desc())
    )
    return found.all()


async def made_of(session: AsyncSession, source_event_id: str) -> Draft | None:
    """The newest preview that a message asked for, or None."""
    found = await session.scalars(
        select(Draft).where(Draft.source_event_id == source_event_id).order_by(Draft.id.desc()).limit(1)
    )
    return found.one_or_none()


async def overdue(session: AsyncSession, now: datetime) -> Sequence[Draft]:
    """Open previews whose time is up at `now` (UTC), oldest first."""
    found = await session.scalars(
        select(Draft).where(Draft.state == DraftState.OPEN, Draft.expires_at <= now).order_by(Draft.id)
    )
    return found.all()


async def close(session: AsyncSession, draft: Draft, state: DraftState) -> None:
    """Note what became of an open preview, and drop what it would have done: people's words stand in it."""
    assert draft.state is DraftState.OPEN, "a preview is closed once"
    draft.state, draft.payload = state, {}
    await session.flush()
