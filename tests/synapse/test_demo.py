"""`ag4-bot demo`, as whoever evaluates the bot runs it: it says what it saw, and it leaves nothing behind."""

import asyncio
import io
import os
import pty
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from bot.demo import play, scene, stage
from bot.demo.transcript import Transcript

PATIENCE = 90
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@asynccontextmanager
async def demo(directory: Path, *arguments: str, terminal: int | None = None) -> AsyncIterator[Process]:
    """The demo in a process of its own, which keeps its temporary files in `directory`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", *arguments),
        env={**os.environ, "TMPDIR": str(directory), "TERM": "dumb"},
        stdin=DEVNULL if terminal is None else terminal,
        stdout=PIPE if terminal is None else terminal,
        stderr=STDOUT,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def read_until(process: Process, part: str) -> str:
    assert process.stdout is not None
    text = ""
    while part not in text:
        line = (await process.stdout.readline()).decode()
        assert line, f"ended without {part!r}:\n{text}"
        text += line
    return text


async def rest_of(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.read()).decode()


def left_behind(directory: Path) -> list[str]:
    """Files in the directory, and processes that work in it."""
    found = [str(path) for path in directory.iterdir()]
    for each in psutil.process_iter():
        try:
            if str(directory) in " ".join([*each.cmdline(), each.cwd()]):
                found.append(f"{each.pid} {each.cmdline()}")
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return found


def the_bot(process: Process) -> psutil.Process:
    children = psutil.Process(process.pid).children()
    return next(child for child in children if {"bot", "run", "--config"} <= set(child.cmdline()))


async def test_the_scene_is_played_to_its_end_by_two_at_the_same_time_and_nothing_is_left(tmp_path: Path) -> None:
    async def one(directory: Path) -> tuple[str, int | None]:
        async with demo(directory, "--no-input") as process:
            output = await rest_of(process)
            await process.wait()
        assert left_behind(directory) == []
        return output, process.returncode

    directories = [tmp_path / "first", tmp_path / "second"]
    for each in directories:
        each.mkdir()
    for output, code in await asyncio.gather(*map(one, directories)):
        assert code == 0, output
        expected = (
            "AG3-001 ist notiert",
            "erwähnt Anna Berger",
            "Ihre Frage AG3-001 ist beantwortet",
            "OZG-Sprechstunde",
            "Das weiß ich nicht",
            "Neuer Termin: Plenum 4",
            "Karin Sommer (Koordination) in Koordination reagiert mit ✅",
            "Verschoben: Plenum 4",
            "Grund: Der Saal ist belegt",
            "Zwischenstand",
            "Alles wie erwartet",
        )
        position = 0
        for part in expected:
            assert part in output[position:], f"{part!r} does not come, or not in its turn:\n{output}"
            position = output.index(part, position)
        assert "Traceback" not in output
        assert "\x1b" not in output


async def test_a_bot_that_dies_is_told_with_the_answer_that_is_missing(tmp_path: Path) -> None:
    async with demo(tmp_path, "--no-input") as process:
        await read_until(process, "== 1.")
        the_bot(process).kill()
        output = await rest_of(process)
        code = await process.wait()

    assert code == 1
    assert "Es fehlt: Eine Frage an die AG 3 und ihre Antwort: die " in output
    assert "Der Bot läuft nicht mehr (Code -9)" in output
    assert "Alles wie erwartet" not in output
    assert "Traceback" not in output
    assert left_behind(tmp_path) == []


async def test_a_configuration_that_the_bot_refuses_is_told_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    screen = io.StringIO()

    code = await play.run(Transcript(Console(file=screen, width=200)), settings={"chat": {"prefix": "/"}})

    assert code == 1
    assert "Die Vorführung ist nicht möglich: Der Bot läuft nicht mehr (Code 2)" in screen.getvalue()
    assert "[chat] prefix" in screen.getvalue()
    assert left_behind(tmp_path) == []


async def test_each_answer_that_does_not_come_in_time_is_told(tmp_path: Path) -> None:
    transcript = Transcript(Console(file=io.StringIO(), width=200))
    async with stage.set_up(tmp_path, transcript) as its_stage:
        bot = psutil.Process(its_stage.bot.pid)
        bot.suspend()
        missing = await scene.play(scene.Scene(its_stage, transcript, patience_s=0.1))
        bot.resume()

    assert [each.partition(", im Raum")[0] for each in missing] == [
        "Eine Frage an die AG 3 und ihre Antwort: die Bestätigung der Frage mit ihrer Nummer",
        "Eine Frage in eigenen Worten: der Termin der Sprechstunde",
        "Was der Bot nicht weiß: der Bot im Direktchat, zu dem er eingeladen ist",
        "Ein Plenum wird geplant und verschoben: die Vorschau",
        "Der Digest für die Koordination: der Digest",
    ]


@pytest.mark.parametrize("moment", ["Ein Matrix-Server", "Der Bot wird gestartet", "== 1."])
async def test_ctrl_c_at_any_moment_leaves_nothing_behind_and_shows_no_traceback(tmp_path: Path, moment: str) -> None:
    async with demo(tmp_path, "--no-input") as process:
        await read_until(process, moment)
        process.send_signal(signal.SIGINT)
        output = await rest_of(process)
        code = await process.wait()

    assert code == play.INTERRUPTED
    assert "Abgebrochen" in output
    assert "Traceback" not in output
    assert left_behind(tmp_path) == []


class Terminal:
    """What a person sees on the terminal, without colours, and what they type."""

    def __init__(self) -> None:
        self._ours, self.theirs = pty.openpty()
        self._text = ""
        self._news = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._ours, self._read)

    def _read(self) -> None:
        try:
            piece = os.read(self._ours, 65_536).decode(errors="replace")
        except OSError:  # nobody is at the other end any more
            asyncio.get_running_loop().remove_reader(self._ours)
            piece = ""
        self._text += ESCAPES.sub("", piece)
        self._news.set()

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    async def shows(self, part: str) -> None:
        """Wait until it shows something that was not there at the last look."""
        while part not in self._text:
            self._news.clear()
            await self._news.wait()
        self._text = self._text.partition(part)[2]

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._ours)
        os.close(self._ours)


async def test_afterwards_one_talks_along_as_each_of_the_people(tmp_path: Path) -> None:
    terminal = Terminal()
    async with demo(tmp_path, terminal=terminal.theirs) as process:
        os.close(terminal.theirs)
        await terminal.shows("Alles wie erwartet")
        await terminal.shows("karin  Passwort")
        await terminal.shows("anna in ag3>")
        terminal.type("!frage Und wer zahlt danach?\r")
        await terminal.shows("AG3-002 ist notiert")
        terminal.type("/wer lena\r!antwort AG3-002 Die AG 3 klärt das.\r")
        await terminal.shows("Ihre Frage AG3-002 ist beantwortet")
        terminal.type("/raum koordination\r!digest\r")
        await terminal.shows("Lena Vogt ist nicht im Raum koordination")
        terminal.type("/raum direkt\rHallo\r")
        await terminal.shows("Womit kann ich helfen?")
        terminal.type("/quatsch\r")
        await terminal.shows("Das verstehe ich hier nicht")
        terminal.type("/ende\r")
        code = await process.wait()
    terminal.close()

    assert code == 0
    assert left_behind(tmp_path) == []
