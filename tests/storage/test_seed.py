"""The first content is complete, formal, sourced, and states nothing that nobody has checked."""

import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import storage
from commands.registry import Registry

SEED = Path(storage.__file__).parent / "seed"
FAQ = tomllib.loads((SEED / "faq.toml").read_text(encoding="utf-8"))["entry"]
PROJECT = tomllib.loads((SEED / "project.toml").read_text(encoding="utf-8"))

REQUIRED = {"slug", "category", "question", "alternatives", "keywords", "answer", "source", "as_of"}
OPTIONAL = {"source_url", "conflict", "live"}
LIVE = {"office_hours", "plenary", "groups", "leads", "coordinators"}
LIVE |= {"contact", "newsletter", "guide", "focus_services"}
INFORMAL = re.compile(r"\b(?:du|dich|dir|dein\w*|euch|eure?\w*|kannst|bist|hast|willst)\b", re.IGNORECASE)
UNVERIFIED = re.compile(
    r"\b(?:wöchentlich|monatlich|jeden \w+|alle zwei|regelmäßig mittwochs|Webex|Zoom|BigBlueButton|Teams|"
    r"Anmeldeformular|Anmeldefrist|Uhr|vermutlich|wahrscheinlich|voraussichtlich|angeblich|demnächst)\b"
)

each = pytest.mark.parametrize("entry", FAQ, ids=lambda entry: entry["slug"])


def test_the_faq_covers_the_first_day() -> None:
    assert len(FAQ) >= 36


def test_slugs_are_unique_and_plain() -> None:
    slugs = [entry["slug"] for entry in FAQ]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug) for slug in slugs)


def test_no_two_entries_claim_the_same_wording() -> None:
    phrasings = [phrase.casefold() for entry in FAQ for phrase in (entry["question"], *entry["alternatives"])]
    assert len(set(phrasings)) == len(phrasings)


@each
def test_an_entry_is_complete_and_knows_no_other_keys(entry: dict[str, Any]) -> None:
    assert set(entry) >= REQUIRED
    assert set(entry) <= REQUIRED | OPTIONAL
    assert all(entry[key] for key in REQUIRED)
    assert 2 <= len(entry["alternatives"]) <= 5
    assert entry["keywords"]


@each
def test_an_answer_is_short_enough_for_a_phone(entry: dict[str, Any]) -> None:
    assert len(entry["answer"]) <= 600
    assert "\n" not in entry["answer"]


@each
def test_an_answer_has_a_source_and_a_day(entry: dict[str, Any]) -> None:
    assert type(entry["as_of"]) is dt.date
    assert entry["as_of"] >= PROJECT["project"]["first_plenary"]
    assert entry.get("source_url", PROJECT["project"]["website"]) == PROJECT["project"]["website"]


@each
def test_the_bot_speaks_formally(entry: dict[str, Any]) -> None:
    """The other wordings are what people say to it; they are never shown."""
    said = " ".join([entry["question"], entry["answer"], entry.get("conflict", "")])
    assert not INFORMAL.search(said)


@each
def test_nothing_unverified_is_stated(entry: dict[str, Any]) -> None:
    """Rhythm, registration, tool and times of the office hours are not known: no answer may name any."""
    assert not UNVERIFIED.search(entry["answer"])


@each
def test_an_answer_that_does_not_know_names_the_next_step(entry: dict[str, Any]) -> None:
    if re.search(r"\b(?:nicht|keine?)\b[^.;]*\b(?:bekannt|sagen|gesichert\w*|kennt|verbindlich)\b", entry["answer"]):
        assert re.search(r"ozg@sachsen-anhalt\.de|https://ozg\.sachsen-anhalt\.de/|!\w+", entry["answer"])


@each
def test_an_answer_names_only_commands_that_exist(entry: dict[str, Any]) -> None:
    named = re.findall(r"(?<!\w)!(\w+(?: \w+)?)", " ".join([entry["answer"], entry.get("conflict", "")]))
    assert [words for words in named if Registry().find(words) is None] == []


@each
def test_live_data_is_one_of_the_kinds_the_bot_has(entry: dict[str, Any]) -> None:
    assert entry.get("live", "contact") in LIVE


def test_the_known_conflicts_are_told_in_the_answer() -> None:
    told = {entry["slug"]: entry["answer"] for entry in FAQ if "conflict" in entry}
    assert "vier" in told["plenum-anzahl"]
    assert "drei" in told["plenum-anzahl"]
    assert "September 2023" in told["projekt-laufzeit"]
    assert "Oktober 2023" in told["projekt-laufzeit"]


def test_the_project_has_five_groups_with_two_sentences_each() -> None:
    groups = PROJECT["group"]
    assert [group["number"] for group in groups] == [1, 2, 3, 4, 5]
    assert all(group["name"] and len(re.findall(r"\.(?:\s|$)", group["topic"])) == 2 for group in groups)


def test_past_plenaries_have_a_day_and_no_invented_time() -> None:
    days = [dt.date(2023, 3, 2), dt.date(2023, 5, 11), dt.date(2023, 7, 4)]
    assert [plenary["day"] for plenary in PROJECT["plenary"]] == days
    assert [plenary.get("motto") for plenary in PROJECT["plenary"]] == ["Organisation", "Themenarbeit", None]
    assert all(type(plenary["day"]) is dt.date for plenary in PROJECT["plenary"])
    assert all(plenary["status"] == "held" and "start" not in plenary for plenary in PROJECT["plenary"])


def test_faq_and_project_name_the_same_groups() -> None:
    overview = next(entry["answer"] for entry in FAQ if entry["slug"] == "ag-uebersicht")
    assert all(f"AG {group['number']} {group['name']}" in overview for group in PROJECT["group"])
