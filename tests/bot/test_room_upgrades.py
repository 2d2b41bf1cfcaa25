"""Rooms that are upgraded: the bot follows, and the new room is what the old one was (client-server API, Room upgrades)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from commands.registry import Registry
from storage import health
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import ROOM, answers, ask, encrypted_dialog, person
from tests.homeserver import FakeHomeserver
from tests.homeserver.upgrading import upgrade
from tests.kit import dialog_with


@pytest.fixture
def hs(homeserver: FakeHomeserver) -> FakeHomeserver:
    return homeserver


@pytest.fixture
async def dialog(homeserver: FakeHomeserver, tmp_path: Path) -> AsyncIterator[Dialog]:
    """The whole bot, not the small one."""
    dialog = dialog_with(homeserver, tmp_path / "data", Registry())
    await dialog.start()
    yield dialog
    await dialog.stop()


def upgraded(hs: FakeHomeserver, alias: str, *, public: bool = True) -> str:
    """Upgrade a room as karin does; the ID of the new one, which the alias names from then on."""
    karin = hs.user("karin")
    if public:
        karin.put_state(alias, "m.room.join_rules", {"join_rule": "public"})
    return upgrade(hs.world, hs.room(alias), karin.account, "12").id


async def test_the_bot_follows_and_the_new_room_has_the_purpose_of_the_old(dialog: Dialog, hs: FakeHomeserver) -> None:
    """A question in the new room goes to the group whose room it is; dates are announced there."""
    old = hs.room("#ag3:test").id
    new = upgraded(hs, "#ag3:test")
    await dialog.settle()
    assert BOT in hs.room(new).joined
    hs.user("anna").join(new)
    assert "AG3-001" in await dialog.say("anna", "ag3", "!frage Wer zahlt das?")
    assert hs.room("#ag3:test").id == new != old


async def test_after_a_restart_the_configured_room_is_the_new_one(dialog: Dialog, hs: FakeHomeserver) -> None:
    """Also where the configuration names the old room by its ID."""
    old = hs.room("#ag3:test").id
    upgraded(hs, "#ag3:test")
    await dialog.settle()
    groups = {**dialog.config.rooms.groups, 3: old}
    rooms = dialog.config.rooms.model_copy(update={"groups": groups})
    dialog.config = dialog.config.model_copy(update={"rooms": rooms})
    await dialog.restart()
    hs.user("anna").join("#ag3:test")
    assert "AG3-001" in await dialog.say("anna", "ag3", "!frage Wer zahlt das?")


async def test_an_answer_to_a_question_from_the_old_room_is_told_in_the_new_one(
    dialog: Dialog, hs: FakeHomeserver
) -> None:
    await dialog.say("anna", "ag3", "!frage Wer zahlt das?")
    upgraded(hs, "#ag3:test")
    await dialog.settle()
    for name in ("anna", "lena"):
        hs.user(name).join("#ag3:test")
    said = await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land.")
    told = [each for each in said if "@anna:test" in each.mentions]
    assert [each.room for each in told] == ["ag3"]
    assert "m.relates_to" not in told[0].content


async def test_who_was_told_of_a_date_in_the_old_room_gets_the_correction_in_the_new_one(
    dialog: Dialog, hs: FakeHomeserver
) -> None:
    """And what was announced in the old room is not announced once more."""
    await dialog.say("karin", "koordination", "!plenum neu 14.12.2026 10:00-12:00 Abschluss")
    await dialog.hear("karin", "koordination", "!ja")
    upgraded(hs, "#plenum:test")
    await dialog.settle()
    dialog.now += timedelta(minutes=1)
    assert await dialog.ring() == []
    await dialog.say("karin", "koordination", "!plenum verschieben 4 15.12.2026 10:00-12:00")
    said = await dialog.hear("karin", "koordination", "!ja")
    assert [each.room for each in said if each.content["msgtype"] == "m.text"] == ["plenum"]
    assert "15. Dezember 2026" in next(each for each in said if each.room == "plenum")


async def test_a_room_for_invited_people_is_entered_on_invitation_and_has_the_purpose_then(
    dialog: Dialog, hs: FakeHomeserver
) -> None:
    new = upgraded(hs, "#ag3:test", public=False)
    await dialog.settle()
    assert BOT not in hs.room(new).joined
    await dialog.restart()
    hs.user("karin").invite(new, BOT)
    hs.user("karin").invite(new, "@anna:test")
    hs.user("anna").join(new)
    await dialog.settle()
    assert "AG3-001" in await dialog.say("anna", "ag3", "!frage Wer zahlt das?")


async def test_an_upgrade_while_the_bot_was_down_is_followed_also_twice_in_a_row(
    dialog: Dialog, hs: FakeHomeserver
) -> None:
    await dialog.stop()
    upgraded(hs, "#ag3:test")
    hs.user("karin").join("#ag3:test")
    newest = upgraded(hs, "#ag3:test")
    await dialog.start()
    await dialog.settle()
    assert BOT in hs.room(newest).joined
    hs.user("anna").join("#ag3:test")
    assert "AG3-001" in await dialog.say("anna", "ag3", "!frage Wer zahlt das?")
    async with dialog.database.reading() as session:
        assert (await health.read(session)).parked_out == ()


async def test_in_an_encrypted_room_the_new_one_is_encrypted_from_the_first_word(
    homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    async with encrypted_dialog(homeserver, tmp_path / "data") as dialog:
        anna = person(homeserver, "anna")
        assert await ask(dialog, anna, "!echo eins") == ["Echo: eins"]
        upgraded(homeserver, ROOM)
        anna.user.join(ROOM)
        await dialog.settle()
        assert await ask(dialog, anna, "!echo zwei") == ["Echo: zwei"]
        assert answers(anna) == ["Echo: zwei"]


async def test_a_tombstone_that_leads_nowhere_changes_nothing(dialog: Dialog, hs: FakeHomeserver) -> None:
    for content in ({}, {"replacement_room": 5}, {"replacement_room": hs.room("#ag3:test").id}):
        hs.user("karin").put_state("#ag3:test", "m.room.tombstone", {"body": "zu", **content})
        await dialog.settle()
    assert "AG3-001" in await dialog.say("anna", "ag3", "!frage Wer zahlt das?")


async def test_nobody_turns_the_bot_into_a_loudspeaker_by_pointing_to_a_room_of_others(
    dialog: Dialog, hs: FakeHomeserver
) -> None:
    """C13: what a tombstone points to has to point back; a stranger's room cannot talk into the plenary."""
    hs.create_room("ben", alias="bens", invite=[BOT])
    await dialog.settle()
    hs.user("ben").put_state("#bens:test", "m.room.tombstone", {"replacement_room": hs.room("#plenum:test").id})
    await dialog.settle()
    said = await dialog.hear("ben", "bens", "!ag")
    assert {each.room for each in said} == {"bens"}


async def test_nobody_takes_the_place_of_a_room_by_claiming_to_replace_it(dialog: Dialog, hs: FakeHomeserver) -> None:
    """C13: a room that says whose successor it is, without the tombstone there, is a room like any other."""
    old = hs.room("#ag3:test").id
    hs.world.create_room(
        hs.user("ben").account,
        {"creation_content": {"predecessor": {"room_id": old}}, "room_alias_name": "falsch", "invite": [BOT]},
    )
    await dialog.settle()
    assert "AG3-001" in await dialog.say("anna", "ag3", "!frage Wer zahlt das?")
    hs.user("ben").put_state("#falsch:test", "m.room.topic", {"topic": "AG 3"})
    said = await dialog.hear("ben", "falsch", "!frage Wer zahlt das?")
    assert "AG3-002" not in "".join(said)


async def test_a_stranger_cannot_make_the_bot_enter_a_room(hs: FakeHomeserver, tmp_path: Path) -> None:
    """Invitations are accepted from configured people only, and so are tombstones in a room without a purpose."""
    homeserver = {"url": hs.url, "user": BOT, "allowed_servers": ["nobody.test"], "allowed_people": ["@karin:test"]}
    dialog = dialog_with(hs, tmp_path / "data", Registry(), homeserver=homeserver)
    await dialog.start()
    try:
        hs.create_room("karin", alias="offen", invite=[BOT])
        await dialog.settle()
        hs.world.set_member(hs.room("#offen:test"), "@karin:test", "@mallory:test", "join")
        hs.user("karin").put_state("#offen:test", "m.room.power_levels", {"users": {"@mallory:test": 100}})
        trap = hs.create_room("mallory", alias="falle")
        hs.user("mallory").put_state("#falle:test", "m.room.join_rules", {"join_rule": "public"})
        hs.user("mallory").put_state("#offen:test", "m.room.tombstone", {"replacement_room": trap})
        await dialog.settle()
        assert BOT not in hs.room("#falle:test").joined
    finally:
        await dialog.stop()


async def test_a_series_goes_on_in_the_new_room(dialog: Dialog, hs: FakeHomeserver) -> None:
    """Its dates are reminded of there, once, and its end is told there, once."""
    await dialog.say("karin", "koordination", "!termin neu AG3 mittwochs 10:00-11:00")
    await dialog.hear("karin", "koordination", "!ja")
    old = hs.room("#ag3:test").id
    upgraded(hs, "#ag3:test")
    await dialog.settle()
    dialog.now += timedelta(days=1, hours=1)
    reminded = [each.room for each in await dialog.ring() if each.startswith("Erinnerung")]
    await dialog.say("karin", "koordination", "!termin absagen R1")
    told = [each.room for each in await dialog.hear("karin", "koordination", "!ja") if each.startswith("Abgesagt")]
    assert (reminded, told) == (["ag3"], ["ag3"])
    assert hs.room("#ag3:test").id != old


async def test_who_waits_for_a_seat_hears_in_the_new_room_that_there_is_one(dialog: Dialog, hs: FakeHomeserver) -> None:
    await dialog.say("karin", "koordination", "!plenum neu 14.12.2026 10:00-12:00 plätze=1")
    await dialog.hear("karin", "koordination", "!ja")
    await dialog.hear("anna", "plenum", "!zusage")
    await dialog.hear("lena", "plenum", "!zusage")
    upgraded(hs, "#plenum:test")
    await dialog.settle()
    hs.user("lena").join("#plenum:test")
    told = [each for each in await dialog.hear("anna", "koordination", "!absage 4") if each.mentions]
    assert [(each.room, each.mentions) for each in told] == [("plenum", ["@lena:test"])]
