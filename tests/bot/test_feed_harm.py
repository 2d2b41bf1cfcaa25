"""Clients of the calendar feed that mean harm, or do it; and how the feed begins and ends with the bot."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import vobject

from bot import feed as feed_module
from bot import logs
from bot.app import App
from bot.errors import FeedUnusable
from bot.feed import Feed
from commands.registry import Registry
from storage import calendar
from tests.bot.feed_bench import ALL, CALENDAR_SECRET, MONDAY, SECRET, Bench, serving, until
from tests.bot.operating import operate, write_config
from tests.dialog import PASSWORD, Dialog, config_for
from tests.homeserver import FakeHomeserver

ASKING = f"GET {ALL} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with serving(tmp_path) as bench:
        yield bench


# --- slow, many, malformed ---


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "PATIENCE_S", 0.05)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("begun", [b"", ASKING[:40], ASKING[:-2]])
async def test_who_does_not_finish_asking_is_dropped(tmp_path: Path, begun: bytes) -> None:
    async with serving(tmp_path) as bench:
        reader, writer = await bench.connect(begun)
        async with asyncio.timeout(20):
            assert await reader.read() == b""
        writer.close()


async def test_who_does_not_read_the_answer_is_dropped(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "SENDING_S", 0.05)
    bench.title = "x" * 40_000_000
    reader, writer = await bench.connect(ASKING)
    assert bench.feed._http is not None
    await until(lambda: bench.built and not bench.feed._http.connections)
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await reader.readexactly(40_000_000)
    writer.close()


async def test_connections_too_many_are_refused_until_others_end(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "MAX_CONNECTIONS", 2)
    held = [await bench.connect(ASKING) for _ in range(2)]
    for reader, _ in held:
        await reader.readuntil(b"END:VCALENDAR")
    reader, writer = await bench.connect()
    assert (await reader.read()).startswith(b"HTTP/1.1 503 ")
    writer.close()
    for _, held_writer in held:
        held_writer.close()
    assert bench.feed._http is not None
    await until(lambda: not bench.feed._http.connections)
    assert (await bench.get()).status == 200


MALFORMED = [
    f"GET {ALL} HTTP/9.9\r\n\r\n",
    f"GET {ALL}\r\n\r\n",
    f"GE\x00T {ALL} HTTP/1.1\r\n\r\n",
    f"GET {ALL} HTTP/1.1\r\nHost x\r\n\r\n",
    f"GET {ALL}{'x' * 20_000} HTTP/1.1\r\n\r\n",
    f"GET {ALL} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    f"GET http://[{CALENDAR_SECRET} HTTP/1.1\r\nHost: x\r\n\r\n",
    f"POST {ALL} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nabc",
]


async def test_the_secret_and_the_dates_are_in_no_log_whatever_happens(
    bench: Bench, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    for request in MALFORMED:
        reader, writer = await bench.connect(request.encode())
        writer.write_eof()
        async with asyncio.timeout(20):
            assert not (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.close()
    await bench.get()
    await bench.get("/kalender/wrong-secret/alle.ics")

    def broken(_group: int | None) -> bytes:
        raise RuntimeError(f"quotes {CALENDAR_SECRET}")

    monkeypatch.setattr(bench.feed, "_build", broken)
    bench.later(seconds=5)
    heard = caplog.text
    logs.configure(level="debug", style="json")
    assert (await bench.get()).status == 503
    heard += capsys.readouterr().err
    assert "feed_failed" in heard
    assert CALENDAR_SECRET not in heard
    assert "wrong-secret" not in heard
    assert "/kalender" not in heard


# --- beginning and end ---


async def test_a_request_under_way_is_answered_before_the_end_and_new_ones_find_nobody(bench: Bench) -> None:
    idle_reader, idle_writer = await bench.connect(ASKING)
    await idle_reader.readuntil(b"END:VCALENDAR\r\n")
    bench.later(seconds=2)
    bench.hold.clear()
    asked = asyncio.create_task(bench.get())
    await until(bench.feed._one_at_a_time.locked)
    port = bench.feed.port
    bench.stop.set()
    async with asyncio.timeout(20):
        assert await idle_reader.read() == b""
    idle_writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    assert not bench.run.done()
    bench.hold.set()
    assert (await asked).status == 200
    await bench.run


async def test_what_takes_too_long_at_the_end_is_cut_off_but_noted_before_the_database_closes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "_ENDING_S", 0.01)
    bench.hold.clear()
    asked = asyncio.create_task(bench.get())
    await until(bench.feed._one_at_a_time.locked)
    bench.stop.set()
    with pytest.raises(aiohttp.ClientError):
        await asked
    assert not bench.run.done()
    bench.hold.set()
    await bench.run
    assert bench.built == [None]


async def test_a_port_that_is_taken_is_named_with_the_remedy(bench: Bench) -> None:
    second = Feed(bench.database, bench.build, SECRET, host="127.0.0.1", port=bench.feed.port, now=lambda: MONDAY)
    with pytest.raises(FeedUnusable) as caught:
        await second.open()
    assert str(caught.value) == (
        f"[calendar_feed] 127.0.0.1 port {bench.feed.port} cannot be used: Address already in use. Name another host or"
        " port, or free this one."
    )


async def test_a_host_that_is_not_of_this_machine_is_named(bench: Bench) -> None:
    second = Feed(bench.database, bench.build, SECRET, host="192.0.2.1", port=0, now=lambda: MONDAY)
    with pytest.raises(FeedUnusable, match=r"192\.0\.2\.1 port 0 cannot be used: Cannot assign requested address"):
        await second.open()


async def test_the_bot_ends_with_a_sentence_where_the_port_is_taken(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    Dialog.furnish(homeserver)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        more = f"[calendar_feed]\nenabled = true\nport = {port}"
        path = write_config(homeserver.url, tmp_path, encryption="enabled = false", more=more)
        ended = await operate(path, "run", AG4_BOT_CALENDAR_SECRET=CALENDAR_SECRET)
    assert ended.code == 2, ended.err
    assert f"[calendar_feed] 127.0.0.1 port {port} cannot be used: Address already in use." in ended.err
    assert CALENDAR_SECRET not in ended.out + ended.err


async def test_the_bot_serves_its_calendar_while_it_runs(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    """The whole way: a date in the bot's database, read over HTTP by an independent parser."""
    Dialog.furnish(homeserver)
    (tmp_path / "data").mkdir()
    config = config_for(homeserver, tmp_path / "data", calendar_feed={"enabled": True})
    config = config.model_copy(update={"calendar_feed": config.calendar_feed.model_copy(update={"port": 0})})
    stop, now = asyncio.Event(), MONDAY
    app = await App.start(
        config,
        config.secret({"AG4_BOT_PASSWORD": PASSWORD}),
        calendar_secret=SECRET,
        now=lambda: now,
        registry=Registry(jobs=()),
    )
    async with app.database.transaction() as session:
        for kind, title in ((calendar.PLENARY, "Abschluss: Übergabe, Ausblick"), (calendar.kind_of_group(3), "Recht")):
            starts = datetime(2026, 12, 14, 10)
            ends = starts + timedelta(hours=2)
            await calendar.add(session, kind, starts=starts, ends=ends, title=title, at=now, number=9)
    run = asyncio.create_task(app.run(stop))
    try:
        await asyncio.wait({run, asyncio.create_task(app.clock.rang.wait())}, return_when=asyncio.FIRST_COMPLETED)
        assert app.feed is not None
        port = app.feed.port
        base = f"http://127.0.0.1:{port}/kalender/{CALENDAR_SECRET}"
        async with aiohttp.ClientSession() as http:
            texts = {name: await (await http.get(f"{base}/{name}.ics")).text() for name in ("alle", "ag3", "ag1")}
            now += timedelta(minutes=5)
            async with http.get(f"{base}/alle.ics") as again:
                assert await again.text() == texts["alle"]
    finally:
        stop.set()
        await run
        await app.close()
    found = {name: [event.summary.value for event in _events(text)] for name, text in texts.items()}
    assert any("Abschluss: Übergabe, Ausblick" in summary for summary in found["alle"])
    assert [name for name, summaries in found.items() if any("Recht" in each for each in summaries)] == ["alle", "ag3"]
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


def _events(text: str) -> list[vobject.base.Component]:
    return list(vobject.readOne(text).contents.get("vevent", []))
