"""Newsletter, guide and the list of Fokusleistungen: where they are, as the operator entered it."""

import pytest
from inline_snapshot import snapshot

from tests.dialog import Dialog


async def with_links(dialog: Dialog) -> None:
    links = dialog.config.links.model_copy(
        update={
            "newsletter": "https://example.org/abo",
            "guide": "https://example.org/leitfaden.pdf",
            "focus_services": "https://example.org/fokus",
        }
    )
    dialog.config = dialog.config.model_copy(update={"links": links})
    await dialog.restart()


async def test_what_is_not_entered_is_not_claimed(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "plenum", "!newsletter")) == snapshot("""\
Newsletter: „OZG SachsenAnhaltsPunkte“ und „OZG Themenfeld Bildung“
Wie Sie sie bestellen, erfahren Sie auf https://ozg.sachsen-anhalt.de/ oder unter ozg@sachsen-anhalt.de.\
""")
    assert str(await dialog.say("anna", "plenum", "!leitfaden")) == snapshot("""\
Leitfaden: Darin werden die Ergebnisse der fünf Arbeitsgruppen zusammengeführt.
Ob und wo er veröffentlicht ist, erfahren Sie auf https://ozg.sachsen-anhalt.de/ oder unter ozg@sachsen-anhalt.de.\
""")


async def test_what_is_entered_is_said(dialog: Dialog) -> None:
    await with_links(dialog)
    assert str(await dialog.say("anna", "plenum", "!newsletter")) == snapshot("""\
Newsletter: „OZG SachsenAnhaltsPunkte“ und „OZG Themenfeld Bildung“
Bestellen: https://example.org/abo\
""")
    assert str(await dialog.say("anna", "plenum", "!leitfaden")) == snapshot("""\
Leitfaden: Darin werden die Ergebnisse der fünf Arbeitsgruppen zusammengeführt.
Sie finden ihn hier: https://example.org/leitfaden.pdf\
""")


@pytest.mark.parametrize(
    "text, link",
    [
        ("Welche Newsletter gibt es?", "https://example.org/abo"),
        ("Was ist der Leitfaden?", "https://example.org/leitfaden.pdf"),
        ("Was sind die OZG-Fokusleistungen?", "https://example.org/fokus"),
    ],
)
async def test_a_free_question_gets_it_too(dialog: Dialog, text: str, link: str) -> None:
    assert link not in await dialog.say("anna", "direkt:anna", text)
    await with_links(dialog)
    assert link in await dialog.say("ben", "direkt:ben", text)
