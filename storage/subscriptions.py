"""Reminders that single people want in their direct chats."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Subscription

EVERY_KIND = ""
"""Stands for dates of all kinds."""


async def put(
    session: AsyncSession, user_id: str, kind: str, *, room_id: str, distances: Sequence[str], at: datetime
) -> None:
    """Subscribe a person to dates of a kind, or change that; `distances` as in the configuration, `at` is now (UTC)."""
    new = {"room_id": room_id, "distances": list(distances), "since": at}
    statement = upsert(Subscription).values(user_id=user_id, kind=kind, **new)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[Subscription.user_id, Subscription.kind], set_=new)
    )


async def end(session: AsyncSession, user_id: str, kind: str | None = None) -> int:
    """End a person's subscription to a kind, or all of them; how many there were."""
    statement = delete(Subscription).where(Subscription.user_id == user_id)
    if kind is not None:
        statement = statement.where(Subscription.kind == kind)
    ended = await session.scalars(statement.returning(Subscription.kind))
    return len(ended.all())


async def of(session: AsyncSession, user_id: str) -> Sequence[Subscription]:
    """The subscriptions of one person."""
    found = await session.scalars(
        select(Subscription)
        .where(Subscription.user_id == user_id)
        .order_by(Subscription.kind)
        .execution_options(populate_existing=True)
    )
    return found.all()


async def every(session: AsyncSession) -> Sequence[Subscription]:
    """All subscriptions, in an order that stays."""
    found = await session.scalars(select(Subscription).order_by(Subscription.user_id, Subscription.kind))
    return found.all()
