"""What an operator may rely on when writing [encryption]: whose identity, which devices, where the recovery key is."""

from pathlib import Path
from typing import Any

import pytest

from bot import recovery_key
from bot.config import Config, ConfigError, check, from_document
from tests.bot.element_vectors import RECOVERY_KEY, STORAGE_KEY

ENVIRON = {"AG4_BOT_RECOVERY_KEY": RECOVERY_KEY}
OWN = """
[homeserver]
url = "https://matrix.stadt.example"
user = "@ag4-bot:stadt.example"
[rooms]
plenary = "#plenum:stadt.example"
coordination = "#koordination:stadt.example"
"""


def made(**encryption: Any) -> Config:
    document = {
        "homeserver": {"url": "https://matrix.example.org", "user": "@ag4-bot:example.org"},
        "rooms": {"plenary": "#plenum:example.org", "coordination": "#koordination:example.org"},
        "encryption": encryption,
    }
    return from_document(document, base=Path("/etc/ag4-bot"), environ={})


def write(directory: Path, text: str, name: str, mode: int = 0o600) -> Path:
    path = directory / name
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


# --- the settings ---


def test_the_bot_has_its_own_identity_and_trusts_cross_signed_devices_unless_told_otherwise() -> None:
    encryption = made().encryption
    assert (encryption.enabled, encryption.identity, encryption.devices) == (True, "own", "cross-signed")
    assert encryption.recovery_key_file is None


@pytest.mark.parametrize(
    "key, good, words",
    [
        ("identity", ["own", "recovery-key", "print"], '"own", "recovery-key" or "print"'),
        ("devices", ["cross-signed", "all", "verified"], '"cross-signed", "all" or "verified"'),
    ],
)
def test_a_choice_that_does_not_exist_is_refused_with_those_that_do(key: str, good: list[str], words: str) -> None:
    for value in good:
        assert getattr(made(**{key: value}).encryption, key) == value
    for value in ("", "Own", "recovery_key", True):
        with pytest.raises(ConfigError) as caught:
            made(**{key: value})
        assert caught.value.problems == (f"[encryption] {key} must be {words}",)


def test_only_people_whom_an_identity_of_ours_vouches_for_can_be_verified() -> None:
    for identity in ("own", "recovery-key"):
        assert made(identity=identity, devices="verified").encryption.devices == "verified"
    with pytest.raises(ConfigError, match='devices = "verified" needs an identity that the bot holds'):
        made(identity="print", devices="verified")


@pytest.mark.parametrize("table", ["encryption", "login", "homeserver"])
@pytest.mark.parametrize("key", ["recovery_key", "recovery-key", "Security_Key", "Wiederherstellungsschlüssel"])
def test_a_recovery_key_in_the_file_is_refused_and_told_where_it_belongs(table: str, key: str) -> None:
    document = {"homeserver": {}, "rooms": {}, table: {key: RECOVERY_KEY}}
    with pytest.raises(ConfigError) as caught:
        from_document(document, base=Path("/x"), environ={})
    [sentence] = [text for text in caught.value.problems if "must not stand in this file" in text]
    assert "AG4_BOT_RECOVERY_KEY" in sentence
    assert "[encryption] recovery_key_file" in sentence
    assert "credential ag4-bot-recovery-key" in sentence
    assert "EsT" not in str(caught.value)


# --- the recovery key ---


def test_a_recovery_key_is_looked_for_only_where_the_identity_needs_it(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert made(identity="own", recovery_key_file=str(missing)).recovery_key({}) is None
    assert made(identity="print").recovery_key(ENVIRON) is None
    assert made(identity="recovery-key", enabled=False).recovery_key({}) is None


def test_the_recovery_key_comes_from_the_environment_a_file_or_systemd_in_this_order(tmp_path: Path) -> None:
    spaced = RECOVERY_KEY.replace(" ", "  ")
    file = write(tmp_path, spaced + "\n", "key")
    systemd = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    write(tmp_path, RECOVERY_KEY.replace(" ", ""), "ag4-bot-recovery-key", mode=0o444)
    with_file = made(identity="recovery-key", recovery_key_file=str(file))
    without = made(identity="recovery-key")
    found = [
        with_file.recovery_key(systemd | ENVIRON),
        with_file.recovery_key(systemd),
        without.recovery_key(systemd),
    ]
    assert [each and each.reveal() for each in found] == [RECOVERY_KEY, spaced, RECOVERY_KEY.replace(" ", "")]
    assert all(recovery_key.decode(each.reveal()) == STORAGE_KEY for each in found if each)
    assert "EsT" not in repr(found)


def test_without_a_recovery_key_all_three_places_are_named() -> None:
    with pytest.raises(ConfigError) as caught:
        made(identity="recovery-key").recovery_key({"AG4_BOT_PASSWORD": "x"})
    assert caught.value.problems == (
        (
            "The bot has no recovery key: set the environment variable AG4_BOT_RECOVERY_KEY, or name a file in"
            " [encryption] recovery_key_file, or give it the systemd credential ag4-bot-recovery-key."
        ),
    )


def test_a_recovery_key_that_everybody_may_read_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, RECOVERY_KEY, "key", mode=0o644)
    with pytest.raises(ConfigError, match=r"file named by \[encryption\] recovery_key_file: run chmod 640"):
        made(identity="recovery-key", recovery_key_file=str(file)).recovery_key({})


def test_the_path_of_the_recovery_key_is_never_repeated() -> None:
    """Somebody may have written the key itself where its file belongs."""
    with pytest.raises(ConfigError) as caught:
        made(identity="recovery-key", recovery_key_file=RECOVERY_KEY).recovery_key({})
    assert "there is no such file" in str(caught.value)
    assert "EsT" not in str(caught.value)


@pytest.mark.parametrize(
    "written, words",
    [
        (RECOVERY_KEY[:-1], "a letter is wrong or missing"),
        (RECOVERY_KEY[:-3], "too short or too long"),
        (RECOVERY_KEY + "A", "too short or too long"),
        (RECOVERY_KEY[:4], "too short or too long"),
        ("E" * 20_000, "too short or too long"),
        (RECOVERY_KEY.replace("E", "0", 1), "a character that no recovery key has"),
        (RECOVERY_KEY.replace(" ", "-"), "a character that no recovery key has"),
        (RECOVERY_KEY[:-1] + ("A" if RECOVERY_KEY[-1] != "A" else "B"), "a letter is wrong or missing"),
        ("1" * 48, "too short or too long"),
    ],
)
def test_a_recovery_key_that_is_not_well_formed_is_refused_with_the_reason_and_never_repeated(
    written: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=f"AG4_BOT_RECOVERY_KEY cannot be used: .*({words})") as caught:
        made(identity="recovery-key").recovery_key({"AG4_BOT_RECOVERY_KEY": written})
    assert written[:4] not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_every_single_wrong_letter_is_noticed() -> None:
    """The parity byte is there for that."""
    letters = RECOVERY_KEY.replace(" ", "")
    for place in range(len(letters)):
        wrong = letters[:place] + ("2" if letters[place] != "2" else "3") + letters[place + 1 :]
        with pytest.raises(ValueError, match=r"wrong or missing|too short or too long|no recovery key"):
            recovery_key.decode(wrong)


def test_another_key_in_base58_is_no_recovery_key() -> None:
    raw = b"\x8b\x02" + bytes(range(32))
    parity = 0
    for byte in raw:
        parity ^= byte
    number, text = int.from_bytes(raw + bytes([parity]), "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[rest] + text
    with pytest.raises(ValueError, match="no recovery key of a Matrix account"):
        recovery_key.decode(text)


# --- check ---


def test_check_names_a_recovery_key_that_is_missing_or_malformed_among_the_rest(tmp_path: Path) -> None:
    path = write(tmp_path, OWN + '[encryption]\nidentity = "recovery-key"\n', "config.toml")
    password = {"AG4_BOT_PASSWORD": "x"}
    assert [sentence.split(":")[0] for sentence in check(path, environ={})] == [
        "The bot has no password",
        "The bot has no recovery key",
    ]
    [sentence] = check(path, environ=password | {"AG4_BOT_RECOVERY_KEY": "EsT1"})
    assert "too short or too long" in sentence
    assert check(path, environ=password | ENVIRON) == []


def test_check_does_not_ask_for_a_recovery_key_that_is_not_needed(tmp_path: Path) -> None:
    for table in ('identity = "own"', 'identity = "print"', 'enabled = false\nidentity = "recovery-key"'):
        path = write(tmp_path, f"{OWN}[encryption]\n{table}\n", "config.toml")
        assert check(path, environ={"AG4_BOT_PASSWORD": "x"}) == []
