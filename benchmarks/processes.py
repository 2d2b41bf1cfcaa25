"""Processes of the benchmark: how they are started, measured and ended. None outlives the benchmark."""

import asyncio
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE_S = 15.0
_LINUX = sys.platform == "linux"


async def spawn(argv: Sequence[str], *, log: Path | None = None) -> Process:
    """Run `python -m argv`, its output into `log` (else to a pipe); it ends when we do, however we end."""
    output: Any = log.open("ab") if log is not None else PIPE
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot.demo.guarded", *argv),
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            stdin=PIPE,
            stdout=output,
            stderr=STDOUT if log is not None else DEVNULL,
            start_new_session=True,
        )
    finally:
        if log is not None:
            output.close()


async def end(process: Process) -> None:
    """End one process: SIGTERM, and SIGKILL if that does not help."""
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _PATIENCE_S)
        except TimeoutError:
            process.kill()
            await process.wait()


def cpu_s(pid: int) -> float:
    """CPU seconds (user and system, all threads) a process has used; to the nanosecond on Linux."""
    if _LINUX:
        return time.clock_gettime((~pid << 3) | 2)  # its CPU clock, see clock_getcpuclockid(3)
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def rss_mib(pid: int) -> float:
    """Resident memory in MiB."""
    return psutil.Process(pid).memory_info().rss / 2**20


async def rest(pid: int) -> None:
    """Wait until a process has come to rest: less than 1 ms of CPU time in 50 ms; at most 3 s."""
    for _ in range(60):
        before = cpu_s(pid)
        await asyncio.sleep(0.05)
        if cpu_s(pid) - before < 0.001:
            return
