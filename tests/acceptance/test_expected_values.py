"""An unusual day, in a chat: held back, called expected, and let through."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.data_folder import DataFolder
from engine.demo import install_sample
from engine.runs.model import RunStatus
from tests.world import World, opened_world

ANOMALY = "  - anomaly detection for row_count\n"

DAYS = 30


def watched(folder: Path) -> Path:
    """The sample project, in which the number of orders is compared with its past."""
    data = DataFolder(folder)
    install_sample(data)
    with (data.project / "tables" / "orders.yaml").open("a") as file:
        file.write(ANOMALY)
    return data.project


async def a_month_of(world: World, value: float) -> None:
    """What thirty runs, one a day, measured of silver.orders."""
    now = datetime.now(UTC)
    for days in range(1, DAYS + 1):
        await world.rows(
            "INSERT INTO atlas.metrics (run_id, dataset, metric, value, at, accepted) "
            "VALUES ($1, 'silver.orders', 'row_count', $2, $3, true)",
            f"PAST{days:04}",
            value,
            now - timedelta(days=days),
        )


async def test_an_unusual_number_of_rows_holds_back_until_somebody_expects_it(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = watched(tmp_path)
    async with opened_world(database_url, tmp_path, monkeypatch, project=project) as world:
        await world.run("ingest orders")
        await a_month_of(world, 40.0)

        held_back = await world.run("run bronze_to_silver for orders")
        why = await world.hear(f"why did {held_back.id} fail?")
        expected = [each.command for each in why.buttons if each.label == "That was expected"]
        marked = await world.hear(*expected)
        good = await world.run(marked.buttons[0].command)

    assert held_back.status is RunStatus.FAILED
    assert "anomaly detection for row_count: failed" in why.text
    assert "40" in why.text
    assert marked.title.startswith(f"What {held_back.id} measured")
    assert (good.id, good.status) == (held_back.id, RunStatus.SUCCEEDED)


async def test_without_a_history_nothing_is_held_back(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = watched(tmp_path)
    async with opened_world(database_url, tmp_path, monkeypatch, project=project) as world:
        await world.run("ingest orders")

        run = await world.run("run bronze_to_silver for orders")
        refused = await world.hear("the values of silver.products were expected")

        kept = await world.rows(
            "SELECT value, accepted FROM atlas.metrics WHERE metric = 'row_count'"
        )
    assert run.status is RunStatus.SUCCEEDED
    assert [(row["accepted"], row["value"] > 0) for row in kept] == [(True, True)]
    assert "Nothing was measured of silver.products" in refused.title
