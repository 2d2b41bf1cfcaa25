"""Contracts C13, C14, C15: what people typed is text again, everywhere, and both bodies say the same."""

import re
from html import unescape

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matrix import content
from commands.markup import Markdown, escape, escape_lines, fill
from tests.dialog import Dialog

ATTACKS = (
    "<script>alert(1)</script>",
    "<b>fett</b> <img src=x onerror=alert(1)> <a href='https://evil.example'>klick</a>",
    "**fett** _kursiv_ ~~weg~~ `code` ``` block ```",
    "[klick](https://evil.example) ![bild](https://evil.example/x.png)",
    "<https://evil.example> &lt;b&gt; &#x40;room",
    "# Titel\n> Zitat\n- Liste\n1. eins\n---\n***",
    "@room alle herhören, @ROOM auch",
    "https://matrix.to/#/@anna:test und matrix:u/anna:test",
    "[Anna](https://matrix.to/#/@anna:test)",
    "\\*\\[\\`\\\\ \\",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "[x]: https://evil.example\n\n[x]",
    "\u202erückwärts\u2066\u0000\u0007",
)
TYPED = (
    st.text(max_size=60)
    | st.text(alphabet="*_`[]()<>#+-.!|~&:\"'=/\\@room \n1a", max_size=60)
    | st.sampled_from(ATTACKS)
)
TEMPLATES = (
    "{text}",
    "**{text}** ist notiert.",
    "- {text}\n- noch eine: {text}",
    "1. {text}\n2. {text}",
    "> {text}",
    "Ihre Frage: {text}\n\nFällig am *Montag*.",
)


def words_of_html(html: str) -> list[str]:
    """What a reader sees of the HTML, as words."""
    shown = re.sub(r"<(?:br|p|/p|li|/li|ul|ol|/ul|/ol|blockquote|/blockquote|h3|hr)[^>]*>", " ", html)
    return unescape(re.sub(r"<[^>]*>", "", shown)).split()


def words_of_plain(plain: str) -> list[str]:
    """The words of the plain body, without the marks that stand for lists, quotes and rules."""
    lines = [re.sub(r"^(?:\s*(?:> ?|- |\d+\. ))+", "", line) for line in plain.split("\n")]
    return " ".join("" if line == "---" else line for line in lines).split()


@given(text=TYPED, template=st.sampled_from(TEMPLATES))
def test_what_people_typed_comes_back_as_text(text: str, template: str) -> None:
    """C13: in every place of a template: no tag, no link, no markup of theirs; nothing rings for everybody."""
    plain, html = content.render(fill(template, text=text))
    empty_html = content.render(fill(template, text="x"))[1]
    assert sorted(re.findall(r"<[^>]*>", html)) == sorted(re.findall(r"<[^>]*>", empty_html)) or not escape(text)
    assert "<a" not in html
    assert "@room" not in (plain + html).lower()


@given(text=TYPED, template=st.sampled_from(TEMPLATES[:2] + TEMPLATES[5:]))
def test_the_plain_body_says_what_the_html_says(text: str, template: str) -> None:
    """C14: word for word."""
    plain, html = content.render(fill(template, text=f"a{text}"))
    assert " ".join(plain.split()) == " ".join(words_of_html(html))


@pytest.mark.parametrize(
    "markdown",
    [
        "**Titel**\n\n- eins\n- zwei\n  - drei\n\nEnde",
        "1. eins\n2. zwei\n\n> Zitat\n> weiter\n\nText  \numgebrochen",
        "### Überschrift\n\nText mit `Befehl` und *Betonung*\n\n---\n\nSchluss",
        "Zeile\n    eingerückt\n\n    noch mehr",
        "```\nkein Block\n```",
        "- eins\n\n- zwei\n\n  Absatz",
        "5. fünf\n6. sechs",
    ],
)
def test_our_own_markup_says_the_same_in_both_bodies(markdown: str) -> None:
    """C14: lists, quotes, headings, breaks."""
    plain, html = content.render(markdown)
    assert words_of_plain(plain) == words_of_html(html)


def test_links_of_ours_stand_in_the_plain_body_with_their_address() -> None:
    """C14: a client without HTML, and a screen reader, gets the address."""
    plain, html = content.render("Mehr auf [der Seite](https://ozg.sachsen-anhalt.de/) und <https://example.org/>.")
    assert plain == "Mehr auf der Seite (https://ozg.sachsen-anhalt.de/) und https://example.org/."
    assert 'href="https://ozg.sachsen-anhalt.de/"' in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "matrix:u/anna:test"])
def test_only_web_and_mail_addresses_become_links(url: str) -> None:
    """C13: even in Markdown of ours."""
    assert "href" not in content.render(f"[klick]({url})")[1]


@pytest.mark.parametrize("notify", [True, False])
@pytest.mark.parametrize("mentions", [(), ("@anna:test", "@ben:test")])
def test_mentions_are_always_explicit(mentions: tuple[str, ...], *, notify: bool) -> None:
    """C13, C15: m.mentions is there even when empty (MSC3952), and notices are quiet."""
    made = content.message("Hallo @anna:test", notify=notify, mentions=mentions)
    assert made["m.mentions"] == ({"user_ids": list(mentions)} if mentions else {})
    assert made["msgtype"] == ("m.text" if notify else "m.notice")


@settings(deadline=None)
@given(
    text=st.sampled_from(["a", "&", '"', "🙂", "ä", "\\", "* ", "word ", "line\n", "<"]), times=st.integers(1, 60_000)
)
def test_a_message_always_fits_into_an_event(text: str, times: int) -> None:
    """C4: 65,536 bytes, encrypted and with its envelope (client-server API, Size limits): else nobody gets an answer."""
    made = content.message(escape_lines(text * times), notify=False, reply_to="$" + "x" * 43)
    assert len(orjson.dumps(made)) * 4 / 3 < 60_000
    if len(text.encode()) * times < 3_000:
        assert "gekürzt" not in made["body"]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_no_answer_of_the_bot_carries_what_somebody_smuggled_in(dialog: Dialog, attack: str) -> None:
    """C13: through commands, unknown commands, free text, and messages to other rooms."""
    flat = attack.replace("\n", " ")
    heard = [
        *await dialog.hear("anna", "plenum", f"!echo {attack}"),
        *await dialog.hear("anna", "plenum", f"!{'x' + flat}"),
        *await dialog.hear("anna", "plenum", f"AG4-Bot: {attack}"),
        *await dialog.hear("anna", "plenum", f"!hilfe {flat}"),
        *await dialog.hear("karin", "koordination", f"!ansage {flat}"),
    ]
    assert len(heard) == 4 + 1 + 5
    for answer in heard:
        assert "<a " not in answer.html
        assert not re.search(r"<(?!/?(?:p|br|strong|em|code|ul|ol|li|blockquote)\b)", answer.html)
        assert "@room" not in (answer + answer.html).lower()
        assert set(answer.mentions) <= {"@karin:test"}
        assert not set(answer) & set("\u202e\u2066\u0000\u0007")
        assert answer.content["msgtype"] == ("m.text" if answer.startswith("Ansage") else "m.notice")


def test_markdown_of_ours_is_not_escaped_twice() -> None:
    """`Markdown` says of a text that it is ready."""
    assert fill("{a}", a=Markdown("**fett**")) == "**fett**"
