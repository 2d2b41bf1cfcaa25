"""The tables of config.toml as frozen models: every setting with its type, its default and its limits.

`bot.config` puts them together. Each setting is explained for operators in config.example.toml.
"""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from bot import recovery_key
from bot.config_problems import ConfigError
from bot.config_secret import HOW_TO_MAKE_ONE, Method, Secret, find_secret
from bot.config_values import (
    GROUPS,
    WEEKDAYS,
    BaseUrl,
    ClockTime,
    DevicePolicy,
    Email,
    FeedUrl,
    GroupNumber,
    Host,
    IdentityMode,
    Link,
    NextDate,
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

DATABASE = "ag4-bot.sqlite"
KEYS = "keys"


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


class Table(BaseModel):
    """One table of the file: frozen, and without settings nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Homeserver(Table):
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


class Login(Table):
    """How the bot logs in; the secret itself stands elsewhere."""

    method: Method = "password"
    password_file: SecretFile = None
    access_token_file: SecretFile = None

    def secret(self, environ: Mapping[str, str]) -> Secret:
        """Return the password or access token; raises ConfigError when there is none that can be used."""
        file = self.password_file if self.method == "password" else self.access_token_file
        return find_secret(self.method, file, environ=environ)


class Data(Table):
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


class Chat(Table):
    """How people address the bot."""

    prefix: Prefix = "!"


class Encryption(Table):
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


class Rooms(Table):
    """Which room is which: room IDs or aliases."""

    plenary: Room = Field(examples=["#plenum:example.org"])
    coordination: Room = Field(examples=["#koordination:example.org"])
    groups: Mapping[GroupNumber, Room] = Field(default_factory=dict)
    announce: Annotated[tuple[RoomName, ...], unique()] = ("plenary",)
    next_date: NextDate = "off"

    def named(self) -> dict[str, str]:
        """Return the rooms by the names used in `announce`: "plenary", "coordination", "group 3"."""
        groups = {f"group {number}": room for number, room in sorted(self.groups.items())}
        return {"plenary": self.plenary, "coordination": self.coordination, **groups}


class People(Table):
    """Who coordinates and who leads which group."""

    coordinators: Annotated[tuple[UserId, ...], unique()] = ()
    leads: Mapping[GroupNumber, Annotated[tuple[UserId, ...], unique()]] = Field(default_factory=dict)


class Dates(Table):
    """When people are reminded of plenaries and of meetings, and how long a coordinator has to confirm a date."""

    reminders: Annotated[tuple[Span, ...], unique(span)] = ("14d", "3d", "1d", "1h")
    meeting_reminders: Annotated[tuple[Span, ...], unique(span)] = ("1d", "1h")
    quiet: Annotated[bool, Field(strict=True)] = True
    confirm_within_minutes: Annotated[int, Field(strict=True, ge=1, le=1440)] = 10

    def reminder_spans(self) -> dict[str, timedelta]:
        """Return each reminder as written with its time before the date, the longest first; a day is 24 hours."""
        return dict(sorted(((text, span(text)) for text in self.reminders), key=lambda pair: pair[1], reverse=True))


class Questions(Table):
    """How long people have to take a question, to answer it, and to say whether the answer helps."""

    take_within_working_days: Annotated[int, Field(strict=True, ge=1, le=250)] = 2
    answer_within_working_days: Annotated[int, Field(strict=True, ge=1, le=250)] = 10
    confirm_within_working_days: Annotated[int, Field(strict=True, ge=3, le=250)] = 10


class Digest(Table):
    """When and where the coordination gets its digest."""

    weekday: Weekday = "monday"
    time: ClockTime = time(8)
    rooms: Annotated[tuple[RoomName, ...], unique()] = ("coordination",)

    @property
    def weekday_number(self) -> int:
        """The weekday as `date.weekday()` counts: Monday is 0."""
        return WEEKDAYS.index(self.weekday)


class OfficeHour(Table):
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


class OfficeHours(Table):
    """What the bot knows of the OZG office hours beyond the FAQ."""

    registration: Text = ""
    slides: Text = ""
    dates: Annotated[tuple[OfficeHour, ...], unique(lambda hour: hour.start)] = ()


class Links(Table):
    """Where people find what the FAQ only tells of; "" where it is not known."""

    newsletter: Text = ""
    guide: Text = ""
    focus_services: Text = ""


class CalendarFeed(Table):
    """The calendar over HTTP, for people's calendar programs; its secret stands elsewhere."""

    enabled: Annotated[bool, Field(strict=True)] = False
    host: Host = "127.0.0.1"
    port: Annotated[int, Field(strict=True, ge=1, le=65535)] = 8474
    secret_file: SecretFile = None
    base_url: FeedUrl = ""

    def secret(self, environ: Mapping[str, str]) -> Secret | None:
        """Return the part of the address that nobody can guess, None where there is no feed.

        Raises ConfigError when it is needed and there is none, or it is too short or has other characters.
        """
        if not self.enabled:
            return None
        found = find_secret("calendar_secret", self.secret_file, environ=environ)
        if not re.fullmatch(r"[A-Za-z0-9_-]{32,200}", found.reveal()):
            raise ConfigError(
                f"The calendar secret in {found.origin} cannot be used: it must have 32 to 200 characters, letters"
                f" (A-Z, a-z), digits, - and _ only. {HOW_TO_MAKE_ONE}"
            )
        return found

    def addresses(self) -> tuple[str, ...]:
        """Return what people put into their calendar programs, with a placeholder for the secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        base = self.base_url or f"http://{host}:{self.port}"
        return tuple(f"{base}/kalender/<secret>/{name}.ics" for name in ("alle", *(f"ag{each}" for each in GROUPS)))


class Contact(Table):
    """Whom the bot names to people who need a person."""

    email: Email = "ozg@sachsen-anhalt.de"
    website: Link = "https://ozg.sachsen-anhalt.de/"
    data_protection: Text = ""
    operator: Text = ""


class Log(Table):
    """How much the bot logs, and in which form."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"
