"""One bot per data directory (contract C7): a second one would answer everything twice and break the keys."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "ag4-bot.lock"


class AlreadyRunning(Exception):
    """Another process holds the data directory. The text says which."""


@contextmanager
def held(directory: Path) -> Iterator[None]:
    """Hold the directory for as long as the block runs; the kernel lets go when the process dies, however it dies.

    Raises AlreadyRunning with a sentence.
    """
    descriptor = os.open(directory / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
            raise AlreadyRunning(
                f"Another bot is running on {directory} (process {pid}). Two bots on the same data would answer"
                " everything twice. Stop that one first, or give this one another [data] directory."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
