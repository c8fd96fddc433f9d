"""Runs through the real queue in PostgreSQL: stopped on the server, put back, and gone on with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.sessions import PostgresSessions
from engine.adapters.postgres.transactions import PostgresTransaction
from engine.adapters.queue import QueueLimits, RunQueueWorker
from engine.catalog.model import Model, Project
from engine.clock import SystemClock
from engine.runs.desk import Order, RunDesk
from engine.runs.model import Run, RunStatus, StepKind, StepStatus
from engine.runs.plan import plan
from engine.runs.pulse import Pulse
from engine.runs.runner import Limits, Runner
from engine.runs.steps.build import Build
from engine.runs.steps.check import Check
from engine.runs.steps.publish import Publish
from engine.runs.steps.work import StepWork
from engine.runs.usher import Usher
from engine.runs.worker import RunWorker
from engine.testing.fixed import FixedExamples, FixedPolicies, FixedQuality
from tests.adapters.builders import CLOCK, SOMEBODY, Lab
from tests.builders import a_project, a_shops_pipelines
from tests.world import eventually

QUICK = Model("quick", "SELECT 1 AS n", ())
SLOW = Model("slow", "SELECT 1 AS n FROM pg_sleep((SELECT seconds FROM public.slowness))", ())

WORKING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND state <> 'idle' AND query LIKE '%slowness%' AND pid <> pg_backend_pid()"
)


def the_project() -> Project:
    """A quick gold table, then a slow one."""
    return a_project((), (QUICK, SLOW), a_shops_pipelines())


@asynccontextmanager
async def at_work(lab: Lab, name: str, step_timeout: float = 30.0) -> AsyncIterator[None]:
    """A process that works the queue during the block."""
    project, clock = the_project(), SystemClock()
    database = Database(lab.url, DatabaseLimits(connections=4, name=name))
    line = asyncio.Event()
    transactions = Lab(lab.url, database, lab.folder, lab.shields).transactions
    transactions._origin, transactions._line_moved = name, line.set
    pulse: Pulse[PostgresTransaction] = Pulse(project, transactions, clock)
    steps: dict[StepKind, StepWork] = {
        StepKind.BUILD: Build(FixedPolicies(project), transactions, clock),
        StepKind.CHECK: Check(project, FixedQuality(), FixedExamples(), clock),
        StepKind.PUBLISH: Publish(),
    }
    limits = Limits(step_timeout)
    runner = Runner(project, transactions, steps, pulse, clock, limits=limits)
    worker = RunWorker(name, runner, transactions, PostgresSessions(database), clock)
    queue = RunQueueWorker(lab.url, worker.take, clock, QueueLimits(2, 0.2, 0.1))
    line.set()  # somebody may have come before
    usher = Usher(transactions, line, clock)
    tasks = [asyncio.ensure_future(queue.run()), asyncio.ensure_future(usher.attend())]
    yield
    for task in tasks:
        task.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait(tasks)
    await database.close()


async def ordered(lab: Lab, desk: RunDesk[PostgresTransaction], seconds: float) -> Run:
    """A run of both tables, the second of which takes that long."""
    await lab.rows("CREATE TABLE public.slowness AS SELECT $1::float8 AS seconds", seconds)
    pipeline = the_project().pipeline("silver_to_gold")
    assert pipeline is not None
    return await desk.order(Order(pipeline.name, None, plan(the_project(), pipeline), SOMEBODY))


async def as_stored(lab: Lab, run: Run) -> Run:
    """The run as it is now."""
    async with lab.transactions.begin() as tx:
        found = await tx.runs.get(run.id)
    assert found is not None
    return found


async def ended(lab: Lab, run: Run) -> Run:
    """The run at its end."""

    async def look() -> Run | None:
        now = await as_stored(lab, run)
        return now if now.done else None

    return await eventually(look)


async def working(lab: Lab) -> None:
    """Wait until the slow statement is at work on the server."""

    async def look() -> bool | None:
        return True if await lab.value(WORKING) else None

    await eventually(look)


async def stopped(lab: Lab) -> float:
    """Seconds until nothing of it is at work there."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def look() -> bool | None:
        return None if await lab.value(WORKING) else True

    await eventually(look)
    return loop.time() - began


@pytest.fixture
def desk(lab: Lab) -> RunDesk[PostgresTransaction]:
    """Where runs are ordered."""
    return RunDesk(lab.transactions, CLOCK)


async def staged(lab: Lab) -> object:
    """How many staged tables there are."""
    return await lab.value(
        "SELECT count(*) FROM pg_tables WHERE schemaname = 'gold' AND tablename LIKE '%\\_\\_%'"
    )


async def test_a_cancelled_run_is_stopped_on_the_server_and_leaves_no_staged_table(
    lab: Lab, desk: RunDesk[PostgresTransaction]
) -> None:
    run = await ordered(lab, desk, 60)
    async with at_work(lab, "atlas one"):
        await working(lab)

        await desk.cancel(run.id, SOMEBODY)
        seconds = await stopped(lab)
        end = await ended(lab, run)

    assert seconds < 1.0
    assert (end.status, end.error) == (RunStatus.CANCELLED, "Cancelled by You.")
    assert [step.status for step in end.steps[:3]] == [StepStatus.SUCCEEDED] * 3
    assert await staged(lab) == 0
    assert await lab.value("SELECT n FROM gold.quick") == 1


async def test_a_step_that_takes_too_long_is_stopped_on_the_server(
    lab: Lab, desk: RunDesk[PostgresTransaction]
) -> None:
    run = await ordered(lab, desk, 60)
    async with at_work(lab, "atlas one", step_timeout=0.5):
        await working(lab)
        end = await ended(lab, run)
        seconds = await stopped(lab)

    assert end.status is RunStatus.FAILED
    assert "took longer than" in (end.error or "")
    assert seconds < 1.0


async def test_a_run_of_a_worker_that_stops_goes_on_elsewhere_where_it_was(
    lab: Lab, desk: RunDesk[PostgresTransaction]
) -> None:
    run = await ordered(lab, desk, 60)
    async with at_work(lab, "atlas one"):
        await working(lab)
    waiting = await as_stored(lab, run)
    left = await lab.value(WORKING)
    await lab.rows("UPDATE public.slowness SET seconds = 0")

    async with at_work(lab, "atlas two"):
        end = await ended(lab, run)

    assert (waiting.status, waiting.attempt, left) == (RunStatus.QUEUED, 2, 0)
    assert end.status is RunStatus.SUCCEEDED
    assert end.steps[:3] == waiting.steps[:3]
    assert await lab.value("SELECT worker FROM atlas.runs") == "atlas two"


async def test_a_run_whose_connections_are_cut_is_tried_again_and_published_once(
    lab: Lab, desk: RunDesk[PostgresTransaction]
) -> None:
    run = await ordered(lab, desk, 60)
    async with at_work(lab, "atlas one"):
        await working(lab)
        await lab.rows("UPDATE public.slowness SET seconds = 0")
        await lab.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'atlas %'"
        )
        end = await ended(lab, run)

    assert (end.status, end.attempt) == (RunStatus.SUCCEEDED, 1)
    assert await lab.value("SELECT count(*) FROM gold.slow") == 1
