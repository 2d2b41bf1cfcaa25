"""Contract C3: killed at any boundary and any moment, every question is stored once and answered once."""

import itertools
from pathlib import Path

import pytest

from tests.crash.rounds import ASKERS, BOUNDARIES, ROOMS, a_round, receipted
from tests.homeserver import FakeHomeserver
from tests.kit import SECRET, answers_to, query

pytestmark = pytest.mark.crash


async def test_every_question_survives_every_kill_once(homeserver: FakeHomeserver, tmp_path: Path, kills: int) -> None:
    """C3: at each boundary in turn; then every number is there once, without gaps, and every receipt once."""
    async with a_round(homeserver, tmp_path, seed=kills) as round_:
        for boundary in itertools.islice(itertools.cycle(BOUNDARIES), kills):
            await round_.kill(boundary)
        await round_.settle()
    database = tmp_path / "data" / "ag4-bot.sqlite"
    stored = query(database, "SELECT source_event_id, number FROM questions ORDER BY number")
    assert sorted(event_id for event_id, _ in stored) == sorted(round_.asked)
    assert [number for _, number in stored] == list(range(1, len(round_.asked) + 1))
    for event_id, number in stored:
        [receipt] = answers_to(homeserver, event_id)
        assert f"AG3-{number:03d}" in receipt.body
    for person, room in itertools.product(ASKERS, ROOMS):
        mine = [each.event_id for each in homeserver.messages(room, person)]
        assert receipted(homeserver, person, room) == mine, "C6: receipts of one person in a room keep their order"
    assert query(database, "SELECT count(*) FROM outbox WHERE state != 'sent'") == [(0,)]
    assert query(database, "SELECT count(*) FROM inbox WHERE state != 'handled'") == [(0,)]
    assert SECRET not in (tmp_path / "log").read_text(), "C20: the log quotes a question"
