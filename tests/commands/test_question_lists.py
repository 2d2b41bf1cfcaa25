"""`!fragen` and `!meine`: lists that fit a phone."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from tests.dialog import Dialog


async def ask(dialog: Dialog, group: int, count: int, *, by: str = "anna", room: str = "plenum") -> None:
    for number in range(1, count + 1):
        await dialog.hear(by, room, f"!frage AG{group} Wie wird Schritt {number} bezahlt?")


async def test_the_open_questions_of_a_group_stand_by_votes_then_by_target(dialog: Dialog) -> None:
    await ask(dialog, 3, 2)
    dialog.now += timedelta(days=15)
    await ask(dialog, 3, 2, by="ben")
    await dialog.hear("lukas", "ag3", "!stimme AG3-004")
    assert str(await dialog.say("ben", "plenum", "!fragen AG3")) == snapshot("""\
Offene Fragen an die AG 3 (Finanzen): 4

- AG3-004 Wie wird Schritt 2 bezahlt? (offen, Ziel 22.12.2026, 1 Stimme)
- AG3-001 Wie wird Schritt 1 bezahlt? (überfällig seit 07.12.2026)
- AG3-002 Wie wird Schritt 2 bezahlt? (überfällig seit 07.12.2026)
- AG3-003 Wie wird Schritt 1 bezahlt? (offen, Ziel 22.12.2026)

Eine Frage ganz lesen: !frage AG3-004\
""")
    assert await dialog.say("ben", "ag3", "!fragen") == await dialog.say("ben", "plenum", "!fragen offen AG 3")


async def test_each_line_says_where_the_question_stands(dialog: Dialog) -> None:
    await ask(dialog, 3, 4)
    await dialog.hear("lena", "ag3", "!übernehmen AG3-001")
    await dialog.hear("karin", "ag3", "!zuweisen AG3-002 @lena:test")
    await dialog.hear("lena", "ag3", "!vormerken AG3-003")
    assert str(await dialog.say("ben", "ag3", "!fragen")) == snapshot("""\
Offene Fragen an die AG 3 (Finanzen): 4

- AG3-001 Wie wird Schritt 1 bezahlt? (in Arbeit, Ziel 07.12.2026)
- AG3-002 Wie wird Schritt 2 bezahlt? (zugewiesen, Ziel 07.12.2026)
- AG3-003 Wie wird Schritt 3 bezahlt? (vorgemerkt für Plenum 4)
- AG3-004 Wie wird Schritt 4 bezahlt? (offen, Ziel 07.12.2026)

Eine Frage ganz lesen: !frage AG3-001\
""")


async def test_the_answered_are_one_line_and_listed_on_demand(dialog: Dialog) -> None:
    await ask(dialog, 3, 3)
    assert str(await dialog.say("ben", "ag3", "!fragen beantwortet")) == snapshot("""\
Von den Fragen an die AG 3 (Finanzen) ist noch keine beantwortet.
Eine Frage stellen: !frage AG3 Ihre Frage\
""")
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land.")
    await dialog.hear("lena", "ag3", "!mündlich AG3-003 Das Land zahlt")
    assert str(await dialog.say("ben", "ag3", "!fragen")) == snapshot("""\
Offene Fragen an die AG 3 (Finanzen): 1

- AG3-002 Wie wird Schritt 2 bezahlt? (offen, Ziel 07.12.2026)

Eine Frage ganz lesen: !frage AG3-002
Dazu beantwortet: 2, siehe !fragen AG3 beantwortet\
""")
    assert str(await dialog.say("ben", "ag3", "!fragen Beantwortete")) == snapshot("""\
Beantwortete Fragen an die AG 3 (Finanzen): 2

- AG3-003 Wie wird Schritt 3 bezahlt? (mündlich beantwortet am 23.11.2026)
- AG3-001 Wie wird Schritt 1 bezahlt? (beantwortet am 23.11.2026)

Eine Frage ganz lesen: !frage AG3-003\
""")
    await dialog.hear("anna", "ag3", "!zurückziehen AG3-002")
    assert str(await dialog.say("ben", "ag3", "!fragen")) == snapshot("""\
Zurzeit ist keine Frage an die AG 3 (Finanzen) offen.
Beantwortet: 2, siehe !fragen AG3 beantwortet\
""")


async def test_under_all_the_closed_stand_too_with_how_they_ended_and_without_a_text_that_was_withdrawn(
    dialog: Dialog,
) -> None:
    await ask(dialog, 3, 5)
    await dialog.hear("anna", "plenum", "!zurückziehen AG3-001")
    await dialog.hear("lena", "ag3", "!ablehnen AG3-002 Das ist nicht zu klären.")
    await dialog.hear("lena", "ag3", "!antwort AG3-003 Das Land.")
    await dialog.hear("lena", "ag3", "!zusammenführen AG3-004 AG3-005")
    assert str(await dialog.say("ben", "ag3", "!fragen alle")) == snapshot("""\
Alle Fragen an die AG 3 (Finanzen): 5

- AG3-005 Wie wird Schritt 5 bezahlt? (offen, Ziel 07.12.2026)
- AG3-004 Wie wird Schritt 4 bezahlt? (zusammengeführt am 23.11.2026)
- AG3-003 Wie wird Schritt 3 bezahlt? (beantwortet am 23.11.2026)
- AG3-002 Wie wird Schritt 2 bezahlt? (abgelehnt am 23.11.2026)
- AG3-001 Text gelöscht (zurückgezogen am 23.11.2026)

Eine Frage ganz lesen: !frage AG3-005\
""")


async def test_what_waits_for_its_release_is_in_no_list_but_counted_for_those_who_release_it(dialog: Dialog) -> None:
    await dialog.hear("lena", "ag3", "!prüfung AG3 an")
    await ask(dialog, 3, 2)
    for words in ("!fragen", "!fragen AG3", "!fragen alle", "!fragen AG3 alle", "!fragen AG3 beantwortet"):
        for person in ("ben", "lukas", "lena"):
            answer = await dialog.say(person, "plenum", words)
            assert "Schritt" not in answer
            assert "AG3-00" not in answer
    assert "Freigabe" not in await dialog.say("ben", "ag3", "!fragen")
    assert "Freigabe" not in await dialog.say("lukas", "ag3", "!fragen")
    assert str(await dialog.say("lena", "ag3", "!fragen")) == snapshot("""\
Zurzeit ist keine Frage an die AG 3 (Finanzen) offen.
Eine Frage stellen: !frage AG3 Ihre Frage
2 warten auf Freigabe. Lesen können Sie das im direkten Chat mit mir: !fragen AG3\
""")
    assert "2 warten auf Freigabe" in await dialog.say("karin", "ag3", "!fragen")
    assert str(await dialog.say("lena", "direkt:lena", "!fragen AG3")) == snapshot("""\
Zurzeit ist keine Frage an die AG 3 (Finanzen) offen.
Eine Frage stellen: !frage AG3 Ihre Frage

2 warten auf Freigabe:

- AG3-002 Wie wird Schritt 2 bezahlt?
- AG3-001 Wie wird Schritt 1 bezahlt?

Freigeben: !freigeben AG3-002\
""")
    await dialog.hear("lena", "direkt:lena", "!freigeben AG3-001")
    answer = await dialog.say("lena", "ag3", "!fragen")
    assert "- AG3-001 Wie wird Schritt 1 bezahlt?" in answer
    assert "1 wartet auf Freigabe." in answer


async def test_what_was_declined_before_its_release_is_listed_without_its_text(dialog: Dialog) -> None:
    await dialog.hear("lena", "ag3", "!prüfung AG3 an")
    await ask(dialog, 3, 1)
    await dialog.hear("lena", "direkt:lena", "!ablehnen AG3-001 Das gehört nicht hierher.")
    answer = await dialog.say("ben", "plenum", "!fragen AG3 alle")
    assert "Schritt" not in answer
    assert "- AG3-001 Text nicht freigegeben (abgelehnt am 23.11.2026)" in answer


async def test_outside_a_groups_room_all_groups_are_counted_and_the_most_supported_shown(dialog: Dialog) -> None:
    await ask(dialog, 3, 5)
    await ask(dialog, 5, 2)
    for person in ("ben", "lukas", "kurt"):
        await dialog.hear(person, "plenum", "!stimme AG3-005")
    await dialog.hear("ben", "plenum", "!stimme AG5-002")
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land.")
    assert str(await dialog.say("ben", "plenum", "!fragen")) == snapshot("""\
Offene Fragen: 6

- AG 1 Kooperationsmodell: 0
- AG 2 Strategie und Umsetzung: 0
- AG 3 Finanzen: 4
- AG 4 Kommunikation: 0
- AG 5 Technik: 2

Das wollen die meisten wissen, gemessen an den Beteiligten jeder AG:

- AG3-005 Wie wird Schritt 5 bezahlt? (offen, Ziel 07.12.2026, 3 Stimmen)
- AG5-002 Wie wird Schritt 2 bezahlt? (offen, Ziel 07.12.2026, 1 Stimme)
- AG5-001 Wie wird Schritt 1 bezahlt? (offen, Ziel 07.12.2026)
- AG3-002 Wie wird Schritt 2 bezahlt? (offen, Ziel 07.12.2026)
- AG3-003 Wie wird Schritt 3 bezahlt? (offen, Ziel 07.12.2026)

Noch 1, weiter mit !mehr
Nur eine AG: !fragen AG3\
""")
    assert str(await dialog.say("ben", "plenum", "!fragen beantwortet")) == snapshot("""\
Beantwortete Fragen: 1

- AG 1 Kooperationsmodell: 0
- AG 2 Strategie und Umsetzung: 0
- AG 3 Finanzen: 1
- AG 4 Kommunikation: 0
- AG 5 Technik: 0

Zuletzt beantwortet:

- AG3-001 Wie wird Schritt 1 bezahlt? (beantwortet am 23.11.2026)

Eine Frage ganz lesen: !frage AG3-001
Nur eine AG: !fragen AG3 beantwortet\
""")


async def test_where_nothing_was_asked_the_lists_say_how_to_ask(dialog: Dialog) -> None:
    assert str(await dialog.say("ben", "plenum", "!fragen")) == snapshot("""\
Zurzeit ist keine Frage offen.
Eine Frage stellen: !frage AG3 Ihre Frage\
""")
    assert str(await dialog.say("ben", "plenum", "!fragen beantwortet")) == snapshot("""\
Noch ist keine Frage beantwortet.
Eine Frage stellen: !frage AG3 Ihre Frage\
""")
    assert "Noch wurde keine Frage gestellt." in await dialog.say("ben", "plenum", "!fragen alle")
    assert str(await dialog.say("ben", "plenum", "!fragen AG4 alle")) == snapshot("""\
An die AG 4 (Kommunikation) wurde noch keine Frage gestellt.
Eine Frage stellen: !frage AG4 Ihre Frage\
""")
    assert str(await dialog.say("ben", "plenum", "!fragen AG4")) == snapshot("""\
Zurzeit ist keine Frage an die AG 4 (Kommunikation) offen.
Eine Frage stellen: !frage AG4 Ihre Frage\
""")


async def test_other_words_are_refused_with_the_usage(dialog: Dialog) -> None:
    assert str(await dialog.say("ben", "plenum", "!fragen AG3 <b>alte</b>")) == snapshot("""\
Bitte schreiben Sie dahinter nur eine AG und eines der Wörter „offen“, „beantwortet“ oder „alle“.
So geht es: !fragen [AG] [offen, beantwortet, alle]
Beispiel: !fragen AG3\
""")
    assert "Bitte schreiben Sie dahinter nur" in await dialog.say("ben", "plenum", "!fragen alle offen")
    assert "Eine einzelne Frage zeigt !frage AG3-017" in await dialog.say("ben", "plenum", "!fragen AG3-17")
    assert "Bitte schreiben Sie dahinter nur" in await dialog.say("ben", "plenum", f"!fragen {'x' * 60_000}")
    assert "Eine AG 9 gibt es nicht." in await dialog.say("ben", "plenum", "!fragen AG9")


async def test_my_questions_with_what_becomes_of_them_those_that_wait_for_me_first(dialog: Dialog) -> None:
    assert str(await dialog.say("ben", "plenum", "!meine")) == snapshot("""\
Von Ihnen habe ich hier keine Frage. Eine stellen: !frage AG3 Ihre Frage

Was Sie mich im direkten Chat gefragt haben, zeige ich nur dort.\
""")
    await ask(dialog, 3, 6, by="ben")
    await ask(dialog, 5, 1)
    await dialog.hear("ben", "plenum", "!stimme AG5-001")
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Das Land.")
    await dialog.hear("lena", "ag3", "!antwort AG3-002 Das Land.")
    await dialog.hear("ben", "plenum", "!hilft AG3-002")
    await dialog.hear("lena", "ag3", "!mündlich AG3-003")
    await dialog.hear("lena", "ag3", "!vormerken AG3-004")
    await dialog.hear("ben", "plenum", "!zurückziehen AG3-005")
    assert str(await dialog.say("ben", "plenum", "!meine")) == snapshot("""\
Ihre Fragen: 6

- AG3-003 Wie wird Schritt 3 bezahlt? (mündlich beantwortet, schriftlich folgt es noch)
- AG3-001 Wie wird Schritt 1 bezahlt? (beantwortet, wartet auf Ihre Rückmeldung: !hilft AG3-001 oder !offen AG3-001 was fehlt)
- AG3-006 Wie wird Schritt 6 bezahlt? (offen, Ziel 07.12.2026)
- AG3-004 Wie wird Schritt 4 bezahlt? (vorgemerkt für Plenum 4)
- AG3-005 Text gelöscht (zurückgezogen am 23.11.2026)
- AG3-002 Wie wird Schritt 2 bezahlt? (beantwortet am 23.11.2026)

Antwort und Verlauf: !frage AG3-003
Mitgestimmt haben Sie bei AG5-001.

Was Sie mich im direkten Chat gefragt haben, zeige ich nur dort.\
""")


async def test_where_others_read_along_what_i_asked_or_supported_in_private_is_not_shown(dialog: Dialog) -> None:
    await dialog.hear("ben", "direkt:ben", "!frage AG3 Dürfen wir das Fachverfahren wechseln?")
    await dialog.hear("ben", "plenum", "!frage AG5 Wer pflegt die Schnittstelle?")
    await ask(dialog, 2, 1)
    await dialog.hear("ben", "direkt:ben", "!stimme AG2-001")
    for room in ("plenum", "ag3", "koordination"):
        answer = await dialog.say("ben", room, "!meine")
        assert "AG5-001" in answer
        assert "AG3-001" not in answer
        assert "AG2-001" not in answer
    assert str(await dialog.say("ben", "direkt:ben", "!meine")) == snapshot("""\
Ihre Fragen: 2

- AG5-001 Wer pflegt die Schnittstelle? (offen, Ziel 07.12.2026)
- AG3-001 Dürfen wir das Fachverfahren wechseln? (offen, Ziel 07.12.2026)

Antwort und Verlauf: !frage AG5-001
Mitgestimmt haben Sie bei AG2-001.\
""")


async def test_what_the_coordination_asks_in_its_room_is_listed_there_and_in_private_only(dialog: Dialog) -> None:
    await dialog.hear("karin", "koordination", "!frage AG3 Wer zahlt nach der Anschubfinanzierung?")
    assert "AG3-001" not in await dialog.say("karin", "plenum", "!meine")
    assert "AG3-001" in await dialog.say("karin", "koordination", "!meine")
    assert "AG3-001" in await dialog.say("karin", "direkt:karin", "!meine")


async def test_what_i_asked_and_waits_for_its_release_is_shown_where_i_asked_it_and_nowhere_else(
    dialog: Dialog,
) -> None:
    await dialog.hear("lena", "ag3", "!prüfung AG3 an")
    await ask(dialog, 3, 1)
    assert "- AG3-001 Wie wird Schritt 1 bezahlt? (wartet auf Freigabe)" in await dialog.say("anna", "plenum", "!meine")
    assert "- AG3-001 Text nicht freigegeben (wartet auf Freigabe)" in await dialog.say("anna", "ag2", "!meine")


async def test_a_question_that_waits_for_my_consent_says_so(dialog: Dialog) -> None:
    await dialog.hear("ben", "direkt:ben", "!frage AG3 Wer zahlt in Magdeburg nach der Anschubfinanzierung?")
    assert "wartet auf Sie: !freigeben AG3-001" in await dialog.say("ben", "direkt:ben", "!meine")
    assert "AG3-001" not in await dialog.say("ben", "plenum", "!meine")


@pytest.mark.parametrize("words", ["!meine Fragen", "!mehr davon"])
async def test_my_questions_and_going_on_take_no_further_words(dialog: Dialog, words: str) -> None:
    assert f"So geht es: {words.split(maxsplit=1)[0]}" in await dialog.say("ben", "plenum", words)
