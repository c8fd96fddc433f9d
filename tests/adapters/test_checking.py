"""Checks measured by PostgreSQL itself: few statements, and each check has a verdict of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.engine import make_url

from engine.adapters.postgres.checking import PostgresChecks, Recall
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.catalog.model import Check, Layer
from engine.clock import SystemClock
from engine.errors import DatabaseUnreachable
from engine.quality.history import Point
from engine.quality.model import Outcome, Verdict, settle
from engine.testing.fixed import FixedQuality
from tests.adapters.builders import TickingClock, address, execute, fresh
from tests.adapters.test_soda import CHECKS, PEOPLE, SILENT
from tests.world import eventually

PASSED, WARNED, FAILED, UNKNOWN = (
    Outcome.PASSED,
    Outcome.WARNED,
    Outcome.FAILED,
    Outcome.NOT_EVALUATED,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True)
class Gate:
    """Checks on a database of their own; what they leave to another engine passes there."""

    url: str
    database: Database
    fallback: FixedQuality

    def checks(self, timeout: float = 60, recall: Recall | None = None) -> PostgresChecks:
        if recall is None:
            return PostgresChecks(self.database, self.fallback, SystemClock(), timeout)
        return PostgresChecks(self.database, self.fallback, SystemClock(), timeout, recall)

    async def verdicts(self, *texts: str, table: str = "people") -> list[Verdict]:
        checks = [Check(text) for text in texts]
        return list(settle(checks, await self.checks().measure(Layer.SILVER, table, checks)))

    async def outcomes(self, *texts: str, table: str = "people") -> list[Outcome]:
        return [verdict.outcome for verdict in await self.verdicts(*texts, table=table)]

    async def verdict(self, text: str, table: str = "people") -> Verdict:
        (verdict,) = await self.verdicts(text, table=table)
        return verdict

    async def make(self, query: str) -> str:
        """A table of its own that a query fills; its name."""
        name = fresh("made")
        await execute(self.url, f"CREATE TABLE silver.{name} AS {query}")
        return name


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gate(server: str) -> AsyncIterator[Gate]:
    name = fresh("checking")
    await execute(server, f"CREATE DATABASE {name}")
    url = address(server, name)
    await execute(
        url,
        "CREATE SCHEMA silver",
        "CREATE SCHEMA gold",
        PEOPLE,
        "CREATE TABLE silver.empty (id int, amount int)",
        "CREATE TABLE silver.segments AS SELECT 'vip' AS name",
        "CREATE TABLE gold.vips AS SELECT n AS id FROM generate_series(3, 10) n",
    )
    database = Database(url, DatabaseLimits())
    yield Gate(url, database, FixedQuality())
    await database.close()
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


async def test_each_kind_of_check_is_judged_as_soda_judges_it(gate: Gate) -> None:
    found = await gate.verdicts(*CHECKS)

    assert {each.check.text: each.outcome for each in found} == CHECKS


@pytest.mark.parametrize("text", [text for text in SILENT if not text.startswith("row")])
async def test_a_check_that_measured_nothing_never_passes(gate: Gate, text: str) -> None:
    verdict = await gate.verdict(text, table=SILENT[text])

    assert verdict.outcome is UNKNOWN
    assert verdict.reason


NOTHING = {
    "missing_percent(id) < 1": "the table is empty",
    "duplicate_percent(id) < 1": "the table is empty",
    "min(amount) > 0": "the table is empty",
}


@pytest.mark.parametrize("text", NOTHING)
async def test_an_empty_table_is_the_reason_where_there_is_nothing_to_measure(
    gate: Gate, text: str
) -> None:
    verdict = await gate.verdict(text, table="empty")

    assert (verdict.outcome, verdict.reason) == (UNKNOWN, NOTHING[text])


async def test_what_has_no_newest_time_is_not_fresh(gate: Gate) -> None:
    table = await gate.make("SELECT NULL::timestamptz AS at")

    verdict = await gate.verdict("freshness(at) < 1d", table)

    assert (verdict.outcome, verdict.reason) == (FAILED, "no row that counts has a value")


NEVER = {
    "max(x) < 5": "SELECT 'NaN'::numeric AS x",
    "avg(x) < 5": "SELECT 'NaN'::float8 AS x",
    "freshness(x) < 5d": "SELECT 'infinity'::timestamptz AS x",
    "freshness(x) < 6d": "SELECT 'infinity'::date AS x",
    "freshness(x) < 7d": "SELECT now()::text AS x",
    "avg(x) < 7": "SELECT 'seven' AS x",
    "mine > 0:\n  mine query: SELECT 'a'": "SELECT 1 AS x",
    "mine > 0:\n  mine query: SELECT 1 / 0": "SELECT 1 AS x",
}


@pytest.mark.parametrize("text", NEVER)
async def test_what_is_no_number_never_passes(gate: Gate, text: str) -> None:
    verdict = await gate.verdict(text, await gate.make(NEVER[text]))

    assert verdict.outcome is UNKNOWN
    assert verdict.reason


async def test_infinity_is_more_than_anything(gate: Gate) -> None:
    table = await gate.make("SELECT 'Infinity'::numeric AS x")

    assert await gate.outcomes("max(x) < 5", "max(x) > 5", table=table) == [FAILED, PASSED]


async def test_one_missing_of_many_is_more_than_none(gate: Gate) -> None:
    table = await gate.make("SELECT nullif(n, 7) AS n FROM generate_series(1, 30000) n")

    verdict = await gate.verdict("missing_percent(n) = 0", table)

    assert (verdict.outcome, verdict.value) == (FAILED, "0.003333")


async def test_sixty_digits_and_old_dates_are_measured(gate: Gate) -> None:
    table = await gate.make(f"SELECT {'7' * 60} AS amount, date '0044-03-15 BC' AS born")

    large, old = await gate.verdicts("sum(amount) > 1000", "freshness(born) < 1d", table=table)

    assert (large.outcome, large.value, old.outcome) == (PASSED, "7.778e+59", FAILED)


@pytest.mark.parametrize("name", ["with space", "UPPER", "Größe", 'say "hi"', "o'clock", "a%b"])
async def test_any_name_of_a_column_can_be_checked(gate: Gate, name: str) -> None:
    written = '"' + name.replace('"', '""') + '"'
    table = await gate.make(f"SELECT 1 AS {written}, 1 AS other UNION ALL SELECT NULL, 1")

    found = await gate.verdicts(
        f"missing_count({written}) = 1", f"duplicate_count({written}, other) = 0", table=table
    )

    assert [(each.outcome, each.reason) for each in found] == [(PASSED, ""), (PASSED, "")]


async def test_a_table_may_have_any_name(gate: Gate) -> None:
    await execute(gate.url, 'CREATE TABLE silver."Odd ""Name"" ü" AS SELECT 1 AS id')

    assert await gate.outcomes("row_count = 1", table='Odd "Name" ü') == [PASSED]


async def test_a_missing_column_is_named_and_spoils_nothing(gate: Gate) -> None:
    wrong, right = await gate.verdicts("missing_count(amuont) = 0", "row_count = 10")

    assert (wrong.outcome, wrong.reason) == (UNKNOWN, "there is no column 'amuont'")
    assert right.outcome is PASSED


async def test_a_missing_table_is_named(gate: Gate) -> None:
    found = await gate.verdicts(
        "row_count > 0", "schema:\n  fail:\n    when forbidden column present: [x]", table="nobody"
    )

    assert {(each.outcome, each.reason) for each in found} == {
        (UNKNOWN, "there is no table silver.nobody")
    }


async def test_an_expression_that_breaks_its_select_spoils_nothing(gate: Gate) -> None:
    broken = "failed rows:\n  name: broken\n  fail condition: email::int > 0"
    good = [f"row_count > {number}" for number in range(9)]

    found = await gate.verdicts(*good[:5], broken, *good[5:])

    outcomes = [each.outcome for each in found]
    assert outcomes == [*([PASSED] * 5), UNKNOWN, *([PASSED] * 4)]
    assert "x.org" not in repr(found)


async def test_one_that_hangs_leaves_time_for_the_others(gate: Gate) -> None:
    began = time.monotonic()
    texts = ("row_count > 0", "failed rows:\n  fail condition: pg_sleep(30) IS NULL")
    checks = [Check(text) for text in texts]

    quick, slow = await gate.checks(timeout=2).measure(Layer.SILVER, "people", checks)

    assert (quick.outcome, slow.outcome) == (PASSED, UNKNOWN)
    assert "longer than it may" in slow.reason
    assert time.monotonic() - began < 5


async def test_a_gate_that_is_cancelled_leaves_nothing_at_work(gate: Gate) -> None:
    checks = [Check("failed rows:\n  fail condition: pg_sleep(30) IS NULL")]
    measuring = asyncio.create_task(gate.checks().measure(Layer.SILVER, "people", checks))
    assert await eventually(lambda: _asleep(gate.url, 1))

    measuring.cancel()

    with pytest.raises(asyncio.CancelledError):
        await measuring
    assert await eventually(lambda: _asleep(gate.url, 0))


async def _asleep(url: str, wanted: int) -> bool | None:
    connection = await asyncpg.connect(url)
    asleep = await connection.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' "
        "AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid() AND datname = current_database()"
    )
    await connection.close()
    return asleep == wanted or None


async def test_a_check_changes_nothing(gate: Gate) -> None:
    await execute(
        gate.url,
        "CREATE OR REPLACE FUNCTION silver.wipe() RETURNS int LANGUAGE sql "
        "AS 'DELETE FROM silver.people; SELECT 1'",
    )

    verdict = await gate.verdict("mine = 1:\n  mine query: SELECT wipe()")

    assert verdict.outcome is UNKNOWN
    assert await gate.outcomes("row_count = 10") == [PASSED]


REFERENCES = {
    "values in (id) must exist in gold.vips (id)": ("2", FAILED),
    "values in (id) must not exist in gold.vips (id)": ("8", FAILED),
    "values in (amount) must not exist in segments (nobody)": (None, UNKNOWN),
    "values in (amount) must exist in nobody (id)": (None, UNKNOWN),
    "values in (segment, id) must exist in people (segment, id)": ("0", PASSED),
}


@pytest.mark.parametrize("text", REFERENCES)
async def test_references_reach_into_other_layers(gate: Gate, text: str) -> None:
    verdict = await gate.verdict(text)

    assert (verdict.value, verdict.outcome) == REFERENCES[text]


async def test_a_table_that_took_the_place_of_another_is_measured_anew(gate: Gate) -> None:
    table = await gate.make("SELECT 2 AS n")
    database = Database(gate.url, DatabaseLimits(connections=1))
    again = replace(gate, database=database)
    text = f"mine = 2:\n  mine query: SELECT avg(n) FROM {table}"  # noqa: S608  # a test's
    before = await again.outcomes(text, table=table)
    await execute(gate.url, f"ALTER TABLE silver.{table} ALTER n TYPE float8")

    after = await again.outcomes(text, table=table)

    await database.close()
    assert (before, after) == ([PASSED], [PASSED])


async def test_duplicates_are_the_values_that_occur_more_than_once(gate: Gate) -> None:
    table = await gate.make("SELECT n % 4 AS n, (n % 3)::text AS t FROM generate_series(1, 9) n")
    texts = ("duplicate_count(n) = 4", "duplicate_count(t) = 3", "duplicate_count(n, t) = 0")

    assert await gate.outcomes(*texts, table=table) == [PASSED, PASSED, PASSED]


async def test_what_only_warns_never_fails(gate: Gate) -> None:
    text = "row_count > 99:\n  attributes:\n    severity: warn"

    assert await gate.outcomes(text) == [WARNED]


GROUPS = """group by:
  query: SELECT status, count(*) AS n FROM people GROUP BY status
  fields: [status]
  checks:
    - n"""


def a_group_by(threshold: str) -> str:
    return f"{GROUPS} {threshold}"


async def test_groups_go_to_the_other_engine_in_one_call(gate: Gate) -> None:
    gate.fallback.asked.clear()
    gate.fallback.outcomes |= {a_group_by("> 9"): FAILED, a_group_by("> 8"): None}

    found = await gate.outcomes(
        a_group_by("> 9"), "row_count > 0", a_group_by("> 8"), a_group_by("> 0")
    )

    assert found == [FAILED, PASSED, UNKNOWN, PASSED]
    assert gate.fallback.asked == [(Layer.SILVER, "people")]


async def test_what_can_not_be_read_is_asked_nowhere(gate: Gate) -> None:
    gate.fallback.asked.clear()

    found = await gate.outcomes("is this a check?", "row_count > 0", "freshness(at) > 1d")

    assert found == [UNKNOWN, PASSED, UNKNOWN]
    assert gate.fallback.asked == []


async def test_the_others_are_told_of_the_metrics_that_were_measured(gate: Gate) -> None:
    checks = [Check(text) for text in ("row_count > 0", "avg(amount) > 1000", "max(id) > 'x'")]

    measured = await gate.checks().measure(Layer.SILVER, "people", checks)

    kept = dict(metric for each in measured for metric in each.metrics)
    assert kept == {"row_count": 10.0, "avg(amount)": 65.0}


def remembered(*values: float) -> Recall:
    """A history of daily values up to yesterday."""

    async def recall(
        layer: Layer,  # noqa: ARG001  # the port's form
        table: str,  # noqa: ARG001  # the port's form
        metrics: Collection[str],
    ) -> Mapping[str, Sequence[Point]]:
        now = SystemClock().now()
        days = range(len(values), 0, -1)
        points = [
            Point(value, now - timedelta(days=day), "R", accepted=True)
            for value, day in zip(values, days, strict=True)
        ]
        return dict.fromkeys(metrics, points)

    return recall


WITH_HISTORY = {
    "change for row_count = 2": PASSED,
    "change percent for row_count < 10": FAILED,
    "anomaly detection for row_count": PASSED,
    "anomaly detection for max(amount)": FAILED,
}


async def test_history_decides_on_changes_and_anomalies(gate: Gate) -> None:
    checks = [Check(text) for text in WITH_HISTORY]
    gated = gate.checks(recall=remembered(*([9, 10, 11] * 8), 8))

    measured = await gated.measure(Layer.SILVER, "people", checks)

    assert [each.outcome for each in measured] == list(WITH_HISTORY.values())


async def test_a_hundred_at_once_are_judged_as_if_alone(gate: Gate) -> None:
    good, bad = (
        ("row_count > 0", "duplicate_count(id) = 0"),
        ("missing_count(no) = 0", "row_count > 99"),
    )
    gated = gate.checks()

    async def outcomes(texts: Sequence[str]) -> list[Outcome]:
        measured = await gated.measure(Layer.SILVER, "people", [Check(text) for text in texts])
        return [each.outcome for each in measured]

    found = await asyncio.gather(*(outcomes(bad if n % 2 else good) for n in range(100)))

    assert found == [[UNKNOWN, FAILED] if n % 2 else [PASSED, PASSED] for n in range(100)]


async def test_a_database_out_of_reach_can_pass() -> None:
    database = Database("postgresql://atlas:secret@127.0.0.1:1/atlas", DatabaseLimits())
    lost = PostgresChecks(database, FixedQuality(), TickingClock())

    with pytest.raises(DatabaseUnreachable):
        await lost.measure(Layer.SILVER, "people", [Check("row_count > 0")])

    await database.close()


async def test_no_check_at_all_asks_nothing(gate: Gate) -> None:
    assert await gate.checks().measure(Layer.SILVER, "people", ()) == ()


PROCESS = (
    "CREATE FUNCTION silver.process() RETURNS int LANGUAGE internal PARALLEL SAFE "
    "AS 'pg_backend_pid'"
)
"""The one that works it: PostgreSQL's own function is never called in another one."""
EAGER = {
    "max_parallel_workers_per_gather": 4,
    "min_parallel_table_scan_size": 0,
    "parallel_setup_cost": 0,
    "parallel_leader_participation": 0,
}


async def test_what_takes_long_is_spread_over_the_processors(gate: Gate) -> None:
    table = await gate.make("SELECT n FROM generate_series(1, 20000) n")
    name = make_url(gate.url).database
    settings = (f"ALTER DATABASE {name} SET {each} = {EAGER[each]}" for each in EAGER)
    await execute(gate.url, PROCESS, *settings)
    database = Database(gate.url, DatabaseLimits(connections=1))
    async with database.connect() as connection:
        own = await connection.scalar(text("SELECT pg_backend_pid()"))
    mine = f"mine = {own}:\n  mine expression: max(process())\n  filter: n > 0"

    found = await replace(gate, database=database).outcomes(mine, table=table)

    assert found == [FAILED]
    await database.close()
    await execute(gate.url, f"ALTER DATABASE {name} RESET ALL")


async def test_of_a_set_no_more_than_a_row_is_read(gate: Gate) -> None:
    many = "generate_series(7, 1000000 + max(id))"
    found = await gate.verdicts(f"mine = 7:\n  mine expression: {many}", "row_count = 10")

    assert [(each.outcome, each.value) for each in found] == [(PASSED, "7"), (PASSED, "10")]


async def test_sql_may_end_with_a_comment(gate: Gate) -> None:
    found = await gate.outcomes(
        "failed rows:\n  fail condition: id > 9 -- the last",
        "failed rows:\n  fail query: SELECT * FROM people WHERE id > 9 -- the last",
    )

    assert found == [FAILED, FAILED]
