"""The measured quality of the FAQ: floors that only rise, over the queries of this project and those of others."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from commands.faq import scoring
from commands.faq.deciding import Decision
from commands.faq.finding.entry import Entry

OWN = Path(__file__).parent / "faq_queries.json"
SETS = OWN.parent / "faq_sets"
OTHER = Path(__file__).parents[3] / "shared" / "faq-dev"

QUERIES = """{"format": "faq-queries/1", "queries": [
 {"id": "1", "text": "Was ist FIM?", "category": "short", "expected": "fim"},
 {"id": "2", "text": "Wer hilft?", "category": "short", "expected": "pmo", "also_ok": ["kitu"]},
 {"id": "3", "text": "Wie wird das Wetter?", "category": "none", "expected": null},
 {"id": "4", "text": "Hallo", "category": "none"}]}"""


def counted(queries: list[scoring.Query], found: dict[str, Decision]) -> dict[str, scoring.Row]:
    return {row.category: row for row in scoring.table(queries, found)}


def test_the_own_queries_are_as_many_as_promised() -> None:
    queries = scoring.read_queries(OWN)
    without = [each for each in queries if each.expected is None]
    assert len(queries) >= 150
    assert len(without) >= len(queries) / 4
    assert scoring.unknown_entries(queries, scoring.shipped_entries()) == []


@dataclass(frozen=True)
class Floor:
    """What a set has to reach: right and among three at least so many, wrong and answered without an answer at most."""

    right: int
    among: int
    wrong: int
    false: int


FLOORS = {
    "project": Floor(right=182, among=241, wrong=3, false=9),
    "office_hours": Floor(right=186, among=239, wrong=2, false=7),
    "county": Floor(right=160, among=218, wrong=1, false=6),
    "held_out_project": Floor(right=215, among=268, wrong=6, false=6),
    "held_out_state": Floor(right=212, among=250, wrong=1, false=3),
}
"""They only rise. What may be learned from is said in faq_sets/README.md."""


def reached(queries: list[scoring.Query], entries: list[Entry]) -> scoring.Row:
    return counted(queries, scoring.decisions(queries, entries))["all"]


def assert_reached(row: scoring.Row, floor: Floor) -> None:
    assert row.right >= floor.right
    assert row.among >= floor.among
    assert row.wrong <= floor.wrong
    assert row.false <= floor.false


@pytest.mark.parametrize("name", FLOORS)
def test_faqs_and_queries_that_are_not_the_projects(name: str) -> None:
    folder = SETS / name
    queries = [query for file in folder.glob("*.json") if file.name != "faq.json" for query in read_again(file)]
    assert_reached(reached(queries, scoring.read_entries(folder / "faq.json")), FLOORS[name])


def read_again(file: Path) -> list[scoring.Query]:
    """The queries of a file, their IDs made unique among those of a folder."""
    return [query.model_copy(update={"id": f"{file.stem}-{query.id}"}) for query in scoring.read_queries(file)]


def test_the_shipped_faq_answers_the_own_queries() -> None:
    """Written before the ranking was tuned to them."""
    row = reached(scoring.read_queries(OWN), scoring.shipped_entries())
    assert_reached(row, Floor(right=128, among=140, wrong=3, false=1))


@pytest.mark.skipif(not OTHER.exists(), reason="the queries of others are not there")
def test_the_queries_of_others_over_a_faq_of_others() -> None:
    row = reached(scoring.read_queries(OTHER / "queries.json"), scoring.read_entries(OTHER / "faq.json"))
    assert_reached(row, Floor(right=171, among=191, wrong=0, false=0))


def test_the_table_counts_right_wrong_and_offered(tmp_path: Path) -> None:
    file = tmp_path / "queries.json"
    file.write_text(QUERIES, "utf-8")
    queries = scoring.read_queries(file)
    found = {
        "1": Decision(answer="pmo", options=("pmo", "fim")),
        "2": Decision(answer="kitu", options=("kitu",)),
        "3": Decision(answer="fim", options=("fim",)),
        "4": Decision(),
    }
    every = counted(queries, found)["all"]
    assert (every.asked, every.right, every.wrong, every.among) == (2, 1, 1, 2)
    assert (every.unasked, every.false) == (2, 1)
    assert counted(queries, found)["none"].asked == 0
    assert scoring.unknown_entries(queries, [])[0] == "fim"
    report = scoring.report(queries, found)
    assert "50.0 %" in report
    assert "calibration" in report


@pytest.mark.parametrize("text", ["", " ", "?", "x", "🎉", "12", "https://example.org/fim", "fim " * 3000, "hallo"])
def test_what_is_no_question_gets_no_entry(text: str) -> None:
    query = scoring.Query(id="1", text=text)
    assert scoring.decisions([query], scoring.shipped_entries())["1"].answer is None


@pytest.mark.parametrize(
    "content, words",
    [
        (b"\xff", "is not UTF-8"),
        (b"{", "is not JSON: line 1"),
        (b"[]", "the whole file"),
        (b'{"format": "faq-queries/2", "queries": []}', "format"),
        (b'{"format": "faq-queries/1", "queries": [{"id": "1"}]}', "queries.0.text"),
        (b'{"format": "faq-queries/1", "queries": [{"id": "1", "text": ""}, {"id": "1", "text": ""}]}', "twice"),
    ],
)
def test_a_wrong_file_is_named_with_the_place(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "queries.json"
    file.write_bytes(content)
    with pytest.raises(scoring.Unreadable) as caught:
        scoring.read_queries(file)
    assert str(file) in str(caught.value)
    assert words in str(caught.value)
