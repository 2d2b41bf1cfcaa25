"""How the bot is doing."""

from datetime import timedelta

from commands.markup import Markdown, fill, join
from storage.health import Health, Parked

_MOST_LINES = 10
_REASONS = {
    "handling_failed": "konnte auch nach mehreren Versuchen nicht bearbeitet werden",
}


def status(health: Health, *, version: str, running: timedelta, encryption: bool) -> Markdown:
    """Version, running time, what waits, what is parked and why."""
    waiting_in = max(0, health.waiting_in - 1)  # without the very question that is being answered
    parked = [*health.parked_in, *health.parked_out]
    verdict = "Es gibt etwas zu tun." if parked or health.unreadable else "Alles in Ordnung."
    lines = [
        fill(
            "**{verdict}** AG4-Bot {version}, läuft seit {running}.\n",
            verdict=verdict,
            version=version,
            running=_span(running),
        ),
        fill("- Wartet auf Bearbeitung: {count}", count=waiting_in),
        fill("- Wartet auf Versand: {count}", count=health.waiting_out),
        fill("- Verschlüsselung: {state}", state="eingeschaltet" if encryption else "ausgeschaltet"),
        fill("- Nicht lesbare verschlüsselte Nachrichten: {count}", count=health.unreadable),
        fill("- Zurückgestellt: {count}", count=sum(each.count for each in parked)),
    ]
    lines += [_parked(each, way="eingegangen") for each in health.parked_in[:_MOST_LINES]]
    lines += [_parked(each, way="nicht versendbar") for each in health.parked_out[:_MOST_LINES]]
    return join(lines)


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
