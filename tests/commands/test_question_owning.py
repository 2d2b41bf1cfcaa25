"""Who has a question: taken, assigned, handed back; who hears of it, and who may."""

import pytest
from inline_snapshot import snapshot

from tests.commands.asking import ASK, told
from tests.dialog import Dialog


@pytest.fixture
async def asked(dialog: Dialog) -> Dialog:
    """Anna has asked AG 3 in the plenary's room."""
    await dialog.hear("anna", "plenum", ASK)
    return dialog


# --- taking ---


async def test_who_takes_a_question_has_it_and_nobody_else_is_disturbed(asked: Dialog) -> None:
    answers = await asked.hear("lena", "ag3", "!übernehmen AG3-001")
    assert [each.room for each in answers] == ["ag3"]
    assert str(answers[0]) == snapshot("""\
Sie haben AG3-001 übernommen. Ziel für die Antwort: Mo 07.12.2026
Antworten: !antwort AG3-001 Ihre Antwort
Doch nicht? !abgeben AG3-001\
""")
    shown = await asked.say("ben", "plenum", "!frage AG3-001")
    assert "in Arbeit" in shown
    assert "Als Nächstes antwortet: @lena:test" in shown
    assert "übernommen (Leitung)" in shown


async def test_taking_a_question_twice_changes_nothing(asked: Dialog) -> None:
    await asked.say("lena", "ag3", "!übernehmen AG3-001")
    assert str(await asked.say("lena", "ag3", "!übernehmen AG3-001")) == snapshot("""\
AG3-001 haben Sie schon übernommen. Ziel für die Antwort: Mo 07.12.2026
Antworten: !antwort AG3-001 Ihre Antwort\
""")
    assert (await asked.say("ben", "plenum", "!frage AG3-001")).count("übernommen") == 1


async def test_who_had_a_question_before_is_told_that_it_is_somebody_elses_now(asked: Dialog) -> None:
    await asked.say("lena", "ag3", "!übernehmen AG3-001")
    answers = await asked.hear("karin", "koordination", "!übernehmen AG3-001")
    notice = told(answers, "ag3")
    assert str(notice) == snapshot(
        "@lena:test: AG3-001 liegt nicht mehr bei Ihnen, sondern bei @karin:test. Für Sie ist nichts mehr zu tun. !frage AG3-001"
    )
    assert notice.mentions == ["@lena:test"]
    assert notice.content["msgtype"] == "m.text"
    assert "Sie haben AG3-001 übernommen" in told(answers, "koordination")


@pytest.mark.parametrize("person", ["anna", "ben", "lukas"])
async def test_others_may_not_take_a_question(asked: Dialog, person: str) -> None:
    answer = await asked.say(person, "plenum", "!übernehmen AG3-001")
    assert str(answer) == snapshot(
        "Das darf bei AG3-001 nur die Leitung der AG 3, die Koordination oder wer sie übernommen hat. Wer Leitung oder Koordination ist, zeigen !ag 3 und !kontakt"
    )
    assert "Leitung der AG 3 (@lena:test)" in await asked.say("ben", "plenum", "!frage AG3-001")


async def test_what_is_done_cannot_be_taken_and_the_answer_says_what_is_possible(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!antwort AG3-001 Bis 2027 zahlt das Land.")
    assert str(await asked.say("lena", "ag3", "!übernehmen AG3-001")) == snapshot("""\
Das geht jetzt nicht: AG3-001 ist seit 23.11.2026 beantwortet.
Möglich ist: !berichtigen AG3-001 Ihre Antwort, !frage AG3-001\
""")


@pytest.mark.parametrize("command", ["übernehmen", "zuweisen", "abgeben", "weiterleiten", "verlängern"])
async def test_without_a_number_nothing_happens(asked: Dialog, command: str) -> None:
    answer = await asked.say("lena", "ag3", f"!{command}")
    assert "Es fehlt die Nummer der Frage" in answer
    assert f"So geht es: !{command} <Nummer>" in answer
    assert "Eine Frage AG3-009 gibt es nicht" in await asked.say("lena", "ag3", f"!{command} AG3-009 x")


async def test_an_edited_message_does_not_take_the_question_again(asked: Dialog) -> None:
    await asked.say("lena", "ag3", "!übernehmen AG3-001")
    message = asked.last_event
    await asked.say("lena", "ag3", "!abgeben AG3-001")
    await asked.edit("lena", message, "!übernehmen AG3-001 ")
    assert "Leitung der AG 3" in await asked.say("ben", "plenum", "!frage AG3-001")


# --- assigning ---


async def test_a_person_is_assigned_and_told_in_the_groups_room_and_may_answer(asked: Dialog) -> None:
    answers = await asked.hear("karin", "koordination", "!zuweisen AG3-001 @ben:test")
    assert {each.room for each in answers} == {"koordination", "ag3"}
    assert str(told(answers, "koordination")) == snapshot("""\
AG3-001 ist jetzt @ben:test zugewiesen. Ich sage der Person im Raum der AG Bescheid.
Doch jemand anderem: !zuweisen AG3-001 Person\
""")
    notice = told(answers, "ag3")
    assert str(notice) == snapshot("""\
@ben:test: AG3-001 ist jetzt Ihnen zugewiesen (von Koordination). Ziel für die Antwort: Mo 07.12.2026

> Wer zahlt nach der Anschubfinanzierung?

Übernehmen: !übernehmen AG3-001
Antworten: !antwort AG3-001 Ihre Antwort
Abgeben: !abgeben AG3-001\
""")
    assert notice.mentions == ["@ben:test"]
    assert "Als Nächstes antwortet: @ben:test" in await asked.say("anna", "plenum", "!frage AG3-001")
    assert "AG3-001 ist beantwortet" in await asked.say("ben", "ag3", "!antwort AG3-001 Bis 2027 zahlt das Land.")


@pytest.mark.parametrize(
    "written",
    ["lena", "Lena", "Lena Müller", "@lena", "lena.", "@lena:test.", "Lena bitte bis Freitag", "bitte an @lena:test!"],
)
async def test_leads_and_coordinators_may_be_named_in_any_usual_way(asked: Dialog, written: str) -> None:
    answers = await asked.hear("karin", "koordination", f"!zuweisen AG3-001 {written}")
    assert "AG3-001 ist jetzt @lena:test zugewiesen" in told(answers, "koordination")
    assert told(answers, "ag3").mentions == ["@lena:test"]


async def test_a_mentioned_person_needs_no_user_id(asked: Dialog) -> None:
    answers = await asked.hear(
        "karin", "koordination", "!zuweisen AG3-001 Benjamin Muster", mentions=[asked.hs.user("ben")]
    )
    assert told(answers, "ag3").mentions == ["@ben:test"]


async def test_a_mention_that_the_text_contradicts_is_not_trusted(asked: Dialog) -> None:
    """Clients mention whoever wrote the message that is replied to."""
    answer = await asked.say("karin", "koordination", "!zuweisen AG3-001 lena", mentions=[asked.hs.user("anna")])
    assert str(answer) == snapshot("""\
Wen meinen Sie: @anna:test, @lena:test?
Bitte schreiben Sie nur eine Person, mit ihrer ganzen Kennung: !zuweisen AG3-001 @name:server\
""")
    assert "@lena:test" in await asked.say(
        "karin", "koordination", "!zuweisen AG3-001 @lena:test", mentions=[asked.hs.user("anna")]
    )


@pytest.mark.parametrize(
    "written, sentence",
    [
        ("", "Es fehlt die Person"),
        ("AG5", "An eine andere AG geben Sie die Frage so weiter: !weiterleiten AG3-001 AG5 Grund"),
        ("@ag4-bot:test", "Mir selbst können Sie keine Frage zuweisen"),
        ("@ben:test @anna:test", "Wen meinen Sie: @ben:test, @anna:test?"),
        ("Frau Schmidt", "Diese Person kenne ich nicht."),
        ("!!!", "Diese Person kenne ich nicht."),
        ("k", "Diese Person kenne ich nicht."),
        ("@ben", "Diese Person kenne ich nicht."),
    ],
)
async def test_without_one_person_nothing_happens(asked: Dialog, written: str, sentence: str) -> None:
    assert sentence in await asked.say("lena", "ag3", f"!zuweisen AG3-001 {written}")
    assert "zugewiesen" not in await asked.say("ben", "plenum", "!frage AG3-001")


async def test_an_unknown_person_is_refused_with_those_who_could_be_meant(asked: Dialog) -> None:
    assert str(await asked.say("lena", "ag3", "!zuweisen AG3-001 Frau Schmidt")) == snapshot("""\
Diese Person kenne ich nicht.
Mit dem Namen allein geht es bei @karin:test, @kurt:test, @lena:test, @lukas:test.
Jede andere Person geht mit ihrer ganzen Kennung: !zuweisen AG3-001 @name:server\
""")


async def test_who_assigns_a_question_to_themselves_is_not_told_twice(asked: Dialog) -> None:
    assert str(await asked.say("lena", "ag3", "!zuweisen AG3-001 lena")) == snapshot("""\
AG3-001 ist jetzt Ihnen zugewiesen. Ziel für die Antwort: Mo 07.12.2026
Antworten: !antwort AG3-001 Ihre Antwort\
""")
    assert str(await asked.say("lena", "ag3", "!zuweisen AG3-001 lena")) == snapshot(
        "AG3-001 liegt schon bei @lena:test. Stand der Dinge: !frage AG3-001"
    )


async def test_who_was_assigned_a_question_hears_when_somebody_else_gets_it(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!zuweisen AG3-001 @ben:test")
    answers = [each for each in await asked.hear("karin", "koordination", "!zuweisen AG3-001 lena") if each.mentions]
    assert [each.mentions for each in answers] == [["@lena:test"], ["@ben:test"]]
    assert "nicht mehr bei Ihnen, sondern bei @lena:test" in answers[1]


async def test_who_was_assigned_a_question_may_take_and_hand_back_but_not_assign(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!zuweisen AG3-001 @ben:test")
    assert "Das darf bei AG3-001 nur" in await asked.say("ben", "ag3", "!zuweisen AG3-001 lena")
    assert "Sie haben AG3-001 übernommen" in await asked.say("ben", "ag3", "!übernehmen AG3-001")
    [reply, notice] = await asked.hear("ben", "ag3", "!abgeben AG3-001 Ich bin ab morgen im Urlaub.")
    assert str(reply) == snapshot("""\
AG3-001 ist abgegeben und wieder offen. Zuständig: Leitung der AG 3 (@lena:test)
Stand der Dinge: !frage AG3-001\
""")
    assert str(notice) == snapshot("""\
AG3-001 ist wieder offen: @ben:test hat die Frage abgegeben. Ziel für die Antwort: Mo 07.12.2026

Der Grund:

> Ich bin ab morgen im Urlaub.

Die Frage:

> Wer zahlt nach der Anschubfinanzierung?

Übernehmen: !übernehmen AG3-001
Zuweisen: !zuweisen AG3-001 Person\
""")
    assert notice.mentions == ["@lena:test"]
    assert "Das darf bei AG3-001 nur" in await asked.say("ben", "ag3", "!abgeben AG3-001")
    assert "abgegeben: „Ich bin ab morgen im Urlaub.“" in await asked.say("anna", "plenum", "!frage AG3-001")


@pytest.mark.parametrize("person", ["anna", "lukas"])
async def test_others_may_not_assign(asked: Dialog, person: str) -> None:
    assert "nur die Leitung der AG 3 oder die Koordination" in await asked.say(
        person, "plenum", "!zuweisen AG3-001 lena"
    )


async def test_where_the_bot_is_not_in_the_groups_room_the_person_is_told_among_the_coordination(asked: Dialog) -> None:
    asked.hs.user("karin").kick(await asked.room("ag3"), "@ag4-bot:test")
    await asked.settle()
    answers = await asked.hear("karin", "plenum", "!zuweisen AG3-001 lena")
    assert told(answers, "koordination").mentions == ["@lena:test"]
    asked.hs.user("karin").kick(await asked.room("koordination"), "@ag4-bot:test")
    await asked.settle()
    assert "Bitte sagen Sie der Person Bescheid" in await asked.say("karin", "plenum", "!zuweisen AG3-001 @ben:test")


# --- handing back ---


async def test_a_lead_who_hands_back_disturbs_nobody(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!übernehmen AG3-001")
    assert str(await asked.say("lena", "ag3", "!abgeben AG3-001")) == snapshot("""\
AG3-001 ist abgegeben und wieder offen. Zuständig: Leitung der AG 3 (@lena:test)
Stand der Dinge: !frage AG3-001\
""")


async def test_who_loses_a_question_to_a_lead_who_hands_it_back_is_told(asked: Dialog) -> None:
    await asked.hear("lena", "ag3", "!zuweisen AG3-001 @ben:test")
    [_, notice] = await asked.hear("lena", "ag3", "!abgeben AG3-001")
    assert notice.mentions == ["@ben:test"]
    assert "@lena:test hat die Frage abgegeben (bisher @ben:test)" in notice


async def test_in_a_group_without_a_lead_the_coordination_is_told(dialog: Dialog) -> None:
    await dialog.hear("anna", "ag1", "!frage Wer entscheidet über den Plan?")
    await dialog.hear("karin", "koordination", "!zuweisen AG1-001 @ben:test")
    notice = told(await dialog.hear("ben", "ag1", "!abgeben AG1-001"), "koordination")
    assert notice.mentions == ["@karin:test", "@kurt:test"]


async def test_what_nobody_has_cannot_be_handed_back(asked: Dialog) -> None:
    assert str(await asked.say("lena", "ag3", "!abgeben AG3-001")) == snapshot("""\
Das geht jetzt nicht: AG3-001 ist offen.
Möglich istzum Beispiel: !antwort AG3-001 Ihre Antwort, !übernehmen AG3-001, !zusammenführen AG3-001 AG3-001, !weiterleiten AG3-001 AG5 Grund, !zuweisen AG3-001 Person, !frage AG3-001\
""")
