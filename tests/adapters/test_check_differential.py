"""Both engines give the same verdicts: many generated tables and checks go through each.

Where they differ, the form is in DIFFERENCES with the reason, and docs/quality.md tells of it.
"""

import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from engine.adapters.postgres.check_formats import FORMATS
from engine.adapters.postgres.checking import PostgresChecks
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.names import ident
from engine.adapters.soda import SodaQuality
from engine.catalog.model import Check, Layer
from engine.clock import SystemClock
from engine.quality.model import Outcome, Verdict, settle
from engine.quality.ports import QualityEngine
from engine.testing.fixed import FixedQuality
from tests.adapters.builders import address, execute, fresh
from tests.adapters.written_checks import Grouped, Writer

PASSED, WARNED, FAILED, UNKNOWN = (
    Outcome.PASSED,
    Outcome.WARNED,
    Outcome.FAILED,
    Outcome.NOT_EVALUATED,
)
TABLES = 48
CHECKS = 24

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True)
class Pair:
    """Both engines on one database; ours may leave nothing to Soda here."""

    url: str
    ours: PostgresChecks
    soda: SodaQuality

    async def verdicts(self, *texts: str) -> list[tuple[Verdict, Verdict]]:
        """Ours and Soda's verdict of each check on the table t."""
        checks = [Check(text) for text in texts]
        mine, theirs = [await _verdicts(each, checks) for each in (self.ours, self.soda)]
        return list(zip(mine, theirs, strict=True))


async def _verdicts(engine: QualityEngine, checks: Sequence[Check]) -> tuple[Verdict, ...]:
    return settle(checks, await engine.measure(Layer.SILVER, "t", checks))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(server: str) -> AsyncIterator[Pair]:
    name = fresh("differential")
    await execute(server, f"CREATE DATABASE {name}")
    url = address(server, name)
    await execute(url, "CREATE SCHEMA silver")
    database, soda = Database(url, DatabaseLimits()), SodaQuality(url, timeout=60)
    left = FixedQuality()
    left.error = AssertionError("this check is not one that PostgreSQL measures by itself")
    yield Pair(url, PostgresChecks(database, left, SystemClock()), soda)
    soda.close()
    await database.close()
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@dataclass(frozen=True, slots=True)
class Difference:
    """A check on a table on which the two differ, and why."""

    why: str
    check: str
    table: str
    ours: tuple[Outcome, str | None]
    sodas: tuple[Outcome, str | None]
    beside: str = "row_count >= 0"
    """Another check of the same scan."""


NAMES = "SELECT * FROM (VALUES (1, 'O''Hara'), (2, 'a\\b'), (3, NULL), (4, '12')) AS v (n, name)"
NO_ROW = f"SELECT * FROM ({NAMES}) AS v WHERE false"  # noqa: S608  # a test's
NOT_A_NUMBER = "SELECT 'NaN'::numeric AS x"

DIFFERENCES = (
    Difference(
        "a percentage of no rows is none",
        "missing_percent(n) = 0",
        NO_ROW,
        (UNKNOWN, None),
        (PASSED, "0"),
    ),
    Difference(
        "NaN is no number to compare",
        "max(x) < 5",
        NOT_A_NUMBER,
        (UNKNOWN, "NaN"),
        (PASSED, "nan"),
    ),
    Difference(
        "percentages are compared as they are, not rounded to two decimals",
        "missing_percent(n) = 0",
        "SELECT nullif(n, 7) AS n FROM generate_series(1, 30000) n",
        (FAILED, "0.003333"),
        (PASSED, "0"),
    ),
    Difference(
        "a filter with OR in it is one condition",
        "duplicate_count(name) = 0:\n  filter: n = 1 OR n > 0",
        "SELECT n, nullif(1, 1) AS name FROM generate_series(1, 3) n",
        (PASSED, "0"),
        (FAILED, "1"),
    ),
    Difference(
        "valid is what is not invalid",
        "valid_count(n) = 2:\n  valid min: 2\n  invalid values: [3]",
        NAMES,
        (PASSED, "2"),
        (FAILED, "3"),
    ),
    Difference(
        "checks that differ in what is invalid are two",
        "invalid_count(n) = 2:\n  invalid values: [1, 2]",
        NAMES,
        (PASSED, "2"),
        (FAILED, "1"),
        beside="invalid_count(n) = 1:\n  invalid values: [4]",
    ),
    Difference(
        "a value may have a quote in it",
        "invalid_count(name) = 2:\n  valid values: [O'Hara]",
        NAMES,
        (PASSED, "2"),
        (UNKNOWN, None),
    ),
    Difference(
        "a backslash in a value is one",
        "invalid_count(name) = 2:\n  valid values: ['a\\b']",
        NAMES,
        (PASSED, "2"),
        (FAILED, "3"),
    ),
    Difference(
        "SQL may end with a comment",
        "row_count = 1:\n  filter: n = 1 -- the first",
        NAMES,
        (PASSED, "1"),
        (UNKNOWN, None),
    ),
    Difference(
        "rows that must not be there are counted once",
        "values in (n) must not exist in other (n)",
        NAMES,
        (FAILED, "1"),
        (FAILED, "3"),
    ),
    Difference(
        "a forbidden name is a whole name",
        "schema:\n  fail:\n    when forbidden column present: [na]",
        NAMES,
        (PASSED, None),
        (FAILED, None),
    ),
    Difference(
        "a severity is heard",
        "row_count = 0:\n  attributes:\n    severity: warn",
        NAMES,
        (WARNED, "4"),
        (FAILED, "4"),
    ),
    Difference(
        "`filter` limits a metric of your own SQL expression",
        "spread = 1:\n  spread expression: max(n) - min(n)\n  filter: n < 3",
        NAMES,
        (PASSED, "1"),
        (UNKNOWN, None),
    ),
    Difference(
        "a name may have quotes in it",
        'missing_count("say ""hi""") = 0',
        'SELECT 1 AS "say ""hi"""',
        (PASSED, "0"),
        (UNKNOWN, None),
    ),
    Difference(
        "a reference may be into another layer",
        "values in (n) must exist in silver.other (n)",
        "SELECT 1 AS n",
        (PASSED, "0"),
        (UNKNOWN, None),
    ),
)


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda each: each.why)
async def test_each_known_difference_is_as_it_is_told(pair: Pair, difference: Difference) -> None:
    await execute(
        pair.url,
        "DROP TABLE IF EXISTS silver.t",
        "DROP TABLE IF EXISTS silver.other",
        f"CREATE TABLE silver.t AS {difference.table}",
        "CREATE TABLE silver.other AS SELECT 1 AS n FROM generate_series(1, 3)",
    )

    _, (ours, sodas) = await pair.verdicts(difference.beside, difference.check)

    assert (ours.outcome, ours.value) == difference.ours
    assert (sodas.outcome, sodas.value) == difference.sodas


async def test_each_difference_is_in_the_documentation() -> None:
    told = (ROOT / "docs" / "quality.md").read_text()

    assert [each.why for each in DIFFERENCES if each.why not in told] == []


EXPLAINED: tuple[Callable[[Verdict, Verdict], bool], ...] = (
    # a percentage of no rows is none
    lambda ours, sodas: "_percent" in ours.check.text and (ours.value, sodas.value) == (None, "0"),
    # NaN is no number to compare
    lambda ours, sodas: (ours.outcome, sodas.value) == (UNKNOWN, "nan"),
    # a filter with OR in it is one condition
    lambda ours, sodas: " OR " in ours.check.text and sodas.outcome is not UNKNOWN,
    # rows that must not be there are counted once
    lambda ours, sodas: "not exist" in ours.check.text and ours.outcome is sodas.outcome,
)
"""Which of the known differences the generated checks meet."""


def _number(shown: str | None) -> float | None:
    try:
        return None if shown is None else float(shown.replace(",", ""))
    except ValueError:
        return None  # an age, which Soda does not tell


def _agree(ours: Verdict, sodas: Verdict) -> bool:
    if ours.outcome is not sodas.outcome:
        return False
    one, other = _number(ours.value), _number(sodas.value)
    return one is None or other is None or one == pytest.approx(other, rel=1e-3, abs=0.006)


async def test_a_thousand_generated_checks_end_alike(pair: Pair) -> None:
    began, pairs = time.monotonic(), list[tuple[Verdict, Verdict]]()
    for seed in range(TABLES):
        writer = Writer(random.Random(seed))  # noqa: S311  # tests that can be repeated
        await execute(pair.url, *writer.tables())
        texts = dict.fromkeys(writer.check() for _ in range(CHECKS))
        pairs += await pair.verdicts(*texts)

    differing = [each for each in pairs if not _agree(*each)]
    unexplained = [each for each in differing if not any(known(*each) for known in EXPLAINED)]

    assert unexplained == []
    assert len(pairs) >= 1_000
    assert len(differing) < len(pairs) / 8
    assert all(any(known(*each) for each in differing) for known in EXPLAINED)
    assert {ours.outcome for ours, _ in pairs} == set(Outcome)
    assert time.monotonic() - began < 50


async def _groups(url: str, grouped: Grouped) -> list[str | None]:
    where = f"WHERE {grouped.where}" if grouped.where else ""
    connection = await asyncpg.connect(url)
    try:
        field = ident(grouped.field)
        query = f"SELECT DISTINCT {field}::text FROM silver.t {where}"  # noqa: S608  # a test's
        return [row[0] for row in await connection.fetch(query)]
    finally:
        await connection.close()


BADNESS = (PASSED, WARNED, UNKNOWN, FAILED)


async def test_a_group_by_ends_as_the_worst_of_the_checks_of_each_group(pair: Pair) -> None:
    found: list[tuple[str, Outcome, Outcome]] = []
    for seed in range(TABLES // 2):
        writer = Writer(random.Random(seed))  # noqa: S311  # tests that can be repeated
        await execute(pair.url, *writer.tables())
        grouped = list({each.text: each for each in (writer.grouped() for _ in range(6))}.values())
        ours = await _verdicts(pair.soda, [Check(each.text) for each in grouped])
        for each, verdict in zip(grouped, ours, strict=True):
            alone = [Check(each.of(value)) for value in await _groups(pair.url, each)]
            ends = [other.outcome for other in await _verdicts(pair.ours, alone)] if alone else []
            worst = max(ends, key=BADNESS.index, default=UNKNOWN)
            found.append((each.text, verdict.outcome, worst))

    assert [each for each in found if each[1] is not each[2]] == []
    assert {outcome for _, outcome, _ in found} == set(Outcome)
    assert len(found) > 100


UNANSWERABLE = (
    "avg(name) > 1",
    "max(born) > 1",
    "min_length(n) > 0",
    "missing_count(nobody) = 0",
    "invalid_count(name) = 0:\n  valid min: 3",
    "invalid_count(n) = 0:\n  valid values: [a, b]",
    "freshness(name) < 1d",
    "values in (n) must exist in nobody (n)",
    "mine > 1:\n  mine query: SELECT name FROM t",
    "anomaly detection for row_count",
    "change for row_count < 5",
    "stddev(n) < 1:\n  filter: n = 1",
)


async def test_what_one_can_not_answer_the_other_can_not_either(pair: Pair) -> None:
    await execute(
        pair.url,
        "DROP TABLE IF EXISTS silver.t",
        "CREATE TABLE silver.t AS SELECT 1 AS n, 'a' AS name, date '1999-01-01' AS born",
    )

    found = await pair.verdicts(*UNANSWERABLE)

    assert {(ours.outcome, sodas.outcome) for ours, sodas in found} == {(UNKNOWN, UNKNOWN)}


def _formats_of_soda() -> dict[str, str]:
    from soda.execution.data_source import FormatHelper

    return dict(FormatHelper.build_default_formats())


async def test_every_format_is_that_of_soda(pair: Pair) -> None:
    assert await pair.soda._lane.call(_formats_of_soda) == FORMATS
