"""Example rows of a check show what breaks it, and never a value that may be personal."""

from dataclasses import replace

import pytest

from engine.adapters.postgres.examples import PostgresExamples
from engine.catalog.model import Check, Column, ColumnType, DatasetName, Layer, Operator, Table
from engine.quality.examples import Examples
from tests.adapters.builders import Lab, a_model, a_table
from tests.builders import a_project

KEPT = Operator.KEEP
TABLE = a_table(
    Column("id", required=True, operator=KEPT),
    Column("email", operator=Operator.HASH),
    Column("segment"),
    Column("price", ColumnType.NUMBER, operator=KEPT),
    Column("at", ColumnType.DATE, operator=KEPT),
    watermark="at",
)
SILVER = TABLE.silver


async def examples(lab: Lab, check: str, table: Table = TABLE) -> Examples | None:
    """Of a silver table with five rows, which is not refined: the values are put there."""
    await lab.rows(
        "CREATE TABLE silver.people AS SELECT * FROM (VALUES "
        "('1', 'ada@example.com', 'vip', 1::numeric, date '2026-03-01'),"
        "('2', 'ada@example.com', 'odd', -2, '2026-03-02'), ('3', NULL, 'odd', NULL, NULL),"
        "('4', 'x', 'vip', -4, '2026-03-04'), ('5', 'y', NULL, 9, '2026-03-05')"
        ") v (id, email, segment, price, at)"
    )
    await lab.rows("CREATE TABLE silver.known AS SELECT '1' AS id")
    finder = PostgresExamples(a_project((table,), (a_model("SELECT 1"),)), lab.database)
    return await finder.of(SILVER, "people", Check(check))


@pytest.mark.parametrize(
    ("check", "columns", "rows"),
    [
        ("missing_count(price) = 0", ("id", "price", "at"), [("3", "missing", "missing")]),
        ("missing_count(email) = 0", ("id", "email", "at"), [("3", "missing", "missing")]),
        (
            "invalid_count(price) = 0:\n  valid min: 0",
            ("id", "price", "at"),
            [("2", "-2", "2026-03-02"), ("4", "-4", "2026-03-04")],
        ),
        (
            "invalid_percent(segment) < 1:\n  valid values: [vip]",
            ("id", "segment", "at"),
            [("2", "•••", "2026-03-02"), ("3", "•••", "missing")],
        ),
        (
            "duplicate_count(email) = 0",
            ("id", "email", "at"),
            [("1", "•••", "2026-03-01"), ("2", "•••", "2026-03-02")],
        ),
        (
            "failed rows:\n  fail condition: price < 0 and id <> '4'",
            ("id", "price", "at"),
            [("2", "-2", "2026-03-02")],
        ),
        (
            "values in (id) must exist in known (id):\n  filter: id < '3'",
            ("id", "at"),
            [("2", "2026-03-02")],
        ),
    ],
)
async def test_the_rows_that_break_a_check_are_shown(
    lab: Lab, check: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]
) -> None:
    found = await examples(lab, check)

    assert found is not None
    assert (found.columns, sorted(found.rows)) == (columns, rows)


async def test_five_rows_are_enough(lab: Lab) -> None:
    rows = [(str(number), None, None, None, None) for number in range(40)]
    await lab.fill_bronze(TABLE, rows)
    await lab.refine(TABLE)
    finder = PostgresExamples(a_project((TABLE,)), lab.database)

    found = await finder.of(SILVER, "people", Check("missing_count(price) = 0"))

    assert found is not None
    assert len(found.rows) == 5


@pytest.mark.parametrize(
    "check",
    [
        "row_count > 100",
        "avg(price) > 100",
        "missing_count(nothing) = 0",
        "missing_count(segment) = 5:\n  nonsense: 1",
        "failed rows:\n  fail condition: price / 0 > 1",
        "failed rows:\n  fail condition: pg_sleep(60) is not null",
        "failed rows:\n  fail condition: no_such_column > 1",
        "missing_count(id) = 0",
    ],
)
async def test_a_check_without_such_rows_has_no_examples(lab: Lab, check: str) -> None:
    quick = PostgresExamples(a_project((TABLE,)), lab.database, timeout=0.3)
    await examples(lab, "row_count > 0")

    assert await quick.of(SILVER, "people", Check(check)) is None


async def test_where_nothing_may_be_told_nothing_is_shown(lab: Lab) -> None:
    unclassified = tuple(replace(column, operator=None) for column in TABLE.columns)

    told = await examples(lab, "missing_count(price) = 0", replace(TABLE, columns=unclassified))
    finder = PostgresExamples(a_project((TABLE,), (a_model("SELECT 1"),)), lab.database)
    of_gold = await finder.of(DatasetName(Layer.GOLD, "report"), "report", Check("row_count > 0"))

    assert (told, of_gold) == (None, None)
