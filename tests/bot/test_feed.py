"""What a calendar program may rely on when it asks for the feed, and what nobody learns without the secret."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import vobject

from tests.bot.feed_bench import AG3, ALL, CALENDAR_SECRET, Bench, serving, until


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with serving(tmp_path) as bench:
        yield bench


# --- what is given out ---


async def test_an_independent_parser_reads_the_dates_of_all_and_of_one_group(bench: Bench) -> None:
    everything, group = await bench.get(ALL), await bench.get(AG3)
    assert vobject.readOne(everything.body.decode()).vevent.summary.value == "Abschluss: Übergabe"
    assert vobject.readOne(group.body.decode()).vevent.uid.value == "3@test"
    assert bench.built == [None, 3]


async def test_the_answer_says_all_that_a_program_needs_to_ask_again_cheaply(bench: Bench) -> None:
    got = await bench.get()
    etag = got.headers.pop("ETag")
    assert etag.startswith('"')
    assert dict(got.headers) == {
        "Cache-Control": "private, max-age=300",
        "Last-Modified": "Mon, 23 Nov 2026 09:00:00 GMT",
        "X-Content-Type-Options": "nosniff",
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Length": str(len(got.body)),
        "Server": "ag4-bot",
        "Date": "Mon, 23 Nov 2026 09:00:00 GMT",
    }


async def test_head_gives_the_same_headers_without_the_body(bench: Bench) -> None:
    got, head = await bench.get(), await bench.get(method="HEAD")
    assert head.status == 200
    assert head.headers == got.headers
    assert head.body == b""


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_who_has_the_body_already_is_not_sent_it_again(bench: Bench, method: str) -> None:
    etag = (await bench.get()).headers["ETag"]
    for header in (
        {"If_None_Match": etag},
        {"If_None_Match": f'"other", W/{etag}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": "Mon, 23 Nov 2026 09:00:00 GMT"},
    ):
        got = await bench.get(method=method, **header)
        assert (got.status, got.body) == (304, b"")
        assert got.headers["ETag"] == etag
        assert got.headers["Cache-Control"] == "private, max-age=300"
        assert "Content-Type" not in got.headers


async def test_an_etag_goes_before_a_date(bench: Bench) -> None:
    got = await bench.get(If_None_Match='"other"', If_Modified_Since="Mon, 23 Nov 2026 09:00:00 GMT")
    assert got.status == 200


async def test_a_change_changes_etag_and_last_modified_and_ends_the_304(bench: Bench) -> None:
    before = await bench.get()
    bench.title = "Abschluss, verschoben"
    bench.later(minutes=5)
    for header in ({"If_None_Match": before.headers["ETag"]}, {"If_Modified_Since": before.headers["Last-Modified"]}):
        after = await bench.get(**header)
        assert after.status == 200
        assert after.headers["ETag"] != before.headers["ETag"]
        assert after.headers["Last-Modified"] == "Mon, 23 Nov 2026 09:05:00 GMT"


async def test_what_does_not_change_keeps_its_etag_and_date_over_time_and_restart(tmp_path: Path) -> None:
    async with serving(tmp_path) as bench:
        before = await bench.get()
    async with serving(tmp_path) as bench:
        bench.later(days=3)
        after = await bench.get()
    assert after.headers["ETag"] == before.headers["ETag"]
    assert after.headers["Last-Modified"] == before.headers["Last-Modified"]
    assert after.headers["Date"] != before.headers["Date"]


async def test_two_changes_within_a_second_are_told_apart_by_last_modified(bench: Bench) -> None:
    seen = []
    for title in ("first", "second", "third"):
        bench.title = title
        got = await bench.get()
        while title.encode() not in got.body:  # a body stands for the second in which it was built
            bench.later(milliseconds=300)
            got = await bench.get()
        assert got.headers["Last-Modified"] <= got.headers["Date"]
        seen.append(got.headers["Last-Modified"])
    assert seen == [f"Mon, 23 Nov 2026 09:00:0{second} GMT" for second in range(3)]


async def test_a_clock_that_is_put_back_gives_no_304_for_an_old_body_and_no_date_of_the_future(bench: Bench) -> None:
    before = await bench.get()
    bench.later(hours=-1)
    bench.title = "changed while the clock was behind"
    after = await bench.get(If_Modified_Since=before.headers["Last-Modified"])
    assert after.status == 200
    assert after.headers["Last-Modified"] == after.headers["Date"] == "Mon, 23 Nov 2026 08:00:00 GMT"
    bench.title = "changed again"
    bench.later(seconds=1)
    assert (await bench.get(If_Modified_Since=after.headers["Last-Modified"])).status == 200


# --- who does not know the secret ---

WRONG = [
    "/",
    "/kalender/",
    "/kalender//alle.ics",
    "/kalender/alle.ics",
    f"/kalender/{CALENDAR_SECRET[:-1]}/alle.ics",
    f"/kalender/{CALENDAR_SECRET}x/alle.ics",
    f"/kalender/{CALENDAR_SECRET.lower()}/alle.ics",
    f"/kalender/%ff%00{CALENDAR_SECRET}/alle.ics",
    f"/kalender/ä{CALENDAR_SECRET}/alle.ics",
    f"/kalender/{CALENDAR_SECRET}",
    f"/kalender/{CALENDAR_SECRET}/",
    f"/kalender/{CALENDAR_SECRET}/alle",
    f"/kalender/{CALENDAR_SECRET}/ag9.ics",
    f"/kalender/{CALENDAR_SECRET}/ag03.ics",
    f"/kalender/{CALENDAR_SECRET}/ag3.ics/",
    f"/kalender/x/{CALENDAR_SECRET}/alle.ics",
    f"/Kalender/{CALENDAR_SECRET}/alle.ics",
    f"/{CALENDAR_SECRET}/alle.ics",
]


async def test_wrong_secrets_and_wrong_paths_cannot_be_told_apart(bench: Bench) -> None:
    answers = [await bench.get(path, method=method) for path in WRONG for method in ("GET", "POST", "OPTIONS")]
    assert {(got.status, got.body) for got in answers} == {(404, b"")}
    assert len({tuple(got.headers.items()) for got in answers}) == 1
    assert bench.built == []


async def test_a_feed_can_only_be_read(bench: Bench) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"):
        got = await bench.get(method=method)
        assert (got.status, got.headers["Allow"]) == (405, "GET, HEAD")
    assert bench.built == []


async def test_a_query_does_no_harm(bench: Bench) -> None:
    assert (await bench.get(f"{ALL}?x=1")).status == 200


# --- how much work it makes ---


async def test_many_who_ask_at_once_make_the_work_of_one(bench: Bench) -> None:
    answers = await asyncio.gather(*(bench.get() for _ in range(30)))
    assert {got.status for got in answers} == {200}
    assert len(bench.built) == 1
    bench.later(milliseconds=700)
    await bench.get()
    assert len(bench.built) == 1
    bench.later(milliseconds=200)
    await bench.get()
    assert len(bench.built) == 2


async def test_a_body_that_is_slow_to_build_is_built_less_often(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.feed._timed", lambda build, group: (build(group), 30.0))
    for _ in range(3):
        await bench.get()
        bench.later(seconds=1)
    assert len(bench.built) == 1


async def test_the_bot_goes_on_while_a_body_is_built(bench: Bench) -> None:
    bench.hold.clear()
    slow = asyncio.create_task(bench.get())
    async with asyncio.timeout(20):
        await until(bench.feed._one_at_a_time.locked)
        assert (await bench.get("/")).status == 404
    assert not slow.done()
    bench.hold.set()
    assert (await slow).status == 200


async def test_a_bug_or_a_broken_database_is_an_answer_and_the_next_one_is_right(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_group: int | None) -> bytes:
        raise RuntimeError("quotes a message")

    monkeypatch.setattr(bench.feed, "_build", broken)
    got = await bench.get()
    assert (got.status, got.body, got.headers["Retry-After"]) == (503, b"", "60")
    monkeypatch.setattr(bench.feed, "_build", bench.build)
    assert (await bench.get()).status == 200
