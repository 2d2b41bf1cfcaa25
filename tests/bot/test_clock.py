"""Contract C8: the clock asks, the database answers."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Message
from commands.markup import Markdown
from commands.settings import Settings
from storage import rooms
from storage.tables import RoomKind
from tests.dialog import BOT, MONDAY, Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import dialog_with, query, said, small


class Jobs:
    """Three jobs: one is right, one has a bug, one is right again."""

    def __init__(self) -> None:
        self.asked_at: list[datetime] = []
        self.key = "remind:1"

    async def first(self, session: AsyncSession, now: datetime, _settings: Settings) -> list[Message]:
        self.asked_at.append(now)
        [plenary] = await rooms.of_kind(session, RoomKind.PLENARY)
        return [Message(key=f"{self.key}:{plenary}", room_id=plenary, text=Markdown("Morgen ist Plenum."))]

    async def broken(self, session: AsyncSession, _now: datetime, _settings: Settings) -> list[Message]:
        await rooms.note(session, "!half-done:test", kind=RoomKind.OTHER)
        raise RuntimeError("a bug in a job")

    async def last(self, session: AsyncSession, _now: datetime, _settings: Settings) -> list[Message]:
        [room] = await rooms.of_kind(session, RoomKind.COORDINATION)
        return [Message(key="digest:1", room_id=room, text=Markdown("Ein Digest."), quiet=True)]


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
async def dialog(homeserver: FakeHomeserver, tmp_path: Path, jobs: Jobs) -> AsyncIterator[Dialog]:
    registry = small(jobs=(jobs.first, jobs.broken, jobs.last))
    dialog = dialog_with(homeserver, tmp_path / "data", registry)
    for room in ("#plenum:test", "#koordination:test"):
        homeserver.user(BOT).join(room)
    try:
        await dialog.start()
        yield dialog
    finally:
        await dialog.stop()


async def test_jobs_are_asked_at_the_start_and_at_each_ring_with_the_time_of_it(dialog: Dialog, jobs: Jobs) -> None:
    """C8: `now` is an argument; what fell due while the bot was down is noticed at its start."""
    assert jobs.asked_at == [MONDAY]
    dialog.now += timedelta(minutes=1)
    await dialog.ring()
    assert jobs.asked_at == [MONDAY, MONDAY + timedelta(minutes=1)]
    await dialog.restart()
    assert len(jobs.asked_at) == 3


async def test_the_same_key_is_sent_once_however_often_the_clock_rings(
    dialog: Dialog, homeserver: FakeHomeserver, jobs: Jobs
) -> None:
    """C2, C8: twice, late, after a restart: one message for one cause, and a second for a second."""
    await dialog.ring()
    await dialog.restart()
    await dialog.ring()
    assert said(homeserver, "#plenum:test") == ["Morgen ist Plenum."]
    jobs.key = "remind:2"
    await dialog.ring()
    assert said(homeserver, "#plenum:test") == ["Morgen ist Plenum."] * 2


async def test_a_job_with_a_bug_does_not_silence_the_others(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C5, C8: its half work is undone, the next job is asked."""
    assert said(homeserver, "#koordination:test") == ["Ein Digest."]
    assert query(dialog.config.data.database, "SELECT count(*) FROM rooms WHERE room_id LIKE '!half%'") == [(0,)]


async def test_what_a_job_says_notifies_unless_it_is_quiet(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C15: reminders are m.text, digests m.notice; mentions are explicit in both."""
    [reminder] = homeserver.messages("#plenum:test", BOT)
    [digest] = homeserver.messages("#koordination:test", BOT)
    assert (reminder.content["msgtype"], digest.content["msgtype"]) == ("m.text", "m.notice")
    assert reminder.content["m.mentions"] == digest.content["m.mentions"] == {}
