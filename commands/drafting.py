"""Preview first, do it once confirmed: what a feature needs to offer that (`commands.confirming` does the rest)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply
from commands.dates.wall_clock import wall
from commands.markup import Markdown
from commands.texts import confirming as texts
from storage import drafts
from storage.tables import Role

YES, NO = "✅", "❌"


@dataclass(frozen=True, kw_only=True)
class Action:
    """What a confirmed preview does, and who may confirm it. `name` is that of the command it came from.

    `apply` gets the call of whoever confirms and the payload of the preview, which may be minutes old: it looks
    again whether everything still holds, and raises NotPossible where not.
    """

    name: str
    role: Role
    apply: Callable[[Call, Mapping[str, Any], AsyncSession], Awaitable[Reply]]


async def preview(call: Call, session: AsyncSession, *, action: str, payload: dict[str, Any], text: Markdown) -> Reply:
    """Store what would be done (`payload`, JSON) and show `text`, with buttons and until when to confirm."""
    expires = call.at + timedelta(minutes=call.settings.confirm_within_minutes)
    draft = await drafts.add(
        session,
        action=action,
        payload=payload,
        author=call.sender,
        room_id=call.room_id,
        source_event_id=call.event_id,
        thread_id=call.thread_id,
        at=call.at,
        expires_at=expires,
    )
    return Reply(
        text=texts.with_how_to_confirm(text, expires=wall(expires), today=wall(call.at), prefix=call.settings.prefix),
        subject=f"draft:{draft.id}",
        reactions=(YES, NO),
    )
