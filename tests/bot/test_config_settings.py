"""What an operator may rely on in single settings of config.toml, and in those that contradict each other."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot.app import settings_from
from tests.bot.configuring import (
    V12_ROOM,
    made,
    problem,
)

# --- single settings ---


@pytest.mark.parametrize(
    "room", [V12_ROOM, "!AbC:example.org", "!x:[::1]:8448", "#ag-1:example.org:8448", "#geschäftsstelle:example.org"]
)
def test_rooms_are_ids_with_and_without_server_or_aliases(room: str) -> None:
    assert made(rooms={"plenary": room}).rooms.plenary == room


@pytest.mark.parametrize(
    "room",
    ["", "!abc", V12_ROOM + "x", "!:example.org", "plenum", "#plenum", "#a b:example.org", "#" + "ü" * 125 + ":a.bc"],
)
def test_what_is_no_room_is_refused_with_its_value(room: str) -> None:
    assert problem(rooms={"plenary": room}).startswith(f'[rooms] plenary: "{room[:20]}')


@pytest.mark.parametrize("user", ["@a:example.org", "@Ada.L=/+-_1:localhost:8008", "@x:127.0.0.1", "@x:[2001:db8::1]"])
def test_user_ids_follow_the_specification_with_its_historical_letters(user: str) -> None:
    assert made(people={"coordinators": [user]}).people.coordinators == (user,)


@pytest.mark.parametrize(
    "user", ["ada", "@ada", "@:example.org", "@ä:example.org", "@a b:x", "@a:x\n", "@" + "a" * 250 + ":b.cd"]
)
def test_what_is_no_user_id_is_refused_with_its_entry(user: str) -> None:
    sentence = problem(people={"leads": {"1": ["@a:b", user]}}, rooms={"groups": {"1": "#ag1:b"}})
    assert sentence.startswith("[people] leads.1, entry 2: ")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8008", "https://matrix.example.org/", "https://example.org/matrix//"]
)
def test_the_address_loses_its_trailing_slash(url: str) -> None:
    assert made(homeserver={"url": url}).homeserver.url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["", "matrix.example.org", "ftp://x", "https://", "https://x:y", "https://[x", "https://x?a=b", "https://x y"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    assert problem(homeserver={"url": url}).startswith("[homeserver] url: ")


def test_invitations_are_accepted_from_the_bots_own_server_unless_told_otherwise() -> None:
    home = made().homeserver
    assert home.may_invite("@ada:example.org")
    assert not home.may_invite("@ada:evil-example.org")
    told = made(homeserver={"allowed_servers": [], "allowed_people": ["@ada:else.where"]}).homeserver
    assert told.may_invite("@ada:else.where")
    assert not told.may_invite("@bob:example.org")


def test_a_bot_that_nobody_may_invite_is_refused() -> None:
    assert "nobody could invite the bot" in problem(homeserver={"allowed_servers": []})


@pytest.mark.parametrize("prefix", ["!", "!!", "?>|"])
def test_a_prefix_is_one_to_three_punctuation_characters(prefix: str) -> None:
    assert made(chat={"prefix": prefix}).chat.prefix == prefix


@pytest.mark.parametrize("prefix", ["", "a", "!a", "!!!!", " ", "/", "„"])
def test_other_prefixes_are_refused(prefix: str) -> None:
    assert problem(chat={"prefix": prefix}).startswith("[chat] prefix: ")


def test_reminders_are_given_with_their_spans_longest_first() -> None:
    spans = made(dates={"reminders": ["90m", "2d", "3h"]}).dates.reminder_spans()
    assert list(spans.items()) == [
        ("2d", timedelta(days=2)),
        ("3h", timedelta(hours=3)),
        ("90m", timedelta(minutes=90)),
    ]


@pytest.mark.parametrize("key", ["reminders", "meeting_reminders"])
@pytest.mark.parametrize("text", ["0d", "1w", "d", "-1d", "1.5h", "1D", "366d", "999999999d", "١d", "1d\n"])
def test_what_is_no_span_is_refused(key: str, text: str) -> None:
    assert problem(dates={key: ["1h", text]}).startswith(f"[dates] {key}, entry 2: ")


@pytest.mark.parametrize("key", ["reminders", "meeting_reminders"])
def test_the_same_reminder_written_twice_is_refused(key: str) -> None:
    assert problem(dates={key: ["24h", "1d"]}) == f'[dates] {key}: "1d" repeats "24h" before it: take one out'


def test_reminders_may_be_left_out_altogether() -> None:
    dates = made(dates={"reminders": [], "meeting_reminders": []}).dates
    assert (dates.reminders, dates.meeting_reminders) == ((), ())


def test_a_room_shows_its_next_date_in_one_of_two_places_or_not_at_all() -> None:
    assert [made(rooms={"next_date": place}).rooms.next_date for place in ("off", "topic", "pinned")] == [
        "off",
        "topic",
        "pinned",
    ]
    assert problem(rooms={"next_date": "name"}) == '[rooms] next_date must be "off", "topic" or "pinned"'


def test_features_get_the_settings_of_dates_as_they_were_written() -> None:
    dates = {"reminders": ["2d"], "meeting_reminders": ["3h"], "quiet": False}
    settings = settings_from(
        made(dates=dates, rooms={"next_date": "pinned"}), started_at=datetime(2026, 11, 23, tzinfo=UTC)
    )
    assert settings.reminders == ("2d",)
    assert settings.meeting_reminders == ("3h",)
    assert settings.quiet is False
    assert settings.next_date == "pinned"


@pytest.mark.parametrize("name, number", [("monday", 0), ("Montag", 0), ("SONNABEND", 5), ("sunday", 6)])
def test_weekdays_are_read_in_english_and_german(name: str, number: int) -> None:
    assert made(digest={"weekday": name}).digest.weekday_number == number


def test_times_are_wall_clock_times() -> None:
    assert made(digest={"time": time(7, 30)}).digest.time == time(7, 30)
    aware = datetime(2026, 12, 2, 10, tzinfo=UTC)
    assert "a time zone must not be given" in problem(office_hours={"dates": [{"start": aware}]})
    skipped = datetime(2026, 3, 29, 2, 30)
    assert "there is no such time in Berlin" in problem(office_hours={"dates": [{"start": skipped}]})
    twice = datetime(2026, 10, 25, 2, 30)
    assert made(office_hours={"dates": [{"start": twice}]}).office_hours.dates[0].start == twice


def test_an_office_hour_ends_after_it_starts_and_stands_there_once() -> None:
    start = datetime(2026, 12, 2, 10)
    backwards = {"start": start, "end": start - timedelta(hours=1)}
    assert "end must come after start" in problem(office_hours={"dates": [backwards]})
    assert "repeats" in problem(office_hours={"dates": [{"start": start}, {"start": start, "topic": "x"}]})


@pytest.mark.parametrize("value", [True, 0, -1, 601, float("nan"), float("inf"), "30"])
def test_a_timeout_is_a_number_of_seconds_within_limits(value: Any) -> None:
    assert problem(homeserver={"request_timeout_s": value}).startswith("[homeserver] request_timeout_s must be ")


@pytest.mark.parametrize("value", [0, 10_000, True, 1.0, "10"])
@pytest.mark.parametrize(
    "table, key",
    [
        ("dates", "confirm_within_minutes"),
        ("questions", "take_within_working_days"),
        ("questions", "answer_within_working_days"),
        ("questions", "confirm_within_working_days"),
    ],
)
def test_counts_are_whole_numbers_within_limits(table: str, key: str, value: Any) -> None:
    assert problem(**{table: {key: value}}).startswith(f"[{table}] {key} must be ")


# --- settings that contradict each other ---


def test_rooms_are_known_by_name_and_used_once() -> None:
    rooms = {"groups": {"2": "#ag2:b", "1": V12_ROOM}, "announce": ["group 1", "coordination"]}
    config = made(rooms=rooms, digest={"rooms": ["group 2"]})
    assert list(config.rooms.named()) == ["plenary", "coordination", "group 1", "group 2"]
    assert "names the same room as [rooms] groups.1" in problem(rooms={"groups": {"1": "#a:b", "2": "#a:b"}})


def test_a_group_named_elsewhere_needs_its_room() -> None:
    assert problem(people={"leads": {"3": ["@a:b"]}}).startswith("[people] leads.3: this group has no room")
    assert problem(digest={"rooms": ["group 3"]}).startswith('[digest] rooms, entry 1: "group 3" has no room')


def test_the_bot_is_not_among_the_people() -> None:
    people = {"coordinators": ["@a:b", "@ag4-bot:example.org"]}
    assert problem(people=people) == "[people] coordinators, entry 2 is the bot itself: name a person"
