"""Today's client among its own kind: what the tests of the bot may rely on when they use it."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import nio
import psutil
import pytest

from bot.demo.people import PATIENCE_SECONDS, Heard, create_account
from bot.demo.synapse import Homeserver
from tests.synapse import node
from tests.synapse.element_client import ElementClient, ElementError

Meet = Callable[..., Awaitable[ElementClient]]

_numbers = itertools.count(1)


@pytest.fixture
async def meet(homeserver: Homeserver) -> AsyncIterator[Meet]:
    """People with today's client, signed and excluding insecure devices: `anna = await meet("Anna")`."""
    async with contextlib.AsyncExitStack() as stack:

        async def meet(name: str, *, trusting: bool = False) -> ElementClient:
            client = await ElementClient.register(homeserver.url, f"element-{name.lower()}{next(_numbers)}", name)
            await stack.enter_async_context(client)
            await client.bootstrap()
            if not trusting:
                await client.exclude_insecure()
            return client

        yield meet


@pytest.fixture
async def anna(meet: Meet) -> ElementClient:
    return await meet("Anna")


@pytest.fixture
async def ben(meet: Meet) -> ElementClient:
    return await meet("Ben")


async def room_of(host: ElementClient, *guests: ElementClient, encrypted: bool = True) -> str:
    room = await host.create_room("Testraum", invite=[guest.user_id for guest in guests], encrypted=encrypted)
    for guest in guests:
        await guest.hears_invitation(room)
        await guest.join(room)
    return room


@contextlib.asynccontextmanager
async def plain_nio(homeserver: Homeserver, directory: Path) -> AsyncIterator[nio.AsyncClient]:
    """A nio client as it comes: encrypting, and not cross-signed."""
    name = f"nio{next(_numbers)}"
    await create_account(homeserver.url, name, password="geheim")
    config = nio.AsyncClientConfig(encryption_enabled=True)
    client = nio.AsyncClient(homeserver.url, name, store_path=str(directory), config=config)
    try:
        assert isinstance(await client.login("geheim"), nio.LoginResponse)
        assert isinstance(await client.sync(full_state=True), nio.SyncResponse)
        assert isinstance(await client.keys_upload(), nio.KeysUploadResponse)
        yield client
    finally:
        await client.close()


async def receives(client: nio.AsyncClient, room: str, event_id: str) -> nio.Event:
    """Wait until nio has the event, decrypted if it can."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            response = await client.sync(timeout=int(PATIENCE_SECONDS * 1000))
            assert isinstance(response, nio.SyncResponse)
            if room not in response.rooms.join:
                continue
            for event in response.rooms.join[room].timeline.events:
                if event.event_id == event_id:
                    return event


def joins(one: Heard, user_id: str) -> bool:
    return one.raw.get("state_key") == user_id and one.content.get("membership") == "join"


async def test_two_clients_that_exclude_insecure_devices_talk_both_ways(
    anna: ElementClient, ben: ElementClient
) -> None:
    room = await room_of(anna, ben)

    asked = await anna.say(room, "Wer zahlt das?", mentions=[ben.user_id])
    heard = await ben.reads(room, "Wer zahlt das?")
    assert (heard.event_id, heard.encrypted, heard.failure, heard.shield) == (asked, True, None, "NONE")
    assert heard.mentions == (ben.user_id,)

    answered = await ben.say(room, "Wer es nutz.", reply_to=asked)
    await ben.edit(room, answered, "Wer es nutzt.")
    edit = await anna.reads(room, "Wer es nutzt.")
    assert edit.encrypted
    assert edit.relation == {"rel_type": "m.replace", "event_id": answered}
    await anna.react(room, answered, "👍")
    reaction = await ben.reads(room, lambda one: one.type == "m.reaction")
    assert not reaction.encrypted

    assert [device.signed_by_owner for device in await anna.devices(ben.user_id)] == [True]
    assert anna.unreadable() == ben.unreadable() == []


@pytest.mark.parametrize("encrypted", [True, False])
async def test_an_attachment_arrives_as_it_was_sent(anna: ElementClient, ben: ElementClient, encrypted: bool) -> None:
    room = await room_of(anna, ben, encrypted=encrypted)
    data = bytes(range(256)) * 1000

    await anna.send_file(room, data, name="plenum.ics", mimetype="text/calendar")
    heard = await ben.reads(room, "plenum.ics")

    assert ("file" in heard.content) == ("url" not in heard.content) == heard.encrypted == encrypted
    assert await ben.download(heard) == data


async def test_an_unsigned_device_gets_no_key_and_only_who_trusts_all_reads_it(
    anna: ElementClient, meet: Meet, homeserver: Homeserver, tmp_path: Path
) -> None:
    carla = await meet("Carla", trusting=True)
    room = await room_of(anna, carla)
    async with plain_nio(homeserver, tmp_path) as bot:
        await anna.invite(room, bot.user_id)
        await bot.join(room)
        await bot.sync(full_state=True)
        await bot.keys_query()
        for person in (anna, carla):  # who does not know of a member yet sends no key for that reason alone
            await person.hears(room, lambda one: joins(one, bot.user_id))
        seen = await anna.sees_devices(bot.user_id, lambda devices: bot.device_id in {one.device_id for one in devices})
        assert [device.signed_by_owner for device in seen] == [False]

        hidden = await anna.say(room, "Nicht für alle")
        assert isinstance(await receives(bot, room, hidden), nio.MegolmEvent)
        open_to_all = await carla.say(room, "Für alle")
        assert isinstance(await receives(bot, room, open_to_all), nio.RoomMessageText)

        content = {"msgtype": "m.text", "body": "Hier ist der Bot"}
        sent = await bot.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
        assert isinstance(sent, nio.RoomSendResponse)

    refused = await anna.reads(room, lambda one: one.event_id == sent.event_id)
    assert (refused.type, refused.failure) == ("m.room.encrypted", "UNSIGNED_SENDER_DEVICE")
    assert anna.unreadable(room) == [refused]
    shown = await carla.reads(room, "Hier ist der Bot")
    assert (shown.shield, shown.shield_reason) == ("RED", "UNSIGNED_DEVICE")


async def test_a_second_device_is_signed_with_the_recovery_key_and_reads(
    anna: ElementClient, ben: ElementClient, homeserver: Homeserver
) -> None:
    recovery_key = await anna.store_secrets()
    room = await room_of(anna, ben)
    async with await ElementClient.start(homeserver.url, anna.user_id, anna.password) as phone:
        with pytest.raises(ElementError, match="identity already"):
            await phone.bootstrap()
        await phone.bootstrap(recovery_key=recovery_key)
        await ben.sees_devices(anna.user_id, lambda devices: [one.signed_by_owner for one in devices] == [True, True])

        await ben.say(room, "An beide Geräte")

        assert (await phone.reads(room, "An beide Geräte")).shield == "NONE"
        assert not (await ben.identity(anna.user_id)).changed


async def test_what_could_not_be_read_is_read_in_its_old_place_when_the_key_has_come(
    anna: ElementClient, ben: ElementClient, homeserver: Homeserver
) -> None:
    room = await room_of(anna, ben)
    early = await ben.say(room, "Vor dem neuen Gerät")
    await anna.reads(room, "Vor dem neuen Gerät")
    async with await ElementClient.start(homeserver.url, anna.user_id, anna.password) as phone:
        unread = await phone.reads(room, lambda one: one.event_id == early)
        assert (unread.text, unread.failure) == ("", "HISTORICAL_MESSAGE_NO_KEY_BACKUP")

        await phone.import_keys(await anna.export_keys())

        assert (await phone.reads(room, "Vor dem neuen Gerät")).failure is None
        assert phone.unreadable() == []
        assert [one.event_id for one in phone.heard(room)] == [one.event_id for one in anna.heard(room)]


async def test_an_unsigned_device_that_signs_itself_too_late_stays_unread_until_its_next_message(
    anna: ElementClient, homeserver: Homeserver
) -> None:
    async with await ElementClient.register(homeserver.url, f"element-late{next(_numbers)}", "Late") as late:
        room = await room_of(anna, late)
        await late.say(room, "Zu früh")
        assert (await anna.reads(room, lambda one: one.encrypted)).failure == "UNSIGNED_SENDER_DEVICE"

        await late.bootstrap()
        await anna.sees_devices(late.user_id, lambda devices: [one.signed_by_owner for one in devices] == [True])
        await late.say(room, "Jetzt aber")

        await anna.reads(room, "Jetzt aber")
        assert [one.failure for one in anna.unreadable(room)] == ["UNSIGNED_SENDER_DEVICE"]


async def test_who_has_seen_an_identity_notices_another_one(anna: ElementClient, ben: ElementClient) -> None:
    await room_of(anna, ben)
    await ben.sees_identity(anna.user_id, lambda identity: identity.exists and not identity.changed)

    await anna.bootstrap(reset=True)

    await ben.sees_identity(anna.user_id, lambda identity: identity.changed)


async def test_what_is_refused_is_raised_with_the_last_words_of_the_client(anna: ElementClient) -> None:
    with pytest.raises(ElementError, match=r"M_(?s:.*)The last words of Anna's client"):
        await anna.invite("!nowhere:localhost", "@nobody:localhost")


async def test_no_process_is_left_behind_and_who_waits_for_a_dead_client_learns_it(homeserver: Homeserver) -> None:
    async with await ElementClient.register(homeserver.url, f"element-otto{next(_numbers)}", "Otto") as otto:
        process = psutil.Process(otto.pid)
        waiting = asyncio.create_task(otto.hears(None, lambda _: False))
        process.kill()
        with pytest.raises(Exception, match="does not listen any more"):
            await waiting
        with pytest.raises(ElementError, match="has ended"):
            await otto.say("!any:localhost", "Hört mich jemand?")
    assert not psutil.pid_exists(otto.pid)


def test_what_npm_cannot_install_is_told(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("{}")

    with pytest.raises(node.NodeUnavailable, match="npm ci failed"):
        node.install(node.Node("false", ("false",)), tmp_path)


def test_without_node_a_test_is_skipped_and_where_node_is_required_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(node.REQUIRED_VARIABLE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no node"):
        node.skip_or_fail("no node")

    monkeypatch.setenv(node.REQUIRED_VARIABLE, "required")
    with pytest.raises(pytest.fail.Exception, match="no node"):
        node.skip_or_fail("no node")
