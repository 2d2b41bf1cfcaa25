"""Keys and signatures on the fake homeserver, as measured on Synapse 1.163."""

from collections.abc import AsyncIterator

import pytest

from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver
from tests.homeserver.bare import Json, Wire, wire


@pytest.fixture
async def bot(homeserver: FakeHomeserver) -> AsyncIterator[Wire]:
    async with wire(homeserver, "bot", "BOT") as client:
        yield client


@pytest.fixture
def room(homeserver: FakeHomeserver) -> str:
    return homeserver.create_room("anna", name="AG 3", alias="ag3", members=["bot"])


async def test_one_time_keys_are_given_once_and_counted(homeserver: FakeHomeserver, bot: Wire) -> None:
    keys = {"signed_curve25519:A": {"key": "x"}, "signed_curve25519:B": {"key": "y"}}
    device_keys = {"user_id": "@bot:test", "device_id": "BOT", "keys": {}}
    _, counts = await bot("POST", "keys/upload", {"one_time_keys": keys, "device_keys": device_keys})
    assert counts == {"one_time_key_counts": {"signed_curve25519": 2}}
    _, claimed = await bot("POST", "keys/claim", {"one_time_keys": {"@bot:test": {"BOT": "signed_curve25519"}}})
    assert claimed["one_time_keys"] == {"@bot:test": {"BOT": {"signed_curve25519:A": {"key": "x"}}}}
    _, known = await bot("POST", "keys/query", {"device_keys": {"@bot:test": []}})
    assert known["device_keys"] == {"@bot:test": {"BOT": {**device_keys, "signatures": {}, "unsigned": {}}}}
    assert (await bot.sync())["device_one_time_keys_count"] == {"signed_curve25519": 1}


ME = "@bot:test"


def device_keys(curve: str = "c") -> Json:
    names = {"user_id": ME, "device_id": "BOT", "algorithms": ["m.olm.v1.curve25519-aes-sha2"]}
    return {**names, "keys": {"curve25519:BOT": curve, "ed25519:BOT": "e"}, "signatures": {ME: {"ed25519:BOT": "s"}}}


def identity(master: str, signing: str) -> Json:
    def key(usage: str, public: str) -> Json:
        signatures = {ME: {f"ed25519:{master}": f"by {master}"}}
        return {"user_id": ME, "usage": [usage], "keys": {f"ed25519:{public}": public}, "signatures": signatures}

    return {
        "master_key": key("master", master),
        "self_signing_key": key("self_signing", signing),
        "user_signing_key": key("user_signing", f"{master}-U"),
    }


def signed(content: Json, public: str, signature: str = "sig") -> Json:
    return {**content, "signatures": {ME: {f"ed25519:{public}": signature}}}


async def shown(client: Wire, user_id: str = ME) -> Json:
    _, answer = await client("POST", "keys/query", {"device_keys": {user_id: []}})
    return answer


@pytest.mark.parametrize("field, value", [("user_id", "@anna:test"), ("device_id", "OTHER")])
async def test_device_keys_for_somebody_else_are_refused(bot: Wire, field: str, value: str) -> None:
    status, error = await bot("POST", "keys/upload", {"device_keys": {**device_keys(), field: value}})
    assert (status, error["errcode"]) == (400, "M_BAD_JSON")


async def test_a_one_time_key_is_not_replaced(bot: Wire) -> None:
    first = {"signed_curve25519:A": {"key": "x", "signatures": {ME: {"ed25519:BOT": "1"}}}}
    again = {"signed_curve25519:A": {"key": "x", "signatures": {ME: {"ed25519:BOT": "2"}}}}
    other = {"signed_curve25519:B": {"key": "z"}, "signed_curve25519:A": {"key": "y"}}
    assert (await bot("POST", "keys/upload", {"one_time_keys": first}))[0] == 200
    assert (await bot("POST", "keys/upload", {"one_time_keys": again}))[0] == 200
    status, error = await bot("POST", "keys/upload", {"one_time_keys": other})
    assert (status, error["errcode"]) == (400, "M_UNKNOWN")
    assert "already exists" in error["error"]
    assert await bot("POST", "keys/upload", {}) == (200, {"one_time_key_counts": {"signed_curve25519": 1}})


async def test_the_fallback_key_is_told_as_unused_until_it_was_handed_out(bot: Wire) -> None:
    async def unused() -> list[str]:
        return list((await bot.sync())["device_unused_fallback_key_types"])

    async def claim() -> Json:
        _, answer = await bot("POST", "keys/claim", {"one_time_keys": {ME: {"BOT": "signed_curve25519"}}})
        return answer["one_time_keys"]  # type: ignore[no-any-return]  # JSON

    one, two = ({f"signed_curve25519:{name}": {"key": name, "fallback": True}} for name in ("F1", "F2"))
    assert await unused() == []
    await bot("POST", "keys/upload", {"fallback_keys": one, "one_time_keys": {"signed_curve25519:A": {"key": "x"}}})
    assert list((await claim())[ME]["BOT"]) == ["signed_curve25519:A"]
    assert await unused() == ["signed_curve25519"]
    for _ in range(2):
        assert await claim() == {ME: {"BOT": one}}
    assert await unused() == []
    await bot("POST", "keys/upload", {"fallback_keys": one})
    assert await unused() == []
    await bot("POST", "keys/upload", {"fallback_keys": two})
    assert await unused() == ["signed_curve25519"]
    assert await claim() == {ME: {"BOT": two}}


async def test_an_identity_is_free_at_first_and_asks_for_the_password_later(bot: Wire) -> None:
    path = "keys/device_signing/upload"
    first, later = identity("M1", "S1"), identity("M2", "S2")
    status, error = await bot("POST", path, {"self_signing_key": first["self_signing_key"]})
    assert (status, error["errcode"]) == (400, "M_MISSING_PARAM")
    for _ in range(2):
        assert await bot("POST", path, first) == (200, {})
    status, challenge = await bot("POST", path, later)
    session = challenge.pop("session")
    assert (status, challenge) == (401, {"flows": [{"stages": ["m.login.password"]}], "params": {}})
    auth = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": ME}, "session": session}
    status, challenge = await bot("POST", path, {**later, "auth": {**auth, "password": "falsch"}})
    assert (status, challenge["errcode"], challenge["session"]) == (401, "M_FORBIDDEN", session)
    assert challenge["flows"] == [{"stages": ["m.login.password"]}]
    assert (await shown(bot))["master_keys"][ME]["keys"] == {"ed25519:M1": "M1"}
    assert await bot("POST", path, {**later, "auth": {**auth, "password": "password"}}) == (200, {})
    assert (await shown(bot))["master_keys"][ME]["keys"] == {"ed25519:M2": "M2"}
    status, error = await bot("POST", path, {**first, "auth": {**auth, "password": "password"}})
    assert (status, error["error"]) == (400, f"Unknown session ID: {session}")


async def test_a_key_that_stays_must_not_be_sent_along_with_one_that_changes(bot: Wire) -> None:
    """Measured: Synapse fails with 500 on the public key it knows; the changed key alone is taken."""
    path = "keys/device_signing/upload"
    await bot("POST", path, identity("M", "S1"))
    changed = identity("M", "S2")
    auth = {"type": "m.login.password", "user": "bot", "password": "password"}
    assert (await bot("POST", path, {**changed, "auth": auth}))[0] == 500
    assert (await bot("POST", path, {"self_signing_key": changed["self_signing_key"], "auth": auth}))[0] == 200
    assert (await shown(bot))["self_signing_keys"][ME]["keys"] == {"ed25519:S2": "S2"}


async def test_only_the_owner_is_shown_the_user_signing_key(homeserver: FakeHomeserver, bot: Wire) -> None:
    await bot("POST", "keys/device_signing/upload", identity("M", "S"))
    anna = bot.with_token(homeserver.user("anna").token())
    assert list((await shown(bot))["user_signing_keys"]) == [ME]
    theirs = await shown(anna)
    assert (list(theirs["master_keys"]), theirs["user_signing_keys"]) == ([ME], {})


async def test_signatures_are_added_to_devices_and_to_the_master_key(homeserver: FakeHomeserver, bot: Wire) -> None:
    keys, cross = device_keys(), identity("M", "S")
    await bot("POST", "keys/upload", {"device_keys": keys})
    path = "keys/signatures/upload"
    _, answer = await bot("POST", path, {ME: {"BOT": signed(keys, "S")}})
    assert answer["failures"][ME]["BOT"]["errcode"] == "M_NOT_FOUND"
    await bot("POST", "keys/device_signing/upload", cross)
    body = {"BOT": signed(keys, "S"), "M": signed(cross["master_key"], "BOT", "by device"), "NONE": signed(keys, "S")}
    _, answer = await bot("POST", path, {ME: body})
    assert {name: one["errcode"] for name, one in answer["failures"][ME].items()} == {"NONE": "M_NOT_FOUND"}
    mine = await shown(bot)
    assert mine["device_keys"][ME]["BOT"]["signatures"][ME] == {"ed25519:BOT": "s", "ed25519:S": "sig"}
    assert mine["master_keys"][ME]["signatures"][ME] == {"ed25519:M": "by M", "ed25519:BOT": "by device"}
    theirs = await shown(bot.with_token(homeserver.user("anna").token()))
    assert theirs["master_keys"][ME]["signatures"][ME] == {"ed25519:M": "by M"}
    _, answer = await bot("POST", path, {ME: {"BOT": {**signed(keys, "S"), "keys": {}}, "M": signed(keys, "OTHER")}})
    assert answer["failures"][ME]["M"]["message"] == "Key does not match"


async def test_a_device_whose_keys_changed_keeps_its_old_signature_for_ever(
    homeserver: FakeHomeserver, bot: Wire
) -> None:
    """Measured: no new signature by the same key replaces it, not even after a logout; only a new device ID helps."""
    await bot("POST", "keys/device_signing/upload", identity("M", "S"))
    for curve, signature in (("c1", "first"), ("c2", "second")):
        await bot("POST", "keys/upload", {"device_keys": device_keys(curve)})
        body = {ME: {"BOT": signed(device_keys(curve), "S", signature)}}
        assert await bot("POST", "keys/signatures/upload", body) == (200, {"failures": {}})
    await bot("POST", "logout", {})
    bot.token = homeserver.user("bot").token("BOT")
    assert (await shown(bot))["device_keys"] == {ME: {}}
    await bot("POST", "keys/upload", {"device_keys": device_keys("c3")})
    device = (await shown(bot))["device_keys"][ME]["BOT"]
    assert (device["keys"]["curve25519:BOT"], device["signatures"][ME]["ed25519:S"]) == ("c3", "first")


async def test_a_login_names_its_device_and_a_query_shows_the_name(bot: Wire) -> None:
    wish = {"type": "m.login.password", "user": "bot", "password": "password"}
    wish |= {"device_id": "NEW", "initial_device_display_name": "AG4-Bot"}
    _, session = await bot.with_token("")("POST", "login", wish)
    new = bot.with_token(session["access_token"])
    await new("POST", "keys/upload", {"device_keys": {**device_keys(), "device_id": "NEW"}})
    await bot("POST", "keys/upload", {"device_keys": device_keys()})
    _, known = await bot("POST", "keys/query", {"device_keys": {ME: ["NEW"], "@nobody:test": []}})
    assert list(known["device_keys"][ME]) == ["NEW"]
    assert known["device_keys"][ME]["NEW"]["unsigned"] == {"device_display_name": "AG4-Bot"}
    assert known["device_keys"]["@nobody:test"] == {}
    await bot("PUT", "devices/NEW", {"display_name": "anders"})
    assert (await bot("GET", "devices/NEW"))[1]["display_name"] == "anders"


async def test_a_device_is_deleted_with_the_password_only(homeserver: FakeHomeserver, bot: Wire) -> None:
    homeserver.user("bot").token("OLD")
    status, challenge = await bot("DELETE", "devices/OLD", {})
    assert (status, "errcode" in challenge) == (401, False)
    auth = {"type": "m.login.password", "user": "bot", "password": "password", "session": challenge["session"]}
    assert await bot("DELETE", "devices/OLD", {"auth": auth}) == (200, {})
    assert (await bot("GET", "devices/OLD"))[1]["errcode"] == "M_NOT_FOUND"
    assert [one["device_id"] for one in (await bot("GET", "devices"))[1]["devices"]] == ["BOT"]


async def test_device_lists_name_whose_keys_are_new_and_who_is_gone(
    homeserver: FakeHomeserver, bot: Wire, room: str
) -> None:
    first = await bot.sync()
    since = first["next_batch"]
    assert first["device_lists"] == {"changed": [], "left": []}

    async def lists() -> tuple[list[str], list[str]]:
        nonlocal since
        answer = await bot.sync(since)
        since = answer["next_batch"]
        told = answer.get("device_lists", {"changed": [], "left": []})
        return told["changed"], told["left"]

    anna = EncryptedPerson.of(homeserver, "anna", cross_signed=False)
    EncryptedPerson.of(homeserver, "stranger")
    assert await lists() == (["@anna:test"], [])
    anna.cross_sign()
    assert await lists() == (["@anna:test"], [])
    await bot("POST", "keys/upload", {"device_keys": device_keys()})
    assert await lists() == ([ME], [])
    anna.user.invite(room, "@carl:test")
    assert await lists() == (["@carl:test"], [])
    homeserver.user("carl").join(room)
    assert await lists() == (["@carl:test"], [])
    anna.user.say(room, "nichts Neues")
    homeserver.world.set_member(homeserver.room(room), "@anna:test", "@anna:test", "join", displayname="Anna")
    assert await lists() == ([], [])
    homeserver.user("carl").leave(room)
    assert await lists() == ([], ["@carl:test"])
    other = homeserver.create_room("dora", members=["bot", "anna"])
    assert await lists() == (["@anna:test", ME, "@dora:test"], [])
    homeserver.user("bot").leave(room)
    assert await lists() == ([], [])
    homeserver.user("bot").leave(other)
    assert await lists() == ([], ["@anna:test", "@dora:test"])
    anna.log_out()
    assert await lists() == ([], [])


async def test_a_message_for_all_devices_reaches_each_and_counts_once_per_sending_device(
    homeserver: FakeHomeserver, bot: Wire
) -> None:
    for device_id in ("A1", "A2"):
        homeserver.user("anna").token(device_id)
    path, body = "sendToDevice/m.x/t1", {"messages": {"@anna:test": {"*": {"a": 1}, "GONE": {"a": 2}}}}
    for _ in range(2):
        assert await bot("PUT", path, body) == (200, {})
    assert await bot.with_token(homeserver.user("bot").token("BOT2"))("PUT", path, body) == (200, {})
    devices = homeserver.user("anna").account.devices
    assert [[event["content"] for _, event in devices[name].to_device] for name in ("A1", "A2")] == [[{"a": 1}] * 2] * 2
    assert (await bot("PUT", "sendToDevice/m.x/t2", {}))[1]["errcode"] == "M_MISSING_PARAM"


async def test_account_data_is_kept_for_its_owner(bot: Wire) -> None:
    path = "user/@bot:test/account_data/m.secret_storage.default_key"
    assert (await bot("GET", path))[1]["errcode"] == "M_NOT_FOUND"
    since = (await bot.sync())["next_batch"]
    assert await bot("PUT", path, {"key": "k"}) == (200, {})
    assert await bot("GET", path) == (200, {"key": "k"})
    [told] = (await bot.sync(since))["account_data"]["events"]
    assert told == {"type": "m.secret_storage.default_key", "content": {"key": "k"}}
    assert (await bot("GET", "user/@anna:test/account_data/m.x"))[1]["errcode"] == "M_FORBIDDEN"


@pytest.mark.parametrize(
    "method, path",
    [
        ("POST", "keys/upload"),
        ("POST", "keys/query"),
        ("POST", "keys/claim"),
        ("POST", "keys/device_signing/upload"),
        ("POST", "keys/signatures/upload"),
        ("PUT", "sendToDevice/m.x/t"),
        ("GET", "rooms/!x:test/members"),
        ("POST", "rooms/!x:test/upgrade"),
        ("GET", "user/@bot:test/account_data/m.x"),
    ],
)
async def test_every_endpoint_for_keys_can_fail(homeserver: FakeHomeserver, bot: Wire, method: str, path: str) -> None:
    fault = homeserver.fail(f"{method} */{path.rpartition('/')[2]}", 503, errcode="M_BUSY")
    assert await bot(method, path, {}) == (503, {"errcode": "M_BUSY", "error": "Refused by the test"})
    assert fault.hits == 1
