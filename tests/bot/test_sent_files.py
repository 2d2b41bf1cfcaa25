"""Files that people send with a caption for the bot: contracts C2, C3, C5, C11, C16 (client-server API, Media captions)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.matrix import files
from commands.command import Attachment, Call, Follower, Message, Reply, SentFile, command
from commands.markup import Markdown, fill
from commands.registry import Registry
from storage import rooms
from storage.tables import RoomKind
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ENCRYPTION, ROOM, encrypted_dialog, person
from tests.homeserver import FakeHomeserver
from tests.homeserver.model import Content
from tests.kit import SECRET, CrashingBot, dialog_with, echo, query, said, small, speak, stands_anywhere

PLENARY, GROUP = "#plenum:test", "#ag3:test"
RELAYED = {
    "msgtype": "m.file",
    "filename": "Protokoll.pdf",
    "info": {"mimetype": "application/pdf", "size": 4711},
    "url": "mxc://test/protokoll",
}
SECRET_FILE = {
    "url": "mxc://test/verschluesselt",
    "key": {"kty": "oct", "key_ops": ["encrypt", "decrypt"], "alg": "A256CTR", "k": SECRET, "ext": True},
    "iv": "w+sE15fzSc0AAAAAAAAAAA",
    "hashes": {"sha256": "fdSLu/YkRx3Wyh3KQabP3rd6+SFiKg5lsJZQHtkSAYA"},
    "v": "v2",
}


def upload(caption: str | None = "!material 3 Protokoll", **more: Any) -> Content:
    """A file as Element sends it."""
    body = "Protokoll.pdf" if caption is None else caption
    thumbnail = {"thumbnail_url": "mxc://test/bild", "thumbnail_info": {"w": 1, "h": 1, "size": 1}}
    info = {"mimetype": "application/pdf", "size": 4711, **thumbnail}
    content = {"msgtype": "m.file", "body": body, "filename": "Protokoll.pdf", "info": info, "m.mentions": {}}
    return {name: each for name, each in (content | {"url": "mxc://test/protokoll"} | more).items() if each is not None}


def send(hs: FakeHomeserver, content: Content, room: str = PLENARY, who: str = "anna") -> str:
    return hs.user(who).send(room, "m.room.message", content)


@dataclass
class Heard:
    """What the features below were called with."""

    calls: list[Call] = field(default_factory=list)
    edits: list[tuple[str, SentFile | None]] = field(default_factory=list)

    def registry(self) -> Registry:
        @command("material", "<Nummer> <Titel>", example="!material 3 Protokoll")
        async def material(call: Call, session: AsyncSession) -> Reply:
            """Gibt eine Datei an die Arbeitsgruppen weiter."""
            self.calls.append(call)
            if call.file is None:
                return Reply(text=Markdown("Da ist keine Datei."))
            messages = tuple(
                Message(
                    key=f"material:{call.cause}:{room}",
                    room_id=room,
                    text=Markdown("Neues Material"),
                    mentions=(call.sender,),
                    file=call.file,
                )
                for room in await rooms.of_kind(session, RoomKind.GROUP)
            )
            return Reply(text=fill("Verteilt: {name}", name=call.file.filename), messages=messages)

        async def edited(call: Call, _cause: str, _session: AsyncSession) -> Reply | None:
            self.edits.append((call.text, call.file))
            return None if call.text else Reply(text=Markdown("Vergessen."))

        async def deleted(_call: Call, _cause: str, _session: AsyncSession) -> Reply | None:
            return None

        return small(commands=[material, echo], followers=(Follower(edited=edited, deleted=deleted),))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def idle(homeserver: FakeHomeserver, tmp_path: Path, heard: Heard) -> AsyncIterator[Dialog]:
    """The bot with the command above, not started yet."""
    dialog = dialog_with(homeserver, tmp_path / "data", heard.registry())
    yield dialog
    await dialog.stop()


def relayed(hs: FakeHomeserver, room: str = GROUP) -> list[Content]:
    """What the bot said in a room, without its own mark."""
    mine = [event.content for event in hs.messages(room, BOT)]
    return [{name: each for name, each in content.items() if not name.startswith("org.")} for content in mine]


async def test_a_caption_is_a_command_that_has_the_file(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard
) -> None:
    """It is shown again right after the text, where the command says: the same bytes, without caption and thumbnail."""
    send(homeserver, upload())
    await dialog.settle()
    [call] = heard.calls
    assert (call.text, call.sender) == ("3 Protokoll", "@anna:test")
    assert call.file == SentFile(filename="Protokoll.pdf", content_type="application/pdf", size=4711, content=RELAYED)
    assert said(homeserver, PLENARY) == ["Verteilt: Protokoll.pdf"]
    text, file = relayed(homeserver)
    assert text["body"] == "Neues Material"
    assert file == RELAYED | {"body": "Protokoll.pdf", "m.mentions": {}}
    assert not [each for each in homeserver.requests if "/media/" in each.path or "/download/" in each.path]


async def test_a_file_can_be_kept_as_json_and_be_sent_later(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard
) -> None:
    """A preview waits for its confirmation; the key to an encrypted file is in no log (C20)."""
    send(homeserver, upload(url=None, file=SECRET_FILE))
    await dialog.settle()
    file = heard.calls[0].file
    assert file is not None
    assert SentFile.of(orjson.loads(orjson.dumps(file.content))) == file
    assert SECRET not in repr(heard.calls[0])


@pytest.mark.parametrize("msgtype", ["m.image", "m.video", "m.audio"])
async def test_pictures_and_recordings_are_files_too(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard, msgtype: str
) -> None:
    """Numbers that are none, and all that only one client knows, are left out."""
    info = {"w": 640, "h": -1, "duration": True, "size": "groß", "mimetype": 7, "xyz.blurhash": "L6P"}
    send(homeserver, upload(msgtype=msgtype, info=info, **{"org.matrix.msc3245.voice": {}}))
    await dialog.settle()
    file = heard.calls[0].file
    assert file is not None
    assert (file.content_type, file.size) == (None, None)
    assert file.content == RELAYED | {"msgtype": msgtype, "info": {"w": 640}}


async def test_a_text_has_no_file_even_as_a_reply_to_one(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard
) -> None:
    uploaded = send(homeserver, upload(None))
    assert await dialog.say("anna", "plenum", "!material 3 x", reply_to=uploaded) == "Da ist keine Datei."
    assert heard.calls[0].file is None


@pytest.mark.parametrize(
    "content",
    [
        upload("Hier das Protokoll: " + SECRET),
        upload(None),
        upload(None, filename=None, body="!echo " + SECRET),  # without filename the body is the file's name
        upload(body="!echo x", filename="!echo x"),
        upload(" "),
    ],
)
async def test_a_file_that_is_not_for_the_bot_leaves_no_trace(
    dialog: Dialog, homeserver: FakeHomeserver, content: Content
) -> None:
    """C11, C16: neither stored nor fetched nor answered."""
    send(homeserver, content)
    assert await dialog.settle() == []
    assert query(dialog.config.data.database, "SELECT kind FROM inbox WHERE kind != 'invite'") == []
    assert stands_anywhere(dialog.config.data.directory, SECRET) == []
    assert not [each for each in homeserver.requests if "/media/" in each.path]


async def test_in_a_direct_chat_a_caption_is_free_text_and_a_bare_file_is_nothing(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """Not even where it is edited, so that it gets another name."""
    room = await dialog.room("direkt:anna")
    await dialog.settle()
    bare = send(homeserver, upload(None), room)
    send(homeserver, upload(" "), room)
    new = upload(None, filename="Neu.pdf", body="Neu.pdf")
    send(homeserver, {**new, "m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": bare}}, room)
    assert await dialog.settle() == []
    send(homeserver, upload("Für wen ist das?"), room)
    assert await dialog.settle() == ["Frei: Für wen ist das?"]


@pytest.mark.parametrize(
    "broken",
    [
        {"url": None},
        {"url": "https://example.org/protokoll.pdf"},
        {"url": ["mxc://test/x"]},
        {"url": None, "file": {"url": "mxc://test/x"}},
        {"url": None, "file": SECRET_FILE | {"url": "https://example.org/x"}},
        {"url": None, "file": SECRET_FILE | {"iv": None}},
        {"filename": 7},
        {"filename": "\u202e\u200b"},
        {"body": 7},
    ],
)
async def test_a_file_that_is_none_is_ignored(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard, broken: Content
) -> None:
    """C5: whatever another client sends, the next command is answered."""
    send(homeserver, upload(**broken))
    assert await dialog.say("anna", "plenum", "!echo eins") == "Echo: eins"
    assert heard.calls == []


@pytest.mark.parametrize(
    "filename, shown",
    [
        ("../../etc/Protokoll.pdf", "Protokoll.pdf"),
        ("C:\\Daten\\Protokoll.pdf", "Protokoll.pdf"),
        ("Protokoll\u202efdp.exe", "Protokollfdp.exe"),
        ("Größe 2.\npdf", "Größe 2.pdf"),
    ],
)
def test_a_name_has_no_folders_and_nothing_that_cannot_be_seen(filename: str, shown: str) -> None:
    """A right-to-left mark makes "exe.pdf" of what ends in "fdp.exe"; the bot does not pass that on."""
    file = files.sent(upload(filename=filename))
    assert file is not None
    assert file["filename"] == shown


async def test_a_file_of_a_person_and_one_of_the_bot_can_come_together(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    file = Attachment(filename="termin.ics", content_type="text/calendar", data=b"BEGIN:VCALENDAR")
    await speak(
        dialog.app,
        Message(
            key="material:1",
            room_id=homeserver.room(GROUP).id,
            text=Markdown("Neues Material"),
            attachment=file,
            file=SentFile.of(RELAYED),
        ),
    )
    await dialog.settle()
    assert said(homeserver, GROUP) == ["Neues Material", "termin.ics", "Protokoll.pdf"]


async def test_a_name_cannot_call_everybody(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C13: clients that do not know m.mentions look for @room in the body."""
    send(homeserver, upload(filename="@room.pdf"))
    await dialog.settle()
    assert "@room" not in orjson.dumps(relayed(homeserver)[1]).decode()


async def test_an_edited_caption_is_an_edit_as_of_a_text(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard
) -> None:
    """With the file as the edit has it; a caption that is taken away leaves nothing to say."""
    sent = send(homeserver, upload())
    await dialog.settle()
    for new in (upload("!material 4 Anlage", url="mxc://test/anlage"), upload(None)):
        relation = {"rel_type": "m.replace", "event_id": sent}
        send(homeserver, {**new, "body": f"* {new['body']}", "m.new_content": new, "m.relates_to": relation})
        await dialog.settle()
    (first, file), (last, _) = heard.edits
    assert (first, last) == ("material 4 Anlage", "")
    assert file is not None
    assert file.content["url"] == "mxc://test/anlage"
    assert [call.text for call in heard.calls] == ["3 Protokoll", "4 Anlage"]
    assert said(homeserver, PLENARY)[-1] == "Vergessen."


async def test_a_caption_is_read_when_it_is_edited_into_a_command(
    dialog: Dialog, homeserver: FakeHomeserver, heard: Heard
) -> None:
    """Who forgot the caption puts it right."""
    sent = send(homeserver, upload(None))
    assert await dialog.settle() == []
    new = upload()
    send(homeserver, {**new, "m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": sent}})
    await dialog.settle()
    [call] = heard.calls
    assert (call.event_id, call.file is not None) == (sent, True)


async def test_once_it_is_done_nothing_of_a_file_is_left(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C16, C17: neither in the inbox nor in the outbox, nor anywhere in the database's files."""
    send(homeserver, upload(url=None, file=SECRET_FILE))
    await dialog.settle()
    assert len(relayed(homeserver)) == 2
    await dialog.stop()
    assert stands_anywhere(dialog.config.data.directory, SECRET) == []


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("nth", [1, 6, 11])
async def test_a_crash_doubles_no_file(
    crashing: CrashingBot, homeserver: FakeHomeserver, heard: Heard, nth: int, *, answered: bool
) -> None:
    """C2, C3: killed at one of its eleven messages, before or after the homeserver has it."""
    crashing.registry = heard.registry()
    await crashing.start()
    await crashing.settle()
    seen: list[str] = []

    def is_nth(request: Any) -> bool:
        if "/send/" in request.path:
            seen.append(request.path)
        return "/send/" in request.path and len(seen) >= nth

    hold = homeserver.hold(is_nth, times=30, answered=answered)
    send(homeserver, upload())
    await hold.arrived.wait()
    await crashing.crash()
    hold.drop()
    await crashing.start()
    await crashing.settle()
    for number in range(1, 6):
        assert said(homeserver, f"#ag{number}:test") == ["Neues Material", "Protokoll.pdf"]


async def test_an_encrypted_file_goes_on_with_its_key(homeserver: FakeHomeserver, tmp_path: Path, heard: Heard) -> None:
    """Into an encrypted room in secret; into one that is not, as everything the bot says there."""
    homes = {
        "rooms": {"plenary": PLENARY, "coordination": "#koordination:test", "groups": {"3": GROUP, "2": "#ag2:test"}}
    }
    async with encrypted_dialog(homeserver, tmp_path / "data", registry=heard.registry(), **homes) as dialog:
        homeserver.user("karin").put_state(GROUP, "m.room.encryption", ENCRYPTION)
        anna = person(homeserver, "anna")
        anna.say(ROOM, "!echo Guten Tag")
        await dialog.settle()
        anna.send(ROOM, "m.room.message", upload(url=None, file=SECRET_FILE))
        await dialog.settle()
        assert heard.calls[0].file is not None
        _, file = [each for each in anna.heard(GROUP, BOT) if isinstance(each, dict)]
        assert (file["msgtype"], file["file"]) == ("m.file", SECRET_FILE)
        assert "url" not in file
        in_the_clear = [orjson.dumps(event.content).decode() for event in homeserver.events(GROUP)]
        assert not [each for each in in_the_clear if SECRET in each]
        assert relayed(homeserver, "#ag2:test")[1]["file"] == SECRET_FILE
