"""The FAQ in conversation: an answer with its source, a question back, or an honest "das weiß ich nicht"."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from inline_snapshot import snapshot
from sqlalchemy import delete, update

from commands.faq.knowing import known
from commands.faq.scoring import shipped_entries
from storage import calendar, faq
from storage.tables import FaqEntry
from tests.dialog import Dialog


async def office_hour(dialog: Dialog, start: datetime, **details: Any) -> None:
    async with dialog.database.transaction() as session:
        await calendar.add(session, calendar.OFFICE_HOUR, starts=start, at=dialog.now, **details)


async def test_a_question_is_answered_with_source_and_stand(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "plenum", "!faq Wer zahlt nach der Anschubfinanzierung?")) == snapshot("""\
Wer zahlt nach der Anschubfinanzierung?
Dazu liegt dem Bot keine gesicherte Angabe vor. Tragfähige Finanzierungsmodelle sind Thema der AG 3. Bitte fragen Sie mit !frage AG3 und Ihrer Frage dort nach oder schreiben Sie an ozg@sachsen-anhalt.de.

Quelle: Informationsseite des CIO-Projekts, Stand: 04.07.2023
Hat das geholfen? 👍 oder 👎. Sonst fragen Sie eine Arbeitsgruppe (!frage AG3 Ihre Frage) oder einen Menschen (!mensch).\
""")


async def test_every_answer_that_is_shipped_fits_on_the_screen_of_a_phone(dialog: Dialog) -> None:
    said = {entry.slug: await dialog.say("anna", "plenum", f"!faq {entry.question}") for entry in shipped_entries()}
    assert [slug for slug, answer in said.items() if len(answer) > 600 or "Hat das geholfen?" not in answer] == []


async def test_a_conflict_between_sources_is_told(dialog: Dialog) -> None:
    answer = await dialog.say("anna", "plenum", "!faq Wie viele Plenarsitzungen gibt es?")
    assert str(answer) == snapshot("""\
Wie viele Plenarsitzungen gibt es im Projekt?
Das ist nicht eindeutig: Die Informationsseite nennt vier Plenarsitzungen, die FAQ-Seite des Projekts drei. Mit Datum bekannt sind drei: 02.03., 11.05. und 04.07.2023.

Quelle: Informationsseite und FAQ-Seite des CIO-Projekts, Stand: 04.07.2023
Hat das geholfen? 👍 oder 👎. Sonst fragen Sie eine Arbeitsgruppe (!frage AG3 Ihre Frage) oder einen Menschen (!mensch).\
""")


async def test_a_conflict_the_answer_itself_tells_is_not_told_twice(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        entry = update(FaqEntry).where(FaqEntry.slug == "efa")
        await session.execute(
            entry.values(conflict="Die Quellen nennen zwei Zahlen.", answer="Die Quellen nennen zwei Zahlen.")
        )
    assert (await dialog.say("anna", "plenum", "!faq Was bedeutet EfA?")).count("zwei Zahlen") == 1


async def test_without_a_question_it_shows_its_topics(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        await session.execute(delete(FaqEntry).where(FaqEntry.category.not_in(["Unterstützung", "Kontakt"])))
    assert str(await dialog.say("anna", "plenum", "!faq")) == snapshot("""\
Zu diesen Themen habe ich Antworten:

- Unterstützung (1): Wer hilft kleinen Kommunen ohne eigene IT?
- Kontakt (4): Wie erreiche ich das OZG-Team?

Fragen Sie zum Beispiel: !faq Wie erreiche ich das OZG-Team?
Alle Fragen zu einem Thema: !faq Unterstützung\
""")


async def test_a_topic_shows_its_questions(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "plenum", "!faq unterstuetzung")) == snapshot("""\
Fragen zum Thema Unterstützung:

- Wer hilft kleinen Kommunen ohne eigene IT?

Zur Antwort: !faq Wer hilft kleinen Kommunen ohne eigene IT?\
""")


async def test_the_topics_example_works(dialog: Dialog) -> None:
    topics = await dialog.say("anna", "plenum", "!faq")
    example = next(line for line in topics.split("\n") if line.startswith("Fragen Sie zum Beispiel: "))
    assert "Quelle: " in await dialog.say("anna", "plenum", example.removeprefix("Fragen Sie zum Beispiel: "))


async def test_an_unclear_question_gets_three_to_choose_from(dialog: Dialog) -> None:
    answer = await dialog.say("anna", "direkt:anna", "Plenum Sprechstunde")
    assert str(answer) == snapshot("""\
Meinen Sie eine dieser Fragen?

1. Was ist die OZG-Sprechstunde?
2. Was ist eine Plenarsitzung?
3. Wann ist die nächste OZG-Sprechstunde?

Antworten Sie mit 1, 2 oder 3, oder tippen Sie unten auf die Zahl.
Nichts davon? Antworten Sie mit einem Wort, zum Beispiel AG3, dann gebe ich Ihren Text als Frage an diese Arbeitsgruppe. Wer was macht, zeigt !ag.\
""")
    assert "Quelle: " in await dialog.say("anna", "direkt:anna", "1")


async def test_a_question_without_a_subject_is_asked_back(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "direkt:anna", "Was kostet das?")) == snapshot("""\
Meinen Sie eine dieser Fragen?

1. Was ist die Anschubfinanzierung?
2. Was kostet die Teilnahme an der Sprechstunde?
3. Was kostet das Beteiligungsportal?

Antworten Sie mit 1, 2 oder 3, oder tippen Sie unten auf die Zahl.
Nichts davon? Antworten Sie mit einem Wort, zum Beispiel AG3, dann gebe ich Ihren Text als Frage an diese Arbeitsgruppe. Wer was macht, zeigt !ag.\
""")


async def test_a_single_suggestion_is_no_list(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        await session.execute(delete(FaqEntry).where(FaqEntry.slug != "anschubfinanzierung"))
    assert str(await dialog.say("anna", "direkt:anna", "Was kostet das?")) == snapshot("""\
Meinen Sie diese Frage?

1. Was ist die Anschubfinanzierung?

Antworten Sie mit 1, oder tippen Sie unten auf die Zahl.
Nichts davon? Antworten Sie mit einem Wort, zum Beispiel AG3, dann gebe ich Ihren Text als Frage an diese Arbeitsgruppe. Wer was macht, zeigt !ag.\
""")


@pytest.mark.parametrize("text", ["Wohngeld " * 250, "!faq " + "Wohngeld " * 250], ids=["free text", "command"])
async def test_a_text_that_is_too_long_is_said_to_be(dialog: Dialog, text: str) -> None:
    assert str(await dialog.say("anna", "direkt:anna", text)) == snapshot(
        "Ihr Text ist zu lang (2.249 Zeichen, höchstens 2.000). Bitte fassen Sie Ihre Frage in einem Satz zusammen, zum Beispiel: Wann ist die nächste OZG-Sprechstunde?"
    )


async def test_a_text_of_two_thousand_characters_is_still_read(dialog: Dialog) -> None:
    text = "Was ist EfA?".ljust(1_999, ".")
    assert "zu lang" not in await dialog.say("anna", "direkt:anna", text + "?")
    assert "zu lang" in await dialog.say("anna", "direkt:anna", text + "??")


async def test_what_is_unknown_is_said_honestly_with_three_ways_on(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "direkt:anna", "Wie hoch ist die Grundsteuer in Halle?")) == snapshot("""\
Das weiß ich nicht. So geht es weiter:

- Antworten Sie mit einem Wort, zum Beispiel AG3, dann gebe ich Ihren Text als Frage an diese Arbeitsgruppe. Wer was macht, zeigt !ag.
- Auskunft gibt es auf https://ozg.sachsen-anhalt.de/ oder unter ozg@sachsen-anhalt.de. Text zum Kopieren: „Guten Tag, ich habe eine Frage: Wie hoch ist die Grundsteuer in Halle? Vielen Dank!“
- Meine Themen zeigt !faq: Projekt, Arbeitsgruppen, Plenum, OZG, Finanzierung, Technik, Unterstützung, Sprechstunde, Kontakt, Bot

Gibt es in den nächsten 30 Tagen eine Antwort darauf, sage ich Ihnen hier Bescheid.\
""")


async def test_in_a_groups_room_the_group_need_not_be_named(dialog: Dialog) -> None:
    assert "mit dem Wort Frage" in await dialog.say("anna", "ag3", "!faq Wie hoch ist die Grundsteuer in Halle?")


@pytest.mark.parametrize("text", ["2", "2.", "!faq 3", "!faq 1)"])
async def test_a_number_without_an_offer_is_not_enough(dialog: Dialog, text: str) -> None:
    assert (await dialog.say("anna", "direkt:anna", text)).startswith("Zu dieser Nummer habe ich nichts zur Auswahl.")


async def test_politeness_is_answered_politely(dialog: Dialog) -> None:
    said = ("Hallo!", "Guten Morgen zusammen", "Vielen Dank", "Tschüss", "Wie geht's?", "hilfe!", "Wer bist du?", "👍")
    answers = {text: str(await dialog.say("anna", "direkt:anna", text)) for text in said}
    assert answers == snapshot(
        {
            "Hallo!": "Guten Tag! Womit kann ich helfen? Was ich kann, zeigt !hilfe.",
            "Guten Morgen zusammen": "Guten Tag! Womit kann ich helfen? Was ich kann, zeigt !hilfe.",
            "Vielen Dank": "Gern geschehen. Was ich kann, zeigt !hilfe.",
            "Tschüss": "Auf Wiedersehen! Was ich kann, zeigt !hilfe.",
            "Wie geht's?": "Danke, mir geht es gut. Womit kann ich helfen? Was ich kann, zeigt !hilfe.",
            "hilfe!": """\
Das können Sie hier tun:

- !hilfe [Befehl]: Zeigt, was Sie hier tun können.
- !termine [plenum | sprechstunde | vortrag | AG3]: Zeigt die nächsten Termine.
- !plenum [Nummer]: Zeigt das nächste Plenum oder das mit dieser Nummer.
- !termin <T-Nummer oder R-Nummer>: Zeigt einen Termin mit allen Angaben und was sich daran geändert hat.
- !zusage [plenum 4 | T12] [Vertretung: @person]: Sagt zu einem Termin zu, oder nennt, wer für Sie kommt.
- !vielleicht [plenum 4 | T12]: Sagt, dass Sie vielleicht zu einem Termin kommen.
- !absage [plenum 4 | T12]: Sagt, dass Sie zu einem Termin nicht kommen.
- !kalender [plenum 4 | T12 | R3 | AG3 | alle]: Schickt Termine als Datei für Ihren Kalender.
- !abo [plenum | sprechstunde | vortrag | AG3 | alle] [1d 1h | aus]: Erinnert Sie im Direktchat an Termine.
- !sprechstunde: Zeigt die nächste OZG-Sprechstunde und wie Sie teilnehmen.
- !frage <AG> <Ihre Frage>: Stellt einer AG eine Frage.
- !fragen [AG] [offen, beantwortet, alle]: Zeigt die Fragen an eine AG oder an alle.
- !meine: Zeigt Ihre Fragen und was aus ihnen wird.
- !mehr: Zeigt, wie eine Liste weitergeht.
- !stimme <Nummer> [zurück]: Stimmt für eine Frage, die Sie auch beantwortet haben möchten.
- !hilft [Nummer]: Bestätigt, dass die Antwort auf Ihre Frage hilft.
- !offen [Nummer] <was fehlt>: Öffnet Ihre Frage wieder, wenn die Antwort noch nicht hilft.
- !zurückziehen <Nummer>: Zieht Ihre Frage zurück und löscht ihren Text.
- !faq [Frage]: Beantwortet häufige Fragen zum Projekt und zum OZG.
- !faq hilft [nein]: Sagt, ob die letzte Antwort auf eine häufige Frage hier geholfen hat.
- !mensch [Ihr Anliegen]: Übergibt Ihr Anliegen an einen Menschen.
- !mensch erledigt [Nummer]: Schließt eine Übergabe an einen Menschen ab; danach antworte ich dort wieder.
- !ag [Nummer]: Zeigt die Arbeitsgruppen oder eine davon.
- !kontakt: Zeigt, wie Sie uns erreichen.
- !newsletter: Zeigt, welche Newsletter es gibt und wie Sie sie bestellen.
- !leitfaden: Zeigt, wo Sie den Leitfaden des Projekts finden.
- !datenschutz: Zeigt, was der Bot speichert und wie Sie es löschen.

Mehr zu einem Befehl: !hilfe frage. Sie können mir auch einfach eine Frage stellen: im Direktchat oder indem Sie mich erwähnen.\
""",
            "Wer bist du?": (
                "Ich bin der Bot der AG 4 (Kommunikation) im CIO-Projekt: ein Programm mit festen Regeln, keine "
                "künstliche Intelligenz. Meine Antworten haben Menschen geschrieben. Was ich kann, zeigt !hilfe."
            ),
            "👍": (
                "Guten Tag! Fragen Sie mich einfach, zum Beispiel: Wann ist die nächste OZG-Sprechstunde? "
                "Was ich sonst kann, zeigt !hilfe."
            ),
        }
    )


async def test_a_mere_mention_is_told_what_the_bot_can_do(dialog: Dialog) -> None:
    answer = await dialog.say("anna", "plenum", "AG4-Bot", mentions=["@ag4-bot:test"])
    assert answer.startswith("Guten Tag! Fragen Sie mich einfach")


@pytest.mark.parametrize("text", ["Hilfe!", "Hilfe", "bitte Hilfe"])
async def test_a_call_for_help_leads_to_the_commands(dialog: Dialog, text: str) -> None:
    assert "!hilfe" in await dialog.say("anna", "direkt:anna", text)
    assert "zeigt !hilfe." in await dialog.say("anna", "direkt:anna", f"!faq {text}")


async def test_a_question_after_a_greeting_is_answered(dialog: Dialog) -> None:
    assert "Quelle: " in await dialog.say("anna", "direkt:anna", "Hallo! Was bedeutet EfA?")


async def test_the_next_office_hour_comes_from_the_calendar(dialog: Dialog) -> None:
    await office_hour(
        dialog,
        datetime(2026, 12, 2, 10),
        ends=datetime(2026, 12, 2, 11),
        title="Basisdienste",
        link="https://example.org/os",
    )
    assert str(await dialog.say("anna", "direkt:anna", "Wann ist die nächste OZG-Sprechstunde?")) == snapshot("""\
Wann ist die nächste OZG-Sprechstunde?
Nächster Termin: OZG-Sprechstunde, Mi 02.12.2026, 10:00–11:00 Uhr (in 9 Tagen), https://example.org/os. Mehr: !sprechstunde

Quelle: Kalender dieses Bots
Hat das geholfen? 👍 oder 👎. Sonst fragen Sie eine Arbeitsgruppe (!frage AG3 Ihre Frage) oder einen Menschen (!mensch).\
""")


async def test_a_date_that_is_over_is_not_the_next(dialog: Dialog) -> None:
    await office_hour(dialog, datetime(2026, 11, 23, 8), ends=datetime(2026, 11, 23, 9))
    answer = await dialog.say("anna", "direkt:anna", "Wann ist die nächste OZG-Sprechstunde?")
    assert "keine kommende OZG-Sprechstunde eingetragen" in answer


async def test_the_next_plenary_comes_from_the_calendar(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        await calendar.add(
            session, calendar.PLENARY, number=4, starts=datetime(2026, 12, 10, 10), title="Ausblick", at=dialog.now
        )
    answer = await dialog.say("anna", "plenum", "!faq Wann ist das nächste Plenum?")
    assert str(answer.split("\n")[1]) == snapshot(
        "Nächster Termin: Plenum 4, Do 10.12.2026, 10:00 Uhr (in 17 Tagen). Mehr: !plenum"
    )


async def test_without_a_date_the_next_plenary_is_headed_by_its_own_question(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "direkt:anna", "Wann ist das nächste Plenum?")) == snapshot("""\
Wann ist das nächste Plenum?
Zurzeit ist hier keine kommende Plenarsitzung eingetragen.
Kommende Sitzungen zeigt Ihnen !plenum, sobald die Koordination sie eingetragen hat. Auskunft gibt auch ozg@sachsen-anhalt.de.

Quelle: Beschreibung des AG4-Bots, Stand: 23.11.2026
Hat das geholfen? 👍 oder 👎. Sonst fragen Sie eine Arbeitsgruppe (!frage AG3 Ihre Frage) oder einen Menschen (!mensch).\
""")


async def test_a_date_ahead_does_not_hide_the_dates_gone_by(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        await calendar.add(session, calendar.PLENARY, number=4, starts=datetime(2026, 12, 10, 10), at=dialog.now)
    assert "02.03.2023" in await dialog.say("anna", "plenum", "!faq Wann waren die Plenarsitzungen?")


@pytest.mark.parametrize("text", ["Bist du eine KI?", "Hallo, bist du ein Roboter?", "!faq Sind Sie ChatGPT?"])
async def test_the_bot_says_that_it_is_no_artificial_intelligence(dialog: Dialog, text: str) -> None:
    assert (await dialog.say("anna", "direkt:anna", text)).split("\n")[1].startswith("Nein. Der AG4-Bot")


async def test_who_sees_a_question_is_told_as_the_privacy_notice_tells_it(dialog: Dialog) -> None:
    assert "mit !fragen sichtbar" in await dialog.say("anna", "plenum", "!faq Wer sieht meine Frage?")
    assert "mit !fragen sichtbar" in await dialog.say("anna", "plenum", "!datenschutz")


async def test_what_the_operator_entered_replaces_i_do_not_know(dialog: Dialog) -> None:
    office_hours = dialog.config.office_hours.model_copy(update={"slides": "https://example.org/folien"})
    dialog.config = dialog.config.model_copy(update={"office_hours": office_hours})
    await dialog.restart()
    answer = await dialog.say("anna", "plenum", "!faq Wo finde ich die Folien der Sprechstunde?")
    assert str(answer) == snapshot("""\
Wo finde ich die Folien der Sprechstunde?
https://example.org/folien

Quelle: Angabe des Betreibers dieses Bots
Hat das geholfen? 👍 oder 👎. Sonst fragen Sie eine Arbeitsgruppe (!frage AG3 Ihre Frage) oder einen Menschen (!mensch).\
""")


async def test_another_prefix_stands_in_the_curated_answers_too(dialog: Dialog) -> None:
    dialog.config = dialog.config.model_copy(update={"chat": dialog.config.chat.model_copy(update={"prefix": "?"})})
    await dialog.restart()
    answer = await dialog.say("anna", "plenum", "?faq Was kann dieser Bot?")
    assert "Alle Befehle zeigt ?hilfe." in answer
    assert "!" not in answer


async def test_an_empty_faq_says_so(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        await session.execute(delete(FaqEntry))
    assert str(await dialog.say("anna", "plenum", "!faq")) == snapshot(
        "Es sind noch keine Antworten hinterlegt. Was ich sonst kann, zeigt !hilfe."
    )
    assert "Meine Themen zeigt !faq: noch keine" in await dialog.say("anna", "plenum", "!faq Was ist EfA?")


async def test_a_changed_entry_answers_at_once(dialog: Dialog) -> None:
    await dialog.say("anna", "plenum", "!faq Was bedeutet EfA?")
    async with dialog.database.transaction() as session:
        await session.execute(update(FaqEntry).where(FaqEntry.slug == "efa").values(question="Was ist ein Quux?"))
    assert "Was ist ein Quux?" in await dialog.say("anna", "plenum", "!faq Quux")


async def test_the_ranking_is_built_once_for_each_state_of_the_faq(dialog: Dialog) -> None:
    async with dialog.database.reading() as session:
        before = await known(session)
    await dialog.say("anna", "plenum", "!faq Was bedeutet EfA?")
    async with dialog.database.reading() as session:
        assert await known(session) is before
    async with dialog.database.transaction() as session:
        await session.execute(update(FaqEntry).where(FaqEntry.slug == "efa").values(retired=True))
    async with dialog.database.reading() as session:
        assert "efa" not in [entry.slug for entry in (await known(session)).entries]


async def test_what_was_undone_is_not_remembered(dialog: Dialog) -> None:
    """A state of the FAQ that was rolled back and another one after it are not taken for each other."""
    statement = update(FaqEntry).where(FaqEntry.slug == "efa")
    with suppress(RuntimeError):
        async with dialog.database.transaction() as session:
            await session.execute(statement.values(question="Was ist ein Quux?"))
            assert (await known(session)).ranking.ask("Quux").kind == "sure"
            raise RuntimeError
    async with dialog.database.transaction() as session:
        await session.execute(statement.values(question="Was ist ein Fnord?"))
    assert "Fnord" in await dialog.say("anna", "plenum", "!faq Was ist ein Fnord?")
    assert "Quelle" not in await dialog.say("anna", "plenum", "!faq Was ist ein Quux?")


async def test_what_an_editor_wrote_is_text_and_no_markup(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        await session.execute(
            update(FaqEntry)
            .where(FaqEntry.slug == "efa")
            .values(answer="<b>fett</b> @room [x](https://y.z)", source_url="https://y.z/> <script>")
        )
    answer = await dialog.say("anna", "plenum", "!faq Was bedeutet EfA?")
    assert "&lt;b&gt;fett&lt;/b&gt;" in answer.html
    assert "@room" not in answer
    assert "<script" not in answer.html


@pytest.mark.parametrize(
    "text",
    [
        "<b>@room</b> <script>alert(1)</script>",
        "x" * 20_000,
        "Wohngeld " * 2_000,
        "\u202eegnahc\u202c\x07",
        "`*_[]()`",
        "٣",
    ],
    ids=["markup", "one long word", "many words", "right to left", "special characters", "digit"],
)
async def test_odd_input_gets_one_answer_that_repeats_nothing(dialog: Dialog, text: str) -> None:
    for said in (f"!faq {text}", text):
        answer = await dialog.say("anna", "direkt:anna", said)
        assert len(answer) < 1_000
        assert "@room" not in answer
        assert "script" not in answer.html


async def test_every_entry_answers_its_own_question_and_fits_a_phone(dialog: Dialog) -> None:
    async with dialog.database.reading() as session:
        entries = await faq.everything(session)
    for entry in entries:
        answer = await dialog.say("anna", "plenum", f"!faq {entry.question}")
        assert answer.startswith(entry.question)
        live = entry.live in {"leads", "coordinators"}
        assert ("Angabe des Betreibers" if live else f"Stand: {entry.as_of:%d.%m.%Y}") in answer
        assert len(answer) < 1_000
