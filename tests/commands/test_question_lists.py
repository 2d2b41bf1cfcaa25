"""`!fragen` and `!meine`: lists that fit a phone."""

from datetime import timedelta

from inline_snapshot import snapshot

from tests.dialog import Dialog


async def ask(dialog: Dialog, group: int, count: int) -> None:
    for number in range(1, count + 1):
        await dialog.hear("anna", "plenum", f"!frage AG{group} Wie wird Schritt {number} bezahlt?")


async def test_the_open_questions_of_a_group_stand_with_the_one_due_first_in_front(dialog: Dialog) -> None:
    await ask(dialog, 3, 2)
    dialog.now += timedelta(days=15)
    await ask(dialog, 3, 1)
    assert str(await dialog.say("ben", "plenum", "!fragen AG3")) == snapshot("""\
Offene Fragen an die AG 3 (Finanzen): 3

- AG3-001 Wie wird Schritt 1 bezahlt? (überfällig seit 07.12.2026)
- AG3-002 Wie wird Schritt 2 bezahlt? (überfällig seit 07.12.2026)
- AG3-003 Wie wird Schritt 1 bezahlt? (offen, Ziel 22.12.2026)

Eine Frage ganz lesen: !frage AG3-001\
""")
    assert await dialog.say("ben", "ag3", "!fragen") == await dialog.say("ben", "plenum", "!fragen offen AG 3")


async def test_a_long_list_is_cut_and_says_how_to_see_the_rest(dialog: Dialog) -> None:
    await ask(dialog, 3, 13)
    cut = await dialog.say("ben", "ag3", "!fragen")
    assert cut.count("- AG3-") == 10
    assert "Dazu 3 weitere, alle zeigt !fragen AG3 alle" in cut
    every = await dialog.say("ben", "plenum", "!fragen AG3 alle")
    assert every.count("- AG3-") == 13


async def test_even_the_whole_list_ends_somewhere(dialog: Dialog) -> None:
    for number in range(42):
        dialog.hs.user("anna").say(await dialog.room("plenum"), f"!frage AG3 Frage {number}?")
    await dialog.settle()
    every = await dialog.say("ben", "plenum", "!fragen AG3 alle")
    assert every.count("- AG3-") == 40
    assert "2 ältere stehen hier nicht. Eine einzelne zeigt zum Beispiel !frage AG3-042" in every


async def test_answered_questions_are_listed_on_demand(dialog: Dialog) -> None:
    await ask(dialog, 3, 2)
    assert str(await dialog.say("ben", "ag3", "!fragen beantwortet")) == snapshot("""\
Von den Fragen an die AG 3 (Finanzen) ist noch keine beantwortet.
Eine Frage stellen: !frage AG3 Ihre Frage\
""")
    await dialog.say("lena", "ag3", "!antwort AG3-001 Das Land.")
    assert str(await dialog.say("ben", "ag3", "!fragen Beantwortete")) == snapshot("""\
Beantwortete Fragen an die AG 3 (Finanzen): 1

- AG3-001 Wie wird Schritt 1 bezahlt? (beantwortet am 23.11.2026)

Eine Frage ganz lesen: !frage AG3-001\
""")
    await dialog.say("anna", "ag3", "!zurückziehen AG3-002")
    assert str(await dialog.say("ben", "ag3", "!fragen alle")) == snapshot("""\
Alle Fragen an die AG 3 (Finanzen): 2

- AG3-002 Text gelöscht (zurückgezogen am 23.11.2026)
- AG3-001 Wie wird Schritt 1 bezahlt? (beantwortet am 23.11.2026)

Eine Frage ganz lesen: !frage AG3-002\
""")
    assert str(await dialog.say("ben", "ag3", "!fragen")) == snapshot("""\
Zurzeit ist keine Frage an die AG 3 (Finanzen) offen.
Alle Fragen: !fragen AG3 alle\
""")


async def test_outside_a_groups_room_all_groups_are_counted_and_the_newest_shown(dialog: Dialog) -> None:
    assert str(await dialog.say("ben", "plenum", "!fragen")) == snapshot("""\
Zurzeit ist keine Frage offen.
Eine Frage stellen: !frage AG3 Ihre Frage\
""")
    assert str(await dialog.say("ben", "plenum", "!fragen beantwortet")) == snapshot("""\
Noch ist keine Frage beantwortet.
Eine Frage stellen: !frage AG3 Ihre Frage\
""")
    assert "Noch wurde keine Frage gestellt." in await dialog.say("ben", "plenum", "!fragen alle")
    await ask(dialog, 3, 4)
    await ask(dialog, 5, 2)
    await dialog.say("lena", "ag3", "!antwort AG3-001 Das Land.")
    assert str(await dialog.say("ben", "plenum", "!fragen")) == snapshot("""\
Offene Fragen: 5

- AG 1 Kooperationsmodell: 0
- AG 2 Strategie und Umsetzung: 0
- AG 3 Finanzen: 3
- AG 4 Kommunikation: 0
- AG 5 Technik: 2

Die neuesten:

- AG5-002 Wie wird Schritt 2 bezahlt? (offen, Ziel 07.12.2026)
- AG5-001 Wie wird Schritt 1 bezahlt? (offen, Ziel 07.12.2026)
- AG3-004 Wie wird Schritt 4 bezahlt? (offen, Ziel 07.12.2026)
- AG3-003 Wie wird Schritt 3 bezahlt? (offen, Ziel 07.12.2026)
- AG3-002 Wie wird Schritt 2 bezahlt? (offen, Ziel 07.12.2026)

Nur eine AG: !fragen AG5\
""")
    assert "!fragen AG3 beantwortet" in await dialog.say("ben", "plenum", "!fragen beantwortet")


async def test_a_group_nobody_asked_yet_says_how_to_ask(dialog: Dialog) -> None:
    assert str(await dialog.say("ben", "plenum", "!fragen AG4 alle")) == snapshot("""\
An die AG 4 (Kommunikation) wurde noch keine Frage gestellt.
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


async def test_my_questions_with_what_becomes_of_them(dialog: Dialog) -> None:
    assert str(await dialog.say("ben", "plenum", "!meine")) == snapshot("""\
Von Ihnen habe ich hier keine Frage. Eine stellen: !frage AG3 Ihre Frage

Was Sie mich im direkten Chat gefragt haben, zeige ich nur dort.\
""")
    await dialog.say("ben", "plenum", "!frage AG3 Wer zahlt nach der Anschubfinanzierung?")
    await dialog.say("ben", "plenum", "!frage AG5 Wer pflegt die Schnittstelle?")
    await ask(dialog, 3, 1)
    await dialog.say("lena", "ag3", "!antwort AG3-001 Das Land.")
    assert str(await dialog.say("ben", "plenum", "!meine")) == snapshot("""\
Ihre Fragen: 2

- AG5-001 Wer pflegt die Schnittstelle? (offen, Ziel 07.12.2026)
- AG3-001 Wer zahlt nach der Anschubfinanzierung? (beantwortet am 23.11.2026)

Antwort und Verlauf: !frage AG5-001

Was Sie mich im direkten Chat gefragt haben, zeige ich nur dort.\
""")


async def test_where_others_read_along_my_private_questions_are_not_shown(dialog: Dialog) -> None:
    await dialog.hear("ben", "direkt:ben", "!frage AG3 Dürfen wir das?")
    await dialog.hear("ben", "plenum", "!frage AG3 Wer zahlt?")
    assert "AG3-001" not in await dialog.say("ben", "plenum", "!meine")
    assert "AG3-001" not in await dialog.say("ben", "ag3", "!meine")
    assert str(await dialog.say("ben", "direkt:ben", "!meine")) == snapshot("""\
Ihre Fragen: 2

- AG3-002 Wer zahlt? (offen, Ziel 07.12.2026)
- AG3-001 Dürfen wir das? (offen, Ziel 07.12.2026)

Antwort und Verlauf: !frage AG3-002\
""")


async def test_of_many_questions_the_newest_are_shown(dialog: Dialog) -> None:
    await ask(dialog, 3, 11)
    mine = await dialog.say("anna", "plenum", "!meine")
    assert mine.count("- AG3-") == 10
    assert "1 ältere steht hier nicht." in mine


async def test_my_questions_take_no_further_words(dialog: Dialog) -> None:
    assert "So geht es: !meine" in await dialog.say("ben", "plenum", "!meine Fragen")
