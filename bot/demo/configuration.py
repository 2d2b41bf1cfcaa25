"""config.toml for a bot on a throw-away homeserver: what an operator would write by hand."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.demo.rooms import Rooms


def write(
    directory: Path,
    rooms: Rooms,
    *,
    homeserver_url: str,
    user_id: str,
    password: str,
    coordinators: Collection[str] = (),
    leads: Mapping[int, Collection[str]] | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Path:
    """Write config.toml and the file with the password into `directory`, and return the path of config.toml.

    `leads` are user IDs by the number of the working group. `settings` are further ones by table, and win:
    `{"log": {"format": "json"}}`. Encryption is off unless they say otherwise: the people of the demo have none.
    The bot keeps its data in `directory`/data.
    """
    tables: dict[str, dict[str, Any]] = {
        "homeserver": {"url": homeserver_url, "user": user_id},
        "login": {"method": "password", "password_file": "password"},
        "data": {"directory": "data"},
        "encryption": {"enabled": False},
        "rooms": {
            "plenary": rooms.plenary,
            "coordination": rooms.coordination,
            "groups": dict(enumerate(rooms.groups, start=1)),
        },
        "people": {"coordinators": list(coordinators), "leads": {n: list(who) for n, who in (leads or {}).items()}},
    }
    for table, further in (settings or {}).items():
        tables[table] = {**tables.get(table, {}), **further}
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = directory / "password"
    secret.touch(mode=0o600)
    secret.write_text(f"{password}\n", "utf-8")
    path = directory / "config.toml"
    path.write_text("\n".join(_table(name, values) for name, values in tables.items()), "utf-8")
    return path


def _table(name: str, values: Mapping[str, Any]) -> str:
    return "".join([f"[{name}]\n", *(f"{key} = {_value(value)}\n" for key, value in values.items())])


def _value(value: Any) -> str:
    """Strings, numbers and booleans are written in TOML as in JSON; tables and times are not."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
