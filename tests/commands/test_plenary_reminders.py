"""A year of plenaries with a bot that is down now and then: nothing is said twice, nothing is lost silently."""

import datetime as dt
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from commands.calendar.reminders import remind
from commands.dates.quiet_hours import held, is_quiet
from commands.dates.wall_clock import Distance, instant, wall
from commands.settings import Settings
from storage import calendar, notices, rooms
from storage.database import Database
from storage.tables import NoticeKind, RoomKind

PLENUM, COORDINATION = "!plenum", "!koordination"
NEW_YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
STARTS = (  # 09:00 on and after both days on which the clocks change, and an ordinary day
    dt.datetime(2026, 3, 29, 9),
    dt.datetime(2026, 3, 30, 9),
    dt.datetime(2026, 7, 1, 14, 30),
    dt.datetime(2026, 10, 25, 9),
    dt.datetime(2026, 10, 26, 9),
)
SETTINGS = Settings(bot_id="@bot:test", version="1", started_at=NEW_YEAR)
DISTANCES = [Distance.parse(text) for text in SETTINGS.reminders]
BUSY = dt.timedelta(seconds=20)
"""How late the clock rings."""

downtimes = st.lists(
    st.tuples(
        st.sampled_from(STARTS),
        st.integers(-15 * 24, 24).map(lambda hours: dt.timedelta(hours=hours)),
        st.sampled_from([1, 3, 26, 48, 400]).map(lambda hours: dt.timedelta(hours=hours)),
    ),
    max_size=4,
)
announced_before = st.lists(
    st.integers(2, 30 * 24).map(lambda hours: dt.timedelta(hours=hours)), min_size=len(STARTS), max_size=len(STARTS)
)


def due(start: dt.datetime, distance: Distance) -> dt.datetime:
    return instant(held(distance.before(start), start))


@settings(max_examples=12, deadline=None)
@given(downtimes, announced_before)
async def test_every_distance_is_sent_once_or_accounted_for(downs, ahead):
    pauses = [(instant(start) + offset, instant(start) + offset + length) for start, offset, length in downs]
    announced = [instant(start) - lead for start, lead in zip(STARTS, ahead, strict=True)]
    rings = rings_of_a_year(pauses, announced)
    with tempfile.TemporaryDirectory() as directory:
        database = await Database.open(Path(directory) / "test.sqlite")
        try:
            said = await a_year(database, announced, rings)
            async with database.reading() as session:
                events = await calendar.every(session, calendar.PLENARY)
                noted = {event.number: await notices.of(session, event) for event in events}
        finally:
            await database.close()
    assert len({key for key, _ in said}) == len(said), "a key is never used twice"
    at = dict(said)
    for event in events:
        key = f"calendar:{event.id}:v1"
        for distance in DISTANCES:
            moment = due(event.starts, distance)
            sent = at.get(f"remind:{key}:{distance.label}:{PLENUM}")
            rows = [each.kind for each in noted[event.number] if each.distance == distance.label]
            heard = next(ring for ring in rings if ring >= moment and not_quiet(ring, event.starts))
            if moment <= announced[event.number - 1]:
                assert (sent, rows) == (None, []), "told by the announcement"
            elif sent is not None:
                assert rows == [NoticeKind.REMINDER]
                assert sent == heard < instant(event.starts)
            else:
                assert rows == [NoticeKind.SKIPPED]
                instead = {
                    f"remind:{key}:{nearer.label}:{PLENUM}"
                    for nearer in DISTANCES
                    if nearer.before(event.starts) > distance.before(event.starts)
                } | {f"skipped:{key}:{COORDINATION}"}
                assert any(at.get(other) == heard for other in instead), "never silently"


def not_quiet(ring, start):
    """Whether anybody may be written to about a date at a ring; what is over can wait for the morning."""
    local = wall(ring)
    return not is_quiet(local) or (local.date() <= start.date() and held(local, start) == local)


def rings_of_a_year(pauses, announced):
    """When the clock rings: weekly, when anything is due or begins, and when the bot comes back from a pause."""
    moments = [NEW_YEAR + dt.timedelta(weeks=week, hours=9) for week in range(60)]
    moments += [due(start, distance) + BUSY for start in STARTS for distance in DISTANCES]
    moments += [instant(start) + BUSY for start in STARTS]
    moments += [end for _, end in pauses]
    return sorted({each for each in moments if not any(since <= each < until for since, until in pauses)})


async def a_year(database, announced, rings):
    """Ring twice each time; the keys of what was said, with the time."""
    said = []
    async with database.transaction() as session:
        await rooms.bind(session, {PLENUM: (RoomKind.PLENARY, None), COORDINATION: (RoomKind.COORDINATION, None)})
        for number, (start, at) in enumerate(zip(STARTS, announced, strict=True), 1):
            event = await calendar.add(session, calendar.PLENARY, number=number, starts=start, at=at)
            await notices.add(session, event, NoticeKind.ANNOUNCEMENT, [PLENUM], at=at)
    for now in rings:
        async with database.transaction() as session:
            said += [(message.key, now) for message in await remind(session, now, SETTINGS)]
            assert await remind(session, now, SETTINGS) == [], "asking twice does no harm"
    return said


def test_the_day_before_at_nine_stays_nine_across_both_clock_changes():
    for start in STARTS:
        for distance in DISTANCES[:3]:
            assert distance.before(start).time() == start.time()


async def test_a_distance_configured_later_says_nothing_about_dates_gone_by(tmp_path):
    database = await Database.open(tmp_path / "test.sqlite")
    try:
        announced = [instant(start) - dt.timedelta(days=30) for start in STARTS]
        await a_year(database, announced, rings_of_a_year([], announced))
        later = Settings(bot_id="@bot:test", version="2", started_at=NEW_YEAR, reminders=("7d", "1d", "30m"))
        async with database.transaction() as session:
            assert await remind(session, dt.datetime(2027, 1, 1, tzinfo=dt.UTC), later) == []
    finally:
        await database.close()
