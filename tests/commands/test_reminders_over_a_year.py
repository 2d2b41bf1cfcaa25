"""A year of dates of all kinds, with pauses of the bot, a clock that is put forth and back, changes, and subscriptions.

Each reminder (of a date, a version, a distance, for a receiver) is sent once, or it is accounted for.
"""

import asyncio
import dataclasses
import datetime as dt
import itertools
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands.calendar import telling
from commands.calendar.kinds import rooms_of
from commands.calendar.reminders import remind
from commands.dates.quiet_hours import held, is_quiet
from commands.dates.wall_clock import Distance, instant, wall
from commands.dates.working_days import add_working_days
from commands.settings import Settings
from storage import calendar, calendar_changes, notices, rooms, subscriptions
from storage.database import Database
from storage.tables import ChangeKind, EventStatus, Group, NoticeKind, RoomKind

NEW_YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
BUSY = dt.timedelta(seconds=20)
"""How late the clock rings."""

PLENUM, GROUP, COORDINATION, ANNA, BEN = "!plenum", "!ag3", "!koordination", "!anna", "!ben"
PLENARY, TALK, MEETING, OFFICE_HOUR = calendar.PLENARY, calendar.TALK, calendar.kind_of_group(3), calendar.OFFICE_HOUR
DATES = (
    (PLENARY, dt.datetime(2026, 3, 29, 9)),  # a Sunday: the clocks change that night
    (MEETING, dt.datetime(2026, 3, 30, 9)),
    (OFFICE_HOUR, dt.datetime(2026, 4, 7, 6, 30)),  # after Easter, before it is light
    (PLENARY, dt.datetime(2026, 7, 1, 14, 30)),
    (TALK, dt.datetime(2026, 7, 3, 20)),  # in the evening
    (PLENARY, dt.datetime(2026, 10, 26, 9)),  # the clocks changed the night before
)
SETTINGS = Settings(bot_id="@bot:test", version="1", started_at=NEW_YEAR)
OF_ROOMS = {kind: SETTINGS.reminders if kind == PLENARY else SETTINGS.meeting_reminders for kind, _ in DATES}
OF_PEOPLE = {
    ANNA: {PLENARY: ("2d", "30m"), subscriptions.EVERY_KIND: ("1d", "3h")},
    BEN: {MEETING: ("7d", "1h"), OFFICE_HOUR: ("1d",)},
}
SHIFTS = {"a day later": 24 * HOUR, "three hours earlier": -3 * HOUR, "next week": 8 * 24 * HOUR}
CHANGES = (*SHIFTS, "details", "cancelled", "reinstated")


@dataclasses.dataclass(frozen=True)
class Plan:
    """What happens in a year, in true time (UTC).

    `pauses`: the bot is down. `jumps`: in between, the host's clock is wrong by so much. `announced`: when each date is.
    `changes`: when, which date, how. `subscribed`: when each person is.
    """

    announced: tuple[dt.datetime, ...]
    pauses: tuple[tuple[dt.datetime, dt.datetime], ...] = ()
    jumps: tuple[tuple[dt.datetime, dt.datetime, dt.timedelta], ...] = ()
    changes: tuple[tuple[dt.datetime, int, str], ...] = ()
    subscribed: tuple[dt.datetime, dt.datetime] = (NEW_YEAR, NEW_YEAR)

    def is_up(self, moment):
        return not any(since <= moment < until for since, until in self.pauses)

    def up(self, moment):
        """The first moment from this one on at which the bot is up."""
        while not self.is_up(moment):
            moment = max(until for since, until in self.pauses if since <= moment < until)
        return moment

    def clock(self, moment):
        """What the host's clock shows."""
        return moment + next((by for since, until, by in self.jumps if since <= moment < until), 0 * HOUR)

    def rings(self):
        """When the clock rings: weekly, when it shows that anything is due, and after what is out of the ordinary."""
        starts = {start for _, start in DATES}
        starts |= {DATES[which][1] + SHIFTS[how] for _, which, how in self.changes if how in SHIFTS}
        labels = {*itertools.chain(*OF_ROOMS.values(), *(each for own in OF_PEOPLE.values() for each in own.values()))}
        shown = {due(start, Distance.parse(label)) for start in starts for label in labels} | set(map(instant, starts))
        shown |= {morning_after(moment) for moment in [until for _, until in self.pauses] + list(map(instant, starts))}
        moments = [NEW_YEAR + dt.timedelta(weeks=week) for week in range(54)]
        for by in {0 * HOUR, *(by for *_, by in self.jumps)}:
            moments += [each - by for each in shown if self.clock(each - by) == each]
        moments += [until for _, until in self.pauses] + [each for jump in self.jumps for each in jump[:2]]
        return sorted({each + BUSY for each in moments if self.is_up(each + BUSY)})


@dataclasses.dataclass(frozen=True)
class Version:
    """A version of a date: since which step of the story and since when by the host's clock it is known."""

    number: int
    step: int
    at: dt.datetime
    starts: dt.datetime
    on: bool


@dataclasses.dataclass
class Story:
    """What happened: steps in their order, times by the host's clock."""

    rings: list = dataclasses.field(default_factory=list)
    said: list = dataclasses.field(default_factory=list)
    versions: dict = dataclasses.field(default_factory=dict)
    ids: dict = dataclasses.field(default_factory=dict)
    kinds: dict = dataclasses.field(default_factory=dict)
    subscribed: dict = dataclasses.field(default_factory=dict)
    noted: dict = dataclasses.field(default_factory=dict)


def due(start, distance):
    return instant(held(distance.before(start), start))


def morning_after(moment):
    return instant(dt.datetime.combine(add_working_days(wall(moment).date(), 1), dt.time(7)))


def may_disturb(now, start):
    """Whether anybody may be written to about a date: not in quiet hours, save "heute" and where no morning is left."""
    local = wall(now)
    if not is_quiet(local) or local.date() == start.date():
        return True
    return local < start and held(local, start) == local


# The year


async def told(plan, furnished):
    """Let the year pass and tell what happened."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(furnished, directory, dirs_exist_ok=True)
        return await passed(plan, Path(directory))


async def passed(plan, directory):
    steps = [(plan.up(at), 0, ("announce", which)) for which, at in enumerate(plan.announced)]
    steps += [(plan.up(at), 1, ("change", which, how)) for at, which, how in plan.changes]
    steps += [(plan.up(at), 2, ("subscribe", who)) for at, who in zip(plan.subscribed, OF_PEOPLE, strict=True)]
    steps += [(at, 3, ("ring",)) for at in plan.rings()]
    story = Story()
    database = await Database.open(directory / "test.sqlite")
    try:
        for step, (at, _, (what, *how)) in enumerate(sorted(steps)):
            async with database.transaction() as session:
                await ACTS[what](session, story, (step, plan.clock(at)), *how)
        async with database.reading() as session:
            for event_id in story.versions:
                event = await calendar.find(session, event_id)
                story.noted[event_id] = await notices.of(session, event)
    finally:
        await database.close()
    return story


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    """A database with the rooms in it, to be copied."""
    directory = tmp_path_factory.mktemp("furnished")
    asyncio.run(furnish(directory))
    return directory


async def furnish(directory):
    known = {PLENUM: (RoomKind.PLENARY, None), GROUP: (RoomKind.GROUP, 3), COORDINATION: (RoomKind.COORDINATION, None)}
    database = await Database.open(directory / "test.sqlite")
    try:
        async with database.transaction() as session:
            session.add(Group(number=3, name="AG 3", topic="Basisdienste", reviews=False))
            await session.flush()
            await rooms.bind(session, known)
            for chat in OF_PEOPLE:
                await rooms.note(session, chat, kind=RoomKind.DIRECT, joined=True)
    finally:
        await database.close()


async def announce(session, story, when, which):
    step, now = when
    kind, start = DATES[which]
    if now >= instant(start):
        return
    event = await calendar.add(session, kind, starts=start, ends=start + HOUR, at=now)
    await telling.announce(session, event, await rooms_of(session, SETTINGS, kind), prefix="!")
    story.ids[which], story.kinds[event.id] = event.id, kind
    story.versions[event.id] = [Version(1, step, now, start, on=True)]


async def change(session, story, when, which, how):
    step, now = when
    if which not in story.ids:
        return
    event = await calendar.find(session, story.ids[which])
    on = event.status is EventStatus.CONFIRMED
    if now >= instant(event.starts) or on is (how == "reinstated"):
        return
    match how:
        case "details":
            what, wanted = ChangeKind.CHANGED, {"title": f"Thema {step}"}
        case "cancelled" | "reinstated":
            what = ChangeKind(how)
            wanted = {"status": "CANCELLED" if on else "CONFIRMED"}
        case _:
            starts = DATES[which][1] + SHIFTS[how]
            if starts == event.starts or now >= instant(starts):
                return
            what, wanted = ChangeKind.MOVED, {"starts": starts.isoformat(), "ends": (starts + HOUR).isoformat()}
    made = await calendar_changes.make(session, event, what, wanted, at=now, actor="@karin:test", cause=f"${step}")
    await telling.correct(session, event, made, prefix="!")
    on = event.status is EventStatus.CONFIRMED
    story.versions[event.id].append(Version(event.version, step, now, event.starts, on))


async def subscribe(session, story, when, who):
    for kind, distances in OF_PEOPLE[who].items():
        await subscriptions.put(session, f"@{who[1:]}:test", kind, room_id=who, distances=distances, at=when[1])
    story.subscribed[who] = when


async def ring(session, story, when):
    story.rings.append(when)
    story.said += [(message.key, when) for message in await remind(session, when[1], SETTINGS)]
    assert await remind(session, when[1], SETTINGS) == [], "asking twice does no harm"


ACTS = {"announce": announce, "change": change, "subscribe": subscribe, "ring": ring}


# The law


def wishes(kind, story):
    """Who is to be reminded of dates of a kind, how long before, and since when: (room, distance, step, moment)."""
    room = GROUP if kind == MEETING else PLENUM
    found = [(room, label, -1, NEW_YEAR) for label in OF_ROOMS[kind]]
    for chat, own in OF_PEOPLE.items():
        labels = {*own.get(kind, ()), *own.get(subscriptions.EVERY_KIND, ())}
        found += [(chat, label, *story.subscribed[chat]) for label in labels]
    return [(room, Distance.parse(label), step, moment) for room, label, step, moment in found]


def judge(story):
    """Hold the law against a story; how many reminders were sent, and how many were left out."""
    keys = [key for key, _ in story.said]
    assert len(set(keys)) == len(keys), "a key is never used twice"
    at, sent, skipped = dict(story.said), set(), 0
    for event_id, versions in story.versions.items():
        for version, following in itertools.zip_longest(versions, versions[1:]):
            until = following.step if following else 10**9
            for room, distance, step, wanted in wishes(story.kinds[event_id], story):
                key = f"calendar:{event_id}:v{version.number}"
                moment = due(version.starts, distance)
                reminded = at.get(f"remind:{key}:{distance.label}:{room}")
                rows = [
                    each.kind
                    for each in story.noted[event_id]
                    if (each.version, each.room_id, each.distance) == (version.number, room, distance.label)
                ]
                rings = (
                    (number, now)
                    for number, now in story.rings
                    if max(version.step, step) < number < until and now >= moment and may_disturb(now, version.starts)
                )
                heard = next(rings, None)
                if not version.on or moment <= max(version.at, wanted) or heard is None:
                    assert (reminded, rows) == (None, []), (
                        "told by the announcement or the correction, or changed since"
                    )
                elif reminded is not None:
                    assert (reminded, rows) == (heard, [NoticeKind.REMINDER])
                    assert heard[1] < instant(version.starts), "never after it began"
                    sent.add(f"remind:{key}:{distance.label}:{room}")
                else:
                    assert rows == [NoticeKind.SKIPPED], "accounted for"
                    instead = {
                        at.get(f"remind:{key}:{nearer.label}:{room}")
                        for other, nearer, *_ in wishes(story.kinds[event_id], story)
                        if other == room and nearer.before(version.starts) > distance.before(version.starts)
                    } | {at.get(f"skipped:{key}:{COORDINATION}")}
                    assert heard in instead, "never silently"
                    skipped += 1
    assert {key for key in keys if key.startswith("remind:")} == sent, "and nothing else"
    starts = {f"calendar:{id_}:v{each.number}:": each.starts for id_, found in story.versions.items() for each in found}
    for key, (_, now) in story.said:
        start = next(start for of_version, start in starts.items() if of_version in key)
        assert may_disturb(now, start), "quiet hours are held, also towards the coordination"
    return len(sent), skipped


# The stories


def around(least, most):
    """A date, and a moment so many hours before or after its beginning."""
    return st.tuples(st.integers(0, len(DATES) - 1), st.integers(least, most))


def moment(which, hours_later):
    return instant(DATES[which][1]) + hours_later * HOUR + 7 * BUSY


@st.composite
def plans(draw):
    pauses = draw(st.lists(st.tuples(around(-15 * 24, 24), st.sampled_from([1, 3, 26, 48, 400])), max_size=4))
    wrong = draw(st.lists(st.tuples(around(-75, 3), st.sampled_from([1, 6, 30]), st.sampled_from([-2, 2])), max_size=4))
    changes = draw(st.lists(st.tuples(around(-20 * 24, -1), st.sampled_from(CHANGES)), max_size=6))
    ahead = draw(st.lists(st.integers(2, 30 * 24), min_size=len(DATES), max_size=len(DATES)))
    subscribed = draw(st.tuples(around(-10 * 24, 0), around(-10 * 24, 0)))
    return Plan(
        announced=tuple(moment(which, -lead) for which, lead in enumerate(ahead)),
        pauses=tuple((moment(*at), moment(*at) + length * HOUR) for at, length in pauses),
        jumps=tuple((moment(*at), moment(*at) + length * HOUR, by * HOUR) for at, length, by in wrong),
        changes=tuple((moment(*at), at[0], how) for at, how in changes),
        subscribed=tuple(moment(*at) for at in subscribed),
    )


@settings(max_examples=80, deadline=None)
@given(plan=plans())
async def test_every_reminder_is_sent_once_or_accounted_for(furnished, plan):
    judge(await told(plan, furnished))


LONG_AHEAD = tuple(moment(which, -30 * 24) for which in range(len(DATES)))


async def test_in_a_year_without_trouble_every_reminder_is_sent(furnished):
    """But for one: two that wait for the same morning, the nearer of which is enough."""
    assert judge(await told(Plan(announced=LONG_AHEAD), furnished)) == (38, 1)


async def test_a_weekend_without_the_bot_is_caught_up_on_monday_morning(furnished):
    pause = (moment(5, -70), moment(5, -70 + 48))  # from Friday noon to Sunday noon
    story = await told(Plan(announced=LONG_AHEAD, pauses=(pause,)), furnished)
    judge(story)
    assert {now for key, (_, now) in story.said if ":1d:" in key and instant(DATES[5][1]) - now < 24 * HOUR} == {
        instant(dt.datetime(2026, 10, 26, 7)) + BUSY
    }


async def test_what_was_missed_altogether_is_told_the_coordination_in_the_morning(furnished):
    pause = (moment(2, -3), moment(2, 19))  # until the night after
    story = await told(Plan(announced=LONG_AHEAD, pauses=(pause,)), furnished)
    judge(story)
    assert [now for key, (_, now) in story.said if key.startswith("skipped:")] == [
        instant(dt.datetime(2026, 4, 8, 7)) + BUSY
    ]


@pytest.mark.parametrize("ahead", [2 * HOUR, 200 * 24 * HOUR], ids=["two hours", "months"])
async def test_a_clock_that_was_ahead_and_is_put_right_loses_nothing_that_is_entered_then(furnished, ahead):
    start = moment(3, -5)
    plan = Plan(
        announced=LONG_AHEAD,
        jumps=((start, start + HOUR / 3, ahead),),
        changes=((start + HOUR / 2, 3, "three hours earlier"),),
    )
    story = await told(plan, furnished)
    judge(story)
    moved, last = f"remind:calendar:{story.ids[3]}:v2:1h:{PLENUM}", f"remind:calendar:{story.ids[5]}:v1:1d:{PLENUM}"
    assert {moved, last} <= dict(story.said).keys()
