"""The bot's cross-signing identity is kept beside its database: the three keys that make today's clients trust it.

`identity.json` is the identity; `identity.json.next` is one that was made on purpose and may not be at the
homeserver yet; `identity.json.1`, `.2`, … are those that were replaced. All are secret: they sign devices.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bot.errors import TrustRefused
from bot.matrix.encryption.signing import SigningKey, from_base64, unpadded

NAME = "identity.json"
NEXT = "identity.json.next"
_KEYS = ("master", "self_signing", "user_signing")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The three keys of cross-signing (client-server API, "Cross-signing") and whose they are."""

    user_id: str
    master: SigningKey
    self_signing: SigningKey
    user_signing: SigningKey

    @classmethod
    def generate(cls, user_id: str) -> Self:
        """A new identity."""
        return cls(user_id=user_id, **{name: SigningKey.generate() for name in _KEYS})


def read(directory: Path, user_id: str, *, name: str = NAME) -> Identity | None:
    """The kept identity of this account, or None only where there is no such file.

    Raises TrustRefused where it is damaged, cannot be read or belongs to another account.
    """
    path = directory / name
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        identity = Identity(
            user_id=_text(kept["user_id"]),
            **{key: SigningKey.from_seed(from_base64(_text(kept[key]))) for key in _KEYS},
        )
    except FileNotFoundError:
        if not path.is_symlink():
            return None
        raise _unusable(path, "it is a link that leads nowhere") from None
    except PermissionError:
        raise TrustRefused(f"{path} cannot be read by this user: run this as the bot's user.") from None
    except OSError as error:
        raise _unusable(path, error.strerror or "it cannot be read") from None
    except (ValueError, KeyError, TypeError):  # no detail: what stands in there is secret
        raise _unusable(path, "it is damaged") from None
    if identity.user_id != user_id:
        raise TrustRefused(
            f"{path} is the identity of {identity.user_id}, but the bot is {user_id}: put the file of {user_id} there,"
            " or move this one away if the bot has a new account."
        )
    return identity


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _unusable(path: Path, reason: str) -> TrustRefused:
    return TrustRefused(
        f"{path} cannot be used: {reason}. It holds the keys by which others trust the bot: put it back from the"
        ' backup. Only if there is none, move it away and run "ag4-bot trust --reset": everybody is then asked to'
        " trust the bot anew."
    )


def write(directory: Path, identity: Identity, *, name: str = NAME) -> None:
    """Keep an identity: whole or not at all, readable by the owner only, and on the disk when this returns."""
    path = directory / name
    draft = directory / f"{name}.new"
    draft.unlink(missing_ok=True)  # left by a crash, perhaps with another mode
    kept = {"user_id": identity.user_id} | {key: unpadded(getattr(identity, key).seed) for key in _KEYS}
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(kept, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _onto_disk(directory)


def promote(directory: Path) -> None:
    """Make `identity.json.next` the identity; the old one is kept beside under the next free number.

    Stopped halfway, it can be called again.
    """
    path = directory / NAME
    if path.exists():
        number = 1
        while (beside := directory / f"{NAME}.{number}").exists():
            number += 1
        path.rename(beside)
        _onto_disk(directory)
    (directory / NEXT).rename(path)
    _onto_disk(directory)


def _onto_disk(directory: Path) -> None:
    """A new name is on the disk only when its directory is."""
    if os.name != "posix":
        return  # a directory cannot be opened there
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
