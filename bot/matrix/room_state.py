"""The bot's part in what a room shows of itself: its sentence in the topic, its message among those pinned.

Pure: the content that is there -> the content that is to be there. Whatever is there, nothing here raises.
"""

import re
from collections.abc import Collection
from html import escape
from typing import Any

from commands.command import TOPIC_START

Json = dict[str, Any]

_OURS = re.compile(rf" ?\[{re.escape(TOPIC_START.strip())}[^\[\]\n]*\]")
_RICH = ("m.topic", "org.matrix.msc3765.topic")
"""The same topic once more, in several forms, since Matrix 1.15 and before; clients prefer it to the plain one."""
_BRACKETS = str.maketrans("[]", "()")


def topic(present: Json, sentence: str) -> Json:
    """The topic with `sentence` in brackets behind what people wrote, in the place of the bot's earlier one.

    "" only takes the earlier one away. All forms of the topic say the same (client-server API, m.room.topic).
    """
    plain = " ".join(sentence.split()).translate(_BRACKETS)
    new = dict(present)
    if plain or "topic" in present:
        new["topic"] = _with(_text(present, "topic"), plain)
    for name in _RICH:
        forms = present.get(name)
        if isinstance(forms, list):
            new[name] = _forms(forms, plain)
        elif isinstance(forms, dict) and isinstance(forms.get("m.text"), list):
            new[name] = {**forms, "m.text": _forms(forms["m.text"], plain)}
    return new


def _forms(forms: list[Any], sentence: str) -> list[Any]:
    return [_form(form, sentence) if isinstance(form, dict) else form for form in forms]


def _form(form: Json, sentence: str) -> Json:
    is_html = form.get("mimetype") == "text/html"
    return {**form, "body": _with(_text(form, "body"), escape(sentence) if is_html else sentence)}


def _with(text: str, sentence: str) -> str:
    theirs = _OURS.sub("", text)
    if not sentence:
        return theirs
    return f"{theirs} [{sentence}]" if theirs else f"[{sentence}]"


def pins(present: Json, event_id: str, *, instead_of: Collection[str] = ()) -> Json:
    """The pinned messages with `event_id` as the newest, without `instead_of`; one that is pinned stays where it is."""
    kept = [each for each in pinned(present) if each == event_id or each not in instead_of]
    return {**present, "pinned": kept if event_id in kept else [*kept, event_id]}


def pinned(present: Json) -> list[str]:
    """The event IDs of the pinned messages, in order."""
    found = present.get("pinned")
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _text(parent: Json, key: str) -> str:
    found = parent.get(key)
    return found if isinstance(found, str) else ""
