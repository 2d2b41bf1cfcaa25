"""Configurations for tests: the smallest valid one, with whatever a test changes in it."""

import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.config import Config, ConfigError, from_document, load

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
PASSWORD = {"AG4_BOT_PASSWORD": "correct horse"}
MINIMAL = """
[homeserver]
url = "https://matrix.example.org"
user = "@ag4-bot:example.org"
[rooms]
plenary = "#plenum:example.org"
coordination = "#koordination:example.org"
"""
V12_ROOM = "!" + "aB3-_" * 8 + "xyz"


def write(directory: Path, text: str | bytes, name: str = "config.toml", mode: int = 0o600) -> Path:
    path = directory / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def document(**tables: dict[str, Any]) -> dict[str, Any]:
    """The smallest valid document, with these tables changed."""
    home = {"url": "https://matrix.example.org", "user": "@ag4-bot:example.org"}
    rooms = {"plenary": "#plenum:example.org", "coordination": "#koordination:example.org"}
    whole: dict[str, Any] = {"homeserver": home, "rooms": rooms}
    for name, table in tables.items():
        whole[name] = whole.get(name, {}) | table
    return whole


def made(**tables: dict[str, Any]) -> Config:
    return from_document(document(**tables), base=Path("/etc/ag4-bot"), environ={"HOME": "/home/bot"})


def problems(**tables: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        made(**tables)
    return caught.value.problems


def problem(**tables: dict[str, Any]) -> str:
    found = problems(**tables)
    assert len(found) == 1, found
    return found[0]


def problem_of(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


def settings(model: type[BaseModel] = Config, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        inner = [field.annotation, *typing.get_args(field.annotation)]
        tables = [part for part in inner if isinstance(part, type) and issubclass(part, BaseModel)]
        yield from settings(tables[0], (*at, name)) if tables else [(*at, name)]


def uncommented() -> str:
    return re.sub(r"^#(?=\[|\w+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
