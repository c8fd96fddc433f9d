"""Free text that one worker reads, and two that share it, each with one process; then once more.

What was found is kept, so that the second full load of the same texts reads none of them.

Run it with `uv run python -m benchmarks.free_text`; --texts makes it smaller.
"""

import argparse
import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import psutil

from benchmarks.medallion import timed
from benchmarks.privacy import FIRST, LAST, WORDS
from benchmarks.server import a_server
from engine.adapters.openlineage import OpenLineageRenderer
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.migrate import migrate
from engine.adapters.postgres.protecting import Protecting
from engine.adapters.postgres.text_chunks import PostgresChunks
from engine.adapters.postgres.text_reading import PostgresTexts
from engine.adapters.postgres.transactions import PostgresTransactions
from engine.adapters.presidio.detector import PresidioDetector
from engine.adapters.shields import Shields
from engine.catalog.model import Column, FileFormat, FileSource, Project, Routes, Table
from engine.catalog.policy import PrivacyPolicy
from engine.clock import SystemClock
from engine.people import Asker
from engine.privacy.chunks import Reading, TextColumn
from engine.privacy.free_text import FreeText
from engine.privacy.protect import Keyring, SecretKey
from engine.privacy.recognition import STANDARD
from engine.runs.ids import new_run_id
from engine.runs.model import Run, RunStatus

NOTES = Table("notes", FileSource(FileFormat.CSV, "*.csv"), ("id",), (Column("note"),))
WORDS_EACH = 43
KEYS = Keyring(SecretKey(bytes(32)))
CLOCK = SystemClock()


class Rules:
    """The rules of a project that says nothing of its own."""

    async def current(self) -> Project:
        """The same each time."""
        return Project("Benchmark", Path(), (), (NOTES,), (), (), Routes(), PrivacyPolicy({}))


def notes(count: int) -> list[str]:
    """As many different texts, with a name in each."""
    rng = random.Random(3)
    return [
        f"{' '.join(rng.choices(WORDS, k=20))}, ask for {rng.choice(FIRST)} {rng.choice(LAST)} "
        f"about order {n}. {' '.join(rng.choices(WORDS, k=WORDS_EACH - 27))}"
        for n in range(count)
    ]


async def fill(url: str, texts: Sequence[str]) -> None:
    """A delivery that was loaded before."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "CREATE TABLE bronze.notes (_row bigint GENERATED ALWAYS AS IDENTITY, note text)"
    )
    rows = [(text,) for text in texts]
    await connection.copy_records_to_table(
        "notes", schema_name="bronze", records=rows, columns=("note",)
    )
    await connection.close()


@asynccontextmanager
async def worker(url: str, name: str) -> AsyncIterator[FreeText]:
    """One with a single process, which has its language model at hand."""
    database = Database(url, DatabaseLimits(name=name))
    shields = Shields(600, 1)
    try:
        await PresidioDetector(shields).warm()
        texts = PostgresTexts(database, KEYS, shields, CLOCK)
        yield FreeText(texts, PostgresChunks(database, name), Rules(), CLOCK)
    finally:
        shields.close()
        await database.close()


async def begun(url: str) -> Run:
    """A run that is about to refine."""
    database = Database(url, DatabaseLimits())
    render = OpenLineageRenderer("postgres://localhost:5432", "benchmark")
    transactions = PostgresTransactions(database, Protecting(KEYS, Shields(1, 0)), render, CLOCK)
    now = CLOCK.now()
    you = Asker("bench", "you", "You", "#bench")
    run = replace(
        Run(new_run_id(), "silver", None, you, (), now), status=RunStatus.RUNNING, started_at=now
    )
    async with transactions.begin() as tx:
        await tx.runs.add(run)
    await database.close()
    return run


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds until all was read, and seconds of processors that reading took."""

    wall: float
    processors: float


def processors() -> float:
    """Seconds of processors that the processes which read have had."""
    children = psutil.Process().children(recursive=True)
    times = [each.cpu_times() for each in children if each.name().startswith("python")]
    return sum(each.user + each.system for each in times)


async def spent_on(url: str, asked: FreeText, others: Sequence[FreeText]) -> Spent:
    """What the reading takes while others take part."""
    run = await begun(url)
    reading = Reading(run.id, run.attempt, NOTES, (TextColumn("note"),), STANDARD)
    async with asyncio.TaskGroup() as group:
        watches = [group.create_task(each.watch(), name="watch") for each in others]
        begin = processors()
        wall = await timed(lambda: asked.read(reading))
        spent = Spent(wall, processors() - begin)
        for each in watches:
            each.cancel()
    return spent


async def measure(url: str, count: int) -> dict[str, Spent]:
    """One worker, two of them, and texts that are known."""
    database = Database(url, DatabaseLimits())
    await migrate(database)
    await database.close()
    await fill(url, notes(count))
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(worker(url, "one"))
        two = await stack.enter_async_context(worker(url, "two"))
        figures = {}
        for name, others in (("two workers", [two]), ("one worker", [])):
            connection = await asyncpg.connect(url)
            await connection.execute("TRUNCATE atlas.text_findings")
            await connection.close()
            figures[name] = await spent_on(url, one, others)
        figures["known texts"] = await spent_on(url, one, [])
    return figures


def report(figures: dict[str, Spent], count: int) -> None:
    """A table for people, then one JSON line for machines."""
    print(f"{count:,} texts of {WORDS_EACH} words, {os.cpu_count()} cores")
    for name, spent in figures.items():
        rate = count / max(spent.processors, 0.01)
        print(f"{name:<16}{spent.wall:>8.2f} s{rate:>10,.0f} texts/s and processor")
    alone = figures["one worker"].wall
    ratios = {name: round(alone / spent.wall, 2) for name, spent in figures.items()}
    print(json.dumps({"benchmark": "free_text", "texts": count, "ratios": ratios}))


def main() -> None:
    """Read the options, and measure in a folder that goes away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=10_000)
    options = parser.parse_args()
    with a_server() as (url, _):
        figures = asyncio.run(measure(url, options.texts))
    report(figures, options.texts)


if __name__ == "__main__":
    main()
