"""Merging and splitting: who may, what is refused, and what stays in confidence."""

import pytest
from inline_snapshot import snapshot

from tests.commands.asking import told
from tests.commands.merging import ANSWER, MERGE, THIRD, ask_both, row
from tests.dialog import Dialog


@pytest.mark.parametrize(
    "command, says",
    [
        ("!zusammenführen", "Es fehlt die Nummer der Frage"),
        ("!zusammenführen AG3-002", "Mit welcher Frage soll AG3-002 zusammengeführt werden?"),
        ("!zusammenführen AG3-002 AG3-001 AG3-003", "nur die Nummern der beiden Fragen"),
        ("!zusammenführen AG3-002 AG3-017", "Am nächsten kommen AG3-001, AG3-002"),
        ("!zusammenführen AG3-002 AG3-002", "AG3-002 kann nicht mit sich selbst zusammengeführt werden"),
        ("!trennen AG3-002", "AG3-002 ist mit keiner anderen Frage zusammengeführt, zu trennen gibt es nichts"),
        ("!trennen AG3-002 bitte schnell", "nur die Nummer"),
    ],
)
async def test_what_cannot_be_merged_or_split_says_why(dialog: Dialog, command: str, says: str) -> None:
    await ask_both(dialog)
    before = [await row(dialog, "AG3-001"), await row(dialog, "AG3-002")]
    assert says in await dialog.say("lena", "ag3", command)
    assert [await row(dialog, "AG3-001"), await row(dialog, "AG3-002")] == before


async def test_a_question_is_merged_once_and_never_in_a_circle(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.hear("lena", "ag3", MERGE)
    assert await dialog.say("lena", "ag3", MERGE) == snapshot(
        """\
AG3-002 ist schon mit AG3-001 zusammengeführt. Stand der Dinge: !frage AG3-001
Wer gefragt hat, die Leitung und die Koordination können sie wieder trennen: !trennen AG3-002\
"""
    )
    assert await dialog.say("lena", "ag3", "!zusammenführen AG3-001 AG3-002") == snapshot(
        """\
AG3-002 ist schon mit AG3-001 zusammengeführt. Stand der Dinge: !frage AG3-001
Wer gefragt hat, die Leitung und die Koordination können sie wieder trennen: !trennen AG3-002\
"""
    )


async def test_nothing_is_merged_into_what_is_closed_or_not_released(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.hear("lena", "ag3", "!ablehnen AG3-001 Das entscheidet der Bund.")
    assert await dialog.say("lena", "ag3", MERGE) == snapshot("""\
Mit AG3-001 geht das nicht: Sie ist seit 23.11.2026 abgelehnt.
Es wurde nichts geändert; AG3-002 bleibt eine eigene Frage. Andere Fragen zeigt !fragen AG3\
""")
    await dialog.say("lena", "ag3", "!prüfung AG3 an")
    await dialog.hear("anna", "plenum", "!frage AG3 Wie melden sich Gemeinden am Portal an?")
    assert await dialog.say("lena", "ag3", "!zusammenführen AG3-002 AG3-003") == snapshot("""\
Mit AG3-003 geht das nicht: Sie ist in Prüfung.
Es wurde nichts geändert; AG3-002 bleibt eine eigene Frage. Andere Fragen zeigt !fragen AG3\
""")


async def test_an_answered_question_is_not_merged(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.hear("lena", "ag3", ANSWER)
    assert "AG3-001 ist seit 23.11.2026 beantwortet" in await dialog.say(
        "lena", "ag3", "!zusammenführen AG3-001 AG3-002"
    )


@pytest.mark.parametrize("person", ["kurt", "karin", "lena", "ben"])
async def test_coordination_lead_and_whoever_asked_may_merge_and_split(dialog: Dialog, person: str) -> None:
    await ask_both(dialog)
    assert "AG3-002 ist jetzt mit AG3-001 zusammengeführt" in await dialog.say(person, "ag4", MERGE)
    assert "AG3-002 ist wieder von AG3-001 getrennt" in await dialog.say(person, "ag4", "!trennen AG3-002")


@pytest.mark.parametrize("person", ["lukas", "anna"])
async def test_nobody_else_may_merge_or_split(dialog: Dialog, person: str) -> None:
    """Anna asked the other question; only with her own she decides."""
    await ask_both(dialog)
    assert "Das darf bei AG3-002 nur die Leitung der AG 3" in await dialog.say(person, "ag4", MERGE)
    await dialog.hear("lena", "ag3", MERGE)
    assert "Das darf bei AG3-002 nur" in await dialog.say(person, "ag4", "!trennen AG3-002")
    assert (await row(dialog, "AG3-002"))["merged_into_id"] is not None


async def test_a_lead_merges_across_groups_only_where_they_lead_both(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.hear("anna", "plenum", THIRD)
    assert await dialog.say("lena", "ag3", "!zusammenführen AG3-002 AG2-001") == snapshot(
        "Das darf bei AG2-001 nur die Leitung der AG 2 oder die Koordination. Wer Leitung oder Koordination ist, zeigen !ag 2 und !kontakt"
    )
    assert "AG2-001 ist jetzt mit AG3-001" not in await dialog.say("lena", "ag3", "!zusammenführen AG2-001 AG3-001")
    assert "zusammengeführt" in await dialog.say("kurt", "koordination", "!zusammenführen AG3-002 AG2-001")
    assert "zusammengeführt" in await dialog.say("anna", "ag4", "!zusammenführen AG3-001 AG2-001")


async def test_who_asked_in_confidence_is_named_nowhere_and_told_in_their_direct_chat(dialog: Dialog) -> None:
    await ask_both(dialog, first="ben", second="anna", room="direkt:anna")
    answers = await dialog.hear("lena", "ag3", MERGE)
    assert {each.room for each in answers} == {"ag3", "direkt:anna"}
    assert "Ihre Frage AG3-002 ist jetzt mit AG3-001 zusammengeführt." in told(answers, "direkt:anna")
    assert all("anna" not in each for each in answers if each.room != "direkt:anna")
    answers = await dialog.hear("anna", "direkt:anna", "!trennen AG3-002")
    assert {each.room for each in answers} == {"ag3", "direkt:anna"}
    assert all("anna" not in each and not each.mentions for each in answers if each.room != "direkt:anna")


async def test_who_asked_in_confidence_may_merge_in_their_direct_chat_only(dialog: Dialog) -> None:
    await ask_both(dialog, first="ben", second="anna", room="direkt:anna")
    assert await dialog.say("anna", "plenum", MERGE) == await dialog.say("lukas", "plenum", MERGE)
    assert "AG3-002 ist jetzt mit AG3-001" in await dialog.say("anna", "direkt:anna", MERGE)
    assert await dialog.say("anna", "plenum", "!trennen AG3-002") == await dialog.say(
        "lukas", "plenum", "!trennen AG3-002"
    )


async def test_who_asked_in_confidence_and_voted_in_a_room_is_told_there_though_they_merge(dialog: Dialog) -> None:
    """Leaving them out of the voters would show the room who it was."""
    await ask_both(dialog, first="ben", second="anna", room="direkt:anna")
    for person in ("anna", "lukas"):
        await dialog.say(person, "ag2", "!stimme AG3-002")
    answers = await dialog.hear("anna", "direkt:anna", MERGE)
    assert sorted(told(answers, "ag2").mentions) == ["@anna:test", "@lukas:test"]


async def test_a_merge_heard_twice_or_edited_happens_once(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.hear("lena", "ag3", MERGE)
    merged = dialog.last_event
    await dialog.hear("lena", "ag3", "!trennen AG3-002")
    [answer] = await dialog.edit("lena", merged, MERGE + " ")
    assert "nicht noch einmal" in answer
    assert (await row(dialog, "AG3-002"))["merged_into_id"] is None
    await dialog.restart()
    assert await dialog.ring() == []
