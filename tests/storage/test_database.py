"""Contract C18: a database that cannot be used is named with its cause and remedy, and nothing in it is touched."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage import database as databases
from storage import roles, sync
from storage.database import Database
from storage.errors import DatabaseUnusable, explain
from tests.dialog import BOT, MONDAY, Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import output_of, said, start_process, write_config

NOBODY = 65534
WITHOUT_POWER = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Root that may not write what belongs to others (capabilities(7))."""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "bot.sqlite")
    yield database
    await database.close()


async def refusal(path: Path) -> str:
    with pytest.raises(DatabaseUnusable) as refused:
        await Database.open(path)
    assert str(path) in str(refused.value)
    return str(refused.value)


async def test_a_damaged_file_is_left_as_it_is(tmp_path: Path) -> None:
    """C18: whoever restores a backup finds what was there."""
    path = tmp_path / "bot.sqlite"
    path.write_bytes(b"no database " * 1000)
    assert "damaged or no SQLite database" in await refusal(path)
    assert path.read_bytes() == b"no database " * 1000


async def test_a_missing_directory_and_a_directory_as_file_are_named(tmp_path: Path) -> None:
    """C18: the remedy stands in the sentence."""
    assert "cannot be opened" in await refusal(tmp_path / "nowhere" / "bot.sqlite")
    assert "cannot be opened" in await refusal(tmp_path)


async def test_a_newer_database_is_not_touched(tmp_path: Path) -> None:
    """C18: after an update that was taken back."""
    path = tmp_path / "bot.sqlite"
    await (await Database.open(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(DatabaseUnusable, match=r"newer version of the bot .*9999"):
        await Database.open(path)
    assert path.read_bytes() == before


async def test_a_database_locked_by_another_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C18: an open sqlite3 shell with a transaction, at the very first start."""
    monkeypatch.setattr(databases, "_PRAGMAS", ("busy_timeout=50", *databases._PRAGMAS[:-1]))
    path = tmp_path / "bot.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as shell:
        shell.execute("BEGIN EXCLUSIVE")
        assert "locked by another program" in await refusal(path)


@pytest.mark.parametrize(
    "error, words",
    [
        (sqlite3.OperationalError("attempt to write a readonly database"), "cannot be written"),
        (sqlite3.OperationalError("database or disk is full"), "disk is full"),
        (OSError(28, "No space left on device"), "disk is full"),
        (PermissionError(13, "Permission denied"), "cannot be opened"),
        (sqlite3.DatabaseError("database disk image is malformed"), "damaged"),
        (sqlite3.OperationalError("something new"), "SQLite says: something new"),
    ],
)
def test_every_cause_has_its_sentence(error: Exception, words: str) -> None:
    """C18: for operators, with the file's name."""
    sentence = str(explain(error, Path("/srv/bot.sqlite")))
    assert words in sentence
    assert sentence.startswith("The database /srv/bot.sqlite cannot be used: ")


@pytest.mark.skipif(os.getuid() != 0 or shutil.which("setpriv") is None, reason="needs root that gives up its power")
async def test_a_file_that_cannot_be_written_ends_the_process_with_a_sentence(
    homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    """C18: exit code 4, for a data directory and for a database of somebody else."""
    Dialog.furnish(homeserver)
    config = write_config(homeserver.url, tmp_path)
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    os.chown(data, NOBODY, NOBODY)
    process = await start_process(config, through=WITHOUT_POWER)
    written = await output_of(process)
    assert process.returncode == 4, written
    assert "cannot be used" in written
    assert "Traceback" not in written
    await (await Database.open(data / "ag4-bot.sqlite")).close()
    os.chown(data / "ag4-bot.sqlite", NOBODY, NOBODY)
    data.chmod(0o777)
    process = await start_process(config, through=WITHOUT_POWER)
    written = await output_of(process)
    assert process.returncode == 4, written
    assert "cannot be written" in written or "cannot be opened" in written


async def test_a_damaged_database_ends_the_process_with_exit_code_4(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    """C18: one sentence on standard error, no traceback."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ag4-bot.sqlite").write_bytes(b"x" * 5000)
    process = await start_process(write_config(homeserver.url, tmp_path))
    written = await output_of(process)
    assert process.returncode == 4
    assert "damaged" in written
    assert "Traceback" not in written


async def limit_pages(dialog: Dialog, pages: int) -> None:
    """Let SQLite say "database or disk is full" from so many pages on (per connection, so on each of the pool)."""
    for _ in range(3):
        async with dialog.database.transaction() as session:
            await session.execute(text(f"PRAGMA max_page_count = {pages}"))


async def test_a_full_disk_is_waited_out_and_nothing_is_lost(
    homeserver: FakeHomeserver, dialog: Dialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C18: SQLITE_FULL in the running bot; once there is space everything is answered, once."""
    monkeypatch.setattr("bot.backoff.FIRST_S", 0.02)
    async with dialog.database.reading() as session:
        used = await session.scalar(text("PRAGMA page_count"))
    await limit_pages(dialog, int(used or 0))
    words = "Wort " * 400
    asked = [homeserver.user("anna").say("#plenum:test", f"!frage AG3 Frage {n} {words}?") for n in range(30)]
    with pytest.raises(TimeoutError):
        await homeserver.wait_for(lambda: len(said(homeserver, "#plenum:test")) == len(asked), timeout=1.5)
    for _ in range(50):  # the bot's own transactions come in between: each connection is reached sooner or later
        await limit_pages(dialog, 1_000_000)
        await asyncio.sleep(0.01)
        if len(said(homeserver, "#plenum:test")) == len(asked):
            break
    await dialog.settle()
    assert len(said(homeserver, "#plenum:test")) == len(asked)


async def test_nothing_of_a_transaction_that_raises_is_kept(database: Database) -> None:
    """Rule 1: together or not at all."""

    async def fails_half_way() -> None:
        async with database.transaction() as session:
            await sync.begin(session, user_id=BOT, device_id="D", at=MONDAY)
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        await fails_half_way()
    async with database.reading() as session:
        assert await sync.get(session) is None


async def test_writers_wait_for_each_other_and_lose_no_update(database: Database) -> None:
    """BEGIN IMMEDIATE: of 40 at once that read and write, none overwrites another."""
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE counter (n INTEGER)"))
        await session.execute(text("INSERT INTO counter VALUES (0)"))

    async def increment() -> None:
        async with database.transaction() as session:
            number = await session.scalar(text("SELECT n FROM counter"))
            await asyncio.sleep(0)  # the others' turn, just between reading and writing
            await session.execute(text("UPDATE counter SET n = :n"), {"n": int(number or 0) + 1})

    await asyncio.gather(*(increment() for _ in range(40)))
    async with database.reading() as session:
        assert await session.scalar(text("SELECT n FROM counter")) == 40


async def test_errors_do_not_quote_what_was_to_be_stored(database: Database) -> None:
    """C20: SQLAlchemy would put the values into the exception's text."""
    with pytest.raises(OperationalError) as raised:
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": "Rhabarberkuchen"})
    assert "Rhabarberkuchen" not in str(raised.value)


async def test_a_copy_taken_after_a_kill_opens(database: Database, tmp_path: Path) -> None:
    """C3: database and write-ahead log as a killed process leaves them."""
    async with database.transaction() as session:
        await roles.replace(session, coordinators=["@karin:test"], leads={})
    copy = tmp_path / "copy"
    copy.mkdir()
    for ending in ("", "-wal"):
        shutil.copy(tmp_path / f"bot.sqlite{ending}", copy)
    again = await Database.open(copy / "bot.sqlite")
    async with again.reading() as session:
        assert list(await roles.everybody(session)) == ["@karin:test"]
    await again.close()
