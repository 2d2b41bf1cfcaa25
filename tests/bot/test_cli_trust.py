"""`ag4-bot trust`, and how `run`, `backup` and `restore` end on the command line: sentences and exit codes."""

import asyncio
import os
import pty
import sys
from pathlib import Path

import pytest

from bot import cli, identity_file, lock
from bot.config import load
from bot.identity_file import Identity
from tests.bot.operating import operate, write_config
from tests.dialog import BOT, PASSWORD, Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import dialog_with, output_of, start_process


@pytest.fixture
async def config(homeserver: FakeHomeserver, tmp_path: Path) -> Path:
    """The configuration file of a bot that has never run."""
    Dialog.furnish(homeserver)
    return write_config(homeserver.url, tmp_path)


@pytest.fixture
async def stopped(homeserver: FakeHomeserver, tmp_path: Path) -> Path:
    """The configuration file of a bot that has run, and is stopped."""
    path = write_config(homeserver.url, tmp_path)
    dialog = dialog_with(homeserver, tmp_path / "data")
    dialog.config = load(path, environ={})
    await dialog.start()
    await dialog.stop()
    for each in (tmp_path / "data", *(tmp_path / "data").rglob("*")):
        each.chmod(0o700 if each.is_dir() else 0o600)  # as the umask of `run` makes them
    return path


def master_of(homeserver: FakeHomeserver) -> str:
    [key] = homeserver.user(BOT).account.cross_signing["master_key"]["keys"].values()
    return str(key)


def in_fours(key: str) -> str:
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


async def test_device_fingerprint_master_key_and_signature_are_shown_also_while_the_bot_runs(
    homeserver: FakeHomeserver, stopped: Path
) -> None:
    [device] = homeserver.user(BOT).account.devices.values()
    assert device.keys is not None
    with lock.held(stopped.parent / "data"):
        ended = await operate(stopped, "trust", password=None)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        f"Device:      {device.id}",
        f"Fingerprint: {in_fours(device.keys['keys'][f'ed25519:{device.id}'])}",
        f"Master key:  {in_fours(master_of(homeserver))}",
        "Signed:      yes, the whole chain",
    ]


async def test_a_device_that_is_not_signed_is_exit_code_7_with_the_remedy(
    homeserver: FakeHomeserver, stopped: Path
) -> None:
    homeserver.user(BOT).account.signatures.clear()
    ended = await operate(stopped, "trust")
    assert ended.code == cli.TRUST_REFUSED
    assert "Signed:      no (device not signed)" in ended.out
    assert "Restart the bot" in ended.err


async def test_a_reset_makes_a_new_identity_on_purpose_and_keeps_the_old_one(
    homeserver: FakeHomeserver, stopped: Path
) -> None:
    data, old = stopped.parent / "data", master_of(homeserver)
    ended = await operate(stopped, "trust", "--reset", "--yes")
    assert (ended.code, ended.err) == (0, "")
    assert master_of(homeserver) != old
    assert f"Master key:  {in_fours(master_of(homeserver))}" in ended.out
    assert "Signed:      yes" in ended.out
    kept = [identity_file.read(data, BOT, name=name) for name in (identity_file.NAME, f"{identity_file.NAME}.1")]
    assert [each.master.public for each in kept if each is not None] == [master_of(homeserver), old]
    assert (await operate(stopped, "doctor")).code == 0


async def test_a_reset_is_refused_while_the_bot_runs_and_where_nobody_confirms_it(
    homeserver: FakeHomeserver, stopped: Path
) -> None:
    old = master_of(homeserver)
    with lock.held(stopped.parent / "data"):
        ended = await operate(stopped, "trust", "--reset", "--yes")
    assert (ended.code, ended.out) == (cli.RUNNING_ALREADY, "")
    ended = await operate(stopped, "trust", "--reset")
    assert (ended.code, ended.out) == (cli.CONFIG_WRONG, "")
    assert "asked to trust it anew" in ended.err
    assert "--yes" in ended.err
    assert master_of(homeserver) == old


@pytest.mark.parametrize("answer", ["y", "n"])
async def test_on_a_terminal_a_reset_says_what_it_means_and_asks(
    homeserver: FakeHomeserver, stopped: Path, answer: str
) -> None:
    old = master_of(homeserver)
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    words = [*["-W", "default", "-m", "bot", "trust", "--reset", "--config"], str(stopped)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        stdin=theirs,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "AG4_BOT_PASSWORD": PASSWORD, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=stopped.parent,
    )
    said = await output_of(process)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert "everybody who writes with @ag4-bot:test" in said
    assert ("Nothing was changed." in said) == (answer == "n")
    assert (master_of(homeserver) == old) == (answer == "n")


async def test_a_wrong_password_replaces_nothing(homeserver: FakeHomeserver, stopped: Path) -> None:
    data = stopped.parent / "data"
    before, old = (data / identity_file.NAME).read_bytes(), master_of(homeserver)
    ended = await operate(stopped, "trust", "--reset", "--yes", password="wrong-horse")
    assert ended.code == cli.TRUST_REFUSED
    assert "does not accept the password" in ended.err
    assert "wrong-horse" not in ended.out + ended.err
    assert ((data / identity_file.NAME).read_bytes(), master_of(homeserver)) == (before, old)


async def test_a_reset_needs_a_password_login(homeserver: FakeHomeserver, stopped: Path) -> None:
    write_config(homeserver.url, stopped.parent, more='[login]\nmethod = "access_token"')
    token = homeserver.user(BOT).token("HAND")
    ended = await operate(stopped, "trust", "--reset", "--yes", AG4_BOT_ACCESS_TOKEN=token)
    assert ended.code == cli.CONFIG_WRONG
    assert 'Run this once with method = "password"' in ended.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
async def test_root_makes_no_identity_that_the_bot_could_not_read(homeserver: FakeHomeserver, stopped: Path) -> None:
    os.chown(stopped.parent / "data", 4711, 4712)
    ended = await operate(stopped, "trust", "--reset", "--yes")
    assert ended.code == cli.DATABASE_UNUSABLE
    assert "run this as the user that the bot runs as" in ended.err


async def test_before_the_first_start_and_without_encryption_there_is_a_sentence(
    homeserver: FakeHomeserver, config: Path
) -> None:
    ended = await operate(config, "trust")
    assert (ended.code, ended.err) == (cli.TRUST_REFUSED, "The bot has not logged in yet. Start it once.\n")
    write_config(homeserver.url, config.parent, encryption="enabled = false")
    ended = await operate(config, "trust")
    assert ended.code == cli.CONFIG_WRONG
    assert "switched off" in ended.err


async def test_a_homeserver_that_is_down_is_a_sentence(homeserver: FakeHomeserver, stopped: Path) -> None:
    await homeserver.stop()
    ended = await operate(stopped, "trust")
    await homeserver.start()
    assert ended.code == cli.TRUST_REFUSED
    assert "does not answer as it should" in ended.err
    assert "Traceback" not in ended.err


async def test_a_bot_over_an_identity_made_elsewhere_ends_with_7_and_the_ways_out_which_work(
    homeserver: FakeHomeserver, config: Path
) -> None:
    """Refused, told, reset on purpose as told, then it runs."""
    account = homeserver.user(BOT).account
    other = Identity.generate(BOT).master
    shown = {"user_id": BOT, "usage": ["master"], "keys": {other.key_id: other.public}}
    account.cross_signing["master_key"] = other.sign(shown, BOT)
    process = await start_process(config)
    said = await output_of(process)
    assert process.returncode == cli.TRUST_REFUSED
    assert "identity.json back from the backup" in said
    assert '"ag4-bot trust --reset"' in said
    assert "Traceback" not in said
    doctor = await operate(config, "doctor")
    assert (doctor.code, "ag4-bot trust --reset" in doctor.out) == (1, True)
    assert (await operate(config, "trust", "--reset", "--yes")).code == 0
    process = await start_process(config)
    try:
        await homeserver.polling(BOT, timeout=30)
        assert (await operate(config, "doctor")).code == 0
    finally:
        process.terminate()
        await output_of(process)
    assert process.returncode == 0


async def test_backup_and_restore_say_what_they_did_and_what_to_do(homeserver: FakeHomeserver, stopped: Path) -> None:
    archive, data = stopped.parent / "backup.tar", stopped.parent / "data"
    ended = await operate(stopped, "backup", str(archive), password=None)
    assert (ended.code, ended.err) == (0, "")
    assert "holds personal data and the keys by which others trust the bot" in ended.out
    ended = await operate(stopped, "backup", str(archive), password=None)
    assert (ended.code, ended.out) == (cli.DATABASE_UNUSABLE, "")
    assert "exists already" in ended.err
    ended = await operate(stopped, "restore", str(archive), password=None)
    assert ended.code == cli.DATABASE_UNUSABLE
    assert "is not empty" in ended.err
    with lock.held(data):
        ended = await operate(stopped, "restore", str(archive), "--force", password=None)
    assert (ended.code, ended.out) == (cli.RUNNING_ALREADY, "")
    ended = await operate(stopped, "restore", str(archive), "--force", password=None)
    assert (ended.code, ended.err) == (0, "")
    assert f"What was there is in {data}.before-restore-1" in ended.out
    assert "logs in as a new device" in ended.out
    assert (await operate(stopped, "doctor")).code == 0
