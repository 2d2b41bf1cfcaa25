"""What the homeserver, or the way to it, can answer instead of success.

    MatrixError
    ├── Unreachable        no connection, cut off, timed out: try again later
    │   └── ServerFailing  there is a connection, but only 5xx or garbage comes back: perhaps only for this request
    ├── RateLimited        429: try again after `retry_after_s`
    ├── SessionEnded       401: the access token no longer counts; log in again
    └── Rejected           any other 4xx: the request itself can never succeed

nio returns errors as values; `meaning` turns every one of them into one of these (contract C4).
The texts hold the homeserver's error code, never message text.
"""

from typing import Any

_TOO_MANY, _SERVER_ERROR = 429, 500
_DEFAULT_PATIENCE_S = 5.0


class MatrixError(Exception):
    """A request to the homeserver did not succeed."""


class Unreachable(MatrixError):
    """No usable answer; the request may or may not have been carried out. Repeat it under its transaction ID."""


class ServerFailing(Unreachable):
    """The homeserver answers, but with a 5xx or with something that is no answer."""


class RateLimited(MatrixError):
    """The homeserver asks for patience (client-server API, Rate limiting)."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"rate limited for {retry_after_s:.1f} s")
        self.retry_after_s = retry_after_s


class SessionEnded(MatrixError):
    """The access token is unknown to the homeserver (M_UNKNOWN_TOKEN, M_MISSING_TOKEN)."""


class Rejected(MatrixError):
    """The homeserver will not do this, now or later: `status` and `errcode` say why."""

    def __init__(self, status: int, errcode: str, reason: str = "") -> None:
        super().__init__(f"{status} {errcode}" + (f": {reason}" if reason else ""))
        self.status = status
        self.errcode = errcode


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
    return Rejected(status, errcode)
