"""What was put aside is told of, counted and deleted; values of other columns are never read."""

import asyncpg
import pytest

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.quarantine import PostgresQuarantine
from engine.catalog.model import Column, ColumnType, Operator
from engine.errors import TableBusy
from engine.runs.quarantine import ALL, Aside, shown_values
from tests.adapters.builders import NOON, Lab, a_table

TABLE = a_table(
    Column("id", required=True, operator=Operator.KEEP),
    Column("email", operator=Operator.HASH),
    Column("segment"),
    Column("price", ColumnType.NUMBER, required=True, operator=Operator.KEEP),
    Column("born", ColumnType.DATE, operator=Operator.REDACT),
)
ROWS = (
    ("1", "ada@example.com", "vip", "12,5o", "1815-12-10"),
    (None, "grace@example.com", "vip", None, None),
    ("3", "joan@example.com", "new", "cheap", "no day"),
    ("4", "edith@example.com", "new", "4", None),
)


async def filled(lab: Lab) -> PostgresQuarantine:
    """Three rows in quarantine."""
    await lab.fill_bronze(TABLE, ROWS)
    await lab.refine(TABLE)
    return PostgresQuarantine(lab.database)


async def test_reasons_are_counted_and_only_tellable_values_are_shown(lab: Lab) -> None:
    found = await (await filled(lab)).look(TABLE, ALL, 20)

    assert found.total == 3
    assert found.reasons == (
        ("price: not a number", 2), ("born: not a date", 1),
        ("id: missing", 1), ("price: missing", 1),
    )  # fmt: skip
    assert [row.row for row in found.rows] == [3, 2, 1]
    assert found.rows[0].values == (("id", "3"), ("price", "xxxxx"))
    assert shown_values(TABLE, found.rows[0]) == (
        ("id", "3"), ("price", "xxxxx"), ("born", "•••"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("price", [3, 2, 1]),
        ("price: missing", [2]),
        ("price: not a number", [3, 1]),
        ("born", [3]),
        ("not a number", []),
        ("missing", []),
        ("pric", []),
        ("'; DROP TABLE quarantine.people; --", []),
        ("%", []),
        ("", []),
    ],
)
async def test_a_rule_is_a_column_or_a_whole_reason(lab: Lab, rule: str, rows: list[int]) -> None:
    quarantine = await filled(lab)

    found = await quarantine.look(TABLE, Aside(rule), 20)

    assert [row.row for row in found.rows] == rows
    assert await quarantine.count(TABLE, Aside(rule)) == found.total == len(rows)


async def test_a_column_is_found_in_the_reason_of_a_check(lab: Lab) -> None:
    quarantine = await filled(lab)
    reasons = ["values in (id) must exist in silver.others (id)"]
    await lab.rows("UPDATE quarantine.people SET reasons = $1 WHERE bronze_row = 3", reasons)

    assert await quarantine.count(TABLE, Aside("id")) == 2
    assert (await quarantine.look(TABLE, Aside(reasons[0]), 20)).reasons == ((reasons[0], 1),)


async def test_a_table_that_never_ran_has_nothing_aside(lab: Lab) -> None:
    quarantine = PostgresQuarantine(lab.database)

    assert (await quarantine.look(TABLE, ALL, 20)).total == 0
    assert await quarantine.count(TABLE, ALL) == await quarantine.delete(TABLE, ALL) == 0


async def test_only_what_is_meant_is_deleted_and_bronze_keeps_all(lab: Lab) -> None:
    quarantine = await filled(lab)
    await lab.rows("UPDATE quarantine.people SET quarantined_at = $1", NOON)
    await lab.rows("UPDATE quarantine.people SET quarantined_at = now() WHERE bronze_row = 1")

    assert await quarantine.delete(TABLE, Aside("price: not a number", NOON)) == 0
    old = Aside("price", await lab.value("SELECT now() - interval '1 day'"))  # type: ignore[arg-type]  # a moment
    assert await quarantine.delete(TABLE, old) == 2

    assert [row["bronze_row"] for row in await lab.quarantined(TABLE)] == [1]
    assert len(await lab.bronze(TABLE)) == 4
    await lab.refine(TABLE)
    assert len(await lab.quarantined(TABLE)) == 3


async def test_who_deletes_while_a_run_refines_is_told_to_wait(lab: Lab) -> None:
    await filled(lab)
    database = Database(lab.url, DatabaseLimits())
    other = await asyncpg.connect(lab.url)
    try:
        async with other.transaction():
            await other.execute("UPDATE quarantine.people SET leaving = 'another run'")
            with pytest.raises(TableBusy):
                await PostgresQuarantine(database).delete(TABLE, ALL)
    finally:
        await other.close()
        await database.close()
    assert len(await lab.quarantined(TABLE)) == 3
