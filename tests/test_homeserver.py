"""The fake homeserver keeps the promises of a real one: to nio, and on the wire."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import nio
import pytest

from tests.homeserver import FakeHomeserver, MatrixError

Json = dict[str, Any]


class Wire:
    """A bare client with one token: sees exactly what is on the wire."""

    def __init__(self, hs: FakeHomeserver, session: aiohttp.ClientSession, token: str) -> None:
        self.hs = hs
        self.session = session
        self.token = token

    async def __call__(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Json]:
        url = f"{self.hs.url}/_matrix/client/v3/{path}"
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.session.request(method, url, json=body, params=query, headers=headers) as answer:
            return answer.status, await answer.json()

    async def sync(self, since: str = "", **query: str) -> Json:
        status, answer = await self("GET", "sync", **({"since": since} if since else {}), **query)
        assert status == 200, answer
        return answer

    async def say(self, room: str, text: str, txn: str) -> str:
        body = {"msgtype": "m.text", "body": text}
        status, answer = await self("PUT", f"rooms/{room}/send/m.room.message/{txn}", body)
        assert status == 200, answer
        return str(answer["event_id"])


@pytest.fixture
async def hs() -> AsyncIterator[FakeHomeserver]:
    async with FakeHomeserver() as homeserver:
        yield homeserver


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as client:
        yield client


@pytest.fixture
async def bot(hs: FakeHomeserver, session: aiohttp.ClientSession) -> Wire:
    return Wire(hs, session, hs.user("bot").token("BOT"))


@pytest.fixture
async def client(hs: FakeHomeserver) -> AsyncIterator[nio.AsyncClient]:
    hs.user("bot", "geheim")
    made = nio.AsyncClient(hs.url, "@bot:test", "BOT", config=nio.AsyncClientConfig(encryption_enabled=False))
    assert isinstance(await made.login("geheim"), nio.LoginResponse)
    yield made
    await made.close()


@pytest.fixture
def room(hs: FakeHomeserver) -> str:
    return hs.create_room("anna", name="AG 3", alias="ag3", members=["bot"])


def bodies(events: list[Json]) -> list[str]:
    return [event["content"]["body"] for event in events if event["type"] == "m.room.message"]


def timeline(answer: Json, room: str) -> Json:
    return answer["rooms"]["join"][room]["timeline"]  # type: ignore[no-any-return]  # JSON


# nio, whose schemas are strict


async def test_nio_logs_in_syncs_sends_and_reads_its_room(
    hs: FakeHomeserver, client: nio.AsyncClient, room: str
) -> None:
    asked = hs.user("anna").say(room, "!hilfe", mentions=["@bot:test"])
    answer = await client.sync(sync_filter={"room": {"state": {"lazy_load_members": True}}})
    assert isinstance(answer, nio.SyncResponse)
    told = answer.rooms.join[room].timeline.events
    assert not [event for event in told if isinstance(event, (nio.BadEvent, nio.UnknownBadEvent))]
    assert (told[-1].event_id, told[-1].body) == (asked, "!hilfe")
    assert client.rooms[room].name == "AG 3"
    assert client.rooms[room].member_count == 2

    sent = await client.room_send(room, "m.room.message", {"msgtype": "m.notice", "body": "Hilfe"}, tx_id="t1")
    assert isinstance(sent, nio.RoomSendResponse)
    assert [event.event_id for event in hs.messages(room, "bot")] == [sent.event_id]
    again = await client.sync(since=answer.next_batch)
    assert isinstance(again, nio.SyncResponse)
    assert again.rooms.join[room].timeline.events[0].transaction_id == "t1"


async def test_nio_accepts_every_answer(hs: FakeHomeserver, client: nio.AsyncClient, room: str) -> None:
    hs.user("carl")
    said = hs.user("anna").say(room, "Guten Tag")
    members = await client.joined_members(room)
    assert isinstance(members, nio.JoinedMembersResponse)
    assert {member.user_id for member in members.members} == {"@anna:test", "@bot:test"}
    made = await client.room_create(
        name="Plenum",
        alias="plenum",
        invite=["@carl:test"],
        space=True,
        initial_state=[{"type": "m.room.topic", "content": {"topic": "Termine"}}],
    )
    assert isinstance(made, nio.RoomCreateResponse), made
    own = made.room_id
    direct = await client.room_create(is_direct=True, preset=nio.RoomPreset.trusted_private_chat, invite=["@carl:test"])
    assert isinstance(direct, nio.RoomCreateResponse), direct
    message = await client.room_send(own, "m.room.message", {"msgtype": "m.text", "body": "x"})
    assert isinstance(message, nio.RoomSendResponse)
    expected: list[tuple[Any, type]] = [
        (await client.whoami(), nio.WhoamiResponse),
        (await client.set_displayname("AG 4"), nio.ProfileSetDisplayNameResponse),
        (await client.get_displayname("@bot:test"), nio.ProfileGetDisplayNameResponse),
        (await client.get_profile("@anna:test"), nio.ProfileGetResponse),
        (await client.upload_filter(room={"timeline": {"limit": 5}}), nio.UploadFilterResponse),
        (await client.room_resolve_alias("#ag3:test"), nio.RoomResolveAliasResponse),
        (await client.room_put_alias("#neu:test", own), nio.RoomPutAliasResponse),
        (await client.room_put_state(own, "m.room.topic", {"topic": "Neu"}), nio.RoomPutStateResponse),
        (await client.room_get_state_event(own, "m.room.topic"), nio.RoomGetStateEventResponse),
        (await client.room_get_state(own), nio.RoomGetStateResponse),
        (await client.room_get_event(room, said), nio.RoomGetEventResponse),
        (await client.room_messages(room, limit=3), nio.RoomMessagesResponse),
        (await client.room_redact(own, message.event_id, "weg"), nio.RoomRedactResponse),
        (await client.room_kick(own, "@carl:test"), nio.RoomKickResponse),
        (await client.room_invite(own, "@carl:test"), nio.RoomInviteResponse),
        (await client.room_typing(room), nio.RoomTypingResponse),
        (await client.room_read_markers(room, said, said), nio.RoomReadMarkersResponse),
        (await client.update_receipt_marker(room, said), nio.UpdateReceiptMarkerResponse),
        (await client.set_presence("online"), nio.PresenceSetResponse),
        (await client.joined_rooms(), nio.JoinedRoomsResponse),
        (await client.devices(), nio.DevicesResponse),
        (await client.to_device(nio.ToDeviceMessage("m.x", "@bot:test", "BOT", {"a": 1})), nio.ToDeviceResponse),
        (await client.room_leave(own), nio.RoomLeaveResponse),
        (await client.join("#ag3:test"), nio.JoinResponse),
    ]
    for answer, kind in expected:
        assert isinstance(answer, kind), answer
    synced = await client.sync()
    assert isinstance(synced, nio.SyncResponse)
    assert [event.source["type"] for event in synced.to_device_events] == ["m.x"]
    assert isinstance(await client.logout(), nio.LogoutResponse)
    assert isinstance(await client.whoami(), nio.WhoamiError)


async def test_nio_sees_invitation_join_and_removal(hs: FakeHomeserver, client: nio.AsyncClient) -> None:
    anna = hs.user("anna")
    room = hs.create_room(anna, name="AG 5", invite=["bot"])
    first = await client.sync()
    assert isinstance(first, nio.SyncResponse)
    assert client.invited_rooms[room].inviter == "@anna:test"
    assert isinstance(await client.join(room), nio.JoinResponse)
    second = await client.sync(since=first.next_batch)
    assert isinstance(second, nio.SyncResponse)
    assert client.rooms[room].name == "AG 5"
    anna.kick(room, "@bot:test", "Danke")
    third = await client.sync(since=second.next_batch)
    assert isinstance(third, nio.SyncResponse)
    assert third.rooms.leave[room].timeline.events[-1].content["reason"] == "Danke"
    assert room not in third.rooms.join


async def test_nio_reads_what_nio_encrypted(hs: FakeHomeserver, tmp_path: Path) -> None:
    room = hs.create_room("anna", members=["bot"], encrypted=True)
    clients = []
    for name in ("anna", "bot"):
        made = nio.AsyncClient(hs.url, f"@{name}:test", store_path=str(tmp_path))
        await made.login("password", device_name=name)
        await made.sync(full_state=True)
        await made.keys_upload()
        clients.append(made)
    anna, bot = clients
    await anna.sync(since=anna.next_batch)
    await anna.room_send(room, "m.room.message", {"msgtype": "m.text", "body": "x"}, ignore_unverified_devices=True)
    answer = await bot.sync(since=bot.next_batch)
    assert isinstance(answer, nio.SyncResponse)
    [message] = [event for event in answer.rooms.join[room].timeline.events if isinstance(event, nio.RoomMessageText)]
    assert (message.body, message.decrypted) == ("x", True)
    assert hs.room(room).timeline[-1].type == "m.room.encrypted"
    for made in clients:
        await made.close()


async def test_nio_waits_as_told_by_429(hs: FakeHomeserver, client: nio.AsyncClient, room: str) -> None:
    refusal = hs.fail("PUT */send/*", 429, retry_after_ms=1, times=2)
    sent = await client.room_send(room, "m.room.message", {"msgtype": "m.text", "body": "x"})
    assert isinstance(sent, nio.RoomSendResponse)
    assert refusal.hits == 2
    assert len(hs.messages(room)) == 1


# sessions and errors


async def test_a_new_login_of_a_device_keeps_the_old_token(hs: FakeHomeserver, session: aiohttp.ClientSession) -> None:
    nobody = Wire(hs, session, "")
    status, challenge = await nobody("POST", "register", {"username": "dora", "password": "p"})
    assert (status, challenge["flows"]) == (401, [{"stages": ["m.login.dummy"]}])
    wish = {"username": "dora", "password": "p", "device_id": "D", "auth": {"type": "m.login.dummy"}}
    _, one = await nobody("POST", "register", wish)
    identifier = {"type": "m.id.user", "user": "dora"}
    wish = {"type": "m.login.password", "identifier": identifier, "password": "p", "device_id": "D"}
    _, two = await nobody("POST", "login", wish)
    assert one["access_token"] != two["access_token"]
    for token in (one["access_token"], two["access_token"]):
        who = await Wire(hs, session, token)("GET", "account/whoami")
        assert who == (200, {"user_id": "@dora:test", "device_id": "D", "is_guest": False})
    assert (await nobody("POST", "login", {**wish, "password": "q"}))[1]["errcode"] == "M_FORBIDDEN"


@pytest.mark.parametrize(
    "method, path, status, errcode",
    [
        ("GET", "nothing/here", 404, "M_UNRECOGNIZED"),
        ("DELETE", "sync", 405, "M_UNRECOGNIZED"),
        ("GET", "rooms/!other:test/messages", 403, "M_FORBIDDEN"),
        ("PUT", "rooms/!other:test/send/m.room.message/1", 403, "M_FORBIDDEN"),
        ("GET", "directory/room/%23none:test", 404, "M_NOT_FOUND"),
        ("GET", "rooms/{room}/state/m.room.topic", 404, "M_NOT_FOUND"),
        ("POST", "join/!other:test", 404, "M_NOT_FOUND"),
        ("POST", "rooms/{room}/invite", 400, "M_BAD_JSON"),
        ("GET", "sync?since=x", 400, "M_INVALID_PARAM"),
        ("PUT", "rooms/{room}/state/m.room.name", 403, "M_FORBIDDEN"),
    ],
)
async def test_errors_have_the_form_of_the_specification(
    bot: Wire, room: str, *, method: str, path: str, status: int, errcode: str
) -> None:
    got, error = await bot(method, path.format(room=room), {} if method in {"PUT", "POST"} else None)
    assert (got, error["errcode"]) == (status, errcode)


async def test_a_token_nobody_gave_out_is_unknown(hs: FakeHomeserver, session: aiohttp.ClientSession) -> None:
    assert (await Wire(hs, session, "no")("GET", "sync"))[1]["errcode"] == "M_UNKNOWN_TOKEN"
    assert (await Wire(hs, session, "")("GET", "sync"))[1]["errcode"] == "M_MISSING_TOKEN"


async def test_an_event_may_not_be_larger_than_64_kib(bot: Wire, room: str) -> None:
    path = f"rooms/{room}/send/m.room.message/big"
    status, error = await bot("PUT", path, {"msgtype": "m.text", "body": "x" * 65_536})
    assert (status, error["errcode"]) == (413, "M_TOO_LARGE")
    assert (await bot("PUT", path, {"msgtype": "m.text", "body": "x" * 60_000}))[0] == 200


# sending


async def test_a_transaction_id_counts_once_per_device_and_room(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    first = await bot.say(room, "eins", "t")
    bot.token = hs.user("bot").token("BOT")
    assert await bot.say(room, "anderer Inhalt", "t") == first
    assert [event.body for event in hs.messages(room)] == ["eins"]
    bot.token = hs.user("bot").token("OTHER")
    assert await bot.say(room, "zwei", "t") != first
    other = hs.create_room("bot")
    bot.token = hs.user("bot").token("BOT")
    assert await bot.say(other, "drei", "t") != first


async def test_only_the_sending_device_sees_the_transaction_id(
    hs: FakeHomeserver, session: aiohttp.ClientSession, bot: Wire, room: str
) -> None:
    since = (await bot.sync())["next_batch"]
    await bot.say(room, "eins", "t7")
    others = [Wire(hs, session, hs.user("bot").token("OTHER")), Wire(hs, session, hs.user("anna").token())]
    [echo] = timeline(await bot.sync(since), room)["events"]
    assert echo["unsigned"]["transaction_id"] == "t7"
    for other in others:
        [seen] = timeline(await other.sync(since), room)["events"]
        assert "transaction_id" not in seen["unsigned"]


async def test_a_redaction_takes_the_text_and_counts_once(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    anna = hs.user("anna")
    said = anna.say(room, "geheim")
    since = (await bot.sync())["next_batch"]
    own = await bot.say(room, "auch geheim", "t")
    path = f"rooms/{room}/redact/{own}/r"
    assert await bot("PUT", path, {"reason": "weg"}) == await bot("PUT", path, {})
    anna.redact(room, said)
    message, redaction, last = timeline(await bot.sync(since), room)["events"]
    assert message["content"] == {}
    assert message["unsigned"]["redacted_because"]["event_id"] == redaction["event_id"]
    assert (redaction["redacts"], redaction["content"]["reason"]) == (own, "weg")
    assert last["redacts"] == said
    assert not [event for event in hs.messages(room) if event.body]
    status, error = await bot("PUT", f"rooms/{room}/redact/{hs.room(room).timeline[0].event_id}/r2", {})
    assert (status, error["errcode"]) == (403, "M_FORBIDDEN")


async def test_the_same_state_again_is_the_same_event(hs: FakeHomeserver, room: str) -> None:
    anna = hs.user("anna")
    first = anna.put_state(room, "m.room.topic", {"topic": "a"})
    assert anna.put_state(room, "m.room.topic", {"topic": "a"}) == first
    assert anna.put_state(room, "m.room.topic", {"topic": "b"}) != first


# sync and messages


async def test_a_gap_is_limited_and_messages_fill_it_in_order(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    anna = hs.user("anna")
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


async def test_what_just_fits_is_not_limited(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    hs.limit_timelines(3)
    for number in range(3):
        hs.user("anna").say(room, str(number))
    assert not timeline(await bot.sync(since), room)["limited"]
    hs.user("anna").say(room, "3")
    assert bodies(timeline(await bot.sync(since), room)["events"]) == ["1", "2", "3"]


async def test_state_changed_inside_a_gap_is_told(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    hs.limit_timelines(1)
    hs.user("anna").put_state(room, "m.room.topic", {"topic": "alt"})
    hs.user("anna").put_state(room, "m.room.topic", {"topic": "neu"})
    hs.user("anna").say(room, "x")
    [topic] = (await bot.sync(since))["rooms"]["join"][room]["state"]["events"]
    assert topic["content"] == {"topic": "neu"}


async def test_a_first_sync_gives_the_state_before_its_timeline(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    hs.limit_timelines(2)
    anna = hs.user("anna")
    anna.put_state(room, "m.room.topic", {"topic": "alt"})
    anna.say(room, "x")
    anna.put_state(room, "m.room.topic", {"topic": "neu"})
    joined = (await bot.sync())["rooms"]["join"][room]
    topics = [event["content"] for event in joined["state"]["events"] if event["type"] == "m.room.topic"]
    assert topics == [{"topic": "alt"}]
    assert joined["timeline"]["events"][-1]["content"] == {"topic": "neu"}
    assert joined["summary"]["m.joined_member_count"] == 2


async def test_lazy_members_are_those_who_speak(hs: FakeHomeserver, bot: Wire) -> None:
    room = hs.create_room("anna", members=["bot", "carl", "dora"])
    hs.limit_timelines(1)
    hs.user("carl").say(room, "x")
    wish = '{"room":{"state":{"lazy_load_members":true}}}'
    answer = await bot.sync(filter=wish)

    def members(answer: Json) -> set[str]:
        events = answer["rooms"]["join"][room]["state"]["events"]
        return {event["state_key"] for event in events if event["type"] == "m.room.member"}

    assert members(answer) == {"@bot:test", "@carl:test"}
    hs.user("dora").say(room, "y")
    answer = await bot.sync(answer["next_batch"], filter=wish)
    assert members(answer) == {"@dora:test"}
    assert len(hs.room(room).joined) == 4
    answer = await bot.sync(answer["next_batch"], filter=wish, full_state="true")
    assert members(answer) == {"@bot:test"}
    assert bodies(timeline(answer, room)["events"]) == []


async def test_a_filter_by_id_or_inline_keeps_own_messages_out(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    await bot.say(room, "eigen", "t")
    _, uploaded = await bot("POST", "user/@bot:test/filter", {"room": {"timeline": {"not_senders": ["@bot:test"]}}})
    assert "rooms" not in await bot.sync(since, filter=uploaded["filter_id"])
    hs.user("anna").say(room, "fremd")
    inline = '{"room":{"timeline":{"not_senders":["@bot:test"]}}}'
    assert bodies(timeline(await bot.sync(since, filter=inline), room)["events"]) == ["fremd"]


async def test_invitations_show_stripped_state_until_answered(hs: FakeHomeserver, bot: Wire) -> None:
    since = (await bot.sync())["next_batch"]
    room = hs.create_room("anna", name="AG 1", invite=["bot"])
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
    hs: FakeHomeserver, bot: Wire, rule: str, seen: list[str]
) -> None:
    anna = hs.user("anna")
    room = hs.create_room(anna)
    anna.put_state(room, "m.room.history_visibility", {"history_visibility": rule})
    anna.say(room, "vor")
    anna.invite(room, "@bot:test")
    anna.say(room, "geladen")
    hs.user("bot").join(room)
    anna.say(room, "da")
    hs.user("bot").leave(room)
    anna.say(room, "danach")
    _, answer = await bot("GET", f"rooms/{room}/messages", dir="b", limit="100")
    assert bodies(answer["chunk"][::-1]) == seen
    with pytest.raises(MatrixError, match="M_FORBIDDEN"):
        hs.user("bot").say(room, "x")


async def test_a_long_poll_wakes_at_once_for_what_concerns_it(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    poll = asyncio.create_task(bot.sync(since, timeout="30000"))
    await hs.polling("bot")
    elsewhere = hs.create_room("anna")
    hs.user("anna").say(elsewhere, "nicht für den Bot")
    assert hs.world.polls["@bot:test"]
    hs.user("anna").say(room, "!hilfe")
    answer = await asyncio.wait_for(poll, 5)
    assert bodies(timeline(answer, room)["events"]) == ["!hilfe"]


async def test_a_long_poll_without_news_ends_with_the_present_token(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    hs.user("anna").say(hs.create_room("anna"), "anderswo")
    answer = await bot.sync(since, timeout="1")
    assert answer["next_batch"] == f"s{hs.position}" != since
    assert answer["device_one_time_keys_count"] == {"signed_curve25519": 0}


async def test_messages_to_a_device_stay_until_the_next_token(hs: FakeHomeserver, bot: Wire) -> None:
    since = (await bot.sync())["next_batch"]
    body = {"messages": {"@bot:test": {"BOT": {"a": 1}}}}
    for _ in range(2):
        await bot("PUT", "sendToDevice/m.x/t1", body)
    for _ in range(2):
        answer = await bot.sync(since)
        assert [event["content"] for event in answer["to_device"]["events"]] == [{"a": 1}]
    assert "to_device" not in await bot.sync(answer["next_batch"])


async def test_one_time_keys_are_given_once_and_counted(hs: FakeHomeserver, bot: Wire) -> None:
    keys = {"signed_curve25519:A": {"key": "x"}, "signed_curve25519:B": {"key": "y"}}
    _, counts = await bot("POST", "keys/upload", {"one_time_keys": keys, "device_keys": {"keys": {}}})
    assert counts == {"one_time_key_counts": {"signed_curve25519": 2}}
    _, claimed = await bot("POST", "keys/claim", {"one_time_keys": {"@bot:test": {"BOT": "signed_curve25519"}}})
    assert claimed["one_time_keys"] == {"@bot:test": {"BOT": {"signed_curve25519:A": {"key": "x"}}}}
    _, known = await bot("POST", "keys/query", {"device_keys": {"@bot:test": []}})
    assert known["device_keys"] == {"@bot:test": {"BOT": {"keys": {}}}}
    assert (await bot.sync())["device_one_time_keys_count"] == {"signed_curve25519": 1}


# faults


async def test_a_lost_answer_was_accepted(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    lost = hs.lose_answer("PUT /rooms/*/send/*", times=2)  # aiohttp repeats a PUT once by itself
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await bot.say(room, "eins", "t")
    assert lost.hits == 2
    [stored] = hs.messages(room)
    assert await bot.say(room, "eins", "t") == stored.event_id
    assert len(hs.messages(room)) == 1


async def test_a_cut_request_was_not_accepted(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    hs.cut("PUT */send/*", times=2)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await bot.say(room, "eins", "t")
    assert hs.messages(room) == []


async def test_answers_can_be_html_or_cut_in_half(hs: FakeHomeserver, bot: Wire) -> None:
    hs.fail("GET */sync", 502, html=True)
    with pytest.raises(aiohttp.ContentTypeError):
        await bot.sync()
    hs.truncate("GET /sync")
    with pytest.raises(aiohttp.ClientPayloadError):
        await bot.sync()
    hs.fail(lambda request: request.user_id == "@bot:test", 500)
    assert (await bot("GET", "account/whoami"))[1]["errcode"] == "M_UNKNOWN"
    assert (await bot.sync())["next_batch"]


async def test_a_sync_can_repeat_what_it_told_before(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    hs.user("anna").say(room, "eins")
    one = await bot.sync(since)
    hs.deliver_twice()
    two = await bot.sync(one["next_batch"])
    assert timeline(two, room)["events"] == timeline(one, room)["events"]
    assert "rooms" not in await bot.sync(two["next_batch"])


async def test_a_held_request_waits_before_or_after_it_counts(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    for answered in (False, True):
        before = len(hs.messages(room))
        hold = hs.hold("PUT */send/*", answered=answered)
        sending = asyncio.create_task(bot.say(room, "x", f"t{answered}"))
        await asyncio.wait_for(hold.arrived.wait(), 5)
        assert len(hs.messages(room)) - before == int(answered)
        assert not sending.done()
        hold.release()
        assert await sending == hs.messages(room)[-1].event_id


@pytest.mark.parametrize("answered", [False, True])
async def test_a_held_request_can_be_dropped(hs: FakeHomeserver, bot: Wire, room: str, *, answered: bool) -> None:
    hold = hs.hold("PUT */send/*", answered=answered)
    sending = asyncio.create_task(bot.say(room, "x", "t"))
    await asyncio.wait_for(hold.arrived.wait(), 5)
    sending.cancel()  # else aiohttp repeats it
    hold.drop()
    await asyncio.wait([sending])
    assert len(hs.messages(room)) == int(answered)


async def test_a_limit_of_sends_per_second_refuses_with_a_time(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    hs.rate_limit(0.001, burst=2)
    assert await bot.say(room, "1", "a") != await bot.say(room, "2", "b")
    status, error = await bot("PUT", f"rooms/{room}/send/m.room.message/c", {"msgtype": "m.text", "body": "3"})
    assert (status, error["errcode"]) == (429, "M_LIMIT_EXCEEDED")
    assert 900_000 < error["retry_after_ms"] <= 1_000_001
    hs.rate_limit(None)
    await bot.say(room, "3", "c")


async def test_a_restart_cuts_connections_and_keeps_everything(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    poll = asyncio.create_task(bot("GET", "sync", since=since, timeout="30000"))
    await hs.polling("bot")
    port = hs.port
    await hs.stop()
    with pytest.raises(aiohttp.ClientError):
        await poll
    with pytest.raises(aiohttp.ClientConnectorError):
        await bot.sync(since)
    hs.user("anna").say(room, "inzwischen")
    await hs.start()
    assert hs.port == port
    assert bodies(timeline(await bot.sync(since), room)["events"]) == ["inzwischen"]
    await hs.restart()
    assert (await bot("GET", "account/whoami"))[0] == 200


# what tests wait for


async def test_synced_means_the_client_came_back_with_the_position(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    hs.user("anna").say(room, "x")
    waiting = asyncio.create_task(hs.synced("bot", hs.position))
    answer = await bot.sync(since)
    assert not waiting.done()
    await bot.sync(answer["next_batch"])
    await asyncio.wait_for(waiting, 5)


async def test_waiting_in_vain_names_the_last_requests(hs: FakeHomeserver, bot: Wire) -> None:
    await bot("GET", "account/whoami")
    with pytest.raises(TimeoutError, match=r"GET /account/whoami by @bot:test: 200"):
        await hs.wait_for(lambda: False, timeout=0.01)


async def test_people_write_threads_replies_edits_and_reactions(hs: FakeHomeserver, bot: Wire, room: str) -> None:
    since = (await bot.sync())["next_batch"]
    anna = hs.user("anna")
    root = anna.say(room, "Frage", mentions=["@bot:test"], formatted="<b>Frage</b>")
    anna.say(room, "im Faden", thread=root)
    anna.say(room, "Antwort", reply_to=root)
    anna.edit(room, root, "Frage?")
    anna.react(room, root, "👍")
    first, thread, reply, edit, reaction = (
        event["content"] for event in timeline(await bot.sync(since), room)["events"]
    )
    assert first["m.mentions"] == {"user_ids": ["@bot:test"]}
    assert thread["m.relates_to"]["rel_type"] == "m.thread"
    assert thread["m.relates_to"]["m.in_reply_to"] == {"event_id": root}
    assert reply["m.relates_to"] == {"m.in_reply_to": {"event_id": root}}
    assert (edit["body"], edit["m.new_content"]["body"]) == ("* Frage?", "Frage?")
    assert reaction["m.relates_to"]["key"] == "👍"
