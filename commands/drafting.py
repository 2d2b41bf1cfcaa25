"""Preview first, do it once confirmed: what a feature needs to offer that (`commands.confirming` does the rest)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Handler, Reply
from commands.dates.wall_clock import wall
from commands.errors import CommandError
from commands.markup import Markdown, join
from commands.texts import confirming as texts
from storage import drafts, history
from storage.tables import Draft, DraftState, Role

YES, NO = "✅", "❌"
CONFIRMED, DISCARDED, REPLACED = "Vorschau bestätigt", "Vorschau verworfen", "Vorschau ersetzt"
"""What the history says became of a preview."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """What a confirmed preview does, and who may confirm it. `name` is that of the command it came from.

    `apply` gets the call of whoever confirms and the payload of the preview, which may be minutes old: it looks
    again whether everything still holds, and raises NotPossible where not. `allow`, where the role alone does not say
    who may confirm or discard, raises NotAllowed for others.
    """

    name: str
    role: Role
    apply: Callable[[Call, Mapping[str, Any], AsyncSession], Awaitable[Reply]]
    allow: Callable[[Call, Mapping[str, Any], AsyncSession], Awaitable[None]] | None = None


async def preview(
    call: Call, session: AsyncSession, *, action: str, payload: dict[str, Any], text: Markdown, what: str
) -> Reply:
    """Store what would be done (`payload`, JSON) and show `text`, with buttons and until when to confirm.

    `what` names it in one line. A person has one open preview per room: a new one replaces the older.
    """
    expires = call.at + timedelta(minutes=call.settings.confirm_within_minutes)
    older = await drafts.open_of(session, call.room_id, author=call.sender)
    replaced = waiting(call, older[0]) if older else None
    for each in older:
        await close(each, DraftState.DISCARDED, REPLACED, call, session)
    draft = await drafts.add(
        session,
        action=action,
        payload=payload | {"what": what},
        author=call.sender,
        room_id=call.room_id,
        source_event_id=call.event_id,
        thread_id=call.thread_id,
        at=call.at,
        expires_at=expires,
    )
    return Reply(
        text=texts.with_how_to_confirm(
            text,
            replaced=replaced,
            expires=wall(expires),
            today=wall(call.at),
            prefix=call.settings.prefix,
        ),
        subject=f"draft:{draft.id}",
        reactions=(YES, NO),
    )


async def close(draft: Draft, state: DraftState, what: str, call: Call, session: AsyncSession) -> None:
    """Note what became of an open preview, and in the history who decided it."""
    await drafts.close(session, draft, state)
    await history.add(
        session,
        f"draft:{draft.id}",
        what,
        at=call.at,
        actor=call.sender,
        role=call.roles.highest,
        before=DraftState.OPEN,
        after=state,
    )


def waiting(call: Call, draft: Draft) -> texts.Waiting:
    """An open preview as whoever calls sees it."""
    return texts.Waiting(
        what=str(draft.payload.get("what", draft.action)),
        since=wall(draft.created_at),
        own=draft.author == call.sender,
    )


async def still_open(call: Call, session: AsyncSession) -> texts.Waiting | None:
    """The preview that a confirmation typed in this room would mean now, or None."""
    draft = await drafts.waiting_in(session, call.room_id, author=call.sender)
    return None if draft is None or draft.expires_at <= call.at else waiting(call, draft)


def naming_what_waits(handler: Handler, *, role: Role) -> Handler:
    """Have what a handler refuses name the preview that still waits in the room.

    Otherwise whoever overlooks the refusal of a new plan confirms an older one. `role` is who may confirm.
    """

    @wraps(handler)
    async def handle(call: Call, session: AsyncSession) -> Reply:
        try:
            return await handler(call, session)
        except CommandError as error:
            found = await still_open(call, session) if call.roles.may(role) else None
            if found is None:
                raise
            line = texts.still_open(found, prefix=call.settings.prefix)
            raise type(error)(join([Markdown(error), line])) from error

    return handle
