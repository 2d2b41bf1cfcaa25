"""Files in an encrypted room, and an upgraded encrypted room, on a real homeserver and read on another crypto stack."""

import asyncio
import os
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import App
from bot.config import load
from bot.demo.synapse import Homeserver
from commands.command import Attachment, Call, Reply, command
from commands.markup import Markdown
from tests.kit import small
from tests.synapse.conftest import Meet
from tests.synapse.encrypted_project import (
    PASSWORD,
    START_SECONDS,
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


async def test_files_arrive_whole_and_encrypted(meet: Meet, homeserver: Homeserver, tmp_path: Path) -> None:
    anna = await meet("Anna")
    async with account_with(anna, homeserver, tmp_path) as account:
        config = load(account.bot.config, environ=os.environ)
        config.data.directory.mkdir(parents=True, exist_ok=True)
        secret = config.secret({"AG4_BOT_PASSWORD": PASSWORD})
        app = await App.start(config, secret, registry=small(commands=[send_file]))
        stop = asyncio.Event()
        running = asyncio.create_task(app.run(stop))
        try:
            room = account.rooms.plenary
            await anna.hears(room, lambda one: is_membership(one, account.user_id, "join"), timeout=START_SECONDS)
            for kind, sent in FILES.items():
                await anna.say(room, f"!datei {kind}")
                one = await anna.reads(
                    room, lambda one, kind=kind: one.content.get("msgtype") == kind, timeout=START_SECONDS
                )
                assert is_trusted(one)
                assert "url" not in one.content
                assert one.content["info"]["mimetype"] == sent.content_type
                assert await anna.download(one) == sent.data
        finally:
            stop.set()
            await running
            await app.close()


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
