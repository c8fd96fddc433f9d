"""The same ten checks through Atlas, Soda Core and SQL written by hand, in turn, in the same run.

Run it with `uv run python -m benchmarks.quality`; --rows, --tables and --repeats make it smaller.
Measured are a large table with and without the regular expression for email addresses, 10,000 rows,
and many tables of 20,000 rows. By hand it is one SELECT, and beside it on a second connection the
search for duplicates, by somebody who knows that there are none. Soda's process is warm, and keeps
no samples of failed rows; Atlas and the SQL by hand have the same memory to sort in.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil

from engine.adapters.embedded import EmbeddedPostgres
from engine.adapters.postgres.check_formats import FORMATS
from engine.adapters.postgres.checking import PostgresChecks
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.soda import SodaQuality
from engine.catalog.model import Check, Layer
from engine.clock import SystemClock
from engine.quality.model import Outcome
from engine.quality.ports import QualityEngine

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


@dataclass(frozen=True, slots=True)
class Scenario:
    """Some checks on each of some tables."""

    name: str
    tables: Sequence[str]
    checks: Sequence[Check]


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


async def by_hand(pair: Sequence["asyncpg.Connection"], scenario: Scenario) -> None:
    """Both statements at once, table after table."""
    regex = REGEX if EMAIL in scenario.checks else ""
    for table in scenario.tables:
        await asyncio.gather(
            pair[0].fetchrow(f"{FUSED}{regex} FROM silver.{table}"),
            pair[1].fetchrow(f"{DISTINCT} FROM silver.{table}"),
        )


async def by(engine: QualityEngine, scenario: Scenario) -> None:
    """A gate for each table, all at once; each check must pass, or the figures mean nothing."""
    found = await asyncio.gather(
        *(engine.measure(Layer.SILVER, table, scenario.checks) for table in scenario.tables)
    )
    for measured in found:
        if {each.outcome for each in measured} != {Outcome.PASSED}:
            raise SystemExit(f"Not all checks passed: {measured}")


async def timed(work: Awaitable[None]) -> float:
    """Seconds of wall time that it takes."""
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def measure(url: str, rows: int, tables: int, repeats: int) -> dict[str, Figures]:
    """Each scenario by each in turn, after one repeat that does not count."""
    pair = [await _connected(url) for _ in range(2)]
    await pair[0].execute("CREATE SCHEMA silver")
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
    soda = SodaQuality(url, timeout=600)
    database = Database(url, DatabaseLimits())
    atlas = PostgresChecks(database, soda, SystemClock())
    await soda.warm()
    peers: dict[str, Callable[[Scenario], Awaitable[None]]] = {
        "Atlas": lambda scenario: by(atlas, scenario),
        "Soda": lambda scenario: by(soda, scenario),
        "by hand": lambda scenario: by_hand(pair, scenario),
    }
    figures = {scenario.name: Figures() for scenario in scenarios}
    for scenario in scenarios:
        for repeat in range(repeats + 1):
            for who, work in peers.items():
                seconds = await timed(work(scenario))
                if repeat:
                    figures[scenario.name].note(who, seconds)
    soda.close()
    await database.close()
    for each in pair:
        await each.close()
    return figures


async def _connected(url: str) -> "asyncpg.Connection":
    settings = {"jit": "off", "work_mem": "128MB", "TimeZone": "UTC"}
    return await asyncpg.connect(url, server_settings=settings)


def report(figures: dict[str, Figures], rows: int, grown: float) -> None:
    """A table for people, then one JSON line for machines."""
    print(f"{rows:,} rows, medians in seconds, {os.cpu_count()} cores; memory grew {grown:.0f} MB")
    print(f"{'':<34}{'Atlas':>9}{'Soda':>9}{'by hand':>9}{'Soda/Atlas':>12}{'Atlas/hand':>12}")
    ratios: dict[str, dict[str, float]] = {}
    for name, each in figures.items():
        atlas, soda, hand = (each.median(who) for who in ("Atlas", "Soda", "by hand"))
        ratios[name] = {"soda": round(soda / atlas, 2), "by_hand": round(atlas / hand, 2)}
        print(
            f"{name:<34}{atlas:>9.4f}{soda:>9.4f}{hand:>9.4f}"
            f"{soda / atlas:>12.2f}{atlas / hand:>12.2f}"
        )
    print(json.dumps({"benchmark": "quality", "rows": rows, "ratios": ratios}))


def main() -> None:
    """Read the options, and measure in a folder that goes away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--tables", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder)
        url = server.start()
        before = psutil.Process().memory_info().rss
        try:
            figures = asyncio.run(measure(url, options.rows, options.tables, options.repeats))
        finally:
            server.stop()
    grown = (psutil.Process().memory_info().rss - before) / 2**20
    report(figures, options.rows, grown)


if __name__ == "__main__":
    main()
