"""What a run of ten empty steps costs: beside dbos, and beside the same steps by hand on asyncpg.

Run it with `uv run --group peers python -m benchmarks.runs`. Each figure is a median over repeats
on one embedded PostgreSQL with its usual settings; a step is empty, so what is left is its durable
record. Atlas's runs go the whole way: an order, the line, procrastinate, a worker, ten commits.
"""

import argparse
import asyncio
import json
import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

import asyncpg

from benchmarks.peers import ByDbos, ByHand
from benchmarks.server import a_server
from engine.adapters.openlineage import OpenLineageRenderer
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.migrate import migrate
from engine.adapters.postgres.protecting import Protecting
from engine.adapters.postgres.sessions import PostgresSessions
from engine.adapters.postgres.transactions import PostgresTransaction, PostgresTransactions
from engine.adapters.queue import QueueLimits, RunQueueWorker
from engine.adapters.shields import Shields
from engine.alerts.announcer import Announcer
from engine.alerts.incidents.desk import IncidentDesk
from engine.catalog.model import DatasetName, Layer, PrivacyPolicy, Project, Routes
from engine.clock import SystemClock
from engine.people import Asker
from engine.runs.desk import Order, RunDesk
from engine.runs.events import RunEvent, RunFinished
from engine.runs.model import Run, Step, StepKind, StepReport
from engine.runs.ports import RunTransaction
from engine.runs.pulse import Pulse
from engine.runs.runner import Runner
from engine.runs.steps.work import Act
from engine.runs.usher import Usher
from engine.runs.worker import RunWorker

STEPS = 10
NOWHERE = DatasetName(Layer.BRONZE, "nothing")
PROJECT = Project("Benchmark", Path(), (), (), (), (), Routes(), PrivacyPolicy({}))
PROGRAM = Asker("rest", "benchmark", "benchmark", "")


class Empty:
    """A step that does nothing, and notes when it was begun."""

    def __init__(self) -> None:
        self.begun: dict[str, float] = {}

    async def prepare(self, run: Run, step: Step) -> Act:
        """Nothing is needed before."""
        if step.index == 0:
            self.begun[run.id] = time.perf_counter()

        async def nothing(_: RunTransaction) -> StepReport:
            return StepReport()

        return nothing


@dataclass(slots=True)
class Ends:
    """Wakes whoever waits for the end of a run; only this process works here."""

    waiting: dict[str, asyncio.Event] = field(default_factory=dict)

    async def hear(self, _: PostgresTransaction, event: RunEvent) -> None:
        """A listener for the runner; the commit follows within the millisecond."""
        if isinstance(event, RunFinished):
            self.waiting.setdefault(event.run.id, asyncio.Event()).set()

    async def of(self, run_id: str) -> None:
        """Wait for the end of a run."""
        await self.waiting.setdefault(run_id, asyncio.Event()).wait()


@dataclass(frozen=True, slots=True)
class Atlas:
    """The core of the engine at work, with empty steps."""

    desk: RunDesk[PostgresTransaction]
    runner: Runner[PostgresTransaction]
    transactions: PostgresTransactions
    ends: Ends
    empty: Empty

    async def ordered(self) -> Run:
        """A run of ten steps in line."""
        steps = tuple(Step(index, StepKind.SCAN, NOWHERE) for index in range(STEPS))
        return await self.desk.order(Order("empty", None, steps, PROGRAM))

    async def run(self) -> None:
        """One run from its order to its end."""
        await self.ends.of((await self.ordered()).id)


@asynccontextmanager
async def atlas_at_work(url: str, at_once: int) -> AsyncIterator[Atlas]:
    """What bootstrap wires, with empty steps."""
    clock, worker, line = SystemClock(), "atlas benchmark", asyncio.Event()
    database = Database(url, DatabaseLimits(connections=10 + 2 * at_once, name=worker))
    transactions = PostgresTransactions(
        database,
        Protecting(None, Shields(60, 1)),
        OpenLineageRenderer("postgres://", ""),
        clock,
        worker,
        line.set,
    )
    ends, empty = Ends(), Empty()
    listeners = (
        Announcer(PROJECT, IncidentDesk(PROJECT, "web", clock, UTC), clock).hear,
        ends.hear,
    )
    pulse = Pulse(PROJECT, transactions, clock, listeners)
    runner = Runner(
        PROJECT, transactions, {StepKind.SCAN: empty}, pulse, clock, listeners=listeners
    )
    work = RunWorker(worker, runner, transactions, PostgresSessions(database), clock)
    queue = RunQueueWorker(url, work.take, clock, QueueLimits(at_once))
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(queue.run(), name="queue"),
            group.create_task(pulse.beat(), name="pulse"),
            group.create_task(Usher(transactions, line, clock).attend(), name="usher"),
        ]
        yield Atlas(RunDesk(transactions, clock, listeners), runner, transactions, ends, empty)
        for task in tasks:
            task.cancel()
    await database.close()


async def timed(work: Callable[[], Awaitable[object]], times: int) -> list[float]:
    """Milliseconds of each of several calls, one after the other."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        await work()
        took.append((time.perf_counter() - begun) * 1000)
    return took


async def pick_up(atlas: Atlas, times: int) -> list[float]:
    """Milliseconds from the answer to an order until its first step is begun."""
    took = []
    for _ in range(times):
        run = await atlas.ordered()
        answered = time.perf_counter()
        await atlas.ends.of(run.id)
        took.append(max(0.0, atlas.empty.begun[run.id] - answered) * 1000)
    return took


async def step_cost(atlas: Atlas, times: int) -> list[float]:
    """Milliseconds of a step: from the beginning of the first one to the end of the run."""
    took = []
    for _ in range(times):
        run = await atlas.ordered()
        await atlas.ends.of(run.id)
        took.append((time.perf_counter() - atlas.empty.begun[run.id]) * 1000 / STEPS)
    return took


async def a_second(work: Callable[[], Awaitable[object]], total: int, at_once: int) -> float:
    """How many calls a second are done, several at once."""
    left = iter(range(total))

    async def one_after_the_other() -> None:
        for _ in left:
            await work()

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(at_once):
            group.create_task(one_after_the_other(), name=f"caller {number}")
    return total / (time.perf_counter() - begun)


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def measured_here(url: str, times: int, at_once: int) -> dict[str, float]:
    """Atlas's figures."""
    async with atlas_at_work(url, at_once) as atlas:
        await timed(atlas.run, 20)
        waits = await pick_up(atlas, times)
        return {
            "run_ms": statistics.median(await timed(atlas.run, times)),
            "step_ms": statistics.median(await step_cost(atlas, times)),
            "pick_up_p50_ms": percentile(waits, 0.5),
            "pick_up_p99_ms": percentile(waits, 0.99),
            "runs_a_second": await a_second(atlas.run, times, at_once),
        }


async def measured_by_hand(url: str, times: int, at_once: int) -> dict[str, float]:
    """The same steps written down by hand."""
    async with asyncpg.create_pool(url, min_size=at_once, max_size=at_once) as pool:
        peer = ByHand(pool, STEPS)
        await peer.prepare()
        await timed(peer.run, 20)
        took = await timed(peer.run, times)
        return {
            "run_ms": statistics.median(took),
            "step_ms": statistics.median(took) / STEPS,
            "runs_a_second": await a_second(peer.run, times, at_once),
        }


async def measured_by_dbos(url: str, times: int, at_once: int) -> dict[str, float]:
    """The same steps as a workflow of dbos."""
    peer = ByDbos(url, STEPS)
    try:
        await timed(peer.run, 20)
        took, empty = await timed(peer.run, times), await timed(peer.run_nothing, times)
        return {
            "run_ms": statistics.median(took),
            "step_ms": (statistics.median(took) - statistics.median(empty)) / STEPS,
            "runs_a_second": await a_second(peer.run, times, at_once),
        }
    finally:
        peer.close()


async def figures(url: str, times: int, at_once: int) -> dict[str, dict[str, float]]:
    """All figures, by who was measured."""
    database = Database(url, DatabaseLimits())
    await migrate(database)
    await database.close()
    found = {
        "atlas": await measured_here(url, times, at_once),
        "by hand": await measured_by_hand(url, times, at_once),
    }
    if ByDbos.is_there():
        found["dbos"] = await measured_by_dbos(url, times, at_once)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--at-once", type=int, default=4)
    given = parser.parse_args()
    with a_server() as (url, _):
        os.environ.setdefault("DBOS__CLOUD", "")
        found = asyncio.run(figures(url, given.times, given.at_once))
    for who, numbers in found.items():
        print(f"{who:8}", "  ".join(f"{name} {value:.2f}" for name, value in numbers.items()))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
