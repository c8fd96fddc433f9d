"""Commands, settings, cards and folders in the docs are those of the code."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.cards import CardKind, Severity
from engine.cli import app
from engine.commands import COMMANDS
from engine.settings import Environment, Settings
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Understood
from skills.language.understanding import understand

ROOT = Path(__file__).parent.parent.parent


def table_rows(file: str, *, cells: int) -> list[list[str]]:
    """The rows of all tables of a Markdown file with that many cells, without their heads."""
    lines = (ROOT / file).read_text().splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if "|" in line
    ]
    return [row for row in rows if len(row) == cells]


def names(file: str) -> set[str]:
    """What stands in backticks in the first cell of any table."""
    lines = (ROOT / file).read_text().splitlines()
    firsts = [line.split("|")[1] for line in lines if line.startswith("| `")]
    return {name for first in firsts for name in re.findall(r"`([^`]+)`", first)}


def test_every_command_is_documented_and_no_other() -> None:
    documented = names("docs/commands.md") - {*CardKind, *Severity}

    assert documented == {command.name for command in COMMANDS}


@pytest.mark.parametrize(
    "row", table_rows("docs/commands.md", cells=3), ids=lambda row: str(row[0])
)
def test_every_documented_sentence_is_understood_as_its_command(row: list[str]) -> None:
    if not row[0].startswith("`"):
        pytest.skip("the head of a table")

    reading = understand(row[2], EXAMPLE_VOCABULARY, datetime(2026, 3, 2, tzinfo=UTC), UTC)

    assert isinstance(reading, Understood)
    assert f"`{reading.command.name}`" == row[0]


def test_every_card_kind_and_severity_is_documented() -> None:
    assert {*CardKind, *Severity} <= names("docs/commands.md")


def test_every_setting_is_documented_and_no_other() -> None:
    commands = {f"atlas {command.name or command.callback.__name__}"  # type: ignore[union-attr]  # each has one
                for command in app.registered_commands}  # fmt: skip
    commands |= {f"atlas {group.name}" for group in app.registered_groups}
    variables = {f"ATLAS_{name.upper()}" for name in Environment.model_fields}

    assert names("docs/running.md") == {*Settings.model_fields, *variables, *commands}


def test_the_architecture_names_every_module_of_the_engine() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    modules = {
        path.stem
        for path in (ROOT / "engine").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem != "__init__"
    }

    missing = {name for name in modules if f"`{name}" not in text}

    assert missing == set()


def test_the_readme_starts_with_the_two_command_lines() -> None:
    lines = [line.strip() for line in (ROOT / "README.md").read_text().splitlines() if line.strip()]

    assert lines[1].startswith("pip install uv && uv run atlas demo")
    assert lines[2].startswith("uv run pytest")


def test_links_in_the_docs_lead_somewhere() -> None:
    for file in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *(ROOT / "docs").glob("**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text()):
            assert (file.parent / target).exists(), f"{file.name} links to {target}"
