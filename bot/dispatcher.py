"""Stops 3 to 6: an inbox row becomes a call, a feature answers, the answer is queued, all in one transaction."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queueing, upgrades
from bot.backoff import delay_s
from bot.invitations import Invitations
from bot.outgoing import Writer
from bot.surroundings import Known, Surroundings
from commands import help as help_texts
from commands.command import Call, Command, Reply, SentFile
from commands.emoji import bare
from commands.errors import CommandError, NotAllowed, UsageError
from commands.markup import Markdown
from commands.registry import Registry
from commands.settings import Settings
from storage import inbox, outbox
from storage.database import Database
from storage.inbox import Arrival
from storage.outbox import Outgoing
from storage.roles import Roles
from storage.tables import RoomKind

_log = structlog.get_logger(__name__)

MOST_AT_ONCE = 50
MOST_ATTEMPTS = 3


class Dispatcher:
    """Handles what is in the inbox, in order, each row exactly once (contracts C1, C2, C5).

    Rows that wait together share a transaction. If one of them raises, all of it is undone and each row is
    done again in a transaction of its own, so that a bad row costs only itself.
    """

    def __init__(
        self,
        database: Database,
        registry: Registry,
        settings: Settings,
        writer: Writer,
        *,
        invitations: Invitations,
        surroundings: Surroundings,
        now: Callable[[], datetime],
        on_queued: Callable[[Sequence[Outgoing]], None],
    ) -> None:
        self._surroundings = surroundings
        self._database = database
        self._registry = registry
        self._settings = settings
        self._writer = writer
        self._invitations = invitations
        self._now = now
        self._on_queued = on_queued
        self._waiting: deque[Arrival] = deque()
        self._wake = asyncio.Event()
        self._busy = False

    async def load(self) -> None:
        """Take up what earlier runs stored and did not handle."""
        async with self._database.reading() as session:
            self.offer(await inbox.waiting(session))

    def offer(self, arrivals: Sequence[Arrival]) -> None:
        """Take on committed rows, in the order of their IDs."""
        self._waiting.extend(arrivals)
        self._wake.set()

    @property
    def idle(self) -> bool:
        """Whether everything taken on is handled."""
        return not self._waiting and not self._busy

    async def run(self, stop: asyncio.Event) -> None:
        """Handle rows until `stop`; what is left then is in the inbox for the next run."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                self._wake.clear()
                if not self._waiting:
                    waking = asyncio.ensure_future(self._wake.wait())
                    await asyncio.wait({waking, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    waking.cancel()
                    continue
                await asyncio.shield(self.step(stopping))
        finally:
            stopping.cancel()

    async def step(self, stopping: asyncio.Future[Any] | None = None) -> None:
        """Handle the rows that wait now, at most MOST_AT_ONCE of them."""
        batch = [self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))]
        self._busy = True
        try:
            if not await self._all_at_once(batch):
                for arrival in batch:
                    if not await self._one(arrival, stopping):
                        return
        finally:
            self._busy = False

    async def _all_at_once(self, batch: list[Arrival]) -> bool:
        """Whether all went well; if not, nothing has changed."""
        try:
            async with self._database.transaction() as session:
                around = await self._surroundings.known(session)
                rows = [row for each in batch for row in await self._answer(session, each, around)]
                queued = await self._queue(session, rows)
                await inbox.handled(session, [each.id for each in batch])
        except Exception:  # noqa: BLE001 (whatever it was happens again, alone, in `_one`, and is reported there)
            return False
        self._on_queued(queued)
        return True

    async def _one(self, arrival: Arrival, stopping: asyncio.Future[Any] | None) -> bool:
        """Handle one row; trouble with the disk is waited out, anything else is answered or parked.

        False: stopped meanwhile; the row, and those behind it, wait in the inbox for the next run.
        """
        failures = 0
        while True:
            try:
                await self._one_in_its_own_transaction(arrival)
            except OperationalError as error:
                failures += 1
                _log.error("database_failed", inbox=arrival.id, error=str(error.orig))
                if not await self._patience(failures, stopping):
                    return False
            except Exception:  # noqa: BLE001 (one poisoned row must not stop the others; contract C5)
                failures += 1
                _log.exception("handling_failed", inbox=arrival.id, attempt=failures)
                try:
                    if await self._count_failure(arrival, park=failures >= MOST_ATTEMPTS):
                        return True
                except OperationalError as full:
                    _log.error("database_failed", inbox=arrival.id, error=str(full.orig))
                    if not await self._patience(failures, stopping):
                        return False
            else:
                return True

    @staticmethod
    async def _patience(failures: int, stopping: asyncio.Future[Any] | None) -> bool:
        """Wait before the next attempt; False where there is to be none."""
        if stopping is None:
            return False
        await asyncio.wait({stopping}, timeout=delay_s(failures))
        return not stopping.done()

    async def _one_in_its_own_transaction(self, arrival: Arrival) -> None:
        try:
            async with self._database.transaction() as session:
                rows = await self._answer(session, arrival, await self._surroundings.known(session))
                queued = await self._finish(session, arrival, rows)
        except (UsageError, NotAllowed) as error:
            queued = await self._instead(arrival, error)
        except CommandError as error:
            queued = await self._apart(arrival, str(error))
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001 (a bug in a feature becomes an apology; contract C5)
            number = f"F-{arrival.id}"
            _log.exception("command_failed", inbox=arrival.id, number=number)
            queued = await self._apart(arrival, help_texts.apology(number, self._settings))
        self._on_queued(queued)

    async def _instead(self, arrival: Arrival, error: UsageError | NotAllowed) -> list[Outgoing]:
        """What looked like a command without prefix ("Antwort bitte bald") is free text; else say what does not fit."""
        if arrival.content.get("explicit", True):
            if isinstance(error, NotAllowed):
                return await self._apart(arrival, str(error))
            found = self._registry.find(str(arrival.content.get("text", "")))
            return await self._apart(arrival, help_texts.usage(str(error), found[0] if found else None, self._settings))
        async with self._database.transaction() as session:
            call = self._call(arrival, await self._surroundings.known(session))
            reply = await self._registry.free_text(call, session)
            return await self._finish(session, arrival, self._rows(call, reply, arrival))

    async def _apart(self, arrival: Arrival, text: str) -> list[Outgoing]:
        """Answer with a sentence and nothing else, in a transaction of its own."""
        async with self._database.transaction() as session:
            call = self._call(arrival, await self._surroundings.known(session))
            if arrival.kind == "edit":
                with suppress(CommandError):  # what the old wording led to is over, though the new one does not fit
                    await self._follow(call, arrival, session, deleted=False)
            reply = Reply(text=Markdown(text))
            return await self._finish(session, arrival, self._rows(call, reply, arrival))

    async def _finish(self, session: AsyncSession, arrival: Arrival, rows: list[Outgoing]) -> list[Outgoing]:
        queued = await self._queue(session, rows)
        await inbox.handled(session, [arrival.id])
        return queued

    async def _queue(self, session: AsyncSession, rows: list[Outgoing]) -> list[Outgoing]:
        return await queueing.queue(session, rows, replaced=(await self._surroundings.known(session)).replaced)

    async def _count_failure(self, arrival: Arrival, *, park: bool) -> bool:
        """Whether the row is parked now; `!status` shows it then."""
        async with self._database.transaction() as session:
            await inbox.failed(session, arrival.id, error="handling_failed", park=park)
        return park

    async def _answer(self, session: AsyncSession, arrival: Arrival, around: Known) -> list[Outgoing]:
        """What a row leads to. Raises what the feature raises."""
        if arrival.kind == "invite":
            self._surroundings.changed()
            return await self._invitations.answer(session, arrival)
        if arrival.kind == "upgrade":
            accepts = self._invitations.accepts
            return await upgrades.join(session, arrival, self._writer, accepts=accepts, at=self._now())
        call = self._call(arrival, around)
        match arrival.kind:
            case "message":
                reply: Reply | None = await self._message(call, arrival, session)
            case "edit":
                reply = await self._edit(call, arrival, session)
            case "reaction":
                reply = await self._reaction(call, arrival, session)
            case "redaction":
                await inbox.forget(session, str(arrival.content["target"]))
                reply = await self._follow(call, arrival, session, deleted=True)
            case other:
                raise ValueError(f"unknown kind of inbox row: {other}")
        return [] if reply is None else self._rows(call, reply, arrival)

    def _rows(self, call: Call, reply: Reply, arrival: Arrival) -> list[Outgoing]:
        return self._writer.reply(call, reply, cause=arrival.event_id, at=self._now())

    async def _message(self, call: Call, arrival: Arrival, session: AsyncSession) -> Reply:
        found = self._registry.find(call.text)
        if found is None:
            if arrival.content["explicit"]:
                return Reply(text=help_texts.unknown(call.text, self._commands(), self._settings))
            return await self._registry.free_text(call, session)
        command, rest = found
        return await command(replace(call, text=rest), session)

    async def _edit(self, call: Call, arrival: Arrival, session: AsyncSession) -> Reply | None:
        """An edit reaches what was made of the message; if nothing was, it counts as a new message."""
        followed = await self._follow(call, arrival, session, deleted=False)
        if followed is not None or not arrival.content["addressed"]:
            return followed
        found = self._registry.find(call.text)
        if found is not None and found[0].once:
            return Reply(text=help_texts.not_again())
        return await self._message(call, arrival, session)  # found again under the original message's ID

    async def _follow(self, call: Call, arrival: Arrival, session: AsyncSession, *, deleted: bool) -> Reply | None:
        for follower in self._registry.followers:
            react = follower.deleted if deleted else follower.edited
            reply = await react(call, arrival.event_id, session)
            if reply is not None:
                return reply
        return None

    async def _reaction(self, call: Call, arrival: Arrival, session: AsyncSession) -> Reply | None:
        target = str(arrival.content["target"])
        subject = (await outbox.subjects(session, [target])).get(target)
        if subject is None:
            return None
        kind, _, identifier = subject.partition(":")
        emoji = bare(str(arrival.content["emoji"]))
        for reaction in self._registry.reactions:
            if reaction.subject == kind and bare(reaction.emoji) == emoji:
                return await reaction.handler(replace(call, text=identifier), session)
        return None

    def _commands(self) -> Sequence[Command]:
        return self._registry.commands

    def _call(self, arrival: Arrival, around: Known) -> Call:
        kind, group = around.rooms.get(arrival.room_id, (RoomKind.OTHER, None))
        return Call(
            text=str(arrival.content.get("text", "")),
            sender=arrival.sender,
            roles=around.roles.get(arrival.sender, Roles()),
            room_id=arrival.room_id,
            room_kind=kind,
            room_group=group,
            event_id=str(arrival.content.get("target", arrival.event_id)),
            cause=arrival.event_id,
            thread_id=arrival.content.get("thread"),
            at=arrival.received_at,
            settings=self._settings,
            mentions=tuple(arrival.content.get("mentions", ())),
            explicit=bool(arrival.content.get("explicit", True)),
            file=SentFile.of(arrival.content["file"]) if "file" in arrival.content else None,
        )
