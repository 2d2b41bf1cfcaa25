"""What the project says about itself is true."""

import os
import re
from pathlib import Path

import pytest

from bot import cli
from commands.reference import as_markdown
from commands.registry import COMMANDS
from tests.doc_dialogs import PAGES, ROOT, replay

DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
MARKDOWN = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part == "node_modules" for part in path.relative_to(ROOT).parts)
)

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _anchor(heading: str) -> str:
    """The anchor that GitHub and GitLab make of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _anchors(path: Path) -> set[str]:
    text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return {_anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("page", MARKDOWN, ids=_named)
def test_every_relative_link_leads_to_a_file_and_to_a_heading_in_it(page: Path):
    broken = []
    for link in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        path = page.parent / target if target else page
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_context_decision_and_consequences_and_is_listed(page: Path):
    assert re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert f"({page.name})" in (page.parent / "README.md").read_text("utf-8")


def test_decisions_are_numbered_without_gaps():
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("script", ["scripts/demo", "scripts/test"])
def test_the_readme_names_both_scripts_on_its_first_screen_and_they_can_be_run(script: str):
    first_screen = (ROOT / "README.md").read_text("utf-8").splitlines()[:20]
    assert any(line.strip().startswith(f"./{script} ") for line in first_screen)
    assert os.access(ROOT / script, os.X_OK)


@pytest.mark.parametrize("page", PAGES)
async def test_the_conversations_in_the_docs_are_what_the_bot_says(page: str):
    """After a wanted change: python -m tests.doc_dialogs."""
    text = (ROOT / page).read_text("utf-8")
    assert "```gespräch" in text
    assert await replay(text) == text


def test_the_command_reference_is_the_one_that_the_commands_give():
    """After a change: ag4-bot commands > docs/commands.md."""
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == as_markdown(COMMANDS)


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_the_handbook_mentions_every_command(name: str):
    assert re.search(rf"!{name}(?!\w)", (ROOT / "docs" / "handbuch.md").read_text("utf-8"))


def test_the_exit_codes_in_the_docs_are_those_of_the_program():
    section = (ROOT / "docs" / "operations.md").read_text("utf-8").split("## Exit codes\n")[1].split("\n## ")[0]
    documented = dict(re.findall(r"^\| (\d+) \| ([^|]+) \|", section, re.MULTILINE))
    codes = {
        cli.BUG: "bug",
        cli.CONFIG_WRONG: "configuration",
        cli.LOGIN_REFUSED: "login",
        cli.DATABASE_UNUSABLE: "database",
        cli.RUNNING_ALREADY: "another bot",
        cli.SESSION_ENDED: "session",
        cli.TRUST_REFUSED: "trust",
    }
    assert set(documented) == {"0", *map(str, codes)}
    for code, word in codes.items():
        assert word in documented[str(code)]


def test_the_unit_stays_off_for_exactly_the_codes_of_which_the_docs_say_so():
    section = (ROOT / "docs" / "operations.md").read_text("utf-8").split("## Exit codes\n")[1].split("\n## ")[0]
    stays_off = set(re.findall(r"^\| (\d+) \|[^|]+\| stays off \|", section, re.MULTILINE)) - {"0"}
    unit = (ROOT / "packaging" / "ag4-bot.service").read_text("utf-8")
    [prevented] = re.findall(r"^RestartPreventExitStatus=(.+)$", unit, re.MULTILINE)
    assert set(prevented.split()) == stays_off
