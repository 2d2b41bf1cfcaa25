"""The bot's own device, as the homeserver showed it last."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import OwnDevice


async def get(session: AsyncSession) -> OwnDevice | None:
    """The device, or None while encryption is off."""
    return await session.scalar(select(OwnDevice))


async def note(
    session: AsyncSession,
    *,
    device_id: str,
    fingerprint: str,
    signed: bool,
    problem: str,
    one_time_keys: int | None,
    at: datetime,
) -> None:
    """Note what the homeserver shows; `problem` is "" where other people's clients trust the device."""
    await forget(session)
    session.add(
        OwnDevice(
            id=1,
            device_id=device_id,
            fingerprint=fingerprint,
            signed=signed,
            problem=problem,
            one_time_keys=one_time_keys,
            checked_at=at,
        )
    )
    await session.flush()


async def forget(session: AsyncSession) -> None:
    """Encryption is off."""
    await session.execute(delete(OwnDevice))
