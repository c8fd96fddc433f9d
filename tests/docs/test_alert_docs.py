"""The files that docs/alerts.md and docs/projects.md show are read, and their keys are all told."""

import re
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel
from typer.testing import CliRunner

from engine.catalog.documents import ExposureDocument, ModelDocument, TableDocument
from engine.catalog.reader import read_project
from engine.catalog.routing import Matching
from engine.catalog.routing_documents import (
    EscalationDocument,
    MaintenanceDocument,
    QuietHoursDocument,
    RouteDocument,
    RoutingDocument,
    WhenDocument,
)
from engine.route_commands import add_route_test
from engine.topics import Kind

DOCS = Path(__file__).parent.parent.parent / "docs"
ALERTS = (DOCS / "alerts.md").read_text()
PROJECTS = (DOCS / "projects.md").read_text()

HEAD = """\
name: Shop
owners:
  sales: {name: Sales team, contact: "@lea"}
pipelines: {all: {stages: [ingest, silver, gold]}}
"""
ORDERS = """\
source: {format: csv, path: orders.csv}
key: [id]
columns: {id: {}}
tags: [finance]
"""


def keys(*shapes: type[BaseModel]) -> set[str]:
    """The keys of documents, as people write them."""
    return {field.alias or name for shape in shapes for name, field in shape.model_fields.items()}


def told_in(text: str, beginning: str) -> set[str]:
    """What stands in backticks in the first cells of the table that comes after some words."""
    table = text.partition(beginning)[2].partition("|---")[2].partition("\n\n")[0]
    firsts = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")]
    return {name for first in firsts for name in re.findall(r"`([^`]+)`", first)}


def shown(text: str, key: str) -> str:
    """The YAML that begins with a key."""
    blocks: list[str] = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    return next(block for block in blocks if f"\n{key}:" in f"\n{block}")


@pytest.mark.parametrize(
    ("beginning", "shapes"),
    [
        ("The file as a whole", (RoutingDocument,)),
        ("**A route**", (RouteDocument, WhenDocument)),
        ("**Quiet hours**", (QuietHoursDocument,)),
        ("**Maintenance**", (MaintenanceDocument,)),
        ("**Escalation**", (EscalationDocument,)),
    ],
    ids=str,
)
def test_every_key_of_routes_is_documented_and_no_other(
    beginning: str, shapes: tuple[type[BaseModel], ...]
) -> None:
    assert told_in(ALERTS, beginning) == keys(*shapes)


def test_every_key_of_exposures_is_documented_and_no_other() -> None:
    assert told_in(PROJECTS, "## exposures.yaml") == keys(ExposureDocument)


def test_every_word_of_a_route_is_documented() -> None:
    words = {*Kind, *Matching}

    assert {word for word in words if f"`{word}`" not in ALERTS} == set()


def test_tags_are_documented_where_they_may_stand() -> None:
    assert "tags" in keys(TableDocument) & keys(ModelDocument)
    assert "**Tags.** `tags: [finance, daily]`" in PROJECTS


def test_the_files_that_are_shown_have_no_mistakes(tmp_path: Path) -> None:
    files = {
        "atlas.yaml": HEAD,
        "tables/orders.yaml": ORDERS,
        "models/revenue.sql": "SELECT count(*) AS orders FROM silver.orders",
        "models/revenue.yaml": "owner: sales\ntags: [finance]\n",
        "routes.yaml": shown(ALERTS, "routes"),
        "exposures.yaml": shown(PROJECTS, "exposures"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    project = read_project(tmp_path)

    assert [route.name for route in project.routing.routes] == ["finance", "revenue"]
    assert [each.name for each in project.exposures] == ["CFO dashboard"]


def test_the_example_commands_are_those_of_route_test(monkeypatch: pytest.MonkeyPatch) -> None:
    app = typer.Typer()
    add_route_test(app)
    monkeypatch.delenv("ATLAS_DATABASE_URL", raising=False)
    monkeypatch.setenv("ATLAS_PROJECT", str(DOCS.parent / "examples" / "shop"))

    lines = re.findall(r"^    atlas route-test(.*)$", ALERTS, flags=re.MULTILINE)

    for line in lines:
        assert CliRunner().invoke(app, line.partition("#")[0].split()).exit_code == 0
    assert len(lines) == 3
