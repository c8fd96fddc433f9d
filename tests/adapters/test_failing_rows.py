"""The condition for the rows that break a check finds just those that the check counted."""

import random
from collections.abc import Iterable

from engine.adapters.postgres.check_sql import failing
from engine.adapters.postgres.checking import PostgresChecks
from engine.catalog.model import Check, Layer
from engine.clock import SystemClock
from engine.quality.model import settle
from engine.sodacl.model import FailedRowsCheck, Form, MetricCheck, ReferenceCheck
from engine.sodacl.parse import parsed
from engine.testing.fixed import FixedQuality
from tests.adapters.builders import Lab, execute
from tests.adapters.written_checks import Writer

T = ("silver", "t")


def _gate(lab: Lab) -> PostgresChecks:
    return PostgresChecks(lab.database, FixedQuality(), SystemClock())


async def _condition(lab: Lab, form: Form) -> str | None:
    shapes = await _gate(lab)._shapes(T, [form])
    return failing(form, shapes[T], shapes)


def _counting(texts: Iterable[str]) -> list[str]:
    """Those whose number is that of the rows that break them."""

    def counts(form: Form) -> bool:
        if isinstance(form.rule, MetricCheck):
            return form.rule.measure.metric in {"missing_count", "invalid_count"}
        return isinstance(form.rule, ReferenceCheck | FailedRowsCheck)

    return [text for text in dict.fromkeys(texts) if counts(parsed(text))]


async def test_the_rows_that_fail_are_as_many_as_were_counted(lab: Lab) -> None:
    compared = 0
    for seed in range(12):
        writer = Writer(random.Random(seed))  # noqa: S311  # tests that can be repeated
        await execute(lab.url, *writer.tables())
        checks = [Check(text) for text in _counting(writer.check() for _ in range(60))]
        for verdict in settle(checks, await _gate(lab).measure(Layer.SILVER, "t", checks)):
            where = await _condition(lab, parsed(verdict.check.text))
            if where is None:
                continue  # a query gives rows that are nobody's
            rows = await lab.value(f"SELECT count(*) FROM silver.t AS source WHERE {where}")  # noqa: S608  # a test's
            assert str(rows) == verdict.value, verdict
            compared += 1
    assert compared > 100


async def test_rows_with_the_same_value_fail_together(lab: Lab) -> None:
    made = "CREATE TABLE silver.t AS SELECT n % 4 AS n, 'x' AS x FROM generate_series(1, 6) n"
    await execute(lab.url, made)

    where = await _condition(lab, parsed("duplicate_count(n, x) = 0"))

    rows = await lab.rows(f"SELECT n FROM silver.t AS source WHERE {where} ORDER BY n")  # noqa: S608  # a test's
    assert [row["n"] for row in rows] == [1, 1, 2, 2]


async def test_what_is_not_about_single_rows_has_no_such_condition(lab: Lab) -> None:
    await execute(lab.url, "CREATE TABLE silver.t AS SELECT 1 AS n")

    for text in ("row_count > 0", "avg(n) > 1", "mine > 0:\n  mine query: SELECT 1"):
        assert await _condition(lab, parsed(text)) is None
