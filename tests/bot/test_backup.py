"""`ag4-bot backup` and `restore`: nothing that cannot be made anew is lost, and no old keys come onto a live device."""

import asyncio
import io
import os
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import backup, identity_file, lock, session_file
from bot.backup import BackupRefused
from bot.config import DATABASE
from bot.errors import TrustRefused
from bot.identity_file import Identity
from storage import own_device
from storage.errors import DatabaseUnusable
from storage.tables import OwnDevice
from tests.dialog import BOT, Dialog, config_for
from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver
from tests.kit import answers_to, query


@pytest.fixture
async def dialog(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    """The whole bot, with encryption, is running; no room is encrypted."""
    Dialog.furnish(homeserver)
    dialog = Dialog(hs=homeserver, config=config_for(homeserver, tmp_path / "data", encryption={"enabled": True}))
    await dialog.start()
    yield dialog
    await dialog.stop()


async def trusted(dialog: Dialog) -> OwnDevice:
    async with dialog.database.reading() as session:
        device = await own_device.get(session)
    assert device is not None
    return device


def names_in(archive: Path) -> list[str]:
    with tarfile.open(archive) as tar:
        return tar.getnames()


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def listing(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


# --- the whole way ---


async def test_after_the_data_are_lost_a_new_signed_device_goes_on_and_answers_each_question_once(
    dialog: Dialog, homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    """C1, C2: asked before the backup, after it, and while there was no bot at all."""
    data, archive = dialog.config.data.directory, tmp_path / "backup.tar"
    assert "AG3-001" in await dialog.say("anna", "ag3", "!frage Vor der Sicherung?")
    asked = [dialog.last_event]
    before = await trusted(dialog)
    backup.make(dialog.config, archive)
    for number in (2, 3):
        assert f"AG3-00{number}" in await dialog.say("ben", "ag3", f"!frage Nach der Sicherung, Nummer {number}?")
        asked.append(dialog.last_event)
    await dialog.stop()
    asked.append(homeserver.user("anna").say("#ag3:test", "!frage Ohne Bot?"))
    shutil.rmtree(data)
    restored = backup.restore(dialog.config, archive)
    assert restored == backup.Restored(has_identity=True, aside=None)
    await dialog.start()
    after = await trusted(dialog)
    assert after.device_id != before.device_id
    assert (after.signed, after.problem) == (True, "")
    assert {event: len(answers_to(homeserver, event)) for event in asked} == dict.fromkeys(asked, 1)
    assert query(dialog.config.data.database, "SELECT number, text FROM questions ORDER BY number") == [
        (1, "Vor der Sicherung?"),
        (2, "Nach der Sicherung, Nummer 2?"),
        (3, "Nach der Sicherung, Nummer 3?"),
        (4, "Ohne Bot?"),
    ]
    await dialog.settle()
    listed = await dialog.say("anna", "ag3", "!fragen")
    assert all(f"AG3-00{number}" in listed for number in (1, 2, 3, 4))


async def test_in_an_encrypted_room_nobody_has_to_trust_the_restored_bot_anew(
    dialog: Dialog, homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    """Anna's client leaves out devices that are not cross-signed, and does not show what they say (MSC4153)."""
    homeserver.user("karin").put_state("#ag3:test", "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    anna = EncryptedPerson.of(homeserver, "anna", exclude_insecure=True)
    anna.say("#ag3:test", "!frage Vor der Sicherung?")
    await dialog.settle()
    assert [text.split()[0] for text in anna.said("#ag3:test", BOT)] == ["AG3-001"]
    backup.make(dialog.config, tmp_path / "backup.tar")
    await lose_and_restore(dialog, tmp_path / "backup.tar")
    anna.say("#ag3:test", "!frage Nach der Wiederherstellung?")
    await dialog.settle()
    assert [text.split()[0] for text in anna.said("#ag3:test", BOT)] == ["AG3-001", "AG3-002"]


async def test_a_reaction_to_what_was_said_after_the_backup_still_finds_its_subject(
    dialog: Dialog, tmp_path: Path
) -> None:
    """The echo tells the event, the cause that comes again tells what it is about."""
    backup.make(dialog.config, tmp_path / "backup.tar")
    answer = await dialog.say("anna", "ag3", "!frage Nach der Sicherung?")
    await lose_and_restore(dialog, tmp_path / "backup.tar")
    found = query(dialog.config.data.database, "SELECT subject, state FROM outbox WHERE event_id = ?", answer.event_id)
    assert found == [("question:1", "sent")]
    assert await dialog.settle() == []


async def test_a_digest_that_was_sent_after_the_backup_is_not_sent_again(
    dialog: Dialog, homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    """The clock rings before the homeserver has told what the lost device sent."""
    backup.make(dialog.config, tmp_path / "backup.tar")
    await dialog.settle()
    dialog.now += timedelta(days=7)
    sent = await dialog.ring()
    assert [each.room for each in sent] == ["koordination"]
    hold = homeserver.hold("GET /sync", answered=True)
    starting = asyncio.create_task(lose_and_restore(dialog, tmp_path / "backup.tar"))
    await hold.arrived.wait()
    await asyncio.wait_for(dialog.app.clock.rang.wait(), 20)
    hold.release()
    await starting
    assert await dialog.settle() == []


async def lose_and_restore(dialog: Dialog, archive: Path) -> None:
    """The bot is killed with its data; a new one goes on with the backup."""
    await dialog.stop()
    shutil.rmtree(dialog.config.data.directory)
    backup.restore(dialog.config, archive)
    await dialog.start()


async def test_a_restore_that_is_stopped_halfway_is_noticed_at_the_start_and_can_be_done_again(
    dialog: Dialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database comes first: with an identity alone the bot would begin anew and forget everything."""
    await dialog.say("anna", "ag3", "!frage Vor der Sicherung?")
    backup.make(dialog.config, tmp_path / "backup.tar")
    await dialog.stop()
    shutil.rmtree(dialog.config.data.directory)

    def out_of_order(_directory: Path) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(backup, "_onto_disk", out_of_order)
        with pytest.raises(BackupRefused, match="Input/output error"):
            backup.restore(dialog.config, tmp_path / "backup.tar")
    with pytest.raises(TrustRefused, match="already has a cross-signing identity"):
        await dialog.start()
    backup.restore(dialog.config, tmp_path / "backup.tar", force=True)
    await dialog.start()
    assert (await trusted(dialog)).signed
    assert "AG3-001" in await dialog.say("anna", "ag3", "!fragen")


# --- what is in a backup ---


async def test_a_backup_is_made_while_the_bot_runs_and_holds_neither_keys_nor_session(
    dialog: Dialog, tmp_path: Path
) -> None:
    token = homeserver_token(dialog)
    archive = tmp_path / "backup.tar"
    assert backup.make(dialog.config, archive) == (DATABASE, identity_file.NAME)
    assert names_in(archive) == [DATABASE, identity_file.NAME]
    assert token not in archive.read_bytes().decode("latin-1")
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert names(tmp_path) == ["backup.tar", "data"]
    assert "AG3-001" in await dialog.say("anna", "ag3", "!frage Läuft es noch?")


def homeserver_token(dialog: Dialog) -> str:
    kept = session_file.read(dialog.config.data.directory)
    assert kept is not None
    return kept.access_token


async def test_what_was_deleted_is_in_no_backup(dialog: Dialog, tmp_path: Path) -> None:
    """C17: the copy holds no free pages."""
    await dialog.say("anna", "ag3", "!frage Rhabarberkuchen?")
    await dialog.redact("anna", dialog.last_event)
    backup.make(dialog.config, tmp_path / "out.tar")
    assert b"Rhabarberkuchen" not in (tmp_path / "out.tar").read_bytes()


async def test_an_identity_that_is_not_at_the_homeserver_yet_is_backed_up_too(dialog: Dialog, tmp_path: Path) -> None:
    data = dialog.config.data.directory
    identity_file.write(data, Identity.generate(BOT), name=identity_file.NEXT)
    assert backup.make(dialog.config, tmp_path / "b.tar") == (DATABASE, identity_file.NAME, identity_file.NEXT)


async def test_a_backup_replaces_another_one_only_when_told_to_and_only_when_it_is_whole(
    dialog: Dialog, tmp_path: Path
) -> None:
    archive = tmp_path / "backup.tar"
    archive.write_text("the last good one")
    with pytest.raises(BackupRefused, match="exists already"):
        backup.make(dialog.config, archive)
    (dialog.config.data.directory / identity_file.NAME).write_text("{")
    with pytest.raises(TrustRefused, match="it is damaged"):
        backup.make(dialog.config, archive, force=True)
    assert archive.read_text() == "the last good one"
    assert names(tmp_path) == ["backup.tar", "data"]
    (dialog.config.data.directory / identity_file.NAME).unlink()
    assert backup.make(dialog.config, archive, force=True) == (DATABASE,)


async def test_without_a_database_there_is_nothing_to_back_up(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match=r"nothing to back up: .*Is --config right"):
        backup.make(config_for(homeserver, tmp_path / "nowhere"), tmp_path / "backup.tar")
    assert names(tmp_path) == []


# --- what is refused before anything is touched ---


@pytest.fixture
async def archive(dialog: Dialog, tmp_path: Path) -> Path:
    """A good backup; the bot is stopped, and its data are still there."""
    backup.make(dialog.config, tmp_path / "backup.tar")
    await dialog.stop()
    return tmp_path / "backup.tar"


async def test_data_that_are_there_are_kept_and_moved_aside_only_when_told_to(dialog: Dialog, archive: Path) -> None:
    data = dialog.config.data.directory
    before = listing(data)
    with pytest.raises(BackupRefused, match="is not empty"):
        backup.restore(dialog.config, archive)
    assert {**listing(data), lock.NAME: b""} == {**before, lock.NAME: b""}
    for number in (1, 2):
        restored = backup.restore(dialog.config, archive, force=True)
        assert restored.aside == data.with_name(f"data.before-restore-{number}")
        assert sorted(listing(data)) == sorted([DATABASE, identity_file.NAME, lock.NAME])
    first = listing(data.with_name("data.before-restore-1"))
    assert {name: content for name, content in first.items() if name != lock.NAME} == {
        name: content for name, content in before.items() if name != lock.NAME
    }
    assert names(archive.parent) == [
        "backup.tar",
        "data",
        "data.before-restore-1",
        "data.before-restore-2",
    ]


async def test_what_is_restored_is_for_its_owner_only(dialog: Dialog, archive: Path) -> None:
    data = dialog.config.data.directory
    shutil.rmtree(data)
    backup.restore(dialog.config, archive)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for name in (DATABASE, identity_file.NAME):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
@pytest.mark.parametrize("force", [False, True])
async def test_root_restores_for_the_bots_user(dialog: Dialog, archive: Path, force: bool) -> None:
    data = dialog.config.data.directory
    if not force:
        shutil.rmtree(data)
        data.mkdir()
    os.chown(data, 4711, 4712)
    backup.restore(dialog.config, archive, force=force)
    for path in (data, *data.iterdir()):
        assert (path.stat().st_uid, path.stat().st_gid) == (4711, 4712)


async def test_a_bot_that_runs_keeps_its_data(dialog: Dialog, archive: Path) -> None:
    before = listing(dialog.config.data.directory)
    with lock.held(dialog.config.data.directory), pytest.raises(lock.AlreadyRunning):
        backup.restore(dialog.config, archive, force=True)
    assert sorted(listing(dialog.config.data.directory)) == sorted({*before, lock.NAME})


def sql(statement: str) -> Callable[[dict[str, bytes], Path], None]:
    """Change the database in an archive."""

    def change(content: dict[str, bytes], scratch: Path) -> None:
        scratch.write_bytes(content[DATABASE])
        with closing(sqlite3.connect(scratch, isolation_level=None)) as connection:
            connection.execute(statement)
        content[DATABASE] = scratch.read_bytes()
        scratch.unlink()

    return change


def put(name: str, content: bytes) -> Callable[[dict[str, bytes], Path], None]:
    return lambda archive, _scratch: archive.update({name: content})


def drop(name: str) -> Callable[[dict[str, bytes], Path], None]:
    return lambda archive, _scratch: archive.pop(name)


def garbled(content: dict[str, bytes], _scratch: Path) -> None:
    """Overwrite a page in the middle of the database."""
    database = content[DATABASE]
    content[DATABASE] = database[:8192] + b"\x07" * 4096 + database[12288:]


def of_another_account(content: dict[str, bytes], scratch: Path) -> None:
    identity_file.write(scratch.parent, Identity.generate("@other:test"), name=scratch.name)
    content[identity_file.NAME] = scratch.read_bytes()
    scratch.unlink()


@pytest.mark.parametrize(
    "change, error, sentence",
    [
        (put("../outside", b""), BackupRefused, "other things in it"),
        (put("/etc/passwd", b""), BackupRefused, "other things in it"),
        (put("session.json", b"{}"), BackupRefused, "other things in it"),
        (put("keys/device.db", b""), BackupRefused, "other things in it"),
        (drop(DATABASE), BackupRefused, "other things in it"),
        (garbled, DatabaseUnusable, "damaged"),
        (put(DATABASE, b"no database at all"), DatabaseUnusable, "no SQLite database"),
        (put(DATABASE, b""), DatabaseUnusable, "no database of this bot"),
        (sql("UPDATE alembic_version SET version_num = '9999'"), DatabaseUnusable, "newer version"),
        (sql("UPDATE sync SET user_id = '@other:test'"), BackupRefused, "a backup of @other:test"),
        (put(identity_file.NAME, b"{"), TrustRefused, "it is damaged"),
        (of_another_account, TrustRefused, "identity of @other:test"),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "__name__", ""),
)
async def test_an_archive_with_which_the_bot_could_not_go_on_changes_nothing(
    dialog: Dialog, archive: Path, change: Callable[..., None], error: type[Exception], sentence: str
) -> None:
    """C18: also with --force the data that are there stay where they are until the archive is known to be good."""
    with tarfile.open(archive) as tar:
        content = {member.name: tar.extractfile(member).read() for member in tar.getmembers()}  # type: ignore[union-attr]  # only files
    change(content, archive.parent / "scratch")
    with tarfile.open(archive, "w") as tar:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    await refused(dialog, archive, error, sentence)


def spoil(archive: Path, kind: str) -> None:
    """Make something else of a good archive."""

    def add(**fields: Any) -> None:
        with tarfile.open(archive, "a") as tar:
            member = tarfile.TarInfo(identity_file.NEXT)
            for name, value in fields.items():
                setattr(member, name, value)
            tar.addfile(member)

    match kind:
        case "link":
            add(type=tarfile.SYMTYPE, linkname="/etc/passwd")
        case "device":
            add(type=tarfile.CHRTYPE)
        case "twice":
            add(name=DATABASE)
        case "cut":
            archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
        case "text":
            archive.write_text("Guten Tag")
        case _:
            archive.unlink()
            if kind == "directory":
                archive.mkdir()


@pytest.mark.parametrize("kind", ["link", "device", "twice", "cut", "text", "missing", "directory"])
async def test_what_is_no_archive_of_ours_changes_nothing(dialog: Dialog, archive: Path, kind: str) -> None:
    spoil(archive, kind)
    sentence = {"cut": "damaged", "text": "damaged", "missing": "no such file", "directory": "no such file"}
    await refused(dialog, archive, BackupRefused, sentence.get(kind, "other things in it"))


async def refused(dialog: Dialog, archive: Path, error: type[Exception], sentence: str) -> None:
    data = dialog.config.data.directory
    before, around = listing(data), names(archive.parent)
    with pytest.raises(error, match=sentence):
        backup.restore(dialog.config, archive, force=True)
    assert {**listing(data), lock.NAME: b""} == {**before, lock.NAME: b""}
    assert names(archive.parent) == around
