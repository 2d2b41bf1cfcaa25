"""Contract C3 in encrypted rooms: killed anywhere, every question is answered once, and the asker can read the answer."""

import itertools
from pathlib import Path

import pytest

from tests.crash.encrypted_rounds import KEY_BOUNDARIES, EncryptedRound, an_encrypted_round, encrypted_config
from tests.crash.rounds import ASKERS, BOUNDARIES, ROOMS, furnish, receipted, zygote
from tests.dialog import BOT
from tests.homeserver import FakeHomeserver
from tests.kit import SECRET, query

pytestmark = pytest.mark.crash

FIRST_START = (
    "before login",
    "after login",
    "session drafted",
    "session kept",
    "before key upload",
    "after key upload",
    "identity drafted",
    "identity kept",
    "before identity upload",
    "after identity upload",
    "before signatures",
    "after signatures",
)
NEW_DEVICE = (
    "before login",
    "after login",
    "session drafted",
    "session kept",
    "before keys are put aside",
    "after keys were put aside",
    "before key upload",
    "after key upload",
    "before logout",
    "after logout",
    "before signatures",
    "after signatures",
)


async def test_every_question_in_encrypted_rooms_survives_every_kill_once(
    homeserver: FakeHomeserver, tmp_path: Path, kills: int
) -> None:
    """C3: at each boundary, those of keys too; every receipt can be read by the device that asked. (Two in five kills.)"""
    async with an_encrypted_round(homeserver, tmp_path, seed=kills) as round_:
        await round_.settle()
        device_id = round_.device_id()
        for boundary in itertools.islice(itertools.cycle((*KEY_BOUNDARIES, *BOUNDARIES)), kills * 2 // 5):
            await round_.kill(boundary)
        await round_.settle()
    database = tmp_path / "data" / "ag4-bot.sqlite"
    receipts = round_.receipts()
    stored = query(database, "SELECT source_event_id, number FROM questions ORDER BY number")
    known = {event_id for event_id, _ in stored}
    assert [receipts[each] for each in round_.asked if each not in known] == []
    assert [number for _, number in stored] == list(range(1, len(round_.asked) + 1))
    assert all(f"AG3-{number:03d}" in receipts[event_id] for event_id, number in stored)
    for name, room in itertools.product(ASKERS, ROOMS):
        theirs = of(homeserver, name)
        asked = [each for each in round_.asked if (each, room) in theirs]
        assert receipted(homeserver, name, room) == asked, "C6: receipts of one person in a room keep their order"
    for device in round_.devices[: len(ASKERS)]:
        assert not [each for room in ROOMS for each in device.heard(room, BOT) if not isinstance(each, dict)]
    assert query(database, "SELECT DISTINCT state FROM outbox") == [("sent",)]
    assert query(database, "SELECT DISTINCT state FROM inbox") == [("handled",)]
    assert [*homeserver.user(BOT).account.devices] == [round_.device_id()] == [device_id]
    round_.assert_trusted()
    assert SECRET not in (tmp_path / "log").read_text(), "C20: the log quotes a question"
    assert SECRET not in str([event.content for event in homeserver.world.events.values()])


def of(hs: FakeHomeserver, name: str) -> set[tuple[str, str]]:
    """Events of a person, with the alias of the room they are in."""
    user_id = hs.user(name).user_id
    return {(each.event_id, room) for room in ROOMS for each in hs.events(room) if each.sender == user_id}


async def test_a_first_start_that_is_killed_anywhere_ends_with_one_identity_and_one_trusted_device(
    tmp_path: Path,
) -> None:
    """C3: from the login to the last signature, and again while it mends that; the third start is as good as a first."""
    async with zygote(tmp_path / "log") as bots:
        for boundary in FIRST_START:
            directory = tmp_path / boundary
            directory.mkdir()
            async with FakeHomeserver() as hs:
                furnish(hs)
                round_ = EncryptedRound(hs, bots, encrypted_config(hs, directory), seed=1)
                await round_.start(boundary, 1)
                await bots.dead()
                await round_.kill_within(0.2)
                round_.late = 0
                await round_.settle(asking=True)
                round_.assert_trusted()
                with_keys = [each.id for each in hs.user(BOT).account.devices.values() if each.keys is not None]
                assert with_keys == [round_.device_id()], boundary
                assert "AG3-001" in round_.receipts()[round_.asked[0]], boundary


async def test_a_new_device_in_place_of_lost_keys_is_trusted_though_it_was_killed_anywhere_on_the_way(
    homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    """C2, C3: the kept identity signs it, and it sends, once, what the lost device had not sent yet."""
    async with an_encrypted_round(homeserver, tmp_path, seed=2) as round_:
        round_.late = 0  # a key that comes for the lost device is lost with it
        await round_.settle()
        for boundary in NEW_DEVICE:
            before = round_.device_id()
            round_.ask()
            await round_.start("before send", 1)
            await round_.bots.dead()
            round_.lose_key_store()
            await round_.start(boundary, 1)
            await round_.bots.dead()
            await round_.settle()
            assert round_.device_id() != before, boundary
            round_.assert_trusted()
            round_.receipts()  # clients see now who sent it: the next device takes this one's place
