"""Conditional requests: a 304 is given exactly where RFC 9110, section 13, says so."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.conditional import http_date, read_http_date, unchanged

ETAG = "5f2a"
CHANGED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NOW = CHANGED + timedelta(hours=1)


def asked(*, none_match: list[str] | None = None, since: list[str] | None = None) -> bool:
    return unchanged(etag=ETAG, changed_at=CHANGED, none_match=none_match or [], modified_since=since or [], now=NOW)


@pytest.mark.parametrize(
    "lines",
    [
        ['"5f2a"'],
        ['W/"5f2a"'],
        ["*"],
        [' "5f2a" '],
        ['"x", "5f2a"'],
        ['"x" ,\t"5f2a"'],
        ['"a,b", W/"y",W/"5f2a", "z"'],
        ['"x"', '"5f2a"'],
        [', ,"5f2a",'],
    ],
)
def test_if_none_match_that_names_the_body_is_answered_with_304(lines: list[str]) -> None:
    assert asked(none_match=lines)


@pytest.mark.parametrize(
    "lines", [['"x"'], ["5f2a"], ['"5F2A"'], ['w/"5f2a"'], [""], ['"x, 5f2a"'], ['"5f2a'], ['"x" "5f2a"'], ['*, "x"']]
)
def test_if_none_match_that_does_not_name_it_is_answered_in_full(lines: list[str]) -> None:
    assert not asked(none_match=lines)


@pytest.mark.parametrize("seconds, expected", [(-1, False), (0, True), (1, True), (3600, True), (3601, False)])
def test_if_modified_since_holds_from_the_change_until_now(seconds: int, expected: bool) -> None:
    assert asked(since=[http_date(CHANGED + timedelta(seconds=seconds))]) is expected


def test_if_none_match_goes_before_if_modified_since() -> None:
    recent = http_date(NOW)
    assert not asked(none_match=['"x"'], since=[recent])
    assert asked(none_match=['"5f2a"'], since=["Mon, 01 Jan 2001 00:00:00 GMT"])
    assert not asked(none_match=["no etag"], since=[recent])


def test_if_modified_since_is_ignored_where_it_was_sent_twice() -> None:
    assert not asked(since=[http_date(NOW), http_date(NOW)])


@pytest.mark.parametrize(
    "text", ["Mon, 23 Nov 2026 09:00:00 GMT", "Monday, 23-Nov-26 09:00:00 GMT", "Mon Nov 23 09:00:00 2026"]
)
def test_all_three_forms_of_a_date_are_read(text: str) -> None:
    assert read_http_date(text) == CHANGED


@pytest.mark.parametrize(
    "text",
    ["", "0", "yesterday", "Mon, 23 Nov 2026 09:00:00 +0100", "2026-11-23T09:00:00Z", "Mon, 31 Feb 2026 09:00:00 GMT"],
)
def test_what_is_no_date_of_http_is_ignored(text: str) -> None:
    assert read_http_date(text) is None


def test_a_date_is_written_in_gmt_and_in_english() -> None:
    assert http_date(CHANGED.astimezone(ZoneInfo("Europe/Berlin"))) == "Mon, 23 Nov 2026 09:00:00 GMT"
