"""What is set up on a homeserver before anything is measured: people, rooms, a watcher, subjects."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes
from benchmarks.people import Homeserver, Watcher
from benchmarks.subjects import ALL, BOT, COMMAND, Subject

PEOPLE, ROOMS, FURTHER_ROOMS = 25, 5, 2
_PROBE_S = 0.03
_START_S = 90.0
_FALLBACK = {
    "msgtype": "m.notice",
    "body": "So erreichen Sie uns: ozg@sachsen-anhalt.de\nhttps://ozg.sachsen-anhalt.de/\n" + "Auskunft " * 10,
    "format": "org.matrix.custom.html",
    "formatted_body": "<p>So erreichen Sie uns: ozg@sachsen-anhalt.de</p>" + "Auskunft " * 20,
    "m.mentions": {},
}


@dataclass
class Stage:
    """A homeserver with people, their watcher and the subjects. `quiet_s`: after so long, what is missing is lost."""

    homeserver: Homeserver
    people: Sequence[str]
    watcher: Watcher
    subjects: Sequence[Subject]
    quiet_s: float

    async def say(self, subject: Subject, number: int, text: str = COMMAND) -> str:
        """The `number`-th message (0, 1, ...): people and rooms take turns."""
        person = self.people[number % PEOPLE]
        room = subject.rooms[number // PEOPLE % ROOMS]
        event_id = await self.homeserver.say(room, person, text)
        if text == COMMAND:
            subject.commands.append(event_id)
        return event_id

    async def say_at_once(self, subject: Subject, count: int, text: str = COMMAND) -> dict[str, float]:
        """All people talk at the same time, each one message after the other; gives when (loop time) each began."""
        began: dict[str, float] = {}

        async def one(person: int) -> None:
            for number in range(person, count, PEOPLE):
                at = asyncio.get_running_loop().time()
                began[await self.say(subject, number, text)] = at

        async with asyncio.TaskGroup() as group:
            for person in range(PEOPLE):
                group.create_task(one(person))
        return began

    async def answered(self, subject: Subject) -> str:
        """Ask until it answers, and then once more, so that nothing is under way; gives the first answered command."""
        first = ""
        probes: list[str] = []
        async with asyncio.timeout(_START_S):
            while not first:
                probes.append(await self.homeserver.say(subject.rooms[0], self.people[0], COMMAND))
                _ = subject.pid  # raises where it has ended
                await self.watcher.answers(probes[-1:], quiet_s=_PROBE_S)
                first = next((each for each in probes if self.watcher.answered([each])), "")
        last = await self.say(subject, 0)
        if not await self.watcher.answers([last], quiet_s=self.quiet_s):
            raise RuntimeError(f"{subject.name} answered once and then no more")
        await processes.rest(subject.pid)
        return first


@contextlib.asynccontextmanager
async def built(url: str, names: Sequence[str], directory: Path, *, quiet_s: float) -> AsyncIterator[Stage]:
    """Set everything up; the subjects are started once, and the others say what the bot says."""
    homeserver = Homeserver.at(url)
    subjects: list[Subject] = []
    watching: asyncio.Task[None] | None = None
    try:
        owner, watcher_token = [(await homeserver.register(name))[1] for name in ("owner", "watcher")]
        people = [(await homeserver.register(f"person{number}"))[1] for number in range(PEOPLE)]
        answer = directory / "answer.json"
        answer.write_text(json.dumps(_FALLBACK), "utf-8")
        for name in names:
            user_id, token = await homeserver.register(f"subject{len(subjects)}")
            inside = [token, watcher_token, *people]
            rooms = [await homeserver.room(owner, inside) for _ in range(ROOMS)]
            further = [await homeserver.room(owner, [token]) for _ in range(FURTHER_ROOMS)]
            place = directory / name.replace(" ", "")
            subjects.append(Subject(name, url, user_id, token, rooms, further, place, answer))
        watcher = Watcher(homeserver, watcher_token, [subject.user_id for subject in subjects])
        ready = asyncio.Event()
        watching = asyncio.create_task(watcher.run(ready))
        await asyncio.wait({watching, asyncio.ensure_future(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            watching.result()
        stage = Stage(homeserver, people, watcher, subjects, quiet_s)
        for subject in sorted(subjects, key=lambda each: ALL.index(each.name)):
            await subject.start()
            content = watcher.content(await stage.answered(subject))
            if subject.name == BOT:
                kept = {key: value for key, value in content.items() if key in _FALLBACK}
                answer.write_text(json.dumps(kept), "utf-8")
        yield stage
    finally:
        for subject in subjects:
            await subject.stop()
        if watching is not None:
            watching.cancel()
        await homeserver.close()
