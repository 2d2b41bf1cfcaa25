"""The bot's sentence in a room's topic: contracts C2, C3, C4 and C6 (client-server API, m.room.topic)."""

from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from bot.matrix import room_state
from commands.command import TOPIC_START, Call, Effect, Reply, Topic, command
from commands.markup import Markdown
from commands.settings import Settings
from storage import health
from tests.dialog import BOT, Dialog
from tests.homeserver import FakeHomeserver
from tests.homeserver.model import Content
from tests.kit import CrashingBot, answers_to, echo, query, said, small, speak

PLENARY, GROUP = "#plenum:test", "#ag3:test"
PUT = "PUT */state/m.room.topic/"
FOR_EVER = 1_000_000
THEIRS = "Fragen rund um AG 3"
FIRST, SECOND = f"{TOPIC_START}Do 14.09.2023, 10:00 Uhr", f"{TOPIC_START}Mi 04.10.2023, 13:00 Uhr"


def sentence(hs: FakeHomeserver, text: str = FIRST, room: str = PLENARY, key: str = "") -> Topic:
    """The bot's sentence for a room."""
    return Topic(key=key or f"topic:{room}:{text}", room_id=hs.room(room).id, text=text)


def topic_of(hs: FakeHomeserver, room: str = PLENARY) -> Content:
    return hs.room(room).content("m.room.topic")


def changes(hs: FakeHomeserver, room: str = PLENARY) -> list[str]:
    """What the bot has made of the topic, one event after the other."""
    events = [event for event in hs.events(room) if event.type == "m.room.topic" and event.sender == BOT]
    return [str(event.content["topic"]) for event in events]


def allow(hs: FakeHomeserver, *rooms: str) -> None:
    """Let the bot set the state of rooms, and say what they are about."""
    for room in rooms or (PLENARY,):
        levels = hs.room(room).content("m.room.power_levels")
        hs.user("karin").put_state(room, "m.room.power_levels", levels | {"users": levels["users"] | {BOT: 50}})
        hs.user("karin").put_state(room, "m.room.topic", {"topic": THEIRS})


def rows(dialog: Dialog) -> list[tuple[str, str | None]]:
    found = query(dialog.config.data.database, "SELECT state, error FROM outbox WHERE type = 'm.room.topic'")
    return [(state, error) for state, error in found]


async def test_the_sentence_stands_behind_what_people_wrote_and_follows_the_dates(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """Set, replaced, taken away: theirs stays; the room is told of each change once."""
    allow(homeserver)
    for text in (FIRST, SECOND, ""):
        await speak(dialog.app, sentence(homeserver, text))
        await dialog.settle()
    assert changes(homeserver) == [f"{THEIRS} [{FIRST}]", f"{THEIRS} [{SECOND}]", THEIRS]


async def test_a_topic_that_says_it_already_is_not_set_again(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """No event that tells nobody anything; neither where there is nothing to take away, nor nothing at all."""
    allow(homeserver)
    await speak(dialog.app, sentence(homeserver, key="topic:1"))
    await dialog.settle()
    await speak(dialog.app, sentence(homeserver, key="topic:2"), sentence(homeserver, "", room=GROUP))
    await dialog.settle()
    assert changes(homeserver) == [f"{THEIRS} [{FIRST}]"]
    assert topic_of(homeserver, GROUP) == {}
    assert [state for state, _ in rows(dialog)] == ["sent"] * 3
    assert len([each for each in homeserver.requests if each.method == "PUT" and "/m.room.topic" in each.path]) == 1


async def test_where_people_wrote_nothing_the_sentence_stands_alone(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    allow(homeserver)
    homeserver.user("karin").put_state(PLENARY, "m.room.topic", {"topic": ["kein Text"]})
    await speak(dialog.app, sentence(homeserver))
    await dialog.settle()
    assert topic_of(homeserver) == {"topic": f"[{FIRST}]"}


async def test_what_people_write_around_the_sentence_stays(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """They may move it, write before and behind it; only the bracket is the bot's."""
    allow(homeserver)
    long = "Bitte das Mikrofon stummschalten. " * 40
    homeserver.user("karin").put_state(PLENARY, "m.room.topic", {"topic": f"Neu! [{FIRST}] {long}"})
    await speak(dialog.app, sentence(homeserver, SECOND))
    await dialog.settle()
    assert topic_of(homeserver) == {"topic": f"Neu! {long} [{SECOND}]"}


async def test_every_form_of_the_topic_says_the_same(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """Clients prefer the forms to the plain text (m.topic, since Matrix 1.15; Element writes MSC3765's)."""
    allow(homeserver)
    text = f"{TOPIC_START}Raum [A] <B> & C"
    forms = [{"body": THEIRS}, {"body": f"<b>{THEIRS}</b>", "mimetype": "text/html"}, "kaputt", {}]
    old = {"topic": THEIRS, "m.topic": {"m.text": forms}, "org.matrix.msc3765.topic": forms, "org.example": 1}
    homeserver.user("karin").put_state(PLENARY, "m.room.topic", old)
    await speak(dialog.app, sentence(homeserver, text))
    await dialog.settle()
    plain, html = f"[{TOPIC_START}Raum (A) <B> & C]", f"[{TOPIC_START}Raum (A) &lt;B&gt; &amp; C]"
    new = [
        {"body": f"{THEIRS} {plain}"},
        {"body": f"<b>{THEIRS}</b> {html}", "mimetype": "text/html"},
        "kaputt",
        {"body": plain},
    ]
    assert topic_of(homeserver) == {
        "topic": f"{THEIRS} {plain}",
        "m.topic": {"m.text": new},
        "org.matrix.msc3765.topic": new,
        "org.example": 1,
    }
    await speak(dialog.app, sentence(homeserver, ""))
    await dialog.settle()
    assert topic_of(homeserver)["m.topic"]["m.text"][:2] == forms[:2]


async def test_a_topic_the_bot_may_not_set_is_parked_and_hinders_nothing(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C4: in its rooms the bot has no power unless somebody gives it."""
    allow(homeserver, GROUP)
    await speak(dialog.app, sentence(homeserver), sentence(homeserver, room=GROUP))
    assert await dialog.say("anna", "plenum", "!echo eins") == "Echo: eins"
    assert (topic_of(homeserver), changes(homeserver, GROUP)) == ({}, [f"{THEIRS} [{FIRST}]"])
    assert rows(dialog) == [("parked", "403 M_FORBIDDEN"), ("sent", None)]
    async with dialog.database.reading() as session:
        assert [each.reason for each in (await health.read(session)).parked_out] == ["403 M_FORBIDDEN"]


@pytest.mark.parametrize("match", ["GET */state/m.room.topic/", PUT])
async def test_trouble_with_the_homeserver_is_waited_out(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch, match: str
) -> None:
    """C4: 5xx, 429, cut before and after: the topic is set in the end, once, and messages do not wait for it."""
    monkeypatch.setattr("bot.backoff.FIRST_S", 0.002)
    allow(homeserver)
    faults = [
        homeserver.fail(match, 503),
        homeserver.cut(match, times=2),
        homeserver.fail(match, 429, retry_after_ms=5),
        homeserver.lose_answer(match, times=2),
    ]
    await speak(dialog.app, sentence(homeserver))
    await dialog.settle()
    assert [fault.hits for fault in faults] == [1, 2, 1, 2]
    assert changes(homeserver) == [f"{THEIRS} [{FIRST}]"]


async def test_an_older_sentence_never_comes_after_a_newer_one(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C6: what could not be set in time is left out once there is something newer."""
    monkeypatch.setattr("bot.backoff.FIRST_S", 0.002)
    allow(homeserver)
    fault = homeserver.fail(PUT, 503, times=FOR_EVER)
    await speak(dialog.app, sentence(homeserver))
    await homeserver.wait_for(lambda: fault.hits)
    await speak(dialog.app, sentence(homeserver, SECOND))
    fault.cancel()
    await dialog.settle()
    assert changes(homeserver)[-1] == f"{THEIRS} [{SECOND}]"
    assert len(changes(homeserver)) == 1
    assert [state for state, _ in rows(dialog)] == ["sent", "sent"]


async def test_a_newer_sentence_waits_for_an_older_one_that_is_under_way(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C6: else the older one could land last."""
    allow(homeserver)
    hold = homeserver.hold(PUT)
    await speak(dialog.app, sentence(homeserver))
    await hold.arrived.wait()
    await speak(dialog.app, sentence(homeserver, SECOND))
    for number in range(3):
        asked = homeserver.user("anna").say(PLENARY, f"!echo {number}")
        await homeserver.wait_for(lambda asked=asked: answers_to(homeserver, asked))
    assert changes(homeserver) == []
    hold.release()
    await dialog.settle()
    assert changes(homeserver) == [f"{THEIRS} [{FIRST}]", f"{THEIRS} [{SECOND}]"]


@pytest.mark.parametrize("answered", [False, True])
async def test_a_crash_sets_a_topic_once(crashing: CrashingBot, homeserver: FakeHomeserver, *, answered: bool) -> None:
    """C2, C3: killed before or after the homeserver has taken it."""
    allow(homeserver)
    await crashing.start()
    await crashing.settle()
    hold = homeserver.hold(PUT, times=9, answered=answered)
    await speak(crashing.app, sentence(homeserver))
    await hold.arrived.wait()
    await crashing.crash()
    hold.drop()
    await crashing.start()
    await crashing.settle()
    assert changes(homeserver) == [f"{THEIRS} [{FIRST}]"]
    states = query(crashing.directory / "ag4-bot.sqlite", "SELECT state FROM outbox WHERE type = 'm.room.topic'")
    assert states == [("sent",)]


async def test_a_change_by_a_person_during_the_outage_is_kept(
    crashing: CrashingBot, homeserver: FakeHomeserver
) -> None:
    """What is there is read anew with every attempt."""
    allow(homeserver)
    await crashing.start()
    await crashing.settle()
    hold = homeserver.hold(PUT, times=9)
    await speak(crashing.app, sentence(homeserver))
    await hold.arrived.wait()
    await crashing.crash()
    hold.drop()
    homeserver.user("karin").put_state(PLENARY, "m.room.topic", {"topic": "Ganz neu"})
    await crashing.start()
    await crashing.settle()
    assert changes(homeserver) == [f"Ganz neu [{FIRST}]"]


async def test_jobs_and_answers_can_set_topics(homeserver: FakeHomeserver, idle: Dialog) -> None:
    """C8: of a job that asks for the same again and again it is done once."""

    async def job(_session: AsyncSession, _now: datetime, _settings: Settings) -> list[Effect]:
        return [sentence(homeserver, room=GROUP)]

    @command("thema", example="!thema")
    async def set_topic(_call: Call, _session: AsyncSession) -> Reply:
        """Setzt das Thema."""
        return Reply(text=Markdown("Steht im Thema."), messages=(sentence(homeserver),))

    allow(homeserver, PLENARY, GROUP)
    idle.registry = small(commands=[set_topic, echo], jobs=(job,))
    await idle.start()
    await idle.ring()
    assert await idle.say("anna", "plenum", "!thema") == "Steht im Thema."
    assert changes(homeserver) == changes(homeserver, GROUP) == [f"{THEIRS} [{FIRST}]"]
    assert said(homeserver, GROUP) == []


def test_a_sentence_that_could_not_be_found_again_is_refused() -> None:
    with pytest.raises(ValueError, match=TOPIC_START.strip()):
        Topic(key="topic:1", room_id="!room:test", text="Am Donnerstag ist Plenum")


@given(
    theirs=st.text() | st.text("[]() \n" + TOPIC_START),
    sentences=st.lists(st.text() | st.text("[]() \n\u00a0"), min_size=1, max_size=3),
)
@example(theirs=" ", sentences=["]", "["])
@example(theirs=f"[{TOPIC_START}", sentences=["x"])
def test_whatever_people_write_they_get_it_back_unchanged(theirs: str, sentences: list[str]) -> None:
    """The people's part is never lost: without the bot's sentence the topic is, letter for letter, what it was."""
    present = {"topic": theirs}
    while (without := room_state.topic(present, "")) != present:
        present, theirs = without, without["topic"]  # brackets that look like the bot's are the bot's
    for each in sentences:
        present = room_state.topic(present, TOPIC_START + each)
        assert present["topic"].startswith(theirs)
        assert present == room_state.topic(present, TOPIC_START + each)
    assert room_state.topic(present, "") == {"topic": theirs}
