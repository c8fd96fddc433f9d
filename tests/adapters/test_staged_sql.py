"""A gate judges what a run staged, also where a check's own SQL names the published table."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from engine.adapters.postgres.checking import PostgresChecks
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.soda import SodaQuality
from engine.catalog.model import Check, Layer
from engine.clock import SystemClock
from engine.quality.model import Outcome, Verdict, settle
from tests.adapters.builders import address, execute, fresh

pytestmark = pytest.mark.asyncio(loop_scope="module")

STAGED = "orders__7k3f9qtz"

CHECKS = (
    "failed rows:\n  fail query: SELECT * FROM orders WHERE n < 0",
    "failed rows:\n  fail query: SELECT * FROM silver.orders o WHERE o.n < 0",
    "failed rows:\n  fail condition: n = (SELECT min(n) FROM orders WHERE n < 0)",
    "mine = 0:\n  mine query: SELECT count(*) FROM orders WHERE orders.n < 0",
    "mine = 0:\n  mine expression: (SELECT count(*) FROM orders WHERE n < 0)",
    "row_count = 3:\n  filter: n IN (SELECT max(n) FROM silver.orders) OR n > 0",
    "values in (parent) must exist in orders (id)",
    "values in (parent) must exist in silver.orders (id)",
    """group by:
  query: SELECT kind, min(n) AS least FROM orders GROUP BY kind
  fields: [kind]
  checks:
    - least >= 0""",
)
"""Each holds for what is published, and fails for what is staged."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gate(server: str) -> AsyncIterator[PostgresChecks]:
    name = fresh("staged")
    await execute(server, f"CREATE DATABASE {name}")
    url = address(server, name)
    columns = "(id int, n int, parent int, kind text)"
    await execute(
        url,
        "CREATE SCHEMA silver",
        f"CREATE TABLE silver.orders {columns}",
        "INSERT INTO silver.orders VALUES (1, 1, 1, 'a'), (2, 2, 9, 'a'), (9, 3, 1, 'b')",
        f"CREATE TABLE silver.{STAGED} {columns}",
        "INSERT INTO silver.orders__7k3f9qtz VALUES (1, 1, 1, 'a'), (2, -2, 9, 'a')",
    )
    database, soda = Database(url, DatabaseLimits()), SodaQuality(url, timeout=60)
    yield PostgresChecks(database, soda, SystemClock())
    soda.close()
    await database.close()
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


async def verdict(gate: PostgresChecks, text: str, table: str) -> Verdict:
    checks = [Check(text)]
    return settle(checks, await gate.measure(Layer.SILVER, table, checks))[0]


@pytest.mark.parametrize("text", CHECKS)
async def test_sql_that_names_the_table_reads_what_is_staged(
    gate: PostgresChecks, text: str
) -> None:
    assert (await verdict(gate, text, "orders")).outcome is Outcome.PASSED
    assert (await verdict(gate, text, STAGED)).outcome is Outcome.FAILED


async def test_what_can_not_be_told_is_not_evaluated_rather_than_read_elsewhere(
    gate: PostgresChecks,
) -> None:
    text = "failed rows:\n  fail query: SELECT silver.orders.id FROM silver.orders WHERE n < 0"

    found = await verdict(gate, text, STAGED)

    assert found.outcome is Outcome.NOT_EVALUATED
    assert "its SQL names orders" in found.reason


async def test_a_history_goes_on_by_the_name_that_people_gave(gate: PostgresChecks) -> None:
    text = "row_count = 1:\n  filter: n IN (SELECT max(n) FROM orders)"

    (found,) = await gate.measure(Layer.SILVER, STAGED, [Check(text)])

    assert [name for name, _ in found.metrics] == [
        "row_count where n IN (SELECT max(n) FROM orders)"
    ]
