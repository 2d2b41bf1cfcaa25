"""The fake homeserver keeps the promises of a real one: to nio, and on the wire."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import nio
import pytest

from tests.homeserver import FakeHomeserver
from tests.homeserver.bare import Wire, timeline, wire


@pytest.fixture
async def bot(homeserver: FakeHomeserver) -> AsyncIterator[Wire]:
    async with wire(homeserver, "bot", "BOT") as client:
        yield client


@pytest.fixture
def room(homeserver: FakeHomeserver) -> str:
    return homeserver.create_room("anna", name="AG 3", alias="ag3", members=["bot"])


@pytest.fixture
async def client(homeserver: FakeHomeserver) -> AsyncIterator[nio.AsyncClient]:
    homeserver.user("bot", "geheim")
    made = nio.AsyncClient(homeserver.url, "@bot:test", "BOT", config=nio.AsyncClientConfig(encryption_enabled=False))
    assert isinstance(await made.login("geheim"), nio.LoginResponse)
    yield made
    await made.close()


# nio, whose schemas are strict


async def test_nio_logs_in_syncs_sends_and_reads_its_room(
    homeserver: FakeHomeserver, client: nio.AsyncClient, room: str
) -> None:
    asked = homeserver.user("anna").say(room, "!hilfe", mentions=["@bot:test"])
    answer = await client.sync(sync_filter={"room": {"state": {"lazy_load_members": True}}})
    assert isinstance(answer, nio.SyncResponse)
    told = answer.rooms.join[room].timeline.events
    assert not [event for event in told if isinstance(event, (nio.BadEvent, nio.UnknownBadEvent))]
    assert (told[-1].event_id, told[-1].body) == (asked, "!hilfe")
    assert client.rooms[room].name == "AG 3"
    assert client.rooms[room].member_count == 2

    sent = await client.room_send(room, "m.room.message", {"msgtype": "m.notice", "body": "Hilfe"}, tx_id="t1")
    assert isinstance(sent, nio.RoomSendResponse)
    assert [event.event_id for event in homeserver.messages(room, "bot")] == [sent.event_id]
    again = await client.sync(since=answer.next_batch)
    assert isinstance(again, nio.SyncResponse)
    assert again.rooms.join[room].timeline.events[0].transaction_id == "t1"


async def test_nio_accepts_every_answer(homeserver: FakeHomeserver, client: nio.AsyncClient, room: str) -> None:
    homeserver.user("carl")
    said = homeserver.user("anna").say(room, "Guten Tag")
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


async def test_nio_sees_invitation_join_and_removal(homeserver: FakeHomeserver, client: nio.AsyncClient) -> None:
    anna = homeserver.user("anna")
    room = homeserver.create_room(anna, name="AG 5", invite=["bot"])
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


async def test_nio_reads_what_nio_encrypted(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    room = homeserver.create_room("anna", members=["bot"], encrypted=True)
    clients = []
    for name in ("anna", "bot"):
        made = nio.AsyncClient(homeserver.url, f"@{name}:test", store_path=str(tmp_path))
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
    assert homeserver.room(room).timeline[-1].type == "m.room.encrypted"
    for made in clients:
        await made.close()


async def test_nio_waits_as_told_by_429(homeserver: FakeHomeserver, client: nio.AsyncClient, room: str) -> None:
    refusal = homeserver.fail("PUT */send/*", 429, retry_after_ms=1, times=2)
    sent = await client.room_send(room, "m.room.message", {"msgtype": "m.text", "body": "x"})
    assert isinstance(sent, nio.RoomSendResponse)
    assert refusal.hits == 2
    assert len(homeserver.messages(room)) == 1


# sessions and errors


async def test_a_new_login_of_a_device_keeps_the_old_token(homeserver: FakeHomeserver, bot: Wire) -> None:
    nobody = bot.with_token("")
    status, challenge = await nobody("POST", "register", {"username": "dora", "password": "p"})
    assert (status, challenge["flows"]) == (401, [{"stages": ["m.login.dummy"]}])
    wish = {"username": "dora", "password": "p", "device_id": "D", "auth": {"type": "m.login.dummy"}}
    _, one = await nobody("POST", "register", wish)
    identifier = {"type": "m.id.user", "user": "dora"}
    wish = {"type": "m.login.password", "identifier": identifier, "password": "p", "device_id": "D"}
    _, two = await nobody("POST", "login", wish)
    assert one["access_token"] != two["access_token"]
    for token in (one["access_token"], two["access_token"]):
        who = await bot.with_token(token)("GET", "account/whoami")
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


async def test_a_token_nobody_gave_out_is_unknown(homeserver: FakeHomeserver, bot: Wire) -> None:
    assert (await bot.with_token("no")("GET", "sync"))[1]["errcode"] == "M_UNKNOWN_TOKEN"
    assert (await bot.with_token("")("GET", "sync"))[1]["errcode"] == "M_MISSING_TOKEN"


async def test_an_event_may_not_be_larger_than_64_kib(bot: Wire, room: str) -> None:
    path = f"rooms/{room}/send/m.room.message/big"
    status, error = await bot("PUT", path, {"msgtype": "m.text", "body": "x" * 65_536})
    assert (status, error["errcode"]) == (413, "M_TOO_LARGE")
    assert (await bot("PUT", path, {"msgtype": "m.text", "body": "x" * 60_000}))[0] == 200


# sending


async def test_a_transaction_id_counts_once_per_device_and_room(
    homeserver: FakeHomeserver, bot: Wire, room: str
) -> None:
    first = await bot.say(room, "eins", "t")
    bot.token = homeserver.user("bot").token("BOT")
    assert await bot.say(room, "anderer Inhalt", "t") == first
    assert [event.body for event in homeserver.messages(room)] == ["eins"]
    bot.token = homeserver.user("bot").token("OTHER")
    assert await bot.say(room, "zwei", "t") != first
    other = homeserver.create_room("bot")
    bot.token = homeserver.user("bot").token("BOT")
    assert await bot.say(other, "drei", "t") != first


async def test_only_the_sending_device_sees_the_transaction_id(
    homeserver: FakeHomeserver, bot: Wire, room: str
) -> None:
    since = (await bot.sync())["next_batch"]
    await bot.say(room, "eins", "t7")
    others = [bot.with_token(homeserver.user("bot").token("OTHER")), bot.with_token(homeserver.user("anna").token())]
    [echo] = timeline(await bot.sync(since), room)["events"]
    assert echo["unsigned"]["transaction_id"] == "t7"
    for other in others:
        [seen] = timeline(await other.sync(since), room)["events"]
        assert "transaction_id" not in seen["unsigned"]


async def test_a_redaction_takes_the_text_and_counts_once(homeserver: FakeHomeserver, bot: Wire, room: str) -> None:
    anna = homeserver.user("anna")
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
    assert not [event for event in homeserver.messages(room) if event.body]
    status, error = await bot("PUT", f"rooms/{room}/redact/{homeserver.room(room).timeline[0].event_id}/r2", {})
    assert (status, error["errcode"]) == (403, "M_FORBIDDEN")


async def test_the_same_state_again_is_the_same_event(homeserver: FakeHomeserver, room: str) -> None:
    anna = homeserver.user("anna")
    first = anna.put_state(room, "m.room.topic", {"topic": "a"})
    assert anna.put_state(room, "m.room.topic", {"topic": "a"}) == first
    assert anna.put_state(room, "m.room.topic", {"topic": "b"}) != first


# what tests wait for


async def test_synced_means_the_client_came_back_with_the_position(
    homeserver: FakeHomeserver, bot: Wire, room: str
) -> None:
    since = (await bot.sync())["next_batch"]
    homeserver.user("anna").say(room, "x")
    waiting = asyncio.create_task(homeserver.synced("bot", homeserver.position))
    answer = await bot.sync(since)
    assert not waiting.done()
    await bot.sync(answer["next_batch"])
    await asyncio.wait_for(waiting, 5)


async def test_waiting_in_vain_names_the_last_requests(homeserver: FakeHomeserver, bot: Wire) -> None:
    await bot("GET", "account/whoami")
    with pytest.raises(TimeoutError, match=r"GET /account/whoami by @bot:test: 200"):
        await homeserver.wait_for(lambda: False, timeout=0.01)


async def test_people_write_threads_replies_edits_and_reactions(
    homeserver: FakeHomeserver, bot: Wire, room: str
) -> None:
    since = (await bot.sync())["next_batch"]
    anna = homeserver.user("anna")
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
