"""The same ten checks through Atlas, Soda, Great Expectations and SQL by hand, in turn, in one run.

Run it with `uv run python -m benchmarks.quality`; --rows, --tables and --repeats make it smaller.
Measured are a large table with and without the regular expression for email addresses, 10,000 rows,
many tables of 20,000 rows, and the gate of an incremental run: 10,000 rows on their way into the
large table, half of which are there already. By hand it is one SELECT, and beside it on a second
connection the search for duplicates, by somebody who knows that there are none; of the incremental
run one of the new rows, and beside it one of the old rows that they replace. Soda's process is
warm, and keeps no samples of failed rows; Atlas and the SQL by hand have the same memory to sort
in. Great Expectations can't share our versions: uv makes it an environment beside, where there is
a uv. Its process is warm, too; it is asked for booleans only, and one table after the other.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import psutil
from sqlalchemy.engine import make_url

from benchmarks.server import a_server
from engine.adapters.postgres.check_formats import FORMATS
from engine.adapters.postgres.checking import PostgresChecks
from engine.adapters.postgres.database import Database, DatabaseLimits, driver
from engine.adapters.postgres.increments import (
    Carried,
    Increment,
    Increments,
    StagedIncrements,
)
from engine.adapters.postgres.migrate import migrate
from engine.adapters.soda import SodaQuality
from engine.catalog.model import Check, DatasetName, Layer
from engine.clock import SystemClock
from engine.people import Asker
from engine.quality.model import Outcome
from engine.quality.ports import QualityEngine
from engine.runs.model import Run

EMAIL = Check("invalid_percent(email) < 5:\n  valid format: email")

WITHOUT_REGEX = (
    Check("row_count > 0"),
    Check("missing_count(customer) = 0"),
    Check("missing_percent(discount) < 60"),
    Check("duplicate_count(id) = 0"),
    Check("min(quantity) >= 0"),
    Check("max(quantity) < 1000"),
    Check("avg(price) between 1 and 1000"),
    Check("invalid_count(country) = 0:\n  valid values: [DE, FR, US]"),
    Check("freshness(updated_at) < 99999d"),
)
CHECKS = (*WITHOUT_REGEX, EMAIL)

DELTA = 10_000
STAGED = "large__0bench00"
"""What a run staged of the large table: a view of it as it will be, beside its delta."""
SMALL = 20_000

CREATE = """
CREATE TABLE silver.{name} AS
SELECT n AS id, 'c' || n % 5000 AS customer, (ARRAY['DE', 'FR', 'US'])[1 + n % 3] AS country,
  'user' || n || '@example' || n % 100 || '.org' AS email, 'product ' || n % 500 AS product,
  n * 7 % 900 AS quantity, round((n % 1000) * 0.99 + 1, 2) AS price,
  CASE WHEN n % 2 = 0 THEN 1.5 END AS discount, n % 2 = 0 AS paid,
  timestamptz '2026-01-01' + n * interval '1 s' AS updated_at
FROM generate_series(1, {rows}) AS n ORDER BY hashint4(n)
"""

FUSED = """
SELECT count(*), count(*) FILTER (WHERE customer IS NULL),
  count(*) FILTER (WHERE discount IS NULL) * 100.0 / count(*), min(quantity), max(quantity),
  avg(price), count(*) FILTER (WHERE country NOT IN ('DE', 'FR', 'US')), now() - max(updated_at)
"""
REGEX = f", count(*) FILTER (WHERE email !~ '{FORMATS['email']}') * 100.0 / count(*)"
DISTINCT = "SELECT count(id) - count(DISTINCT id)"


EXPECTATIONS = "great_expectations[postgresql]==1.24.1"
SCRIPT = Path(__file__).with_name("expectations.py")


@dataclass(frozen=True, slots=True)
class Scenario:
    """Some checks on each of some tables."""

    name: str
    tables: Sequence[str]
    checks: Sequence[Check]


Peers = dict[str, Callable[[Scenario], Awaitable[None]]]


@dataclass(slots=True)
class Figures:
    """Seconds of each repeat, by who took them."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def note(self, who: str, seconds: float) -> None:
        """One more repeat."""
        self.seconds.setdefault(who, []).append(seconds)

    def median(self, who: str) -> float:
        """What half of the repeats took less than."""
        return statistics.median(self.seconds[who])


STAGE = f"""
CREATE UNIQUE INDEX ON silver.large (id);
CREATE TABLE silver.{STAGED}_delta AS SELECT id + {{rows}} - {DELTA // 2} AS id, customer, country,
  email, product, quantity, price, discount, paid, updated_at + interval '30 d' AS updated_at
FROM silver.delta;
CREATE VIEW silver.{STAGED} AS SELECT * FROM silver.{STAGED}_delta d UNION ALL
  SELECT * FROM silver.large s WHERE NOT EXISTS (
    SELECT FROM silver.{STAGED}_delta d WHERE d.id = s.id);
ANALYZE silver.{STAGED}_delta
"""

OLD = f"(SELECT s.* FROM silver.large s JOIN silver.{STAGED}_delta d USING (id)) AS old"
INCREMENT = Increment(
    whole=True,
    key=("id",),
    watermark="updated_at",
    watermark_type="timestamptz",
    deleted=None,
    history=False,
    form={},
    upto=0,
)
NOW = datetime(2026, 11, 1, tzinfo=UTC)


async def stage(url: str, atlas: PostgresChecks, rows: int) -> None:
    """As a run does it: what is found of the large table is kept, then there is a delta."""
    run = Run(STAGED[-8:].upper(), "bench", None, Asker("bench", "you", "You", "#b"), (), NOW)
    dataset = DatasetName(Layer.SILVER, "large")
    database = Database(url, DatabaseLimits())
    async with database.begin() as connection:
        await (await driver(connection)).execute(STAGE.format(rows=rows))
    async with database.begin() as connection:
        await Increments(connection, SystemClock()).leave(run, dataset, INCREMENT)
    found = await atlas.measure(Layer.SILVER, STAGED, CHECKS)
    parts = {name: part for each in found for name, part in each.parts}
    async with database.begin() as connection:
        increments = Increments(connection, SystemClock())
        raw = await driver(connection)
        file = await raw.fetchval("SELECT pg_relation_filenode('silver.large')::bigint")
        kept = replace(INCREMENT, carried=Carried(file, parts))
        await increments.move(run, dataset, kept, None)
        await increments.leave(run, dataset, replace(INCREMENT, whole=False))
    await database.close()


async def by_hand(pair: Sequence["asyncpg.Connection"], scenario: Scenario) -> None:
    """Both statements at once, table after table."""
    regex = REGEX if EMAIL in scenario.checks else ""
    for table in scenario.tables:
        if table == STAGED:
            statements = [f"{FUSED}{regex} FROM {each}" for each in (f"silver.{table}_delta", OLD)]
        else:
            statements = [f"{each} FROM silver.{table}" for each in (f"{FUSED}{regex}", DISTINCT)]
        await asyncio.gather(
            *(each.fetchrow(sql) for each, sql in zip(pair, statements, strict=True))
        )


async def by(engine: QualityEngine, scenario: Scenario) -> None:
    """A gate for each table, all at once; each check must pass, or the figures mean nothing."""
    found = await asyncio.gather(
        *(engine.measure(Layer.SILVER, table, scenario.checks) for table in scenario.tables)
    )
    for measured in found:
        if {each.outcome for each in measured} != {Outcome.PASSED}:
            raise SystemExit(f"Not all checks passed: {measured}")


class ByExpectations:
    """Great Expectations in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def hold(self, scenario: Scenario) -> None:
        """All checks of all tables; each must pass here, too."""
        asked = {"tables": scenario.tables, "regex": EMAIL in scenario.checks}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        answer = await self._process.stdout.readline()
        if answer != b"true\n":
            raise SystemExit(f"Not all expectations held: {answer.decode()}")


@asynccontextmanager
async def expectations(url: str) -> AsyncIterator[Peers]:
    """Great Expectations as a peer, or none where there is no uv to make its environment."""
    uv = shutil.which("uv")
    if uv is None:
        yield {}
        return
    # it takes no address without a host; the one of the socket comes after it, and counts
    options = {"options": "-c jit=off -c work_mem=128MB"}
    address = make_url(url).set(drivername="postgresql+psycopg2", host="localhost")
    process = await asyncio.create_subprocess_exec(
        *(uv, "run", "--quiet", "--no-project", "--with", EXPECTATIONS, "python", SCRIPT),
        *(address.update_query_dict(options).render_as_string(False), FORMATS["email"]),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "GX_ANALYTICS_ENABLED": "false"},
    )
    try:
        yield {"Great Expectations": ByExpectations(process).hold}
    finally:
        process.terminate()
        await process.wait()


async def timed(work: Awaitable[None]) -> float:
    """Seconds of wall time that it takes."""
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def measure(url: str, rows: int, tables: int, repeats: int) -> dict[str, Figures]:
    """Each scenario by each in turn, after one repeat that does not count."""
    await migrated(url)
    pair = [await _connected(url) for _ in range(2)]
    small = [f"small_{number}" for number in range(tables)]
    for name, size in (("large", rows), ("delta", DELTA), *((each, SMALL) for each in small)):
        await pair[0].execute(CREATE.format(name=name, rows=size))
        await pair[0].execute(f"VACUUM ANALYZE silver.{name}")
    scenarios = (
        Scenario("ten checks", ["large"], CHECKS),
        Scenario("nine without a regex", ["large"], WITHOUT_REGEX),
        Scenario("ten checks on 10,000 rows", ["delta"], CHECKS),
        Scenario(f"ten checks on {tables} small tables", small, CHECKS),
    )
    # it comes last, with an index that tells duplicates: what is staged as a whole has none
    increment = Scenario("10,000 rows into the large table", [STAGED], CHECKS)
    soda = SodaQuality(url, timeout=600)
    database = Database(url, DatabaseLimits())
    staged = StagedIncrements(database)
    atlas = PostgresChecks(database, soda, SystemClock(), staged=staged)
    await soda.warm()
    peers: Peers = {
        "Atlas": lambda scenario: by(atlas, scenario),
        "Soda": lambda scenario: by(soda, scenario),
        "by hand": lambda scenario: by_hand(pair, scenario),
    }
    async with expectations(url) as others:
        figures = await _in_turn(peers | others, scenarios, repeats)
        await stage(url, atlas, rows)
        figures |= await _in_turn(peers | others, [increment], repeats)
    soda.close()
    await database.close()
    for each in pair:
        await each.close()
    return figures


async def _in_turn(peers: Peers, scenarios: Sequence[Scenario], repeats: int) -> dict[str, Figures]:
    figures = {scenario.name: Figures() for scenario in scenarios}
    for scenario in scenarios:
        for repeat in range(repeats + 1):
            for who, work in peers.items():
                seconds = await timed(work(scenario))
                if repeat:
                    figures[scenario.name].note(who, seconds)
    return figures


async def migrated(url: str) -> None:
    """Have Atlas's tables, where it keeps what it carries on."""
    database = Database(url, DatabaseLimits())
    await migrate(database)
    await database.close()


async def _connected(url: str) -> "asyncpg.Connection":
    settings = {"jit": "off", "work_mem": "128MB", "TimeZone": "UTC", "random_page_cost": "1.1"}
    return await asyncpg.connect(url, server_settings=settings)


def report(figures: dict[str, Figures], rows: int, grown: float) -> None:
    """A table for people, then one JSON line for machines."""
    print(f"{rows:,} rows, medians in seconds, {os.cpu_count()} cores; memory grew {grown:.0f} MB")
    print("how many times the seconds of Atlas each took stands behind them")
    ratios: dict[str, dict[str, float]] = {}
    for name, each in figures.items():
        atlas = each.median("Atlas")
        ratios[name] = {who: round(each.median(who) / atlas, 2) for who in each.seconds}
        took = (f"{who} {each.median(who):.4f} ({ratios[name][who]:.2f})" for who in each.seconds)
        print(f"{name:<30}{', '.join(took)}")
    print(json.dumps({"benchmark": "quality", "rows": rows, "ratios": ratios}))


def main() -> None:
    """Read the options, and measure in a folder that goes away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--tables", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with a_server() as (url, _):
        before = psutil.Process().memory_info().rss
        figures = asyncio.run(measure(url, options.rows, options.tables, options.repeats))
    grown = (psutil.Process().memory_info().rss - before) / 2**20
    report(figures, options.rows, grown)


if __name__ == "__main__":
    main()
