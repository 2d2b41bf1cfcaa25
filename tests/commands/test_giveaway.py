"""What gives an asker away: named places, an office in the first person, addresses and names."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.questions.sensitive import gives_away
from storage import seed_data

SEED = tomllib.loads((Path(seed_data.__file__).parent / "seed" / "municipalities.toml").read_text(encoding="utf-8"))
SET = tomllib.loads(Path(__file__).with_name("never_collected.toml").read_text(encoding="utf-8"))
MUNICIPALITIES = [*SEED["independent"], *SEED["municipalities"]]


def test_all_218_municipalities_18_associations_and_11_districts_are_known_once() -> None:
    assert len(MUNICIPALITIES) == len(set(MUNICIPALITIES)) == 218
    assert len(set(SEED["associations"])) == 18
    assert len(set(SEED["districts"])) == 11


@pytest.mark.parametrize("name", MUNICIPALITIES)
def test_every_municipality_is_found_as_it_is_written(name: str) -> None:
    assert gives_away(f"Warum bekommt die Stadt {name} kein Geld?") == (name,)


@pytest.mark.parametrize(
    "text,pieces",
    [
        ("Wir in Magdeburg haben dafür niemanden", ("Magdeburg",)),
        ("Die Magdeburger Verwaltung wartet", ("Magdeburger",)),
        ("Stendals Haushalt ist beschlossen", ("Stendals",)),
        ("im Gardeleger und im wernigeröder Rathaus", ("Gardeleger", "wernigeröder")),
        ("koethen oder Köthen (Anhalt)?", ("koethen", "Köthen (Anhalt)")),
        ("Halle (Saale), Halle/Saale und in Halle", ("Halle (Saale)", "Halle/Saale", "Halle")),
        ("in halle geht das", ("halle",)),
        ("Zeitz fragt, und Zeitz wartet", ("Zeitz",)),
        ("die Verbandsgemeinde An der Finne", ("An der Finne",)),
        ("Landkreis Harz und Landkreis Börde", ("Harz", "Börde")),
        ("die Stadt Burg, nicht die Burg", ("Burg",)),
        ("in Seehausen (Altmark) und Bitterfeld-Wolfen", ("Seehausen (Altmark)", "Bitterfeld-Wolfen")),
    ],
)
def test_places_are_found_in_their_forms_in_order_and_once(text: str, pieces: tuple[str, ...]) -> None:
    assert gives_away(text) == pieces


@pytest.mark.parametrize(
    "text",
    [
        "Was plant das Land Sachsen-Anhalt?",
        "Ist das Ministerium für Infrastruktur und Digitales zuständig?",
        "Die Halle war voll, und in der Halle 3 auch.",
        "Wer baut die Brücken? Die Burg liegt an der Elbe, der Harz daneben.",
        "Wir werben für das Werben um Fachkräfte.",
        "Das Wissen und Können der Könner hilft uns.",
        "Unsere Gemeinde hat keine IT.",
        "Wie sollen wir als Kommune das schaffen?",
        "Vielen Dank und freundliche Grüße",
        "Ich bin neu im Projekt.",
        "Der Burger war kalt, der Bürger auch.",
    ],
)
def test_ordinary_words_give_nobody_away(text: str) -> None:
    assert gives_away(text) == ()


@pytest.mark.parametrize(
    "text,pieces",
    [
        ("Was darf ich als Bürgermeister entscheiden?", ("als Bürgermeister",)),
        ("Als Kämmerin sehe ich das anders.", ("Als Kämmerin",)),
        ("Ich bin Hauptamtsleiterin und frage mich", ("Ich bin Hauptamtsleiterin",)),
        ("wir als kleinste Verbandsgemeinde", ("wir als kleinste Verbandsgemeinde",)),
        ("bei uns in Güntersberge", ("bei uns in Güntersberge",)),
        ("Antwort an p.muster@stadt.example.org", ("p.muster@stadt.example.org",)),
        ("Bitte @petra:example.org fragen", ("@petra:example.org",)),
        ("Mein Name ist Petra Muster.", ("Mein Name ist Petra Muster",)),
        ("ich heiße Muster", ("ich heiße Muster",)),
        ("Wer zahlt?\nViele Grüße\nP. Muster", ("P. Muster",)),
        ("Wer zahlt? MfG Petra Muster", ("Petra Muster",)),
    ],
)
def test_offices_addresses_and_names_are_found(text: str, pieces: tuple[str, ...]) -> None:
    assert gives_away(text) == pieces


def test_at_most_2_in_100_ordinary_project_questions_warn(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [*SET["legitimate"], *(row["text"] for row in SET["later"] if "why" not in row)]
    warned = [(text, gives_away(text)) for text in texts if gives_away(text)]
    with capsys.disabled():
        print(f"\ngiveaway: {len(warned)} warnings in {len(texts)} project questions: {warned}")  # noqa: T201 (the figures are to be seen in every run)
    assert len(warned) / len(texts) <= 0.02


@given(st.text(max_size=400))
def test_pieces_are_parts_of_the_text_and_none_comes_twice(text: str) -> None:
    pieces = gives_away(text)
    assert len({piece.casefold() for piece in pieces}) == len(pieces)
    assert all(pieces)


@pytest.mark.parametrize("piece", ["a", "@", "a@", "Als ", "in Halle ", "Gruß ", "An der ", "bei uns in "])
def test_the_longest_texts_of_one_repeated_piece_get_a_verdict(piece: str) -> None:
    assert isinstance(gives_away((piece * 5_000)[:5_000]), tuple)
