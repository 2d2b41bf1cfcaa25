"""Files that people send -> what is needed to show them again elsewhere. The bot neither fetches nor stores them."""

from typing import Any

Json = dict[str, Any]

_TYPES = ("m.file", "m.image", "m.video", "m.audio")
_NUMBERS = ("size", "w", "h", "duration")
_ENCRYPTION = ("url", "key", "iv", "hashes", "v")


def sent(content: Json) -> Json | None:
    """The file of an m.room.message, or None where there is none (client-server API, m.file and others).

    Only what clients need to show it: no caption, no thumbnail, no mentions, nothing that is not in the specification.
    """
    if content.get("msgtype") not in _TYPES:
        return None
    source, name = _source(content), _plain_name(content.get("filename") or content.get("body"))
    if source is None or not name:
        return None
    return {"msgtype": content["msgtype"], "filename": name, "info": _info(content.get("info")), **source}


def has_caption(content: Json) -> bool:
    """Whether the body is a caption: it is not the filename, and there is one (Media captions, since Matrix 1.10)."""
    filename, body = content.get("filename"), content.get("body")
    return isinstance(filename, str) and isinstance(body, str) and bool(body.strip()) and body != filename


def _source(content: Json) -> Json | None:
    """Where the file is: "url", or "file" with its key (Sending encrypted attachments)."""
    file = content.get("file")
    if isinstance(file, dict):
        kept = {name: file.get(name) for name in _ENCRYPTION}
        whole = all(isinstance(kept[name], dict) for name in ("key", "hashes")) and isinstance(kept["iv"], str)
        return {"file": kept} if whole and _is_mxc(kept["url"]) else None
    return {"url": content["url"]} if _is_mxc(content.get("url")) else None


def _is_mxc(uri: Any) -> bool:
    return isinstance(uri, str) and uri.startswith("mxc://")


def _info(info: Any) -> Json:
    """What is said of the file, as far as it is what it should be. Numbers are whole and not negative."""
    if not isinstance(info, dict):
        return {}
    kept: Json = {"mimetype": info["mimetype"]} if isinstance(info.get("mimetype"), str) else {}
    for name in _NUMBERS:
        number = info.get(name)
        if isinstance(number, int) and not isinstance(number, bool) and number >= 0:
            kept[name] = number
    return kept


def _plain_name(name: Any) -> str:
    """A file's name without folders and without characters that cannot be seen (they can feign another ending)."""
    if not isinstance(name, str):
        return ""
    return "".join(each for each in name.replace("\\", "/").rpartition("/")[2] if each.isprintable()).strip()
