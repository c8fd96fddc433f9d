"""Checks of raw rows, in a chat: suggested, added, and silver waits where one of them fails."""

import re
from pathlib import Path

import pytest

from engine.catalog.reader import read_project
from engine.runs.model import RunStatus
from tests.world import World, opened_world

ATLAS = "name: Shop\npipelines:\n  medallion: {stages: [ingest, silver, gold]}\n"
ORDERS = """\
source: {format: csv, path: "deliveries/*.csv"}
key: [id]
columns:
  id: {type: integer, privacy: keep}
  email: {}
bronze_checks:
  - missing_count(email) = 0
"""


def a_project(folder: Path) -> Path:
    (folder / "tables").mkdir(parents=True)
    (folder / "deliveries").mkdir()
    (folder / "atlas.yaml").write_text(ATLAS)
    (folder / "tables" / "orders.yaml").write_text(ORDERS)
    return folder


def deliver(world: World, name: str, *lines: str) -> None:
    (world.project / "deliveries" / name).write_text("\n".join(("id,email", *lines)) + "\n")


async def test_raw_rows_that_break_a_check_of_theirs_do_not_become_silver(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = a_project(tmp_path / "shop")
    async with opened_world(database_url, tmp_path, monkeypatch, project=project) as world:
        deliver(world, "1.csv", "1,ada@example.org")
        good = await world.run("run pipeline medallion")
        assert good.status is RunStatus.SUCCEEDED

        deliver(world, "bob@example.org.csv", "2,", "3,bob@example.org")
        held = await world.run("run pipeline medallion")

        assert held.status is RunStatus.FAILED
        assert await world.rows("SELECT id FROM silver.orders") == [(1,)]
        assert len(await world.rows("SELECT FROM bronze.orders")) == 3
        why = await world.hear("why did orders fail")
        assert "its rows stay in bronze, and silver.orders is not made of them" in why.text
        assert "bob@example.org" not in why.text
        (kept,) = await world.rows("SELECT card FROM atlas.outbox WHERE key LIKE 'incident:%'")
        assert re.search(r"deliveries/hidden-[0-9a-f]{8}\.csv \(2 rows\)", kept["card"])
        assert "bob@example.org" not in kept["card"]
        report = await world.hear("how good is bronze.orders")
        assert "missing_count(email) = 0" in str(report.table)


async def test_what_is_suggested_for_bronze_is_added_all_at_once(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = a_project(tmp_path / "shop")
    async with opened_world(database_url, tmp_path, monkeypatch, project=project) as world:
        deliver(world, "1.csv", "1,ada@example.org")
        await world.run("run pipeline medallion")

        added = await world.hear("accept all suggestions for bronze.orders")

        assert added.title == "3 checks added to tables/orders.yaml"
        (orders,) = read_project(world.project).tables
        assert [each.title for each in orders.bronze_checks] == [
            "missing_count(email) = 0",
            "row_count > 0",
            "schema",
            "freshness(_loaded_at) < 1d",
        ]


CHANGES = "  - schema:\n      fail: {when schema changes: any}\n"


async def test_a_new_column_that_was_meant_is_let_through_by_one_sentence(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = a_project(tmp_path / "shop")
    with (project / "tables" / "orders.yaml").open("a") as file:
        file.write(CHANGES)
    async with opened_world(database_url, tmp_path, monkeypatch, project=project) as world:
        deliver(world, "1.csv", "1,ada@example.org")
        assert (await world.run("run pipeline medallion")).status is RunStatus.SUCCEEDED
        wider = "id,email,note\n2,bob@example.org,x\n"
        (project / "deliveries" / "2.csv").write_text(wider)

        held = await world.run("run pipeline medallion")
        why = await world.hear(f"why did {held.id} fail?")
        expected = await world.hear("the values of bronze.orders were expected")
        good = await world.run(expected.buttons[0].command)

        assert held.status is RunStatus.FAILED
        assert "new: note" in why.text
        assert (good.id, good.status) == (held.id, RunStatus.SUCCEEDED)
        (project / "deliveries" / "3.csv").write_text(wider)
        assert (await world.run("run pipeline medallion")).status is RunStatus.SUCCEEDED
