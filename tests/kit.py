"""A small bot for the tests of the spine: few commands, each there to show one thing."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import App
from bot.outgoing import Writer
from commands.command import Call, Effect, Follower, Job, Message, Reaction, Reply, command
from commands.errors import NotPossible, UsageError
from commands.help import help_for
from commands.markup import fill
from commands.registry import Registry
from storage import outbox, rooms
from storage.tables import RoomKind
from tests.dialog import BOT, MONDAY, PASSWORD, Dialog, config_for
from tests.homeserver import Event, FakeHomeserver

SECRET = "Rhabarberkuchen"
"""Stands for what a person wrote: it must be found only where it belongs."""
MESSAGES = ("m.room.message", "m.room.encrypted")


@command("echo", "<Text>", example="!echo Guten Tag")
async def echo(call: Call, _session: AsyncSession) -> Reply:
    """Sagt, was Sie sagen."""
    [text] = call.words(1)
    return Reply(text=fill("Echo: {text}", text=text))


@command("kaputt", "[Text]", example="!kaputt")
async def broken(call: Call, session: AsyncSession) -> Reply:
    """Ändert etwas und stürzt dann ab, mit dem Text der Nachricht im Fehler."""
    await rooms.note(session, "!half-done:test", kind=RoomKind.OTHER)
    raise RuntimeError(f"a bug that quotes the message: {call.text}")


@command("falsch", "<Zahl>", example="!falsch 3")
async def misused(call: Call, session: AsyncSession) -> Reply:
    """Passt nie."""
    await rooms.note(session, "!half-done:test", kind=RoomKind.OTHER)
    raise UsageError("Da fehlt die Zahl.")


@command("geht nicht", "[Text]", example="!geht nicht")
async def impossible(call: Call, session: AsyncSession) -> Reply:
    """Geht nie."""
    await rooms.note(session, "!half-done:test", kind=RoomKind.OTHER)
    raise NotPossible("Das geht gerade nicht. Versuchen Sie es morgen wieder.")


@command("ansage", "<Text>", example="!ansage Hallo")
async def tell(call: Call, session: AsyncSession) -> Reply:
    """Antwortet mit Knopf und schreibt in alle Räume der Arbeitsgruppen."""
    told = await rooms.of_kind(session, RoomKind.GROUP)
    text = fill("Ansage: {text}", text=call.text)
    messages = tuple(
        Message(key=f"told:{call.event_id}:{room}", room_id=room, text=text, subject="date:1", mentions=(call.sender,))
        for room in told
    )
    return Reply(
        text=fill("Gesendet an {n} Räume.", n=len(told)), subject="date:1", reactions=("✅",), messages=messages
    )


async def free(call: Call, _session: AsyncSession) -> Reply:
    """The answer to what is no command."""
    return Reply(text=fill("Frei: {text}", text=call.text or "(nichts)"))


async def pressed(call: Call, _session: AsyncSession) -> Reply | None:
    """The answer to a button."""
    return Reply(text=fill("Gedrückt: {text}", text=call.text))


async def _nobody(_call: Call, _cause: str, _session: AsyncSession) -> Reply | None:
    return None


def small(*, jobs: tuple[Job, ...] = (), **more: Any) -> Registry:
    """A registry with the commands above; `more` replaces its fields."""
    commands: list[Any] = [echo, broken, misused, impossible, tell]
    commands.append(help_for(lambda: commands))
    parts: dict[str, Any] = {
        "commands": commands,
        "reactions": (Reaction(emoji="✅", subject="date", handler=pressed),),
        "followers": (Follower(edited=_nobody, deleted=_nobody),),
        "jobs": jobs,
        "free_text": free,
    }
    return Registry(**(parts | more))


def dialog_with(hs: FakeHomeserver, directory: Path, registry: Registry | None = None, **tables: Any) -> Dialog:
    """A dialog with the small bot, not started yet; the rooms are there."""
    Dialog.furnish(hs)
    return Dialog(hs=hs, config=config_for(hs, directory, **tables), registry=registry or small())


def said(hs: FakeHomeserver, room: str) -> list[str]:
    """What the bot said in a room, as plain text, in order."""
    return [event.body for event in hs.messages(room, BOT)]


def answers_to(hs: FakeHomeserver, event_id: str) -> list[Event]:
    """The bot's messages that reply to an event, anywhere."""
    return [
        event
        for event in hs.world.events.values()
        if event.sender == BOT
        and event.type == "m.room.message"
        and event.content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id") == event_id
    ]


async def speak(app: App, *effects: Effect) -> None:
    """Let the bot do something of its own accord, as a job does; does not wait until it is done."""
    async with app.database.transaction() as session:
        queued = await outbox.add(session, Writer("DEVICE").messages(effects, at=MONDAY))
    app.sender.offer(queued)


def shown(hs: FakeHomeserver, room: str, read: Callable[[Event], Any] = lambda event: event.content) -> list[str]:
    """What a client shows of what the bot said in a room: edits where they belong, and nothing that was removed.

    `read` is how that client reads an event; what belongs together must be seen without it.
    """
    bodies: dict[str, str] = {}
    for event in hs.events(room):
        if event.sender != BOT or event.type not in MESSAGES or event.redacted_because is not None:
            continue
        relation = event.content.get("m.relates_to", {})
        if relation.get("rel_type") != "m.replace":
            bodies[event.event_id] = read(event)["body"]
        elif relation["event_id"] in bodies:
            bodies[relation["event_id"]] = read(event)["m.new_content"]["body"]
    return list(bodies.values())


def query(path: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask the database file directly, whoever else has it open."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement, values).fetchall()


def stands_anywhere(directory: Path, text: str) -> list[str]:
    """The files below a directory that hold an ASCII text."""
    forms = [text.encode(), text.encode("utf-16-le")]
    return [
        str(path)
        for path in sorted(directory.rglob("*"))
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    ]


CONFIG = """
[homeserver]
url = "{url}"
user = "@ag4-bot:test"
[data]
directory = "data"
[encryption]
enabled = false
[rooms]
plenary = "#plenum:test"
coordination = "#koordination:test"
[rooms.groups]
3 = "#ag3:test"
[people]
coordinators = ["@karin:test"]
"""


def write_config(url: str, directory: Path) -> Path:
    """A configuration file for a bot in a process of its own; its data is in `directory / "data"`."""
    path = directory / "config.toml"
    path.write_text(CONFIG.format(url=url))
    return path


async def start_process(
    config: Path, *, password: str = PASSWORD, before: str = "", through: Sequence[str] = (), **more: Any
) -> asyncio.subprocess.Process:
    """The real bot, `python -m bot run`; with `before`, that code runs first in the same process, `through` another program."""
    way = ["-c", f"{before}\nfrom bot.__main__ import main\nmain()"] if before else ["-m", "bot"]
    return await asyncio.create_subprocess_exec(
        *(*through, sys.executable, "-W", "default", *way, "run", "--config", str(config)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "AG4_BOT_PASSWORD": password, "PYTHONPATH": str(Path(__file__).parents[1])},
        cwd=config.parent,
        **more,
    )


async def output_of(process: asyncio.subprocess.Process, timeout_s: float = 30) -> str:
    """Everything the process writes until it ends; it is killed when that takes too long."""
    try:
        written, _ = await asyncio.wait_for(process.communicate(), timeout_s)
    except TimeoutError:
        process.kill()
        written, _ = await process.communicate()
    return written.decode()


@dataclass(kw_only=True)
class CrashingBot:
    """The bot in this process, which can be dropped as if it had been killed: no stop, no last commits."""

    hs: FakeHomeserver
    directory: Path
    registry: Registry
    now: Callable[[], Any] = lambda: MONDAY
    _app: App | None = None
    _run: asyncio.Task[None] | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def app(self) -> App:
        assert self._app is not None, "the bot is not running"
        return self._app

    @property
    def running(self) -> bool:
        return self._run is not None

    async def start(self) -> None:
        """Start on the same directory; does not wait for anything but the login."""
        config = config_for(self.hs, self.directory)
        self.directory.mkdir(exist_ok=True)
        self._stop = asyncio.Event()
        secret = config.secret({"AG4_BOT_PASSWORD": PASSWORD})
        self._app = await App.start(config, secret, now=self.now, registry=self.registry)
        self._run = asyncio.create_task(self._app.run(self._stop))

    async def crash(self) -> None:
        """Drop it where it stands: its tasks are abandoned, what is not committed is gone."""
        run, self._run = self._run, None
        if run is None:
            return
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task() and _is_bots(task)]
        for task in (run, *tasks):
            task.cancel()
        await asyncio.gather(run, *tasks, return_exceptions=True)
        with suppress(Exception):
            await self.app.close()
        self._app = None

    async def stop(self) -> None:
        """Stop it as SIGTERM would."""
        run, self._run = self._run, None
        if run is None:
            return
        self._stop.set()
        try:
            await run
        finally:
            await self.app.close()
            self._app = None

    async def settle(self) -> None:
        """Wait until it has taken in, handled and sent everything."""
        async with asyncio.timeout(30):
            while True:
                assert self._run is not None
                if self._run.done():
                    self._run.result()
                await self.hs.polling(BOT)
                position = self.hs.position
                while not (self.app.dispatcher.idle and self.app.sender.idle and self.app.upkeep.idle):  # noqa: ASYNC110 (the app has no event for it)
                    await asyncio.sleep(0.001)  # a condition is polled, not a time waited out
                if self.hs.position == position:
                    return


def _is_bots(task: asyncio.Task[Any]) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and "/bot/" in code.co_filename and "/tests/" not in code.co_filename
