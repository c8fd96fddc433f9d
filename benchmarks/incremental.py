"""10,000 new and changed rows into 1,000,000, beside a MERGE by hand, in the same run.

Run it with `uv run python -m benchmarks.incremental`; --rows, --new and --repeats make it smaller.
What is timed is bronze_to_silver: choosing and refining the new rows of bronze, three checks on
silver as it will be, and bringing them there. The MERGE by hand casts safely, puts bad rows aside,
keeps the newest of each key, changes only what is newer, checks, and commits; it knows the table,
keeps no state and looks for no personal data.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from benchmarks.by_hand import INGEST
from benchmarks.medallion import PROJECT, Nobody, lines, run_pipeline, timed
from benchmarks.server import a_server
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.migrate import migrate
from engine.bootstrap import Parts, open_engine
from engine.catalog.reader import read_project
from engine.people import Role
from engine.privacy.protect import Keyring, SecretKey
from engine.runs.model import Counts, RunStatus
from engine.settings import Settings

HEADER = f"{','.join(INGEST)}\n"

_CASTS = """sale_id::bigint AS sale_id, upper(btrim(customer)) AS customer,
  upper(btrim(country)) AS country, btrim(product) AS product, quantity::bigint AS quantity,
  price::numeric AS price, nullif(discount, '')::numeric AS discount, paid::boolean AS paid,
  sold_on::date AS sold_on, updated_at::timestamptz AS updated_at"""

_BAD = " OR ".join(
    f"NOT coalesce(pg_input_is_valid({name}, '{kind}'), true)"
    for name, kind in (
        *(("sale_id", "bigint"), ("quantity", "bigint"), ("price", "numeric"), ("paid", "boolean")),
        *(("sold_on", "date"), ("updated_at", "timestamptz")),
    )
)

_SET = ", ".join(f"{name} = d.{name}" for name in INGEST)
_VALUES = ", ".join(f"d.{name}" for name in INGEST)
_THEIRS = ", ".join(f"s.{name}" for name in INGEST)

PREPARE = f"""
DROP SCHEMA IF EXISTS hand CASCADE;
CREATE SCHEMA hand;
CREATE TABLE hand.raw (_row bigint GENERATED ALWAYS AS IDENTITY,
  {", ".join(f"{name} text" for name in INGEST)});
CREATE TABLE hand.aside (sale jsonb);
CREATE TABLE hand.sales AS SELECT * FROM silver.sales;
CREATE UNIQUE INDEX ON hand.sales (sale_id);
ANALYZE hand.sales
"""

MERGE = f"""
SET LOCAL random_page_cost = 1.1;
INSERT INTO hand.aside SELECT to_jsonb(r) FROM hand.raw r WHERE {_BAD};
MERGE INTO hand.sales s USING (
  SELECT DISTINCT ON (sale_id) {_CASTS} FROM hand.raw WHERE NOT ({_BAD})
  ORDER BY sale_id, updated_at DESC, _row DESC
) d ON s.sale_id = d.sale_id
WHEN MATCHED AND d.updated_at >= s.updated_at AND ({_THEIRS}) IS DISTINCT FROM ({_VALUES})
  THEN UPDATE SET {_SET}
WHEN NOT MATCHED THEN INSERT ({", ".join(INGEST)}) VALUES ({_VALUES});
SELECT count(*), count(*) FILTER (WHERE customer IS NULL), min(quantity) FROM hand.sales
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of each repeat."""

    atlas: list[float] = field(default_factory=list)
    by_hand: list[float] = field(default_factory=list)


def delivery(number: int, rows: int, new: int) -> Iterator[str]:
    """As many new sales as later versions of old ones."""
    rng = random.Random(number)
    yield HEADER
    for index in range(new):
        key = rng.randrange(rows) if index % 2 else rows + number * new + index
        yield (
            f"{key}, c{rng.randrange(rows)} ,de,product {index % 500},{rng.randrange(1, 9)},"
            f"9.50,,true,2026-07-01,2026-07-{number + 1:02d}T00:00:00\n"
        )


def write(path: Path, content: Iterator[str]) -> Path:
    """A delivery as a file."""
    with path.open("w") as file:
        file.writelines(content)
    return path


def write_project(folder: Path) -> None:
    """The project of the medallion, loaded incrementally."""
    for name, text in PROJECT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        more = "load: {mode: incremental}\n" if name.startswith("tables/") else ""
        path.write_text(text + more)
    (folder / "deliveries").mkdir()


async def by_hand(connection: "asyncpg.Connection", path: Path) -> float:
    """Seconds of the MERGE, the rows being in the database."""
    await connection.execute("TRUNCATE hand.raw")
    await connection.copy_to_table(
        "raw", schema_name="hand", source=str(path), columns=INGEST, format="csv", header=True
    )

    async def merge() -> None:
        async with connection.transaction():
            await connection.execute(MERGE)

    return await timed(merge)


async def require_same(connection: "asyncpg.Connection") -> None:
    """Stop where the two did not do the same."""
    differing = await connection.fetchval(
        "SELECT count(*) FROM (SELECT * FROM silver.sales EXCEPT SELECT * FROM hand.sales) d"
    )
    if differing:
        raise SystemExit(f"{differing} rows of silver.sales are not those made by hand.")


async def measure(url: str, folder: Path, rows: int, new: int, repeats: int) -> Figures:
    """Both in turn, after one repeat of each that does not count."""
    database = Database(url, DatabaseLimits())
    await migrate(database)
    await database.close()
    write_project(folder)
    write(folder / "deliveries" / "000.csv", lines(rows, seed=7))
    settings = Settings(roles={"bench:you": Role.ADMIN})
    parts = Parts(
        read_project(folder), settings, url, Keyring(SecretKey(bytes(32))), Nobody(), ("bench",)
    )
    figures = Figures()
    connection = await asyncpg.connect(url, server_settings={"TimeZone": "UTC", "jit": "off"})
    async with open_engine(parts) as engine:
        await engine.soda.warm()
        for pipeline in ("ingest", "bronze_to_silver"):
            await run_pipeline(engine, pipeline)
        await connection.execute(PREPARE)
        for repeat in range(repeats + 1):
            path = write(
                folder / "deliveries" / f"{repeat + 1:03d}.csv", delivery(repeat, rows, new)
            )
            await run_pipeline(engine, "ingest")
            run = await run_pipeline(engine, "bronze_to_silver")
            _require_increment(run.status, run.counts, new)
            theirs = await by_hand(connection, path)
            await require_same(connection)
            if repeat:
                figures.atlas.append(run.seconds or 0.0)
                figures.by_hand.append(theirs)
    await connection.close()
    return figures


def _require_increment(status: RunStatus, counts: Counts, new: int) -> None:
    if status is not RunStatus.SUCCEEDED or counts.rows_in != new:
        raise SystemExit(f"The run ended {status}, with {counts}.")


def report(figures: Figures, rows: int, new: int) -> None:
    """A line for people, then one JSON line for machines."""
    mine, theirs = statistics.median(figures.atlas), statistics.median(figures.by_hand)
    repeats = len(figures.atlas)
    print(f"{new:,} into {rows:,} rows, medians of {repeats} repeats, {os.cpu_count()} cores")
    print(f"{'Atlas s':>10}{'by hand s':>12}{'ratio':>8}")
    print(f"{mine:>10.2f}{theirs:>12.2f}{mine / theirs:>8.2f}")
    print(json.dumps({"benchmark": "incremental", "rows": rows, "new": new,
                      "seconds": round(mine, 3),
                      "ratios": {"bronze_to_silver": round(mine / theirs, 3)}}))  # fmt: skip


def main() -> None:
    """Read the options, and measure in a folder that goes away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--new", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with a_server() as (url, folder):
        figures = asyncio.run(
            measure(url, folder / "project", options.rows, options.new, options.repeats)
        )
    report(figures, options.rows, options.new)


if __name__ == "__main__":
    main()
