"""Contract C5: a handler with a bug costs its own message only, and changes nothing."""

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot import dispatcher as dispatching
from storage import health, inbox
from tests.dialog import Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import answers_to, query, said


def half_done(dialog: Dialog) -> int:
    """How many rows a handler left behind that did not end well."""
    [(count,)] = query(dialog.config.data.database, "SELECT count(*) FROM rooms WHERE room_id = '!half-done:test'")
    return int(count)


async def test_a_bug_becomes_an_apology_with_a_number(dialog: Dialog) -> None:
    """C5: one answer, the number of the row in it, the half-done work undone, the next message answered."""
    answer = await dialog.say("anna", "plenum", "!kaputt Angaben")
    [(number,)] = query(dialog.config.data.database, "SELECT max(id) FROM inbox")
    assert f"F-{number}" in answer
    assert "Angaben" not in answer
    assert half_done(dialog) == 0
    assert await dialog.say("anna", "plenum", "!echo weiter") == "Echo: weiter"


@pytest.mark.parametrize(
    "text, sentence", [("!falsch x", "Da fehlt die Zahl."), ("!geht nicht", "Das geht gerade nicht.")]
)
async def test_an_expected_error_is_a_sentence_and_changes_nothing(dialog: Dialog, text: str, sentence: str) -> None:
    """C18: what was written before the error is undone."""
    answer = await dialog.say("anna", "plenum", text)
    assert answer.startswith(sentence)
    assert half_done(dialog) == 0


async def test_a_usage_error_shows_usage_and_example(dialog: Dialog) -> None:
    """C11: an error names the next step."""
    answer = await dialog.say("anna", "plenum", "!falsch x")
    assert "!falsch <Zahl>" in answer
    assert "!falsch 3" in answer


async def test_words_that_only_look_like_a_command_are_free_text(dialog: Dialog) -> None:
    """C11: "falsch ..." in a direct chat is a sentence that begins with a command's name."""
    assert await dialog.say("anna", "direkt:anna", "Falsch verbunden?") == "Frei: Falsch verbunden?"
    assert half_done(dialog) == 0


async def test_bad_messages_in_a_batch_cost_only_themselves(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C5: good and bad come in one sync; each gets exactly one answer, each person's in order."""
    await dialog.stop()
    texts = ["!echo 1", "!kaputt", "!echo 2", "!falsch", "!geht nicht", "!kaputt", "!echo 3", "!nanu", "!echo 4"]
    asked = [homeserver.user("anna").say("#plenum:test", text) for text in texts]
    await dialog.start()
    assert [len(answers_to(homeserver, event_id)) for event_id in asked] == [1] * len(asked)
    heard = said(homeserver, "#plenum:test")
    assert [text for text in heard if text.startswith("Echo")] == [f"Echo: {n}" for n in range(1, 5)]
    assert "leider nicht geklappt" in heard[1]
    assert half_done(dialog) == 0


async def test_a_row_that_cannot_even_be_apologised_for_is_parked(dialog: Dialog) -> None:
    """C5: after three attempts it is set aside and `!status` counts it; the next one is answered."""
    async with dialog.database.transaction() as session:
        poisoned = inbox.Arrival(
            event_id="$gift",
            kind="nonsense",
            room_id="!a:test",
            sender="@anna:test",
            content={},
            received_at=dialog.now,
        )
        [stored] = await inbox.add(session, [poisoned])

    def no_rows(*_given: Any, **_more: Any) -> Any:
        raise RuntimeError("not even this")

    real = dialog.app.dispatcher._rows
    dialog.app.dispatcher._rows = no_rows  # type: ignore[method-assign]  # to break it
    dialog.app.dispatcher.offer([stored])
    await dialog.settle()
    dialog.app.dispatcher._rows = real  # type: ignore[method-assign]  # and to mend it
    async with dialog.database.reading() as session:
        [parked] = (await health.read(session)).parked_in
    assert (parked.kind, parked.count) == ("nonsense", 1)
    assert query(dialog.config.data.database, "SELECT attempts FROM inbox WHERE event_id = '$gift'") == [
        (dispatching.MOST_ATTEMPTS,)
    ]
    assert await dialog.say("anna", "plenum", "!echo weiter") == "Echo: weiter"


@pytest.mark.parametrize("where", ["handled", "add"])
async def test_trouble_with_the_disk_is_waited_out(dialog: Dialog, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """C18: a full disk is neither the person's fault nor a bug: no apology, the answer comes once there is space."""
    real = getattr(inbox, where)
    failures = 4

    async def fails_at_first(*given: Any) -> Any:
        nonlocal failures
        if failures:
            failures -= 1
            raise OperationalError("INSERT", {}, Exception("database or disk is full"))
        return await real(*given)

    monkeypatch.setattr("bot.backoff.FIRST_S", 0.01)
    monkeypatch.setattr(inbox, where, fails_at_first)
    assert await dialog.say("anna", "plenum", "!echo eins") == "Echo: eins"
    assert failures == 0


async def test_a_button_is_for_what_its_message_is_about(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """Stop 8: the event ID is noted, so that a reaction finds its subject; others and strangers' do nothing."""
    answer = next(each for each in await dialog.hear("anna", "plenum", "!ansage Hallo") if each.room == "plenum")
    [button] = [event for event in homeserver.events("#plenum:test") if event.type == "m.reaction"]
    assert button.content["m.relates_to"]["event_id"] == answer.event_id
    assert await dialog.react("ben", answer, "✅") == ["Gedrückt: 1"]
    assert await dialog.react("ben", answer, "🎉") == []
    assert await dialog.react("lena", answer, "✅\ufe0f") == ["Gedrückt: 1"]


async def test_a_reaction_right_behind_the_message_finds_it(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """Stop 8: also when the homeserver tells of the reaction before the answer to our send is noted."""
    hold = homeserver.hold("PUT */send/m.room.message/*", answered=True)
    homeserver.user("anna").say("#plenum:test", "!ansage Hallo")
    await hold.arrived.wait()
    [sent] = homeserver.messages("#plenum:test", "@ag4-bot:test")
    pressed = homeserver.user("ben").react("#plenum:test", sent.event_id, "✅")
    await homeserver.synced("@ag4-bot:test", homeserver.world.events[pressed].position)
    hold.release()
    await dialog.settle()
    assert "Gedrückt: 1" in said(homeserver, "#plenum:test")
