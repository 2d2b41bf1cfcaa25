"""The faults of the fake homeserver do the harm they are asked for, and no other."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.homeserver import FakeHomeserver
from tests.homeserver.bare import Wire, bodies, timeline, wire


@pytest.fixture
async def bot(homeserver: FakeHomeserver) -> AsyncIterator[Wire]:
    async with wire(homeserver, "bot", "BOT") as client:
        yield client


@pytest.fixture
def room(homeserver: FakeHomeserver) -> str:
    return homeserver.create_room("anna", name="AG 3", alias="ag3", members=["bot"])


async def test_a_lost_answer_was_accepted(homeserver: FakeHomeserver, bot: Wire, room: str) -> None:
    lost = homeserver.lose_answer("PUT /rooms/*/send/*", times=2)  # aiohttp repeats a PUT once by itself
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await bot.say(room, "eins", "t")
    assert lost.hits == 2
    [stored] = homeserver.messages(room)
    assert await bot.say(room, "eins", "t") == stored.event_id
    assert len(homeserver.messages(room)) == 1


async def test_a_cut_request_was_not_accepted(homeserver: FakeHomeserver, bot: Wire, room: str) -> None:
    homeserver.cut("PUT */send/*", times=2)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await bot.say(room, "eins", "t")
    assert homeserver.messages(room) == []


async def test_answers_can_be_html_or_cut_in_half(homeserver: FakeHomeserver, bot: Wire) -> None:
    homeserver.fail("GET */sync", 502, html=True)
    with pytest.raises(aiohttp.ContentTypeError):
        await bot.sync()
    homeserver.truncate("GET /sync")
    with pytest.raises(aiohttp.ClientPayloadError):
        await bot.sync()
    homeserver.fail(lambda request: request.user_id == "@bot:test", 500)
    assert (await bot("GET", "account/whoami"))[1]["errcode"] == "M_UNKNOWN"
    assert (await bot.sync())["next_batch"]


async def test_a_sync_can_repeat_what_it_told_before(homeserver: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    homeserver.user("anna").say(room, "eins")
    one = await bot.sync(since)
    homeserver.deliver_twice()
    two = await bot.sync(one["next_batch"])
    assert timeline(two, room)["events"] == timeline(one, room)["events"]
    assert "rooms" not in await bot.sync(two["next_batch"])


async def test_a_held_request_waits_before_or_after_it_counts(homeserver: FakeHomeserver, bot: Wire, room: str) -> None:
    for answered in (False, True):
        before = len(homeserver.messages(room))
        hold = homeserver.hold("PUT */send/*", answered=answered)
        sending = asyncio.create_task(bot.say(room, "x", f"t{answered}"))
        await asyncio.wait_for(hold.arrived.wait(), 5)
        assert len(homeserver.messages(room)) - before == int(answered)
        assert not sending.done()
        hold.release()
        assert await sending == homeserver.messages(room)[-1].event_id


@pytest.mark.parametrize("answered", [False, True])
async def test_a_held_request_can_be_dropped(
    homeserver: FakeHomeserver, bot: Wire, room: str, *, answered: bool
) -> None:
    hold = homeserver.hold("PUT */send/*", answered=answered)
    sending = asyncio.create_task(bot.say(room, "x", "t"))
    await asyncio.wait_for(hold.arrived.wait(), 5)
    sending.cancel()  # else aiohttp repeats it
    hold.drop()
    await asyncio.wait([sending])
    assert len(homeserver.messages(room)) == int(answered)


async def test_a_limit_of_sends_per_second_refuses_with_a_time(
    homeserver: FakeHomeserver, bot: Wire, room: str
) -> None:
    homeserver.rate_limit(0.001, burst=2)
    assert await bot.say(room, "1", "a") != await bot.say(room, "2", "b")
    status, error = await bot("PUT", f"rooms/{room}/send/m.room.message/c", {"msgtype": "m.text", "body": "3"})
    assert (status, error["errcode"]) == (429, "M_LIMIT_EXCEEDED")
    assert 900_000 < error["retry_after_ms"] <= 1_000_001
    homeserver.rate_limit(None)
    await bot.say(room, "3", "c")


async def test_a_restart_cuts_connections_and_keeps_everything(
    homeserver: FakeHomeserver, bot: Wire, room: str
) -> None:
    since = (await bot.sync())["next_batch"]
    poll = asyncio.create_task(bot("GET", "sync", since=since, timeout="30000"))
    await homeserver.polling("bot")
    port = homeserver.port
    await homeserver.stop()
    with pytest.raises(aiohttp.ClientError):
        await poll
    with pytest.raises(aiohttp.ClientConnectorError):
        await bot.sync(since)
    homeserver.user("anna").say(room, "inzwischen")
    await homeserver.start()
    assert homeserver.port == port
    assert bodies(timeline(await bot.sync(since), room)["events"]) == ["inzwischen"]
    await homeserver.restart()
    assert (await bot("GET", "account/whoami"))[0] == 200
