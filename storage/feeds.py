"""Since when a calendar feed has been as it is: Last-Modified that survives a restart."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Feed

_SECOND = timedelta(seconds=1)
"""The smallest step that an HTTP date can show (RFC 9110, section 5.6.7)."""


async def changed_at(session: AsyncSession, name: str, *, etag: str, at: datetime) -> datetime:
    """When the feed took the form that this ETag names; an ETag other than the last one is noted as new at `at`.

    Whole seconds, UTC. A new form is at least one second later than the one before, also where the clock was put back.
    """
    second = at.astimezone(UTC).replace(microsecond=0)
    feed = await session.get(Feed, name)
    if feed is None:
        feed = Feed(name=name, etag=etag, changed_at=second)
        session.add(feed)
    elif feed.etag != etag:
        feed.etag, feed.changed_at = etag, max(second, feed.changed_at + _SECOND)
    await session.flush()
    return feed.changed_at
