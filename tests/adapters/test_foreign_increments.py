"""Of another database's table an incremental load reads what may be new, and takes it to silver."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.catalog.model import Column, ColumnType, Load, LoadMode, PostgresSource, Table
from engine.runs.model import Counts
from tests.adapters.builders import Lab, a_table, column_of, execute
from tests.adapters.loading import loaded

SOURCE = PostgresSource("SHOP_URL", "public.people")

TABLE = replace(
    a_table("note", Column("at", ColumnType.TIMESTAMP), source=SOURCE, watermark="at"),
    load=Load(LoadMode.INCREMENTAL, overlap=timedelta(days=2)),
)


async def to_silver(lab: Lab, table: Table = TABLE) -> Counts:
    """Ingest, refine and publish."""
    arrived = await lab.ingest(table)
    assert arrived is not None
    return await loaded(lab, table) + Counts(loaded=arrived.rows)


@pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "date"])
async def test_of_a_foreign_table_only_rows_since_the_newest_less_the_overlap_are_read(
    lab: Lab, other_url: str, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("SHOP_URL", other_url)
    await execute(
        other_url,
        f'CREATE TABLE people (id int, note text, "At" {kind})',
        "INSERT INTO people SELECT n, 'old', date '2026-03-01' + n FROM generate_series(1, 9) n",
    )
    first = await to_silver(lab)
    await execute(
        other_url,
        "UPDATE people SET note = 'new' WHERE id IN (2, 8)",
        "INSERT INTO people VALUES (10, 'new', '2026-03-11'), (11, 'new', NULL)",
    )

    second = await to_silver(lab)

    assert (first.loaded, first.inserted) == (9, 9)
    # 7, 8, 9 and 10 are not older than two days before the newest; 11 can't tell
    assert second.loaded == 5
    assert (second.inserted, second.updated, second.unchanged) == (2, 1, 2)
    notes = await lab.rows("SELECT id FROM silver.people WHERE note = 'new' ORDER BY id::int")
    assert column_of(notes, "id") == ["8", "10", "11"]


async def test_a_foreign_table_that_can_not_order_its_watermark_is_read_whole(
    lab: Lab, other_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_URL", other_url)
    await execute(
        other_url,
        "CREATE TABLE people (id int, note text, at text)",
        "INSERT INTO people VALUES (1, 'x', '2026-03-01'), (2, 'y', '2026-03-09')",
    )
    await to_silver(lab)

    assert (await to_silver(lab)).loaded == 2


@pytest.mark.parametrize(("kind", "first"), [("int", "5"), ("numeric", "5.5"), ("float8", "5.5")])
async def test_a_foreign_watermark_may_be_a_number(
    lab: Lab, other_url: str, monkeypatch: pytest.MonkeyPatch, kind: str, first: str
) -> None:
    monkeypatch.setenv("SHOP_URL", other_url)
    await execute(
        other_url,
        f"CREATE TABLE people (id int, at {kind})",
        f"INSERT INTO people VALUES (1, {first}), (2, 3)",  # noqa: S608  # numbers of this test
    )
    table = replace(
        a_table(Column("at", ColumnType.NUMBER), source=SOURCE, watermark="at"),
        load=Load(LoadMode.INCREMENTAL),
    )
    await to_silver(lab, table)
    await execute(other_url, "INSERT INTO people VALUES (3, 6)")

    second = await to_silver(lab, table)

    assert (second.loaded, second.inserted, second.unchanged) == (2, 1, 1)
