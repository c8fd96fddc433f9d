"""The gate of an incremental run reads the changed rows, and finds what is found in all rows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.adapters.postgres.checking import PostgresChecks
from engine.adapters.postgres.database import Database, DatabaseLimits, driver
from engine.adapters.postgres.increments import StagedIncrements, forget_parts
from engine.catalog.model import (
    Check,
    Column,
    ColumnType,
    DatasetName,
    Layer,
    Load,
    LoadMode,
)
from engine.clock import Clock, SystemClock
from engine.quality.merging import TRUSTED
from engine.quality.model import Measured
from engine.runs.model import Run, staged_table
from engine.testing.fixed import FixedQuality
from tests.adapters.builders import Cells, Lab, a_table, execute, refining
from tests.adapters.loading import FULL, arrive, day
from tests.world import eventually

PEOPLE = DatasetName(Layer.SILVER, "people")

TABLE = replace(
    a_table(
        Column("name"),
        Column("n", ColumnType.INTEGER),
        Column("price", ColumnType.NUMBER),
        Column("at", ColumnType.TIMESTAMP),
        Column("gone", ColumnType.BOOLEAN),
        watermark="at",
    ),
    load=Load(LoadMode.INCREMENTAL, deleted="gone"),
)

COLUMNS = "id, name, n, price, at, gone"

CARRIED = (
    "row_count >= 0",
    "row_count > 1:\n  filter: n > 3 AND name NOT IN ('b', 'x')",
    "missing_count(name) = 0",
    "missing_percent(name) < 30",
    "missing_count(name) < 3:\n  missing values: [a, b]",
    "invalid_count(name) = 0:\n  valid regex: ^[ab]$",
    "invalid_percent(name) < 20:\n  valid regex: ^[ab]$",
    "valid_count(n) > 2:\n  valid min: 2",
    "invalid_count(price) = 0:\n  valid max: 1.5\n  filter: n IS NOT NULL",
    *(f"{metric}(n) >= 1" for metric in ("min", "max", "sum", "avg", "stddev", "var_pop")),
    *(f"{metric}(price) between 0 and 2.5" for metric in ("min", "max", "sum", "avg", "variance")),
    "stddev_pop(price) < 1:\n  filter: n < 5",
    "max(n) < 6:\n  valid max: 5",
    *(f"{metric}_length(name) = 1" for metric in ("min", "max", "avg")),
    "duplicate_count(id) = 0",
    "duplicate_percent(id) < 1",
    "duplicate_count(name, id) = 0",
    "freshness(at) < 100d",
    "freshness(at) < 100000d:\n  filter: n > 0",
    "failed rows:\n  fail condition: price < 0 OR name LIKE 'b%'",
)

READ_WHOLE = (
    "percentile(n, 0.5) >= 0",
    "duplicate_count(name) = 0",
    "mine >= 0:\n  mine query: SELECT count(*) FROM people WHERE n > 1",
    "spread >= 0:\n  spread expression: max(n) - min(n)",
    "row_count >= 0:\n  filter: at < now()",
    "row_count >= 0:\n  filter: at < 'today'",
    "row_count >= 0:\n  filter: id IN (SELECT id FROM people)",
    "values in (id) must exist in people (id)",
)


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of a run, beside one that reads all rows."""

    lab: Lab
    clock: Clock
    texts: Sequence[str] = CARRIED

    async def run(self, *rows: Cells, full: bool = False, publish: bool = True) -> list[Measured]:
        """What the gate of a run with these new rows measured, which is what is there."""
        if rows:
            await arrive(self.lab, *rows, columns=COLUMNS)
        run = refining(TABLE)
        run = replace(run, parameters=FULL) if full else run
        async with self.lab.transactions.begin() as tx:
            await tx.warehouse.refine(run, TABLE, ())
        measured = await self.judge(run)
        async with self.lab.transactions.begin() as tx:
            if publish:
                await tx.warehouse.publish(run, PEOPLE)
            else:
                await tx.warehouse.discard(run, PEOPLE)
        return measured

    async def judge(self, run: Run) -> list[Measured]:
        """Both gates at what is staged; the parts go to the publishing."""
        checks, table = [Check(each) for each in self.texts], staged_table(run, PEOPLE)
        database = self.lab.database
        plain = PostgresChecks(database, FixedQuality(), self.clock)
        gate = PostgresChecks(
            database, FixedQuality(), self.clock, staged=StagedIncrements(database)
        )
        found = await gate.measure(Layer.SILVER, table, checks)
        whole = await plain.measure(Layer.SILVER, table, checks)
        for mine, theirs in zip(found, whole, strict=True):
            require_same(mine, theirs)
        async with self.lab.transactions.begin() as tx:
            parts = {name: part for each in found for name, part in each.parts}
            await tx.metrics.keep_parts(run.id, PEOPLE, parts)
        return list(found)

    async def carried(self, *rows: Cells) -> list[str]:
        """The checks for which a run with these new rows did not read the table."""
        measured = await self.run(*rows)
        return [self.texts[each.index] for each in measured if each.is_carried]


def require_same(mine: Measured, theirs: Measured) -> None:
    """Equal but for the last digit of what is divided, and for the time that went by."""
    assert (mine.index, mine.outcome, mine.reason) == (theirs.index, theirs.outcome, theirs.reason)
    ours, others = dict(mine.metrics), dict(theirs.metrics)
    assert ours.keys() == others.keys()
    for name, value in ours.items():
        within = 60.0 if name.startswith("freshness") else 0.0
        assert math.isclose(value, others[name], rel_tol=1e-15, abs_tol=within), name


@pytest.fixture
async def gate(lab: Lab) -> Gate:
    await lab.fill_bronze(TABLE, [])
    return Gate(lab, SystemClock())


cells: st.SearchStrategy[Cells] = st.tuples(
    st.sampled_from([*"12345678", None]),
    st.sampled_from(["a", "b", "ccc", None]),
    st.one_of(st.none(), st.integers(-2, 6).map(str), st.just(str(10**18))),
    st.one_of(
        st.none(),
        st.decimals(-9, 9, places=2).map(str),
        st.sampled_from(["0.1", "1.5", "NaN", "Infinity", "0.00000000000000000000000000001"]),
    ),
    st.sampled_from([day(1), day(2), day(3), None, "infinity", "no day"]),
    st.sampled_from([None, "true", "false"]),
)
deliveries = st.lists(st.lists(cells, min_size=1, max_size=8), min_size=2, max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(deliveries=deliveries, held=st.sets(st.integers(0, 4)))
async def test_whatever_arrives_the_gate_finds_what_is_found_in_all_rows(
    gate: Gate, deliveries: Sequence[Sequence[Cells]], held: set[int]
) -> None:
    await execute(gate.lab.url, "DROP TABLE IF EXISTS silver.people", "TRUNCATE atlas.watermarks")
    await gate.lab.fill_bronze(TABLE, [])
    for number, rows in enumerate(deliveries):
        await gate.run(*rows, publish=number not in held)


ADA = ("1", "a", "1", "0.5", day(1), None)
BOB = ("2", "b", "2", "1.5", day(2), None)
EVE = ("3", "a", "3", "2.5", day(3), None)


async def test_each_of_the_checks_that_can_be_is_carried_on(gate: Gate) -> None:
    assert await gate.carried(ADA, BOB) == []

    assert await gate.carried(EVE) == list(CARRIED)
    assert await gate.carried() == list(CARRIED)


async def test_what_depends_on_other_rows_or_on_the_time_is_read_anew(gate: Gate) -> None:
    gate = replace(gate, texts=READ_WHOLE)
    await gate.run(ADA, BOB)

    assert await gate.carried(EVE) == []


async def test_the_lowest_is_looked_for_where_it_went_unless_one_as_low_came(gate: Gate) -> None:
    gate = replace(gate, texts=("min(n) > 0", "row_count > 0"))
    await gate.run(ADA, BOB)

    assert await gate.carried(("1", "a", "1", "9", day(2), None)) == list(gate.texts)
    assert await gate.carried(("1", "a", "5", "9", day(3), None)) == ["row_count > 0"]
    assert await gate.carried(("1", "a", "1", "9", day(4), None)) == list(gate.texts)


async def test_what_a_held_back_run_found_is_not_carried_on(gate: Gate) -> None:
    await gate.run(ADA)
    await gate.run(BOB, publish=False)

    assert await gate.carried(EVE) == list(CARRIED)
    assert await gate.lab.value("SELECT count(*) FROM silver.people") == 3


async def test_after_a_full_refresh_all_is_read_and_then_carried_on(gate: Gate) -> None:
    await gate.run(ADA)

    assert not any(each.is_carried for each in await gate.run(BOB, full=True))
    assert await gate.carried(EVE) == list(CARRIED)


async def test_another_check_is_read_once_and_then_carried_on(gate: Gate) -> None:
    await gate.run(ADA)
    more = replace(gate, texts=(*CARRIED, "missing_count(price) = 0"))

    assert await more.carried(BOB) == list(CARRIED)
    assert await more.carried(EVE) == list(more.texts)


async def test_a_table_that_somebody_wrote_anew_is_read_as_a_whole(gate: Gate) -> None:
    await gate.run(ADA)
    await execute(gate.lab.url, "TRUNCATE silver.people")

    assert await gate.carried(BOB) == []
    assert await gate.carried(EVE) == list(CARRIED)


async def test_once_somebody_was_erased_the_table_is_read_as_a_whole(gate: Gate) -> None:
    await gate.run(ADA)
    async with gate.lab.database.begin() as connection:
        await forget_parts(await driver(connection), PEOPLE)

    assert await gate.carried(BOB) == []
    assert await gate.carried(EVE) == list(CARRIED)


@dataclass(frozen=True, slots=True)
class Later:
    """The clock of a week from now."""

    def now(self) -> datetime:
        return SystemClock().now() + TRUSTED

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


async def test_after_a_week_the_whole_table_is_read_again(gate: Gate) -> None:
    await gate.run(ADA)

    assert await replace(gate, clock=Later()).carried(BOB) == []
    assert await replace(gate, clock=Later()).carried(EVE) == list(CARRIED)


async def test_of_a_large_table_the_gate_reads_no_row_that_stays(gate: Gate) -> None:
    many = range(20_000)
    people = ", ".join(f"('{n}', 'a', '{n}', '1.5', '{day(1)}')" for n in many)
    bronze = f"INSERT INTO bronze.people (id, name, n, price, at) VALUES {people}"  # noqa: S608  # numbers of the test
    await execute(gate.lab.url, bronze)
    await gate.run()
    await arrive(gate.lab, ("7", "b", "7", "1.5", day(2), None), columns=COLUMNS)
    run = refining(TABLE)
    async with gate.lab.transactions.begin() as tx:
        await tx.warehouse.refine(run, TABLE, ())
    database = Database(gate.lab.url, DatabaseLimits(name="gate"))
    checks = PostgresChecks(database, FixedQuality(), gate.clock, staged=StagedIncrements(database))
    before = await rows_read(gate.lab)

    measured = await checks.measure(
        Layer.SILVER, staged_table(run, PEOPLE), [Check(each) for each in CARRIED]
    )

    await database.close()
    await eventually(lambda: left(gate.lab))
    assert all(each.is_carried for each in measured)
    assert 1 <= await rows_read(gate.lab) - before < 10


async def rows_read(lab: Lab) -> int:
    """How many rows of silver were ever read; sessions tell when they end."""
    (row,) = await lab.rows(
        "SELECT seq_tup_read + idx_tup_fetch AS rows FROM pg_stat_user_tables "
        "WHERE schemaname = 'silver' AND relname = 'people'"
    )
    return int(str(row["rows"]))


async def left(lab: Lab) -> bool | None:
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gate'"
    return await lab.value(sessions) == 0 or None
