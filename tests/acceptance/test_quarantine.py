"""What was put aside, in a chat: seen, released once its cause is mended, forgotten for good."""

from pathlib import Path

import pytest

from engine.runs.model import RunStatus
from tests.world import World, opened_world

ATLAS = "name: Shop\npipelines:\n  medallion: {stages: [ingest, silver, gold]}\n"
TABLE = """\
source: {format: csv, path: "deliveries/*/%s.csv"}
key: [id]
load: {mode: incremental}
watermark: id
columns:
  id: {type: integer, privacy: keep}
"""
REFERRING = """\
  customer: {type: integer, privacy: keep}
checks:
  - values in (customer) must exist in customers (id):
      attributes: {severity: quarantine}
"""


async def aside(world: World, dataset: str = "orders") -> int:
    rows = await world.rows(f"SELECT 1 FROM quarantine.{dataset}")  # noqa: S608  # a name of the test
    return len(rows)


async def test_mended_rows_come_to_silver_with_a_release(world: World) -> None:
    await world.run("ingest orders")
    await world.run("run bronze_to_silver for orders")
    before, silver = await aside(world), await world.rows("SELECT 1 FROM silver.orders")
    card = await world.hear("show quarantined rows of orders for unit_price")
    assert card.table is not None
    assert all("unit_price: " in row[3] for row in card.table.rows[:5])
    assert all(row[3] == "" for row in card.table.rows[5:])
    mended = await world.rows(
        "UPDATE bronze.orders SET unit_price = '9.99' WHERE _row IN (SELECT bronze_row "
        "FROM quarantine.orders WHERE cardinality(reasons) = 1 AND reasons[1] LIKE 'unit_price%') "
        "RETURNING _row"
    )

    run = await world.run("release quarantined rows of orders for unit_price")

    assert run.status is RunStatus.SUCCEEDED
    assert run.counts.released == len(mended) > 0
    assert await aside(world) == before - len(mended)
    assert len(await world.rows("SELECT 1 FROM silver.orders")) > len(silver)
    again = await world.hear("release quarantined rows of orders for unit_price")
    assert again.title == "No rows of orders in quarantine for unit_price"


async def test_rows_are_deleted_by_the_button_only(world: World) -> None:
    await world.run("ingest orders")
    await world.run("run bronze_to_silver for orders")
    count = await aside(world)

    asking = await world.hear("delete quarantined rows of orders")
    assert await aside(world) == count > 0
    deleted = await world.hear(asking.buttons[0].command)

    assert deleted.title == f"{count} rows of orders deleted from quarantine"
    assert await aside(world) == 0
    assert "needs admin" in (await world.hear(asking.buttons[0].command, "viewer")).title


def a_shop(folder: Path) -> Path:
    """Orders, each of a customer who must be there."""
    (folder / "tables").mkdir(parents=True)
    (folder / "atlas.yaml").write_text(ATLAS)
    (folder / "tables" / "customers.yaml").write_text(TABLE % "customers")
    (folder / "tables" / "orders.yaml").write_text(TABLE % "orders" + REFERRING)
    return folder


def deliver(project: Path, day: int, **files: str) -> None:
    """A day's files."""
    there = project / "deliveries" / str(day)
    there.mkdir(parents=True)
    for table, text in files.items():
        (there / f"{table}.csv").write_text(text)


async def test_a_row_that_waits_for_the_one_it_refers_to_is_released_once_that_came(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = a_shop(tmp_path / "shop")
    deliver(project, 1, customers="id\n7\n", orders="id,customer\n1,7\n2,8\n")
    async with opened_world(database_url, tmp_path, monkeypatch, project=project) as world:
        await world.run("run pipeline medallion")
        assert await world.rows("SELECT id FROM silver.orders") == [(1,)]
        too_early = await world.run("release quarantined rows of orders")
        assert too_early.counts.released in {None, 0}
        assert await aside(world) == 1

        deliver(project, 2, customers="id\n8\n")
        await world.run("run pipeline medallion for customers")
        released = await world.run("release quarantined rows of orders")

        assert released.status is RunStatus.SUCCEEDED, released.error
        assert released.counts.released == 1
        assert await world.rows("SELECT id FROM silver.orders ORDER BY id") == [(1,), (2,)]
        assert await aside(world) == 0
