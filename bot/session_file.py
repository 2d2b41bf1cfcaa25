"""The session is kept beside the database, so that every start is the same device (contract C2)."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "session.json"


@dataclass(frozen=True, kw_only=True)
class Session:
    """A login that can be used again. `access_token` is a secret.

    `former_token` is of the device before, and is to be logged out.
    """

    homeserver: str
    user_id: str
    device_id: str
    access_token: str
    former_token: str = ""

    def __repr__(self) -> str:
        return f"Session({self.user_id}, {self.device_id})"


def read(directory: Path) -> Session | None:
    """The kept session, or None where there is none or it is unreadable (then a new login is made)."""
    try:
        return Session(**json.loads((directory / NAME).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write(directory: Path, session: Session) -> None:
    """Keep the session: whole or not at all, readable by the owner only."""
    path = directory / NAME
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(session), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
