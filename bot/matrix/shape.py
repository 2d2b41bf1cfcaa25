"""What the homeserver sent, made to the shape we rely on: what does not fit is left out (contract C5)."""

from typing import Any

Json = dict[str, Any]


def shaped(response: Json) -> Json:
    """A sync response in which every part that is read exists and has its type (client-server API, GET /sync).

    Each event is an object with a `type` (string) and a `content` (object). `next_batch` may still be missing.
    """
    rooms = mapping(response, "rooms")
    return {
        "next_batch": response.get("next_batch"),
        "rooms": {
            "join": {room_id: _joined(room) for room_id, room in _mappings(rooms, "join").items()},
            "invite": {
                room_id: {"invite_state": _events_below(room, "invite_state")}
                for room_id, room in _mappings(rooms, "invite").items()
            },
            "leave": _mappings(rooms, "leave"),
        },
        "to_device": _events_below(response, "to_device"),
        "device_one_time_keys_count": mapping(response, "device_one_time_keys_count"),
        "device_unused_fallback_key_types": _list_or_none(response, "device_unused_fallback_key_types"),
        "device_lists": {
            kind: [user_id for user_id in _list_or_none(lists, kind) or [] if isinstance(user_id, str)]
            for lists in [mapping(response, "device_lists")]
            for kind in ("changed", "left")
        },
    }


def events_in(parent: Json, key: str) -> list[Json]:
    """The events in a list of events."""
    found = parent.get(key)
    return [each for each in found if _is_event(each)] if isinstance(found, list) else []


def mapping(parent: Json, key: str) -> Json:
    """The object under a key, an empty one where there is none."""
    child = parent.get(key)
    return child if isinstance(child, dict) else {}


def _list_or_none(parent: Json, key: str) -> list[Any] | None:
    child = parent.get(key)
    return child if isinstance(child, list) else None


def _joined(room: Json) -> Json:
    timeline = mapping(room, "timeline")
    start = timeline.get("prev_batch")
    return {
        "timeline": {
            "events": events_in(timeline, "events"),
            "limited": timeline.get("limited") is True,
            "prev_batch": start if isinstance(start, str) else None,
        },
        "state": _events_below(room, "state"),
        "summary": mapping(room, "summary"),
    }


def _events_below(parent: Json, key: str) -> Json:
    return {"events": events_in(mapping(parent, key), "events")}


def _mappings(parent: Json, key: str) -> Json:
    return {name: child for name, child in mapping(parent, key).items() if isinstance(child, dict)}


def _is_event(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("type"), str) and isinstance(value.get("content"), dict)
