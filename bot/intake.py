"""Stop 2: what the homeserver sent goes into the inbox together with our position, in one transaction."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.addressing import Address, Addressed
from bot.backoff import delay_s
from bot.matrix import sync
from bot.matrix.client import Client
from bot.matrix.crypto import Crypto
from bot.matrix.errors import MatrixError, RateLimited, Rejected, Unreachable
from bot.matrix.events import Incoming
from bot.sender import Sender
from bot.surroundings import Surroundings
from storage import inbox, outbox, rooms
from storage import sync as position
from storage.database import Database
from storage.inbox import Arrival
from storage.tables import RoomKind

_log = structlog.get_logger(__name__)

LONG_POLL_MS = 30_000
STILL_WORTH_SENDING = timedelta(days=1)
"""What was said for a room before the bot was in it is sent after all if it is no older than this."""
KEYS_AGAIN_S = 5.0
"""After trouble with keys, so long until they are looked after again."""
MOST_UNCOMMITTED = 50
"""After so many responses with nothing for the bot, its position is committed all the same."""
DIRECT_MEMBERS = 2


class Intake:
    """Follows the homeserver and stores what is addressed to the bot; everything else is not stored (contract C11)."""

    def __init__(
        self,
        database: Database,
        client: Client,
        address: Address,
        *,
        now: Callable[[], datetime],
        sender: Sender,
        surroundings: Surroundings,
        on_arrivals: Callable[[Sequence[Arrival]], None],
    ) -> None:
        self._database = database
        self._client = client
        self._address = address
        self._now = now
        self._sender = sender
        self._surroundings = surroundings
        self._on_arrivals = on_arrivals
        self._since: str | None = None
        self._uncommitted = 0
        self._maintenance: asyncio.Task[None] | None = None
        self._direct: set[str] = set()
        self._configured: set[str] = set()
        self._rooms: dict[str, sync.RoomNews] = {}
        self.caught_up = asyncio.Event()

    async def load(self) -> None:
        """Take up the position and the rooms where the last run left them."""
        async with self._database.reading() as session:
            row = await position.get(session)
            known = await rooms.known(session)
        self._since = row.next_batch if row else None
        for room_id, room in known.items():
            self._rooms[room_id] = sync.RoomNews(joined=room.joined, encrypted=room.encrypted, members=room.members)
            if room.encrypted:
                self._client.encrypted_rooms.add(room_id)
            if room.kind is RoomKind.DIRECT:
                self._direct.add(room_id)
            elif room.kind is not RoomKind.OTHER:
                self._configured.add(room_id)

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until `stop`. Trouble with the homeserver or the disk is waited out, never skipped.

        Raises SessionEnded when the homeserver no longer knows the session.
        """
        stopping = asyncio.ensure_future(stop.wait())
        failures = 0
        try:
            while not stop.is_set():
                receiving = asyncio.ensure_future(
                    sync.receive(
                        self._client,
                        self._since,
                        joined={room_id for room_id, room in self._rooms.items() if room.joined},
                        timeout_ms=LONG_POLL_MS if self.caught_up.is_set() else 0,
                    )
                )
                await asyncio.wait({receiving, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not receiving.done():
                    receiving.cancel()
                    await asyncio.gather(receiving, return_exceptions=True)
                    break
                try:
                    batch = receiving.result()
                    await self._without_forged_edits(batch)
                    await asyncio.shield(self.take(batch))
                    self._maintain_keys()
                except (Unreachable, RateLimited, Rejected, OperationalError) as error:
                    failures += 1
                    wait_s = error.retry_after_s if isinstance(error, RateLimited) else delay_s(failures)
                    _log.warning("sync_failed", error=_named(error), retry_in_s=round(wait_s, 1))
                    await asyncio.wait({stopping}, timeout=wait_s)
                else:
                    failures = 0
                    self.caught_up.set()
        finally:
            stopping.cancel()
            if self._maintenance is not None:
                self._maintenance.cancel()
        try:
            await asyncio.shield(self._commit_position())
        except OperationalError as error:
            _log.warning("position_not_stored", error=_named(error))  # the next run looks at nothing-for-us again

    def _maintain_keys(self) -> None:
        """Look after the keys in the background: trouble there must not keep messages from coming in."""
        if self._client.crypto is not None and (self._maintenance is None or self._maintenance.done()):
            self._maintenance = asyncio.ensure_future(self._maintain(self._client.crypto))

    async def _maintain(self, crypto: Crypto) -> None:
        try:
            await crypto.maintain()
        except MatrixError as error:
            _log.warning("keys_not_maintained", error=str(error))
            await asyncio.sleep(KEYS_AGAIN_S)

    async def _without_forged_edits(self, batch: sync.Batch) -> None:
        """Drop edits that do not come from the author of the message (client-server API, Event replacements)."""
        edits = [each for each in batch.incoming if each.kind == "edit" and self._is_addressed(each)]
        if not edits:
            return
        async with self._database.reading() as session:
            known = await inbox.authors(session, {each.target for each in edits})
        here = {each.event_id: (each.sender, each.room_id) for each in batch.incoming}
        for each in edits:
            author = known.get(each.target) or here.get(each.target) or await self._author(each)
            if author != (each.sender, each.room_id):
                batch.incoming.remove(each)

    async def _author(self, edit: Incoming) -> tuple[str, str] | None:
        try:
            return await self._client.sender_of(edit.room_id, edit.target), edit.room_id
        except Rejected:
            return None  # there is no such message, or the bot may not see it

    async def take(self, batch: sync.Batch) -> None:
        """Commit what a batch brings, and our new position with it (contract C1)."""
        news = {room_id: each for room_id, each in batch.rooms.items() if self._is_news(room_id, each)}
        candidates = [each for each in batch.incoming if each.kind != "message" or self._is_addressed(each)]
        echoes = [(txn_id, event_id) for txn_id, event_id in batch.echoes if not self._sender.has_sent(txn_id)]
        first = self._since is None
        if not (first or news or candidates or echoes or batch.invitations):
            self._since = batch.next_batch
            self._uncommitted += 1
            if self._uncommitted >= MOST_UNCOMMITTED:
                await self._commit_position()
            return
        if any(each.target or each.reply_to for each in candidates):
            await self._sender.note_sent()
        async with self._database.transaction() as session:
            if echoes:
                await outbox.sent_under(session, echoes, at=self._now())
            unparked = []
            for room_id, each in news.items():
                await self._note_room(session, room_id, each)
                if each.joined and not self._is_in(room_id):
                    unparked += await outbox.unpark(session, room_id, queued_since=self._now() - STILL_WORTH_SENDING)
            stored = await self._store(session, batch, candidates)
            await position.move(session, batch.next_batch)
        if news:
            self._surroundings.changed()
        self._remember(news)
        self._direct.update(
            each.room_id for each in batch.invitations if each.direct and each.room_id not in self._configured
        )
        self._since = batch.next_batch
        self._uncommitted = 0
        self._sender.offer(unparked)
        if stored:
            self._on_arrivals(stored)

    async def _store(self, session: AsyncSession, batch: sync.Batch, candidates: list[Incoming]) -> list[Arrival]:
        targets = {each.target for each in candidates if each.target}
        replied = {each.reply_to for each in candidates if each.reply_to}
        ours = await outbox.subjects(session, targets | replied) if targets or replied else {}
        known = await inbox.authors(session, targets) if targets else {}
        arrivals = [
            Arrival(
                event_id=f"invite:{invitation.room_id}:{self._since}",
                kind="invite",
                room_id=invitation.room_id,
                sender=invitation.inviter,
                content={"direct": invitation.direct},
                received_at=self._now(),
            )
            for invitation in batch.invitations
        ]
        for each in candidates:
            if each.kind == "undecryptable":
                await inbox.set_aside(session, self._arrival(each, {"event": each.raw}), error="undecryptable")
                continue
            content = self._content(each, ours=set(ours), known=known)
            if content is not None:
                arrivals.append(self._arrival(each, content))
                known[each.event_id] = (each.sender, each.room_id)
                if each.kind == "edit" and each.target not in known:
                    await inbox.note_original(session, replace(self._arrival(each, {}), event_id=each.target))
                    known[each.target] = (each.sender, each.room_id)
        return await inbox.add(session, arrivals) if arrivals else []

    def _content(self, each: Incoming, *, ours: set[str], known: dict[str, tuple[str, str]]) -> dict[str, Any] | None:
        """What the inbox keeps of an event, or None where it is not for the bot."""
        if each.kind == "reaction":
            return {"target": each.target, "emoji": each.emoji} if each.target in ours else None
        if each.kind == "redaction":
            here = each.target in known and known[each.target][1] == each.room_id
            return {"target": each.target} if here else None
        if each.kind == "edit" and each.target in known and known[each.target] != (each.sender, each.room_id):
            return None  # clients ignore edits by others (client-server API, Event replacements); so do we
        addressed = self._address.read(
            each.body,
            mentions=each.mentions,
            direct=self._is_direct(each.room_id),
            reply_to_bot=each.reply_to in ours,
        )
        if each.kind == "edit" and each.target in known:
            addressed = addressed or Addressed(text=each.body, explicit=False, at_all=False)
        if addressed is None:
            return None
        content: dict[str, Any] = {
            "text": addressed.text,
            "explicit": addressed.explicit,
            "addressed": addressed.at_all,
            "thread": each.thread_id,
        }
        return content | {"target": each.target} if each.kind == "edit" else content

    def _is_addressed(self, each: Incoming) -> bool:
        """Whether a message may be for the bot; a reply is looked at again, against what it replies to."""
        return (
            each.reply_to is not None
            or self._address.read(
                each.body, mentions=each.mentions, direct=self._is_direct(each.room_id), reply_to_bot=False
            )
            is not None
        )

    def _is_in(self, room_id: str) -> bool:
        return room_id in self._rooms and self._rooms[room_id].joined

    def _is_direct(self, room_id: str) -> bool:
        """A chat of two: called direct by whoever invited, or without a purpose and with two members."""
        members = self._rooms[room_id].members if room_id in self._rooms else None
        if members is not None and members > DIRECT_MEMBERS:
            return False
        return room_id in self._direct or (members == DIRECT_MEMBERS and room_id not in self._configured)

    def _is_news(self, room_id: str, each: sync.RoomNews) -> bool:
        old = self._rooms.get(room_id)
        if old is None or old.joined != each.joined:
            return True
        return (each.encrypted is not None and each.encrypted != old.encrypted) or (
            each.members is not None and each.members != old.members
        )

    def _remember(self, news: Mapping[str, sync.RoomNews]) -> None:
        for room_id, each in news.items():
            old = self._rooms.get(room_id)
            if old is not None:
                each = replace(  # noqa: PLW2901 (what was not said stays)
                    each,
                    encrypted=old.encrypted if each.encrypted is None else each.encrypted,
                    members=old.members if each.members is None else each.members,
                )
            self._rooms[room_id] = each
            if each.encrypted:
                self._client.encrypted_rooms.add(room_id)

    async def _note_room(self, session: AsyncSession, room_id: str, each: sync.RoomNews) -> None:
        what: dict[str, bool | int | RoomKind] = {"joined": each.joined}
        if each.encrypted is not None:
            what["encrypted"] = each.encrypted
        if each.members is not None:
            what["members"] = each.members
        await rooms.note(session, room_id, **what)

    def _arrival(self, each: Incoming, content: dict[str, Any]) -> Arrival:
        return Arrival(
            event_id=each.event_id,
            kind=each.kind,
            room_id=each.room_id,
            sender=each.sender,
            content=content,
            received_at=self._now(),
        )

    async def _commit_position(self) -> None:
        if self._since is not None and self._uncommitted:
            async with self._database.transaction() as session:
                await position.move(session, self._since)
            self._uncommitted = 0


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error.orig}" if isinstance(error, OperationalError) else f"{error}"
