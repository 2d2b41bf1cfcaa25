"""What is set up on a homeserver before anything is measured: people, rooms, a watcher, subjects."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import processes
from benchmarks.encryption import ENCRYPTED, Device
from benchmarks.people import Account, Homeserver, Watcher, message
from benchmarks.subjects import ALL, BOT, COMMAND, IN_ENCRYPTED_ROOMS, Subject

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
    owner: Account
    people: Sequence[Device]
    watcher: Watcher
    eyes: Device
    subjects: Sequence[Subject]
    quiet_s: float

    async def say(self, subject: Subject, number: int, text: str = COMMAND) -> str:
        """The `number`-th message (0, 1, ...): people and rooms take turns."""
        person = self.people[number % PEOPLE]
        event_id = await self.say_in(subject.rooms[number // PEOPLE % ROOMS], person, text, encrypted=subject.encrypted)
        if text == COMMAND:
            subject.commands.append(event_id)
        return event_id

    async def say_in(self, room: str, person: Device, text: str = COMMAND, *, encrypted: bool) -> str:
        """One message; its event ID."""
        content, kind = message(text), "m.room.message"
        if encrypted:
            content, kind = person.encrypt(room, content), ENCRYPTED
        return await self.homeserver.send(room, person.account.token, kind, content)

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
        person = self.people[0]
        async with asyncio.timeout(_START_S):
            while not first:
                await self.introduce(subject, [person], subject.rooms[:1])
                probes.append(await self.say_in(subject.rooms[0], person, encrypted=subject.encrypted))
                _ = subject.pid  # raises where it has ended
                await self.watcher.answers(probes[-1:], quiet_s=_PROBE_S)
                first = next((each for each in probes if self.watcher.answered([each])), "")
        await self.introduce(subject, self.people, subject.rooms)
        last = await self.say(subject, 0)
        if not await self.watcher.answers([last], quiet_s=self.quiet_s):
            raise RuntimeError(f"{subject.name} answered once and then no more")
        await processes.rest(subject.pid)
        return first

    async def introduce(self, subject: Subject, people: Sequence[Device], rooms: Sequence[str]) -> None:
        """People give the subject's devices the keys of what they will say, where that is encrypted."""
        if subject.encrypted:
            devices = await self.homeserver.devices(subject.user_id, people[0].account.token)
            for person in people:
                await person.introduce(self.homeserver, rooms, devices)

    def read_answers(self) -> None:
        """Decrypt what was answered so far."""
        self.watcher.read(self.eyes.take, self.eyes.read)

    async def crowd(self, name: str, count: int) -> list[Device]:
        """People with a device each that no subject has met."""
        return [await _person(self.homeserver, f"{name}{number}") for number in range(count)]

    async def hall(self, subject: Subject, crowd: Sequence[Device]) -> str:
        """A new room with a crowd, the subject, and somebody to ask it."""
        inside = [*(each.account.token for each in crowd), self.eyes.account.token, self.people[0].account.token]
        room = await self.homeserver.room(self.owner.token, [*inside, subject.token], encrypted=subject.encrypted)
        await processes.rest(subject.pid)
        await self.introduce(subject, self.people[:1], [room])
        await processes.rest(subject.pid)
        return room


async def _person(homeserver: Homeserver, name: str) -> Device:
    device = Device(await homeserver.register(name))
    await device.publish(homeserver)
    return device


@contextlib.asynccontextmanager
async def built(url: str, names: Sequence[str], directory: Path, *, quiet_s: float) -> AsyncIterator[Stage]:
    """Set everything up; the subjects are started once, and the others say what the bot says."""
    homeserver = Homeserver.at(url)
    subjects: list[Subject] = []
    watching: asyncio.Task[None] | None = None
    try:
        owner = await homeserver.register("owner")
        eyes = await _person(homeserver, "watcher")
        people = [await _person(homeserver, f"person{number}") for number in range(PEOPLE)]
        answer = directory / "answer.json"
        answer.write_text(json.dumps(_FALLBACK), "utf-8")
        for name in names:
            account = await homeserver.register(f"subject{len(subjects)}")
            place = directory / name.replace(" ", "").replace(",", "-")
            subject = Subject(name, url, account.user_id, account.token, [], [], place, answer)
            inside = [account.token, eyes.account.token, *(person.account.token for person in people)]
            rooms = [await homeserver.room(owner.token, inside, encrypted=subject.encrypted) for _ in range(ROOMS)]
            further = [await homeserver.room(owner.token, [account.token]) for _ in range(FURTHER_ROOMS)]
            subjects.append(replace(subject, rooms=rooms, further_rooms=further))
        watcher = Watcher(homeserver, eyes.account.token, [subject.user_id for subject in subjects])
        ready = asyncio.Event()
        watching = asyncio.create_task(watcher.run(ready))
        await asyncio.wait({watching, asyncio.ensure_future(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            watching.result()
        stage = Stage(homeserver, owner, people, watcher, eyes, subjects, quiet_s)
        order = (*ALL, *IN_ENCRYPTED_ROOMS)
        for subject in sorted(subjects, key=lambda each: order.index(each.name)):
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
