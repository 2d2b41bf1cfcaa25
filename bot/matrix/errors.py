"""What the homeserver, or the way to it, can answer instead of success.

    MatrixError
    ├── Unreachable        no connection, cut off, timed out, 5xx, garbage: try again later
    ├── RateLimited        429: try again after `retry_after_s`
    ├── SessionEnded       401: the access token no longer counts; log in again
    └── Rejected           any other 4xx: the request itself can never succeed

nio returns errors as values; `bot.matrix.client.unwrap` turns every one of them into one of these (contract C4).
The texts hold the homeserver's error code, never message text.
"""


class MatrixError(Exception):
    """A request to the homeserver did not succeed."""


class Unreachable(MatrixError):
    """No usable answer; the request may or may not have been carried out. Repeat it under its transaction ID."""


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
