"""config.toml as one frozen model, made of the tables in `bot.config_tables`.

`load` names all unknown, missing and wrong settings at once (`ConfigError.problems`). Secrets are not in the file;
`Config.secret`, `Config.recovery_key` and `Config.calendar_secret` find them.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from bot.config_problems import ConfigError, between_tables, read_toml, sentence
from bot.config_secret import Secret
from bot.config_tables import (
    DATABASE,
    CalendarFeed,
    Chat,
    Contact,
    Data,
    Dates,
    Digest,
    Encryption,
    Homeserver,
    Links,
    Log,
    Login,
    OfficeHours,
    People,
    Questions,
    Rooms,
    Table,
)

__all__ = ["DATABASE", "Config", "ConfigError", "Login", "Secret", "check", "from_document", "load"]

_EXAMPLE_DOMAIN = "example.org"

_WRITE_AND_ENTER = os.W_OK | os.X_OK


class Config(Table):
    """The whole configuration; made by `load`."""

    homeserver: Homeserver
    login: Login = Field(default_factory=Login)
    data: Data = Field(default_factory=Data)
    chat: Chat = Field(default_factory=Chat)
    encryption: Encryption = Field(default_factory=Encryption)
    rooms: Rooms
    people: People = Field(default_factory=People)
    dates: Dates = Field(default_factory=Dates)
    questions: Questions = Field(default_factory=Questions)
    digest: Digest = Field(default_factory=Digest)
    office_hours: OfficeHours = Field(default_factory=OfficeHours)
    links: Links = Field(default_factory=Links)
    calendar_feed: CalendarFeed = Field(default_factory=CalendarFeed)
    contact: Contact = Field(default_factory=Contact)
    log: Log = Field(default_factory=Log)

    def secret(self, environ: Mapping[str, str]) -> Secret:
        """Return the password or access token; raises ConfigError when there is none that can be used."""
        return self.login.secret(environ)

    def recovery_key(self, environ: Mapping[str, str]) -> Secret | None:
        """Return the recovery key, None where the settings need none; raises ConfigError as `Encryption` does."""
        return self.encryption.recovery_key(environ)

    def calendar_secret(self, environ: Mapping[str, str]) -> Secret | None:
        """Return the secret of the calendar feed, None where there is no feed; raises ConfigError as `CalendarFeed`."""
        return self.calendar_feed.secret(environ)


def load(path: Path, *, environ: Mapping[str, str]) -> Config:
    """Return the configuration in this TOML file; paths in it become absolute.

    Raises ConfigError with every problem of the file at once. Secrets are not looked for: see `Config.secret`.
    """
    return from_document(read_toml(path), base=path.absolute().parent, environ=environ)


def from_document(document: Mapping[str, Any], *, base: Path, environ: Mapping[str, str]) -> Config:
    """Return the configuration in a parsed TOML document; relative paths start at `base`. Raises ConfigError."""
    tables = {name: {} for name in Config.model_fields} | dict(document)
    problems = list(between_tables(tables))
    try:
        config = Config.model_validate(tables, context=_context(base, environ))
    except ValidationError as error:
        # A default that depends on a wrong value is not a second problem.
        details = [detail for detail in error.errors() if detail["type"] != "default_factory_not_called"]
        problems = [sentence(detail, Config) for detail in details] + problems
    if problems:  # raised outside the except block: pydantic's error holds values, and a traceback would show it
        raise ConfigError(*problems)
    return config


def check(path: Path, *, environ: Mapping[str, str]) -> list[str]:
    """Return everything that keeps the bot from starting with this file: settings, secrets, data directory.

    Nothing is changed or created. An empty list means that all is well.
    """
    try:
        document = read_toml(path)
    except ConfigError as error:
        return list(error.problems)
    base = path.absolute().parent
    problems = _problems_of(lambda: from_document(document, base=base, environ=environ))
    # Secrets and data are looked into even when other tables are wrong: one run shall name everything.
    with suppress(ValidationError):  # named above
        login = Login.model_validate(document.get("login", {}), context=_context(base, environ))
        problems += _problems_of(lambda: login.secret(environ))
    with suppress(ValidationError):  # named above
        encryption = Encryption.model_validate(document.get("encryption", {}), context=_context(base, environ))
        problems += _problems_of(lambda: encryption.recovery_key(environ))
    with suppress(ValidationError):  # named above
        feed = CalendarFeed.model_validate(document.get("calendar_feed", {}), context=_context(base, environ))
        problems += _problems_of(lambda: feed.secret(environ))
    with suppress(ValidationError):  # named above
        data = Data.model_validate(document.get("data", {}), context=_context(base, environ))
        problems += _unwritable(data.directory)
    with suppress(ValidationError):  # named above
        problems += _left_as_in_the_example(Homeserver.model_validate(document.get("homeserver", {})))
    return problems


def _left_as_in_the_example(homeserver: Homeserver) -> list[str]:
    """Values nobody's homeserver has: example.org belongs to nobody (RFC 2606)."""
    named = {"url": homeserver.url, "user": homeserver.user}
    return [
        f'[homeserver] {key} is still the one of the example ("{value}"): put in your own.'
        for key, value in named.items()
        if value.rstrip("/").endswith(_EXAMPLE_DOMAIN)
    ]


def _context(base: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    return {"base": base, "home": environ.get("HOME")}


def _problems_of(action: Callable[[], object]) -> list[str]:
    try:
        action()
    except ConfigError as error:
        return list(error.problems)
    return []


def _unwritable(directory: Path) -> list[str]:
    existing = next(place for place in (directory, *directory.parents) if os.path.exists(place))  # noqa: PTH110 - Path.exists raises where it may not look
    if not existing.is_dir():
        return [f"[data] directory: {existing} is a file, not a directory: name another place or move the file away"]
    if not os.access(existing, _WRITE_AND_ENTER):
        return [f"[data] directory: this user may not write to {existing}: give it to the bot's user, or name another"]
    return []
