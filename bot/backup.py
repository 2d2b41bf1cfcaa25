"""`ag4-bot backup` and `ag4-bot restore`: one archive with what cannot be made anew.

That is the database, and the identity by which others trust the bot. Never the key store: an old one on a live
device uses keys twice, and what it writes can never be read. Never session.json: without it, a restored bot logs in
as a new device, which the kept identity signs.
"""

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot import identity_file, lock
from bot.config import DATABASE, Config
from storage import snapshot

_ORDER = (DATABASE, identity_file.NAME, identity_file.NEXT)
"""What is in an archive, in the order in which it is put back: without its identity a bot refuses to start, but
without its database it would begin anew."""
_IGNORED = {lock.NAME, "lost+found"}


class BackupRefused(Exception):
    """A backup cannot be made or restored. The text says why, and what to do; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore has done: whether there was an identity, and where the data that stood there are now."""

    has_identity: bool
    aside: Path | None


def make(config: Config, file: Path, *, force: bool = False) -> tuple[str, ...]:
    """Write an archive, whole or not at all, readable by the owner only; what is in it. The bot may run meanwhile.

    Raises BackupRefused, DatabaseUnusable, TrustRefused (the identity is damaged).
    """
    directory = config.data.directory
    if file.is_dir() or (os.path.lexists(file) and not force):
        raise BackupRefused(f"{file} exists already. Name another file, or use --force to replace it.")
    if not config.data.database.exists():
        raise BackupRefused(f"There is nothing to back up: {config.data.database} does not exist. Is --config right?")
    with _writing(file), _staging(file.absolute().parent) as staging:
        for name in (identity_file.NEXT, identity_file.NAME):  # in this order a reset cannot slip in between
            identity = identity_file.read(directory, config.homeserver.user, name=name)
            if identity is not None:
                identity_file.write(staging, identity, name=name)
        snapshot.take(config.data.database, staging / DATABASE)
        snapshot.inspect(staging / DATABASE)
        names = tuple(name for name in _ORDER if (staging / name).exists())
        _pack(staging, names, staging / "archive")
        (staging / "archive").replace(file)
    return names


def restore(config: Config, file: Path, *, force: bool = False) -> Restored:
    """Put an archive into an empty or absent data directory; with `force`, what is there is moved aside.

    Raises BackupRefused, DatabaseUnusable, TrustRefused (the identity is damaged or another account's),
    AlreadyRunning. A new device goes on at the next start.
    """
    directory = config.data.directory
    with _writing(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock.held(directory):
            _give(directory / lock.NAME, like=directory)
            is_free = not _content(directory)
            if not is_free and not force:
                raise BackupRefused(
                    f"{directory} is not empty. Name another [data] directory, or use --force: what is there is then"
                    " moved aside, not deleted."
                )
            with _staging(directory if is_free else directory.parent) as staging:
                names = _unpack(file, staging)
                _check(config, file, staging, names)
                if is_free:
                    return _put_back(staging, names, directory, aside=None)
                return _replace(staging, names, directory)


def _content(directory: Path) -> list[Path]:
    return [path for path in directory.iterdir() if path.name not in _IGNORED]


def _check(config: Config, file: Path, staging: Path, names: tuple[str, ...]) -> None:
    """Refuse what this bot could not go on with, before anything is touched."""
    user_id = config.homeserver.user
    found = snapshot.inspect(staging / DATABASE)
    if found.user_id not in {None, user_id}:
        raise BackupRefused(f"{file} is a backup of {found.user_id}, but [homeserver] user is {user_id}.")
    for name in names:
        if name != DATABASE:
            identity_file.read(staging, user_id, name=name)


def _put_back(staging: Path, names: tuple[str, ...], directory: Path, *, aside: Path | None) -> Restored:
    for name in names:
        _give(staging / name, like=directory)
        (staging / name).rename(directory / name)
        _onto_disk(directory)
    return Restored(has_identity=identity_file.NAME in names, aside=aside)


def _replace(staging: Path, names: tuple[str, ...], directory: Path) -> Restored:
    aside = _move_aside(directory)
    try:
        with lock.held(directory):
            _give(directory / lock.NAME, like=directory)
            return _put_back(staging, names, directory, aside=aside)
    except (OSError, lock.AlreadyRunning) as error:
        raise BackupRefused(
            f"{directory} could not be filled ({error}). What was there is in {aside}: try again with --force, or move"
            " that back."
        ) from error


def _move_aside(directory: Path) -> Path:
    """Rename the data directory to the next free name, and make an empty one of the same owner in its place."""
    number = 1
    while os.path.lexists(aside := directory.with_name(f"{directory.name}.before-restore-{number}")):
        number += 1
    directory.rename(aside)
    directory.mkdir(mode=0o700)
    _give(directory, like=aside)
    _onto_disk(directory.parent)
    return aside


def _give(path: Path, *, like: Path) -> None:
    """Give a new file of ours to the owner of another: root restores for the bot's user."""
    owner = like.stat()
    if os.geteuid() != owner.st_uid:
        os.chown(path, owner.st_uid, owner.st_gid)


def _pack(staging: Path, names: tuple[str, ...], archive: Path) -> None:
    descriptor = os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name in names:
                path = staging / name
                member = tarfile.TarInfo(name)
                member.size, member.mtime, member.mode = path.stat().st_size, int(path.stat().st_mtime), 0o600
                with path.open("rb") as content:
                    tar.addfile(member, content)
        file.flush()
        os.fsync(file.fileno())


def _unpack(file: Path, staging: Path) -> tuple[str, ...]:
    """Unpack the files of an archive that are ours; anything else in it means that it is none of ours."""
    try:
        with tarfile.open(file, mode="r:") as tar:
            members = tar.getmembers()
            names = [member.name for member in members]
            ours = len(set(names)) == len(names) and DATABASE in names and set(names) <= set(_ORDER)
            if not ours or not all(member.isreg() and not member.issparse() for member in members):
                raise BackupRefused(f'{file} was not made by "ag4-bot backup": there are other things in it.')
            for member in members:
                content = tar.extractfile(member)
                assert content is not None
                descriptor = os.open(staging / member.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as target:
                    shutil.copyfileobj(content, target)
                    target.flush()
                    os.fsync(target.fileno())
    except tarfile.TarError as error:
        raise BackupRefused(f"{file} is damaged or no archive ({error}). Take another backup.") from error
    except (FileNotFoundError, IsADirectoryError) as error:
        raise BackupRefused(f"{file} cannot be read: there is no such file.") from error
    return tuple(name for name in _ORDER if name in names)


@contextmanager
def _staging(parent: Path) -> Iterator[Path]:
    """A directory of ours for unfinished things, on the same disk as the finished ones."""
    with tempfile.TemporaryDirectory(prefix=".ag4-bot-unfinished-", dir=parent) as name:
        yield Path(name)


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    """What the operating system refuses is said of the place that was to be written."""
    try:
        yield
    except OSError as error:
        where = error.filename or place
        raise BackupRefused(
            f"{place} cannot be written: {error.strerror} ({where}). Check owner and permissions."
        ) from error


def _onto_disk(directory: Path) -> None:
    """A new name is on the disk only when its directory is."""
    if os.name != "posix":
        return  # a directory cannot be opened there
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
