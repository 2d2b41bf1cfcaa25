"""Politeness is recognised, and a question inside it is not overheard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.faq.small_talk import SmallTalk, small_talk


@pytest.mark.parametrize(
    "text, kind",
    [
        ("", SmallTalk.NOTHING),
        ("👍", SmallTalk.NOTHING),
        ("?!", SmallTalk.NOTHING),
        ("Hallo", SmallTalk.GREETING),
        ("hallo!", SmallTalk.GREETING),
        ("Guten Morgen zusammen", SmallTalk.GREETING),
        ("Guten Tag, lieber Bot", SmallTalk.GREETING),
        ("Grüß Gott", SmallTalk.GREETING),
        ("gruess gott", SmallTalk.GREETING),
        ("Viele Grüße", SmallTalk.GREETING),
        ("Danke schön!", SmallTalk.THANKS),
        ("Vielen Dank, tschüss", SmallTalk.THANKS),
        ("Alles klar", SmallTalk.THANKS),
        ("Tschüß", SmallTalk.GOODBYE),
        ("Auf Wiedersehen", SmallTalk.GOODBYE),
        ("Wie geht's?", SmallTalk.HOW_ARE_YOU),
        ("Wie geht es Ihnen heute?", SmallTalk.HOW_ARE_YOU),
        ("hilfe!", SmallTalk.HELP),
        ("Was kannst du?", SmallTalk.HELP),
        ("Wer bist du?", SmallTalk.WHO_ARE_YOU),
        ("Wer sind Sie eigentlich?", SmallTalk.WHO_ARE_YOU),
        ("Hallo, wer bist denn du?", SmallTalk.WHO_ARE_YOU),
        ("Guten Tag, vielen Dank!", SmallTalk.THANKS),
    ],
)
def test_polite_words_are_recognised(text: str, kind: SmallTalk) -> None:
    assert small_talk(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "Hallo, wann ist die nächste Sprechstunde?",
        "Wie geht es nach der Anschubfinanzierung weiter?",
        "Hilfe zum Bot",
        "Wer sind Sie und wer leitet die AG 3?",
        "Danke, und wer zahlt danach?",
        "Hi Fi",
        "Bot",
        "hallo " * 40,
    ],
)
def test_what_holds_more_than_politeness_is_a_question(text: str) -> None:
    assert small_talk(text) is None


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    small_talk(text)
