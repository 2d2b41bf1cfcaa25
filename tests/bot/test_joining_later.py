"""What is said for a room before the bot is in it."""

from bot.outgoing import Writer
from commands.command import Message
from commands.markup import Markdown
from storage import health, outbox
from tests.dialog import BOT, Dialog
from tests.homeserver import FakeHomeserver


async def test_what_was_parked_for_a_room_is_sent_when_the_bot_joins_it(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C2, C4: a message for a room the bot is not in is parked and shown, and sent once when the bot joins."""
    homeserver.user("karin").kick("#koordination:test", BOT)
    room = homeserver.room("#koordination:test").id
    digest = Message(key="digest:1", room_id=room, text=Markdown("Der Digest."))
    async with dialog.database.transaction() as session:
        queued = await outbox.add(session, [Writer("DEVICE").message(digest, at=dialog.now)])
    dialog.app.sender.offer(queued)
    assert await dialog.settle() == []
    async with dialog.database.reading() as session:
        assert [each.room_id for each in (await health.read(session)).parked_out] == [room]
    homeserver.user("karin").invite("#koordination:test", BOT)
    assert [str(each) for each in await dialog.settle()] == ["Der Digest."]
    async with dialog.database.reading() as session:
        assert (await health.read(session)).parked_out == ()
