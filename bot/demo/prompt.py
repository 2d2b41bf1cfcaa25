"""After the scene: a prompt at which you talk along as one of the people."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.patch_stdout import patch_stdout

from bot.demo.people import Heard, MatrixError, Person
from bot.demo.stage import BOT_NAME, BotMissing, Stage
from bot.demo.transcript import Transcript
from commands.registry import COMMANDS

DIRECT = "direkt"

HELP = """\
Was Sie schreiben, sagt die gewählte Person im gewählten Raum. Der Bot
antwortet, wenn eine Zeile mit ! beginnt, wenn sein Name vorn steht ("AG4-Bot:
Wann ist die nächste Sprechstunde?") und im Direktchat. Außerdem gibt es hier:
  /wer karin     als wer Sie schreiben: {people}
  /raum plenum   wo Sie schreiben: {rooms}
  /reaktion ✅   reagiert auf die letzte Nachricht des Bots in diesem Raum
  /hilfe         zeigt dies
  /ende          beendet alles (auch Strg-D)"""


@dataclass
class _Place:
    """As whom and where one speaks."""

    name: str
    room: str


async def converse(stage: Stage, transcript: Transcript) -> None:
    """Read from the terminal until /ende, Ctrl-D or Ctrl-C; what the bot says appears above the prompt."""
    rooms = _rooms(stage)
    place = _Place("anna", "ag3")
    session: PromptSession[str] = PromptSession(completer=_Completer(stage.people, rooms), complete_while_typing=False)
    _introduce(stage, transcript)
    async with _overhearing(stage, transcript):
        with patch_stdout(raw=True):
            while True:
                try:
                    line = (await session.prompt_async(f"{place.name} in {place.room}> ", handle_sigint=False)).strip()
                except (EOFError, KeyboardInterrupt):
                    return
                if line == "/ende":
                    return
                if line:
                    await _obey(line, place, stage, transcript)


async def _obey(line: str, place: _Place, stage: Stage, transcript: Transcript) -> None:
    command, _, argument = line.partition(" ")
    argument = argument.strip()
    match command.lower():
        case "/hilfe":
            transcript.line(_help(stage))
        case "/wer" if argument.lower() in stage.people:
            place.name = argument.lower()
        case "/raum" if argument.lower() in _rooms(stage) or argument.lower() == DIRECT:
            place.room = argument.lower()
        case "/reaktion" if argument:
            await _speak(place, stage, transcript, reaction=argument)
        case _ if command.startswith("/"):
            transcript.line(f"Das verstehe ich hier nicht.\n{_help(stage)}")
        case _:
            await _speak(place, stage, transcript, text=line)


async def _speak(
    place: _Place, stage: Stage, transcript: Transcript, *, text: str | None = None, reaction: str = ""
) -> None:
    person, _ = stage.people[place.name]
    try:
        room = await stage.direct_chat(person) if place.room == DIRECT else _rooms(stage)[place.room]
        if text is not None:
            await person.say(room, text, mentions=[stage.bot_id] if BOT_NAME.lower() in text.lower() else [])
            return
        last = [one for one in person.heard(room) if _is_from_the_bot(one, stage)][-1:]
        for one in last:
            await person.react(room, one.event_id, reaction)
        if not last:
            transcript.line("In diesem Raum hat der Bot noch nichts gesagt.")
    except MatrixError as error:
        what = f"{person.name} ist nicht im Raum {place.room}" if "M_FORBIDDEN" in str(error) else f"{error}"
        transcript.line(f"Das geht nicht: {what}.")
    except BotMissing as error:
        transcript.line(str(error))
    except TimeoutError:
        transcript.line("Der Bot kommt nicht in den Direktchat.")


@contextlib.asynccontextmanager
async def _overhearing(stage: Stage, transcript: Transcript) -> AsyncIterator[None]:
    """Print what the bot says while the block lasts: in the rooms as Karin hears it, in direct chats as each does."""
    listening = [
        asyncio.create_task(_overhear(person, stage, transcript, everywhere=person is stage.karin))
        for person, _ in stage.people.values()
    ]
    try:
        yield
    finally:
        for each in listening:
            each.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def _overhear(person: Person, stage: Stage, transcript: Transcript, *, everywhere: bool) -> None:
    old = {one.event_id for one in person.heard()}

    def is_new(one: Heard) -> bool:
        here = everywhere or one.room not in stage.rooms.all
        return here and _is_from_the_bot(one, stage) and one.event_id not in old

    while True:
        one = await person.hears(None, is_new, timeout=math.inf)
        to = tuple(stage.name(user_id) for user_id in one.mentions)
        transcript.said(BOT_NAME, stage.room_name(one.room), one.text, to=to)


def _is_from_the_bot(one: Heard, stage: Stage) -> bool:
    return one.type == "m.room.message" and one.sender == stage.bot_id


def _introduce(stage: Stage, transcript: Transcript) -> None:
    transcript.heading("Jetzt Sie")
    transcript.line(f"Der Server bleibt an, bis Sie /ende eingeben: {stage.homeserver.url}")
    transcript.line("Mit jedem Matrix-Programm auf diesem Rechner können Sie sich dort anmelden:")
    for name, (person, role) in stage.people.items():
        transcript.line(f"  {name:<6} Passwort {person.password}  {person.name}, {role}")
    transcript.line(f"\n{_help(stage)}\n")


def _help(stage: Stage) -> str:
    return HELP.format(people=", ".join(stage.people), rooms=f"plenum, ag1 … ag5, koordination, {DIRECT}")


def _rooms(stage: Stage) -> dict[str, str]:
    groups = {f"ag{number}": room for number, room in enumerate(stage.rooms.groups, start=1)}
    return {"plenum": stage.rooms.plenary, **groups, "koordination": stage.rooms.coordination}


class _Completer(Completer):
    """Completes the bot's commands, and those of the prompt with their arguments."""

    def __init__(self, people: Iterable[str], rooms: Iterable[str]) -> None:
        self._lines = [
            *(f"!{command.name}" for command in COMMANDS),
            *(f"/wer {name}" for name in people),
            *(f"/raum {name}" for name in (*rooms, DIRECT)),
            *(f"/reaktion {emoji}" for emoji in ("✅", "❌")),
            "/hilfe",
            "/ende",
        ]

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002 - the signature of prompt_toolkit
        """The lines that begin with what stands before the cursor."""
        typed = document.text_before_cursor
        for line in self._lines:
            if typed and line.startswith(typed):
                yield Completion(line, start_position=-len(typed))
