"""What is wrong with a configuration, in plain sentences that name the place and the remedy.

Values are repeated only where they cannot be a secret: never in [login], never of a file or an unknown key.
"""

import difflib
import json
import re
import tomllib
import typing
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.config_values import SECRET_FILES, shown

Place = tuple[int | str, ...]

_SECRET_NAMES = {"password": "password", "access_token": "access_token", "token": "access_token"}
_SECRET_NAMES |= {"passwort": "password", "kennwort": "password", "secret": "password"}
_SECRET_NAMES |= {"calendar_secret": "calendar_secret"}
_SECRET_NAMES |= dict.fromkeys(("recovery_key", "security_key", "wiederherstellungsschlüssel"), "recovery_key")
_EXPECTED = {
    "string_type": 'text in quotes, like "…"',
    "path_type": 'a path in quotes, like "data"',
    "bool_type": "true or false, without quotes",
    "int_type": "a whole number, without quotes",
    "float_type": "a number, without quotes",
    "finite_number": "a number that is not infinite",
    "tuple_type": 'a list, like ["…", "…"]',
    "mapping_type": 'a table, like { 1 = "…" }',
    "dict_type": 'a table, like { 1 = "…" }',
    "model_type": "a table: write its name in brackets on a line of its own",
    "datetime_type": "a date and time without quotes, like 2026-12-02T10:00:00",
    "time_type": "a time without quotes, like 08:00:00",
}


class ConfigError(Exception):
    """The configuration cannot be used; `problems` holds one English sentence for each thing to be mended."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems: tuple[str, ...] = problems


def os_reason(error: OSError) -> str:
    """Return why a file cannot be opened, in plain words and without its path."""
    match error:
        case FileNotFoundError():
            return "there is no such file"
        case IsADirectoryError():
            return "it is a directory, not a file"
        case PermissionError():
            return "this user may not read it"
        case _:
            return error.strerror or "the system gives no reason"


def read_toml(path: Path) -> dict[str, Any]:
    """Return what stands in a TOML 1.0 file; raises ConfigError with the line and column of a mistake."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        remedy = ": copy config.example.toml to it and fill it in" if isinstance(error, FileNotFoundError) else ""
        raise ConfigError(f"{path} cannot be read: {os_reason(error)}{remedy}.") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path} line {line} is not UTF-8 text: save the file as UTF-8.") from None
    if not text.strip():
        raise ConfigError(f"{path} is empty: copy config.example.toml to it and fill it in.")
    if "\0" in text:
        raise ConfigError(f"{path} holds zero bytes: it was not written completely; write or restore it anew.")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError(f"{path} nests brackets too deeply: compare it with config.example.toml.") from None
    except ValueError as error:  # TOMLDecodeError, and int() on thousands of digits
        raise ConfigError(_syntax(path, text, str(error))) from None


def _syntax(path: Path, text: str, message: str) -> str:
    reason = message.partition(" (at ")[0].rstrip(".")
    if place := re.search(r"\(at line (\d+), column (\d+)\)", message):
        return (
            f"{path} line {place[1]}, column {place[2]} is not valid TOML: {reason}."
            " Texts need quotes, and each setting a line of its own: name = value."
        )
    line = text.rstrip("\n").count("\n") + 1
    return (
        f"{path} ends in line {line} in the middle of a setting ({reason}): the file was not written completely,"
        " or a closing quote or bracket is missing."
    )


def sentence(error: ErrorDetails, root: type[BaseModel]) -> str:  # noqa: PLR0911 - one sentence a kind
    """Return the sentence for one error of pydantic's."""
    at: Place = error["loc"]
    kind = error["type"]
    value = error.get("input")
    context = error.get("ctx", {})
    match kind:
        case "missing":
            return f"{place(at)} is missing: add {at[-1]} = {_example(at, root)}"
        case "extra_forbidden":
            return _unknown(at, value, root)
        case "value_error":
            where = place(at[:-1]) if at[-1] == "[key]" else place(at)
            return f"{where}: {context['error']}"
        case "literal_error":
            return f"{place(at)} must be {context['expected'].replace(chr(39), chr(34))}"
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            words = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
            bound = next(f"{words[name]} {limit:g}" for name, limit in context.items() if name in words)
            return f"{place(at)} must be {bound}, but is {value}"
        case "string_too_short":
            return f"{place(at)} must not be empty"
        case "string_too_long":
            return f"{place(at)} must have at most {context['max_length']} characters, but has {len(str(value))}"
    if kind in _EXPECTED:
        return f"{place(at)} must be {_EXPECTED[kind]}; found was {_found(value)}"
    return f"{place(at)}: {error['msg']}"  # pydantic's own words; they do not repeat the value


def place(at: Place) -> str:
    """Return where a setting stands: "[rooms] groups.3", "[people] coordinators, entry 2"."""
    if at[:2] == ("office_hours", "dates") and len(at) > 2:  # noqa: PLR2004 - the table, the list, and more
        entry, rest = int(at[2]) + 1, at[3:]
        return f"[[office_hours.dates]] entry {entry}" + (f", {_path(rest)}" if rest else "")
    return f"[{at[0]}] {_path(at[1:])}" if at[1:] else f"[{at[0]}]"


def _path(parts: Place) -> str:
    words = ""
    for part in parts:
        words += f", entry {part + 1}" if isinstance(part, int) else f".{_key(part)}"
    return words.removeprefix(".")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name) else shown(name)


def _found(value: Any) -> str:  # noqa: PLR0911 - one line a type
    match value:
        case bool():
            return "true or false"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case datetime():
            return "a date and time"
        case date():
            return "a date without a time"
        case time():
            return "a time"
        case list():
            return "a list"
        case Mapping():
            return "a table"
        case _:
            return type(value).__name__


def _unknown(at: Place, value: Any, root: type[BaseModel]) -> str:
    name = str(at[-1])
    plain = name.lower().replace("-", "_")
    if plain in _SECRET_NAMES and not isinstance(value, dict):
        kind = "calendar_secret" if at[0] == "calendar_feed" else _SECRET_NAMES[plain]
        return (
            f"{_unknown_place(at, value)} must not stand in this file, which others may read: take it out and use the"
            f" environment variable AG4_BOT_{kind.upper()}, a file named in {SECRET_FILES[kind]}, or"
            f" the systemd credential ag4-bot-{kind.replace('_', '-')}"
        )
    siblings = _model(at[:-1], root)
    known = list(siblings.model_fields)
    if near := difflib.get_close_matches(plain, known, n=1):
        meant = f"[{near[0]}]" if siblings is root else near[0]
        return f"{_unknown_place(at, value)} is unknown: did you mean {meant}?"
    homes = [table for table in root.model_fields if name in _model((table,), root).model_fields]
    if homes:
        return f"{_unknown_place(at, value)} is unknown: {name} belongs to [{homes[0]}]"
    names = ", ".join(f"[{table}]" for table in known) if siblings is root else ", ".join(known)
    return f"{_unknown_place(at, value)} is unknown: take it out; known here are {names}"


def _unknown_place(at: Place, value: Any) -> str:
    if len(at) > 1:
        return place(at)
    name = _key(str(at[0]))
    return f"[{name}]" if isinstance(value, dict) else f"{name} (above the first table)"


def _model(at: Place, root: type[BaseModel]) -> type[BaseModel]:
    """Return the model of the table at this place; the root's where there is none."""
    model = root
    for part in at:
        if isinstance(part, str) and part in model.model_fields:
            model = _inner(model.model_fields[part].annotation) or model
    return model


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in typing.get_args(annotation) if (model := _inner(part))), None)


def _example(at: Place, root: type[BaseModel]) -> str:
    examples = _model(at[:-1], root).model_fields[str(at[-1])].examples or ["…"]
    return _toml(examples[0])


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else value.isoformat()


def between_tables(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong between settings that are each well-formed; whatever is malformed is passed over."""
    home, rooms, people = (_table(document, name) for name in ("homeserver", "rooms", "people"))
    yield from _rooms_twice(rooms)
    groups = {name for name, _, _ in _rooms(rooms) if name.startswith("group ")}
    for table, key in (("rooms", "announce"), ("digest", "rooms")):
        for entry, name in enumerate(_list(_table(document, table).get(key))):
            if re.fullmatch(r"group [1-5]", str(name)) and name not in groups:
                yield (
                    f"{place((table, key, entry))}: {shown(name)} has no room: add it to [rooms] groups, or take it"
                    " out here"
                )
    for number in _table(people, "leads"):
        if re.fullmatch(r"[1-5]", number) and f"group {number}" not in groups:
            yield f"[people] leads.{number}: this group has no room: add it to [rooms] groups, or take its leads out"
    yield from _bot_among_people(home, people)
    if home.get("allowed_servers") == [] and not home.get("allowed_people"):
        yield "[homeserver] allowed_servers and allowed_people are both empty, so nobody could invite the bot: fill one"


def _rooms(rooms: Mapping[str, Any]) -> Iterator[tuple[str, Place, Any]]:
    for name in ("plenary", "coordination"):
        if name in rooms:
            yield name, ("rooms", name), rooms[name]
    for number, room in _table(rooms, "groups").items():
        yield f"group {number}", ("rooms", "groups", str(number)), room


def _rooms_twice(rooms: Mapping[str, Any]) -> Iterator[str]:
    seen: dict[str, Place] = {}
    for _, at, room in _rooms(rooms):
        if isinstance(room, str) and room in seen:
            yield f"{place(at)} names the same room as {place(seen[room])}: give each its own"
        elif isinstance(room, str):
            seen[room] = at


def _bot_among_people(home: Mapping[str, Any], people: Mapping[str, Any]) -> Iterator[str]:
    lists: list[tuple[Place, Any]] = [(("people", "coordinators"), people.get("coordinators"))]
    lists += [(("people", "leads", str(number)), users) for number, users in _table(people, "leads").items()]
    lists.append((("homeserver", "allowed_people"), home.get("allowed_people")))
    for at, users in lists:
        for number, user in enumerate(_list(users)):
            if isinstance(user, str) and user == home.get("user"):
                yield f"{place((*at, number))} is the bot itself: name a person"


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
