"""What `/sync` and `/messages` of the fake homeserver tell."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.homeserver import FakeHomeserver, MatrixError
from tests.homeserver.bare import Json, Wire, bodies, timeline, wire


@pytest.fixture
async def bot(homeserver: FakeHomeserver) -> AsyncIterator[Wire]:
    async with wire(homeserver, "bot", "BOT") as client:
        yield client


@pytest.fixture
def room(homeserver: FakeHomeserver) -> str:
    return homeserver.create_room("anna", name="AG 3", alias="ag3", members=["bot"])


async def test_a_gap_is_limited_and_messages_fill_it_in_order(homeserver: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    anna = homeserver.user("anna")
    for number in range(35):
        anna.say(room, str(number))
    told = timeline(await bot.sync(since), room)
    assert told["limited"]
    assert bodies(told["events"]) == [str(number) for number in range(25, 35)]

    back: list[Json] = []
    token = told["prev_batch"]
    while token:
        query = {"dir": "b", "from": token, "to": since, "limit": "7"}
        _, answer = await bot("GET", f"rooms/{room}/messages", **query)
        back += answer["chunk"]
        token = answer.get("end", "")
    assert bodies(back[::-1] + told["events"]) == [str(number) for number in range(35)]
    query = {"dir": "f", "from": since, "to": told["prev_batch"], "limit": "1000"}
    _, forward = await bot("GET", f"rooms/{room}/messages", **query)
    assert forward["chunk"] == back[::-1]
    assert {event["room_id"] for event in back} == {room}


async def test_what_just_fits_is_not_limited(homeserver: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    homeserver.limit_timelines(3)
    for number in range(3):
        homeserver.user("anna").say(room, str(number))
    assert not timeline(await bot.sync(since), room)["limited"]
    homeserver.user("anna").say(room, "3")
    assert bodies(timeline(await bot.sync(since), room)["events"]) == ["1", "2", "3"]


async def test_state_changed_inside_a_gap_is_told(homeserver: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    homeserver.limit_timelines(1)
    homeserver.user("anna").put_state(room, "m.room.topic", {"topic": "alt"})
    homeserver.user("anna").put_state(room, "m.room.topic", {"topic": "neu"})
    homeserver.user("anna").say(room, "x")
    [topic] = (await bot.sync(since))["rooms"]["join"][room]["state"]["events"]
    assert topic["content"] == {"topic": "neu"}


async def test_a_first_sync_gives_the_state_before_its_timeline(
    homeserver: FakeHomeserver, bot: Wire, room: str
) -> None:
    homeserver.limit_timelines(2)
    anna = homeserver.user("anna")
    anna.put_state(room, "m.room.topic", {"topic": "alt"})
    anna.say(room, "x")
    anna.put_state(room, "m.room.topic", {"topic": "neu"})
    joined = (await bot.sync())["rooms"]["join"][room]
    topics = [event["content"] for event in joined["state"]["events"] if event["type"] == "m.room.topic"]
    assert topics == [{"topic": "alt"}]
    assert joined["timeline"]["events"][-1]["content"] == {"topic": "neu"}
    assert joined["summary"]["m.joined_member_count"] == 2


async def test_lazy_members_are_those_who_speak(homeserver: FakeHomeserver, bot: Wire) -> None:
    room = homeserver.create_room("anna", members=["bot", "carl", "dora"])
    homeserver.limit_timelines(1)
    homeserver.user("carl").say(room, "x")
    wish = '{"room":{"state":{"lazy_load_members":true}}}'
    answer = await bot.sync(filter=wish)

    def members(answer: Json) -> set[str]:
        events = answer["rooms"]["join"][room]["state"]["events"]
        return {event["state_key"] for event in events if event["type"] == "m.room.member"}

    assert members(answer) == {"@bot:test", "@carl:test"}
    homeserver.user("dora").say(room, "y")
    answer = await bot.sync(answer["next_batch"], filter=wish)
    assert members(answer) == {"@dora:test"}
    assert len(homeserver.room(room).joined) == 4
    answer = await bot.sync(answer["next_batch"], filter=wish, full_state="true")
    assert members(answer) == {"@bot:test"}
    assert bodies(timeline(answer, room)["events"]) == []


async def test_a_filter_by_id_or_inline_keeps_own_messages_out(
    homeserver: FakeHomeserver, bot: Wire, room: str
) -> None:
    since = (await bot.sync())["next_batch"]
    await bot.say(room, "eigen", "t")
    _, uploaded = await bot("POST", "user/@bot:test/filter", {"room": {"timeline": {"not_senders": ["@bot:test"]}}})
    assert "rooms" not in await bot.sync(since, filter=uploaded["filter_id"])
    homeserver.user("anna").say(room, "fremd")
    inline = '{"room":{"timeline":{"not_senders":["@bot:test"]}}}'
    assert bodies(timeline(await bot.sync(since, filter=inline), room)["events"]) == ["fremd"]


async def test_invitations_show_stripped_state_until_answered(homeserver: FakeHomeserver, bot: Wire) -> None:
    since = (await bot.sync())["next_batch"]
    room = homeserver.create_room("anna", name="AG 1", invite=["bot"])
    answer = await bot.sync(since)
    stripped = answer["rooms"]["invite"][room]["invite_state"]["events"]
    assert {event["type"] for event in stripped} >= {"m.room.create", "m.room.name", "m.room.member"}
    assert all("event_id" not in event for event in stripped)
    assert (await bot("POST", f"rooms/{room}/leave", {}))[0] == 200
    answer = await bot.sync(answer["next_batch"])
    [left] = answer["rooms"]["leave"][room]["timeline"]["events"]
    assert left["content"]["membership"] == "leave"
    assert (await bot("POST", f"join/{room}", {}))[1]["errcode"] == "M_FORBIDDEN"


@pytest.mark.parametrize(
    "rule, seen", [("shared", ["vor", "geladen", "da"]), ("invited", ["geladen", "da"]), ("joined", ["da"])]
)
async def test_history_is_seen_as_far_as_the_room_allows(
    homeserver: FakeHomeserver, bot: Wire, rule: str, seen: list[str]
) -> None:
    anna = homeserver.user("anna")
    room = homeserver.create_room(anna)
    anna.put_state(room, "m.room.history_visibility", {"history_visibility": rule})
    anna.say(room, "vor")
    anna.invite(room, "@bot:test")
    anna.say(room, "geladen")
    homeserver.user("bot").join(room)
    anna.say(room, "da")
    homeserver.user("bot").leave(room)
    anna.say(room, "danach")
    _, answer = await bot("GET", f"rooms/{room}/messages", dir="b", limit="100")
    assert bodies(answer["chunk"][::-1]) == seen
    with pytest.raises(MatrixError, match="M_FORBIDDEN"):
        homeserver.user("bot").say(room, "x")


async def test_a_long_poll_wakes_at_once_for_what_concerns_it(homeserver: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    poll = asyncio.create_task(bot.sync(since, timeout="30000"))
    await homeserver.polling("bot")
    elsewhere = homeserver.create_room("anna")
    homeserver.user("anna").say(elsewhere, "nicht für den Bot")
    assert homeserver.world.polls["@bot:test"]
    homeserver.user("anna").say(room, "!hilfe")
    answer = await asyncio.wait_for(poll, 5)
    assert bodies(timeline(answer, room)["events"]) == ["!hilfe"]


async def test_a_long_poll_without_news_ends_with_the_present_token(
    homeserver: FakeHomeserver, bot: Wire, room: str
) -> None:
    since = (await bot.sync())["next_batch"]
    homeserver.user("anna").say(homeserver.create_room("anna"), "anderswo")
    answer = await bot.sync(since, timeout="1")
    assert answer["next_batch"] == f"s{homeserver.position}" != since
    assert answer["device_one_time_keys_count"] == {"signed_curve25519": 0}


async def test_messages_to_a_device_stay_until_the_next_token(homeserver: FakeHomeserver, bot: Wire) -> None:
    since = (await bot.sync())["next_batch"]
    body = {"messages": {"@bot:test": {"BOT": {"a": 1}}}}
    for _ in range(2):
        await bot("PUT", "sendToDevice/m.x/t1", body)
    for _ in range(2):
        answer = await bot.sync(since)
        assert [event["content"] for event in answer["to_device"]["events"]] == [{"a": 1}]
    assert "to_device" not in await bot.sync(answer["next_batch"])
