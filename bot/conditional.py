"""Conditional requests over HTTP: whether the client has already what it asks for (RFC 9110, section 13)."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

_ETAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_LISTED = re.compile(rf"[\s,]*{_ETAG.pattern}\s*(?=,|$)")
_HTTP_DATES = ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y")


def http_date(at: datetime) -> str:
    """Return an aware time as HTTP writes it (IMF-fixdate, RFC 9110, section 5.6.7)."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def read_http_date(text: str) -> datetime | None:
    """Return the time that one of the three forms of RFC 9110, section 5.6.7, names (UTC); None for anything else."""
    for form in _HTTP_DATES:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def unchanged(
    *, etag: str, changed_at: datetime, none_match: Sequence[str], modified_since: Sequence[str], now: datetime
) -> bool:
    """Tell whether a GET or HEAD is answered with 304 (RFC 9110, section 13.2.2): If-None-Match goes first.

    `etag` is without its quotes; `none_match` and `modified_since` are the lines of these headers, none where they were
    not sent. If-Modified-Since is ignored where it is no date or lies after `now`: a 200 does no harm, a wrong 304
    does.
    """
    if none_match:
        return _names(", ".join(none_match), etag)
    if len(modified_since) != 1:
        return False
    since = read_http_date(modified_since[0])
    return since is not None and changed_at <= since <= now


def _names(text: str, etag: str) -> bool:
    """Whether If-None-Match names this ETag by weak comparison, or any ("*"); after a mistake nothing is read."""
    if text.strip() == "*":
        return True
    place = 0
    while found := _LISTED.match(text, place):
        if found[1] == etag:
            return True
        place = found.end()
    return False
