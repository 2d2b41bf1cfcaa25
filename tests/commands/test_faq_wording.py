"""Words that mean the same in this administration, kept by editors."""

import pytest
from inline_snapshot import snapshot

from tests.dialog import Dialog


async def test_a_word_of_ones_own_finds_what_it_means(dialog: Dialog) -> None:
    assert "Quelle" not in await dialog.say("anna", "direkt:anna", "Quux?")
    assert str(await dialog.say("karin", "koordination", "!faq wörter Quux = Newsletter")) == snapshot("""\
Eingetragen: Quux = Newsletter. Das gilt ab jetzt für alle Fragen.
Wegnehmen: !faq wörter 1 -\
""")
    assert "SachsenAnhaltsPunkte" in await dialog.say("anna", "direkt:anna", "Quux?")
    assert str(await dialog.say("karin", "koordination", "!faq wörter")) == snapshot("""\
Diese Wörter bedeuten hier dasselbe:

- 1: Quux = Newsletter

Ergänzen: !faq wörter Rundbrief = Newsletter\
""")
    await dialog.restart()
    assert "SachsenAnhaltsPunkte" in await dialog.say("ben", "direkt:ben", "Quux?")
    assert "Weggenommen: Quux = Newsletter." in await dialog.say("karin", "koordination", "!faq wörter 1 -")
    assert "Quelle" not in await dialog.say("anna", "direkt:anna", "Quux?")


@pytest.mark.parametrize(
    "text, words",
    [
        ("!faq wörter Rundbrief", "mindestens zwei"),
        ("!faq wörter Rundbrief = rundbrief", "mindestens zwei"),
        ("!faq wörter Rundbrief = = Newsletter", "kein einzelnes Wort"),
        ("!faq wörter Rundbrief = unser Newsletter", "kein einzelnes Wort"),
        ("!faq wörter 12 = Newsletter", "kein einzelnes Wort"),
        ("!faq wörter " + " = ".join(f"Wort{'x' * n}" for n in range(13)), "höchstens 12"),
        ("!faq wörter 7 -", "gibt es nicht"),
    ],
)
async def test_what_is_wrong_is_said(dialog: Dialog, text: str, words: str) -> None:
    assert words in await dialog.say("karin", "koordination", text)
    assert "noch keine" in await dialog.say("karin", "koordination", "!faq wörter")


async def test_it_is_the_coordinations(dialog: Dialog) -> None:
    assert "nur die Koordination" in await dialog.say("anna", "plenum", "!faq wörter A-Z = Zett")
