"""How people name a group (`AG3`, `AG 3`, `ag-3`, `3`) and a question (`AG3-017`, `ag3-17`, `AG 3-17`)."""

import re

_GROUP = re.compile(r"^\s*(?:ag[\s-]?)?(\d{1,2})(?=[\s:,.]|$)[:,.]?\s*", re.IGNORECASE)
_REF = re.compile(r"^\s*ag[\s-]?(\d{1,2})\s?[-\u2010-\u2014]\s?(\d{1,15})(?=[\s:,.]|$)[:,.]?\s*", re.IGNORECASE)


def take_group(text: str, default: int | None = None) -> tuple[int | None, str]:
    """The group a text begins with and what follows it; `default` (the room's own group) where it names none."""
    found = _GROUP.match(text)
    if found is None:
        return default, text.strip()
    return int(found[1]), text[found.end() :].strip()


def take_ref(text: str) -> tuple[int, int, str] | None:
    """(group, number, what follows) of the question number a text begins with, or None where it begins otherwise."""
    found = _REF.match(text)
    if found is None:
        return None
    return int(found[1]), int(found[2]), text[found.end() :].strip()
