"""How fast impact is answered, and what keeping the graph costs each event.

Run it with `uv run --group peers python -m benchmarks.lineage`. Everything downstream of one
dataset is asked of Atlas's memory, of a recursive query over the same tables in PostgreSQL, and of
networkx, in the same run; all three have to find the same datasets. An event's cost is measured on
one embedded PostgreSQL with its usual settings, in a transaction each.
"""

import argparse
import asyncio
import importlib.util
import json
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count, cycle
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg

from benchmarks.server import a_server
from engine.adapters.openlineage import OpenLineageRenderer
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.lineage_graph import PostgresLineageGraph
from engine.adapters.postgres.lineage_log import PostgresLineageLog
from engine.adapters.postgres.lineage_memory import FollowedLineage
from engine.adapters.postgres.migrate import migrate
from engine.catalog.model import DatasetName, Exposure, Model, Owner, PrivacyPolicy, Project, Routes
from engine.clock import SystemClock
from engine.commands.lineage import Mishap
from engine.lineage.declared import Declared
from engine.lineage.graph import EXPOSURES, DatasetId, Graph, JobId, Naming
from engine.lineage.impact import Landscape, impact_of
from engine.lineage.memory import LineageMemory
from engine.lineage.model import EventType, Field, LineageEvent
from engine.lineage_cards import Moment, impact_card

SPACE = "postgres://localhost:5432"
NEAR = 500
"""How far before a dataset those that it is made from lie: some dozens of layers."""

PROJECT = Project("Benchmark", Path(), (), (), (), (), Routes(), PrivacyPolicy({}))
NAMING = Naming(SPACE, "db")
OWNERS = 20
"""Of the datasets; each has a dashboard that reads one of them, too."""

Edges = list[tuple[int, int]]

_DOWNSTREAM = """
WITH RECURSIVE reached AS (
  SELECT $1::text AS namespace, $2::text AS name
  UNION
  SELECT made.dataset_namespace, made.dataset_name FROM reached
  JOIN atlas.lineage_job_io read ON read.role = 'input'
    AND (read.dataset_namespace, read.dataset_name) = (reached.namespace, reached.name)
  JOIN atlas.lineage_job_io made ON made.role = 'output'
    AND (made.job_namespace, made.job_name) = (read.job_namespace, read.job_name)
)
SELECT namespace, name FROM reached
"""


def edges_of(datasets: int, seed: int = 1) -> Edges:
    """Each dataset is made from two of those not far before it."""
    chance = random.Random(seed)
    return [
        (chance.randrange(max(0, number - NEAR), number), number)
        for number in range(1, datasets)
        for _ in range(2)
    ]


def a_dataset(number: int) -> DatasetId:
    """The dataset of that number."""
    return DatasetId(SPACE, f"db.gold.t{number}")


async def store(url: str, edges: Edges) -> None:
    """The graph in its tables, as if events had told of it."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("TRUNCATE atlas.lineage_datasets, atlas.lineage_jobs CASCADE")
        jobs = sorted({target for _, target in edges})
        datasets = sorted({each for edge in edges for each in edge})
        await connection.executemany(
            "INSERT INTO atlas.lineage_datasets VALUES ($1, $2, '{}', '{}', now(), now(), 1)",
            [(SPACE, a_dataset(each).name) for each in datasets],
        )
        await connection.executemany(
            "INSERT INTO atlas.lineage_jobs "
            "(namespace, name, facets, told, runs, created_at, updated_at, changed, producer) "
            "VALUES ('bench', $1, '{}', '{}', '[]', now(), now(), 1, '')",
            [(f"job{each}",) for each in jobs],
        )
        flows = {("bench", f"job{each}", "output", *_key(each)) for each in jobs}
        flows |= {("bench", f"job{target}", "input", *_key(source)) for source, target in edges}
        await connection.executemany(
            "INSERT INTO atlas.lineage_job_io VALUES ($1, $2, $3, $4, $5)", sorted(flows)
        )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _key(number: int) -> tuple[str, str]:
    return SPACE, a_dataset(number).name


def timed(work: Callable[[], object], times: int) -> float:
    """The median milliseconds of some calls."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


async def awaited(work: Callable[[], Awaitable[object]], times: int) -> float:
    """The same of what has to be waited for."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        await work()
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


async def remembered(database: Database) -> tuple[Graph, float]:
    """The graph as a process has it after its start, and the milliseconds that this takes."""
    memory = LineageMemory(Declared(PROJECT, NAMING))
    begun = time.perf_counter()
    await FollowedLineage(database, memory).look()
    return memory.graph, (time.perf_counter() - begun) * 1000


def owned(datasets: int) -> Project:
    """A project that declares all of the datasets, each with an owner."""
    owners = tuple(Owner(f"team{each}", f"Team {each}") for each in range(OWNERS))
    models = tuple(
        Model(f"t{each}", "SELECT 1", (), owner=owners[each % OWNERS].id)
        for each in range(datasets)
    )
    exposures = tuple(
        Exposure(f"dashboard {each.id}", "dashboard", (), each.id, "") for each in owners
    )
    return replace(PROJECT, models=models, owners=owners, exposures=exposures)


def told(land: Landscape, starts: Iterator[DatasetId]) -> object:
    """The card about the next dataset: a graph keeps the last answer, and nobody asks twice."""
    start = next(starts)
    moment = Moment(SystemClock().now(), ZoneInfo("UTC"))
    return impact_card(land, start, Mishap.LATE, impact_of(land, start), moment)


async def impact_figures(url: str, database: Database, size: int, times: int) -> dict[str, float]:
    """Everything downstream of the first dataset, by each of the three."""
    edges = edges_of(size)
    await store(url, edges)
    graph, load = await remembered(database)
    start = a_dataset(0)
    found = set(graph.downstream(start).datasets)
    for number in range(OWNERS):
        read = [a_dataset(size * (number + 1) // OWNERS - 1)]
        graph.put_job(
            JobId("bench", f"d{number}"), read, [DatasetId(EXPOSURES, f"dashboard team{number}")]
        )
    land = Landscape.of(owned(size), graph, NAMING)
    starts = cycle((start, a_dataset(1)))
    figures = {
        "datasets": float(len(found)),
        "load_ms": load,
        "atlas_ms": timed(lambda: graph.downstream(next(starts)), times),
        "atlas_near_ms": timed(lambda: graph.downstream(a_dataset(size - NEAR)), times),
        "atlas_impact_ms": timed(lambda: impact_of(land, next(starts)), times),
        "atlas_card_ms": timed(lambda: told(land, starts), times),
    }
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(_DOWNSTREAM, SPACE, start.name)
        assert {DatasetId(*row) for row in rows} == found | {start}
        figures["recursive_query_ms"] = await awaited(
            lambda: connection.fetch(_DOWNSTREAM, SPACE, start.name), max(3, times // 5)
        )
    finally:
        await connection.close()
    if importlib.util.find_spec("networkx"):
        figures["networkx_ms"] = by_networkx(edges, len(found), times)
    return figures


def by_networkx(edges: Edges, expected: int, times: int) -> float:
    """The distances that networkx finds, which is what Atlas tells too."""
    import networkx as nx  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415  # a peer that need not be there

    graph = nx.DiGraph()
    graph.add_edges_from((a_dataset(source), a_dataset(target)) for source, target in edges)
    start = a_dataset(0)
    assert len(nx.single_source_shortest_path_length(graph, start)) == expected + 1
    return timed(lambda: nx.single_source_shortest_path_length(graph, start), times)


async def event_figures(database: Database, times: int) -> dict[str, float]:
    """Milliseconds of a step's two events: written to the log, and taken into the graph too."""
    render, known = OpenLineageRenderer(SPACE, "db"), set[JobId]()

    async def both(number: int, *, graph: bool) -> None:
        async with database.begin() as connection:
            log = PostgresLineageLog(connection, render)
            for kind in (EventType.START, EventType.COMPLETE):
                event = an_event(kind, number)
                await log.append(event)
                if graph:
                    await PostgresLineageGraph(connection, known).record(render(event)[1])

    numbers = count()
    await awaited(lambda: both(next(numbers), graph=True), 20)
    return {
        "log_ms": await awaited(lambda: both(next(numbers), graph=False), times),
        "log_and_graph_ms": await awaited(lambda: both(next(numbers), graph=True), times),
    }


def an_event(kind: EventType, number: int) -> LineageEvent:
    """An event of a step with twenty columns; each number is another run of the same job."""
    return LineageEvent(
        type=kind,
        at=SystemClock().now() + timedelta(milliseconds=number),
        run_id=f"run{number}",
        attempt=1,
        pipeline="medallion",
        job="medallion.gold.report",
        inputs=(DatasetName.parse("silver.orders"), DatasetName.parse("silver.customers")),
        outputs=(DatasetName.parse("gold.report"),),
        schema=tuple(Field(f"column{each}", "text") for each in range(20)),
        rows=number,
    )


async def measured(url: str, times: int) -> dict[str, dict[str, float]]:
    """All figures."""
    database = Database(url, DatabaseLimits())
    await migrate(database)
    try:
        return {
            "10k": await impact_figures(url, database, 10_000, times),
            "100k": await impact_figures(url, database, 100_000, max(5, times // 3)),
            "event": await event_figures(database, times * 10),
        }
    finally:
        await database.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=25)
    given = parser.parse_args()
    with a_server() as (url, _):
        found = asyncio.run(measured(url, given.times))
    for what, numbers in found.items():
        print(f"{what:6}", "  ".join(f"{key} {value:.2f}" for key, value in numbers.items()))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
