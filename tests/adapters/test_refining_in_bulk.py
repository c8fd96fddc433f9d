"""How refining works on many rows: in parallel, with memory, each row accounted for."""

import pytest

from engine.adapters.postgres import refine_sql
from engine.adapters.postgres.cell_sql import silver_columns
from engine.adapters.postgres.database import driver
from engine.adapters.postgres.refining import Refined
from engine.catalog.model import Cleaning, Column, ColumnType
from engine.errors import RowsNotConserved
from tests.adapters.builders import Lab, a_table, refining

ONE_OF_EACH_TYPE = a_table(
    *(Column(str(each), each) for each in ColumnType), Column("clean", clean=tuple(Cleaning))
)

EAGER = (
    "SET LOCAL parallel_setup_cost = 0",
    "SET LOCAL parallel_tuple_cost = 0",
    "SET LOCAL min_parallel_table_scan_size = 0",
)


async def test_all_of_the_judging_is_shared_among_processes(lab: Lab) -> None:
    table = ONE_OF_EACH_TYPE
    await lab.fill_bronze(table, [])
    columns = silver_columns(table, [column.name for column in table.columns], ())

    async with lab.database.begin() as opened:
        connection = await driver(opened)
        for setting in EAGER:
            await connection.execute(setting)
        plan = [
            row[0] for row in await connection.fetch("EXPLAIN " + refine_sql.judge(table, columns))
        ]

    above, _, below = "\n".join(plan).partition("Gather")
    assert "Subquery Scan" not in above
    assert "Subquery Scan on typed" in below


async def test_more_memory_than_refining_asks_for_is_left_as_it_is(lab: Lab) -> None:
    table = a_table("name")
    await lab.fill_bronze(table, [("1", "Ada")])
    found = []

    for given in ("4MB", "1GB"):
        async with lab.transactions.begin() as tx:
            connection = await driver(tx.warehouse._connection)
            await connection.execute(f"SET LOCAL work_mem = '{given}'")
            await tx.warehouse.refine(refining(table), table, ())
            found.append(await connection.fetchval("SHOW work_mem"))

    assert found == ["128MB", "1GB"]


def test_rows_that_are_nowhere_stop_the_run() -> None:
    Refined(rows_in=6, quarantined=1, published=3, deduplicated=2).require_conserved(a_table())

    with pytest.raises(RowsNotConserved, match="people: 7 rows went in and 6 came out"):
        Refined(rows_in=7, quarantined=1, published=3, deduplicated=2).require_conserved(a_table())
