"""Merging: two questions that ask the same become one, everybody concerned hears of it once, and can undo it."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot
from sqlalchemy import select

from storage.tables import AnswerTold, Outcome, QuestionState
from tests.commands.asking import told
from tests.commands.merging import ANSWER, FIRST, MERGE, ask_both, mentioned, row, votes_of
from tests.dialog import Answer, Dialog


async def test_a_lead_merges_two_questions_and_everybody_concerned_is_told_once(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.say("lukas", "ag2", "!stimme AG3-002")
    await dialog.say("anna", "ag4", "!stimme AG3-002")
    answers = await dialog.hear("lena", "ag3", MERGE)
    assert told(answers, "ag3") == snapshot("""\
AG3-002 ist jetzt mit AG3-001 zusammengeführt.
Wer gefragt oder gestimmt hat, erfährt es.

> Wer zahlt nach der Anschubfinanzierung?

Doch nicht dasselbe? !trennen AG3-002\
""")
    assert told(answers, "plenum") == snapshot("""\
Ihre Frage AG3-002 ist jetzt mit AG3-001 zusammengeführt.
Sie zählen dort mit und bekommen die Antwort, sobald sie da ist.

> Wer zahlt nach der Anschubfinanzierung?

Doch nicht dasselbe? !trennen AG3-002\
""")
    assert told(answers, "ag2") == snapshot("""\
Die Frage AG3-002, für die Sie gestimmt haben, ist jetzt mit AG3-001 zusammengeführt.
Sie zählen dort mit und bekommen die Antwort, sobald sie da ist.

> Wer zahlt nach der Anschubfinanzierung?

Nicht dasselbe? Stimme zurücknehmen: !stimme AG3-002 zurück\
""")
    assert {each.room: each.mentions for each in answers} == {
        "ag3": [],
        "plenum": ["@ben:test"],
        "ag2": ["@lukas:test"],
        "ag4": ["@anna:test"],
    }
    assert told(answers, "plenum").content["msgtype"] == "m.text"
    assert await votes_of(dialog, "AG3-001") == 2  # ben, who asked the other one, and lukas; anna asked this one


async def test_a_merged_question_keeps_everything_it_had_but_where_it_stands(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.say("lukas", "ag2", "!stimme AG3-002")
    await dialog.hear("lena", "ag3", "!übernehmen AG3-002")
    before = await row(dialog, "AG3-002")
    await dialog.hear("lena", "ag3", MERGE)
    after = await row(dialog, "AG3-002")
    changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    assert changed.pop("closed_at")[1] is not None
    assert changed == snapshot(
        {
            "state": (QuestionState.IN_PROGRESS, QuestionState.CLOSED),
            "outcome": (None, Outcome.MERGED),
            "merged_into_id": (None, 1),
            "state_before_merge": (None, QuestionState.IN_PROGRESS),
        }
    )
    assert "Weiter geht es dort: !frage AG3-001" in await dialog.say("anna", "plenum", "!frage AG3-002")


async def test_splitting_restores_every_column_of_both(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.say("lukas", "ag2", "!stimme AG3-002")
    await dialog.say("lukas", "ag2", "!stimme AG3-001")
    before = [await row(dialog, "AG3-001"), await row(dialog, "AG3-002")]
    await dialog.hear("lena", "ag3", MERGE)
    assert await votes_of(dialog, "AG3-001") == 2
    await dialog.hear("lena", "ag3", "!trennen AG3-002")
    assert [await row(dialog, "AG3-001"), await row(dialog, "AG3-002")] == before


async def test_splitting_tells_everybody_who_was_told_of_the_merge(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.say("lukas", "ag2", "!stimme AG3-002")
    await dialog.hear("lena", "ag3", MERGE)
    answers = await dialog.hear("lena", "ag3", "!trennen AG3-002")
    assert told(answers, "ag3") == snapshot("""\
AG3-002 ist wieder von AG3-001 getrennt.
Sie ist offen und bekommt eine eigene Antwort. Ziel: Mo 07.12.2026
Wer gefragt oder gestimmt hat, erfährt es.
Doch dasselbe? !zusammenführen AG3-002 AG3-001\
""")
    assert told(answers, "plenum") == snapshot("""\
Ihre Frage AG3-002 ist wieder von AG3-001 getrennt.
Sie ist offen und bekommt eine eigene Antwort. Ziel: Mo 07.12.2026

> Welche Register werden zuerst angeschlossen?\
""")
    assert told(answers, "ag2") == snapshot("""\
Die Frage AG3-002, für die Sie gestimmt haben, ist wieder von AG3-001 getrennt.
Sie ist offen und bekommt eine eigene Antwort. Ziel: Mo 07.12.2026

> Welche Register werden zuerst angeschlossen?\
""")
    assert [mentioned(answers, each) for each in ("ben", "lukas", "lena", "anna")] == [["plenum"], ["ag2"], [], []]


async def test_whoever_asked_merges_and_splits_their_own_question(dialog: Dialog) -> None:
    await ask_both(dialog)
    answers = await dialog.hear("ben", "plenum", MERGE)
    assert told(answers, "plenum") == snapshot("""\
AG3-002 ist jetzt mit AG3-001 zusammengeführt.
Ihre Frage zählt dort als Stimme. Sobald die Antwort da ist, bekommen Sie sie auch.

> Wer zahlt nach der Anschubfinanzierung?

Doch nicht dasselbe? !trennen AG3-002\
""")
    assert told(answers, "ag3") == snapshot(
        "AG3-002 ist jetzt mit AG3-001 zusammengeführt. Beantwortet wird nur noch AG3-001: !frage AG3-001"
    )
    assert told(answers, "ag3").content["msgtype"] == "m.notice"
    answers = await dialog.hear("ben", "plenum", "!trennen AG3-002")
    assert told(answers, "plenum") == snapshot("""\
AG3-002 ist wieder von AG3-001 getrennt.
Sie ist offen und bekommt eine eigene Antwort. Ziel: Mo 07.12.2026
Doch dasselbe? !zusammenführen AG3-002 AG3-001\
""")
    assert told(answers, "ag3") == snapshot("""\
AG3-002 ist wieder von AG3-001 getrennt und wartet auf eine eigene Antwort.
Ziel: Mo 07.12.2026
Antworten: !antwort AG3-002 Ihre Antwort\
""")


async def test_the_owner_of_a_question_hears_that_it_goes_on_elsewhere(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.hear("lena", "ag3", "!übernehmen AG3-002")
    answers = await dialog.hear("ben", "plenum", MERGE)
    assert told(answers, "ag3").mentions == ["@lena:test"]


async def test_the_answer_reaches_whoever_asked_or_voted_at_either_once(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.say("lukas", "ag2", "!stimme AG3-002")
    dialog.now += timedelta(minutes=1)
    await dialog.say("lukas", "ag4", "!stimme AG3-001")
    await dialog.say("kurt", "ag4", "!stimme AG3-001")
    await dialog.hear("lena", "ag3", MERGE)
    answers = await dialog.hear("lena", "ag3", ANSWER)
    assert [mentioned(answers, each) for each in ("anna", "ben", "lukas", "kurt")] == [
        ["plenum"],
        ["plenum"],
        ["ag2"],
        ["ag4"],
    ]


async def test_a_voter_finds_the_way_out(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.say("lukas", "ag2", "!stimme AG3-002")
    await dialog.hear("lena", "ag3", MERGE)
    assert await votes_of(dialog, "AG3-001") == 2
    assert await dialog.say("lukas", "ag2", "!stimme AG3-001 zurück") == snapshot("""\
Gestimmt haben Sie nicht für AG3-001, sondern für AG3-002, damit zusammengeführt.
Zurücknehmen: !stimme AG3-002 zurück\
""")
    await dialog.say("lukas", "ag2", "!stimme AG3-002 zurück")
    assert [await votes_of(dialog, each) for each in ("AG3-001", "AG3-002")] == [1, 0]
    assert await dialog.say("ben", "ag2", "!stimme AG3-001 zurück") == snapshot("""\
Gestimmt haben Sie für AG3-001 nicht; Ihre Frage AG3-002 ist damit zusammengeführt und zählt deshalb mit.
Wieder trennen: !trennen AG3-002\
""")
    assert "Ihre eigene Frage" in await dialog.say("ben", "ag2", "!stimme AG3-002 zurück")


async def test_who_voted_for_both_takes_back_each(dialog: Dialog) -> None:
    await ask_both(dialog)
    for ref in ("AG3-001", "AG3-002"):
        await dialog.say("lukas", "ag2", f"!stimme {ref}")
    await dialog.hear("lena", "ag3", MERGE)
    assert await dialog.say("lukas", "ag2", "!stimme AG3-002 zurück") == snapshot("""\
Ihre Stimme für AG3-002 ist zurückgenommen. Für AG3-001, damit zusammengeführt, stimmen Sie weiterhin.
Auch diese zurücknehmen: !stimme AG3-001 zurück\
""")
    assert await votes_of(dialog, "AG3-001") == 2


async def test_a_vote_for_a_merged_question_counts_where_it_was_merged_and_says_so(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.hear("lena", "ag3", MERGE)
    assert await dialog.say("lukas", "ag2", "!stimme AG3-002") == snapshot("""\
Ihre Stimme für AG3-002 zählt.
AG3-002 ist mit AG3-001 zusammengeführt, Ihre Stimme zählt dort.

> Wer zahlt nach der Anschubfinanzierung?

Sobald die Antwort da ist, bekommen Sie sie auch.
Zurücknehmen: !stimme AG3-002 zurück\
""")
    assert "AG3-001 ist Ihre eigene Frage" in await dialog.say("anna", "ag2", "!stimme AG3-002")
    assert [await votes_of(dialog, each) for each in ("AG3-001", "AG3-002")] == [2, 2]
    await dialog.hear("lena", "ag3", "!trennen AG3-002")
    assert [await votes_of(dialog, each) for each in ("AG3-001", "AG3-002")] == [0, 2]


async def test_a_vote_for_what_was_merged_into_an_answered_question_is_led_to_the_answer(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.hear("lena", "ag3", MERGE)
    await dialog.hear("lena", "ag3", ANSWER)
    assert await dialog.say("lukas", "ag2", "!stimme AG3-002") == snapshot("""\
AG3-002 ist mit AG3-001 zusammengeführt.
AG3-001 ist seit 23.11.2026 beantwortet. Die Antwort zeigt !frage AG3-001\
""")


async def test_merging_into_an_answered_question_shows_its_answer_at_once(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.hear("lena", "ag3", ANSWER)
    await dialog.say("lukas", "ag2", "!stimme AG3-002")
    answers = await dialog.hear("ben", "plenum", MERGE)
    assert told(answers, "plenum") == snapshot("""\
AG3-002 ist jetzt mit AG3-001 zusammengeführt.
Wer dafür gestimmt hat, erfährt es.

> Wer zahlt nach der Anschubfinanzierung?

Antwort (Leitung AG 3):
Bis 2027 das Land.

Doch nicht dasselbe? !trennen AG3-002\
""")
    assert told(answers, "ag2") == snapshot("""\
Die Frage AG3-002, für die Sie gestimmt haben, ist jetzt mit AG3-001 zusammengeführt.

> Wer zahlt nach der Anschubfinanzierung?

Antwort (Leitung AG 3):
Bis 2027 das Land.

Nicht dasselbe? Stimme zurücknehmen: !stimme AG3-002 zurück\
""")
    corrected = await dialog.hear("lena", "ag3", "!berichtigen AG3-001 Bis 2028 das Land.")
    assert [mentioned(corrected, each) for each in ("ben", "lukas")] == [["plenum"], ["ag2"]]
    for room in ("plenum", "ag2"):
        assert "Bis 2028 das Land." in dialog.now_reads(told(answers, room))


async def test_who_has_the_answer_already_is_not_told_it_again(dialog: Dialog) -> None:
    await ask_both(dialog)
    for ref in ("AG3-001", "AG3-002"):
        await dialog.say("lukas", "ag2", f"!stimme {ref}")
    await dialog.hear("lena", "ag3", ANSWER)
    answers = await dialog.hear("ben", "plenum", MERGE)
    assert "Die Antwort haben Sie schon bekommen: !frage AG3-001" in told(answers, "ag2")
    async with dialog.database.reading() as session:
        people = [each for one in await session.scalars(select(AnswerTold)) for each in one.people]
    assert sorted(people) == ["@anna:test", "@ben:test", "@lukas:test"]


async def test_split_from_an_answered_question_it_is_live_without_that_answer(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.hear("lena", "ag3", MERGE)
    await dialog.hear("lena", "ag3", ANSWER)
    dialog.now += timedelta(days=28)
    answers = await dialog.hear("ben", "direkt:ben", "!trennen AG3-002")
    assert told(answers, "direkt:ben") == snapshot("""\
AG3-002 ist wieder von AG3-001 getrennt.
Sie ist offen und bekommt eine eigene Antwort. Ziel: Mo 07.12.2026 (überfällig)
Die Antwort auf AG3-001 gilt für sie nicht; nachzulesen ist sie hier: !frage AG3-001
Doch dasselbe? !zusammenführen AG3-002 AG3-001\
""")
    assert "wartet auf eine eigene Antwort" in told(answers, "ag3")
    shown = await dialog.say("ben", "plenum", "!frage AG3-002")
    assert "Bis 2027" not in shown


async def test_a_target_that_was_merged_itself_leads_to_where_it_goes_on(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.hear("anna", "plenum", "!frage AG3 Wie melden sich Gemeinden am Portal an?")
    await dialog.hear("lena", "ag3", MERGE)
    assert await dialog.say("lena", "ag3", "!zusammenführen AG3-003 mit AG3-002") == snapshot("""\
AG3-003 ist jetzt mit AG3-001 zusammengeführt.
AG3-002 war schon mit AG3-001 zusammengeführt, deshalb geht es dort weiter.
Wer gefragt oder gestimmt hat, erfährt es.

> Wer zahlt nach der Anschubfinanzierung?

Doch nicht dasselbe? !trennen AG3-003\
""")
    assert (await row(dialog, "AG3-003"))["merged_into_id"] == (await row(dialog, "AG3-001"))["id"]


async def test_what_was_merged_in_two_steps_comes_apart_step_by_step(dialog: Dialog) -> None:
    await ask_both(dialog)
    await dialog.hear("kurt", "plenum", "!frage AG3 Wie melden sich Gemeinden am Portal an?")
    refs = ("AG3-001", "AG3-002", "AG3-003")
    before = [await row(dialog, each) for each in refs]
    await dialog.hear("lena", "ag3", "!zusammenführen AG3-003 AG3-002")
    between = [await row(dialog, each) for each in refs]
    await dialog.hear("lena", "ag3", MERGE)
    assert [await votes_of(dialog, each) for each in refs] == [2, 1, 0]
    await dialog.hear("lena", "ag3", "!trennen AG3-002")
    assert [await row(dialog, each) for each in refs] == between
    await dialog.hear("lena", "ag3", "!trennen AG3-003")
    assert [await row(dialog, each) for each in refs] == before


async def similar_asked(dialog: Dialog) -> tuple[list[Answer], str]:
    await dialog.hear("anna", "plenum", FIRST)
    return await dialog.hear("ben", "plenum", "!frage AG3 Wer bezahlt nach der Anschubfinanzierung?"), dialog.last_event


async def test_the_receipt_shows_what_is_similar(dialog: Dialog) -> None:
    answers, _ = await similar_asked(dialog)
    receipt = told(answers, "plenum")
    assert receipt[receipt.index("Ähnlich") :] == snapshot("""\
Ähnlich:
1. AG3-001 Wer zahlt nach der Anschubfinanzierung? (offen)
Ist eine davon dieselbe wie Ihre? 1️⃣ (Ziffer 1) oder !zusammenführen AG3-002 AG3-001\
""")


@pytest.mark.parametrize("emoji", ["1️⃣", "1\u20e3"])
async def test_a_digit_under_the_receipt_makes_the_new_question_a_vote_for_the_old_one(
    dialog: Dialog, emoji: str
) -> None:
    answers, _ = await similar_asked(dialog)
    [answer] = [each for each in await dialog.react("ben", told(answers, "plenum"), emoji) if each.room == "plenum"]
    assert answer.startswith("AG3-002 ist jetzt mit AG3-001 zusammengeführt.")
    assert await votes_of(dialog, "AG3-001") == 1
    [again] = await dialog.react("ben", told(answers, "plenum"), emoji)
    assert "schon mit AG3-001 zusammengeführt" in again


async def test_a_digit_of_somebody_else_or_beyond_what_was_shown_changes_nothing(dialog: Dialog) -> None:
    answers, _ = await similar_asked(dialog)
    for person, emoji in (("anna", "1️⃣"), ("lena", "1️⃣"), ("ben", "2️⃣"), ("ben", "3️⃣")):
        assert await dialog.react(person, told(answers, "plenum"), emoji) == []
    assert (await row(dialog, "AG3-002"))["merged_into_id"] is None
