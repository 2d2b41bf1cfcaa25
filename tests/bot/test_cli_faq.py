"""`ag4-bot faq score`: predictions on standard output, a table on standard error, a sentence for a wrong file."""

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from bot.cli import CONFIG_WRONG, app

CORPUS = {
    "format": "faq-corpus/1",
    "entries": [
        {"id": "kantine", "category": "Haus", "question": "Wann öffnet die Kantine?", "answer": "Um elf.", "tags": []},
        {"id": "parken", "category": "Haus", "question": "Wo kann ich parken?", "alternatives": ["Parkplatz"]},
    ],
}
QUERIES = {
    "format": "faq-queries/1",
    "queries": [
        {"id": "a", "text": "wann oeffnet die kantine", "category": "umlaut", "expected": "kantine"},
        {"id": "b", "text": "Wie beantrage ich Wohngeld?", "category": "none", "expected": None},
    ],
}


def written(folder: Path, name: str, content: object) -> str:
    path = folder / name
    path.write_text(json.dumps(content), "utf-8")
    return str(path)


def test_predictions_and_table(tmp_path: Path) -> None:
    queries, corpus = written(tmp_path, "q.json", QUERIES), written(tmp_path, "f.json", CORPUS)
    ended = CliRunner().invoke(app, ["faq", "score", queries, "--faq", corpus])
    assert ended.exit_code == 0
    assert json.loads(ended.stdout) == {"a": "kantine", "b": None}
    assert "umlaut" in ended.stderr
    assert "100.0 %" in ended.stderr


def test_options(tmp_path: Path) -> None:
    queries, corpus = written(tmp_path, "q.json", QUERIES), written(tmp_path, "f.json", CORPUS)
    ended = CliRunner().invoke(app, ["faq", "score", queries, "--faq", corpus, "--options"])
    assert json.loads(ended.stdout) == {
        "a": {"answer": "kantine", "options": ["kantine"]},
        "b": {"answer": None, "options": []},
    }


def test_why(tmp_path: Path) -> None:
    queries, corpus = written(tmp_path, "q.json", QUERIES), written(tmp_path, "f.json", CORPUS)
    ended = CliRunner().invoke(app, ["faq", "score", queries, "--faq", corpus, "--why"])
    first = ended.stderr.splitlines()[0]
    assert re.fullmatch(r"a: kantine \d\.\d\d because of .*kantine.*", first)


def test_without_a_faq_the_shipped_entries_answer_and_what_is_not_there_is_named(tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, ["faq", "score", written(tmp_path, "q.json", QUERIES)])
    assert json.loads(ended.stdout) == {"a": None, "b": None}
    assert "expected, but no entry of this FAQ: kantine" in ended.stderr


def test_a_wrong_file_ends_with_a_sentence(tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, ["faq", "score", str(tmp_path / "none.json")])
    assert ended.exit_code == CONFIG_WRONG
    assert ended.stdout == ""
    assert "none.json: cannot be read" in ended.stderr
