"""The database's side: whether it can be used, what waits, what could not be read, what is parked."""

import asyncio
from pathlib import Path

from sqlalchemy.exc import DatabaseError as SqlDatabaseError

from bot.doctor.finding import Finding, ok, problem, warning
from storage import health, read_only, rooms, snapshot
from storage.errors import DatabaseUnusable, explain
from storage.health import Health, Parked

_MOST_LINES = 10


async def examine(path: Path, *, encryption: bool) -> list[Finding]:
    """What the database says; it is only read."""
    if not await asyncio.to_thread(path.exists):
        return [warning("database", f"there is no {path} yet. The bot makes it at its first start.")]
    try:
        found = await asyncio.to_thread(snapshot.inspect, path)
        if not found.is_current:
            text = f"undamaged; it is of an older version (revision {found.revision}) and is changed at the next start."
            return [warning("database", f"{text} Make a backup before: ag4-bot backup.")]
        async with read_only.reading(path) as session:
            state = await health.read(session)
            encrypted = sum(room.encrypted and room.joined for room in (await rooms.known(session)).values())
    except DatabaseUnusable as error:
        return [problem("database", str(error))]
    except SqlDatabaseError as error:
        return [problem("database", str(explain(error, path)))]
    waiting = f"{state.waiting_in} to be handled, {state.waiting_out} to be sent"
    findings = [ok("database", f"undamaged, revision {found.revision}; waiting: {waiting}."), _unreadable(state)]
    if encrypted and not encryption:
        text = f"{encrypted} of the bot's rooms are encrypted, but [encryption] enabled is false: it is mute there."
        findings.append(warning("rooms", f"{text} Set it to true."))
    return [*findings, _parked(state)]


def _unreadable(state: Health) -> Finding:
    if not state.unreadable:
        return ok("messages", "all that came in could be read.")
    return warning(
        "messages",
        f"{state.unreadable} encrypted messages could not be read; they are tried again when their keys come. If the"
        " device is signed (see above), the senders have been asked to send them again.",
    )


def _parked(state: Health) -> Finding:
    """Rooms and reasons, never what was said."""
    ways = [*((each, "came in") for each in state.parked_in), *((each, "cannot be sent") for each in state.parked_out)]
    if not ways:
        return ok("parked", "nothing was set aside.")
    lines = [_line(each, way) for each, way in ways[:_MOST_LINES]]
    if len(ways) > _MOST_LINES:
        lines.append(f"and {len(ways) - _MOST_LINES} more rooms and reasons")
    count = sum(each.count for each, _ in ways)
    remedy = "403: invite the bot again; handling_failed: report the log's lines of that name."
    return warning("parked", f"{count} set aside, because trying again does not help. {remedy}", *lines)


def _line(each: Parked, way: str) -> str:
    return f"{each.count} x {way}, {each.room_id}: {each.reason or 'unknown reason'}"
