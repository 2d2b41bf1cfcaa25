"""`ag4-bot doctor`: what is wrong, with its remedy; it changes nothing, whether the bot runs or not."""

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot import identity_file, session_file
from bot.config import load
from bot.doctor.examination import examine
from bot.doctor.finding import Finding, Level
from bot.doctor.machine import disk
from bot.identity_file import Identity
from tests.bot.operating import operate, write_config
from tests.dialog import BOT, PASSWORD, Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import SECRET, dialog_with

ENVIRON = {"AG4_BOT_PASSWORD": PASSWORD}
ENCRYPTION = {"algorithm": "m.megolm.v1.aes-sha2"}


@dataclass
class Patient:
    """The bot, with the configuration file that the doctor reads."""

    hs: FakeHomeserver
    dialog: Dialog
    path: Path

    @property
    def data(self) -> Path:
        return self.dialog.config.data.directory

    async def examine(self, environ: dict[str, str] = ENVIRON) -> dict[str, Finding]:
        """The findings by matter; it is another failure of this test if something is changed by looking."""
        before = self.state()
        found = [each async for each in examine(self.path, environ)]
        assert self.state() == before
        return {each.matter: each for each in sorted(found, key=lambda each: list(Level).index(each.level))}

    async def problem(self, matter: str) -> str:
        """The one problem there is."""
        found = await self.examine()
        problems = [each for each in found.values() if each.level is Level.PROBLEM]
        assert [each.matter for each in problems] == [matter]
        return str(problems[0])

    def state(self) -> object:
        """All files with their content and age, the devices and keys at the homeserver."""
        account = self.hs.user(BOT).account
        files = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in self.data.rglob("*") if path.is_file()}
        devices = {name: (device.keys, device.key_counts) for name, device in account.devices.items()}
        return files, devices, dict(account.cross_signing), str(account.signatures)

    def configure(self, encryption: str) -> None:
        """Another [encryption] for the doctor and the next start."""
        write_config(self.hs.url, self.path.parent, encryption=encryption)
        self.dialog.config = load(self.path, environ={})


@pytest.fixture
async def patient(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Patient]:
    """A bot with encryption that has run, and is stopped."""
    dialog = dialog_with(homeserver, tmp_path / "data")
    patient = Patient(homeserver, dialog, write_config(homeserver.url, tmp_path))
    patient.configure("enabled = true")
    dialog.config.data.directory.mkdir(mode=0o700)
    await dialog.start()
    await dialog.stop()
    for path in dialog.config.data.directory.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)  # as the umask of `run` makes them
    yield patient
    await dialog.stop()


def levels(found: dict[str, Finding]) -> dict[str, Level]:
    return {matter: each.level for matter, each in found.items()}


HEALTHY = ("configuration", "disk", "files", "homeserver", "session", "encryption", "keys", "database", "messages")


async def test_a_healthy_bot_that_is_off_has_no_problems(patient: Patient) -> None:
    found = await patient.examine()
    assert levels(found) == dict.fromkeys((*HEALTHY, "parked"), Level.OK) | {"process": Level.WARNING}
    [device] = patient.hs.user(BOT).account.devices.values()
    assert device.keys is not None
    fingerprint = device.keys["keys"][f"ed25519:{device.id}"]
    shown = found["encryption"].text.partition("fingerprint ")[2].rstrip(".")
    assert shown.replace(" ", "") == fingerprint
    assert [len(group) for group in shown.split(" ")] == [4] * 10 + [3]
    assert f"{device.key_counts['signed_curve25519']} one-time keys" in found["keys"].text


async def test_a_bot_that_runs_is_looked_at_without_disturbing_it(patient: Patient) -> None:
    await patient.dialog.start()
    found = [each async for each in examine(patient.path, ENVIRON)]
    assert {each.level for each in found if each.matter != "process"} == {Level.OK}
    assert await patient.dialog.say("anna", "plenum", "!echo noch da") == "Echo: noch da"
    await patient.dialog.stop()


async def test_the_command_prints_one_line_a_matter_and_nothing_secret(patient: Patient) -> None:
    await patient.dialog.start()
    await patient.dialog.hear("anna", "plenum", f"!kaputt {SECRET}")
    await patient.dialog.stop()
    session = session_file.read(patient.data)
    assert session is not None
    seeds = (patient.data / identity_file.NAME).read_text()
    ended = await operate(patient.path, "doctor")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert {line.split()[0] for line in lines} == {"OK", "WARNING"}
    assert len(lines) == len(HEALTHY) + 2
    secrets = [session.access_token, PASSWORD, SECRET, *(part for part in seeds.split('"') if len(part) == 43)]
    assert len(secrets) == 6
    assert not any(secret in ended.out for secret in secrets)


async def test_a_problem_is_exit_code_1(patient: Patient) -> None:
    (patient.data / session_file.NAME).chmod(0o644)
    ended = await operate(patient.path, "doctor")
    assert ended.code == 1
    assert f"PROBLEM files: others may look into {patient.data / session_file.NAME}. Run: chmod 600" in ended.out


async def test_a_wrong_configuration_is_told_whole_and_ends_the_examination(patient: Patient) -> None:
    patient.path.write_text("[homeserver]\nurl = 3\n")
    ended = await operate(patient.path, "doctor")
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert len(ended.out.splitlines()) > 2
    assert all(line.startswith("PROBLEM configuration: ") for line in ended.out.splitlines())


async def test_a_password_that_only_the_service_sees_is_no_problem_of_a_bot_that_has_logged_in(
    patient: Patient,
) -> None:
    found = await patient.examine(environ={})
    assert found["configuration"].level is Level.WARNING
    assert "If the service gets it from systemd, all is well." in found["configuration"].text
    (patient.data / session_file.NAME).unlink()
    found = await patient.examine(environ={})
    assert found["configuration"].level is Level.PROBLEM


async def test_before_the_first_start_there_is_nothing_to_be_wrong(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    homeserver.user(BOT, password=PASSWORD)
    found = [each async for each in examine(write_config(homeserver.url, tmp_path), ENVIRON)]
    assert {each.level for each in found} == {Level.OK, Level.WARNING}
    assert "The bot has not logged in yet. Start it once." in "\n".join(map(str, found))
    assert not (tmp_path / "data").exists()
    assert list(homeserver.user(BOT).account.devices) == []


async def test_a_homeserver_that_is_down_is_one_problem_and_the_rest_is_told(patient: Patient) -> None:
    await patient.hs.stop()
    assert "does not answer" in await patient.problem("homeserver")
    found = await patient.examine()
    assert found["database"].level is Level.OK
    assert "session" not in found
    await patient.hs.start()


async def test_a_session_that_ended_is_not_renewed_by_looking(patient: Patient) -> None:
    patient.hs.world.tokens.clear()
    found = await patient.examine()
    assert (found["session"].level, found["session"].text) == (
        Level.WARNING,
        "it has ended (M_UNKNOWN_TOKEN). Start the bot again: it logs in anew.",
    )


async def test_a_session_of_another_device_than_the_kept_one_is_told(patient: Patient) -> None:
    kept = session_file.read(patient.data)
    assert kept is not None
    session_file.write(patient.data, replace(kept, device_id="OTHER"))
    found = await patient.examine()
    assert "another device than session.json says" in found["session"].text


def no_keys(patient: Patient) -> None:
    shutil.rmtree(patient.data / "keys")


def damaged_keys(patient: Patient) -> None:
    [store] = (patient.data / "keys").glob("*.db")
    store.write_bytes(b"no database at all")


def other_keys(patient: Patient) -> None:
    [device] = patient.hs.user(BOT).account.devices.values()
    assert device.keys is not None
    device.keys = {**device.keys, "keys": dict.fromkeys(device.keys["keys"], "A" * 43)}


def foreign_identity(patient: Patient) -> None:
    identity_file.write(patient.data, Identity.generate(BOT))


def damaged_identity(patient: Patient) -> None:
    (patient.data / identity_file.NAME).write_text("{")


def no_identity(patient: Patient) -> None:
    patient.hs.user(BOT).account.cross_signing.clear()


def unsigned(patient: Patient) -> None:
    patient.hs.user(BOT).account.signatures.clear()


def broken(patient: Patient) -> None:
    patient.hs.user(BOT).account.cross_signing["self_signing_key"]["signatures"] = {}


def gone(patient: Patient) -> None:
    for device in patient.hs.user(BOT).account.devices.values():
        device.keys = None


@pytest.mark.parametrize(
    "harm, words",
    [
        (no_keys, "it makes them, or goes on as a new device"),
        (damaged_keys, "cannot be read (DatabaseError). Stop the bot, move that directory aside"),
        (other_keys, "the homeserver knows it by other keys"),
        (foreign_identity, "ag4-bot trust --reset"),
        (damaged_identity, "put it back from the backup"),
        (no_identity, "has no cross-signing identity. Restart the bot"),
        (unsigned, "has not signed it. Restart the bot"),
        (broken, "do not fit together. Restart the bot"),
        (gone, "are not on the homeserver. Restart the bot"),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
async def test_each_fault_of_the_trust_in_the_device_has_its_remedy(
    patient: Patient, harm: Callable[[Patient], None], words: str
) -> None:
    harm(patient)
    assert words in await patient.problem("encryption")


async def test_with_print_the_steps_for_an_administrator_are_told(patient: Patient) -> None:
    patient.hs.user(BOT).account.signatures.clear()
    patient.configure('identity = "print"')
    said = await patient.problem("encryption")
    [device] = patient.hs.user(BOT).account.devices.values()
    assert device.keys is not None
    fingerprint = device.keys["keys"][f"ed25519:{device.id}"]
    assert f"/verify {device.id} {fingerprint}" in said
    assert f"Fingerprint: {fingerprint[:4]} {fingerprint[4:8]} " in said
    assert f"Log in to Element (Web or Desktop) as {BOT}" in said


async def test_with_print_a_device_that_was_signed_is_well(patient: Patient) -> None:
    patient.configure('identity = "print"')
    assert (await patient.examine())["encryption"].level is Level.OK


async def test_a_recovery_key_that_cannot_be_seen_here_does_not_hide_the_rest(patient: Patient) -> None:
    patient.configure('identity = "recovery-key"')
    found = await patient.examine()
    assert found["encryption"].level is Level.OK
    assert "the recovery key fits was not checked" in found["encryption"].text
    assert found["configuration"].level is Level.WARNING


async def test_without_encryption_there_is_one_line_about_it(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    """And a warning where a room is encrypted all the same."""
    dialog = dialog_with(homeserver, tmp_path / "data")
    homeserver.user("karin").put_state("#plenum:test", "m.room.encryption", ENCRYPTION)
    await dialog.start()
    await dialog.stop()
    path = write_config(homeserver.url, tmp_path, encryption="enabled = false")
    found = {each.matter: each async for each in examine(path, ENVIRON)}
    assert found["encryption"].text.startswith("switched off")
    assert "keys" not in found
    assert "1 of the bot's rooms are encrypted" in found["rooms"].text


async def test_few_one_time_keys_are_told(patient: Patient) -> None:
    for device in patient.hs.user(BOT).account.devices.values():
        device.one_time_keys.clear()
    found = await patient.examine()
    assert found["keys"].level is Level.WARNING
    assert "0 one-time keys" in found["keys"].text


async def test_what_could_not_be_read_or_sent_is_counted_with_rooms_and_reasons(patient: Patient) -> None:
    patient.hs.user("anna").send(
        "#ag3:test", "m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "session_id": "x", "ciphertext": "y"}
    )
    fault = patient.hs.fail("PUT */send/m.room.message/*", 403, errcode="M_FORBIDDEN", times=9)
    await patient.dialog.start()
    await patient.dialog.hear("anna", "plenum", f"!echo {SECRET}")
    await patient.dialog.stop()
    assert fault.hits
    found = await patient.examine()
    assert "1 encrypted messages could not be read" in found["messages"].text
    room = patient.hs.room("#plenum:test").id
    assert found["parked"].steps == (f"1 x cannot be sent, {room}: 403 M_FORBIDDEN",)
    assert SECRET not in "\n".join(map(str, found.values()))


async def test_a_damaged_database_is_a_problem(patient: Patient) -> None:
    patient.dialog.config.data.database.write_bytes(b"no database at all")
    assert "damaged or no SQLite database" in await patient.problem("database")


async def test_a_database_after_a_crash_is_read_with_its_log(patient: Patient, tmp_path: Path) -> None:
    """What is committed is in the write-ahead log only."""
    await patient.dialog.start()
    await patient.dialog.say("anna", "plenum", "!echo eins")
    crashed = tmp_path / "crashed"
    shutil.copytree(patient.data, crashed)
    await patient.dialog.stop()
    shutil.rmtree(patient.data)
    crashed.rename(patient.data)
    assert (patient.data / "ag4-bot.sqlite-wal").stat().st_size
    found = [each async for each in examine(patient.path, ENVIRON)]
    assert {each.level for each in found if each.matter == "database"} == {Level.OK}


def test_a_full_disk_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.disk_usage(tmp_path)
    for free, level in ((10**6, Level.PROBLEM), (10**8, Level.WARNING), (10**10, Level.OK)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _path, free=free: real._replace(free=free))
        assert disk(tmp_path / "not" / "yet").level is level
