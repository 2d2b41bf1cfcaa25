"""Bestätigen und Verwerfen: what becomes of previews, by typed command, reaction, edit, deletion and time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Command, Follower, Message, Reaction, Reply, command
from commands.drafting import CONFIRMED, DISCARDED, NO, REPLACED, YES, Action, close, still_open, waiting
from commands.errors import NotFound, NotPossible, UsageError
from commands.settings import Settings
from commands.texts import confirming as texts
from storage import drafts, history
from storage.tables import Draft, DraftState, Role


class Confirming:
    """Confirms and discards previews of the given actions: `commands`, `reactions` and `follower` for the registry."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self._actions = {action.name: action for action in actions}
        lowest = min((action.role for action in actions), key=list(Role).index)
        declare = (
            command("ja", example="!ja", role=lowest, once=True, own_check=True),
            command("nein", example="!nein", role=lowest, once=True, own_check=True),
        )
        self.commands: tuple[Command, ...] = (declare[0](self._yes), declare[1](self._no))
        self.reactions: tuple[Reaction, ...] = (
            Reaction(emoji=YES, subject="draft", handler=self._yes_by_reaction),
            Reaction(emoji=NO, subject="draft", handler=self._no_by_reaction),
        )
        self.follower = Follower(edited=self._edited, deleted=self._deleted)

    async def _yes(self, call: Call, session: AsyncSession) -> Reply:
        """Bestätigt die letzte Vorschau in diesem Raum.

        Haben mehrere Personen eine offene Vorschau, geht Ihre eigene vor. Die Reaktion ✅ (Häkchen) unter
        einer Vorschau tut dasselbe.
        """
        return await self._confirm(call, await self._waiting(call, session), session)

    async def _no(self, call: Call, session: AsyncSession) -> Reply:
        """Verwirft die letzte Vorschau in diesem Raum.

        Haben mehrere Personen eine offene Vorschau, geht Ihre eigene vor. Die Reaktion ❌ (Kreuz) unter
        einer Vorschau tut dasselbe.
        """
        return await self._discard(call, await self._waiting(call, session), session)

    async def _yes_by_reaction(self, call: Call, session: AsyncSession) -> Reply:
        draft = await self._reacted_to(call, session)
        return replace(await self._confirm(call, draft, session), thread_id=draft.thread_id)

    async def _no_by_reaction(self, call: Call, session: AsyncSession) -> Reply:
        draft = await self._reacted_to(call, session)
        return replace(await self._discard(call, draft, session), thread_id=draft.thread_id)

    async def _edited(self, call: Call, _cause: str, session: AsyncSession) -> Reply | None:
        """An edited plan is a new plan: the old preview goes, the new text is handled as any message."""
        draft = await drafts.made_of(session, call.event_id)
        if draft is None:
            return None
        if draft.state is DraftState.CONFIRMED:
            return Reply(text=texts.done_already(prefix=call.settings.prefix))
        if draft.state is DraftState.OPEN:
            await close(draft, DraftState.DISCARDED, DISCARDED, call, session)
        return None

    async def _deleted(self, call: Call, _cause: str, session: AsyncSession) -> Reply | None:
        draft = await drafts.made_of(session, call.event_id)
        if draft is None or draft.state is not DraftState.OPEN:
            return None
        await close(draft, DraftState.DISCARDED, DISCARDED, call, session)
        return Reply(text=texts.deleted(), thread_id=draft.thread_id)

    async def _waiting(self, call: Call, session: AsyncSession) -> Draft:
        draft = await drafts.waiting_in(session, call.room_id, author=call.sender)
        if draft is None:
            name = next(iter(self._actions))
            told = texts.nothing_waits(command=name, prefix=call.settings.prefix)
            raise NotPossible(told) if call.explicit else UsageError(told)  # "ja" may answer something else
        return draft

    async def _reacted_to(self, call: Call, session: AsyncSession) -> Draft:
        draft = await drafts.find(session, int(call.text))
        if draft is None:  # its retention is over
            name = next(iter(self._actions))
            raise NotFound(texts.nothing_waits(command=name, prefix=call.settings.prefix))
        return draft

    async def _confirm(self, call: Call, draft: Draft, session: AsyncSession) -> Reply:
        await self._check(call, draft, session)
        payload = draft.payload
        await close(draft, DraftState.CONFIRMED, CONFIRMED, call, session)
        return await self._actions[draft.action].apply(call, payload, session)

    async def _discard(self, call: Call, draft: Draft, session: AsyncSession) -> Reply:
        await self._check(call, draft, session)
        gone = waiting(call, draft)
        await close(draft, DraftState.DISCARDED, DISCARDED, call, session)
        left = await still_open(call, session)
        return Reply(text=texts.discarded(gone, left, prefix=call.settings.prefix))

    async def _check(self, call: Call, draft: Draft, session: AsyncSession) -> None:
        """Raise NotAllowed or NotPossible unless this person may decide on this preview now."""
        action = self._actions[draft.action]
        call.require(action.role)
        if action.allow is not None and draft.state is DraftState.OPEN:
            await action.allow(call, draft.payload, session)
        prefix = call.settings.prefix
        if draft.state is DraftState.CONFIRMED:
            raise NotPossible(texts.done_already(prefix=prefix))
        if draft.state is DraftState.DISCARDED:
            if any(each.what == REPLACED for each in await history.of(session, f"draft:{draft.id}")):
                raise NotPossible(texts.replaced_already())
            raise NotPossible(texts.discarded_already(command=draft.action, prefix=prefix))
        if draft.state is DraftState.EXPIRED or draft.expires_at <= call.at:
            raise NotPossible(texts.too_late(command=draft.action, prefix=prefix))


async def expire(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
    """Close the previews whose time is up at `now` (UTC), and say so where each was asked for."""
    messages = []
    for draft in await drafts.overdue(session, now):
        await drafts.close(session, draft, DraftState.EXPIRED)
        await history.add(
            session,
            f"draft:{draft.id}",
            "Vorschau verfallen",
            at=now,
            actor=settings.bot_id,
            before=DraftState.OPEN,
            after=DraftState.EXPIRED,
        )
        messages.append(
            Message(
                key=f"expired:draft:{draft.id}",
                room_id=draft.room_id,
                text=texts.expired(command=draft.action, prefix=settings.prefix),
                reply_to=draft.source_event_id,
                thread_id=draft.thread_id,
                quiet=True,
            )
        )
    return messages
