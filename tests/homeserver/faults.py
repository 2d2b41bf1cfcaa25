"""Faults on demand: which requests they hit, and what happens to those."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

PREFIX = "/_matrix/client/v3"


@dataclass(slots=True)
class Request:
    """One request as it arrived; `path` is decoded and without the query, `status` is 0 until answered."""

    method: str
    path: str
    user_id: str | None
    query: dict[str, str]
    status: int = 0

    def __str__(self) -> str:
        return f"{self.method} {self.path.removeprefix(PREFIX)} by {self.user_id}: {self.status or 'open'}"


Match = str | Callable[[Request], bool]


def matcher(match: Match) -> Callable[[Request], bool]:
    """Make a test from "PUT */send/*": a method (or *) and a glob for the path, with or without /_matrix/client/v3."""
    if not isinstance(match, str):
        return match
    wanted, _, glob = match.partition(" ")
    if not glob:
        raise ValueError(f"A match names a method and a path, such as 'PUT */send/*', not {match!r}.")
    return lambda request: (
        wanted in {"*", request.method}
        and (fnmatchcase(request.path, glob) or fnmatchcase(request.path.removeprefix(PREFIX), glob))
    )


@dataclass(eq=False)
class Fault:
    """A fault waiting for its requests; `hits` counts those it has met."""

    matches: Callable[[Request], bool]
    times: int
    hits: int = 0

    def meets(self, request: Request) -> bool:
        """Whether this fault is for the request; counts when it is."""
        if self.hits >= self.times or not self.matches(request):
            return False
        self.hits += 1
        return True

    def cancel(self) -> None:
        """Do no more harm."""
        self.times = self.hits


@dataclass(eq=False)
class Refusal(Fault):
    """Answers in place of the homeserver; the request has no effect."""

    status: int = 500
    body: bytes = b""
    content_type: str = "application/json"


@dataclass(eq=False)
class Cut(Fault):
    """Cuts the connection before the request is accepted."""


@dataclass(eq=False)
class LostAnswer(Fault):
    """Accepts the request, then cuts the connection instead of answering."""


@dataclass(eq=False)
class Truncation(Fault):
    """Accepts the request, then sends half of the answer only."""


@dataclass(eq=False)
class Hold(Fault):
    """Lets a request wait until released; `arrived` is set when the first one is there."""

    answered: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _dropped: bool = False

    async def wait(self) -> bool:
        """Wait for `release` (True: go on) or `drop` (False: cut the connection)."""
        self.arrived.set()
        await self._released.wait()
        return not self._dropped

    def release(self) -> None:
        """Let the waiting requests go on, and hold no more."""
        self.cancel()
        self._released.set()

    def drop(self) -> None:
        """Cut the connections of the waiting requests, and hold no more: as if they had died on the way."""
        self._dropped = True
        self.release()


class RateLimit:
    """Tokens per second and a burst for each user, as Synapse counts them."""

    def __init__(self, per_second: float, burst: int) -> None:
        self.per_second = per_second
        self.burst = burst
        self._left: dict[str, tuple[float, float]] = {}

    def wait_ms(self, user_id: str, now: float) -> int:
        """Take a token; 0, or the milliseconds until there will be one. `now` in seconds of any clock."""
        left, at = self._left.get(user_id, (float(self.burst), now))
        left = min(float(self.burst), left + (now - at) * self.per_second)
        if left >= 1:
            self._left[user_id] = (left - 1, now)
            return 0
        self._left[user_id] = (left, now)
        return int((1 - left) / self.per_second * 1000) + 1
