"""The key store: what is in memory is what is on the disk, whatever goes wrong in between."""

from pathlib import Path

import pytest

from bot.matrix.encryption import key_store


def generate_and_fail(machine: key_store.Machine) -> None:
    with machine.changes():
        machine.account.generate_one_time_keys(5)
        machine.save_account()
        raise RuntimeError("our own bug")


def test_after_a_change_that_failed_memory_is_as_the_disk(tmp_path: Path) -> None:
    """Else keys would be published that nobody has after a restart."""
    machine = key_store.opened(tmp_path, "@bot:test", "DEVICE")
    with pytest.raises(RuntimeError, match="our own bug"):
        generate_and_fail(machine)
    assert machine.account.one_time_keys == {"curve25519": {}}
    with machine.changes():
        machine.account.generate_one_time_keys(3)
        machine.save_account()
    machine.store.database.close()
    again = key_store.opened(tmp_path, "@bot:test", "DEVICE")
    assert len(again.account.one_time_keys["curve25519"]) == 3
    again.store.database.close()


def test_what_is_put_aside_twice_is_kept_twice(tmp_path: Path) -> None:
    for _ in range(2):
        key_store.opened(tmp_path, "@bot:test", "DEVICE").store.database.close()
        key_store.put_aside(tmp_path, "@bot:test", "DEVICE")
    names = sorted(path.name for path in tmp_path.glob("*.old-*"))
    assert names == ["@bot:test_DEVICE.db.old-1", "@bot:test_DEVICE.db.old-2"]
