"""How the bot is doing."""

from datetime import timedelta

from commands.markup import Markdown, fill, join
from storage.health import Health, Parked
from storage.tables import OwnDevice

_MOST_LINES = 10
_REASONS = {
    "handling_failed": "konnte auch nach mehreren Versuchen nicht bearbeitet werden",
}


_PROBLEMS = {
    "": "Gerät bestätigt",
    "no identity": "Gerät nicht bestätigt: Das Konto des Bots hat noch keine Identität",
    "foreign identity": "Gerät nicht bestätigt: Am Server liegt eine andere Identität als die des Bots",
    "device not on the homeserver": "Gerät nicht bestätigt: Seine Schlüssel fehlen am Server",
    "device keys differ": "Gerät nicht bestätigt: Am Server liegen andere Schlüssel dieses Geräts",
    "chain broken": "Gerät nicht bestätigt: Die Unterschriften der Identität passen nicht zusammen",
    "device not signed": "Gerät nicht bestätigt: Die Unterschrift der Identität fehlt",
}


def status(
    health: Health, *, version: str, running: timedelta, encryption: bool, device: OwnDevice | None = None
) -> Markdown:
    """Version, running time, whether others trust the device, what waits, what is parked and why."""
    waiting_in = max(0, health.waiting_in - 1)  # without the very question that is being answered
    parked = [*health.parked_in, *health.parked_out]
    untrusted = encryption and (device is None or not device.signed)
    verdict = "Es gibt etwas zu tun." if parked or health.unreadable or untrusted else "Alles in Ordnung."
    lines = [
        fill(
            "**{verdict}** AG4-Bot {version}, läuft seit {running}.\n",
            verdict=verdict,
            version=version,
            running=_span(running),
        ),
        fill("- Wartet auf Bearbeitung: {count}", count=waiting_in),
        fill("- Wartet auf Versand: {count}", count=health.waiting_out),
        _encryption(health.unreadable, device) if encryption else fill("- Verschlüsselung: ausgeschaltet"),
        fill("- Zurückgestellt: {count}", count=sum(each.count for each in parked)),
    ]
    lines += [_parked(each, way="eingegangen") for each in health.parked_in[:_MOST_LINES]]
    lines += [_parked(each, way="nicht versendbar") for each in health.parked_out[:_MOST_LINES]]
    return join(lines)


def _encryption(unreadable: int, device: OwnDevice | None) -> Markdown:
    """One line: whether today's clients trust the bot, its supply of keys, and what it could not read."""
    if device is None:
        return fill("- Verschlüsselung: eingeschaltet, noch nicht geprüft; nicht lesbar: {count}", count=unreadable)
    keys = "unbekannt" if device.one_time_keys is None else str(device.one_time_keys)
    return fill(
        "- Verschlüsselung: {trust}; Einmalschlüssel: {keys}; nicht lesbare Nachrichten: {count}",
        trust=_PROBLEMS.get(device.problem, device.problem),
        keys=keys,
        count=unreadable,
    )


def _parked(each: Parked, *, way: str) -> Markdown:
    return fill(
        "  - {count} × {way} in Raum {room}: {reason}",
        count=each.count,
        way=way,
        room=each.room_id,
        reason=_REASONS.get(each.reason, each.reason or "unbekannter Grund"),
    )


def _span(running: timedelta) -> str:
    minutes = int(running.total_seconds()) // 60
    hours, days = minutes // 60, running.days
    if days:
        return f"{days} Tag" + ("" if days == 1 else "en")
    if hours:
        return f"{hours} Stunde" + ("" if hours == 1 else "n")
    return f"{minutes} Minute" + ("" if minutes == 1 else "n")
