"""Looking after the keys in the background: trouble there must not keep messages from coming in."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import OperationalError

from bot.errors import TrustRefused
from bot.matrix.client import Client
from bot.matrix.encryption.crypto import Crypto
from bot.matrix.encryption.trust import Problem, State, Trust
from bot.matrix.errors import MatrixError, SessionEnded
from storage import own_device
from storage.database import Database

_log = structlog.get_logger(__name__)

AGAIN_S = 5.0
"""After trouble, so long until the keys are looked after again."""
COUNT_EVERY = timedelta(minutes=1)
LOOK_EVERY = timedelta(hours=1)
"""So often it is checked that others still trust this device, even if nothing seems to have changed."""


class Upkeep:
    """Uploads keys, gives room keys to those who lack them, and keeps an eye on who vouches for this device.

    `trust` makes what asks the homeserver; None where encryption is off.
    """

    def __init__(self, database: Database, client: Client, trust: Trust | None, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._client = client
        self._trust = trust
        self._now = now
        self._looked_at: datetime | None = None
        self._task: asyncio.Task[None] | None = None
        self._state: State | None = None
        self._noted_at: datetime | None = None
        self._counted: int | None = None
        self._again = False
        self._waits = False

    async def begin(self) -> None:
        """At each start: make the device trusted. Raises TrustRefused, SessionEnded; other trouble is mended later."""
        if self._trust is None:
            async with self._database.transaction() as session:
                await own_device.forget(session)
            return
        try:
            await self._establish(self._trust)
        except SessionEnded:
            raise
        except MatrixError as error:
            _log.warning("not_trusted_yet", error=str(error))
            with suppress(MatrixError, TrustRefused):  # then the next look tells
                await self._note(await self._trust.look())

    def after_sync(self) -> None:
        """Look after the keys, once more if that is under way. Raises SessionEnded where they are of no use now."""
        if self._task is not None and self._task.done():
            task, self._task = self._task, None
            task.result()
        crypto = self._client.crypto
        if crypto is None:
            return
        self._again = True
        if self._task is None:
            self._task = asyncio.ensure_future(self._look_after(crypto))

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do, or only to try again later."""
        return self._task is None or self._task.done() or self._waits

    def stop(self) -> None:
        """End what is under way; it can be ended anywhere."""
        if self._task is not None:
            self._task.cancel()

    async def _look_after(self, crypto: Crypto) -> None:
        while self._again:
            self._again = False
            await self._once(crypto)

    async def _once(self, crypto: Crypto) -> None:
        try:
            try:
                await crypto.maintain()
            finally:
                await self._count(crypto)
            if self._trust is not None and self._is_due(crypto):
                await self._look(self._trust)
        except SessionEnded:
            raise  # KeysOutdated too: the next start makes a new device
        except (MatrixError, OperationalError) as error:
            _log.warning("keys_not_maintained", error=type(error).__name__, reason=_reason(error))
            await self._wait()
        except Exception:  # noqa: BLE001 (our own bug there must not keep messages from coming in; contract C5)
            _log.exception("keys_not_maintained")
            await self._wait()

    async def _wait(self) -> None:
        self._waits = self._again = True
        await asyncio.sleep(AGAIN_S)
        self._waits = False

    def _is_due(self, crypto: Crypto) -> bool:
        return crypto.is_changed or self._looked_at is None or self._now() - self._looked_at >= LOOK_EVERY

    async def _look(self, trust: Trust) -> None:
        """Look again, and mend what is ours to mend; somebody else's identity is only reported while the bot runs."""
        crypto = self._client.crypto
        assert crypto is not None
        crypto.is_changed = False
        self._looked_at = self._now()
        state: State | None = None
        try:
            state = await trust.look()
            if state.signed:
                await self._note(state)
            else:
                await self._establish(trust)
        except TrustRefused as error:
            _log.error("not_trusted", problem=str(state.problem) if state is not None else None, remedy=str(error))
            if state is not None:
                await self._note(state)

    async def _establish(self, trust: Trust) -> None:
        state = await trust.establish()
        self._looked_at = self._now()
        if state.problem is Problem.NONE:
            _log.info("trusted", device=state.device_id, master=state.master)
        else:
            _log.warning(
                "not_trusted", problem=str(state.problem), device=state.device_id, fingerprint=state.fingerprint
            )
        await self._note(state)

    async def _count(self, crypto: Crypto) -> None:
        """Note how many one-time keys are left, not more often than people look."""
        if self._state is None or self._noted_at is None or self._now() - self._noted_at < COUNT_EVERY:
            return
        if crypto.own.one_time_keys != self._counted:
            await self._note(self._state)

    async def _note(self, state: State) -> None:
        crypto = self._client.crypto
        self._state, self._noted_at = state, self._now()
        if crypto is not None:
            held = self._trust is not None and self._trust.is_held
            crypto.trust(state.master if held and state.signed else None)
        self._counted = crypto.own.one_time_keys if crypto is not None else None
        async with self._database.transaction() as session:
            await own_device.note(
                session,
                device_id=state.device_id,
                fingerprint=state.fingerprint,
                signed=state.signed,
                problem="" if state.signed else str(state.problem),
                one_time_keys=self._counted,
                at=self._now(),
            )


def _reason(error: Exception) -> str:
    return str(error.orig) if isinstance(error, OperationalError) else str(error)
