"""What an operator may rely on when writing config.toml."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.config import Config, ConfigError, check, from_document, load
from bot.config_problems import read_toml
from tests.bot.configuring import (
    EXAMPLE,
    MINIMAL,
    PASSWORD,
    document,
    made,
    problem,
    problem_of,
    problems,
    settings,
    uncommented,
    write,
)

# --- the example ---


def test_the_example_is_valid_as_it_is_delivered() -> None:
    assert load(EXAMPLE, environ={}).homeserver.url == "https://matrix.example.org"


def test_what_the_example_shows_are_the_defaults(tmp_path: Path) -> None:
    minimal = write(tmp_path, MINIMAL)
    example = write(tmp_path, EXAMPLE.read_bytes(), "example.toml")
    assert load(example, environ={}) == load(minimal, environ={})


def test_the_example_with_its_commented_settings_is_valid(tmp_path: Path) -> None:
    config = load(write(tmp_path, uncommented()), environ={})
    assert sorted(config.rooms.groups) == [1, 2, 3, 4, 5]
    assert config.office_hours.dates[0].start == datetime(2026, 12, 2, 10)


@pytest.mark.parametrize("setting", list(settings()), ids=".".join)
def test_every_setting_stands_in_the_example(tmp_path: Path, setting: tuple[str, ...]) -> None:
    found: Any = read_toml(write(tmp_path, uncommented()))
    for part in setting:
        found = found[0] if isinstance(found, list) else found
        assert part in found
        found = found[part]


# --- all problems at once, with place and remedy ---


def test_unknown_missing_and_wrong_settings_are_named_together(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        surprise = 1
        [homserver]
        [homeserver]
        user = "ag4-bot"
        display-name = "Bot"
        directory = "data"
        [encryption]
        enabled = "yes"
        [rooms]
        plenary = "#plenum:example.org"
        coordination = "#koordination:example.org"
        groups = { 2 = "#plenum:example.org", 7 = "#ag7:example.org", 4 = 4 }
        announce = ["group 3"]
        [[office_hours.dates]]
        topi = "Basisdienste"
        """,
    )
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert caught.value.problems == (
        '[homeserver] url is missing: add url = "https://matrix.example.org"',
        '[homeserver] user: "ag4-bot" is not a Matrix user ID: write it like "@name:example.org"',
        "[homeserver] display-name is unknown: did you mean display_name?",
        "[homeserver] directory is unknown: directory belongs to [data]",
        "[encryption] enabled must be true or false, without quotes; found was text",
        '[rooms] groups.7: there is no group "7": the groups are 1 to 5',
        '[rooms] groups.4 must be text in quotes, like "…"; found was a number',
        "[[office_hours.dates]] entry 1, start is missing: add start = 2026-12-02T10:00:00",
        "[[office_hours.dates]] entry 1, topi is unknown: did you mean topic?",
        "surprise (above the first table) is unknown: take it out; known here are "
        + ", ".join(f"[{table}]" for table in Config.model_fields),
        "[homserver] is unknown: did you mean [homeserver]?",
        "[rooms] groups.2 names the same room as [rooms] plenary: give each its own",
        '[rooms] announce, entry 1: "group 3" has no room: add it to [rooms] groups, or take it out here',
    )
    assert str(caught.value) == "\n".join(caught.value.problems)


@pytest.mark.parametrize("setting", list(settings()), ids=".".join)
def test_a_value_of_the_wrong_type_is_named_with_its_place(setting: tuple[str, ...]) -> None:
    table, *rest, key = setting
    wrong: dict[str, Any] = {key: date(2026, 1, 1)}
    if rest:
        wrong = {rest[0]: [{"start": datetime(2026, 12, 2, 10)} | wrong]}
    sentences = [text for text in problems(**{table: wrong}) if table in text and key in text]
    assert len(sentences) == 1
    assert "2026-01-01" not in sentences[0]


@pytest.mark.parametrize("table", ["homeserver", "login", "rooms", "office_hours", "other"])
@pytest.mark.parametrize("key", ["password", "access_token", "Access-Token", "token", "Passwort"])
def test_a_secret_in_the_file_is_refused_and_told_where_it_belongs(table: str, key: str) -> None:
    sentences = problems(**{table: {key: "hunter2"}})
    assert "hunter2" not in " ".join(sentences)
    if table != "other":
        assert re.search(r"must not stand in this file.*AG4_BOT_\w+.*_file.*ag4-bot-", sentences[0])


@pytest.mark.parametrize("key", ["method", "password_file", "access_token_file", "pasword"])
@pytest.mark.parametrize("value", ["hunter2", ["hunter2"], {"hunter2": "hunter2"}], ids=["text", "list", "table"])
def test_no_value_under_login_is_ever_repeated(key: str, value: Any) -> None:
    """Somebody may have written the password itself where its file belongs."""
    with pytest.raises(ConfigError) as caught:
        made(login={key: value}).secret({})
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    sentence = problem(homeserver={"url": "https://bot:hunter2@matrix.example.org"})
    assert "must not hold a user name or password" in sentence
    assert "hunter2" not in sentence


def test_a_default_that_hangs_on_a_wrong_value_is_no_second_problem() -> None:
    assert problem(homeserver={"user": "@:"}).startswith("[homeserver] user:")


# --- the file itself ---


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "is empty: copy config.example.toml"),
        (b" \n\n", "is empty: copy config.example.toml"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"[chat]\nprefix = \xff", "line 2 is not UTF-8 text: save the file as UTF-8"),
        (MINIMAL.encode("utf-16"), "is not UTF-8 text"),
        (b"[chat]\n" + b"\0" * 64, "was not written completely"),
        (b"[chat]\nprefix = !\n", "line 2, column 10 is not valid TOML"),
        (b"[chat]\nprefix\n[log]\n", "line 2, column 7 is not valid TOML"),
        (b"[chat]\n[chat]\n", "line 2, column 6 is not valid TOML"),
        (b'[chat]\nprefix = "', "ends in line 2 in the middle of a setting"),
        (b"[chat", "ends in line 1 in the middle of a setting"),
        (b"a = " + b"[" * 20000, "nests brackets too deeply"),
        (b"a = " + b"9" * 20000, "ends in line 1"),
    ],
)
def test_a_file_that_is_no_toml_gets_one_sentence_with_the_place(tmp_path: Path, content: bytes, words: str) -> None:
    path = write(tmp_path, content)
    sentence = problem_of(path)
    assert sentence.startswith(str(path))
    assert words in sentence


def test_a_missing_file_and_a_directory_get_a_sentence(tmp_path: Path) -> None:
    assert "there is no such file: copy config.example.toml" in problem_of(tmp_path / "config.toml")
    assert "it is a directory, not a file" in problem_of(tmp_path)


def test_a_file_that_may_not_be_read_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "this user may not read it" in problem_of(tmp_path / "config.toml")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert load(write(tmp_path, b"\xef\xbb\xbf" + MINIMAL.encode()), environ={}).chat.prefix == "!"


@given(cut=st.integers(0, len(MINIMAL) - 1))
def test_a_file_cut_off_anywhere_is_never_taken_for_whole(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = write(tmp_path_factory.getbasetemp(), MINIMAL[:cut], "cut.toml")
    if MINIMAL[cut:].strip():
        with pytest.raises(ConfigError):
            load(path, environ={})


toml_values = st.recursive(
    st.text() | st.integers() | st.floats() | st.booleans() | st.datetimes() | st.dates() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
keys = (
    st.sampled_from(sorted({part for setting in settings() for part in setting} | {"1", "9", "password"})) | st.text()
)


@given(st.dictionaries(keys, st.dictionaries(keys, toml_values, max_size=4) | toml_values, max_size=4))
def test_whatever_stands_in_the_file_gives_a_config_or_sentences(anything: dict[str, Any]) -> None:
    sentences: tuple[str, ...] = ("accepted",)
    try:
        from_document(document() | anything, base=Path("/x"), environ={})
    except ConfigError as error:
        sentences = error.problems
    assert sentences
    assert all(sentence and "\n" not in sentence for sentence in sentences)


# --- what callers may rely on ---


def test_a_config_cannot_be_changed() -> None:
    config = made()
    with pytest.raises(ValidationError):
        config.chat.prefix = "?"


def test_paths_start_beside_the_file_or_at_home(tmp_path: Path) -> None:
    assert load(write(tmp_path, MINIMAL), environ={}).data.database == tmp_path / "data" / "ag4-bot.sqlite"
    assert made(data={"directory": "~/bot"}).data.directory == Path("/home/bot/bot")
    assert made(data={"directory": "/srv/bot"}).data.directory == Path("/srv/bot")
    assert made(login={"password_file": "pw"}).login.password_file == Path("/etc/ag4-bot/pw")


# --- check ---

OWN = MINIMAL.replace("example.org", "stadt.example")


def test_check_finds_nothing_wrong_and_creates_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, OWN)
    assert check(path, environ=PASSWORD) == []
    assert list(tmp_path.iterdir()) == [path]


def test_check_names_settings_secret_and_data_directory_together(tmp_path: Path) -> None:
    write(tmp_path, "", "file")
    found = check(write(tmp_path, OWN + '[data]\ndirectory = "file/data"\n[log]\nlevel = "loud"'), environ={})
    assert [sentence.split(":")[0] for sentence in found] == [
        '[log] level must be "debug", "info", "warning" or "error"',
        "The bot has no password",
        "[data] directory",
    ]


def test_check_names_a_directory_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    [sentence] = check(write(tmp_path, OWN), environ=PASSWORD)
    assert f"may not write to {tmp_path}" in sentence


def test_check_of_a_broken_file_is_one_sentence(tmp_path: Path) -> None:
    [sentence] = check(write(tmp_path, "[homeserver"), environ={})
    assert "in the middle of a setting" in sentence


def test_check_names_what_was_left_as_in_the_example() -> None:
    found = check(EXAMPLE, environ=PASSWORD)
    assert [sentence.split(" is still")[0] for sentence in found if "still" in sentence] == [
        "[homeserver] url",
        "[homeserver] user",
    ]
