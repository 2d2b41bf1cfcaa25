"""The office hours in conversation: what is entered is shown, what is not is said."""

from datetime import UTC, datetime
from typing import Any

import pytest
from inline_snapshot import snapshot

from storage import calendar
from tests.dialog import Dialog


async def enter(dialog: Dialog, start: datetime, **details: Any) -> None:
    async with dialog.database.transaction() as session:
        await calendar.add(session, calendar.OFFICE_HOUR, starts=start, at=dialog.now, **details)


async def configure(dialog: Dialog, table: str, **what: Any) -> None:
    changed = getattr(dialog.config, table).model_copy(update=what)
    dialog.config = dialog.config.model_copy(update={table: changed})
    await dialog.restart()


async def test_without_a_date_it_says_so_and_who_knows(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "plenum", "!sprechstunde")) == snapshot("""\
Hier ist zurzeit keine kommende OZG-Sprechstunde eingetragen.
Hier nicht hinterlegt: wann die nächste ist, wie Sie teilnehmen und wo die Folien liegen. Das erfahren Sie auf https://ozg.sachsen-anhalt.de/ oder unter ozg@sachsen-anhalt.de.\
""")


async def test_the_next_date_with_topic_and_link_and_those_after_it(dialog: Dialog) -> None:
    await enter(dialog, datetime(2026, 12, 16, 10))
    await enter(
        dialog,
        datetime(2026, 12, 2, 10),
        ends=datetime(2026, 12, 2, 11),
        title="Basisdienste",
        link="https://example.org/os?a=1&b=2",
    )
    assert str(await dialog.say("anna", "plenum", "!sprechstunde")) == snapshot("""\
Nächste OZG-Sprechstunde: Mi 02.12.2026, 10:00–11:00 Uhr (in 9 Tagen)
Thema: Basisdienste
Zugang: https://example.org/os?a=1&b=2
Hier nicht hinterlegt: ob eine Anmeldung nötig ist und wo die Folien liegen. Das erfahren Sie auf https://ozg.sachsen-anhalt.de/ oder unter ozg@sachsen-anhalt.de.
Danach: Mi 16.12.2026, 10:00 Uhr\
""")


async def test_what_the_operator_entered_is_shown(dialog: Dialog) -> None:
    await configure(
        dialog, "office_hours", registration="Ohne Anmeldung, einfach einwählen.", slides="https://example.org/f"
    )
    await enter(dialog, datetime(2026, 12, 2, 10))
    assert str(await dialog.say("anna", "plenum", "!sprechstunde")) == snapshot("""\
Nächste OZG-Sprechstunde: Mi 02.12.2026, 10:00 Uhr (in 9 Tagen)
Teilnahme: Ohne Anmeldung, einfach einwählen.
Folien: https://example.org/f\
""")


async def test_registration_and_slides_help_without_a_date_too(dialog: Dialog) -> None:
    await configure(dialog, "office_hours", registration="Per E-Mail.")
    assert str(await dialog.say("anna", "plenum", "!sprechstunde")) == snapshot("""\
Hier ist zurzeit keine kommende OZG-Sprechstunde eingetragen.
Teilnahme: Per E-Mail.
Hier nicht hinterlegt: wann die nächste ist und wo die Folien liegen. Das erfahren Sie auf https://ozg.sachsen-anhalt.de/ oder unter ozg@sachsen-anhalt.de.\
""")


async def test_without_website_and_address_it_names_the_coordination(dialog: Dialog) -> None:
    await configure(dialog, "contact", email="", website="")
    assert "Das erfahren Sie bei der Koordination." in await dialog.say("anna", "plenum", "!sprechstunde")


async def test_what_runs_is_shown_and_what_is_over_is_not(dialog: Dialog) -> None:
    await enter(dialog, datetime(2026, 11, 23, 9, 30), ends=datetime(2026, 11, 23, 10, 30))
    assert "(läuft gerade)" in await dialog.say("anna", "plenum", "!sprechstunde")
    dialog.now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert "keine kommende" in await dialog.say("anna", "plenum", "!sprechstunde")


async def test_three_later_dates_are_enough(dialog: Dialog) -> None:
    for day in range(1, 8):
        await enter(dialog, datetime(2026, 12, day, 10))
    answer = await dialog.say("anna", "plenum", "!sprechstunde")
    assert answer.count("Uhr") == 4


@pytest.mark.parametrize("text", ["<b>x</b> @room", "x" * 60_000, "\u202ewann\u202c"], ids=["markup", "long", "rtl"])
async def test_words_behind_the_command_are_refused_without_repeating_them(dialog: Dialog, text: str) -> None:
    answer = await dialog.say("anna", "plenum", f"!sprechstunde {text}")
    assert answer.startswith("Dieser Befehl braucht keine weiteren Angaben")
    assert "@room" not in answer
    assert len(answer) < 500


async def test_a_sentence_that_begins_with_the_word_is_a_question(dialog: Dialog) -> None:
    """In a direct chat "Sprechstunde Termin" is no command with a wrong argument."""
    answer = await dialog.say("anna", "direkt:anna", "Sprechstunde Termin")
    assert answer.startswith("Wann ist die nächste OZG-Sprechstunde?")


async def test_what_was_entered_is_text_and_no_markup(dialog: Dialog) -> None:
    await enter(dialog, datetime(2026, 12, 2, 10), title="<b>@room</b> [x](https://y.z)")
    answer = await dialog.say("anna", "plenum", "!sprechstunde")
    assert "&lt;b&gt;" in answer.html
    assert "@room" not in answer
