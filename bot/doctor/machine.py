"""The machine's side: the configuration, the process, the disk, who may read the secret files."""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot import identity_file, lock, session_file
from bot.config import Config, ConfigError, check, load
from bot.doctor.finding import Finding, ok, problem, warning
from bot.onlooker import KEYS

_MB = 1024 * 1024
_FULL, _NEARLY_FULL = 50 * _MB, 500 * _MB
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def configuration(path: Path, environ: Mapping[str, str]) -> tuple[Config | None, list[Finding]]:
    """The configuration, None where it cannot be used, and what is wrong with it.

    A secret that this shell does not see is no problem of a bot that has logged in: a systemd credential is given to
    the service only.
    """
    problems = check(path, environ=environ)
    try:
        config = load(path, environ=environ)
    except ConfigError:
        return None, [problem("configuration", each) for each in problems]
    unseen = set(_unseen(config, environ)) if (config.data.directory / session_file.NAME).exists() else set()
    found = [
        warning("configuration", f"{each} If the service gets it from systemd, all is well.")
        if each in unseen
        else problem("configuration", each)
        for each in problems
    ]
    return config, found or [ok("configuration", f"{path}: no problems found.")]


def _unseen(config: Config, environ: Mapping[str, str]) -> Iterator[str]:
    for find in (config.secret, config.recovery_key, config.calendar_secret):
        try:
            find(environ)
        except ConfigError as error:
            yield from (each for each in error.problems if each.startswith("The bot has no "))


def process(directory: Path) -> Finding:
    """Whether a bot runs on this directory; taking the lock to see would keep one from starting just then."""
    pid = _holder(directory / lock.NAME)
    if pid is None:
        return warning("process", f"no bot runs on {directory}. If it should: start it.")
    return ok("process", f"the bot runs (process {pid}).")


def _holder(path: Path) -> str | None:
    """The process that holds the lock file, as the kernel lists it (proc(5), /proc/locks)."""
    try:
        pid, inode = path.read_text("ascii").strip(), str(path.stat().st_ino)
        lines = Path("/proc/locks").read_text("ascii").splitlines()
    except (OSError, ValueError):
        return None
    # "3: FLOCK  ADVISORY  WRITE 357 fe:00:2163856 0 EOF"
    held = {(parts[4], parts[5].rpartition(":")[2]) for line in lines if "FLOCK" in (parts := line.split())}
    return pid if (pid, inode) in held else None


def disk(directory: Path) -> Finding:
    """How much room is left where the data are."""
    existing = next(place for place in (directory, *directory.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    text = f"{free // _MB} MB free for {directory}."
    if free < _FULL:
        return problem("disk", f"{text} Make room: with a full disk the bot cannot take anything in.")
    if free < _NEARLY_FULL:
        return warning("disk", f"{text} Make room soon.")
    return ok("disk", text)


def files(config: Config) -> list[Finding]:
    """Whether the data can be read by us, and by nobody who should not."""
    directory = config.data.directory
    if not directory.exists():
        return [warning("files", f"{directory} does not exist yet. The bot makes it at its first start.")]
    found = []
    for path in _private(config):
        if not os.access(path, os.R_OK):
            found.append(problem("files", f"{path} cannot be read. Run this as the bot's user; else: chown it."))
        elif os.name == "posix" and path.stat().st_mode & _OTHERS:
            mode = "700" if path.is_dir() else "600"
            found.append(problem("files", f"others may look into {path}. Run: chmod {mode} {path}"))
    return found or [ok("files", f"what is in {directory} can be read by its owner only.")]


def _private(config: Config) -> Iterator[Path]:
    """What holds secrets or what people wrote."""
    directory = config.data.directory
    names = (session_file.NAME, identity_file.NAME, identity_file.NEXT, config.data.database.name, KEYS)
    yield directory
    for path in (directory / name for name in names):
        if os.path.lexists(path):
            yield path
    if os.access(directory / KEYS, os.R_OK | os.X_OK):
        yield from sorted(path for path in (directory / KEYS).iterdir() if path.is_file())
