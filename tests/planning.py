"""What tests about dates do again and again: plan and confirm, and find what was said in a room."""

from collections.abc import Sequence

from tests.dialog import Answer, Dialog


async def confirmed(dialog: Dialog, user: str, room: str, text: str) -> list[Answer]:
    """Type a plan and confirm it; everything that is said to the confirmation."""
    await dialog.say(user, room, text)
    return await dialog.hear(user, room, "!ja")


def said_in(answers: Sequence[Answer], room: str) -> Answer:
    """The one message in a room that notifies."""
    [found] = [each for each in answers if each.room == room and each.content["msgtype"] == "m.text"]
    return found
