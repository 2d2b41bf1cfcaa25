"""The measured quality of the FAQ: floors that only rise, over the queries of this project and those of others."""

from pathlib import Path

import pytest

from commands.faq import scoring
from commands.faq.deciding import Decision

OWN = Path(__file__).parent / "faq_queries.json"
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


def test_the_shipped_faq_answers_the_own_queries() -> None:
    """Written before the ranking was tuned to them. The floors only rise."""
    queries = scoring.read_queries(OWN)
    every = counted(queries, scoring.decisions(queries, scoring.shipped_entries()))["all"]
    assert every.right >= 129
    assert every.wrong <= 1
    assert every.among >= 141
    assert every.false == 0


@pytest.mark.skipif(not OTHER.exists(), reason="the queries of others are not there")
def test_the_queries_of_others_over_a_faq_of_others() -> None:
    queries = scoring.read_queries(OTHER / "queries.json")
    every = counted(queries, scoring.decisions(queries, scoring.read_entries(OTHER / "faq.json")))["all"]
    assert every.right >= 175
    assert every.wrong == 0
    assert every.among >= 187
    assert every.false == 0


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
