"""Files the bot sends: contracts C2 to C6 and C17, in plain and in encrypted rooms (Sending encrypted attachments)."""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from Crypto.Cipher import AES
from sqlalchemy.ext.asyncio import AsyncSession

from bot.outgoing import Writer
from commands.command import Attachment, Call, Message, Reply, command
from commands.markup import Markdown
from storage import health, rooms
from storage.tables import RoomKind
from tests.dialog import BOT, MONDAY, Dialog, config_for
from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver, Request
from tests.homeserver.model import Content
from tests.kit import CrashingBot, dialog_with, echo, query, said, small, stands_anywhere

FOR_EVER = 1_000_000
SEND, UPLOAD, CONFIG = "PUT */send/*", "POST */media/v3/upload", "GET */media/config"
CALENDAR = b"BEGIN:VCALENDAR\r\nSUMMARY:Rhabarberkuchen im Plenum\r\nEND:VCALENDAR\r\n" * 9
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
ENCRYPTION = {"algorithm": "m.megolm.v1.aes-sha2"}

TERMINE = Attachment(filename="Termine März.ics", content_type="text/calendar", data=CALENDAR)
BILD = Attachment(
    filename="lageplan.png",
    content_type="image/png",
    data=PICTURE,
    caption="Lageplan: Der Eingang ist an der Nordseite. @room",
    width=640,
    height=480,
)


@command("datei", example="!datei")
async def calendar_file(_call: Call, _session: AsyncSession) -> Reply:
    """Gibt eine Datei und einen Knopf."""
    return Reply(text=Markdown("Ihre Termine als Datei:"), attachment=TERMINE, reactions=("✅",), subject="date:1")


@command("bild", example="!bild")
async def picture(_call: Call, _session: AsyncSession) -> Reply:
    """Gibt ein Bild."""
    return Reply(text=Markdown("So finden Sie hin:"), attachment=BILD)


@command("verteilen", example="!verteilen")
async def spread(call: Call, session: AsyncSession) -> Reply:
    """Gibt eine Datei in alle Räume der Arbeitsgruppen."""
    messages = [
        Message(
            key=f"spread:{room}",
            room_id=room,
            text=Markdown("Neue Termine"),
            mentions=(call.sender,),
            attachment=TERMINE,
        )
        for room in await rooms.of_kind(session, RoomKind.GROUP)
    ]
    return Reply(text=Markdown("Verteilt."), messages=tuple(messages))


REGISTRY = small(commands=[calendar_file, picture, spread, echo])


@pytest.fixture
async def idle(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    """The bot with the commands above, without encryption, not started yet."""
    dialog = dialog_with(homeserver, tmp_path / "data", REGISTRY)
    yield dialog
    await dialog.stop()


@pytest.fixture
async def encrypting(idle: Dialog, homeserver: FakeHomeserver) -> Dialog:
    """The bot with encryption, running; the plenary is encrypted, the other rooms are not."""
    idle.config = config_for(homeserver, idle.config.data.directory, encryption={"enabled": True})
    homeserver.user("karin").put_state("#plenum:test", "m.room.encryption", ENCRYPTION)
    await idle.start()
    return idle


@pytest.fixture
def after_an_upload(homeserver: FakeHomeserver) -> Callable[[Request], bool]:
    """Matches sends once a file is at the homeserver."""
    return lambda request: "/send/" in request.path and bool(homeserver.world.media)


def downloaded(homeserver: FakeHomeserver, uri: str) -> tuple[str, bytes]:
    """The type and the bytes behind an mxc:// URI."""
    return homeserver.world.media[uri.removeprefix("mxc://test/")]


def decrypted(file: Content, ciphertext: bytes) -> bytes:
    """What the specification says a client does with an EncryptedFile, without nio."""

    def decoded(text: str) -> bytes:
        assert "=" not in text
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "==")

    assert file["v"] == "v2"
    assert {name: file["key"][name] for name in ("kty", "alg", "ext")} == {"kty": "oct", "alg": "A256CTR", "ext": True}
    assert {"encrypt", "decrypt"} <= set(file["key"]["key_ops"])
    assert decoded(file["hashes"]["sha256"]) == hashlib.sha256(ciphertext).digest()
    iv = decoded(file["iv"])
    assert len(iv) == 16
    assert iv[8:] == bytes(8)
    assert len(decoded(file["key"]["k"])) == 32
    return AES.new(decoded(file["key"]["k"]), AES.MODE_CTR, nonce=iv[:8]).decrypt(ciphertext)


def uploads(homeserver: FakeHomeserver) -> list[Request]:
    return [request for request in homeserver.requests if request.path.endswith("/media/v3/upload")]


def outbox(dialog: Dialog) -> list[tuple[Any, ...]]:
    return query(dialog.config.data.database, "SELECT type, state FROM outbox WHERE key LIKE '%reply:%' ORDER BY id")


async def parked(dialog: Dialog) -> list[tuple[str, str]]:
    async with dialog.database.reading() as session:
        return [(each.kind, each.reason) for each in (await health.read(session)).parked_out]


# plain rooms


async def test_a_file_follows_its_text_as_it_is(idle: Dialog, homeserver: FakeHomeserver) -> None:
    """The same bytes, under their name and type; it answers the same message and mentions nobody."""
    await idle.start()
    text, file = await idle.hear("anna", "plenum", "!datei")
    assert (text, text.content["msgtype"]) == ("Ihre Termine als Datei:", "m.notice")
    uri = file.content["url"]
    assert {name: each for name, each in file.content.items() if name in FIELDS} == {
        "msgtype": "m.file",
        "body": "Termine März.ics",
        "filename": "Termine März.ics",
        "info": {"mimetype": "text/calendar", "size": len(CALENDAR)},
        "m.mentions": {},
        "m.relates_to": text.content["m.relates_to"],
        "url": uri,
    }
    assert downloaded(homeserver, uri) == ("text/calendar", CALENDAR)
    assert [request.query for request in uploads(homeserver)] == [{"filename": "Termine März.ics"}]
    assert query(idle.config.data.database, "SELECT key, subject FROM outbox WHERE type = 'file'") == [
        (f"file:reply:{idle.last_event}", "date:1")
    ]


FIELDS = {"msgtype", "body", "filename", "info", "m.mentions", "m.relates_to", "url", "file"}


async def test_an_image_says_what_is_to_be_seen(idle: Dialog, homeserver: FakeHomeserver) -> None:
    """C13, C14: its body is the caption, for those who cannot see it; nothing rings for everybody."""
    await idle.start()
    _, image = await idle.hear("anna", "plenum", "!bild")
    assert image == "Lageplan: Der Eingang ist an der Nordseite. @\u2060room"
    assert (image.content["msgtype"], image.content["filename"]) == ("m.image", "lageplan.png")
    assert image.content["info"] == {"mimetype": "image/png", "size": len(PICTURE), "w": 640, "h": 480}
    assert downloaded(homeserver, image.content["url"]) == ("image/png", PICTURE)


async def test_a_file_goes_into_the_thread_of_its_text(idle: Dialog, homeserver: FakeHomeserver) -> None:
    await idle.start()
    root = homeserver.user("anna").say("#plenum:test", "Liebe Runde")
    text, file = await idle.hear("anna", "plenum", "!datei", thread=root)
    assert text.content["m.relates_to"]["event_id"] == root
    assert file.content["m.relates_to"] == text.content["m.relates_to"]


async def test_messages_elsewhere_bring_their_files(idle: Dialog, homeserver: FakeHomeserver) -> None:
    """In every room text, then file; the text notifies, the file mentions nobody."""
    await idle.start()
    heard = [each for each in await idle.hear("anna", "plenum", "!verteilen") if each.room != "plenum"]
    assert len(heard) == 10
    for number in range(1, 6):
        text, file = [each for each in heard if each.room == f"ag{number}"]
        assert (text, text.mentions) == ("Neue Termine", ["@anna:test"])
        assert (file, file.mentions) == ("Termine März.ics", [])
        assert downloaded(homeserver, file.content["url"])[1] == CALENDAR


def test_a_message_of_a_job_is_its_text_and_its_file() -> None:
    """C2, C6: named after the same cause, in the same lanes; one row alone is refused instead of losing the file."""
    message = Message(key="remind:1", room_id="!r:test", text=Markdown("Morgen"), subject="date:1", attachment=TERMINE)
    text, file = Writer("DEVICE").messages([message], at=MONDAY)
    assert (text.key, file.key) == ("remind:1", "file:remind:1")
    assert text.lanes == file.lanes == ("!r:test|date:1",)
    with pytest.raises(ValueError, match="messages"):
        Writer("DEVICE").message(message, at=MONDAY)


def test_bytes_of_a_file_are_not_shown_in_logs() -> None:
    """C20: whatever prints an answer prints no content of a file."""
    assert "VCALENDAR" not in repr(Reply(text=Markdown(""), attachment=TERMINE))


# encrypted rooms


async def test_in_an_encrypted_room_the_homeserver_learns_neither_name_nor_type_nor_content(
    encrypting: Dialog, homeserver: FakeHomeserver
) -> None:
    """A client on other code reads text and file, in this order; the homeserver has bytes of no known type."""
    anna = EncryptedPerson.of(homeserver, "anna")
    anna.say("#plenum:test", "!datei")
    await encrypting.settle()
    text, file = (each for each in anna.heard("#plenum:test", BOT) if isinstance(each, dict) and "body" in each)
    assert text["body"] == "Ihre Termine als Datei:"
    assert (file["body"], file["msgtype"], "url" in file) == ("Termine März.ics", "m.file", False)
    assert file["info"] == {"mimetype": "text/calendar", "size": len(CALENDAR)}
    kind, ciphertext = downloaded(homeserver, file["file"]["url"])
    assert kind == "application/octet-stream"
    assert decrypted(file["file"], ciphertext) == CALENDAR
    assert [request.query for request in uploads(homeserver)] == [{}]
    everything = f"{homeserver.world.media} {[event.content for event in homeserver.events('#plenum:test')]}"
    for secret in ("VCALENDAR", "Rhabarber", "text/calendar", "Termine", ".ics"):
        assert secret not in everything


async def test_each_file_has_a_key_of_its_own(encrypting: Dialog, homeserver: FakeHomeserver) -> None:
    """The same bytes for two people look different to the homeserver."""
    anna = EncryptedPerson.of(homeserver, "anna")
    anna.say("#plenum:test", "!datei")
    anna.say("#plenum:test", "!datei")
    await encrypting.settle()
    files = [each["file"] for each in anna.heard("#plenum:test", BOT) if isinstance(each, dict) and "file" in each]
    assert len({each["key"]["k"] for each in files}) == len({each["hashes"]["sha256"] for each in files}) == 2


@pytest.mark.parametrize("where", ["queued", "uploaded"])
async def test_a_room_that_becomes_encrypted_meanwhile_gets_an_encrypted_file(
    encrypting: Dialog, homeserver: FakeHomeserver, where: str
) -> None:
    """C4: decided when it is sent; a file that was uploaded in clear just before is uploaded again, encrypted."""
    hold = homeserver.hold(SEND) if where == "queued" else homeserver.hold(UPLOAD, answered=True)
    homeserver.user("anna").say("#ag3:test", "!datei")
    await hold.arrived.wait()
    homeserver.user("karin").put_state("#ag3:test", "m.room.encryption", ENCRYPTION)
    await homeserver.synced(BOT)
    anna = EncryptedPerson.of(homeserver, "anna")
    hold.release()
    await encrypting.settle()
    [file] = [each for each in anna.heard("#ag3:test", BOT) if isinstance(each, dict) and "info" in each]
    assert "url" not in file
    assert decrypted(file["file"], downloaded(homeserver, file["file"]["url"])[1]) == CALENDAR
    assert len(homeserver.world.media) == (1 if where == "queued" else 2)
    assert "Termine März.ics" not in said(homeserver, "#ag3:test")


async def test_with_encryption_off_nothing_is_uploaded_for_an_encrypted_room(
    idle: Dialog, homeserver: FakeHomeserver
) -> None:
    """C4: text and file are parked."""
    homeserver.user("karin").put_state("#plenum:test", "m.room.encryption", ENCRYPTION)
    await idle.start()
    assert await idle.hear("anna", "plenum", "!datei") == []
    assert homeserver.world.media == {}
    assert ("file", "parked") in outbox(idle)
    assert any("AG4_ENCRYPTION_IS_OFF" in reason for kind, reason in await parked(idle) if kind == "file")


async def test_an_encrypted_file_is_sent_once_though_its_event_is_repeated(
    encrypting: Dialog, homeserver: FakeHomeserver, after_an_upload: Callable[[Request], bool]
) -> None:
    """C2: the upload and its key are used again."""
    anna = EncryptedPerson.of(homeserver, "anna")
    fault = homeserver.fail(after_an_upload, 502, html=True, times=2)
    anna.say("#plenum:test", "!datei")
    await encrypting.settle()
    assert fault.hits == 2
    assert len(homeserver.world.media) == 1
    [file] = [each["file"] for each in anna.heard("#plenum:test", BOT) if isinstance(each, dict) and "file" in each]
    assert decrypted(file, downloaded(homeserver, file["url"])[1]) == CALENDAR


# trouble


TROUBLE: dict[str, Callable[[FakeHomeserver, Any], Any]] = {
    "502": lambda hs, match: hs.fail(match, 502, html=True),
    "429": lambda hs, match: hs.fail(match, 429, retry_after_ms=20),
    "cut": lambda hs, match: hs.cut(match),
    "answer lost": lambda hs, match: hs.lose_answer(match),
    "half an answer": lambda hs, match: hs.truncate(match),
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("match", [CONFIG, UPLOAD, "send"])
async def test_trouble_on_the_way_delays_a_file_and_doubles_nothing(
    idle: Dialog, homeserver: FakeHomeserver, after_an_upload: Callable[[Request], bool], match: str, trouble: str
) -> None:
    """C2, C4: one text, one file, in this order; the event of a file that is there is repeated without the file."""
    await idle.start()
    fault = TROUBLE[trouble](homeserver, after_an_upload if match == "send" else match)
    heard = await idle.hear("anna", "plenum", "!datei")
    assert fault.hits == 1
    assert heard == ["Ihre Termine als Datei:", "Termine März.ics"]
    assert downloaded(homeserver, heard[1].content["url"])[1] == CALENDAR
    stored_for_nothing = match == UPLOAD and trouble in {"answer lost", "half an answer"}
    assert len(homeserver.world.media) == 1 + stored_for_nothing
    assert {state for _, state in outbox(idle)} == {"sent"}


@pytest.mark.parametrize("answer", [b"{}", b'{"content_uri": 7}', b'{"content_uri": "https://elsewhere.example/a"}'])
async def test_an_answer_that_names_no_file_is_none(idle: Dialog, homeserver: FakeHomeserver, answer: bytes) -> None:
    await idle.start()
    fault = homeserver.fail(UPLOAD, 200, body=answer)
    _, file = await idle.hear("anna", "plenum", "!datei")
    assert fault.hits == 1
    assert file.content["url"].startswith("mxc://test/")


async def test_what_is_too_large_is_parked_before_it_is_sent(idle: Dialog, homeserver: FakeHomeserver) -> None:
    """C4: Synapse would cut the connection again and again. The text went out, and so does what comes next."""
    await idle.start()
    homeserver.fail(CONFIG, 200, body=b'{"m.upload.size": 99}', times=FOR_EVER)
    assert await idle.hear("anna", "plenum", "!datei") == ["Ihre Termine als Datei:"]
    assert await idle.say("anna", "plenum", "!echo weiter") == "Echo: weiter"
    assert await parked(idle) == [("file", f"413 M_TOO_LARGE: {len(CALENDAR)} bytes, the homeserver takes 99")]
    assert uploads(homeserver) == []
    await idle.restart()
    assert uploads(homeserver) == []


@pytest.mark.parametrize("html", [False, True])
async def test_what_a_proxy_finds_too_large_is_parked(idle: Dialog, homeserver: FakeHomeserver, *, html: bool) -> None:
    """C4: nginx takes 1 MB unless told otherwise, and answers with a page."""
    await idle.start()
    fault = homeserver.fail(UPLOAD, 413, errcode="M_TOO_LARGE", html=html, times=FOR_EVER)
    assert await idle.hear("anna", "plenum", "!datei") == ["Ihre Termine als Datei:"]
    assert await parked(idle) == [("file", "413 M_TOO_LARGE")]
    assert fault.hits == 1


async def test_a_large_file_goes_out(idle: Dialog, homeserver: FakeHomeserver) -> None:
    """Close to what the fake homeserver takes in one request, 1 MiB."""
    large = Attachment(filename="gross.bin", content_type="application/octet-stream", data=bytes(range(256)) * 4095)

    @command("gross", example="!gross")
    async def big(_call: Call, _session: AsyncSession) -> Reply:
        """Gibt eine große Datei."""
        return Reply(text=Markdown("Groß:"), attachment=large)

    idle.registry = small(commands=[big])
    await idle.start()
    _, file = await idle.hear("anna", "plenum", "!gross")
    assert downloaded(homeserver, file.content["url"])[1] == large.data


@pytest.mark.parametrize("old", ["*/v3/config", "nowhere"])
async def test_the_limit_of_an_older_homeserver_is_found_or_none_is_assumed(
    idle: Dialog, homeserver: FakeHomeserver, old: str
) -> None:
    """Before Matrix 1.11 the limit was elsewhere; a homeserver need not say it at all."""
    await idle.start()
    homeserver.fail("GET */v1/media/config", 404, errcode="M_UNRECOGNIZED", times=FOR_EVER)
    if old == "nowhere":
        homeserver.fail("GET */v3/config", 404, errcode="M_UNRECOGNIZED", times=FOR_EVER)
        assert len(await idle.hear("anna", "plenum", "!datei")) == 2
    else:
        homeserver.fail(f"GET {old}", 200, body=b'{"m.upload.size": 99}', times=FOR_EVER)
        assert len(await idle.hear("anna", "plenum", "!datei")) == 1


async def test_others_do_not_wait_for_a_file_that_cannot_be_stored(idle: Dialog, homeserver: FakeHomeserver) -> None:
    """C6: the connection of every upload is cut, nothing else is wrong: Anna's file waits, with its button sent before it."""
    await idle.start()
    fault = homeserver.cut(UPLOAD, times=FOR_EVER)
    homeserver.user("anna").say("#plenum:test", "!datei")
    await homeserver.wait_for(lambda: fault.hits >= 2)
    homeserver.user("ben").say("#plenum:test", "!echo ich auch")
    await homeserver.wait_for(lambda: "Echo: ich auch" in said(homeserver, "#plenum:test"))
    assert said(homeserver, "#plenum:test") == ["Ihre Termine als Datei:", "Echo: ich auch"]
    assert [event.type for event in homeserver.events("#plenum:test") if event.type == "m.reaction"] == ["m.reaction"]
    homeserver.user("anna").say("#plenum:test", "!echo danach")
    fault.cancel()
    await idle.settle()
    assert said(homeserver, "#plenum:test")[2:] == ["Termine März.ics", "Echo: danach"]


# restarts and traces


async def test_a_queued_file_survives_a_restart(idle: Dialog, homeserver: FakeHomeserver) -> None:
    """C1: the file is in the outbox until it is sent."""
    await idle.start()
    fault = homeserver.fail(UPLOAD, 503, times=FOR_EVER)
    homeserver.user("anna").say("#plenum:test", "!datei")
    await homeserver.wait_for(lambda: fault.hits)
    await idle.stop()
    fault.cancel()
    await idle.start()
    await idle.settle()
    assert said(homeserver, "#plenum:test") == ["Ihre Termine als Datei:", "Termine März.ics"]


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("stop", ["upload", "send"])
async def test_a_crash_around_an_upload_doubles_no_event(
    homeserver: FakeHomeserver, tmp_path: Path, after_an_upload: Callable[[Request], bool], stop: str, *, answered: bool
) -> None:
    """C2, C3: before and after the upload, before and after the event: one file; an upload may be left unused."""
    Dialog.furnish(homeserver)
    bot = CrashingBot(hs=homeserver, directory=tmp_path / "data", registry=REGISTRY)
    await bot.start()
    await bot.settle()
    hold = homeserver.hold(after_an_upload if stop == "send" else UPLOAD, answered=answered)
    homeserver.user("anna").say("#plenum:test", "!datei")
    await hold.arrived.wait()
    await bot.crash()
    hold.drop()
    await bot.start()
    try:
        await bot.settle()
        assert said(homeserver, "#plenum:test") == ["Ihre Termine als Datei:", "Termine März.ics"]
        assert len(homeserver.world.media) <= 2
        file = homeserver.messages("#plenum:test", BOT)[-1].content
        assert downloaded(homeserver, file["url"])[1] == CALENDAR
    finally:
        await bot.crash()


async def test_a_file_leaves_the_database_once_it_is_sent(idle: Dialog, homeserver: FakeHomeserver) -> None:
    """C17: neither its bytes nor their base64 are in the database file or its log; before, they were."""
    await idle.start()
    directory = idle.config.data.directory
    coded = [base64.b64encode(CALENDAR).decode()[start : start + 40] for start in (0, 400)]
    hold = homeserver.hold(UPLOAD)
    homeserver.user("anna").say("#plenum:test", "!datei")
    await hold.arrived.wait()
    assert all(stands_anywhere(directory, each) for each in coded)
    hold.release()
    await idle.settle()
    await idle.stop()
    for trace in (*coded, "VCALENDAR", "Rhabarber"):
        assert stands_anywhere(directory, trace) == []
    what_is_left = "SELECT length(coalesce(content, '')) <= length('null'), state FROM outbox WHERE type = 'file'"
    assert query(idle.config.data.database, what_is_left) == [(1, "sent")]
