"""Contracts C2, C11, C12, C17: whose edit counts, what it changes, and what is not done a second time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from commands import help as help_texts
from commands.command import Call, Reply, command
from commands.markup import fill
from tests.dialog import Dialog, config_for
from tests.homeserver import FakeHomeserver
from tests.kit import SECRET, dialog_with, query, small, stands_anywhere


@pytest.fixture
async def real(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    """The whole bot, with all its commands, is running."""
    Dialog.furnish(homeserver)
    dialog = Dialog(hs=homeserver, config=config_for(homeserver, tmp_path / "data"))
    await dialog.start()
    yield dialog
    await dialog.stop()


def questions_of(dialog: Dialog) -> list[tuple[str | None, str, str]]:
    return query(dialog.config.data.database, "SELECT text, asked_by, state FROM questions ORDER BY id")


async def edited_into_a_question(real: Dialog, homeserver: FakeHomeserver) -> str:
    """Anna forgot the prefix and put it right: the event ID of her message."""
    asked = homeserver.user("anna").say("#plenum:test", f"frage AG3 Was kostet {SECRET}?")
    assert await real.settle() == []
    answers = await real.edit("anna", asked, f"!frage AG3 Was kostet {SECRET}?")
    assert [each.startswith("AG3-001 ist notiert") for each in answers if each.room == "plenum"] == [True], answers
    return asked


async def test_a_second_edit_changes_the_question_that_the_first_made(real: Dialog, homeserver: FakeHomeserver) -> None:
    """C2: a message that only its edit addressed to the bot is one question, however often it is edited."""
    asked = await edited_into_a_question(real, homeserver)
    answers = await real.edit("anna", asked, "!frage AG3 Was kostet das Portal?")
    assert len([each for each in answers if each.room == "plenum"]) == 1
    assert questions_of(real) == [("Was kostet das Portal?", "@anna:test", "open")]


async def test_deleting_a_message_that_only_its_edit_addressed_withdraws_the_question(
    real: Dialog, homeserver: FakeHomeserver
) -> None:
    """C17: the deletion names the original, which was never addressed itself; the text is gone all the same."""
    asked = await edited_into_a_question(real, homeserver)
    await real.redact("anna", asked)
    [(text, _, state)] = questions_of(real)
    assert (text, state) == (None, "closed")
    await real.stop()
    assert stands_anywhere(real.config.data.directory, SECRET) == []


async def test_it_is_withdrawn_also_by_a_bot_that_was_started_anew(real: Dialog, homeserver: FakeHomeserver) -> None:
    """C3, C17: that the edit belongs to the original is in the database, not in memory."""
    asked = await edited_into_a_question(real, homeserver)
    await real.stop()
    homeserver.user("anna").redact("#plenum:test", asked)
    await real.start()
    await real.stop()
    [(text, _, state)] = questions_of(real)
    assert (text, state) == (None, "closed")
    assert stands_anywhere(real.config.data.directory, SECRET) == []


async def test_an_edit_of_what_somebody_else_said_is_ignored(real: Dialog, homeserver: FakeHomeserver) -> None:
    """C12: an edit counts from the author only (client-server API, Event replacements); the author's own still works."""
    annas = homeserver.user("anna").say("#plenum:test", "Nur ein Satz von Anna")
    await real.settle()
    homeserver.user("ben").edit("#plenum:test", annas, f"!frage AG3 Ben fragt nach {SECRET}?")
    assert await real.settle() == []
    assert questions_of(real) == []
    assert query(real.config.data.database, "SELECT kind FROM inbox WHERE kind != 'invite'") == []
    assert stands_anywhere(real.config.data.directory, SECRET) == []
    answers = await real.edit("anna", annas, "!frage AG3 Fragt Anna jetzt selbst?")
    assert len([each for each in answers if each.room == "plenum"]) == 1
    assert questions_of(real) == [("Fragt Anna jetzt selbst?", "@anna:test", "open")]


async def test_a_question_is_not_changed_by_an_edit_of_somebody_else(real: Dialog, homeserver: FakeHomeserver) -> None:
    """C12: nor by the people who coordinate."""
    await real.hear("anna", "plenum", "!frage AG3 Was kostet das Portal?")
    asked = real.last_event
    for forger in ("ben", "karin"):
        homeserver.user(forger).edit("#plenum:test", asked, f"!frage AG3 Ganz anders, mit {SECRET}?")
        assert await real.settle() == []
    assert questions_of(real) == [("Was kostet das Portal?", "@anna:test", "open")]
    assert stands_anywhere(real.config.data.directory, SECRET) == []


async def test_a_forged_edit_is_ignored_also_beside_its_original(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C12: message and edits arrive with one response, after the bot was down."""
    await dialog.stop()
    asked = homeserver.user("anna").say("#plenum:test", "Unter uns")
    homeserver.user("ben").edit("#plenum:test", asked, "!echo von Ben")
    homeserver.user("anna").edit("#plenum:test", asked, "!echo von Anna")
    await dialog.start()
    assert await dialog.settle() == ["Echo: von Anna"]


async def test_an_edit_of_what_was_said_in_another_room_is_ignored(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C12: nor does the author's own count there (client-server API, Validity of replacement events)."""
    said = homeserver.user("anna").say("#plenum:test", "Unter uns")
    homeserver.user("anna").edit("#ag3:test", said, "!echo anderswo")
    homeserver.user("anna").edit("#ag3:test", "$gibt-es-nicht", "!echo nirgends")
    assert await dialog.settle() == []


async def test_an_edit_is_not_lost_when_its_author_cannot_be_looked_up_at_once(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C1: trouble with the homeserver is waited out; the edit is neither believed nor dropped meanwhile."""
    said = homeserver.user("anna").say("#plenum:test", "echo eins")
    await dialog.settle()
    fault = homeserver.fail("GET */event/*", 502, html=True)
    homeserver.user("ben").edit("#plenum:test", said, "!echo gefälscht")
    homeserver.user("anna").edit("#plenum:test", said, "!echo eins")
    await homeserver.wait_for(lambda: fault.hits)
    assert await dialog.settle() == ["Echo: eins"]


async def test_a_command_that_is_done_only_once_is_not_done_again_by_an_edit(
    homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    """C2, C11: what it would apply to may be another thing by now; each edit is answered with a sentence."""
    done: list[str] = []

    @command("tu", "<Was>", example="!tu es", once=True)
    async def do(call: Call, _session: AsyncSession) -> Reply:
        """Tut etwas, einmal."""
        done.append(call.text)
        return Reply(text=fill("Getan: {text}", text=call.text))

    dialog = dialog_with(homeserver, tmp_path / "data", small(commands=[do]))
    await dialog.start()
    try:
        assert await dialog.say("anna", "plenum", "!tu eins") == "Getan: eins"
        ordered = dialog.last_event
        assert await dialog.edit("anna", ordered, "!tu eins.") == [str(help_texts.not_again())]
        await dialog.restart()
        assert await dialog.edit("anna", ordered, "!tu zwei") == [str(help_texts.not_again())]
        assert await dialog.say("anna", "plenum", "!tu drei") == "Getan: drei"
        assert done == ["eins", "drei"]
    finally:
        await dialog.stop()
