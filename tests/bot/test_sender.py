"""Contracts C4 and C6: what the homeserver answers to a send, and who waits for whom."""

import asyncio

import pytest

from bot import sender as sending
from bot.matrix.client import Client, meaning
from bot.matrix.errors import RateLimited, Rejected, SessionEnded
from storage import health
from tests.dialog import BOT, Dialog
from tests.homeserver import FakeHomeserver, Request
from tests.kit import CrashingBot, answers_to, query, said

SEND = "PUT */send/*"


async def health_of(dialog: Dialog) -> health.Health:
    async with dialog.database.reading() as session:
        return await health.read(session)


@pytest.mark.parametrize("status, html", [(500, False), (502, True), (503, False), (504, True), (200, True)])
async def test_a_server_error_is_tried_again(
    dialog: Dialog, homeserver: FakeHomeserver, status: int, *, html: bool
) -> None:
    """C4: 5xx and a proxy's HTML pages pass; the answer comes once they have."""
    fault = homeserver.fail(SEND, status, html=html, times=2)
    assert await dialog.say("anna", "plenum", "!echo eins") == "Echo: eins"
    assert fault.hits == 2
    assert (await health_of(dialog)).waiting_out == 0


async def test_a_limit_is_waited_out_as_told(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C4: 429 with retry_after_ms: no second attempt before that time has passed."""
    homeserver.fail(SEND, 429, retry_after_ms=300)
    loop = asyncio.get_running_loop()
    before = loop.time()
    assert await dialog.say("anna", "plenum", "!echo eins") == "Echo: eins"
    assert loop.time() - before >= 0.3


def test_a_limit_names_its_time_in_the_body_or_in_the_header() -> None:
    """C4: retry_after_ms, else Retry-After in seconds, else patience (client-server API, Rate limiting)."""

    def told(answer: dict[str, object], header: str | None = None) -> float:
        error = meaning(429, answer, header)
        assert isinstance(error, RateLimited)
        return error.retry_after_s

    assert told({"retry_after_ms": 1500}, "9") == 1.5
    assert told({"errcode": "M_LIMIT_EXCEEDED"}, "7") == 7
    assert told({"retry_after_ms": "soon"}, "Wed, 21 Oct 2026 07:28:00 GMT") == 5
    assert told({"retry_after_ms": -1}) == 5
    assert isinstance(meaning(400, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 1}), RateLimited)


async def test_a_limit_for_all_keeps_the_order(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C4, C6: under Synapse's kind of limit nothing is lost and nobody overtakes themselves."""
    homeserver.rate_limit(60, burst=2)
    for number in range(20):
        homeserver.user("anna").say("#plenum:test", f"!echo {number}")
    await dialog.settle()
    assert said(homeserver, "#plenum:test") == [f"Echo: {number}" for number in range(20)]


async def test_a_homeserver_that_is_away_is_waited_for(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C4: connection refused, for sync and for sends."""
    hold = homeserver.hold(SEND, times=9)
    asked = homeserver.user("anna").say("#plenum:test", "!echo eins")
    await hold.arrived.wait()
    hold.drop()
    await homeserver.stop()
    homeserver.user("anna").say("#plenum:test", "!echo zwei")
    with pytest.raises(TimeoutError):
        await homeserver.wait_for(lambda: answers_to(homeserver, asked), timeout=0.6)
    await homeserver.start()
    await dialog.settle()
    assert said(homeserver, "#plenum:test") == ["Echo: eins", "Echo: zwei"]


@pytest.mark.parametrize("status, errcode", [(403, "M_FORBIDDEN"), (404, "M_NOT_FOUND"), (413, "M_TOO_LARGE")])
async def test_what_can_never_be_sent_is_parked_and_shown(
    dialog: Dialog, homeserver: FakeHomeserver, status: int, errcode: str
) -> None:
    """C4: parked with its reason, never tried again; the next one goes out."""
    fault = homeserver.fail(SEND, status, errcode=errcode)
    assert await dialog.hear("anna", "plenum", "!echo eins") == []
    assert await dialog.say("anna", "plenum", "!echo zwei") == "Echo: zwei"
    [parked] = (await health_of(dialog)).parked_out
    assert (parked.kind, parked.room_id, parked.reason, parked.count) == (
        "m.room.message",
        homeserver.room("#plenum:test").id,
        f"{status} {errcode}",
        1,
    )
    await dialog.restart()
    assert fault.hits == 1
    assert said(homeserver, "#plenum:test") == ["Echo: zwei"]


async def test_buttons_of_a_message_that_was_never_sent_are_parked_with_it(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C4: a reaction needs its message."""
    plenary = homeserver.room("#plenum:test").id
    homeserver.fail(lambda request: f"{plenary}/send/" in request.path, 403, errcode="M_FORBIDDEN")
    await dialog.hear("anna", "plenum", "!ansage Hallo")
    assert sorted(each.kind for each in (await health_of(dialog)).parked_out) == ["m.reaction", "m.room.message"]


async def test_a_row_our_own_code_fails_on_is_parked(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5: one poisoned row costs only itself, and does not end the bot at every start."""
    real = Client.send
    tried = 0

    async def poisoned(self: Client, room_id: str, event_type: str, content: dict[str, str], *, txn_id: str) -> str:
        nonlocal tried
        if content["body"] == "Echo: Gift":
            tried += 1
            raise TypeError("a bug of ours")
        return await real(self, room_id, event_type, content, txn_id=txn_id)

    monkeypatch.setattr(Client, "send", poisoned)
    assert await dialog.hear("anna", "plenum", "!echo Gift") == []
    assert await dialog.say("anna", "plenum", "!echo gut") == "Echo: gut"
    assert tried == sending.MOST_ATTEMPTS
    [parked] = (await health_of(dialog)).parked_out
    assert parked.reason == "TypeError"


@pytest.mark.parametrize("match", [SEND, "GET /sync"])
async def test_an_ended_session_ends_the_run(crashing: CrashingBot, homeserver: FakeHomeserver, match: str) -> None:
    """C4: M_UNKNOWN_TOKEN cannot be waited out; whoever runs the bot is told. Nothing is lost: the rest is a restart."""
    await crashing.start()
    await crashing.settle()
    homeserver.fail(match, 401, errcode="M_UNKNOWN_TOKEN")
    asked = homeserver.user("anna").say("#plenum:test", "!echo eins")
    running = crashing._run
    assert running is not None
    with pytest.raises(SessionEnded):
        await asyncio.wait_for(running, 10)
    await crashing.crash()
    await crashing.start()
    await crashing.settle()
    assert len(answers_to(homeserver, asked)) == 1


def test_any_other_refusal_is_final() -> None:
    """C4: every 4xx but 429 and the two of the session."""
    assert isinstance(meaning(401, {"errcode": "M_MISSING_TOKEN"}), SessionEnded)
    refused = meaning(403, {})
    assert isinstance(refused, Rejected)
    assert str(refused) == "403 M_UNKNOWN"


async def test_others_do_not_wait_for_a_slow_send(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C6: while one answer to Anna hangs, Ben's, and Anna's in another room, go out; Anna's next here waits."""

    def annas_first(request: Request) -> bool:
        return request.method == "PUT" and "/send/" in request.path and not hold_is_taken

    hold_is_taken = False
    hold = homeserver.hold(annas_first)
    first = homeserver.user("anna").say("#plenum:test", "!echo eins")
    await hold.arrived.wait()
    hold_is_taken = True
    second = homeserver.user("anna").say("#plenum:test", "!echo zwei")
    elsewhere = homeserver.user("anna").say("#ag3:test", "!echo drei")
    ben = homeserver.user("ben").say("#plenum:test", "!echo vier")
    await homeserver.wait_for(lambda: answers_to(homeserver, elsewhere) and answers_to(homeserver, ben))
    await homeserver.synced(BOT)
    assert answers_to(homeserver, first) == answers_to(homeserver, second) == []
    hold.release()
    await dialog.settle()
    assert said(homeserver, "#plenum:test") == ["Echo: vier", "Echo: eins", "Echo: zwei"]


async def test_messages_about_one_subject_keep_their_order_in_each_room(
    dialog: Dialog, homeserver: FakeHomeserver
) -> None:
    """C6: a correction does not arrive before the announcement it corrects, whoever caused them."""
    group = homeserver.room("#ag1:test").id
    hold = homeserver.hold(lambda request: f"{group}/send/" in request.path, times=9)
    homeserver.user("karin").say("#plenum:test", "!ansage alt")
    await hold.arrived.wait()
    homeserver.user("kurt").say("#koordination:test", "!ansage neu")
    await homeserver.wait_for(lambda: len(said(homeserver, "#ag2:test")) == 2)
    assert said(homeserver, "#ag1:test") == []
    hold.release()
    await dialog.settle()
    assert said(homeserver, "#ag1:test") == ["Ansage: alt", "Ansage: neu"]
    assert query(dialog.config.data.database, "SELECT count(*) FROM outbox WHERE state != 'sent'") == [(0,)]


async def test_an_answer_comes_before_the_message_it_tells_of(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C6: an answer about a date and the announcement of that date in the same room are about one subject."""
    group = homeserver.room("#ag1:test").id
    hold = homeserver.hold(lambda request: f"{group}/send/" in request.path)
    homeserver.user("karin").say("#ag1:test", "!ansage neu")
    await hold.arrived.wait()
    await homeserver.wait_for(lambda: said(homeserver, "#ag5:test"))
    await homeserver.synced(BOT)
    assert said(homeserver, "#ag1:test") == []
    hold.release()
    await dialog.settle()
    assert said(homeserver, "#ag1:test") == ["Gesendet an 5 Räume.", "Ansage: neu"]
