"""Ingest, bronze_to_silver and silver_to_gold of 1,000,000 rows beside the same work by hand.

Run it with `uv run python -m benchmarks.medallion`; --rows and --repeats make it smaller. Each part
is timed as medians of repeats, Atlas and hand-written SQL in turn on one embedded PostgreSQL.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from benchmarks.by_hand import BUILD, CREATE_RAW, INGEST, PREPARE, REFINE
from benchmarks.server import a_server
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.migrate import migrate
from engine.bootstrap import Engine, Parts, open_engine
from engine.catalog.reader import read_project
from engine.commands import RunPipeline
from engine.outcome import Accepted, Request
from engine.people import Asker, Role
from engine.privacy.protect import Keyring, SecretKey
from engine.runs.model import Run, RunStatus
from engine.settings import Settings

BAD = 100

PARTS = ("ingest", "bronze_to_silver", "silver_to_gold")

PROJECT = {
    "atlas.yaml": """
name: Benchmark
pipelines:
  ingest: {stages: [ingest]}
  bronze_to_silver: {stages: [silver]}
  silver_to_gold: {stages: [gold]}
""",
    "tables/sales.yaml": """
source: {format: csv, path: "deliveries/*.csv"}
key: [sale_id]
watermark: updated_at
columns:
  sale_id: {type: integer, privacy: keep}
  customer: {type: text, clean: [trim, upper], privacy: keep}
  country: {type: text, clean: [trim, upper], privacy: keep}
  product: {type: text, clean: [trim], privacy: keep}
  quantity: {type: integer}
  price: {type: number}
  discount: {type: number}
  paid: {type: boolean}
  sold_on: {type: date}
  updated_at: {type: timestamp}
checks:
  - row_count > 0
  - missing_count(customer) = 0
  - min(quantity) >= 0
""",
    "models/revenue.sql": """
SELECT sold_on, country, product, count(*) AS sales, sum(quantity * price) AS revenue
FROM silver.sales GROUP BY sold_on, country, product
""",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of each part, one entry a repeat."""

    atlas: dict[str, list[float]]
    by_hand: dict[str, list[float]]

    def ratio(self, part: str) -> float:
        """How many times longer Atlas takes."""
        return statistics.median(self.atlas[part]) / statistics.median(self.by_hand[part])


class Nobody:
    """A sender for an engine without a chat."""

    async def send(self, due: object) -> str:  # noqa: ARG002  # the port's signature
        """Take it and forget it."""
        return "0"


def lines(rows: int, seed: int) -> Iterator[str]:
    """CSV with a header; of fifty rows one is a version of an earlier one, of 100 one is bad."""
    rng = random.Random(seed)
    yield "sale_id,customer,country,product,quantity,price,discount,paid,sold_on,updated_at\n"
    for number in range(rows):
        key = rng.randrange(number) if number and number % 50 == 0 else number
        unit = " pcs" if number % BAD == BAD - 1 else ""
        yield (
            f"{key}, c{rng.randrange(rows // 10 + 1)} ,{rng.choice(('de', 'fr', 'us', 'jp'))},"
            f"product {rng.randrange(500)},{rng.randrange(1, 9)}{unit},"
            f"{rng.randrange(100, 9999) / 100},"
            f"{rng.choice(('0', '0.1', ''))},{rng.choice(('true', 'false'))},"
            f"2026-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d},"
            f"2026-06-{rng.randrange(1, 29):02d}T{rng.randrange(24):02d}:00:00\n"
        )


def write_project(folder: Path, rows: int) -> Path:
    """The project folder and its delivery; the path of the delivery."""
    for name, text in PROJECT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    delivery = folder / "deliveries" / "sales.csv"
    delivery.parent.mkdir(exist_ok=True)
    with delivery.open("w") as file:
        file.writelines(lines(rows, seed=7))
    return delivery


async def timed(work: Callable[[], Awaitable[None]]) -> float:
    """Seconds of wall time that it takes."""
    begin = time.perf_counter()
    await work()
    return time.perf_counter() - begin


async def run_pipeline(engine: Engine, name: str) -> Run:
    """One pipeline to its end, through the dispatcher as chat does it."""
    asker = Asker("bench", "you", "You", "#bench")
    outcome = await engine.dispatcher.handle(Request(RunPipeline(name), asker))
    assert isinstance(outcome, Accepted), outcome
    while True:
        async with engine.transactions.begin() as tx:
            run = await tx.runs.get(outcome.run_id)
        if run is not None and run.done:
            return run
        await asyncio.sleep(0.01)  # noqa: TID251  # a benchmark measures the real clock


async def atlas_parts(engine: Engine, connection: "asyncpg.Connection") -> dict[str, float]:
    """Seconds of each part through Atlas."""
    await connection.execute("DROP TABLE IF EXISTS bronze.sales, silver.sales, gold.revenue")
    await connection.execute("TRUNCATE atlas.deliveries")
    seconds = {}
    for part in PARTS:
        run = await run_pipeline(engine, part)
        if run.status is not RunStatus.SUCCEEDED:
            raise SystemExit(f"{part} ended {run.status}: {run.error}")
        seconds[part] = run.seconds or 0.0
    return seconds


async def hand_parts(connection: "asyncpg.Connection", delivery: Path) -> dict[str, float]:
    """Seconds of each part as hand-written SQL."""
    await connection.execute(PREPARE)

    async def ingest() -> None:
        await connection.execute(CREATE_RAW)
        await connection.copy_to_table(
            "raw",
            schema_name="hand",
            source=str(delivery),
            columns=INGEST,
            format="csv",
            header=True,
        )

    async def in_transaction(statements: str) -> None:
        async with connection.transaction():
            await connection.execute(statements)

    return {
        "ingest": await timed(ingest),
        "bronze_to_silver": await timed(lambda: in_transaction(REFINE)),
        "silver_to_gold": await timed(lambda: in_transaction(BUILD)),
    }


async def require_same_work(connection: "asyncpg.Connection") -> None:
    """Stop where the two did not do the same."""
    for mine, theirs in (("silver", "sales"), ("quarantine", "sales"), ("gold", "revenue")):
        hand = "quarantine" if mine == "quarantine" else theirs
        counts = [
            await connection.fetchval(f"SELECT count(*) FROM {name}")
            for name in (f"{mine}.{theirs}", f"hand.{hand}")
        ]
        if counts[0] != counts[1]:
            raise SystemExit(f"{mine}.{theirs} has {counts[0]} rows, and by hand {counts[1]}.")


async def measure(url: str, folder: Path, rows: int, repeats: int) -> Figures:
    """Both in turn, after one repeat of each that does not count."""
    delivery = write_project(folder, rows)
    database = Database(url, DatabaseLimits())
    await migrate(database)
    await database.close()
    settings = Settings(roles={"bench:you": Role.ADMIN})
    keys = Keyring(SecretKey(bytes(32)))
    parts = Parts(read_project(folder), settings, url, keys, Nobody(), ("bench",))
    figures = Figures({part: [] for part in PARTS}, {part: [] for part in PARTS})
    connection = await asyncpg.connect(url, server_settings={"TimeZone": "UTC", "jit": "off"})
    async with open_engine(parts) as engine:
        await engine.soda.warm()
        for repeat in range(repeats + 1):
            for times, seconds in (
                (figures.atlas, await atlas_parts(engine, connection)),
                (figures.by_hand, await hand_parts(connection, delivery)),
            ):
                for part in PARTS if repeat else ():
                    times[part].append(seconds[part])
            await require_same_work(connection)
    await connection.close()
    return figures


def report(figures: Figures, rows: int, repeats: int) -> None:
    """A table for people, then one JSON line for machines."""
    print(f"{rows:,} rows × 10 columns, medians of {repeats} repeats, {os.cpu_count()} cores")
    print(f"{'part':<18}{'Atlas s':>10}{'by hand s':>12}{'ratio':>8}")
    for part in PARTS:
        mine, theirs = (statistics.median(t[part]) for t in (figures.atlas, figures.by_hand))
        print(f"{part:<18}{mine:>10.2f}{theirs:>12.2f}{figures.ratio(part):>8.2f}")
    whole = sum(statistics.median(figures.atlas[part]) for part in PARTS)
    hand = sum(statistics.median(figures.by_hand[part]) for part in PARTS)
    print(f"{'whole':<18}{whole:>10.2f}{hand:>12.2f}{whole / hand:>8.2f}")
    ratios = {part: round(figures.ratio(part), 3) for part in PARTS}
    print(json.dumps({"benchmark": "medallion", "rows": rows, "seconds": round(whole, 3),
                      "ratios": {**ratios, "whole": round(whole / hand, 3)}}))  # fmt: skip


def main() -> None:
    """Read the options, and measure in a folder that goes away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with a_server() as (url, folder):
        figures = asyncio.run(measure(url, folder / "project", options.rows, options.repeats))
    report(figures, options.rows, options.repeats)


if __name__ == "__main__":
    main()
