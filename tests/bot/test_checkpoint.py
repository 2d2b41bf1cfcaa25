"""Contracts C1, C5: folding the write-ahead log into the file is housekeeping; nothing depends on it."""

import sqlite3
from typing import Any

import pytest

from storage import database as storing
from storage.connection import Connection
from tests.dialog import Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import query, said


class Checkpoints:
    """Lets every checkpoint fail and counts them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
        self.tried = 0
        real = Connection.execute

        def execute(connection: Connection, sql: str, *given: Any) -> Any:
            if "wal_checkpoint" in sql:
                self.tried += 1
                raise sqlite3.OperationalError(why)
            return real(connection, sql, *given)

        monkeypatch.setattr(storing, "_COMMITS_BETWEEN_CHECKPOINTS", 1)
        monkeypatch.setattr(Connection, "execute", execute)


@pytest.mark.parametrize("why", ["database or disk is full", "disk I/O error", "database is locked"])
async def test_a_checkpoint_that_fails_costs_nothing(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    """C2, C5: it fails after every commit (intake, answer, noting what was sent): one answer each, nothing is left."""
    checkpoints = Checkpoints(monkeypatch, why)
    assert await dialog.say("anna", "plenum", "!echo eins") == "Echo: eins"
    assert await dialog.say("ben", "plenum", "!echo zwei") == "Echo: zwei"
    assert checkpoints.tried >= 4
    assert query(dialog.config.data.database, "SELECT DISTINCT state FROM inbox") == [("handled",)]
    assert query(dialog.config.data.database, "SELECT DISTINCT state FROM outbox") == [("sent",)]
    await dialog.restart()
    assert said(homeserver, "#plenum:test") == ["Echo: eins", "Echo: zwei"]


async def test_a_block_that_fails_still_says_why_when_checkpoints_fail_too(
    dialog: Dialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5: a bug in a command is answered with the apology as ever."""
    Checkpoints(monkeypatch, "disk I/O error")
    assert "F-" in await dialog.say("anna", "plenum", "!kaputt")
