"""The kinds of values a setting can have: Matrix names, spans, rooms of the project, texts, web addresses.

Each check takes what stood in the file and returns what the bot uses, or raises ValueError with half a
sentence that names the remedy; `bot.config_problems` puts the place in front of it.
"""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from ipaddress import ip_address
from types import MappingProxyType
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

GROUPS = (1, 2, 3, 4, 5)
ROOM_NAMES = ("plenary", "coordination", *(f"group {number}" for number in GROUPS))
SECRET_FILES = MappingProxyType(
    {
        "password": "[login] password_file",
        "access_token": "[login] access_token_file",
        "recovery_key": "[encryption] recovery_key_file",
        "calendar_secret": "[calendar_feed] secret_file",
    }
)
"""Where the file of each secret is named."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_BERLIN = ZoneInfo("Europe/Berlin")
_GERMAN_WEEKDAYS = {
    "montag": "monday",
    "dienstag": "tuesday",
    "mittwoch": "wednesday",
    "donnerstag": "thursday",
    "freitag": "friday",
    "samstag": "saturday",
    "sonnabend": "saturday",
    "sonntag": "sunday",
}
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_LONGEST_SPAN = timedelta(days=365)

_MAX_BYTES = 255  # of a user ID, room ID or alias: Matrix spec, appendices, "Common Identifier Format"
_LONGEST_SHOWN = 80
_LONGEST_HOST = 253
_SERVER = r"(?:\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z.-]{1,255})(?::[0-9]{1,5})?"
_SERVER_NAME = re.compile(_SERVER)
_USER_ID = re.compile(rf"@[!-9;-~]+:{_SERVER}")
_ROOM_ID = re.compile(rf"![^:\s\0]+:{_SERVER}")
_ROOM_ID_V12 = re.compile(r"![A-Za-z0-9_-]{43}")
_ALIAS = re.compile(rf"#[^:\s\0]+:{_SERVER}")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?=.*[A-Za-z]){_LABEL}(?:\.{_LABEL})*")
_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def shown(value: object) -> str:
    """Return a value as it may stand in a sentence: one line, in quotes, shortened."""
    text = str(value)
    if len(text) > _LONGEST_SHOWN:
        text = text[:_LONGEST_SHOWN] + "…"
    return json.dumps(text, ensure_ascii=False)


def server_of(user: str) -> str:
    """Return the server name in a user ID (Matrix spec, appendices, "User Identifiers")."""
    return user.partition(":")[2]


def span(text: str) -> timedelta:
    """Return the time span written as "14d", "3h" or "30m"; a day is 24 hours.

    Raises ValueError for anything else, for zero, and for more than 365 days.
    """
    if not re.fullmatch(r"[0-9]{1,6}[dhm]", text):
        raise ValueError(f'{shown(text)} is not a time span: write days, hours or minutes as "3d", "1h" or "30m"')
    length = int(text[:-1]) * _UNITS[text[-1]]
    if not timedelta() < length <= _LONGEST_SPAN:
        raise ValueError(f"{shown(text)} must be more than nothing and at most 365 days")
    return length


def _server_name(text: str) -> str:
    if not _SERVER_NAME.fullmatch(text):
        raise ValueError(f'{shown(text)} is not a server name: write it as in user IDs, like "example.org"')
    return text


def _user_id(text: str) -> str:
    if not _USER_ID.fullmatch(text) or len(text.encode()) > _MAX_BYTES:
        raise ValueError(f'{shown(text)} is not a Matrix user ID: write it like "@name:example.org"')
    return text


def _room(text: str) -> str:
    # A room ID has no server part from room version 12 on: it is the hash of the create event.
    known = (_ROOM_ID, _ROOM_ID_V12, _ALIAS)
    if any(form.fullmatch(text) for form in known) and len(text.encode(errors="replace")) <= _MAX_BYTES:
        return text
    raise ValueError(
        f'{shown(text)} is neither a room ID nor an alias: write "!abc:example.org", "!" and 43 letters and'
        ' digits (rooms of version 12), or "#name:example.org"'
    )


def _base_url(text: str, *, example: str = "https://matrix.example.org", of: str = "the homeserver") -> str:
    shown_text = "this" if "@" in text else shown(text)  # what stands before an @ may be a password
    try:
        url = urlsplit(text)
        whole = url.scheme in {"http", "https"} and bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:  # a port that is no number, a bracket left open
        whole = False
    if not whole or re.search(r"\s", text):
        raise ValueError(f'{shown_text} is not an address: write it like "{example}"')
    if url.username is not None or url.password is not None:
        raise ValueError("an address must not hold a user name or password: take out what stands before the @")
    if url.query or url.fragment:
        raise ValueError(f"{shown_text} must not hold ? or #: give the address of {of} alone")
    return text.rstrip("/")


def _feed_url(text: str) -> str:
    if not text:
        return text
    url = _base_url(text, example="https://termine.example.org", of="the reverse proxy")
    if not url.startswith("https://") and urlsplit(url).hostname not in _OWN_MACHINE:
        raise ValueError(f"{shown(text)} must begin with https://: the secret is part of the address")
    return url


def _host(text: str) -> str:
    try:
        ip_address(text)
    except ValueError:
        if len(text) > _LONGEST_HOST or not _HOST.fullmatch(text):
            raise ValueError(
                f'{shown(text)} is neither an IP address nor the name of a host: write it like "127.0.0.1"'
            ) from None
    return text


def _link(text: str) -> str:
    if text:
        try:
            whole = urlsplit(text).scheme in {"http", "https"} and bool(urlsplit(text).hostname)
        except ValueError:
            whole = False
        if not whole or re.search(r"\s", text):
            raise ValueError(f'{shown(text)} is not a link: write it like "https://example.org/page", or leave it ""')
    return text


def _email(text: str) -> str:
    if text and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", text):
        raise ValueError(f'{shown(text)} is not an e-mail address: write it like "name@example.org"')
    return text


def _prefix(text: str) -> str:
    if not re.fullmatch(r"[!-/:-@\[-`{-~]{1,3}", text):
        raise ValueError(f'{shown(text)} cannot be a prefix: use one to three punctuation characters such as "!"')
    if text.startswith("/"):
        raise ValueError('"/" cannot begin a prefix: Element takes such messages for its own commands; use "!"')
    return text


def _weekday(value: Any) -> Any:
    if not isinstance(value, str):
        return value  # the type is told by the next check
    name = value.strip().lower()
    name = _GERMAN_WEEKDAYS.get(name, name)
    if name not in WEEKDAYS:
        raise ValueError(f'{shown(value)} is not a weekday: write it in English or German, like "monday"')
    return name


def _span_text(text: str) -> str:
    span(text)
    return text


def _group(key: Any) -> int:
    if str(key) not in map(str, GROUPS):
        raise ValueError(f"there is no group {shown(key)}: the groups are 1 to 5")
    return int(key)


def _room_name(text: str) -> str:
    if text not in ROOM_NAMES:
        raise ValueError(
            f'{shown(text)} is not a room of the project: use "plenary", "coordination" or "group 1" to "group 5"'
        )
    return text


def _wall_clock(value: datetime) -> datetime:
    if value.tzinfo is not None:
        raise ValueError(
            "a time zone must not be given: write the time as the clock in Berlin shows it, without Z or +01:00"
        )
    there_and_back = value.replace(tzinfo=_BERLIN).astimezone(UTC).astimezone(_BERLIN)
    if there_and_back.replace(tzinfo=None) != value:
        raise ValueError("there is no such time in Berlin: clocks are put forward in that night")
    return value


def unique(same: Callable[[Any], object] = str) -> AfterValidator:
    """Return a check that no two entries of a list are the same under `same`."""

    def check(entries: Sequence[Any]) -> Sequence[Any]:
        seen: dict[object, Any] = {}
        for entry in entries:
            key = same(entry)
            if key in seen:
                first = "the same" if seen[key] == entry else shown(seen[key])
                raise ValueError(f"{shown(entry)} repeats {first} before it: take one out")
            seen[key] = entry
        return entries

    return AfterValidator(check)


Text = Annotated[str, Field(max_length=2000)]
ServerName = Annotated[str, AfterValidator(_server_name)]
UserId = Annotated[str, AfterValidator(_user_id)]
Room = Annotated[str, AfterValidator(_room)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
FeedUrl = Annotated[str, AfterValidator(_feed_url)]
Host = Annotated[str, AfterValidator(_host)]
Link = Annotated[str, AfterValidator(_link)]
Email = Annotated[str, AfterValidator(_email)]
Prefix = Annotated[str, AfterValidator(_prefix)]
Weekday = Annotated[str, BeforeValidator(_weekday)]
Span = Annotated[str, AfterValidator(_span_text)]
GroupNumber = Annotated[int, BeforeValidator(_group)]
RoomName = Annotated[str, AfterValidator(_room_name)]
ClockTime = Annotated[time, Field(strict=True)]
WallClock = Annotated[datetime, Field(strict=True), AfterValidator(_wall_clock)]
IdentityMode = Literal["own", "recovery-key", "print"]
DevicePolicy = Literal["cross-signed", "all", "verified"]
NextDate = Literal["off", "topic", "pinned"]
