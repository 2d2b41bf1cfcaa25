"""Conversations in the docs are real: `replay` holds them with the bot and writes down what it says.

A block begins with three backticks and the word `gespräch`; all blocks of a page are one conversation. A line such as
`Anna (AG 3): !frage Wer zahlt das?` is said, whatever stands below it is the bot's answer. People may also write
`Anna (AG 3) bearbeitet: …`, `Anna (AG 3) löscht: die Nachricht`, `Karin (Koordination) reagiert: ✅`,
`Anna (Direktchat) lädt ein: den Bot`; and
`Uhr (Berlin): 14.12.2026 08:00` lets the clock ring at that time. An HTML comment that begins with `gespräch` does
the same without showing anything.

After a change of texts or pages: `python -m tests.doc_dialogs` writes the bot's present answers into the pages.
"""

import asyncio
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from commands.dates.wall_clock import instant
from tests.dialog import BOT, Answer, Dialog, config_for
from tests.homeserver import FakeHomeserver

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "docs/handbuch.md")

_PEOPLE = "Anna|Ben|Lena|Lukas|Karin|Kurt"
_BLOCK = re.compile(
    r"(?P<begin>^```gespräch\n|^<!-- gespräch\n)(?P<lines>.*?)(?P<end>^```$|^-->$)", re.MULTILINE | re.DOTALL
)
_LINE = re.compile(
    rf"^(?P<who>{_PEOPLE}|Uhr) \((?P<room>[^)]+)\)(?: (?P<how>bearbeitet|löscht|reagiert|lädt ein))?: (?P<text>.+)$",
    re.MULTILINE,
)
_OFFICE_HOURS = {
    "registration": "über den Link, ohne Anmeldung",
    "dates": [
        {
            "start": datetime(2026, 12, 2, 10),
            "end": datetime(2026, 12, 2, 11),
            "topic": "Basisdienste",
            "link": "https://example.org/sprechstunde",
        }
    ],
}


async def replay(page: str) -> str:
    """The page with the bot's present answers in its conversations."""
    with tempfile.TemporaryDirectory() as directory:
        async with FakeHomeserver() as hs:
            Dialog.furnish(hs)
            config = config_for(hs, Path(directory) / "data", office_hours=_OFFICE_HOURS)
            dialog = Dialog(hs=hs, config=config)
            await dialog.start()
            try:
                return await _Conversation(dialog).held_again(page)
            finally:
                await dialog.stop()


class _Conversation:
    def __init__(self, dialog: Dialog) -> None:
        self._dialog = dialog
        self._last: dict[str, str] = {}  # person -> their last message
        self._heard: dict[str, Answer] = {}  # room -> the bot's last message there

    async def held_again(self, page: str) -> str:
        pieces, done = [], 0
        for block in _BLOCK.finditer(page):
            spoken = [piece for line in _LINE.finditer(block["lines"]) for piece in await self._one(line)]
            shown = "\n\n".join(spoken) + "\n" if block["begin"].startswith("```") else block["lines"]
            pieces += [page[done : block.start()], block["begin"], shown, block["end"]]
            done = block.end()
        return "".join([*pieces, page[done:]])

    async def _one(self, line: re.Match[str]) -> list[str]:
        answers = await self._do(line["who"].lower(), line["room"], line["how"], line["text"])
        self._heard.update((each.room, each) for each in answers)
        return [line[0], *_shown(answers)]

    async def _do(self, who: str, shown_room: str, how: str | None, text: str) -> list[Answer]:
        dialog = self._dialog
        if who == "uhr":
            berlin = datetime.strptime(text, "%d.%m.%Y %H:%M")  # noqa: DTZ007 (a wall-clock time is naive; contract C9)
            dialog.now = instant(berlin)
            return await dialog.ring()
        room = f"direkt:{who}" if shown_room == "Direktchat" else shown_room.lower().replace(" ", "")
        match how:
            case "bearbeitet":
                return await dialog.edit(who, self._last[who], text)
            case "löscht":
                return await dialog.redact(who, self._last[who])
            case "reagiert":
                return await dialog.react(who, self._heard[room], text)
            case "lädt ein":
                dialog.hs.create_room(who, alias=f"direkt-{who}", invite=[BOT], direct=True)
                return await dialog.settle()
            case _:
                answers = await dialog.hear(who, room, text)
                self._last[who] = dialog.last_event
                return answers


def _shown(answers: list[Answer]) -> Iterator[str]:
    for each in answers:
        people = [user[1:].partition(":")[0].capitalize() for user in each.mentions]
        mentions = f" erwähnt {', '.join(people)}" if people else ""
        yield f"Bot ({_room_name(each.room)}){mentions}: {each}".replace(":test", ":example.org")


def _room_name(room: str) -> str:
    if room.startswith("direkt:"):
        return "Direktchat"
    return f"AG {room[2:]}" if room.startswith("ag") else room.capitalize()


async def _write() -> None:
    for name in PAGES:
        path = ROOT / name
        path.write_text(await replay(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    asyncio.run(_write())
