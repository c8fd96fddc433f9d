"""What was put aside, in a chat: seen, released once its cause is mended, forgotten for good."""

from engine.runs.model import RunStatus
from tests.world import World


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
