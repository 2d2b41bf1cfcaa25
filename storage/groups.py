"""The working groups."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Group


async def everyone(session: AsyncSession) -> Sequence[Group]:
    """All groups, by number."""
    return (await session.scalars(select(Group).order_by(Group.number))).all()


async def find(session: AsyncSession, number: int) -> Group | None:
    """The group with this number, or None."""
    return await session.get(Group, number)


async def set_reviews(session: AsyncSession, group: Group, *, reviews: bool) -> None:
    """Make new questions to a group wait for their release, or not."""
    group.reviews = reviews
    await session.flush()
