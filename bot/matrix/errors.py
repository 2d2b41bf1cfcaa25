"""What the homeserver, or the way to it, can answer instead of success.

    MatrixError
    ├── Unreachable        no connection, cut off, timed out: try again later
    │   ├── ServerFailing  there is a connection, but only 5xx or garbage comes back: perhaps only for this request
    │   └── StoreFailing   our own key store does not work just now
    ├── RateLimited        429: try again after `retry_after_s`
    ├── SessionEnded       401: the access token no longer counts; log in again
    │   └── KeysOutdated   the homeserver knows this device by other keys: only another device can go on
    └── Rejected           any other 4xx: the request itself can never succeed
        └── PasswordNeeded 401 with "flows": only with a proof of who is there (User-Interactive Authentication)

nio returns errors as values; `meaning` turns every one of them into one of these (contract C4).
The texts hold the homeserver's error code, never message text.
"""

from typing import Any

_UNAUTHORIZED, _TOO_MANY, _SERVER_ERROR = 401, 429, 500
_DEFAULT_PATIENCE_S = 5.0


class MatrixError(Exception):
    """A request to the homeserver did not succeed."""


class Unreachable(MatrixError):
    """No usable answer; the request may or may not have been carried out. Repeat it under its transaction ID."""


class ServerFailing(Unreachable):
    """The homeserver answers, but with a 5xx or with something that is no answer."""


class StoreFailing(Unreachable):
    """The key store cannot be written or read just now (disk full, locked): nothing has changed; try again later."""


class RateLimited(MatrixError):
    """The homeserver asks for patience (client-server API, Rate limiting)."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"rate limited for {retry_after_s:.1f} s")
        self.retry_after_s = retry_after_s


class SessionEnded(MatrixError):
    """The access token is unknown to the homeserver (M_UNKNOWN_TOKEN, M_MISSING_TOKEN)."""


class KeysOutdated(SessionEnded):
    """The key store was lost, or is older than the device: the next start puts it aside and logs in as a new device."""


class Rejected(MatrixError):
    """The homeserver will not do this, now or later: `status` and `errcode` say why."""

    def __init__(self, status: int, errcode: str, reason: str = "") -> None:
        super().__init__(f"{status} {errcode}" + (f": {reason}" if reason else ""))
        self.status = status
        self.errcode = errcode


class PasswordNeeded(Rejected):
    """The homeserver wants to know again who is there (client-server API, "User-Interactive Authentication API").

    Repeat the request with "auth" for one of `stages` in `session`. `errcode` is M_FORBIDDEN where that was tried
    and failed.
    """

    def __init__(self, session: str, stages: frozenset[str], errcode: str = "M_UNAUTHORIZED") -> None:
        super().__init__(_UNAUTHORIZED, errcode, "authentication needed")
        self.session = session
        self.stages = stages


def meaning(status: int, answer: dict[str, Any], retry_after: str | None = None) -> MatrixError:
    """The exception an error answer stands for (client-server API, Standard error response)."""
    errcode = str(answer.get("errcode", "M_UNKNOWN"))
    if status == _TOO_MANY or errcode == "M_LIMIT_EXCEEDED":
        wait_ms = answer.get("retry_after_ms")
        if isinstance(wait_ms, int | float) and wait_ms >= 0:
            return RateLimited(wait_ms / 1000)
        return RateLimited(float(retry_after) if retry_after and retry_after.isdigit() else _DEFAULT_PATIENCE_S)
    if status >= _SERVER_ERROR:
        return ServerFailing(f"HTTP {status}")
    if errcode in {"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"}:
        return SessionEnded(errcode)
    if status == _UNAUTHORIZED and isinstance(answer.get("flows"), list):
        return PasswordNeeded(str(answer.get("session", "")), _single_stages(answer["flows"]), errcode)
    return Rejected(status, errcode)


def _single_stages(flows: list[Any]) -> frozenset[str]:
    """The stages that suffice alone; those that come with others are left out."""
    ways = [flow.get("stages") for flow in flows if isinstance(flow, dict)]
    return frozenset(str(way[0]) for way in ways if isinstance(way, list) and len(way) == 1)
