"""config.toml as frozen models: every setting with its type, its default and its limits.

`load` names all unknown, missing and wrong settings at once (`ConfigError.problems`). Secrets are not in the file;
`Config.secret` and `Config.recovery_key` find them. Each setting is explained for operators in config.example.toml.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from bot import recovery_key
from bot.config_problems import ConfigError, between_tables, read_toml, sentence
from bot.config_secret import Method, Secret, find_secret
from bot.config_values import (
    WEEKDAYS,
    BaseUrl,
    ClockTime,
    DevicePolicy,
    Email,
    GroupNumber,
    IdentityMode,
    Link,
    Prefix,
    Room,
    RoomName,
    ServerName,
    Span,
    Text,
    UserId,
    WallClock,
    Weekday,
    server_of,
    span,
    unique,
)

__all__ = ["Config", "ConfigError", "Secret", "check", "from_document", "load"]

DATABASE = "ag4-bot.sqlite"
KEYS = "keys"
_EXAMPLE_DOMAIN = "example.org"

_WRITE_AND_ENTER = os.W_OK | os.X_OK


def _in_place(path: Path, info: ValidationInfo) -> Path:
    """Make a path absolute: "~" is HOME, and relative ones start beside the configuration file."""
    context: Mapping[str, Any] = info.context or {}
    if "\0" in str(path):
        raise ValueError("a path must not hold zero bytes")
    if path.parts[:1] == ("~",):
        if not context.get("home"):
            raise ValueError('"~" needs the environment variable HOME: write the whole path')
        path = Path(context["home"], *path.parts[1:])
    return Path(context.get("base", ""), path)


def _none_if_empty(value: Any) -> Any:
    return None if value == "" else value


def _not_empty(value: Any) -> Any:
    if value == "":
        raise ValueError('the path is empty: write it like "data"')
    return value


Directory = Annotated[Path, BeforeValidator(_not_empty), AfterValidator(_in_place)]
SecretFile = Annotated[Annotated[Path, AfterValidator(_in_place)] | None, BeforeValidator(_none_if_empty)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Homeserver(_Table):
    """The server and account the bot uses, and whose invitations it accepts."""

    url: BaseUrl = Field(examples=["https://matrix.example.org"])
    user: UserId = Field(examples=["@ag4-bot:example.org"])
    display_name: Annotated[str, Field(min_length=1, max_length=100)] = "AG4-Bot"
    allowed_servers: Annotated[tuple[ServerName, ...], unique()] = Field(
        default_factory=lambda known: (server_of(known["user"]),)
    )
    allowed_people: Annotated[tuple[UserId, ...], unique()] = ()
    request_timeout_s: Annotated[float, Field(strict=True, gt=0, le=600, allow_inf_nan=False)] = 30

    def may_invite(self, user: str) -> bool:
        """Tell whether the bot accepts an invitation by this user ID."""
        return user in self.allowed_people or server_of(user) in self.allowed_servers


class Login(_Table):
    """How the bot logs in; the secret itself stands elsewhere."""

    method: Method = "password"
    password_file: SecretFile = None
    access_token_file: SecretFile = None

    def secret(self, environ: Mapping[str, str]) -> Secret:
        """Return the password or access token; raises ConfigError when there is none that can be used."""
        file = self.password_file if self.method == "password" else self.access_token_file
        return find_secret(self.method, file, environ=environ)


class Data(_Table):
    """Where the bot keeps what it remembers."""

    directory: Directory = Field(default=Path("data"), validate_default=True)

    @property
    def keys(self) -> Path:
        """The directory of the encryption keys."""
        return self.directory / KEYS

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.directory / DATABASE


class Chat(_Table):
    """How people address the bot."""

    prefix: Prefix = "!"


class Encryption(_Table):
    """Whether the bot takes part in encrypted rooms, why others trust it there, and whom it trusts."""

    enabled: Annotated[bool, Field(strict=True)] = True
    identity: IdentityMode = "own"
    recovery_key_file: SecretFile = None
    devices: DevicePolicy = "cross-signed"

    @model_validator(mode="after")
    def _somebody_to_verify(self) -> Self:
        if self.devices == "verified" and self.identity == "print":
            raise ValueError('devices = "verified" needs an identity that the bot holds: "own" or "recovery-key"')
        return self

    def recovery_key(self, environ: Mapping[str, str]) -> Secret | None:
        """Return the recovery key, None where the settings need none.

        Raises ConfigError when it is needed and there is none, or it is not well-formed (client-server API,
        "Secret storage", key representation).
        """
        if not self.enabled or self.identity != "recovery-key":
            return None
        found = find_secret("recovery_key", self.recovery_key_file, environ=environ)
        try:
            recovery_key.decode(found.reveal())
        except ValueError as error:
            raise ConfigError(f"The recovery key in {found.origin} cannot be used: {error}.") from None
        return found


class Rooms(_Table):
    """Which room is which: room IDs or aliases."""

    plenary: Room = Field(examples=["#plenum:example.org"])
    coordination: Room = Field(examples=["#koordination:example.org"])
    groups: Mapping[GroupNumber, Room] = Field(default_factory=dict)
    announce: Annotated[tuple[RoomName, ...], unique()] = ("plenary",)

    def named(self) -> dict[str, str]:
        """Return the rooms by the names used in `announce`: "plenary", "coordination", "group 3"."""
        groups = {f"group {number}": room for number, room in sorted(self.groups.items())}
        return {"plenary": self.plenary, "coordination": self.coordination, **groups}


class People(_Table):
    """Who coordinates and who leads which group."""

    coordinators: Annotated[tuple[UserId, ...], unique()] = ()
    leads: Mapping[GroupNumber, Annotated[tuple[UserId, ...], unique()]] = Field(default_factory=dict)


class Dates(_Table):
    """When people are reminded of a date, and how long a coordinator has to confirm one."""

    reminders: Annotated[tuple[Span, ...], unique(span)] = ("14d", "3d", "1d", "1h")
    confirm_within_minutes: Annotated[int, Field(strict=True, ge=1, le=1440)] = 10

    def reminder_spans(self) -> dict[str, timedelta]:
        """Return each reminder as written with its time before the date, the longest first; a day is 24 hours."""
        return dict(sorted(((text, span(text)) for text in self.reminders), key=lambda pair: pair[1], reverse=True))


class Questions(_Table):
    """How long people have to take a question, to answer it, and to say whether the answer helps."""

    take_within_working_days: Annotated[int, Field(strict=True, ge=1, le=250)] = 2
    answer_within_working_days: Annotated[int, Field(strict=True, ge=1, le=250)] = 10
    confirm_within_working_days: Annotated[int, Field(strict=True, ge=3, le=250)] = 10


class Digest(_Table):
    """When and where the coordination gets its digest."""

    weekday: Weekday = "monday"
    time: ClockTime = time(8)
    rooms: Annotated[tuple[RoomName, ...], unique()] = ("coordination",)

    @property
    def weekday_number(self) -> int:
        """The weekday as `date.weekday()` counts: Monday is 0."""
        return WEEKDAYS.index(self.weekday)


class OfficeHour(_Table):
    """One OZG office hour; start and end are naive, as the clock in Berlin shows them."""

    start: WallClock = Field(examples=[datetime(2026, 12, 2, 10)])  # noqa: DTZ001 - wall clock by design
    end: WallClock | None = None
    topic: Text = ""
    link: Link = ""

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.end is not None and not timedelta() < self.end - self.start <= timedelta(days=1):
            raise ValueError("end must come after start, and within a day: check both")
        return self


class OfficeHours(_Table):
    """What the bot knows of the OZG office hours beyond the FAQ."""

    registration: Text = ""
    slides: Text = ""
    dates: Annotated[tuple[OfficeHour, ...], unique(lambda hour: hour.start)] = ()


class Contact(_Table):
    """Whom the bot names to people who need a person."""

    email: Email = "ozg@sachsen-anhalt.de"
    website: Link = "https://ozg.sachsen-anhalt.de/"
    data_protection: Text = ""
    operator: Text = ""


class Log(_Table):
    """How much the bot logs, and in which form."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"


class Config(_Table):
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
    contact: Contact = Field(default_factory=Contact)
    log: Log = Field(default_factory=Log)

    def secret(self, environ: Mapping[str, str]) -> Secret:
        """Return the password or access token; raises ConfigError when there is none that can be used."""
        return self.login.secret(environ)

    def recovery_key(self, environ: Mapping[str, str]) -> Secret | None:
        """Return the recovery key, None where the settings need none; raises ConfigError as `Encryption` does."""
        return self.encryption.recovery_key(environ)


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
