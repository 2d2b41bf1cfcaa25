"""What the bot takes back: contracts C2, C3, C4, C6 and C17 (client-server API, Redactions)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.outgoing import WORDS, Writer
from commands.command import Attachment, Call, Follower, Message, Reply, command
from commands.markup import fill
from commands.registry import Registry
from storage import health, outbox, rooms
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, ask, encrypted_dialog, person
from tests.homeserver import FakeHomeserver, Request
from tests.kit import SECRET, CrashingBot, dialog_with, echo, query, shown, small, speak, stands_anywhere

PLENARY, GROUP = "#plenum:test", "#ag3:test"
REDACT = "PUT */redact/*"
FOR_EVER = 1_000_000


@command("merke", "<Text>", example="!merke Kuchen")
async def note(call: Call, session: AsyncSession) -> Reply:
    """Sagt es hier, mit Knopf und Datei, und in der AG 3."""
    group = await rooms.of_group(session, 3)
    assert group is not None
    text = fill("Notiz: {text}", text=call.text)
    told = Message(key=f"told:{call.cause}", room_id=group, text=text, subject="note:1")
    file = Attachment(filename="notiz.txt", content_type="text/plain", data=call.text.encode())
    return Reply(text=text, subject="note:1", reactions=("✅",), messages=(told,), attachment=file)


@command("vergiss", "[Text]", example="!vergiss")
async def take_back(call: Call, session: AsyncSession) -> Reply:
    """Nimmt alles zurück, was zu der Notiz gesagt wurde."""
    group = await rooms.of_group(session, 3)
    assert group is not None
    told = Message(key=f"gone:{call.cause}", room_id=group, text=fill("Die Notiz ist weg."), subject="note:1")
    return Reply(text=fill("Vergessen."), subject="note:1", retracts="note:1", messages=(told,))


def registry(**more: Any) -> Registry:
    return small(commands=[note, take_back, echo], **more)


@pytest.fixture
async def idle(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    """The bot with the commands above, not started yet."""
    dialog = dialog_with(homeserver, tmp_path / "data", registry())
    yield dialog
    await dialog.stop()


def redactions(hs: FakeHomeserver) -> list[str | None]:
    """What the bot has redacted, oldest first."""
    events = [event for event in hs.world.events.values() if event.type == "m.room.redaction" and event.sender == BOT]
    return [event.redacts for event in events]


def rows(dialog: Dialog) -> list[tuple[str, str]]:
    return query(dialog.config.data.database, "SELECT type, state FROM outbox WHERE type = 'redact' ORDER BY id")


async def parked(dialog: Dialog) -> list[tuple[str, str]]:
    async with dialog.database.reading() as session:
        return [(each.kind, each.reason) for each in (await health.read(session)).parked_out]


async def test_all_that_was_said_about_a_subject_is_removed_everywhere(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C17: answer, file and message elsewhere; the button stays, and what the retraction says itself is not removed."""
    answers = await dialog.hear("anna", "plenum", f"!merke {SECRET}")
    kept = await dialog.say("anna", "plenum", "!echo Bleibt")
    await dialog.hear("anna", "plenum", "!vergiss")
    assert sorted(map(str, redactions(homeserver))) == sorted(each.event_id for each in answers)
    assert shown(homeserver, PLENARY) == [kept, "Vergessen."]
    assert shown(homeserver, GROUP) == ["Die Notiz ist weg."]
    assert [event.redacted_because for event in homeserver.events(PLENARY) if event.type == "m.reaction"] == [None]
    assert all(SECRET not in str(event.content) for event in homeserver.world.events.values() if event.sender == BOT)
    await dialog.stop()
    assert stands_anywhere(dialog.config.data.directory, SECRET) == []


async def test_it_is_not_removed_twice(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C2: a second retraction takes back what was said since, the first one's own words among it."""
    await dialog.hear("anna", "plenum", "!merke eins")
    await dialog.hear("anna", "plenum", "!vergiss")
    first = redactions(homeserver)
    await dialog.hear("anna", "plenum", "!merke zwei")
    await dialog.hear("anna", "plenum", "!vergiss")
    assert shown(homeserver, PLENARY) == ["Vergessen."]
    assert shown(homeserver, GROUP) == ["Die Notiz ist weg."]
    assert len(redactions(homeserver)) == len(set(redactions(homeserver))) == len(first) + 2 + 3


async def test_edits_are_removed_with_what_they_edit(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C17: to the homeserver an edit is an event of its own, with the whole text in it."""
    await dialog.hear("anna", "plenum", "!merke eins")
    room = homeserver.room(PLENARY).id
    replaced = f"reply:{dialog.last_event}"
    await speak(
        dialog.app,
        Message(key="edit:1", room_id=room, text=fill(SECRET), subject="note:1", quiet=True, replaces=replaced),
    )
    await dialog.settle()
    assert SECRET in shown(homeserver, PLENARY)
    await dialog.hear("anna", "plenum", "!vergiss")
    assert all(SECRET not in str(event.content) for event in homeserver.world.events.values())
    late = Message(key="edit:2", room_id=room, text=fill(SECRET), subject="note:1", quiet=True, replaces=replaced)
    await speak(dialog.app, late)
    await dialog.settle()
    assert all(SECRET not in str(event.content) for event in homeserver.world.events.values())
    assert await parked(dialog) == []
    assert query(dialog.config.data.database, "SELECT state FROM outbox WHERE key = 'edit:2'") == [("sent",)]


async def test_what_is_on_its_way_is_removed_once_it_is_there(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C6: the redaction waits for its message; the answer comes after both, and the text leaves the database."""
    plenary = homeserver.room(PLENARY).id
    hold = homeserver.hold(lambda request: f"{plenary}/send/" in request.path)
    homeserver.user("anna").say(PLENARY, f"!merke {SECRET}")
    await hold.arrived.wait()
    homeserver.user("ben").say(PLENARY, "!vergiss")
    await homeserver.wait_for(lambda: "Die Notiz ist weg." in shown(homeserver, GROUP))
    assert shown(homeserver, PLENARY) == []
    hold.release()
    await dialog.settle()
    assert shown(homeserver, PLENARY) == ["Vergessen."]
    assert len(redactions(homeserver)) == 3
    own = [event for event in homeserver.events(PLENARY) if event.sender == BOT and event.state_key is None]
    kinds = [event.body or event.type for event in own if event.type != "m.reaction"]
    assert kinds == [*["m.room.message"] * 2, *["m.room.redaction"] * 2, "Vergessen."]
    await dialog.stop()
    assert stands_anywhere(dialog.config.data.directory, SECRET) == []


async def test_what_was_asked_and_taken_back_while_the_bot_was_down_is_removed(
    idle: Dialog, homeserver: FakeHomeserver
) -> None:
    """C6: both come with one response and are handled in one transaction."""
    await idle.start()
    await idle.stop()
    for text in (f"!merke {SECRET}", "!vergiss", "!merke danach"):
        homeserver.user("anna").say(PLENARY, text)
    await idle.start()
    assert shown(homeserver, PLENARY) == ["Vergessen.", "Notiz: danach", "notiz.txt"]
    assert len(redactions(homeserver)) == 3


async def test_what_was_parked_is_never_said(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C17: its text leaves the database; when the bot is in the room again it does not come back."""
    homeserver.user("karin").kick(GROUP, BOT)
    await dialog.hear("anna", "plenum", f"!merke {SECRET}")
    assert await parked(dialog) == [("m.room.message", "403 M_FORBIDDEN")]
    await dialog.hear("anna", "plenum", "!vergiss")
    await dialog.stop()
    assert stands_anywhere(dialog.config.data.directory, SECRET) == []
    await dialog.start()
    homeserver.user("karin").invite(GROUP, BOT)
    await dialog.settle()
    assert shown(homeserver, GROUP) == ["Die Notiz ist weg."]
    assert {state for _, state in rows(dialog)} == {"sent"}


async def test_what_is_parked_is_dropped_with_the_retraction_itself(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C17: in one transaction, before anything is sent: nothing is left that could be queued again."""
    room = homeserver.room(GROUP).id
    message = Message(key="told:1", room_id=room, text=fill(SECRET), subject="note:1")
    async with dialog.database.transaction() as session:
        [row] = await outbox.add(session, [Writer("DEVICE").message(message, at=dialog.now)])
        await outbox.parked(session, row.id, error="403 M_FORBIDDEN")
        assert len(await outbox.retract(session, "note:1", types=WORDS, device_id="DEVICE", at=dialog.now)) == 1
        assert await outbox.unpark(session, room, queued_since=dialog.now) == []
    assert query(dialog.config.data.database, "SELECT content FROM outbox WHERE key = 'told:1'") == [(None,)]


async def test_what_is_parked_only_after_it_was_taken_back_leaves_the_database_too(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C17: the homeserver refuses what was on its way when the retraction came."""
    group = homeserver.room(GROUP).id

    def told(request: Request) -> bool:
        return f"{group}/send/" in request.path

    hold = homeserver.hold(told)
    homeserver.user("anna").say(PLENARY, f"!merke {SECRET}")
    await hold.arrived.wait()
    homeserver.user("ben").say(PLENARY, "!vergiss")
    await homeserver.wait_for(lambda: "Vergessen." in shown(homeserver, PLENARY))
    homeserver.fail(told, 403, errcode="M_FORBIDDEN")
    hold.drop()
    await dialog.settle()
    assert shown(homeserver, GROUP) == ["Die Notiz ist weg."]
    assert await parked(dialog) == [("m.room.message", "403 M_FORBIDDEN")]
    await dialog.stop()
    assert stands_anywhere(dialog.config.data.directory, SECRET) == []


@pytest.mark.parametrize("status, errcode", [(403, "M_FORBIDDEN"), (404, "M_NOT_FOUND")])
async def test_a_removal_that_is_refused_is_no_trouble(
    dialog: Dialog, homeserver: FakeHomeserver, status: int, errcode: str
) -> None:
    """C4: the event is gone already, or the bot is: nobody could do anything about it."""
    await dialog.hear("anna", "plenum", "!merke eins")
    fault = homeserver.fail(REDACT, status, errcode=errcode, times=FOR_EVER)
    assert "Vergessen." in await dialog.hear("anna", "plenum", "!vergiss")
    assert fault.hits == 3
    assert await parked(dialog) == []
    assert rows(dialog) == [("redact", "sent")] * 3


async def test_any_other_refusal_is_shown(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C4: what the bot should have removed is still there, and somebody has to know."""
    await dialog.hear("anna", "plenum", "!merke eins")
    homeserver.fail(REDACT, 400, errcode="M_BAD_JSON")
    await dialog.hear("anna", "plenum", "!vergiss")
    assert await parked(dialog) == [("redact", "400 M_BAD_JSON")]


async def test_a_removal_is_tried_again(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C2, C4: a lost answer and a failing homeserver: once, under one transaction ID."""
    monkeypatch.setattr("bot.backoff.FIRST_S", 0.01)
    await dialog.hear("anna", "plenum", "!merke eins")
    homeserver.lose_answer(REDACT, times=2)
    homeserver.fail(REDACT, 503, times=2)
    await dialog.hear("anna", "plenum", "!vergiss")
    assert shown(homeserver, PLENARY) == ["Vergessen."]
    assert len(redactions(homeserver)) == 3


@pytest.mark.parametrize("answered", [False, True])
async def test_a_crash_doubles_no_removal(homeserver: FakeHomeserver, tmp_path: Path, *, answered: bool) -> None:
    """C2, C3: killed before the homeserver has it, or before its answer."""
    Dialog.furnish(homeserver)
    bot = CrashingBot(hs=homeserver, directory=tmp_path / "data", registry=registry())
    await bot.start()
    try:
        await bot.settle()
        homeserver.user("anna").say(PLENARY, "!merke eins")
        await bot.settle()
        hold = homeserver.hold(REDACT, answered=answered, times=3)
        homeserver.user("anna").say(PLENARY, "!vergiss")
        await hold.arrived.wait()
        await bot.crash()
        hold.drop()
        await bot.start()
        await bot.settle()
        assert shown(homeserver, PLENARY) == ["Vergessen."]
        assert len(redactions(homeserver)) == 3
    finally:
        await bot.crash()


async def test_the_bot_does_not_hear_its_own_removals(idle: Dialog, homeserver: FakeHomeserver) -> None:
    """C2: their echo says that they are done, and is nobody's deletion of what the bot knows."""
    heard: list[str] = []

    async def deleted(call: Call, _cause: str, _session: AsyncSession) -> Reply | None:
        heard.append(call.event_id)
        return None

    idle.registry = registry(followers=(Follower(edited=deleted, deleted=deleted),))
    await idle.start()
    await idle.hear("anna", "plenum", "!merke eins")
    hold = homeserver.hold(REDACT, answered=True, times=3)
    homeserver.user("anna").say(PLENARY, "!vergiss")
    await hold.arrived.wait()
    await homeserver.wait_for(lambda: len(redactions(homeserver)) == 2)  # in both rooms the first
    await homeserver.synced(BOT)
    hold.release()
    await idle.settle()
    assert rows(idle) == [("redact", "sent")] * 3
    assert heard == []
    assert query(idle.config.data.database, "SELECT count(*) FROM inbox WHERE kind = 'redaction'") == [(0,)]


async def test_in_an_encrypted_room_it_is_removed_as_well(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    """A redaction itself is never encrypted (client-server API, Redactions): the homeserver has to carry it out."""
    async with encrypted_dialog(homeserver, tmp_path / "data", registry=registry()) as dialog:
        anna = person(homeserver, "anna")
        assert len(await ask(dialog, anna, f"!merke {SECRET}")) == 2
        anna.say(ROOM, "!vergiss")
        await dialog.settle()
        anna.drain()
        assert shown(homeserver, ROOM, anna.read) == ["Vergessen."]
        assert len(redactions(homeserver)) == 3
