"""The FAQ as a file: out and in again, and nothing changes unless all of it is right."""

import json
from pathlib import Path
from typing import Any

import pytest

import storage
from commands.faq import exchange
from storage import faq
from tests.bot.operating import operate, write_config
from tests.dialog import Dialog

ENTRY = {
    "slug": "kantine",
    "category": "Haus",
    "question": "Wann öffnet die Kantine?",
    "answer": "Um elf.",
    "source": "Aushang",
    "as_of": "2026-11-24",
}


def written(folder: Path, *entries: dict[str, Any]) -> Path:
    path = folder / "faq.json"
    path.write_text(json.dumps({"entry": entries}), "utf-8")
    return path


def test_the_shipped_entries_are_such_a_file() -> None:
    assert len(exchange.read(Path(storage.__file__).parent / "seed" / "faq.toml").items) > 60


async def test_out_and_in_again_changes_nothing(dialog: Dialog, tmp_path: Path) -> None:
    async with dialog.database.transaction() as session:
        path = tmp_path / "out.json"
        path.write_text(exchange.write(await faq.everything(session), [("Rundbrief", "Newsletter")]), "utf-8")
        done = await exchange.put(session, exchange.read(path), at=dialog.now, actor="test")
        assert await faq.synonyms(session) == [("Rundbrief", "Newsletter")]
    assert done == {"added": 0, "changed": 0, "retired": 0}


async def test_a_file_is_the_whole_faq(dialog: Dialog, tmp_path: Path) -> None:
    before = len(await entries(dialog))
    changed = {**ENTRY, "slug": "efa", "question": "Was heißt EfA?"}
    async with dialog.database.transaction() as session:
        whole = exchange.read(written(tmp_path, ENTRY, changed))
        done = await exchange.put(session, whole, at=dialog.now, actor="test")
    assert done == {"added": 1, "changed": 1, "retired": before - 1}
    assert await entries(dialog) == ["efa", "kantine"]
    assert "Um elf." in await dialog.say("anna", "direkt:anna", "wann oeffnet die kantine")
    await dialog.restart()
    assert await entries(dialog) == ["efa", "kantine"], "the shipped entries do not come back"


async def entries(dialog: Dialog) -> list[str]:
    async with dialog.database.reading() as session:
        return sorted(entry.slug for entry in await faq.everything(session))


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"answer": "x" * 601}, "entry 2: answer"),
        ({"answer": ""}, "entry 2: answer"),
        ({"slug": "Kantine 2"}, "entry 2: slug"),
        ({"slug": "kantine", "question": "Anders?"}, "'kantine' stands there twice"),
        ({"question": "wann oeffnet die Kantine"}, "have the same wording"),
        ({"source_url": "javascript:x"}, "entry 2: source_url"),
        ({"as_of": "gestern"}, "entry 2: as_of"),
        ({"as_of": 0}, "a day is written as 2026-11-24"),
        ({"question": "???"}, "parken: the question '???' says nothing"),
        ({"source_url": "https://" + "x" * 493}, "entry 2: source_url"),
        ({"live": "weather"}, "entry 2: live"),
        ({"autor": "x"}, "entry 2: autor"),
    ],
)
def test_all_that_is_wrong_is_named(tmp_path: Path, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(exchange.Unreadable) as caught:
        exchange.read(written(tmp_path, ENTRY, {**ENTRY, "slug": "parken", "question": "Wo parken?", **wrong}))
    assert words in str(caught.value)


async def test_the_words_of_a_file_take_the_place_of_those_that_are_there(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        kept = await faq.add_synonyms(session, ["Rundbrief", "Newsletter"])
        await faq.add_synonyms(session, ["Amt", "Behörde"])
        items = [exchange.Item.model_validate(ENTRY)]
        words = [("Rundbrief", "Newsletter"), ("Kita", "Kindergarten")]
        await exchange.put(session, exchange.Whole(items, words), at=dialog.now, actor="test")
        assert await faq.synonyms(session) == words
        assert (await faq.synonym_groups(session))[0].id == kept.id
        await exchange.put(session, exchange.Whole(items), at=dialog.now, actor="test")
        assert await faq.synonyms(session) == words, "a file that says nothing of them leaves them"


@pytest.mark.parametrize("words", ["x", [["Amt"]], [["zwei Wörter", "Amt"]], [[1, 2]], {}])
def test_wrong_words_are_named(tmp_path: Path, words: Any) -> None:
    path = tmp_path / "faq.json"
    path.write_text(json.dumps({"entry": [ENTRY], "synonyms": words}), "utf-8")
    with pytest.raises(exchange.Unreadable, match="synonyms"):
        exchange.read(path)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"entry": []}', '{"entry": [1]}', '{"entry": {}}', "{", "[" * 100_000, "1" * 5_000],
    ids=str.__len__,
)
def test_what_is_no_such_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "faq.json"
    path.write_text(content, "utf-8")
    with pytest.raises(exchange.Unreadable):
        exchange.read(path)


async def test_the_operator_does_it_beside_the_bot(tmp_path: Path) -> None:
    config = write_config("http://127.0.0.1:1", tmp_path)
    (tmp_path / "data").mkdir()
    out = await operate(config, "faq", "export")
    assert (out.code, out.err) == (0, "")
    listed = json.loads(out.out)["entry"]
    ended = await operate(config, "faq", "import", str(written(tmp_path, *listed, ENTRY)))
    assert ended.out == "1 added, 0 changed, 0 retired.\n"
    wrong = await operate(config, "faq", "import", str(written(tmp_path, {**ENTRY, "answer": ""})))
    assert wrong.code != 0
    assert "Nothing was changed." in wrong.err
    assert "kantine" in (await operate(config, "faq", "export")).out
