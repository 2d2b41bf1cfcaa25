"""`python -m benchmarks`: measure, print one table per homeserver, exit code 1 where a goal is not met."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks import dates, faq, homeservers, measures, questions, report, stage
from benchmarks.measures import Values
from benchmarks.stage import Stage
from benchmarks.subjects import ALL, IN_ENCRYPTED_ROOMS, Subject

_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 500_000_000
FAKE, SYNAPSE = "fake", "synapse"
PLAIN, ENCRYPTED = "plain", "encrypted"


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    rounds: int
    commands: int
    burst: int
    chatter: int
    chatter_pause_s: float
    catch_up: tuple[int, ...]
    growth: int
    starts: int
    rooms: int
    members: int
    quiet_s: float
    crowds: tuple[int, ...] = ()


_FULL = Plan(3, 200, 500, 400, 0.008, (500, 2000), 5000, 5, 100, 200, 5)
_QUICK = Plan(1, 50, 100, 100, 0.008, (500,), 500, 2, 10, 20, 5)
_FULL_REAL = Plan(2, 100, 500, 0, 0, (500, 2000), 0, 0, 0, 0, 20)
_QUICK_REAL = Plan(1, 30, 100, 0, 0, (100,), 0, 0, 0, 0, 20)

Found = defaultdict[str, defaultdict[str, list[float]]]


@dataclass(frozen=True)
class Run:
    """Everything on one homeserver; `found` holds subject -> name of the value -> one value per round."""

    on: Stage
    plan: Plan
    found: Found

    async def all(self) -> None:
        """Measure everything the plan holds."""
        for subject in self.on.subjects:
            await measures.burst(self.on, subject, self.plan.burst)  # warms up
        for number in range(self.plan.rounds):
            await self._round(f"round {number + 1} of {self.plan.rounds}")
        await self._starts("")
        for count in self.plan.catch_up:
            await self._each(f"catch-up of {count}", partial(measures.catch_up, count=count), self._with_position)
        if self.plan.growth:
            await self._each("memory", partial(measures.memory, count=self.plan.growth), self._with_position)
        for size in self.plan.crowds:
            crowd = await self.on.crowd(f"crowd{size}-", size)
            await self._each(f"a room of {size}", partial(measures.first_message, crowd=crowd))
        if self.plan.rooms:
            for subject in self.on.subjects:
                await subject.stop()
            await _further_rooms(self.on, self.plan)
            await self._starts(f", {self.plan.rooms} rooms more")
        for subject in self.on.subjects:
            self._note(subject, measures.totals(self.on, subject))

    async def _round(self, what: str) -> None:
        plan = self.plan
        await self._each(f"{what}, one at a time", partial(measures.one_at_a_time, count=plan.commands))
        await self._each(f"{what}, burst", partial(measures.burst, count=plan.burst))
        if plan.chatter:
            chatter = partial(measures.chatter, count=plan.chatter, pause_s=plan.chatter_pause_s)
            await self._each(f"{what}, chatter", chatter)

    async def _starts(self, label: str) -> None:
        if not self.plan.starts:
            return
        for subject in self.on.subjects:
            await measures.first_start(self.on, subject, label="")  # warms up
        for _ in range(self.plan.starts):
            await self._each(f"restart{label}", partial(measures.restart, label=label), self._with_position)
        for _ in range(self.plan.starts):
            await self._each(f"first start{label}", partial(measures.first_start, label=label))

    async def _each(
        self, what: str, measure: Callable[[Stage, Subject], Awaitable[Values]], subjects: Sequence[Subject] = ()
    ) -> None:
        for subject in subjects or self.on.subjects:
            print(f"  {what}: {subject.name}", file=sys.stderr, flush=True)
            self._note(subject, await measure(self.on, subject))

    def _note(self, subject: Subject, values: Values) -> None:
        for name, value in values.items():
            self.found[subject.name][name].append(value)

    @property
    def _with_position(self) -> list[Subject]:
        return [subject for subject in self.on.subjects if subject.remembers]


async def _further_rooms(on: Stage, plan: Plan) -> None:
    """Rooms with many members that nobody talks in; every subject is in all of them."""
    print(f"  making {plan.rooms} rooms of {plan.members} members", file=sys.stderr, flush=True)
    members = [(await on.homeserver.register(f"member{number}")).token for number in range(plan.members - 1)]
    bots = [subject.token for subject in on.subjects]
    for _ in range(plan.rooms):
        room = await on.homeserver.room(on.owner.token, [])
        async with asyncio.TaskGroup() as group:
            for token in (*members, *bots):
                group.create_task(on.homeserver.join(room, token))


async def _measure(homeserver: str, names: Sequence[str], plan: Plan, directory: Path) -> Found:
    found: Found = defaultdict(lambda: defaultdict(list))
    where = homeservers.fake() if homeserver == FAKE else homeservers.real(directory / "homeserver")
    async with where as url, stage.built(url, names, directory, quiet_s=plan.quiet_s) as on:
        await Run(on, plan, found).all()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="The bot beside nio and a bare HTTP loop."
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of it, in a few minutes; not for conclusions")
    parser.add_argument("--on", choices=(FAKE, SYNAPSE, "both"), default="both", help="which homeserver")
    parser.add_argument("--rooms", choices=(PLAIN, ENCRYPTED, "both"), default="both", help="rooms of which kind")
    parser.add_argument("--rounds", type=int, help="how often everything is measured; the median counts")
    parser.add_argument("--subjects", default=",".join(ALL), help=f"some of: {','.join(ALL)}")
    parser.add_argument("--questions", action="store_true", help="instead: commands with up to 10,000 questions stored")
    parser.add_argument("--dates", action="store_true", help="instead: 10,000 dates, 500 people, 50 rooms")
    parser.add_argument("--faq", action="store_true", help="instead: the FAQ with 60, 1,000 and 10,000 entries")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the values of all rounds to FILE")
    wish = parser.parse_args()
    names = [name.strip() for name in wish.subjects.split(",")]
    if unknown := set(names) - set(ALL):
        parser.error(f"no such subject: {', '.join(sorted(unknown))}")
    everything: dict[str, object] = {}
    met = True
    if wish.questions:
        everything, met = _questions(quick=wish.quick)
        _write(wish.json, everything)
        sys.exit(not met)
    if wish.dates:
        everything, met = _dates((FAKE, SYNAPSE) if wish.on == "both" else (wish.on,), quick=wish.quick)
        _write(wish.json, everything)
        sys.exit(not met)
    if wish.faq:
        everything, met = _faq(quick=wish.quick)
        _write(wish.json, everything)
        sys.exit(not met)
    with tempfile.TemporaryDirectory(prefix="ag4-bench-", dir=_memory()) as place:
        for title, homeserver, default, comparison in _wanted(wish.on, wish.rooms, quick=wish.quick):
            directory = Path(place, title.replace(" ", "-"))
            directory.mkdir()
            print(title, file=sys.stderr, flush=True)
            plan = replace(default, rounds=wish.rounds or default.rounds)
            subjects = IN_ENCRYPTED_ROOMS if comparison is report.ENCRYPTED else names
            found = asyncio.run(_measure(homeserver, subjects, plan, directory))
            everything[title] = found
            text = report.table(f"On the {title}", found, comparison)
            print(text, flush=True)
            met = met and "NOT MET" not in text
    _write(wish.json, everything)
    sys.exit(not met)


def _questions(*, quick: bool) -> tuple[dict[str, object], bool]:
    """Everything measured of commands about questions, and whether all goals are met."""
    samples = questions.QUICK_SAMPLES if quick else questions.SAMPLES
    with tempfile.TemporaryDirectory(prefix="ag4-bench-", dir=_memory()) as place:
        found = asyncio.run(questions.measure(Path(place), questions.SIZES, samples))
    text = questions.table(found)
    print(text, flush=True)
    return questions.values(found), "NOT MET" not in text


def _dates(on: Sequence[str], *, quick: bool) -> tuple[dict[str, object], bool]:
    """Everything measured of dates, and whether all goals are met."""
    with tempfile.TemporaryDirectory(prefix="ag4-bench-", dir=_memory()) as place:
        found = asyncio.run(dates.measure(Path(place), quick=quick, on=on))
    text = dates.table(found)
    print(text, flush=True)
    return dates.values(found), "NOT MET" not in text


def _faq(*, quick: bool) -> tuple[dict[str, object], bool]:
    """Everything measured of the FAQ, and whether all goals are met."""
    found = faq.measure(quick=quick)
    text = faq.table(found)
    print(text, flush=True)
    return faq.values(found), "NOT MET" not in text


def _write(path: Path | None, everything: dict[str, object]) -> None:
    if path is not None:
        path.write_text(json.dumps(everything, indent=1), "utf-8")


def _wanted(on: str, rooms: str, *, quick: bool) -> Iterator[tuple[str, str, Plan, report.Comparison]]:
    """The runs that are wished for: title, homeserver, plan, comparison."""
    for homeserver, plan, comparison in (
        (FAKE, _QUICK if quick else _FULL, report.FAKE),
        (SYNAPSE, _QUICK_REAL if quick else _FULL_REAL, report.SYNAPSE),
    ):
        if on not in {homeserver, "both"}:
            continue
        if rooms in {PLAIN, "both"}:
            yield f"{homeserver} homeserver", homeserver, plan, comparison
        if rooms in {ENCRYPTED, "both"}:
            crowds = (60,) if quick else (60, 200)
            encrypted = replace(plan, rooms=0, crowds=crowds)
            yield f"{homeserver} homeserver, encrypted rooms", homeserver, encrypted, report.ENCRYPTED


def _memory() -> Path | None:
    """In memory where there is room: then it is not the disk that is measured."""
    enough = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH_BYTES
    return _MEMORY if enough else None


if __name__ == "__main__":
    main()
