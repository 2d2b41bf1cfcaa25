"""Our texts -> the content of events (client-server API, Instant messaging)."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import nh3
import orjson
from markdown_it import MarkdownIt
from markdown_it.token import Token

Json = dict[str, Any]

MOST_BYTES = 40_000
"""An event may have 65,536 bytes (client-server API, Size limits); encryption adds a third, and an envelope."""

_SHOWN_TYPES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
"""Not image/svg+xml: it is a document with scripts, and clients do not show it."""
_ROOM = re.compile(r"@(room)", re.IGNORECASE)
_ALLOWED_TAGS = {"p", "br", "strong", "em", "code", "ul", "ol", "li", "a", "blockquote", "h3", "h4", "hr", "del"}


def message(
    markdown: str,
    *,
    notify: bool,
    mentions: Sequence[str] = (),
    reply_to: str | None = None,
    thread_id: str | None = None,
    most_bytes: int = MOST_BYTES,
) -> Json:
    """An m.room.message: m.text if people are to be notified, else m.notice; mentions are always explicit.

    In a thread, `reply_to` is the message it answers, or the fallback for clients without threads.
    """
    plain, html = _that_fits(markdown, most_bytes)
    content: Json = {
        "msgtype": "m.text" if notify else "m.notice",
        "body": plain,
        "format": "org.matrix.custom.html",
        "formatted_body": html,
        "m.mentions": {"user_ids": sorted(mentions)} if mentions else {},
    }
    return content | _relation(reply_to, thread_id)


def edit(target: str, new: Json) -> Json:
    """An m.room.message that puts `new` in the place of `target` (client-server API, Event replacements).

    Whom `new` mentions was told before, so outside of it nobody is mentioned. Both together must fit into an event.
    """
    fallback = {"body": f"* {new['body']}", "formatted_body": f"* {new['formatted_body']}", "m.mentions": {}}
    relation = {"rel_type": "m.replace", "event_id": target}
    return {**new, **fallback, "m.new_content": new, "m.relates_to": relation}


def wording(new: Json) -> Json:
    """What a message says, without whom it tells and how, and without where it belongs."""
    return {name: new[name] for name in ("body", "format", "formatted_body")}


def file(
    filename: str,
    *,
    content_type: str,
    size: int,
    caption: str | None = None,
    width: int | None = None,
    height: int | None = None,
    reply_to: str | None = None,
    thread_id: str | None = None,
) -> Json:
    """An m.room.message for a file of `size` bytes (m.image for what every client shows, else m.file).

    It mentions nobody. Where the file is, "url" or "file", is added once it is at the homeserver (client-server API,
    m.file, m.image; a caption is a `body` other than the `filename`, Media captions). Width and height are in pixels.
    """
    name = _defused(filename)
    info: Json = {"mimetype": content_type, "size": size}
    if width is not None and height is not None:
        info |= {"w": width, "h": height}
    content: Json = {
        "msgtype": "m.image" if content_type in _SHOWN_TYPES else "m.file",
        "body": _defused(caption) if caption else name,
        "filename": name,
        "info": info,
        "m.mentions": {},
    }
    return content | _relation(reply_to, thread_id)


def sent_again(file_content: Mapping[str, Any], *, reply_to: str | None = None, thread_id: str | None = None) -> Json:
    """An m.room.message that shows a person's file once more (`SentFile.content`), without caption and mentions."""
    name = _defused(str(file_content["filename"]))
    return {**file_content, "filename": name, "body": name, "m.mentions": {}} | _relation(reply_to, thread_id)


def _relation(reply_to: str | None, thread_id: str | None) -> Json:
    """Where an event belongs (client-server API, Rich replies and Threading)."""
    if thread_id is not None:
        return {
            "m.relates_to": {
                "rel_type": "m.thread",
                "event_id": thread_id,
                "is_falling_back": reply_to is None,
                "m.in_reply_to": {"event_id": reply_to or thread_id},
            }
        }
    return {} if reply_to is None else {"m.relates_to": {"m.in_reply_to": {"event_id": reply_to}}}


def reaction(target: str, emoji: str) -> Json:
    """An m.reaction to one of our own messages."""
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": target, "key": emoji}}


def _that_fits(markdown: str, most_bytes: int) -> tuple[str, str]:
    """The text as (plain body, HTML), with its end left out where both together are more than `most_bytes`."""
    shown, most = markdown, most_bytes
    while True:
        plain, html = render(shown)
        if len(orjson.dumps([plain, html])) <= most_bytes:
            return plain, html
        most = most * 2 // 3
        cut = markdown[:most]
        shown = (cut.rsplit("\n", 1)[0] if "\n" in cut[most // 2 :] else cut) + "\n\n… (gekürzt)"


@lru_cache(maxsize=128)
def render(markdown: str) -> tuple[str, str]:
    """A Markdown text as (plain body, HTML); both say the same (contract C14)."""
    tokens = _parser().parse(markdown)
    html = nh3.clean(
        _parser().renderer.render(tokens, _parser().options, {}),
        tags=_ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https", "http", "mailto"},
        link_rel=None,
    )
    return _defused(_plain(tokens)), _defused(html.strip())


def _defused(text: str) -> str:
    """The text without an `@room` that rings for everybody in clients that do not know m.mentions (contract C13)."""
    return _ROOM.sub("@\u2060\\1", text)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
        ["image", "code", "fence", "html_block", "html_inline"]
    )


def _plain(tokens: Sequence[Token]) -> str:
    return _Plain().lines_of(tokens)


class _Plain:
    """Writes tokens as lines: list items with a dash or number, quotes with `>`, links with their address."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._indents: list[str] = []
        self._numbers: list[int | None] = []
        self._bullet = ""

    def lines_of(self, tokens: Sequence[Token]) -> str:
        """The text of the tokens."""
        for token in tokens:
            match token.type:
                case "bullet_list_open" | "ordered_list_open" | "bullet_list_close" | "ordered_list_close":
                    self._list(token)
                case "list_item_open" | "list_item_close":
                    self._item(token)
                case "blockquote_open" | "blockquote_close":
                    self._quote(token)
                case "inline":
                    self._text(token)
                case "hr":
                    self._lines += ["---", ""]
                case _:
                    self._end(token)
        return "\n".join(self._lines).strip("\n")

    def _list(self, token: Token) -> None:
        if token.nesting == 1:
            self._numbers.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None)
            return
        self._numbers.pop()
        if not self._numbers:
            self._lines.append("")

    def _item(self, token: Token) -> None:
        if token.nesting != 1:
            self._indents.pop()
            return
        number = self._numbers[-1]
        self._bullet = "- " if number is None else f"{number}. "
        self._numbers[-1] = None if number is None else number + 1
        self._indents.append("  " if len(self._numbers) > 1 else "")

    def _quote(self, token: Token) -> None:
        if token.nesting == 1:
            self._indents.append("> ")
            return
        self._indents.pop()
        self._lines.append("")

    def _text(self, token: Token) -> None:
        indent = "".join(self._indents)
        for line in _inline(token).split("\n"):
            self._lines.append(indent + self._bullet + line)
            self._bullet = " " * len(self._bullet)
        self._bullet = ""

    def _end(self, token: Token) -> None:
        if token.type in {"paragraph_close", "heading_close"} and not token.hidden and not self._indents:
            self._lines.append("")


def _inline(token: Token) -> str:
    pieces: list[str] = []
    href = ""
    text_from = 0
    for child in token.children or ():
        match child.type:
            case "text" | "code_inline":
                pieces.append(child.content)
            case "softbreak" | "hardbreak":
                pieces.append("\n")
            case "link_open":
                href, text_from = str(child.attrGet("href")), len(pieces)
            case "link_close":
                shown = "".join(pieces[text_from:])
                if shown not in {href, href.removeprefix("mailto:")}:
                    pieces.append(f" ({href})")
            case _:
                pass
    return "".join(pieces)
