"""State, members and upgrades of rooms on the fake homeserver, as measured on Synapse 1.163."""

from collections.abc import AsyncIterator

import pytest

from tests.homeserver import FakeHomeserver
from tests.homeserver.bare import Wire, wire


@pytest.fixture
async def karin(homeserver: FakeHomeserver) -> AsyncIterator[Wire]:
    async with wire(homeserver, "karin", "KARIN") as client:
        yield client


@pytest.fixture
def room(homeserver: FakeHomeserver) -> str:
    return homeserver.create_room(
        "karin", name="AG 3", alias="ag3", members=["bot", "anna"], invite=["ben"], encrypted=True
    )


@pytest.mark.parametrize(
    "query, found",
    [
        ({}, ["anna", "ben", "bot", "carl", "karin"]),
        ({"membership": "join"}, ["anna", "bot", "karin"]),
        ({"not_membership": "leave"}, ["anna", "ben", "bot", "karin"]),
    ],
)
async def test_members_are_listed_by_membership(
    homeserver: FakeHomeserver, karin: Wire, room: str, query: dict[str, str], found: list[str]
) -> None:
    homeserver.user("karin").invite(room, "@carl:test")
    homeserver.user("carl").leave(room)
    _, answer = await karin("GET", f"rooms/{room}/members", **query)
    assert sorted(event["state_key"] for event in answer["chunk"]) == [f"@{name}:test" for name in found]
    _, joined = await karin("GET", f"rooms/{room}/joined_members")
    assert list(joined["joined"]) == ["@anna:test", "@bot:test", "@karin:test"]


@pytest.mark.parametrize("version", ["11", "12"])
async def test_an_upgrade_copies_the_room_and_closes_the_old_one(
    homeserver: FakeHomeserver, karin: Wire, room: str, version: str
) -> None:
    await karin("PUT", f"rooms/{room}/state/m.room.topic", {"topic": "Recht"})
    homeserver.user("karin").kick(room, "@anna:test")
    homeserver.world.kick(homeserver.room(room), "@karin:test", "@anna:test", ban=True)
    status, answer = await karin("POST", f"rooms/{room}/upgrade", {"new_version": version})
    assert status == 200
    old, new = homeserver.room(room), homeserver.room(answer["replacement_room"])
    tombstone = old.state["m.room.tombstone", ""]
    assert tombstone.content == {"body": "This room has been replaced", "replacement_room": new.id}
    event_id = {} if version == "12" else {"event_id": tombstone.event_id}
    create = {"room_version": version, "predecessor": {"room_id": room, **event_id}}
    assert new.content("m.room.create") == create
    assert new.id.endswith(":test") == (version == "11")
    for kind in ("name", "topic", "encryption", "join_rules"):
        assert new.content(f"m.room.{kind}") == old.content(f"m.room.{kind}") != {}
    assert new.members == {"@karin:test": "join", "@anna:test": "ban"}
    assert homeserver.room("#ag3:test") is new
    assert (old.content("m.room.canonical_alias"), new.aliases) == ({}, ["#ag3:test"])
    assert new.content("m.room.canonical_alias") == {"alias": "#ag3:test"}
    assert new.content("m.room.power_levels").get("events_default") == 0
    assert (new.level("@karin:test") > 100) == (version == "12")
    bot = karin.with_token(homeserver.user("bot").token())
    message = {"msgtype": "m.text", "body": "noch da?"}
    status, error = await bot("PUT", f"rooms/{room}/send/m.room.message/1", message)
    assert (status, error["errcode"]) == (403, "M_FORBIDDEN")
    assert (await bot("POST", f"join/{new.id}", {}))[0] == 403
    homeserver.user("karin").invite(new.id, "@bot:test")
    assert (await bot("POST", f"join/{new.id}", {}))[0] == 200
    assert (await bot("PUT", f"rooms/{new.id}/send/m.room.message/1", message))[0] == 200


async def test_an_upgrade_takes_power_and_a_known_version(homeserver: FakeHomeserver, karin: Wire, room: str) -> None:
    status, error = await karin("POST", f"rooms/{room}/upgrade", {"new_version": "99"})
    assert (status, error["errcode"]) == (400, "M_UNSUPPORTED_ROOM_VERSION")
    bot = karin.with_token(homeserver.user("bot").token())
    status, error = await bot("POST", f"rooms/{room}/upgrade", {"new_version": "11"})
    assert (status, error["errcode"]) == (403, "M_FORBIDDEN")


async def test_state_is_read_and_written_by_type_and_key(karin: Wire, room: str) -> None:
    path = f"rooms/{room}/state/m.room.encryption"
    assert await karin("GET", path) == (200, {"algorithm": "m.megolm.v1.aes-sha2"})
    content = {"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_msgs": 2}
    assert (await karin("PUT", path, content))[0] == 200
    assert await karin("GET", path) == (200, content)
    assert (await karin("GET", f"{path}/other"))[1]["errcode"] == "M_NOT_FOUND"
