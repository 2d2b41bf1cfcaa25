"""Contracts C1 and C2: nothing that was addressed to the bot is lost, and nothing is answered twice."""

from types import ModuleType
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from storage import inbox, outbox
from storage import sync as position
from tests.dialog import BOT, Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import CrashingBot, answers_to, query, said

ROOMS = ("#plenum:test", "#ag3:test", "#koordination:test")


async def test_what_was_said_while_the_bot_was_off_is_answered_in_order(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C1: down is not deaf."""
    await dialog.stop()
    asked = [homeserver.user("anna").say("#plenum:test", f"!echo {number}") for number in range(30)]
    await dialog.start()
    assert said(homeserver, "#plenum:test") == [f"Echo: {number}" for number in range(30)]
    assert all(len(answers_to(homeserver, event_id)) == 1 for event_id in asked)


async def test_what_is_said_while_the_bot_starts_is_answered(homeserver: FakeHomeserver, crashing: CrashingBot) -> None:
    """C1: between its first sync and the end of its start the bot is being spoken to already."""
    await crashing.start()
    await crashing.settle()
    await crashing.stop()
    hold = homeserver.hold("GET /sync", answered=True)
    homeserver.user("anna").say("#plenum:test", "!echo vor dem Start")
    await crashing.start()
    await hold.arrived.wait()
    homeserver.user("anna").say("#plenum:test", "!echo beim Start")
    hold.release()
    await crashing.settle()
    assert said(homeserver, "#plenum:test") == ["Echo: vor dem Start", "Echo: beim Start"]


async def test_a_limited_timeline_is_walked_back_to_the_last_position(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C1: of 300 messages in three rooms the homeserver tells the last ten per room; all are answered, in order."""
    await dialog.stop()
    homeserver.limit_timelines(10)
    for number in range(300):
        person = ("anna", "ben")[number % 2]
        homeserver.user(person).say(ROOMS[number % 3], f"!echo {number}")
    await dialog.start()
    for index, room in enumerate(ROOMS):
        for person in ("anna", "ben"):
            mine = [number for number in range(index, 300, 3) if person == ("anna", "ben")[number % 2]]
            heard = [int(text.removeprefix("Echo: ")) for text in said(homeserver, room)]
            assert [number for number in heard if number in mine] == mine
        assert len(said(homeserver, room)) == 100


@pytest.mark.parametrize(
    "trouble", ["500", "429", "502 HTML", "200 HTML", "no token", "a list", "cut", "truncated", "400"]
)
async def test_trouble_with_sync_costs_nothing_but_time(
    dialog: Dialog, homeserver: FakeHomeserver, trouble: str
) -> None:
    """C1, C4: whatever a sync is answered with, the next one tells it again."""
    match = "GET /sync"
    faults: dict[str, Any] = {
        "500": lambda: homeserver.fail(match, 500),
        "429": lambda: homeserver.fail(match, 429, retry_after_ms=20, times=2),
        "502 HTML": lambda: homeserver.fail(match, 502, html=True),
        "200 HTML": lambda: homeserver.fail(match, 200, html=True),
        "no token": lambda: homeserver.fail(match, 200, body=b"{}"),
        "a list": lambda: homeserver.fail(match, 200, body=b"[1, 2]"),
        "cut": lambda: homeserver.cut(match, times=2),
        "truncated": lambda: homeserver.truncate(match),
        "400": lambda: homeserver.fail(match, 400, errcode="M_UNKNOWN"),
    }
    await dialog.say("anna", "plenum", "!echo eins")
    fault = faults[trouble]()
    assert await dialog.say("anna", "plenum", "!echo zwei") == "Echo: zwei"
    assert await dialog.say("anna", "plenum", "!echo drei") == "Echo: drei"
    assert fault.hits == fault.times


async def test_trouble_while_a_gap_is_walked_back_loses_nothing(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C1: a page of /messages that fails is asked for again before the position moves."""
    await dialog.stop()
    homeserver.limit_timelines(5)
    for number in range(40):
        homeserver.user("anna").say("#plenum:test", f"!echo {number}")
    fault = homeserver.fail("GET */messages", 500)
    cut = homeserver.cut("GET */messages", times=2)
    await dialog.start()
    assert said(homeserver, "#plenum:test") == [f"Echo: {number}" for number in range(40)]
    assert (fault.hits, cut.hits) == (1, 2)


@pytest.mark.parametrize("noun, function", [(position, "move"), (inbox, "add")])
async def test_the_position_is_committed_with_the_rows(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch, noun: ModuleType, function: str
) -> None:
    """C1: where one of the two cannot be stored the other is not there either; both come with the next attempt."""
    file = dialog.config.data.database
    there = "SELECT next_batch, (SELECT count(*) FROM inbox) FROM sync"
    real, before, seen = getattr(noun, function), query(file, there), []

    async def fails_once(*given: Any) -> Any:
        seen.append(query(file, there))
        if len(seen) == 1:
            raise OperationalError("INSERT", {}, Exception("disk I/O error"))
        return await real(*given)

    monkeypatch.setattr(noun, function, fails_once)
    assert await dialog.say("anna", "plenum", "!echo eins") == "Echo: eins"
    assert seen[:2] == [before, before]
    assert query(file, there) != before


async def test_words_between_invitation_and_join_are_answered_those_before_not(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C1: who invites and speaks at once has spoken to the bot, also when the timeline is cut short."""
    anna = homeserver.user("anna")
    homeserver.limit_timelines(4)
    room = homeserver.create_room("anna", alias="direkt-anna", members=["ben"])
    anna.say(room, "!echo vor der Einladung")
    hold = homeserver.hold("POST /join/*", times=9)
    anna.invite(room, BOT)
    await hold.arrived.wait()
    asked = [anna.say(room, f"!echo {number}") for number in range(12)]
    # an answer elsewhere: the position is behind these words before the bot is in the room
    ben = homeserver.user("ben").say("#plenum:test", "!echo anderswo")
    await homeserver.wait_for(lambda: answers_to(homeserver, ben))
    await homeserver.synced(BOT)
    hold.release()
    await dialog.settle()
    assert said(homeserver, room) == [f"Echo: {number}" for number in range(12)]
    assert all(len(answers_to(homeserver, event_id)) == 1 for event_id in asked)


async def test_a_room_joined_by_hand_has_no_past_for_the_bot(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C1: in a room that nobody invited it to, what counts begins with its joining."""
    room = homeserver.create_room("anna", alias="markt")
    homeserver.user("anna").put_state(room, "m.room.join_rules", {"join_rule": "public"})
    homeserver.user("anna").say(room, "!echo früher")
    homeserver.user(BOT).join(room)
    homeserver.user("anna").say(room, "!echo jetzt")
    await dialog.settle()
    assert said(homeserver, room) == ["Echo: jetzt"]


async def test_the_past_is_not_answered_at_the_first_start(homeserver: FakeHomeserver, idle: Dialog) -> None:
    """C1: without a position the bot was never spoken to."""
    homeserver.user(BOT).join("#plenum:test")
    homeserver.user("anna").say("#plenum:test", "!echo lange her")
    await idle.start()
    assert said(homeserver, "#plenum:test") == []
    assert await idle.say("anna", "plenum", "!echo neu") == "Echo: neu"


async def test_what_is_delivered_twice_is_answered_once(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C2: the event ID is unique in the inbox."""
    homeserver.deliver_twice(3)
    for number in range(5):
        assert await dialog.say("anna", "plenum", f"!echo {number}") == f"Echo: {number}"


async def test_an_invitation_told_twice_is_welcomed_once(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C2: one direct chat, one welcome."""
    hold = homeserver.hold("POST /join/*", times=9)
    homeserver.deliver_twice(2)
    room = homeserver.create_room("anna", alias="direkt-anna", invite=[BOT], direct=True)
    await hold.arrived.wait()
    ben = homeserver.user("ben").say("#plenum:test", "!echo Anstoß")
    await homeserver.wait_for(lambda: answers_to(homeserver, ben))
    hold.release()
    await dialog.settle()
    assert len(said(homeserver, room)) == 1


async def test_an_answer_that_gets_lost_is_repeated_under_its_transaction_id(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C2: accepted, then cut (four times: aiohttp repeats once by itself): one event."""
    lost = homeserver.lose_answer("PUT */send/*", times=4)
    assert await dialog.say("anna", "plenum", "!echo eins") == "Echo: eins"
    assert lost.hits == 4
    tried = {request.path for request in homeserver.requests if "/send/m.room.message/" in request.path}
    assert len(tried) == 1
    assert said(homeserver, "#plenum:test") == ["Echo: eins"]


async def test_a_row_that_was_queued_before_a_crash_is_sent_after_it(
    homeserver: FakeHomeserver, crashing: CrashingBot
) -> None:
    """C2, C3: committed and not yet sent; the next run sends it, once."""
    await was_killed(crashing, answered=False)
    assert said(homeserver, "#plenum:test") == []
    await crashing.start()
    await crashing.settle()
    assert said(homeserver, "#plenum:test") == ["Echo: eins"]


@pytest.mark.parametrize("forgets", ["nothing", "transactions", "device", "device and session"])
async def test_our_echo_says_what_was_sent_before_a_crash(
    homeserver: FakeHomeserver, crashing: CrashingBot, forgets: str
) -> None:
    """C2: accepted, then killed before it was noted. Not sent again, even where the transaction ID helps no more."""
    await was_killed(crashing, answered=True)
    assert said(homeserver, "#plenum:test") == ["Echo: eins"]
    account = homeserver.user(BOT).account
    for device in list(account.devices.values()):
        device.transactions.clear() if forgets == "transactions" else None
        if forgets.startswith("device"):
            homeserver.world.log_out(device)
    if forgets == "device and session":
        (crashing.directory / "session.json").unlink()
    await crashing.start()
    await crashing.settle()
    assert said(homeserver, "#plenum:test") == ["Echo: eins"]
    assert query(crashing.directory / "ag4-bot.sqlite", "SELECT DISTINCT state FROM outbox") == [("sent",)]


async def test_the_position_does_not_pass_an_echo_that_is_not_noted(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C2, C3: the answer to our send is known, but not noted yet, when its echo comes: the echo is stored."""

    async def cannot(*_given: Any, **_more: Any) -> None:
        raise OperationalError("UPDATE outbox", {}, Exception("disk I/O error"))

    real = outbox.sent
    monkeypatch.setattr(outbox, "sent", cannot)
    first = homeserver.user("anna").say("#plenum:test", "!echo eins")
    await homeserver.wait_for(lambda: answers_to(homeserver, first))
    second = homeserver.user("ben").say("#plenum:test", "!echo zwei")
    await homeserver.wait_for(lambda: answers_to(homeserver, second))
    await homeserver.synced(BOT, homeserver.world.events[second].position)
    rows = query(dialog.config.data.database, "SELECT state FROM outbox WHERE key = ?", f"reply:{first}")
    assert rows == [("sent",)]
    monkeypatch.setattr(outbox, "sent", real)


async def test_our_echo_is_found_in_a_gap_too(homeserver: FakeHomeserver, crashing: CrashingBot) -> None:
    """C2: the echo may be behind a limited timeline, where only our own mark names the transaction."""
    await was_killed(crashing, answered=True)
    for device in homeserver.user(BOT).account.devices.values():
        device.transactions.clear()
    homeserver.limit_timelines(3)
    for number in range(20):
        homeserver.user("ben").say("#plenum:test", f"Gespräch {number}")
    await crashing.start()
    await crashing.settle()
    assert said(homeserver, "#plenum:test") == ["Echo: eins"]


async def was_killed(bot: CrashingBot, *, answered: bool) -> None:
    """Kill the bot while it sends its answer, before or after the homeserver has accepted that."""
    await bot.start()
    await bot.settle()
    hold = bot.hs.hold("PUT */send/*", times=9, answered=answered)
    bot.hs.user("anna").say("#plenum:test", "!echo eins")
    await hold.arrived.wait()
    await bot.crash()
    hold.drop()
