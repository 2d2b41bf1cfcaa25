"""Contract C11: what is for the bot gets one answer where it was asked; what is not is nowhere stored."""

import pytest

from bot.addressing import Address, Addressed
from tests.dialog import BOT, Dialog
from tests.homeserver import FakeHomeserver
from tests.kit import SECRET, answers_to, query, stands_anywhere

ADDRESS = Address("@ag4-bot:test", "AG4-Bot", "!")


@pytest.mark.parametrize(
    "body, text, explicit",
    [
        ("!echo Hallo", "echo Hallo", True),
        ("  !echo Hallo ", "echo Hallo", True),
        ("AG4-Bot: Wann?", "Wann?", False),
        ("ag4-bot, wann?", "wann?", False),
        ("@ag4-bot:test: Wann?", "Wann?", False),
        ("AG4-Bot: !echo Hallo", "echo Hallo", True),
    ],
)
def test_a_prefix_or_a_name_in_front_addresses_the_bot(body: str, text: str, *, explicit: bool) -> None:
    """C11: without a mention, in a room with others."""
    read = ADDRESS.read(body, mentions=(), direct=False, reply_to_bot=False)
    assert read == Addressed(text=text, explicit=explicit)


@pytest.mark.parametrize(
    "body",
    [
        "Hallo!",
        "!!!",
        "! Achtung",
        "!",
        "",
        "   ",
        "Der AG4-Bot: nett",
        "AG4-Bot ist nett",
        "AG4-Botschaft: nein",
        "!1",
    ],
)
def test_anything_else_does_not(body: str) -> None:
    """C11: people talk about the bot, and people shout."""
    assert ADDRESS.read(body, mentions=(), direct=False, reply_to_bot=False) is None


async def test_an_answer_comes_once_in_the_room_and_thread_of_the_question(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C11: one answer; a reply to the question; in its thread where it has one."""
    answer = await dialog.say("anna", "plenum", "!echo hier")
    assert answer.content["m.relates_to"] == {"m.in_reply_to": {"event_id": dialog.last_event}}
    root = homeserver.user("ben").say("#plenum:test", "Ein Faden")
    answer = await dialog.say("anna", "plenum", "!echo im Faden", thread=root)
    assert answer.content["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": False,
        "m.in_reply_to": {"event_id": dialog.last_event},
    }


async def test_every_way_to_address_the_bot_is_answered(dialog: Dialog) -> None:
    """C11: mention, name, user ID, direct chat, a reply to what it said (with and without an old client's quote)."""
    assert await dialog.say("anna", "plenum", "AG4-Bot Wann?", mentions=[BOT]) == "Frei: Wann?"
    assert await dialog.say("anna", "plenum", "Wann, AG4-Bot?", mentions=[BOT]) == "Frei: Wann,?"
    assert await dialog.say("anna", "plenum", "AG4-Bot: Wann?") == "Frei: Wann?"
    assert await dialog.say("anna", "plenum", "@ag4-bot:test Wann?", mentions=[BOT]) == "Frei: Wann?"
    assert await dialog.say("anna", "direkt:anna", "Wann?") == "Frei: Wann?"
    answer = await dialog.say("anna", "plenum", "!echo Hallo")
    assert await dialog.say("ben", "plenum", "Danke!", reply_to=answer.event_id) == "Frei: Danke!"
    quoted = f"> <{BOT}> Echo: Hallo\n\nDanke!"
    assert await dialog.say("ben", "plenum", quoted, reply_to=answer.event_id) == "Frei: Danke!"
    assert await dialog.say("ben", "plenum", "!echo du", reply_to=answer.event_id) == "Echo: du"


async def test_an_unknown_command_names_the_nearest(dialog: Dialog) -> None:
    """C11: a typing error costs one more message, not a search."""
    answer = await dialog.say("anna", "plenum", "!ecko Hallo")
    assert answer.startswith("Den Befehl !ecko kenne ich nicht.")
    assert "Meinten Sie !echo?" in answer
    assert "!hilfe" in answer


async def test_what_is_not_for_the_bot_is_not_answered_and_nowhere_stored(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C11, C16: the text appears in no file of the bot, in no form: message, edit, reply, thread, reaction, notice."""
    anna, room = homeserver.user("anna"), "#plenum:test"
    said = anna.say(room, f"{SECRET} unter uns")
    anna.edit(room, said, f"{SECRET} noch einmal")
    anna.say(room, f"{SECRET}!", reply_to=said)
    anna.say(room, SECRET, thread=said)
    anna.react(room, said, SECRET)
    anna.say(room, f"!echo {SECRET}", msgtype="m.notice")
    anna.send(room, "m.room.message", {"msgtype": "m.image", "body": f"!echo {SECRET}", "url": "mxc://test/x"})
    homeserver.user("ben").redact(room, homeserver.user("ben").say(room, f"AG4-Bot ist {SECRET}"))
    assert await dialog.settle() == []
    assert query(dialog.config.data.database, "SELECT count(*) FROM inbox WHERE kind != 'invite'") == [(0,)]
    assert stands_anywhere(dialog.config.data.directory, SECRET) == []
    await dialog.stop()
    assert stands_anywhere(dialog.config.data.directory, SECRET) == []


async def test_what_was_handled_is_not_kept_in_the_inbox(dialog: Dialog) -> None:
    """C16: once answered and sent, neither box holds the words any more, and no page of the file does."""
    await dialog.say("anna", "plenum", f"!echo {SECRET}")
    await dialog.stop()
    assert stands_anywhere(dialog.config.data.directory, SECRET) == []


async def test_notices_and_its_own_messages_are_never_answered(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C13: two bots in a room do not talk for ever (client-server API, m.notice)."""
    homeserver.user("ben").say("#plenum:test", "!echo eins", msgtype="m.notice")
    own = homeserver.user(BOT).say("#plenum:test", "!echo zwei")
    await dialog.settle()
    assert answers_to(homeserver, own) == []
    assert query(dialog.config.data.database, "SELECT count(*) FROM inbox WHERE kind = 'message'") == [(0,)]


async def test_an_edit_that_makes_a_message_a_command_is_answered(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C11: people correct their typing; the edit is answered, what it replaced was not for the bot."""
    first = homeserver.user("anna").say("#plenum:test", "echo Hallo")
    assert await dialog.settle() == []
    [answer] = await dialog.edit("anna", first, "!echo Hallo")
    assert answer == "Echo: Hallo"


async def test_an_edited_notice_is_still_a_notice(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C13: the new content decides."""
    first = homeserver.user("anna").say("#plenum:test", "nichts")
    new = {"msgtype": "m.notice", "body": "!echo Hallo"}
    relation = {"rel_type": "m.replace", "event_id": first}
    content = {"msgtype": "m.text", "body": "* !echo Hallo", "m.new_content": new, "m.relates_to": relation}
    homeserver.user("anna").send("#plenum:test", "m.room.message", content)
    assert await dialog.settle() == []


BIG = "Wort " * 12_000


@pytest.mark.parametrize(
    "text, answers",
    [
        (f"!echo {BIG}", 1),
        (f"!{'x' * 60_000}", 1),
        (f"!echo {'&' * 50_000}", 1),
        (f"!echo {'🙂' * 14_000}", 1),
        (BIG, 0),
        (" \t\n ", 0),
        ("\x00\x01!echo\x02", 0),
        ("!echo \x00\x07\x1b[31mrot", 1),
        ("!echo \u202eabc\u2066def", 1),
        ("\u202e!echo abc", 0),
        ("!echo \u200b", 1),
        ("!\u202eecho", 0),
    ],
    ids=[
        "60 kB",
        "long name",
        "&",
        "emoji",
        "60 kB talk",
        "blanks",
        "control",
        "escape",
        "bidi",
        "bidi first",
        "zero",
        "!bidi",
    ],
)
async def test_strange_text_gets_one_answer_or_none(dialog: Dialog, text: str, answers: int) -> None:
    """C11, C13: addressed: one; else none. No control or right-to-left mark comes back; the next message is answered."""
    heard = await dialog.hear("anna", "plenum", text)
    assert len(heard) == answers
    for answer in heard:
        assert not set(str(answer) + answer.html) & set("\x00\x07\x1b\u202e\u2066")
    assert await dialog.say("anna", "plenum", "!echo weiter") == "Echo: weiter"


@pytest.mark.parametrize("text", [" \t\n ", "\u202e", "\x00", "a" * 60_000])
async def test_strange_text_in_a_direct_chat_gets_one_answer(dialog: Dialog, text: str) -> None:
    """C11: in a direct chat everything is for the bot."""
    assert (await dialog.say("anna", "direkt:anna", text)).startswith("Frei:")
