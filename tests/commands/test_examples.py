"""What the bot says about its commands is true: every example works, every command has help, wrong words are answered."""

import datetime as dt
import re

import pytest

from commands.command import Command
from commands.registry import COMMANDS
from storage import calendar
from storage.tables import Role
from tests.dialog import Dialog

PERSON = {Role.PARTICIPANT: "anna", Role.LEAD: "lena", Role.COORDINATOR: "karin"}
REFUSALS = (
    "kenne ich nicht",
    "So geht es:",
    "Das darf",
    "Das geht jetzt nicht",
    "ein Fehler aufgetreten",
    "gibt es nicht",
)
_ASKED = ("anna", "!frage Wer zahlt nach der Anschubfinanzierung?")
_ANOTHER = ("ben", "!frage Gibt es Fördermittel für Schulen?")
_ANSWERED = ("lena", "!antwort AG3-001 Das Land.")
_TWO = (_ASKED, _ANOTHER)
BEFORE = {
    **dict.fromkeys(
        ("antwort", "teilantwort", "verweis", "übernehmen", "zuweisen", "weiterleiten", "verlängern", "ablehnen"), _TWO
    ),
    **dict.fromkeys(("unzuständig", "zurückziehen", "vormerken", "mündlich", "zusammenführen"), _TWO),
    **dict.fromkeys(("berichtigen", "hilft", "offen"), (_ASKED, _ANSWERED)),
    "stimme": (("ben", _ASKED[1]), _ASKED),
    "abgeben": (_ASKED, ("lena", "!übernehmen AG3-001")),
    "freigeben": (("lena", "!prüfung AG3 an"), _ASKED),
    "trennen": (*_TWO, ("lena", "!zusammenführen AG3-002 AG3-001")),
    "mehr": tuple(("ben", f"!frage Was kostet der Abschnitt {number}?") for number in range(9)),
}
"""What people said in the room of AG 3 before, for the examples that need a question."""
_PLENARY = "!plenum neu 14.12.2026 10:00-12:00 Abschluss"
PLANNED = {
    **dict.fromkeys(
        ("plenum verschieben", "plenum absagen", "plenum ändern", "zusage", "vielleicht", "absage"), (_PLENARY,)
    ),
    "plenum wiederherstellen": (_PLENARY, "!plenum absagen 4"),
}
"""What the coordination planned before."""
ids = [command.name for command in COMMANDS]


async def prepare(dialog: Dialog, command: Command) -> None:
    """What the example of a command takes for granted."""
    for text in PLANNED.get(command.name, ()):
        await dialog.hear("karin", "koordination", text)
        await dialog.hear("karin", "koordination", "!ja")
    if "T12" in command.example:
        await twelve_dates(dialog, cancelled=command.name == "termin wiederherstellen")
    if command.name == "rückgängig":
        await dialog.hear("lena", "ag3", "!termin neu 14.12.2026 10:00-11:00 Basisdienste")
        await dialog.hear("lena", "ag3", "!ja")
    if command.name == "faq hilft":
        await dialog.hear("anna", "plenum", "!faq Was ist EfA?")
    if command.name == "mensch erledigt":
        await dialog.hear("anna", "plenum", "!mensch")
    if command.name in {"ja", "nein"}:
        await dialog.hear("lena", "plenum", "!termin neu AG3 14.12.2026 10:00-11:00 Basisdienste")
    for person, text in BEFORE.get(command.name, ()):
        await dialog.hear(person, "ag3", text)


async def twelve_dates(dialog: Dialog, *, cancelled: bool) -> None:
    """Meetings of AG 3 until there is one with the number T12."""
    async with dialog.database.transaction() as session:
        event = None
        while event is None or event.id < 12:
            event = await calendar.add(
                session, calendar.kind_of_group(3), starts=dt.datetime(2026, 12, 14, 10), at=dialog.now
            )
        if cancelled:
            await calendar.put(session, event, {"status": "CANCELLED"}, at=dialog.now)


@pytest.mark.parametrize("command", COMMANDS, ids=ids)
async def test_every_example_works(dialog: Dialog, command: Command) -> None:
    await prepare(dialog, command)
    if command.name == "mehr":
        await dialog.say("anna", "plenum", "!fragen AG3")
    room = {"abo": "direkt:anna", "mensch offen": "direkt:karin"}.get(command.name, "plenum")
    answers = await dialog.hear(PERSON[command.role], room, command.example)
    [answer] = [each for each in answers if each.content["msgtype"] == "m.notice" and each.room == room]
    assert not any(refusal in answer for refusal in REFUSALS), answer


@pytest.mark.parametrize("command", COMMANDS, ids=ids)
async def test_every_command_has_help_with_its_example(dialog: Dialog, command: Command) -> None:
    answer = await dialog.say("anna", "plenum", f"!hilfe {command.name}")
    assert command.example in answer
    assert command.help in answer
    assert command.help.endswith(".")


@pytest.mark.parametrize("command", COMMANDS, ids=ids)
@pytest.mark.parametrize(
    "words", ["", "<b>fett</b> @room", "\u202e \u0007", "x" * 5000], ids=["none", "html", "signs", "long"]
)
async def test_wrong_words_get_one_answer_and_never_an_apology(dialog: Dialog, command: Command, words: str) -> None:
    answers = await dialog.hear(PERSON[command.role], "plenum", f"!{command.name} {words}")
    replies = [each for each in answers if each.content["msgtype"] == "m.notice" and each.room == "plenum"]
    assert len(replies) == 1
    assert "ein Fehler aufgetreten" not in replies[0]
    assert "@room" not in replies[0]
    assert "<b>" not in replies[0].html


@pytest.mark.parametrize(
    "command", [each for each in COMMANDS if each.role is not Role.PARTICIPANT], ids=lambda each: each.name
)
async def test_who_may_not_is_told_who_may(dialog: Dialog, command: Command) -> None:
    await prepare(dialog, command)
    answer = await dialog.say("lukas" if command.own_check else "ben", "plenum", command.example)
    assert re.search(r"Das (?:darf|kann)(?: bei AG3-\d+)? nur", answer), answer


async def test_help_shows_only_what_the_reader_may_do(dialog: Dialog) -> None:
    shown = {person: await dialog.say(person, "plenum", "!hilfe") for person in ("anna", "lena", "karin")}
    assert "!plenum neu" in shown["karin"]
    assert "!plenum neu" not in shown["anna"]
    assert "!antwort" in shown["lena"]
    assert "!antwort" not in shown["anna"]
