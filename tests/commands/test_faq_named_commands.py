"""Whatever the bot or its handbook tells people to type is a command."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import commands.texts
from commands.registry import Registry

ROOT = Path(__file__).parents[2]
TEXTS = sorted(Path(commands.texts.__file__).parent.glob("*.py"))
HANDBOOK = ROOT / "docs" / "handbuch.md"

_NAMED = re.compile(r"(?:(?<!\w)!|\{p(?:refix)?\})([^\W\d_]+(?: [^\W\d_]+)?)")


def _strings(path: Path) -> Iterator[str]:
    """Every string of a module as it reads when its pieces are put together, also docstrings."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _unknown(texts: Iterator[str]) -> list[str]:
    """Named commands that do not exist; the longest name counts, as when it is typed."""
    return [words for text in texts for words in _NAMED.findall(text) if Registry().find(words) is None]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_the_texts_name_only_commands_that_exist(path: Path) -> None:
    assert _unknown(_strings(path)) == []


def test_the_handbook_names_only_commands_that_exist() -> None:
    assert _unknown(iter([HANDBOOK.read_text("utf-8")])) == []


def test_the_texts_do_name_commands() -> None:
    """So that the tests above do not pass because nothing is found."""
    named = {words for path in TEXTS for text in _strings(path) for words in _NAMED.findall(text)}
    assert {"faq", "kontakt", "plenum neu"} <= named
    assert _unknown(
        iter(["Mit !jemand geht es weiter.", "`{prefix}meinedaten`", "!plenum neu 3.5. und !frage AG3"])
    ) == [
        "jemand geht",
        "meinedaten",
    ]
