"""Files, topics and pins in encrypted rooms, and one that is upgraded: on a real homeserver, on another crypto stack."""

import asyncio
import base64
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import App
from bot.config import load
from bot.demo.synapse import Homeserver
from commands.command import TOPIC_START, Attachment, Call, Command, Message, Reply, Topic, command
from commands.markup import Markdown
from tests.kit import small
from tests.synapse.conftest import Meet
from tests.synapse.element_client import ElementClient
from tests.synapse.encrypted_project import (
    PASSWORD,
    START_SECONDS,
    Account,
    account_with,
    is_membership,
    is_trusted,
    project_with,
    request,
)

FILES = {
    "m.file": Attachment(
        filename="Termine März.ics", content_type="text/calendar", data="BEGIN:VCALENDAR\r\nSUMMARY:Grüße\r\n".encode()
    ),
    "m.image": Attachment(filename="plan.png", content_type="image/png", data=b"\x89PNG" + bytes(range(256)) * 40),
}


@command("datei", "<Art>", example="!datei m.file")
async def send_file(call: Call, _session: AsyncSession) -> Reply:
    """Gibt eine Datei."""
    return Reply(text=Markdown("Hier ist die Datei:"), attachment=FILES[call.text])


@asynccontextmanager
async def running(account: Account, anna: ElementClient, *commands: Command) -> AsyncIterator[None]:
    """A small bot with these commands, in this process, in all its rooms; it ends once it has said everything."""
    config = load(account.bot.config, environ=os.environ)
    config.data.directory.mkdir(parents=True, exist_ok=True)
    secret = config.secret({"AG4_BOT_PASSWORD": PASSWORD})
    app = await App.start(config, secret, registry=small(commands=commands))
    stop = asyncio.Event()
    run = asyncio.create_task(app.run(stop))
    try:
        for room in account.rooms.all:
            await anna.hears(room, lambda one: is_membership(one, account.user_id, "join"), timeout=START_SECONDS)
        yield
        async with asyncio.timeout(START_SECONDS):
            while not (app.dispatcher.idle and app.sender.idle):  # noqa: ASYNC110 (the app has no event for it)
                await asyncio.sleep(0.01)  # a condition is polled, not a time waited out
    finally:
        stop.set()
        await run
        await app.close()


async def test_files_arrive_whole_and_encrypted(meet: Meet, homeserver: Homeserver, tmp_path: Path) -> None:
    anna = await meet("Anna")
    async with account_with(anna, homeserver, tmp_path) as account, running(account, anna, send_file):
        room = account.rooms.plenary
        for kind, sent in FILES.items():
            await anna.say(room, f"!datei {kind}")
            one = await anna.reads(
                room, lambda one, kind=kind: one.content.get("msgtype") == kind, timeout=START_SECONDS
            )
            assert is_trusted(one)
            assert "url" not in one.content
            assert one.content["info"]["mimetype"] == sent.content_type
            assert await anna.download(one) == sent.data


async def test_a_file_goes_on_and_topic_and_pin_are_set_where_the_bot_may(
    meet: Meet, homeserver: Homeserver, tmp_path: Path
) -> None:
    """In AG 1 the bot has no power: topic and pin are parked. In AG 2 it has: what people wrote and pinned stays."""
    anna = await meet("Anna")
    async with account_with(anna, homeserver, tmp_path, groups=2) as account:
        refused, room = account.rooms.groups

        @command("material", "<Titel>", example="!material Protokoll")
        async def material(call: Call, _session: AsyncSession) -> Reply:
            """Gibt eine Datei weiter und zeigt den nächsten Termin."""
            assert call.file is not None
            topics = [
                Topic(key=f"topic:{call.cause}:{each}", room_id=each, text=f"{TOPIC_START}{call.text}")
                for each in (refused, room)
            ]
            messages = [
                Message(
                    key=f"material:{call.cause}:{each}",
                    room_id=each,
                    text=Markdown("Neues Material"),
                    subject="next",
                    reactions=("✅",),
                    file=call.file,
                    pinned=True,
                )
                for each in (refused, room)
            ]
            return Reply(text=Markdown("Verteilt."), messages=(*topics, *messages))

        async with running(account, anna, material):
            await anna.put_state(room, "m.room.topic", {"topic": "Recht"})
            levels = await state(homeserver, anna, room, "m.room.power_levels")
            users = {**levels["users"], account.user_id: 50}
            await anna.put_state(room, "m.room.power_levels", {**levels, "users": users})
            theirs = await anna.say(room, "Bitte lesen")
            await anna.put_state(room, "m.room.pinned_events", {"pinned": [theirs]})
            pinned = []
            for title in ("Do 14.09.2023", "Mi 04.10.2023"):
                data = f"%PDF {title}".encode()
                await send_with_caption(anna, account.rooms.plenary, data, f"!material {title}")
                for each in (refused, room):
                    one = await anna.reads(each, lambda one: one.content.get("msgtype") == "m.file", timeout=30)
                    assert is_trusted(one)
                    assert await anna.download(one) == data
                    assert (one.text, one.content["filename"]) == ("Protokoll.pdf", "Protokoll.pdf")
                pinned.append(
                    await anna.hears(
                        room,
                        lambda one: one.type == "m.room.pinned_events" and one.sender == account.user_id,
                        timeout=START_SECONDS,
                    )
                )
            text = next(one for one in reversed(anna.heard(room)) if "Neues Material" in one.text)
            assert pinned[-1].content == {"pinned": [theirs, text.event_id]}
            assert [len(one.content["pinned"]) for one in pinned] == [2, 2]
        assert await state(homeserver, anna, room, "m.room.topic") == {"topic": f"Recht [{TOPIC_START}Mi 04.10.2023]"}
        mine = [one for one in anna.heard() if one.sender == account.user_id and "state_key" in one.raw]
        changed = sorted(one.type for one in mine if one.type in {"m.room.topic", "m.room.pinned_events"})
        assert changed == ["m.room.pinned_events"] * 2 + ["m.room.topic"] * 2
        with closing(sqlite3.connect(account.data / "ag4-bot.sqlite")) as database:
            parked = database.execute("SELECT type, room_id, error FROM outbox WHERE state = 'parked'").fetchall()
        assert sorted(parked) == sorted(
            [(kind, refused, "403 M_FORBIDDEN") for kind in ("m.room.topic", "m.room.pinned_events")] * 2
        )


async def send_with_caption(person: ElementClient, room: str, data: bytes, caption: str) -> None:
    """Send a file with a caption, as Element does."""
    encoded = base64.b64encode(data).decode()
    where = await person._do("upload", room=room, base64=encoded, mimetype="application/pdf")
    info = {"mimetype": "application/pdf", "size": len(data)}
    named = {"msgtype": "m.file", "body": caption, "filename": "Protokoll.pdf", "info": info}
    await person.send(room, "m.room.message", named | where)


async def state(homeserver: Homeserver, person: ElementClient, room: str, kind: str) -> dict[str, Any]:
    """A piece of a room's state, as the homeserver has it."""
    return await request(homeserver, person, "GET", f"/_matrix/client/v3/rooms/{room}/state/{kind}/")


async def test_an_upgraded_encrypted_room_is_followed_and_keeps_its_purpose(
    meet: Meet, homeserver: Homeserver, tmp_path: Path
) -> None:
    anna = await meet("Anna")
    async with project_with(anna, homeserver, tmp_path, groups=3) as project:
        old = project.account.rooms.groups[2]
        assert "AG3-001" in await project.ask("!frage Vor dem Umzug?", room=old)
        answer = await request(
            homeserver, anna, "POST", f"/_matrix/client/v3/rooms/{old}/upgrade", json={"new_version": "12"}
        )
        new = answer["replacement_room"]
        await anna.invite(new, project.bot_id)
        await project.enters(new)
        assert "AG3-002" in await project.ask("!frage Nach dem Umzug?", room=new)
        await anna.say(new, "!antwort AG3-001 Ja.")
        told = await anna.reads(new, lambda one: "AG3-001 ist beantwortet" in one.text, timeout=START_SECONDS)
        assert is_trusted(told)
