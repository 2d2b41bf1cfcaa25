"""`!mehr`: a list goes on where it ended, shows nothing twice and leaves out nothing that stayed."""

import re
from datetime import date, timedelta

from inline_snapshot import snapshot
from sqlalchemy import event

from storage import list_positions, questions
from storage.tables import QuestionState
from tests.dialog import Answer, Dialog

NOTHING_MORE = "Hier geht keine Liste weiter."


async def store(dialog: Dialog, count: int, *, group: int = 3, by: str = "@anna:test", **what: object) -> list[int]:
    """Store questions as if they had been asked in the plenary's room, each due a day later; their IDs."""
    async with dialog.database.transaction() as session:
        begin = await questions.next_number(session, group)
        room_id = dialog.hs.room("#plenum:test").id
        found = []
        for number in range(begin, begin + count):
            question = await questions.add(
                session,
                group=group,
                text=f"Wie wird Schritt {number} bezahlt?",
                asked_by=by,
                asked_at=dialog.now,
                due_since=dialog.now.date(),
                due_on=date(2026, 12, 7) + timedelta(days=number),
                room_id=room_id,
                source_event_id=f"$stored-{group}-{number}",
            )
            await questions.change(session, question, **what)
            found.append(question.id)
    return found


def refs(answer: Answer) -> list[str]:
    return re.findall(r"^- (AG\d-\d+)", str(answer), re.MULTILINE)


async def test_a_long_list_shows_eight_and_goes_on_with_the_rest(dialog: Dialog) -> None:
    await store(dialog, 19)
    first = await dialog.say("ben", "ag3", "!fragen")
    assert "Offene Fragen an die AG 3 (Finanzen): 19" in first
    assert "Noch 11, weiter mit !mehr" in first
    second = await dialog.say("ben", "ag3", "!mehr")
    assert "Noch 3, weiter mit !mehr" in second
    third = await dialog.say("ben", "ag3", "!mehr")
    assert str(third) == snapshot("""\
Offene Fragen an die AG 3 (Finanzen), weiter

- AG3-017 Wie wird Schritt 17 bezahlt? (offen, Ziel 24.12.2026)
- AG3-018 Wie wird Schritt 18 bezahlt? (offen, Ziel 25.12.2026)
- AG3-019 Wie wird Schritt 19 bezahlt? (offen, Ziel 26.12.2026)

Eine Frage ganz lesen: !frage AG3-017\
""")
    assert refs(first) + refs(second) + refs(third) == [f"AG3-{number:03d}" for number in range(1, 20)]
    assert str(await dialog.say("ben", "ag3", "!mehr")) == snapshot(
        "Hier geht keine Liste weiter. Von vorn beginnen !fragen und !meine"
    )


async def test_a_list_goes_on_across_a_restart_and_for_each_person_and_room_by_itself(dialog: Dialog) -> None:
    await store(dialog, 10)
    await dialog.say("ben", "ag3", "!fragen")
    await dialog.restart()
    assert NOTHING_MORE in await dialog.say("anna", "ag3", "!mehr")
    assert NOTHING_MORE in await dialog.say("ben", "plenum", "!mehr")
    assert refs(await dialog.say("ben", "ag3", "!mehr")) == ["AG3-009", "AG3-010"]


async def test_a_new_list_begins_anew(dialog: Dialog) -> None:
    await store(dialog, 10)
    await store(dialog, 9, group=5)
    await dialog.say("ben", "plenum", "!fragen AG3")
    await dialog.say("ben", "plenum", "!fragen AG5")
    assert refs(await dialog.say("ben", "plenum", "!mehr")) == ["AG5-009"]


async def test_what_is_asked_answered_or_voted_for_in_between_neither_repeats_nor_hides_a_question(
    dialog: Dialog,
) -> None:
    await store(dialog, 20)
    shown = refs(await dialog.say("ben", "ag3", "!fragen"))
    await dialog.hear("lena", "ag3", "!antwort AG3-002 Das Land.")
    await dialog.hear("lena", "ag3", "!antwort AG3-012 Das Land.")
    await dialog.hear("anna", "plenum", "!frage AG3 Wer zahlt nach der Anschubfinanzierung?")
    await dialog.hear("karin", "ag3", "!stimme AG3-018")  # climbs above what was shown
    await dialog.hear("karin", "ag3", "!stimme AG3-008")
    await dialog.hear("karin", "ag3", "!stimme AG3-008 zurück")
    pages = [await dialog.say("ben", "ag3", "!mehr") for _ in range(3)]
    assert NOTHING_MORE in pages[-1]
    shown += [ref for page in pages for ref in refs(page)]
    assert len(shown) == len(set(shown))
    assert set(shown) == {f"AG3-{number:03d}" for number in range(1, 22)} - {"AG3-012"}


async def test_the_list_of_all_groups_goes_on_too(dialog: Dialog) -> None:
    await store(dialog, 9)
    await store(dialog, 6, group=5, by="@ben:test")
    first = await dialog.say("ben", "plenum", "!fragen")
    assert "Noch 10, weiter mit !mehr" in first
    second = await dialog.say("ben", "plenum", "!mehr")
    assert "Offene Fragen an alle AGs, weiter" in second
    third = await dialog.say("ben", "plenum", "!mehr")
    shown = refs(first) + refs(second) + refs(third)
    assert [len(refs(each)) for each in (first, second, third)] == [5, 8, 2]
    assert len(set(shown)) == 15
    assert NOTHING_MORE in await dialog.say("ben", "plenum", "!mehr")


async def test_the_lists_of_answered_and_of_all_questions_go_on_too(dialog: Dialog) -> None:
    await store(dialog, 10, state=QuestionState.ANSWERED, closed_at=dialog.now)
    await store(dialog, 2)
    assert refs(await dialog.say("ben", "ag3", "!fragen beantwortet"))[0] == "AG3-010"
    assert refs(await dialog.say("ben", "ag3", "!mehr")) == ["AG3-002", "AG3-001"]
    assert refs(await dialog.say("ben", "ag3", "!fragen alle"))[:3] == ["AG3-011", "AG3-012", "AG3-010"]
    assert len(refs(await dialog.say("ben", "ag3", "!mehr"))) == 4
    assert len(refs(await dialog.say("ben", "plenum", "!fragen alle"))) == 5
    assert len(refs(await dialog.say("ben", "plenum", "!mehr"))) == 7


async def test_my_own_list_goes_on_too(dialog: Dialog) -> None:
    await store(dialog, 11)
    first = await dialog.say("anna", "plenum", "!meine")
    assert "Ihre Fragen: 11" in first
    assert "Noch 3, weiter mit !mehr" in first
    second = await dialog.say("anna", "plenum", "!mehr")
    assert refs(first) + refs(second) == [f"AG3-{number:03d}" for number in range(11, 0, -1)]


async def test_of_many_questions_i_voted_for_five_are_named(dialog: Dialog) -> None:
    await store(dialog, 7)
    for number in range(1, 8):
        await dialog.hear("ben", "plenum", f"!stimme AG3-{number:03d}")
    mine = await dialog.say("ben", "plenum", "!meine")
    assert "Mitgestimmt haben Sie bei AG3-001, AG3-002, AG3-003, AG3-004, AG3-005 und 2 weiteren." in mine


async def test_without_a_list_there_is_nothing_to_go_on_with(dialog: Dialog) -> None:
    assert str(await dialog.say("ben", "plenum", "!mehr")) == snapshot(
        "Hier geht keine Liste weiter. Von vorn beginnen !fragen und !meine"
    )
    await dialog.say("ben", "plenum", "!fragen")  # an empty one
    assert NOTHING_MORE in await dialog.say("ben", "plenum", "!mehr")
    await dialog.say("ben", "plenum", "!meine")
    assert NOTHING_MORE in await dialog.say("ben", "plenum", "!mehr")


async def test_after_a_day_a_position_is_gone(dialog: Dialog) -> None:
    await store(dialog, 10)
    await dialog.say("ben", "ag3", "!fragen")
    dialog.now += timedelta(days=1, minutes=1)
    assert NOTHING_MORE in await dialog.say("ben", "ag3", "!mehr")
    await dialog.say("anna", "ag3", "!fragen")
    async with dialog.database.reading() as session:
        room_id = dialog.hs.room("#ag3:test").id
        assert await list_positions.get(session, "@ben:test", room_id, at=dialog.now - timedelta(days=1)) is None
        assert await list_positions.get(session, "@anna:test", room_id, at=dialog.now) is not None


async def test_editing_the_message_does_not_turn_the_page_again(dialog: Dialog) -> None:
    await store(dialog, 20)
    await dialog.say("ben", "ag3", "!fragen")
    await dialog.say("ben", "ag3", "!mehr")
    [again] = await dialog.edit("ben", dialog.last_event, "!mehr bitte")
    assert refs(again) == []
    assert refs(await dialog.say("ben", "ag3", "!mehr"))[0] == "AG3-017"


async def test_the_cost_of_a_list_does_not_grow_with_the_number_of_questions(dialog: Dialog) -> None:
    """Law: a list takes few statements, and reads no more questions than it shows or weighs."""
    lists = ("!fragen", "!fragen AG3", "!fragen AG3 alle", "!meine")
    await store(dialog, 60)
    few = [await statements(dialog, words) for words in lists]
    await store(dialog, 600)
    many = [await statements(dialog, words) for words in lists]
    assert many == few
    assert max(few) < 15


async def statements(dialog: Dialog, words: str) -> int:
    """How many statements about questions the bot makes to answer."""
    seen: list[str] = []
    engine = dialog.database._engine.sync_engine

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        await dialog.say("anna", "plenum", words)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sum("questions" in each for each in seen)
