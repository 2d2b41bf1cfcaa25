"""Contract C5: whatever a homeserver sends, the loop goes on and nothing that can be read is lost."""

import asyncio
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matrix import events, shape
from bot.matrix.events import Incoming
from tests.dialog import BOT, Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import said

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
WORDS = st.sampled_from(
    f"m.room.message m.reaction m.room.redaction m.room.encrypted m.room.member m.room.encryption m.text m.replace"
    f" m.thread m.annotation join invite !echo {BOT} $event".split()
)
KEYS = st.sampled_from(
    [
        "type",
        "event_id",
        "sender",
        "content",
        "state_key",
        "unsigned",
        "redacts",
        "body",
        "msgtype",
        "m.relates_to",
        "m.new_content",
        "m.in_reply_to",
        "rel_type",
        "key",
        "m.mentions",
        "user_ids",
        "transaction_id",
        "membership",
    ]
)
NEARLY = st.recursive(
    JSON | WORDS, lambda inner: st.dictionaries(KEYS, inner, max_size=5) | st.lists(inner, max_size=2)
)
EVENT = st.dictionaries(KEYS, NEARLY, max_size=8)
RESPONSE_KEYS = st.sampled_from(
    [
        "next_batch",
        "rooms",
        "join",
        "invite",
        "leave",
        "!r:test",
        "timeline",
        "events",
        "limited",
        "prev_batch",
        "state",
        "summary",
        "invite_state",
        "m.joined_member_count",
        "to_device",
        "device_lists",
    ]
)


@settings(deadline=None)
@given(event=EVENT)
def test_no_event_breaks_the_reading_of_events(event: dict[str, Any]) -> None:
    """C5: every JSON object is read or left out."""
    read = events.incoming("!r:test", event)
    assert read is None or isinstance(read, Incoming)
    events.own_echo(event, BOT)
    events.is_membership_of(event, BOT, "join")


@given(response=st.recursive(JSON, lambda inner: st.dictionaries(RESPONSE_KEYS, inner, max_size=4)))
def test_every_response_gets_the_shape_that_is_relied_on(response: Any) -> None:
    """C5: parts of the wrong type are left out, never passed on."""
    found = shape.shaped(response if isinstance(response, dict) else {"rooms": response})
    for room in found["rooms"]["join"].values():
        for event in (*room["timeline"]["events"], *room["state"]["events"]):
            assert isinstance(event["type"], str)
            assert isinstance(event["content"], dict)
        assert isinstance(room["summary"], dict)
        assert isinstance(room["timeline"]["prev_batch"], str | None)


async def feed(dialog: Dialog, homeserver: FakeHomeserver, **parts: Any) -> None:
    """Let the bot's next sync be answered with these parts, its position unchanged, and wait until it asks again."""
    since = f"s{homeserver.position}"
    fault = homeserver.fail("GET /sync", 200, body=orjson.dumps({"next_batch": since, **parts}))
    homeserver.user("ben").say("#plenum:test", "weckt den Bot")
    await homeserver.wait_for(lambda: fault.hits)
    await dialog.settle()


@pytest.mark.parametrize(
    "rooms",
    [
        None,
        [],
        {"join": []},
        {"join": {"!r:test": None}},
        {"join": {"!r:test": {"timeline": [], "state": 1, "summary": "x"}}},
        {"join": {"!r:test": {"timeline": {"events": [1, None, {}, {"type": 3}, {"type": "m.room.message"}]}}}},
        {"join": {"!r:test": {"summary": {"m.joined_member_count": {"a": 1}}}}},
        {"join": {"!r:test": {"timeline": {"limited": True, "prev_batch": 7}}}},
        {"invite": {"!r:test": {"invite_state": {"events": [{"type": "m.room.member", "content": []}]}}}},
        {"invite": {"!r:test": {"invite_state": 5}}},
        {"leave": 7},
    ],
)
async def test_a_malformed_sync_response_is_survived(dialog: Dialog, homeserver: FakeHomeserver, rooms: Any) -> None:
    """C5: what does not fit is left out; the next message is answered."""
    await feed(dialog, homeserver, rooms=rooms, to_device=rooms, device_lists=rooms)
    assert await dialog.say("anna", "plenum", "!echo weiter") == "Echo: weiter"


async def test_malformed_events_among_good_ones_cost_only_themselves(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C5: one batch with good events between broken ones: the good ones are answered, in order."""
    room = homeserver.room("#plenum:test").id

    def message(number: int, **content: Any) -> dict[str, Any]:
        body = {"msgtype": "m.text", "body": f"!echo {number}", **content}
        return {"type": "m.room.message", "event_id": f"$e{number}", "sender": "@anna:test", "content": body}

    broken: list[Any] = [
        message(90, msgtype=["m.text"]),
        message(91, msgtype={}),
        message(92, body={"a": 1}),
        message(93) | {"event_id": 7},
        message(94) | {"sender": None},
        message(95) | {"content": "!echo"},
        message(96, **{"m.relates_to": {"rel_type": "m.replace", "event_id": []}}),
        message(97, **{"m.relates_to": {"rel_type": ["m.thread"], "event_id": 4}, "m.new_content": 3})
        | {"type": ["m.room.message"]},
        {"type": "m.reaction", "event_id": "$r", "sender": "@anna:test", "content": {"m.relates_to": "x"}},
        {"type": "m.room.redaction", "event_id": "$s", "sender": "@anna:test", "content": {}, "redacts": {}},
        {"type": "m.room.encrypted", "event_id": "$u", "sender": "@anna:test", "content": {"ciphertext": [1]}},
        17,
        None,
    ]
    timeline: list[Any] = []
    for number, bad in enumerate(broken):
        timeline += [bad, message(number, **{"m.mentions": {"user_ids": [1, None, "@x:y"]}})]
    await feed(dialog, homeserver, rooms={"join": {room: {"timeline": {"events": timeline}}}})
    echoes = [text for text in said(homeserver, room) if text in {f"Echo: {n}" for n in range(len(broken))}]
    assert echoes == [f"Echo: {number}" for number in range(len(broken))]
    assert await dialog.say("anna", "plenum", "!echo weiter") == "Echo: weiter"


@given(batch=st.lists(EVENT, max_size=6))
def test_any_events_through_a_sync_response_leave_the_bot_answering(batch: list[dict[str, Any]]) -> None:
    """C5: the way from the raw response to our own events, without a homeserver."""
    response = shape.shaped(
        {"rooms": {"join": {"!r:test": {"timeline": {"events": batch}, "state": {"events": batch}}}}}
    )
    room = response["rooms"]["join"]["!r:test"]
    for event in room["timeline"]["events"]:
        events.incoming("!r:test", event)
        events.own_echo(event, BOT)


async def test_a_room_left_while_a_gap_is_walked_back_does_not_stop_the_others(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C1, C5: history that is closed to the bot is the end of that room's gap, not of the loop."""
    await dialog.stop()
    homeserver.limit_timelines(2)
    for number in range(6):
        homeserver.user("anna").say("#plenum:test", f"!echo {number}")
        homeserver.user("anna").say("#ag3:test", f"!echo {number}")
    plenary = homeserver.room("#plenum:test").id
    homeserver.fail(lambda request: f"{plenary}/messages" in request.path, 403, errcode="M_FORBIDDEN")
    await dialog.start()
    assert said(homeserver, "#ag3:test") == [f"Echo: {number}" for number in range(6)]
    assert said(homeserver, "#plenum:test") == ["Echo: 4", "Echo: 5"]


@pytest.mark.parametrize("inviter, joined", [("anna", True), ("@fremd:anderswo.org", False)])
async def test_invitations_are_accepted_from_the_own_server_only(
    dialog: Dialog, homeserver: FakeHomeserver, inviter: str, *, joined: bool
) -> None:
    """C13: others are declined, and not answered."""
    room = homeserver.create_room(homeserver.user(inviter), alias="neu", invite=[BOT])
    await dialog.settle()
    await homeserver.wait_for(lambda: homeserver.room(room).members[BOT] != "invite")
    assert (homeserver.room(room).members[BOT] == "join") is joined


async def test_long_polls_end_at_once_when_the_bot_is_stopped(dialog: Dialog) -> None:
    """Stopping does not wait for the homeserver's 30 seconds."""
    await asyncio.wait_for(dialog.stop(), 5)
