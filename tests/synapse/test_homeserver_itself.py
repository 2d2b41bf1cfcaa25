"""What the other tests with a real homeserver rely on: it runs, it remembers, it goes away."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bot import config
from bot.demo import configuration, rooms, synapse
from bot.demo.people import Heard, MatrixError, Person, create_account
from bot.demo.synapse import Homeserver, HomeserverError

Introduce = Callable[..., Awaitable[Person]]


async def room_of(host: Person, *guests: Person) -> str:
    room = await host.create_room("Testraum", invite=[guest.user_id for guest in guests])
    for guest in guests:
        await guest.hears_invitation(room)
        await guest.join(room)
    return room


def runs(pid: int) -> bool:
    """A zombie, which only waits for its exit code to be fetched, does not run."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_people_talk_through_it(anna: Person, ben: Person) -> None:
    room = await room_of(anna, ben)

    event_id = await anna.say(room, "Guten Tag, Ben", mentions=[ben.user_id])
    heard = await ben.hears(room, "Guten Tag")

    assert (heard.event_id, heard.sender, heard.text) == (event_id, anna.user_id, "Guten Tag, Ben")
    assert heard.mentions == (ben.user_id,)


async def test_an_edit_a_reaction_a_thread_and_a_redaction_reach_the_others(anna: Person, ben: Person) -> None:
    room = await room_of(anna, ben)
    said = await anna.say(room, "Wann ist Plenum?")

    await anna.edit(room, said, "Wann ist das Plenum?")
    await anna.react(room, said, "👍")
    await anna.say(room, "Im Faden", thread=said, reply_to=said)
    await anna.redact(room, said)

    edit = await ben.hears(room, "Wann ist das Plenum?")
    assert edit.relation == {"rel_type": "m.replace", "event_id": said}
    reaction = await ben.hears(room, lambda one: one.type == "m.reaction")
    assert reaction.relation["key"] == "👍"
    threaded = await ben.hears(room, "Im Faden")
    assert threaded.relation["rel_type"] == "m.thread"
    redaction = await ben.hears(room, lambda one: one.type == "m.room.redaction")
    assert redaction.content["redacts"] == said


async def test_an_event_is_handed_out_once_and_own_words_never(anna: Person, ben: Person) -> None:
    room = await room_of(anna, ben)
    for text in ("eins", "zwei", "eins"):
        await anna.say(room, text)
    await ben.say(room, "eins von Ben")

    first, second = await ben.hears(room, "eins"), await ben.hears(room, "eins")

    assert first.event_id != second.event_id
    assert (await ben.hears(room)).text == "zwei"
    with pytest.raises(TimeoutError, match="did not hear 'eins'"):
        await ben.hears(room, "eins", timeout=0)


async def test_a_listener_misses_nothing_of_a_burst_longer_than_one_sync(anna: Person, ben: Person) -> None:
    room = await room_of(anna, ben)

    async with asyncio.TaskGroup() as group:
        for number in range(130):
            group.create_task(anna.say(room, f"Nr. {number}"))
    await anna.say(room, "Ende")
    await ben.hears(room, "Ende")

    texts = [one.text for one in ben.heard(room) if one.text.startswith("Nr.")]
    assert sorted(texts) == sorted(f"Nr. {number}" for number in range(130))


async def test_a_direct_chat_invites_the_other(anna: Person, ben: Person) -> None:
    room = await anna.create_direct(ben.user_id)

    invitation = await ben.hears_invitation()
    await ben.join(invitation.room)
    await ben.say(room, "Hier bin ich")

    assert invitation.room == room
    assert (await anna.hears(room, "Hier bin ich")).sender == ben.user_id


async def test_what_the_server_refuses_is_raised(anna: Person, ben: Person) -> None:
    room = await anna.create_room("Nur für Anna")

    with pytest.raises(MatrixError, match="M_FORBIDDEN"):
        await ben.say(room, "Darf ich?")


async def test_the_project_has_its_space_and_whoever_is_in_it_may_enter_the_groups(
    anna: Person, ben: Person, introduce: Introduce
) -> None:
    carla = await introduce("Carla")
    project = await rooms.create(anna, invite=[carla.user_id])

    await rooms.admit(anna, ben, project)
    await anna.say(project.groups[1], "Willkommen in der AG 2")

    assert len({project.space, *project.all}) == 8
    await ben.hears(project.groups[1], "Willkommen")
    invited = {(await carla.hears_invitation()).room for _ in project.all}
    assert invited == set(project.all)
    with pytest.raises(MatrixError, match="M_FORBIDDEN"):
        await ben.join(project.coordination)


async def test_a_bot_gets_an_account_and_a_configuration_that_it_can_read(
    homeserver: Homeserver, anna: Person, tmp_path: Path
) -> None:
    user_id = await create_account(homeserver.url, "ag4-bot", password="geheim")
    project = await rooms.create(anna, invite=[user_id])

    path = configuration.write(
        tmp_path / "bot",
        project,
        homeserver_url=homeserver.url,
        user_id=user_id,
        password="geheim",
        coordinators=[anna.user_id],
        leads={4: [anna.user_id]},
        settings={"log": {"format": "json"}},
    )

    assert config.check(path, environ={}) == []
    read = config.load(path, environ={})
    assert (read.homeserver.user, read.homeserver.url) == (user_id, homeserver.url)
    assert read.login.secret({}).reveal() == "geheim"
    assert read.rooms.groups[5] == project.groups[4]
    assert read.people.leads[4] == (anna.user_id,)
    assert not read.encryption.enabled
    assert path.with_name("password").stat().st_mode & 0o777 == 0o600


async def test_a_restart_keeps_people_rooms_and_messages_and_who_listens_goes_on(
    homeserver: Homeserver, anna: Person, ben: Person
) -> None:
    room = await room_of(anna, ben)
    before = await anna.say(room, "Vor dem Neustart")
    old_pid, url = homeserver.pid, homeserver.url

    await homeserver.restart()
    await anna.say(room, "Nach dem Neustart")

    assert homeserver.pid != old_pid
    assert homeserver.url == url
    await ben.hears(room, "Nach dem Neustart")
    assert [one.text for one in ben.heard(room) if one.event_id == before] == ["Vor dem Neustart"]
    assert await ben.members(room) == {anna.user_id, ben.user_id}


async def test_a_power_cut_loses_no_message_that_was_accepted(
    homeserver: Homeserver, introduce: Introduce, anna: Person, ben: Person
) -> None:
    room = await room_of(anna, ben)
    await anna.say(room, "Gerade noch")

    await homeserver.kill()
    await homeserver.restart()
    carla = await introduce("Carla")
    await anna.invite(room, carla.user_id)
    await carla.join(room)

    await carla.hears(room, "Gerade noch")


async def test_default_rate_limits_hold_where_they_are_asked_for(
    limited_homeserver: Homeserver, introduce: Introduce
) -> None:
    anna = await introduce("Anna", at=limited_homeserver)
    anna._client.config = replace(anna._client.config, max_limit_exceeded=0)  # she does not wait
    room = await anna.create_room("Testraum")

    async def talk() -> None:
        for number in range(30):
            await anna.say(room, f"Nr. {number}")

    with pytest.raises(MatrixError, match="M_LIMIT_EXCEEDED"):
        await talk()


async def test_no_process_is_left_behind_when_the_block_ends_even_badly(tmp_path: Path) -> None:
    pids: list[int] = []

    async def block() -> None:
        async with synapse.running(tmp_path) as homeserver:
            assert homeserver.pid is not None
            pids.append(homeserver.pid)
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await block()

    assert pids
    assert not runs(pids[0])


async def test_a_boot_that_is_cancelled_leaves_no_process_behind(tmp_path: Path) -> None:
    boot = asyncio.create_task(synapse.start(tmp_path))
    children: list[psutil.Process] = []
    while not children:
        await asyncio.sleep(0)  # the boot's turn; a child that appears is no event
        children = [
            child for child in psutil.Process().children() if tmp_path.name in " ".join([*child.cmdline(), child.cwd()])
        ]

    boot.cancel()
    with pytest.raises(asyncio.CancelledError):
        await boot

    assert not any(runs(child.pid) for child in children)


PARENT = """
import asyncio, pathlib, sys
from bot.demo import synapse

async def main():
    homeserver = await synapse.start(pathlib.Path(sys.argv[1]))
    print(homeserver.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
async def test_the_homeserver_does_not_outlive_a_parent_that_is_ended(tmp_path: Path, end: signal.Signals) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert parent.stdout is not None
    homeserver = psutil.Process(int(await parent.stdout.readline()))

    os.kill(parent.pid, end)
    await parent.wait()

    while runs(homeserver.pid):  # noqa: ASYNC110 - somebody else's child: nothing tells us of its end
        await asyncio.sleep(0.02)  # a condition is polled, not a time waited out


async def test_a_taken_port_and_a_broken_directory_are_told_and_not_waited_for(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    with pytest.raises(HomeserverError, match="Address already in use"):
        await synapse.start(tmp_path / "one", port=homeserver.port)

    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "homeserver.db").write_text("this is no database")
    with pytest.raises(HomeserverError, match="file is not a database"):
        await synapse.start(tmp_path / "two")


async def test_whoever_waits_learns_that_listening_has_failed(anna: Person) -> None:
    waiting = asyncio.create_task(anna.hears(None, lambda _: False))
    await anna._client.logout(all_devices=True)

    with pytest.raises(MatrixError, match="does not listen any more"):
        await waiting


def test_what_was_heard_shows_the_new_text_of_an_edit() -> None:
    content = {"body": "* neu", "m.new_content": {"body": "neu"}}
    assert Heard("!r", "$e", "@a:b", "m.room.message", content, {}).text == "neu"
