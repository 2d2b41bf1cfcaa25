"""The kept identity: whole or not at all, for its owner only, and never mistaken for "there is none"."""

import json
import os
import stat
from pathlib import Path

import pytest

from bot import identity_file
from bot.errors import TrustRefused
from bot.identity_file import Identity

BOT = "@ag4-bot:test"


@pytest.fixture
def kept(tmp_path: Path) -> Identity:
    identity = Identity.generate(BOT)
    identity_file.write(tmp_path, identity)
    return identity


def test_what_is_kept_is_read_again(tmp_path: Path, kept: Identity) -> None:
    assert identity_file.read(tmp_path, BOT) == kept
    assert len({kept.master.seed, kept.self_signing.seed, kept.user_signing.seed}) == 3


def test_only_a_file_that_does_not_exist_is_none(tmp_path: Path) -> None:
    assert identity_file.read(tmp_path, BOT) is None
    assert identity_file.read(tmp_path / "missing", BOT) is None


@pytest.mark.parametrize("mask", [0o000, 0o077, 0o022])
def test_it_is_readable_by_its_owner_only_whatever_was_there_before(tmp_path: Path, mask: int) -> None:
    draft = tmp_path / "identity.json.new"
    draft.write_text("left by a crash")
    draft.chmod(0o666)
    before = os.umask(mask)
    try:
        identity_file.write(tmp_path, Identity.generate(BOT))
    finally:
        os.umask(before)
    path = tmp_path / identity_file.NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_it_is_on_the_disk_before_it_bears_its_name_and_its_name_is_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut could leave an uploaded identity without keys."""
    happened: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def note_sync(descriptor: int) -> None:
        happened.append("directory" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def note_replace(self: Path, target: Path) -> Path:
        happened.append("name")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_replace)
    identity_file.write(tmp_path, Identity.generate(BOT))
    assert happened == ["file", "name", "directory"]


def test_a_write_that_fails_leaves_the_old_one(tmp_path: Path, kept: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        identity_file.write(tmp_path, Identity.generate(BOT))
    assert identity_file.read(tmp_path, BOT) == kept


@pytest.mark.parametrize("key", ["user_id", "master", "self_signing", "user_signing"])
@pytest.mark.parametrize("value", [None, 3, "", "AAAA", "ä", ["x"], "A" * 44, "missing"])
def test_a_damaged_file_is_refused_without_repeating_what_stands_in_it(
    tmp_path: Path, kept: Identity, key: str, value: object
) -> None:
    path = tmp_path / identity_file.NAME
    document = json.loads(path.read_text())
    document[key] = value
    if value == "missing":
        del document[key]
    path.write_text(json.dumps(document))
    with pytest.raises(TrustRefused) as caught:
        identity_file.read(tmp_path, BOT)
    assert "backup" in str(caught.value) or "is the identity of" in str(caught.value)
    secrets = [document[name] for name in ("master", "self_signing", "user_signing") if document.get(name)]
    assert not any(str(secret) in str(caught.value) for secret in secrets if len(str(secret)) > 20)


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, kept: Identity) -> None:
    path = tmp_path / identity_file.NAME
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        with pytest.raises(TrustRefused, match="it is damaged"):
            identity_file.read(tmp_path, BOT)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[]", b"null", b"3", b"\0" * 200])
def test_anything_else_in_its_place_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / identity_file.NAME).write_bytes(content)
    with pytest.raises(TrustRefused, match="it is damaged"):
        identity_file.read(tmp_path, BOT)


def test_a_directory_a_dead_link_and_an_unreadable_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / identity_file.NAME
    path.mkdir()
    with pytest.raises(TrustRefused, match="cannot be used"):
        identity_file.read(tmp_path, BOT)
    path.rmdir()
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(TrustRefused, match="leads nowhere"):
        identity_file.read(tmp_path, BOT)

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(TrustRefused, match="run this as the bot"):
        identity_file.read(tmp_path, BOT)


def test_the_identity_of_another_account_is_refused_with_both_names(tmp_path: Path, kept: Identity) -> None:
    with pytest.raises(TrustRefused, match="is the identity of @ag4-bot:test, but the bot is @other:test"):
        identity_file.read(tmp_path, "@other:test")


def test_a_replaced_identity_is_kept_beside_and_none_is_ever_overwritten(tmp_path: Path, kept: Identity) -> None:
    made = [kept]
    for _ in range(3):
        made.append(Identity.generate(BOT))
        identity_file.write(tmp_path, made[-1], name=identity_file.NEXT)
        identity_file.promote(tmp_path)
    names = ["identity.json.1", "identity.json.2", "identity.json.3", "identity.json"]
    assert [identity_file.read(tmp_path, BOT, name=name) for name in names] == made
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_replacing_can_be_stopped_halfway_and_called_again(
    tmp_path: Path, kept: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = Identity.generate(BOT)
    identity_file.write(tmp_path, new, name=identity_file.NEXT)

    def cut(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(identity_file, "_onto_disk", cut)
        with pytest.raises(KeyboardInterrupt):
            identity_file.promote(tmp_path)
    identity_file.promote(tmp_path)
    assert identity_file.read(tmp_path, BOT) == new
    assert identity_file.read(tmp_path, BOT, name="identity.json.1") == kept
