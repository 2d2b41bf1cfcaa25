"""Votes: "me too" by a command or a thumb up, the answer that follows, and the way back."""

from datetime import date, timedelta

import pytest
from inline_snapshot import snapshot
from sqlalchemy import select

from commands.questions.ranking import ranked, wilson_lower_bound
from storage.tables import Question, VoteMark
from tests.commands.asking import ASK, told
from tests.dialog import Answer, Dialog


async def votes_of(dialog: Dialog, number: int = 1) -> int:
    async with dialog.database.reading() as session:
        question = await session.scalar(select(Question).where(Question.group_number == 3, Question.number == number))
        assert question is not None
        return question.votes


async def marks(dialog: Dialog) -> int:
    async with dialog.database.reading() as session:
        return len((await session.scalars(select(VoteMark))).all())


async def asked(dialog: Dialog, who: str = "anna", room: str = "plenum", text: str = ASK) -> Answer:
    """Somebody asks; the note in the room of the group, or the receipt where it was asked there."""
    answers = await dialog.hear(who, room, text)
    return told(answers, "ag3")


async def review(dialog: Dialog) -> None:
    """The group looks at new questions before others see them."""
    said = await dialog.say("lena", "ag3", "!prüfung AG3 an")
    assert "an" in said


async def test_a_vote_counts_and_gets_the_answer(dialog: Dialog) -> None:
    await asked(dialog)
    assert await dialog.say("ben", "ag2", "!stimme AG3-001") == snapshot("""\
Ihre Stimme für AG3-001 zählt.

> Wer zahlt nach der Anschubfinanzierung?

Sobald die Antwort da ist, bekommen Sie sie auch.
Zurücknehmen: !stimme AG3-001 zurück\
""")
    assert await votes_of(dialog) == 1
    answers = await dialog.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 das Land.")
    assert "Die Frage AG3-001, die Sie auch beantwortet haben wollten" in told(answers, "ag2")
    assert told(answers, "ag2").mentions == ["@ben:test"]


async def test_voting_again_changes_nothing(dialog: Dialog) -> None:
    await asked(dialog)
    await dialog.say("ben", "ag2", "!stimme AG3-001")
    dialog.now += timedelta(minutes=1)
    assert await dialog.say("ben", "plenum", "!stimme ag3-1") == snapshot("""\
Sie haben für AG3-001 schon gestimmt, das zählt weiter.

> Wer zahlt nach der Anschubfinanzierung?

Sobald die Antwort da ist, bekommen Sie sie auch.
Zurücknehmen: !stimme AG3-001 zurück\
""")
    assert await votes_of(dialog) == 1
    answers = await dialog.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 das Land.")
    assert [each.room for each in answers if "@ben:test" in each.mentions] == ["ag2"]


@pytest.mark.parametrize("word", ["zurück", "zurueck", "Zurück!", "zurücknehmen"])
async def test_a_vote_is_taken_back(dialog: Dialog, word: str) -> None:
    await asked(dialog)
    await dialog.say("ben", "ag2", "!stimme AG3-001")
    assert "Ihre Stimme für AG3-001 ist zurückgenommen." in await dialog.say("ben", "plenum", f"!stimme AG3-001 {word}")
    assert await votes_of(dialog) == 0
    answers = await dialog.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 das Land.")
    assert all("@ben:test" not in each.mentions for each in answers)


async def test_what_was_not_given_is_not_taken_back(dialog: Dialog) -> None:
    await asked(dialog)
    assert await dialog.say("ben", "ag2", "!stimme AG3-001 zurück") == snapshot("""\
Für AG3-001 liegt von Ihnen keine Stimme vor; es gibt nichts zurückzunehmen.
Dafür stimmen: !stimme AG3-001\
""")
    assert await dialog.say("anna", "ag2", "!stimme AG3-001 zurück") == snapshot("""\
AG3-001 ist Ihre eigene Frage und zählt schon mit. Die Antwort bekommen Sie auf jeden Fall.
Stand der Dinge: !frage AG3-001\
""")


async def test_other_words_behind_the_number_change_nothing(dialog: Dialog) -> None:
    await asked(dialog)
    assert await dialog.say("ben", "ag2", "!stimme AG3-001 bitte sofort") == snapshot("""\
Nach der Nummer kann nur das Wort „zurück“ stehen.
Stimmen: !stimme AG3-001
Zurücknehmen: !stimme AG3-001 zurück
So geht es: !stimme <Nummer> [zurück]
Beispiel: !stimme AG3-001\
""")
    assert "Es fehlt die Nummer der Frage" in await dialog.say("ben", "ag2", "!stimme")
    assert "Am nächsten kommen AG3-001" in await dialog.say("ben", "ag2", "!stimme AG3-007")
    assert await votes_of(dialog) == 0


async def test_an_own_question_counts_already(dialog: Dialog) -> None:
    await asked(dialog)
    assert await dialog.say("anna", "plenum", "!stimme AG3-001") == snapshot("""\
AG3-001 ist Ihre eigene Frage und zählt schon mit. Die Antwort bekommen Sie auf jeden Fall.
Stand der Dinge: !frage AG3-001\
""")
    assert (await votes_of(dialog), await marks(dialog)) == (0, 0)


@pytest.mark.parametrize("person", ["ben", "lena", "lukas", "karin"])
async def test_everybody_may_vote_whatever_their_role(dialog: Dialog, person: str) -> None:
    await asked(dialog)
    assert "Ihre Stimme für AG3-001 zählt." in await dialog.say(person, "plenum", "!stimme AG3-001")
    assert await votes_of(dialog) == 1


@pytest.mark.parametrize("emoji", ["👍", "👍🏽", "👍\ufe0f", "👍🏿\ufe0f"])
async def test_any_thumb_up_is_a_vote_without_a_word_until_it_is_removed(dialog: Dialog, emoji: str) -> None:
    note = await asked(dialog)
    assert await dialog.react("ben", note, emoji) == []
    assert await votes_of(dialog) == 1
    assert await dialog.redact("ben", last_reaction(dialog)) == []
    assert await votes_of(dialog) == 0


@pytest.mark.parametrize("emoji", ["+1", "👎", "❤️", "👍👍"])
async def test_another_reaction_is_no_vote(dialog: Dialog, emoji: str) -> None:
    note = await asked(dialog)
    assert await dialog.react("ben", note, emoji) == []
    assert await votes_of(dialog) == 0


async def test_thumbs_and_commands_of_a_person_are_one_vote_until_the_last_is_gone(dialog: Dialog) -> None:
    note = await asked(dialog)
    await dialog.react("ben", note, "👍")
    first = last_reaction(dialog)
    await dialog.react("ben", note, "👍🏿")
    second = last_reaction(dialog)
    assert "schon gestimmt" in await dialog.say("ben", "plenum", "!stimme AG3-001")
    typed = dialog.last_event
    for gone, left in ((first, 1), (typed, 1), (second, 0)):
        assert await dialog.redact("ben", gone) == []
        assert await votes_of(dialog) == left


async def test_a_thumb_up_of_whoever_asked_is_no_vote(dialog: Dialog) -> None:
    answers = await dialog.hear("anna", "plenum", ASK)
    assert await dialog.react("anna", told(answers, "plenum"), "👍") == []
    assert await dialog.react("anna", told(answers, "ag3"), "👍") == []
    assert (await votes_of(dialog), await marks(dialog)) == (0, 0)


async def test_editing_a_vote_does_not_vote_again(dialog: Dialog) -> None:
    await asked(dialog)
    await asked(dialog, text="!frage AG3 Welche Register werden zuerst angeschlossen?")
    await dialog.say("ben", "plenum", "!stimme AG3-001")
    [answer] = await dialog.edit("ben", dialog.last_event, "!stimme AG3-002")
    assert "nicht noch einmal" in answer
    assert [await votes_of(dialog, number) for number in (1, 2)] == [1, 0]


async def test_an_answered_question_needs_no_vote(dialog: Dialog) -> None:
    note = await asked(dialog)
    await dialog.say("lena", "ag3", "!antwort AG3-001 Bis 2027 das Land.")
    assert await dialog.say("ben", "ag2", "!stimme AG3-001") == snapshot(
        "AG3-001 ist seit 23.11.2026 beantwortet. Die Antwort zeigt !frage AG3-001"
    )
    assert await dialog.react("ben", note, "👍") == []
    assert (await votes_of(dialog), await marks(dialog)) == (0, 0)


async def test_a_vote_given_before_the_answer_can_still_be_taken_back(dialog: Dialog) -> None:
    note = await asked(dialog)
    await dialog.react("ben", note, "👍")
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 das Land.")
    assert await dialog.redact("ben", last_reaction(dialog)) == []
    assert await votes_of(dialog) == 0


async def test_a_closed_question_gets_no_votes_and_says_where_it_stands(dialog: Dialog) -> None:
    note = await asked(dialog)
    await dialog.hear("lena", "ag3", "!ablehnen AG3-001 Das entscheidet der Bund.")
    assert await dialog.say("ben", "ag2", "!stimme AG3-001") == snapshot("""\
AG3-001 ist seit 23.11.2026 abgelehnt, dafür kann niemand mehr stimmen. Wie es dazu kam, zeigt !frage AG3-001
Brauchen Sie eine Antwort, stellen Sie die Frage bitte selbst: !frage AG3 Ihre Frage\
""")
    [answer] = await dialog.react("ben", note, "👍")
    assert "AG3-001 ist seit 23.11.2026 abgelehnt" in answer
    assert (answer.room, answer.content["msgtype"]) == ("ag3", "m.notice")
    assert (await votes_of(dialog), await marks(dialog)) == (0, 0)


async def test_a_question_that_waits_for_its_release_gets_no_votes(dialog: Dialog) -> None:
    await review(dialog)
    note = await asked(dialog)
    assert await dialog.say("ben", "ag2", "!stimme AG3-001") == snapshot(
        "AG3-001 wartet noch auf die Freigabe; erst danach kann man dafür stimmen. Stand der Dinge: !frage AG3-001"
    )
    assert len(await dialog.react("lukas", note, "👍")) == 1
    assert (await votes_of(dialog), await marks(dialog)) == (0, 0)


async def test_whoever_asked_in_confidence_reads_in_a_room_what_every_voter_reads(dialog: Dialog) -> None:
    await asked(dialog, room="direkt:anna")
    said = {}
    for text in ("!stimme AG3-001", "!stimme AG3-001", "!stimme AG3-001 zurück", "!stimme AG3-001 zurück"):
        for person in ("anna", "ben"):
            said.setdefault(person, []).append(str(await dialog.say(person, "plenum", text)))
    assert said["anna"] == said["ben"]
    assert all("eigene" not in each for each in said["anna"])


async def test_whoever_asked_in_confidence_is_told_beside_the_voters_of_a_room(dialog: Dialog) -> None:
    """Leaving them out would show who asked."""
    await asked(dialog, room="direkt:anna")
    for person in ("anna", "ben"):
        await dialog.say(person, "plenum", "!stimme AG3-001")
    answers = await dialog.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 das Land.")
    assert sorted(told(answers, "plenum").mentions) == ["@anna:test", "@ben:test"]


async def test_in_the_direct_chat_whoever_asked_in_confidence_learns_that_it_counts_already(dialog: Dialog) -> None:
    await asked(dialog, room="direkt:anna")
    assert "ist Ihre eigene Frage und zählt schon mit" in await dialog.say("anna", "direkt:anna", "!stimme AG3-001")
    assert await marks(dialog) == 0


async def test_votes_survive_a_restart_and_are_taken_in_after_it(dialog: Dialog) -> None:
    note = await asked(dialog)
    await dialog.react("ben", note, "👍")
    await dialog.stop()
    dialog.hs.user("ben").redact("#ag3:test", last_reaction(dialog))
    dialog.hs.user("lukas").say("#ag2:test", "!stimme AG3-001")
    await dialog.start()
    [answer] = await dialog.settle()
    assert "Ihre Stimme für AG3-001 zählt." in answer
    async with dialog.database.reading() as session:
        assert [each.user_id for each in await session.scalars(select(VoteMark))] == ["@lukas:test"]


def last_reaction(dialog: Dialog) -> str:
    return [each.event_id for each in dialog.hs.world.events.values() if each.type == "m.reaction"][-1]


@pytest.mark.parametrize(
    "positive, total, bound",
    [
        (0, 0, 0.0),
        (0, 10, 0.0),
        (1, 1, 0.2065),
        (10, 10, 0.7225),
        (5, 10, 0.2366),
        (50, 100, 0.4038),
        (81, 263, 0.2553),
    ],
)
def test_the_wilson_bound_is_that_of_the_tables(positive: int, total: int, bound: float) -> None:
    """81 of 263 is the example of R. G. Newcombe, Statistics in Medicine 17 (1998): 0.2553 to 0.3662."""
    assert wilson_lower_bound(positive, total) == pytest.approx(bound, abs=0.0001)


@pytest.mark.parametrize("positive, total", [(2, 1), (-1, 1), (1, 0)])
def test_what_is_no_share_has_no_bound(positive: int, total: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson_lower_bound(positive, total)


def question(number: int, *, votes: int = 0, group: int = 3, due: int = 7) -> Question:
    return Question(id=number, group_number=group, number=number, votes=votes, due_on=date(2026, 12, due))


def order(questions: list[Question], taking_part: dict[int, int]) -> list[int]:
    return [each.id for each in ranked(reversed(questions), taking_part)]


def test_the_same_votes_weigh_more_where_fewer_take_part() -> None:
    few, many = question(2, votes=3, group=5), question(1, votes=3, group=3)
    assert order([many, few], {3: 40, 5: 4}) == [2, 1]


def test_more_votes_outrank_fewer_of_the_same_group_and_between_equals_the_earlier_target_then_the_older() -> None:
    questions = [question(1, due=9), question(2, due=8), question(3, due=8), question(4, votes=1, due=30)]
    assert order(questions, {3: 9}) == [4, 2, 3, 1]


def test_between_equal_bounds_more_votes_win() -> None:
    """Where all who take part support it, only a growing group raises the bound; a missing group counts as its own."""
    assert order([question(1, votes=1, group=3), question(2, votes=4, group=5)], {}) == [2, 1]
