"""What the bot edits in place: contracts C2, C3, C4, C6 and C15 (client-server API, Event replacements)."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from bot.matrix import content
from bot.outgoing import Writer
from commands.command import Attachment, Message
from commands.markup import Markdown, escape_lines
from storage import health
from tests.dialog import BOT, MONDAY, Dialog
from tests.encrypted_kit import ROOM, encrypted_dialog, person
from tests.homeserver import FakeHomeserver
from tests.homeserver.upgrading import upgrade
from tests.kit import SECRET, CrashingBot, query, said, shown, speak, stands_anywhere

PLENARY, GROUP = "#plenum:test", "#ag3:test"
FOR_EVER = 1_000_000


def first(hs: FakeHomeserver, room: str = PLENARY, **more: Any) -> Message:
    """What is edited later."""
    parts = {"key": "answer:1", "text": Markdown("Das Land zahlt."), "subject": "question:1", "room_id": room}
    return Message(**(parts | {"room_id": hs.room(room).id} | more))


def edit(hs: FakeHomeserver, text: str = "Der Bund zahlt.", room: str = PLENARY, **more: Any) -> Message:
    """An edit of it."""
    return first(hs, room, **({"key": f"edit:{text}", "text": Markdown(text), "replaces": "answer:1"} | more))


def rows(dialog: Dialog) -> list[tuple[str, str]]:
    return query(dialog.config.data.database, "SELECT type, state FROM outbox WHERE key LIKE 'edit:%' ORDER BY id")


async def reasons(dialog: Dialog) -> list[str]:
    async with dialog.database.reading() as session:
        return [each.reason for each in (await health.read(session)).parked_out]


async def test_an_edit_takes_the_place_of_the_message_and_tells_nobody(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C15: readers see one message with the new text; old clients "* ..."; only the new text as such has its mentions."""
    await speak(dialog.app, first(homeserver, mentions=("@anna:test",)))
    await dialog.settle()
    await speak(dialog.app, edit(homeserver, mentions=("@anna:test",), reply_to="$anna", thread_id="$root"))
    await dialog.settle()
    assert shown(homeserver, PLENARY) == ["Der Bund zahlt."]
    original, replacement = homeserver.messages(PLENARY, BOT)
    new = {
        "msgtype": "m.text",
        "body": "Der Bund zahlt.",
        "format": "org.matrix.custom.html",
        "formatted_body": "<p>Der Bund zahlt.</p>",
        "m.mentions": {"user_ids": ["@anna:test"]},
    }
    assert {name: each for name, each in replacement.content.items() if not name.startswith("org.")} == new | {
        "body": "* Der Bund zahlt.",
        "formatted_body": "* <p>Der Bund zahlt.</p>",
        "m.mentions": {},
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": original.event_id},
    }


@pytest.mark.parametrize("quiet, msgtype", [(True, "m.notice"), (False, "m.text")])
async def test_an_edit_is_as_quiet_as_what_it_edits(
    dialog: Dialog, homeserver: FakeHomeserver, msgtype: str, *, quiet: bool
) -> None:
    await speak(dialog.app, first(homeserver, quiet=quiet), edit(homeserver, quiet=quiet))
    await dialog.settle()
    _, replacement = homeserver.messages(PLENARY, BOT)
    assert (replacement.content["msgtype"], replacement.content["m.new_content"]["msgtype"]) == (msgtype, msgtype)


async def test_an_edit_of_what_is_just_being_sent_comes_after_it(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C6: both are queued before the homeserver has answered; two edits keep their order."""
    hold = homeserver.hold("PUT */send/*")
    await speak(dialog.app, first(homeserver))
    await hold.arrived.wait()
    await speak(dialog.app, edit(homeserver, "Der Bund."), edit(homeserver, "Beide."))
    assert said(homeserver, PLENARY) == []
    hold.release()
    await dialog.settle()
    assert said(homeserver, PLENARY) == ["Das Land zahlt.", "* Der Bund.", "* Beide."]
    assert shown(homeserver, PLENARY) == ["Beide."]


async def test_the_answer_to_a_person_can_be_edited(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """Its key is named after what was asked; with the same subject the edit cannot overtake it."""
    asked = homeserver.user("karin").say("#koordination:test", "!ansage Hallo")
    await dialog.settle()
    [(subject,)] = query(dialog.config.data.database, "SELECT subject FROM outbox WHERE key = ?", f"reply:{asked}")
    await speak(
        dialog.app, edit(homeserver, room="#koordination:test", replaces=f"reply:{asked}", subject=subject, quiet=True)
    )
    await dialog.settle()
    assert shown(homeserver, "#koordination:test")[0] == "Der Bund zahlt."


async def test_an_edit_that_could_overtake_its_message_waits_for_it(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C1: an edit without the subject of its message is in another lane, and is not lost for that."""
    monkeypatch.setattr("bot.backoff.FIRST_S", 0.01)
    hold = homeserver.hold("PUT */send/*")
    await speak(dialog.app, first(homeserver))
    await hold.arrived.wait()
    await speak(dialog.app, edit(homeserver, subject=None))
    while not dialog.app.sender._failed:  # noqa: ASYNC110 (the sender has no event for it)
        await asyncio.sleep(0.001)  # a condition is polled, not a time waited out
    hold.release()
    await dialog.settle()
    assert shown(homeserver, PLENARY) == ["Der Bund zahlt."]


async def test_in_an_encrypted_room_only_the_relation_is_in_the_clear(
    homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    """The homeserver has to see what belongs together, and nothing else (Encrypting events)."""
    async with encrypted_dialog(homeserver, tmp_path / "data") as dialog:
        anna = person(homeserver, "anna")
        await speak(dialog.app, first(homeserver, ROOM))
        await speak(dialog.app, edit(homeserver, SECRET, ROOM))
        await dialog.settle()
        anna.drain()
        assert shown(homeserver, ROOM, anna.read) == [SECRET]
        original, replacement = [each for each in homeserver.events(ROOM) if each.type == "m.room.encrypted"]
        assert replacement.content["m.relates_to"] == {"rel_type": "m.replace", "event_id": original.event_id}
        assert SECRET not in str(replacement.content)


@pytest.mark.parametrize("answered", [False, True])
async def test_a_crash_doubles_no_edit(crashing: CrashingBot, homeserver: FakeHomeserver, *, answered: bool) -> None:
    """C2, C3: killed before the homeserver has it, or before its answer: one edit."""
    await crashing.start()
    await crashing.settle()
    await speak(crashing.app, first(homeserver))
    await crashing.settle()
    hold = homeserver.hold("PUT */send/*", answered=answered)
    await speak(crashing.app, edit(homeserver))
    await hold.arrived.wait()
    await crashing.crash()
    hold.drop()
    await crashing.start()
    await crashing.settle()
    assert said(homeserver, PLENARY) == ["Das Land zahlt.", "* Der Bund zahlt."]


async def test_an_edit_of_what_waits_for_the_bot_to_join_changes_it(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C4: nothing is lost, the edit is no trouble of its own, and whoever was not told yet is told."""
    homeserver.user("karin").kick(GROUP, BOT)
    await speak(dialog.app, first(homeserver, GROUP, mentions=("@anna:test",), reply_to="$asked"))
    await dialog.settle()
    await speak(dialog.app, edit(homeserver, "Der Bund.", GROUP), edit(homeserver, "Beide.", GROUP))
    await dialog.settle()
    assert await reasons(dialog) == ["403 M_FORBIDDEN"]
    assert rows(dialog) == [("edit", "sent"), ("edit", "sent")]
    homeserver.user("karin").invite(GROUP, BOT)
    [answer] = await dialog.settle()
    assert (answer, answer.html, answer.mentions) == ("Beide.", "<p>Beide.</p>", ["@anna:test"])
    assert answer.content["m.relates_to"] == {"m.in_reply_to": {"event_id": "$asked"}}
    assert await reasons(dialog) == []


async def test_an_edit_of_what_never_was_is_done(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C4, C17: nothing is sent, nothing is parked, its text leaves the database; what comes next goes out."""
    await speak(dialog.app, edit(homeserver, SECRET, key="edit:1", replaces="answer:2"), first(homeserver))
    assert await dialog.settle() == ["Das Land zahlt."]
    assert rows(dialog) == [("edit", "sent")]
    await dialog.stop()
    assert stands_anywhere(dialog.config.data.directory, SECRET) == []


async def test_an_edit_that_is_refused_is_parked(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C4: as any message; it is sent when the bot is in the room again."""
    await speak(dialog.app, first(homeserver, GROUP))
    await dialog.settle()
    homeserver.user("karin").kick(GROUP, BOT)
    await speak(dialog.app, edit(homeserver, room=GROUP))
    await dialog.settle()
    assert await reasons(dialog) == ["403 M_FORBIDDEN"]
    homeserver.user("karin").invite(GROUP, BOT)
    await dialog.settle()
    assert shown(homeserver, GROUP) == ["Der Bund zahlt."]
    assert await reasons(dialog) == []


@pytest.mark.parametrize("may_speak", [True, False])
async def test_an_edit_stays_in_the_room_of_its_message(
    dialog: Dialog, homeserver: FakeHomeserver, *, may_speak: bool
) -> None:
    """After an upgrade: in the old room where the bot may still speak there, else it is done; never in the new one."""
    karin = homeserver.user("karin")
    await speak(dialog.app, first(homeserver, GROUP))
    await dialog.settle()
    old = homeserver.room(GROUP)
    karin.put_state(GROUP, "m.room.join_rules", {"join_rule": "public"})
    new = upgrade(homeserver.world, old, karin.account, "11")
    await dialog.settle()
    if may_speak:
        karin.put_state(old.id, "m.room.power_levels", {"users": {"@karin:test": 100}})
    await speak(dialog.app, edit(homeserver, room=new.id))
    await dialog.settle()
    assert said(homeserver, new.id) == []
    assert shown(homeserver, old.id) == ["Der Bund zahlt." if may_speak else "Das Land zahlt."]
    assert await reasons(dialog) == []


async def test_buttons_stay_under_their_message(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """A room is upgraded while its answer is on the way: the buttons of what is in the old room are no trouble."""
    karin = homeserver.user("karin")
    karin.put_state(GROUP, "m.room.join_rules", {"join_rule": "public"})
    hold = homeserver.hold(lambda request: "/send/m.reaction/" in request.path)
    karin.say(GROUP, "!ansage Hallo")
    await hold.arrived.wait()
    old = homeserver.room(GROUP)
    upgrade(homeserver.world, old, karin.account, "11")
    await homeserver.wait_for(lambda: BOT in homeserver.room(GROUP).joined)
    await homeserver.synced(BOT)
    hold.drop()
    await dialog.settle()
    assert [event.type for event in homeserver.events(GROUP) if event.type == "m.reaction"] == []
    assert query(dialog.config.data.database, "SELECT state FROM outbox WHERE type = 'm.reaction'") == [("sent",)]


@pytest.mark.parametrize("text", ["a" * 60_000, "<" * 9_000, '"\\' * 20_000, "🙂" * 10_000])
def test_an_edit_always_fits_into_an_event(text: str) -> None:
    """C4: the text is in it twice, encryption adds a third (client-server API, Size limits)."""
    long = Message(key="e", room_id="!r:test", text=escape_lines(text), replaces="answer:1")
    row = Writer("DEVICE").message(long, at=MONDAY)
    assert len(orjson.dumps(content.edit("$" + "x" * 43, row.content["new"]))) * 4 / 3 < 64_000


async def test_a_file_that_comes_with_an_edit_follows_it(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """A file is a message of its own: it edits nothing."""
    file = Attachment(filename="antwort.txt", content_type="text/plain", data=b"Der Bund.")
    await speak(dialog.app, first(homeserver), edit(homeserver, attachment=file))
    await dialog.settle()
    assert shown(homeserver, PLENARY) == ["Der Bund zahlt.", "antwort.txt"]
