"""Bots to be killed: a process that has everything imported and forks a real bot for every line it reads.

A line is "config<TAB>boundary<TAB>passage": the bot kills itself (SIGKILL) when it passes that boundary for the n-th
time; the boundary "never" runs until it is killed from outside. For each the pid is printed, and its exit code when
it has ended. The boundaries are those of DESIGN section 3, and those of keys and identity; they are wrapped here, the product
knows nothing of them.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from bot import cli, dispatcher, identity_file, intake, sender, session_file
from bot.app import App  # noqa: F401 (imported once here, not in every bot)
from bot.matrix.client import Client
from bot.matrix.encryption import key_store
from bot.matrix.encryption.inbound import Inbound
from bot.matrix.encryption.room_keys import RoomKeys
from storage import inbox
from storage import sync as position
from storage.database import Database

Counts = Callable[..., bool]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a boundary is: a function, whether to die after it instead of before, and which of its calls count."""

    owner: Any
    name: str
    after: bool
    counts: Counts = lambda *_, **__: True


def _something(*given: Any) -> bool:
    return bool(given[-1])


def _onto(name: str) -> Counts:
    return lambda _draft, target: Path(target).name == name


def _asking(method: str, part: str) -> Counts:
    """Requests with this method, and this in their path; an upload of nothing only asks what is there."""
    return lambda _client, asked, path, body=None, **_more: asked == method and part in path and body != {}


def _editing(_client: Any, _room: str, _type: str, content: Mapping[str, Any], **_more: Any) -> bool:
    return "m.new_content" in content


REQUESTS = {
    "login": _asking("POST", "/login"),
    "key upload": _asking("POST", "/keys/upload"),
    "key query": _asking("POST", "/keys/query"),
    "key claim": _asking("POST", "/keys/claim"),
    "room key": _asking("PUT", "/sendToDevice/m.room.encrypted/"),
    "identity upload": _asking("POST", "/keys/device_signing/upload"),
    "signatures": _asking("POST", "/keys/signatures/upload"),
    "members": _asking("GET", "/members"),
}
PLACES = {
    "before intake commit": Place(owner=position, name="move", after=True),
    "after intake commit": Place(owner=dispatcher.Dispatcher, name="offer", after=False, counts=_something),
    "before dispatch commit": Place(owner=inbox, name="handled", after=True),
    "after dispatch commit": Place(owner=sender.Sender, name="offer", after=False, counts=_something),
    "before send": Place(owner=Client, name="send", after=False),
    "after the answer, before noting": Place(owner=Client, name="send", after=True),
    "after noting": Place(owner=sender.Sender, name="note_sent", after=True),
    "between two transactions": Place(owner=Database, name="transaction", after=False),
    "before an edit": Place(owner=Client, name="send", after=False, counts=_editing),
    "an edit accepted, not noted": Place(owner=Client, name="send", after=True, counts=_editing),
    "before a redaction": Place(owner=Client, name="redact", after=False),
    "a redaction accepted, not noted": Place(owner=Client, name="redact", after=True),
    "keys taken, not committed": Place(owner=Inbound, name="take", after=True),
    "encrypted, not sent": Place(owner=RoomKeys, name="encrypt", after=True),
    "session drafted": Place(owner=Path, name="replace", after=False, counts=_onto(session_file.NAME)),
    "session kept": Place(owner=session_file, name="write", after=True),
    "identity drafted": Place(owner=Path, name="replace", after=False, counts=_onto(identity_file.NAME)),
    "identity kept": Place(owner=identity_file, name="write", after=True),
    "before keys are put aside": Place(owner=key_store, name="put_aside", after=False),
    "after keys were put aside": Place(owner=key_store, name="put_aside", after=True),
    "before logout": Place(owner=Client, name="log_out", after=False),
    "after logout": Place(owner=Client, name="log_out", after=True),
    **{f"before {each}": Place(owner=Client, name="request", after=False, counts=REQUESTS[each]) for each in REQUESTS},
    **{f"after {each}": Place(owner=Client, name="request", after=True, counts=REQUESTS[each]) for each in REQUESTS},
}
"""Boundary -> where it is."""

assert vars(intake)["position"] is position, "the intake must call what is wrapped here"


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def _wrap(place: Place, passages: int) -> None:
    real: Callable[..., Any] = getattr(place.owner, place.name)
    left = passages

    def pass_by(*given: Any, **more: Any) -> None:
        nonlocal left
        left -= place.counts(*given, **more)
        if left <= 0:
            _die()

    async def awaited(*given: Any, **more: Any) -> Any:
        if not place.after:
            pass_by(*given, **more)
        answer = await real(*given, **more)
        if place.after:
            pass_by(*given, **more)
        return answer

    def called(*given: Any, **more: Any) -> Any:
        if not place.after:
            pass_by(*given, **more)
        answer = real(*given, **more)
        if place.after:
            pass_by(*given, **more)
        return answer

    setattr(place.owner, place.name, awaited if asyncio.iscoroutinefunction(real) else called)


def main() -> None:
    log = sys.argv[1]
    for line in sys.stdin:
        config, boundary, passages = line.rstrip("\n").split("\t")
        pid = os.fork()
        if pid == 0:
            output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.dup2(output, 1)
            os.dup2(output, 2)
            if boundary != "never":
                _wrap(PLACES[boundary], int(passages))
            code = 1
            try:
                cli.run(Path(config))
                code = 0
            finally:
                os._exit(code)
        print(pid, flush=True)  # noqa: T201 (whoever started us waits for these lines)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 (the same)


main()
