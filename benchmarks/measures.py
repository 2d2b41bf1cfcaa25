"""What is measured, one function each: a subject in, values by name out. Times in ms, memory in MiB."""

import asyncio
import statistics
from collections.abc import Sequence

from benchmarks import processes
from benchmarks.encryption import Device
from benchmarks.stage import Stage
from benchmarks.subjects import Subject

Values = dict[str, float]

CHATTER = "Guten Morgen zusammen, das Protokoll der letzten Sitzung liegt jetzt in der Ablage."
_PAUSE_S = 0.02
"""Between two commands, so that each is measured alone."""


async def one_at_a_time(stage: Stage, subject: Subject, count: int) -> Values:
    """Each command waits for the answer to the one before, and a little longer: latency, CPU per command."""
    loop = asyncio.get_running_loop()
    await processes.rest(subject.pid)
    cpu = processes.cpu_s(subject.pid)
    took = []
    for number in range(count):
        began = loop.time()
        event_id = await stage.say(subject, number)
        seen = await stage.watcher.answers([event_id], quiet_s=stage.quiet_s)
        if event_id in seen:
            took.append(seen[event_id] - began)
        await asyncio.sleep(_PAUSE_S)
    await processes.rest(subject.pid)
    cpu = processes.cpu_s(subject.pid) - cpu
    return {
        **_latencies("latency", took),
        "latency lost": count - len(took),
        "CPU per command": 1000 * cpu / count,
    }


async def burst(stage: Stage, subject: Subject, count: int) -> Values:
    """25 people in 5 rooms at once: latency, answers per second, CPU per command."""
    await processes.rest(subject.pid)
    cpu = processes.cpu_s(subject.pid)
    began = await stage.say_at_once(subject, count)
    seen = await stage.watcher.answers(began, quiet_s=stage.quiet_s)
    await processes.rest(subject.pid)
    cpu = processes.cpu_s(subject.pid) - cpu
    return {
        **_latencies("burst", [at - began[event_id] for event_id, at in seen.items()]),
        "burst per second": len(seen) / (max(seen.values()) - min(began.values())) if seen else 0,
        "burst lost": count - len(seen),
        "burst doubled": stage.watcher.doubled(began),
        "burst CPU per command": 1000 * cpu / count,
    }


async def chatter(stage: Stage, subject: Subject, count: int, *, pause_s: float) -> Values:
    """Lines that are not for the bot, with a pause after each, so that each comes with a sync of its own."""
    await processes.rest(subject.pid)
    cpu = processes.cpu_s(subject.pid)
    for number in range(count):
        await stage.say(subject, number, CHATTER)
        await asyncio.sleep(pause_s)
    await processes.rest(subject.pid)
    return {"CPU per chatter line": 1000 * (processes.cpu_s(subject.pid) - cpu) / count}


async def catch_up(stage: Stage, subject: Subject, count: int) -> Values:
    """Commands that came while it was down: lost, doubled, and the time from its start to the last answer."""
    await subject.stop()
    commands = await stage.say_at_once(subject, count)
    began = asyncio.get_running_loop().time()
    await subject.start()
    seen = await stage.watcher.answers(commands, quiet_s=stage.quiet_s, first_s=10 * stage.quiet_s)
    await processes.rest(subject.pid)
    return {
        f"catch-up {count} lost": count - len(seen),
        f"catch-up {count} doubled": stage.watcher.doubled(commands),
        f"catch-up {count} took": 1000 * (max(seen.values(), default=began) - began),
    }


async def restart(stage: Stage, subject: Subject, *, label: str) -> Values:
    """From the start of the process to its answer to what was asked before."""
    await subject.stop()
    command = await stage.say(subject, 0)
    began = asyncio.get_running_loop().time()
    await subject.start()
    seen = await stage.watcher.answers([command], quiet_s=10 * stage.quiet_s)
    await processes.rest(subject.pid)
    return {f"restart{label}": 1000 * (seen[command] - began)} if seen else {}


async def first_start(stage: Stage, subject: Subject, *, label: str) -> Values:
    """The same with nothing kept: new database, new login, whole sync. Asked every 30 ms until it answers."""
    await subject.stop()
    subject.forget()
    began = asyncio.get_running_loop().time()
    await subject.start()
    first = await stage.answered(subject)
    seen = await stage.watcher.answers([first], quiet_s=0)
    return {f"first start{label}": 1000 * (seen[first] - began)}


async def memory(stage: Stage, subject: Subject, count: int) -> Values:
    """Resident memory at rest after a start, and what `count` commands in bursts of 500 add to it after a warm-up."""
    await subject.stop()
    await subject.start()
    await stage.answered(subject)
    idle = processes.rss_mib(subject.pid)
    part = min(500, count)
    await _answer_all(stage, subject, part)
    warm = processes.rss_mib(subject.pid)
    for _ in range(count // part):
        await _answer_all(stage, subject, part)
    return {
        "idle memory": idle,
        f"memory growth over {count}": processes.rss_mib(subject.pid) - warm,
    }


async def first_message(stage: Stage, subject: Subject, crowd: Sequence[Device]) -> Values:
    """The first answer in a room with a crowd whose devices it has never met, and the first after a restart."""
    room = await stage.hall(subject, crowd)
    values = {f"first message, {len(crowd)} devices": await _one(stage, subject, room)}
    await subject.stop()
    await subject.start()
    await stage.answered(subject)
    values[f"first message, {len(crowd)} devices, restarted"] = await _one(stage, subject, room)
    return {name: value for name, value in values.items() if value is not None}


async def _one(stage: Stage, subject: Subject, room: str) -> float | None:
    began = asyncio.get_running_loop().time()
    command = await stage.say_in(room, stage.people[0], encrypted=subject.encrypted)
    subject.commands.append(command)
    seen = await stage.watcher.answers([command], quiet_s=10 * stage.quiet_s)
    await processes.rest(subject.pid)
    return 1000 * (seen[command] - began) if seen else None


async def _answer_all(stage: Stage, subject: Subject, count: int) -> None:
    await stage.watcher.answers(await stage.say_at_once(subject, count), quiet_s=stage.quiet_s)
    await processes.rest(subject.pid)


def totals(stage: Stage, subject: Subject) -> Values:
    """Of everything it was asked (while down, too): how much was lost, doubled, or answered with something else."""
    stage.read_answers()
    answered = stage.watcher.answered(subject.commands)
    first = next(command for command in subject.commands if command in answered)  # without any, `built` has raised
    body = str(stage.watcher.content(first)["body"])
    return {
        "asked in all": len(subject.commands),
        "lost in all": len(subject.commands) - len(answered),
        "doubled in all": stage.watcher.doubled(subject.commands),
        "wrong in all": stage.watcher.wrong(subject.commands, body),
    }


def _latencies(name: str, seconds: Sequence[float]) -> Values:
    if len(seconds) < 2:
        return {}
    return {
        f"{name} median": 1000 * statistics.median(seconds),
        f"{name} p95": 1000 * statistics.quantiles(seconds, n=20)[-1],
    }
