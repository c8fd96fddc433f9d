"""A table that is loaded incrementally, through sentences: what is new, held back, asked, anew."""

from pathlib import Path

import pytest

from engine.runs.model import Run, RunStatus
from tests.world import World, opened_world

ATLAS = """
name: Incremental
pipelines:
  medallion: {stages: [ingest, silver, gold]}
"""

SALES = """
source: {format: csv, path: "deliveries/*.csv"}
key: [id]
watermark: at
columns:
  id: {type: integer, privacy: keep}
  price: {type: number, privacy: keep}
  paid: {type: boolean}
  at: {type: timestamp, required: true}
checks:
  - row_count > 0
  - min(price) >= 0
load: {mode: incremental}
"""

MODEL = "SELECT sum(price) AS revenue FROM silver.sales"


def a_project(folder: Path) -> Path:
    for name, text in {
        "atlas.yaml": ATLAS,
        "tables/sales.yaml": SALES,
        "models/revenue.sql": MODEL,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "deliveries").mkdir()
    return folder


def deliver(world: World, name: str, *lines: str) -> None:
    (world.project / "deliveries" / name).write_text("\n".join(lines) + "\n")


def changed(run: Run) -> tuple[int | None, ...]:
    counts = run.counts
    return (
        counts.rows_in,
        counts.inserted,
        counts.updated,
        counts.unchanged,
        counts.published,
    )


async def revenue(world: World) -> object:
    (row,) = await world.rows("SELECT revenue FROM gold.revenue")
    return row["revenue"]


async def test_an_incremental_table_through_all_of_its_days(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = a_project(tmp_path / "sales")
    async with opened_world(database_url, tmp_path, monkeypatch, project=project) as world:
        deliver(world, "1.csv", "id,price,paid,at", "1,10,true,2026-03-01", "2,20,,2026-03-01")
        first = await world.run("run pipeline medallion")
        assert (changed(first), await revenue(world)) == ((2, 2, 0, 0, 2), 30)

        deliver(world, "2.csv", "id,price,paid,at", "2,25,true,2026-03-02", "3,5,,2026-03-02")
        second = await world.run("run pipeline medallion")
        assert (changed(second), await revenue(world)) == ((2, 1, 1, 0, 2), 40)
        notes = [note for step in second.steps for note in step.report.notes]
        assert "rows: 1 inserted, 1 updated" in notes
        assert "only the changed rows were read for 2 checks" in notes

        await a_bad_delta_is_held_back_and_mended(world)
        await a_lost_column_is_asked_about(world)

        refreshed = await world.run("run pipeline medallion with a full refresh")
        assert refreshed.counts.rows_in == 7
        assert await revenue(world) == 53


async def a_bad_delta_is_held_back_and_mended(world: World) -> None:
    deliver(world, "3.csv", "id,price,paid,at", "3,-5,,2026-03-03")
    held = await world.run("run pipeline medallion")
    assert held.status is RunStatus.FAILED
    assert await revenue(world) == 40

    deliver(world, "4.csv", "id,price,paid,at", "3,6,,2026-03-04")
    mended = await world.run("run pipeline medallion")
    assert (mended.status, mended.counts.rows_in) == (RunStatus.SUCCEEDED, 2)
    assert await revenue(world) == 41


async def a_lost_column_is_asked_about(world: World) -> None:
    deliver(world, "5.csv", "id,price,at", "4,12,2026-03-05")
    asked = await world.run("run pipeline medallion")
    assert asked.status is RunStatus.FAILED
    assert "has no column paid" in (asked.error or "")
    assert asked.hint == f"If that is meant, say «retry {asked.id} and accept the change»."

    accepted = await world.run(f"retry {asked.id} and accept the change")
    assert (accepted.status, accepted.counts.inserted) == (RunStatus.SUCCEEDED, 1)
    assert await revenue(world) == 53
