"""What an operator may rely on when giving the bot its password or access token."""

from pathlib import Path
from typing import Any

import pytest

from bot import config_secret
from bot.config import ConfigError, Login

PASSWORD = {"AG4_BOT_PASSWORD": "correct horse"}


def write(directory: Path, text: str | bytes, name: str, mode: int = 0o600) -> Path:
    path = directory / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def login_with(**settings: Any) -> Login:
    return Login.model_validate(settings)


def test_a_secret_never_shows_itself() -> None:
    secret = login_with().secret(PASSWORD)
    assert secret.reveal() == "correct horse"
    assert "correct" not in f"{secret!r} {secret} {secret.value!r} {secret.value}"


def test_the_environment_goes_before_the_file_and_the_file_before_systemd(tmp_path: Path) -> None:
    write(tmp_path, "from systemd", "ag4-bot-password", mode=0o444)
    systemd = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    file = write(tmp_path, "from file", "pw")
    assert login_with(password_file=file).secret(systemd | PASSWORD).reveal() == "correct horse"
    assert login_with(password_file=file).secret(systemd).reveal() == "from file"
    assert login_with().secret(systemd).reveal() == "from systemd"


def test_each_method_has_its_own_secret(tmp_path: Path) -> None:
    login = login_with(method="access_token", password_file=write(tmp_path, "pw", "pw"))
    with pytest.raises(ConfigError, match="no access token: set the environment variable AG4_BOT_ACCESS_TOKEN"):
        login.secret(PASSWORD)
    assert login.secret({"AG4_BOT_ACCESS_TOKEN": "syt_x"}).method == "access_token"


@pytest.mark.parametrize(
    "text, value", [("a b", "a b"), ("ä\n", "ä"), ("x\r\n", "x"), (" x \n", " x "), ("\ufeffx", "x")]
)
def test_exactly_one_newline_at_the_end_is_taken_off(tmp_path: Path, text: str, value: str) -> None:
    path = write(tmp_path, text, "pw")
    assert login_with(password_file=path).secret({}).reveal() == value


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b" \n", "is empty"),
        (b"a\n\n", "more than one line"),
        (b"a\nb", "more than one line"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_secret_file_without_exactly_one_line_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    login = login_with(password_file=write(tmp_path, content, "pw"))
    with pytest.raises(ConfigError, match=words):
        login.secret({})


def test_an_empty_variable_and_a_token_with_blanks_are_refused() -> None:
    with pytest.raises(ConfigError, match="AG4_BOT_PASSWORD is empty"):
        login_with().secret({"AG4_BOT_PASSWORD": ""})
    with pytest.raises(ConfigError, match="an access token has none"):
        login_with(method="access_token").secret({"AG4_BOT_ACCESS_TOKEN": "syt x"})


@pytest.mark.parametrize(
    "mode, accepted", [(0o600, True), (0o400, True), (0o640, True), (0o644, False), (0o602, False)]
)
def test_a_secret_that_everybody_may_read_or_change_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, accepted: bool
) -> None:
    login = login_with(password_file=write(tmp_path, "pw", "pw", mode))
    if accepted:
        assert login.secret({}).reveal() == "pw"
    else:
        with pytest.raises(ConfigError, match="run chmod 640"):
            login.secret({})
        monkeypatch.setattr(config_secret, "_SEALED", tmp_path)  # as if it were /run/secrets
        assert login.secret({}).reveal() == "pw"
