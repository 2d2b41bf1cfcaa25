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
from bot.known_rooms import KnownRooms
from bot.matrix import sync
from bot.matrix.client import Client
from bot.matrix.errors import RateLimited, Rejected, Unreachable
from bot.matrix.events import Incoming
from bot.reading_again import Late, ReadingAgain
from bot.sender import Sender
from bot.surroundings import Surroundings
from bot.upkeep import Upkeep
from storage import inbox, outbox, rooms, unreadable
from storage import sync as position
from storage.database import Database
from storage.inbox import Arrival
from storage.outbox import Outgoing

_log = structlog.get_logger(__name__)

LONG_POLL_MS = 30_000
STILL_WORTH_SENDING = timedelta(days=1)
"""What was said for a room before the bot was in it is sent after all if it is no older than this."""
MOST_UNCOMMITTED = 50
"""After so many responses with nothing for the bot, its position is committed all the same."""
MOST_MENTIONS = 20
"""So many people that a message mentions are kept; nobody means more of them."""


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
        upkeep: Upkeep,
        surroundings: Surroundings,
        on_arrivals: Callable[[Sequence[Arrival]], None],
    ) -> None:
        self._database = database
        self._client = client
        self._address = address
        self._now = now
        self._sender = sender
        self._upkeep = upkeep
        self._surroundings = surroundings
        self._on_arrivals = on_arrivals
        self._since: str | None = None
        self._uncommitted = 0
        self._reading_again = ReadingAgain(database, client)
        self._rooms = KnownRooms(encrypted=client.encrypted_rooms, seen=client.seen_rooms)
        self.caught_up = asyncio.Event()

    async def load(self) -> None:
        """Take up the position and the rooms where the last run left them."""
        async with self._database.reading() as session:
            row = await position.get(session)
            await self._rooms.load(session)
        self._since = row.next_batch if row else None

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
                        joined=self._rooms.joined,
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
                    self._reading_again.heard(batch.incoming, at=self._now())
                    late = await self._reading_again.try_again()
                    batch.incoming[:0] = [each.incoming for each in late if each.incoming is not None]
                    await self._without_forged_edits(batch)
                    await asyncio.shield(self.take(batch, late))
                    self._reading_again.done()
                    self._upkeep.after_sync()
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
            self._upkeep.stop()
        try:
            await asyncio.shield(self._commit_position())
        except OperationalError as error:
            _log.warning("position_not_stored", error=_named(error))  # the next run looks at nothing-for-us again

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

    async def take(self, batch: sync.Batch, late: Sequence[Late] = ()) -> None:
        """Commit what a batch brings, and our new position with it (contract C1).

        `late` are earlier messages that can be read now; what concerns the bot of them is in the batch.
        """
        news, upgrades = self._rooms.news(batch), self._rooms.upgrades(batch)
        candidates = [each for each in batch.incoming if each.kind != "message" or self._is_addressed(each)]
        echoes = [(txn_id, event_id) for txn_id, event_id in batch.echoes if not self._sender.has_sent(txn_id)]
        if self._since is not None and not any((news, upgrades, candidates, echoes, batch.invitations, late)):
            await self._pass(batch)
            return
        if any(each.target or each.reply_to for each in candidates):
            await self._sender.note_sent()
        async with self._database.transaction() as session:
            if echoes:
                await outbox.sent_under(session, echoes, at=self._now())
            for room_id, each in news.items():
                await self._rooms.note(session, room_id, each)
            for upgrade in upgrades:
                await rooms.note(session, upgrade.room_id, replaced_by=upgrade.replacement)
            if upgrades or any(each.predecessor for each in news.values()):
                await rooms.follow_upgrades(session)
            entered = [room_id for room_id, each in news.items() if each.joined and not self._rooms.is_in(room_id)]
            unparked = [row for room_id in entered for row in await self._unpark(session, room_id)]
            if late:
                await unreadable.read_now(session, [each.event_id for each in late])
            arrivals = [*self._invitations(batch), *self._upgrades(upgrades)]
            arrivals += await self._for_us(session, candidates, {each.event_id: each.received_at for each in late})
            stored = await inbox.add(session, arrivals) if arrivals else []
            await position.move(session, batch.next_batch)
        if news or upgrades:
            self._surroundings.changed()
        self._rooms.remember(batch)
        self._since = batch.next_batch
        self._uncommitted = 0
        self._sender.offer(unparked)
        if stored:
            self._on_arrivals(stored)

    async def _pass(self, batch: sync.Batch) -> None:
        """Nothing for the bot: the position is committed now and then only."""
        self._since = batch.next_batch
        self._uncommitted += 1
        if self._uncommitted >= MOST_UNCOMMITTED:
            await self._commit_position()

    async def _unpark(self, session: AsyncSession, room_id: str) -> list[Outgoing]:
        """What waited for the bot to join a room is to be sent now."""
        return await outbox.unpark(session, room_id, queued_since=self._now() - STILL_WORTH_SENDING)

    def _invitations(self, batch: sync.Batch) -> list[Arrival]:
        return [
            Arrival(
                event_id=f"invite:{each.room_id}:{self._since}",
                kind="invite",
                room_id=each.room_id,
                sender=each.inviter,
                content={"direct": each.direct},
                received_at=self._now(),
            )
            for each in batch.invitations
        ]

    def _upgrades(self, upgrades: Sequence[sync.Upgrade]) -> list[Arrival]:
        return [
            Arrival(
                event_id=f"upgrade:{each.room_id}:{each.replacement}",
                kind="upgrade",
                room_id=each.room_id,
                sender=each.sender,
                content={"replacement": each.replacement},
                received_at=self._now(),
            )
            for each in upgrades
        ]

    async def _for_us(
        self, session: AsyncSession, candidates: list[Incoming], received_at: Mapping[str, datetime]
    ) -> list[Arrival]:
        """What of them is for the bot; `received_at` is for those that came earlier and can be read only now."""
        targets = {each.target for each in candidates if each.target}
        replied = {each.reply_to for each in candidates if each.reply_to}
        ours = await outbox.subjects(session, targets | replied) if targets or replied else {}
        known = await inbox.authors(session, targets) if targets else {}
        arrivals = []
        for each in candidates:
            if each.kind == unreadable.KIND:
                await inbox.set_aside(session, self._arrival(each, {"event": each.raw}), error=unreadable.KIND)
                continue
            content = self._content(each, ours=set(ours), known=known)
            if content is not None:
                arrival = self._arrival(each, content)
                arrivals.append(replace(arrival, received_at=received_at.get(each.event_id, arrival.received_at)))
                known[each.event_id] = (each.sender, each.room_id)
                if each.kind == "edit" and content["addressed"]:
                    await unreadable.superseded(session, each.target)
                if each.kind == "edit" and each.target not in known:
                    await inbox.note_original(
                        session, replace(self._arrival(each, {}), event_id=each.target, origin=None)
                    )
                    known[each.target] = (each.sender, each.room_id)
        return arrivals

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
            direct=self._rooms.is_direct(each.room_id),
            reply_to_bot=each.reply_to in ours,
        )
        if each.file is not None and not each.body:
            addressed = None  # its caption was taken away: nothing is said to anybody
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
        mentioned = [person for person in each.mentions if person != self._address.user_id][:MOST_MENTIONS]
        if mentioned:
            content["mentions"] = mentioned
        if each.file is not None:
            content["file"] = each.file
        return content | {"target": each.target} if each.kind == "edit" else content

    def _is_addressed(self, each: Incoming) -> bool:
        """Whether a message may be for the bot; a reply is looked at again, against what it replies to."""
        return (
            each.reply_to is not None
            or self._address.read(
                each.body, mentions=each.mentions, direct=self._rooms.is_direct(each.room_id), reply_to_bot=False
            )
            is not None
        )

    def _arrival(self, each: Incoming, content: dict[str, Any]) -> Arrival:
        return Arrival(
            event_id=each.event_id,
            kind=each.kind,
            room_id=each.room_id,
            sender=each.sender,
            content=content,
            received_at=self._now(),
            origin=each.origin,
        )

    async def _commit_position(self) -> None:
        if self._since is not None and self._uncommitted:
            async with self._database.transaction() as session:
                await position.move(session, self._since)
            self._uncommitted = 0


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error.orig}" if isinstance(error, OperationalError) else f"{error}"
