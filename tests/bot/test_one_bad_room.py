"""Contracts C4 and C6: a room that the homeserver fails at holds up nobody else, and loses nothing."""

from collections.abc import Callable

import pytest

from bot import sender as sending
from tests.dialog import BOT, Dialog
from tests.homeserver import FakeHomeserver, Request
from tests.kit import answers_to, query, said

FOR_EVER = 1_000_000
A_DAY_S = 86_400.0


def sends_to(homeserver: FakeHomeserver, room: str) -> Callable[[Request], bool]:
    path = f"/rooms/{homeserver.room(room).id}/send/"
    return lambda request: request.method == "PUT" and path in request.path


def queued(dialog: Dialog) -> list[tuple[str, ...]]:
    return query(dialog.config.data.database, "SELECT key FROM outbox WHERE state = 'queued' ORDER BY id")


@pytest.mark.parametrize("status, html", [(500, False), (502, True)])
async def test_others_do_not_wait_for_a_room_whose_sends_fail(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch, status: int, *, html: bool
) -> None:
    """C6: the row that failed waits a day here, so whatever waited with it would never come."""
    monkeypatch.setattr(sending, "delay_s", lambda _failures: A_DAY_S)
    fault = homeserver.fail(sends_to(homeserver, "#ag3:test"), status, html=html, times=FOR_EVER)
    bad = [homeserver.user(person).say("#ag3:test", "!echo dort") for person in ("ben", "lena")]
    await homeserver.wait_for(lambda: fault.hits == len(bad))
    for number in range(5):
        asked = homeserver.user("anna").say("#plenum:test", f"!echo {number}")
        await homeserver.wait_for(lambda asked=asked: answers_to(homeserver, asked))  # type: ignore[misc]  # bound on purpose
        assert queued(dialog)[:2] == [(f"reply:{each}",) for each in bad]
    bens = homeserver.user("ben").say("#plenum:test", "!echo auch Ben")
    await homeserver.wait_for(lambda: answers_to(homeserver, bens))
    fault.cancel()
    await dialog.restart()
    assert sorted(said(homeserver, "#ag3:test")) == ["Echo: dort", "Echo: dort"]
    assert queued(dialog) == []


async def test_a_room_that_recovers_gets_everything_once_and_in_order(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C2, C6: what waits behind the failing row of the same person does not overtake it."""
    monkeypatch.setattr(sending, "delay_s", lambda _failures: 0.01)
    fault = homeserver.fail(sends_to(homeserver, "#ag3:test"), 500, times=FOR_EVER)
    for number in range(3):
        homeserver.user("ben").say("#ag3:test", f"!echo {number}")
    await homeserver.wait_for(lambda: fault.hits >= 4)
    asked = homeserver.user("anna").say("#plenum:test", "!echo hier")
    await homeserver.wait_for(lambda: answers_to(homeserver, asked))
    assert said(homeserver, "#ag3:test") == []
    assert len(queued(dialog)) >= 3
    fault.cancel()
    await dialog.settle()
    assert said(homeserver, "#ag3:test") == ["Echo: 0", "Echo: 1", "Echo: 2"]
    assert queued(dialog) == []


async def test_others_do_not_wait_for_a_room_that_cannot_be_joined(
    dialog: Dialog, homeserver: FakeHomeserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C6: a remote homeserver that is away makes ours answer 502 to the join; once it is back the bot joins."""
    monkeypatch.setattr(sending, "delay_s", lambda _failures: A_DAY_S)
    room = homeserver.create_room("anna", alias="fern")
    fault = homeserver.fail("POST */join/*", 502, times=FOR_EVER)
    homeserver.user("anna").invite(room, BOT)
    await homeserver.wait_for(lambda: fault.hits)
    asked = homeserver.user("anna").say("#plenum:test", "!echo hier")
    await homeserver.wait_for(lambda: answers_to(homeserver, asked))
    fault.cancel()
    await dialog.restart()
    assert homeserver.room(room).members[BOT] == "join"
