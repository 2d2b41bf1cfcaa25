"""What the bot writes into a calendar file, two parsers that know nothing of each other read back."""

import datetime as dt
import io
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from inline_snapshot import snapshot

from commands.calendar.exporting import feed
from commands.calendar.ics import Entry, Method, calendar_file
from commands.markup import clean
from commands.settings import Settings
from tests.commands.calendar_client import Client

BERLIN = ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
PLENARY = '!plenum neu 15.12. 10:00-12:00 "Straße, Bäume; Grün" ort="Magdeburg" link=https://example.org/p'


def entry(**changes):
    known = {
        "uid": "1@ag4-bot",
        "sequence": 0,
        "created_at": NOW,
        "changed_at": NOW,
        "starts": dt.datetime(2026, 12, 15, 10),
        "ends": dt.datetime(2026, 12, 15, 12),
        "summary": "Plenum 4",
    }
    return Entry(**(known | changes))


def file_of(*entries, method=Method.PUBLISH):
    return calendar_file(entries, method=method, organizer="ozg@example.org", bot="@bot:test", name="CIO-Projekt")


@given(st.text(min_size=1), st.text(), st.text())
def test_texts_survive_two_parsers_and_no_line_is_too_long(summary, place, description):
    data = file_of(entry(summary="S" + summary, place="P" + place, description="D" + description))
    lines = data.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    assert all(line.decode() is not None for line in lines), "no character is cut in two"
    assert data.count(b"\r\nBEGIN:VEVENT\r\n") == 1
    first = vobject.readOne(data.decode()).vevent
    [second] = IcsCalendarStream.calendar_from_ics(data.decode()).events
    for found in (
        (first.summary.value, first.location.value, first.description.value),
        (second.summary, second.location, second.description),
    ):
        read = [" ".join(text.split()) for text in found]
        assert read == [" ".join(clean(text).split()) for text in ("S" + summary, "P" + place, "D" + description)]


def test_both_parsers_read_the_same_instants():
    data = file_of(entry(sequence=3)).decode()
    first = vobject.readOne(data).vevent
    [second] = IcsCalendarStream.calendar_from_ics(data).events
    wanted = dt.datetime(2026, 12, 15, 10, tzinfo=BERLIN)
    assert first.dtstart.value == second.dtstart == wanted
    assert (first.sequence.value, second.sequence) == ("3", 3)
    assert (first.dtstamp.value, second.dtstamp) == (NOW, NOW)


def test_the_time_zone_in_the_file_is_berlin_on_every_day_from_2024_to_2040():
    zone = tzical(io.StringIO(file_of(entry()).decode())).get("Europe/Berlin")
    day = dt.datetime(2024, 1, 1, 12)
    while day.year < 2041:
        assert zone.utcoffset(day.replace(tzinfo=zone)) == day.replace(tzinfo=BERLIN).utcoffset(), day
        day += dt.timedelta(days=1)


@pytest.mark.parametrize("method", list(Method))
def test_only_requests_and_cancellations_name_an_attendee(method):
    data = file_of(entry(cancelled=method is Method.CANCEL), method=method)
    assert f"METHOD:{method}".encode() in data
    assert (b"ATTENDEE" in data) is (method is not Method.PUBLISH)
    assert (b"STATUS:CANCELLED" in data) is (method is Method.CANCEL)
    assert b"ORGANIZER;CN=AG4-Bot:mailto:ozg@example.org" in data


def test_an_empty_calendar_can_be_read():
    assert not IcsCalendarStream.calendar_from_ics(file_of().decode()).events


async def planned(dialog, user, room, text):
    """Type a plan and confirm it."""
    await dialog.say(user, room, text)
    await dialog.hear(user, room, "!ja")


async def sent(dialog, text, room="plenum"):
    """What a command says, and the bytes of the file that it sends."""
    answer, file = await dialog.hear("anna", room, text)
    assert file.content["msgtype"] == "m.file"
    assert file.content["info"]["mimetype"] == "text/calendar"
    content_type, data = dialog.hs.world.media[file.content["url"].removeprefix("mxc://test/")]
    assert content_type == "text/calendar"
    return answer, data


async def test_an_update_replaces_and_a_cancellation_removes(dialog):
    client, files = Client(), []
    for command in (PLENARY, "!plenum verschieben 4 16.12. 13:00", "!plenum absagen 4"):
        await planned(dialog, "karin", "koordination", command)
        files.append((await sent(dialog, "!kalender plenum 4"))[1])
        client.open(files[-1])
        starts = list(client.dates.values())
        assert (
            starts
            == {
                0: [dt.datetime(2026, 12, 15, 10)],
                1: [dt.datetime(2026, 12, 16, 13)],
                2: [],
            }[len(files) - 1]
        )
    for late in reversed(files):  # an old file that is opened again changes nothing
        client.open(late)
        assert not client.dates


async def test_the_next_dates_come_as_one_file(dialog):
    await planned(dialog, "karin", "koordination", PLENARY)
    await planned(dialog, "lena", "ag3", "!termin neu 14.12. 10:00-11:00 Basisdienste")
    answer, data = await sent(dialog, "!kalender")
    assert answer == snapshot(
        "2 Termine als Kalenderdatei. Öffnen Sie die Datei unten, dann fragt Ihr Kalender, ob er die Termine übernehmen soll."
    )
    found = IcsCalendarStream.calendar_from_ics(data.decode()).events
    assert [each.summary for each in found] == ["Sitzung der AG 3: Basisdienste", "Plenum 4: Straße, Bäume; Grün"]
    answer, data = await sent(dialog, "!kalender", room="ag2")
    assert answer == snapshot(
        "1 Termin für die AG 2 als Kalenderdatei. Öffnen Sie die Datei unten, dann fragt Ihr Kalender, ob er die Termine übernehmen soll."
    )
    assert [each.summary for each in IcsCalendarStream.calendar_from_ics(data.decode()).events] == [
        "Plenum 4: Straße, Bäume; Grün"
    ]


async def test_one_date_is_a_request_and_a_cancelled_one_a_cancellation(dialog):
    await planned(dialog, "karin", "koordination", PLENARY)
    answer, data = await sent(dialog, "!kalender plenum 4")
    assert answer == snapshot(
        "Plenum 4 (Di 15.12.2026, 10:00–12:00 Uhr) als Kalenderdatei. Öffnen Sie die Datei unten, dann übernimmt Ihr Kalender den Termin."
    )
    assert b"METHOD:REQUEST" in data
    await planned(dialog, "karin", "koordination", "!plenum absagen 4")
    answer, data = await sent(dialog, "!kalender T4")
    assert answer == snapshot(
        "Plenum 4 (Di 15.12.2026, 10:00–12:00 Uhr) ist abgesagt. Öffnen Sie die Datei unten, dann streicht Ihr Kalender den Termin."
    )
    assert b"METHOD:CANCEL" in data


@pytest.mark.parametrize("wrong", ["!kalender Weihnachten", "!kalender AG9", "!kalender T99", "!kalender plenum 99"])
async def test_wrong_words_are_answered_without_a_file(dialog, wrong):
    [answer] = await dialog.hear("anna", "plenum", wrong)
    assert "kenne ich keinen" in answer or "gibt es nicht" in answer


async def test_the_feed_holds_what_is_cancelled_and_not_what_was_taken_back(dialog):
    await planned(dialog, "karin", "koordination", PLENARY)
    await planned(dialog, "lena", "ag3", "!termin neu 14.12. 10:00-11:00 Basisdienste")
    await planned(dialog, "karin", "koordination", "!plenum absagen 4")
    await planned(dialog, "lena", "ag3", "!termin neu 15.12. 10:00-11:00 Versehen")
    await dialog.say("lena", "ag3", "!rückgängig")
    settings = Settings(bot_id="@bot:test", version="1", started_at=NOW)
    async with dialog.database.reading() as session:
        everything, group = await feed(session, settings), await feed(session, settings, group=2)
        assert everything == await feed(session, settings), "the bytes depend on the dates only"
    found = {each.summary: each.status for each in IcsCalendarStream.calendar_from_ics(everything.decode()).events}
    assert found == {
        "Sitzung der AG 3: Basisdienste": "CONFIRMED",
        "Abgesagt: Plenum 4: Straße, Bäume; Grün": "CANCELLED",
    }
    assert b"Basisdienste" not in group
