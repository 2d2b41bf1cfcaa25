"""What an operator may rely on when turning the calendar feed on."""

from pathlib import Path
from typing import Any

import pytest

from bot.config import Config, ConfigError, check
from tests.bot.configuring import MINIMAL, PASSWORD, made, problem, write
from tests.bot.operating import operate

SECRET = "qR7_" * 8
ON = {"AG4_BOT_CALENDAR_SECRET": SECRET}


def feed(**settings: Any) -> Config:
    return made(calendar_feed={"enabled": True} | settings)


def test_without_a_feed_no_secret_is_needed() -> None:
    assert made().calendar_secret({}) is None
    assert not made().calendar_feed.enabled


def test_a_feed_stays_on_this_machine_unless_told_otherwise() -> None:
    assert feed().calendar_feed.host == "127.0.0.1"


def test_a_feed_without_a_secret_is_told_how_to_make_one() -> None:
    with pytest.raises(ConfigError) as caught:
        feed().calendar_secret({})
    assert str(caught.value) == (
        "The bot has no calendar secret: set the environment variable AG4_BOT_CALENDAR_SECRET, or name a file in"
        " [calendar_feed] secret_file, or give it the systemd credential ag4-bot-calendar-secret. Make one: python3 -c"
        ' "import secrets; print(secrets.token_urlsafe(32))"'
    )


def test_the_environment_goes_before_the_file_and_the_file_before_systemd(tmp_path: Path) -> None:
    write(tmp_path, "systemd_" * 4, "ag4-bot-calendar-secret", mode=0o444)
    systemd = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    config = feed(secret_file=str(write(tmp_path, "from_file" * 4 + "\n", "secret")))
    found = [config.calendar_secret(systemd | ON), config.calendar_secret(systemd), feed().calendar_secret(systemd)]
    assert [each.reveal() for each in found if each] == [SECRET, "from_file" * 4, "systemd_" * 4]


@pytest.mark.parametrize("text", ["a" * 31, "a" * 31 + "/", "a b" * 20, "ä" * 32, "a" * 201, "a/../" * 10])
def test_a_secret_that_can_be_guessed_or_is_no_part_of_an_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        feed().calendar_secret({"AG4_BOT_CALENDAR_SECRET": text})
    assert "must have 32 to 200 characters" in str(caught.value)
    assert "Make one: python3 -c" in str(caught.value)
    assert text not in str(caught.value)


@pytest.mark.parametrize("text", ["a" * 32, "A-z_0" * 40])
def test_a_secret_of_32_and_of_200_characters_is_accepted(text: str) -> None:
    secret = feed().calendar_secret({"AG4_BOT_CALENDAR_SECRET": text})
    assert secret is not None
    assert secret.reveal() == text
    assert text not in repr(secret)


@pytest.mark.parametrize("key", ["secret", "calendar_secret", "password", "token"])
def test_a_secret_in_the_file_is_refused_and_told_where_it_belongs(key: str) -> None:
    sentence = problem(calendar_feed={key: SECRET})
    assert "must not stand in this file" in sentence
    assert "AG4_BOT_CALENDAR_SECRET, a file named in [calendar_feed] secret_file" in sentence
    assert SECRET not in sentence


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0.0.0.0", "localhost", "bot-1.example.org"])
def test_a_host_is_an_address_or_a_name(host: str) -> None:
    assert feed(host=host).calendar_feed.host == host


@pytest.mark.parametrize(
    "host", ["", "http://127.0.0.1", "127.0.0.1:80", "1.2.3", "a b", "a_b", "-a", "a" * 64, "a." * 126 + "_"]
)
def test_what_is_no_host_is_refused(host: str) -> None:
    assert problem(calendar_feed={"host": host}).startswith("[calendar_feed] host: ")


@pytest.mark.parametrize("port", [0, -1, 65536, "8474", True, 80.0])
def test_what_is_no_port_is_refused(port: Any) -> None:
    assert problem(calendar_feed={"port": port}).startswith("[calendar_feed] port must be ")


@pytest.mark.parametrize(
    "url, kept",
    [
        ("", ""),
        ("https://termine.example.org/", "https://termine.example.org"),
        ("https://example.org/ag4", "https://example.org/ag4"),
        ("http://127.0.0.1:8474", "http://127.0.0.1:8474"),
    ],
)
def test_the_address_from_outside_is_kept_without_its_trailing_slash(url: str, kept: str) -> None:
    assert feed(base_url=url).calendar_feed.base_url == kept


@pytest.mark.parametrize(
    "url", ["termine.example.org", "ftp://x", "https://x?a=b", "https://u:hunter2@x", "http://x.de"]
)
def test_an_address_that_would_show_the_secret_or_is_none_is_refused(url: str) -> None:
    sentence = problem(calendar_feed={"base_url": url})
    assert sentence.startswith("[calendar_feed] base_url: ")
    assert "hunter2" not in sentence
    assert "matrix.example.org" not in sentence


def test_check_names_what_is_wrong_with_the_feed_beside_everything_else(tmp_path: Path) -> None:
    own = MINIMAL.replace("example.org", "stadt.example")
    path = write(tmp_path, own + "[calendar_feed]\nenabled = true\n[log]\nlevel = 'loud'")
    assert [sentence.split(":")[0] for sentence in check(path, environ=PASSWORD)] == [
        '[log] level must be "debug", "info", "warning" or "error"',
        "The bot has no calendar secret",
    ]
    assert [sentence.split(":")[0] for sentence in check(path, environ=PASSWORD | ON)][1:] == []


async def test_ag4_bot_check_shows_the_addresses_without_the_secret(tmp_path: Path) -> None:
    own = MINIMAL.replace("example.org", "stadt.example")
    text = own + '[calendar_feed]\nenabled = true\nbase_url = "https://termine.stadt.example"'
    ended = await operate(write(tmp_path, text), "check", AG4_BOT_CALENDAR_SECRET=SECRET)
    assert ended.code == 0
    assert "\n  https://termine.stadt.example/kalender/<secret>/alle.ics\n" in ended.out
    assert "\n  https://termine.stadt.example/kalender/<secret>/ag5.ics\n" in ended.out
    assert SECRET not in ended.out + ended.err


def test_without_an_address_from_outside_the_own_one_is_shown() -> None:
    assert feed(host="::1").calendar_feed.addresses()[0] == "http://[::1]:8474/kalender/<secret>/alle.ics"
