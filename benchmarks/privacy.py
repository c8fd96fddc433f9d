"""1,000,000 rows × 12 columns protected on their way to silver, beside a plain CREATE TABLE AS.

Five columns are personal; every cell of the six other text columns is read for patterns. With --ids
one of those holds numbers of eight digits, each of which a phone might be. Both write durable
tables on one embedded PostgreSQL. Stock Presidio is measured on some of the same cells in the same
run, as all of them would take it hours: its seconds for all of them are computed.

Run it with `uv run python -m benchmarks.privacy`; --rows, --repeats and --stock make it smaller.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil
from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

from benchmarks.medallion import Nobody, timed
from benchmarks.pattern_scan import Stock, pattern_registry
from benchmarks.server import a_server
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.migrate import migrate
from engine.adapters.presidio.detector import SPACY_MODEL
from engine.bootstrap import Engine, Parts, open_engine
from engine.catalog.reader import read_project
from engine.clock import SystemClock
from engine.commands import RunPipeline
from engine.outcome import Accepted, Request
from engine.people import Asker, Role
from engine.privacy.protect import Keyring, SecretKey
from engine.runs.model import Run, RunStatus
from engine.settings import Settings

PERSONAL = ("name", "email", "phone", "ssn", "card")
SCANNED = ("status", "segment", "product", "note", "comment", "channel")

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
  segment: {}
  product: {}
  note: {}
  comment: {}
  channel: {}
checks:
  - row_count > 0
""",
    # free text would be read for names, too, at some hundred texts a second and core
    "privacy.yaml": """
default: redact
columns:
  people:
    note: {free_text: false}
    comment: {free_text: false}
""",
}

FIRST = ("Ada", "Grace", "Mary", "John", "Wei", "Omar", "Ines", "Sven", "Aiko", "Luca")
LAST = ("Lovelace", "Hopper", "Smith", "Okafor", "Tanaka", "Garcia", "Novak", "Berg", "Rossi")
WORDS = [
    "gift",
    "door",
    "twice",
    "answer",
    "mornings",
    "wrapping",
    "called",
    "parcel",
    "garden",
    "gate",
    "fragile",
    "blue",
    "paper",
    "again",
    "before",
    "noon",
    "bring",
    "back",
    "old",
    "box",
    "please",
    "ring",
    "once",
    "leave",
    "with",
    "them",
    "it",
    "is",
    "urgent",
    "for",
    "today",
]


CLOCK = SystemClock()


@dataclass(slots=True)
class Figures:
    """Seconds, one entry a repeat; and the most memory that Atlas's processes held, in MiB."""

    atlas: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    memory: float = 0.0


def lines(rows: int, seed: int, *, ids: bool) -> Iterator[str]:
    """CSV with a header; every personal value, and most notes, are another one."""
    rng = random.Random(seed)
    yield f"id,{','.join(PERSONAL)},{','.join(SCANNED)}\n"
    for n in range(rows):
        first, last = rng.choice(FIRST), rng.choice(LAST)
        yield (
            f"{n},{first} {last} {n},{first.lower()}.{n}@example.org,"
            f"+1 202 55{n % 10} {n % 10_000:04d},"
            f"{rng.randrange(100, 600)}-{rng.randrange(10, 99)}-{n % 9000 + 1000},"
            f"4{rng.randrange(10**14, 10**15)},"
            f"{rng.choice(('open', 'paid', 'sent'))},{rng.choice(('new', 'regular', 'vip'))},"
            f"{rng.choice(WORDS)} {rng.choice(WORDS)},{' '.join(rng.choices(WORDS, k=5))},"
            f"{f'R-{n:08d}' if ids else ' '.join(rng.choices(WORDS, k=4))},"
            f"{rng.choice(('web', 'shop'))}\n"
        )


def write_project(folder: Path, rows: int, *, ids: bool) -> None:
    """The project folder and its delivery."""
    for name, text in PROJECT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    delivery = folder / "deliveries" / "people.csv"
    delivery.parent.mkdir(exist_ok=True)
    with delivery.open("w") as file:
        file.writelines(lines(rows, 7, ids=ids))


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
        await CLOCK.sleep(0.05)
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
        await CLOCK.sleep(0.2)


PLAIN = f"""CREATE TABLE plain AS SELECT id::bigint AS id, {", ".join((*PERSONAL, *SCANNED))}
FROM bronze.people"""


async def measure(url: str, folder: Path, rows: int, repeats: int, *, ids: bool) -> Figures:
    """Both in turn, after one repeat of each that does not count."""
    write_project(folder, rows, ids=ids)
    database = Database(url, DatabaseLimits())
    await migrate(database)
    await database.close()
    settings = Settings(roles={"bench:you": Role.ADMIN})
    keys = Keyring(SecretKey(bytes(32)))
    parts = Parts(read_project(folder), settings, url, keys, Nobody(), ("bench",))
    figures = Figures()
    connection = await asyncpg.connect(url)
    async with open_engine(parts) as engine, asyncio.TaskGroup() as group:
        await ran(engine, "ingest")
        watch = group.create_task(most_memory(figures), name="memory")
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


def stock_rates(rows: int) -> dict[str, float]:
    """Cells a second of processor time that Presidio reads as it comes: all, and patterns only."""
    lived = [line.rstrip("\n").split(",") for line in lines(rows, 7, ids=False)][1:]
    values = [value for cells in lived for value in cells[1:]]
    patterns, batches = Stock(pattern_registry()), in_batches()
    return {
        "in batches": len(values) / spent(lambda: list(batches(values))),
        "patterns only": len(values) / spent(lambda: patterns.scan(values)),
    }


def in_batches() -> Callable[[Sequence[str]], Iterable[object]]:
    """BatchAnalyzerEngine with spaCy's small model."""
    model = {"lang_code": "en", "model_name": SPACY_MODEL}
    provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [model]})
    engine = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
    batches = BatchAnalyzerEngine(analyzer_engine=engine)
    return lambda values: batches.analyze_iterator(values, "en", batch_size=128)


def spent(work: Callable[[], object]) -> float:
    """Seconds of processor time that it takes."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def report(figures: Figures, options: argparse.Namespace) -> None:
    """A table for people, then one JSON line for machines."""
    atlas, plain = (statistics.median(each) for each in (figures.atlas, figures.plain))
    cells = options.rows * (len(PERSONAL) + len(SCANNED))
    stock = {name: cells / rate for name, rate in stock_rates(options.stock).items()}
    print(
        f"{options.rows:,} rows × 12 columns, medians of {options.repeats}, {os.cpu_count()} cores"
    )
    print(f"{'bronze_to_silver, s':<48}{atlas:>10.2f}")
    print(f"{'plain CREATE TABLE AS, s':<48}{plain:>10.2f}")
    for name, seconds in stock.items():
        print(f"{f'stock Presidio, {name}, one core, computed, s':<48}{seconds:>10.0f}")
    print(f"{'memory of all processes but the database, MiB':<48}{figures.memory:>10.0f}")
    ratios = {f"stock {name}": round(seconds / atlas, 1) for name, seconds in stock.items()}
    told = {
        "benchmark": "privacy",
        "rows": options.rows,
        "ids": options.ids,
        "seconds": round(atlas, 3),
        "memory_mib": round(figures.memory),
        "ratios": {"plain": round(atlas / plain, 2), **ratios},
    }
    print(json.dumps(told))


def main() -> None:
    """Read the options, and measure in a folder that goes away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--stock", type=int, default=200, help="rows that stock Presidio reads")
    parser.add_argument("--ids", action="store_true")
    options = parser.parse_args()
    with a_server() as (url, folder):
        figures = asyncio.run(
            measure(url, folder / "project", options.rows, options.repeats, ids=options.ids)
        )
    report(figures, options)


if __name__ == "__main__":
    main()
