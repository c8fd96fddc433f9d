"""1,000,000 rows × 12 columns protected on their way to silver, beside a plain CREATE TABLE AS.

Five columns are personal; every cell of the six other text columns is read for what it holds. Both
write durable tables on one embedded PostgreSQL. Stock Presidio is measured on some of the same cells
in the same run, as all of them would take it hours: its seconds for all of them are computed.

Run it with `uv run python -m benchmarks.privacy`; --rows, --repeats and --stock make it smaller.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil

from benchmarks.medallion import Nobody, timed
from engine.adapters.embedded import EmbeddedPostgres
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

PERSONAL = ("name", "email", "phone", "ssn", "card")
SCANNED = ("status", "city_code", "product", "reference", "note", "channel")

PROJECT = {
    "atlas.yaml": """
name: Benchmark
pipelines:
  ingest: {stages: [ingest]}
  bronze_to_silver: {stages: [silver]}
""",
    "tables/people.yaml": """
source: {format: csv, path: "deliveries/*.csv"}
key: [id]
columns:
  id: {type: integer, privacy: keep}
  name: {privacy: hash, entity: PERSON}
  email: {privacy: hash, entity: EMAIL_ADDRESS}
  phone: {privacy: hash, entity: PHONE_NUMBER}
  ssn: {privacy: hash, entity: US_SSN}
  card: {privacy: mask, entity: CREDIT_CARD}
  status: {}
  city_code: {}
  product: {}
  reference: {}
  note: {}
  channel: {}
checks:
  - row_count > 0
""",
}

FIRST = ("Ada", "Grace", "Mary", "John", "Wei", "Omar", "Ines", "Sven", "Aiko", "Luca")
LAST = ("Lovelace", "Hopper", "Smith", "Okafor", "Tanaka", "Garcia", "Novak", "Berg", "Rossi")
NOTES = ("leave it at the door", "gift wrapping", "called twice", "no answer", "prefers mornings")


@dataclass(slots=True)
class Figures:
    """Seconds, one entry a repeat; and the most memory that Atlas's processes held, in MiB."""

    atlas: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    memory: float = 0.0


def lines(rows: int, seed: int) -> Iterator[str]:
    """CSV with a header; every personal value is another one."""
    rng = random.Random(seed)
    yield f"id,{','.join(PERSONAL)},{','.join(SCANNED)}\n"
    for n in range(rows):
        first, last = rng.choice(FIRST), rng.choice(LAST)
        yield (
            f"{n},{first} {last} {n},{first.lower()}.{n}@example.org,"
            f"+1 202 55{n % 10} {n % 10_000:04d},"
            f"{rng.randrange(100, 600)}-{rng.randrange(10, 99)}-{n % 9000 + 1000},"
            f"4{rng.randrange(10**14, 10**15)},"
            f"{rng.choice(('open', 'paid', 'sent'))},C{rng.randrange(500)},"
            f"product {rng.randrange(5000)},R-{n:08d},{rng.choice(NOTES)} {n},web\n"
        )


def write_project(folder: Path, rows: int) -> None:
    """The project folder and its delivery."""
    for name, text in PROJECT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    delivery = folder / "deliveries" / "people.csv"
    delivery.parent.mkdir(exist_ok=True)
    with delivery.open("w") as file:
        file.writelines(lines(rows, seed=7))


async def ran(engine: Engine, pipeline: str) -> Run:
    """One run from its order to its end."""
    asker = Asker("bench", "you", "You", "#bench")
    outcome = await engine.dispatcher.handle(Request(RunPipeline(pipeline), asker))
    if not isinstance(outcome, Accepted):
        raise SystemExit(str(outcome))
    while True:
        async with engine.transactions.begin() as tx:
            run = await tx.runs.get(outcome.run_id)
        if run is not None and run.done:
            break
        await asyncio.sleep(0.05)
    if run.status is not RunStatus.SUCCEEDED:
        raise SystemExit(f"{pipeline} ended {run.status}: {run.error}")
    return run


def refined(run: Run) -> float:
    """Seconds from the first step to the last one."""
    return run.seconds or 0.0


async def most_memory(figures: Figures) -> None:
    """Watch what this process and its children hold, without the database, until cancelled."""
    me = psutil.Process()
    while True:
        held = 0
        for each in (me, *me.children(recursive=True)):
            try:
                held += 0 if each.name().startswith("postgres") else each.memory_info().rss
            except psutil.Error:
                continue
        figures.memory = max(figures.memory, held / 2**20)
        await asyncio.sleep(0.2)


PLAIN = f"""CREATE TABLE plain AS SELECT id::bigint AS id, {', '.join((*PERSONAL, *SCANNED))}
FROM bronze.people"""


async def measure(url: str, folder: Path, rows: int, repeats: int) -> Figures:
    """Both in turn, after one repeat of each that does not count."""
    write_project(folder, rows)
    database = Database(url, DatabaseLimits())
    await migrate(database)
    await database.close()
    settings = Settings(roles={"bench:you": Role.ADMIN})
    keys = Keyring(SecretKey(bytes(32)))
    parts = Parts(read_project(folder), settings, url, keys, Nobody(), ("bench",))
    figures = Figures()
    connection = await asyncpg.connect(url)
    async with open_engine(parts) as engine:
        await ran(engine, "ingest")
        watch = asyncio.create_task(most_memory(figures), name="memory")
        for repeat in range(repeats + 1):
            atlas = refined(await ran(engine, "bronze_to_silver"))
            await connection.execute("DROP TABLE IF EXISTS plain")
            plain = await timed(lambda: connection.execute(PLAIN))
            if repeat:
                figures.atlas.append(atlas)
                figures.plain.append(plain)
        watch.cancel()
    await connection.close()
    return figures
