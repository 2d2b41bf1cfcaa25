"""The conversation on the screen: who says what, and where. Colours are an extra; every line says it in words."""

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

_WIDTH_WITHOUT_TERMINAL = 100
_INDENT = 4


class Transcript:
    """Prints what happens to a terminal, or as plain text to a file."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or _console()

    def heading(self, text: str) -> None:
        """A new part begins."""
        self._console.print()
        self._console.print(Text(f"== {text} ==", style="bold"))

    def line(self, text: str, *, style: str = "") -> None:
        """One remark; lines in it stay as they are."""
        self._console.print(Text(text, style=style), soft_wrap=True)

    def said(self, who: str, where: str, text: str, *, to: tuple[str, ...] = ()) -> None:
        """A message of a person or, with names in `to`, one that mentions somebody."""
        head = Text.assemble((who, "bold"), " in ", (where, "cyan"))
        if to:
            head.append(f", erwähnt {' und '.join(to)}")
        head.append(":")
        self._console.print()
        self._console.print(head)
        for line in text.split("\n"):
            for row in Text(line).wrap(self._console, self._console.width - _INDENT) or [Text()]:
                row.rstrip()
                self._console.print(Text(" " * _INDENT) + row if row else row)

    def reacted(self, who: str, where: str, emoji: str) -> None:
        """A reaction to the message above."""
        self._console.print()
        self._console.print(Text.assemble((who, "bold"), " in ", (where, "cyan"), f" reagiert mit {emoji}"))

    @contextlib.contextmanager
    def step(self, doing: str, done: str) -> Iterator[None]:
        """Something that takes seconds: what is being done, and afterwards that it is done and how long it took."""
        begin = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{doing} …"):
                yield
        else:
            self._console.print(Text(f"{doing} …"))
            yield
        seconds = f"{time.monotonic() - begin:.1f}".replace(".", ",")
        self._console.print(Text(f"{done} ({seconds} s)."))


def _console() -> Console:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH_WITHOUT_TERMINAL
    return console
