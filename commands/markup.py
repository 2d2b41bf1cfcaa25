"""Texts are Markdown with holes; what people typed goes into a hole, escaped, and stays plain text there.

`fill("**{ref}** ist notiert: {text}", ref=..., text=...)` is the only way into a text (contract C13).
"""

import re
import unicodedata

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:\"'=/])")
_ROOM = re.compile(r"@(room)", re.IGNORECASE)
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF, 0x00AD])
_WORD_JOINER = "\u2060"


class Markdown(str):
    """A piece of text that is Markdown already and is not escaped again."""

    __slots__ = ()


def fill(template: str, /, **values: object) -> Markdown:
    """Put values into the holes of a Markdown template; everything but `Markdown` is escaped and made one line."""
    return Markdown(
        template.format(
            **{name: value if isinstance(value, Markdown) else escape(str(value)) for name, value in values.items()}
        )
    )


def join(pieces: list[Markdown] | list[str], separator: str = "\n") -> Markdown:
    """Join pieces that are Markdown already."""
    return Markdown(separator.join(pieces))


def escape(text: str) -> Markdown:
    """What a person typed, as one line that says just that: no markup, no `@room`, no control characters."""
    line = " ".join(clean(text).split())
    line = _ROOM.sub(rf"@{_WORD_JOINER}\1", line)
    return Markdown(_SPECIAL.sub(r"\\\1", line))


def escape_lines(text: str) -> Markdown:
    """What a person typed, with its line breaks; several empty lines become one, each line says just what it said."""
    lines = [escape(line) for line in clean(text).strip().split("\n")]
    return join([line for line, before in zip(lines, ["", *lines], strict=False) if line or before])


def clean(text: str) -> str:
    """Remove control, right-to-left and invisible format characters; keep line breaks and tabs.

    Joiners within emoji stay. Unicode is normalised to NFC, so that a typed umlaut is one character.
    """
    kept = (
        char
        for char in unicodedata.normalize("NFC", text).translate(_BIDI)
        if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs", "Co"}
    )
    return "".join(kept)


def shorten(text: str, most: int) -> str:
    """Cut a text at a word, with an ellipsis, to at most `most` characters."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut) + "…"
